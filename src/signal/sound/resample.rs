//! Another rate.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler};

use super::{Limits, Sound, SoundError, check_rate};

/// Samples that the resampler transforms at once, about; its filter is as long.
const CHUNK: usize = 1_024;

impl Sound {
    /// The same sound at another rate, band-limited to the lower of the two (rubato's synchronous resampler: exact ratio, linear
    /// phase, its delay removed). The result has ⌈samples × rate / old rate⌉ samples; at the same rate it is a copy.
    ///
    /// Before its begin and after its end the sound is taken as silent, so the first and last few milliseconds of a sound that
    /// does not begin and end in silence ring. Cost: O(n log n).
    ///
    /// # Errors
    /// [`SoundError::Rate`]; [`SoundError::TooLong`] where the result would exceed the default [`Limits`];
    /// [`SoundError::NotFinite`] where samples near `f32::MAX` overflow.
    pub fn resample(&self, rate: u32) -> Result<Sound, SoundError> {
        check_rate(rate)?;
        if rate == self.rate {
            return Ok(self.clone());
        }
        let length = self.check_length_at(rate, &Limits::default())?;
        let failed = |why: String| SoundError::Resample { from: self.rate, to: rate, why };
        // In f32 the transform of samples near f32::MAX would overflow, and the resampler panics at NaN.
        let samples: Vec<f64> = self.samples.iter().map(|s| f64::from(*s)).collect();
        let input = SequentialSlice::new(&samples, 1, samples.len()).map_err(|e| failed(e.to_string()))?;
        let chunk = even_chunk(self.rate as usize, rate as usize);
        let mut resampler = Fft::<f64>::new(self.rate as usize, rate as usize, chunk, 1, FixedSync::Both)
            .map_err(|e| failed(e.to_string()))?;
        let output = resampler.process_all(&input, samples.len(), None).map_err(|e| failed(e.to_string()))?;
        let mut samples: Vec<f32> = output.take_data().into_iter().map(|s| s as f32).collect();
        // The resampler counts in floating point.
        samples.resize(length as usize, 0.0);
        Sound::new(samples, rate)
    }

    /// The samples that the sound has at another rate, where they are within limits.
    ///
    /// # Errors
    /// [`SoundError::TooLong`].
    pub fn check_length_at(&self, rate: u32, limits: &Limits) -> Result<u64, SoundError> {
        let length = (self.samples.len() as u64 * u64::from(rate)).div_ceil(self.rate.into());
        limits.check(length).map(|()| length)
    }
}

/// Samples to transform at once: about [`CHUNK`], a whole number of periods of the ratio, and an even one, as the middle of an odd
/// filter would lie half a sample from where the resampler takes it to be.
fn even_chunk(from: usize, to: usize) -> usize {
    let (mut divisor, mut rest) = (from, to);
    while rest > 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    let period = from / divisor.max(1);
    period * CHUNK.div_ceil(period).next_multiple_of(2)
}
