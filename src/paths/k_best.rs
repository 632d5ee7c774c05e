//! The k paths of lowest energy.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::best_path::Path;
use super::potentials::{Potentials, Way};
use super::{Beta, PathError};
use crate::graph::{ArcId, Graph, StateId};
use crate::semiring::Energy;

/// The `k` accepting paths of lowest energy, lowest first; fewer where there are fewer.
///
/// The first is [`best_path`](super::best_path()). Paths of equal energy come in an order that is the same on every
/// run; in graphs with cycles, those of fewer arcs first.
///
/// # Errors
/// [`PathError::Diverges`] where accepting paths run through a cycle of negative energy.
///
/// # Cost
/// [`best_path`](super::best_path())'s, then O(k · length · log(k · length)) and a sort of the arcs of each state that
/// a path visits. Best first with exact potentials: the next way on at each state is looked at only when the one
/// before it was taken (Eppstein 1998; Huang & Chiang 2005, algorithm 3).
///
/// ```
/// use energraph::{Energy, GraphBuilder};
/// use energraph::paths::k_best;
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(0);
/// for (s, t) in [(0, 1), (1, 2)] {
///     b.arc(s, 1, 1, Energy::new(0.5)?, t);
///     b.arc(s, 2, 2, Energy::new(2.0)?, t);
/// }
/// b.final_weight(2, Energy::FREE);
/// let energies: Vec<f64> = k_best(&b.build()?, 3)?.iter().map(|p| p.energy).collect();
/// assert_eq!(energies, [1.0, 2.5, 2.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn k_best(g: &Graph<Energy>, k: usize) -> Result<Vec<Path>, PathError> {
    let potentials = Potentials::new(g, Beta::Infinite)?;
    let Some(start) = g.start().filter(|_| potentials.total(g) < f64::INFINITY) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let mut search = Search { ways: vec![None; g.states()], steps: Vec::new(), heap: BinaryHeap::new(), pushed: 0 };
    search.push(Detour { cost: (0.0, 0), before: (0.0, 0), prefix: NOTHING, state: start, rank: 0, number: 0 });
    while found.len() < k
        && let Some(item) = search.heap.pop()
    {
        let ways = search.ways[item.state as usize].get_or_insert_with(|| sorted_ways(g, &potentials, item.state));
        let (way, next) = (ways.get(item.rank).map(|w| w.way), ways.get(item.rank + 1).copied());
        if let Some(next) = next {
            let cost = (item.before.0 + next.energy, item.before.1 + next.arcs);
            search.push(Detour { cost, rank: item.rank + 1, ..item });
        }
        match way {
            None => {}
            Some(Way::End) => found.push(Path::read(g, search.arcs(item.prefix), item.state)),
            Some(Way::Arc(arc)) => {
                search.steps.push((item.prefix, arc));
                let prefix = search.steps.len() - 1;
                let state = g.all_arcs()[arc as usize].target;
                // The best way on costs nothing beyond what is already counted.
                search.push(Detour { before: item.cost, prefix, state, rank: 0, ..item });
            }
        }
    }
    found.sort_by(|a, b| a.energy.total_cmp(&b.energy));
    Ok(found)
}

/// The prefix without arcs.
const NOTHING: usize = usize::MAX;

/// Energy and number of arcs in excess of the best path's.
type Excess = (f64, i64);

#[derive(Clone, Copy)]
struct WayOn {
    energy: f64,
    arcs: i64,
    way: Way,
}

/// The ways on from a state by what they cost beyond the best, which costs exactly 0: ties stay ties, whatever sums
/// round to.
fn sorted_ways(g: &Graph<Energy>, potentials: &Potentials, state: StateId) -> Vec<WayOn> {
    let (energy, arcs) = potentials.at(state);
    let all = std::iter::once(Way::End).chain(g.arc_ids(state).map(Way::Arc));
    let mut ways: Vec<WayOn> = all
        .map(|way| (way, potentials.along(g, state, way)))
        .filter(|(_, along)| along.0 < f64::INFINITY)
        .map(|(way, along)| WayOn {
            energy: (along.0 - energy).max(0.0),
            arcs: i64::from(along.1) - i64::from(arcs),
            way,
        })
        .collect();
    // Stable: the end goes first, then lower arcs.
    ways.sort_by(|a, b| a.energy.total_cmp(&b.energy).then(a.arcs.cmp(&b.arcs)));
    ways
}

/// A prefix of a path, the rank of its way on, and what that costs.
#[derive(Clone, Copy)]
struct Detour {
    /// With the way on.
    cost: Excess,
    /// Without it.
    before: Excess,
    prefix: usize,
    state: StateId,
    rank: usize,
    /// When it was found: of equal costs the latest goes first, which leads straight to an end.
    number: u64,
}

impl Ord for Detour {
    /// The greatest is the next to look at.
    fn cmp(&self, other: &Self) -> Ordering {
        let costs = other.cost.0.total_cmp(&self.cost.0).then(other.cost.1.cmp(&self.cost.1));
        costs.then(self.number.cmp(&other.number))
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
    ways: Vec<Option<Vec<WayOn>>>,
    /// Prefixes: the one before, and the arc that follows it.
    steps: Vec<(usize, ArcId)>,
    heap: BinaryHeap<Detour>,
    pushed: u64,
}

impl Search {
    fn push(&mut self, item: Detour) {
        self.pushed += 1;
        self.heap.push(Detour { number: self.pushed, ..item });
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
