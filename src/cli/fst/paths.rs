//! `energraph fst paths`: accepting paths as lines.

use std::borrow::Cow;

use clap::Args;

use super::super::error::{At, CliError, complain};
use super::super::files::{Tables, deliver};
use super::super::weights::Unweighted;
use super::Unary;
use super::text::shown;
use crate::graph::att::AttError;
use crate::graph::{Graph, Label, Side, SymbolTable, WeightText};
use crate::ops::OpError;
use crate::paths::{Path, PathLimit, all_paths};
use crate::semiring::{LogSum, Weight};

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
        // Energies of 64 bits are added as they are, where which paths there are is known without them.
        let wide = read.wide_energies();
        let g = &*match &wide {
            Some(_) => Cow::Owned(read.graph.ask(Unweighted).at(&place)?),
            None => read.energies(&place)?,
        };
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
            let energy = match &wide {
                Some(g) => number(g, &path),
                // Energies of graphs are printed with as many digits.
                None => (path.energy as f32).to_string(),
            };
            text += &line(&path, energy, tables, source.common.acceptor).at(&place)?;
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

/// The energy of a path, added from the start on.
fn number(g: &Graph<LogSum<f64>>, path: &Path) -> String {
    let on = path.arcs.iter().filter_map(|&id| g.all_arcs().get(id as usize));
    on.fold(LogSum::one(), |sum, a| sum.times(&a.weight)).times(&g.final_weight(path.end)).print_weight()
}

/// What is read, what is written and the energy; of an acceptor's path one string.
fn line(path: &Path, energy: String, (isymbols, osymbols): Tables<'_>, acceptor: bool) -> Result<String, AttError> {
    let mut columns = vec![string(&path.input, isymbols, Side::Input)?];
    if !acceptor {
        columns.push(string(&path.output, osymbols, Side::Output)?);
    }
    columns.push(energy);
    Ok(columns.join("\t") + "\n")
}

fn string(labels: &[Label], table: Option<&SymbolTable>, side: Side) -> Result<String, AttError> {
    Ok(labels.iter().map(|&l| shown(l, table, side)).collect::<Result<Vec<_>, _>>()?.join(" "))
}
