//! The block as an operation of burn's flex backend, with its backward pass in burn's automatic differentiation.

use std::sync::Arc;

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Flex, backend_extension};
use burn::tensor::TensorData;

use crate::nn::fused::block::{self, Plan, Saved, Weights};

/// Convolution, batch normalisation, ReLU and max-pool in one.
#[backend_extension(Flex, Autodiff)]
pub(crate) trait FusedBlock: Backend {
    /// `x` is pixels × channels in the plan's input layout, the kernel flat. Gives the output in the plan's
    /// layout, and mean and variance of the batch, which carry no gradient.
    fn fused_block_train(
        x: FloatTensor<Self>,
        kernel: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        plan: Arc<Plan>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// The same by running statistics, without a gradient.
    fn fused_block_infer(
        x: FloatTensor<Self>,
        kernel: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        plan: Arc<Plan>,
    ) -> FloatTensor<Self>;
}

pub(super) type Flat = FloatTensor<Flex>;

/// The numbers of a contiguous tensor.
pub(super) fn numbers(t: &Flat) -> &[f32] {
    t.as_slice::<f32>().unwrap_or_else(|| unreachable!("tensors are made contiguous before they come here"))
}

pub(super) fn tensor(values: Vec<f32>, shape: impl Into<burn::tensor::Shape>) -> Flat {
    FloatTensor::<Flex>::from_data(TensorData::new(values, shape))
}

fn run(x: &Flat, [kernel, scale, shift]: [&Flat; 3], plan: &Plan) -> (Flat, Flat, Saved) {
    let weights = Weights { kernel: numbers(kernel), scale: numbers(scale), shift: numbers(shift) };
    let (y, statistics, saved) = block::train(plan, numbers(x), weights);
    let channels = plan.kernel.output;
    (tensor(y, [plan.output.pixels(), channels]), tensor(statistics, [2 * channels]), saved)
}

impl FusedBlock for Flex {
    fn fused_block_train(x: Flat, kernel: Flat, scale: Flat, shift: Flat, plan: Arc<Plan>) -> (Flat, Flat) {
        let [x, kernel, scale, shift] = [x, kernel, scale, shift].map(|t| t.to_contiguous());
        let (y, statistics, _) = run(&x, [&kernel, &scale, &shift], &plan);
        (y, statistics)
    }

    fn fused_block_infer(
        x: Flat,
        kernel: Flat,
        scale: Flat,
        shift: Flat,
        mean: Flat,
        variance: Flat,
        plan: Arc<Plan>,
    ) -> Flat {
        let all = [x, kernel, scale, shift, mean, variance].map(|t| t.to_contiguous());
        let [x, kernel, scale, shift, mean, variance] = all.each_ref().map(numbers);
        let y = block::infer(&plan, x, Weights { kernel, scale, shift }, mean, variance);
        tensor(y, [plan.output.pixels(), plan.kernel.output])
    }
}

/// What the backward pass remembers.
#[derive(Debug, Clone)]
struct Memory {
    x: Flat,
    kernel: Flat,
    saved: Arc<Saved>,
    plan: Arc<Plan>,
}

/// The backward step; its parents are input, kernel, scale and shift.
#[derive(Debug)]
struct BlockBackward;

impl Backward<Flex, 4> for BlockBackward {
    type State = Memory;

    fn backward(self, ops: Ops<Memory, 4>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let [x, kernel, scale, shift] = ops.parents;
        let gradient = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let m = ops.state;
        let g = block::backward(&m.plan, &m.saved, numbers(&m.x), numbers(&m.kernel), numbers(&gradient), x.is_some());
        let pixels = [m.plan.input.pixels(), m.plan.kernel.input];
        if let (Some(node), Some(g)) = (x, g.input) {
            gradients.register::<Flex>(node.id, tensor(g, pixels));
        }
        for (node, g) in [(kernel, g.kernel), (scale, g.scale), (shift, g.shift)] {
            if let Some(node) = node {
                let n = g.len();
                gradients.register::<Flex>(node.id, tensor(g, [n]));
            }
        }
    }
}

impl<C: CheckpointStrategy> FusedBlock for Autodiff<Flex, C> {
    fn fused_block_train(
        x: FloatTensor<Self>,
        kernel: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        plan: Arc<Plan>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let nodes = [x.node(), kernel.node(), scale.node(), shift.node()];
        let [x, kernel, scale, shift] = [x, kernel, scale, shift].map(|t| t.into_primitive().to_contiguous());
        let (y, statistics, saved) = run(&x, [&kernel, &scale, &shift], &plan);
        let output = match BlockBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(Memory { x, kernel, saved: Arc::new(saved), plan }, y),
            OpsKind::UnTracked(prep) => prep.finish(y),
        };
        (output, Self::float_from_data(statistics.into_data(), &Default::default()))
    }

    fn fused_block_infer(
        x: FloatTensor<Self>,
        kernel: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        plan: Arc<Plan>,
    ) -> FloatTensor<Self> {
        let [x, kernel, scale, shift, mean, variance] =
            [x, kernel, scale, shift, mean, variance].map(|t| t.into_primitive());
        let y = Flex::fused_block_infer(x, kernel, scale, shift, mean, variance, plan);
        Self::float_from_data(y.into_data(), &Default::default())
    }
}
