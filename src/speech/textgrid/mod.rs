//! Praat's TextGrid files (Boersma and Weenink, *Praat: doing phonetics by computer*, manual page "TextGrid file formats").
//!
//! Read are the long and the short text form in UTF-8 or UTF-16 of either byte order, with or without byte order mark. Labels are taken
//! as they stand: Praat's backslash trigraphs (`\ae`) stay. Gaps between intervals, which Praat itself does not write, are read; the
//! writer fills them with empty labels.
//!
//! ```
//! use energraph::speech::textgrid::{Encoding, Form, parse, write};
//! let text = "\"ooTextFile\" \"TextGrid\" 0 1.5 <exists> 1 \"IntervalTier\" \"words\" 0 1.5 2 0 0.7 \"say \"\"ah\"\"\" 0.7 1.5 \"\"";
//! let grid = parse(text.as_bytes())?;
//! assert_eq!(grid.tiers[0].intervals()[0].label, "say \"ah\"");
//! let long = write(&grid, Form::Long)?;
//! assert!(long.contains("text = \"say \"\"ah\"\"\""));
//! assert_eq!(parse(&Encoding::Utf16Le.encode(&long))?, grid);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub(super) mod encoding;
mod parse;
mod tokens;
mod write;

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{TextGrid, TimeFault};

pub use encoding::Encoding;
pub use parse::parse;
pub use write::{Form, write};

/// The largest file read, in bytes.
const LARGEST: u64 = 1 << 28;

/// Why a file is no TextGrid.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TextGridError {
    /// The file could not be opened or read.
    #[error("{why}")]
    Io {
        /// What the operating system said.
        why: String,
    },
    /// The file is larger than 256 MiB.
    #[error("the file is too large: {bytes} bytes, at most 268435456 are read")]
    TooLarge {
        /// Bytes in the file.
        bytes: u64,
    },
    /// The bytes are no text.
    #[error("not text: byte {at} is neither UTF-8 nor, after a byte order mark, UTF-16")]
    Encoding {
        /// The first wrong byte, counted from 0.
        at: usize,
    },
    /// The text does not begin as a TextGrid does.
    #[error("not a TextGrid (it begins with {begin:?})")]
    NotATextGrid {
        /// The first characters.
        begin: String,
    },
    /// One of Praat's other forms.
    #[error("{form}; save it in Praat as a text file or short text file")]
    Form {
        /// What it is.
        form: &'static str,
    },
    /// Something else was expected here.
    #[error("line {line}: {found:?} where {expected} should stand")]
    BadLine {
        /// The line, counted from 1.
        line: usize,
        /// What should stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// The file ends too early.
    #[error("the file ends in line {line}, where {expected} should stand")]
    Truncated {
        /// The last line.
        line: usize,
        /// What is missing.
        expected: &'static str,
    },
    /// Times out of order.
    #[error("line {line}: {fault}")]
    Times {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        fault: TimeFault,
    },
}

/// A [`TextGridError`] and the file it is about.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{}: {cause}", path.display())]
pub struct ReadError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub cause: TextGridError,
}

/// Reads a TextGrid file; see [`parse()`].
///
/// # Errors
/// [`ReadError`] with the file's name and, in the cause, the line.
pub fn read(path: &Path) -> Result<TextGrid, ReadError> {
    let named = |cause| ReadError { path: path.to_path_buf(), cause };
    let io = |e: std::io::Error| named(TextGridError::Io { why: e.to_string() });
    let bytes = std::fs::metadata(path).map_err(io)?.len();
    if bytes > LARGEST {
        return Err(named(TextGridError::TooLarge { bytes }));
    }
    parse(&std::fs::read(path).map_err(io)?).map_err(named)
}
