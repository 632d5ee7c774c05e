//! A row of potentials and the frame that leads to the row before it.

use std::ops::Range;

use ndarray::Axis;

use super::kernel::{NARROW, chain, chain_over, chain_over_with_moves, chain_with_moves, step, step_with_moves};
use super::over::FARTHEST;
use super::target::{Between, Target};
use crate::trellis::Emissions;

/// Pairs made at once: what they need stays in the first cache.
const CHUNK: usize = 512;

/// Energies of one frame, counted from its least one.
pub(super) struct Frame<'e, 't> {
    emissions: Emissions<'e>,
    pub(super) target: &'t Target,
    /// Least energy of each frame; 0 where no class is possible.
    pub(super) least: Vec<f64>,
    blank: f64,
    narrow: [f64; NARROW],
    wide: Vec<f64>,
    says: Vec<f64>,
    sums: Vec<f64>,
}

impl<'e, 't> Frame<'e, 't> {
    pub(super) fn new(emissions: Emissions<'e>, target: &'t Target) -> Self {
        let least = emissions.least();
        let (narrow, wide) = ([f64::INFINITY; NARROW], vec![f64::INFINITY; target.classes.len() + 1]);
        let none = vec![0.0; CHUNK + FARTHEST];
        Frame { emissions, target, least, blank: f64::INFINITY, narrow, wide, says: none.clone(), sums: none }
    }

    /// Frames.
    pub(super) fn frames(&self) -> usize {
        self.emissions.frames()
    }

    /// Looks at a frame.
    pub(super) fn load(&mut self, t: usize) {
        let row = self.emissions.values().index_axis_move(Axis(0), t);
        let least = self.least[t];
        if let Between::Blanks(class, _) = self.target.between {
            self.blank = f64::from(row[class]) - least;
        }
        if self.target.is_narrow() {
            let few = self.narrow.iter_mut().take(self.target.classes.len());
            match row.to_slice() {
                Some(row) => few.zip(row).for_each(|(e, &x)| *e = f64::from(x) - least),
                None => few.zip(row).for_each(|(e, &x)| *e = f64::from(x) - least),
            }
        } else {
            let energies = self.wide.iter_mut().zip(&self.target.classes);
            energies.for_each(|(e, &class)| *e = f64::from(row[class]) - least);
        }
    }
}

/// What is possible of a row.
pub(super) struct Kept {
    from: usize,
    blanks: Vec<f64>,
    labels: Vec<f64>,
}

/// `B_t`: the least energy of all ways from a state on that read the frames from `t` on. +∞ outside of a range of pairs.
pub(super) struct Row {
    /// The pair that the first entry is of.
    at: usize,
    blanks: Vec<f64>,
    labels: Vec<f64>,
    /// Pairs that may be possible.
    pub(super) range: Range<usize>,
}

impl Row {
    /// Room for the pairs from one on, nothing possible.
    pub(super) fn new(at: usize, pairs: usize) -> Row {
        // Kernels read as many entries more.
        let none = vec![f64::INFINITY; pairs + FARTHEST];
        Row { at, blanks: none.clone(), labels: none, range: at..at }
    }

    /// Behind the last frame: on the last label, or on the blank behind it.
    pub(super) fn end(at: usize, pairs: usize, target: &Target) -> Row {
        let mut row = Row::new(at, pairs);
        let last = target.pairs() - 1;
        if matches!(target.between, Between::Nothing(_)) {
            row.put(last, f64::INFINITY, 0.0);
        } else {
            row.put(last, 0.0, f64::INFINITY);
            if let Some(label) = last.checked_sub(1) {
                row.put(label, f64::INFINITY, 0.0);
            }
        }
        let mut from = last.saturating_sub(1);
        while from > 0 && target.ends(from - 1, 0) {
            from -= 1;
        }
        let from = from.max(at);
        let to = target.pairs().min(at + pairs);
        if from < to {
            row.range = from..to;
            target.silent.pass(from..to, &mut row.labels[from - at..to - at], None);
        }
        row
    }

