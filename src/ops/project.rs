//! One side of a transducer.

use super::rows::unchanged;
pub use crate::graph::Side;
use crate::graph::{Graph, Traced};
use crate::semiring::Weight;

/// The acceptor of what a transducer reads, or of what it writes.
///
/// # Arguments
/// * `g`: any graph.
/// * `side`: which labels to keep.
///
/// # Returns
/// The same states, arcs and weights at the same positions, with the labels of `side` on both sides; the empty graph
/// for the empty graph. A string has as many paths as it had before on that side.
///
/// # Errors
/// None.
///
/// # Cost
/// O(states + arcs).
///
/// # Example
/// ```text
/// ─▶ 0 ─a:x/1─▶ ◎      input: ─▶ 0 ─a/1─▶ ◎      output: ─▶ 0 ─x/1─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{Side, project};
/// use energraph::{Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// let s = b.state();
/// b.start(s);
/// b.arc(s, 1, 7, Energy::FREE, s);
/// let g = b.build()?;
/// assert_eq!(project(&g, Side::Input).graph.all_arcs()[0].olabel, 1);
/// assert_eq!(project(&g, Side::Output).graph.all_arcs()[0].ilabel, 7);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn project<W: Weight>(g: &Graph<W>, side: Side) -> Traced<W> {
    let graph = match side {
        Side::Input => g.map_labels(|i, _| (i, i)),
        Side::Output => g.map_labels(|_, o| (o, o)),
    };
    Traced { graph, origin: unchanged(g) }
}
