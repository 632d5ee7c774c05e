//! OpenFst's binary files: the `vector` and `const` layouts with standard, log and log64 arcs, the symbol tables inside them, and the
//! tables of codes beside those that were encoded.
//!
//! [`read`] takes what `fstcompile` and `fstconvert` write, aligned files too; [`write()`] gives what `fstinfo`, `fstprint` and every other
//! tool of OpenFst reads. Numbers are little-endian, as on the machines that OpenFst's files come from.
//!
//! ```
//! use energraph::graph::openfst::{self, WriteOptions};
//! use energraph::{Energy, GraphBuilder};
//! let mut b = GraphBuilder::new();
//! b.add_states(2);
//! b.start(0);
//! b.arc(0, 3, 4, Energy::new(0.5)?, 1);
//! b.final_weight(1, Energy::FREE);
//! let graph = b.build()?;
//! let bytes = openfst::write(&graph, &WriteOptions::default())?;
//! let file = openfst::read::<Energy>(&bytes)?;
//! assert_eq!((file.graph, file.arcs), (graph, openfst::ArcType::Standard));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Source: OpenFst 1.7.9, `fst.cc`, `vector-fst.h`, `const-fst.h`, `symbol-table.cc`, `encode.h`.

mod bytes;
mod codes;
mod header;
mod number;
mod read;
mod symbols;
#[cfg(test)]
mod tests;
mod write;

pub use codes::{ArcCode, CodeTable, arc_type_of_codes, are_codes, read_codes, write_codes};
pub use number::BinaryWeight;
pub use read::{File, arc_type, is_openfst, read};
pub use symbols::{are_symbols, read_symbols, write_symbols};
pub use write::{WriteOptions, write};

use super::{GraphError, Label, SymbolError};
use crate::semiring::NotAWeight;

/// The weights of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArcType {
    /// Tropical, 32 bits.
    Standard,
    /// −log Σ e^−w, 32 bits.
    Log,
    /// −log Σ e^−w, 64 bits.
    Log64,
}

impl ArcType {
    /// OpenFst's name for it.
    pub fn name(self) -> &'static str {
        match self {
            ArcType::Standard => "standard",
            ArcType::Log => "log",
            ArcType::Log64 => "log64",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [ArcType::Standard, ArcType::Log, ArcType::Log64].into_iter().find(|t| t.name() == name)
    }

    /// Bytes of a weight.
    fn width(self) -> usize {
        if self == ArcType::Log64 { 8 } else { 4 }
    }
}

/// How states and arcs lie in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// State after state, each with its arcs: what `fstcompile` writes.
    #[default]
    Vector,
    /// All states, then all arcs: for mapping into memory.
    Const {
        /// Whether both begin at multiples of 16 bytes.
        aligned: bool,
    },
}

/// Why bytes are no graph, or a graph no bytes.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OpenFstError {
    /// The first four bytes are not those of the kind of file.
    #[error("not {expected}: it does not begin with the bytes of one")]
    Magic {
        /// What was asked for.
        expected: &'static str,
    },
    /// The file ends early.
    #[error("the file ends at byte {at}, inside {what}")]
    Truncated {
        /// Where it ends.
        at: usize,
        /// What was being read.
        what: &'static str,
    },
    /// More of something than the rest of the file can hold.
    #[error("{count} {what} are named, but only {bytes} bytes follow")]
    Count {
        /// What is counted.
        what: &'static str,
        /// How many the file names.
        count: i64,
        /// Bytes that are left.
        bytes: usize,
    },
    /// A layout, weights or version that is not read here.
    #[error("{what} {found:?} is not read here; {expected}")]
    Unsupported {
        /// What of the file.
        what: &'static str,
        /// What the file has.
        found: String,
        /// What is read.
        expected: &'static str,
    },
    /// A number outside its range.
    #[error("{what} {value} is out of range at byte {at}")]
    Range {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: i64,
        /// Where it is.
        at: usize,
    },
    /// A weight that is none: NaN (OpenFst's `BadNumber`) or −∞, or a number too large for its type.
    #[error("{} of state {state}: {}", place(*arc), told(cause))]
    Weight {
        /// The state.
        state: u32,
        /// The arc, counted from 0 at the state; `None` for its final weight.
        arc: Option<usize>,
        /// What is wrong.
        cause: NotAWeight,
    },
    /// More than a graph.
    #[error("the graph ends at byte {at}, and {bytes} bytes follow it")]
    Trailing {
        /// Where the graph ends.
        at: usize,
        /// How many bytes follow.
        bytes: usize,
    },
    /// Text that is not UTF-8.
    #[error("{what} is not UTF-8 at byte {at}")]
    Text {
        /// What should be text.
        what: &'static str,
        /// Where it begins.
        at: usize,
    },
    /// A label that the binary form has no room for.
    #[error("label {label} is beyond {}, the largest in OpenFst's files", i32::MAX)]
    Label {
        /// The label.
        label: Label,
    },
    /// The symbols are no table.
    #[error("symbol table: {0}")]
    Symbols(#[from] SymbolError),
    /// The states and arcs are no graph.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

/// Whose weight it is.
fn place(arc: Option<usize>) -> String {
    arc.map_or_else(|| "final weight".to_owned(), |n| format!("arc {n}"))
}

/// What is wrong with a number: a finite one is a weight of 64 bits.
fn told(cause: &NotAWeight) -> String {
    if cause.value.is_finite() {
        format!("{:e} is beyond the range of 32 bits", cause.value)
    } else {
        cause.to_string()
    }
}
