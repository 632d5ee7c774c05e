//! What a question about paths may be refused for.

use super::Output;
use crate::graph::{Cyclic, GraphError, InputSite, Site, StateId};
use crate::ops::OpError;
use crate::ops::sums::Stuck;

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
    /// The sum over the paths through a component of the graph diverges, or they go round it more often than an `f64`
    /// says.
    #[error("the sum around a cycle diverges (state {}, {} states in all): the powers of {weight} have no sum",
        states.first().copied().unwrap_or_default(), states.len())]
    SumDiverges {
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
    /// An arc that improves what takes it, as a negative one does, where the nearest state was to come first: states would be
    /// settled before their best path is known.
    #[error("an arc of weight {weight} from state {state} improves what takes it: the nearest state cannot come first")]
    Improves {
        /// The source of the arc.
        state: StateId,
        /// Its weight.
        weight: String,
    },
    /// Sums that still changed when as many arcs had been followed as there were to be.
    #[error("the sums of {} states had not settled after {arcs} arcs, the first of them is state {}", states.len(),
        states.first().copied().unwrap_or_default())]
    Unsettled {
        /// The states with more to pass on.
        states: Vec<StateId>,
        /// How many arcs.
        arcs: usize,
    },
    /// A search among outputs touched more than its budget allows.
    #[error("stopped over budget, at {states} states and {arcs} arcs, with {} outputs found", found.len())]
    Budget {
        /// States touched when it stopped.
        states: usize,
        /// Arcs touched when it stopped.
        arcs: usize,
        /// The outputs of lowest energy found until then, lowest first: each is proven.
        found: Vec<(Output, f64)>,
        /// No other output has less energy than this.
        bound: f64,
    },
    /// More draws, or longer ones, than one call should make: 2²⁴ paths, or 2²⁶ arcs in all.
    #[error("{count} draws, or their arcs, are too many for one call")]
    Draws {
        /// Draws asked for.
        count: usize,
    },
    /// An arc or end whose energy makes the lower bound of a best-first search fall by more than rounding, so that the
    /// first path found need not be the best: without a heuristic any negative energy.
    #[error("an energy of {energy}{} makes the bound of a best-first search fall: it needs a heuristic", place(sites))]
    Negative {
        /// The sites of the inputs whose energies add up to it; empty where the graph does not say.
        sites: Vec<InputSite>,
        /// The energy.
        energy: f64,
    },
    /// What stopped the expansion of a lazy graph.
    #[error(transparent)]
    Op(#[from] OpError),
    /// A product of graphs that is not a graph, for instance too large to number.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

impl From<Cyclic> for PathError {
    fn from(cyclic: Cyclic) -> Self {
        PathError::Cyclic { states: cyclic.states }
    }
}

impl From<Stuck> for PathError {
    fn from(stuck: Stuck) -> Self {
        match stuck {
            Stuck::Diverges { states, weight } => PathError::SumDiverges { states, weight },
            Stuck::Matrix { states, rows } => PathError::Matrix { states, rows },
        }
    }
}

fn place(sites: &[InputSite]) -> String {
    let one = |s: &InputSite| match s.site {
        Site::Arc(arc) => format!("arc {arc} of input {}", s.input),
        Site::Final(state) => format!("the end in state {state} of input {}", s.input),
    };
    let all: Vec<String> = sites.iter().map(one).collect();
    if all.is_empty() { String::new() } else { format!(" ({})", all.join(", ")) }
}
