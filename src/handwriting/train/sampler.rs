//! Batches as a pure function of the seed and the step, so that a resumed run sees what it would have seen.

use ndarray::Array2;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::isolated::{Classed, classes};
use super::{Example, Source, Written};
use crate::graph::Label;
use crate::handwriting::Field;
use crate::handwriting::cuts::Cutter;
use crate::learn::{self, Batch};
use crate::signal::Augment;

/// Batches that share one draw and are sorted by width, so that little of a batch is padding.
const BUCKETS: u64 = 4;

/// What a sampled field says, and what the loss needs to know of it.
#[derive(Debug, Clone)]
pub struct Target {
    /// The distorted field, whose spans are the rows of the energies.
    pub field: Field,
    /// The answer.
    pub answer: Vec<Label>,
    /// Number of the grammar that relates the answer to what is written.
    pub grammar: usize,
    /// Classes of single spans, for isolated training; none where it isn't asked for, or no boxes are known.
    pub classes: Vec<Classed>,
}

impl Target {
    /// What an example says of its field as it is; no classes of single spans.
    pub(super) fn new(field: &Field, example: &Example) -> Self {
        let (answer, grammar) = (example.answer.clone(), example.grammar);
        Target { field: field.clone(), answer, grammar, classes: Vec::new() }
    }
}

/// Draws and distorts training examples.
#[derive(Debug)]
pub struct Sampler {
    /// Where examples come from.
    pub sources: Vec<Source>,
    /// How they are distorted.
    pub augment: Augment,
    /// Where the distorted images are cut.
    pub cutter: Cutter,
    /// Fields a batch.
    pub batch: usize,
    /// Everything random follows from this and the step.
    pub seed: u64,
    /// Spans without a symbol for each with one, where single spans are trained on.
    pub isolated: Option<f64>,
}

impl learn::Source for Sampler {
    type Input = Field;
    type Target = Target;
    type Error = std::convert::Infallible;

    fn batch(&mut self, step: u64) -> Result<Batch<Field, Target>, Self::Error> {
        Ok(self.draw_batch(step))
    }
}

impl Sampler {
    fn draw_batch(&self, step: u64) -> Batch<Field, Target> {
        let (group, bucket) = (step / BUCKETS, step % BUCKETS);
        let total = self.batch * BUCKETS as usize;
        let mut drawn: Vec<(Example, ChaCha8Rng)> =
            (0..total).into_par_iter().filter_map(|slot| self.draw(group, slot as u64)).collect();
        drawn.sort_by_key(|(e, _)| e.ink.ncols());
        // Buckets come in a different order in every group: widths must not follow a rhythm.
        let turn = ChaCha8Rng::seed_from_u64(self.seed ^ group.wrapping_mul(0x9E37_79B9)).random_range(0..BUCKETS);
        let chosen = ((bucket + turn) % BUCKETS) as usize * self.batch;
        let samples: Vec<(Field, Target)> =
            drawn.into_par_iter().skip(chosen).take(self.batch).filter_map(|(e, rng)| self.distort(e, rng)).collect();
        let (inputs, targets) = samples.into_iter().unzip();
        Batch { inputs, targets }
    }

    fn distort(&self, example: Example, mut rng: ChaCha8Rng) -> Option<(Field, Target)> {
        let (ink, warp) = self.augment.apply_and_tell(&example.ink, &mut rng);
        let field = self.cutter.field(at_least_one_column(ink)).ok()?;
        let mut target = Target::new(&field, &example);
        if let (Some(rubbish), Some(boxes)) = (self.isolated, example.boxes) {
            let move_to = |w: Written| Written { from: warp.column(w.from), to: warp.column(w.to), ..w };
            let boxes: Vec<Written> = boxes.into_iter().map(move_to).collect();
            target.classes = classes(&field, &boxes, rubbish, &mut rng);
        }
        Some((field, target))
    }

    fn draw(&self, group: u64, slot: u64) -> Option<(Example, ChaCha8Rng)> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(group * 1009 + slot + 1);
        let total: f64 = self.sources.iter().map(Source::share).sum();
        let mut at = rng.random::<f64>() * total;
        let source = self.sources.iter().find(|s| {
            at -= s.share();
            at < 0.0
        })?;
        let example = source.draw(&self.sources, &mut rng)?;
        Some((example, rng))
    }
}

fn at_least_one_column(ink: Array2<f32>) -> Array2<f32> {
    if ink.ncols() > 0 { ink } else { Array2::zeros((ink.nrows(), 1)) }
}

/// One of a list, uniformly; `None` where the list is empty.
pub(super) fn pick<'a, T, R: Rng>(list: &'a [T], rng: &mut R) -> Option<&'a T> {
    if list.is_empty() { None } else { list.get(rng.random_range(0..list.len())) }
}
