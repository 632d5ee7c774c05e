//! Files in and out.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::error::{At, CliError};
use crate::graph::att::{self, AttOptions};
use crate::graph::{Graph, SymbolTable};
use crate::semiring::Energy;

/// What a file's first four bytes are where OpenFst wrote it in its binary form.
const OPENFST_MAGIC: [u8; 4] = [0xd6, 0xfd, 0xb2, 0x7e];

/// A file that should have been text.
#[derive(Debug, thiserror::Error)]
enum NotText {
    #[error("an OpenFst binary; turn it into text with fstprint")]
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

/// A text file's content; `-` is standard input.
pub(super) fn read_text(path: &Path) -> Result<String, CliError> {
    let mut bytes = Vec::new();
    let read = if is_stdin(path) {
        io::stdin().lock().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|mut f| f.read_to_end(&mut bytes))
    };
    read.at(name(path))?;
    if bytes.starts_with(&OPENFST_MAGIC) {
        return Err(NotText::OpenFst).at(name(path));
    }
    String::from_utf8(bytes).map_err(|e| NotText::NotUtf8 { at: e.utf8_error().valid_up_to() }).at(name(path))
}

/// A graph from AT&T text.
pub(super) fn read_graph(path: &Path, options: &AttOptions<'_>) -> Result<Graph<Energy>, CliError> {
    att::read(&read_text(path)?, options).at(name(path))
}

/// A symbol table, where one was named.
pub(super) fn read_symbols(path: Option<&Path>) -> Result<Option<SymbolTable>, CliError> {
    path.map(|p| SymbolTable::read(&read_text(p)?).at(name(p))).transpose()
}

/// Writes a result to a file, or to standard output.
pub(super) fn deliver(text: &str, to: Option<&Path>) -> Result<(), CliError> {
    match to.filter(|p| !is_stdin(p)) {
        Some(path) => std::fs::write(path, text).at(name(path)),
        None => {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush()).at("standard output")
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
