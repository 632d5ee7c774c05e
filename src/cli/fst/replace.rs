//! `energraph fst replace`: graphs for the labels that call them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::super::error::{At, CliError};
use super::super::files::{Unread, is_stdin, name};
use super::super::weights::{Any, Kind, Question, Refused, or_empty};
use super::Common;
use super::budget::{Work, named};
use super::inputs::{joined, owned, same_arcs};
use super::limits::Compat;
use crate::graph::{Graph, Label, SymbolTable};
use crate::ops::{self, CallLabels};

#[derive(Debug, Args)]
pub(super) struct Replace {
    /// The root's graph and its label, then a graph and its label for each nonterminal; labels are numbers or output symbols. One
    /// argument more says where the result goes, as --output.
    #[arg(required = true, num_args = 2.., value_name = "GRAPH LABEL")]
    rules: Vec<OsString>,
    /// Which labels the arcs keep that call a graph.
    #[arg(long, value_enum, default_value = "input")]
    call_arc_labeling: Labels,
    /// Which labels the arcs have that return.
    #[arg(long, value_enum, default_value = "neither")]
    return_arc_labeling: Labels,
    /// The label of arcs that return.
    #[arg(long, default_value_t = 0)]
    return_label: Label,
    /// Arcs that call or return are epsilon arcs.
    #[arg(long)]
    epsilon_on_replace: bool,
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    compat: Compat,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Labels {
    Input,
    Output,
    Both,
    Neither,
}

impl From<Labels> for CallLabels {
    fn from(labels: Labels) -> Self {
        match labels {
            Labels::Input => CallLabels::Input,
            Labels::Output => CallLabels::Output,
            Labels::Both => CallLabels::Both,
            Labels::Neither => CallLabels::Neither,
        }
    }
}

impl Replace {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let (isymbols, osymbols) = self.common.symbols()?;
        let given = (isymbols.as_ref(), osymbols.as_ref());
        let options = self.common.options(given);
        // An acceptor's one table is the input's.
        let symbols = if self.common.acceptor { given.0 } else { given.1 };
        let (mut labels, mut files) = (Vec::new(), Vec::<PathBuf>::new());
        let pairs = self.rules.chunks_exact(2);
        let to = match (pairs.remainder(), self.common.output.as_deref()) {
            ([], to) => to,
            ([to], None) => Some(Path::new(to)),
            (over, _) => {
                let over: Vec<_> = over.iter().map(|o| o.display().to_string()).collect();
                return Err(CliError::Usage(format!("{} has no label", over.concat())));
            }
        };
        for rule in pairs {
            let [file, text] = rule else { continue };
            let file = PathBuf::from(file);
            if is_stdin(&file) && files.contains(&file) {
                return Err(CliError::Usage("standard input cannot be two graphs".to_owned()));
            }
            labels.push(label(&text.to_string_lossy(), symbols)?);
            files.push(file);
        }
        let place = files.iter().map(|f| name(f)).collect::<Vec<_>>().join(", ");
        let unread = files.iter().map(|file| Unread::open(file)).collect::<Result<Vec<_>, _>>()?;
        let wide = unread.iter().any(Unread::is_wide);
        let graphs = unread.into_iter().map(|file| file.graph(&options, wide)).collect::<Result<Vec<_>, _>>()?;
        let (Some((root, others)), Some(&start)) = (graphs.split_first(), labels.first()) else {
            return Err(CliError::Usage("a graph and its label are needed".to_owned()));
        };
        let mut tables = owned(root.tables(given));
        for other in others {
            same_arcs(root.form, other.form).at(&place)?;
            if self.compat.is_asked() {
                tables = joined(tables, other.tables(given)).at(&place)?;
            }
        }
        let others: Vec<&Any> = others.iter().map(|g| &g.graph).collect();
        let kept = |labels: Labels| if self.epsilon_on_replace { CallLabels::Neither } else { labels.into() };
        let o = ops::Replace {
            call_arc: kept(self.call_arc_labeling),
            return_arc: kept(self.return_arc_labeling),
            return_label: self.return_label,
            budget: self.work.budget(),
            ..ops::Replace::default()
        };
        let made = root.graph.ask(Network { labels: &labels, others: &others, start, o }).at(&place)?;
        self.common.write(&made, root.form, (tables.0.as_ref(), tables.1.as_ref()), &place, to)
    }
}

/// Graphs and the labels that call them; the root is the graph that is asked.
struct Network<'a> {
    labels: &'a [Label],
    others: &'a [&'a Any],
    start: Label,
    o: ops::Replace,
}

impl Question for Network<'_> {
    type Answer = Any;
    fn of<W: Kind>(self, root: &Graph<W>) -> Result<Any, Refused>
    where
        Any: From<Graph<W>>,
    {
        let others = self.others.iter().map(|g| g.of_kind::<W>()).collect::<Result<Vec<_>, _>>()?;
        let all = std::iter::once(root).chain(others);
        let all: Vec<(Label, &Graph<W>)> = self.labels.iter().copied().zip(all).collect();
        let made = ops::replace(self.start, &all, &self.o).map(|t| t.graph);
        Ok(or_empty(made.map_err(|e| named(Some(self.o.budget), e.into())))?.into())
    }
}

/// A label by its symbol or its number.
fn label(text: &str, symbols: Option<&SymbolTable>) -> Result<Label, CliError> {
    let named = symbols.and_then(|table| table.label(text)).or_else(|| text.parse().ok());
    let label = named.filter(|&l: &Label| l != 0);
    label.ok_or_else(|| CliError::Usage(format!("{text} is no label: those are symbols, and numbers from 1 on")))
}
