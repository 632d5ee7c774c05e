//! The k paths of lowest energy.

use super::best_path::Path;
use super::detours::{Beginning, Detours, WayOn, sort_by_energy};
use super::potentials::{Potentials, Way};
use super::{Beta, PathError};
use crate::graph::{Graph, StateId};
use crate::ops::{Budget, OpError};
use crate::semiring::Energy;

/// The `k` accepting paths of lowest energy.
///
/// # Arguments
/// * `g`: any graph, cycles included. A path over a weight of +∞ is no path.
/// * `k`: how many.
///
/// # Returns
/// The paths, each once, lowest energy first; fewer where there are fewer, none of the empty graph. With a cycle there
/// are infinitely many: those that go round it count like any other.
///
/// The first is [`best_path`](super::best_path()), also where energies are so large that the sum of another rounds
/// below its own. Paths of equal energy come in an order that is the same on every run; in graphs with cycles, those of
/// fewer arcs first.
///
/// # Errors
/// [`PathError::Diverges`] where accepting paths run through a cycle of negative energy.
///
/// # Cost
/// [`best_path`](super::best_path())'s, then O(k · length · log(k · length)) and a sort of the arcs of each state that
/// a path visits. Best first with exact potentials: the next way on at each state is looked at only when the one
/// before it was taken.
///
/// # Source
/// D. Eppstein, *Finding the k shortest paths*, 1998; L. Huang and D. Chiang, *Better k-best parsing*, 2005, algorithm
/// 3.
///
/// # Example
/// ```text
///   ┌─a/½─┐     ┌─a/½─┐
/// ─▶0     ├─▶ 1 ┤     ├─▶ ◎      aa: 1      ab: 2½      ba: 2½      bb: 4
///   └─b/2─┘     └─b/2─┘
/// ```
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
    k_best_within(g, k, Budget { states: usize::MAX, arcs: usize::MAX })
}

/// The same, which stops where the paths have more states or arcs together than a budget allows.
pub(crate) fn k_best_within(g: &Graph<Energy>, k: usize, budget: Budget) -> Result<Vec<Path>, PathError> {
    let potentials = Potentials::new(g, Beta::Infinite)?;
    let Some(start) = g.start().filter(|_| potentials.total(g) < f64::INFINITY) else { return Ok(Vec::new()) };
    let ways = |state: StateId| {
        let all = std::iter::once(Way::End).chain(g.arc_ids(state).map(Way::Arc));
        all.filter_map(|way| Some(WayOn { cost: potentials.beyond(g, state, way)?, way })).collect()
    };
    let (mut found, mut search) = (Vec::<Path>::new(), Detours::default());
    let (mut states, mut arcs) = (1, 0_usize);
    search.open(Beginning::at(start));
    while found.len() < k
        && let Some((from, way)) = search.next(ways)
    {
        match way {
            Way::End => {
                let path = Path::read(g, search.arcs(&from), from.state);
                (states, arcs) = (path.arcs.len().saturating_add(states), path.arcs.len().saturating_add(arcs));
                if states > budget.states || arcs > budget.arcs {
                    return Err(OpError::Budget { states, arcs }.into());
                }
                found.push(path);
            }
            Way::Arc(arc) => {
                let on = search.follow(from, arc, g.all_arcs()[arc as usize].target);
                search.open(on);
            }
        }
    }
    sort_by_energy(&mut found, |p| p.energy);
    Ok(found)
}
