//! The free energy from the start to every state.

use super::distances::from_everywhere;
use super::{Beta, PathError};
use crate::graph::Graph;
use crate::semiring::Energy;

/// For each state F_β over all paths from the start to it, final energies left out.
///
/// # Arguments
/// * `g`: any graph at infinite β; at finite β one in which no cycle can be reached.
/// * `beta`: the inverse temperature.
///
/// # Returns
/// An energy for each state in the unit of the weights; +∞ where no path of finite energy leads there, 0 at the start.
/// None of the empty graph. For any semiring, and sums on cycles, see [`sums_from_start`](super::sums_from_start()).
///
/// # Errors
/// [`PathError::Cyclic`] for finite β where a cycle can be reached, whether or not an end can be reached from it;
/// [`PathError::Diverges`] for infinite β where one of negative energy can.
///
/// # Cost
/// As [`free_energy`](super::free_energy()), plus a copy of the graph.
///
/// # Source
/// M. Mohri, *Semiring frameworks and algorithms for shortest-distance problems*, 2002; OpenFst's
/// `fstshortestdistance`.
///
/// # Example
/// ```text
/// ─▶ 0 ─a/1─▶ ◎/½   2      from the start:  0, 1, +∞      to an end:  1½, ½, +∞
/// ```
///
/// ```
/// use energraph::paths::{Beta, distances_from_start};
/// use energraph::{Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::new(1.0)?, 1);
/// b.final_weight(1, Energy::new(0.5)?);
/// let g = b.build()?;
/// assert_eq!(distances_from_start(&g, Beta::Infinite)?, [0.0, 1.0, f64::INFINITY]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn distances_from_start(g: &Graph<Energy>, beta: Beta) -> Result<Vec<f64>, PathError> {
    from_everywhere(g, beta, true)
}
