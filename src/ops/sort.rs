//! The same graph in another order.

use super::OpError;
use super::rows::Rows;
use crate::graph::{Arc, Graph, InputSite, Side, Site, StateId, Traced, topological_order};
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

/// The same graph with its states renumbered.
///
/// # Arguments
/// * `g`: any graph.
/// * `order`: the states in the order they are to have: `order[i]` becomes state i.
///
/// # Returns
/// The same states and arcs; the arcs of a state keep their order.
///
/// # Errors
/// [`OpError::Count`] where `order` has not one entry for each state; [`OpError::NotAnOrder`] where one of them is not
/// named in it.
///
/// # Cost
/// O(states + arcs).
///
/// # Example
/// ```text
/// ─▶ 0 ─a─▶ 1 ─b─▶ ◎ 2      in the order 2, 1, 0:      ─▶ 2 ─a─▶ 1 ─b─▶ ◎ 0
/// ```
///
/// ```
/// use energraph::ops::{acceptor, state_sort};
/// use energraph::{Energy, Graph};
/// let g: Graph<Energy> = acceptor(&[1, 2])?;
/// let back = state_sort(&g, &[2, 1, 0])?.graph;
/// assert_eq!((back.start(), back.arcs(2)[0].target, back.is_final(0)), (Some(2), 1, true));
/// # Ok::<(), energraph::ops::OpError>(())
/// ```
pub fn state_sort<W: Weight>(g: &Graph<W>, order: &[StateId]) -> Result<Traced<W>, OpError> {
    if order.len() != g.states() {
        return Err(OpError::Count { what: "entries of an order", found: order.len(), states: g.states() });
    }
    let mut number = vec![StateId::MAX; g.states()];
    for (i, &s) in (0..).zip(order) {
        // As many entries as states: one that is named twice or does not exist leaves another unnamed.
        if let Some(slot) = number.get_mut(s as usize) {
            *slot = i;
        }
    }
    if let Some(state) = number.iter().position(|&n| n == StateId::MAX) {
        return Err(OpError::NotAnOrder { state: state as StateId });
    }
    let Some(start) = g.start() else { return Ok(nothing()) };
    let mut rows = Rows::new(g.states(), g.arc_count())?;
    for &s in order {
        for (id, a) in g.arc_ids(s).zip(g.arcs(s)) {
            let from = InputSite { input: 0, site: Site::Arc(id) };
            rows.arc(Arc { target: number[a.target as usize], ..a.clone() }, Some(from));
        }
        rows.end_as(g, s, 0);
    }
    Ok(rows.build(number[start as usize]))
}

/// The same graph with its states in topological order: arcs lead to higher numbers.
///
/// # Arguments
/// * `g`: a graph without cycles. Arcs of weight 0̄ count as arcs, and so do those that no accepting path takes.
///
/// # Returns
/// The same states and arcs, renumbered.
///
/// # Errors
/// [`OpError::Cyclic`].
///
/// # Cost
/// O(states + arcs).
///
/// # Source
/// A. Kahn, *Topological sorting of large networks*, 1962.
///
/// # Example
/// ```text
/// ─▶ 2 ─a─▶ 0 ─b─▶ ◎ 1      becomes      ─▶ 0 ─a─▶ 1 ─b─▶ ◎ 2
/// ```
///
/// ```
/// use energraph::ops::top_sort;
/// use energraph::{Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(1);
/// b.arc(1, 1, 1, Energy::FREE, 0);
/// let g = top_sort(&b.build()?)?.graph;
/// assert_eq!((g.start(), g.arcs(0)[0].target), (Some(0), 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn top_sort<W: Weight>(g: &Graph<W>) -> Result<Traced<W>, OpError> {
    state_sort(g, &topological_order(g)?)
}

fn nothing<W: Weight>() -> Traced<W> {
    Traced { graph: Graph::empty(), origin: Default::default() }
}
