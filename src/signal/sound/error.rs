//! Why there is no sound.

use std::path::PathBuf;

use thiserror::Error;

use super::MAX_RATE;

/// Why there is no sound.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SoundError {
    /// The file could not be opened, read or written.
    #[error("{why}")]
    Io {
        /// What the operating system said.
        why: String,
    },
    /// The bytes do not begin as WAV or FLAC do.
    #[error("not a sound that can be read: neither WAV nor FLAC (it begins with {begin:?})")]
    NotASound {
        /// The first characters.
        begin: String,
    },
    /// The file ends too early.
    #[error("the {format} file is cut off: {found} of {expected} {unit}")]
    Truncated {
        /// The format found.
        format: &'static str,
        /// What the file holds.
        found: u64,
        /// What its header announces.
        expected: u64,
        /// Of what: bytes or samples.
        unit: &'static str,
    },
    /// The file is damaged, or uses what the decoder does not know.
    #[error("the {format} file cannot be decoded: {why}")]
    Damaged {
        /// The format found.
        format: &'static str,
        /// What the decoder said.
        why: String,
    },
    /// More bytes than the limits allow.
    #[error("the file is too large: {bytes} bytes, at most {limit} are read")]
    TooLarge {
        /// Bytes in the file.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// More samples than the limits allow.
    #[error("the sound is too long: {samples} samples a channel or more, at most {limit} are taken")]
    TooLong {
        /// Samples announced, or counted when the limit was passed.
        samples: u64,
        /// The limit.
        limit: u64,
    },
    /// A rate that no sound has.
    #[error("a rate of {rate} samples a second; between 1 and {MAX_RATE} are possible")]
    Rate {
        /// The rate.
        rate: u32,
    },
    /// No samples.
    #[error("the sound has no samples")]
    Empty,
    /// A floating-point sample is NaN or infinite.
    #[error("sample {at} is not a finite number")]
    NotFinite {
        /// Its place, counted from 0.
        at: usize,
    },
    /// The rate cannot be changed.
    #[error("cannot change the rate from {from} to {to}: {why}")]
    Resample {
        /// Rate of the sound.
        from: u32,
        /// Rate wanted.
        to: u32,
        /// What the resampler said.
        why: String,
    },
    /// The sound cannot be written.
    #[error("the sound cannot be written: {why}")]
    Encode {
        /// What the encoder said.
        why: String,
    },
}

/// A [`SoundError`] and the file it is about.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}: {cause}", path.display())]
pub struct ReadError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub cause: SoundError,
}
