//! The best path, in any semiring where there is one.

use super::best_ways::BestWays;
use super::potentials::Way;
use super::{PathError, WeightedPath};
use crate::graph::Graph;
use crate::semiring::PathProperty;

/// The accepting path of the best weight, in any semiring in which one path carries the sum.
///
/// [`best_path`](super::best_path()) asks this of energies; here weights are what they are: of
/// [`MinSum<f64>`](crate::MinSum), with all their digits, of [`MinMax`](crate::semiring::MinMax), the path whose worst
/// arc is best, of [`Lexicographic`](crate::semiring::Lexicographic), or of a semiring of one's own. It needs no star.
///
/// # Arguments
/// * `g`: any graph, cycles included. A path over a weight of 0̄ is no path.
///
/// # Returns
/// The path and its weight; `None` where there is no path, as in the empty graph.
///
/// Ties as for [`best_path`](super::best_path()): at every state along the path, ending goes before going on, and then
/// the lowest arc wins. In graphs with cycles the way on of fewest arcs goes before either, so that no cycle is walked
/// that makes nothing better. Where ⊗ forgets what came after, as in the bottleneck, what is compared is the way on from
/// each state: a path that goes on as well as it can.
///
/// # Errors
/// [`PathError::SumDiverges`] where accepting paths run through a cycle that improves them, one of a weight better than
/// 1̄, as a loop of energy −1 is. It is refused whether or not its powers settle. A cycle of weight 1̄ whose product
/// rounding makes better is refused as well.
///
/// # Cost
/// Acyclic: O(states + arcs). Cyclic: O(arcs · log states) where no arc on an accepting path improves (`1̄ ⊕ w = 1̄`),
/// else O(states · arcs), twice: a second search, from 1̄ everywhere, is for cycles that improve by less than the digits
/// of a weight.
///
/// # Source
/// M. Mohri, *Semiring frameworks and algorithms for shortest-distance problems*, 2002; E. Dijkstra, *A note on two
/// problems in connexion with graphs*, 1959; R. Bellman, *On a routing problem*, 1958.
///
/// # Example
/// ```text
///       ┌─a/1─▶ 1 ─b/9─┐
/// ─▶ 0 ─┤              ├─▶ ◎/0      the worst arc of ab is 9, of cd 5: the best path reads cd
///       └─c/4─▶ 2 ─d/5─┘
/// ```
///
/// ```
/// use energraph::paths::shortest_path;
/// use energraph::semiring::MinMax;
/// use energraph::GraphBuilder;
/// let height = |h: f64| MinMax::new(h);
/// let mut b = GraphBuilder::new();
/// b.add_states(4);
/// b.start(0);
/// b.arc(0, 1, 1, height(1.0)?, 1);
/// b.arc(1, 2, 2, height(9.0)?, 3);
/// b.arc(0, 3, 3, height(4.0)?, 2);
/// b.arc(2, 4, 4, height(5.0)?, 3);
/// b.final_weight(3, height(0.0)?);
/// let best = shortest_path(&b.build()?)?.ok_or("no path")?;
/// assert_eq!((best.weight.get(), best.input), (5.0, vec![3, 4]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// One path carries the whole sum. Where all share in it no path is the best, and the question does not compile.
///
/// ```
/// # use energraph::paths::shortest_path;
/// # use energraph::{Graph, MinSum};
/// let g: Graph<MinSum<f64>> = Graph::empty();
/// assert_eq!(shortest_path(&g), Ok(None));
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::paths::shortest_path;
/// # use energraph::{Graph, LogSum};
/// let g: Graph<LogSum<f64>> = Graph::empty();
/// assert_eq!(shortest_path(&g), Ok(None));
/// ```
pub fn shortest_path<W: PathProperty>(g: &Graph<W>) -> Result<Option<WeightedPath<W>>, PathError> {
    let ways = BestWays::new(g)?;
    let Some((mut state, ..)) = ways.start() else { return Ok(None) };
    let mut arcs = Vec::new();
    // Ends: along every arc either the order advances or fewer arcs remain.
    while let Some(way) = ways.best(state) {
        match way {
            Way::End => return Ok(Some(WeightedPath::read(g, arcs, state))),
            Way::Arc(id) => {
                arcs.push(id);
                state = g.all_arcs()[id as usize].target;
            }
        }
    }
    Ok(None)
}
