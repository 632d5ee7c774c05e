//! The sum over all paths where there are cycles.

use super::PathError;
use super::order::useful;
use crate::graph::{Graph, Site, StateId};
use crate::ops::sums::{Links, Stuck};
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
/// [`PathError::Matrix`] where the matrix below would have more than 2²⁴ weights.
///
/// # Cost
/// O(states + arcs) without cycles. For each strongly connected component of n states, m arcs, f of them the targets of
/// arcs that lead back in a depth-first order, O(f·m + f³) time and f² weights of memory more, or what eliminating its
/// states one by one takes, where that is less: next to nothing for a chain with arcs both ways, however long. Where ⊕
/// is idempotent (`1̄ ⊕ 1̄ = 1̄`) mostly O(m), O(m·log n) at worst if no arc improves (`1̄ ⊕ w = 1̄`), and O(n·m) at
/// worst.
///
/// # Source
/// D. Lehmann, *Algebraic structures for transitive closure*, 1977; M. Mohri, *Semiring frameworks and algorithms for
/// shortest-distance problems*, 2002. The order of elimination: H. Markowitz, *The elimination form of the inverse and
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

/// By state, ⊕ over all walks from the start to it, cycles included, final weights left out.
///
/// # Arguments
/// * `g`: any graph in which the sum around every cycle that can be reached exists.
/// * `lift`: the weight of a site in the semiring of the question; sites of weight 0̄ are not lifted.
///
/// # Returns
/// A sum for each state; 0̄ where no walk leads there. At the start it is 1̄ for the walk of no arcs ⊕ what leads back
/// there. None of the empty graph. For the free energies at some β of a graph of energies see
/// [`distances_from_start`](super::distances_from_start()); for a choice of the order of states
/// [`shortest_distance`](super::shortest_distance()).
///
/// # Errors
/// [`PathError::SumDiverges`] where the sum around a cycle that can be reached does, whether or not an end can be
/// reached from it; [`PathError::Matrix`] as for [`path_sum_star`](super::path_sum_star()).
///
/// # Cost
/// As [`path_sum_star`](super::path_sum_star()).
///
/// # Source
/// As [`path_sum_star`](super::path_sum_star()).
///
/// # Example
/// ```text
///       ┌──a/1──┐
/// ─▶ 0            ◎/2      from the start:  0: 0, ◎: 1      to an end:  0: 3, ◎: 2      (min-sum)
///       └◀─a/½──┘
/// ```
///
/// ```
/// use energraph::paths::sums_from_start;
/// use energraph::{Energy, GraphBuilder, MinSum};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::new(1.0)?, 1);
/// b.arc(1, 1, 1, Energy::new(0.5)?, 0);
/// b.final_weight(1, Energy::new(2.0)?);
/// let g = b.build()?.lift::<MinSum<f64>>();
/// let numbers = |sums: Vec<MinSum<f64>>| sums.iter().map(|s| s.get()).collect::<Vec<_>>();
/// assert_eq!(numbers(sums_from_start(&g, |_, w| *w)?), [0.0, 1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// Cycles are summed by [`Star::star`]; a semiring without it does not compile.
///
/// ```
/// # use energraph::paths::sums_from_start;
/// # use energraph::{Graph, Star};
/// fn any<S: Star>(g: &Graph<S>) {
///     let _ = sums_from_start(g, |_, w| w.clone());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::paths::sums_from_start;
/// # use energraph::{Graph, Semiring};
/// fn any<S: Semiring>(g: &Graph<S>) {
///     let _ = sums_from_start(g, |_, w| w.clone());
/// }
/// ```
pub fn sums_from_start<W: Weight, S: Star>(g: &Graph<W>, lift: impl Fn(Site, &W) -> S) -> Result<Vec<S>, PathError> {
    Ok(Links::forward(g, lift, |_, _| true).sums(at_start(g))?)
}

/// By state, ⊕ over all ways from it to an end, cycles and final weights included.
///
/// # Arguments
/// * `g`: any graph in which the sum around every cycle from which an end can be reached exists.
/// * `lift`: the weight of a site in the semiring of the question; sites of weight 0̄ are not lifted.
///
/// # Returns
/// A sum for each state, also for those that cannot be reached; 0̄ where no end can be reached from it. At the start it
/// is [`path_sum_star`](super::path_sum_star()). None of the empty graph.
///
/// # Errors
/// [`PathError::SumDiverges`] where the sum around a cycle from which an end can be reached does, whether or not it can
/// be reached; [`PathError::Matrix`] as for [`path_sum_star`](super::path_sum_star()).
///
/// # Cost
/// As [`path_sum_star`](super::path_sum_star()).
///
/// # Source
/// As [`path_sum_star`](super::path_sum_star()).
///
/// # Example
/// ```text
///       ┌──a/1──┐
/// ─▶ 0            ◎/2      from the start:  0: 0, ◎: 1      to an end:  0: 3, ◎: 2      (min-sum)
///       └◀─a/½──┘
/// ```
///
/// ```
/// use energraph::paths::sums_to_end;
/// use energraph::{Energy, GraphBuilder, MinSum};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::new(1.0)?, 1);
/// b.arc(1, 1, 1, Energy::new(0.5)?, 0);
/// b.final_weight(1, Energy::new(2.0)?);
/// let g = b.build()?.lift::<MinSum<f64>>();
/// let numbers = |sums: Vec<MinSum<f64>>| sums.iter().map(|s| s.get()).collect::<Vec<_>>();
/// assert_eq!(numbers(sums_to_end(&g, |_, w| *w)?), [3.0, 2.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// Cycles are summed by [`Star::star`]; a semiring without it does not compile.
///
/// ```
/// # use energraph::paths::sums_to_end;
/// # use energraph::{Graph, Star};
/// fn any<S: Star>(g: &Graph<S>) {
///     let _ = sums_to_end(g, |_, w| w.clone());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::paths::sums_to_end;
/// # use energraph::{Graph, Semiring};
/// fn any<S: Semiring>(g: &Graph<S>) {
///     let _ = sums_to_end(g, |_, w| w.clone());
/// }
/// ```
pub fn sums_to_end<W: Weight, S: Star>(g: &Graph<W>, lift: impl Fn(Site, &W) -> S) -> Result<Vec<S>, PathError> {
    let finals = (0..).zip(g.final_weights());
    let enter = finals.map(|(s, w)| if w.is_zero() { S::zero() } else { lift(Site::Final(s), w) }).collect();
    Ok(Links::backward(g, &lift, |_, _| true).sums(enter)?)
}

fn at_start<W: Weight, S: Star>(g: &Graph<W>) -> Vec<S> {
    let mut enter = vec![S::zero(); g.states()];
    g.start().into_iter().for_each(|s| enter[s as usize] = S::one());
    enter
}

fn total<W: Weight, S: Star>(g: &Graph<W>, sums: &[S], lift: impl Fn(Site, &W) -> S) -> S {
    let ends = (0..).zip(g.final_weights().iter().zip(sums)).filter(|(_, (w, _))| !w.is_zero());
    ends.fold(S::zero(), |total, (s, (w, sum))| total.plus(&sum.times(&lift(Site::Final(s), w))))
}

impl From<Stuck> for PathError {
    fn from(stuck: Stuck) -> Self {
        match stuck {
            Stuck::Diverges { states, weight } => PathError::SumDiverges { states, weight },
            Stuck::Matrix { states, rows } => PathError::Matrix { states, rows },
        }
    }
}
