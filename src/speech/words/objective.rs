//! The loss of one recording: its transcript against everything else that might be said, every alignment of each.

use ndarray::{ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Decoder, WordGraphError};
use crate::graph::Label;
use crate::learn::Outcome;
use crate::loss::{Hinge, Latent, Loss, Nll, Perceptron, RivalTerm, Terms};
use crate::paths::{Answer, Beta, PathError, without_output};
use crate::trellis::{Emissions, Posteriors, Topology, TrellisError, posteriors};

/// What is minimised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum WordLoss {
    /// `F_β(right) − F_β(all)`: negative log-likelihood, alignments marginalised.
    Nll {
        /// Inverse temperature.
        beta: f64,
    },
    /// `min E(right) − min E(all)`.
    Perceptron,
    /// `max(0, margin + min E(right) − min E(others))`, against the most offending incorrect answer.
    Hinge {
        /// By how much the right answer must win.
        margin: f64,
    },
}

impl Default for WordLoss {
    fn default() -> Self {
        WordLoss::Nll { beta: 1.0 }
    }
}

/// Why there is no loss.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum WordLossError {
    /// A number that the loss cannot have, or a loss that asks for what is not tractable here.
    #[error("loss: {0}")]
    Config(String),
    /// The words make no graph.
    #[error(transparent)]
    Words(#[from] WordGraphError),
    /// The energies are none.
    #[error(transparent)]
    Trellis(#[from] TrellisError),
    /// The rivals make no graph.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// A loss over recordings whose transcripts are known; where their words lie may be, and need not.
pub struct WordObjective {
    loss: Box<dyn Loss + Send + Sync>,
    latent: Latent,
}

impl WordObjective {
    /// The loss of a config.
    ///
    /// # Errors
    /// [`WordLossError::Config`].
    pub fn new(config: &WordLoss) -> Result<Self, WordLossError> {
        let bad = |e: &dyn std::fmt::Display| WordLossError::Config(e.to_string());
        match config {
            WordLoss::Nll { beta } => {
                let nll = Nll::new(*beta).map_err(|e| bad(&e))?;
                WordObjective::with(Box::new(nll), nll.latent())
            }
            WordLoss::Perceptron => WordObjective::with(Box::new(Perceptron), Latent::MINIMISED),
            WordLoss::Hinge { margin } => {
                let hinge = Hinge::constant(*margin).map_err(|e| bad(&e))?;
                WordObjective::with(Box::new(hinge), Latent::MINIMISED)
            }
        }
    }

    /// Any loss whose terms are tractable: all answers, all others, and at infinite β the most offending incorrect one.
    ///
    /// # Errors
    /// [`WordLossError::Config`] for latent choices that the loss does not allow, costs, and the most offending answer at finite β.
    pub fn with(loss: Box<dyn Loss + Send + Sync>, latent: Latent) -> Result<Self, WordLossError> {
        loss.legal(latent).map_err(|e| WordLossError::Config(e.to_string()))?;
        let refused = match loss.needs().rival {
            Some(RivalTerm::Costed(_)) => Some("costs inside the search"),
            Some(RivalTerm::MostOffending) if latent.rival != Beta::Infinite => {
                Some("the most offending answer at finite beta")
            }
            _ => None,
        };
        match refused {
            Some(what) => Err(WordLossError::Config(format!("{what} can't be had over words"))),
            None => Ok(WordObjective { loss, latent }),
        }
    }

    /// As [`WordObjective::evaluate_near`], wherever the words lie.
    ///
    /// # Errors
    /// [`WordLossError`].
    pub fn evaluate(
        &self,
        decoder: &Decoder,
        words: &[Label],
        energies: ArrayView2<'_, f32>,
        gradient: ArrayViewMut2<'_, f32>,
    ) -> Result<Outcome, WordLossError> {
        self.evaluate_near(decoder, words, None, energies, gradient)
    }

    /// The loss of energies, frames × classes, whose right answer is these words; adds its gradient.
    ///
    /// `costs`, frames × classes as [`EdgeConfig::costs`](super::EdgeConfig::costs), are added to the energies of the right answer alone:
    /// right are then the alignments that cost little, against everything, other alignments of the same words too.
    ///
    /// `decoder` holds everything that might be said; the words must be among it. Where they do not fit the frames, that is an
    /// [`Outcome`], not an error.
    ///
    /// # Errors
    /// [`WordLossError`].
    ///
    /// # Cost
    /// [`posteriors()`] of the words and of everything.
    pub fn evaluate_near(
        &self,
        decoder: &Decoder,
        words: &[Label],
        costs: Option<ArrayView2<'_, f32>>,
        energies: ArrayView2<'_, f32>,
        mut gradient: ArrayViewMut2<'_, f32>,
    ) -> Result<Outcome, WordLossError> {
        let e = Emissions::new(energies)?;
        if let Some(costs) = costs.filter(|costs| costs.dim() != energies.dim()) {
            let why = format!("costs are {:?}, energies {:?}", costs.dim(), energies.dim());
            return Err(WordLossError::Config(why));
        }
        let near = costs.map(|costs| &energies + &costs);
        let near = near.as_ref().map(|near| Emissions::new(near.view())).transpose()?;
        let topology = decoder.vocabulary().topology_of(words)?;
        let right = posteriors(near.as_ref().unwrap_or(&e), &topology, self.latent.right)?;
        if right.free_energy == f64::INFINITY {
            return Ok(Outcome::AnswerAbsent);
        }
        let needs = self.loss.needs();
        let all = needs.all.then(|| posteriors(&e, decoder.all(), self.latent.rival)).transpose()?;
        let rival = needs.rival.map(|_| self.rival(&e, decoder, words)).transpose()?;
        let energy = |p: &Option<Posteriors>| p.as_ref().map_or(f64::INFINITY, |p| p.free_energy);
        let terms = Terms { right: right.free_energy, rival: energy(&rival), all: energy(&all) };
        let (value, slopes) = self.loss.eval(&terms);
        for (slope, part) in [(slopes.right, Some(right)), (slopes.rival, rival), (slopes.all, all)] {
            let Some(part) = part.filter(|_| slope != 0.0) else { continue };
            gradient.zip_mut_with(&part.emissions, |sum, &share| *sum += (slope * f64::from(share)) as f32);
        }
        Ok(Outcome::Loss(value))
    }

    /// Everything but the right answer.
    fn rival(&self, e: &Emissions<'_>, decoder: &Decoder, words: &[Label]) -> Result<Posteriors, WordLossError> {
        let wrong = without_output(decoder.all().graph(), &Answer::one(words.iter().copied()))?.graph;
        Ok(posteriors(e, &Topology::from_graph(wrong)?, self.latent.rival)?)
    }
}
