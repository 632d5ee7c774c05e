//! `energraph fst relabel` and `fst symbols`: other labels, other tables.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;

use super::super::error::{At, CliError};
use super::super::files::{deliver, name, read_symbols, read_text};
use super::super::weights::{Kind, Question, Refused};
use super::Unary;
use super::rewrite::Rewrite;
use crate::graph::{EPSILON, Graph, Label, SymbolTable};

/// Pairs of an old and a new label.
type Pairs = Vec<(Label, Label)>;

#[derive(Debug, Args)]
pub(super) struct Relabel {
    /// A label and what takes its place a line, on the input side.
    #[arg(long, value_name = "FILE")]
    relabel_ipairs: Option<PathBuf>,
    /// The same on the output side.
    #[arg(long, value_name = "FILE")]
    relabel_opairs: Option<PathBuf>,
    /// Input labels become those that this table gives their symbols, which --isymbols or the graph's own table names.
    #[arg(long, value_name = "FILE")]
    relabel_isymbols: Option<PathBuf>,
    /// The same on the output side.
    #[arg(long, value_name = "FILE")]
    relabel_osymbols: Option<PathBuf>,
    /// What stands for input symbols that the new table lacks; without it those are refused.
    #[arg(long, value_name = "SYMBOL")]
    unknown_isymbol: Option<String>,
    /// The same for output symbols.
    #[arg(long, value_name = "SYMBOL")]
    unknown_osymbol: Option<String>,
    /// Taken for the sake of scripts: labels here are never negative.
    #[arg(long, hide = true)]
    allow_negative_labels: bool,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Args)]
pub(super) struct Symbols {
    /// The result has no table of input labels.
    #[arg(long)]
    clear_isymbols: bool,
    /// The result has no table of output labels.
    #[arg(long)]
    clear_osymbols: bool,
    /// A label and what takes its place a line, in the graph's input labels and their table.
    #[arg(long, value_name = "FILE")]
    relabel_ipairs: Option<PathBuf>,
    /// The same on the output side.
    #[arg(long, value_name = "FILE")]
    relabel_opairs: Option<PathBuf>,
    /// Where the graph's table of input labels goes, as text.
    #[arg(long, value_name = "FILE")]
    save_isymbols: Option<PathBuf>,
    /// Where the graph's table of output labels goes, as text.
    #[arg(long, value_name = "FILE")]
    save_osymbols: Option<PathBuf>,
    /// Taken for the sake of scripts: graphs are always verified.
    #[arg(long, hide = true)]
    verify: bool,
    /// Taken for the sake of scripts: labels here are never negative.
    #[arg(long, hide = true)]
    allow_negative_labels: bool,
    #[command(flatten)]
    unary: Unary,
}

impl Relabel {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let source = self.unary.source();
        let (into_i, into_o) =
            (read_symbols(self.relabel_isymbols.as_deref())?, read_symbols(self.relabel_osymbols.as_deref())?);
        let (ipairs, opairs) = (pairs(self.relabel_ipairs.as_deref())?, pairs(self.relabel_opairs.as_deref())?);
        if into_i.is_none() && into_o.is_none() && ipairs.is_none() && opairs.is_none() {
            let what = "nothing is to be relabelled: give --relabel_ipairs, --relabel_opairs or a table";
            return Err(CliError::Usage(what.to_owned()));
        }
        let read = source.read()?;
        let (i, o) = read.tables((None, None));
        let (used_i, used_o) = read.graph.ask(Used).at(source.place())?;
        let unknown = self.unknown_isymbol.as_deref();
        let input = Change { pairs: ipairs, old: i, new: into_i.as_ref(), unknown, used: &used_i }
            .pairs()
            .at("--relabel_isymbols")?;
        let unknown = self.unknown_osymbol.as_deref();
        let output = Change { pairs: opairs, old: o, new: into_o.as_ref(), unknown, used: &used_o }
            .pairs()
            .at("--relabel_osymbols")?;
        let result = source.apply(&read, &[Rewrite::Relabel(input, output)])?;
        // Pairs leave labels that the old table does not name.
        let tables = (into_i.as_ref().or(i), into_o.as_ref().or(o));
        let tables =
            (tables.0.filter(|_| self.relabel_ipairs.is_none()), tables.1.filter(|_| self.relabel_opairs.is_none()));
        source.write(&result, read.form, tables)
    }
}

