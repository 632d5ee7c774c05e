//! The free energy of an answer, and of everything but it.

use super::{Answer, Beta, PathError, free_energy, with_output, without_output};
use crate::graph::Graph;
use crate::semiring::Energy;

/// F_β over the paths whose output is in the answer; +∞ where there is none, that is, where the graph does not hold the
/// answer.
///
/// # Errors
/// As [`free_energy`] on the product of graph and answer, which has the cycles that write nothing; and
/// [`PathError::Graph`].
///
/// # Cost
/// [`with_output`]'s, then [`free_energy`]'s on its result.
///
/// ```
/// use energraph::{Answer, Beta, Energy, GraphBuilder};
/// use energraph::paths::{answer_energy, free_energy_except};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// for (label, e) in [(1, 1.0), (2, 0.5), (3, 0.5)] {
///     b.arc(0, label, label, Energy::new(e)?, 1);
/// }
/// b.final_weight(1, Energy::FREE);
/// let (g, right) = (b.build()?, Answer::one([1]));
/// assert_eq!(answer_energy(&g, &right, Beta::ONE)?, 1.0);
/// assert_eq!(answer_energy(&g, &Answer::one([1, 1]), Beta::ONE)?, f64::INFINITY);
/// assert!((free_energy_except(&g, &right, Beta::ONE)? - (0.5 - 2.0_f64.ln())).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn answer_energy(g: &Graph<Energy>, answer: &Answer, beta: Beta) -> Result<f64, PathError> {
    free_energy(&with_output(g, answer)?.graph, beta)
}

/// F_β over the paths whose output is *not* in the answer; +∞ where there is none.
///
/// Summed over exactly those paths, never as a difference of sums: where the right answer holds nearly all the mass,
/// the difference has no correct digit.
///
/// # Errors
/// As [`free_energy`] on the product of the graph and the complement of the answer; and [`PathError::Graph`].
///
/// # Cost
/// [`without_output`]'s, then [`free_energy`]'s on its result.
///
/// See [`answer_energy`] for an example.
pub fn free_energy_except(g: &Graph<Energy>, answer: &Answer, beta: Beta) -> Result<f64, PathError> {
    free_energy(&without_output(g, answer)?.graph, beta)
}
