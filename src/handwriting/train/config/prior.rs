//! What a config says of usual answers.

use serde::{Deserialize, Serialize};

use crate::graph::{Label, SymbolTable};
use crate::handwriting::grammar::labels;
use crate::handwriting::{NGram, Prior, PriorError};

/// What the answers of the stacks under one grammar say of answers to be read: an [`NGram`]. A grammar may have
/// several, whose energies add up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriorConfig {
    /// The grammar.
    pub grammar: String,
    /// Symbols of an n-gram.
    pub order: usize,
    /// Symbols that count as one, such as `["0123456789"]`: classes of [`NGram::of_classes`].
    #[serde(default)]
    pub alike: Vec<String>,
    /// The power to which its probabilities are raised.
    pub weight: f64,
}

impl PriorConfig {
    /// The prior that answers make.
    ///
    /// # Errors
    /// [`PriorError`], for what the config asks.
    pub fn over<A: AsRef<[Label]>>(
        &self,
        alphabet: &SymbolTable,
        answers: impl IntoIterator<Item = A>,
    ) -> Result<Prior, PriorError> {
        let alike = self.alike.iter().map(|class| labels(class, alphabet));
        let alike = alike.collect::<Result<Vec<_>, _>>().map_err(|symbol| PriorError::Symbol { symbol })?;
        let ngram = NGram::of_classes(self.order, alphabet.len() - 1, &alike, answers)?;
        Ok(Prior { grammar: self.grammar.clone(), weight: self.weight, ngram })
    }
}
