//! Strings of recordings with noise between, whose edges are known.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::Placed;
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
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Strung {
    /// The samples.
    pub samples: Vec<f32>,
    /// What is said.
    pub words: Vec<Label>,
    /// The first sample of each recording and the first behind it.
    pub edges: Vec<(usize, usize)>,
    /// How many of the words are each recording's.
    pub counts: Vec<usize>,
}

impl Strung {
    /// Its recordings, each with its words, in frames of so many samples.
    pub fn placed(&self, frame: f64) -> Vec<Placed> {
        let mut rest = self.words.as_slice();
        let one = |(&(start, end), &count): (&(usize, usize), &usize)| {
            let (own, others) = rest.split_at(count.min(rest.len()));
            rest = others;
            Placed { frames: (start as f64 / frame, end as f64 / frame), words: own.to_vec() }
        };
        self.edges.iter().zip(&self.counts).map(one).collect()
    }
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
        let mut made = Strung::default();
        let bare = !chosen.is_empty() && rng.random::<f64>() < self.bare;
        for (i, recording) in chosen.iter().enumerate() {
            let gap = if bare && i == 0 { 0 } else { self.gap_samples(rate, rng) };
            made.samples.resize(made.samples.len() + gap, 0.0);
            let start = made.samples.len();
            let gain = 10.0_f64.powf(self.gain_db * (2.0 * rng.random::<f64>() - 1.0) / 20.0) as f32;
            made.samples.extend(recording.samples.iter().map(|s| s * gain));
            made.edges.push((start, made.samples.len()));
            made.words.extend(&recording.words);
            made.counts.push(recording.words.len());
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

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn config() -> StringConfig {
        let (gap, noise_db) = ([0.0, 0.3], [40.0, 40.0]);
        StringConfig { longest: 4, isolated: 0.25, silent: 0.25, bare: 0.0, gap, noise_db, gain_db: 0.0 }
    }

    fn recording(word: Label, length: usize) -> Recording {
        let samples = (0..length).map(|i| if i % 2 == 0 { 0.5 } else { -0.5 }).collect();
        Recording { name: word.to_string(), words: vec![word], speaker: "x".into(), samples }
    }

    #[test]
    fn recordings_lie_where_the_edges_say_and_noise_is_as_soft_as_asked() {
        let (a, b) = (recording(1, 900), recording(2, 500));
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for bare in [0.0, 1.0] {
            let made = StringConfig { bare, ..config() }.join(&[&a, &b, &a], 8_000, &mut rng);
            assert_eq!((&made.words[..], &made.counts[..]), (&[1, 2, 1][..], &[1, 1, 1][..]));
            assert_eq!(made.edges.iter().map(|(a, b)| b - a).collect::<Vec<_>>(), [900, 500, 900]);
            let placed = made.placed(80.0);
            assert_eq!(placed.iter().map(|p| &p.words[..]).collect::<Vec<_>>(), [&[1][..], &[2], &[1]]);
            assert_eq!(placed[1].frames.0, made.edges[1].0 as f64 / 80.0);
            let spoken = |i: usize| made.edges.iter().any(|(a, b)| (*a..*b).contains(&i));
            let power = |inside: bool| {
                let of: Vec<f32> =
                    (0..made.samples.len()).filter(|&i| spoken(i) == inside).map(|i| made.samples[i]).collect();
                of.iter().map(|s| f64::from(s * s)).sum::<f64>() / of.len() as f64
            };
            let below = 10.0 * (power(true) / power(false)).log10();
            assert!((below - 40.0).abs() < 0.5, "{below}");
            let ends = (made.edges[0].0, made.samples.len() - made.edges[2].1);
            assert_eq!(ends == (0, 0), bare == 1.0);
        }
    }

    #[test]
    fn noise_alone_has_samples_and_lengths_have_their_shares() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let noise = config().draw(&[], 0, 8_000, &mut rng);
        assert!(noise.samples.len() >= 800 && noise.edges.is_empty() && noise.samples.iter().any(|s| *s != 0.0));
        let lengths: Vec<usize> = (0..4_000).map(|_| config().length(&mut rng)).collect();
        let share = |n: usize| lengths.iter().filter(|l| **l == n).count() as f64 / 4_000.0;
        assert!(
            (share(0) - 0.25).abs() < 0.03 && (share(1) - 0.25).abs() < 0.03 && (share(4) - 0.5 / 3.0).abs() < 0.03
        );
        assert!(lengths.iter().all(|l| *l <= 4));
    }

    #[test]
    fn configs_that_make_no_sense_are_refused() {
        assert!(config().check().is_ok());
        for bad in [
            StringConfig { longest: 0, ..config() },
            StringConfig { isolated: 0.8, ..config() },
            StringConfig { bare: f64::NAN, ..config() },
            StringConfig { gap: [0.3, 0.2], ..config() },
            StringConfig { noise_db: [-1.0, 2.0], ..config() },
            StringConfig { gain_db: f64::INFINITY, ..config() },
        ] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
    }
}
