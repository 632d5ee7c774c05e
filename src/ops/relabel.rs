//! Labels for other labels.

use rustc_hash::FxHashMap;

use super::rows::unchanged;
use crate::graph::{Graph, Label, Traced};
use crate::semiring::Weight;

/// The same graph with other labels.
///
/// # Arguments
/// * `g`: any graph.
/// * `input`, `output`: pairs of a label and what takes its place on that side, 0 for none; the later of two pairs for
///   one label counts. Labels in no pair stay.
///
/// # Returns
/// The same states, arcs and weights at the same positions.
///
/// # Errors
/// None.
///
/// # Cost
/// O(states + arcs + pairs), hashed.
///
/// # Example
/// ```text
/// ─▶ 0 ─a:a─▶ 1 ─b:b─▶ ◎      a ↦ c read, b ↦ ε written:      ─▶ 0 ─c:a─▶ 1 ─b:ε─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{acceptor, relabel};
/// use energraph::{Energy, Graph};
/// let g: Graph<Energy> = acceptor(&[1, 2])?;
/// let r = relabel(&g, &[(1, 9)], &[(2, 0)]).graph;
/// assert_eq!(r.all_arcs().iter().map(|a| (a.ilabel, a.olabel)).collect::<Vec<_>>(), [(9, 1), (2, 0)]);
/// # Ok::<(), energraph::ops::OpError>(())
/// ```
pub fn relabel<W: Weight>(g: &Graph<W>, input: &[(Label, Label)], output: &[(Label, Label)]) -> Traced<W> {
    let map = |pairs: &[(Label, Label)]| pairs.iter().copied().collect::<FxHashMap<Label, Label>>();
    let (input, output) = (map(input), map(output));
    let new = |map: &FxHashMap<Label, Label>, l: Label| map.get(&l).copied().unwrap_or(l);
    Traced { graph: g.map_labels(|i, o| (new(&input, i), new(&output, o))), origin: unchanged(g) }
}
