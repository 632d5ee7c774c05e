//! The free energy of what is still to come, at every frame and state.

use std::borrow::Cow;
use std::ops::Range;

use super::emissions::{far, is_far};
use super::soft::soft_min;
use super::{Emissions, Topology, TrellisError};
use crate::graph::{Arc, EPSILON, StateId};
use crate::paths::Beta;
use crate::semiring::Energy;

/// Potentials up to so many are all kept; beyond, only some rows are, and the others computed again.
pub(super) const KEPT: usize = 1 << 22;

/// `B_t(s) = F_β` of all ways from state `s` to the end that read the frames from `t` on, where every frame's energies are
/// counted from its least one: an amount common to a whole frame costs no digits.
///
/// Where there are many, every `stride`-th row is kept, and a block of rows between two of them made when it is asked
/// for: two sweeps in all, and O(√frames · states) memory. Shifting every sum by its least term, no way is lost however
/// far behind it is.
///
/// A row is of all states, or of a window of them, and then all ways keep to the windows.
pub(super) struct Backward<'e, 't> {
    pub(super) emissions: Emissions<'e>,
    pub(super) topology: &'t Topology,
    pub(super) beta: Beta,
    /// Every state, each before the targets of its arcs that read nothing.
    order: Cow<'t, [StateId]>,
    /// Where a state is in the order.
    places: Vec<StateId>,
    /// The part of the order that each row is of, where it is not the whole.
    windows: Option<Vec<Range<usize>>>,
    /// Least energy of each frame; 0 where no class is possible.
    least: Vec<f64>,
    /// Where some paths begin or end at an energy far from 0: what the first arcs and the ends cost at least, from which potentials
    /// are counted, lest such energies take all digits from what the frames say.
    ends: Option<(f64, f64)>,
    pub(super) stride: usize,
    /// Rows 0, stride, 2·stride, … as far as they go.
    kept: Vec<Vec<f64>>,
    /// Rows of one block, from row `at` on, and the one behind them.
    block: Vec<Vec<f64>>,
    at: usize,
}

impl<'e, 't> Backward<'e, 't> {
    /// Sweeps from the last frame to the first.
    pub(super) fn new(emissions: Emissions<'e>, topology: &'t Topology, beta: Beta) -> Result<Self, TrellisError> {
        Backward::with_room_for(KEPT, emissions, topology, beta)
    }

    /// As [`Backward::new`], all rows kept up to so many potentials.
    pub(super) fn with_room_for(
        potentials: usize,
        emissions: Emissions<'e>,
        topology: &'t Topology,
        beta: Beta,
    ) -> Result<Self, TrellisError> {
        let order = Cow::Borrowed(topology.order());
        Backward::within(potentials, emissions, topology, beta, order, None)
    }

    /// Of the ways within windows alone: for each row, of 0 to as many as there are frames, a part of a linear order.
    pub(super) fn in_windows(
        emissions: Emissions<'e>,
        topology: &'t Topology,
        beta: Beta,
        order: Vec<StateId>,
        windows: Vec<Range<usize>>,
    ) -> Result<Self, TrellisError> {
        Backward::within(KEPT, emissions, topology, beta, Cow::Owned(order), Some(windows))
    }

    fn within(
        potentials: usize,
        emissions: Emissions<'e>,
        topology: &'t Topology,
        beta: Beta,
        order: Cow<'t, [StateId]>,
        windows: Option<Vec<Range<usize>>>,
    ) -> Result<Self, TrellisError> {
        topology.check(emissions.classes())?;
        let rows = emissions.frames() + 1;
        let numbers = match &windows {
            Some(windows) => windows.iter().map(Range::len).sum(),
            None => rows.saturating_mul(order.len()),
        };
        let all = numbers <= potentials;
        let stride = if all { rows } else { rows.isqrt().max(1) };
        let mut places = vec![0; order.len()];
        order.iter().zip(0..).for_each(|(&s, place)| places[s as usize] = place);
        let least = emissions.least();
        let (kept, block) = (vec![Vec::new(); rows.div_ceil(stride)], Vec::new());
        let mut b = Backward {
            emissions,
            topology,
            beta,
            order,
            places,
            windows,
            least,
            ends: None,
            stride,
            kept,
            block,
            at: 0,
        };
        b.ends = b.far_ends();
        if all {
            b.fill(0);
            b.kept[0] = b.block[0].clone();
        } else {
            b.sweep();
        }
        Ok(b)
    }

