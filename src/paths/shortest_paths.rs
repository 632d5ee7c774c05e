//! The n best paths, in any semiring where paths can be put in order.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use super::best_ways::{BestWays, Onward};
use super::potentials::Way;
use super::{PathError, WeightedPath};
use crate::graph::{ArcId, Graph, StateId};
use crate::ops::{Budget, OpError};
use crate::semiring::PathProperty;

/// The `n` accepting paths of the best weights, in any semiring in which one path carries the sum.
///
/// [`k_best`](super::k_best()) asks this of energies.
///
/// # Arguments
/// * `g`: any graph, cycles included. A path over a weight of 0̄ is no path.
/// * `n`: how many.
///
/// # Returns
/// The paths, each once, the best first; fewer where there are fewer, none of the empty graph. With a cycle there are
/// infinitely many: those that go round it count like any other.
///
/// The first is [`shortest_path`](super::shortest_path()), also where the product of another rounds to a better one.
/// Paths of equal weight come in an order that is the same on every run; in graphs with cycles those of fewer arcs first,
/// but where ⊗ forgets, as in the bottleneck, those that go on as well as they can.
///
/// # Errors
/// [`PathError::SumDiverges`] as for [`shortest_path`](super::shortest_path()).
///
/// # Cost
/// [`shortest_path`](super::shortest_path())'s, then O(n · length · log(n · length)) and a sort of the arcs of each state
/// that a path visits; O(n · length) weights of memory besides those arcs. Best first, led by the weight of the best way
/// to an end: the next way on at each state is looked at only when the one before it was taken.
///
/// # Source
/// D. Eppstein, *Finding the k shortest paths*, 1998; L. Huang and D. Chiang, *Better k-best parsing*, 2005, algorithm
/// 3.
///
/// # Example
/// ```text
///   ┌─a/1─┐     ┌─a/2─┐
/// ─▶0     ├─▶ 1 ┤     ├─▶ ◎/0      aa: 2      ba: 3      ab: 4      bb: 4      (the worst arc)
///   └─b/3─┘     └─b/4─┘
/// ```
///
/// ```
/// use energraph::paths::shortest_paths;
/// use energraph::semiring::MinMax;
/// use energraph::GraphBuilder;
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(0);
/// for (s, a_and_b) in [(0, [1.0, 3.0]), (1, [2.0, 4.0])] {
///     b.arc(s, 1, 1, MinMax::new(a_and_b[0])?, s + 1);
///     b.arc(s, 2, 2, MinMax::new(a_and_b[1])?, s + 1);
/// }
/// b.final_weight(2, MinMax::new(0.0)?);
/// let worst: Vec<f64> = shortest_paths(&b.build()?, 9)?.iter().map(|p| p.weight.get()).collect();
/// assert_eq!(worst, [2.0, 3.0, 4.0, 4.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// As for [`shortest_path`](super::shortest_path()), paths must have an order; a sum in which all share does not compile.
///
/// ```
/// # use energraph::paths::shortest_paths;
/// # use energraph::{Graph, MinSum};
/// let g: Graph<MinSum<f64>> = Graph::empty();
/// assert_eq!(shortest_paths(&g, 3), Ok(vec![]));
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::paths::shortest_paths;
/// # use energraph::{Graph, LogSum};
/// let g: Graph<LogSum<f64>> = Graph::empty();
/// assert_eq!(shortest_paths(&g, 3), Ok(vec![]));
/// ```
pub fn shortest_paths<W: PathProperty>(g: &Graph<W>, n: usize) -> Result<Vec<WeightedPath<W>>, PathError> {
    shortest_paths_within(g, n, Budget { states: usize::MAX, arcs: usize::MAX })
}

/// The same, which stops where the paths have more states or arcs together than a budget allows.
pub(crate) fn shortest_paths_within<W: PathProperty>(
    g: &Graph<W>,
    n: usize,
    budget: Budget,
) -> Result<Vec<WeightedPath<W>>, PathError> {
    let ways = BestWays::new(g)?;
    let (mut found, mut search) = (Vec::new(), Search::new(&ways));
    let (mut states, mut arcs) = (1, 0_usize);
    while found.len() < n
        && let Some((from, way)) = search.next(&ways)
    {
        match way {
            Way::End => {
                let path = WeightedPath::read(g, search.arcs(from.prefix), from.state);
                (states, arcs) = (path.arcs.len().saturating_add(states), path.arcs.len().saturating_add(arcs));
                if states > budget.states || arcs > budget.arcs {
                    return Err(OpError::Budget { states, arcs }.into());
                }
                insert(&mut found, path);
            }
            Way::Arc(id) => {
                let arc = &g.all_arcs()[id as usize];
                search.follow(from, id, &arc.weight, arc.target);
            }
        }
    }
    Ok(found)
}

