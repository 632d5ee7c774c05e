//! `energraph fst encode` and `fst decode`.

use std::path::{Path, PathBuf};

use clap::Args;
use rustc_hash::FxHashMap;

use super::super::error::{At, CliError};
use super::super::files::{Form, Loaded, Unread, deliver_bytes, is_stdin, name, read_bytes};
use super::super::weights::Any;
use super::Common;
use super::inputs::{Source, same_arcs};
use crate::graph::openfst::{ArcCode, BinaryWeight, CodeTable, Layout, arc_type_of_codes, read_codes, write_codes};
use crate::graph::{EPSILON, Graph, Label};
use crate::ops::{self, Code, Codes, OpError};
use crate::semiring::Weight;

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
        let kept = if self.encode_reuse { Some(self.files.codes()?) } else { None };
        self.files.encode(what(self.encode_labels, self.encode_weights), kept)
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

    /// The file of codes.
    fn codes(&self) -> Result<Vec<u8>, CliError> {
        self.source()?;
        read_bytes(&self.codes)
    }

    /// What is to be encoded is what the table says that is kept.
    fn encode(&self, asked: Option<ops::Encode>, kept: Option<Vec<u8>>) -> Result<(), CliError> {
        let source = self.source()?;
        let read = source.read_for(kept.as_deref().and_then(arc_type_of_codes))?;
        match read.wide_energies() {
            Some(g) => self.encoded(source, &read, &g, asked, kept),
            None => self.encoded(source, &read, &*read.energies(&source.place())?, asked, kept),
        }
    }

    fn encoded<W: BinaryWeight>(
        &self,
        source: Source<'_>,
        read: &Loaded,
        g: &Graph<W>,
        asked: Option<ops::Encode>,
        kept: Option<Vec<u8>>,
    ) -> Result<(), CliError>
    where
        Any: From<Graph<W>>,
    {
        let form_arcs = if let Form::Binary { arcs, .. } = read.form { arcs } else { W::ARCS };
        let (what, arcs, entries, own) = match kept {
            None => (asked, form_arcs, Vec::new(), (read.isymbols.clone(), read.osymbols.clone())),
            Some(bytes) => {
                let table = self.table::<W>(read, &bytes)?;
                (what(table.labels, table.weights), table.arcs, table.codes, (table.isymbols, table.osymbols))
            }
        };
        let (result, entries) = match what {
            None => inputs_encoded(g, entries),
            Some(what) => {
                let mut codes = codes(what, &entries).at(name(&self.codes))?;
                let result = ops::encode(g, &mut codes).at(source.place())?;
                (result, codes.list().iter().map(entry).collect())
            }
        };
        let table = CodeTable {
            labels: matches!(what, Some(ops::Encode::Labels | ops::Encode::Both)),
            weights: matches!(what, Some(ops::Encode::Weights | ops::Encode::Both)),
            arcs,
            codes: entries,
            isymbols: own.0,
            osymbols: own.1,
        };
        // The codes first: who reads the graph from a pipe may want them.
        deliver_bytes(&write_codes(&table).at(name(&self.codes))?, Some(&self.codes))?;
        source.write(&result.into(), read.form, (None, None))
    }

    fn decode(&self) -> Result<(), CliError> {
        let source = self.source()?;
        // In a pipe the codes are there once the graph is.
        let file = Unread::open(&self.file)?;
        let bytes = self.codes()?;
        // The labels of a text are codes, which no table names.
        let read = source.read_after((None, None), file, arc_type_of_codes(&bytes))?;
        match read.wide_energies() {
            Some(g) => self.decoded(source, &read, &g, &bytes),
            None => self.decoded(source, &read, &*read.energies(&source.place())?, &bytes),
        }
    }

    fn decoded<W: BinaryWeight>(
        &self,
        source: Source<'_>,
        read: &Loaded,
        g: &Graph<W>,
        bytes: &[u8],
    ) -> Result<(), CliError>
    where
        Any: From<Graph<W>>,
    {
        let table = self.table::<W>(read, bytes)?;
        let (isymbols, osymbols) = self.common.symbols()?;
        let result = match what(table.labels, table.weights) {
            None => inputs_decoded(g, &table.codes).at(source.place())?,
            Some(what) => {
                let codes = codes(what, &table.codes).at(name(&self.codes))?;
                ops::decode(g, &codes).at(source.place())?
            }
        };
        let tables = (isymbols.or(table.isymbols), osymbols.or(table.osymbols));
        source.write(&result.into(), read.form, (tables.0.as_ref(), tables.1.as_ref()))
    }

    /// The codes, refused where they are of arcs of another type than the graph's.
    fn table<W: BinaryWeight>(&self, read: &Loaded, bytes: &[u8]) -> Result<CodeTable<W>, CliError> {
        if let Some(arcs) = arc_type_of_codes(bytes) {
            let codes = Form::Binary { layout: Layout::Vector, arcs };
            same_arcs(read.form, codes).at(format!("{}, {}", name(&self.file), name(&self.codes)))?;
        }
        read_codes(bytes).at(name(&self.codes))
    }
}

