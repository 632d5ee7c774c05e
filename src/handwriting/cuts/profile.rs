//! Minima of the vertical projection.

use ndarray::Array2;

use super::components::STROKE;

/// Columns where the vertical projection (the ink of a column, smoothed over three) is least: one cut in the middle of each minimum
/// that lies at least 0.04 of the height's full ink below the maxima at its sides. A blank stretch wider than 0.2 of the height has
/// a cut at either end.
pub fn profile_minima(ink: &Array2<f32>) -> Vec<u32> {
    let (height, width) = ink.dim();
    let sums: Vec<f32> = ink.columns().into_iter().map(|c| c.iter().filter(|v| **v >= STROKE).sum()).collect();
    let at = |x: usize| sums.get(x).copied().unwrap_or(0.0);
    let smooth: Vec<f32> = (0..width).map(|x| 0.25 * at(x.wrapping_sub(1)) + 0.5 * at(x) + 0.25 * at(x + 1)).collect();
    minima(&smooth, 0.04 * height as f32, 0.2 * height as f32)
}

/// The minima of a curve with at least this prominence, the ends counting as walls: the middle of a flat bottom, both ends of one
/// wider than `wide`, the inner end of one at an end of the curve. A cut at `x` lies before sample `x`.
pub(super) fn minima(curve: &[f32], prominence: f32, wide: f32) -> Vec<u32> {
    let mut cuts = Vec::new();
    let (mut wall, mut low) = (f32::INFINITY, f32::INFINITY);
    let mut bottom = (0, 0);
    for (x, v) in curve.iter().copied().chain([f32::INFINITY]).enumerate() {
        if v < low {
            (low, bottom) = (v, (x, x + 1));
        } else if v == low && bottom.1 == x {
            bottom.1 = x + 1;
        }
        if v - low >= prominence && wall - low >= prominence {
            let (a, b) = bottom;
            if a == 0 {
                cuts.push(b as u32);
            } else if b == curve.len() {
                cuts.push(a as u32);
            } else if (b - a) as f32 > wide {
                cuts.extend([a as u32, b as u32]);
            } else {
                cuts.push((a + b) as u32 / 2);
            }
            (wall, low) = (v, f32::INFINITY);
        } else if v > wall {
            (wall, low) = (v, f32::INFINITY);
        }
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minimum_between_two_maxima_is_found_once() {
        assert_eq!(minima(&[5.0, 3.0, 1.0, 4.0, 6.0], 1.0, 9.0), [2]);
        assert_eq!(minima(&[5.0, 4.8, 5.0, 2.0, 2.0, 2.0, 5.0], 1.0, 9.0), [4]);
        assert_eq!(minima(&[0.0, 5.0, 4.8, 5.0, 4.9, 5.0, 0.0, 0.0], 1.0, 9.0), [1, 6]);
        assert_eq!(minima(&[0.0, 0.0, 3.0, 0.0, 0.0, 3.0, 0.0], 1.0, 9.0), [2, 4, 6]);
        assert_eq!(minima(&[0.0, 9.0, 8.5, 9.5, 3.0, 3.6, 3.0, 9.0], 1.0, 9.0), [1, 4]);
    }

    #[test]
    fn a_wide_blank_has_a_cut_at_either_end() {
        assert_eq!(minima(&[5.0, 0.0, 0.0, 0.0, 0.0, 5.0], 1.0, 3.0), [1, 5]);
    }

    #[test]
    fn two_bars_are_cut_between() {
        let mut ink = Array2::zeros((32, 30));
        ink.slice_mut(ndarray::s![5..25, 5..8]).fill(1.0);
        ink.slice_mut(ndarray::s![5..25, 12..15]).fill(1.0);
        let cuts = profile_minima(&ink);
        assert!(cuts.iter().any(|x| (9..=11).contains(x)), "{cuts:?}");
    }
}
