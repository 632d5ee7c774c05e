//! What loudness says of silence, before any net.

#[cfg(any(feature = "nn", test))]
use ndarray::ArrayView2;
use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

#[cfg(any(feature = "nn", test))]
use super::Vocabulary;

/// An energy of silence that grows with loudness, added to the net's.
///
/// A likelihood does not care where a word begins, and a net that was trained from transcripts alone may take most of a word for silence. That
/// silence is not loud is no boundary either, but enough for words to cover what is: frames are placed between the quiet level of the sound (the
/// 10th percentile of its frames' mean log energies, 0) and its loud one (the 95th, 1), and silence costs `weight` times by how much a frame is
/// above `share`, within ± `weight`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SilencePrior {
    /// Energy of silence at the loud level, less what `share` takes off.
    pub weight: f32,
    /// Where silence is as likely as not.
    pub share: f32,
}

/// Nats between the two levels at least: noise alone is not stretched to them.
const LEAST_RANGE: f32 = 3.0;

impl Default for SilencePrior {
    /// None.
    fn default() -> Self {
        SilencePrior { weight: 0.0, share: 0.15 }
    }
}

impl SilencePrior {
    /// The energy of silence at each frame, from log energies, frames × filters, before they are normalised.
    pub fn of(&self, features: &Array2<f32>) -> Vec<f32> {
        let means = features.mean_axis(Axis(1)).map(|m| m.to_vec()).unwrap_or_default();
        let mut sorted = means.clone();
        sorted.sort_by(f32::total_cmp);
        let percentile = |p: usize| sorted.get(sorted.len().saturating_sub(1) * p / 100).copied().unwrap_or(0.0);
        let quiet = percentile(10);
        let range = (percentile(95) - quiet).max(LEAST_RANGE);
        // Four times the way from the share on is the whole weight: what is not quiet is loud soon.
        let cost = |mean: f32| self.weight * (4.0 * ((mean - quiet) / range - self.share)).clamp(-1.0, 1.0);
        means.into_iter().map(cost).collect()
    }
}

#[cfg(any(feature = "nn", test))]
/// The net's energies with that of silence added to its class.
pub(super) fn with_silence(energies: ArrayView2<'_, f32>, silence: &[f32]) -> Array2<f32> {
    let mut all = energies.to_owned();
    if all.ncols() > Vocabulary::SILENCE {
        all.column_mut(Vocabulary::SILENCE).iter_mut().zip(silence).for_each(|(e, cost)| *e += cost);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_costs_where_it_is_loud_however_loud_the_sound_is() {
        let x = Array2::from_shape_fn((100, 4), |(t, _)| if (30..70).contains(&t) { -2.0 } else { -12.0 });
        let prior = SilencePrior { weight: 5.0, share: 0.2 };
        let cost = prior.of(&x);
        assert_eq!((cost[50], cost[10]), (5.0, -4.0));
        assert_eq!(prior.of(&x.mapv(|v| v + 3.0)), cost);
        assert_eq!(prior.of(&Array2::zeros((0, 4))), Vec::<f32>::new());
        assert!(SilencePrior::default().of(&x).iter().all(|c| *c == 0.0));
        let flat = prior.of(&Array2::from_shape_fn((50, 4), |(t, _)| (t % 3) as f32 * 0.1));
        assert!(flat.iter().all(|c| *c < 0.0), "noise alone is silent");
        let e = with_silence(Array2::ones((2, 3)).view(), &[2.0, -1.0]);
        assert_eq!(e, ndarray::array![[3.0, 1.0, 1.0], [0.0, 1.0, 1.0]]);
    }
}
