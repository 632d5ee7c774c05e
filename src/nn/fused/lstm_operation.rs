//! The bidirectional LSTM as an operation of burn's flex backend, with its backward pass in burn's automatic differentiation.

use std::sync::Arc;

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Flex, backend_extension};

use crate::nn::fused::lstm::{self, Plan, Saved, Weights};
use crate::nn::fused::operation::{Flat, numbers, tensor};

/// A bidirectional LSTM over the columns of every image.
#[backend_extension(Flex, Autodiff)]
pub(crate) trait FusedLstm: Backend {
    /// `x` is pixels × channels in the plan's layout, the parameters flat. Gives pixels × 2 widths.
    fn fused_lstm(
        x: FloatTensor<Self>,
        input: FloatTensor<Self>,
        hidden: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        plan: Arc<Plan>,
    ) -> FloatTensor<Self>;
}

fn weights([input, hidden, bias]: [&Flat; 3]) -> Weights<'_> {
    Weights { input: numbers(input), hidden: numbers(hidden), bias: numbers(bias) }
}

fn run(x: &Flat, w: Weights<'_>, plan: &Plan) -> (Flat, Saved) {
    let (y, saved) = lstm::forward(plan, numbers(x), w);
    (tensor(y, [plan.pixels, 2 * plan.width]), saved)
}

impl FusedLstm for Flex {
    fn fused_lstm(x: Flat, input: Flat, hidden: Flat, bias: Flat, plan: Arc<Plan>) -> Flat {
        let [x, input, hidden, bias] = [x, input, hidden, bias].map(|t| t.to_contiguous());
        run(&x, weights([&input, &hidden, &bias]), &plan).0
    }
}

/// What the backward pass remembers.
#[derive(Debug, Clone)]
struct Memory {
    weights: [Flat; 3],
    saved: Arc<Saved>,
    plan: Arc<Plan>,
}

/// The backward step; its parents are the input, the two kernels and the bias.
#[derive(Debug)]
struct LstmBackward;

impl Backward<Flex, 4> for LstmBackward {
    type State = Memory;

    fn backward(self, ops: Ops<Memory, 4>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let m = ops.state;
        let g = lstm::backward(&m.plan, &m.saved, weights(m.weights.each_ref()), numbers(&gradient));
        let [x, input, hidden, bias] = ops.parents;
        if let Some(node) = x {
            gradients.register::<Flex>(node.id, tensor(g.x, [m.plan.pixels, m.plan.input]));
        }
        for (node, g) in [(input, g.input), (hidden, g.hidden), (bias, g.bias)] {
            if let Some(node) = node {
                let n = g.len();
                gradients.register::<Flex>(node.id, tensor(g, [n]));
            }
        }
    }
}

impl<C: CheckpointStrategy> FusedLstm for Autodiff<Flex, C> {
    fn fused_lstm(
        x: FloatTensor<Self>,
        input: FloatTensor<Self>,
        hidden: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        plan: Arc<Plan>,
    ) -> FloatTensor<Self> {
        let nodes = [x.node(), input.node(), hidden.node(), bias.node()];
        let [x, input, hidden, bias] = [x, input, hidden, bias].map(|t| t.into_primitive().to_contiguous());
        let (y, saved) = run(&x, weights([&input, &hidden, &bias]), &plan);
        match LstmBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                prep.finish(Memory { weights: [input, hidden, bias], saved: Arc::new(saved), plan }, y)
            }
            OpsKind::UnTracked(prep) => prep.finish(y),
        }
    }
}
