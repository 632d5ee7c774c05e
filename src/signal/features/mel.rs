//! Log-mel filterbanks.

use ndarray::Array2;

use super::frames::{Framer, Scratch};
use super::{FeatureError, FrameOptions, at_least};
use crate::signal::Sound;

/// Triangular filters, equally wide on the mel scale 1127 ln(1 + f / 700).
#[derive(Debug, Clone, PartialEq)]
pub struct MelOptions {
    /// How many filters (23).
    pub filters: usize,
    /// Lower end of the first in Hz (20).
    pub low: f64,
    /// Upper end of the last in Hz; 0 or below: so much below half the rate (0).
    pub high: f64,
    /// All frequencies of the filters times this, but none beyond `high`: as if the vocal tract were longer or shorter (1).
    pub warp: f64,
}

impl Default for MelOptions {
    fn default() -> Self {
        MelOptions { filters: 23, low: 20.0, high: 0.0, warp: 1.0 }
    }
}

/// Options of a [`Filterbank`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FilterbankOptions {
    /// How frames are cut.
    pub frames: FrameOptions,
    /// The filters.
    pub mel: MelOptions,
}

/// One filter: its weights from line `first` of the spectrum on.
#[derive(Debug, Clone)]
struct Filter {
    first: usize,
    weights: Vec<f64>,
}

/// What a filter gives for a spectrum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Response {
    /// Weighted power.
    pub power: f64,
    /// Lines that it is a mean of, as it were.
    pub lines: f64,
}

/// Log-mel filterbank features at one rate: each filter's natural logarithm of weighted power.
#[derive(Clone)]
pub struct Filterbank {
    pub(super) framer: Framer,
    filters: Vec<Filter>,
}

impl Filterbank {
    /// Plans the features of sounds of this rate.
    ///
    /// # Errors
    /// [`FeatureError`] where the options make no sense at this rate.
    pub fn new(rate: u32, options: &FilterbankOptions) -> Result<Self, FeatureError> {
        let framer = Framer::new(rate, &options.frames)?;
        let filters = filters(rate, framer.padded(), &options.mel)?;
        Ok(Filterbank { framer, filters })
    }

    /// The features of a sound: frames × filters; no frames where it is too short ([`FrameOptions::snip_edges`]).
    /// Cost: O(frames · (n log n + filters)), n the frame's length.
    ///
    /// # Errors
    /// [`FeatureError::Rate`].
    pub fn apply(&self, sound: &Sound) -> Result<Array2<f32>, FeatureError> {
        self.framer.check(sound)?;
        let mut features = Array2::zeros((self.framer.count(sound.samples().len()), self.filters.len()));
        let mut scratch = self.framer.scratch();
        for (i, mut row) in features.rows_mut().into_iter().enumerate() {
            self.energies(sound.samples(), i, &mut scratch, |filter, energy| row[filter] = energy as f32);
        }
        Ok(features)
    }

    /// What comes out of each filter for a spectrum of this power at each frequency (in Hz).
    pub(crate) fn response(&self, power: impl Fn(f64) -> f64) -> Vec<Response> {
        let width = f64::from(self.framer.rate()) / self.framer.padded() as f64;
        let of = |f: &Filter| {
            let sum: f64 = f.weights.iter().sum();
            let squares: f64 = f.weights.iter().map(|w| w * w).sum();
            let lines = (f.first..).zip(&f.weights).map(|(line, w)| w * power(width * line as f64));
            Response { power: lines.sum(), lines: sum * sum / squares }
        };
        self.filters.iter().map(of).collect()
    }

    /// How many filters there are.
    pub fn filters(&self) -> usize {
        self.filters.len()
    }

    /// The time of the middle of frame `i` in seconds.
    pub fn centre(&self, i: usize) -> f64 {
        self.framer.centre(i)
    }

    /// Frame `i`'s log energies, filter by filter.
    pub(super) fn energies(&self, samples: &[f32], i: usize, scratch: &mut Scratch, mut put: impl FnMut(usize, f64)) {
        self.framer.spectrum(samples, i, scratch);
        for (number, filter) in self.filters.iter().enumerate() {
            let lines = scratch.power[filter.first..].iter().zip(&filter.weights);
            let power: f64 = lines.map(|(p, w)| p * w).sum();
            put(number, power.max(self.framer.options().floor).ln());
        }
    }
}

fn mel(hz: f64) -> f64 {
    1127.0 * (hz / 700.0).ln_1p()
}

fn hertz(mel: f64) -> f64 {
    700.0 * (mel / 1127.0).exp_m1()
}

/// Share of the range up to `high` that is stretched by the whole warp; the rest makes up for it.
const WARPED: f64 = 0.85;

