//! Batches of strings as a pure function of the seed and the step, so that a resumed run hears what it would have heard.

use std::collections::BTreeMap;

use ndarray::{Array2, s};
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{Normalise, Placed, Recording, SilencePrior, SpokenAugment, StringConfig, Strung};
use crate::graph::Label;
use crate::learn::{self, Batch};
use crate::signal::Sound;
use crate::speech::{FeatureConfig, NoFeatures};

/// What is said in a string, and what its loudness says of silence at each frame.
#[derive(Debug, Clone, PartialEq)]
pub struct StringTarget {
    /// The words.
    pub words: Vec<Label>,
    /// Added to the energies of silence.
    pub silence: Vec<f32>,
    /// Where its recordings lie.
    pub placed: Vec<Placed>,
}

/// Draws strings of one speaker each, distorts them, and makes features of them.
#[derive(Debug, Clone)]
pub struct StringSource {
    /// By speaker.
    speakers: Vec<Vec<Recording>>,
    strings: StringConfig,
    augment: SpokenAugment,
    features: FeatureConfig,
    normalise: Normalise,
    silence: SilencePrior,
    words: usize,
    seed: u64,
}

impl StringSource {
    /// Strings of these recordings, `words` of them a batch.
    pub fn new(
        recordings: Vec<Recording>,
        strings: StringConfig,
        augment: SpokenAugment,
        (features, normalise, silence): (FeatureConfig, Normalise, SilencePrior),
        words: usize,
        seed: u64,
    ) -> Self {
        let mut by_speaker: BTreeMap<String, Vec<Recording>> = BTreeMap::new();
        recordings.into_iter().for_each(|r| by_speaker.entry(r.speaker.clone()).or_default().push(r));
        StringSource {
            speakers: by_speaker.into_values().collect(),
            strings,
            augment,
            features,
            normalise,
            silence,
            words,
            seed,
        }
    }

    /// One string of so many recordings of a speaker, each as likely as another.
    pub fn draw<R: Rng>(&self, length: usize, rng: &mut R) -> Strung {
        let speaker = self.speakers.choose(rng).map_or(&[][..], Vec::as_slice);
        let all: Vec<&Recording> = speaker.iter().collect();
        self.strings.draw(&all, length, self.features.rate, rng)
    }

    fn sample(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<(Array2<f32>, StringTarget), NoFeatures> {
        let made = self.draw(length, rng);
        let a = &self.augment;
        let mut around = |by: f64| 1.0 + by * (2.0 * rng.random::<f64>() - 1.0);
        let (tempo, warp) = (around(a.tempo), around(a.warp));
        let frame = self.features.shift_at(tempo) * f64::from(self.features.rate);
        let (placed, words) = (made.placed(frame), made.words);
        let sound = Sound::new(made.samples, self.features.rate)?;
        let mut features = self.features.bank(tempo, warp)?.apply(&sound)?;
        if features.nrows() == 0 {
            let (seconds, shift_ms) = (sound.seconds(), self.features.shift_ms);
            return Err(NoFeatures::TooShort { seconds, shift_ms });
        }
        let silence = self.silence.of(&features);
        self.normalise.apply(&mut features);
        mask(&mut features, a, length, rng);
        Ok((features, StringTarget { words, silence, placed }))
    }
}

/// Sets some filters, and some frames for each recording, to their mean (Park et al. 2019, *SpecAugment*).
fn mask(features: &mut Array2<f32>, a: &SpokenAugment, recordings: usize, rng: &mut ChaCha8Rng) {
    let mut stretch = |most: usize, of: usize| {
        let length = rng.random_range(0..=most.min(of));
        let start = rng.random_range(0..=of - length);
        start..start + length
    };
    let (frames, filters) = features.dim();
    features.slice_mut(s![.., stretch(a.filters, filters)]).fill(0.0);
    for _ in 0..recordings {
        features.slice_mut(s![stretch(a.frames, frames), ..]).fill(0.0);
    }
}

impl learn::Source for StringSource {
    type Input = Array2<f32>;
    type Target = StringTarget;
    type Error = NoFeatures;

    fn batch(&mut self, step: u64) -> Result<Batch<Array2<f32>, StringTarget>, NoFeatures> {
        let random = |stream: u64| {
            let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
            rng.set_stream(stream);
            rng
        };
        let first = step * (self.words as u64 + 1) + 1;
        let length = self.strings.length(&mut random(first));
        let strings = (self.words / length.max(1)).max(1) as u64;
        let made = (0..strings).into_par_iter().map(|i| self.sample(length, &mut random(first + 1 + i)));
        let (inputs, targets) = made.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
        Ok(Batch { inputs, targets })
    }
}
