//! What was said, as files hold it: words or phones in text, or the labels of a TextGrid's tier.
//!
//! ```
//! use energraph::speech::script::{Kind, Script, parse};
//! let said = parse("“One, two” – three.\n".as_bytes(), Kind::Words)?;
//! assert_eq!(said, Script::Words(vec!["One".into(), "two".into(), "three".into()]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::path::Path;

use thiserror::Error;

use super::textgrid::{self, TextGridError, encoding::decode};
use super::{NoTier, TextGrid};

/// Labels that mean silence, besides the empty one.
pub const SILENCE: [&str; 4] = ["sil", "sp", "<sil>", "<p:>"];

/// The largest file read, in bytes.
const LARGEST: u64 = 1 << 26;

/// What a transcript consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Words.
    #[default]
    Words,
    /// Phones.
    Phones,
}

/// A transcript. It is not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Script {
    /// The words as they are written, without the punctuation around them.
    Words(Vec<String>),
    /// The phones' symbols.
    Phones(Vec<String>),
}

/// Why there is no transcript.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ScriptError {
    /// The file could not be opened or read.
    #[error("{why}")]
    Io {
        /// What the operating system said.
        why: String,
    },
    /// The file is larger than 64 MiB.
    #[error("the file is too large for a transcript: {bytes} bytes, at most 67108864 are read")]
    TooLarge {
        /// Bytes in the file.
        bytes: u64,
    },
    /// No text or no TextGrid.
    #[error(transparent)]
    TextGrid(#[from] TextGridError),
    /// The TextGrid has no such tier.
    #[error(transparent)]
    Tier(#[from] NoTier),
    /// Nothing was said.
    #[error("the transcript is empty: it holds no {}", match kind { Kind::Words => "word", Kind::Phones => "phone" })]
    Empty {
        /// What it should hold.
        kind: Kind,
    },
}

/// A transcript from text: words or phones with white space between, in UTF-8, or in UTF-16 with a byte order mark.
///
/// Of words the punctuation before and behind is left out, but not apostrophes, which belong to some words; what is nothing but punctuation is no
/// word.
///
/// # Errors
/// [`ScriptError::TextGrid`] where the bytes are no text, [`ScriptError::Empty`].
pub fn parse(bytes: &[u8], kind: Kind) -> Result<Script, ScriptError> {
    of_labels(std::iter::once(decode(bytes)?.as_str()), kind)
}

/// A transcript from the labels of a tier, without those that mean silence ([`SILENCE`]). A label may hold several words or phones.
///
/// Without a name the tier is the only one, or of several the one called `words` or `word`, for phones `phones` or `phone`.
///
/// # Errors
/// [`ScriptError::Tier`], [`ScriptError::Empty`].
pub fn of_grid(grid: &TextGrid, tier: Option<&str>, kind: Kind) -> Result<Script, ScriptError> {
    let usual =
        |name: &str| (kind == Kind::Words && grid.tiers.len() > 1 && grid.tier(Some(name)).is_ok()).then_some(());
    let named = tier.or_else(|| ["words", "word"].into_iter().find(|name| usual(name).is_some()));
    if named.is_none() && kind == Kind::Words && grid.tiers.len() > 1 {
        let has = grid.tiers.iter().map(|t| t.name.clone()).collect();
        return Err(NoTier::Several { has }.into());
    }
    let labels = grid.tier(named)?.intervals();
    let spoken = labels.iter().map(|i| i.label.trim()).filter(|l| !SILENCE.contains(l));
    of_labels(spoken, kind)
}

/// Reads a file: a TextGrid where its name ends so, otherwise text.
///
/// # Errors
/// [`ScriptError`].
pub fn read(path: &Path, tier: Option<&str>, kind: Kind) -> Result<Script, ScriptError> {
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("TextGrid")) {
        return of_grid(&textgrid::read(path).map_err(|e| e.cause)?, tier, kind);
    }
    let io = |e: std::io::Error| ScriptError::Io { why: e.to_string() };
    let bytes = std::fs::metadata(path).map_err(io)?.len();
    if bytes > LARGEST {
        return Err(ScriptError::TooLarge { bytes });
    }
    parse(&std::fs::read(path).map_err(io)?, kind)
}

