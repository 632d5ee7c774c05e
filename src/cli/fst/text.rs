//! AT&T text: `energraph fst print`, and what the numbers of states in a text say.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;

use super::super::error::{At, CliError};
use super::super::files::{deliver, read_symbols};
use super::super::weights::{Kind, Question, Refused};
use super::Unary;
use super::labels::save;
use crate::graph::att::AttError;
use crate::graph::{Graph, GraphBuilder, GraphError, Label, Side, StateId, SymbolTable};

/// Most states and arcs that the numbers of a text's states may ask for.
const MOST_STATES: usize = 1 << 24;

#[derive(Debug, Args)]
pub(super) struct Print {
    /// Labels are numbers whatever tables there are.
    #[arg(long)]
    numeric: bool,
    /// Weights of 1̄ are printed too.
    #[arg(long)]
    show_weight_one: bool,
    /// What stands for labels that a table does not name; without it those are refused.
    #[arg(long, value_name = "SYMBOL")]
    missing_symbol: Option<String>,
    /// Table of the names of states.
    #[arg(long, value_name = "FILE")]
    ssymbols: Option<PathBuf>,
    /// What stands between columns: the first character.
    #[arg(long, value_name = "CHARACTERS", default_value = "\t", hide_default_value = true)]
    fst_field_separator: String,
    /// Where the table of input labels goes, as text.
    #[arg(long, value_name = "FILE")]
    save_isymbols: Option<PathBuf>,
    /// Where the table of output labels goes, as text.
    #[arg(long, value_name = "FILE")]
    save_osymbols: Option<PathBuf>,
    /// Taken for the sake of scripts: labels here are never negative.
    #[arg(long, hide = true)]
    allow_negative_labels: bool,
    #[command(flatten)]
    unary: Unary,
}

impl Print {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let source = self.unary.source();
        let states = read_symbols(self.ssymbols.as_deref())?;
        let read = source.read()?;
        let (i, o) = read.tables((None, None));
        save(i, self.save_isymbols.as_deref(), &source.place())?;
        save(o, self.save_osymbols.as_deref(), &source.place())?;
        let shown = |table| if self.numeric { None } else { table };
        let table = Columns {
            isymbols: shown(i),
            osymbols: shown(o),
            states: states.as_ref(),
            acceptor: source.common.acceptor,
            print: self,
        };
        deliver(&read.graph.ask(table).at(source.place())?, source.to)
    }
}

/// A graph as lines of columns.
struct Columns<'a> {
    isymbols: Option<&'a SymbolTable>,
    osymbols: Option<&'a SymbolTable>,
    states: Option<&'a SymbolTable>,
    acceptor: bool,
    print: &'a Print,
}

impl Columns<'_> {
    fn label(&self, label: Label, table: Option<&SymbolTable>, side: Side) -> Result<String, AttError> {
        let missing = self.print.missing_symbol.as_ref().filter(|m| !m.is_empty());
        match (table.is_some_and(|t| t.symbol(label).is_none()), missing) {
            (true, Some(missing)) => Ok(missing.clone()),
            _ => shown(label, table, side),
        }
    }

    fn state(&self, s: StateId) -> String {
        let name = self.states.and_then(|t| t.symbol(s));
        name.map_or_else(|| s.to_string(), str::to_owned)
    }

    fn line<W: Kind>(&self, text: &mut String, mut columns: Vec<String>, weight: &W) {
        if self.print.show_weight_one || *weight != W::one() {
            columns.push(weight.print_weight());
        }
        let between: String = self.print.fst_field_separator.chars().take(1).collect();
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{}", columns.join(&between));
    }
}