/// A graph whose input labels alone are codes, which is what OpenFst makes of neither output labels nor weights.
fn inputs_encoded<W: Weight>(g: &Graph<W>, mut entries: Vec<ArcCode<W>>) -> (Graph<W>, Vec<ArcCode<W>>) {
    let mut codes: FxHashMap<Label, Label> = FxHashMap::default();
    for (code, entry) in (1..).zip(&entries) {
        if let ArcCode::Arc(ilabel, ..) = entry {
            codes.entry(*ilabel).or_insert(code);
        }
    }
    let mut code = |ilabel| {
        *codes.entry(ilabel).or_insert_with(|| {
            entries.push(ArcCode::Arc(ilabel, EPSILON, W::one()));
            entries.len() as Label
        })
    };
    (g.map_labels(|i, o| (code(i), o)), entries)
}

/// The graph that [`inputs_encoded`] had.
fn inputs_decoded<W: Weight>(g: &Graph<W>, entries: &[ArcCode<W>]) -> Result<Graph<W>, OpError> {
    let ilabel = |code: Label| match entries.get((code as usize).wrapping_sub(1)) {
        Some(ArcCode::Arc(ilabel, ..)) => Some(*ilabel),
        _ => (code == EPSILON).then_some(EPSILON),
    };
    if let Some((arc, _, a)) = g.arcs_with_source().find(|(_, _, a)| ilabel(a.ilabel).is_none()) {
        return Err(OpError::NoSuchCode { arc, label: a.ilabel, codes: entries.len() });
    }
    Ok(g.map_labels(|i, o| (ilabel(i).unwrap_or(i), o)))
}

/// What of an arc codes stand for.
fn what(labels: bool, weights: bool) -> Option<ops::Encode> {
    match (labels, weights) {
        (true, true) => Some(ops::Encode::Both),
        (true, false) => Some(ops::Encode::Labels),
        (false, true) => Some(ops::Encode::Weights),
        (false, false) => None,
    }
}

fn codes<W: Weight>(what: ops::Encode, entries: &[ArcCode<W>]) -> Result<Codes<W>, OpError> {
    let code = |code: &ArcCode<W>| match code.clone() {
        ArcCode::Arc(ilabel, olabel, weight) => Code { ilabel, olabel, weight, end: false },
        ArcCode::End(weight) => Code { ilabel: EPSILON, olabel: EPSILON, weight, end: true },
    };
    Codes::from_list(what, entries.iter().map(code))
}

fn entry<W: Weight>(code: &Code<W>) -> ArcCode<W> {
    let weight = code.weight.clone();
    if code.end { ArcCode::End(weight) } else { ArcCode::Arc(code.ilabel, code.olabel, weight) }
}