fn of_labels<'a>(labels: impl Iterator<Item = &'a str>, kind: Kind) -> Result<Script, ScriptError> {
    let parts = labels.flat_map(str::split_whitespace);
    let all: Vec<String> = match kind {
        Kind::Words => parts.map(bare).filter(|w| w.contains(char::is_alphanumeric)).map(str::to_owned).collect(),
        Kind::Phones => parts.map(str::to_owned).collect(),
    };
    match kind {
        _ if all.is_empty() => Err(ScriptError::Empty { kind }),
        Kind::Words => Ok(Script::Words(all)),
        Kind::Phones => Ok(Script::Phones(all)),
    }
}

/// A word without the punctuation around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '<' | '>'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::{Content, Interval, Tier};

    fn words(text: &[&str]) -> Script {
        Script::Words(text.iter().map(|w| (*w).to_owned()).collect())
    }

    #[test]
    fn punctuation_falls_off_words_and_stays_in_them_and_in_phones() {
        let said = parse(b"'Tis \"half-past\" (one), dogs' -- don't!\r\n\t<uh>", Kind::Words).unwrap();
        assert_eq!(said, words(&["'Tis", "half-past", "one", "dogs'", "don't", "<uh>"]));
        let phones = parse("h @ l oU ? .".as_bytes(), Kind::Phones).unwrap();
        assert_eq!(phones, Script::Phones(["h", "@", "l", "oU", "?", "."].map(str::to_owned).to_vec()));
    }

    #[test]
    fn text_may_be_utf_16_and_what_is_no_text_is_refused() {
        let bytes = textgrid::Encoding::Utf16Be.encode("über Öl");
        assert_eq!(parse(&bytes, Kind::Words).unwrap(), words(&["über", "Öl"]));
        let wrong = parse(b"one \xff two", Kind::Words);
        assert_eq!(wrong, Err(ScriptError::TextGrid(TextGridError::Encoding { at: 4 })));
        for nothing in ["", " \n", "— … !", "\u{feff}"] {
            assert_eq!(parse(nothing.as_bytes(), Kind::Words), Err(ScriptError::Empty { kind: Kind::Words }));
        }
        assert_eq!(parse(b"\n", Kind::Phones), Err(ScriptError::Empty { kind: Kind::Phones }));
    }

    fn grid(tiers: &[(&str, &[&str])]) -> TextGrid {
        let tier = |(name, labels): &(&str, &[&str])| {
            let one = |(i, l): (usize, &&str)| Interval { start: i as f64, end: i as f64 + 1.0, label: (*l).into() };
            let content = Content::Intervals(labels.iter().enumerate().map(one).collect());
            Tier { name: (*name).into(), start: 0.0, end: 9.0, content }
        };
        TextGrid { start: 0.0, end: 9.0, tiers: tiers.iter().map(tier).collect() }
    }

    #[test]
    fn of_a_textgrid_the_tier_of_words_is_taken_without_silence() {
        let all = grid(&[("phones", &["sil", "w", "ʌ", " n ", ""]), ("words", &["", "one two,", "<p:>", "three"])]);
        assert_eq!(of_grid(&all, None, Kind::Words).unwrap(), words(&["one", "two", "three"]));
        assert_eq!(
            of_grid(&all, None, Kind::Phones).unwrap(),
            Script::Phones(["w", "ʌ", "n"].map(str::to_owned).to_vec())
        );
        assert_eq!(of_grid(&all, Some("phones"), Kind::Words).unwrap(), words(&["w", "ʌ", "n"]));
        assert!(matches!(of_grid(&all, Some("x"), Kind::Words), Err(ScriptError::Tier(NoTier::Name { .. }))));
        // Phones are no words: of several tiers without the usual names one must be named.
        let other = grid(&[("phones", &["w"]), ("Text", &["one"])]);
        assert!(matches!(of_grid(&other, None, Kind::Words), Err(ScriptError::Tier(NoTier::Several { .. }))));
        assert_eq!(of_grid(&grid(&[("Text", &["one"])]), None, Kind::Words).unwrap(), words(&["one"]));
        assert!(matches!(of_grid(&grid(&[]), None, Kind::Words), Err(ScriptError::Tier(NoTier::None))));
    }
}