/// Paths are found in their order but for rounding. The best stays the first.
fn insert<W: PathProperty>(found: &mut Vec<WeightedPath<W>>, path: WeightedPath<W>) {
    let before = found.iter().rposition(|p| p.weight.order(&path.weight).is_le());
    let at = before.map_or(1, |i| i + 1).min(found.len());
    found.insert(at, path);
}

/// The prefix without arcs.
const NOTHING: usize = usize::MAX;

/// The beginning of a path and the rank of its way on.
struct Detour<W> {
    /// With the best ending of that way.
    weight: W,
    /// With those of that ending, where they decide ties.
    arcs: usize,
    /// When it was found: of equal ones the latest goes first, which leads straight to an end.
    number: u64,
    prefix: usize,
    /// Arcs of the beginning.
    length: usize,
    state: StateId,
    rank: usize,
}

impl<W: PathProperty> Ord for Detour<W> {
    /// The greatest is the next to look at.
    fn cmp(&self, r: &Self) -> Ordering {
        r.weight.order(&self.weight).then(r.arcs.cmp(&self.arcs)).then(self.number.cmp(&r.number))
    }
}

impl<W: PathProperty> PartialOrd for Detour<W> {
    fn partial_cmp(&self, r: &Self) -> Option<Ordering> {
        Some(self.cmp(r))
    }
}

impl<W: PathProperty> PartialEq for Detour<W> {
    fn eq(&self, r: &Self) -> bool {
        self.cmp(r) == Ordering::Equal
    }
}

impl<W: PathProperty> Eq for Detour<W> {}

/// A prefix: the one before, the arc that follows it, and the product of all of them.
struct Step<W> {
    before: usize,
    arc: ArcId,
    weight: W,
}

struct Search<W> {
    heap: BinaryHeap<Detour<W>>,
    /// By state, the ways on from it, best first.
    ways: FxHashMap<StateId, Vec<Onward<W>>>,
    steps: Vec<Step<W>>,
    pushed: u64,
}

impl<W: PathProperty> Search<W> {
    fn new(best: &BestWays<'_, W>) -> Self {
        let mut search = Search { heap: BinaryHeap::new(), ways: FxHashMap::default(), steps: Vec::new(), pushed: 0 };
        if let Some((state, weight, arcs)) = best.start() {
            let (weight, arcs) = (weight.clone(), arcs as usize);
            search.push(Detour { weight, arcs, number: 0, prefix: NOTHING, length: 0, state, rank: 0 });
        }
        search
    }

    fn push(&mut self, detour: Detour<W>) {
        self.pushed += 1;
        self.heap.push(Detour { number: self.pushed, ..detour });
    }

    /// The best beginning that was not looked at yet, and its way on.
    fn next(&mut self, best: &BestWays<'_, W>) -> Option<(Detour<W>, Way)> {
        while let Some(from) = self.heap.pop() {
            let here = self.ways.entry(from.state).or_insert_with(|| best.sorted(from.state));
            let way = here.get(from.rank).map(|w| w.way);
            if let Some(next) = here.get(from.rank + 1) {
                let step = self.steps.get(from.prefix);
                let weight = step.map_or_else(|| next.weight.clone(), |step| step.weight.times(&next.weight));
                // What comes next is no better than what came before: rounding must not make it so, and where ⊗ forgets that
                // a way on is worse, neither must fewer arcs.
                let arcs = if best.counts_arcs() { from.length + next.arcs as usize } else { 0 };
                let (weight, arcs) = match weight.order(&from.weight) {
                    Ordering::Greater => (weight, arcs),
                    Ordering::Equal | Ordering::Less => (from.weight.clone(), arcs.max(from.arcs)),
                };
                if !weight.is_zero() {
                    self.push(Detour { weight, arcs, rank: from.rank + 1, ..from });
                }
            }
            if let Some(way) = way {
                return Some((from, way));
            }
        }
        None
    }

    /// Goes on from the end of an arc: the best way on from there is already counted.
    fn follow(&mut self, from: Detour<W>, arc: ArcId, weight: &W, target: StateId) {
        let weight = self.steps.get(from.prefix).map_or_else(|| weight.clone(), |step| step.weight.times(weight));
        self.steps.push(Step { before: from.prefix, arc, weight });
        let (prefix, length) = (self.steps.len() - 1, from.length + 1);
        self.push(Detour { prefix, length, state: target, rank: 0, ..from });
    }

    fn arcs(&self, mut prefix: usize) -> Vec<ArcId> {
        let mut arcs = Vec::new();
        while let Some(step) = self.steps.get(prefix) {
            arcs.push(step.arc);
            prefix = step.before;
        }
        arcs.reverse();
        arcs
    }
}
