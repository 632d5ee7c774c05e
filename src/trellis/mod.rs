//! Graphs that are never built: frames × topology.
//!
//! Most structured prediction over sequences asks one question: a front-end gives energies to classes at frames
//! ([`Emissions`]), a small graph says what may follow what ([`Topology`]), and the paths of their composition are the
//! alignments. That composition, the **trellis**, has frames × arcs arcs; here it is never built, and the answers are those
//! of [`crate::paths`] on it.
//!
//! | topology | |
//! |---|---|
//! | [`Topology::ctc`] | connectionist temporal classification |
//! | [`Topology::ctc_partial`] | the same for targets that lack labels or have some too many |
//! | [`Topology::asg`] | the auto segmentation criterion: no blank, letters that last |
//! | [`Topology::collapse`] | every labelling, and what it says: best-path decoding |
//! | [`Topology::left_to_right`] | hidden Markov models: units in order, with durations, some optional |
//! | [`Topology::chain`] | linear chains: conditional random fields; dense ones have [`Transitions`] |
//! | [`Topology::chain_of`] | one path of a chain: a known text over segments |
//! | [`Topology::any`] | every frame alone |
//! | [`Topology::from_graph`] | any other: a lexicon, a grammar, one's own |
//!
//! | question | |
//! |---|---|
//! | [`free_energy()`] | the sum over all alignments, or their least energy |
//! | [`posteriors()`], [`expected_counts`] | its gradient: with and without the frames |
//! | [`best_path()`], [`k_best`] | the best alignments |
//! | [`best_outputs`] | the best of the alignments that write different things |
//! | [`sample`] | alignments drawn from their distribution |
//! | [`entropy()`] | how undecided they are |
//! | [`contrast_loss`] | some alignments against all: numerator and denominator, with gradients |
//! | [`expected_cost()`] | what they are expected to cost, with its gradient |
//!
//! Ties, frames at which nothing is possible and targets that do not fit are no special cases: an impossible trellis has a free
//! energy of +∞, no best path and shares of 0. An emission of −0.0 is 0. A table of all such cases ends the [`guide`].
//!
//! How a factor graph becomes a trellis and a trellis a kernel: [`guide`].
//!
//! Where every class may follow every other, [`Transitions`] hold the same energies as [`Topology::chain`] but dense, and the
//! kernels are products of matrices: [`chain_free_energy`], [`chain_posteriors`], [`chain_best_path`], and the loss of
//! a linear-chain conditional random field, [`crf_losses`]. They give the same numbers in a small part of the time.
//!
//! On top of them: [`align()`] places a known text, with intervals of its boundaries, [`align_near`] one whose places are about known,
//! [`best_path_in_beam`] looks at what is
//! near the best alone and says how much it may have lost by that; [`ctc_losses`] is the loss of a batch
//! and its gradient, in linear arithmetic; [`asg_losses`] that of the auto segmentation criterion; [`decode`] reads texts off
//! emissions under a lexicon or a grammar.
//!
//! Two other kinds of trellis, never built either. [`Segments`] have an energy for several frames in a row, and the same
//! topologies read them one by one: semi-Markov models ([`segment_free_energy`], [`best_segmentation`], [`segment_posteriors`],
//! [`semi_markov_loss`]). Dynamic time warping lays two sequences beside each other ([`dtw_free_energy`], [`dtw_path`],
//! [`dtw_posteriors`]).
//!
//! A batch is one call: [`ctc_losses`], [`asg_losses`], [`crf_losses`], [`semi_markov_losses`], [`contrast_losses`],
//! [`dtw_losses`], [`expected_costs`], and [`trellis_risks`](crate::loss::trellis_risks) for the expected edit distance. Items go
//! side by side over threads, with the same numbers however many there are, and each has its loss and gradient or its own error.

pub mod guide {
    #![doc = include_str!("guide.md")]
}

mod ahead;
mod align;
mod asg;
mod backward;
mod batches;
mod beam;
mod best_outputs;
mod best_path;
mod contrast;
mod crf;
mod ctc;
pub mod decode;
mod dtw;
mod emissions;
mod entropy;
mod error;
mod expected_cost;
mod expected_counts;
mod free_energy;
mod k_best;
mod linear;
mod near;
mod posteriors;
mod sample;
mod segments;
mod soft;
mod topology;

pub use align::{AlignOptions, Aligned, AlignedSegment, BoundaryTime, align};
pub use asg::{AsgLoss, asg_loss, asg_losses};
pub use batches::{contrast_losses, expected_costs};
pub use beam::{Beam, BeamPath, best_path_in_beam};
pub use best_outputs::{WrittenOutput, best_outputs};
pub use best_path::{Alignment, Step, best_path};
pub use contrast::{ContrastError, ContrastLoss, contrast_loss};
pub use crf::{
    ChainPosteriors, CrfError, CrfLoss, CrfLosses, Labelling, TransitionValues, Transitions, chain_best_path,
    chain_best_paths, chain_free_energy, chain_posteriors, chain_posteriors_batch, crf_loss, crf_losses,
};
pub use ctc::{CtcError, CtcLoss, ctc_loss, ctc_losses};
pub use dtw::{
    DtwError, DtwLoss, DtwOptions, DtwPath, DtwPosteriors, DtwStep, StepPattern, dtw_free_energy, dtw_loss, dtw_losses,
    dtw_path, dtw_posteriors,
};
pub use emissions::Emissions;
pub use entropy::entropy;
pub use error::TrellisError;
pub use expected_cost::{AlignmentCosts, ExpectedCost, expected_cost};
pub use expected_counts::expected_counts;
pub use free_energy::free_energy;
pub use k_best::k_best;
pub use near::align_near;
pub use posteriors::{Posteriors, posteriors};
pub use sample::sample;
pub use segments::{
    FrameEnergies, FrameShares, KnownSegments, Segment, SegmentContrast, SegmentError, SegmentPosteriors,
    SegmentShares, Segmentation, Segments, SemiMarkovLoss, SemiMarkovLosses, best_segmentation, segment_contrast,
    segment_free_energy, segment_posteriors, semi_markov_loss, semi_markov_losses,
};
pub use topology::{CtcSlack, Topology, Unit};