    /// What the arcs that begin paths cost at least, and the ends of those that read the last frame; the two together, second, where
    /// there is one frame alone.
    fn far_ends(&self) -> Option<(f64, f64)> {
        let (graph, frames) = (self.topology.graph(), self.emissions.frames());
        let (start, last) = graph.start().zip(frames.checked_sub(1))?;
        let begin = graph.arcs(start);
        if !begin.iter().map(|a| &a.weight).chain(graph.final_weights()).any(|w| is_far(w.wide())) {
            return None;
        }
        let reads = |t: usize, a: &&Arc<Energy>| {
            let class = (a.ilabel as usize).checked_sub(1);
            class.is_some_and(|c| self.emissions.values()[[t, c]] < f32::INFINITY)
        };
        let mut row = Vec::new();
        self.step(frames, &[], &mut row);
        let behind = |a: &Arc<Energy>| self.of(frames, &row, a.target);
        if last == 0 {
            return Some((0.0, far(begin.iter().filter(|a| reads(0, a)).map(|a| a.weight.wide() + behind(a)))));
        }
        // Behind arcs that read nothing, paths may begin otherwise.
        let all_read = begin.iter().all(|a| a.ilabel != EPSILON);
        let first = begin.iter().filter(|a| all_read && reads(0, a)).map(|a| a.weight.wide());
        let arcs = self.states(last).iter().flat_map(|&s| graph.arcs(s));
        let ends = arcs.filter(|a| a.weight != Energy::IMPOSSIBLE && reads(last, a)).map(behind);
        Some((far(first), far(ends)))
    }

    /// The part of the order that a row is of; nothing behind the last.
    pub(super) fn window(&self, t: usize) -> Range<usize> {
        match &self.windows {
            _ if t > self.emissions.frames() => 0..0,
            Some(windows) => windows.get(t).cloned().unwrap_or(0..0),
            None => 0..self.order.len(),
        }
    }

    /// The states of a row, each before the targets of its arcs that read nothing.
    pub(super) fn states(&self, t: usize) -> &[StateId] {
        &self.order[self.window(t)]
    }

    /// The first and the last state of a window, where there are others before or behind.
    pub(super) fn edges(&self, t: usize) -> impl Iterator<Item = StateId> {
        let window = self.window(t);
        let first = window.clone().next().filter(|_| window.start > 0);
        let last = window.clone().next_back().filter(|_| window.end < self.order.len() && window.len() > 1);
        first.into_iter().chain(last).map(|place| self.order[place])
    }

    /// A state's number in row `t`; +∞ outside of its window.
    pub(super) fn of(&self, t: usize, row: &[f64], state: StateId) -> f64 {
        let place = self.places[state as usize] as usize;
        let number = place.checked_sub(self.window(t).start).and_then(|i| row.get(i));
        number.copied().unwrap_or(f64::INFINITY)
    }

    /// From the end to the start, keeping every `stride`-th row.
    fn sweep(&mut self) {
        let (mut here, mut next) = (Vec::new(), Vec::new());
        for t in (0..=self.emissions.frames()).rev() {
            self.step(t, &next, &mut here);
            if t % self.stride == 0 {
                self.kept[t / self.stride].clone_from(&here);
            }
            std::mem::swap(&mut here, &mut next);
        }
    }

    /// One row from the one behind it.
    fn step(&self, t: usize, next: &[f64], here: &mut Vec<f64>) {
        let graph = self.topology.graph();
        let mut terms = Vec::new();
        let states = self.states(t);
        here.clear();
        here.resize(states.len(), f64::INFINITY);
        for (i, &s) in states.iter().enumerate().rev() {
            terms.clear();
            if t == self.emissions.frames() {
                terms.push(graph.final_weight(s).wide());
            }
            terms.extend(graph.arcs(s).iter().map(|a| self.along(t, a, here, next)));
            here[i] = soft_min(&terms, self.beta);
        }
    }

