//! Labels that are wrong, and what the images show.

use std::path::Path;

use super::error::{At, CliError};
use super::eval_report::Outcome;
use super::files::read_text;

/// Corrected labels of a stack.
#[derive(Debug)]
pub(super) struct Corrections {
    file: String,
    list: Vec<(usize, String, String)>,
}

/// Reads lines of `line number<TAB>label<TAB>what the image shows`; those that begin with `#` are comments.
pub(super) fn read(path: &Path) -> Result<Corrections, CliError> {
    let file = path.display().to_string();
    let mut list = Vec::new();
    for (i, line) in read_text(path)?.lines().enumerate().filter(|(_, l)| !l.is_empty() && !l.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let entry = match columns.as_slice() {
            [number, label, shown, ..] => number.parse().ok().map(|n| (n, label.to_string(), shown.to_string())),
            _ => None,
        };
        let why = format!("line {}: three columns are needed: line number, label, what the image shows", i + 1);
        list.push(entry.ok_or(why).at(&file)?);
    }
    Ok(Corrections { file, list })
}

impl Corrections {
    /// The outcomes under the corrected labels.
    ///
    /// A correction of an item that is there but has another label is a mistake in the list.
    pub(super) fn apply(&self, outcomes: &[Outcome]) -> Result<Vec<Outcome>, String> {
        let mut corrected = outcomes.to_vec();
        for (line, label, shown) in &self.list {
            for o in corrected.iter_mut().filter(|o| o.line == *line) {
                if o.text != *label {
                    return Err(format!("{}: item {line} is labelled {:?}, not {label:?}", self.file, o.text));
                }
                o.text.clone_from(shown);
            }
        }
        Ok(corrected)
    }
}
