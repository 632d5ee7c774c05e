//! The sum over all paths where there are cycles.

use super::PathError;
use super::order::useful;
use crate::graph::{Graph, Site, StateId};
use crate::ops::sums::Links;
use crate::semiring::{Star, Weight};

/// ⊕ over all accepting paths of the ⊗ along each, as [`path_sum`](super::path_sum()), on graphs with cycles too: the
/// sum of infinitely many paths, not a part of it.
///
/// # Arguments
/// * `g`: any graph.
/// * `lift`: the weight of a site in the semiring of the question; sites of weight 0̄ are not lifted.
///
/// # Returns
/// The sum; 0̄ over no path. In [`LogSum`](crate::LogSum) it is −log Σ e^−energy over every path however long.
///
/// # Errors
/// [`PathError::SumDiverges`] where the sum around a cycle on an accepting path does: in `LogSum` where walks around it
/// have probability 1 or more in all, in [`MinSum`](crate::MinSum) where a cycle has negative energy.
/// [`PathError::Matrix`] where the matrix below would have more than 2²⁴ weights, and the sum does not settle soon.
///
/// # Cost
/// O(states + arcs) without cycles. For each strongly connected component of n states, m arcs, f of them the targets of
/// arcs that lead back in a depth-first order, O(f·m + f³) time and f² weights of memory more, or what eliminating its
/// states one by one takes, where that is less: next to nothing for a chain with arcs both ways, however long. Where that
/// would be more than a million steps and little of what leaves a state comes back, O(m) a round until no digit changes:
/// with a share r that comes back there are about 37 ÷ log 1/r rounds in 64 bits, and the last digits that the sum lacks
/// are fewer than the rounds. Where it has not settled after 2²⁶ arcs, or 2⁹ rounds if those are more, the matrix is made. Where ⊕
/// is idempotent (`1̄ ⊕ 1̄ = 1̄`) mostly O(m), O(m·log n) at worst if no arc improves (`1̄ ⊕ w = 1̄`), and O(n·m) at
/// worst.
///
/// # Source
/// D. Lehmann, *Algebraic structures for transitive closure*, 1977; in rounds and where ⊕ is idempotent, M. Mohri,
/// *Semiring frameworks and algorithms for shortest-distance problems*, 2002. The order of elimination: H. Markowitz, *The elimination form of the inverse and
/// its application to linear programming*, 1957.
///
/// # Example
/// ```text
///     ┌─a/log 2─┐
/// ─▶ ◎/log 2 ◀──┘      ½ + ¼ + ⅛ + … = 1: energy 0
/// ```
///
/// ```
/// use energraph::paths::path_sum_star;
/// use energraph::{Energy, GraphBuilder, LogSum, Weight};
/// // Go round with probability ½, or stop: 1/2 + 1/4 + 1/8 + … = 1.
/// let half = Energy::new(2.0_f32.ln())?;
/// let mut b = GraphBuilder::new();
/// let s = b.state();
/// b.start(s);
/// b.arc(s, 1, 1, half, s);
/// b.final_weight(s, half);
/// let total = path_sum_star(&b.build()?, |_, &e| LogSum::<f64>::from(e))?;
/// assert!(total.get().abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// Cycles are summed by [`Star::star`]; a semiring without it does not compile.
///
/// ```
/// # use energraph::paths::path_sum_star;
/// # use energraph::{Graph, Star};
/// fn any<S: Star>(g: &Graph<S>) {
///     let _ = path_sum_star(g, |_, w| w.clone());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::paths::path_sum_star;
/// # use energraph::{Graph, Semiring};
/// fn any<S: Semiring>(g: &Graph<S>) {
///     let _ = path_sum_star(g, |_, w| w.clone());
/// }
/// ```
pub fn path_sum_star<W: Weight, S: Star>(g: &Graph<W>, lift: impl Fn(Site, &W) -> S) -> Result<S, PathError> {
    let useful = useful(g);
    let keep = |s: StateId, t: StateId| useful[s as usize] && useful[t as usize];
    let sums = Links::forward(g, &lift, keep).sums(at_start(g))?;
    Ok(total(g, &sums, lift))
}

/// 1̄ enters at the start.
pub(super) fn at_start<W: Weight, S: Star>(g: &Graph<W>) -> Vec<S> {
    let mut enter = vec![S::zero(); g.states()];
    g.start().into_iter().for_each(|s| enter[s as usize] = S::one());
    enter
}

fn total<W: Weight, S: Star>(g: &Graph<W>, sums: &[S], lift: impl Fn(Site, &W) -> S) -> S {
    let ends = (0..).zip(g.final_weights().iter().zip(sums)).filter(|(_, (w, _))| !w.is_zero());
    ends.fold(S::zero(), |total, (s, (w, sum))| total.plus(&sum.times(&lift(Site::Final(s), w))))
}
