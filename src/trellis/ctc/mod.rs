//! The loss of connectionist temporal classification.

pub(super) mod exponential;
mod shares;
pub(super) mod sweep;

use ndarray::Array2;
use rayon::prelude::*;

use self::shares::{Kept, Shares, subtract};
use self::sweep::{Frames, OutOfRange, Target, sweep};
use super::backward::Backward;
use super::posteriors::{ClassShares, class_read, visit};
use super::{Emissions, Topology, TrellisError};
use crate::graph::Label;
use crate::paths::Beta;

/// By how much the two sweeps' totals may differ, as a part of them.
const SAME: f64 = 1e-9;

/// Most frames times labels whose forward sums are kept, a gigabyte of them.
const MOST_KEPT: usize = 1 << 26;

/// A loss and its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct CtcLoss {
    /// `−ln p(target)`, where each frame's energies are turned into probabilities by a softmax of their negatives.
    pub value: f64,
    /// `∂value/∂` energies, frames × classes: how often the class is read at the frame under the target, minus its
    /// probability.
    pub gradient: Array2<f32>,
}

/// Why a target has no loss.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CtcError {
    /// Fewer frames than the target needs: one a label, and one between equal labels.
    #[error("{frames} frames, and the target needs {needed}")]
    TooShort {
        /// Frames.
        frames: usize,
        /// Frames needed.
        needed: usize,
    },
    /// There are frames enough, but every alignment reads a class at a frame where it is impossible.
    #[error("every alignment of the target reads an impossible class")]
    Impossible,
    /// A frame at which no class is possible has no probabilities.
    #[error("no class is possible at frame {frame}")]
    NothingPossible {
        /// The frame, from 0.
        frame: usize,
    },
    /// The target or the blank is not among the classes.
    #[error(transparent)]
    Trellis(#[from] TrellisError),
}

/// The loss of every item of a batch, and its gradient: `F(target) − Σ_t F_t` at β = 1, where `F_t` is the free energy of
/// frame `t` alone. Energies need not be normalised: any amount added to a whole frame changes nothing.
///
/// This is `torch.nn.functional.ctc_loss(log_softmax(−energies))`, without a reduction. Items are computed side by side
/// (rayon); the numbers do not depend on the threads.
///
/// # Errors
/// [`CtcError`] for an item alone; the others have their losses.
///
/// # Cost
/// O(frames · (classes + target)) an item, in linear arithmetic, forward and backward in f64; 16 bytes of memory for each
/// frame and label, twice that where classes lie far apart, and 12 for each frame and class. Items with an impossible class,
/// or with classes of one frame more than 485 nats apart, any whose sums do not agree from both ends, and any of more than 2²⁶ frames
/// times labels, are summed in the log domain, three to forty times slower, in the square root of the frames' memory.
///
/// # Source
/// A. Graves et al. 2006, section 4; the gradient is a difference of posteriors.
///
/// ```
/// use energraph::trellis::{Emissions, ctc_losses};
/// use ndarray::Array2;
/// // Two frames, three classes, all alike: label 1 is aligned in 3 of 9 ways.
/// let even = Array2::zeros((2, 3));
/// let e = Emissions::new(even.view())?;
/// let losses = ctc_losses(&[(e, &[1]), (e, &[1, 1])], 3);
/// let first = losses[0].as_ref().map_err(|e| e.to_string())?;
/// assert!((first.value - 3.0_f64.ln()).abs() < 1e-12);
/// assert!(losses[1].is_err()); // three frames needed
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn ctc_losses(batch: &[(Emissions<'_>, &[Label])], blank: Label) -> Vec<Result<CtcLoss, CtcError>> {
    batch.par_iter().map(|(e, target)| ctc_loss(e, target, blank)).collect()
}

/// The loss of one item and its gradient; see [`ctc_losses`].
///
/// # Errors
/// [`CtcError`].
pub fn ctc_loss(e: &Emissions<'_>, target: &[Label], blank: Label) -> Result<CtcLoss, CtcError> {
    Topology::check_ctc(target, blank, e.classes())?;
    let repeats = target.windows(2).filter(|w| w[0] == w[1]).count();
    let (frames, needed) = (e.frames(), target.len() + repeats);
    if frames < needed {
        return Err(CtcError::TooShort { frames, needed });
    }
    let least = |row: ndarray::ArrayView1<'_, f32>| row.iter().copied().fold(f32::INFINITY, f32::min);
    match linear(e, target, blank) {
        Ok(loss) => Ok(loss),
        Err(OutOfRange) => match e.values().outer_iter().position(|row| least(row) == f32::INFINITY) {
            Some(frame) => Err(CtcError::NothingPossible { frame }),
            None => in_log_domain(e, target, blank),
        },
    }
}

/// By topologies, whatever the energies are. What is common to a whole frame stays out of both totals: their difference
/// would lose digits by it.
fn in_log_domain(e: &Emissions<'_>, target: &[Label], blank: Label) -> Result<CtcLoss, CtcError> {
    let right = at_one(e, &Topology::ctc(target, blank, e.classes())?)?;
    if right.0 == f64::INFINITY {
        return Err(CtcError::Impossible);
    }
    let all = at_one(e, &Topology::any(e.classes())?)?;
    Ok(CtcLoss { value: right.0 - all.0, gradient: right.1 - all.1 })
}

/// The free energy at β = 1, every frame's energies counted from its least one, and the shares of the classes.
fn at_one(e: &Emissions<'_>, topology: &Topology) -> Result<(f64, Array2<f32>), TrellisError> {
    let mut backward = Backward::new(*e, topology, Beta::ONE)?;
    let mut shares = ClassShares::new(Array2::zeros(e.values().dim()));
    visit(&mut backward, &mut |t, site, share| {
        if let Some(class) = class_read(topology, site) {
            shares.add(t, class, share);
        }
    });
    Ok((backward.above(), shares.finish()))
}

/// In linear arithmetic.
fn linear(e: &Emissions<'_>, labels: &[Label], blank: Label) -> Result<CtcLoss, OutOfRange> {
    if e.frames().saturating_mul(labels.len()) > MOST_KEPT {
        return Err(OutOfRange);
    }
    let frames = Frames::new(e)?;
    let target = Target::new(labels.iter().copied(), blank);
    let reversed = Target::new(labels.iter().rev().copied(), blank);
    let mut forward = Kept::new(e.frames(), labels.len());
    let log_sum = sweep(&frames, frames.forward(), &target, |_, row, units, _| forward.keep(row, units))?;
    let mut gradient = Array2::zeros(e.values().dim());
    let mut shares = Shares::new(&target, &forward, log_sum, e.classes());
    let mut whole = true;
    let back = sweep(&frames, frames.backward(), &reversed, |t, row, units, says| {
        whole &= shares.of_frame(t, frames.row(t), row, units, says);
        if let Some(into) = gradient.row_mut(t).as_slice_mut() {
            subtract(shares.classes(), frames.row(t), frames.sums[t], into);
        }
    })?;
    // Both hold unless numbers have left their range after all.
    if !whole || (back - log_sum).abs() > SAME * (1.0 + log_sum.abs()) {
        return Err(OutOfRange);
    }
    let all: f64 = frames.sums.iter().map(|s| s.ln()).sum();
    Ok(CtcLoss { value: all - log_sum, gradient })
}

#[cfg(test)]
mod tests;
