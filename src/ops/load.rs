//! Transducers by name: shipped texts and files, composed one behind the other.

use std::path::{Path, PathBuf};

use super::{Compose, OpError, compose, parse_named};
use crate::graph::att::AttError;
use crate::graph::{Graph, SymbolTable};
use crate::semiring::Energy;

/// Why a grammar can't be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Neither a shipped name nor a file.
    #[error("grammar {name}: neither a file nor one of the shipped {}", shipped.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        shipped: Vec<String>,
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
    /// A part after a `+` can't be composed with what stands before it.
    #[error("grammar {name}: {source}")]
    Parts {
        /// All parts.
        name: String,
        /// Why.
        source: OpError,
    },
    /// The parts have no answer in common.
    #[error("grammar {name}: its parts have no answer in common")]
    Nothing {
        /// All parts.
        name: String,
    },
}

/// A transducer by name: one of `shipped`, as (name, AT&T text), or a file of AT&T text, or the composition of several,
/// their names joined by `+`, each of which reads what the one before it writes. Labels on both sides are symbols of
/// `alphabet`. A file of the whole name comes before its parts.
///
/// # Arguments
/// * `name`: of one transducer, or several names joined by `+`.
/// * `shipped`: names with their AT&T text; they come before files.
/// * `alphabet`: the symbols of the text, and their labels.
///
/// # Returns
/// The transducer, with energies in the place of weights.
///
/// # Errors
/// [`LoadError`], which names the grammar, and the line of an unknown symbol.
///
/// # Cost
/// That of reading, and of [`compose`] for each `+`.
///
/// # Example
/// ```text
/// "any+one":      ─▶ ◎ 0 ⟲ yes, no      read by      ─▶ 0 ─yes, no─▶ ◎ 1      gives      ─▶ 0 ─yes, no─▶ ◎ 1
/// ```
///
/// ```
/// use energraph::SymbolTable;
/// use energraph::ops::load;
/// let table = SymbolTable::from_symbols(["yes", "no"])?;
/// let shipped = [("any", "0 0 yes yes\n0 0 no no\n0\n"), ("one", "0 1 yes yes\n0 1 no no\n1\n")];
/// assert_eq!(load("any+one", &shipped, &table)?.arc_count(), 2);
/// assert!(load("two", &shipped, &table).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn load(name: &str, shipped: &[(&str, &str)], alphabet: &SymbolTable) -> Result<Graph<Energy>, LoadError> {
    if !name.contains('+') || Path::new(name).exists() {
        return one(name, shipped, alphabet);
    }
    if name.split('+').any(str::is_empty) {
        return Err(unknown(name, shipped));
    }
    let mut parts = name.split('+').map(|part| one(part, shipped, alphabet));
    let Some(first) = parts.next() else { return one(name, shipped, alphabet) };
    let mut whole = first?;
    for part in parts {
        whole = match compose(&whole, &part?, &Compose::default()) {
            Ok(made) => made.graph,
            Err(OpError::Empty { .. }) => return Err(LoadError::Nothing { name: name.into() }),
            Err(source) => return Err(LoadError::Parts { name: name.into(), source }),
        };
    }
    Ok(whole)
}

/// One shipped by name, or from a file.
fn one(name: &str, shipped: &[(&str, &str)], alphabet: &SymbolTable) -> Result<Graph<Energy>, LoadError> {
    if let Some((_, text)) = shipped.iter().find(|(n, _)| *n == name) {
        return parse_named(name, text, alphabet, alphabet);
    }
    let path = Path::new(name);
    if !path.exists() {
        return Err(unknown(name, shipped));
    }
    let text = std::fs::read_to_string(path).map_err(|source| LoadError::Io { path: path.into(), source })?;
    parse_named(name, &text, alphabet, alphabet)
}

fn unknown(name: &str, shipped: &[(&str, &str)]) -> LoadError {
    LoadError::Unknown { name: name.into(), shipped: shipped.iter().map(|(n, _)| (*n).to_owned()).collect() }
}
