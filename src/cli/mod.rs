//! The `energraph` command: reads files, asks the library, prints.
//!
//! Results go to standard output or to `-o`; whatever goes wrong is one line on standard error that names the file and
//! the cause. The exit code is 0 where everything was done, 1 where some inputs failed, 2 where the command line makes no
//! sense; of the questions `fst equal`, `equivalent` and `isomorphic` it is the answer, as of OpenFst's tools: 0 for yes, 2 for
//! no, 1 where something went wrong.

#[cfg(feature = "nn")]
mod accept;
mod align;
#[cfg(feature = "nn")]
mod corrections;
mod draw;
mod error;
#[cfg(feature = "nn")]
mod eval;
#[cfg(feature = "nn")]
mod eval_report;
#[cfg(feature = "nn")]
mod explain;
mod files;
mod fst;
mod laws;
#[cfg(feature = "nn")]
mod model;
#[cfg(any(feature = "nn", test))]
#[cfg_attr(not(feature = "nn"), allow(dead_code))]
mod progress;
#[cfg(feature = "nn")]
mod read;
#[cfg(feature = "nn")]
mod read_json;
#[cfg(feature = "nn")]
mod stack;
#[cfg(feature = "nn")]
mod train;
mod weights;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Structured prediction on weighted graphs.
#[derive(Debug, Parser)]
#[command(name = "energraph", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Align(align::Align),
    Draw(draw::Draw),
    #[cfg(feature = "nn")]
    Eval(eval::Eval),
    Fst(Box<fst::Fst>),
    Laws(laws::Laws),
    #[cfg(feature = "nn")]
    Read(read::Read),
    #[cfg(feature = "nn")]
    Train(train::Train),
}

/// Runs the command with its arguments, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = fst::ported(arguments.into_iter().collect(), &Cli::command());
    let asks = fst::asks(&arguments);
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(shown) => {
            // Help and version are answers, not errors; clap prints each where it belongs.
            let _ = shown.print();
            return if shown.use_stderr() { ExitCode::from(if asks { 1 } else { 2 }) } else { ExitCode::SUCCESS };
        }
    };
    let done = match &cli.command {
        Command::Align(c) => c.run(),
        Command::Draw(c) => c.run(),
        #[cfg(feature = "nn")]
        Command::Eval(c) => c.run(),
        Command::Fst(c) => c.run(),
        Command::Laws(c) => c.run(),
        #[cfg(feature = "nn")]
        Command::Read(c) => c.run(),
        #[cfg(feature = "nn")]
        Command::Train(c) => c.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has enough.
        Err(e) if e.is_broken_pipe() => ExitCode::SUCCESS,
        Err(e) => {
            if !matches!(e, error::CliError::Told | error::CliError::No) {
                error::complain(&e);
            }
            e.exit_code(asks)
        }
    }
}
