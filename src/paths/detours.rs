//! Paths in the order of what they cost beyond the best one.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use super::cost::Cost;
use super::potentials::Way;
use crate::graph::{ArcId, StateId};

/// The beginning of a path, and what its best continuation costs beyond the best path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beginning {
    excess: Cost,
    prefix: usize,
    pub(crate) state: StateId,
}

/// The prefix without arcs.
const NOTHING: usize = usize::MAX;

impl Beginning {
    /// The one without arcs.
    pub(crate) fn at(start: StateId) -> Self {
        Beginning { excess: Cost::FREE, prefix: NOTHING, state: start }
    }
}

/// A way on from a state by what it costs beyond the best one, which costs exactly 0: ties stay ties, whatever sums round
/// to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WayOn {
    pub(crate) cost: Cost,
    pub(crate) way: Way,
}

/// A beginning and the rank of its way on.
#[derive(Clone, Copy)]
struct Detour {
    /// With the way on.
    cost: Cost,
    from: Beginning,
    rank: usize,
    /// When it was found: of equal costs the latest goes first, which leads straight to an end.
    number: u64,
}

impl Ord for Detour {
    /// The greatest is the next to look at.
    fn cmp(&self, other: &Self) -> Ordering {
        other.cost.order(&self.cost).then(self.number.cmp(&other.number))
    }
}

impl PartialOrd for Detour {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Detour {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Detour {}

/// Best-first search with exact potentials: the next way on at each state is looked at only when the one before it was
/// taken.
#[derive(Default)]
pub(crate) struct Detours {
    heap: BinaryHeap<Detour>,
    /// By state, the ways on from it, best first.
    ways: FxHashMap<StateId, Vec<WayOn>>,
    /// Prefixes: the one before, and the arc that follows it.
    steps: Vec<(usize, ArcId)>,
    pushed: u64,
}

impl Detours {
    /// Goes on from a beginning. Of those that cost the same, the one opened last goes first.
    pub(crate) fn open(&mut self, from: Beginning) {
        // The best way on costs nothing beyond what is already counted.
        self.push(from.excess, from, 0);
    }

    fn push(&mut self, cost: Cost, from: Beginning, rank: usize) {
        self.pushed += 1;
        self.heap.push(Detour { cost, from, rank, number: self.pushed });
    }

    /// The next best of the beginnings that were opened with one of its ways on, which is already counted; `ways` lists those
    /// that are possible from a state, and is asked once.
    pub(crate) fn next(&mut self, ways: impl Fn(StateId) -> Vec<WayOn>) -> Option<(Beginning, Way)> {
        while let Some(Detour { cost, from, rank, .. }) = self.heap.pop() {
            let here = self.ways.entry(from.state).or_insert_with(|| {
                let mut all = ways(from.state);
                // Stable: of ways that tie the first goes first.
                all.sort_by(|a, b| a.cost.order(&b.cost));
                all
            });
            let (way, next) = (here.get(rank).map(|w| w.way), here.get(rank + 1).map(|w| w.cost));
            if let Some(next) = next {
                self.push(from.excess.plus(next), from, rank + 1);
            }
            if let Some(way) = way {
                return Some((Beginning { excess: cost, ..from }, way));
            }
        }
        None
    }

    /// The beginning that is longer by an arc.
    pub(crate) fn follow(&mut self, from: Beginning, arc: ArcId, target: StateId) -> Beginning {
        self.steps.push((from.prefix, arc));
        Beginning { prefix: self.steps.len() - 1, state: target, ..from }
    }

    /// Forgets what was opened, and the ways on; not the arcs.
    pub(crate) fn clear(&mut self) {
        self.heap.clear();
        self.ways.clear();
    }

    /// Arcs kept, those that beginnings share once.
    pub(crate) fn steps(&self) -> usize {
        self.steps.len()
    }

    /// The arcs of a beginning.
    pub(crate) fn arcs(&self, of: &Beginning) -> Vec<ArcId> {
        let mut arcs = Vec::new();
        let mut prefix = of.prefix;
        while let Some(&(before, arc)) = self.steps.get(prefix) {
            arcs.push(arc);
            prefix = before;
        }
        arcs.reverse();
        arcs
    }
}

/// Sorts paths, found in their order, by their energies as they add up. The best stays the first: sums of large energies
/// may round below its own.
pub(crate) fn sort_by_energy<T>(found: &mut [T], energy: impl Fn(&T) -> f64) {
    if let Some((_, rest)) = found.split_first_mut() {
        rest.sort_by(|a, b| energy(a).total_cmp(&energy(b)));
    }
}
