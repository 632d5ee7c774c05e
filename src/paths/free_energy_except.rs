//! The free energy of everything but an answer.

use super::{Answer, Beta, PathError, free_energy, without_output};
use crate::graph::Graph;
use crate::semiring::Energy;

/// F_β over the paths whose output is *not* in the answer.
///
/// Summed over exactly those paths, never as a difference of sums: where the right answer holds nearly all the mass,
/// the difference has no correct digit.
///
/// # Arguments
/// * `g`: any graph at infinite β; at finite β one in which no path that writes something else runs through a cycle.
/// * `answer`: the right outputs; of none, it is the free energy of the graph.
/// * `beta`: the inverse temperature.
///
/// # Returns
/// An energy in the unit of the weights; +∞ where every path writes an answer, or there is none, as in the empty graph.
///
/// # Errors
/// As [`free_energy`](super::free_energy()) on the product of the graph and the complement of the answer:
/// [`PathError::Cyclic`], [`PathError::Diverges`]; and [`PathError::Graph`].
///
/// # Cost
/// [`without_output`](super::without_output())'s, then [`free_energy`](super::free_energy())'s on its result.
///
/// # Source
/// Y. LeCun et al., *A tutorial on energy-based learning*, 2006 (the contrastive term over incorrect answers).
///
/// # Example
/// ```text
///   ┌─1/1─┐
/// ─▶0 ─2/½─▶ ◎      at β = 1:  F of "1" is 1, of everything but "1" ½ − log 2
///   └─3/½─┘
/// ```
///
/// ```
/// use energraph::{Answer, Beta, Energy, GraphBuilder};
/// use energraph::paths::free_energy_except;
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// for (label, e) in [(1, 1.0), (2, 0.5), (3, 0.5)] {
///     b.arc(0, label, label, Energy::new(e)?, 1);
/// }
/// b.final_weight(1, Energy::FREE);
/// let (g, right) = (b.build()?, Answer::one([1]));
/// assert!((free_energy_except(&g, &right, Beta::ONE)? - (0.5 - 2.0_f64.ln())).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn free_energy_except(g: &Graph<Energy>, answer: &Answer, beta: Beta) -> Result<f64, PathError> {
    free_energy(&without_output(g, answer)?.graph, beta)
}
