//! What goes in and where the result goes.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::super::error::{At, CliError, complain};
use super::super::files::{Form, Loaded, Tables, Unread, deliver, is_stdin, name, read_symbols, write_graph};
use super::super::weights::{Any, Question2, Refused};
use super::budget::{Work, named};
use super::limits::Compat;
use super::rewrite::{Apply, Rewrite};
use crate::graph::att::AttOptions;
use crate::graph::openfst::ArcType;
use crate::graph::{EPSILON, SymbolTable};
use crate::ops::Budget;

/// How energies of several paths become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SemiringName {
    /// The lowest counts.
    Tropical,
    /// −log Σ e^−energy.
    Log,
}

/// What every operation takes.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// Where the result goes; standard output if not given.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// Texts have one label column.
    #[arg(long)]
    pub acceptor: bool,
    /// What the sum over paths of energies is; log for files with log or log64 arcs, tropical for others if not given.
    #[arg(long, value_enum)]
    pub semiring: Option<SemiringName>,
    /// Symbol table of the input labels.
    #[arg(long, value_name = "FILE")]
    pub isymbols: Option<PathBuf>,
    /// Symbol table of the output labels.
    #[arg(long, value_name = "FILE")]
    pub osymbols: Option<PathBuf>,
}

/// One graph in.
#[derive(Debug, Args)]
pub(super) struct Unary {
    /// AT&T text, an OpenFst binary or JSON; `-`, or none, is standard input.
    #[arg(default_value = "-", hide_default_value = true)]
    pub file: PathBuf,
    /// Where the result goes, as --output.
    #[arg(value_name = "OUT", conflicts_with = "output")]
    to: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

/// Two graphs in, one out.
#[derive(Debug, Args)]
pub(super) struct Pair {
    #[command(flatten)]
    pub both: Both,
    /// Where the result goes, as --output.
    #[arg(value_name = "OUT", conflicts_with = "output")]
    to: Option<PathBuf>,
}

/// What the labels of two graphs are to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Labels {
    /// Names, on which symbol tables have to agree.
    Named,
    /// Numbers, as they are to OpenFst's `fstequal` and `fstisomorphic`.
    Numbers,
}

/// Two graphs in.
#[derive(Debug, Args)]
pub(super) struct Both {
    /// AT&T text, an OpenFst binary or JSON; `-` is standard input.
    pub first: PathBuf,
    /// AT&T text, an OpenFst binary or JSON; `-` is standard input.
    pub second: PathBuf,
    #[command(flatten)]
    pub compat: Compat,
    #[command(flatten)]
    pub common: Common,
}

/// A graph's file, where the result goes, and what is common to all operations.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub file: &'a Path,
    pub to: Option<&'a Path>,
    pub common: &'a Common,
    /// What the command line allows, of operations that have a budget.
    pub budget: Option<Budget>,
}

impl Common {
    /// The tables that the command line names.
    pub(super) fn symbols(&self) -> Result<(Option<SymbolTable>, Option<SymbolTable>), CliError> {
        let (i, o) = (self.isymbols.as_deref(), self.osymbols.as_deref());
        if let (Some(i), Some(o)) = (i, o)
            && is_stdin(i)
            && is_stdin(o)
        {
            return Err(CliError::Usage("standard input cannot be two symbol tables".to_owned()));
        }
        Ok((read_symbols(i)?, read_symbols(o)?))
    }

