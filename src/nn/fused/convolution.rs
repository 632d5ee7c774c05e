//! Convolution as matrix products straight from a picture with margins.

use rayon::prelude::*;

use crate::nn::fused::layout::{Band, Bands, Layout, split};
use crate::nn::fused::matrix::{Matrix, multiply};

/// A kernel of height × width taps over `input` channels to `output` channels; its numbers lie in that order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Kernel {
    pub size: [usize; 2],
    pub dilation: usize,
    pub input: usize,
    pub output: usize,
}

/// Taps that lie one behind the other in the picture and in the kernel.
struct Run {
    /// Lines above or below the pixel.
    y: isize,
    /// Pixels before or behind it.
    x: isize,
    /// Numbers in the run.
    len: usize,
    /// Its first row in the kernel as a matrix.
    row: usize,
}

/// Fewer channels than this in a run are copied together first: the product would be too thin.
const THIN: usize = 24;

impl Kernel {
    /// The margin that it needs.
    pub fn margin(&self) -> [usize; 2] {
        [self.size[0] / 2, self.size[1] / 2 * self.dilation]
    }

    /// Rows of the kernel as a matrix.
    pub fn rows(&self) -> usize {
        self.size[0] * self.size[1] * self.input
    }

    /// Multiplications per pixel.
    pub fn cost(&self) -> usize {
        self.rows() * self.output
    }

    fn runs(&self) -> Vec<Run> {
        let [h, w] = self.size;
        let (joined, apart) = if self.dilation == 1 { (w, 1) } else { (1, w) };
        let run = |ky: usize, kx: usize| Run {
            y: ky as isize - (h / 2) as isize,
            x: (kx as isize - (w / 2) as isize) * self.dilation as isize,
            len: joined * self.input,
            row: (ky * w + kx) * self.input,
        };
        (0..h).flat_map(|ky| (0..apart).map(move |kx| run(ky, kx))).collect()
    }

    fn is_thin(&self) -> bool {
        self.size != [1, 1] && self.runs().first().is_some_and(|r| r.len < THIN)
    }

    /// The kernel of the backward pass to the input: taps turned round, inputs and outputs exchanged.
    fn reversed(&self, weights: &[f32]) -> (Kernel, Vec<f32>) {
        let taps = self.size[0] * self.size[1];
        let mut turned = vec![0.0; weights.len()];
        for (tap, block) in turned.chunks_exact_mut(self.input * self.output).enumerate() {
            let from = &weights[(taps - 1 - tap) * self.input * self.output..];
            for (o, row) in block.chunks_exact_mut(self.input).enumerate() {
                row.iter_mut().enumerate().for_each(|(i, v)| *v = from[i * self.output + o]);
            }
        }
        (Kernel { input: self.output, output: self.input, ..*self }, turned)
    }
}

/// First pixel that a run of a band reads.
fn first(layout: &Layout, band: &Band, run: &Run) -> usize {
    let stride = layout.stride(band.image) as isize;
    (layout.start(band.image, band.lines.0) as isize + run.y * stride + run.x) as usize
}

/// All taps of each pixel of a band, side by side.
fn gather(x: &[f32], layout: &Layout, band: &Band, k: &Kernel) -> Vec<f32> {
    let width = k.rows();
    let mut rows = vec![0.0; band.len * width];
    for run in k.runs() {
        let from = first(layout, band, &run) * k.input;
        for (i, row) in rows.chunks_exact_mut(width).enumerate() {
            let at = from + i * k.input;
            row[run.row..run.row + run.len].copy_from_slice(&x[at..at + run.len]);
        }
    }
    rows
}

/// Convolves one band into `out`, rows of the product.
fn convolve_band(x: &[f32], layout: &Layout, band: &Band, k: &Kernel, weights: &[f32], out: &mut [f32]) {
    let (m, n) = (band.len, k.output);
    if k.is_thin() {
        let rows = gather(x, layout, band, k);
        let a = Matrix::new(&rows, k.rows());
        return multiply(out, [m, n, k.rows()], a, Matrix::new(weights, n), false);
    }
    for (i, run) in k.runs().iter().enumerate() {
        let a = Matrix::new(&x[first(layout, band, run) * k.input..], k.input);
        multiply(out, [m, n, run.len], a, Matrix::new(&weights[run.row * n..], n), i > 0);
    }
}

