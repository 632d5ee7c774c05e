//! Batch normalisation, ReLU and max-pool over the product of a convolution, there and back.

use rayon::prelude::*;

use crate::nn::fused::lanes::{self, Affine, Windows};
use crate::nn::fused::layout::{Band, Bands, Layout, split};

/// Sums over pixels, per channel.
pub(crate) struct Sums {
    pub first: Vec<f64>,
    pub second: Vec<f64>,
}

impl Sums {
    fn zeros(n: usize) -> Self {
        Sums { first: vec![0.0; n], second: vec![0.0; n] }
    }

    /// Adds up in order.
    pub fn total(parts: Vec<Sums>, n: usize) -> Sums {
        let mut total = Sums::zeros(n);
        for part in parts {
            total.first.iter_mut().zip(part.first).for_each(|(t, p)| *t += p);
            total.second.iter_mut().zip(part.second).for_each(|(t, p)| *t += p);
        }
        total
    }
}

/// Sum and sum of squares over the valid pixels of a group.
pub(crate) fn moments(product: &[f32], layout: &Layout, bands: &[Band], channels: usize) -> Sums {
    let mut sums = Sums::zeros(channels);
    let base = bands.first().map_or(0, |b| b.product);
    for band in bands {
        let from = (band.product - base) * channels;
        let rows = &product[from..from + band.len * channels];
        for line in rows.chunks(layout.stride(band.image) * channels) {
            let valid = &line[..layout.widths[band.image] * channels];
            lanes::moments(valid, channels, &mut sums.first, &mut sums.second);
        }
    }
    sums
}

impl Affine {
    /// Normalisation by `mean` and `variance`, then `scale` and `shift`.
    pub fn new(scale: &[f32], shift: &[f32], mean: &[f32], variance: &[f32], epsilon: f32) -> Self {
        let inverse: Vec<f32> = variance.iter().map(|v| 1.0 / (v + epsilon).sqrt()).collect();
        let factor: Vec<f32> = scale.iter().zip(&inverse).map(|(s, i)| s * i).collect();
        let offset = shift.iter().zip(mean).zip(&factor).map(|((b, m), f)| b - m * f).collect();
        Affine { factor, offset, mean: mean.to_vec(), inverse }
    }
}

/// A product, where it lies, and where its pooled pictures lie.
#[derive(Clone, Copy)]
pub(crate) struct Pooling<'a> {
    pub product: &'a [f32],
    pub input: &'a Layout,
    pub output: &'a Layout,
    pub bands: &'a Bands,
    pub pool: [usize; 2],
    pub channels: usize,
}

impl<'a> Pooling<'a> {
    /// Pixels from the first of a window to each of its own.
    fn offsets(&self, band: &Band) -> Vec<usize> {
        let stride = self.input.stride(band.image);
        let [h, w] = self.pool;
        (0..h).flat_map(|y| (0..w).map(move |x| y * stride + x)).collect()
    }

    /// Lines of the output that a band makes.
    fn lines(&self, band: &Band) -> std::ops::Range<usize> {
        band.lines.0 / self.pool[0]..band.lines.1 / self.pool[0]
    }

    /// Pixels from the band's first to the first that line `y` of the output covers.
    fn below(&self, band: &Band, y: usize) -> usize {
        (y * self.pool[0] - band.lines.0) * self.input.stride(band.image)
    }

    fn windows<'b>(&self, band: &Band, y: usize, offsets: &'b [usize]) -> Windows<'b>
    where
        'a: 'b,
    {
        let first = band.product + self.below(band, y);
        let product = &self.product[first * self.channels..(band.product + band.len) * self.channels];
        Windows { product, offsets, step: self.pool[1], channels: self.channels }
    }

    fn group(&self, g: usize) -> &'a [Band] {
        &self.bands.all[self.bands.groups[g].clone()]
    }
}

/// max(0, max over the window of value · factor + offset), in the layout of the output.
pub(crate) fn activate(p: Pooling<'_>, affine: &Affine) -> Vec<f32> {
    let mut out = vec![0.0; p.output.pixels() * p.channels];
    let bounds = p.bands.pixel_bounds(p.output, p.pool[0]);
    split(&mut out, &bounds, p.channels).into_par_iter().enumerate().for_each(|(g, part)| {
        for band in p.group(g) {
            let offsets = p.offsets(band);
            for y in p.lines(band) {
                let from = (p.output.start(band.image, y) - bounds[g]) * p.channels;
                let line = &mut part[from..from + p.output.widths[band.image] * p.channels];
                lanes::activate(p.windows(band, y, &offsets), affine, line);
            }
        }
    });
    out
}

/// ∂L/∂(product) in the layout of the input with zeros in all margins; ∂L/∂scale and ∂L/∂shift.
pub(crate) fn deactivate(p: Pooling<'_>, affine: &Affine, gradient: &[f32]) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
    let mut out = vec![0.0; p.input.pixels() * p.channels];
    let bounds = p.bands.pixel_bounds(p.input, 1);
    let parts = split(&mut out, &bounds, p.channels);
    let sums = parts.into_par_iter().enumerate().map(|(g, part)| route(p, affine, gradient, g, part, bounds[g]));
    let sums = Sums::total(sums.collect(), p.channels);
    let count = p.input.valid() as f64;
    // The mean of the batch and its variance depend on every pixel: two corrections per channel.
    let slope = |c: usize| -f64::from(affine.factor[c] * affine.inverse[c]) * sums.second[c] / count;
    let level = |c: usize| -f64::from(affine.factor[c]) * sums.first[c] / count - f64::from(affine.mean[c]) * slope(c);
    let slopes: Vec<f32> = (0..p.channels).map(|c| slope(c) as f32).collect();
    let levels: Vec<f32> = (0..p.channels).map(|c| level(c) as f32).collect();
    split(&mut out, &bounds, p.channels).into_par_iter().enumerate().for_each(|(g, part)| {
        for band in p.group(g) {
            let from = (p.input.start(band.image, band.lines.0) - bounds[g]) * p.channels;
            let stride = p.input.stride(band.image) * p.channels;
            let valid = p.input.widths[band.image] * p.channels;
            let values = &p.product[band.product * p.channels..(band.product + band.len) * p.channels];
            let rows = &mut part[from..from + values.len()];
            for (line, values) in rows.chunks_mut(stride).zip(values.chunks(stride)) {
                lanes::correct(&mut line[..valid], &values[..valid], &affine.factor, &slopes, &levels);
            }
        }
    });
    let scale = sums.second.iter().map(|&v| v as f32).collect();
    let shift = sums.first.iter().map(|&v| v as f32).collect();
    (out, scale, shift)
}

/// Sends the gradients of a group's outputs to the pixels that they came from; sums gradients and gradients ·
/// normalised values.
fn route(p: Pooling<'_>, affine: &Affine, gradient: &[f32], g: usize, part: &mut [f32], base: usize) -> Sums {
    let mut sums = Sums::zeros(p.channels);
    for band in p.group(g) {
        let offsets = p.offsets(band);
        for y in p.lines(band) {
            let from = p.output.start(band.image, y) * p.channels;
            let line = &gradient[from..from + p.output.widths[band.image] * p.channels];
            let to = (p.input.start(band.image, band.lines.0) - base + p.below(band, y)) * p.channels;
            let windows = p.windows(band, y, &offsets);
            lanes::route(windows, affine, line, &mut part[to..], (&mut sums.first, &mut sums.second));
        }
    }
    sums
}
