//! `energraph fst relabel` and `fst symbols`: other labels, other tables.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;

use super::super::error::{At, CliError, complain};
use super::super::files::{Form, Tables, deliver, name, read_symbols, read_text};
use super::super::weights::{Kind, Question, Refused};
use super::Unary;
use super::rewrite::Rewrite;
use crate::graph::att::AttError;
use crate::graph::{EPSILON, Graph, Label, Side, SymbolTable};

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
    /// Input labels become those that this table gives their symbols, which --isymbols or the graph's own table names; without
    /// either they stay, and a note says so.
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
    /// Where the pairs of labels go that took place on the input side, in the form of --relabel_ipairs.
    #[arg(long, value_name = "FILE")]
    save_relabel_ipairs: Option<PathBuf>,
    /// The same on the output side.
    #[arg(long, value_name = "FILE")]
    save_relabel_opairs: Option<PathBuf>,
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
    /// A label and what takes its place a line, in the table of input labels, which then names those alone; the graph's labels
    /// stay.
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
    /// Refuse a result with a label that its table does not name.
    #[arg(long)]
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
        let (mut ipairs, mut opairs) = (pairs(self.relabel_ipairs.as_deref())?, pairs(self.relabel_opairs.as_deref())?);
        // As in OpenFst's fstrelabel.
        if (into_i.is_some() || into_o.is_some()) && (ipairs.take().is_some() | opairs.take().is_some()) {
            let what = "pairs of labels are not looked at where a table says what labels become";
            complain(&format!("{}: note: {what}", source.place()));
        }
        let given = self.unary.common.symbols()?;
        let read = source.read_with((given.0.as_ref(), given.1.as_ref()))?;
        let (i, o) = read.tables((given.0.as_ref(), given.1.as_ref()));
        let into_i = into_i.filter(|_| may_move(i, "--relabel_isymbols", &source.place()));
        let into_o = into_o.filter(|_| may_move(o, "--relabel_osymbols", &source.place()));
        let (used_i, used_o) = read.graph.ask(Used).at(source.place())?;
        let unknown = self.unknown_isymbol.as_deref();
        let input = Change { pairs: ipairs.as_deref(), old: i, new: into_i.as_ref(), unknown, used: &used_i }
            .pairs()
            .at("--relabel_isymbols")?;
        let unknown = self.unknown_osymbol.as_deref();
        let output = Change { pairs: opairs.as_deref(), old: o, new: into_o.as_ref(), unknown, used: &used_o }
            .pairs()
            .at("--relabel_osymbols")?;
        save_pairs(&input, self.save_relabel_ipairs.as_deref())?;
        save_pairs(&output, self.save_relabel_opairs.as_deref())?;
        let result = source.apply(&read, &[Rewrite::Relabel(input, output)])?;
        let own = match read.form {
            // Labels of a text whose names no longer hold are numbers.
            Form::Text => (i.filter(|_| ipairs.is_none()), o.filter(|_| opairs.is_none())),
            // The file's own tables stay, whatever the command line names and the pairs leave nameless: as in fstrelabel.
            _ => (read.isymbols.as_ref(), read.osymbols.as_ref()),
        };
        // A graph without a table gets none either.
        let named = (own.0.and(into_i.as_ref()).or(own.0), own.1.and(into_o.as_ref()).or(own.1));
        source.write(&result, read.form, named)
    }
}

impl Symbols {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let source = self.unary.source();
        let (ipairs, opairs) = (pairs(self.relabel_ipairs.as_deref())?, pairs(self.relabel_opairs.as_deref())?);
        let given = self.unary.common.symbols()?;
        let given = (given.0.as_ref(), given.1.as_ref());
        let read = source.read_with(given)?;
        // What is saved is what the graph has before it gets others; a text has those that it was read with.
        let own = match read.form {
            Form::Text => given,
            _ => (read.isymbols.as_ref(), read.osymbols.as_ref()),
        };
        save(own.0, self.save_isymbols.as_deref(), &source.place())?;
        save(own.1, self.save_osymbols.as_deref(), &source.place())?;
        // As in OpenFst's fstsymbols, a table that is named goes before the wish for none.
        let kept = |given: Option<&SymbolTable>, own: Option<&SymbolTable>, clear: bool| match given {
            Some(given) => Some(given.clone()),
            None => own.filter(|_| !clear).cloned(),
        };
        let renamed = |table: Option<SymbolTable>, pairs: Option<Pairs>, option: &str| match (table, pairs) {
            (Some(table), Some(pairs)) => rename(&table, &pairs).at(option).map(Some),
            (None, Some(_)) => Err(CliError::Usage(format!("{option}: the graph has no table to be changed"))),
            (table, None) => Ok(table),
        };
        let i = renamed(kept(given.0, own.0, self.clear_isymbols), ipairs, "--relabel_ipairs")?;
        let o = renamed(kept(given.1, own.1, self.clear_osymbols), opairs, "--relabel_opairs")?;
        let tables = (i.as_ref(), o.as_ref());
        if self.verify {
            read.graph.ask(Verified(tables)).at(source.place())?;
        }
        source.write(&read.graph, read.form, tables)
    }
}

