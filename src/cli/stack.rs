//! Stacks on the command line: `NAME`, or `NAME:A-B` for some of its lines.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::train::DATA;
use crate::handwriting::train::TrainConfig;
use crate::signal::{Item, StackError, StackReader, idx_pair};

/// The first and last line wanted, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lines {
    pub(super) first: usize,
    pub(super) last: usize,
}

impl Lines {
    /// Every line.
    pub(super) const ALL: Lines = Lines { first: 1, last: usize::MAX };

    /// Whether a line, counted from 1, is wanted.
    pub(super) fn hold(&self, line: usize) -> bool {
        (self.first..=self.last).contains(&line)
    }
}

impl FromStr for Lines {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        let lines = s.split_once('-').and_then(|(a, b)| {
            let last = if b.is_empty() { usize::MAX } else { b.parse().ok()? };
            Some(Lines { first: a.parse().ok()?, last })
        });
        lines.filter(|l| l.first >= 1 && l.first <= l.last).ok_or_else(|| "write 721-900, or 721- to the end".into())
    }
}

/// A stack, or some of its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StackArg {
    path: PathBuf,
    lines: Lines,
}

impl FromStr for StackArg {
    type Err = std::convert::Infallible;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let part = s.rsplit_once(':').and_then(|(path, lines)| Some((path, lines.parse().ok()?)));
        let (path, lines) = part.unwrap_or((s, Lines::ALL));
        Ok(StackArg { path: path.into(), lines })
    }
}

impl StackArg {
    /// Its items with their line numbers, counted from 1.
    pub(super) fn items(
        &self,
        text_column: usize,
    ) -> Result<impl Iterator<Item = (usize, Result<Item, StackError>)>, StackError> {
        let lines = self.lines;
        let all = StackReader::open(&resolve(&self.path), Some(text_column))?;
        let wanted = all.enumerate().map(|(i, item)| (i + 1, item));
        Ok(wanted.take_while(move |(line, _)| *line <= lines.last).filter(move |(line, _)| lines.hold(*line)))
    }

    /// As given, and whether all its lines are wanted.
    pub(super) fn whole(&self) -> (&Path, bool) {
        (&self.path, self.lines == Lines::ALL)
    }

    /// Takes its lines out of a training config; how many sets of the config named it.
    pub(super) fn hold_out(&self, config: &mut TrainConfig) -> usize {
        config.hold_out(&self.path, self.lines.first, self.lines.last)
    }

    /// Its name.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }
}

/// The stack as given, or in the data folder where it is not found as given.
fn resolve(path: &Path) -> PathBuf {
    let pgm = |p: &Path| [".pgm.gz", ""].iter().any(|s| Path::new(&format!("{}{s}", p.display())).is_file());
    let there = |p: &Path| p.is_dir() || pgm(p) || idx_pair(p).is_some();
    if there(path) {
        return path.into();
    }
    let inside = std::env::var_os(DATA).map(|d| Path::new(&d).join(path));
    inside.filter(|p| there(p)).unwrap_or_else(|| path.into())
}
