//! Cutting sound into frames, and their spectra.

use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use super::{FeatureError, at_least};
use crate::signal::Sound;

/// The longest frame in samples, so that no option makes memory or time explode.
const LONGEST: f64 = 1_048_576.0;

/// The weight of a frame's samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Window {
    /// (0.5 − 0.5 cos)^0.85: like Hamming, but 0 at the ends.
    #[default]
    Povey,
    /// 0.54 − 0.46 cos.
    Hamming,
    /// 0.5 − 0.5 cos.
    Hanning,
    /// 1.
    Rectangular,
}

/// How sound is cut into frames. [`FrameOptions::default`] has Kaldi's values (without dither).
#[derive(Debug, Clone, PartialEq)]
pub struct FrameOptions {
    /// Length of a frame in milliseconds (25).
    pub length_ms: f64,
    /// From frame to frame in milliseconds (10).
    pub shift_ms: f64,
    /// Only frames that lie wholly within the sound (true): 1 + ⌊(n − length) / shift⌋ of them, none where the sound is shorter than a
    /// frame. Otherwise ⌊n / shift + ½⌋ frames, centred on the middles of the shifts, the sound mirrored at its ends.
    pub snip_edges: bool,
    /// Subtract each frame's mean (true).
    pub remove_dc: bool,
    /// Each sample less this share of the one before (0.97).
    pub preemphasis: f64,
    /// The weight of the samples.
    pub window: Window,
    /// What samples are multiplied by (32,768: Kaldi's numbers are those of 16-bit integers). Where [`FrameOptions::floor`] bites
    /// depends on it.
    pub scale: f64,
    /// Least power whose logarithm is taken (2⁻²³, f32's epsilon); digital silence has this energy.
    pub floor: f64,
}

impl Default for FrameOptions {
    fn default() -> Self {
        FrameOptions {
            length_ms: 25.0,
            shift_ms: 10.0,
            snip_edges: true,
            remove_dc: true,
            preemphasis: 0.97,
            window: Window::Povey,
            scale: 32_768.0,
            floor: f64::from(f32::EPSILON),
        }
    }
}

/// Options at a rate: the plan of all frames' spectra.
#[derive(Clone)]
pub(super) struct Framer {
    rate: u32,
    options: FrameOptions,
    length: usize,
    shift: usize,
    padded: usize,
    window: Vec<f64>,
    transform: Arc<dyn RealToComplex<f64>>,
}

/// Buffers for one frame at a time.
pub(super) struct Scratch {
    frame: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    inner: Vec<Complex<f64>>,
    /// Squared magnitudes, from 0 Hz to half the rate.
    pub(super) power: Vec<f64>,
    /// Natural logarithm of the sum of squares: of the frame less its mean, and of the windowed frame.
    pub(super) raw_energy: f64,
    pub(super) windowed_energy: f64,
}

impl Framer {
    pub(super) fn new(rate: u32, options: &FrameOptions) -> Result<Self, FeatureError> {
        let o = options.clone();
        let samples = |ms: f64| (f64::from(rate) * ms / 1000.0 + 1e-6).floor();
        let (length, shift) = (samples(o.length_ms), samples(o.shift_ms));
        let wrong = |why| Err(FeatureError::Frames { length_ms: o.length_ms, shift_ms: o.shift_ms, rate, why });
        // Written so that NaN fails.
        if !(length >= 2.0 && shift >= 1.0) {
            return wrong("a frame needs two samples, a shift one");
        }
        if length > LONGEST || shift > LONGEST {
            return wrong("at most 1,048,576 samples are possible");
        }
        at_least("preemphasis", o.preemphasis, 0.0, "must be a number from 0 on")?;
        at_least("scale", o.scale, f64::MIN_POSITIVE, "must be positive")?;
        at_least("floor", o.floor, f64::MIN_POSITIVE, "must be positive, so that silence has an energy")?;
        let (length, shift) = (length as usize, shift as usize);
        let padded = length.next_power_of_two();
        let window = (0..length).map(|i| weight(o.window, i as f64 / (length - 1) as f64)).collect();
        let transform = RealFftPlanner::new().plan_fft_forward(padded);
        Ok(Framer { rate, options: o, length, shift, padded, window, transform })
    }

    /// Frames of a sound of so many samples.
    pub(super) fn count(&self, samples: usize) -> usize {
        match self.options.snip_edges {
            true if samples < self.length => 0,
            true => 1 + (samples - self.length) / self.shift,
            false => (samples + self.shift / 2) / self.shift,
        }
    }

    /// The time of the middle of frame `i`, in seconds.
    pub(super) fn centre(&self, i: usize) -> f64 {
        let first = if self.options.snip_edges { self.length as f64 } else { self.shift as f64 } / 2.0;
        (first + i as f64 * self.shift as f64) / f64::from(self.rate)
    }

    /// Samples a second.
    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    /// Samples of the transform, a power of two.
    pub(super) fn padded(&self) -> usize {
        self.padded
    }

    pub(super) fn options(&self) -> &FrameOptions {
        &self.options
    }

    pub(super) fn check(&self, sound: &Sound) -> Result<(), FeatureError> {
        match sound.rate() == self.rate {
            true => Ok(()),
            false => Err(FeatureError::Rate { found: sound.rate(), planned: self.rate }),
        }
    }

