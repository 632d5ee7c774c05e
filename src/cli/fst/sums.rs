//! Operations that sum over paths.

use clap::Args;

use super::super::error::{At, CliError};
use super::{Common, SemiringName, Unary};
use crate::graph::Graph;
use crate::ops::{self, Budget, OpError, Toward};
use crate::semiring::{Commutative, Energy, LeftDivide, LogSum, MinSum, NotAQuantum, NotAWeight, Quantum, Star};

/// An operation that compares weights.
#[derive(Debug, Args)]
pub(super) struct Compared {
    /// Weights on one point of a grid of this step count as equal.
    #[arg(long, default_value_t = 1.0 / 1024.0)]
    delta: f64,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Args)]
pub(super) struct Prune {
    /// How far above the lowest energy of a path others may lie.
    #[arg(long)]
    weight: f64,
    #[command(flatten)]
    unary: Unary,
}

/// Which operation.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sum {
    RemoveEpsilon,
    Condense,
    Determinize(Quantum),
    Disambiguate(Quantum),
    Minimize(Quantum),
    Push(Toward),
}

impl Sum {
    fn apply<S: Star + LeftDivide + Commutative>(self, g: &Graph<S>) -> Result<Graph<S>, OpError> {
        match self {
            Sum::RemoveEpsilon => ops::remove_epsilon(g),
            Sum::Condense => Ok(ops::condense(g).graph),
            Sum::Determinize(quantum) => ops::determinize(g, quantum, Budget::default()),
            Sum::Disambiguate(quantum) => ops::disambiguate(g, quantum, Budget::default()),
            Sum::Minimize(quantum) => ops::minimize(g, quantum),
            Sum::Push(toward) => ops::push(g, toward),
        }
    }

    /// Lifts into the semiring that was asked for, and applies.
    pub(super) fn of(self, g: &Graph<Energy>, common: &Common) -> Result<Graph<Energy>, OpError> {
        match common.semiring {
            SemiringName::Tropical => Ok(self.apply(&g.lift::<MinSum<f64>>())?.lower()),
            SemiringName::Log => Ok(self.apply(&g.lift::<LogSum<f64>>())?.lower()),
        }
    }

    /// Reads, applies, writes.
    pub(super) fn run(self, unary: &Unary) -> Result<(), CliError> {
        unary.run(|g| self.of(g, &unary.common))
    }
}

impl Compared {
    pub(super) fn run(&self, op: fn(Quantum) -> Sum) -> Result<(), CliError> {
        op(quantum(self.delta)?).run(&self.unary)
    }
}

/// The grid of a step.
pub(super) fn quantum(delta: f64) -> Result<Quantum, CliError> {
    Quantum::new(delta).map_err(|NotAQuantum { value }| {
        CliError::Usage(format!("--delta={value} is not a step: steps are finite and at least 0"))
    })
}

impl Prune {
    pub(super) fn run(&self) -> Result<(), CliError> {
        only_tropical(&self.unary.common)?;
        let margin = MinSum::new(self.weight)
            .map_err(|NotAWeight { value }| CliError::Usage(format!("--weight={value} is not an energy")))?;
        self.unary.run(|g| Ok(ops::prune(&g.lift::<MinSum<f64>>(), &margin)?.graph.lower()))
    }
}

pub(super) fn only_tropical(common: &Common) -> Result<(), CliError> {
    if common.semiring == SemiringName::Tropical {
        Ok(())
    } else {
        Err(CliError::Usage("no path is the best in the log semiring".to_owned()))
    }
}

/// Whether two graphs are one language in a semiring.
pub(super) fn equivalent(
    a: &Graph<Energy>,
    b: &Graph<Energy>,
    delta: f64,
    common: &Common,
    place: &str,
) -> Result<bool, CliError> {
    let tolerance = crate::semiring::Tolerance { absolute: delta, relative: 0.0 };
    match common.semiring {
        SemiringName::Tropical => ops::equivalent(&a.lift::<MinSum<f64>>(), &b.lift(), tolerance),
        SemiringName::Log => ops::equivalent(&a.lift::<LogSum<f64>>(), &b.lift(), tolerance),
    }
    .at(place)
}
