//! Files in and out.

use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::error::{At, CliError, complain};
use crate::graph::att::{self, AttOptions};
use crate::graph::openfst::{self, ArcType, BinaryWeight, Layout, OpenFstError, WriteOptions};
use crate::graph::{Graph, SymbolTable, json};
use crate::semiring::{Energy, LogSum};

use super::weights::{Any, Kind, Question, Refused, as_log};

/// A file that should have been text.
#[derive(Debug, thiserror::Error)]
enum NotText {
    #[error("an OpenFst binary, and text is needed here")]
    OpenFst,
    #[error("not text (byte {at} is not UTF-8)")]
    NotUtf8 { at: usize },
}

/// The name that messages use.
pub(super) fn name(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() }
}

/// Whether `-` stands for standard input here.
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A file's content; `-` is standard input.
pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    let read = if is_stdin(path) {
        io::stdin().lock().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|mut f| f.read_to_end(&mut bytes))
    };
    read.at(name(path)).map(|_| bytes)
}

/// A text file's content; `-` is standard input.
pub(super) fn read_text(path: &Path) -> Result<String, CliError> {
    text(read_bytes(path)?, path)
}

/// What a text file's bytes say.
fn text(bytes: Vec<u8>, path: &Path) -> Result<String, CliError> {
    if openfst::is_openfst(&bytes) {
        return Err(NotText::OpenFst).at(name(path));
    }
    String::from_utf8(bytes).map_err(|e| NotText::NotUtf8 { at: e.utf8_error().valid_up_to() }).at(name(path))
}

/// The tables that name input and output labels.
pub(super) type Tables<'a> = (Option<&'a SymbolTable>, Option<&'a SymbolTable>);

/// The form of a graph's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// AT&T text.
    Text,
    /// JSON.
    Json,
    /// OpenFst's binary form.
    Binary { layout: Layout, arcs: ArcType },
}

/// A graph, and what its file says besides.
pub(super) struct Loaded {
    pub graph: Any,
    pub form: Form,
    /// Whether its energies have 64 bits, as those of log64 files and what is read beside one.
    pub wide: bool,
    pub isymbols: Option<SymbolTable>,
    pub osymbols: Option<SymbolTable>,
}

impl Loaded {
    /// The tables that were given, and where none was, those of the file.
    pub(super) fn tables<'a>(&'a self, given: Tables<'a>) -> Tables<'a> {
        (given.0.or(self.isymbols.as_ref()), given.1.or(self.osymbols.as_ref()))
    }

    /// The graph of energies of 32 bits; a note says where others lose digits, and other weights are refused.
    pub(super) fn energies(&self, place: &str) -> Result<Cow<'_, Graph<Energy>>, CliError> {
        let Some(narrowed) = self.wide.then(|| self.graph.narrowed()).flatten() else {
            return self.graph.energies().map(Cow::Borrowed).at(place);
        };
        let (graph, lost) = narrowed.at(place)?;
        if lost {
            complain(&format!("{place}: note: weights of 64 bits are rounded to 32"));
        }
        Ok(Cow::Owned(graph))
    }

    /// The graph with energies of 64 bits, as a log64 file holds them, where it has such.
    pub(super) fn wide_energies(&self) -> Option<Cow<'_, Graph<LogSum<f64>>>> {
        match &self.graph {
            Any::LogSum64(g) if self.wide => Some(Cow::Borrowed(g)),
            Any::MinSum64(g) if self.wide => Some(Cow::Owned(as_log(g))),
            _ => None,
        }
    }

    /// The same graph for a file with such arcs: only log64 arcs have energies of 64 bits.
    pub(super) fn with_arcs(mut self, arcs: ArcType, place: &str) -> Result<Self, CliError> {
        if self.wide && arcs != ArcType::Log64 {
            self.graph = self.energies(place)?.into_owned().into();
            self.wide = false;
        }
        Ok(self)
    }
}

/// A graph's file that is not read yet.
pub(super) struct Unread<'a> {
    path: &'a Path,
    bytes: Vec<u8>,
}

impl<'a> Unread<'a> {
    pub(super) fn open(path: &'a Path) -> Result<Self, CliError> {
        Ok(Unread { path, bytes: read_bytes(path)? })
    }

    /// Whether it is a binary file with energies of 64 bits.
    pub(super) fn is_wide(&self) -> bool {
        openfst::arc_type(&self.bytes) == Some(ArcType::Log64)
    }

