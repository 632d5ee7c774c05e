//! Operations on two graphs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::super::error::{At, CliError, complain};
use super::super::files::{is_stdin, read_graph, read_symbols, write_graph};
use super::randgen::uniform;
use super::{Common, SemiringName, both, deliver, or_empty, sums};
use crate::graph::Graph;
use crate::ops;
use crate::paths::{Beta, Equivalence, RandomTest, randomly_equivalent};
use crate::semiring::{Energy, Tolerance};

/// Two graphs in.
#[derive(Debug, Args)]
pub(super) struct Pair {
    /// AT&T text, an OpenFst binary or JSON; `-` is standard input.
    first: PathBuf,
    /// AT&T text, an OpenFst binary or JSON; `-` is standard input.
    second: PathBuf,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Compose {
    /// Symbol table of the labels between the two: what the first writes and the second reads.
    #[arg(long, value_name = "FILE")]
    msymbols: Option<PathBuf>,
    /// Which orders of epsilons between the two are kept.
    #[arg(long, alias = "compose_filter", value_enum, default_value = "sequence")]
    compose_filter: FilterName,
    /// Leave out pairs of states behind which no label can come next: for lexicons that write words at their ends.
    #[arg(long, alias = "look_ahead")]
    look_ahead: bool,
    #[command(flatten)]
    pair: Pair,
}

/// OpenFst's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FilterName {
    /// The first graph's go before the second's.
    #[value(alias = "auto")]
    Sequence,
    /// The second graph's go before the first's.
    #[value(name = "alt_sequence", alias = "alt-sequence")]
    AltSequence,
    /// Together as long as both have some.
    Match,
    /// One side at a time, in every order: paths count more than once in the log semiring.
    #[value(name = "no_match", alias = "no-match")]
    NoMatch,
    /// In every order, together or not: paths count more than once in the log semiring.
    Trivial,
}

impl From<FilterName> for ops::Filter {
    fn from(name: FilterName) -> Self {
        match name {
            FilterName::Sequence => ops::Filter::Sequence,
            FilterName::AltSequence => ops::Filter::AlternateSequence,
            FilterName::Match => ops::Filter::Match,
            FilterName::NoMatch => ops::Filter::NoMatch,
            FilterName::Trivial => ops::Filter::Trivial,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Equivalent {
    /// How far apart weights may lie.
    #[arg(long, default_value_t = 1.0 / 1024.0)]
    delta: f64,
    /// Compare the strings of random paths, of any transducers: false is proven then, true is not.
    #[arg(long)]
    random: bool,
    /// How many paths, with --random.
    #[arg(long, default_value_t = 1, requires = "random")]
    npath: usize,
    /// Most arcs of a path, with --random.
    #[arg(long, alias = "max_length", default_value_t = i32::MAX as usize, requires = "random")]
    max_length: usize,
    /// What the paths follow from, with --random.
    #[arg(long, default_value_t = 1, requires = "random")]
    seed: u64,
    #[command(flatten)]
    pair: Pair,
}

#[derive(Debug, Args)]
pub(super) struct Isomorphic {
    /// How far apart weights may lie.
    #[arg(long, default_value_t = 1.0 / 1024.0)]
    delta: f64,
    #[command(flatten)]
    pair: Pair,
}

impl Isomorphic {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let tolerance = Tolerance { absolute: self.delta, relative: 0.0 };
        self.pair.ask(|a, b, place| ops::isomorphic(a, b, tolerance, ops::Budget::default()).at(place))
    }
}

impl Equivalent {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let common = &self.pair.common;
        self.pair.ask(|a, b, place| match self.random {
            true => self.at_random(a, b, place),
            false => sums::equivalent(a, b, self.delta, common, place),
        })
    }

    /// Says which strings differ, where some do.
    fn at_random(&self, a: &Graph<Energy>, b: &Graph<Energy>, place: &str) -> Result<bool, CliError> {
        let tolerance = Tolerance { absolute: self.delta, relative: 0.0 };
        let log = self.pair.common.semiring == SemiringName::Log;
        let beta = if log { Beta::ONE } else { Beta::Infinite };
        let o = RandomTest { paths: self.npath, arcs: self.max_length, beta, tolerance };
        let found = randomly_equivalent(a, b, &o, &mut uniform(self.seed)).at(place)?;
        if let Equivalence::Refuted { input, output, energies: (first, second) } = &found {
            complain(&format!("{place}: note: {input:?} to {output:?} has energy {first} and {second}"));
        }
        Ok(matches!(found, Equivalence::Likely { .. }))
    }
}

impl Pair {
    fn check(&self) -> Result<(), CliError> {
        if is_stdin(&self.first) && is_stdin(&self.second) {
            return Err(CliError::Usage("standard input cannot be both graphs".to_owned()));
        }
        Ok(())
    }

    /// Prints what `question` says of two graphs over the same symbols.
    fn ask(
        &self,
        question: impl FnOnce(&Graph<Energy>, &Graph<Energy>, &str) -> Result<bool, CliError>,
    ) -> Result<(), CliError> {
        self.check()?;
        let (isymbols, osymbols) = self.common.symbols()?;
        let options = self.common.options((isymbols.as_ref(), osymbols.as_ref()));
        let (a, b) = (read_graph(&self.first, &options)?, read_graph(&self.second, &options)?);
        let same = question(&a.graph, &b.graph, &both(&self.first, &self.second))?;
        deliver(&format!("{same}\n"), self.common.output.as_deref())
    }

    /// Applies `op` to two graphs over the same symbols.
    pub(super) fn run(
        &self,
        op: impl FnOnce(&Graph<Energy>, &Graph<Energy>) -> Result<Graph<Energy>, ops::OpError>,
    ) -> Result<(), CliError> {
        self.check()?;
        let (isymbols, osymbols) = self.common.symbols()?;
        let given = (isymbols.as_ref(), osymbols.as_ref());
        let options = self.common.options(given);
        let (a, b) = (read_graph(&self.first, &options)?, read_graph(&self.second, &options)?);
        let place = both(&self.first, &self.second);
        let tables = a.tables(b.tables(given));
        self.common.write(&or_empty(op(&a.graph, &b.graph), &place)?, a.form, tables, &place)
    }
}

impl Compose {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let Pair { first, second, common } = &self.pair;
        self.pair.check()?;
        let (isymbols, osymbols) = common.symbols()?;
        let between = read_symbols(self.msymbols.as_deref())?;
        let (i, o, m) = (isymbols.as_ref(), osymbols.as_ref(), between.as_ref());
        // Acceptors have one table, which names the labels of both.
        let (left, right) = if common.acceptor { ((i, i), (i, i)) } else { ((i, m), (m, o)) };
        let a = read_graph(first, &common.options(left))?;
        let b = read_graph(second, &common.options(right))?;
        let place = both(first, second);
        let (filter, look_ahead) = (self.compose_filter.into(), self.look_ahead);
        let options = ops::Compose { filter, look_ahead, ..ops::Compose::default() };
        let composed = match ops::compose(&a.graph, &b.graph, &options) {
            Err(empty @ ops::OpError::Empty { .. }) => {
                complain(&format!("{place}: note: {empty}"));
                Graph::empty()
            }
            other => or_empty(other.map(|t| t.graph), &place)?,
        };
        let tables = (a.tables(left).0, b.tables(right).1);
        write_graph(&composed, a.form, &common.options(tables), &place, common.output.as_deref())
    }
}
