//! What the Gaussians hear: cepstra with short differences.

use std::ops::Range;

use ndarray::{Array2, Axis};
use rayon::prelude::*;

use super::super::data::Utterance;
use super::super::{TrainError, run};
use crate::signal::features::{FrameOptions, MelOptions, Mfcc, MfccOptions, Moments, add_deltas};

/// Seconds from frame to frame, of pairs of frames half as far apart.
pub(super) const STEP: f64 = 0.010;

/// What the log energy is multiplied by, to be among the cepstra as one of them.
const ENERGY: f32 = 3.0;

/// An utterance's frames.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Heard {
    /// Frames × dimensions, each of mean 0 and variance 1 over all utterances.
    pub frames: Array2<f32>,
    /// Smoothed log energy of each frame.
    pub loudness: Vec<f32>,
}

/// Hears all utterances.
pub(super) fn hear(utterances: &[Utterance]) -> Result<Vec<Heard>, TrainError> {
    let heard = utterances.par_iter().map(one).collect::<Vec<_>>();
    let mut heard = heard.into_iter().collect::<Result<Vec<Heard>, TrainError>>()?;
    let mut all = Moments::default();
    heard.iter().for_each(|h| all.add(&h.frames));
    heard.iter_mut().for_each(|h| all.normalise(&mut h.frames));
    Ok(heard)
}

fn one(u: &Utterance) -> Result<Heard, TrainError> {
    let frames = FrameOptions { shift_ms: 500.0 * STEP, snip_edges: false, floor: 1.0, ..FrameOptions::default() };
    let mel = MelOptions { filters: 24, high: f64::from(u.sound.rate()) / -40.0, ..MelOptions::default() };
    let options = MfccOptions { frames, mel, ..MfccOptions::default() };
    let mut cepstra = Mfcc::new(u.sound.rate(), &options)?.apply(&u.sound).map_err(|e| run::of(u, e))?;
    let energy = cepstra.column(0).to_vec();
    cepstra.column_mut(0).mapv_inplace(|e| ENERGY * e);
    if let Some(mean) = cepstra.mean_axis(Axis(0)) {
        cepstra -= &mean;
    }
    let fine = add_deltas(&cepstra, 2, 2);
    let pairs = fine.nrows() / 2;
    let frames = Array2::from_shape_fn((pairs, fine.ncols()), |(t, d)| 0.5 * (fine[[2 * t, d]] + fine[[2 * t + 1, d]]));
    let coarse: Vec<f32> = energy.chunks_exact(2).map(|e| 0.5 * (e[0] + e[1])).collect();
    Ok(Heard { frames, loudness: smoothed(&coarse) })
}

/// Means over seven frames, the ends going on.
fn smoothed(x: &[f32]) -> Vec<f32> {
    let last = x.len().saturating_sub(1);
    let at = |t: usize, k: usize| x[(t + k).saturating_sub(3).min(last)];
    (0..x.len()).map(|t| (0..7).map(|k| at(t, k)).sum::<f32>() / 7.0).collect()
}

impl Heard {
    /// The loud part: at least so many frames, with at least one before and one behind it.
    pub fn speech(&self, threshold: f64, least: usize) -> Range<usize> {
        let mut sorted = self.loudness.clone();
        sorted.sort_by(f32::total_cmp);
        let quantile = |q: f64| sorted.get((q * sorted.len() as f64) as usize).copied().unwrap_or_default();
        let (low, high) = (quantile(0.10), quantile(0.97));
        let limit = low + threshold as f32 * (high - low);
        let frames = self.loudness.len();
        let first = self.loudness.iter().position(|&e| e > limit).unwrap_or(1).max(1);
        let end =
            self.loudness.iter().rposition(|&e| e > limit).map_or(frames, |l| l + 1).min(frames.saturating_sub(1));
        if end >= first + least {
            return first..end;
        }
        let first = end.saturating_sub(least).max(1);
        first..(first + least).min(frames.saturating_sub(1)).max(first)
    }
}