    /// The graph; `wide` says that energies of texts and JSON have 64 bits too, and are summed as log64 files say.
    pub(super) fn graph(self, options: &AttOptions<'_>, wide: bool) -> Result<Loaded, CliError> {
        let place = name(self.path);
        if self.is_wide() {
            return binary::<LogSum<f64>>(&self.bytes, true).at(place);
        }
        if openfst::is_openfst(&self.bytes) {
            return binary::<Energy>(&self.bytes, false).at(place);
        }
        if self.bytes.is_empty() {
            return Err(Blank).at(place);
        }
        let text = text(self.bytes, self.path)?;
        // No line of AT&T text begins so.
        if text.trim_start().starts_with('{') {
            let (graph, isymbols, osymbols) = Any::from_json(&text, &place)?;
            let graph = if wide { graph.widened() } else { graph };
            let wide = wide && matches!(graph, Any::LogSum64(_));
            return Ok(Loaded { graph, form: Form::Json, wide, isymbols, osymbols });
        }
        let graph: Any = match wide {
            true => att::read::<LogSum<f64>>(&text, options).at(place)?.into(),
            false => att::read::<Energy>(&text, options).at(place)?.into(),
        };
        Ok(Loaded { graph, form: Form::Text, wide, isymbols: None, osymbols: None })
    }
}

/// A file without a byte, which is also what a command that failed leaves to the next.
#[derive(Debug, thiserror::Error)]
#[error(
    "an empty file is no graph; `fst compile` makes of it the graph that accepts nothing, whose text is a line break"
)]
struct Blank;

/// A graph from an OpenFst binary.
fn binary<W: BinaryWeight>(bytes: &[u8], wide: bool) -> Result<Loaded, OpenFstError>
where
    Any: From<Graph<W>>,
{
    let openfst::File { graph, arcs, layout, isymbols, osymbols } = openfst::read::<W>(bytes)?;
    Ok(Loaded { graph: graph.into(), form: Form::Binary { layout, arcs }, wide, isymbols, osymbols })
}

/// A graph from AT&T text, an OpenFst binary or JSON.
pub(super) fn read_graph(path: &Path, options: &AttOptions<'_>) -> Result<Loaded, CliError> {
    Unread::open(path)?.graph(options, false)
}

/// Writes a graph in a form; the tables name the labels of text and go into binaries.
pub(super) fn write_graph(
    g: &Any,
    form: Form,
    options: &AttOptions<'_>,
    place: &str,
    to: Option<&Path>,
) -> Result<(), CliError> {
    let AttOptions { isymbols, osymbols, .. } = *options;
    match form {
        Form::Text => {
            let text = g.ask(Text(options)).at(place)?;
            // An empty file would say that something failed.
            deliver(if text.is_empty() { "\n" } else { &text }, to)
        }
        Form::Json => deliver(&g.ask(Json((isymbols, osymbols))).at(place)?, to),
        Form::Binary { layout, arcs } => {
            let o = WriteOptions { layout, arcs: Some(arcs), isymbols, osymbols };
            let bytes = match g {
                Any::LogSum64(g) if arcs == ArcType::Log64 => openfst::write(g, &o),
                Any::MinSum64(g) if arcs == ArcType::Log64 => openfst::write(&as_log(g), &o),
                other => openfst::write(other.energies().at(place)?, &o),
            };
            deliver_bytes(&bytes.at(place)?, to)
        }
    }
}

/// AT&T text.
struct Text<'a>(&'a AttOptions<'a>);

impl Question for Text<'_> {
    type Answer = String;
    fn of<W: Kind>(self, g: &Graph<W>) -> Result<String, Refused> {
        Ok(att::write(g, self.0)?)
    }
}

/// JSON with tables.
struct Json<'a>(Tables<'a>);

impl Question for Json<'_> {
    type Answer = String;
    fn of<W: Kind>(self, g: &Graph<W>) -> Result<String, Refused> {
        Ok(json::write(g, self.0.0, self.0.1))
    }
}

/// A symbol table, where one was named: text, or OpenFst's binary form.
pub(super) fn read_symbols(path: Option<&Path>) -> Result<Option<SymbolTable>, CliError> {
    let read = |p: &Path| {
        let bytes = read_bytes(p)?;
        if openfst::are_symbols(&bytes) {
            return openfst::read_symbols(&bytes).at(name(p));
        }
        // OpenFst's tables of text have the name of their file.
        Ok(SymbolTable::read(&text(bytes, p)?).at(name(p))?.named(name(p)))
    };
    path.map(read).transpose()
}

/// Writes a result to a file, or to standard output.
pub(super) fn deliver(text: &str, to: Option<&Path>) -> Result<(), CliError> {
    deliver_bytes(text.as_bytes(), to)
}

pub(super) fn deliver_bytes(bytes: &[u8], to: Option<&Path>) -> Result<(), CliError> {
    match to.filter(|p| !is_stdin(p)) {
        Some(path) => std::fs::write(path, bytes).at(name(path)),
        None => {
            let mut out = io::stdout().lock();
            out.write_all(bytes).and_then(|()| out.flush()).at("standard output")
        }
    }
}

/// All files in a folder and those below it, sorted.
pub(super) fn files_below(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(inside) = open.pop() {
        for entry in std::fs::read_dir(&inside).at(inside.display())? {
            let entry = entry.at(inside.display())?;
            let path = entry.path();
            // A link to a folder is not followed: it may lead back.
            if entry.file_type().at(path.display())?.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
