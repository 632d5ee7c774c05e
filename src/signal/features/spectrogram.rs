//! Power over time and frequency, for the eye.

use ndarray::Array2;

use super::frames::Framer;
use super::{FeatureError, FrameOptions};
use crate::signal::Sound;

/// The power of each line of each frame's spectrum in decibels, 10 log₁₀ of the squared magnitude: frames × lines, the first line at 0 Hz, the last
/// at half the rate. Lines are equally far apart; there are 2ᵏ + 1 of them, 2ᵏ⁺¹ the frame's length in samples rounded up to a power of two.
/// Cost: O(frames · n log n), n the frame's length.
///
/// ```
/// use energraph::signal::Sound;
/// use energraph::signal::features::{FrameOptions, spectrogram};
/// let tone = (0..8_000).map(|i| (i as f32 * 0.25 * std::f32::consts::PI).sin()).collect(); // 1,000 Hz
/// let lines = spectrogram(&Sound::new(tone, 8_000)?, &FrameOptions::default())?;
/// assert_eq!(lines.dim(), (98, 129));
/// let loudest = (0..129).max_by(|a, b| lines[[50, *a]].total_cmp(&lines[[50, *b]]));
/// assert_eq!(loudest, Some(32)); // 32 · 4,000 / 128
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`FeatureError`] where the options make no sense at the sound's rate.
pub fn spectrogram(sound: &Sound, options: &FrameOptions) -> Result<Array2<f32>, FeatureError> {
    let framer = Framer::new(sound.rate(), options)?;
    let mut scratch = framer.scratch();
    let mut lines = Array2::zeros((framer.count(sound.samples().len()), scratch.power.len()));
    for (i, mut row) in lines.rows_mut().into_iter().enumerate() {
        framer.spectrum(sound.samples(), i, &mut scratch);
        for (v, power) in row.iter_mut().zip(&scratch.power) {
            *v = (10.0 * power.max(options.floor).log10()) as f32;
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_the_amplitude_is_six_decibels_more_and_silence_is_finite() {
        let tone = |level: f32| Sound::new((0..800).map(|i| level * (i as f32 * 0.7).sin()).collect(), 8_000).unwrap();
        let options = FrameOptions::default();
        let (quiet, loud) = (spectrogram(&tone(0.25), &options).unwrap(), spectrogram(&tone(0.5), &options).unwrap());
        assert!((&loud - &quiet).iter().all(|d| (d - 6.0206).abs() < 1e-2));
        let silence = spectrogram(&tone(0.0), &options).unwrap();
        assert!(silence.iter().all(|v| *v == (10.0 * options.floor.log10()) as f32));
    }

    #[test]
    fn a_sound_too_short_for_a_frame_has_none() {
        let short = Sound::new(vec![0.5; 40], 8_000).unwrap();
        assert_eq!(spectrogram(&short, &FrameOptions::default()).unwrap().dim(), (0, 129));
    }
}
