//! Segments of several frames: semi-Markov models.
//!
//! Where a topology over [`Emissions`](super::Emissions) reads one frame at a time, here an arc of input label `c + 1`
//! reads one *segment*: up to `longest` frames in a row as class `c`, for an energy that depends on where it begins, how
//! long it is and what it is ([`Segments`]). The same [`Topology`](super::Topology) serves: [`Topology::chain`] makes a
//! semi-Markov conditional random field, [`Topology::chain_of`] a known sequence of labels with unknown boundaries, any other
//! graph a grammar over a lattice of segments. The frames × lengths × classes arcs of that lattice, and their composition with
//! the topology, are never built.
//!
//! Source: S. Sarawagi, W. Cohen, *Semi-Markov conditional random fields for information extraction*, NIPS 2004.
//!
//! [`Topology::chain`]: super::Topology::chain
//! [`Topology::chain_of`]: super::Topology::chain_of

mod best;
mod energies;
mod error;
mod loss;
mod posteriors;
mod sweep;

pub use best::{Segment, Segmentation, best_segmentation};
pub use energies::{FrameEnergies, Segments};
pub use error::SegmentError;
pub use loss::{ChainEnergies, KnownSegments, SemiMarkovLoss, semi_markov_loss};
pub use posteriors::{FrameShares, SegmentPosteriors, SegmentShares, segment_posteriors};
pub use sweep::segment_free_energy;
