//! Batch normalisation, ReLU and max-pool over the product of a convolution, there and back.

use rayon::prelude::*;

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

    /// Adds one line's sums, which ran in f32.
    fn add(&mut self, first: &mut [f32], second: &mut [f32]) {
        for (total, line) in [(&mut self.first, first), (&mut self.second, second)] {
            total.iter_mut().zip(line.iter()).for_each(|(t, &l)| *t += f64::from(l));
            line.fill(0.0);
        }
    }
}

/// Sum and sum of squares over the valid pixels of a group.
pub(crate) fn moments(product: &[f32], layout: &Layout, bands: &[Band], channels: usize) -> Sums {
    let mut sums = Sums::zeros(channels);
    let mut first = vec![0.0_f32; channels];
    let mut second = vec![0.0_f32; channels];
    let base = bands.first().map_or(0, |b| b.product);
    for band in bands {
        let from = (band.product - base) * channels;
        let rows = &product[from..from + band.len * channels];
        for line in rows.chunks(layout.stride(band.image) * channels) {
            let valid = &line[..layout.widths[band.image] * channels];
            for pixel in valid.chunks_exact(channels) {
                for ((s, q), &v) in first.iter_mut().zip(&mut second).zip(pixel) {
                    *s += v;
                    *q += v * v;
                }
            }
            sums.add(&mut first, &mut second);
        }
    }
    sums
}

/// What normalisation does to a channel: value · factor + offset.
#[derive(Debug, Clone)]
pub(crate) struct Affine {
    pub factor: Vec<f32>,
    pub offset: Vec<f32>,
    pub mean: Vec<f32>,
    /// 1 / √(variance + ε)
    pub inverse: Vec<f32>,
}

impl Affine {
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
}

impl Pooling<'_> {
    /// Positions in the product of the window at column `x` of line `y`, counted in the output.
    fn window(&self, band: &Band, y: usize, x: usize) -> impl Iterator<Item = usize> + use<> {
        let stride = self.input.stride(band.image);
        let [h, w] = self.pool;
        let corner = band.product + (y * h - band.lines.0) * stride + x * w;
        (0..h).flat_map(move |i| (0..w).map(move |j| corner + i * stride + j))
    }

    fn lines(&self, band: &Band) -> std::ops::Range<usize> {
        band.lines.0 / self.pool[0]..band.lines.1 / self.pool[0]
    }
}

/// max(0, max over the window of value · factor + offset), in the layout of the output.
pub(crate) fn activate(p: Pooling<'_>, affine: &Affine) -> Vec<f32> {
    let channels = affine.factor.len();
    let mut out = vec![0.0; p.output.pixels() * channels];
    let bounds = p.bands.pixel_bounds(p.output, p.pool[0]);
    split(&mut out, &bounds, channels).into_par_iter().enumerate().for_each(|(g, part)| {
        for band in &p.bands.all[p.bands.groups[g].clone()] {
            for y in p.lines(band) {
                let from = (p.output.start(band.image, y) - bounds[g]) * channels;
                let line = &mut part[from..from + p.output.widths[band.image] * channels];
                for (x, pixel) in line.chunks_exact_mut(channels).enumerate() {
                    for at in p.window(band, y, x) {
                        raise(pixel, &p.product[at * channels..(at + 1) * channels], affine);
                    }
                }
            }
        }
    });
    out
}

/// Raises each channel to its normalised value; from 0, so that the ReLU is in it.
fn raise(pixel: &mut [f32], values: &[f32], affine: &Affine) {
    for (((p, &v), &f), &o) in pixel.iter_mut().zip(values).zip(&affine.factor).zip(&affine.offset) {
        let u = v * f + o;
        *p = if u > *p { u } else { *p };
    }
}

