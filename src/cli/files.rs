//! Files in and out.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::error::{At, CliError};
use crate::graph::att::{self, AttOptions};
use crate::graph::openfst::{self, ArcType, Layout, WriteOptions};
use crate::graph::{Graph, SymbolTable, json};
use crate::semiring::Energy;

use super::weights::{Any, Kind, Question, Refused};

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
    pub isymbols: Option<SymbolTable>,
    pub osymbols: Option<SymbolTable>,
    /// The file has no byte.
    pub blank: bool,
}

impl Loaded {
    /// The tables that were given, and where none was, those of the file.
    pub(super) fn tables<'a>(&'a self, given: Tables<'a>) -> Tables<'a> {
        (given.0.or(self.isymbols.as_ref()), given.1.or(self.osymbols.as_ref()))
    }
}

/// A graph from AT&T text, an OpenFst binary or JSON.
pub(super) fn read_graph(path: &Path, options: &AttOptions<'_>) -> Result<Loaded, CliError> {
    let bytes = read_bytes(path)?;
    if openfst::is_openfst(&bytes) {
        let openfst::File { graph, arcs, layout, isymbols, osymbols } =
            openfst::read::<Energy>(&bytes).at(name(path))?;
        return Ok(Loaded {
            graph: graph.into(),
            form: Form::Binary { layout, arcs },
            isymbols,
            osymbols,
            blank: false,
        });
    }
    let blank = bytes.is_empty();
    let text = text(bytes, path)?;
    // No line of AT&T text begins so.
    if text.trim_start().starts_with('{') {
        let (graph, isymbols, osymbols) = Any::from_json(&text, &name(path))?;
        return Ok(Loaded { graph, form: Form::Json, isymbols, osymbols, blank });
    }
    let graph: Graph<Energy> = att::read(&text, options).at(name(path))?;
    Ok(Loaded { graph: graph.into(), form: Form::Text, isymbols: None, osymbols: None, blank })
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
        Form::Text => deliver(&g.ask(Text(options)).at(place)?, to),
        Form::Json => deliver(&g.ask(Json((isymbols, osymbols))).at(place)?, to),
        Form::Binary { layout, arcs } => {
            let o = WriteOptions { layout, arcs: Some(arcs), isymbols, osymbols };
            deliver_bytes(&openfst::write(g.energies().at(place)?, &o).at(place)?, to)
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
