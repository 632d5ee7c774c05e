//! What a question about paths may be refused for.

use crate::graph::{Cyclic, StateId};

/// Why a question has no answer, or none within its budget.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PathError {
    /// A sum over all paths of a graph whose accepting paths run through a cycle.
    #[error("accepting paths run through a cycle (state {}, {} states in all): their sum needs an acyclic graph",
        states.first().copied().unwrap_or_default(), states.len())]
    Cyclic {
        /// States on or behind cycles, among those on accepting paths.
        states: Vec<StateId>,
    },
    /// A cycle of negative energy on an accepting path: energies have no lower bound. A cycle of energy 0 whose sum
    /// rounding makes negative is reported as well.
    #[error("a cycle of negative energy ({energy}) through state {}: no path is the best",
        states.first().copied().unwrap_or_default())]
    Diverges {
        /// The states of one such cycle, in the order of its arcs.
        states: Vec<StateId>,
        /// The sum of its arcs.
        energy: f64,
    },
}

impl From<Cyclic> for PathError {
    fn from(cyclic: Cyclic) -> Self {
        PathError::Cyclic { states: cyclic.states }
    }
}
