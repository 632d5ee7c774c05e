//! The expected cost of what is still to come, at every frame and state.

use super::AlignmentCosts;
use super::backward::Backward;
use super::posteriors::choices;
use crate::graph::{ArcId, EPSILON, Site, StateId};

/// What alignments are expected to cost from a state at a frame on, made block by block like the potentials: of every block the
/// first row is kept, and the others made again from it when they are asked for.
pub(super) struct Ahead<'c, 'a> {
    costs: &'c AlignmentCosts<'a>,
    states: usize,
    /// That of the potentials.
    stride: usize,
    /// By block but the first: its first row.
    kept: Vec<Vec<f64>>,
    /// The first row of the block that there is.
    at: usize,
    /// Its rows and the one behind them, by state.
    block: Vec<f64>,
}

impl<'c, 'a> Ahead<'c, 'a> {
    /// Sweeps from the last frame to the first.
    pub(super) fn new(backward: &mut Backward<'_, '_>, costs: &'c AlignmentCosts<'a>) -> Self {
        let (states, stride) = (backward.topology.graph().states(), backward.stride);
        let kept = vec![Vec::new(); (backward.emissions.frames() + 1).div_ceil(stride)];
        let mut ahead = Ahead { costs, states, stride, kept, at: 0, block: Vec::new() };
        for number in (0..ahead.kept.len()).rev() {
            ahead.fill(backward, number);
            if number > 0 {
                ahead.kept[number] = ahead.block[..states].to_vec();
            }
        }
        ahead
    }

    /// Makes row `t` and the one behind it, there and of the potentials.
    pub(super) fn load(&mut self, backward: &mut Backward<'_, '_>, t: usize) {
        if !(self.at..self.at + self.stride).contains(&t) {
            self.fill(backward, t / self.stride);
        }
        backward.load(t);
    }

    /// From a state at a frame that is loaded, or behind it.
    pub(super) fn at(&self, t: usize, s: StateId) -> f64 {
        self.block[(t - self.at) * self.states + s as usize]
    }

    /// The cost of an arc and of what is expected behind it.
    pub(super) fn along(&self, backward: &Backward<'_, '_>, t: usize, arc: ArcId) -> f64 {
        let a = &backward.topology.graph().all_arcs()[arc as usize];
        let then = if a.ilabel == EPSILON { t } else { t + 1 };
        self.costs.of(backward.topology, t, Site::Arc(arc)) + self.at(then, a.target)
    }

    /// The rows of a block, whose potentials are made on the way.
    fn fill(&mut self, backward: &mut Backward<'_, '_>, number: usize) {
        let topology = backward.topology;
        let graph = topology.graph();
        self.at = number * self.stride;
        let to = (self.at + self.stride).min(backward.emissions.frames() + 1);
        self.block.clear();
        self.block.resize((to - self.at) * self.states, 0.0);
        self.block.extend(self.kept.get(number + 1).into_iter().flatten());
        let mut ways = Vec::new();
        for t in (self.at..to).rev() {
            backward.load(t);
            for &s in topology.order().iter().rev() {
                let end = choices(backward, t, s, 1.0, &mut ways);
                let last = if end > 0.0 { end * self.costs.of(topology, t, Site::Final(s)) } else { 0.0 };
                let used = graph.arc_ids(s).zip(&ways).filter(|(_, part)| **part > 0.0);
                let on: f64 = used.map(|(arc, part)| part * self.along(backward, t, arc)).sum();
                let slot = (t - self.at) * self.states + s as usize;
                self.block[slot] = last + on;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::graph::SiteValues;
    use crate::paths::Beta;
    use crate::trellis::expected_cost::from_potentials;
    use crate::trellis::{Emissions, Topology};

    #[test]
    fn expected_costs_are_the_same_where_few_rows_are_kept() {
        let t = Topology::ctc(&[1, 2, 2, 1], 3, 3).unwrap();
        let mut sites = SiteValues::zeros(t.graph());
        sites.arcs.iter_mut().enumerate().for_each(|(i, c)| *c = 0.1 * i as f64);
        for frames in [0, 1, 2, 7, 16, 30, 200] {
            let e = Array2::from_shape_fn((frames, 3), |(t, c)| ((t * 7 + c * 5) * 13 % 17) as f32 / 4.0);
            let emissions = Emissions::new(e.view()).unwrap();
            let costs = AlignmentCosts { sites: Some(&sites), frames: Some(e.view()) };
            let potentials = |room| Backward::with_room_for(room, emissions, &t, Beta::ONE).unwrap();
            let (mut all, mut few) = (potentials(usize::MAX), potentials(0));
            assert_eq!(from_potentials(&mut all, &costs), from_potentials(&mut few, &costs), "{frames}");
            let held = |b: &mut Backward<'_, '_>| {
                let ahead = Ahead::new(b, &costs);
                ahead.block.len() + ahead.kept.iter().map(Vec::len).sum::<usize>()
            };
            assert!(frames < 200 || 5 * held(&mut few) < held(&mut all));
        }
    }
}
