//! The best path of a chain or of connectionist temporal classification, without its graph.
//!
//! The same sums as [`Backward`](super::backward::Backward) makes at infinite β, term by term and in the same order, so that
//! paths, ties and energies are its to the last bit (energies of staying and leaving out of more than 10⁷ apart, which the other
//! counts apart from the frames); but several states at once, only those that can be reached and end, and
//! without back-pointers; and a state that nothing is read into, where what may be left out ends, is taken into those that lead
//! to it. From the end to the start every `stride`-th row is kept. Then, from the start on, the rows between two
//! kept are made again with their moves, and only as far as the path, which is known up to there, may go in them: a
//! triangle of `stride`² / 2 pairs of states, a byte each, or so many times that as a frame may lead states on.

mod kernel;
mod over;
mod row;
mod silent;
mod target;

use std::ops::Range;

use self::kernel::OVER;
use self::row::{Frame, Kept, Row};
use self::silent::SILENTLY;
pub(super) use self::silent::Silent;
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
        // What is kept shrinks with the stride and a block's moves grow with its square, or, where a frame may lead far, by itself.
        let cbrt = |bytes: usize| (bytes as f64).cbrt() as usize;
        let even = cbrt(bytes / target.jump).max(cbrt(bytes).min(4 * frames.isqrt()));
        let few = (bytes / ROOM).min(even);
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
            for _ in 0..target.jump {
                if range.start > 0 && target.ends(range.start - 1, frames - t) {
                    range.start -= 1;
                }
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

    /// The places on the best path behind the start, one behind each frame and those that are come to without one; nothing where
    /// there is none.
    pub(super) fn path(&mut self) -> Vec<Place> {
        let frames = self.frame.frames();
        let mut places = Vec::new();
        if self.above == f64::INFINITY {
            return places;
        }
        places.reserve(frames);
        let target = self.frame.target;
        let mut at = target.start();
        let mut moves = Vec::new();
        for from in (0..frames).step_by(self.stride) {
            let first = at.pair;
            let to = (from + self.stride).min(frames);
            let made = self.fill(from..to, first, &mut moves);
            for row in 0..to - from {
                let mut reads = false;
                while !reads {
                    let way = moves.get(made.before(row) + at.pair - first).copied().unwrap_or(0);
                    let silently = if way >> 1 == SILENTLY { target.silent.to(at.pair) } else { None };
                    reads = silently.is_none();
                    let over = target.over.to(at.pair).filter(|_| way >> 1 == OVER);
                    let to = silently.or(over).map_or_else(|| at.behind(way), |pair| Place { pair, ..at });
                    // States that nothing is read into stand before others, and are not pairs of their own.
                    if at.pair != to.pair && target.over.is_behind_a_state(to.pair) {
                        places.push(Place { pair: to.pair, on_label: false });
                    }
                    at = to;
                    places.push(at);
                }
            }
        }
        // Behind the last frame there is no other way on.
        while let Some(pair) = target.silent.to(at.pair) {
            at.pair = pair;
            places.push(at);
        }
        places
    }

    /// The moves of a block of frames for a path that comes to it in a given pair: of each frame, those of the pairs that the path
    /// may have come to.
    fn fill(&mut self, block: Range<usize>, first: usize, moves: &mut Vec<u8>) -> Made {
        let target = self.frame.target;
        let made = Made { jump: target.jump, most: target.pairs().saturating_sub(first) };
        moves.resize(made.before(block.len()), 0);
        let pairs = made.pairs(block.len());
        let last = self.kept.len() * self.stride;
        let mut row = match last.checked_sub(block.end).and_then(|back| self.kept.get(back / self.stride)) {
            Some(kept) => Row::copied(first, pairs, kept),
            None => Row::end(first, pairs, target),
        };
        for t in block.clone().rev() {
            let number = t - block.start;
            let (from, to) = self.ranges[t];
            let from = first.max(from as usize);
            let to = (first + made.pairs(number)).min(to as usize).max(from);
            self.frame.load(t);
            let into = &mut moves[made.before(number) + from - first..][..to - from];
            row.step(&mut self.frame, from..to, Some(into));
        }
        made
    }
}

/// How many pairs of a block of frames are made.
struct Made {
    /// How many pairs on one frame may lead.
    jump: usize,
    /// Pairs that there are.
    most: usize,
}

impl Made {
    /// Of a frame.
    fn pairs(&self, number: usize) -> usize {
        ((number + 1) * self.jump).min(self.most)
    }

    /// Of all frames before it.
    fn before(&self, number: usize) -> usize {
        let growing = number.min(self.most / self.jump);
        self.jump * growing * (growing + 1) / 2 + (number - growing) * self.most
    }
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
