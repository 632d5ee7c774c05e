//! The free energy of what is still to come, at every frame and state.

use super::{Emissions, Topology, TrellisError};
use crate::graph::{Arc, EPSILON};
use crate::paths::Beta;
use crate::semiring::Energy;

/// Potentials up to so many are all kept; beyond, only some rows are, and the others computed again.
const KEPT: usize = 1 << 22;

/// `B_t(s) = F_β` of all ways from state `s` to the end that read the frames from `t` on, where every frame's energies are
/// counted from its least one: an amount common to a whole frame costs no digits.
///
/// Where there are many, every `stride`-th row is kept, and a block of rows between two of them made when it is asked
/// for: two sweeps in all, and O(√frames · states) memory. Shifting every sum by its least term, no way is lost however
/// far behind it is.
pub(super) struct Backward<'e, 't> {
    pub(super) emissions: Emissions<'e>,
    pub(super) topology: &'t Topology,
    pub(super) beta: Beta,
    /// Least energy of each frame; 0 where no class is possible.
    least: Vec<f64>,
    stride: usize,
    /// Rows 0, stride, 2·stride, … as far as they go.
    kept: Vec<f64>,
    /// Rows of one block, from row `at` on, and the one behind them.
    block: Vec<f64>,
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
        topology.check(emissions.classes())?;
        let (rows, states) = (emissions.frames() + 1, topology.graph().states());
        let all = rows.saturating_mul(states) <= potentials;
        let stride = if all { rows } else { rows.isqrt().max(1) };
        let least_of = |row: ndarray::ArrayView1<'_, f32>| row.iter().copied().fold(f32::INFINITY, f32::min);
        let values = emissions.values();
        let least = values.outer_iter().map(least_of);
        let least = least.map(|x| if x < f32::INFINITY { f64::from(x) } else { 0.0 }).collect();
        let (kept, block) = (vec![f64::INFINITY; rows.div_ceil(stride) * states], Vec::new());
        let mut b = Backward { emissions, topology, beta, least, stride, kept, block, at: 0 };
        if all {
            b.fill(0);
            let first = b.block.get(..states).unwrap_or(&[]);
            b.kept.copy_from_slice(first);
        } else {
            b.sweep();
        }
        Ok(b)
    }

    fn states(&self) -> usize {
        self.topology.graph().states()
    }

    /// From the end to the start, keeping every `stride`-th row.
    fn sweep(&mut self) {
        let states = self.states();
        let (mut here, mut next) = (vec![f64::INFINITY; states], vec![f64::INFINITY; states]);
        for t in (0..=self.emissions.frames()).rev() {
            self.step(t, &next, &mut here);
            if t % self.stride == 0 {
                let row = t / self.stride * states;
                self.kept[row..row + states].copy_from_slice(&here);
            }
            std::mem::swap(&mut here, &mut next);
        }
    }

    /// One row from the one behind it.
    fn step(&self, t: usize, next: &[f64], here: &mut [f64]) {
        let graph = self.topology.graph();
        let mut terms = Vec::new();
        for &s in self.topology.order().iter().rev() {
            terms.clear();
            if t == self.emissions.frames() {
                terms.push(graph.final_weight(s).wide());
            }
            terms.extend(graph.arcs(s).iter().map(|a| self.along(t, a, here, next)));
            here[s as usize] = soft_min(&terms, self.beta);
        }
    }

    /// Makes row `t` and the one behind it, for [`Backward::rows`].
    pub(super) fn load(&mut self, t: usize) {
        let made = t >= self.at && (t + 1 - self.at) * self.states() < self.block.len();
        if !made {
            self.fill(t / self.stride);
        }
    }

    /// Row `t` and the one behind it, which is all +∞ behind the last; to be loaded first.
    pub(super) fn rows(&self, t: usize) -> (&[f64], &[f64]) {
        let states = self.states();
        let from = t.saturating_sub(self.at) * states;
        self.block.get(from..from + 2 * states).map_or((&[], &[]), |rows| rows.split_at(states))
    }

    /// Makes the rows of a block from the row behind its last one, which it holds as well.
    fn fill(&mut self, number: usize) {
        let states = self.states();
        let from = number * self.stride;
        let to = (from + self.stride).min(self.emissions.frames() + 1);
        let mut block = std::mem::take(&mut self.block);
        block.clear();
        block.resize((to - from + 1) * states, f64::INFINITY);
        if let Some(behind) = self.kept.get((number + 1) * states..(number + 2) * states) {
            block[(to - from) * states..].copy_from_slice(behind);
        }
        for t in (from..to).rev() {
            let (here, next) = block[(t - from) * states..][..2 * states].split_at_mut(states);
            self.step(t, next, here);
        }
        (self.block, self.at) = (block, from);
    }

    /// The energy of going along an arc at frame `t`, all ways on from there included; `here` and `next` are rows `t` and
    /// `t + 1`. +∞ where the arc reads a frame and none is left.
    pub(super) fn along(&self, t: usize, a: &Arc<Energy>, here: &[f64], next: &[f64]) -> f64 {
        let target = a.target as usize;
        match a.ilabel {
            EPSILON => a.weight.wide() + here[target],
            label if t < self.emissions.frames() => {
                let reads = f64::from(self.emissions.values()[[t, label as usize - 1]]) - self.least[t];
                a.weight.wide() + reads + next[target]
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
        let start = self.topology.graph().start();
        start.and_then(|s| self.kept.get(s as usize)).copied().unwrap_or(f64::INFINITY)
    }
}

/// `−1/β · log Σ e^{−β·x}`, at least the least number that there is; the least of all where β is infinite.
pub(super) fn soft_min(terms: &[f64], beta: Beta) -> f64 {
    let least = terms.iter().copied().fold(f64::INFINITY, f64::min);
    match beta {
        Beta::Finite(beta) if least < f64::INFINITY && terms.len() > 1 => {
            let beta = beta.get();
            let sum = terms.iter().map(|&x| (beta * (least - x)).exp()).sum::<f64>();
            // At the smallest β the logarithm divided by it is beyond all numbers.
            (least - sum.ln() / beta).max(f64::MIN)
        }
        _ => least,
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
            let held = |b: &Backward<'_, '_>| b.kept.len() + b.block.len();
            assert!(frames < 7 || held(&few) < held(&all));
        }
    }
}
