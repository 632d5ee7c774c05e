//! Determinisation, minimisation, pushing, and what else compares or moves weights and labels.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};

use super::super::error::{At, CliError, complain};
use super::super::files::{is_stdin, name, read_text};
use super::Unary;
use super::budget::Work;
use super::limits::{Limits, Margin, Queue};
use super::rewrite::Rewrite;
use super::sums::{Sum, quantum};
use crate::graph::{Label, Side};
use crate::ops::{Subsequential, Toward};

#[derive(Debug, Args)]
pub(super) struct Determinize {
    /// What transducers are.
    #[arg(long, value_enum, default_value = "functional")]
    det_type: DetType,
    /// Weights on one point of a grid of this step count as equal.
    #[arg(long, default_value_t = 1.0 / 1024.0)]
    delta: f64,
    /// What arcs read that write what is left where the input of a transducer ends.
    #[arg(long, value_name = "LABEL", default_value_t = 0)]
    subsequential_label: Label,
    /// Where there are several such arcs, as many labels, from that one on.
    #[arg(long)]
    increment_subsequential_label: bool,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DetType {
    /// One string is written for each that is read; others are refused with a string that has two.
    Functional,
    /// Any number of strings may be written: what is left of them is told apart where the input ends.
    Nonfunctional,
    /// Of several the one of lowest energy is kept.
    Disambiguate,
}

impl Determinize {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let quantum = quantum(self.delta)?;
        let sum = match self.det_type {
            DetType::Functional | DetType::Nonfunctional => {
                let several = self.det_type == DetType::Nonfunctional;
                let (label, increment) = (self.subsequential_label, self.increment_subsequential_label);
                Sum::Determinize(quantum, Subsequential { several, label, increment })
            }
            DetType::Disambiguate => Sum::DeterminizeBest(quantum, self.subsequential_label),
        };
        self.limits.run(self.unary.source().within(self.work), Rewrite::Sum(sum))
    }
}

#[derive(Debug, Args)]
pub(super) struct Disambiguate {
    /// Weights on one point of a grid of this step count as equal.
    #[arg(long, default_value_t = 1.0 / 1024.0)]
    delta: f64,
    /// Taken for the sake of scripts: an acceptor has nothing left to write.
    #[arg(long, hide = true, allow_hyphen_values = true)]
    subsequential_label: Option<i64>,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    unary: Unary,
}

impl Disambiguate {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let step = Rewrite::Sum(Sum::Disambiguate(quantum(self.delta)?));
        self.limits.run(self.unary.source().within(self.work), step)
    }
}

#[derive(Debug, Args)]
pub(super) struct Minimize {
    /// Weights on one point of a grid of this step count as equal, of which a path may meet many: coarser steps change its weight.
    #[arg(long, default_value_t = 1e-6)]
    delta: f64,
    /// Of a graph that is not deterministic make those states one that go on alike. A smaller graph may be equivalent.
    #[arg(long)]
    allow_nondet: bool,
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    unary: Unary,
}

impl Minimize {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let quantum = quantum(self.delta)?;
        let sum = if self.allow_nondet { Sum::MergeStates(quantum) } else { Sum::Minimize(quantum) };
        self.unary.source().within(self.work).run(&[Rewrite::Minimize(sum)])
    }
}

#[derive(Debug, Args)]
pub(super) struct RmEpsilon {
    /// Taken for the sake of scripts: sums are exact.
    #[arg(long, hide = true)]
    delta: Option<f64>,
    /// Leave out the states that no accepting path visits; with =false all states of the graph stay, unless the result is pruned.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = BoolishValueParser::new())]
    connect: Option<bool>,
    #[command(flatten)]
    queue: Queue,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    unary: Unary,
}

impl RmEpsilon {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let keep = self.connect == Some(false);
        let sum = if keep { Sum::RemoveEpsilonKeepingStates } else { Sum::RemoveEpsilon };
        self.limits.run(self.unary.source(), Rewrite::Sum(sum))
    }
}

#[derive(Debug, Args)]
pub(super) struct Prune {
    #[command(flatten)]
    margin: Margin,
    /// Keep the states alone that are met first on the best paths, so many at most; −1 is no limit. Of some the way to an end may
    /// lead through others.
    #[arg(long, value_name = "N", default_value_t = -1, hide_default_value = true,
        value_parser = clap::value_parser!(i64).range(-1..), allow_hyphen_values = true)]
    nstate: i64,
    /// Taken for the sake of scripts: weights are compared to six digits.
    #[arg(long, hide = true)]
    delta: Option<f64>,
    #[command(flatten)]
    unary: Unary,
}

