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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::words::WordModels;

    fn vocabulary() -> Vocabulary {
        let words = vec!["1".to_owned(), "2".to_owned()];
        Vocabulary::new(&WordModels { words, states: 1, states_of: BTreeMap::new(), least: 1, silence: 1 }).unwrap()
    }

    fn wav() -> Vec<u8> {
        Sound::new(vec![0.25; 800], 8_000).unwrap().to_wav().unwrap()
    }

    #[test]
    fn an_archive_gives_the_recordings_that_its_table_and_the_config_choose() {
        let folder = std::env::temp_dir().join(format!("energraph-recordings-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let packed = flate2::write::GzEncoder::new(
            std::fs::File::create(folder.join("a.tar.gz")).unwrap(),
            flate2::Compression::fast(),
        );
        let mut archive = tar::Builder::new(packed);
        for name in ["in/b.wav", "in/a.wav", "in/c.wav", "in/other.txt"] {
            let mut header = tar::Header::new_gnu();
            header.set_size(wav().len() as u64);
            header.set_mode(0o644);
            archive.append_data(&mut header, name, wav().as_slice()).unwrap();
        }
        archive.into_inner().unwrap().finish().unwrap();
        std::fs::write(folder.join("t.tsv"), "a\t1\tann\t5\t800\nb\t2\tbob\t6\t800\nc\t1\tann\t7\t800\n").unwrap();
        let config = |numbers, except: &[&str]| RecordingsConfig::Archive {
            archive: "a.tar.gz".into(),
            table: "t.tsv".into(),
            numbers,
            except: except.iter().map(|s| (*s).to_owned()).collect(),
            only: Vec::new(),
        };
        let names = |numbers, except: &[&str]| {
            let all = read_recordings(&config(numbers, except), &folder, &vocabulary(), 16_000);
            all.map(|all| all.iter().map(|r| (r.name.clone(), r.words[0], r.samples.len())).collect::<Vec<_>>())
        };
        assert_eq!(names([5, 6], &[]).unwrap(), [("a".into(), 1, 1600), ("b".into(), 2, 1600)]);
        assert_eq!(names([5, 9], &["ann"]).unwrap().len(), 1);
        assert!(matches!(names([8, 9], &[]), Err(RecordingsError::Nothing { .. })));
        std::fs::write(folder.join("t.tsv"), "d\t1\tann\t5\n").unwrap();
        assert!(names([5, 5], &[]).unwrap_err().to_string().contains("d: the table names it"));
        std::fs::write(folder.join("t.tsv"), "a\t3\tann\t5\n").unwrap();
        assert!(names([5, 5], &[]).unwrap_err().to_string().contains("line 1: \"3\" has the word \"3\""));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
