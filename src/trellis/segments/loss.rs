//! The loss of semi-Markov conditional random fields.

use std::ops::Range;

use rayon::prelude::*;

use super::contrast::between;
use super::{SegmentError, SegmentShares, Segments};
use crate::graph::Label;
use crate::paths::Beta;
use crate::trellis::{Topology, TransitionValues, Transitions, TrellisError};

/// What is known of the right segmentation.
#[derive(Debug, Clone, Copy)]
pub enum KnownSegments<'a> {
    /// All of it: segments end to end over all frames, each with its label (class + 1).
    Boundaries(&'a [(Range<usize>, Label)]),
    /// The labels in their order; where they begin and end is summed over.
    Labels(&'a [Label]),
}

/// A loss and its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct SemiMarkovLoss {
    /// `F_β` of what is known less `F_β` of all segmentations; `−ln p` at β = 1.
    pub value: f64,
    /// `∂value/∂` energies of the segments.
    pub segments: SegmentShares,
    /// `∂value/∂` transitions and ends.
    pub chain: TransitionValues,
}

/// The loss of what is known of a segmentation among all of them, and its gradient. The chain says which class may follow
/// which.
///
/// # Errors
/// [`SegmentError::Impossible`] where what is known has an infinite energy; [`SegmentError::Known`],
/// [`SegmentError::Trellis`], also where segments and chain have not the same number of classes.
///
/// # Cost
/// O(frames · classes · (longest + classes)), a few times over; memory as for [`segment_free_energy`](super::segment_free_energy()),
/// and that of the answer.
///
/// ```
/// use energraph::Beta;
/// use energraph::trellis::{FrameEnergies, KnownSegments, Segments, Transitions, semi_markov_loss};
/// use ndarray::Array2;
/// let (inside, transitions) = (Array2::zeros((2, 2)), Array2::zeros((2, 2)));
/// let segments = Segments::from_frames(&FrameEnergies::sums(inside.view(), 2))?;
/// let chain = Transitions::new(transitions.view())?;
/// // Two frames, two classes: 2 ways in one segment, 4 in two.
/// let known = KnownSegments::Boundaries(&[(0..1, 1), (1..2, 2)]);
/// let loss = semi_markov_loss(&segments, known, &chain, Beta::ONE)?;
/// assert!((loss.value - 6.0_f64.ln()).abs() < 1e-12);
/// assert!((loss.chain.between[[0, 1]] - (1.0 - 1.0 / 6.0)).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// S. Sarawagi, W. Cohen, *Semi-Markov conditional random fields for information extraction*, NIPS 2004.
pub fn semi_markov_loss(
    segments: &Segments<'_>,
    known: KnownSegments<'_>,
    chain: &Transitions<'_>,
    beta: Beta,
) -> Result<SemiMarkovLoss, SegmentError> {
    loss_of(&Topology::chain(chain)?, segments, known, chain, beta)
}

/// The losses of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct SemiMarkovLosses {
    /// Of each item.
    pub items: Vec<Result<SemiMarkovLoss, SegmentError>>,
    /// The sum of the values of those that have one.
    pub value: f64,
    /// The sum of their gradients to transitions and ends.
    pub chain: TransitionValues,
}

/// [`semi_markov_loss`] of every item of a batch, of any lengths. Items are computed side by side (rayon) and summed in their
/// order; the numbers do not depend on the threads.
///
/// # Errors
/// [`SegmentError`] for an item alone; the others have their losses.
///
/// # Cost
/// That of [`semi_markov_loss`] for each item, and the memory of as many items as there are threads, answers apart.
///
/// ```
/// use energraph::Beta;
/// use energraph::trellis::{FrameEnergies, KnownSegments, Segments, Transitions, semi_markov_losses};
/// use ndarray::Array2;
/// let (inside, transitions) = (Array2::zeros((2, 2)), Array2::zeros((2, 2)));
/// let segments = Segments::from_frames(&FrameEnergies::sums(inside.view(), 2))?;
/// // "1 2" in one way of six; three labels want three frames.
/// let batch = [(&segments, KnownSegments::Labels(&[1, 2])), (&segments, KnownSegments::Labels(&[1, 2, 1]))];
/// let losses = semi_markov_losses(&batch, &Transitions::new(transitions.view())?, Beta::ONE);
/// assert!((losses.value - 6.0_f64.ln()).abs() < 1e-12);
/// assert!(losses.items[0].is_ok() && losses.items[1].is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn semi_markov_losses(
    batch: &[(&Segments<'_>, KnownSegments<'_>)],
    chain: &Transitions<'_>,
    beta: Beta,
) -> SemiMarkovLosses {
    let all = Topology::chain(chain);
    let one = |(segments, known): &(&Segments<'_>, KnownSegments<'_>)| match &all {
        Ok(all) => loss_of(all, segments, *known, chain, beta),
        Err(e) => Err(e.clone().into()),
    };
    let items: Vec<Result<SemiMarkovLoss, SegmentError>> = batch.par_iter().map(one).collect();
    let mut sums = TransitionValues::zeros(chain.classes());
    let mut value = 0.0;
    for item in items.iter().flatten() {
        value += item.value;
        sums.add(&item.chain);
    }
    SemiMarkovLosses { items, value, chain: sums }
}

/// The loss of one item, `all` being the chain's topology.
fn loss_of(
    all: &Topology,
    segments: &Segments<'_>,
    known: KnownSegments<'_>,
    chain: &Transitions<'_>,
    beta: Beta,
) -> Result<SemiMarkovLoss, SegmentError> {
    if chain.classes() < segments.classes() {
        let (rows, classes) = (chain.classes(), segments.classes());
        return Err(TrellisError::Shape { rows, columns: rows, ends: rows, classes }.into());
    }
    let (right_segments, right, labels) = match known {
        KnownSegments::Boundaries(known) => (Some(segments.only(known)?), None, None),
        KnownSegments::Labels(labels) => (None, Some(Topology::chain_of(labels, chain)?), Some(labels)),
    };
    let (right_segments, right) = (right_segments.as_ref().unwrap_or(segments), right.as_ref().unwrap_or(all));
    let between = between((right_segments, right), (segments, all), beta)?;
    let (on_right, on_all) = (between.right, between.all);
    let mut found = SemiMarkovLoss {
        value: between.value,
        segments: between.segments,
        chain: TransitionValues::zeros(chain.classes()),
    };
    found.chain.add_chain(&on_all);
    match labels {
        Some(labels) => found.chain.add_labels(labels, on_right.arcs.iter(), on_right.finals.last()),
        None => found.chain.add_chain(&on_right),
    }
    Ok(found)
}
