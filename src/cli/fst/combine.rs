//! Operations on two graphs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::super::error::{At, CliError, complain};
use super::super::files::read_symbols;
use super::super::weights::{Any, Commuted, Kind, Question2, Refused, or_empty};
use super::budget::{Work, named};
use super::inputs::{Both, Pair, agree};
use crate::graph::Graph;
use crate::ops::{self, OpError};

#[derive(Debug, Args)]
pub(super) struct Compose {
    /// Symbol table of the labels between the two: what the first writes and the second reads.
    #[arg(long, value_name = "FILE")]
    msymbols: Option<PathBuf>,
    /// Leave out pairs of states behind which no label can come next: for lexicons that write words at their ends.
    #[arg(long)]
    look_ahead: bool,
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    pair: Pair,
}

#[derive(Debug, Args)]
pub(super) struct Filter {
    /// Which orders of epsilons between the two are kept.
    #[arg(long, value_enum, default_value = "sequence")]
    compose_filter: FilterName,
    /// Leave out the states that no accepting path visits; with =false the result has all that the search reached.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    connect: Option<bool>,
    #[command(flatten)]
    pub work: Work,
}

/// Two acceptors in.
#[derive(Debug, Args)]
pub(super) struct Matched {
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    pub pair: Pair,
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
    /// Together alone, as if they were a label.
    Null,
}

impl From<FilterName> for ops::Filter {
    fn from(name: FilterName) -> Self {
        match name {
            FilterName::Sequence => ops::Filter::Sequence,
            FilterName::AltSequence => ops::Filter::AlternateSequence,
            FilterName::Match => ops::Filter::Match,
            FilterName::NoMatch => ops::Filter::NoMatch,
            FilterName::Trivial => ops::Filter::Trivial,
            FilterName::Null => ops::Filter::Null,
        }
    }
}

impl Filter {
    pub(super) fn options(&self, look_ahead: bool) -> ops::Compose {
        let (dead_ends, budget) = (self.connect == Some(false), self.work.budget());
        ops::Compose { filter: self.compose_filter.into(), look_ahead, dead_ends, budget, ..ops::Compose::default() }
    }
}

/// Which operation on two graphs.
pub(super) enum Combine {
    Concat,
    Difference(ops::Compose),
    Intersect(ops::Compose),
    Union,
}

impl Matched {
    pub(super) fn run(&self, op: fn(ops::Compose) -> Combine) -> Result<(), CliError> {
        self.pair.run(op(self.filter.options(false)))
    }
}

impl Question2 for Combine {
    type Answer = Any;
    fn of<W: Kind>(self, a: &Graph<W>, b: &Graph<W>) -> Result<Any, Refused>
    where
        Any: From<Graph<W>>,
    {
        let budget = match self {
            Combine::Difference(o) | Combine::Intersect(o) => Some(o.budget),
            Combine::Concat | Combine::Union => None,
        };
        let made = match self {
            Combine::Concat => ops::concat(&[a, b]).map(|t| t.graph).map_err(Refused::from),
            Combine::Difference(o) => W::commuted(Commuted::Difference(a, b, o)),
            Combine::Intersect(o) => W::commuted(Commuted::Intersect(a, b, o)),
            Combine::Union => ops::union(&[a, b]).map(|t| t.graph).map_err(Refused::from),
        };
        Ok(or_empty(made.map_err(|e| named(budget, e)))?.into())
    }
}

/// Composition, which says what did not match where nothing is left.
struct Composed<'a> {
    options: ops::Compose,
    place: &'a str,
}

impl Question2 for Composed<'_> {
    type Answer = Any;
    fn of<W: Kind>(self, a: &Graph<W>, b: &Graph<W>) -> Result<Any, Refused>
    where
        Any: From<Graph<W>>,
    {
        match W::commuted(Commuted::Compose(a, b, self.options)) {
            Err(Refused::Op(empty @ OpError::Empty { .. })) => {
                complain(&format!("{}: note: {empty}", self.place));
                Ok(Graph::<W>::empty().into())
            }
            made => Ok(made.map_err(|e| named(Some(self.options.budget), e))?.into()),
        }
    }
}

impl Compose {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let Both { common, .. } = &self.pair.both;
        let (isymbols, osymbols) = common.symbols()?;
        let between = read_symbols(self.msymbols.as_deref())?;
        let (i, o, m) = (isymbols.as_ref(), osymbols.as_ref(), between.as_ref());
        // Acceptors have one table, which names the labels of both.
        let (left, right) = if common.acceptor { ((i, i), (i, i)) } else { ((i, m), (m, o)) };
        let (a, b) = self.pair.both.read(left, right)?;
        let place = self.pair.both.place();
        agree(a.tables(left).1, b.tables(right).0).at(&place)?;
        let options = self.filter.options(self.look_ahead);
        let composed = a.graph.ask_both(&b.graph, Composed { options, place: &place }).at(&place)?;
        let tables = (a.tables(left).0, b.tables(right).1);
        super::super::files::write_graph(&composed, a.form, &common.options(tables), &place, self.pair.to())
    }
}