/// Whether a graph's labels have names by which they can move; a note says where they have none, and stay as in fstrelabel.
fn may_move(old: Option<&SymbolTable>, option: &str, place: &str) -> bool {
    if old.is_none() {
        complain(&format!("{place}: note: {option}: the graph's labels have no symbols, and stay as they are"));
    }
    old.is_some()
}

/// A graph whose labels, 0 among them, are all in its tables.
pub(super) struct Verified<'a>(pub Tables<'a>);

impl Question for Verified<'_> {
    type Answer = ();
    fn of<W: Kind>(self, g: &Graph<W>) -> Result<(), Refused> {
        let lacks = |table: Option<&SymbolTable>, label| table.is_some_and(|t| t.symbol(label).is_none());
        for a in g.all_arcs() {
            for (label, table, side) in [(a.ilabel, self.0.0, Side::Input), (a.olabel, self.0.1, Side::Output)] {
                if lacks(table, label) {
                    return Err(AttError::NoSymbol { label, side }.into());
                }
            }
        }
        Ok(())
    }
}

/// Writes a table as text, where a file was named for it; where there is no table a note says so, and as in OpenFst's tools the
/// rest is done.
pub(super) fn save(table: Option<&SymbolTable>, to: Option<&Path>, place: &str) -> Result<(), CliError> {
    match (table, to) {
        (Some(table), Some(to)) => deliver(&table.write(), Some(to)),
        (None, Some(to)) => {
            complain(&format!("{place}: note: there is no table to be saved in {}", name(to)));
            Ok(())
        }
        (_, None) => Ok(()),
    }
}

/// Writes pairs as [`pairs`] reads them, where a file was named for them.
fn save_pairs(pairs: &[(Label, Label)], to: Option<&Path>) -> Result<(), CliError> {
    let Some(to) = to else { return Ok(()) };
    deliver(&pairs.iter().map(|(old, new)| format!("{old}\t{new}\n")).collect::<String>(), Some(to))
}

/// Two labels a line; of several lines for one label the first counts.
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
        let mut pairs = lines.map(pair).collect::<Result<Pairs, String>>().at(name(p))?;
        let mut seen = BTreeSet::new();
        pairs.retain(|(old, _)| seen.insert(*old));
        Ok(pairs)
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
    pairs: Option<&'a [(Label, Label)]>,
    old: Option<&'a SymbolTable>,
    new: Option<&'a SymbolTable>,
    unknown: Option<&'a str>,
    used: &'a BTreeSet<Label>,
}

impl Change<'_> {
    fn pairs(self) -> Result<Pairs, String> {
        let (Some(new), Some(old)) = (self.new, self.old) else {
            return Ok(self.pairs.unwrap_or_default().to_vec());
        };
        let unknown = self.unknown.filter(|u| !u.is_empty());
        let pair = |&label: &Label| {
            let symbol = old.symbol(label).ok_or(format!("label {label} is not in the old table"))?;
            let to = new.label(symbol).or_else(|| new.label(unknown?));
            let nor = unknown.map_or(String::new(), |u| format!(", which has no {u:?} for unknown symbols either"));
            to.map(|to| (label, to)).ok_or(format!("symbol {symbol:?} of label {label} is not in the new table{nor}"))
        };
        // Epsilon stays what it is, unless its name is another label's in the new table.
        let epsilon = old.symbol(EPSILON).and_then(|symbol| new.label(symbol)).filter(|&to| to != EPSILON);
        let epsilon = epsilon.filter(|_| self.used.contains(&EPSILON)).map(|to| Ok((EPSILON, to)));
        epsilon.into_iter().chain(self.used.iter().filter(|&&l| l != EPSILON).map(pair)).collect()
    }
}

/// The symbols that pairs name with other labels, and no others; as OpenFst has it, in the table's name too.
fn rename(table: &SymbolTable, pairs: &Pairs) -> Result<SymbolTable, crate::graph::SymbolError> {
    let mut renamed = SymbolTable::empty();
    for &(old, new) in pairs {
        if let Some(symbol) = table.symbol(old) {
            renamed.insert(symbol, new)?;
        }
    }
    Ok(match table.name() {
        Some(name) => renamed.named(format!("relabeled_{name}")),
        None => renamed,
    })
}
