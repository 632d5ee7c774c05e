//! Exchanging the sides of a transducer.

use super::rows::unchanged;
use crate::graph::{Graph, Traced};
use crate::semiring::Weight;

/// The transducer with input and output labels exchanged.
///
/// # Arguments
/// * `g`: any graph.
///
/// # Returns
/// The same states, arcs and weights at the same positions; the empty graph for the empty graph.
///
/// # Errors
/// None.
///
/// # Cost
/// O(states + arcs).
///
/// # Example
/// ```text
/// ─▶ 0 ─a:x/1─▶ ◎      becomes      ─▶ 0 ─x:a/1─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::invert;
/// use energraph::{Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// let s = b.state();
/// b.start(s);
/// b.arc(s, 1, 7, Energy::FREE, s);
/// let g = invert(&b.build()?).graph;
/// assert_eq!((g.all_arcs()[0].ilabel, g.all_arcs()[0].olabel), (7, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn invert<W: Weight>(g: &Graph<W>) -> Traced<W> {
    Traced { graph: g.map_labels(|i, o| (o, i)), origin: unchanged(g) }
}
