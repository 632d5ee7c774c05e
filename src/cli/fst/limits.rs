//! Thresholds on results, and options of OpenFst's tools that are taken with the values that change nothing.

use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;

use super::super::error::{At, CliError};
use super::super::weights::Refused;
use super::inputs::Source;
use super::rewrite::Rewrite;
use super::shortest::QueueType;
use super::sums::Sum;

/// The threshold by which a result is pruned.
#[derive(Debug, Args)]
pub(super) struct Margin {
    /// How far above the lowest energy of a path of the result others may lie; without it nothing is left out.
    #[arg(long, value_name = "ENERGY", allow_hyphen_values = true)]
    weight: Option<String>,
}

/// The same, of operations that don't prune by states.
#[derive(Debug, Args)]
pub(super) struct Limits {
    #[command(flatten)]
    margin: Margin,
    /// Taken for the sake of scripts; −1, no threshold, alone.
    #[arg(long, value_parser = no_state_limit, hide = true, allow_hyphen_values = true)]
    nstate: Option<i64>,
}

impl Limits {
    /// Applies an operation, and prunes what it gives.
    pub(super) fn run(&self, source: Source<'_>, op: Rewrite) -> Result<(), CliError> {
        let prune = self.margin.given().map(|margin| Rewrite::Sum(Sum::Prune(margin)));
        pruned(source, &std::iter::once(op).chain(prune).collect::<Vec<_>>())
    }
}

impl Margin {
    /// With so many states at most, or without a limit on them.
    pub(super) fn run(&self, source: Source<'_>, most: Option<usize>) -> Result<(), CliError> {
        match (self.given(), most) {
            (margin, Some(most)) => pruned(source, &[Rewrite::Sum(Sum::PruneStates(margin, most))]),
            (Some(margin), None) => pruned(source, &[Rewrite::Connect, Rewrite::Sum(Sum::Prune(margin))]),
            (None, None) => pruned(source, &[Rewrite::Connect]),
        }
    }

    fn given(&self) -> Option<String> {
        self.weight.clone().filter(|w| !["", "Infinity"].contains(&w.as_str()))
    }
}

/// Applies steps of which some may prune.
fn pruned(source: Source<'_>, steps: &[Rewrite]) -> Result<(), CliError> {
    let read = source.read()?;
    if steps.iter().any(Rewrite::wants_best_path) {
        source.common.only_tropical(read.form)?;
    }
    let made = source.made(&read, steps);
    if let Err(Refused::Weight(bad)) = &made {
        return Err(CliError::Usage(format!("--weight: {bad}")));
    }
    source.write(&made.at(source.place())?, read.form, read.tables((None, None)))
}

/// The order in which states are looked at, which the command chooses for itself.
#[derive(Debug, Args)]
pub(super) struct Queue {
    /// Taken for the sake of scripts: results do not depend on it.
    #[arg(long, value_enum, hide = true)]
    queue_type: Option<QueueType>,
}

/// What every tool of OpenFst takes and nothing here depends on.
#[derive(Debug, Args)]
pub(super) struct Harmless {
    #[arg(long, global = true, hide = true)]
    v: Option<i32>,
    #[arg(long, global = true, hide = true)]
    tmpdir: Option<PathBuf>,
    #[arg(long, global = true, hide = true)]
    fst_align: bool,
    /// Has a meaning where there are two graphs, which is [`Compat`]'s.
    #[arg(long, global = true, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = BoolishValueParser::new())]
    fst_compat_symbols: Option<bool>,
    #[arg(long, global = true, hide = true)]
    fst_default_cache_gc: bool,
    #[arg(long, global = true, hide = true)]
    fst_default_cache_gc_limit: Option<i64>,
    #[arg(long, global = true, hide = true)]
    fst_error_fatal: bool,
    /// Has a meaning where there is text, to compile and print.
    #[arg(long, global = true, hide = true, value_parser = usual_separators)]
    fst_field_separator: Option<String>,
    /// Of weights of several parts, which no file of OpenFst's has that is read here.
    #[arg(long, global = true, hide = true, value_parser = no_parentheses)]
    fst_weight_parentheses: Option<String>,
    #[arg(long, global = true, hide = true, value_parser = comma)]
    fst_weight_separator: Option<String>,
    #[arg(long, global = true, hide = true, value_parser = ["read", "map"])]
    fst_read_mode: Option<String>,
    #[arg(long, global = true, hide = true)]
    fst_verify_properties: bool,
    /// Of conversions that there are none of here; has a meaning to relabel.
    #[arg(long, global = true, hide = true)]
    save_relabel_ipairs: Option<PathBuf>,
    #[arg(long, global = true, hide = true)]
    save_relabel_opairs: Option<PathBuf>,
}

/// Whether symbol tables of several graphs have to agree.
#[derive(Debug, Args)]
pub(super) struct Compat {
    /// Refuse graphs whose symbol tables contradict each other, where names matter; with =false labels are numbers, and no table
    /// gets names of another.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = BoolishValueParser::new())]
    fst_compat_symbols: Option<bool>,
}

impl Compat {
    pub(super) fn is_asked(&self) -> bool {
        self.fst_compat_symbols != Some(false)
    }
}

fn usual_separators(text: &str) -> Result<String, String> {
    let usual = text.chars().all(|c| "\t ".contains(c));
    usual.then(|| text.to_owned()).ok_or("columns of other characters are for `fst compile` and `fst print`".to_owned())
}

fn no_parentheses(text: &str) -> Result<String, String> {
    Err(format!("no part of a weight stands in {text:?} here; nothing, the default, alone is taken"))
}

fn comma(text: &str) -> Result<String, String> {
    let usual = text == ",";
    usual.then(|| text.to_owned()).ok_or("the comma, the default, alone stands between parts of weights".to_owned())
}

pub(super) fn no_state_limit(text: &str) -> Result<i64, String> {
    match text.parse() {
        Ok(-1) => Ok(-1),
        Ok(_) => {
            Err("which states are the first depends on how they are searched; -1 is no threshold, and `fst prune \
                      --nstate` has one"
                .to_owned())
        }
        Err(_) => Err("not a whole number".to_owned()),
    }
}