/// A group's bands as one, where they lie one behind the other.
fn merge(bands: &Bands, group: usize) -> Vec<Band> {
    let all = &bands.all[bands.groups[group].clone()];
    match all.first() {
        Some(first) if bands.merged => vec![Band { len: all.iter().map(|b| b.len).sum(), ..*first }],
        _ => all.to_vec(),
    }
}

/// The product: one row per position of `bands`, margins between lines included, which hold numbers without meaning.
/// `after` sees each group's part while it is in cache.
pub(crate) fn convolve<R: Send>(
    x: &[f32],
    layout: &Layout,
    bands: &Bands,
    k: &Kernel,
    weights: &[f32],
    after: impl Fn(usize, &[f32]) -> R + Sync,
) -> (Vec<f32>, Vec<R>) {
    let mut product = vec![0.0; bands.rows * k.output];
    let parts = split(&mut product, &bands.product_bounds(), k.output);
    let results = parts
        .into_par_iter()
        .enumerate()
        .map(|(g, part)| {
            let base = bands.all[bands.groups[g].start].product;
            for band in merge(bands, g) {
                let from = (band.product - base) * k.output;
                convolve_band(x, layout, &band, k, weights, &mut part[from..from + band.len * k.output]);
            }
            after(g, part)
        })
        .collect();
    (product, results)
}

/// ∂L/∂x from `gradient`, ∂L/∂(product) in the layout of `x` with zeros in all margins.
pub(crate) fn to_input(gradient: &[f32], layout: &Layout, bands: &Bands, k: &Kernel, weights: &[f32]) -> Vec<f32> {
    let (back, turned) = k.reversed(weights);
    let mut out = vec![0.0; layout.pixels() * k.input];
    let bounds = bands.pixel_bounds(layout, 1);
    let parts = split(&mut out, &bounds, k.input);
    parts.into_par_iter().enumerate().for_each(|(g, part)| {
        for band in merge(bands, g) {
            let from = (layout.start(band.image, band.lines.0) - bounds[g]) * k.input;
            let rows = &mut part[from..from + band.len * k.input];
            convolve_band(gradient, layout, &band, &back, &turned, rows);
            if !bands.merged {
                clear_margins(rows, layout, &band, k.input);
            }
        }
    });
    out
}

/// Zeros between the lines of a band.
fn clear_margins(rows: &mut [f32], layout: &Layout, band: &Band, channels: usize) {
    let valid = layout.widths[band.image] * channels;
    for line in rows.chunks_mut(layout.stride(band.image) * channels) {
        if let Some(margin) = line.get_mut(valid..) {
            margin.fill(0.0);
        }
    }
}

/// Parts that the sum over pixels is cut into; fixed, so that the sum is the same at any thread count.
const PARTS: usize = 8;

/// ∂L/∂(kernel) from `gradient` as in [`to_input`].
pub(crate) fn to_kernel(x: &[f32], gradient: &[f32], layout: &Layout, bands: &Bands, k: &Kernel) -> Vec<f32> {
    let per = bands.groups.len().div_ceil(PARTS).max(1);
    let chunks: Vec<_> = (0..bands.groups.len()).step_by(per).collect();
    let partial: Vec<Vec<f32>> = chunks
        .into_par_iter()
        .map(|first| {
            let mut sum = vec![0.0; k.cost()];
            let mut add = false;
            for g in first..(first + per).min(bands.groups.len()) {
                for band in merge(bands, g) {
                    add_band(x, gradient, layout, &band, k, &mut sum, add);
                    add = true;
                }
            }
            sum
        })
        .collect();
    let mut partial = partial.into_iter();
    let mut sum = partial.next().unwrap_or_else(|| vec![0.0; k.cost()]);
    for part in partial {
        sum.iter_mut().zip(part).for_each(|(s, p)| *s += p);
    }
    sum
}

