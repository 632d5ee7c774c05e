//! Grammars: transducers from the symbols that are written to the answer that is meant.

use std::path::{Path, PathBuf};

use super::frames::Rows;
use super::prior::{Prior, PriorError};
use crate::graph::att::{AttError, AttOptions};
use crate::graph::{Graph, Label, SymbolTable};
use crate::ops::{Compose, OpError, compose};
use crate::semiring::Energy;
use crate::trellis::{Topology, TrellisError};

/// The grammars that come with the library, by name.
const SHIPPED: [(&str, &str); 3] = [
    ("amount", include_str!("../../data/grammars/amount.txt")),
    ("digit", include_str!("../../data/grammars/digit.txt")),
    ("digits", include_str!("../../data/grammars/digits.txt")),
];

/// Why a grammar can't be used.
#[derive(Debug, thiserror::Error)]
pub enum GrammarError {
    /// Neither a shipped name nor a file.
    #[error("grammar {name}: neither a file nor one of the shipped {}", shipped_names())]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The file can't be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The text is not a transducer over the alphabet.
    #[error("grammar {name}: {source}")]
    Text {
        /// Name or file.
        name: String,
        /// Where and why.
        source: AttError,
    },
    /// The grammar has no frames: it is too large, or accepts nothing.
    #[error("grammar {name}, over frames: {source}")]
    Frames {
        /// Name or file.
        name: String,
        /// Why.
        source: OpError,
    },
    /// The alphabet is too large.
    #[error(transparent)]
    Alphabet(#[from] TrellisError),
}

fn shipped_names() -> String {
    SHIPPED.map(|(name, _)| name).join(", ")
}

/// A transducer from written symbols to the answer, under a name.
#[derive(Debug, Clone)]
pub struct Grammar {
    /// Name or file.
    pub name: String,
    /// Reads what is written, in labels of `inputs`, and writes the answer, in labels of `outputs`.
    pub graph: Graph<Energy>,
    /// What can be written: the symbols of the net's columns.
    pub inputs: SymbolTable,
    /// What answers are made of.
    pub outputs: SymbolTable,
    /// What the labels that the graph reads stand on.
    pub rows: Rows,
    /// What answers are usual: an acceptor of every answer, by whose energies readings are weighed. Training does
    /// without.
    pub prior: Option<Graph<Energy>>,
}

impl Grammar {
    /// A shipped grammar by name, or one from a file of AT&T text whose labels are symbols of `alphabet`.
    ///
    /// # Errors
    /// [`GrammarError`], which names the grammar, and the line of an unknown symbol.
    pub fn load(name: &str, alphabet: &SymbolTable) -> Result<Self, GrammarError> {
        if let Some((_, text)) = SHIPPED.iter().find(|(n, _)| *n == name) {
            return Grammar::parse(name, text, alphabet);
        }
        let path = Path::new(name);
        if !path.exists() {
            return Err(GrammarError::Unknown { name: name.into() });
        }
        let text = std::fs::read_to_string(path).map_err(|source| GrammarError::Io { path: path.into(), source })?;
        Grammar::parse(name, &text, alphabet)
    }

    /// A grammar from AT&T text whose labels are symbols of `alphabet`.
    ///
    /// # Errors
    /// [`GrammarError::Text`].
    pub fn parse(name: &str, text: &str, alphabet: &SymbolTable) -> Result<Self, GrammarError> {
        Grammar::transducer(name, text, alphabet, alphabet)
    }

    /// A grammar from AT&T text that reads symbols of one table and writes those of another.
    ///
    /// # Errors
    /// [`GrammarError::Text`].
    pub fn transducer(
        name: &str,
        text: &str,
        inputs: &SymbolTable,
        outputs: &SymbolTable,
    ) -> Result<Self, GrammarError> {
        let options = AttOptions { acceptor: false, isymbols: Some(inputs), osymbols: Some(outputs) };
        let graph = crate::graph::att::read(text, &options)
            .map_err(|source| GrammarError::Text { name: name.into(), source })?;
        let (inputs, outputs) = (inputs.clone(), outputs.clone());
        Ok(Grammar { name: name.into(), graph, inputs, outputs, rows: Rows::Spans, prior: None })
    }

    /// The same grammar with the priors that are for it by name in place of any that it has.
    ///
    /// # Errors
    /// As [`Prior::together`].
    pub fn with_priors_of(self, priors: &[Prior]) -> Result<Self, PriorError> {
        let prior = Prior::together(priors, &self.name)?;
        Ok(Grammar { prior, ..self })
    }

    /// The same grammar over rows of this kind. Over frames it is composed with
    /// [`Topology::collapse`], once for all fields.
    ///
    /// # Errors
    /// [`GrammarError::Frames`] where the composition fails.
    pub fn over(self, rows: Rows) -> Result<Self, GrammarError> {
        if rows == self.rows || rows == Rows::Spans {
            return Ok(self);
        }
        let classes = self.inputs.len();
        let frames = Topology::collapse(classes as Label, classes)?;
        let made = compose(frames.graph(), &self.graph, &Compose::default());
        match made {
            Ok(made) => Ok(Grammar { graph: made.graph, rows, ..self }),
            Err(source) => Err(GrammarError::Frames { name: self.name, source }),
        }
    }
}

/// The labels of a text, one per character; `Err` with the first character that the alphabet lacks.
pub fn labels(text: &str, alphabet: &SymbolTable) -> Result<Vec<Label>, char> {
    let mut buffer = [0; 4];
    text.chars().map(|c| alphabet.label(c.encode_utf8(&mut buffer)).ok_or(c)).collect()
}

/// The text of labels; labels without a symbol are left out.
pub fn text(labels: &[Label], alphabet: &SymbolTable) -> String {
    labels.iter().filter_map(|&l| alphabet.symbol(l)).collect()
}

/// An alphabet of single characters, labelled 1, 2, … in order.
///
/// # Errors
/// As [`SymbolTable::from_symbols`]: a character given twice.
pub fn alphabet(characters: &str) -> Result<SymbolTable, crate::graph::SymbolError> {
    SymbolTable::from_symbols(characters.chars().map(String::from))
}
