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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_of_a_line_is_corrected_and_another_label_is_a_mistake_in_the_list() {
        let items: Vec<Outcome> = ["5\ta\t1\t7\t0.5", "6\tb\t1\t1\t0.5", "5\tc\t1\t1\t0.5"]
            .iter()
            .filter_map(|r| Outcome::of_row(r))
            .collect();
        let list = |label: &str| Corrections { file: "list.tsv".into(), list: vec![(5, label.into(), "7".into())] };
        let texts: Vec<String> = list("1").apply(&items).unwrap().into_iter().map(|o| o.text).collect();
        assert_eq!(texts, ["7", "1", "7"]);
        assert!(list("2").apply(&items).unwrap_err().contains("list.tsv: item 5"));
    }
}
