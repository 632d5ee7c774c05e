//! What stops an operation.

use super::sums::Stuck;
use crate::graph::{ArcId, Cyclic, EPSILON, GraphError, Label, Side, StateId};

/// How large an operation may let its work grow.
///
/// Counted are the states and arcs that the operation *touches*, which is what costs time and memory; its trimmed
/// result may be much smaller. What else takes memory counts as arcs, each as one: the members of the sets that are the
/// states of a determinisation, and labels that wait to be written. The default, 5 million states and 20 million arcs,
/// keeps a composition of [`Energy`](crate::Energy) graphs under about 1 GB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Most states.
    pub states: usize,
    /// Most arcs, and what counts as arcs.
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

    /// How many arcs of one more state of a composition are worth finding: one more than there may be is enough to
    /// tell.
    pub(super) fn steps(self, arcs: usize) -> usize {
        self.arcs.saturating_sub(arcs).saturating_add(1)
    }

    /// The same where looking ahead drops some of them, which then do not count: a million are always found.
    pub(super) fn steps_ahead(self) -> Budget {
        Budget { arcs: self.arcs.max(1 << 20), ..self }
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
        /// In composition, where the match got furthest; `None` where an argument accepts nothing by itself, and elsewhere.
        first_unmatched: Option<Unmatched>,
    },
    /// More work than the [`Budget`] allows.
    #[error("stopped over budget, at {states} states and {arcs} arcs")]
    Budget {
        /// States touched when it stopped.
        states: usize,
        /// Arcs touched when it stopped, and what counts as arcs.
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
    /// An acyclic graph is needed.
    #[error(transparent)]
    Cyclic(#[from] Cyclic),
    /// The sum over the paths through a component of the graph diverges.
    #[error("the sum around a cycle diverges (state {}, {} states in all): the powers of {weight} have no sum",
        states.first().copied().unwrap_or_default(), states.len())]
    Diverges {
        /// The states of the component.
        states: Vec<StateId>,
        /// The weight whose powers have no sum.
        weight: String,
    },
    /// A sum around cycles that does not settle soon and needs a matrix of more than 2²⁴ weights.
    #[error(
        "the sum around the cycles of {states} states does not settle soon, and needs a matrix of {rows} × {rows} weights, \
         which is too large"
    )]
    Matrix {
        /// States of the component.
        states: usize,
        /// Rows of the matrix.
        rows: usize,
    },
    /// A weight that should be a common factor does not divide another.
    #[error("{by} does not divide {weight}")]
    Indivisible {
        /// What was to be divided.
        weight: String,
        /// By what.
        by: String,
    },
    /// A deterministic graph is needed, but two arcs of a state read the same label.
    #[error("not deterministic: two arcs of state {state} read {}", read(*label))]
    NotDeterministic {
        /// The first such state.
        state: StateId,
        /// The label, which is epsilon where that counts as one.
        label: Label,
    },
    /// A list with one entry for every state has another length.
    #[error("{found} {what} for {states} states")]
    Count {
        /// What the list holds.
        what: &'static str,
        /// Its length.
        found: usize,
        /// States of the graph.
        states: usize,
    },
    /// An order of the states that leaves one out.
    #[error("the order does not name state {state}")]
    NotAnOrder {
        /// The first state that is missing.
        state: StateId,
    },
    /// Graphs that call each other in a circle: no finite number of copies replaces the calls.
    #[error("the graphs of labels {labels:?} call each other in a circle")]
    Recursive {
        /// The nonterminals of one circle, each of which calls the next, and the last the first.
        labels: Vec<Label>,
    },
    /// A label that should have one graph has none or two.
    #[error("label {label} {what}")]
    Nonterminal {
        /// The label.
        label: Label,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A cycle reads more labels than it writes, or fewer: one side may fall behind the other without bound.
    #[error("around a cycle through state {} ({} states in all) not as many labels are read as are written",
        states.first().copied().unwrap_or_default(), states.len())]
    Delay {
        /// The states of the strongly connected component that holds the cycle.
        states: Vec<StateId>,
    },
    /// Words that should come in ascending order, each once, do not.
    #[error("word {index} is not above the one before it: words must be sorted, each once")]
    NotSorted {
        /// The first such word, 0-based.
        index: usize,
    },
    /// A transducer that writes one string for each that it reads is needed, but one is written in two ways.
    #[error("not functional: for {input:?} it writes both {:?} and {:?}, as shows in state {state}", outputs[0], outputs[1])]
    NotFunctional {
        /// A string that is read.
        input: Vec<Label>,
        /// Two different strings that are written for it.
        outputs: [Vec<Label>; 2],
        /// The state of the argument in which the two show: both paths lead to it, or the second ends there.
        state: StateId,
    },
    /// What is written, or read, while nothing is taken from the other side has no end.
    #[error("a cycle of epsilons on the {side} side has labels on the other (state {}, {} states in all)",
        states.first().copied().unwrap_or_default(), states.len())]
    EpsilonCycle {
        /// The side of the epsilons.
        side: Side,
        /// The states of the component that the cycle lies in.
        states: Vec<StateId>,
    },
    /// A label that stands for no entry of a table of codes.
    #[error("arc {arc} has label {label}, which is not in the table of {codes} codes")]
    NoSuchCode {
        /// The arc.
        arc: ArcId,
        /// Its label.
        label: Label,
        /// Entries of the table, numbered from 1.
        codes: usize,
    },
    /// The result is not a graph, for instance too large to number.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

impl From<Stuck> for OpError {
    fn from(stuck: Stuck) -> Self {
        match stuck {
            Stuck::Diverges { states, weight } => OpError::Diverges { states, weight },
            Stuck::Matrix { states, rows } => OpError::Matrix { states, rows },
        }
    }
}

fn read(label: Label) -> String {
    if label == EPSILON { "epsilon".to_owned() } else { format!("label {label}") }
}

fn explain(u: &Option<Unmatched>) -> String {
    let Some(Unmatched { matched, left, right, label }) = u else {
        return String::new();
    };
    let cause = match label {
        Some(label) => format!("the second graph cannot read label {label}"),
        None => "the strings do not end together".to_string(),
    };
    format!(": after {matched} matched labels, in states {left} and {right}, {cause}")
}
