//! Many images at once: the net in batches, everything else on all threads.

use std::time::{Duration, Instant};

use ndarray::ArrayView2;
use rayon::prelude::*;

use super::recognizer::MARGIN;
use super::{Field, Interpretations, Prepared, Reading, ReadingError, Recognizer};
use crate::learn::FrontEnd;
use crate::signal::Grey;

/// Most fields that go through the net together.
const BATCH: usize = 16;

/// Most columns, padding included, that go through the net together.
const COLUMNS: usize = 8192;

/// Where the time of reading went, summed over threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadTimes {
    /// Normalising and cutting.
    pub prepare: Duration,
    /// The net, and from its output the energies of spans.
    pub net: Duration,
    /// Recognition graph and composition with the grammar.
    pub graph: Duration,
    /// Best answers, their free energies, posteriors.
    pub search: Duration,
}

impl ReadTimes {
    /// All of it.
    pub fn total(&self) -> Duration {
        self.prepare + self.net + self.graph + self.search
    }

    /// Adds other times.
    pub fn add(&mut self, other: &ReadTimes) {
        self.prepare += other.prepare;
        self.net += other.net;
        self.graph += other.graph;
        self.search += other.search;
    }
}

/// A read image with everything that led to its reading.
#[derive(Debug, Clone)]
pub struct Read {
    /// The normalised image and its cuts.
    pub prepared: Prepared,
    /// What it may mean.
    pub all: Interpretations,
    /// What it says.
    pub reading: Reading,
}

impl<F: FrontEnd<Input = Field> + Sync> Recognizer<F> {
    /// Reads many images, in their order; adds to the times.
    ///
    /// An image's reading does not depend on its company, but for rounding. Hold no more images than memory has room
    /// for their graphs, some 0.3 MB each.
    ///
    /// # Errors
    /// One of an image's own stands in its place; the whole fails where the net does.
    pub fn read_many(
        &mut self,
        images: &[Grey],
        times: &mut ReadTimes,
    ) -> Result<Vec<Result<Read, ReadingError>>, ReadingError> {
        let prepared: Vec<_> = images.par_iter().map(|image| timed(|| self.prepare(image))).collect();
        times.prepare += prepared.iter().map(|(_, t)| *t).sum();
        let mut results: Vec<Option<Result<Read, ReadingError>>> = Vec::new();
        let mut fields: Vec<(usize, Prepared)> = Vec::new();
        for (i, (one, _)) in prepared.into_iter().enumerate() {
            match one {
                Ok(p) => {
                    fields.push((i, p));
                    results.push(None);
                }
                Err(e) => results.push(Some(Err(e))),
            }
        }
        fields.sort_by_key(|(_, p)| p.field.image().ncols());
        while !fields.is_empty() {
            let batch: Vec<_> = fields.drain(..batch_of(&fields)).collect();
            let inputs: Vec<Field> = batch.iter().map(|(_, p)| p.field.clone()).collect();
            let (energies, net) = timed(|| self.scorer.infer(&inputs));
            let energies = energies?;
            times.net += net;
            let read = batch.into_par_iter().enumerate().map(|(k, (i, p))| (i, self.decode(p, energies.block(k))));
            for (i, (one, graph, search)) in read.collect::<Vec<_>>() {
                times.graph += graph;
                times.search += search;
                if let Some(place) = results.get_mut(i) {
                    *place = Some(one);
                }
            }
        }
        Ok(results.into_iter().flatten().collect())
    }

    /// From energies to a reading, with the times of graph and search.
    fn decode(
        &self,
        prepared: Prepared,
        energies: ArrayView2<'_, f32>,
    ) -> (Result<Read, ReadingError>, Duration, Duration) {
        let (symbols, grammar) = (self.alphabet.len() - 1, &self.grammar);
        let margin = MARGIN / self.beta_or(1.0);
        let (all, graph) = timed(|| Interpretations::near_best(&prepared.field, energies, symbols, grammar, margin));
        let all = match all {
            Ok(all) => all,
            Err(e) => return (Err(e.into()), graph, Duration::ZERO),
        };
        let (reading, search) = timed(|| self.answer(&prepared, &all));
        match reading {
            Ok(reading) if reading.alternatives.len() > 1 => (Ok(Read { prepared, all, reading }), graph, search),
            // The runner-up may be among what was left out.
            Ok(_) => {
                let (read, more) = timed(|| {
                    let all = Interpretations::under(&prepared.field, energies, symbols, grammar)?;
                    let reading = self.answer(&prepared, &all)?;
                    Ok(Read { prepared, all, reading })
                });
                (read, graph, search + more)
            }
            Err(e) => (Err(e), graph, search),
        }
    }
}

/// How many of the fields, sorted by width, go together.
fn batch_of(fields: &[(usize, Prepared)]) -> usize {
    let fits = |(k, (_, p)): (usize, &(usize, Prepared))| (k + 1) * p.field.image().ncols() <= COLUMNS;
    fields.iter().take(BATCH).enumerate().take_while(|&f| fits(f)).count().max(1)
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    (work(), began.elapsed())
}
