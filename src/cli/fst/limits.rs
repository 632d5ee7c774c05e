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

/// Thresholds by which a result is pruned.
#[derive(Debug, Args)]
pub(super) struct Limits {
    /// How far above the lowest energy of a path of the result others may lie; without it nothing is left out.
    #[arg(long, value_name = "ENERGY", allow_hyphen_values = true)]
    weight: Option<String>,
    /// Taken for the sake of scripts; −1, no threshold, alone.
    #[arg(long, value_parser = no_state_limit, hide = true, allow_hyphen_values = true)]
    nstate: Option<i64>,
}

impl Limits {
    fn step(&self) -> Option<Rewrite> {
        let margin = self.weight.as_ref().filter(|w| !["", "Infinity"].contains(&w.as_str()))?;
        Some(Rewrite::Sum(Sum::Prune(margin.clone())))
    }

    /// Applies an operation, and prunes what it gives.
    pub(super) fn run(&self, source: Source<'_>, op: Rewrite) -> Result<(), CliError> {
        let read = source.read()?;
        let steps: Vec<Rewrite> = std::iter::once(op).chain(self.step()).collect();
        if steps.iter().any(Rewrite::wants_best_path) {
            source.common.only_tropical(read.form)?;
        }
        let made = source.made(&read, &steps);
        if let Err(Refused::Weight(bad)) = &made {
            return Err(CliError::Usage(format!("--weight: {bad}")));
        }
        source.write(&made.at(source.place())?, read.form, read.tables((None, None)))
    }
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
    #[arg(long, global = true, hide = true, value_parser = ["read", "map"])]
    fst_read_mode: Option<String>,
    #[arg(long, global = true, hide = true)]
    fst_verify_properties: bool,
}

/// Whether symbol tables of several graphs have to agree.
#[derive(Debug, Args)]
pub(super) struct Compat {
    /// Refuse graphs whose symbol tables contradict each other, where names matter; with =false labels are numbers, and
    /// names those of the first graph.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = BoolishValueParser::new())]
    fst_compat_symbols: Option<bool>,
}

impl Compat {
    pub(super) fn is_asked(&self) -> bool {
        self.fst_compat_symbols != Some(false)
    }
}

pub(super) fn no_state_limit(text: &str) -> Result<i64, String> {
    match text.parse() {
        Ok(-1) => Ok(-1),
        Ok(_) => Err("no threshold on the number of states is supported; -1 is none".to_owned()),
        Err(_) => Err("not a whole number".to_owned()),
    }
}