fn filters(rate: u32, padded: usize, o: &MelOptions) -> Result<Vec<Filter>, FeatureError> {
    let nyquist = f64::from(rate) / 2.0;
    let high = if o.high <= 0.0 { nyquist + o.high } else { o.high };
    // Written so that NaN fails.
    if !(o.low >= 0.0 && o.low < high && high <= nyquist) {
        return Err(FeatureError::Range { low: o.low, high, nyquist });
    }
    // The line at half the rate takes no part, as in Kaldi.
    let lines = padded / 2;
    if o.filters == 0 || o.filters > lines {
        return Err(FeatureError::EmptyFilter { filter: 0, filters: o.filters });
    }
    at_least("warp", o.warp, 0.5, "must be from 0.5 to 1.15")?;
    at_least("warp", -o.warp, -1.15, "must be from 0.5 to 1.15")?;
    let width = f64::from(rate) / padded as f64;
    let step = (mel(high) - mel(o.low)) / (o.filters + 1) as f64;
    let edge = |i: usize| warped(mel(o.low) + i as f64 * step, o.warp, high);
    (0..o.filters)
        .map(|filter| {
            let [left, centre, right] = [0, 1, 2].map(|i| edge(filter + i));
            let weight = |line: usize| {
                let m = mel(width * line as f64);
                if m <= centre { (m - left) / (centre - left) } else { (right - m) / (right - centre) }
            };
            let inside = |line: &usize| {
                let m = mel(width * *line as f64);
                m > left && m < right
            };
            let first = (0..lines).find(inside).ok_or(FeatureError::EmptyFilter { filter, filters: o.filters })?;
            Ok(Filter { first, weights: (first..lines).take_while(inside).map(weight).collect() })
        })
        .collect()
}

/// An edge on the mel scale, its frequency stretched.
fn warped(edge: f64, warp: f64, high: f64) -> f64 {
    if warp == 1.0 {
        return edge;
    }
    let (f, knee) = (hertz(edge), WARPED * high);
    let rest = (high - knee * warp) / (high - knee);
    mel(if f < knee { f * warp } else { knee * warp + (f - knee) * rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bank(rate: u32, mel: MelOptions) -> Result<Filterbank, FeatureError> {
        Filterbank::new(rate, &FilterbankOptions { mel, ..FilterbankOptions::default() })
    }

    #[test]
    fn neighbouring_filters_share_each_line_of_the_spectrum_out() {
        let bank = bank(16_000, MelOptions::default()).unwrap();
        let mut sums = vec![0.0; 256];
        for f in &bank.filters {
            f.weights.iter().enumerate().for_each(|(i, w)| sums[f.first + i] += w);
        }
        // Between the first filter's centre and the last one's.
        for (line, sum) in sums.iter().enumerate().take(220).skip(10) {
            assert!((sum - 1.0).abs() < 1e-9, "line {line}: {sum}");
        }
    }

    #[test]
    fn filters_without_a_line_or_beyond_half_the_rate_are_refused() {
        let d = MelOptions::default;
        assert!(matches!(bank(8_000, MelOptions { filters: 120, ..d() }), Err(FeatureError::EmptyFilter { .. })));
        assert!(matches!(bank(8_000, MelOptions { filters: 0, ..d() }), Err(FeatureError::EmptyFilter { .. })));
        assert!(matches!(
            bank(8_000, MelOptions { filters: usize::MAX, ..d() }),
            Err(FeatureError::EmptyFilter { .. })
        ));
        for (low, high) in [(-1.0, 0.0), (20.0, 4_001.0), (300.0, 300.0), (f64::NAN, 0.0), (0.0, f64::NAN), (0.0, -4e3)]
        {
            assert!(
                matches!(bank(8_000, MelOptions { low, high, ..d() }), Err(FeatureError::Range { .. })),
                "{low} {high}"
            );
        }
        assert!(bank(8_000, MelOptions { low: 0.0, high: 4_000.0, ..d() }).is_ok());
    }

    #[test]
    fn a_warped_bank_hears_a_tone_where_the_plain_one_hears_its_stretched_frequency() {
        let loudest = |warp: f64, hz: f64| {
            let bank = bank(16_000, MelOptions { filters: 40, warp, ..MelOptions::default() }).unwrap();
            let tone = (0..1_600).map(|i| (i as f64 * hz / 16_000.0 * std::f64::consts::TAU).sin() as f32).collect();
            let x = bank.apply(&Sound::new(tone, 16_000).unwrap()).unwrap();
            (0..40).max_by(|a, b| x[[3, *a]].total_cmp(&x[[3, *b]])).unwrap()
        };
        for hz in [400.0, 1_000.0, 3_000.0] {
            assert_eq!(loudest(1.1, hz * 1.1), loudest(1.0, hz), "{hz}");
            assert_eq!(loudest(0.9, hz * 0.9), loudest(1.0, hz), "{hz}");
        }
        for warp in [f64::NAN, 0.0, 1.2, -1.0] {
            assert!(bank(16_000, MelOptions { warp, ..MelOptions::default() }).is_err());
        }
    }

    #[test]
    fn silence_and_the_loudest_sound_have_finite_features() {
        let bank = bank(8_000, MelOptions::default()).unwrap();
        for level in [0.0, f32::MIN_POSITIVE, 1e-45, 1.0, f32::MAX] {
            let wave = (0..800).map(|i| if i % 3 == 0 { level } else { -level }).collect();
            let features = bank.apply(&Sound::new(wave, 8_000).unwrap()).unwrap();
            assert!(features.iter().all(|v| v.is_finite()), "{level}");
            if level == 0.0 {
                assert!(features.iter().all(|v| *v == f32::EPSILON.ln()));
            }
        }
    }

    #[test]
    fn another_rate_is_refused_and_a_short_sound_has_no_frames() {
        let bank = bank(8_000, MelOptions::default()).unwrap();
        let sound = |n, rate| Sound::new(vec![0.1; n], rate).unwrap();
        assert_eq!(bank.apply(&sound(800, 16_000)), Err(FeatureError::Rate { found: 16_000, planned: 8_000 }));
        assert_eq!(bank.apply(&sound(40, 8_000)).unwrap().dim(), (0, 23));
    }
}
