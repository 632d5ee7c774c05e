//! How much work an operation may make.

use clap::Args;

use super::super::weights::Refused;
use crate::ops::{Budget, OpError};
use crate::paths::PathError;

/// What an operation whose result may grow out of hand takes.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Work {
    /// Most states that may be made on the way to the result, which may have fewer.
    #[arg(long, value_name = "N", default_value_t = Budget::default().states, help_heading = "Budget")]
    max_states: usize,
    /// Most arcs that may be made on the way to the result, which may have fewer; members of sets of states and labels that
    /// wait to be written count too.
    #[arg(long, value_name = "N", default_value_t = Budget::default().arcs, help_heading = "Budget")]
    max_arcs: usize,
}

impl Work {
    pub(super) fn budget(self) -> Budget {
        Budget { states: self.max_states, arcs: self.max_arcs }
    }

    /// A refusal, which names the option that has to be raised where it is the budget's.
    pub(super) fn named(self, refused: impl Into<Refused>) -> Refused {
        named(Some(self.budget()), refused.into())
    }
}

/// A refusal under a budget of the command line, if there is one.
pub(super) fn named(budget: Option<Budget>, refused: Refused) -> Refused {
    let Some(budget) = budget else { return refused };
    let (states, arcs, known) = match &refused {
        Refused::Op(OpError::Budget { states, arcs })
        | Refused::Path(PathError::Op(OpError::Budget { states, arcs })) => (*states, *arcs, None),
        Refused::Path(PathError::Budget { states, arcs, bound, .. }) => (*states, *arcs, Some(*bound)),
        _ => return refused,
    };
    let over = |by: fn(&usize, &usize) -> bool| {
        let both = [("--max_states", states, budget.states), ("--max_arcs", arcs, budget.arcs)];
        both.into_iter().find(|(_, used, most)| by(used, most))
    };
    // A search ends where a budget is used up, everything else where it is exceeded; a sum over a cycle has a limit of its own.
    let Some((option, _, most)) = over(usize::gt).or_else(|| over(usize::ge)) else { return refused };
    let known = known.map_or_else(String::new, |bound| format!("; paths not found have an energy of at least {bound}"));
    Refused::OverBudget { states, arcs, limit: format!("{option}={most} allows no more{known}") }
}
