//! BAS Partitur files (`.par`; Schiel et al. 1998, *The Partitur format at BAS*): words, their canonical pronunciations, and a segmentation in samples.
//!
//! Read are the tiers `ORT` (words), `KAN` (canonical pronunciations, X-SAMPA) and `MAU` (what MAUS found); the others are passed over.
//!
//! ```
//! use energraph::speech::partitur::parse;
//! let text = "LHD: Partitur 1.2.16\nSAM: 1000\nLBD:\nKAN: 0 hVm\nORT: 0 hum\nMAU:\t0\t99\t-1\t<p:>\nMAU:\t100\t49\t0\th\n";
//! let par = parse(text)?;
//! assert_eq!((par.words[0].text.as_str(), par.words[0].canonical.as_deref()), ("hum", Some("hVm")));
//! let h = &par.segments[1];
//! assert_eq!((h.label.as_str(), h.start, h.end, h.word), ("h", 0.1, 0.15, Some(0)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;

use thiserror::Error;

use super::phones::{Notation, UnknownPhone, split};
use super::{Interval, Lexicon, Pronunciation};
use crate::semiring::Energy;

/// What a file says.
#[derive(Debug, Clone, PartialEq)]
pub struct Partitur {
    /// Samples a second.
    pub rate: u32,
    /// The words in order.
    pub words: Vec<Word>,
    /// What MAUS found, in the file's order.
    pub segments: Vec<Segment>,
}

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As it is written.
    pub text: String,
    /// Its canonical pronunciation, the symbols not separated.
    pub canonical: Option<String>,
}

/// A phone that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The symbol; `<p:>` is a pause.
    pub label: String,
    /// Where it begins, in seconds.
    pub start: f64,
    /// Where it ends: after its last sample.
    pub end: f64,
    /// The word it belongs to, as an index of [`Partitur::words`].
    pub word: Option<usize>,
}

/// Why a text is no Partitur file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PartiturError {
    /// There is no `SAM:` line with a positive number before the tiers.
    #[error("no rate: a line SAM: with the samples a second is missing")]
    NoRate,
    /// A line of a tier that is read lacks a column, or has no number where one should stand.
    #[error("line {line}: {found:?} where {expected} should stand")]
    BadLine {
        /// The line, counted from 1.
        line: usize,
        /// What the tier's lines look like.
        expected: &'static str,
        /// The line.
        found: String,
    },
}

impl Partitur {
    /// The segments as labels of a tier.
    pub fn intervals(&self) -> Vec<Interval> {
        let one = |s: &Segment| Interval { start: s.start, end: s.end, label: s.label.clone() };
        self.segments.iter().map(one).collect()
    }

    /// How the words are said: their canonical pronunciations, those of letters that are `joined` as one phone (in the IPA, see [`split`]).
    /// Words without one are left out.
    ///
    /// # Errors
    /// [`UnknownPhone`].
    ///
    /// ```
    /// use energraph::speech::partitur::parse;
    /// let par = parse("SAM: 1000\nLBD:\nKAN: 0 tSIl\nORT: 0 chill\n")?;
    /// let lexicon = par.lexicon(&["t͡ʃ"])?;
    /// assert_eq!(lexicon.get("chill").ok_or("it is there")?[0].phones, ["t͡ʃ", "ɪ", "l"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lexicon(&self, joined: &[&str]) -> Result<Lexicon, UnknownPhone> {
        let mut lexicon = Lexicon::default();
        for word in &self.words {
            if let Some(canonical) = &word.canonical {
                let phones = split(canonical, Notation::XSampa, joined)?;
                lexicon.add(&word.text, Pronunciation { phones, energy: Energy::FREE });
            }
        }
        Ok(lexicon)
    }
}

