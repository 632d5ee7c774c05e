//! The free energy of a graph.

use super::potentials::Potentials;
use super::{Beta, PathError};
use crate::graph::Graph;
use crate::semiring::Energy;

/// The free energy of a graph: `F_β = −1/β · log Σ_paths e^{−β·E}`, or the lowest path energy where β is infinite.
///
/// # Arguments
/// * `g`: any graph at infinite β; at finite β one whose accepting paths run through no cycle. A path over a weight of
///   +∞ is no path.
/// * `beta`: the inverse temperature; 1 where energies are negative log-probabilities.
///
/// # Returns
/// An energy in the unit of the weights, nats where these are negative log-probabilities. Over no path, as in the empty
/// graph, it is +∞: the energy of the impossible. For finite β, `0 ≤ F_∞ − F_β ≤ log(#paths)/β`; it is never −∞.
///
/// # Errors
/// [`PathError::Cyclic`] for finite β where accepting paths run through a cycle; [`PathError::Diverges`] for infinite β
/// where such a cycle has negative energy.
///
/// # Cost
/// Acyclic: O(states + arcs); one exponential per arc and one logarithm per state for finite β. Cyclic, infinite β:
/// Dijkstra's O(arcs · log states) where no arc is negative, else Bellman–Ford's O(states · arcs). Each state's sum is
/// shifted by its largest term, so that paths any number of nats apart do not underflow.
///
/// # Source
/// M. Mohri, *Semiring frameworks and algorithms for shortest-distance problems*, 2002; Y. LeCun et al., *A tutorial on
/// energy-based learning*, 2006.
///
/// # Example
/// ```text
///   ┌─a/1─┐
/// ─▶0     ├─▶ ◎      F_∞ = 1      F_1 = 1 − log 2
///   └─b/1─┘
/// ```
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
