//! The free energy from every state to an end.

use super::distances::from_everywhere;
use super::{Beta, PathError};
use crate::graph::Graph;
use crate::semiring::Energy;

/// For each state F_β over all ways from it to an end, final energies included.
///
/// # Arguments
/// * `g`: any graph at infinite β; at finite β one in which no end can be reached from a cycle.
/// * `beta`: the inverse temperature.
///
/// # Returns
/// An energy for each state in the unit of the weights, also for those that cannot be reached; +∞ where there is no way
/// of finite energy. At the start it is [`free_energy`](super::free_energy()). None of the empty graph. For any
/// semiring, and sums on cycles, see [`sums_to_end`](super::sums_to_end()).
///
/// # Errors
/// [`PathError::Cyclic`] for finite β where an end can be reached from a cycle, whether or not that can be reached;
/// [`PathError::Diverges`] for infinite β where that cycle's energy is negative.
///
/// # Cost
/// As [`free_energy`](super::free_energy()), plus a copy of the graph.
///
/// # Source
/// M. Mohri, *Semiring frameworks and algorithms for shortest-distance problems*, 2002; OpenFst's
/// `fstshortestdistance --reverse`.
///
/// # Example
/// ```text
/// ─▶ 0 ─a/1─▶ ◎/½   2      from the start:  0, 1, +∞      to an end:  1½, ½, +∞
/// ```
///
/// ```
/// use energraph::paths::{Beta, distances_to_end};
/// use energraph::{Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::new(1.0)?, 1);
/// b.final_weight(1, Energy::new(0.5)?);
/// let g = b.build()?;
/// assert_eq!(distances_to_end(&g, Beta::Infinite)?, [1.5, 0.5, f64::INFINITY]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn distances_to_end(g: &Graph<Energy>, beta: Beta) -> Result<Vec<f64>, PathError> {
    from_everywhere(g, beta, false)
}
