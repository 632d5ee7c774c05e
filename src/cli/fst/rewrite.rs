//! Operations that make one graph of one graph, whatever its weights.

use super::super::weights::{Any, Commuted, Kind, Question, Refused, or_empty};
use super::map::Map;
use super::reverse::without_superinitial;
use super::sums::{Sum, relabelled};
use crate::graph::{Graph, Label, Side, StateId};
use crate::ops::{self, Budget, Codes, Encode};

/// One operation.
#[derive(Debug)]
pub(super) enum Rewrite {
    Closure(ops::Closure),
    Complement(Vec<Label>),
    Connect,
    Invert,
    Map(Map),
    /// By a sum that makes states one; of a transducer what is written moves to the front first.
    Minimize(Sum),
    Project(Side),
    PushLabels {
        /// What all paths begin to write is left out.
        without_prefix: bool,
    },
    Relabel(Vec<(Label, Label)>, Vec<(Label, Label)>),
    Reverse {
        /// With a first state of its own, whether it is needed or not.
        superinitial: bool,
    },
    Sort(Side),
    /// By the states in the order that they are to have.
    StateSort(Vec<StateId>),
    Sum(Sum),
    Synchronize,
    TopSort,
}

impl Rewrite {
    /// Whether one path has to be the best of all.
    pub(super) fn wants_best_path(&self) -> bool {
        matches!(self, Rewrite::Sum(Sum::DeterminizeBest(..) | Sum::Prune(_) | Sum::PruneStates(..)))
    }

    fn of<W: Kind>(&self, g: &Graph<W>, log: bool, budget: Budget) -> Result<Graph<W>, Refused> {
        Ok(match self {
            Rewrite::Closure(kind) => ops::closure(g, *kind)?.graph,
            Rewrite::Complement(alphabet) => ops::complement(g, alphabet, budget)?,
            Rewrite::Connect => ops::connect(g)?.graph,
            Rewrite::Invert => ops::invert(g).graph,
            Rewrite::Map(map) => map.of(g, log)?,
            Rewrite::Minimize(sum) if g.is_acceptor() => W::sum(g, sum, log, budget)?,
            Rewrite::Minimize(sum) => {
                let mut codes = Codes::new(Encode::Labels);
                let encoded = ops::encode(&ops::push_labels(g, budget)?, &mut codes)?;
                let minimal = W::sum(&encoded, sum, log, budget);
                let read = |code: Label| codes.list().get((code as usize).wrapping_sub(1)).map_or(code, |c| c.ilabel);
                ops::decode(&minimal.map_err(|e| relabelled(e, read))?, &codes)?
            }
            Rewrite::Project(side) => ops::project(g, *side).graph,
            Rewrite::PushLabels { without_prefix: false } => ops::push_labels(g, budget)?,
            Rewrite::PushLabels { without_prefix: true } => ops::push_labels_without_prefix(g, budget)?.0,
            Rewrite::Relabel(input, output) => ops::relabel(g, input, output).graph,
            Rewrite::Reverse { superinitial: true } => W::commuted(Commuted::Reverse(g))?,
            Rewrite::Reverse { superinitial: false } => without_superinitial(g, W::commuted(Commuted::Reverse(g))?)?,
            Rewrite::Sort(side) => ops::arc_sort(g, *side)?.graph,
            Rewrite::StateSort(order) => ops::state_sort(g, order)?.graph,
            Rewrite::Sum(sum) => W::sum(g, sum, log, budget)?,
            Rewrite::Synchronize => ops::synchronize(g, budget)?.graph,
            Rewrite::TopSort => ops::top_sort(g)?.graph,
        })
    }
}

/// One operation after another; an empty result is the empty graph.
pub(super) struct Apply<'a> {
    pub steps: &'a [Rewrite],
    pub log: bool,
    pub budget: Budget,
}

impl Question for Apply<'_> {
    type Answer = Any;
    fn of<W: Kind>(self, g: &Graph<W>) -> Result<Any, Refused>
    where
        Any: From<Graph<W>>,
    {
        let mut made = g.clone();
        for step in self.steps {
            made = or_empty(step.of(&made, self.log, self.budget))?;
        }
        Ok(made.into())
    }
}