impl Prune {
    pub(super) fn run(&self) -> Result<(), CliError> {
        self.margin.run(self.unary.source(), usize::try_from(self.nstate).ok())
    }
}

#[derive(Debug, Args)]
pub(super) struct Push {
    /// To the end of paths in place of the start.
    #[arg(long)]
    to_final: bool,
    /// Weights are pushed.
    #[arg(long)]
    push_weights: bool,
    /// Output labels are pushed.
    #[arg(long)]
    push_labels: bool,
    /// What all paths weigh together is left out, where weights are pushed.
    #[arg(long)]
    remove_total_weight: bool,
    /// What all paths begin to write, or with --to_final end with, is left out, where labels are pushed.
    #[arg(long)]
    remove_common_affix: bool,
    /// Weights on one point of a grid of this step count as equal: taken for the sake of scripts.
    #[arg(long, hide = true)]
    delta: Option<f64>,
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    unary: Unary,
}

impl Push {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let source = self.unary.source();
        if !self.push_weights && !self.push_labels {
            let place = source.place();
            complain(&format!("{place}: note: nothing is pushed without --push_weights or --push_labels"));
            return source.run(&[]);
        }
        let toward = if self.to_final { Toward::End } else { Toward::Start };
        let mut steps = Vec::new();
        if self.push_labels {
            let labels = Rewrite::PushLabels { without_prefix: self.remove_common_affix };
            match toward {
                Toward::Start => steps.push(labels),
                // Backwards the end is the start. Final weights are arcs in between, which the last labels may lie on.
                Toward::End => {
                    let [there, back] = [true, false].map(|superinitial| Rewrite::Reverse { superinitial });
                    steps.extend([there, labels, back]);
                }
            }
        }
        if self.push_weights {
            steps.push(Rewrite::Sum(Sum::Push { toward, without_total: self.remove_total_weight }));
        }
        source.within(self.work).run(&steps)
    }
}

#[derive(Debug, Args)]
pub(super) struct EpsNormalize {
    /// Output epsilons come last, in place of input epsilons.
    #[arg(long)]
    eps_norm_output: bool,
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    unary: Unary,
}

impl EpsNormalize {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let side = if self.eps_norm_output { Side::Output } else { Side::Input };
        self.unary.source().within(self.work).run(&[Rewrite::Sum(Sum::EpsNormalize(side))])
    }
}

#[derive(Debug, Args)]
pub(super) struct Reweight {
    /// AT&T text, an OpenFst binary or JSON; `-` is standard input.
    file: PathBuf,
    /// A state and its potential a line, as shortestdistance prints them; states without one have 1̄.
    potentials: PathBuf,
    /// Where the result goes, as --output.
    #[arg(value_name = "OUT", conflicts_with = "output")]
    to: Option<PathBuf>,
    /// Weights toward the final weights in place of the start.
    #[arg(long)]
    to_final: bool,
    #[command(flatten)]
    common: super::Common,
}

impl Reweight {
    pub(super) fn run(&self) -> Result<(), CliError> {
        if is_stdin(&self.file) && is_stdin(&self.potentials) {
            return Err(CliError::Usage("standard input cannot be both the graph and the potentials".to_owned()));
        }
        let to = self.to.as_deref().or(self.common.output.as_deref());
        let source = super::inputs::Source::new(&self.file, to, &self.common);
        let read = source.read()?;
        let potentials = potentials(&read_text(&self.potentials)?).at(name(&self.potentials))?;
        let toward = if self.to_final { Toward::End } else { Toward::Start };
        let result = source.apply(&read, &[Rewrite::Sum(Sum::Reweight { potentials, toward })])?;
        source.write(&result, read.form, read.tables((None, None)))
    }
}

/// A state and a weight a line.
fn potentials(text: &str) -> Result<Vec<(usize, String)>, String> {
    let lines = (1..).zip(text.lines()).filter(|(_, l)| !l.trim().is_empty());
    let pair = |(line, content): (usize, &str)| {
        let mut columns = content.split_whitespace();
        let state = columns.next().and_then(|s| s.parse().ok());
        let weight = columns.next().filter(|_| columns.clone().next().is_none());
        state.zip(weight.map(str::to_owned)).ok_or(format!("line {line}: {content:?} is not a state and a weight"))
    };
    lines.map(pair).collect()
}
