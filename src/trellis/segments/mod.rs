//! Segments of several frames: semi-Markov models. [`Segments`] says what they are.

mod best;
mod contrast;
mod energies;
mod error;
mod loss;
mod posteriors;
mod sweep;

pub use best::{Segment, Segmentation, best_segmentation};
pub use contrast::{SegmentContrast, segment_contrast};
pub use energies::{FrameEnergies, Segments};
pub use error::SegmentError;
pub use loss::{KnownSegments, SemiMarkovLoss, SemiMarkovLosses, semi_markov_loss, semi_markov_losses};
pub use posteriors::{FrameShares, SegmentPosteriors, SegmentShares, segment_posteriors};
pub use sweep::segment_free_energy;
