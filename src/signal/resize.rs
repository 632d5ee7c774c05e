//! Resampling of ink images.

use ndarray::{Array2, Axis};

/// For each output position, the first source index and the weights from there on.
struct Taps {
    first: Vec<usize>,
    weights: Vec<Vec<f32>>,
}

/// Triangle filter over the window `from..to` of `n` source pixels, `out` samples: bilinear when enlarging, area averaging when
/// reducing. Samples outside the image do not count; a window without any gives no weights, which reads as paper.
fn taps(n: usize, from: f32, to: f32, out: usize) -> Taps {
    let step = (to - from) / out.max(1) as f32;
    let support = step.abs().max(1.0);
    let mut first = Vec::with_capacity(out);
    let mut weights = Vec::with_capacity(out);
    for i in 0..out {
        let centre = from + (i as f32 + 0.5) * step;
        let low = (centre - support).floor().max(0.0) as usize;
        let high = ((centre + support).ceil().max(0.0) as usize).min(n);
        let mut w: Vec<f32> = (low..high).map(|j| (1.0 - (j as f32 + 0.5 - centre).abs() / support).max(0.0)).collect();
        let sum: f32 = w.iter().sum();
        if sum > 1e-6 {
            w.iter_mut().for_each(|v| *v /= sum);
        } else {
            w.clear();
        }
        first.push(low);
        weights.push(w);
    }
    Taps { first, weights }
}

/// Resamples the window `top..bottom` × `left..right` (source pixels, fractions allowed, may lie partly outside) to
/// `height` × `width`.
///
/// Bilinear when enlarging, a triangle filter over the covered area when reducing. Cost: proportional to the source window.
pub fn crop(ink: &Array2<f32>, rows: (f32, f32), columns: (f32, f32), height: usize, width: usize) -> Array2<f32> {
    let (h, w) = ink.dim();
    let across = taps(w, columns.0, columns.1, width);
    let down = taps(h, rows.0, rows.1, height);
    let low = down.first.iter().copied().min().unwrap_or(0).min(h);
    let high = down.first.iter().zip(&down.weights).map(|(f, t)| f + t.len()).max().unwrap_or(0).clamp(low, h);
    let mut narrow = Array2::<f32>::zeros((high - low, width));
    for (source, mut target) in ink.axis_iter(Axis(0)).skip(low).zip(narrow.axis_iter_mut(Axis(0))) {
        for (x, value) in target.iter_mut().enumerate() {
            *value = across.weights[x].iter().enumerate().map(|(k, t)| t * source[across.first[x] + k]).sum();
        }
    }
    let mut result = Array2::<f32>::zeros((height, width));
    for (y, mut target) in result.axis_iter_mut(Axis(0)).enumerate() {
        for (k, t) in down.weights[y].iter().enumerate() {
            target.scaled_add(*t, &narrow.row(down.first[y] + k - low));
        }
    }
    result
}

/// Resamples the columns of an ink image in 0..=1 to `factor` times their number, at least one; the rows stay.
pub fn stretch(ink: &Array2<f32>, factor: f32) -> Array2<f32> {
    let (height, width) = ink.dim();
    let mut wide = resize(ink, height, ((width as f32 * factor).round() as usize).max(1));
    // Resampling overshoots by rounding.
    wide.mapv_inplace(|v| v.clamp(0.0, 1.0));
    wide
}

/// Resamples a whole image to `height` × `width`; see [`crop`].
pub fn resize(ink: &Array2<f32>, height: usize, width: usize) -> Array2<f32> {
    let (h, w) = ink.dim();
    crop(ink, (0.0, h as f32), (0.0, w as f32), height, width)
}

/// Moves each row sideways by `shear` times its distance above the middle row (positive leans the top to the right), with paper
/// added at both sides so that nothing is lost. Returns the image and the columns added at each side.
pub fn shear_rows(ink: &Array2<f32>, shear: f32) -> (Array2<f32>, usize) {
    let (h, w) = ink.dim();
    let middle = (h as f32 - 1.0) / 2.0;
    let pad = (shear.abs() * middle).ceil() as usize;
    let mut result = Array2::zeros((h, w + 2 * pad));
    for (y, source) in ink.axis_iter(Axis(0)).enumerate() {
        let shift = shear * (middle - y as f32) + pad as f32;
        let whole = shift.floor().max(0.0) as usize;
        let part = shift - whole as f32;
        let mut target = result.row_mut(y);
        for (x, v) in source.iter().enumerate() {
            if let Some(t) = target.get_mut(x + whole) {
                *t += (1.0 - part) * v;
            }
            if let Some(t) = target.get_mut(x + whole + 1) {
                *t += part * v;
            }
        }
    }
    (result, pad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resizing_keeps_the_mean() {
        let image = Array2::from_shape_fn((40, 100), |(y, x)| ((x * 7 + y * 13) % 32) as f32 / 32.0);
        let small = resize(&image, 20, 50);
        assert!((small.mean().unwrap() - image.mean().unwrap()).abs() < 0.01);
        let large = resize(&image, 80, 200);
        assert!((large.mean().unwrap() - image.mean().unwrap()).abs() < 0.01);
    }

    #[test]
    fn resizing_to_the_same_size_changes_nothing() {
        let image = Array2::from_shape_fn((7, 9), |(y, x)| (x + y) as f32);
        let same = resize(&image, 7, 9);
        assert!(same.iter().zip(&image).all(|(a, b)| (a - b).abs() < 1e-5));
    }

    #[test]
    fn a_window_outside_the_image_is_paper() {
        let image = Array2::from_elem((4, 4), 1.0);
        let outside = crop(&image, (10.0, 20.0), (0.0, 4.0), 3, 3);
        assert_eq!(outside, Array2::<f32>::zeros((3, 3)));
    }

    #[test]
    fn a_shear_leans_the_top_to_the_right_and_keeps_the_ink() {
        let mut image = Array2::zeros((21, 30));
        image.column_mut(15).fill(1.0);
        let (sheared, pad) = shear_rows(&image, 0.5);
        assert_eq!(pad, 5);
        assert_eq!(sheared[[0, 15 + pad + 5]], 1.0);
        assert_eq!(sheared[[20, 15 + pad - 5]], 1.0);
        assert!((sheared.sum() - image.sum()).abs() < 1e-4);
    }
}
