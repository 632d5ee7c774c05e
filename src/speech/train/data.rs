//! Sounds with their phones, from a folder or an archive.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::labels::{self, Labelled};
use crate::signal::Sound;
use crate::signal::sound::{Limits, decode};
use crate::speech::corpus::{CorpusError, visit};
use crate::speech::phones::Notation;

/// Sound files with a transcript of the same name beside each, and which of them to take.
///
/// A transcript is a `.TextGrid` with a tier of phones, or a `.lab` or `.txt` of phones: lines of begin, end and phone (in
/// seconds, or HTK's 100 ns), or phones alone, separated by spaces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// A folder, searched with those in it, or a `.tar` or `.tar.gz` of one; relative to the data folder.
    pub from: PathBuf,
    /// Table of tab-separated columns under a line of their names; the first column names files (without folder and
    /// extension). Relative to the data folder.
    #[serde(default)]
    pub table: Option<PathBuf>,
    /// Columns of the table and the values that a file's line must have there, one of several.
    #[serde(default, rename = "where")]
    pub chosen: BTreeMap<String, Values>,
    /// Columns and values that leave a file out.
    #[serde(default)]
    pub except: BTreeMap<String, Values>,
    /// The tier of phones; if not given, the only one, or `phones`, or `phone`.
    #[serde(default)]
    pub tier: Option<String>,
    /// How phones are written.
    #[serde(default)]
    pub notation: Notation,
    /// Labels that mean silence, beside the empty one and `sil`, `sp`, `spn`, `<sil>`, `<p:>`, `pau`.
    #[serde(default)]
    pub silence: Vec<String>,
}

/// A value, or several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Values {
    /// One.
    One(String),
    /// Any of these.
    Any(Vec<String>),
}

impl std::fmt::Display for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Values::One(v) => f.write_str(v),
            Values::Any(all) => f.write_str(&all.join(",")),
        }
    }
}

impl Values {
    fn has(&self, value: &str) -> bool {
        match self {
            Values::One(v) => v == value,
            Values::Any(all) => all.iter().any(|v| v == value),
        }
    }
}

/// A sound and its phones.
#[derive(Debug, Clone, PartialEq)]
pub struct Utterance {
    /// The file's name without folder and extension.
    pub name: String,
    /// The sound, at the rate asked for.
    pub sound: Sound,
    /// Its phones in IPA.
    pub phones: Vec<String>,
    /// Where each begins and ends, in seconds; empty where that is not known.
    pub times: Vec<(f64, f64)>,
}

/// Why training data can't be read.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file or folder can't be read.
    #[error("{}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Something is wrong with one of many files.
    #[error("{}: {name}: {why}", from.display())]
    Item {
        /// The folder or archive.
        from: PathBuf,
        /// The file in it.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// Something is wrong with a table.
    #[error("{}: {why}", path.display())]
    Table {
        /// The table.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// No file is left.
    #[error("{}: no sound is chosen", from.display())]
    Nothing {
        /// The folder or archive.
        from: PathBuf,
    },
}

/// What a name stands for, while files are read.
#[derive(Default)]
struct Parts {
    sound: Option<Vec<u8>>,
    /// Extension and content.
    transcript: Option<(String, Vec<u8>)>,
}

/// Reads all that is chosen, sorted by name, at one rate. With `timed`, every phone must have its begin and end.
///
/// # Errors
/// [`DataError`]: nothing is left out silently.
pub fn read_data(config: &DataConfig, data: &Path, rate: u32, timed: bool) -> Result<Vec<Utterance>, DataError> {
    let from = data.join(&config.from);
    let chosen = config.names(data)?;
    let mut parts: BTreeMap<String, Parts> = BTreeMap::new();
    let mut wanted = |path: &Path| {
        let kind = kind(path)?;
        let name = path.file_stem()?.to_str()?.to_owned();
        chosen.as_ref().is_none_or(|c| c.contains(&name)).then_some((name, kind))
    };
    let mut take = |path: &Path, bytes: Vec<u8>, (name, kind): (String, Kind)| {
        let part = parts.entry(name.clone()).or_default();
        let old = match kind {
            Kind::Sound => part.sound.replace(bytes).is_some(),
            Kind::Transcript(extension) => part.transcript.replace((extension, bytes)).is_some(),
        };
        let why = || format!("a second sound or transcript of the name {name}");
        if old { Err(item(&from, &path.display().to_string(), why())) } else { Ok(()) }
    };
    visit(&from, true, &mut wanted, &mut take)?;
    if let Some(missing) = chosen.iter().flatten().find(|name| !parts.contains_key(*name)) {
        return Err(item(&from, missing, "the table names it, but it is not there".into()));
    }
    // A transcript without a sound is another's text, such as a list or a licence.
    parts.retain(|_, p| p.sound.is_some());
    if parts.is_empty() {
        return Err(DataError::Nothing { from });
    }
    let all = parts.into_iter().map(|(name, p)| config.utterance(&from, name, p, rate, timed));
    all.collect()
}

fn item(from: &Path, name: &str, why: String) -> DataError {
    DataError::Item { from: from.to_path_buf(), name: name.to_owned(), why }
}

enum Kind {
    Sound,
    Transcript(String),
}

fn kind(path: &Path) -> Option<Kind> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "wav" | "flac" => Some(Kind::Sound),
        "textgrid" | "lab" | "txt" => Some(Kind::Transcript(extension)),
        _ => None,
    }
}

