//! What the nets hear: log-mel features of a sound, normalised over an utterance or a speaker.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::signal::Sound;
use crate::signal::features::{FeatureError, Filterbank, FilterbankOptions, FrameOptions, MelOptions, Moments};
use crate::signal::sound::SoundError;

/// How sounds become features.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FeatureConfig {
    /// Samples a second; sounds of another rate are resampled.
    pub rate: u32,
    /// Length of a frame in milliseconds.
    pub length_ms: f64,
    /// From frame to frame in milliseconds. Frame `i` stands over the time from `i` to `i + 1` times this.
    pub shift_ms: f64,
    /// Mel filters.
    pub filters: usize,
    /// Lower end of the first filter in Hz.
    pub low: f64,
    /// Upper end of the last in Hz; 0 or below: so much below half the rate.
    pub high: f64,
    /// Least power whose logarithm is taken, for samples from −1 to 1: what is softer is silence.
    pub floor: f64,
    /// Added to the standard deviation that features are divided by, so that hardly any change is not blown up.
    pub soften: f64,
}

impl Default for FeatureConfig {
    fn default() -> Self {
        FeatureConfig {
            rate: 16_000,
            length_ms: 25.0,
            shift_ms: 10.0,
            filters: 40,
            low: 60.0,
            high: -400.0,
            floor: 1e-7,
            soften: 0.3,
        }
    }
}

/// Why a sound has no features.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NoFeatures {
    /// The options, or their rate.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// Resampling.
    #[error(transparent)]
    Sound(#[from] SoundError),
    /// Not a single frame.
    #[error("the sound is too short: {seconds} s, less than half a frame of {shift_ms} ms")]
    TooShort {
        /// Its length.
        seconds: f64,
        /// From frame to frame.
        shift_ms: f64,
    },
}

impl FeatureConfig {
    /// The filterbank, its frames `tempo` times as far apart and its frequencies divided by `warp`.
    pub(in crate::speech) fn bank(&self, tempo: f64, warp: f64) -> Result<Filterbank, FeatureError> {
        let frames = FrameOptions {
            length_ms: self.length_ms,
            shift_ms: self.shift_ms * tempo,
            snip_edges: false,
            scale: 1.0,
            floor: self.floor,
            ..FrameOptions::default()
        };
        // The knees are near the ends, wherever these are.
        let (vtln_low, vtln_high) = (self.low + 40.0, self.high - 100.0);
        let mel = MelOptions { filters: self.filters, low: self.low, high: self.high, warp, vtln_low, vtln_high };
        Filterbank::new(self.rate, &FilterbankOptions { frames, mel })
    }

    /// Seconds from frame to frame.
    pub fn shift(&self) -> f64 {
        self.shift_at(1.0)
    }

    /// Seconds from frame to frame where they are `tempo` times as far apart.
    pub(in crate::speech) fn shift_at(&self, tempo: f64) -> f64 {
        // As the frames are cut: a shift is a whole number of samples.
        (f64::from(self.rate) * self.shift_ms * tempo / 1000.0 + 1e-6).floor() / f64::from(self.rate)
    }

    /// Fewest samples that make a frame where frames are `tempo` times as far apart.
    #[cfg(feature = "nn")]
    pub(in crate::speech) fn least_samples(&self, tempo: f64) -> usize {
        let shift = (self.shift_at(tempo) * f64::from(self.rate)).round() as usize;
        shift - shift / 2
    }
}

/// Features by a plan.
pub struct Features {
    config: FeatureConfig,
    bank: Filterbank,
}

impl Features {
    /// Plans them.
    ///
    /// # Errors
    /// [`FeatureError`] where the options make no sense.
    pub fn new(config: FeatureConfig) -> Result<Self, FeatureError> {
        let bank = config.bank(1.0, 1.0)?;
        Ok(Features { config, bank })
    }

    /// The options.
    pub fn config(&self) -> &FeatureConfig {
        &self.config
    }

    /// Features as they come from the filters: frames × filters.
    ///
    /// # Errors
    /// [`NoFeatures`].
    pub fn raw(&self, sound: &Sound) -> Result<Array2<f32>, NoFeatures> {
        self.raw_by(&self.bank, sound)
    }

    /// The same with the filters' frequencies divided by a warp ([`MelOptions::warp`]).
    ///
    /// # Errors
    /// [`NoFeatures`].
    pub fn warped(&self, sound: &Sound, warp: f64) -> Result<Array2<f32>, NoFeatures> {
        self.raw_by(&self.config.bank(1.0, warp)?, sound)
    }

    fn raw_by(&self, bank: &Filterbank, sound: &Sound) -> Result<Array2<f32>, NoFeatures> {
        let features = if sound.rate() == self.config.rate {
            bank.apply(sound)?
        } else {
            bank.apply(&sound.resample(self.config.rate)?)?
        };
        if features.nrows() == 0 {
            return Err(NoFeatures::TooShort { seconds: sound.seconds(), shift_ms: self.config.shift_ms });
        }
        Ok(features)
    }

    /// Normalises features by the moments of an utterance, or of all of a speaker's.
    pub fn normalise(&self, features: &mut Array2<f32>, moments: &Moments) {
        moments.normalise_softly(features, self.config.soften);
    }

    /// Features of an utterance, normalised by its own moments.
    ///
    /// # Errors
    /// [`NoFeatures`].
    pub fn apply(&self, sound: &Sound) -> Result<Array2<f32>, NoFeatures> {
        let mut features = self.raw(sound)?;
        let moments = Moments::of(&features);
        self.normalise(&mut features, &moments);
        Ok(features)
    }
}
