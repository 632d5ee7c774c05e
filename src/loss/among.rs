//! A loss among answers that can be listed.

use super::{Latent, Loss, LossError, Terms, loss_and_gradient};
use crate::graph::{EPSILON, GraphBuilder, Label, Site};
use crate::ops::{Budget, OpError};
use crate::paths::Answer;
use crate::semiring::Energy;

/// A loss among listed alternatives.
#[derive(Debug, Clone, PartialEq)]
pub struct Among {
    /// The loss, at least 0.
    pub value: f64,
    /// The free energies it was made of; terms that the loss does not need are NaN.
    pub terms: Terms,
    /// ∂value/∂energy of each alternative.
    pub gradient: Vec<f64>,
}

/// The loss of the right answer where all there is to choose from is a list, as of isolated words: each alternative says an answer
/// at an energy. Alternatives of one answer are its latent variable: references, pronunciations, a
/// segmentation each.
///
/// This is [`loss_and_gradient`] on the graph of one arc for each alternative; its energies are rounded to `f32`.
///
/// # Errors
/// [`LossError::NoEnergy`] for NaN or −∞; as [`loss_and_gradient`].
///
/// # Cost
/// A look at each alternative for each term of the loss.
///
/// ```
/// use energraph::loss::{Hinge, Latent, loss_among};
/// // "yes" in two ways, "no" in one.
/// let found = loss_among(&[(1, 2.0), (1, 0.5), (2, 1.0)], 1, &Hinge::constant(2.0)?, Latent::MINIMISED)?;
/// assert_eq!((found.value, found.gradient), (1.5, vec![0.0, 1.0, -1.0]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn loss_among(
    alternatives: &[(Label, f64)],
    right: Label,
    loss: &dyn Loss,
    latent: Latent,
) -> Result<Among, LossError> {
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    for (alternative, &(answer, energy)) in alternatives.iter().enumerate() {
        // What is below all numbers of 32 bits is the least of them; what is above is impossible.
        let rounded = if energy.is_finite() { (energy as f32).max(f32::MIN) } else { energy as f32 };
        let weight = Energy::new(rounded).map_err(|_| LossError::NoEnergy { alternative, energy })?;
        b.arc(0, answer, answer, weight, 1);
    }
    b.final_weight(1, Energy::FREE);
    let (graph, places) = b.build_with_positions().map_err(OpError::from)?;
    let right = Answer::one(Some(right).filter(|&label| label != EPSILON));
    let found = loss_and_gradient(&graph, &right, loss, latent, Budget::default())?;
    let gradient = places.iter().map(|&arc| found.gradient.get(Site::Arc(arc))).collect();
    Ok(Among { value: found.value, terms: found.terms, gradient })
}
