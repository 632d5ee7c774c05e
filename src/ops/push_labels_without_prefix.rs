//! Moving what is written along paths, and taking away what all begin with.

use super::gallic::spell;
use super::push_labels::pushed;
use super::{Budget, OpError};
use crate::graph::{Graph, Label};
use crate::semiring::Weight;

/// The same as [`push_labels()`](super::push_labels()), without what all paths begin to write; and that string.
///
/// # Arguments
/// As for [`push_labels()`](super::push_labels()).
///
/// # Returns
/// A graph of which each path writes what one of `g` does, but for the longest string that all begin with; and that string.
/// All else is as in [`push_labels()`](super::push_labels()).
///
/// # Errors
/// As [`push_labels()`](super::push_labels()).
///
/// # Cost
/// As [`push_labels()`](super::push_labels()).
///
/// # Source
/// OpenFst's `fstpush --push_labels --remove_common_affix`.
///
/// # Example
/// ```text
///            ┌─b:y─▶ ◎                                ┌─b:y─▶ ◎
/// ─▶0 ─a:x─▶ 1             becomes x and ─▶0 ─a:ε─▶ 1
///            └─c:z─▶ ◎                                └─c:z─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{Budget, push_labels_without_prefix};
/// use energraph::{Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(0);
/// for (s, i, o, t) in [(0, 1, 7, 1), (1, 2, 8, 2), (1, 3, 9, 2)] {
///     b.arc(s, i, o, Energy::FREE, t);
/// }
/// b.final_weight(2, Energy::FREE);
/// let (g, prefix) = push_labels_without_prefix(&b.build()?, Budget::default())?;
/// let labels: Vec<_> = g.all_arcs().iter().map(|a| (a.ilabel, a.olabel)).collect();
/// assert_eq!((labels, prefix), (vec![(1, 0), (2, 8), (3, 9)], vec![7]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn push_labels_without_prefix<W: Weight>(g: &Graph<W>, budget: Budget) -> Result<(Graph<W>, Vec<Label>), OpError> {
    let (pushed, prefix) = pushed(g, budget)?;
    Ok((spell(&pushed, &[], budget)?, prefix))
}
