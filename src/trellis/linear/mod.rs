//! The best path of a chain or of connectionist temporal classification, without its graph.
//!
//! The same sums as [`Backward`](super::backward::Backward) makes at infinite β, term by term and in the same order, so that
//! paths, ties and energies are its to the last bit; but several states at once, only those that can be reached and end, and
//! without back-pointers. From the end to the start every `stride`-th row is kept. Then, from the start on, the rows between two
//! kept are made again with their moves, and only as far as the path, which is known up to there, may go in them: a
//! triangle of `stride`² / 2 pairs of states, a byte each.

mod kernel;
mod row;
mod target;

use std::ops::Range;

use self::row::{Frame, Kept, Row};
pub(super) use self::target::Target;
use super::Emissions;

/// Bytes of rows that may be kept before fewer are.
const ROOM: usize = 1 << 26;
/// Frames from one tightening of a beam to the next.
const TIGHTEN: usize = 8;

/// What a sweep may leave out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Width {
    /// States behind the best one of a frame by more.
    pub(super) energy: f64,
    /// Pairs beyond so many.
    pub(super) pairs: usize,
}

impl Width {
    /// Nothing.
    pub(super) const ALL: Width = Width { energy: f64::INFINITY, pairs: usize::MAX };
}

/// Potentials of a target's states over frames, some rows of them.
pub(super) struct Sweep<'e, 't> {
    frame: Frame<'e, 't>,
    stride: usize,
    /// Rows stride, 2·stride, … in reverse.
    kept: Vec<Kept>,
    /// Pairs that may be possible at each frame.
    ranges: Vec<(u32, u32)>,
    /// Least energy of a path, every frame's energies counted from its least one.
    pub(super) above: f64,
    /// Least energy of a way left out, counted so from the frame on at which it was: no path through it has less.
    pub(super) left_out: f64,
}

/// Where a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) pair: usize,
    pub(super) on_label: bool,
}

impl<'e, 't> Sweep<'e, 't> {
    /// Sweeps from the last frame to the first.
    pub(super) fn new(emissions: Emissions<'e>, target: &'t Target, width: Width) -> Self {
        let frames = emissions.frames();
        let bytes = frames.saturating_mul(target.pairs().min(width.pairs)).saturating_mul(2 * size_of::<f64>());
        let few = (bytes / ROOM).min((bytes as f64).cbrt() as usize);
        let stride = frames.isqrt().max(few).max(1);
        Sweep::with_stride(stride, emissions, target, width)
    }

    /// As [`Sweep::new`], every so many frames kept.
    fn with_stride(stride: usize, emissions: Emissions<'e>, target: &'t Target, width: Width) -> Self {
        let frames = emissions.frames();
        let mut s = Sweep {
            frame: Frame::new(emissions, target),
            stride,
            kept: Vec::with_capacity(frames / stride + 1),
            ranges: vec![(0, 0); frames],
            above: f64::INFINITY,
            left_out: f64::INFINITY,
        };
        s.sweep(width);
        s
    }

    /// The least energy of a path.
    pub(super) fn least(emissions: Emissions<'e>, target: &'t Target) -> f64 {
        let s = Sweep::with_stride(usize::MAX, emissions, target, Width::ALL);
        s.above + s.frame.least.iter().sum::<f64>()
    }

    fn sweep(&mut self, width: Width) {
        let (frames, target) = (self.frame.frames(), self.frame.target);
        let mut row = Row::end(0, target.pairs(), target);
        for t in (0..frames).rev() {
            let mut range = row.range.clone();
            if range.start > 0 && target.ends(range.start - 1, frames - t) {
                range.start -= 1;
            }
            while range.start < range.end && !target.reached(range.end - 1, t) {
                range.end -= 1;
            }
            self.frame.load(t);
            row.step(&mut self.frame, range, None);
            if t % TIGHTEN == 0 && (width.energy < f64::INFINITY || width.pairs < usize::MAX) {
                self.left_out = self.left_out.min(tighten(&mut row, width));
            }
            self.ranges[t] = (row.range.start as u32, row.range.end as u32);
            if t % self.stride == 0 && t > 0 {
                self.kept.push(row.copy());
            }
        }
        let (blank, label) = row.get(0);
        self.above = if target.start().on_label { label } else { blank };
    }

    /// The place behind each frame, on the best path; nothing where there is none.
    pub(super) fn path(&mut self) -> Vec<Place> {
        let frames = self.frame.frames();
        let mut places = Vec::new();
        if self.above == f64::INFINITY {
            return places;
        }
        places.reserve(frames);
        let mut at = self.frame.target.start();
        let mut moves = Vec::new();
        for from in (0..frames).step_by(self.stride) {
            let first = at.pair;
            let to = (from + self.stride).min(frames);
            self.fill(from..to, first, &mut moves);
            for row in 0..to - from {
                let way = moves.get(triangle(row) + at.pair - first);
                at = at.behind(way.copied().unwrap_or(0));
                places.push(at);
            }
        }
        places
    }

    /// The moves of a block of frames for a path that comes to it in a given pair: of frame `i`, those of `i + 1` pairs.
    fn fill(&mut self, block: Range<usize>, first: usize, moves: &mut Vec<u8>) {
        moves.resize(triangle(block.len()), 0);
        let pairs = block.len() + 1;
        let last = self.kept.len() * self.stride;
        let mut row = match last.checked_sub(block.end).and_then(|back| self.kept.get(back / self.stride)) {
            Some(kept) => Row::copied(first, pairs, kept),
            None => Row::end(first, pairs, self.frame.target),
        };
        for t in block.clone().rev() {
            let made = t - block.start;
            let (from, to) = self.ranges[t];
            let from = first.max(from as usize);
            let to = (first + made + 1).min(to as usize).max(from);
            self.frame.load(t);
            let into = &mut moves[triangle(made) + from - first..][..to - from];
            row.step(&mut self.frame, from..to, Some(into));
        }
    }
}

/// Numbers in so many rows of a triangle.
fn triangle(rows: usize) -> usize {
    rows * (rows + 1) / 2
}

impl Place {
    /// The place behind, along a way of [`kernel::step_with_moves`].
    fn behind(self, way: u8) -> Place {
        match (self.on_label, way & 1, way >> 1) {
            (false, 0, _) | (true, _, 0) => self,
            (false, ..) => Place { on_label: true, ..self },
            (true, _, 1) => Place { pair: self.pair + 1, on_label: false },
            (true, ..) => Place { pair: self.pair + 1, on_label: true },
        }
    }
}

/// Leaves out what is too far behind the best state of a row; the least energy left out.
fn tighten(row: &mut Row, width: Width) -> f64 {
    let energy = |pair: usize| {
        let (blank, label) = row.get(pair);
        blank.min(label)
    };
    let all = row.range.clone();
    let best = all.clone().min_by(|&a, &b| energy(a).total_cmp(&energy(b))).unwrap_or(all.start);
    let near = |pair: &usize| energy(*pair) <= energy(best) + width.energy;
    let mut from = all.clone().find(near).unwrap_or(all.end);
    let mut to = (from..all.end).rev().find(near).map_or(from, |pair| pair + 1);
    if to - from > width.pairs {
        from = best.saturating_sub(width.pairs / 2).clamp(from, to - width.pairs);
        to = from + width.pairs;
    }
    let left_out = (all.start..from).chain(to..all.end).map(energy).fold(f64::INFINITY, f64::min);
    row.keep(from..to);
    left_out
}

#[cfg(test)]
mod tests;
