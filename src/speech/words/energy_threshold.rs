//! The baseline: words are where a sound is loud.

use std::ops::Range;

/// An adaptive threshold on short-time energy, as endpoint detectors have had since Rabiner and Sambur 1975.
///
/// The threshold lies, on the scale of decibels, a share of the way from the sound's quiet level (the 10th percentile of its frames) to its
/// loud one (the 95th). Frames above it are speech; gaps too short to be pauses are filled, and bursts too short to be words left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EnergyThreshold {
    /// Where the threshold lies between the quiet level, 0, and the loud one, 1.
    pub share: f64,
    /// Seconds of the shortest pause.
    pub pause: f64,
    /// Seconds of the shortest word.
    pub word: f64,
}

/// Seconds of a frame, and from frame to frame.
const FRAME: f64 = 0.010;
const SHIFT: f64 = 0.005;

impl Default for EnergyThreshold {
    fn default() -> Self {
        EnergyThreshold { share: 0.35, pause: 0.06, word: 0.08 }
    }
}

impl EnergyThreshold {
    /// The loud stretches of a sound, in seconds.
    ///
    /// ```
    /// use energraph::speech::words::EnergyThreshold;
    /// let wave: Vec<f32> = (0..8_000).map(|i| if (2_000..5_000).contains(&i) { 0.5 } else { 0.001 } * (i as f32).sin()).collect();
    /// let found = EnergyThreshold::default().segments(&wave, 8_000);
    /// assert_eq!(found.len(), 1);
    /// assert!((found[0].start - 0.25).abs() < 0.01 && (found[0].end - 0.625).abs() < 0.01);
    /// ```
    pub fn segments(&self, samples: &[f32], rate: u32) -> Vec<Range<f64>> {
        let rate = f64::from(rate.max(1));
        let (length, shift) = (((FRAME * rate) as usize).max(1), ((SHIFT * rate) as usize).max(1));
        let frames = samples.len().saturating_sub(length) / shift + usize::from(samples.len() >= length);
        let level = |i: usize| {
            let power: f64 = samples[i * shift..i * shift + length].iter().map(|&s| f64::from(s).powi(2)).sum();
            10.0 * (power / length as f64).max(1e-12).log10()
        };
        let levels: Vec<f64> = (0..frames).map(level).collect();
        let mut sorted = levels.clone();
        sorted.sort_by(f64::total_cmp);
        let percentile = |p: usize| sorted.get(sorted.len().saturating_sub(1) * p / 100).copied().unwrap_or(0.0);
        let threshold = percentile(10) + self.share * (percentile(95) - percentile(10));
        // A frame stands over the time around its middle.
        let time = |i: usize| (i as f64 * shift as f64 + 0.5 * (length - shift) as f64) / rate;
        let mut found: Vec<Range<f64>> = Vec::new();
        for (i, _) in levels.iter().enumerate().filter(|(_, level)| **level > threshold) {
            let (start, end) = (time(i), time(i + 1));
            match found.last_mut().filter(|last| start - last.end < self.pause) {
                Some(last) => last.end = end,
                None => found.push(start..end),
            }
        }
        found.retain(|segment| segment.end - segment.start >= self.word);
        found
    }
}

/// How many edges were found: one by one in order of time, starts among starts and ends among ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EdgeCounts {
    /// Edges that there are.
    pub wanted: usize,
    /// Edges that were said to be.
    pub found: usize,
    /// Of these, as many as have an edge of the same kind within the tolerance, each its own.
    pub right: usize,
}

impl EdgeCounts {
    /// Adds what was found of a sound, all in seconds.
    pub fn add(&mut self, wanted: &[Range<f64>], found: &[Range<f64>], tolerance: f64) {
        self.wanted += 2 * wanted.len();
        self.found += 2 * found.len();
        let kinds: [fn(&Range<f64>) -> f64; 2] = [|r| r.start, |r| r.end];
        for side in kinds {
            // In order of time, each with the first that is left and near enough: no other pairing has more pairs.
            let mut rest = found.iter().map(side).peekable();
            for edge in wanted.iter().map(side) {
                while rest.next_if(|f| *f < edge - tolerance).is_some() {}
                self.right += usize::from(rest.next_if(|f| *f <= edge + tolerance).is_some());
            }
        }
    }

    /// Share of the edges that were found.
    pub fn recall(&self) -> f64 {
        self.right as f64 / self.wanted.max(1) as f64
    }

    /// Share of the edges said to be that are.
    pub fn precision(&self) -> f64 {
        self.right as f64 / self.found.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_counted_once_each_and_by_kind() {
        let mut c = EdgeCounts::default();
        c.add(&[0.0..1.0, 1.0..2.0], &[0.01..0.99, 0.015..1.5], 0.02);
        assert_eq!(c, EdgeCounts { wanted: 4, found: 4, right: 2 });
        c.add(&[], &[0.0..1.0], 0.02);
        assert_eq!((c.found, c.right), (6, 2));
        assert_eq!(EdgeCounts::default().recall(), 0.0);
    }

    #[test]
    fn silence_sounds_of_a_few_samples_and_none_have_no_segments_or_one() {
        let t = EnergyThreshold::default();
        assert!(t.segments(&[], 8_000).is_empty());
        assert!(t.segments(&[0.5; 10], 8_000).is_empty());
        assert!(t.segments(&vec![0.0; 8_000], 8_000).is_empty());
        let pulses: Vec<f32> = (0..16_000).map(|i| if i / 2_000 % 2 == 1 { 0.3 } else { 0.0 }).collect();
        assert_eq!(t.segments(&pulses, 8_000).len(), 4);
    }
}
