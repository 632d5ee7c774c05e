//! One block on slices: forward in training and in inference, and backward.

use crate::nn::fused::convolution::{Kernel, convolve, to_input, to_kernel};
use crate::nn::fused::lanes::Affine;
use crate::nn::fused::layout::{Bands, Layout};
use crate::nn::fused::normalise::{Pooling, Sums, activate, deactivate, moments};
use crate::nn::spec::EPSILON;

/// Shapes of a block and the way its work is cut up.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub input: Layout,
    pub output: Layout,
    pub kernel: Kernel,
    pub pool: [usize; 2],
    bands: Bands,
}

impl Plan {
    /// A block over `input`, whose margin must be as wide as the kernel needs; its output has margin `margin`.
    pub fn new(input: Layout, kernel: Kernel, pool: [usize; 2], margin: [usize; 2]) -> Self {
        let widths = input.widths.iter().map(|w| w / pool[1]).collect();
        let output = Layout::new(input.height / pool[0], widths, margin);
        let bands = Bands::new(&input, pool[0], kernel.cost());
        Plan { input, output, kernel, pool, bands }
    }

    fn pooling<'a>(&'a self, product: &'a [f32]) -> Pooling<'a> {
        let channels = self.kernel.output;
        Pooling { product, input: &self.input, output: &self.output, bands: &self.bands, pool: self.pool, channels }
    }
}

/// Parameters of a block.
#[derive(Clone, Copy)]
pub(crate) struct Weights<'a> {
    pub kernel: &'a [f32],
    pub scale: &'a [f32],
    pub shift: &'a [f32],
}

/// What the backward pass needs beside the input and the weights.
#[derive(Debug)]
pub(crate) struct Saved {
    product: Vec<f32>,
    affine: Affine,
}

/// What a block passes back.
pub(crate) struct Gradients {
    /// Only where it was asked for.
    pub input: Option<Vec<f32>>,
    pub kernel: Vec<f32>,
    pub scale: Vec<f32>,
    pub shift: Vec<f32>,
}

/// Output, mean and variance of the batch (one after the other), and what backward needs.
pub(crate) fn train(plan: &Plan, x: &[f32], w: Weights<'_>) -> (Vec<f32>, Vec<f32>, Saved) {
    let channels = plan.kernel.output;
    let after =
        |g: usize, part: &[f32]| moments(part, &plan.input, &plan.bands.all[plan.bands.groups[g].clone()], channels);
    let (product, sums) = convolve(x, &plan.input, &plan.bands, &plan.kernel, w.kernel, after);
    let sums = Sums::total(sums, channels);
    let count = plan.input.valid().max(1) as f64;
    let mut statistics: Vec<f32> = sums.first.iter().map(|s| (s / count) as f32).collect();
    let variance = sums.first.iter().zip(&sums.second).map(|(s, q)| (q / count - (s / count).powi(2)).max(0.0) as f32);
    statistics.extend(variance);
    let (mean, variance) = statistics.split_at(channels);
    let affine = Affine::new(w.scale, w.shift, mean, variance, EPSILON);
    let y = activate(plan.pooling(&product), &affine);
    (y, statistics, Saved { product, affine })
}

/// Output by running statistics. Normalisation is one multiplication and one sum at the product's end.
pub(crate) fn infer(plan: &Plan, x: &[f32], w: Weights<'_>, mean: &[f32], variance: &[f32]) -> Vec<f32> {
    let (product, _) = convolve(x, &plan.input, &plan.bands, &plan.kernel, w.kernel, |_, _| ());
    activate(plan.pooling(&product), &Affine::new(w.scale, w.shift, mean, variance, EPSILON))
}

/// Gradients from that of the output, which counts on valid pixels only.
pub(crate) fn backward(
    plan: &Plan,
    saved: &Saved,
    x: &[f32],
    kernel: &[f32],
    gradient: &[f32],
    to_x: bool,
) -> Gradients {
    let (product, scale, shift) = deactivate(plan.pooling(&saved.product), &saved.affine, gradient);
    let input = to_x.then(|| to_input(&product, &plan.input, &plan.bands, &plan.kernel, kernel));
    let kernel = to_kernel(x, &product, &plan.input, &plan.bands, &plan.kernel);
    Gradients { input, kernel, scale, shift }
}
