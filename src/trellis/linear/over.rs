//! Arcs of a chain over states that are left out, to the frame that is read behind them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use super::kernel;
use super::silent::Silent;
use crate::graph::{EPSILON, Label, StateId};

/// States on that such an arc may lead at most, a power of two beyond any phone or pause in use.
pub(super) const FARTHEST: usize = 64;

/// Ways over states, at most one from each, in two distances.
#[derive(Debug, Clone, Default)]
pub(super) struct Over {
    distances: [usize; 2],
    /// Of every state; +∞ where it has none of the distance. Empty where there is none at all.
    energies: [Vec<f32>; 2],
    /// The state of the whole chain that each state is.
    states: Vec<StateId>,
}

impl Over {
    pub(super) fn is_empty(&self) -> bool {
        self.energies[0].is_empty()
    }

    /// How many states on a frame may lead, along one arc.
    pub(super) fn reach(&self) -> usize {
        self.distances[0].max(self.distances[1]).max(1)
    }

    /// Those of some states.
    pub(super) fn ways(&self, some: Range<usize>) -> Option<[kernel::Leaps<'_>; 2]> {
        let [near, far] = &self.energies;
        let way = |distance, energies| kernel::Leaps { distance, energies };
        let (near, far) = (near.get(some.clone())?, far.get(some)?);
        Some([way(self.distances[0], near), way(self.distances[1], far)])
    }

    /// The state that the way over others from a state leads to.
    pub(super) fn to(&self, from: usize) -> Option<usize> {
        let found =
            self.energies.iter().zip(self.distances).find(|(e, _)| e.get(from).is_some_and(|&e| e < f32::INFINITY));
        found.map(|(_, distance)| from + distance)
    }

    /// The number in the whole chain.
    pub(super) fn state(&self, state: usize) -> StateId {
        self.states.get(state).copied().unwrap_or(state as StateId)
    }

    /// Whether the state before it in the whole chain has been taken into those that lead to it.
    pub(super) fn is_behind_a_state(&self, state: usize) -> bool {
        state > 0 && !self.states.is_empty() && self.state(state) != self.state(state - 1) + 1
    }
}

/// A chain without the states that nothing is read into, as far as they can be done without.
///
/// Such a state is left on one arc, which reads a frame, and come to from the state before it, free, and over the unit that may
/// be left out: with it gone, the state before goes on to the next as any does, and the other arc reads that frame itself.
pub(super) struct Short {
    pub(super) labels: Vec<Label>,
    pub(super) stays: Vec<f64>,
    pub(super) silent: Vec<Silent>,
    pub(super) over: Over,
}

impl Short {
    /// As of [`Target::chain`](super::Target::chain).
    pub(super) fn new(labels: &[Label], stays: &[f64], silent: Vec<Silent>) -> Short {
        let (distances, gone) = without(labels, &silent);
        let kept = |state: &usize| !gone[*state];
        let states: Vec<StateId> = (0..=labels.len()).filter(kept).map(|s| s as StateId).collect();
        let of = |state: StateId| states.partition_point(|&s| s < state);
        let (mut rest, mut energies) = (Vec::new(), [Vec::new(), Vec::new()]);
        if states.len() <= labels.len() {
            energies.iter_mut().for_each(|e| e.resize(states.len(), f32::INFINITY));
        }
        for arc in silent {
            let distance = (arc.to - arc.from) as usize;
            if !gone[arc.to as usize] {
                rest.push(Silent { from: of(arc.from) as StateId, to: of(arc.to) as StateId, ..arc });
            } else if distance > 1 {
                energies[usize::from(distance != distances[0])][of(arc.from)] = arc.energy as f32;
            }
        }
        let before = |state: &StateId| *state as usize - 1;
        let labels = states[1..].iter().map(|s| labels[before(s)]).collect();
        let stays = states[1..].iter().map(|s| stays[before(s)]).collect();
        Short { labels, stays, silent: rest, over: Over { distances, energies, states } }
    }
}

/// The two commonest distances of arcs over states, and which states can be done without.
fn without(labels: &[Label], silent: &[Silent]) -> ([usize; 2], Vec<bool>) {
    let reads = |state: usize| state.checked_sub(1).and_then(|k| labels.get(k)).is_some_and(|&label| label != EPSILON);
    let mut leaves = vec![false; labels.len() + 1];
    silent.iter().for_each(|a| leaves[a.from as usize] = true);
    // Silent arcs by the states that they lead to.
    let mut into: BTreeMap<usize, Vec<&Silent>> = BTreeMap::new();
    silent.iter().for_each(|a| into.entry(a.to as usize).or_default().push(a));
    let is_next = |a: &Silent| a.from + 1 == a.to && a.energy == 0.0;
    let is_over = |a: &Silent| {
        let (from, to) = (a.from as usize, a.to as usize);
        let short = (2..=FARTHEST).contains(&(to - from)) && f64::from(a.energy as f32) == a.energy;
        short && a.energy < f64::INFINITY && (from + 1..to).all(reads)
    };
    into.retain(|&to, arcs| {
        let passed = !reads(to) && !leaves[to] && reads(to + 1);
        passed && arcs.iter().any(|a| is_next(a)) && arcs.iter().all(|a| is_next(a) || is_over(a))
    });
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    let over = |arcs: &[&Silent]| arcs.iter().map(|a| (a.to - a.from) as usize).filter(|&d| d > 1).collect::<Vec<_>>();
    into.values().flat_map(|arcs| over(arcs)).for_each(|d| *counts.entry(d).or_default() += 1);
    let mut common: Vec<usize> = counts.keys().copied().collect();
    common.sort_by_key(|d| Reverse(counts.get(d)));
    let mut common = common.into_iter();
    let first = common.next().unwrap_or(1);
    let distances = [first, common.next().unwrap_or(first)];
    let mut gone = vec![false; labels.len() + 1];
    for (to, arcs) in into {
        gone[to] = over(&arcs).iter().all(|d| distances.contains(d));
    }
    (distances, gone)
}
