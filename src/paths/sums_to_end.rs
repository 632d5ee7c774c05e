//! The sum over all ways from every state to an end, in any semiring with a star.

use super::PathError;
use crate::graph::{Graph, Site};
use crate::ops::sums::Links;
use crate::semiring::{Star, Weight};

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
