//! `energraph fst paths`: accepting paths as lines.

use clap::Args;

use super::super::error::{At, CliError, complain};
use super::super::files::{Tables, deliver};
use super::Unary;
use super::text::shown;
use crate::graph::att::AttError;
use crate::graph::{Label, Side, SymbolTable};
use crate::ops::OpError;
use crate::paths::{Path, PathLimit, all_paths};

#[derive(Debug, Args)]
pub(super) struct Paths {
    /// Most paths; a note on standard error says where there are more.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    limit: usize,
    /// Most arcs of a path, without which a graph with cycles would have no last path; a note says where longer ones are left out.
    #[arg(long, value_name = "N", default_value_t = PathLimit::default().arcs)]
    max_length: usize,
    /// Labels are numbers whatever tables there are.
    #[arg(long)]
    numeric: bool,
    #[command(flatten)]
    unary: Unary,
}

impl Paths {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let source = self.unary.source();
        let (read, place) = (source.read()?, source.place());
        let g = &*read.energies(&place)?;
        if let (true, Some((arc, a))) =
            (source.common.acceptor, (0..).zip(g.all_arcs()).find(|(_, a)| a.ilabel != a.olabel))
        {
            return Err(OpError::NotAnAcceptor { arc, ilabel: a.ilabel, olabel: a.olabel }).at(&place);
        }
        let tables = if self.numeric { (None, None) } else { read.tables((None, None)) };
        // One more than are wanted, to tell whether there are.
        let mut all = all_paths(g, PathLimit { arcs: self.max_length, paths: self.limit.saturating_add(1) });
        let mut text = String::new();
        for path in all.by_ref().take(self.limit) {
            text += &line(&path, tables, source.common.acceptor).at(&place)?;
        }
        deliver(&text, source.to)?;
        if all.next().is_some() {
            complain(&format!("{place}: note: there are more paths than --limit={}", self.limit));
        } else if all.passed_over() {
            complain(&format!("{place}: note: paths of more arcs than --max_length={} are left out", self.max_length));
        } else if text.is_empty() {
            complain(&format!("{place}: note: it accepts nothing"));
        }
        Ok(())
    }
}

/// What is read, what is written and the energy; of an acceptor's path one string.
fn line(path: &Path, (isymbols, osymbols): Tables<'_>, acceptor: bool) -> Result<String, AttError> {
    let mut columns = vec![string(&path.input, isymbols, Side::Input)?];
    if !acceptor {
        columns.push(string(&path.output, osymbols, Side::Output)?);
    }
    // Energies of graphs are printed with as many digits.
    columns.push((path.energy as f32).to_string());
    Ok(columns.join("\t") + "\n")
}

fn string(labels: &[Label], table: Option<&SymbolTable>, side: Side) -> Result<String, AttError> {
    Ok(labels.iter().map(|&l| shown(l, table, side)).collect::<Result<Vec<_>, _>>()?.join(" "))
}
