//! The spectrogram as an image.

use ndarray::Array2;

use crate::signal::features::{FrameOptions, Window, spectrogram};
use crate::signal::{Grey, Sound};

/// Decibels from black to white.
const RANGE: f32 = 55.0;

/// The share of points that are louder than black.
const CLIPPED: f64 = 0.002;

/// The time a frame sees, in milliseconds: short, so that the pulses of the voice are seen (a wideband spectrogram).
const SEEN_MS: f64 = 6.0;

/// The spectrogram of samples `from..to`, a column every `shift` samples, high frequencies above; a white image where there is nothing to see.
pub(super) fn image(sound: &Sound, (from, to): (usize, usize), shift: usize, height: usize) -> Grey {
    let lines = piece(sound, from, to).and_then(|piece| {
        let options = FrameOptions {
            length_ms: SEEN_MS,
            shift_ms: 1e3 * shift as f64 / f64::from(sound.rate()),
            snip_edges: false,
            window: Window::Hanning,
            ..FrameOptions::default()
        };
        spectrogram(&piece, &options).ok()
    });
    let Some(lines) = lines.filter(|l| !l.is_empty()) else { return Grey::from_fn(1, 1, |_, _| 255) };
    let black = loud(&lines);
    let last = (lines.ncols() - 1) as f32;
    Grey::from_fn(lines.nrows(), height, |x, y| {
        // Between two lines of the spectrum.
        let at = last * (1.0 - (y as f32 + 0.5) / height as f32);
        let (below, share) = (at.floor().clamp(0.0, last) as usize, at.fract());
        let above = (below + 1).min(lines.ncols() - 1);
        let level = (1.0 - share) * lines[[x, below]] + share * lines[[x, above]];
        (255.0 * ((black - level) / RANGE).clamp(0.0, 1.0)) as u8
    })
}

/// The level that few points pass.
fn loud(lines: &Array2<f32>) -> f32 {
    let mut all: Vec<f32> = lines.iter().copied().collect();
    let rank = (CLIPPED * all.len() as f64) as usize;
    let (_, level, _) = all.select_nth_unstable_by(rank.min(lines.len() - 1), |a, b| b.total_cmp(a));
    // Digital silence is white, not black.
    level.max(RANGE - 10.0)
}

fn piece(sound: &Sound, from: usize, to: usize) -> Option<Sound> {
    Sound::new(sound.samples().get(from..to)?.to_vec(), sound.rate()).ok()
}
