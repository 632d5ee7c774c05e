//! `energraph fst reverse`: paths backwards.

use clap::Args;
use clap::builder::BoolishValueParser;

use super::super::error::CliError;
use super::super::weights::Kind;
use super::Unary;
use super::rewrite::Rewrite;
use crate::graph::{Graph, GraphBuilder, GraphError, StateId, components};

#[derive(Debug, Args)]
pub(super) struct Reverse {
    /// The result has a first state of its own; with =false it has none where one state alone is final, and its weight is 1̄ or no
    /// cycle goes through it.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = BoolishValueParser::new())]
    require_superinitial: Option<bool>,
    #[command(flatten)]
    unary: Unary,
}

impl Reverse {
    pub(super) fn run(&self) -> Result<(), CliError> {
        self.unary.run(&[Rewrite::Reverse { superinitial: self.require_superinitial != Some(false) }])
    }
}

/// What `reversed` of a graph is without its first state, where the graph has a final state that can stand for it.
pub(super) fn without_superinitial<W: Kind>(g: &Graph<W>, reversed: Graph<W>) -> Result<Graph<W>, GraphError> {
    let end = only_end(g).and_then(|_| reversed.start().map(|s| reversed.arcs(s)));
    let Some([to_end]) = end else { return Ok(reversed) };
    let first = to_end.target;
    let mut b = GraphBuilder::new();
    b.add_states(reversed.states() - 1);
    for s in 1..reversed.states() as StateId {
        let times = |w: &W| if s == first { to_end.weight.times(w) } else { w.clone() };
        for a in reversed.arcs(s) {
            b.arc(s - 1, a.ilabel, a.olabel, times(&a.weight), a.target - 1);
        }
        b.final_weight(s - 1, times(&reversed.final_weight(s)));
    }
    b.start(first - 1);
    b.build()
}

/// The one final state, where a path that leaves it cannot come back, or its weight is 1̄.
fn only_end<W: Kind>(g: &Graph<W>) -> Option<StateId> {
    let mut ends = (0..g.states() as StateId).filter(|&s| g.is_final(s));
    let end = ends.next().filter(|_| ends.next().is_none())?;
    let is_met_again = || {
        let parts = components(g);
        parts.of(end).is_some_and(|c| parts.states(c).len() > 1) || g.arcs(end).iter().any(|a| a.target == end)
    };
    (g.final_weight(end) == W::one() || !is_met_again()).then_some(end)
}
