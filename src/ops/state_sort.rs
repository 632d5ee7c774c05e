//! The same graph with its states in another order.

use super::OpError;
use super::rows::{Rows, nothing};
use crate::graph::{Arc, Graph, InputSite, Site, StateId, Traced};
use crate::semiring::Weight;

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
