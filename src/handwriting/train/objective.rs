//! The loss of one field and its gradient with respect to the energies of its spans.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::isolated::cross_entropy;
use super::{LossConfig, Target};
use crate::handwriting::{Grammar, InterpretError, Interpretations};
use crate::learn::Outcome;
use crate::loss::{Hinge, Latent, Loss, LossError, Nll, Perceptron, loss_and_gradient};
use crate::ops::Budget;
use crate::paths::Answer;

/// Why a field has no loss.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ObjectiveError {
    /// The field has no interpretations.
    #[error(transparent)]
    Interpret(#[from] InterpretError),
    /// The loss has no value.
    #[error(transparent)]
    Loss(#[from] LossError),
    /// The config names a number that the loss can't have.
    #[error("loss: {0}")]
    Config(String),
}

/// A loss over fields: what the training loop calls for each of them.
pub struct Objective {
    kind: Kind,
    symbols: usize,
    grammars: Vec<Grammar>,
}

enum Kind {
    /// Whole answers.
    Global { loss: Box<dyn Loss + Send + Sync>, latent: Latent },
    /// Single spans.
    Isolated,
}

impl Objective {
    /// The loss of a config over an alphabet of `symbols`, with the grammars that targets name by number.
    ///
    /// # Errors
    /// [`ObjectiveError::Config`] for β or a margin that is not positive.
    pub fn new(config: &LossConfig, symbols: usize, grammars: Vec<Grammar>) -> Result<Self, ObjectiveError> {
        let bad = |e: String| ObjectiveError::Config(e);
        let (loss, latent): (Box<dyn Loss + Send + Sync>, Latent) = match config {
            LossConfig::Nll { beta } => {
                let nll = Nll::new(*beta).map_err(|e| bad(e.to_string()))?;
                (Box::new(nll), nll.latent())
            }
            LossConfig::Perceptron => (Box::new(Perceptron), Latent::MINIMISED),
            LossConfig::Hinge { margin } => {
                (Box::new(Hinge::constant(*margin).map_err(|e| bad(e.to_string()))?), Latent::MINIMISED)
            }
            LossConfig::Isolated { .. } => return Ok(Objective { kind: Kind::Isolated, symbols, grammars }),
        };
        Ok(Objective::with(loss, latent, symbols, grammars))
    }

    /// Any loss over whole answers, over an alphabet of `symbols`.
    pub fn with(loss: Box<dyn Loss + Send + Sync>, latent: Latent, symbols: usize, grammars: Vec<Grammar>) -> Self {
        Objective { kind: Kind::Global { loss, latent }, symbols, grammars }
    }

    /// The grammars, by number.
    pub fn grammars(&self) -> &[Grammar] {
        &self.grammars
    }

    /// The loss of a field's energies; adds its gradient.
    ///
    /// # Errors
    /// [`ObjectiveError`]; an answer that is not among the interpretations is an [`Outcome`], not an error.
    pub fn evaluate(
        &self,
        target: &Target,
        energies: ArrayView2<'_, f32>,
        gradient: ArrayViewMut2<'_, f32>,
    ) -> Result<Outcome, ObjectiveError> {
        let Kind::Global { loss, latent } = &self.kind else {
            return Ok(cross_entropy(&target.classes, energies, gradient).map_or(Outcome::AnswerAbsent, Outcome::Loss));
        };
        let Some(grammar) = self.grammars.get(target.grammar) else { return Ok(Outcome::AnswerAbsent) };
        let all = match Interpretations::under(&target.field, energies, self.symbols, grammar) {
            Err(InterpretError::NothingFits { .. }) => return Ok(Outcome::AnswerAbsent),
            made => made?,
        };
        let right = Answer::one(target.answer.iter().copied());
        let found = match loss_and_gradient(all.graph(), &right, loss.as_ref(), *latent, Budget::default()) {
            Err(LossError::AnswerNotInGraph { .. }) => return Ok(Outcome::AnswerAbsent),
            found => found?,
        };
        all.pull_back(&found.gradient, gradient);
        Ok(Outcome::Loss(found.value))
    }
}
