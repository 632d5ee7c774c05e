//! Normalisation of features to mean 0 and variance 1.

use ndarray::{Array1, Array2};

/// Below this variance a dimension is taken as constant: it is centred, not scaled.
const LEAST_VARIANCE: f64 = 1e-10;

/// Mean and variance of each dimension, gathered over an utterance, or over all of a speaker's.
///
/// ```
/// use energraph::signal::features::Moments;
/// use ndarray::array;
/// let (mut first, mut second) = (array![[1.0, 7.0]], array![[3.0, 7.0]]);
/// let mut speaker = Moments::of(&first);
/// speaker.add(&second);
/// speaker.normalise(&mut first);
/// speaker.normalise(&mut second);
/// assert_eq!((first, second), (array![[-1.0, 0.0]], array![[1.0, 0.0]]));
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Moments {
    frames: u64,
    mean: Array1<f64>,
    /// Sums of squared differences from the mean.
    spread: Array1<f64>,
}

impl Moments {
    /// Those of one utterance.
    pub fn of(features: &Array2<f32>) -> Self {
        let mut moments = Moments::default();
        moments.add(features);
        moments
    }

    /// Adds an utterance (Welford 1962, so that nothing cancels). Of features with another number of dimensions than those before, the
    /// dimensions both have count; it is a mistake, and asserted in debug builds.
    pub fn add(&mut self, features: &Array2<f32>) {
        if self.frames == 0 {
            self.mean = Array1::zeros(features.ncols());
            self.spread = Array1::zeros(features.ncols());
        }
        debug_assert_eq!(self.mean.len(), features.ncols());
        for row in features.rows() {
            self.frames += 1;
            for ((mean, spread), v) in self.mean.iter_mut().zip(&mut self.spread).zip(row) {
                let from = f64::from(*v) - *mean;
                *mean += from / self.frames as f64;
                *spread += from * (f64::from(*v) - *mean);
            }
        }
    }

    /// Frames gathered.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// As [`Moments::normalise`], but divided by the standard deviation and `floor` more: what hardly varies is not blown up.
    pub fn normalise_softly(&self, features: &mut Array2<f32>, floor: f64) {
        for mut row in features.rows_mut() {
            for ((v, mean), spread) in row.iter_mut().zip(&self.mean).zip(&self.spread) {
                let deviation = (spread / self.frames as f64).sqrt() + floor.max(LEAST_VARIANCE);
                *v = ((f64::from(*v) - mean) / deviation) as f32;
            }
        }
    }

    /// Moves each dimension to mean 0 and scales it to variance 1 (the variance with n below the line, as in Kaldi). A dimension that
    /// was constant is only moved. Where no frame was gathered, nothing changes.
    pub fn normalise(&self, features: &mut Array2<f32>) {
        for mut row in features.rows_mut() {
            for ((v, mean), spread) in row.iter_mut().zip(&self.mean).zip(&self.spread) {
                let variance = spread / self.frames as f64;
                let scale = if variance > LEAST_VARIANCE { variance.sqrt().recip() } else { 1.0 };
                *v = ((f64::from(*v) - mean) * scale) as f32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_normalised_utterance_has_mean_zero_and_variance_one() {
        let mut x = Array2::from_shape_fn((50, 2), |(t, d)| 1e4 + (t as f32 * 0.7).sin() * (d as f32 + 1.0));
        Moments::of(&x).normalise(&mut x);
        let again = Moments::of(&x);
        for d in 0..2 {
            assert!(again.mean[d].abs() < 1e-5 && (again.spread[d] / 50.0 - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn utterances_together_are_as_their_frames_in_one() {
        let x = Array2::from_shape_fn((9, 3), |(t, d)| ((t * 7 + d * 3) % 11) as f32);
        let mut parts = Moments::of(&x.slice(ndarray::s![..4, ..]).to_owned());
        parts.add(&x.slice(ndarray::s![4.., ..]).to_owned());
        assert_eq!(parts, Moments::of(&x));
    }

    #[test]
    fn silence_one_frame_and_no_frame_stay_finite() {
        let mut constant = Array2::from_elem((5, 2), -15.9_f32);
        Moments::of(&constant).normalise(&mut constant);
        assert!(constant.iter().all(|v| v.abs() < 1e-6));
        let mut none = Array2::zeros((0, 2));
        Moments::of(&none).normalise(&mut none);
        let mut one = Array2::from_elem((1, 2), 3.0);
        Moments::default().normalise(&mut one);
        assert_eq!(one[[0, 0]], 3.0);
        Moments::of(&one).normalise(&mut one);
        assert_eq!(one[[0, 0]], 0.0);
    }
}
