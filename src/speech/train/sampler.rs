//! Batches as a pure function of the seed and the step, so that a resumed run sees what it would have seen.

use std::convert::Infallible;
use std::sync::Arc;

use ndarray::Array2;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::augment::Distorter;
use super::data::Utterance;
use super::objective::Target;
use super::plan::{Plan, Segment};
use crate::learn::{Batch, Source};

/// An utterance made ready.
pub struct Prepared {
    /// Sound and phones.
    pub utterance: Utterance,
    /// Its segments.
    pub segments: Vec<Segment>,
    /// Its plan.
    pub plan: Arc<Plan>,
    /// Outputs of each of its known phones.
    pub own: Vec<Vec<usize>>,
}

/// Draws and distorts training utterances: all of them once in each round, in a new order.
pub struct Sampler {
    /// The utterances.
    pub utterances: Vec<Prepared>,
    /// How they are distorted.
    pub distorter: Distorter,
    /// Utterances a batch.
    pub batch: usize,
    /// How often a known phone must do with its features.
    pub forget: f64,
    /// Seconds from frame to frame.
    pub frame: f64,
    /// Everything random follows from this and the step.
    pub seed: u64,
}

impl Source for Sampler {
    type Input = Array2<f32>;
    type Target = Target;
    type Error = Infallible;

    fn batch(&mut self, step: u64) -> Result<Batch<Array2<f32>, Target>, Infallible> {
        let drawn = self.numbers(step);
        let samples: Vec<_> =
            drawn.into_par_iter().enumerate().filter_map(|(slot, n)| self.draw(n, step, slot)).collect();
        let (inputs, targets) = samples.into_iter().unzip();
        Ok(Batch { inputs, targets })
    }
}

impl Sampler {
    /// The utterances of a step.
    fn numbers(&self, step: u64) -> Vec<usize> {
        let per_round = self.utterances.len().div_ceil(self.batch.max(1)).max(1) as u64;
        let mut order: Vec<usize> = (0..self.utterances.len()).collect();
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed ^ (step / per_round).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        order.shuffle(&mut rng);
        let first = (step % per_round) as usize * self.batch;
        order.into_iter().skip(first).take(self.batch).collect()
    }

    fn draw(&self, number: usize, step: u64, slot: usize) -> Option<(Array2<f32>, Target)> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(step * 1009 + slot as u64 + 1);
        let item = self.utterances.get(number)?;
        // A sound that was long enough when the run began is long enough at every tempo.
        let (features, tempo) = self.distorter.apply(&item.utterance.sound, &mut rng).ok()?;
        let forgotten = item.own.iter().filter(|_| rng.random::<f64>() < self.forget);
        let without = forgotten.flatten().copied().collect();
        let (plan, segments) = (Arc::clone(&item.plan), item.segments.clone());
        Some((features, Target { plan, segments, frame: self.frame * tempo, without }))
    }
}
