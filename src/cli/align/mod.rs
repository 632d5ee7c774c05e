//! `energraph align`.

#[cfg(feature = "nn")]
mod engine;
mod eval;
#[cfg(any(feature = "nn", test))]
mod output;
#[cfg(any(feature = "nn", test))]
mod pairs;
#[cfg(any(feature = "nn", test))]
mod pictures;
// Without networks only tests align.
#[cfg(any(feature = "nn", test))]
#[cfg_attr(not(feature = "nn"), allow(dead_code))]
mod run;

use clap::{Args, Subcommand};

use super::error::CliError;

/// Place the words and phones of a transcript in its sound, or compare two alignments.
///
/// Sound and transcript are two files, or two folders (which may be one) whose files are paired by their paths. Words are said as the lexicon says,
/// with optional silence between. A transcript that does not fit is told on standard error and recorded in JSON; where a file fails, the others are
/// still aligned.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Example:\n  energraph align speech.wav speech.txt --lexicon digits -o speech.TextGrid\n  energraph align recordings/ \
                  recordings/ --phones --notation xsampa -o aligned/ --explain pictures/\n  energraph align eval manual/ aligned/"
)]
pub(super) struct Align {
    #[command(subcommand)]
    what: Option<What>,
    #[cfg(feature = "nn")]
    #[command(flatten)]
    run: Option<run::Run>,
}

#[derive(Debug, Subcommand)]
enum What {
    Eval(eval::Eval),
}

impl Align {
    /// Does what was asked.
    pub(super) fn run(&self) -> Result<(), CliError> {
        if let Some(What::Eval(eval)) = &self.what {
            return eval.run();
        }
        #[cfg(feature = "nn")]
        if let Some(run) = &self.run {
            return run.run();
        }
        Err(CliError::Usage("give AUDIO and TRANSCRIPT; energraph align --help says more".into()))
    }
}
