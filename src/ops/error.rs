//! What stops an operation.

use crate::graph::{ArcId, GraphError, Label, StateId};

/// How large an operation may let its work grow.
///
/// Counted are the states and arcs that the operation *touches*, which is what costs time and memory; its trimmed
/// result may be much smaller. The default, 5 million states and 20 million arcs, keeps a composition of
/// [`Energy`](crate::Energy) graphs under about 1.5 GB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Most states.
    pub states: usize,
    /// Most arcs.
    pub arcs: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { states: 5_000_000, arcs: 20_000_000 }
    }
}

impl Budget {
    /// The error where more than the budget is used.
    pub(super) fn check(self, states: usize, arcs: usize) -> Result<(), OpError> {
        if states > self.states || arcs > self.arcs { Err(OpError::Budget { states, arcs }) } else { Ok(()) }
    }
}

/// Where a composition without result got furthest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unmatched {
    /// Labels matched on the way there.
    pub matched: usize,
    /// The first argument's state.
    pub left: StateId,
    /// The second argument's state.
    pub right: StateId,
    /// The lowest label that the first writes there and the second cannot read; `None` where every label finds a
    /// partner or the first writes none, so that what is missing is a final state.
    pub label: Option<Label>,
}

/// What stops an operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpError {
    /// The result would accept nothing.
    #[error("the result accepts nothing{}", explain(first_unmatched))]
    Empty {
        /// In composition, where the match got furthest; `None` where an argument accepts nothing by itself.
        first_unmatched: Option<Unmatched>,
    },
    /// More work than the [`Budget`] allows.
    #[error("stopped over budget, at {states} states and {arcs} arcs")]
    Budget {
        /// States touched when it stopped.
        states: usize,
        /// Arcs touched when it stopped.
        arcs: usize,
    },
    /// An acceptor is needed, but an arc reads one label and writes another.
    #[error("not an acceptor: arc {arc} reads {ilabel} and writes {olabel}")]
    NotAnAcceptor {
        /// The first such arc.
        arc: ArcId,
        /// What it reads.
        ilabel: Label,
        /// What it writes.
        olabel: Label,
    },
    /// Label 0, which stands for no label, among labels that must be real.
    #[error("label 0 stands for no label and cannot be in {what}; it is at position {position}")]
    Epsilon {
        /// What it was found in.
        what: &'static str,
        /// Where, 0-based.
        position: usize,
    },
    /// The result is not a graph, for instance too large to number.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

fn explain(u: &Option<Unmatched>) -> String {
    let Some(Unmatched { matched, left, right, label }) = u else {
        return ": an argument accepts nothing".to_string();
    };
    let cause = match label {
        Some(label) => format!("the second graph cannot read label {label}"),
        None => "the strings do not end together".to_string(),
    };
    format!(": after {matched} matched labels, in states {left} and {right}, {cause}")
}