impl Question for Columns<'_> {
    type Answer = String;
    fn of<W: Kind>(self, g: &Graph<W>) -> Result<String, Refused> {
        let mut text = String::new();
        // A transducer has two columns all the same.
        let acceptor = self.acceptor && g.is_acceptor();
        let Some(start) = g.start() else { return Ok(text) };
        let others = (0..g.states() as StateId).filter(|&s| s != start);
        for s in std::iter::once(start).chain(others) {
            for a in g.arcs(s) {
                let mut columns = vec![self.state(s), self.state(a.target)];
                columns.push(self.label(a.ilabel, self.isymbols, Side::Input)?);
                if !acceptor {
                    columns.push(self.label(a.olabel, self.osymbols, Side::Output)?);
                }
                self.line(&mut text, columns, &a.weight);
            }
            // A state that is neither final nor left by an arc is there all the same.
            if g.is_final(s) || g.arcs(s).is_empty() {
                self.line(&mut text, vec![self.state(s)], &g.final_weight(s));
            }
        }
        Ok(text)
    }
}

/// A label as its symbol, or as its number where there is no table; label 0 without a name as `<eps>`.
pub(super) fn shown(label: Label, table: Option<&SymbolTable>, side: Side) -> Result<String, AttError> {
    match table.map(|t| t.shown(label)) {
        None => Ok(label.to_string()),
        Some(Some(symbol)) => Ok(symbol.to_owned()),
        Some(None) => Err(AttError::NoSymbol { label, side }),
    }
}

/// The columns of a line that name states, of lines that hold something.
fn states(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    text.lines().filter_map(|line| {
        let mut columns = line.split([' ', '\t', '\r']).filter(|c| !c.is_empty());
        let source = columns.next()?;
        let second = columns.next();
        Some((source, second.filter(|_| columns.next().is_some())))
    })
}

/// The numbers of a text's states, as they come up.
fn numbers(text: &str) -> Vec<u64> {
    let (mut seen, mut order) = (HashSet::new(), Vec::new());
    let all = states(text).flat_map(|(source, target)| std::iter::once(source).chain(target));
    for number in all.filter_map(|text| text.parse::<u64>().ok()) {
        if seen.insert(number) {
            order.push(number);
        }
    }
    order
}

/// The states of the graph of a text as they come up in it: the reader sorts them by number.
pub(super) fn as_they_come(text: &str) -> Vec<StateId> {
    let order = numbers(text);
    let mut sorted = order.clone();
    sorted.sort_unstable();
    order.iter().map(|n| sorted.partition_point(|m| m < n) as StateId).collect()
}

/// The graph of a text with the numbers that states have there.
pub(super) fn numbered<W: Kind>(g: &Graph<W>, text: &str) -> Result<Graph<W>, GraphError> {
    let numbers: Vec<u64> = numbers(text).into_iter().collect::<BTreeSet<u64>>().into_iter().collect();
    let Some(last) = numbers.last() else { return Ok(g.clone()) };
    if *last >= MOST_STATES as u64 {
        return Err(GraphError::TooLarge { what: "states", count: usize::try_from(*last).unwrap_or(usize::MAX) });
    }
    let number = |s: StateId| numbers.get(s as usize).map_or(s, |n| *n as StateId);
    let mut b = GraphBuilder::new();
    b.add_states(*last as usize + 1);
    g.start().into_iter().for_each(|s| b.start(number(s)));
    for s in 0..g.states() as StateId {
        g.arcs(s).iter().for_each(|a| b.arc(number(s), a.ilabel, a.olabel, a.weight.clone(), number(a.target)));
        b.final_weight(number(s), g.final_weight(s));
    }
    b.build()
}

/// A text with numbers for the names of its states.
pub(super) fn with_states(text: &str, table: &SymbolTable) -> Result<String, String> {
    let mut numbers = String::new();
    for (line, content) in (1..).zip(text.lines()) {
        let mut columns: Vec<String> =
            content.split([' ', '\t', '\r']).filter(|c| !c.is_empty()).map(str::to_owned).collect();
        let names = if columns.len() > 2 { 2 } else { 1 };
        for name in columns.iter_mut().take(names) {
            let number = table.label(name).ok_or(format!("line {line}: state {name:?} is not in the symbol table"))?;
            *name = number.to_string();
        }
        let _ = writeln!(numbers, "{}", columns.join("\t"));
    }
    Ok(numbers)
}
