//! Recordings from archives and folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{Recording, RecordingsConfig, UnknownWord, Vocabulary};
use crate::signal::Sound;
use crate::signal::sound::{Limits, decode};
use crate::speech::corpus::{CorpusError, read_files};

/// Why recordings can't be used.
#[derive(Debug, Error)]
pub enum RecordingsError {
    /// A file can't be read.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// A line of a table that can't be understood.
    #[error("{}, line {line}: {why}", path.display())]
    Line {
        /// The table.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// A sound that can't be decoded, or that is not there.
    #[error("{}: {name}: {why}", from.display())]
    Item {
        /// The archive or folder.
        from: PathBuf,
        /// The sound.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// Nothing is left.
    #[error("{}: no recording is chosen", from.display())]
    Nothing {
        /// The archive or folder.
        from: PathBuf,
    },
}

/// What a table says of a sound.
struct Row {
    words: Vec<u32>,
    speaker: String,
}

/// Reads all recordings that a source names, at one rate, sorted by name.
///
/// # Errors
/// [`RecordingsError`]: nothing that is named is left out silently.
pub fn read_recordings(
    config: &RecordingsConfig,
    data: &Path,
    vocabulary: &Vocabulary,
    rate: u32,
) -> Result<Vec<Recording>, RecordingsError> {
    let (from, table) = match config {
        RecordingsConfig::Archive { archive, table, .. } => (data.join(archive), data.join(table)),
        RecordingsConfig::Folder { folder } => (data.join(folder), data.join(folder).join("labels.tsv")),
    };
    let mut rows = rows(config, &table, vocabulary)?;
    if rows.is_empty() {
        return Err(RecordingsError::Nothing { from });
    }
    let name = |path: &Path| match config {
        RecordingsConfig::Archive { .. } => path.file_stem().map(|n| n.to_string_lossy().into_owned()),
        RecordingsConfig::Folder { .. } => path.file_name().map(|n| n.to_string_lossy().into_owned()),
    };
    let files = read_files(&from, &mut |path| name(path).is_some_and(|n| rows.contains_key(&n)))?;
    let mut recordings = Vec::with_capacity(files.len());
    for (path, bytes) in files {
        let Some((name, row)) = name(&path).and_then(|n| rows.remove_entry(&n)) else { continue };
        let sound = decode(&bytes, &Limits::default()).and_then(|s: Sound| s.resample(rate));
        let sound = sound.map_err(|e| item(&from, &name, e.to_string()))?;
        recordings.push(Recording { name, words: row.words, speaker: row.speaker, samples: sound.samples().to_vec() });
    }
    match rows.into_keys().next() {
        Some(name) => Err(item(&from, &name, "the table names it, but it is not there".into())),
        None => Ok(recordings),
    }
}

fn item(from: &Path, name: &str, why: String) -> RecordingsError {
    RecordingsError::Item { from: from.into(), name: name.into(), why }
}

/// The chosen lines of a table, by name.
fn rows(
    config: &RecordingsConfig,
    table: &Path,
    vocabulary: &Vocabulary,
) -> Result<BTreeMap<String, Row>, RecordingsError> {
    let text = std::fs::read_to_string(table).map_err(|source| CorpusError { path: table.into(), source })?;
    let mut rows = BTreeMap::new();
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let bad = |why: String| RecordingsError::Line { path: table.into(), line: i + 1, why };
        let columns: Vec<&str> = line.split('\t').collect();
        let (name, text, speaker) = match (config, columns.as_slice()) {
            (RecordingsConfig::Archive { numbers, except, only, .. }, [name, word, speaker, number, ..]) => {
                let number: u32 = number.parse().map_err(|_| bad(format!("{number:?} is no number")))?;
                let named = |list: &[String]| list.iter().any(|s| s == speaker);
                let chosen = (numbers[0]..=numbers[1]).contains(&number) && !named(except);
                if !chosen || !(only.is_empty() || named(only)) {
                    continue;
                }
                (name, word, *speaker)
            }
            (RecordingsConfig::Archive { .. }, _) => return Err(bad("expected name, word, speaker, number".into())),
            (RecordingsConfig::Folder { .. }, [name, text, rest @ ..]) => {
                (name, text, rest.first().copied().unwrap_or_default())
            }
            (RecordingsConfig::Folder { .. }, _) => return Err(bad("expected file and text".into())),
        };
        let words = vocabulary.labels(text).map_err(|e: UnknownWord| bad(e.to_string()))?;
        let old = rows.insert((*name).to_owned(), Row { words, speaker: speaker.to_owned() });
        if old.is_some() {
            return Err(bad(format!("a second line for {name}")));
        }
    }
    Ok(rows)
}
