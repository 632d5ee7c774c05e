//! The paths that write anything but an answer.

use super::restrict::{Keep, Trie, product};
use super::{Answer, PathError};
use crate::graph::{Graph, Traced};
use crate::semiring::Weight;

/// The paths of a graph whose output is not in the answer: what every rival is among.
///
/// The product with the deterministic complement of the right outputs, whose states are the positions in their trie and
/// one for outputs that have left it.
///
/// # Arguments
/// * `g`: any graph, cycles included, over any weights.
/// * `answer`: the outputs to leave out; of none, every path is kept.
///
/// # Returns
/// The same paths with the same labels and weights. Every site names the site that it came from. Arcs of weight 0̄ are
/// gone; a state need not lie on an accepting path. Where every path writes an answer, or there is none, as in the
/// empty graph, the result accepts nothing.
///
/// # Errors
/// [`PathError::Graph`] where the product is too large to number.
///
/// # Cost
/// As [`with_output`](super::with_output()), where "left the trie" is one more position.
///
/// # Source
/// M. Mohri, *Weighted automata algorithms*, in Handbook of Weighted Automata, 2009 (difference).
///
/// # Example
/// ```text
///   ┌─1/1─┐
/// ─▶0     ├─▶ ◎      with "1":  ─▶ 0 ─1/1─▶ ◎      without:  ─▶ 0 ─2/½─▶ ◎
///   └─2/½─┘
/// ```
///
/// ```
/// use energraph::{Answer, Beta, Energy, GraphBuilder};
/// use energraph::paths::{free_energy, without_output};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::new(1.0)?, 1);
/// b.arc(0, 2, 2, Energy::new(0.5)?, 1);
/// b.final_weight(1, Energy::FREE);
/// let g = b.build()?;
/// let right = Answer::one([1]);
/// assert_eq!(free_energy(&without_output(&g, &right)?.graph, Beta::ONE)?, 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn without_output<W: Weight>(g: &Graph<W>, answer: &Answer) -> Result<Traced<W>, PathError> {
    product(g, &Trie::of(answer), Keep::Others)
}
