//! Strings of recordings with noise between, whose edges are known.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use crate::graph::Label;
use crate::signal::normal;

/// A recorded word, or several in a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Its name, for reports.
    pub name: String,
    /// What is said.
    pub words: Vec<Label>,
    /// Who speaks; strings are of one speaker.
    pub speaker: String,
    /// Samples, all recordings at one rate.
    pub samples: Vec<f32>,
}

/// How strings are put together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StringConfig {
    /// Most recordings in a string; any number from 2 on is as likely as another.
    pub longest: usize,
    /// Share of single recordings.
    pub isolated: f64,
    /// Share of noise without a word.
    #[serde(default)]
    pub silent: f64,
    /// Share of strings without noise before and behind.
    #[serde(default)]
    pub bare: f64,
    /// Least and most seconds of noise before, between and behind the recordings.
    pub gap: [f64; 2],
    /// How far the noise is below the recordings' mean power, in dB, least and most. It lies under the recordings too.
    pub noise_db: [f64; 2],
    /// Loudness of single recordings, in dB to either side at most.
    #[serde(default)]
    pub gain_db: f64,
}

/// A string and where its recordings lie.
#[derive(Debug, Clone, PartialEq)]
pub struct Strung {
    /// The samples.
    pub samples: Vec<f32>,
    /// What is said.
    pub words: Vec<Label>,
    /// The first sample of each recording and the first behind it.
    pub edges: Vec<(usize, usize)>,
}

impl StringConfig {
    /// What is wrong with it.
    ///
    /// # Errors
    /// The field and why.
    pub fn check(&self) -> Result<(), String> {
        let share = |x: f64| (0.0..=1.0).contains(&x);
        let range = |[a, b]: [f64; 2], most: f64| a <= b && (0.0..=most).contains(&a) && b <= most;
        if !(1..=100).contains(&self.longest) {
            return Err(format!("longest = {}: not in 1 to 100", self.longest));
        }
        if !share(self.bare) || !share(self.isolated) || !share(self.silent) || self.isolated + self.silent > 1.0 {
            return Err("bare, isolated and silent are shares from 0 to 1, the last two also together".into());
        }
        if !range(self.gap, 60.0) {
            return Err(format!("gap = {:?}: not two lengths in order, from 0 to 60 s", self.gap));
        }
        if !range(self.noise_db, 200.0) || !(0.0..=60.0).contains(&self.gain_db) {
            return Err("noise_db goes from 0 to 200, the lower first, gain_db from 0 to 60".into());
        }
        Ok(())
    }

    /// How many recordings the next string has: 0, 1, or 2 to the longest.
    pub fn length<R: Rng>(&self, rng: &mut R) -> usize {
        let at = rng.random::<f64>();
        if at < self.silent {
            0
        } else if at < self.silent + self.isolated || self.longest < 2 {
            1
        } else {
            rng.random_range(2..=self.longest)
        }
    }

    /// Strings so many recordings, drawn with repetition, of which none may be empty; `rate` samples a second.
    ///
    /// Without a recording to draw from it is silent. It always has a sample, as noise where nothing else.
    pub fn draw<R: Rng>(&self, from: &[&Recording], length: usize, rate: u32, rng: &mut R) -> Strung {
        let chosen: Vec<&Recording> = (0..length).filter_map(|_| from.choose(rng).copied()).collect();
        self.join(&chosen, rate, rng)
    }

    /// Strings these recordings, noise before, between and behind.
    pub fn join<R: Rng>(&self, chosen: &[&Recording], rate: u32, rng: &mut R) -> Strung {
        let mut made = Strung { samples: Vec::new(), words: Vec::new(), edges: Vec::new() };
        let bare = !chosen.is_empty() && rng.random::<f64>() < self.bare;
        for (i, recording) in chosen.iter().enumerate() {
            let gap = if bare && i == 0 { 0 } else { self.gap_samples(rate, rng) };
            made.samples.resize(made.samples.len() + gap, 0.0);
            let start = made.samples.len();
            let gain = 10.0_f64.powf(self.gain_db * (2.0 * rng.random::<f64>() - 1.0) / 20.0) as f32;
            made.samples.extend(recording.samples.iter().map(|s| s * gain));
            made.edges.push((start, made.samples.len()));
            made.words.extend(&recording.words);
        }
        let power: f64 = made.edges.iter().flat_map(|&(a, b)| &made.samples[a..b]).map(|&s| f64::from(s).powi(2)).sum();
        let spoken: usize = made.edges.iter().map(|(a, b)| b - a).sum();
        let least = if chosen.is_empty() { rate as usize / 10 } else { 0 };
        let gap = if bare { 0 } else { self.gap_samples(rate, rng).max(least) };
        made.samples.resize(made.samples.len() + gap, 0.0);
        // Noise alone is as loud as that under a voice of usual loudness.
        let level = if power > 0.0 { (power / spoken as f64).sqrt() } else { 0.05 };
        let [low, high] = self.noise_db;
        let noise = level * 10.0_f64.powf(-(low + (high - low) * rng.random::<f64>()) / 20.0);
        made.samples.iter_mut().for_each(|s| *s += noise as f32 * normal(rng));
        made
    }

    fn gap_samples<R: Rng>(&self, rate: u32, rng: &mut R) -> usize {
        let [least, most] = self.gap;
        ((least + (most - least) * rng.random::<f64>()) * f64::from(rate)) as usize
    }
}
