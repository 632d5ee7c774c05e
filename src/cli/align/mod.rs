//! `energraph align`.

mod eval;

use clap::{Args, Subcommand};

use super::error::CliError;

/// Alignments of sound and labels: how far two are apart.
#[derive(Debug, Args)]
pub(super) struct Align {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Eval(eval::Eval),
}

impl Align {
    /// Does what was asked.
    pub(super) fn run(&self) -> Result<(), CliError> {
        match &self.what {
            What::Eval(eval) => eval.run(),
        }
    }
}
