//! Sound to features: log-mel filterbanks, cepstra, deltas, normalisation. Frames × dimensions, as `Array2<f32>`.
//!
//! The numbers are those of Kaldi (Povey et al. 2011, *The Kaldi speech recognition toolkit*) without dither, and the options have its
//! names and defaults; named tests compare them with what kaldi-native-fbank gives. Inside, everything runs in f64.
//!
//! ```
//! use energraph::signal::Sound;
//! use energraph::signal::features::{FilterbankOptions, Filterbank, Moments, add_deltas};
//! let sound = Sound::new((0..8_000).map(|i| (i as f32 * 0.5).sin()).collect(), 8_000)?;
//! let bank = Filterbank::new(sound.rate(), &FilterbankOptions::default())?;
//! let mut features = bank.apply(&sound)?;
//! assert_eq!(features.dim(), (98, 23));
//! Moments::of(&features).normalise(&mut features);
//! assert_eq!(add_deltas(&features, 2, 2).dim(), (98, 69));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod deltas;
mod frames;
mod mel;
mod mfcc;
mod moments;
mod spectrogram;
mod vtln;

use thiserror::Error;

pub use deltas::add_deltas;
pub use frames::{FrameOptions, Window};
pub use mel::{Filterbank, FilterbankOptions, MelOptions};
pub use mfcc::{Mfcc, MfccOptions};
pub use moments::Moments;
pub use spectrogram::spectrogram;

/// Why there are no features.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FeatureError {
    /// Frames that cannot be cut at this rate.
    #[error("frames of {length_ms} ms every {shift_ms} ms at {rate} samples a second: {why}")]
    Frames {
        /// Length of a frame.
        length_ms: f64,
        /// From frame to frame.
        shift_ms: f64,
        /// Samples a second.
        rate: u32,
        /// What is wrong.
        why: &'static str,
    },
    /// An option that is not a number, or beyond its range.
    #[error("{name} = {value}: {why}")]
    Option {
        /// The option.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What is wrong.
        why: &'static str,
    },
    /// Mel filters from a frequency to a lower one, or beyond half the rate.
    #[error("mel filters from {low} to {high} Hz, but they must lie between 0 and {nyquist} Hz, low below high")]
    Range {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
        /// Half the rate.
        nyquist: f64,
    },
    /// A filter so narrow that no line of the spectrum falls into it.
    #[error(
        "no line of the spectrum falls into mel filter {filter} of {filters}: ask for fewer filters or longer frames"
    )]
    EmptyFilter {
        /// The filter, counted from 0.
        filter: usize,
        /// How many were asked for.
        filters: usize,
    },
    /// More cepstra than filters.
    #[error("{cepstra} cepstra of {filters} filters: at least 1, at most as many as filters")]
    Cepstra {
        /// Cepstra asked for.
        cepstra: usize,
        /// Filters.
        filters: usize,
    },
    /// The sound has another rate than the features were planned for.
    #[error("the sound has {found} samples a second, the features were planned for {planned}: resample it")]
    Rate {
        /// The sound's rate.
        found: u32,
        /// The planned rate.
        planned: u32,
    },
}

/// Fails where an option is not finite or below its least value.
fn at_least(name: &'static str, value: f64, least: f64, why: &'static str) -> Result<(), FeatureError> {
    if value.is_finite() && value >= least { Ok(()) } else { Err(FeatureError::Option { name, value, why }) }
}
