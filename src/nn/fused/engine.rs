//! The net in fused operations: the CPU, every image at its own width.

use std::sync::Arc;

use burn::backend::Dispatch;
use burn::tensor::{Tensor, TensorData};

use crate::nn::fused::block::Plan;
use crate::nn::fused::convolution::Kernel;
use crate::nn::fused::layout::Layout;
use crate::nn::fused::lstm;
use crate::nn::fused::lstm_operation::FusedLstm;
use crate::nn::fused::operation::FusedBlock;
use crate::nn::network::{Output, Pass};
use crate::nn::parameters::{KERNEL, MEAN, PER_BLOCK, SCALE, SHIFT, VARIANCE};
use crate::nn::spec::{BlockSpec, Entry};

/// Runs the net.
pub(crate) fn forward(pass: &Pass<'_>) -> Output {
    let blocks = &pass.spec.blocks;
    let margins = margins(blocks);
    let (mut x, mut layout) = picture(pass, margins.first().copied().unwrap_or_default());
    let mut statistics = Vec::new();
    for (i, spec) in blocks.iter().enumerate() {
        if spec.flatten {
            (x, layout) = flatten(x, &layout);
        }
        if spec.dropout {
            x = drop_features(x, &layout, pass, i);
        }
        let margin = margins.get(i + 1).copied().unwrap_or_default();
        let plan = Arc::new(Plan::new(layout, kernel(spec), spec.pool, margin));
        layout = plan.output.clone();
        let y = block(x.clone(), spec, pass, i, plan, &mut statistics);
        x = if spec.residual { x + y } else { y };
    }
    if let Some(width) = pass.spec.recurrent {
        x = lstm(drop_features(x, &layout, pass, blocks.len()), &layout, width, pass);
    }
    let x = drop_features(x, &layout, pass, pass.masks.len().wrapping_sub(1));
    let [kernel, bias] = pass.head;
    let outputs = pass.spec.outputs;
    let kernel = kernel.clone().reshape([pass.spec.features(), outputs]);
    let rows = x.matmul(kernel) + bias.clone().reshape([1, outputs]);
    Output { rows, places: layout.places(), counts: layout.widths, statistics }
}

fn kernel(spec: &BlockSpec) -> Kernel {
    Kernel { size: spec.kernel, dilation: spec.dilation, input: spec.input, output: spec.output }
}

/// The margin of what enters each block, then that of the last output. A residual sum needs the same margin on both
/// sides, so a run of residual blocks has the widest of theirs throughout.
fn margins(blocks: &[BlockSpec]) -> Vec<[usize; 2]> {
    let mut margins = Vec::with_capacity(blocks.len() + 1);
    for (i, spec) in blocks.iter().enumerate() {
        if i > 0 && blocks[i - 1].residual {
            let same = margins[i - 1];
            margins.push(same);
            continue;
        }
        // The run of residual blocks from here, and the block behind it, which reads its output.
        let run = blocks[i..].iter().take_while(|b| b.residual).count();
        let reach = if spec.residual { run + 1 } else { 1 };
        let widest = |a: [usize; 2], b: [usize; 2]| [a[0].max(b[0]), a[1].max(b[1])];
        let needs = blocks[i..].iter().take(reach).filter(|b| !b.flatten).map(|b| kernel(b).margin());
        margins.push(needs.fold([0, 0], widest));
    }
    margins.push(match blocks.last() {
        Some(b) if b.residual => margins[blocks.len() - 1],
        _ => [0, 0],
    });
    margins
}

fn picture(pass: &Pass<'_>, margin: [usize; 2]) -> (Tensor<2>, Layout) {
    let entry = pass.spec.entry;
    let channels = entry.channels();
    let layout = Layout::new(entry.height(), pass.widths(), margin);
    let mut pixels = vec![0.0_f32; layout.pixels() * channels];
    for (i, image) in pass.images.iter().enumerate() {
        for (r, row) in image.rows().into_iter().enumerate() {
            // A row of the input is a line of the picture, or the channels of one frame.
            let first = match entry {
                Entry::Picture { .. } => layout.start(i, r),
                Entry::Frames { .. } => layout.start(i, 0) + r,
            };
            let line = &mut pixels[first * channels..];
            row.iter().zip(line).for_each(|(&v, p)| *p = v);
        }
    }
    (Tensor::from_data(TensorData::new(pixels, [layout.pixels(), channels]), pass.device), layout)
}

fn block(
    x: Tensor<2>,
    spec: &BlockSpec,
    pass: &Pass<'_>,
    index: usize,
    plan: Arc<Plan>,
    statistics: &mut Vec<Tensor<1>>,
) -> Tensor<2> {
    let leaf = |part: usize| pass.leaves[index * PER_BLOCK + part].clone().into_dispatch();
    let x = x.into_dispatch();
    if !pass.training {
        let [kernel, scale, shift, mean, variance] = [KERNEL, SCALE, SHIFT, MEAN, VARIANCE].map(leaf);
        return Tensor::from_dispatch(Dispatch::fused_block_infer(x, kernel, scale, shift, mean, variance, plan));
    }
    let (y, moments) = Dispatch::fused_block_train(x, leaf(KERNEL), leaf(SCALE), leaf(SHIFT), plan);
    let moments = Tensor::<1>::from_dispatch(moments);
    statistics.push(moments.clone().slice(0..spec.output));
    statistics.push(moments.slice(spec.output..2 * spec.output));
    Tensor::from_dispatch(y)
}

fn lstm(x: Tensor<2>, layout: &Layout, width: usize, pass: &Pass<'_>) -> Tensor<2> {
    let plan = Arc::new(lstm::Plan::new(layout, pass.spec.channels(), width));
    let [input, hidden, bias] = [0, 1, 2].map(|part| pass.lstm[part].clone().into_dispatch());
    Tensor::from_dispatch(Dispatch::fused_lstm(x.into_dispatch(), input, hidden, bias, plan))
}

/// Height × width × channels of each image become the channels of one pixel; the layout has no margin here.
fn flatten(x: Tensor<2>, layout: &Layout) -> (Tensor<2>, Layout) {
    let images = layout.widths.len();
    let [pixels, channels] = x.dims();
    (x.reshape([images, pixels / images * channels]), Layout::new(1, vec![1; images], [0, 0]))
}

/// Multiplies valid pixels with the mask that was drawn for them.
fn drop_features(x: Tensor<2>, layout: &Layout, pass: &Pass<'_>, index: usize) -> Tensor<2> {
    let Some(mask) = pass.masks.get(index).filter(|m| !m.is_empty()) else { return x };
    let [pixels, channels] = x.dims();
    let mut dense = vec![0.0_f32; pixels * channels];
    for (place, row) in layout.places().into_iter().zip(mask.chunks_exact(channels)) {
        dense[place * channels..(place + 1) * channels].copy_from_slice(row);
    }
    x * Tensor::from_data(TensorData::new(dense, [pixels, channels]), pass.device)
}