/// Reads a file's text.
///
/// # Errors
/// [`PartiturError`].
pub fn parse(text: &str) -> Result<Partitur, PartiturError> {
    let mut rate = None;
    let (mut written, mut canonical) = (BTreeMap::new(), BTreeMap::new());
    let mut found = Vec::new();
    for (line, content) in text.lines().enumerate() {
        let bad = |expected| PartiturError::BadLine { line: line + 1, expected, found: content.trim_end().to_owned() };
        let Some((key, rest)) = content.split_once(':') else { continue };
        match key.trim() {
            "SAM" => rate = rest.trim().parse::<u32>().ok().filter(|r| *r > 0),
            "ORT" => drop(entry(rest, &mut written).ok_or_else(|| bad("ORT: number word"))?),
            "KAN" => drop(entry(rest, &mut canonical).ok_or_else(|| bad("KAN: number pronunciation"))?),
            "MAU" => found.push(segment(rest).ok_or_else(|| bad("MAU: start length word label"))?),
            _ => {}
        }
    }
    let rate = rate.ok_or(PartiturError::NoRate)?;
    let numbers: Vec<u32> = written.keys().copied().collect();
    let seconds = |samples: u64| samples as f64 / f64::from(rate);
    let segments = found.into_iter().map(|(start, end, word, label)| {
        let word = word.and_then(|w| numbers.binary_search(&w).ok());
        Segment { label, start: seconds(start), end: seconds(end), word }
    });
    let segments = segments.collect();
    let words = written.into_iter().map(|(n, text)| Word { text, canonical: canonical.remove(&n) }).collect();
    Ok(Partitur { rate, words, segments })
}

/// `number text` into a tier; the text may hold spaces.
fn entry(rest: &str, tier: &mut BTreeMap<u32, String>) -> Option<Option<String>> {
    let (number, text) = rest.trim().split_once(char::is_whitespace)?;
    Some(tier.insert(number.parse().ok()?, text.trim().to_owned()))
}

/// First sample, the one after the last, the word, the label. Lengths are written one too short: from the first to the last sample.
fn segment(rest: &str) -> Option<(u64, u64, Option<u32>, String)> {
    let mut columns = rest.split_whitespace();
    let start: u64 = columns.next()?.parse().ok()?;
    let length: u64 = columns.next()?.parse().ok()?;
    let word: i64 = columns.next()?.parse().ok()?;
    let label = columns.next()?.to_owned();
    let end = start.checked_add(length)?.checked_add(1)?;
    columns.next().is_none().then_some((start, end, u32::try_from(word).ok(), label))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "LHD: Partitur 1.2.16\nSAM: 100\nLBD:\n";

    #[test]
    fn words_come_in_the_order_of_their_numbers_and_segments_point_to_them() {
        let par = parse(&format!(
            "{HEAD}ORT: 7 b c\nORT: 3 a\nKAN: 7 bi:\nTRN: x\nMAU: 0 9 7 b\nMAU: 10 0 -1 <p:>\nMAU: 11 1 5 x\n"
        ));
        let par = par.unwrap();
        assert_eq!(par.words[0], Word { text: "a".into(), canonical: None });
        assert_eq!(par.words[1], Word { text: "b c".into(), canonical: Some("bi:".into()) });
        let segments: Vec<_> = par.segments.iter().map(|s| (s.start, s.end, s.word)).collect();
        assert_eq!(segments, [(0.0, 0.1, Some(1)), (0.1, 0.11, None), (0.11, 0.13, None)]);
        assert_eq!(par.intervals()[1], Interval { start: 0.1, end: 0.11, label: "<p:>".into() });
    }

    #[test]
    fn lines_that_make_no_sense_are_named_and_nothing_panics() {
        for (line, content) in
            [(4, "MAU: 0 9 0"), (4, "MAU: 0 -9 0 a"), (4, "MAU: 0 9 0 a b"), (4, "ORT: a"), (4, "KAN: x y")]
        {
            let e = parse(&format!("{HEAD}{content}\r\n")).unwrap_err();
            assert!(
                matches!(&e, PartiturError::BadLine { line: l, found, .. } if *l == line && found == content),
                "{e}"
            );
        }
        assert!(parse(&format!("{HEAD}MAU: 18446744073709551615 9 0 a")).is_err());
        for text in ["", "SAM: 0\n", "SAM: x\nMAU: 0 1 0 a\n", "no colon"] {
            assert_eq!(parse(text), Err(PartiturError::NoRate), "{text}");
        }
        assert_eq!(parse(HEAD).unwrap(), Partitur { rate: 100, words: vec![], segments: vec![] });
    }
}
