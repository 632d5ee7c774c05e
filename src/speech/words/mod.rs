//! Recognition of isolated and connected words: a net under a graph of words, trained from transcripts alone.
//!
//! sound → log-mel features → net → energies of frames × (silence and the states of every word) → best path, free energies and
//! confidence under a grammar. Where a word lies is never given: alignments are summed over or minimised.
//!
//! | question | answer |
//! |---|---|
//! | What may be said? | a [`Vocabulary`] under a [`word_grammar`] |
//! | What was said, how sure is that, where? | a [`Decoder`] |
//! | What is minimised? | a [`WordObjective`] |

mod decode;
mod grammar;
mod objective;
mod vocabulary;

pub use decode::{Candidate, DecodeError, Decoder, Heard, HeardWord, WordAnswer};
pub use grammar::{ANY, ONE, word_grammar};
pub use objective::{WordLoss, WordLossError, WordObjective};
pub use vocabulary::{UnknownWord, Vocabulary, VocabularyError, WordGraphError, WordModels};
