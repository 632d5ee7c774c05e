//! The graph of given strings.

use rustc_hash::FxHashMap;

use super::OpError;
use crate::graph::{EPSILON, Graph, GraphBuilder, Label, StateId};
use crate::semiring::Weight;

/// The acceptor of several strings: a trie, every weight 1̄.
///
/// # Arguments
/// * `strings`: in any order; one given twice counts once.
///
/// # Returns
/// A deterministic acceptor without epsilons, one path per string, numbered in topological order.
///
/// # Errors
/// [`OpError::Empty`] where no string is given (the empty string is one); [`OpError::Epsilon`] where a label is 0;
/// [`OpError::Graph`] where 32 bits don't number the result.
///
/// # Cost
/// O(total length), hashed.
///
/// # Example
/// ```text
///                          ┌─b─▶ ◎ 2
/// "ab", "ac", "a":  ─▶0 ─a─▶ ◎ 1
///                          └─c─▶ ◎ 3
/// ```
///
/// ```
/// use energraph::ops::from_strings;
/// use energraph::{Energy, Graph};
/// let g: Graph<Energy> = from_strings([&[1, 2][..], &[1, 3], &[1]])?;
/// assert_eq!((g.states(), g.arc_count()), (4, 3));
/// # Ok::<(), energraph::ops::OpError>(())
/// ```
pub fn from_strings<W: Weight, T: AsRef<[Label]>>(strings: impl IntoIterator<Item = T>) -> Result<Graph<W>, OpError> {
    let mut b = GraphBuilder::new();
    let mut children: FxHashMap<(StateId, Label), StateId> = FxHashMap::default();
    for string in strings {
        if b.states() == 0 {
            b.state();
        }
        let mut at = 0;
        for (position, &label) in string.as_ref().iter().enumerate() {
            if label == EPSILON {
                return Err(OpError::Epsilon { what: "a string", position });
            }
            at = *children.entry((at, label)).or_insert_with(|| {
                let child = b.state();
                b.arc(at, label, label, W::one(), child);
                child
            });
        }
        b.final_weight(at, W::one());
    }
    if b.states() == 0 {
        return Err(OpError::Empty { first_unmatched: None });
    }
    b.start(0);
    Ok(b.build()?)
}
