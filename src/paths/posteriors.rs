//! The share of each arc and final weight in the paths: the gradient of the free energy.

use super::{Beta, PathError, free_energy_and_posteriors};
use crate::graph::{Graph, SiteValues};
use crate::semiring::Energy;

/// The share of every arc and final weight in the paths: the probability that a path drawn from the Gibbs distribution
/// `p(path) ∝ e^{−β·E}` uses the site. That is `∂F_β/∂E` of its energy.
///
/// # Arguments
/// * `g`: any graph at infinite β; at finite β one whose accepting paths run through no cycle. A path over a weight of
///   +∞ is no path.
/// * `beta`: the inverse temperature.
///
/// # Returns
/// A probability for each arc and each state's final weight, 0 for sites that no accepting path uses, as those of
/// weight +∞. Final posteriors sum to 1; without an accepting path everything is 0. At infinite β it is a subgradient:
/// 1 on the sites of [`best_path`](super::best_path()), 0 elsewhere, which settles ties as that does.
///
/// # Errors
/// As [`free_energy_and_posteriors`](super::free_energy_and_posteriors()): [`PathError::Cyclic`],
/// [`PathError::Diverges`].
///
/// # Cost
/// As [`free_energy_and_posteriors`](super::free_energy_and_posteriors()): O(states + arcs).
///
/// # Source
/// J. Eisner, *Inside-outside and forward-backward algorithms are just backprop*, 2016.
///
/// # Example
/// ```text
///   ┌─a/0────┐
/// ─▶0        ├─▶ ◎      at β = 1:  a ¾, b ¼, the end 1
///   └─b/log 3┘
/// ```
///
/// ```
/// use energraph::{Energy, GraphBuilder};
/// use energraph::paths::{Beta, posteriors};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::FREE, 1);
/// b.arc(0, 2, 2, Energy::new(3.0_f32.ln())?, 1);
/// b.final_weight(1, Energy::FREE);
/// let p = posteriors(&b.build()?, Beta::ONE)?;
/// assert!((p.arcs[0] - 0.75).abs() < 1e-6 && (p.arcs[1] - 0.25).abs() < 1e-6);
/// assert!((p.finals[1] - 1.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn posteriors(g: &Graph<Energy>, beta: Beta) -> Result<SiteValues, PathError> {
    free_energy_and_posteriors(g, beta).map(|(_, p)| p)
}
