//! The loss of one field and its gradient with respect to the energies of its spans.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::isolated::cross_entropy;
use super::{LossConfig, Target};
use crate::handwriting::{Grammar, InterpretError, Interpretations, Lattice, RecognitionError, Rows, over_spans};
use crate::learn::Outcome;
use crate::loss::{Hinge, Latent, Loss, LossError, Nll, Perceptron, loss_and_gradient};
use crate::ops::Budget;
use crate::paths::{Answer, Beta, PathError, with_output};
use crate::trellis::{SegmentError, Topology};

/// Why a field has no loss.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ObjectiveError {
    /// The field has no interpretations.
    #[error(transparent)]
    Interpret(#[from] InterpretError),
    /// The loss has no value.
    #[error(transparent)]
    Loss(#[from] LossError),
    /// The field's energies are none.
    #[error(transparent)]
    Recognition(#[from] RecognitionError),
    /// Sums over spans.
    #[error(transparent)]
    Segments(#[from] SegmentError),
    /// The interpretations of the right answer.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The config names a number that the loss can't have.
    #[error("loss: {0}")]
    Config(String),
}

/// A loss over fields: what the training loop calls for each of them.
pub struct Objective {
    kind: Kind,
    symbols: usize,
    grammars: Vec<Grammar>,
    /// Of each grammar, where sums over spans need no graph.
    topologies: Vec<Option<Topology>>,
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
            LossConfig::Nll { beta, trellis } => {
                let nll = Nll::new(*beta).map_err(|e| bad(e.to_string()))?;
                let mut made = Objective::with(Box::new(nll), nll.latent(), symbols, grammars);
                if *trellis {
                    made.topologies = made.grammars.iter().map(|g| of_grammar(g, symbols)).collect::<Result<_, _>>()?;
                }
                return Ok(made);
            }
            LossConfig::Perceptron => (Box::new(Perceptron), Latent::MINIMISED),
            LossConfig::Hinge { margin } => {
                (Box::new(Hinge::constant(*margin).map_err(|e| bad(e.to_string()))?), Latent::MINIMISED)
            }
            LossConfig::Isolated { .. } => {
                return Ok(Objective { kind: Kind::Isolated, symbols, grammars, topologies: Vec::new() });
            }
        };
        Ok(Objective::with(loss, latent, symbols, grammars))
    }

    /// Any loss over whole answers, over an alphabet of `symbols`.
    pub fn with(loss: Box<dyn Loss + Send + Sync>, latent: Latent, symbols: usize, grammars: Vec<Grammar>) -> Self {
        Objective { kind: Kind::Global { loss, latent }, symbols, grammars, topologies: Vec::new() }
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
        if let Some(Some(all)) = self.topologies.get(target.grammar) {
            return self.likelihood(target, energies, gradient, grammar, all, latent.rival);
        }
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

    /// The likelihood by sums over spans: no graph but that of the right answer's symbols.
    fn likelihood(
        &self,
        target: &Target,
        energies: ArrayView2<'_, f32>,
        gradient: ArrayViewMut2<'_, f32>,
        grammar: &Grammar,
        all: &Topology,
        beta: Beta,
    ) -> Result<Outcome, ObjectiveError> {
        let right = with_output(&grammar.graph, &Answer::one(target.answer.iter().copied()))?.graph;
        let Some(right) = over_spans(&right, self.symbols)? else { return Ok(Outcome::AnswerAbsent) };
        let lattice = Lattice::new(&target.field, energies, self.symbols)?;
        let found = match lattice.contrast(&right, all, beta) {
            Err(SegmentError::Impossible) => return Ok(Outcome::AnswerAbsent),
            found => found?,
        };
        if let Some(shares) = found.segments.given() {
            lattice.pull_back(shares, gradient);
        }
        Ok(Outcome::Loss(found.value.max(0.0)))
    }
}

/// The topology of a grammar; `None` where only a graph will do.
fn of_grammar(grammar: &Grammar, symbols: usize) -> Result<Option<Topology>, SegmentError> {
    if grammar.rows == Rows::Spans && grammar.prior.is_none() { over_spans(&grammar.graph, symbols) } else { Ok(None) }
}
