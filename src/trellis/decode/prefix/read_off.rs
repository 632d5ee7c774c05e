//! Reading the texts off the last frame.

use rustc_hash::FxHashMap;

use super::super::{Decoded, Grammar, NBest, whole as sum};
use super::hypothesis::Key;
use super::search::{Prefix, Search};
use crate::graph::Label;
use crate::paths::Output;
use crate::trellis::soft::soft_add;

/// A text as a whole.
pub(super) struct Whole {
    prefix: u32,
    pub(super) energy: f64,
    best: f64,
    trace: u32,
}

impl<G: Grammar> Search<'_, '_, G> {
    /// The whole texts.
    pub(super) fn ends(&mut self) -> Vec<Whole> {
        let mut number: FxHashMap<u32, usize> = FxHashMap::default();
        let mut wholes: Vec<Whole> = Vec::new();
        for hypothesis in std::mem::take(&mut self.kept) {
            for cell in &hypothesis.cells {
                let row = self.rows.row(cell.state);
                for end in &row.ends {
                    let prefix = match self.written(hypothesis.prefix, &end.writes) {
                        Some(Key::Known(prefix)) => prefix,
                        Some(Key::New(before, label)) => self.child(before, label),
                        None => continue,
                    };
                    let length = self.prefixes[prefix as usize].length as usize;
                    if self.only.is_some_and(|only| only.len() != length) {
                        continue;
                    }
                    let (energy, best) = (cell.energy + end.energy, cell.best + end.energy);
                    let at = *number.entry(prefix).or_insert(wholes.len());
                    match wholes.get_mut(at) {
                        None => wholes.push(Whole { prefix, energy, best, trace: cell.trace }),
                        Some(whole) => {
                            whole.energy = soft_add(whole.energy, energy, self.beam.beta);
                            if best < whole.best {
                                (whole.best, whole.trace) = (best, cell.trace);
                            }
                        }
                    }
                }
            }
        }
        wholes.retain(|whole| whole.energy < f64::INFINITY);
        wholes
    }

    pub(super) fn n_best(mut self, n: usize, total: f64, bounds: bool) -> NBest {
        let beta = self.beam.beta;
        let mut wholes: Vec<(Output, Whole)> =
            self.ends().into_iter().map(|whole| (self.output(whole.prefix), whole)).collect();
        wholes.sort_by(|a, b| a.1.energy.total_cmp(&b.1.energy).then_with(|| a.0.cmp(&b.0)));
        let kept = wholes.iter().fold(f64::INFINITY, |sum, (_, whole)| soft_add(sum, whole.energy, beta));
        let lost = bounds.then(|| self.lost.free_energy());
        let first = wholes.first().map_or(f64::INFINITY, |(_, whole)| whole.energy);
        let second = wholes.get(1).map_or(f64::INFINITY, |(_, whole)| whole.energy);
        let proved = lost.is_some_and(|lost| !wholes.is_empty() && first <= soft_add(second, lost, beta));
        let share = |energy: f64, all: f64| if energy <= all { 1.0 } else { (-beta.get() * (energy - all)).exp() };
        wholes.truncate(n);
        let decoded = |(output, whole): (Output, Whole)| {
            let (labels, starts, read) = self.traced(whole.trace, output.len());
            let confidence = share(whole.energy, kept);
            let at_least = lost.map(|lost| share(whole.energy, soft_add(kept, lost, beta)));
            Decoded { output, labels, starts, read, energy: sum(whole.energy, total), confidence, at_least }
        };
        let list = wholes.into_iter().map(decoded).collect();
        NBest { list, kept: sum(kept, total), lost: lost.map(|lost| sum(lost, total)), proved }
    }

    fn output(&self, mut prefix: u32) -> Output {
        let mut output = Output::new();
        while prefix != 0 {
            let Prefix { before, label, .. } = self.prefixes[prefix as usize];
            output.push(label);
            prefix = before;
        }
        output.reverse();
        output
    }

    /// Labels read, their first frames, and how many of them are read at each of the labels written.
    fn traced(&self, mut trace: u32, writes: usize) -> (Vec<Label>, Vec<usize>, Vec<usize>) {
        let (mut labels, mut starts, mut written) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(step) = self.traces.get(trace as usize) {
            labels.push(step.label);
            starts.push(step.frame);
            written.push(step.written as usize);
            trace = step.before;
        }
        labels.reverse();
        starts.reverse();
        written.reverse();
        let read = |k: usize| written.partition_point(|&w| w <= k) + 1;
        let read = (0..writes).map(|k| read(k).min(labels.len())).collect();
        (labels, starts, read)
    }
}
