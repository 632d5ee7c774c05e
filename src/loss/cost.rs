//! What a wrong answer costs, as an automaton.

use crate::graph::{ArcId, EPSILON, Graph, GraphError, Label, StateId};
use crate::paths::Answer;
use crate::semiring::Energy;

/// A cost of answers, for margins inside the search.
///
/// # Contract
/// The automaton accepts every string over the alphabet, by exactly one path, and the energy of that path is the
/// string's cost: at least 0, and 0 for right answers. [`OutputDeterministic::new`] checks the form. It can't check
/// the sign: with a negative cost a loss rewards mistakes.
pub trait Cost: Send + Sync {
    /// The cost of every string over an alphabet (sorted, without epsilon), given what is right.
    ///
    /// # Errors
    /// [`CostError`].
    fn automaton(&self, right: &Answer, alphabet: &[Label]) -> Result<OutputDeterministic, CostError>;
}

/// Why there is no cost automaton.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CostError {
    /// Two arcs of one state read one label, so that a string could have several costs. Such an automaton would make
    /// the search take the worst alignment of each answer instead of its cost.
    #[error("state {state} reads label {label} on two arcs: a cost must be output-deterministic")]
    Nondeterministic {
        /// The state.
        state: StateId,
        /// The label.
        label: Label,
    },
    /// An arc that reads nothing.
    #[error("arc {arc} reads nothing: a cost must be output-deterministic")]
    Epsilon {
        /// The arc.
        arc: ArcId,
    },
    /// An arc that reads one label and writes another.
    #[error("arc {arc} is not an acceptor's")]
    NotAnAcceptor {
        /// The arc.
        arc: ArcId,
    },
    /// A string without a cost: it could never be a rival.
    #[error("from state {state}, {} has no cost", label.map_or("the end of the string".to_owned(), |l| format!("label {l}")))]
    Undefined {
        /// The state.
        state: StateId,
        /// The label that it does not read; `None` where it is not final.
        label: Option<Label>,
    },
    /// The cost is not defined for this many right answers.
    #[error("the {cost} cost is not defined for {found} right answers")]
    RightAnswers {
        /// The cost.
        cost: &'static str,
        /// Right answers given.
        found: usize,
    },
    /// A scale that is negative or not finite.
    #[error("a cost scaled by {scale}")]
    Scale {
        /// The scale.
        scale: f32,
    },
    /// More states than a cost automaton is meant to have.
    #[error("the cost automaton needs more than {states} states")]
    Budget {
        /// The limit.
        states: usize,
    },
    /// The automaton is not a graph.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

/// An acceptor in which every string over its alphabet has exactly one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputDeterministic {
    graph: Graph<Energy>,
}

impl OutputDeterministic {
    /// Checks an automaton: an acceptor without epsilons; at most one arc per state and label; from every state an arc
    /// for every label of the alphabet, and a final weight; no weight of +∞ among them.
    ///
    /// # Errors
    /// [`CostError::NotAnAcceptor`], [`CostError::Epsilon`], [`CostError::Nondeterministic`],
    /// [`CostError::Undefined`].
    ///
    /// # Cost
    /// O(states · alphabet + arcs · log arcs per state).
    ///
    /// ```
    /// use energraph::loss::{CostError, OutputDeterministic};
    /// use energraph::{Energy, GraphBuilder};
    /// let loops = |labels: &[u32]| {
    ///     let mut b = GraphBuilder::new();
    ///     let s = b.state();
    ///     b.start(s);
    ///     b.final_weight(s, Energy::FREE);
    ///     labels.iter().for_each(|&l| b.arc(s, l, l, Energy::FREE, s));
    ///     b.build()
    /// };
    /// assert!(OutputDeterministic::new(loops(&[1, 2])?, &[1, 2]).is_ok());
    /// let twice = OutputDeterministic::new(loops(&[1, 1])?, &[1]);
    /// assert_eq!(twice, Err(CostError::Nondeterministic { state: 0, label: 1 }));
    /// # Ok::<(), energraph::graph::GraphError>(())
    /// ```
    pub fn new(graph: Graph<Energy>, alphabet: &[Label]) -> Result<Self, CostError> {
        for (arc, _, a) in graph.arcs_with_source() {
            if a.ilabel != a.olabel {
                return Err(CostError::NotAnAcceptor { arc });
            }
            if a.ilabel == EPSILON {
                return Err(CostError::Epsilon { arc });
            }
        }
        if graph.start().is_none() {
            return Err(CostError::Undefined { state: 0, label: None });
        }
        for state in 0..graph.states() as StateId {
            let mut labels: Vec<Label> = graph.arcs(state).iter().map(|a| a.ilabel).collect();
            labels.sort_unstable();
            if let Some(label) = labels.windows(2).find(|p| p[0] == p[1]).map(|p| p[0]) {
                return Err(CostError::Nondeterministic { state, label });
            }
            let impossible = |l: Label| {
                graph.arcs(state).iter().any(|a| a.ilabel == l && a.weight == Energy::IMPOSSIBLE)
                    || labels.binary_search(&l).is_err()
            };
            if let Some(&label) = alphabet.iter().find(|&&l| impossible(l)) {
                return Err(CostError::Undefined { state, label: Some(label) });
            }
            if !graph.is_final(state) {
                return Err(CostError::Undefined { state, label: None });
            }
        }
        Ok(OutputDeterministic { graph })
    }

    /// The acceptor; the energy of a string's path is its cost.
    pub fn graph(&self) -> &Graph<Energy> {
        &self.graph
    }

    /// The same strings with the cost negated: composed with a graph, it leaves `E − cost` on every path.
    pub fn negated(&self) -> Graph<Energy> {
        // No finite f32 becomes NaN or −∞ by a sign.
        self.graph.map(|_, w| Energy::new(-w.get()).unwrap_or(Energy::IMPOSSIBLE))
    }
}

/// A scale that a cost may have.
pub(super) fn check_scale(scale: f32) -> Result<(), CostError> {
    if (0.0..f32::INFINITY).contains(&scale) { Ok(()) } else { Err(CostError::Scale { scale }) }
}

/// A number of units as an energy.
pub(super) fn units(count: usize, scale: f32) -> Energy {
    Energy::new((count as f32 * scale).min(f32::MAX)).unwrap_or(Energy::FREE)
}
