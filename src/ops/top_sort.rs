//! The same graph with its states in topological order.

use super::{OpError, state_sort};
use crate::graph::{Graph, Traced, topological_order};
use crate::semiring::Weight;

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