impl From<CorpusError> for DataError {
    fn from(error: CorpusError) -> Self {
        DataError::File { path: error.path, why: error.source.to_string() }
    }
}

impl DataConfig {
    /// The names that the table chooses; `None` for all.
    fn names(&self, data: &Path) -> Result<Option<BTreeSet<String>>, DataError> {
        let Some(table) = &self.table else {
            let (why, path) = ("`where` and `except` need a table".to_owned(), self.from.clone());
            let filtered = !self.chosen.is_empty() || !self.except.is_empty();
            return if filtered { Err(DataError::Table { path, why }) } else { Ok(None) };
        };
        let path = data.join(table);
        let bad = |why: String| DataError::Table { path: path.clone(), why };
        let text = std::fs::read_to_string(&path).map_err(|e| bad(e.to_string()))?;
        let mut lines = text.lines();
        let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
        let column = |name: &String| {
            let found = header.iter().position(|h| h == name);
            found.ok_or_else(|| bad(format!("no column {name:?}; there are: {}", header.join(", "))))
        };
        let find = |of: &BTreeMap<String, Values>| {
            of.iter().map(|(name, values)| Ok((column(name)?, values.clone()))).collect::<Result<Vec<_>, DataError>>()
        };
        let (chosen, except) = (find(&self.chosen)?, find(&self.except)?);
        let mut names = BTreeSet::new();
        for line in lines.filter(|l| !l.trim().is_empty()) {
            let fields: Vec<&str> = line.split('\t').collect();
            let has = |(at, values): &(usize, Values)| fields.get(*at).is_some_and(|f| values.has(f));
            if chosen.iter().all(has) && !except.iter().any(has) {
                names.insert(fields[0].to_owned());
            }
        }
        Ok(Some(names))
    }

    fn utterance(
        &self,
        from: &Path,
        name: String,
        parts: Parts,
        rate: u32,
        timed: bool,
    ) -> Result<Utterance, DataError> {
        let bad = |why: String| item(from, &name, why);
        let (Some(sound), Some((extension, text))) = (parts.sound, parts.transcript) else {
            return Err(bad("no transcript (.TextGrid, .lab, .txt) beside it".into()));
        };
        let sound =
            decode(&sound, &Limits::default()).and_then(|s| s.resample(rate)).map_err(|e| bad(e.to_string()))?;
        let labelled = labels::read(&extension, &text, self.tier.as_deref()).map_err(bad)?;
        let Labelled { phones, times } = labelled.spoken(&self.silence, self.notation).map_err(bad)?;
        if phones.is_empty() {
            return Err(bad("no phones".into()));
        }
        if timed && times.is_empty() {
            return Err(bad("phones without times, but boundaries are to be learnt".into()));
        }
        Ok(Utterance { name: name.clone(), sound, phones, times })
    }
}
