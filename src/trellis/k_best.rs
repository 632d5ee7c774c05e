//! The k best alignments.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use super::backward::Backward;
use super::{Alignment, Emissions, Topology, TrellisError};
use crate::graph::{ArcId, EPSILON, Graph, StateId};
use crate::paths::Beta;
use crate::semiring::Energy;

/// The `k` alignments of lowest energy, lowest first; fewer where there are fewer.
///
/// The first is [`best_path`](super::best_path()). Alignments of equal energy come in an order that is the same on every
/// run. Two alignments may write the same output.
///
/// # Errors
/// [`TrellisError::Class`].
///
/// # Cost
/// [`best_path`](super::best_path())'s, then O(k · log k) a frame, a sort of the arcs of each state that is visited at
/// it, and memory for k arcs a frame. The sweep from the end says what the best way on from a beginning costs, so that at
/// every frame the k best beginnings hold those of the k best alignments: no other is followed.
///
/// ```
/// use energraph::trellis::{Emissions, Topology, k_best};
/// use ndarray::array;
/// // Energies of a and of blank; "a" over two frames is a–, –a, aa.
/// let e = array![[0.5, 1.0], [0.25, 2.0]];
/// let found = k_best(&Emissions::new(e.view())?, &Topology::ctc(&[1], 2, 2)?, 9)?;
/// let energies: Vec<f64> = found.iter().map(|a| a.energy).collect();
/// assert_eq!(energies, [0.75, 1.25, 2.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// D. Eppstein, *Finding the k shortest paths*, 1998; L. Huang, D. Chiang, *Better k-best parsing*, 2005, whose lazy
/// algorithm is run here from frame to frame.
pub fn k_best(e: &Emissions<'_>, topology: &Topology, k: usize) -> Result<Vec<Alignment>, TrellisError> {
    let mut backward = Backward::new(*e, topology, Beta::Infinite)?;
    let Some(start) = topology.graph().start().filter(|_| k > 0 && backward.above() < f64::INFINITY) else {
        return Ok(Vec::new());
    };
    let mut search = Search { k, steps: Vec::new(), heap: BinaryHeap::new(), pushed: 0, ends: Vec::new() };
    let mut beginnings = vec![Beginning { excess: 0.0, prefix: NOTHING, state: start }];
    for t in 0..=e.frames() {
        backward.load(t);
        beginnings = search.frame(&backward, t, beginnings);
    }
    let read = |b: &Beginning| read(e, topology.graph(), &search.arcs(b.prefix), b.state);
    let mut found: Vec<Alignment> = search.ends.iter().map(read).collect();
    found.sort_by(|a, b| a.energy.total_cmp(&b.energy));
    Ok(found)
}

/// The prefix without arcs.
const NOTHING: usize = usize::MAX;

/// A way to the state where a frame begins, and what its best continuation costs more than the best alignment.
#[derive(Clone, Copy)]
struct Beginning {
    excess: f64,
    prefix: usize,
    state: StateId,
}

/// A way on from a state by what it costs more than the best one; `None` ends.
#[derive(Clone, Copy)]
struct WayOn {
    excess: f64,
    arc: Option<ArcId>,
}

/// A beginning and the rank of its way on.
#[derive(Clone, Copy)]
struct Detour {
    /// With the way on.
    cost: f64,
    from: Beginning,
    rank: usize,
    /// When it was found: of equal costs the latest goes first, which follows the lowest arcs.
    number: u64,
}

impl Ord for Detour {
    /// The greatest is the next to look at.
    fn cmp(&self, other: &Self) -> Ordering {
        other.cost.total_cmp(&self.cost).then(self.number.cmp(&other.number))
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

struct Search {
    k: usize,
    /// Prefixes: the one before, and the arc that follows it.
    steps: Vec<(usize, ArcId)>,
    heap: BinaryHeap<Detour>,
    pushed: u64,
    /// Whole alignments, lowest first.
    ends: Vec<Beginning>,
}

impl Search {
    /// The k best ways across frame `t`, lowest first; behind the last frame, those that end.
    fn frame(&mut self, backward: &Backward<'_, '_>, t: usize, beginnings: Vec<Beginning>) -> Vec<Beginning> {
        let graph = backward.topology.graph();
        let mut ways: FxHashMap<StateId, Vec<WayOn>> = FxHashMap::default();
        let mut across = Vec::new();
        self.heap.clear();
        for from in beginnings.into_iter().rev() {
            self.push(from.excess, from, 0);
        }
        while across.len() + self.ends.len() < self.k
            && let Some(item) = self.heap.pop()
        {
            let here = ways.entry(item.from.state).or_insert_with(|| sorted_ways(backward, t, item.from.state));
            let (way, next) = (here.get(item.rank).copied(), here.get(item.rank + 1).copied());
            if let Some(next) = next {
                self.push(item.from.excess + next.excess, item.from, item.rank + 1);
            }
            let Some(way) = way else { continue };
            let Some(arc) = way.arc else {
                self.ends.push(Beginning { excess: item.cost, ..item.from });
                continue;
            };
            self.steps.push((item.from.prefix, arc));
            let a = &graph.all_arcs()[arc as usize];
            let on = Beginning { excess: item.cost, prefix: self.steps.len() - 1, state: a.target };
            // The best way on costs nothing beyond what is already counted.
            if a.ilabel == EPSILON { self.push(on.excess, on, 0) } else { across.push(on) }
        }
        across
    }

    fn push(&mut self, cost: f64, from: Beginning, rank: usize) {
        self.pushed += 1;
        self.heap.push(Detour { cost, from, rank, number: self.pushed });
    }

    fn arcs(&self, mut prefix: usize) -> Vec<ArcId> {
        let mut arcs = Vec::new();
        while let Some(&(before, arc)) = self.steps.get(prefix) {
            arcs.push(arc);
            prefix = before;
        }
        arcs.reverse();
        arcs
    }
}

/// The ways on from a state at a frame, the best first; it costs exactly 0, so that ties stay ties.
fn sorted_ways(backward: &Backward<'_, '_>, t: usize, state: StateId) -> Vec<WayOn> {
    let graph = backward.topology.graph();
    let (here, next) = backward.rows(t);
    let least = backward.of(t, here, state);
    let last = if t == backward.emissions.frames() { graph.final_weight(state).wide() } else { f64::INFINITY };
    let arcs =
        graph.arc_ids(state).zip(graph.arcs(state)).map(|(arc, a)| (Some(arc), backward.along(t, a, here, next)));
    let possible = [(None, last)].into_iter().chain(arcs).filter(|(_, energy)| *energy < f64::INFINITY);
    let mut ways: Vec<WayOn> = possible.map(|(arc, energy)| WayOn { excess: (energy - least).max(0.0), arc }).collect();
    // Stable: the end goes first, then lower arcs.
    ways.sort_by(|a, b| a.excess.total_cmp(&b.excess));
    ways
}

/// The alignment along some arcs.
fn read(e: &Emissions<'_>, graph: &Graph<Energy>, arcs: &[ArcId], end: StateId) -> Alignment {
    let mut found = Alignment { steps: Vec::with_capacity(arcs.len()), end, energy: 0.0, output: Vec::new() };
    let mut frame = 0;
    for &arc in arcs {
        let a = &graph.all_arcs()[arc as usize];
        frame += usize::from(found.follow(e, arc, a, frame));
    }
    found.energy += graph.final_weight(end).wide();
    found
}