    pub(super) fn scratch(&self) -> Scratch {
        Scratch {
            frame: self.transform.make_input_vec(),
            spectrum: self.transform.make_output_vec(),
            inner: self.transform.make_scratch_vec(),
            power: vec![0.0; self.padded / 2 + 1],
            raw_energy: 0.0,
            windowed_energy: 0.0,
        }
    }

    /// The spectrum and energies of frame `i`, which must be below [`Framer::count`].
    pub(super) fn spectrum(&self, samples: &[f32], i: usize, into: &mut Scratch) {
        let o = &self.options;
        let (frame, padding) = into.frame.split_at_mut(self.length);
        padding.fill(0.0);
        self.cut(samples, i, frame);
        if o.remove_dc {
            let mean = frame.iter().sum::<f64>() / frame.len() as f64;
            frame.iter_mut().for_each(|v| *v -= mean);
        }
        into.raw_energy = self.log_energy(frame);
        for at in (1..frame.len()).rev() {
            frame[at] -= o.preemphasis * frame[at - 1];
        }
        frame[0] -= o.preemphasis * frame[0];
        frame.iter_mut().zip(&self.window).for_each(|(v, w)| *v *= w);
        into.windowed_energy = self.log_energy(frame);
        // It fails only where lengths disagree, and all four were made by the plan.
        let done = self.transform.process_with_scratch(&mut into.frame, &mut into.spectrum, &mut into.inner);
        debug_assert!(done.is_ok());
        into.power.iter_mut().zip(&into.spectrum).for_each(|(p, c)| *p = c.norm_sqr());
    }

    /// The samples of frame `i`, mirrored beyond the ends.
    fn cut(&self, samples: &[f32], i: usize, frame: &mut [f64]) {
        let n = samples.len() as i64;
        let mut start = (i * self.shift) as i64;
        if !self.options.snip_edges {
            start += (self.shift / 2) as i64 - (self.length / 2) as i64;
        }
        for (at, v) in (start..).zip(frame) {
            let wrapped = at.rem_euclid(2 * n);
            let inside = if wrapped < n { wrapped } else { 2 * n - 1 - wrapped };
            *v = f64::from(samples[inside as usize]) * self.options.scale;
        }
    }

    fn log_energy(&self, frame: &[f64]) -> f64 {
        frame.iter().map(|v| v * v).sum::<f64>().max(self.options.floor).ln()
    }
}

/// The window at `x` from 0 to 1.
fn weight(window: Window, x: f64) -> f64 {
    let cos = (TAU * x).cos();
    match window {
        Window::Povey => (0.5 - 0.5 * cos).powf(0.85),
        Window::Hamming => 0.54 - 0.46 * cos,
        Window::Hanning => 0.5 - 0.5 * cos,
        Window::Rectangular => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framer(rate: u32, snip_edges: bool) -> Framer {
        Framer::new(rate, &FrameOptions { snip_edges, ..FrameOptions::default() }).unwrap()
    }

    #[test]
    fn the_number_of_frames_is_defined_for_every_length() {
        let (inside, all) = (framer(16_000, true), framer(16_000, false));
        for (samples, snipped, centred) in
            [(1, 0, 0), (79, 0, 0), (80, 0, 1), (399, 0, 2), (400, 1, 3), (559, 1, 3), (560, 2, 4), (16_000, 98, 100)]
        {
            assert_eq!((inside.count(samples), all.count(samples)), (snipped, centred), "{samples} samples");
        }
    }

    #[test]
    fn lengths_are_exact_at_rates_that_floats_do_not_divide() {
        for (rate, length, shift) in [(8_000, 200, 80), (11_025, 275, 110), (22_050, 551, 220), (44_100, 1102, 441)] {
            let f = framer(rate, true);
            assert_eq!((f.length, f.shift), (length, shift), "{rate}");
        }
    }

    #[test]
    fn beyond_the_ends_the_sound_is_mirrored_however_short_it_is() {
        let mut frame = vec![0.0; 200];
        let f = framer(8_000, false);
        // Shift 80, length 200: frame 0 begins at sample −60.
        f.cut(&[1.0, 2.0, 3.0], 0, &mut frame);
        let seen: Vec<f64> = frame[57..66].iter().map(|v| v / 32_768.0).collect();
        assert_eq!(seen, [3.0, 2.0, 1.0, 1.0, 2.0, 3.0, 3.0, 2.0, 1.0]);
    }

    #[test]
    fn times_are_the_middles_of_frames() {
        assert_eq!((framer(8_000, true).centre(0), framer(8_000, false).centre(0)), (0.0125, 0.005));
        assert!((framer(8_000, true).centre(3) - 0.0425).abs() < 1e-12);
    }

    #[test]
    fn options_without_sense_are_refused() {
        let refused = |o: FrameOptions| Framer::new(16_000, &o).is_err();
        let d = FrameOptions::default;
        for bad in [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e-9, 1e12] {
            assert!(refused(FrameOptions { length_ms: bad, ..d() }), "length {bad}");
            assert!(refused(FrameOptions { shift_ms: bad, ..d() }), "shift {bad}");
        }
        for bad in [f64::NAN, f64::INFINITY, -1.0] {
            assert!(refused(FrameOptions { preemphasis: bad, ..d() }));
            assert!(refused(FrameOptions { scale: bad, ..d() }));
            assert!(refused(FrameOptions { floor: bad, ..d() }));
        }
        assert!(refused(FrameOptions { floor: 0.0, ..d() }));
    }
}
