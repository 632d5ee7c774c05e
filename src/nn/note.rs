//! Notes of model files that hold one value as JSON, with a version.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::learn::Notes;

/// Why a note can't be used.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum BadNote {
    /// It is missing or can't be understood.
    Unreadable(String),
    /// It is of another version.
    Version(u64),
}

/// The value of a note that has a field `version`, which is looked at first: a later one may have another shape.
pub(crate) fn read_note<T: DeserializeOwned>(notes: &Notes, name: &str, version: u32) -> Result<T, BadNote> {
    let bad = |e: serde_json::Error| BadNote::Unreadable(e.to_string());
    let json = notes.get(name).ok_or_else(|| BadNote::Unreadable(format!("it has no note {name:?}")))?;
    let value: serde_json::Value = serde_json::from_str(json).map_err(bad)?;
    let found = value.get("version").and_then(serde_json::Value::as_u64).unwrap_or(0);
    if found != u64::from(version) {
        return Err(BadNote::Version(found));
    }
    serde_json::from_value(value).map_err(bad)
}

/// Notes with this one alone.
pub(crate) fn one_note(name: &str, value: &impl Serialize) -> Result<Notes, String> {
    let json = serde_json::to_string(value).map_err(|e| e.to_string())?;
    Ok(Notes::from([(name.to_owned(), json)]))
}
