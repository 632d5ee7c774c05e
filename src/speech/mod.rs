//! Speech: time-aligned labels and how they are compared.
//!
//! [`TextGrid`] is what an alignment is in memory; [`textgrid`] reads and writes Praat's files, [`export`] writes JSON, CSV, CTM and Audacity
//! labels, [`boundaries`] says how far two alignments are apart, [`picture`] draws them. [`phones`] are symbols taken apart into
//! articulatory features, of which [`Readout`] makes energies of phones, known and unknown. A [`Lexicon`] says how words are said, a
//! [`Transcript`] which were, and [`place()`] where. [`Features`] are what nets hear of a sound; an `Aligner` (feature `nn`) is a model
//! file of such nets that places transcripts, and `train` (feature `nn`) makes one, from manual boundaries or from phones alone.
//! [`words`] recognises isolated and connected words, [`templates`] isolated ones by what they sounded like before; [`gaussian`] gives
//! energies to states where there is no net.

pub mod adapt;
#[cfg(feature = "nn")]
mod aligner;
pub mod boundaries;
#[cfg(feature = "nn")]
mod corpus;
pub mod export;
mod features;
pub mod gaussian;
#[cfg(feature = "nn")]
mod hear;
mod lexicon;
#[cfg(feature = "nn")]
mod model;
pub mod partitur;
pub mod phones;
pub mod picture;
mod place;
mod readout;
pub mod script;
pub mod templates;
pub mod textgrid;
mod tiers;
#[cfg(feature = "nn")]
pub mod train;
mod transcript;
pub mod words;

#[cfg(feature = "nn")]
pub use aligner::{Aligner, AlignerError};
#[cfg(feature = "nn")]
pub use corpus::{CorpusError, read_files};
pub use features::{FeatureConfig, Features, NoFeatures};
#[cfg(feature = "nn")]
pub use hear::Heard;
pub use lexicon::{Lexicon, LexiconError, LexiconFault, Pronunciation};
#[cfg(feature = "nn")]
pub use model::{ALIGNER_VERSION, AlignerInfo, AlignerModelError, load as load_aligner, save as save_aligner};
pub use place::{
    Fit, FrameTimes, Misfit, MisfitKind, PlaceError, PlaceOptions, PlacedPhone, PlacedWord, Placement, SpeechFrames,
    free_energies, occupancy, place, transcript_energy,
};
pub use readout::{PhoneClasses, Readout, ReadoutError};
pub use tiers::{BadTier, Content, Interval, NoTier, Point, TextGrid, Tier, TimeFault};
pub use transcript::{Transcript, TranscriptError, UNTRANSCRIBED, Word};
