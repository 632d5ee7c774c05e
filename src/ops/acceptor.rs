//! The graph of one string.

use super::{OpError, from_strings};
use crate::graph::{Graph, Label};
use crate::semiring::Weight;

/// The acceptor of one string: a chain, every weight 1̄.
///
/// # Arguments
/// * `labels`: the string; it may be empty.
///
/// # Returns
/// `labels.len() + 1` states in a row, the last one final.
///
/// # Errors
/// [`OpError::Epsilon`] where a label is 0.
///
/// # Cost
/// O(length).
///
/// # Example
/// ```text
/// "ab":      ─▶ 0 ─a─▶ 1 ─b─▶ ◎ 2
/// ```
///
/// ```
/// use energraph::ops::acceptor;
/// use energraph::{Energy, Graph};
/// let g: Graph<Energy> = acceptor(&[5, 6])?;
/// assert_eq!((g.states(), g.arc_count(), g.is_final(2)), (3, 2, true));
/// # Ok::<(), energraph::ops::OpError>(())
/// ```
pub fn acceptor<W: Weight>(labels: &[Label]) -> Result<Graph<W>, OpError> {
    from_strings([labels])
}