/// ∂L/∂(product) in the layout of the input with zeros in all margins; ∂L/∂scale and ∂L/∂shift.
pub(crate) fn deactivate(p: Pooling<'_>, affine: &Affine, gradient: &[f32]) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
    let channels = affine.factor.len();
    let mut out = vec![0.0; p.input.pixels() * channels];
    let bounds = p.bands.pixel_bounds(p.input, 1);
    let parts = split(&mut out, &bounds, channels);
    let sums = parts.into_par_iter().enumerate().map(|(g, part)| route(p, affine, gradient, g, part, bounds[g]));
    let sums = Sums::total(sums.collect(), channels);
    let count = p.input.valid() as f64;
    // The mean of the batch and its variance depend on every pixel: two corrections per channel.
    let slope = |c: usize| -f64::from(affine.factor[c] * affine.inverse[c]) * sums.second[c] / count;
    let level = |c: usize| -f64::from(affine.factor[c]) * sums.first[c] / count - f64::from(affine.mean[c]) * slope(c);
    let slopes: Vec<f32> = (0..channels).map(|c| slope(c) as f32).collect();
    let levels: Vec<f32> = (0..channels).map(|c| level(c) as f32).collect();
    split(&mut out, &bounds, channels).into_par_iter().enumerate().for_each(|(g, part)| {
        for band in &p.bands.all[p.bands.groups[g].clone()] {
            correct(p, band, affine, [&slopes, &levels], part, bounds[g]);
        }
    });
    let scale = sums.second.iter().map(|&v| v as f32).collect();
    let shift = sums.first.iter().map(|&v| v as f32).collect();
    (out, scale, shift)
}

/// Sends each output's gradient to the pixel that it came from; sums gradients and gradients · normalised values.
fn route(p: Pooling<'_>, affine: &Affine, gradient: &[f32], g: usize, part: &mut [f32], base: usize) -> Sums {
    let channels = affine.factor.len();
    let mut sums = Sums::zeros(channels);
    let mut best = vec![0.0_f32; channels];
    let mut left = vec![0.0_f32; channels];
    let mut first = vec![0.0_f32; channels];
    let mut second = vec![0.0_f32; channels];
    for band in &p.bands.all[p.bands.groups[g].clone()] {
        // Positions in the product and in the part differ by a constant within a band.
        let shift = p.input.start(band.image, band.lines.0) - base;
        for y in p.lines(band) {
            for x in 0..p.output.widths[band.image] {
                best.fill(0.0);
                for at in p.window(band, y, x) {
                    raise(&mut best, &p.product[at * channels..(at + 1) * channels], affine);
                }
                let from = (p.output.start(band.image, y) + x) * channels;
                for (((l, &b), &d), f) in left.iter_mut().zip(&best).zip(&gradient[from..]).zip(&mut first) {
                    *l = if b > 0.0 { d } else { 0.0 };
                    *f += *l;
                }
                for at in p.window(band, y, x) {
                    let values = &p.product[at * channels..(at + 1) * channels];
                    let to = (at - band.product + shift) * channels;
                    claim(&mut part[to..to + channels], values, affine, &best, &mut left, &mut second);
                }
            }
            sums.add(&mut first, &mut second);
        }
    }
    sums
}

/// Where this pixel was the best, it takes what is left of the gradient.
fn claim(to: &mut [f32], values: &[f32], affine: &Affine, best: &[f32], left: &mut [f32], second: &mut [f32]) {
    let n = to.len();
    let (factor, offset, mean, inverse) =
        (&affine.factor[..n], &affine.offset[..n], &affine.mean[..n], &affine.inverse[..n]);
    let (values, best, left, second) = (&values[..n], &best[..n], &mut left[..n], &mut second[..n]);
    for c in 0..n {
        let hit = values[c] * factor[c] + offset[c] == best[c];
        let taken = if hit { left[c] } else { 0.0 };
        left[c] = if hit { 0.0 } else { left[c] };
        to[c] = taken;
        second[c] += taken * ((values[c] - mean[c]) * inverse[c]);
    }
}

/// gradient · factor + value · slope + level, on valid pixels.
fn correct(p: Pooling<'_>, band: &Band, affine: &Affine, [slopes, levels]: [&[f32]; 2], part: &mut [f32], base: usize) {
    let channels = affine.factor.len();
    let stride = p.input.stride(band.image) * channels;
    let valid = p.input.widths[band.image] * channels;
    let from = (p.input.start(band.image, band.lines.0) - base) * channels;
    let values = &p.product[band.product * channels..(band.product + band.len) * channels];
    let rows = &mut part[from..from + band.len * channels];
    for (line, values) in rows.chunks_mut(stride).zip(values.chunks(stride)) {
        let pixels = line[..valid].chunks_exact_mut(channels).zip(values[..valid].chunks_exact(channels));
        for (pixel, values) in pixels {
            let terms = values.iter().zip(&affine.factor).zip(slopes.iter().zip(levels));
            for (g, ((&v, &f), (&s, &l))) in pixel.iter_mut().zip(terms) {
                *g = *g * f + (v * s + l);
            }
        }
    }
}
