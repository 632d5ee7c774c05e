//! Changes over time as further dimensions.

use ndarray::{Array2, s};

/// Features with their differences over time behind them: frames × (order + 1) · dimensions.
///
/// A first difference is the slope of the regression line through `window` frames on either side, Σ j · x(t + j) / Σ j²; a higher
/// one is the same filter applied to the one below. Beyond the ends the first and last frames go on, for the composed filter as in Kaldi
/// (`add-deltas`). Order 0 or a window of 0 gives what there was, or zeros behind it. Cost: O(frames · dimensions · order² · window).
///
/// ```
/// use energraph::signal::features::add_deltas;
/// use ndarray::array;
/// let rising = add_deltas(&array![[0.0], [2.0], [4.0], [6.0], [8.0]], 1, 2);
/// assert_eq!(rising.row(2).to_vec(), [4.0, 2.0]); // the value and its slope
/// ```
pub fn add_deltas(features: &Array2<f32>, order: usize, window: usize) -> Array2<f32> {
    let (frames, dimensions) = features.dim();
    let mut out = Array2::zeros((frames, dimensions * (order + 1)));
    let mut filter = vec![1.0];
    for o in 0..=order {
        let mut part = out.slice_mut(s![.., o * dimensions..(o + 1) * dimensions]);
        let reach = filter.len() as i64 / 2;
        for (t, mut row) in part.rows_mut().into_iter().enumerate() {
            let mut sums = vec![0.0; dimensions];
            for (j, w) in (-reach..).zip(&filter) {
                let at = (t as i64 + j).clamp(0, frames as i64 - 1) as usize;
                sums.iter_mut().zip(features.row(at)).for_each(|(s, v)| *s += w * f64::from(*v));
            }
            row.iter_mut().zip(sums).for_each(|(v, s)| *v = s as f32);
        }
        filter = differentiated(&filter, window);
    }
    out
}

/// The filter followed by one more regression over `window` frames on either side.
fn differentiated(filter: &[f64], window: usize) -> Vec<f64> {
    let norm: f64 = (1..=window).map(|j| 2.0 * (j * j) as f64).sum();
    let mut next = vec![0.0; filter.len() + 2 * window];
    if window > 0 {
        for j in 0..=2 * window {
            let slope = (j as f64 - window as f64) / norm;
            filter.iter().enumerate().for_each(|(k, f)| next[j + k] += slope * f);
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_parabola_has_a_constant_second_difference() {
        let x = Array2::from_shape_fn((21, 1), |(t, _)| (t * t) as f32);
        let d = add_deltas(&x, 2, 2);
        for t in 4..17 {
            assert!((d[[t, 1]] - 2.0 * t as f32).abs() < 1e-5 && (d[[t, 2]] - 2.0).abs() < 1e-5, "frame {t}");
        }
    }

    #[test]
    fn nothing_one_frame_and_no_window_are_defined() {
        assert_eq!(add_deltas(&Array2::zeros((0, 3)), 2, 2).dim(), (0, 9));
        let alone = add_deltas(&array![[5.0, 1.0]], 1, 2);
        assert!((alone - array![[5.0, 1.0, 0.0, 0.0]]).iter().all(|v| v.abs() < 1e-12));
        assert_eq!(add_deltas(&array![[5.0], [6.0]], 1, 0), array![[5.0, 0.0], [6.0, 0.0]]);
        assert_eq!(add_deltas(&array![[5.0], [6.0]], 0, 3), array![[5.0], [6.0]]);
    }
}