    /// The same row again, as far as there is room.
    pub(super) fn copied(at: usize, pairs: usize, kept: &Kept) -> Row {
        let mut row = Row::new(at, pairs);
        let all = kept.from..kept.from + kept.blanks.len();
        let from = all.start.max(at);
        let to = all.end.min(at + pairs);
        if from < to {
            let (into, of) = (from - at..to - at, from - all.start..to - all.start);
            row.blanks[into.clone()].copy_from_slice(&kept.blanks[of.clone()]);
            row.labels[into].copy_from_slice(&kept.labels[of]);
            row.range = from..to;
        }
        row
    }

    /// What is possible of the row.
    pub(super) fn copy(&self) -> Kept {
        let held = self.range.start - self.at..self.range.end - self.at;
        let (blanks, labels) = (self.blanks[held.clone()].to_vec(), self.labels[held].to_vec());
        Kept { from: self.range.start, blanks, labels }
    }

    /// Sets both states of a pair, where there is room for it.
    pub(super) fn put(&mut self, pair: usize, blank: f64, label: f64) {
        let Some(i) = pair.checked_sub(self.at).filter(|i| i + FARTHEST < self.blanks.len()) else { return };
        (self.blanks[i], self.labels[i]) = (blank, label);
    }

    /// Least energies of a pair's blank and label.
    pub(super) fn get(&self, pair: usize) -> (f64, f64) {
        let i = pair.checked_sub(self.at);
        let both = i.and_then(|i| self.blanks.get(i).copied().zip(self.labels.get(i).copied()));
        both.unwrap_or((f64::INFINITY, f64::INFINITY))
    }

    /// The row before a frame, possible in a range that is longer to the left alone, by no more pairs than a frame may lead on; with
    /// the moves where they are wanted.
    pub(super) fn step(&mut self, frame: &mut Frame<'_, '_>, range: Range<usize>, mut moves: Option<&mut [u8]>) {
        let (blank, target) = (frame.blank, frame.target);
        for from in range.clone().step_by(CHUNK) {
            let n = CHUNK.min(range.end - from);
            let read = n + target.over.reach();
            let (says, sums) = (&mut frame.says[..read], &mut frame.sums[..read]);
            target.look_up(&frame.narrow, &frame.wide, from, says);
            let i = from - self.at;
            let (blanks, labels) = (&mut self.blanks[i..i + read], &mut self.labels[i..i + read]);
            let made = moves.as_deref_mut().map(|moves| &mut moves[from - range.start..][..n]);
            match (&target.between, target.over.ways(from..from + n), made) {
                (Between::Blanks(_, barred), _, None) => step(blank, says, &barred[from..=from + n], blanks, labels),
                (Between::Blanks(_, barred), _, Some(made)) => {
                    step_with_moves(blank, says, &barred[from..=from + n], blanks, labels, made);
                }
                (Between::Nothing(stays), None, None) => chain(says, &stays[from..=from + n], labels),
                (Between::Nothing(stays), None, Some(made)) => {
                    chain_with_moves(says, &stays[from..=from + n], labels, made);
                }
                (Between::Nothing(stays), Some(over), None) => chain_over(says, &stays[from..], over, labels, sums),
                (Between::Nothing(stays), Some(over), Some(made)) => {
                    chain_over_with_moves(says, &stays[from..], over, labels, sums, made);
                }
            }
        }
        let labels = &mut self.labels[range.start - self.at..range.end - self.at];
        target.silent.pass(range.clone(), labels, moves);
        self.keep(range);
    }

    /// Nothing outside of a range is possible any more.
    pub(super) fn keep(&mut self, range: Range<usize>) {
        let old = std::mem::replace(&mut self.range, range.clone());
        self.clear(old.start..range.start.min(old.end));
        self.clear(range.end.max(old.start)..old.end);
    }

    fn clear(&mut self, range: Range<usize>) {
        if range.start < range.end {
            let range = range.start - self.at..range.end - self.at;
            self.blanks[range.clone()].fill(f64::INFINITY);
            self.labels[range].fill(f64::INFINITY);
        }
    }
}
