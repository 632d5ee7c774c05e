//! From form to form.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::super::error::{At, CliError, complain};
use super::super::files::{Form, is_stdin, read_text};
use super::super::weights::{Any, Kind};
use super::Unary;
use super::text::{numbered, with_states};
use crate::graph::att;
use crate::graph::openfst::{ArcType, Layout};
use crate::graph::{Graph, SymbolTable};
use crate::ops;
use crate::semiring::{Energy, LogSum};

#[derive(Debug, Args)]
pub(super) struct Compile {
    /// What the weights are; those of log64 have 64 bits, the others 32.
    #[arg(long, value_enum, default_value = "standard")]
    arc_type: ArcTypeName,
    /// How states and arcs lie.
    #[arg(long, value_enum, default_value = "vector")]
    fst_type: FstType,
    /// States and arcs of a const file begin at multiples of 16 bytes.
    #[arg(long)]
    fst_align: bool,
    /// The result has the table of --isymbols.
    #[arg(long)]
    keep_isymbols: bool,
    /// The result has the table of --osymbols.
    #[arg(long)]
    keep_osymbols: bool,
    /// States have the numbers of the text, and those between them are there too; else they are numbered as they come up.
    #[arg(long)]
    keep_state_numbering: bool,
    /// Table of the names that the text gives states.
    #[arg(long, value_name = "FILE")]
    ssymbols: Option<PathBuf>,
    /// What stands between columns of the graph: any of these characters, tabs and spaces. Symbol tables have tabs or spaces.
    #[arg(long, value_name = "CHARACTERS", default_value = "\t ", hide_default_value = true)]
    fst_field_separator: String,
    /// Taken for the sake of scripts: labels here are never negative.
    #[arg(long, hide = true)]
    allow_negative_labels: bool,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Args)]
pub(super) struct Convert {
    /// How states and arcs lie.
    #[arg(long, value_enum, default_value = "vector")]
    fst_type: FstType,
    /// States and arcs of a const file begin at multiples of 16 bytes.
    #[arg(long)]
    fst_align: bool,
    /// What the weights are; as in the file if not given, standard for text. Those of log64 have 64 bits, which are rounded to the
    /// 32 of the others.
    #[arg(long, value_enum)]
    arc_type: Option<ArcTypeName>,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FstType {
    Vector,
    Const,
    /// One JSON object, read by every command too.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ArcTypeName {
    #[value(alias = "tropical")]
    Standard,
    Log,
    Log64,
}

impl From<ArcTypeName> for ArcType {
    fn from(name: ArcTypeName) -> Self {
        match name {
            ArcTypeName::Standard => ArcType::Standard,
            ArcTypeName::Log => ArcType::Log,
            ArcTypeName::Log64 => ArcType::Log64,
        }
    }
}

impl FstType {
    /// The form of a file that was not a graph's before.
    pub(super) fn form(self, arcs: ArcTypeName) -> Form {
        match self {
            FstType::Vector => Form::Binary { layout: Layout::Vector, arcs: arcs.into() },
            FstType::Const => Form::Binary { layout: Layout::Const { aligned: false }, arcs: arcs.into() },
            FstType::Json => Form::Json,
        }
    }
}

impl Compile {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let source = self.unary.source();
        let form = match self.fst_type.form(self.arc_type) {
            Form::Binary { layout: Layout::Const { .. }, arcs } => {
                Form::Binary { layout: Layout::Const { aligned: self.fst_align }, arcs }
            }
            Form::Json if self.fst_align => return Err(CliError::Usage("JSON has no --fst_align".to_owned())),
            form => form,
        };
        let (isymbols, osymbols) = source.common.symbols()?;
        let states = super::super::files::read_symbols(self.ssymbols.as_deref())?;
        if self.ssymbols.as_deref().is_some_and(is_stdin) && is_stdin(source.file) {
            return Err(CliError::Usage("standard input cannot be both the text and a symbol table".to_owned()));
        }
        let options = source.common.options((isymbols.as_ref(), osymbols.as_ref()));
        let g = self.graph(source.file, states.as_ref(), &options)?;
        let tables =
            (isymbols.as_ref().filter(|_| self.keep_isymbols), osymbols.as_ref().filter(|_| self.keep_osymbols));
        super::super::files::write_graph(&g, form, &source.common.options(tables), &source.place(), source.to)
    }

    fn graph(&self, file: &Path, states: Option<&SymbolTable>, options: &att::AttOptions<'_>) -> Result<Any, CliError> {
        let place = super::super::files::name(file);
        let text = read_text(file)?;
        if text.is_empty() {
            complain(&format!("{place}: note: an empty file, read as the text of a graph that accepts nothing"));
        }
        // JSON may hold other weights, and says what its states are.
        if text.trim_start().starts_with('{') {
            let g = Any::from_json(&text, &place)?.0;
            return Ok(if self.arc_type == ArcTypeName::Log64 { g.widened() } else { g });
        }
        let text = self.separated(text);
        let text = match states {
            Some(table) => with_states(&text, table).at(&place)?,
            None => text,
        };
        match self.arc_type {
            ArcTypeName::Log64 => self.parsed::<LogSum<f64>>(&text, &place, options),
            ArcTypeName::Standard | ArcTypeName::Log => self.parsed::<Energy>(&text, &place, options),
        }
    }

    /// The graph of a text, its states in order.
    fn parsed<W: Kind>(&self, text: &str, place: &str, options: &att::AttOptions<'_>) -> Result<Any, CliError>
    where
        Any: From<Graph<W>>,
    {
        let g: Graph<W> = att::read(text, options).at(place)?;
        let g = if self.keep_state_numbering {
            numbered(&g, text).at(place)?
        } else {
            ops::state_sort(&g, &super::text::as_they_come(text)).at(place)?.graph
        };
        Ok(g.into())
    }
}

impl Compile {
    /// The text with tabs between its columns, whatever stands there.
    fn separated(&self, text: String) -> String {
        let between: Vec<char> = self.fst_field_separator.chars().filter(|c| !"\t ".contains(*c)).collect();
        if between.is_empty() { text } else { text.replace(between.as_slice(), "\t") }
    }
}

impl Convert {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let source = self.unary.source();
        let asked = self.arc_type.map(ArcType::from);
        let read = source.read_for(asked)?;
        let as_read = if let Form::Binary { arcs, .. } = read.form { arcs } else { ArcType::Standard };
        let arcs = asked.unwrap_or(as_read);
        let form = match self.fst_type {
            FstType::Json if self.arc_type.is_some() || self.fst_align => {
                return Err(CliError::Usage("JSON has neither --fst_align nor --arc_type".to_owned()));
            }
            FstType::Json => Form::Json,
            FstType::Const => Form::Binary { layout: Layout::Const { aligned: self.fst_align }, arcs },
            // Nothing in a vector file could be aligned.
            FstType::Vector => Form::Binary { layout: Layout::Vector, arcs },
        };
        let read = read.with_arcs(arcs, &source.place())?;
        source.write(&read.graph, form, read.tables((None, None)))
    }
}