fn add_band(x: &[f32], gradient: &[f32], layout: &Layout, band: &Band, k: &Kernel, sum: &mut [f32], add: bool) {
    let (m, n) = (band.len, k.output);
    let g = Matrix::new(&gradient[layout.start(band.image, band.lines.0) * n..], n);
    if k.is_thin() {
        let rows = gather(x, layout, band, k);
        return multiply(sum, [k.rows(), n, m], Matrix::new(&rows, k.rows()).transposed(), g, add);
    }
    for run in k.runs() {
        let a = Matrix::new(&x[first(layout, band, &run) * k.input..], k.input).transposed();
        multiply(&mut sum[run.row * n..(run.row + run.len) * n], [run.len, n, m], a, g, add);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(n: usize, seed: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * 7919 + seed * 104_729) % 1009) as f32 / 504.5 - 1.0).collect()
    }

    /// Noise on valid pixels, zeros in the margins.
    fn pixels(layout: &Layout, channels: usize, seed: usize) -> Vec<f32> {
        let mut x = vec![0.0; layout.pixels() * channels];
        for place in layout.places() {
            x[place * channels..(place + 1) * channels].copy_from_slice(&noise(channels, seed + place));
        }
        x
    }

    /// The definition of a convolution, pixel by pixel.
    fn at(x: &[f32], layout: &Layout, k: &Kernel, w: &[f32], image: usize, [y, x0]: [usize; 2], o: usize) -> f64 {
        let mut sum = 0.0;
        for (ky, kx) in (0..k.size[0]).flat_map(|a| (0..k.size[1]).map(move |b| (a, b))) {
            let line = (y + ky).checked_sub(k.size[0] / 2).filter(|&l| l < layout.height);
            let column = (x0 + kx * k.dilation).checked_sub(k.size[1] / 2 * k.dilation);
            let (Some(line), Some(column)) = (line, column.filter(|&c| c < layout.widths[image])) else { continue };
            for i in 0..k.input {
                let v = x[(layout.start(image, line) + column) * k.input + i];
                sum += f64::from(v) * f64::from(w[((ky * k.size[1] + kx) * k.input + i) * k.output + o]);
            }
        }
        sum
    }

    fn kernels() -> [Kernel; 5] {
        let kernel = |size, dilation, input, output| Kernel { size, dilation, input, output };
        [
            kernel([3, 3], 1, 1, 5),
            kernel([3, 3], 1, 9, 4),
            kernel([1, 3], 3, 30, 7),
            kernel([1, 1], 1, 6, 3),
            kernel([3, 5], 2, 2, 3),
        ]
    }

    #[test]
    fn products_are_those_of_the_definition() {
        for k in kernels() {
            let layout = Layout::new(4, vec![5, 1, 8], k.margin());
            let bands = Bands::new(&layout, 2, WORK_FOR_SMALL_BANDS);
            let (x, w) = (pixels(&layout, k.input, 1), noise(k.cost(), 2));
            let (product, _) = convolve(&x, &layout, &bands, &k, &w, |_, _| ());
            for band in &bands.all {
                for (y, column) in
                    (band.lines.0..band.lines.1).flat_map(|y| (0..layout.widths[band.image]).map(move |c| (y, c)))
                {
                    let row = band.product + (y - band.lines.0) * layout.stride(band.image) + column;
                    for o in 0..k.output {
                        let expected = at(&x, &layout, &k, &w, band.image, [y, column], o);
                        assert!((f64::from(product[row * k.output + o]) - expected).abs() < 1e-4, "{k:?}");
                    }
                }
            }
        }
    }

    /// Makes the smallest bands, so that their seams are tested.
    const WORK_FOR_SMALL_BANDS: usize = usize::MAX;

    #[test]
    fn gradients_are_the_transposes_of_the_product() {
        for k in kernels() {
            let layout = Layout::new(4, vec![5, 40, 8], k.margin());
            let bands = Bands::new(&layout, 1, WORK_FOR_SMALL_BANDS);
            let (x, w) = (pixels(&layout, k.input, 1), noise(k.cost(), 2));
            let g = pixels(&layout, k.output, 3);
            let (product, _) = convolve(&x, &layout, &bands, &k, &w, |_, _| ());
            let mut value = 0.0;
            for band in &bands.all {
                let from = layout.start(band.image, band.lines.0) * k.output;
                let rows = &product[band.product * k.output..(band.product + band.len) * k.output];
                value += dot(rows, &g[from..]);
            }
            let to_x = dot(&to_input(&g, &layout, &bands, &k, &w), &x);
            let to_w = dot(&to_kernel(&x, &g, &layout, &bands, &k), &w);
            assert!((value - to_x).abs() < 1e-3 && (value - to_w).abs() < 1e-3, "{k:?}: {value} {to_x} {to_w}");
        }
    }

    fn dot(a: &[f32], b: &[f32]) -> f64 {
        a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
    }
}
