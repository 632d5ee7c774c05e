//! What was said, as files hold it: text, or the labels of a TextGrid's tier. A [`Transcript`](super::Transcript) is made of it.
//!
//! ```
//! use energraph::speech::script::{Kind, of_grid};
//! use energraph::speech::textgrid::parse;
//! let text = "\"ooTextFile\" \"TextGrid\" 0 1.5 <exists> 1 \"IntervalTier\" \"words\" 0 1.5 3 0 0.2 \"sil\" 0.2 0.7 \"one\" 0.7 1.5 \"two three\"";
//! assert_eq!(of_grid(&parse(text.as_bytes())?, None, Kind::Words)?, "one two three");
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
}

/// The labels of a tier with spaces between, without those that mean silence ([`SILENCE`]), which between phones are `|`
/// ([`Transcript::from_phones`](super::Transcript::from_phones)). A label may hold several words or phones.
///
/// Without a name the tier is the only one, or of several the one called `words` or `word`, for phones `phones` or `phone`.
///
/// # Errors
/// [`ScriptError::Tier`].
pub fn of_grid(grid: &TextGrid, tier: Option<&str>, kind: Kind) -> Result<String, ScriptError> {
    let usual = match kind {
        Kind::Words => ["words", "word"],
        Kind::Phones => ["phones", "phone"],
    };
    let several = || NoTier::Several { has: grid.tiers.iter().map(|t| t.name.clone()).collect() };
    let found = match (tier, &grid.tiers[..]) {
        (None, [_, _, ..]) => usual.into_iter().find_map(|name| grid.tier(Some(name)).ok()).ok_or_else(several)?,
        _ => grid.tier(tier)?,
    };
    let labels = found.intervals();
    let silent = |label: &str| label.is_empty() || SILENCE.contains(&label);
    let spoken = labels.iter().map(|i| i.label.trim()).filter_map(|label| match (silent(label), kind) {
        (false, _) => Some(label),
        // Phones may have a pause between them only where words are parted.
        (true, Kind::Phones) => Some("|"),
        (true, Kind::Words) => None,
    });
    Ok(spoken.collect::<Vec<_>>().join(" "))
}

/// Reads a file: a TextGrid where its name ends so, otherwise text in UTF-8, or in UTF-16 with a byte order mark.
///
/// # Errors
/// [`ScriptError`].
pub fn read(path: &Path, tier: Option<&str>, kind: Kind) -> Result<String, ScriptError> {
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("TextGrid")) {
        return of_grid(&textgrid::read(path).map_err(|e| e.cause)?, tier, kind);
    }
    let io = |e: std::io::Error| ScriptError::Io { why: e.to_string() };
    let bytes = std::fs::metadata(path).map_err(io)?.len();
    if bytes > LARGEST {
        return Err(ScriptError::TooLarge { bytes });
    }
    Ok(decode(&std::fs::read(path).map_err(io)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::{Content, Interval, Tier};

    #[test]
    fn text_may_be_utf_16_and_what_is_no_text_is_refused() {
        let path = std::env::temp_dir().join(format!("energraph-script-{}.txt", std::process::id()));
        let said = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            read(&path, None, Kind::Words)
        };
        assert_eq!(said(&textgrid::Encoding::Utf16Be.encode("über Öl")).unwrap(), "über Öl");
        assert_eq!(said(b"\xef\xbb\xbfone two\n").unwrap(), "one two\n");
        assert_eq!(said(b"one \xff two"), Err(ScriptError::TextGrid(TextGridError::Encoding { at: 4 })));
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(read(&path, None, Kind::Words), Err(ScriptError::Io { .. })));
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
        assert_eq!(of_grid(&all, None, Kind::Words).unwrap(), "one two, three");
        assert_eq!(of_grid(&all, None, Kind::Phones).unwrap(), "| w ʌ n |");
        assert_eq!(of_grid(&all, Some("phones"), Kind::Words).unwrap(), "w ʌ n");
        assert!(matches!(of_grid(&all, Some("x"), Kind::Words), Err(ScriptError::Tier(NoTier::Name { .. }))));
        // Phones are no words: of several tiers without the usual names one must be named.
        let other = grid(&[("phones", &["w"]), ("Text", &["one"])]);
        assert!(matches!(of_grid(&other, None, Kind::Words), Err(ScriptError::Tier(NoTier::Several { .. }))));
        assert_eq!(of_grid(&grid(&[("Text", &["one"])]), None, Kind::Words).unwrap(), "one");
        assert!(matches!(of_grid(&grid(&[]), None, Kind::Words), Err(ScriptError::Tier(NoTier::None))));
    }
}
