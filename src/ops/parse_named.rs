//! A transducer from a text with a name.

use super::LoadError;
use crate::graph::att::{AttOptions, read};
use crate::graph::{Graph, SymbolTable};
use crate::semiring::Energy;

/// A transducer from AT&T text that reads symbols of one table and writes those of another; `name` is what errors name.
///
/// # Arguments
/// * `name`: for errors.
/// * `text`: lines of source, target, input, output and energy; of a final state and its energy.
/// * `inputs`, `outputs`: the symbols of either side.
///
/// # Returns
/// The transducer; the start is the source of the first line.
///
/// # Errors
/// [`LoadError::Text`], which names the line.
///
/// # Cost
/// O(text).
///
/// # Example
/// ```text
/// "0 1 yes Y 0.5"
/// "1"                  ─▶ 0 ─yes:Y/0.5─▶ ◎ 1
/// ```
///
/// ```
/// use energraph::SymbolTable;
/// use energraph::ops::parse_named;
/// let (words, letters) = (SymbolTable::from_symbols(["yes"])?, SymbolTable::from_symbols(["Y"])?);
/// let g = parse_named("answers", "0 1 yes Y 0.5\n1\n", &words, &letters)?;
/// assert_eq!((g.states(), g.all_arcs()[0].weight.get()), (2, 0.5));
/// assert!(parse_named("answers", "0 1 no Y\n1\n", &words, &letters).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn parse_named(
    name: &str,
    text: &str,
    inputs: &SymbolTable,
    outputs: &SymbolTable,
) -> Result<Graph<Energy>, LoadError> {
    let options = AttOptions { acceptor: false, isymbols: Some(inputs), osymbols: Some(outputs) };
    read(text, &options).map_err(|source| LoadError::Text { name: name.into(), source })
}
