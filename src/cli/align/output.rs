//! Alignments to files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::pairs::Pair;
use crate::cli::error::{At, CliError};
use crate::speech::textgrid::{self, Form};
use crate::speech::{Placement, Tier, export};

/// How an alignment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Praat's TextGrid, the long text form in UTF-8.
    #[value(name = "textgrid")]
    TextGrid,
    /// One JSON object.
    Json,
    /// Lines of tier, start, end and label.
    Csv,
    /// NIST's time-marked conversation format.
    Ctm,
    /// A label track for Audacity.
    Audacity,
}

impl Format {
    fn of_ending(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match ending.as_str() {
            "textgrid" => Format::TextGrid,
            "json" => Format::Json,
            "csv" => Format::Csv,
            "ctm" => Format::Ctm,
            "txt" => Format::Audacity,
            _ => return None,
        })
    }

    fn ending(self) -> &'static str {
        match self {
            Format::TextGrid => "TextGrid",
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Ctm => "ctm",
            Format::Audacity => "txt",
        }
    }

    /// The text of a file. CTM and Audacity's labels have one tier: the words, or the phones where phones were given.
    pub(super) fn text(self, placed: &Placement, pair: &Pair, phones: bool) -> Result<String, CliError> {
        let place = || pair.sound.display();
        let mut grid = placed.to_textgrid();
        if phones && placed.words.len() == 1 {
            // Phones that are not parted into words are one long word, which says nothing.
            grid.tiers.retain(|t| t.name != "words");
        }
        let one = || -> Result<&Tier, CliError> {
            let words = grid.tiers.iter().find(|t| !phones && t.name == "words");
            words.map_or_else(|| grid.tier(Some("phones")), Ok).at(place())
        };
        match self {
            Format::TextGrid => textgrid::write(&grid, Form::Long).at(place()),
            Format::Json => Ok(format!("{}\n", placed.to_json(&pair.sound.display().to_string()))),
            Format::Csv => Ok(export::csv(&grid)),
            Format::Ctm => export::ctm(one()?, &pair.stem.to_string_lossy()).at(place()),
            Format::Audacity => export::audacity(one()?).at(place()),
        }
    }
}

/// Where alignments go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Stdout,
    File(PathBuf),
    Folder(PathBuf),
}

/// The format, and where alignments go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) target: Target,
    pub(super) format: Format,
}

impl Output {
    /// From `-o` and `--format`; `many` says that folders were given.
    pub(super) fn new(out: Option<&Path>, format: Option<Format>, many: bool) -> Result<Self, CliError> {
        let Some(path) = out else {
            return Ok(Output { target: Target::Stdout, format: format.unwrap_or(Format::TextGrid) });
        };
        let looks_like_folder = path.is_dir() || path.to_string_lossy().ends_with(['/', '\\']);
        if many || looks_like_folder {
            if path.is_file() {
                return Err(CliError::Usage(format!("-o {}: a folder is aligned into a folder", path.display())));
            }
            return Ok(Output { target: Target::Folder(path.into()), format: format.unwrap_or(Format::TextGrid) });
        }
        let Some(format) = format.or_else(|| Format::of_ending(path)) else {
            let endings = "TextGrid, json, csv, ctm or txt (labels for Audacity)";
            return Err(CliError::Usage(format!("-o {}: end it in {endings}, or give --format", path.display())));
        };
        Ok(Output { target: Target::File(path.into()), format })
    }

    /// The file of a pair; nothing where it goes to standard output.
    pub(super) fn path(&self, pair: &Pair) -> Option<PathBuf> {
        match &self.target {
            Target::Stdout => None,
            Target::File(path) => Some(path.clone()),
            Target::Folder(folder) => {
                let mut name = pair.stem.clone().into_os_string();
                name.push(".");
                name.push(self.format.ending());
                Some(folder.join(name))
            }
        }
    }

    /// Refuses to write over what is read, before anything is.
    pub(super) fn check(&self, pairs: &[Pair]) -> Result<(), CliError> {
        let mut read = HashMap::new();
        for pair in pairs {
            for path in [&pair.sound, &pair.transcript] {
                read.extend(path.canonicalize().ok().map(|real| (real, path)));
            }
        }
        for to in pairs.iter().filter_map(|pair| self.path(pair)) {
            if let Some(from) = to.canonicalize().ok().and_then(|real| read.get(&real)) {
                let (to, from) = (to.display(), from.display());
                return Err(CliError::Usage(format!(
                    "{to} would be written over {from}: name another folder or format"
                )));
            }
        }
        Ok(())
    }
}

/// Writes a file, and the folders it lies in.
pub(super) fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<(), CliError> {
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).at(folder.display())?;
    }
    std::fs::write(path, content).at(path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> Pair {
        Pair { sound: "s/deep/a.b.wav".into(), transcript: "t/deep/a.b.txt".into(), stem: "deep/a.b".into() }
    }

    #[test]
    fn the_format_comes_from_the_option_or_the_ending_and_folders_keep_their_structure() {
        let new = |out: &str, format, many| Output::new(Some(Path::new(out)), format, many);
        let one = new("x.TEXTGRID", None, false).unwrap();
        assert_eq!((one.format, one.path(&pair())), (Format::TextGrid, Some("x.TEXTGRID".into())));
        assert_eq!(new("x.txt", None, false).unwrap().format, Format::Audacity);
        assert_eq!(new("x.txt", Some(Format::Csv), false).unwrap().format, Format::Csv);
        assert!(matches!(new("x.doc", None, false), Err(CliError::Usage(_))));
        let all = new("out", Some(Format::Ctm), true).unwrap();
        assert_eq!(all.path(&pair()), Some("out/deep/a.b.ctm".into()));
        assert_eq!(new("out/", None, false).unwrap().target, Target::Folder("out/".into()));
        assert_eq!(Output::new(None, None, false).unwrap().target, Target::Stdout);
    }

    #[test]
    fn nothing_is_written_over_what_is_read() {
        let folder = std::env::temp_dir().join(format!("energraph-over-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (sound, transcript) = (folder.join("a.wav"), folder.join("a.TextGrid"));
        [&sound, &transcript].into_iter().for_each(|p| std::fs::write(p, "").unwrap());
        let pairs = [Pair { sound, transcript, stem: "a".into() }];
        let into = |format| Output::new(Some(&folder), format, true).unwrap();
        assert!(matches!(into(None).check(&pairs), Err(CliError::Usage(_))));
        assert!(into(Some(Format::Json)).check(&pairs).is_ok());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
