//! `energraph fst minimalacceptor`: words as the smallest acceptor.

use std::path::PathBuf;

use clap::Args;

use super::super::error::{At, CliError};
use super::super::files::{Form, is_stdin, name, read_text};
use super::super::weights::{Refused, or_empty};
use super::Common;
use super::convert::{ArcTypeName, FstType};
use crate::graph::{EPSILON, Graph, Label, SymbolTable};
use crate::ops::{OpError, minimal_acceptor};
use crate::semiring::Energy;

#[derive(Debug, Args)]
pub(super) struct MinimalAcceptor {
    /// A word a line, labels with white space between them: numbers, or symbols of --isymbols. An empty line is the empty word; `-`,
    /// or none, is standard input.
    #[arg(default_value = "-", hide_default_value = true)]
    words: PathBuf,
    /// Where the result goes, as --output.
    #[arg(value_name = "OUT", conflicts_with = "output")]
    to: Option<PathBuf>,
    /// Put the words in the order of their labels first, each once; without it words out of order are refused.
    #[arg(long)]
    sort: bool,
    /// A binary layout or JSON, with the table of --isymbols, in place of text.
    #[arg(long, value_enum)]
    fst_type: Option<FstType>,
    /// What the weights of a binary file are; standard if not given.
    #[arg(long, value_enum, requires = "fst_type")]
    arc_type: Option<ArcTypeName>,
    #[command(flatten)]
    common: Common,
}

/// What is wrong with a list of words.
#[derive(Debug, thiserror::Error)]
enum BadWord {
    #[error("line {line}: {text:?} is no label: those are numbers from 1 on, and symbols with --isymbols")]
    Label { line: usize, text: String },
    #[error("line {line}: {text:?} is not in the symbol table")]
    Symbol { line: usize, text: String },
    #[error("line {line}: {text:?} stands for no label and cannot be in a word")]
    Epsilon { line: usize, text: String },
    #[error(
        "line {line}: not above the line before it: words must be in the order of their labels, each once, and --sort puts them so"
    )]
    NotSorted { line: usize },
}

impl MinimalAcceptor {
    pub(super) fn run(&self) -> Result<(), CliError> {
        if is_stdin(&self.words) && self.common.isymbols.as_deref().is_some_and(is_stdin) {
            return Err(CliError::Usage("standard input cannot be both the words and a symbol table".to_owned()));
        }
        let form = match (self.fst_type, self.arc_type) {
            (None, _) => Form::Text,
            (Some(FstType::Json), Some(_)) => return Err(CliError::Usage("JSON has no --arc_type".to_owned())),
            (Some(form), arcs) => form.form(arcs.unwrap_or(ArcTypeName::Standard)),
        };
        let table = self.common.symbols()?.0;
        let (text, place) = (read_text(&self.words)?, name(&self.words));
        let words = (1..).zip(text.lines()).map(|(line, text)| word(line, text, table.as_ref()));
        let mut words: Vec<Vec<Label>> = words.collect::<Result<_, _>>().at(&place)?;
        if self.sort {
            words.sort_unstable();
            words.dedup();
        }
        let made = match minimal_acceptor::<Energy, _>(&words) {
            Err(OpError::NotSorted { index }) => return Err(BadWord::NotSorted { line: index + 1 }).at(&place),
            made => or_empty(made.map_err(Refused::from)).at(&place)?,
        };
        let tables = (table.as_ref(), table.as_ref());
        self.common.write(
            &Graph::into(made),
            form,
            tables,
            &place,
            self.to.as_deref().or(self.common.output.as_deref()),
        )
    }
}

fn word(line: usize, text: &str, table: Option<&SymbolTable>) -> Result<Vec<Label>, BadWord> {
    let short = |text: &str| text.chars().take(80).collect();
    let label = |text: &str| match table.map_or_else(|| text.parse().ok(), |table| table.meant(text)) {
        Some(EPSILON) => Err(BadWord::Epsilon { line, text: short(text) }),
        Some(label) => Ok(label),
        None if table.is_some() => Err(BadWord::Symbol { line, text: short(text) }),
        None => Err(BadWord::Label { line, text: short(text) }),
    };
    text.split_whitespace().map(label).collect()
}