    pub(super) fn options<'a>(&self, (isymbols, osymbols): Tables<'a>) -> AttOptions<'a> {
        AttOptions { acceptor: self.acceptor, isymbols, osymbols }
    }

    /// Whether energies of several paths are summed as −log Σ e^−energy: as is asked for, or as the file's arcs say.
    pub(super) fn is_log(&self, form: Form) -> bool {
        let arcs = matches!(form, Form::Binary { arcs: ArcType::Log | ArcType::Log64, .. });
        self.semiring.map_or(arcs, |s| s == SemiringName::Log)
    }

    /// What was read, for the semiring that is asked for; other energies than those of 64 bits are lifted where they are summed.
    fn summed(&self, read: Loaded) -> Loaded {
        match self.semiring {
            Some(SemiringName::Tropical) if read.wide => Loaded { graph: read.graph.tropical(), ..read },
            _ => read,
        }
    }

    /// Refuses the log semiring, where no path is the best.
    pub(super) fn only_tropical(&self, form: Form) -> Result<(), CliError> {
        match self.is_log(form) {
            false => Ok(()),
            true => Err(CliError::Usage("no path is the best in the log semiring".to_owned())),
        }
    }

    /// Writes a result; one that accepts nothing is said to.
    pub(super) fn write(
        &self,
        g: &Any,
        form: Form,
        tables: Tables<'_>,
        place: &str,
        to: Option<&Path>,
    ) -> Result<(), CliError> {
        if g.is_empty() {
            complain(&format!("{place}: note: the result accepts nothing"));
        }
        write_graph(g, form, &self.options(tables), place, to)
    }
}

impl<'a> Source<'a> {
    pub(super) fn new(file: &'a Path, to: Option<&'a Path>, common: &'a Common) -> Self {
        Source { file, to, common, budget: None }
    }

    /// The same, with as much work as is allowed.
    pub(super) fn within(self, work: Work) -> Self {
        Source { budget: Some(work.budget()), ..self }
    }

    /// The graph, with the tables that the command line names, and where it names none with those of the file.
    pub(super) fn read(self) -> Result<Loaded, CliError> {
        self.read_for(None)
    }

    /// The same, where it goes to a file with such arcs: text for log64 has energies of 64 bits.
    pub(super) fn read_for(self, arcs: Option<ArcType>) -> Result<Loaded, CliError> {
        let (isymbols, osymbols) = self.common.symbols()?;
        let given = (isymbols.as_ref(), osymbols.as_ref());
        let mut read = self.read_after(given, Unread::open(self.file)?, arcs)?;
        read.isymbols = isymbols.or(read.isymbols);
        read.osymbols = osymbols.or(read.osymbols);
        Ok(read)
    }

    /// The graph, with the tables of the file alone; others name the labels of a text.
    pub(super) fn read_with(self, given: Tables<'_>) -> Result<Loaded, CliError> {
        self.read_after(given, Unread::open(self.file)?, None)
    }

    /// The same of a file that was opened before it was known what arcs there are beside.
    pub(super) fn read_after(
        self,
        given: Tables<'_>,
        file: Unread<'_>,
        arcs: Option<ArcType>,
    ) -> Result<Loaded, CliError> {
        let read = file.graph(&self.common.options(given), arcs == Some(ArcType::Log64))?;
        Ok(self.common.summed(read))
    }

    /// The file's name in messages.
    pub(super) fn place(self) -> String {
        name(self.file)
    }

    /// What steps make of the graph.
    pub(super) fn apply(self, read: &Loaded, steps: &[Rewrite]) -> Result<Any, CliError> {
        self.made(read, steps).at(self.place())
    }

    /// The same, whose refusal does not name the file.
    pub(super) fn made(self, read: &Loaded, steps: &[Rewrite]) -> Result<Any, Refused> {
        let apply = Apply { steps, log: self.common.is_log(read.form), budget: self.budget.unwrap_or_default() };
        read.graph.ask(apply).map_err(|e| named(self.budget, e))
    }

    /// Writes a result in a form.
    pub(super) fn write(self, result: &Any, form: Form, tables: Tables<'_>) -> Result<(), CliError> {
        self.common.write(result, form, tables, &self.place(), self.to)
    }

    /// Applies one step after another; each side keeps its symbols.
    pub(super) fn run(self, steps: &[Rewrite]) -> Result<(), CliError> {
        self.run_with(|tables| tables, steps)
    }

