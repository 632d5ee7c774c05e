//! Operations that make one graph of one graph, whatever its weights.

use super::super::weights::{Any, Commuted, Kind, Question, Refused, or_empty};
use super::map::Map;
use super::sums::Sum;
use crate::graph::{Graph, Label, Side};
use crate::ops::{self, Budget, Codes, Encode};
use crate::semiring::Quantum;

/// One operation.
#[derive(Debug)]
pub(super) enum Rewrite {
    Closure(ops::Closure),
    Complement(Vec<Label>),
    Connect,
    Invert,
    Map(Map),
    /// Of a transducer what is written moves to the front first.
    Minimize(Quantum),
    Project(Side),
    PushLabels,
    Relabel(Vec<(Label, Label)>, Vec<(Label, Label)>),
    Reverse,
    Sort(Side),
    Sum(Sum),
    Synchronize,
    TopSort,
}

impl Rewrite {
    fn of<W: Kind>(&self, g: &Graph<W>, log: bool) -> Result<Graph<W>, Refused> {
        let budget = Budget::default();
        Ok(match self {
            Rewrite::Closure(kind) => ops::closure(g, *kind)?.graph,
            Rewrite::Complement(alphabet) => ops::complement(g, alphabet, budget)?,
            Rewrite::Connect => ops::connect(g)?.graph,
            Rewrite::Invert => ops::invert(g).graph,
            Rewrite::Map(map) => map.of(g, log)?,
            Rewrite::Minimize(quantum) if g.is_acceptor() => W::sum(g, &Sum::Minimize(*quantum), log)?,
            Rewrite::Minimize(quantum) => {
                let mut codes = Codes::new(Encode::Labels);
                let encoded = ops::encode(&ops::push_labels(g, budget)?, &mut codes)?;
                ops::decode(&W::sum(&encoded, &Sum::Minimize(*quantum), log)?, &codes)?
            }
            Rewrite::Project(side) => ops::project(g, *side).graph,
            Rewrite::PushLabels => ops::push_labels(g, budget)?,
            Rewrite::Relabel(input, output) => ops::relabel(g, input, output).graph,
            Rewrite::Reverse => W::commuted(Commuted::Reverse(g))?,
            Rewrite::Sort(side) => ops::arc_sort(g, *side)?.graph,
            Rewrite::Sum(sum) => W::sum(g, sum, log)?,
            Rewrite::Synchronize => ops::synchronize(g, budget)?.graph,
            Rewrite::TopSort => ops::top_sort(g)?.graph,
        })
    }
}

/// One operation after another; an empty result is the empty graph.
pub(super) struct Apply<'a> {
    pub steps: &'a [Rewrite],
    pub log: bool,
}

impl Question for Apply<'_> {
    type Answer = Any;
    fn of<W: Kind>(self, g: &Graph<W>) -> Result<Any, Refused>
    where
        Any: From<Graph<W>>,
    {
        let mut made = g.clone();
        for step in self.steps {
            made = or_empty(step.of(&made, self.log))?;
        }
        Ok(made.into())
    }
}
