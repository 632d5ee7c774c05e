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
    let mut take = |path: &Path, content, ()| {
        found.push((path.to_path_buf(), content));
        Ok(())
    };
    visit::<_, CorpusError>(from, false, &mut |path| wanted(path).then_some(()), &mut take)?;
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

/// What is wanted of a file, if it is.
type Wanted<'a, T> = dyn FnMut(&Path) -> Option<T> + 'a;
/// Takes a file, its content and what is wanted of it.
type Take<'a, T, E> = dyn FnMut(&Path, Vec<u8>, T) -> Result<(), E> + 'a;

/// Takes the wanted files of a folder, where `deep` with those in it, or anywhere in an archive, in no order. Links to folders
/// are not followed.
pub(super) fn visit<T, E: From<CorpusError>>(
    from: &Path,
    deep: bool,
    wanted: &mut Wanted<'_, T>,
    take: &mut Take<'_, T, E>,
) -> Result<(), E> {
    let failed = |path: &Path, source: std::io::Error| CorpusError { path: path.into(), source };
    if from.is_dir() {
        for entry in std::fs::read_dir(from).map_err(|e| failed(from, e))? {
            let entry = entry.map_err(|e| failed(from, e))?;
            let path = entry.path();
            if path.is_dir() {
                if deep && entry.file_type().map_err(|e| failed(&path, e))?.is_dir() {
                    visit(&path, deep, wanted, take)?;
                }
            } else if let Some(found) = wanted(&path) {
                let content = File::open(&path).and_then(whole).map_err(|e| failed(&path, e))?;
                take(&path, content, found)?;
            }
        }
        return Ok(());
    }
    let file = BufReader::new(File::open(from).map_err(|e| failed(from, e))?);
    let packed = from.extension().is_some_and(|e| e == "gz" || e == "tgz");
    let stream: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    for entry in tar::Archive::new(stream).entries().map_err(|e| failed(from, e))? {
        let entry = entry.map_err(|e| failed(from, e))?;
        let path = entry.path().map_err(|e| failed(from, e))?.into_owned();
        if let Some(found) = wanted(&path).filter(|_| entry.header().entry_type().is_file()) {
            take(&path, whole(entry).map_err(|e| failed(from, e))?, found)?;
        }
    }
    Ok(())
}

/// The content of a file that is not too large to be a sound.
fn whole(from: impl Read) -> std::io::Result<Vec<u8>> {
    let most = Limits::default().bytes;
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(std::io::Error::other(format!("more than {most} bytes")));
    }
    Ok(bytes)
}
