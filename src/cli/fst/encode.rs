//! `energraph fst encode` and `fst decode`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::super::error::{At, CliError};
use super::super::files::{Form, deliver_bytes, is_stdin, name, read_bytes, read_graph};
use super::Common;
use super::inputs::{Source, noted};
use crate::graph::EPSILON;
use crate::graph::openfst::{ArcCode, ArcType, CodeTable, read_codes, write_codes};
use crate::ops::{self, Code, Codes, OpError};
use crate::semiring::Energy;

#[derive(Debug, Args)]
pub(super) struct Encode {
    /// Output labels are encoded.
    #[arg(long)]
    encode_labels: bool,
    /// Weights are encoded.
    #[arg(long)]
    encode_weights: bool,
    /// The codes of the file are kept, and those that it lacks added; they say what is encoded.
    #[arg(long)]
    encode_reuse: bool,
    /// Decode, as `fst decode`.
    #[arg(long)]
    decode: bool,
    #[command(flatten)]
    files: Files,
}

#[derive(Debug, Args)]
pub(super) struct Decode {
    #[command(flatten)]
    files: Files,
}

#[derive(Debug, Args)]
struct Files {
    /// AT&T text, an OpenFst binary or JSON of energies; `-` is standard input.
    file: PathBuf,
    /// What the codes stand for, in the form of OpenFst's `fstencode`: written where a graph is encoded, else read.
    codes: PathBuf,
    /// Where the result goes, as --output.
    #[arg(value_name = "OUT", conflicts_with = "output")]
    to: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

impl Encode {
    pub(super) fn run(&self) -> Result<(), CliError> {
        if self.decode {
            return self.files.decode();
        }
        let kept = if self.encode_reuse { Some(self.files.table()?) } else { None };
        let what = match (self.encode_labels, self.encode_weights) {
            (true, true) => ops::Encode::Both,
            (true, false) => ops::Encode::Labels,
            (false, true) => ops::Encode::Weights,
            (false, false) if kept.is_some() => ops::Encode::Both,
            (false, false) => {
                let what = "nothing is to be encoded: give --encode_labels, --encode_weights or both";
                return Err(CliError::Usage(what.to_owned()));
            }
        };
        self.files.encode(what, kept)
    }
}

impl Decode {
    pub(super) fn run(&self) -> Result<(), CliError> {
        self.files.decode()
    }
}

impl Files {
    fn source(&self) -> Result<Source<'_>, CliError> {
        if is_stdin(&self.file) && is_stdin(&self.codes) {
            return Err(CliError::Usage("standard input cannot be both the graph and the codes".to_owned()));
        }
        let to: Option<&Path> = self.to.as_deref().or(self.common.output.as_deref());
        Ok(Source::new(&self.file, to, &self.common))
    }

    fn table(&self) -> Result<CodeTable<Energy>, CliError> {
        self.source()?;
        read_codes(&read_bytes(&self.codes)?).at(name(&self.codes))
    }

    fn encode(&self, what: ops::Encode, kept: Option<CodeTable<Energy>>) -> Result<(), CliError> {
        let source = self.source()?;
        let read = source.read()?;
        let g = read.graph.energies().at(source.place())?;
        let (what, mut codes, own) = match kept {
            None => (what, Codes::new(what), None),
            Some(table) => {
                let what = encoded(&table);
                (what, codes(&table).at(name(&self.codes))?, Some((table.isymbols, table.osymbols)))
            }
        };
        let result = ops::encode(g, &mut codes).at(source.place())?;
        let (isymbols, osymbols) = own.unwrap_or((read.isymbols, read.osymbols));
        let table = CodeTable {
            labels: what != ops::Encode::Weights,
            weights: what != ops::Encode::Labels,
            arcs: if let Form::Binary { arcs, .. } = read.form { arcs } else { ArcType::Standard },
            codes: codes.list().iter().map(entry).collect(),
            isymbols,
            osymbols,
        };
        // The codes first: who reads the graph from a pipe may want them.
        deliver_bytes(&write_codes(&table).at(name(&self.codes))?, Some(&self.codes))?;
        source.write(&result.into(), read.form, (None, None))
    }

    fn decode(&self) -> Result<(), CliError> {
        let source = self.source()?;
        // The labels of a text are codes, which no table names. In a pipe the codes are there once the graph is.
        let read = read_graph(&self.file, &self.common.options((None, None)))?;
        let table = self.table()?;
        noted(&self.file, &read);
        let (isymbols, osymbols) = self.common.symbols()?;
        let g = read.graph.energies().at(source.place())?;
        let codes = codes(&table).at(name(&self.codes))?;
        let result = ops::decode(g, &codes).at(source.place())?;
        let tables = (isymbols.or(table.isymbols), osymbols.or(table.osymbols));
        source.write(&result.into(), read.form, (tables.0.as_ref(), tables.1.as_ref()))
    }
}

/// What of an arc a table's codes stand for.
fn encoded(table: &CodeTable<Energy>) -> ops::Encode {
    match (table.labels, table.weights) {
        (true, false) => ops::Encode::Labels,
        (false, _) => ops::Encode::Weights,
        (true, true) => ops::Encode::Both,
    }
}

fn codes(table: &CodeTable<Energy>) -> Result<Codes<Energy>, OpError> {
    let code = |code: &ArcCode<Energy>| match *code {
        ArcCode::Arc(ilabel, olabel, weight) => Code { ilabel, olabel, weight, end: false },
        ArcCode::End(weight) => Code { ilabel: EPSILON, olabel: EPSILON, weight, end: true },
    };
    Codes::from_list(encoded(table), table.codes.iter().map(code))
}

fn entry(code: &Code<Energy>) -> ArcCode<Energy> {
    if code.end { ArcCode::End(code.weight) } else { ArcCode::Arc(code.ilabel, code.olabel, code.weight) }
}
