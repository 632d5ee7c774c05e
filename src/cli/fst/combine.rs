//! Operations on two graphs.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};

use super::super::error::{At, CliError, complain};
use super::super::files::{Loaded, Tables, read_symbols, write_graph};
use super::super::weights::{Any, Commuted, Kind, Question2, Refused, or_empty};
use super::budget::{Work, named};
use super::inputs::{Both, Joined, Pair, agree, owned, with_pairs_of};
use crate::graph::{Graph, SymbolTable};
use crate::ops::{self, OpError};

/// Two graphs in, of which one writes what the other reads.
#[derive(Debug, Args)]
pub(super) struct Chain {
    /// Symbol table of the labels between the two: what the first writes and the second reads.
    #[arg(long, value_name = "FILE")]
    msymbols: Option<PathBuf>,
    /// Leave out pairs of states behind which no label can come next: for lexicons that write words at their ends.
    #[arg(long)]
    look_ahead: bool,
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    pub pair: Pair,
}

/// What [`Chain`] reads.
pub(super) struct Links {
    pub a: Loaded,
    pub b: Loaded,
    /// Of the command line, for what the first reads and what the second writes.
    symbols: (Option<SymbolTable>, Option<SymbolTable>),
    pub place: String,
}

#[derive(Debug, Args)]
pub(super) struct Compose {
    #[command(flatten)]
    connect: Connect,
    #[command(flatten)]
    chain: Chain,
}

/// Whether a result is trimmed.
#[derive(Debug, Args)]
struct Connect {
    /// Leave out the states that no accepting path visits; with =false the result has all that the search reached.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = BoolishValueParser::new())]
    connect: Option<bool>,
}

#[derive(Debug, Args)]
pub(super) struct Filter {
    /// Which orders of epsilons between the two are kept.
    #[arg(long, value_enum, default_value = "sequence")]
    compose_filter: FilterName,
    #[command(flatten)]
    work: Work,
}

/// Two acceptors in.
#[derive(Debug, Args)]
pub(super) struct Matched {
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    connect: Connect,
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

impl Connect {
    /// The same but for dead ends, which stay where they are asked for.
    fn applied(&self, o: ops::Compose) -> ops::Compose {
        ops::Compose { dead_ends: self.connect == Some(false), ..o }
    }
}

impl Filter {
    fn options(&self) -> ops::Compose {
        ops::Compose { filter: self.compose_filter.into(), budget: self.work.budget(), ..ops::Compose::default() }
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
        let op = op(self.connect.applied(self.filter.options()));
        let intersects = matches!(op, Combine::Intersect(_));
        let asked = self.pair.both.compat.is_asked();
        let tables = |left: Tables<'_>, right: Tables<'_>| match asked {
            true => met(left, right, intersects),
            false => Ok(owned((left.0, right.1.or(left.1)))),
        };
        self.pair.run_with(tables, op)
    }
}

/// The tables of two acceptors' strings in common or apart. It is enough that the tables of their inputs agree, or as in OpenFst's
/// fstintersect the first's of outputs and the second's of inputs; contradictions elsewhere are passed over. As there the result's
/// inputs have names where the first's have, its outputs where the second's have, and besides where the first's have.
fn met(left: Tables<'_>, right: Tables<'_>, intersects: bool) -> Result<Joined, Refused> {
    let (inputs, outputs) = (agree(left.0, right.0).is_ok(), agree(left.1, right.1).is_ok());
    if !(inputs && left.0.is_some() && right.0.is_some()) {
        agree(left.1.or(left.0), right.0)?;
    }
    let (i, o) = owned(left);
    let i = if inputs { with_pairs_of(i, right.0) } else { i };
    let o = match outputs {
        true => with_pairs_of(o, right.1).or_else(|| right.1.cloned()),
        // The second's, as there; what is left of a difference may have labels that it does not name.
        false if intersects => right.1.cloned(),
        false => o,
    };
    Ok((i, o))
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

impl Chain {
    pub(super) fn options(&self) -> ops::Compose {
        ops::Compose { look_ahead: self.look_ahead, ..self.filter.options() }
    }

    /// Both graphs, whose tables name the labels between them alike.
    pub(super) fn read(&self) -> Result<Links, CliError> {
        let Both { common, .. } = &self.pair.both;
        let (isymbols, osymbols) = common.symbols()?;
        let between = read_symbols(self.msymbols.as_deref())?;
        // Acceptors have one table, which names the labels of both.
        let (osymbols, between) =
            if common.acceptor { (isymbols.clone(), isymbols.clone()) } else { (osymbols, between) };
        let (left, right) = ((isymbols.as_ref(), between.as_ref()), (between.as_ref(), osymbols.as_ref()));
        let (a, b) = self.pair.both.read(left, right)?;
        let place = self.pair.both.place();
        if self.pair.both.compat.is_asked() {
            agree(a.tables(left).1, b.tables(right).0).at(&place)?;
        }
        Ok(Links { a, b, symbols: (isymbols, osymbols), place })
    }
}

impl Links {
    /// The tables of a result.
    pub(super) fn tables(&self) -> Tables<'_> {
        let (isymbols, osymbols) = (self.symbols.0.as_ref(), self.symbols.1.as_ref());
        (self.a.tables((isymbols, None)).0, self.b.tables((None, osymbols)).1)
    }
}

impl Compose {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let Both { common, .. } = &self.chain.pair.both;
        let read = self.chain.read()?;
        let question = Composed { options: self.connect.applied(self.chain.options()), place: &read.place };
        let composed = read.a.graph.ask_both(&read.b.graph, question).at(&read.place)?;
        write_graph(&composed, read.a.form, &common.options(read.tables()), &read.place, self.chain.pair.to())
    }
}
