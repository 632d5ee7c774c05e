//! The sum over all walks from the start to every state, in any semiring with a star.

use super::PathError;
use super::path_sum_star::at_start;
use crate::graph::{Graph, Site};
use crate::ops::sums::Links;
use crate::semiring::{Star, Weight};

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
