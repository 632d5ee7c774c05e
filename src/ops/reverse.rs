//! Paths backwards.

use super::OpError;
use super::rows::Rows;
use crate::graph::{Arc, Graph, InputSite, Site, StateId, Traced};
use crate::semiring::Commutative;

/// The graph whose paths are those of `g` backwards.
///
/// # Arguments
/// * `g`: any graph.
///
/// # Returns
/// A new start with an epsilon arc to every final state of `g`, which carries its final weight; then the states of
/// `g` in reverse order (state s becomes n − s, so that a topological order stays one), with every arc turned round.
/// The old start is final with weight 1̄. The empty graph for the empty graph.
///
/// # Errors
/// [`OpError::Graph`] where 32 bits don't number the result.
///
/// # Cost
/// O(states + arcs).
///
/// # Example
/// ```text
/// ─▶ 0 ─a/1─▶ 1 ─b/2─▶ ◎/3      becomes      ─▶ ○ ─ε/3─▶ ○ ─b/2─▶ ○ ─a/1─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{acceptor, reverse};
/// use energraph::{Energy, Graph};
/// let g: Graph<Energy> = acceptor(&[1, 2])?;
/// let back = reverse(&g)?.graph;
/// assert_eq!(back.all_arcs().iter().map(|a| a.ilabel).collect::<Vec<_>>(), [0, 2, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// Weights are multiplied in the order of the path backwards. A weight has to be [`Commutative`](crate::Commutative);
/// with less it does not compile.
///
/// ```
/// # use energraph::ops::reverse;
/// # use energraph::{Commutative, Graph};
/// fn any<S: Commutative>(g: &Graph<S>) {
///     let _ = reverse(g);
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::reverse;
/// # use energraph::{Graph, Weight};
/// fn any<S: Weight>(g: &Graph<S>) {
///     let _ = reverse(g);
/// }
/// ```
pub fn reverse<W: Commutative>(g: &Graph<W>) -> Result<Traced<W>, OpError> {
    let Some(start) = g.start() else {
        return Ok(Traced { graph: Graph::empty(), origin: Default::default() });
    };
    let n = g.states() as StateId;
    let mut rows = Rows::new(g.states() + 1, g.arc_count() + g.states())?;
    for s in (0..n).rev().filter(|&s| g.is_final(s)) {
        rows.epsilon(g.final_weight(s), n - s, Some(InputSite { input: 0, site: Site::Final(s) }));
    }
    rows.end(W::zero(), None);
    let mut into: Vec<_> = g.arcs_with_source().collect();
    into.sort_by_key(|(_, _, a)| std::cmp::Reverse(a.target));
    let mut into = into.into_iter().peekable();
    for t in (0..n).rev() {
        while let Some((id, source, a)) = into.next_if(|(_, _, a)| a.target == t) {
            let from = InputSite { input: 0, site: Site::Arc(id) };
            rows.arc(Arc { target: n - source, ..a.clone() }, Some(from));
        }
        rows.end(if t == start { W::one() } else { W::zero() }, None);
    }
    Ok(rows.build(0))
}
