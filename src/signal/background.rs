//! Uneven light and shadows.

use ndarray::{Array2, s};

use super::resize;

/// Darkness (grey levels, 255 − brightness) with the local level of the paper taken off, so that light and shadow across a field do
/// not pass for ink; what is brighter than its surroundings becomes 0.
///
/// The paper's level is the lower 35 % of darkness in windows of one image height (24 pixels at least) that overlap by half,
/// interpolated between them: writing may cover up to half of a window. Small texture stays. Cost: four sorts of the pixels.
pub fn flatten(darkness: &Array2<f32>) -> Array2<f32> {
    let (height, width) = darkness.dim();
    if darkness.is_empty() {
        return darkness.clone();
    }
    let step = (height / 2).max(12);
    let (rows, columns) = (height.div_ceil(step), width.div_ceil(step));
    let mut window = Vec::with_capacity(4 * step * step);
    let coarse = Array2::from_shape_fn((rows, columns), |(r, c)| {
        let around = |i: usize, n: usize| {
            let middle = (i * step + step / 2).min(n);
            middle.saturating_sub(step)..(middle + step).min(n)
        };
        window.clear();
        window.extend(darkness.slice(s![around(r, height), around(c, width)]).iter().copied());
        let rank = window.len() * 35 / 100;
        *window.select_nth_unstable_by(rank, f32::total_cmp).1
    });
    let paper = if rows * columns == 1 {
        Array2::from_elem((height, width), coarse[[0, 0]])
    } else {
        resize(&coarse, height, width)
    };
    let mut flat = darkness - &paper;
    flat.mapv_inplace(|v| v.max(0.0));
    flat
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shadow_vanishes_and_strokes_stay() {
        let shadow = |x: usize| 20.0 + 80.0 * x as f32 / 200.0;
        let stroke = |x: usize| if x % 20 < 3 { 90.0 } else { 0.0 };
        let flat = flatten(&Array2::from_shape_fn((40, 200), |(_, x)| shadow(x) + stroke(x)));
        for x in 25..175 {
            let off = (flat[[20, x]] - stroke(x)).abs();
            assert!(off < 12.0, "column {x}: {}", flat[[20, x]]);
        }
    }

    #[test]
    fn a_constant_image_becomes_nothing_at_any_size() {
        for size in [(1, 1), (1, 300), (300, 1), (5, 7), (40, 200)] {
            assert_eq!(flatten(&Array2::from_elem(size, 77.0)).sum(), 0.0);
        }
        assert_eq!(flatten(&Array2::zeros((0, 0))).len(), 0);
    }
}
