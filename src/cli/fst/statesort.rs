//! `energraph fst statesort`: other numbers for the states.

use std::path::PathBuf;

use clap::Args;

use super::super::error::{At, CliError};
use super::super::files::{is_stdin, name, read_text};
use super::Unary;
use super::rewrite::Rewrite;
use crate::graph::StateId;

#[derive(Debug, Args)]
pub(super) struct StateSort {
    /// The states in the order that they are to have, a number a line: the one in the first line becomes state 0.
    #[arg(long, value_name = "FILE")]
    order: PathBuf,
    #[command(flatten)]
    unary: Unary,
}

/// A line that names no state.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {text:?} is not the number of a state")]
struct NotAState {
    line: usize,
    text: String,
}

impl StateSort {
    pub(super) fn run(&self) -> Result<(), CliError> {
        if is_stdin(&self.order) && is_stdin(&self.unary.file) {
            return Err(CliError::Usage("standard input cannot be both the graph and the order".to_owned()));
        }
        let order = states(&read_text(&self.order)?).at(name(&self.order))?;
        self.unary.run(&[Rewrite::StateSort(order)])
    }
}

fn states(text: &str) -> Result<Vec<StateId>, NotAState> {
    let lines = (1..).zip(text.lines().map(str::trim)).filter(|(_, text)| !text.is_empty());
    let state = |(line, text): (usize, &str)| {
        text.parse().map_err(|_| NotAState { line, text: text.chars().take(80).collect() })
    };
    lines.map(state).collect()
}
