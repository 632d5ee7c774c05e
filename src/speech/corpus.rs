//! The files of a folder or of an archive.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use thiserror::Error;

use crate::signal::sound::Limits;

/// Files that can't be read.
#[derive(Debug, Error)]
#[error("{}: {source}", path.display())]
pub struct CorpusError {
    /// The file, folder or archive.
    pub path: PathBuf,
    /// Why.
    pub source: std::io::Error,
}

/// The wanted files directly in a folder, or anywhere in a `.tar` or `.tar.gz`, with their contents, sorted by name.
///
/// # Errors
/// [`CorpusError`]; a file of more than a gibibyte is refused.
///
/// # Cost
/// All that is wanted is held in memory; of an archive, all is unpacked.
pub fn read_files(from: &Path, wanted: &mut dyn FnMut(&Path) -> bool) -> Result<Vec<(PathBuf, Vec<u8>)>, CorpusError> {
    let mut found = Vec::new();
    let failed = |path: &Path, source: std::io::Error| CorpusError { path: path.into(), source };
    if from.is_dir() {
        for entry in std::fs::read_dir(from).map_err(|e| failed(from, e))? {
            let path = entry.map_err(|e| failed(from, e))?.path();
            if path.is_file() && wanted(&path) {
                let content = File::open(&path).and_then(|f| whole(f, path.metadata()?.len()));
                found.push((path.clone(), content.map_err(|e| failed(&path, e))?));
            }
        }
    } else {
        let file = BufReader::new(File::open(from).map_err(|e| failed(from, e))?);
        let packed = from.extension().is_some_and(|e| e == "gz" || e == "tgz");
        let stream: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
        let mut archive = tar::Archive::new(stream);
        for entry in archive.entries().map_err(|e| failed(from, e))? {
            let entry = entry.map_err(|e| failed(from, e))?;
            let path = entry.path().map_err(|e| failed(from, e))?.into_owned();
            if entry.header().entry_type().is_file() && wanted(&path) {
                let size = entry.size();
                found.push((path, whole(entry, size).map_err(|e| failed(from, e))?));
            }
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

/// The content of a file that is not too large to be a sound.
fn whole(from: impl Read, size: u64) -> std::io::Result<Vec<u8>> {
    let most = Limits::default().bytes;
    if size > most {
        return Err(std::io::Error::other(format!("{size} bytes, at most {most} are read")));
    }
    let mut bytes = Vec::new();
    from.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
