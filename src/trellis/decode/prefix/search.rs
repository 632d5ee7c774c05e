//! The search, frame by frame.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::smallvec;

use super::super::rows::Rows;
use super::super::{DecoderBeam, Frames, Grammar, energy_of};
use super::hypothesis::{Cell, Cells, Hypothesis, Key, Next};
use crate::graph::Label;
use crate::trellis::soft::{Mass, soft_add};

/// A text so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prefix {
    pub(super) before: u32,
    pub(super) label: Label,
    pub(super) length: u32,
}

/// What was read on a best alignment: the step before, the label, its first frame, and how much was written with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trace {
    pub(super) before: u32,
    pub(super) label: Label,
    pub(super) frame: usize,
    pub(super) written: u32,
}

/// Stands for the trace of nothing.
const NOTHING: u32 = u32::MAX;
/// Stands for a label that no cell has read.
const EVERY: Label = Label::MAX;

/// What longer texts are reached with, by hypothesis and way of the grammar: −∞ where they may be reached otherwise too,
/// `None` where all of them may.
struct Reach {
    energies: Vec<Option<Vec<f64>>>,
    /// A text reached with more is not among those to be kept.
    limit: f64,
}

pub(super) struct Search<'g, 'o, G: Grammar> {
    pub(super) rows: Rows<'g, G>,
    pub(super) beam: DecoderBeam,
    blank: Label,
    /// The only text of interest.
    pub(super) only: Option<&'o [Label]>,
    pub(super) prefixes: Vec<Prefix>,
    /// Those that had a number when the frame began: within a frame a text has one key.
    numbered: u32,
    children: FxHashMap<(u32, Label), u32>,
    pub(super) traces: Vec<Trace>,
    pub(super) kept: Vec<Hypothesis>,
    pub(super) lost: Mass,
}

impl<'g, 'o, G: Grammar> Search<'g, 'o, G> {
    pub(super) fn new(mut rows: Rows<'g, G>, beam: DecoderBeam, blank: Label, only: Option<&'o [Label]>) -> Self {
        let start = |state| Hypothesis {
            prefix: 0,
            cells: smallvec![Cell { state, last: 0, energy: 0.0, best: 0.0, trace: NOTHING, reads: false }],
        };
        let kept = rows.start().map(start).into_iter().collect();
        let prefixes = vec![Prefix { before: 0, label: 0, length: 0 }];
        let (children, traces) = (FxHashMap::default(), Vec::new());
        Search { rows, beam, blank, only, prefixes, numbered: 1, children, traces, kept, lost: Mass::new(beam.beta) }
    }

    pub(super) fn run(&mut self, frames: &Frames) {
        if frames.total == f64::INFINITY {
            self.kept.clear();
        }
        for (t, frame) in frames.iter() {
            self.step(t, frame);
        }
    }

    /// One frame.
    fn step(&mut self, t: usize, frame: &[f64]) {
        self.numbered = self.prefixes.len() as u32;
        let before = std::mem::take(&mut self.kept);
        let mut next = Next::new(self.beam.beta);
        for hypothesis in &before {
            let here = Key::Known(hypothesis.prefix);
            for cell in &hypothesis.cells {
                next.add(here, cell.goes_on(0, energy_of(frame, self.blank)));
                if cell.last != 0 {
                    next.add(here, cell.goes_on(cell.last, energy_of(frame, cell.last)));
                }
            }
        }
        let reach = self.reach(&before, frame, &next);
        for (hypothesis, energies) in before.iter().zip(&reach.energies) {
            let told = energies.as_deref().map(|energies| (energies, reach.limit));
            self.extend(hypothesis, told, frame, &mut next);
        }
        let (kept, lost) = self.beam.keep(&next.energies());
        self.lost.add(lost);
        let mut cells = next.cells;
        self.kept = kept.iter().map(|&i| self.settle(t, next.keys[i], std::mem::take(&mut cells[i]))).collect();
    }

