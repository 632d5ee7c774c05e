//! Rewrites of transducers: determinisation, labels pushed, epsilons last.

use clap::{Args, ValueEnum};

use super::super::error::CliError;
use super::sums::{Sum, only_tropical, quantum};
use super::{SemiringName, Unary};
use crate::graph::Side;
use crate::ops::{self, Budget, Toward};
use crate::semiring::{LogSum, MinSum};

#[derive(Debug, Args)]
pub(super) struct Determinize {
    /// What transducers are.
    #[arg(long, alias = "det_type", value_enum, default_value = "functional")]
    det_type: DetType,
    /// Weights on one point of a grid of this step count as equal.
    #[arg(long, default_value_t = 1.0 / 1024.0)]
    delta: f64,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DetType {
    /// One string is written for each that is read; others are refused with a string that has two.
    Functional,
    /// Of several the one of lowest energy is kept.
    Disambiguate,
}

impl Determinize {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let quantum = quantum(self.delta)?;
        let budget = Budget::default();
        if self.det_type == DetType::Disambiguate {
            only_tropical(&self.unary.common)?;
            return self.unary.run(|g| Ok(ops::determinize_best(&g.lift::<MinSum<f64>>(), quantum, budget)?.lower()));
        }
        let log = self.unary.common.semiring == SemiringName::Log;
        self.unary.run(|g| match (g.is_acceptor(), log) {
            (true, _) => Sum::Determinize(quantum).of(g, &self.unary.common),
            (false, true) => Ok(ops::determinize_transducer(&g.lift::<LogSum<f64>>(), quantum, budget)?.lower()),
            (false, false) => Ok(ops::determinize_transducer(&g.lift::<MinSum<f64>>(), quantum, budget)?.lower()),
        })
    }
}

#[derive(Debug, Args)]
pub(super) struct Push {
    /// Weights toward the final weights in place of the start.
    #[arg(long, alias = "to_final", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, action = clap::ArgAction::Set)]
    to_final: bool,
    /// Weights are pushed: so unless labels alone are asked for.
    #[arg(long, alias = "push_weights", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    push_weights: Option<bool>,
    /// Output labels are pushed, to the start.
    #[arg(long, alias = "push_labels", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, action = clap::ArgAction::Set)]
    push_labels: bool,
    #[command(flatten)]
    unary: Unary,
}

impl Push {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let weights = self.push_weights.unwrap_or(!self.push_labels);
        if !weights && !self.push_labels {
            return Err(CliError::Usage("neither weights nor labels are to be pushed".to_owned()));
        }
        if self.push_labels && self.to_final {
            return Err(CliError::Usage("labels are pushed to the start alone".to_owned()));
        }
        let toward = if self.to_final { Toward::End } else { Toward::Start };
        self.unary.run(|g| {
            let pushed = if self.push_labels { Some(ops::push_labels(g, Budget::default())?) } else { None };
            let g = pushed.as_ref().unwrap_or(g);
            if weights { Sum::Push(toward).of(g, &self.unary.common) } else { Ok(g.clone()) }
        })
    }
}

#[derive(Debug, Args)]
pub(super) struct EpsNormalize {
    /// Output epsilons come last, in place of input epsilons.
    #[arg(long, alias = "eps_norm_output")]
    eps_norm_output: bool,
    #[command(flatten)]
    unary: Unary,
}

impl EpsNormalize {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let side = if self.eps_norm_output { Side::Output } else { Side::Input };
        let budget = Budget::default();
        self.unary.run(|g| match self.unary.common.semiring {
            SemiringName::Tropical => Ok(ops::epsilon_normalize(&g.lift::<MinSum<f64>>(), side, budget)?.lower()),
            SemiringName::Log => Ok(ops::epsilon_normalize(&g.lift::<LogSum<f64>>(), side, budget)?.lower()),
        })
    }
}
