//! The free energy of a graph.

use super::potentials::Potentials;
use super::{Beta, PathError};
use crate::graph::Graph;
use crate::semiring::Energy;

/// `F_β = −1/β · log Σ_paths e^{−β·E}`, or the lowest path energy where β is infinite.
///
/// Over no path it is +∞: the energy of the impossible. For finite β, `0 ≤ F_∞ − F_β ≤ log(#paths)/β`.
///
/// # Errors
/// [`PathError::Cyclic`] for finite β where accepting paths run through a cycle; [`PathError::Diverges`] for infinite β
/// where such a cycle has negative energy.
///
/// # Cost
/// Acyclic: O(states + arcs); one exponential per arc and one logarithm per state for finite β. Cyclic, infinite β:
/// Dijkstra's O(arcs · log states) where no arc is negative, else Bellman–Ford's O(states · arcs). Each state's sum is
/// shifted by its largest term, so that paths any number of nats apart do not underflow. Source: Mohri 2002.
///
/// ```
/// use energraph::{Energy, GraphBuilder};
/// use energraph::paths::{Beta, free_energy};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::new(1.0)?, 1);
/// b.arc(0, 2, 2, Energy::new(1.0)?, 1);
/// b.final_weight(1, Energy::FREE);
/// let g = b.build()?;
/// assert_eq!(free_energy(&g, Beta::Infinite)?, 1.0);
/// assert!((free_energy(&g, Beta::ONE)? - (1.0 - 2.0_f64.ln())).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn free_energy(g: &Graph<Energy>, beta: Beta) -> Result<f64, PathError> {
    Ok(Potentials::new(g, beta)?.total(g))
}
