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
//! | [`Topology::collapse`] | every labelling, and what it says: best-path decoding |
//! | [`Topology::left_to_right`] | hidden Markov models: units in order, with durations, some optional |
//! | [`Topology::chain`] | linear chains: conditional random fields; dense ones have [`Transitions`] |
//! | [`Topology::any`] | every frame alone |
//! | [`Topology::from_graph`] | any other: a lexicon, a grammar, one's own |
//!
//! Asked are [`free_energy()`], [`best_path()`] and [`posteriors()`], which are the gradient. Ties, frames at which nothing is
//! possible and targets that do not fit are no special cases: an impossible trellis has a free energy of +∞, no best path
//! and shares of 0. An emission of −0.0 is 0.
//!
//! How a factor graph becomes a trellis and a trellis a kernel: [`guide`].
//!
//! Where every class may follow every other, [`Transitions`] hold the same energies as [`Topology::chain`] but dense, and the
//! kernels are products of matrices: [`chain_free_energy`], [`chain_posteriors`], [`chain_best_path`], and the loss of
//! a linear-chain conditional random field, [`crf_losses`]. They give the same numbers in a small part of the time.
//!
//! On top of them: [`align()`] places a known text, with intervals of its boundaries, [`best_path_in_beam`] looks at what is
//! near the best alone and says how much it may have lost by that; [`ctc_losses`] is the loss of a batch
//! and its gradient, in linear arithmetic; [`decode`] reads texts off emissions under a lexicon or a grammar.

#[doc = include_str!("guide.md")]
pub mod guide {}

mod align;
mod backward;
mod beam;
mod best_path;
mod crf;
mod ctc;
pub mod decode;
mod emissions;
mod error;
mod free_energy;
mod linear;
mod posteriors;
mod topology;

pub use align::{AlignOptions, Aligned, AlignedSegment, align};
pub use beam::{Beam, BeamPath, best_path_in_beam};
pub use best_path::{Alignment, Step, best_path};
pub use crf::{
    ChainPosteriors, CrfError, CrfLoss, CrfLosses, Labelling, TransitionValues, Transitions, chain_best_path,
    chain_best_paths, chain_free_energy, chain_posteriors, chain_posteriors_batch, crf_loss, crf_losses,
};
pub use ctc::{CtcError, CtcLoss, ctc_loss, ctc_losses};
pub use emissions::Emissions;
pub use error::TrellisError;
pub use free_energy::free_energy;
pub use posteriors::{Posteriors, posteriors};
pub use topology::{Topology, Unit};
