//! The sum over all paths, in any semiring.

use super::PathError;
use super::order::Order;
use crate::graph::{Graph, Site};
use crate::semiring::{Semiring, Weight};

/// ⊕ over all accepting paths of the ⊗ along each, every weight lifted into a semiring first.
///
/// The question decides the algebra: lift energies into [`MinSum`](crate::MinSum) for the best, into
/// [`LogSum`](crate::LogSum) for the free energy, every site to 1̄ of [`Counting`](crate::Counting) for the number of
/// paths.
///
/// # Arguments
/// * `g`: a graph whose accepting paths run through no cycle; for others see [`path_sum_star`](super::path_sum_star()).
/// * `lift`: the weight of a site in the semiring of the question; sites of weight 0̄ are not lifted: no path uses
///   them.
///
/// # Returns
/// The sum; 0̄ over no path, as in the empty graph. In `MinSum` and `LogSum` it is an energy in the unit of the
/// weights, +∞ over no path.
///
/// # Errors
/// [`PathError::Cyclic`] where accepting paths run through a cycle.
///
/// # Cost
/// One ⊗ and one ⊕ per arc and final state; a value per state. Forward in topological order.
///
/// # Source
/// M. Mohri, *Semiring frameworks and algorithms for shortest-distance problems*, 2002.
///
/// # Example
/// ```text
///   ┌─a/½─┐     ┌─a/½─┐
/// ─▶0     ├─▶ 1 ┤     ├─▶ ◎      number of paths: 4      lowest energy: 1
///   └─b/2─┘     └─b/2─┘
/// ```
///
/// ```
/// use energraph::{Counting, Energy, GraphBuilder, MinSum, Weight};
/// use energraph::paths::path_sum;
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(0);
/// for (s, t) in [(0, 1), (1, 2)] {
///     b.arc(s, 1, 1, Energy::new(0.5)?, t);
///     b.arc(s, 2, 2, Energy::new(2.0)?, t);
/// }
/// b.final_weight(2, Energy::FREE);
/// let g = b.build()?;
/// assert_eq!(path_sum(&g, |_, _| Counting::one())?, Counting(4));
/// let best = path_sum(&g, |_, e| MinSum::new(e.wide()).unwrap_or(MinSum::zero()))?;
/// assert_eq!(best.get(), 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// What `lift` gives must have a sum; a weight without one, as [`Energy`](crate::Energy), does not compile.
///
/// ```
/// # use energraph::paths::path_sum;
/// # use energraph::{Graph, Semiring};
/// fn any<S: Semiring>(g: &Graph<S>) {
///     let _ = path_sum(g, |_, w| w.clone());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::paths::path_sum;
/// # use energraph::{Graph, Weight};
/// fn any<S: Weight>(g: &Graph<S>) {
///     let _ = path_sum(g, |_, w| w.clone());
/// }
/// ```
pub fn path_sum<W: Weight, S: Semiring>(g: &Graph<W>, lift: impl Fn(Site, &W) -> S) -> Result<S, PathError> {
    let Some(start) = g.start() else { return Ok(S::zero()) };
    let order = Order::of(g)?;
    let mut prefix = vec![S::zero(); g.states()];
    prefix[start as usize] = S::one();
    let mut total = S::zero();
    for s in order.forward() {
        let here = std::mem::replace(&mut prefix[s as usize], S::zero());
        if here.is_zero() {
            continue;
        }
        for (id, a) in g.arc_ids(s).zip(g.arcs(s)) {
            if !a.weight.is_zero() {
                let slot = &mut prefix[a.target as usize];
                *slot = slot.plus(&here.times(&lift(Site::Arc(id), &a.weight)));
            }
        }
        let end = &g.final_weights()[s as usize];
        if !end.is_zero() {
            total = total.plus(&here.times(&lift(Site::Final(s), end)));
        }
    }
    Ok(total)
}