    /// What each longer text is reached with, where that is told at once, and how much it may be to be kept: no more than the
    /// `width` best of these and of the texts that are not longer.
    fn reach(&mut self, before: &[Hypothesis], frame: &[f64], next: &Next) -> Reach {
        let place = |h: &Hypothesis| self.prefixes[h.prefix as usize];
        let inside: FxHashSet<(u32, Label)> = before.iter().map(|h| (place(h).before, place(h).label)).collect();
        let mut all = next.energies();
        let mut reach = Reach { energies: Vec::with_capacity(before.len()), limit: f64::INFINITY };
        for hypothesis in before {
            let state = hypothesis.cells.first().map(|cell| cell.state);
            let row = state.filter(|&s| hypothesis.cells.iter().all(|cell| cell.state == s)).map(|s| self.rows.row(s));
            let Some(row) = row.filter(|row| row.apart && self.only.is_none()) else {
                reach.energies.push(None);
                continue;
            };
            let behind = |read: Label| {
                let cells = hypothesis.cells.iter().filter(|cell| cell.last != read);
                cells.fold(f64::INFINITY, |sum, cell| soft_add(sum, cell.energy, self.beam.beta))
            };
            let (any, lasts) = (behind(EVERY), hypothesis.cells.iter().map(|cell| cell.last));
            let lasts: Vec<(Label, f64)> = lasts.map(|last| (last, behind(last))).collect();
            let energies = row.ways.iter().map(|way| {
                let special = lasts.iter().find(|(last, _)| *last == way.reads);
                let energy = special.map_or(any, |s| s.1) + way.energy + energy_of(frame, way.reads);
                // Those that are reached in another way too are not told at once; the blank is never said.
                let known = way.writes.first().is_some_and(|&label| inside.contains(&(hypothesis.prefix, label)));
                if known {
                    f64::NEG_INFINITY
                } else if way.reads == self.blank {
                    f64::INFINITY
                } else {
                    energy
                }
            });
            let energies: Vec<f64> = energies.collect();
            all.extend(energies.iter().copied().filter(|energy| energy.is_finite()));
            reach.energies.push(Some(energies));
        }
        let least = all.iter().copied().fold(f64::INFINITY, f64::min);
        let width = self.beam.width.max(1);
        if all.len() > width {
            reach.limit = *all.select_nth_unstable_by(width - 1, f64::total_cmp).1;
        }
        reach.limit = reach.limit.min(least + self.beam.margin);
        reach
    }

    /// The ways on from a hypothesis, those that reach too little left out.
    fn extend(&mut self, hypothesis: &Hypothesis, reach: Option<(&[f64], f64)>, frame: &[f64], next: &mut Next) {
        if let Some((energies, limit)) = reach {
            energies.iter().filter(|&&energy| energy > limit).for_each(|&energy| self.lost.add(energy));
        }
        for cell in &hypothesis.cells {
            let row = self.rows.row(cell.state);
            for (i, way) in row.ways.iter().enumerate() {
                if reach.is_some_and(|(energies, limit)| energies.get(i).is_some_and(|&energy| energy > limit)) {
                    continue;
                }
                // A label twice in a row is one, unless a blank lies between; the blank itself is never said.
                let energy = way.energy + energy_of(frame, way.reads);
                if way.reads == cell.last || way.reads == self.blank || energy == f64::INFINITY {
                    continue;
                }
                if let Some(key) = self.written(hypothesis.prefix, &way.writes) {
                    next.add(key, Cell { state: way.to, reads: true, ..cell.goes_on(way.reads, energy) });
                }
            }
        }
    }

    /// A hypothesis that is kept gets its place among the texts, and its cells their traces.
    fn settle(&mut self, t: usize, key: Key, mut cells: Cells) -> Hypothesis {
        let prefix = match key {
            Key::Known(prefix) => prefix,
            Key::New(before, label) => self.child(before, label),
        };
        let written = self.prefixes[prefix as usize].length;
        for cell in cells.iter_mut().filter(|cell| cell.reads) {
            self.traces.push(Trace { before: cell.trace, label: cell.last, frame: t, written });
            (cell.trace, cell.reads) = (self.traces.len() as u32 - 1, false);
        }
        Hypothesis { prefix, cells }
    }

    /// The text that writing so much more makes; `None` where it is of no interest.
    pub(super) fn written(&mut self, prefix: u32, writes: &[Label]) -> Option<Key> {
        if let Some(only) = self.only {
            let rest = only.get(self.prefixes[prefix as usize].length as usize..)?;
            if !rest.starts_with(writes) {
                return None;
            }
        }
        let Some((&last, first)) = writes.split_last() else { return Some(Key::Known(prefix)) };
        let before = first.iter().fold(prefix, |at, &label| self.child(at, label));
        let known = self.children.get(&(before, last)).filter(|&&known| known < self.numbered);
        Some(known.map_or(Key::New(before, last), |&known| Key::Known(known)))
    }

    pub(super) fn child(&mut self, before: u32, label: Label) -> u32 {
        *self.children.entry((before, label)).or_insert_with(|| {
            let length = self.prefixes[before as usize].length + 1;
            self.prefixes.push(Prefix { before, label, length });
            self.prefixes.len() as u32 - 1
        })
    }
}
