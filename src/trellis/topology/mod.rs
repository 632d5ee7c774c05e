//! What may follow what, frame after frame.

mod asg;
mod chain;
mod ctc;
mod ctc_partial;
mod left_to_right;

pub use ctc_partial::CtcSlack;
pub use left_to_right::Unit;

use super::TrellisError;
use super::linear::Target;
use crate::graph::{Arc, Cyclic, EPSILON, Graph, GraphBuilder, Label, MOST_SITES, StateId, topological_order};
use crate::semiring::Energy;

/// A transducer that is read once per frame: an arc of input label `c + 1` reads class `c` of one frame, an arc that
/// reads epsilon reads none. A path from the start to a final state that reads every frame is one alignment; its
/// energy is the sum of its arcs', of the emissions it reads, and of its final weight.
///
/// Any graph may serve ([`Topology::from_graph`]): a lexicon, a grammar, one's own. Those that everyone needs have
/// constructors of their own: [`Topology::ctc`], [`Topology::left_to_right`], [`Topology::chain`]. These refuse, with
/// [`TrellisError::TooLarge`], what would have more than 2²⁶ states and arcs together, before any is made.
#[derive(Debug, Clone)]
pub struct Topology {
    graph: Graph<Energy>,
    /// Every state, each before the targets of its arcs that read nothing.
    order: Vec<StateId>,
    /// The largest input label.
    largest: Label,
    /// What is aligned, where it is a chain of labels.
    target: Option<Target>,
}

/// Whether so many states and arcs may be made; `None` is more than can be said.
fn check_size(states: Option<usize>, arcs: Option<usize>) -> Result<(), TrellisError> {
    let (states, arcs) = (states.unwrap_or(usize::MAX), arcs.unwrap_or(usize::MAX));
    if states.saturating_add(arcs) <= MOST_SITES { Ok(()) } else { Err(TrellisError::TooLarge { states, arcs }) }
}

impl Topology {
    /// A topology from a graph.
    ///
    /// ```
    /// use energraph::trellis::{Emissions, Topology, free_energy};
    /// use energraph::{Beta, Energy, GraphBuilder};
    /// use ndarray::array;
    /// // Class 0 once, then class 1 for the rest.
    /// let mut b = GraphBuilder::new();
    /// b.add_states(2);
    /// b.start(0);
    /// b.arc(0, 1, 1, Energy::FREE, 1);
    /// b.arc(1, 2, 2, Energy::FREE, 1);
    /// b.final_weight(1, Energy::FREE);
    /// let t = Topology::from_graph(b.build()?)?;
    /// let energies = array![[1.0, 9.0], [9.0, 2.0], [9.0, 3.0]];
    /// assert_eq!(free_energy(&Emissions::new(energies.view())?, &t, Beta::Infinite)?, 6.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`TrellisError::EpsilonCycle`] where arcs that read nothing form a cycle.
    ///
    /// # Cost
    /// O(states + arcs).
    pub fn from_graph(graph: Graph<Energy>) -> Result<Self, TrellisError> {
        let silent = order_along(&graph, |_, a| a.ilabel == EPSILON)?;
        let order = silent.map_err(|c| TrellisError::EpsilonCycle { states: c.states })?;
        let largest = graph.all_arcs().iter().map(|a: &Arc<Energy>| a.ilabel).max().unwrap_or(EPSILON);
        Ok(Topology { graph, order, largest, target: None })
    }

    /// The graph; arcs and states in answers are its.
    pub fn graph(&self) -> &Graph<Energy> {
        &self.graph
    }

    /// The graph alone.
    pub fn into_graph(self) -> Graph<Energy> {
        self.graph
    }

    /// Every state, each before the targets of its arcs that read nothing.
    pub(super) fn order(&self) -> &[StateId] {
        &self.order
    }

    /// What is aligned, where it is a chain of labels.
    pub(super) fn target(&self) -> Option<&Target> {
        self.target.as_ref()
    }

    /// Every state, each before the targets of its arcs, those to itself apart.
    ///
    /// # Errors
    /// [`TrellisError::NotLinear`] where states can be left and come back to.
    pub(super) fn linear_order(&self) -> Result<Vec<StateId>, TrellisError> {
        let order = order_along(&self.graph, |source, a| a.target != source)?;
        order.map_err(|c| TrellisError::NotLinear { states: c.states })
    }

    /// The largest input label; 0 where nothing is read.
    pub(super) fn largest(&self) -> Label {
        self.largest
    }

    /// Whether emissions have every class that is read.
    pub(crate) fn check(&self, classes: usize) -> Result<(), TrellisError> {
        if self.largest as usize <= classes {
            Ok(())
        } else {
            Err(TrellisError::Class { label: self.largest, classes })
        }
    }
}

/// A topological order along some of the arcs.
fn order_along(
    graph: &Graph<Energy>,
    counts: impl Fn(StateId, &Arc<Energy>) -> bool,
) -> Result<Result<Vec<StateId>, Cyclic>, TrellisError> {
    let mut some = GraphBuilder::new();
    some.add_states(graph.states());
    if graph.states() > 0 {
        some.start(0);
    }
    for (_, source, arc) in graph.arcs_with_source().filter(|(_, source, a)| counts(*source, a)) {
        some.arc(source, EPSILON, EPSILON, Energy::FREE, arc.target);
    }
    Ok(topological_order(&some.build()?))
}