    /// Applies steps; `move_symbols` says which tables name the result's sides.
    pub(super) fn run_with(
        self,
        move_symbols: for<'t> fn(Tables<'t>) -> Tables<'t>,
        steps: &[Rewrite],
    ) -> Result<(), CliError> {
        let read = self.read()?;
        let result = self.apply(&read, steps)?;
        let tables = read.tables((None, None));
        // One label column has one table, whatever moves.
        let tables = if self.common.acceptor { tables } else { move_symbols(tables) };
        self.write(&result, read.form, tables)
    }
}

impl Unary {
    pub(super) fn source(&self) -> Source<'_> {
        let Unary { file, to, common } = self;
        Source::new(file, to.as_deref().or(common.output.as_deref()), common)
    }

    /// Applies one step after another; each side keeps its symbols.
    pub(super) fn run(&self, steps: &[Rewrite]) -> Result<(), CliError> {
        self.source().run(steps)
    }
}

impl Both {
    fn check(&self) -> Result<(), CliError> {
        if is_stdin(&self.first) && is_stdin(&self.second) {
            return Err(CliError::Usage("standard input cannot be both graphs".to_owned()));
        }
        Ok(())
    }

    /// Two names in a message.
    pub(super) fn place(&self) -> String {
        format!("{}, {}", name(&self.first), name(&self.second))
    }

    /// Both graphs, whose texts have these tables.
    pub(super) fn read(&self, left: Tables<'_>, right: Tables<'_>) -> Result<(Loaded, Loaded), CliError> {
        self.check()?;
        let (first, second) = (Unread::open(&self.first)?, Unread::open(&self.second)?);
        let wide = first.is_wide() || second.is_wide();
        let first = first.graph(&self.common.options(left), wide)?;
        let second = second.graph(&self.common.options(right), wide)?;
        same_arcs(first.form, second.form).at(self.place())?;
        Ok((self.common.summed(first), self.common.summed(second)))
    }

    /// Answers a question by the exit code, and where --output names a file in words there.
    pub(super) fn ask<Q: Question2<Answer = bool>>(
        &self,
        labels: Labels,
        question: impl FnOnce(bool) -> Q,
    ) -> Result<(), CliError> {
        self.answer(labels, |a, b, log, place| a.graph.ask_both(&b.graph, question(log)).at(place))
    }

    /// The same, where the question is not one to graphs of every kind.
    pub(super) fn answer(
        &self,
        labels: Labels,
        question: impl FnOnce(&Loaded, &Loaded, bool, &str) -> Result<bool, CliError>,
    ) -> Result<(), CliError> {
        let (isymbols, osymbols) = self.common.symbols()?;
        let given = (isymbols.as_ref(), osymbols.as_ref());
        let (a, b) = self.read(given, given)?;
        if labels == Labels::Named && self.compat.is_asked() {
            both_agree(a.tables(given), b.tables(given)).at(self.place())?;
        }
        let log = self.common.is_log(a.form) || self.common.is_log(b.form);
        let yes = question(&a, &b, log, &self.place())?;
        if let Some(to) = self.common.output.as_deref() {
            deliver(&format!("{yes}\n"), Some(to))?;
        }
        if yes { Ok(()) } else { Err(CliError::No) }
    }
}

/// Files whose arcs are of two types: an energy of the one is not an energy of the other.
#[derive(Debug, thiserror::Error)]
#[error("arcs are of type {left} in the one and {right} in the other; `fst convert --arc_type` gives both one type")]
pub(super) struct MixedArcs {
    left: &'static str,
    right: &'static str,
}

/// Refuses two binary files whose arcs are of two types.
pub(super) fn same_arcs(left: Form, right: Form) -> Result<(), MixedArcs> {
    match (left, right) {
        (Form::Binary { arcs: a, .. }, Form::Binary { arcs: b, .. }) if a != b => {
            Err(MixedArcs { left: a.name(), right: b.name() })
        }
        _ => Ok(()),
    }
}

