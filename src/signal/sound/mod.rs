//! Sound files to samples: WAV and FLAC of any rate, bit depth and number of channels, as one channel of `f32`.
//!
//! ```
//! use energraph::signal::sound::{Limits, Sound, decode};
//! let tone = (0..8_000).map(|i| 0.5 * (i as f32 * 0.3).sin()).collect();
//! let sound = Sound::new(tone, 8_000)?;
//! let back = decode(&sound.to_wav()?, &Limits::default())?;
//! assert_eq!((back.rate(), back.seconds()), (8_000, 1.0));
//! let wide = back.resample(16_000)?;
//! assert_eq!(wide.samples().len(), 16_000);
//! # Ok::<(), energraph::signal::sound::SoundError>(())
//! ```

mod error;
mod flac;
mod read;
mod resample;
mod wav;

pub use error::{ReadError, SoundError};
pub use read::{Limits, decode, read, sound_files};

/// The highest rate accepted, in Hz: no recorder's is higher, and a damaged header's may be.
pub const MAX_RATE: u32 = 1_000_000;

/// One channel of sound. It has at least one sample, and every sample is finite.
///
/// Full scale of a file with integer samples is −1 to 1; floating-point files are kept as they are, beyond ±1 too.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    samples: Vec<f32>,
    rate: u32,
}

impl Sound {
    /// Sound of these samples, `rate` of them a second.
    ///
    /// # Errors
    /// [`SoundError::Rate`] outside 1 to [`MAX_RATE`], [`SoundError::Empty`] without a sample, [`SoundError::NotFinite`].
    pub fn new(samples: Vec<f32>, rate: u32) -> Result<Self, SoundError> {
        check_rate(rate)?;
        if samples.is_empty() {
            return Err(SoundError::Empty);
        }
        match samples.iter().position(|s| !s.is_finite()) {
            Some(at) => Err(SoundError::NotFinite { at }),
            None => Ok(Sound { samples, rate }),
        }
    }

    /// The samples in order.
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Samples a second.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate)
    }
}

fn check_rate(rate: u32) -> Result<(), SoundError> {
    if (1..=MAX_RATE).contains(&rate) { Ok(()) } else { Err(SoundError::Rate { rate }) }
}

/// Channels in turn, averaged into one: the sum is kept in f64, so that loud channels do not overflow.
struct Mix {
    channels: u32,
    filled: u32,
    sum: f64,
    samples: Vec<f32>,
}

impl Mix {
    fn new(channels: u32) -> Self {
        Mix { channels, filled: 0, sum: 0.0, samples: Vec::new() }
    }

    fn push(&mut self, sample: f64) {
        self.sum += sample;
        self.filled += 1;
        if self.filled == self.channels {
            self.samples.push((self.sum / f64::from(self.channels)) as f32);
            (self.filled, self.sum) = (0, 0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_without_samples_or_rate_or_with_nan_is_refused() {
        assert_eq!(Sound::new(vec![], 8_000), Err(SoundError::Empty));
        assert_eq!(Sound::new(vec![0.0], 0), Err(SoundError::Rate { rate: 0 }));
        assert_eq!(Sound::new(vec![0.0], u32::MAX), Err(SoundError::Rate { rate: u32::MAX }));
        assert_eq!(Sound::new(vec![0.0, f32::NAN], 8_000), Err(SoundError::NotFinite { at: 1 }));
        assert_eq!(Sound::new(vec![f32::INFINITY], 8_000), Err(SoundError::NotFinite { at: 0 }));
        assert!(Sound::new(vec![f32::MAX, -0.0], MAX_RATE).is_ok());
    }
}
