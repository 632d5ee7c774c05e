//! Speech: time-aligned labels and how they are compared.
//!
//! [`TextGrid`] is what an alignment is in memory; [`textgrid`] reads and writes Praat's files, [`export`] writes JSON, CSV, CTM and Audacity
//! labels, [`boundaries`] says how far two alignments are apart. [`phones`] are symbols taken apart into articulatory features,
//! of which [`Readout`] makes energies of phones, known and unknown. [`words`] recognises isolated and connected words.

#[cfg(feature = "nn")]
mod aligner;
pub mod boundaries;
#[cfg(feature = "nn")]
mod corpus;
pub mod export;
mod features;
#[cfg(feature = "nn")]
mod model;
pub mod phones;
mod readout;
pub mod textgrid;
mod tiers;
#[cfg(feature = "nn")]
pub mod train;
pub mod words;

#[cfg(feature = "nn")]
pub use aligner::{Aligner, AlignerError};
pub use features::{FeatureConfig, Features, NoFeatures};
#[cfg(feature = "nn")]
pub use model::{ALIGNER_VERSION, AlignerInfo, AlignerModelError, load as load_aligner, save as save_aligner};
pub use readout::{PhoneClasses, Readout, ReadoutError};
pub use tiers::{BadTier, Content, Interval, NoTier, Point, TextGrid, Tier, TimeFault};
