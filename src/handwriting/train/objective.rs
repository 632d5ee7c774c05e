//! The loss of one field and its gradient with respect to the energies of its spans.

use super::LossConfig;
use crate::graph::{Graph, Label, SiteValues};
use crate::handwriting::{Recognition, RecognitionError};
use crate::ops::{Compose, OpError, acceptor, compose};
use crate::paths::{Beta, PathError, free_energy_and_posteriors};
use crate::semiring::Energy;

/// Why a field has no loss.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ObjectiveError {
    /// The answer is not among the interpretations of the field: too short, too long or against the grammar.
    #[error("the answer is not among the interpretations of the field")]
    AnswerNotInGraph,
    /// The energies make no graph.
    #[error(transparent)]
    Recognition(#[from] RecognitionError),
    /// Composition failed.
    #[error(transparent)]
    Operation(#[from] OpError),
    /// A path sum failed.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// The loss of an answer and its gradient over the sites of the recognition graph.
///
/// # Errors
/// [`ObjectiveError::AnswerNotInGraph`], or what composition and path sums refuse.
pub fn loss(
    recognition: &Recognition,
    grammar: &Graph<Energy>,
    answer: &[Label],
    loss: &LossConfig,
) -> Result<(f64, SiteValues), ObjectiveError> {
    let o = Compose { allow_empty: true, ..Compose::default() };
    let beta = match loss {
        LossConfig::Nll { beta } => Beta::finite(*beta).unwrap_or(Beta::Infinite),
        _ => Beta::Infinite,
    };
    // What may be written for this answer: far fewer states than the grammar's every answer.
    let meant = compose(grammar, &acceptor(answer)?, &o)?.graph;
    let right = compose(&recognition.graph, &meant, &o)?;
    let all = compose(&recognition.graph, grammar, &o)?;
    let (f_right, p_right) = free_energy_and_posteriors(&right.graph, beta)?;
    if f_right == f64::INFINITY {
        return Err(ObjectiveError::AnswerNotInGraph);
    }
    let (f_all, p_all) = free_energy_and_posteriors(&all.graph, beta)?;
    let mut gradient = SiteValues::zeros(&recognition.graph);
    let mut rivals = SiteValues::zeros(&recognition.graph);
    right.origin.pull_back(&p_right, 0, &mut gradient);
    all.origin.pull_back(&p_all, 0, &mut rivals);
    gradient.add_scaled(&rivals, -1.0);
    Ok((f_right - f_all, gradient))
}
