//! Recordings from archives and folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{Recording, RecordingsConfig, UnknownWord, Vocabulary};
use crate::signal::Sound;
use crate::signal::sound::{Limits, decode};
use crate::speech::corpus::{CorpusError, read_files};
use crate::speech::{FeatureConfig, NoFeatures};

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
    let from = data.join(config.source());
    let table = match config {
        RecordingsConfig::Archive { table, .. } => data.join(table),
        RecordingsConfig::Folder { .. } => from.join("labels.tsv"),
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

/// Refuses recordings of fewer samples than make a frame: a string of one of them alone has no features.
pub(super) fn check_lengths(
    config: &RecordingsConfig,
    data: &Path,
    recordings: &[Recording],
    features: &FeatureConfig,
    tempo: f64,
) -> Result<(), RecordingsError> {
    let least = features.least_samples(tempo);
    let short = recordings.iter().find(|r| r.samples.len() < least);
    short.map_or(Ok(()), |r| {
        let (seconds, shift_ms) =
            (r.samples.len() as f64 / f64::from(features.rate), (features.shift_ms * tempo * 1e3).round() / 1e3);
        let why = NoFeatures::TooShort { seconds, shift_ms };
        Err(item(&data.join(config.source()), &r.name, why.to_string()))
    })
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
    let (except, only) = config.speakers();
    let named = |list: &[String], speaker: &str| list.iter().any(|s| s == speaker);
    let mut rows = BTreeMap::new();
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let bad = |why: String| RecordingsError::Line { path: table.into(), line: i + 1, why };
        let columns: Vec<&str> = line.split('\t').collect();
        let (name, text, speaker) = match (config, columns.as_slice()) {
            (RecordingsConfig::Archive { numbers, .. }, [name, word, speaker, number, ..]) => {
                let number: u32 = number.parse().map_err(|_| bad(format!("{number:?} is no number")))?;
                if !(numbers[0]..=numbers[1]).contains(&number) {
                    continue;
                }
                (name, word, *speaker)
            }
            (RecordingsConfig::Archive { .. }, _) => return Err(bad("expected name, word, speaker, number".into())),
            (RecordingsConfig::Folder { .. }, [name, text, rest @ ..]) => {
                let speaker = rest.first().map_or("", |s| s.trim());
                if speaker.is_empty() && !(except.is_empty() && only.is_empty()) {
                    return Err(bad(format!("speakers are chosen, but {name} has none")));
                }
                (name, text, speaker)
            }
            (RecordingsConfig::Folder { .. }, _) => return Err(bad("expected file and text".into())),
        };
        if named(except, speaker) || !(only.is_empty() || named(only, speaker)) {
            continue;
        }
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
    fn a_folder_gives_the_recordings_of_the_speakers_that_are_chosen_and_says_where_none_is_named() {
        let folder = std::env::temp_dir().join(format!("energraph-folder-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        ["a.wav", "b.wav"].iter().for_each(|name| std::fs::write(folder.join(name), wav()).unwrap());
        std::fs::write(folder.join("labels.tsv"), "a.wav\t1\tann\nb.wav\t2\tbob\n").unwrap();
        let list = |names: &[&str]| names.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let names = |except: &[&str], only: &[&str]| {
            let config = RecordingsConfig::Folder { folder: "".into(), except: list(except), only: list(only) };
            let all = read_recordings(&config, &folder, &vocabulary(), 8_000);
            all.map(|all| all.into_iter().map(|r| r.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&[], &[]).unwrap(), ["a.wav", "b.wav"]);
        assert_eq!(names(&["ann"], &[]).unwrap(), ["b.wav"]);
        assert_eq!(names(&[], &["ann"]).unwrap(), ["a.wav"]);
        assert!(matches!(names(&[], &["eve"]), Err(RecordingsError::Nothing { .. })));
        std::fs::write(folder.join("labels.tsv"), "a.wav\t1\tann\nb.wav\t2\n").unwrap();
        assert_eq!(names(&[], &[]).unwrap().len(), 2);
        let said = names(&["ann"], &[]).unwrap_err().to_string();
        assert!(said.contains("line 2: speakers are chosen, but b.wav has none"), "{said}");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn recordings_of_less_than_a_frame_are_refused_by_name() {
        let features = FeatureConfig { rate: 8_000, ..FeatureConfig::default() };
        let config = RecordingsConfig::Folder { folder: "in".into(), except: Vec::new(), only: Vec::new() };
        let recording = |samples: usize| {
            let (name, speaker) = ("a.wav".to_owned(), String::new());
            Recording { name, words: vec![1], speaker, samples: vec![0.5; samples] }
        };
        for tempo in [1.0, 1.1] {
            let bank = features.bank(tempo, 1.0).unwrap();
            for samples in 30..60 {
                let sound = Sound::new(vec![0.5; samples], 8_000).unwrap();
                let fits = bank.apply(&sound).unwrap().nrows() > 0;
                let checked = check_lengths(&config, Path::new("d"), &[recording(samples)], &features, tempo);
                assert_eq!(checked.is_ok(), fits, "{samples} samples at {tempo}");
                let said = checked.err().map(|e| e.to_string());
                assert!(said.is_none_or(|said| said.starts_with("d/in: a.wav: the sound is too short")));
            }
        }
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
