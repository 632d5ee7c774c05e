//! `energraph fst entropy` and `fst counts`: what a path drawn by its energy is expected to be.

use std::collections::BTreeMap;
use std::fmt::Write;

use clap::{Args, ValueEnum};

use super::super::error::{At, CliError, complain};
use super::super::files::{Tables, deliver};
use super::Unary;
use super::text::shown;
use crate::graph::att::AttError;
use crate::graph::{Graph, Label, Side, SiteValues, StateId, SymbolTable};
use crate::ops::OpError;
use crate::paths::{self, Beta, expected_counts};
use crate::semiring::Energy;

/// How sharply low energies are preferred.
#[derive(Debug, Args)]
struct Temperature {
    /// Inverse temperature: a path has the probability e^(−beta · energy), divided by the sum of that over all paths; Infinity
    /// leaves the path of lowest energy alone.
    #[arg(long, value_name = "NUMBER", default_value = "1", value_parser = beta, allow_hyphen_values = true)]
    beta: Beta,
}

#[derive(Debug, Args)]
pub(super) struct Entropy {
    #[command(flatten)]
    temperature: Temperature,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Args)]
pub(super) struct Counts {
    #[command(flatten)]
    temperature: Temperature,
    /// What is counted.
    #[arg(long, value_enum, default_value = "arcs")]
    of: Of,
    /// Labels are numbers whatever tables there are.
    #[arg(long)]
    numeric: bool,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Of {
    /// How often each arc is taken and how often paths end in each final state.
    Arcs,
    /// How often each label is read.
    Ilabels,
    /// How often each label is written.
    Olabels,
}

/// A number above 0, which may be infinite.
pub(super) fn beta(text: &str) -> Result<Beta, String> {
    match text.parse::<f64>() {
        Ok(f64::INFINITY) => Ok(Beta::Infinite),
        Ok(number) => Beta::finite(number).map_err(|_| "not a number above 0".to_owned()),
        Err(_) => Err("not a number above 0".to_owned()),
    }
}

impl Entropy {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let source = self.unary.source();
        let (read, place) = (source.read()?, source.place());
        let nats = paths::entropy(&*read.energies(&place)?, self.temperature.beta).at(&place)?;
        let nats = nats.ok_or("it accepts nothing, and of no paths there is no entropy").at(&place)?;
        deliver(&format!("{nats}\n"), source.to)
    }
}

impl Counts {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let source = self.unary.source();
        let (read, place) = (source.read()?, source.place());
        let g = &*read.energies(&place)?;
        let (isymbols, osymbols) = if self.numeric { (None, None) } else { read.tables((None, None)) };
        let found = expected_counts(g, self.temperature.beta).at(&place)?;
        let text = match self.of {
            Of::Arcs => sites(g, &found.sites, (isymbols, osymbols), source.common.acceptor).at(&place)?,
            Of::Ilabels => labels(&found.inputs, isymbols, Side::Input).at(&place)?,
            Of::Olabels => labels(&found.outputs, osymbols, Side::Output).at(&place)?,
        };
        deliver(&text, source.to)?;
        if found.sites.finals.iter().all(|&count| count == 0.0) {
            complain(&format!("{place}: note: it accepts nothing"));
        }
        Ok(())
    }
}

fn labels(counts: &BTreeMap<Label, f64>, table: Option<&SymbolTable>, side: Side) -> Result<String, AttError> {
    counts.iter().map(|(&label, count)| Ok(format!("{}\t{count}\n", shown(label, table, side)?))).collect()
}

/// The lines of a graph's text, the start's first, with counts for energies.
fn sites(
    g: &Graph<Energy>,
    counts: &SiteValues,
    (isymbols, osymbols): Tables<'_>,
    acceptor: bool,
) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let mut text = String::new();
    let others = (0..g.states() as StateId).filter(|&s| Some(s) != g.start());
    for s in g.start().into_iter().chain(others) {
        for (id, a) in g.arc_ids(s).zip(g.arcs(s)) {
            let read = shown(a.ilabel, isymbols, Side::Input)?;
            let mut line = format!("{s}\t{}\t{read}", a.target);
            if !acceptor {
                write!(line, "\t{}", shown(a.olabel, osymbols, Side::Output)?)?;
            } else if a.ilabel != a.olabel {
                return Err(OpError::NotAnAcceptor { arc: id, ilabel: a.ilabel, olabel: a.olabel }.into());
            }
            writeln!(text, "{line}\t{}", counts.arcs.get(id as usize).copied().unwrap_or_default())?;
        }
        if g.is_final(s) {
            writeln!(text, "{s}\t{}", counts.finals.get(s as usize).copied().unwrap_or_default())?;
        }
    }
    Ok(text)
}
