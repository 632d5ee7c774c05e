//! Questions about two graphs, which the exit code answers.

use clap::{Args, ValueEnum};

use super::super::error::{At, CliError, complain};
use super::super::weights::{Kind, Question2, Refused};
use super::budget::Work;
use super::inputs::{Both, Labels};
use super::randgen::uniform;
use crate::graph::{Graph, StateId};
use crate::ops;
use crate::paths::{Beta, Equivalence, RandomTest, randomly_equivalent};
use crate::semiring::Tolerance;

/// Two graphs in, and how far apart weights may lie.
#[derive(Debug, Args)]
pub(super) struct Compared {
    /// How far apart weights may lie.
    #[arg(long, default_value_t = 1.0 / 1024.0)]
    delta: f64,
    #[command(flatten)]
    both: Both,
}

#[derive(Debug, Args)]
pub(super) struct Isomorphic {
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    compared: Compared,
}

#[derive(Debug, Args)]
pub(super) struct Equivalent {
    /// Compare the strings of random paths, of any transducers: no is proven then, yes is not.
    #[arg(long)]
    random: bool,
    /// How many paths, with --random.
    #[arg(long, default_value_t = 1)]
    npath: usize,
    /// Most arcs of a path, with --random.
    #[arg(long, default_value_t = i32::MAX as usize)]
    max_length: usize,
    /// What the paths follow from, with --random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Taken for the sake of scripts: paths are drawn by their energies, or by their number in the tropical semiring.
    #[arg(long, value_enum, hide = true)]
    select: Option<Select>,
    #[command(flatten)]
    compared: Compared,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Select {
    Uniform,
    LogProb,
    FastLogProb,
}

impl Compared {
    fn tolerance(&self) -> Result<Tolerance, CliError> {
        if self.delta >= 0.0 {
            return Ok(Tolerance { absolute: self.delta, relative: 0.0 });
        }
        Err(CliError::Usage(format!("--delta={} is not a distance: distances are at least 0", self.delta)))
    }

    pub(super) fn equal(&self) -> Result<(), CliError> {
        let tolerance = self.tolerance()?;
        self.both.ask(Labels::Numbers, |_| Equal(tolerance))
    }
}

impl Isomorphic {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let tolerance = self.compared.tolerance()?;
        self.compared.both.ask(Labels::Numbers, |_| IsIsomorphic { tolerance, work: self.work })
    }
}

impl Equivalent {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let tolerance = self.compared.tolerance()?;
        if !self.random {
            return self.compared.both.ask(Labels::Named, |log| IsEquivalent { tolerance, log });
        }
        self.compared.both.answer(Labels::Named, |a, b, log, place| {
            let beta = if log { Beta::ONE } else { Beta::Infinite };
            let o = RandomTest { paths: self.npath, arcs: self.max_length, beta, tolerance };
            let (a, b) = (a.energies(place)?, b.energies(place)?);
            let found = randomly_equivalent(&a, &b, &o, &mut uniform(self.seed)).at(place)?;
            if let Equivalence::Refuted { input, output, energies: (first, second) } = &found {
                complain(&format!("{place}: note: {input:?} to {output:?} has energy {first} and {second}"));
            }
            Ok(matches!(found, Equivalence::Likely { .. }))
        })
    }
}

/// Whether two deterministic acceptors give every string the same weight.
struct IsEquivalent {
    tolerance: Tolerance,
    log: bool,
}

impl Question2 for IsEquivalent {
    type Answer = bool;
    fn of<W: Kind>(self, a: &Graph<W>, b: &Graph<W>) -> Result<bool, Refused> {
        W::equivalent(a, b, self.tolerance, self.log)
    }
}

/// Whether two graphs differ in the numbers of states and the order of arcs alone.
struct IsIsomorphic {
    tolerance: Tolerance,
    work: Work,
}

impl Question2 for IsIsomorphic {
    type Answer = bool;
    fn of<W: Kind>(self, a: &Graph<W>, b: &Graph<W>) -> Result<bool, Refused> {
        ops::isomorphic(a, b, self.tolerance, self.work.budget()).map_err(|e| self.work.named(e))
    }
}

/// Whether two graphs are the same states and arcs in the same order.
struct Equal(Tolerance);

impl Question2 for Equal {
    type Answer = bool;
    fn of<W: Kind>(self, a: &Graph<W>, b: &Graph<W>) -> Result<bool, Refused> {
        let states = || 0..a.states() as StateId;
        let close = |x: &W, y: &W| x.close(y, self.0);
        Ok((a.start(), a.states(), a.arc_count()) == (b.start(), b.states(), b.arc_count())
            && states().all(|s| a.arc_ids(s) == b.arc_ids(s) && close(&a.final_weight(s), &b.final_weight(s)))
            && a.all_arcs().iter().zip(b.all_arcs()).all(|(x, y)| {
                (x.ilabel, x.olabel, x.target) == (y.ilabel, y.olabel, y.target) && close(&x.weight, &y.weight)
            }))
    }
}
