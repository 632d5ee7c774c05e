//! Options of OpenFst's tools that are taken with the values that change nothing, and refused with others.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Thresholds that cut an operation short.
#[derive(Debug, Args)]
pub(super) struct NoLimits {
    /// Taken for the sake of scripts; −1, no threshold, alone.
    #[arg(long, value_parser = no_state_limit, hide = true, allow_hyphen_values = true)]
    nstate: Option<i64>,
    /// Taken for the sake of scripts; "" and Infinity, no threshold, alone.
    #[arg(long, value_parser = no_weight_limit, hide = true, allow_hyphen_values = true)]
    weight: Option<String>,
}

/// The order in which states are looked at, which the command chooses for itself.
#[derive(Debug, Args)]
pub(super) struct Queue {
    /// Taken for the sake of scripts: results do not depend on it.
    #[arg(long, value_enum, hide = true)]
    queue_type: Option<QueueType>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum QueueType {
    Auto,
    Fifo,
    Lifo,
    Shortest,
    State,
    Top,
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
    #[arg(long, global = true, hide = true)]
    fst_compat_symbols: bool,
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

pub(super) fn no_state_limit(text: &str) -> Result<i64, String> {
    match text.parse() {
        Ok(-1) => Ok(-1),
        Ok(_) => Err("no threshold on the number of states is supported; -1 is none".to_owned()),
        Err(_) => Err("not a whole number".to_owned()),
    }
}

fn no_weight_limit(text: &str) -> Result<String, String> {
    match text {
        "" | "Infinity" => Ok(text.to_owned()),
        _ => Err("no threshold on weights is supported here; prune the result instead".to_owned()),
    }
}

pub(super) fn no_label(text: &str) -> Result<i64, String> {
    if text == "0" { Ok(0) } else { Err("residual outputs have no label of their own here, 0 alone".to_owned()) }
}

pub(super) fn only_true(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" => Ok(true),
        _ => Err("results are always trimmed".to_owned()),
    }
}
