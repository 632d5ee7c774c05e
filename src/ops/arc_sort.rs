//! The same graph with its arcs in another order.

use super::OpError;
use super::rows::{Rows, nothing};
use crate::graph::{Graph, InputSite, Side, Site, StateId, Traced};
use crate::semiring::Weight;

/// The same graph with the arcs of every state in the order of their labels on one side.
///
/// # Arguments
/// * `g`: any graph.
/// * `side`: whose labels count. Arcs of equal label keep their order.
///
/// # Returns
/// The same states, and each state's arcs sorted. The empty graph for the empty graph.
///
/// # Errors
/// [`OpError::Graph`] where 32 bits don't number the result, which cannot happen to a graph that exists.
///
/// # Cost
/// O(states + arcs · log of the arcs of a state).
///
/// # Example
/// ```text
///   ┌─5─▶ 1                                 ┌─3─▶ 2
/// ─▶0               by input:             ─▶0
///   └─3─▶ 2                                 └─5─▶ 1
/// ```
///
/// ```
/// use energraph::ops::{Side, arc_sort, from_strings};
/// use energraph::{Energy, Graph};
/// let g: Graph<Energy> = from_strings([[5], [3]])?;
/// let sorted = arc_sort(&g, Side::Input)?.graph;
/// assert_eq!(sorted.arcs(0).iter().map(|a| a.ilabel).collect::<Vec<_>>(), [3, 5]);
/// # Ok::<(), energraph::ops::OpError>(())
/// ```
pub fn arc_sort<W: Weight>(g: &Graph<W>, side: Side) -> Result<Traced<W>, OpError> {
    let Some(start) = g.start() else { return Ok(nothing()) };
    let mut rows = Rows::new(g.states(), g.arc_count())?;
    for s in 0..g.states() as StateId {
        let mut arcs: Vec<_> = g.arc_ids(s).zip(g.arcs(s)).collect();
        arcs.sort_by_key(|(_, a)| if side == Side::Input { a.ilabel } else { a.olabel });
        arcs.into_iter().for_each(|(id, a)| rows.arc(a.clone(), Some(InputSite { input: 0, site: Site::Arc(id) })));
        rows.end_as(g, s, 0);
    }
    Ok(rows.build(start))
}
