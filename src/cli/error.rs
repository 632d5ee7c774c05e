//! What goes wrong in the command.

use std::error::Error;
use std::fmt::Display;
use std::io;
use std::process::ExitCode;

/// One line on standard error.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    /// Something is wrong with a file or with what was asked of it.
    #[error("{place}: {cause}")]
    At {
        /// The file or files.
        place: String,
        /// What.
        cause: Box<dyn Error + Send + Sync>,
    },
    /// Something is wrong, and the message names where.
    #[cfg(feature = "nn")]
    #[error("{0}")]
    Plain(String),
    /// Arguments that do not fit together.
    #[error("{0}")]
    Usage(String),
    /// No error: the answer to the question is no, which the exit code says.
    #[error("no")]
    No,
    /// Everything that went wrong has been said.
    #[error("some inputs failed")]
    Told,
    /// Some of many inputs failed, each with a line of its own already.
    #[error("{failed} of {all} {what}")]
    Some {
        /// How many failed.
        failed: usize,
        /// Of how many.
        all: usize,
        /// Of what, and what became of them.
        what: &'static str,
    },
}

impl CliError {
    /// Whether the reader of our output went away.
    pub(super) fn is_broken_pipe(&self) -> bool {
        let CliError::At { cause, .. } = self else { return false };
        cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
    }

    /// 2 for usage, 1 for everything else; where the exit code is an answer, 2 for no, 1 for everything else.
    pub(super) fn exit_code(&self, asks: bool) -> ExitCode {
        ExitCode::from(match self {
            CliError::No => 2,
            CliError::Usage(_) if !asks => 2,
            _ => 1,
        })
    }
}

/// Adds the place to an error.
pub(super) trait At<T> {
    /// Names where it happened.
    fn at(self, place: impl Display) -> Result<T, CliError>;
}

impl<T, E: Into<Box<dyn Error + Send + Sync>>> At<T> for Result<T, E> {
    fn at(self, place: impl Display) -> Result<T, CliError> {
        self.map_err(|e| CliError::At { place: place.to_string(), cause: e.into() })
    }
}

/// Writes a line to standard error, whatever line breaks the cause holds.
pub(super) fn complain(what: &impl Display) {
    use std::io::Write;
    let line = what.to_string().replace(['\n', '\r'], " ");
    // Nothing is left to complain to where this fails.
    let _ = writeln!(io::stderr(), "energraph: {line}");
}
