//! Features of words made independent of how loud a sound is.

use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

use crate::signal::features::Moments;

/// What features are measured from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Normalise {
    /// Mean and standard deviation of each filter over the sound. A short word's own sound is taken from it.
    Utterance {
        /// Added to the standard deviation.
        soften: f64,
    },
    /// The loudness of the sound's loud frames (the 90th percentile of the frames' means), the same for all filters.
    Level {
        /// Nats below it that are told apart; what is softer is as soft.
        depth: f32,
    },
}

impl Default for Normalise {
    fn default() -> Self {
        Normalise::Level { depth: 10.0 }
    }
}

impl Normalise {
    /// Normalises log energies, frames × filters.
    pub fn apply(&self, features: &mut Array2<f32>) {
        match *self {
            Normalise::Utterance { soften } => Moments::of(features).normalise_softly(features, soften),
            Normalise::Level { depth } => {
                let means = features.mean_axis(Axis(1)).map(|m| m.to_vec()).unwrap_or_default();
                let mut sorted = means;
                sorted.sort_by(f32::total_cmp);
                let Some(&level) = sorted.get(sorted.len().saturating_sub(1) * 9 / 10) else { return };
                // From −depth below the level to about as much above the middle of that range: about −1 to 1.
                features.mapv_inplace(|x| (x - level).max(-depth) / (0.5 * depth) + 1.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_louder_sound_has_the_same_features_and_a_soft_part_is_as_soft_as_another() {
        let x = Array2::from_shape_fn((40, 3), |(t, d)| (t as f32 * 0.7).sin() * 3.0 + d as f32);
        for kind in [Normalise::default(), Normalise::Utterance { soften: 0.3 }] {
            let (mut a, mut b) = (x.clone(), x.mapv(|v| v + 5.0));
            kind.apply(&mut a);
            kind.apply(&mut b);
            assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-4), "{kind:?}");
        }
        let mut deep = x.clone();
        deep.row_mut(0).fill(-50.0);
        deep.row_mut(1).fill(-60.0);
        Normalise::default().apply(&mut deep);
        assert!(deep.row(0) == deep.row(1) && deep[[0, 0]] == -1.0);
    }

    #[test]
    fn no_frames_and_no_filters_stay_as_they_are() {
        for shape in [(0, 3), (1, 1), (3, 0)] {
            let mut x = Array2::<f32>::zeros(shape);
            Normalise::default().apply(&mut x);
            assert!(x.iter().all(|v| v.is_finite()));
        }
    }
}
