//! Dips of the contours.

use ndarray::Array2;

use super::components::STROKE;
use super::profile::minima;

/// Columns where the upper contour (the first row with ink) dips or the lower contour (the last one) rises, by at least 0.12 of the
/// height: where touching digits meet. Empty columns count as a dip to the bottom.
pub fn contour_minima(ink: &Array2<f32>) -> Vec<u32> {
    let height = ink.nrows() as f32;
    let mut upper = Vec::with_capacity(ink.ncols());
    let mut lower = Vec::with_capacity(ink.ncols());
    for column in ink.columns() {
        let first = column.iter().position(|v| *v >= STROKE);
        let last = column.iter().rposition(|v| *v >= STROKE);
        // As heights above the far side, so that both kinds of dip are minima.
        upper.push(first.map_or(0.0, |y| height - y as f32));
        lower.push(last.map_or(0.0, |y| y as f32 + 1.0));
    }
    let mut cuts = minima(&upper, 0.12 * height, 0.2 * height);
    cuts.extend(minima(&lower, 0.12 * height, 0.2 * height));
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_circles_that_touch_are_cut_where_they_meet() {
        let ink = Array2::from_shape_fn((32, 48), |(y, x)| {
            let ring = |cx: f32| ((x as f32 - cx).hypot(y as f32 - 16.0) - 9.0).abs() < 1.5;
            if ring(14.0) || ring(32.0) { 1.0 } else { 0.0 }
        });
        let cuts = contour_minima(&ink);
        assert!(cuts.iter().any(|x| (22..=25).contains(x)), "{cuts:?}");
    }
}
