//! The net in burn's own operations: any device, images padded to the widest.

use burn::tensor::module::{conv2d, max_pool2d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{
    Device, Tensor, TensorData,
    activation::{relu, sigmoid},
};

use crate::nn::network::{Output, Pass};
use crate::nn::parameters::{KERNEL, MEAN, PER_BLOCK, SCALE, SHIFT, VARIANCE};
use crate::nn::spec::{BlockSpec, EPSILON, Entry};

/// Pixels of a padded batch in the making: batch × channels × height × width.
struct Picture {
    x: Tensor<4>,
    /// Valid columns of each image.
    widths: Vec<usize>,
}

/// Runs the net.
pub(crate) fn forward(pass: &Pass<'_>) -> Output {
    let mut picture = pad(pass);
    let mut statistics = Vec::new();
    for (i, spec) in pass.spec.blocks.iter().enumerate() {
        if spec.flatten {
            picture = flatten(picture);
        }
        if spec.dropout {
            picture.x = drop_features(picture.x, &picture.widths, pass.masks.get(i), pass.device);
        }
        let leaves = &pass.leaves[i * PER_BLOCK..(i + 1) * PER_BLOCK];
        let x = picture.x.clone();
        let y = block(&mut picture, spec, leaves, pass.training.then_some(&mut statistics), pass.device);
        picture.x = if spec.residual { x + y } else { y };
    }
    if let Some(width) = pass.spec.recurrent {
        let x = drop_features(picture.x, &picture.widths, pass.masks.get(pass.spec.blocks.len()), pass.device);
        picture.x = lstm(x, &picture.widths, width, pass);
    }
    let x = drop_features(picture.x, &picture.widths, pass.masks.last(), pass.device);
    let [n, c, _, w] = x.dims();
    let [kernel, bias] = pass.head;
    let features = x.permute([0, 2, 3, 1]).reshape([n * w, c]);
    let outputs = pass.spec.outputs;
    let rows = features.matmul(kernel.clone().reshape([c, outputs])) + bias.clone().reshape([1, outputs]);
    Output { rows, places: places(&picture.widths, w), counts: picture.widths, statistics }
}

/// Row numbers of the valid columns in `batch · width` rows.
fn places(widths: &[usize], w: usize) -> Vec<usize> {
    widths.iter().enumerate().flat_map(|(i, &valid)| i * w..i * w + valid).collect()
}

fn pad(pass: &Pass<'_>) -> Picture {
    let entry = pass.spec.entry;
    let widths = pass.widths();
    let (n, w) = (widths.len(), widths.iter().copied().max().unwrap_or(0));
    // A row of the input is a line of the picture, or the channels of one frame.
    let [rows, columns] = match entry {
        Entry::Picture { height } => [height, w],
        Entry::Frames { dims } => [w, dims],
    };
    let mut values = vec![0.0_f32; n * rows * columns];
    for (image, block) in pass.images.iter().zip(values.chunks_exact_mut(rows * columns)) {
        for (row, line) in image.rows().into_iter().zip(block.chunks_exact_mut(columns)) {
            row.iter().zip(line).for_each(|(&v, p)| *p = v);
        }
    }
    let x = Tensor::<3>::from_data(TensorData::new(values, [n, rows, columns]), pass.device);
    let x = if entry.channels() == 1 { x } else { x.swap_dims(1, 2) };
    Picture { x: x.reshape([n, entry.channels(), entry.height(), w]), widths }
}

/// 1 on valid columns, 0 on padding: batch × 1 × 1 × width.
fn mask(widths: &[usize], w: usize, device: &Device) -> Tensor<4> {
    let column = |valid: usize| (0..w).map(move |x| if x < valid { 1.0_f32 } else { 0.0 });
    let values: Vec<f32> = widths.iter().flat_map(|&valid| column(valid)).collect();
    Tensor::from_data(TensorData::new(values, [widths.len(), 1, 1, w]), device)
}

fn block(
    p: &mut Picture,
    spec: &BlockSpec,
    leaves: &[Tensor<1>],
    statistics: Option<&mut Vec<Tensor<1>>>,
    device: &Device,
) -> Tensor<4> {
    let [kh, kw] = spec.kernel;
    let c = spec.output;
    let kernel = leaves[KERNEL].clone().reshape([kh, kw, spec.input, c]).permute([3, 2, 0, 1]);
    let padding = [kh / 2, (kw / 2) * spec.dilation];
    let z = conv2d(p.x.clone(), kernel, None, ConvOptions::new([1, 1], padding, [1, spec.dilation], 1));
    let [_, _, h, w] = z.dims();
    let vector = |i: usize| leaves[i].clone().reshape([1, c, 1, 1]);
    let mask = mask(&p.widths, w, device);
    let (centred, variance) = match statistics {
        Some(all) => {
            let count = (h * p.widths.iter().sum::<usize>()) as f32;
            let over = |t: Tensor<4>| t.sum_dims(&[0, 2, 3]).div_scalar(count);
            let mean = over(z.clone() * mask.clone());
            let centred = (z - mean.clone()) * mask.clone();
            let variance = over(centred.clone() * centred.clone());
            all.push(mean.detach().reshape([c]));
            all.push(variance.clone().detach().reshape([c]));
            (centred, variance)
        }
        None => (z - vector(MEAN), vector(VARIANCE)),
    };
    let y = relu(centred / variance.add_scalar(EPSILON).sqrt() * vector(SCALE) + vector(SHIFT)) * mask;
    if spec.pool == [1, 1] {
        return y;
    }
    p.widths.iter_mut().for_each(|w| *w /= spec.pool[1]);
    max_pool2d(y, MaxPoolOptions::new(spec.pool))
}

/// A bidirectional LSTM along the width of a picture of height 1; states are 0 on padding.
fn lstm(x: Tensor<4>, widths: &[usize], h: usize, pass: &Pass<'_>) -> Tensor<4> {
    let [n, c, _, w] = x.dims();
    let mask = mask(widths, w, pass.device).reshape([n, w, 1]);
    let columns = x.permute([0, 3, 1, 2]).reshape([n * w, c]);
    let [input, hidden, bias] = [0, 1, 2].map(|part| pass.lstm[part].clone());
    let [input, hidden] = [(input, c), (hidden, h)].map(|(kernel, rows)| kernel.reshape([2, rows, 4 * h]));
    let bias = bias.reshape([2, 1, 4 * h]);
    let direction = |d: usize| {
        let of = |t: &Tensor<3>| t.clone().slice(d..d + 1).squeeze_dim::<2>(0);
        let sums = (columns.clone().matmul(of(&input)) + of(&bias)).reshape([n, w, 4 * h]);
        let mut cell = Tensor::<2>::zeros([n, h], pass.device);
        let (mut state, mut states) = (cell.clone(), vec![None; w]);
        for s in 0..w {
            let t = if d == 0 { s } else { w - 1 - s };
            let at = |x: &Tensor<3>| x.clone().slice([0..n, t..t + 1]).squeeze_dim::<2>(1);
            let gates = at(&sums) + state.matmul(of(&hidden));
            let [i, f, g, o] = [0, 1, 2, 3].map(|part| gates.clone().slice([0..n, part * h..(part + 1) * h]));
            cell = (sigmoid(f) * cell + sigmoid(i) * g.tanh()) * at(&mask);
            state = sigmoid(o) * cell.clone().tanh();
            states[t] = Some(state.clone());
        }
        Tensor::stack::<3>(states.into_iter().flatten().collect(), 1)
    };
    let both = Tensor::cat(vec![direction(0), direction(1)], 2);
    both.permute([0, 2, 1]).reshape([n, 2 * h, 1, w])
}

/// Height × width × channels of each image become the channels of one pixel.
fn flatten(p: Picture) -> Picture {
    let [n, c, h, w] = p.x.dims();
    let x = p.x.permute([0, 2, 3, 1]).reshape([n, h * w * c, 1, 1]);
    Picture { x, widths: vec![1; n] }
}

/// Multiplies features of height 1 with a mask that was drawn for the valid columns, row by row.
fn drop_features(x: Tensor<4>, widths: &[usize], mask: Option<&Vec<f32>>, device: &Device) -> Tensor<4> {
    let Some(mask) = mask.filter(|m| !m.is_empty()) else { return x };
    let [n, c, _, w] = x.dims();
    let mut dense = vec![0.0_f32; n * w * c];
    for (place, row) in places(widths, w).into_iter().zip(mask.chunks_exact(c)) {
        dense[place * c..(place + 1) * c].copy_from_slice(row);
    }
    let dense: Tensor<4> = Tensor::from_data(TensorData::new(dense, [n, 1, w, c]), device);
    x * dense.permute([0, 3, 1, 2])
}
