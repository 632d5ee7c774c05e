//! Recognition of isolated and connected words: a net under a graph of words, trained from transcripts.
//!
//! sound → log-mel features → net → energies of frames × (silence and the states of every word) → best path, free energies and
//! confidence under a grammar. Where a word lies is summed over or minimised; no one marks it. That the edges of recordings are known to the
//! training that strings them together may be used ([`EdgeConfig`]), and need not.
//!
//! | question | answer |
//! |---|---|
//! | What may be said? | a [`Vocabulary`] under a [`word_grammar`] |
//! | What was said, how sure is that, where? | a [`Decoder`] of energies, a `WordRecognizer` of sounds |
//! | What is minimised? | a [`WordObjective`] |
//! | Where may words lie? | an [`EdgeConfig`] |
//! | What is trained on? | strings of recordings, a [`StringConfig`] says how |
//! | What does loudness alone say? | an [`EnergyThreshold`] |

#[cfg(feature = "nn")]
mod config;
#[cfg(feature = "nn")]
mod data;
mod decode;
mod edges;
mod energy_threshold;
#[cfg(feature = "nn")]
mod finish;
mod grammar;
#[cfg(feature = "nn")]
mod model;
mod normalise;
mod objective;
#[cfg(feature = "nn")]
mod recognizer;
mod silence;
#[cfg(feature = "nn")]
mod source;
mod strings;
#[cfg(feature = "nn")]
mod train;
mod vocabulary;

#[cfg(feature = "nn")]
pub use config::{
    NetShape, RecordingsConfig, SpokenAugment, SpokenConfig, SpokenConfigError, SpokenDev, SpokenSchedule,
};
#[cfg(feature = "nn")]
pub use data::{RecordingsError, read_recordings};
pub use decode::{Candidate, DecodeError, Decoder, Heard, HeardWord, WordAnswer};
pub use edges::{EdgeConfig, Placed};
pub use energy_threshold::{EdgeCounts, EnergyThreshold};
#[cfg(feature = "nn")]
pub use finish::{FinishedSpoken, SpokenResult};
pub use grammar::{ANY, ONE, word_grammar};
#[cfg(feature = "nn")]
pub use model::{SPOKEN_VERSION, SpokenInfo, SpokenModelError, parse_spoken, save_spoken};
pub use normalise::Normalise;
pub use objective::{WordLoss, WordLossError, WordObjective};
#[cfg(feature = "nn")]
pub use recognizer::{SpokenAnswer, SpokenError, SpokenWord, Utterance, WordRecognizer};
pub use silence::SilencePrior;
#[cfg(feature = "nn")]
pub use source::StringSource;
pub use strings::{Recording, StringConfig, Strung};
#[cfg(feature = "nn")]
pub use train::{DevSound, SpokenDevSet, SpokenLook, SpokenRun, SpokenTrainError, held_out};
pub use vocabulary::{UnknownWord, Vocabulary, VocabularyError, WordGraphError, WordModels};
