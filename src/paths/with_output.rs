//! The paths that write an answer.

use super::restrict::{Keep, Trie, product};
use super::{Answer, PathError};
use crate::graph::{Graph, Traced};
use crate::semiring::Weight;

/// The paths of a graph whose output is in the answer: its product with the trie of the right outputs.
///
/// # Arguments
/// * `g`: any graph, cycles included, over any weights.
/// * `answer`: the outputs to keep; of none, nothing is kept.
///
/// # Returns
/// The same paths with the same labels and weights. Every site names the site that it came from, so that a gradient
/// flows back by [`Origin::pull_back`](crate::graph::Origin::pull_back). Arcs of weight 0̄ are gone; a state need not
/// lie on an accepting path. Where no path writes an answer, as in the empty graph, the result accepts nothing and its
/// [free energy](super::free_energy()) is +∞.
///
/// # Errors
/// [`PathError::Graph`] where the product is too large to number.
///
/// # Cost
/// O(arcs · p), where p is the number of positions in the answer's trie that paths can be at in one state.
///
/// # Source
/// M. Mohri, *Weighted automata algorithms*, in Handbook of Weighted Automata, 2009 (intersection).
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
/// use energraph::paths::{free_energy, with_output};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::new(1.0)?, 1);
/// b.arc(0, 2, 2, Energy::new(0.5)?, 1);
/// b.final_weight(1, Energy::FREE);
/// let g = b.build()?;
/// let right = Answer::one([1]);
/// assert_eq!(free_energy(&with_output(&g, &right)?.graph, Beta::ONE)?, 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn with_output<W: Weight>(g: &Graph<W>, answer: &Answer) -> Result<Traced<W>, PathError> {
    product(g, &Trie::of(answer), Keep::Answer)
}