    /// Makes row `t` and the one behind it, for [`Backward::rows`].
    pub(super) fn load(&mut self, t: usize) {
        let made = t >= self.at && t - self.at + 1 < self.block.len();
        if !made {
            self.fill(t / self.stride);
        }
    }

    /// Row `t` and the one behind it, which is empty behind the last; to be loaded first.
    pub(super) fn rows(&self, t: usize) -> (&[f64], &[f64]) {
        let row = |t: usize| t.checked_sub(self.at).and_then(|i| self.block.get(i)).map_or(&[][..], |row| row);
        (row(t), row(t + 1))
    }

    /// Makes the rows of a block from the row behind its last one, which it holds as well.
    fn fill(&mut self, number: usize) {
        let from = number * self.stride;
        let to = (from + self.stride).min(self.emissions.frames() + 1);
        let mut block = std::mem::take(&mut self.block);
        block.resize(to - from + 1, Vec::new());
        match self.kept.get(number + 1) {
            Some(behind) => block[to - from].clone_from(behind),
            None => block[to - from].clear(),
        }
        for t in (from..to).rev() {
            let mut here = std::mem::take(&mut block[t - from]);
            self.step(t, &block[t - from + 1], &mut here);
            block[t - from] = here;
        }
        (self.block, self.at) = (block, from);
    }

    /// The energy of going along an arc at frame `t`, all ways on from there included; `here` and `next` are rows `t` and
    /// `t + 1`. +∞ where the arc reads a frame and none is left.
    pub(super) fn along(&self, t: usize, a: &Arc<Energy>, here: &[f64], next: &[f64]) -> f64 {
        match a.ilabel {
            EPSILON => a.weight.wide() + self.of(t, here, a.target),
            label if t < self.emissions.frames() => {
                let reads = f64::from(self.emissions.values()[[t, label as usize - 1]]) - self.least[t];
                let (own, behind) = (a.weight.wide(), self.of(t + 1, next, a.target));
                match self.ends.filter(|_| t == 0 || t + 1 == self.emissions.frames()) {
                    Some((first, last)) => {
                        let first = if t == 0 { first } else { 0.0 };
                        let last = if t + 1 == self.emissions.frames() { last } else { 0.0 };
                        (own - first) + (behind - last) + reads
                    }
                    None => own + reads + behind,
                }
            }
            _ => f64::INFINITY,
        }
    }

    /// The free energy of all paths.
    pub(super) fn total(&self) -> f64 {
        self.above() + self.least.iter().sum::<f64>()
    }

    /// The same, every frame's energies counted from its least one.
    pub(super) fn above(&self) -> f64 {
        let start = self.topology.graph().start().zip(self.kept.first());
        start.map_or(f64::INFINITY, |(s, row)| self.of(0, row, s) + self.ends.map_or(0.0, |(first, last)| first + last))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn rows_made_again_are_the_rows_that_were_not_kept() {
        let t = Topology::ctc(&[1, 2, 2, 1], 3, 3).unwrap();
        for frames in [0, 1, 2, 7, 16, 30] {
            let e = Array2::from_shape_fn((frames, 3), |(t, c)| ((t * 7 + c * 5) * 13 % 17) as f32 / 4.0);
            let emissions = Emissions::new(e.view()).unwrap();
            let mut all = Backward::new(emissions, &t, Beta::ONE).unwrap();
            let mut few = Backward::with_room_for(0, emissions, &t, Beta::ONE).unwrap();
            assert_eq!(all.total(), few.total());
            for frame in 0..=frames {
                all.load(frame);
                few.load(frame);
                assert_eq!(all.rows(frame), few.rows(frame), "row {frame} of {frames}");
            }
            let held = |b: &Backward<'_, '_>| b.kept.iter().chain(&b.block).map(Vec::len).sum::<usize>();
            assert!(frames < 7 || held(&few) < held(&all));
        }
    }
}