/// Whether labels of two graphs that are one for an operation have one name, and names one label; that of label 0 aside.
pub(super) fn agree(left: Option<&SymbolTable>, right: Option<&SymbolTable>) -> Result<(), Refused> {
    let (Some(left), Some(right)) = (left, right) else { return Ok(()) };
    let refused = |left: String, right: String| Err(Refused::Symbols { left, right });
    for (label, symbol) in left.iter().filter(|(label, _)| *label != EPSILON) {
        let other = match (right.symbol(label), right.label(symbol)) {
            (Some(other), _) if other != symbol => format!("{label} is {other:?}"),
            (_, Some(other)) if other != label => format!("{other} is {symbol:?}"),
            _ => continue,
        };
        return refused(format!("{label} is {symbol:?}"), other);
    }
    // What is left: the first's name of label 0 is another label's name in the second.
    match left.symbol(EPSILON).and_then(|e| Some((e, right.label(e)?))) {
        Some((e, other)) if other != EPSILON => refused(format!("{EPSILON} is {e:?}"), format!("{other} is {e:?}")),
        _ => Ok(()),
    }
}

/// The same for the tables of both sides.
pub(super) fn both_agree(left: Tables<'_>, right: Tables<'_>) -> Result<(), Refused> {
    agree(left.0, right.0)?;
    agree(left.1, right.1)
}

/// The tables of what two graphs become; they are their own.
pub(super) type Joined = (Option<SymbolTable>, Option<SymbolTable>);

/// Tables that may get more pairs.
pub(super) fn owned((isymbols, osymbols): Tables<'_>) -> Joined {
    (isymbols.cloned(), osymbols.cloned())
}

/// The first's tables, and what the second's name besides; refused where they do not agree.
pub(super) fn joined(left: Joined, right: Tables<'_>) -> Result<Joined, Refused> {
    both_agree((left.0.as_ref(), left.1.as_ref()), right)?;
    Ok((with_pairs_of(left.0, right.0), with_pairs_of(left.1, right.1)))
}

/// A table with the pairs of one that agrees with it. Where there is none, labels are numbers, which another graph's table need
/// not name.
pub(super) fn with_pairs_of(left: Option<SymbolTable>, right: Option<&SymbolTable>) -> Option<SymbolTable> {
    let (Some(mut both), Some(more)) = (left.clone(), right) else { return left };
    for (label, symbol) in more.iter() {
        // Label 0 alone may have a name already, and keeps it.
        if both.symbol(label).is_none() {
            let _ = both.insert(symbol, label);
        }
    }
    Some(both)
}

impl Pair {
    pub(super) fn to(&self) -> Option<&Path> {
        self.to.as_deref().or(self.both.common.output.as_deref())
    }

    /// Applies an operation to two graphs over the same symbols.
    pub(super) fn run<Q: Question2<Answer = Any>>(&self, op: Q) -> Result<(), CliError> {
        let asked = self.both.compat.is_asked();
        self.run_with(|left, right| if asked { joined(owned(left), right) } else { Ok(owned(left)) }, op)
    }

    /// The same, with the tables that are made of both graphs' tables.
    pub(super) fn run_with<Q: Question2<Answer = Any>>(
        &self,
        tables_of: impl Fn(Tables<'_>, Tables<'_>) -> Result<Joined, Refused>,
        op: Q,
    ) -> Result<(), CliError> {
        let common = &self.both.common;
        let (isymbols, osymbols) = common.symbols()?;
        let given = (isymbols.as_ref(), osymbols.as_ref());
        let (a, b) = self.both.read(given, given)?;
        let place = self.both.place();
        let (left, right) = (a.tables(given), b.tables(given));
        let mut tables = tables_of(left, right).at(&place)?;
        // A text of numbers stays one.
        if a.form == Form::Text {
            tables = (tables.0.filter(|_| left.0.is_some()), tables.1.filter(|_| left.1.is_some()));
        }
        let result = a.graph.ask_both(&b.graph, op).at(&place)?;
        common.write(&result, a.form, (tables.0.as_ref(), tables.1.as_ref()), &place, self.to())
    }
}