impl Symbols {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let source = self.unary.source();
        let (ipairs, opairs) = (pairs(self.relabel_ipairs.as_deref())?, pairs(self.relabel_opairs.as_deref())?);
        let read = source.read()?;
        let (i, o) = read.tables((None, None));
        save(i, self.save_isymbols.as_deref())?;
        save(o, self.save_osymbols.as_deref())?;
        let renamed = |table: Option<&SymbolTable>, pairs: &Option<Pairs>, option| match (table, pairs) {
            (Some(table), Some(pairs)) => rename(table, pairs).at(option).map(Some),
            (table, _) => Ok(table.cloned()),
        };
        let (i, o) = (renamed(i, &ipairs, "--relabel_ipairs")?, renamed(o, &opairs, "--relabel_opairs")?);
        let steps = [Rewrite::Relabel(ipairs.unwrap_or_default(), opairs.unwrap_or_default())];
        let result = source.apply(&read, &steps)?;
        let kept = (i.as_ref().filter(|_| !self.clear_isymbols), o.as_ref().filter(|_| !self.clear_osymbols));
        source.write(&result, read.form, kept)
    }
}

/// Writes a table as text, where a file was named for it and there is one.
pub(super) fn save(table: Option<&SymbolTable>, to: Option<&Path>) -> Result<(), CliError> {
    match (table, to) {
        (Some(table), Some(to)) => deliver(&table.write(), Some(to)),
        (None, Some(to)) => Err(CliError::Usage(format!("the graph has no table to be saved in {}", name(to)))),
        (_, None) => Ok(()),
    }
}

/// Two labels a line.
fn pairs(path: Option<&Path>) -> Result<Option<Pairs>, CliError> {
    let read = |p: &Path| {
        let text = read_text(p)?;
        let pair = |(line, content): (usize, &str)| {
            let labels: Option<Vec<Label>> = content.split_whitespace().map(|c| c.parse().ok()).collect();
            match labels.as_deref() {
                Some(&[old, new]) => Ok((old, new)),
                _ => Err(format!("line {line}: {content:?} is not two labels")),
            }
        };
        let lines = (1..).zip(text.lines()).filter(|(_, l)| !l.trim().is_empty());
        lines.map(pair).collect::<Result<Pairs, String>>().at(name(p))
    };
    path.map(read).transpose()
}

/// The labels of each side of a graph.
struct Used;

impl Question for Used {
    type Answer = (BTreeSet<Label>, BTreeSet<Label>);
    fn of<W: Kind>(self, g: &Graph<W>) -> Result<Self::Answer, Refused> {
        Ok(g.all_arcs().iter().map(|a| (a.ilabel, a.olabel)).unzip())
    }
}

/// How the labels of one side change: by pairs, or from table to table.
struct Change<'a> {
    pairs: Option<Pairs>,
    old: Option<&'a SymbolTable>,
    new: Option<&'a SymbolTable>,
    unknown: Option<&'a str>,
    used: &'a BTreeSet<Label>,
}

impl Change<'_> {
    fn pairs(self) -> Result<Pairs, String> {
        let (Some(new), None) = (self.new, &self.pairs) else { return Ok(self.pairs.unwrap_or_default()) };
        let old = self.old.ok_or("the graph's labels have no symbols that could move")?;
        let unknown = match self.unknown.filter(|u| !u.is_empty()) {
            None => None,
            Some(u) => Some(new.label(u).ok_or(format!("the new table has no {u:?} for unknown symbols"))?),
        };
        let pair = |&label: &Label| {
            let symbol = old.symbol(label).ok_or(format!("label {label} is not in the old table"))?;
            let to = new.label(symbol).or(unknown);
            to.map(|to| (label, to)).ok_or(format!("symbol {symbol:?} of label {label} is not in the new table"))
        };
        self.used.iter().filter(|&&l| l != EPSILON).map(pair).collect()
    }
}

/// The same symbols with other labels.
fn rename(table: &SymbolTable, pairs: &Pairs) -> Result<SymbolTable, crate::graph::SymbolError> {
    let mut renamed = SymbolTable::new();
    for (label, symbol) in table.iter() {
        let to = pairs.iter().rev().find(|(old, _)| *old == label).map_or(label, |(_, new)| *new);
        if to != EPSILON {
            renamed.insert(symbol, to)?;
        }
    }
    Ok(renamed)
}
