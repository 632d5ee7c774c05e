//! Pronunciations of words.

use std::collections::{BTreeSet, HashMap};

use thiserror::Error;

use super::phones::{Notation, UnknownPhone, to_ipa};
use crate::semiring::Energy;

/// One way to say a word.
#[derive(Debug, Clone, PartialEq)]
pub struct Pronunciation {
    /// Its phones in the IPA, in the spelling of [`to_ipa`].
    pub phones: Vec<String>,
    /// Its energy: the negative logarithm of its probability where the lexicon has one, else 0.
    pub energy: Energy,
}

/// Words and how they are said. Upper and lower case are the same.
///
/// A line is a word, white space, phones with white space between. Lines for the same word are alternatives. The forms that are
/// read:
///
/// - **Kaldi**: `word phones…`, or with a probability `word 0.8 phones…`; positions (`_B`, `_I`, `_E`, `_S`) and disambiguation symbols (`#1`) are
///   passed over;
/// - **Montreal Forced Aligner**: up to four numbers behind the word: the first is the probability, those of silence are passed over;
/// - **CMUdict**: `WORD(2)` is another pronunciation of `WORD`, `;;;` begins a comment.
///
/// A line that begins with `#` is a comment, as is what follows a `#` that stands alone. Numbers are probabilities if they have a
/// decimal point, or, but in X-SAMPA where digits are phones, if they are 0 or 1. Lines whose phones are all names of silence or noise (`sil`,
/// `spn`, …) say nothing of speech and are left out.
///
/// ```
/// use energraph::speech::{Lexicon, phones::Notation};
/// let lexicon = Lexicon::parse("read\t0.7\tR EH1 D\nREAD(2)  R IY1 D\n", Notation::Arpabet)?;
/// let ways = lexicon.get("Read").ok_or("it has")?;
/// assert_eq!(ways[0].phones, ["ɹ", "ɛ", "d"]);
/// assert_eq!(ways.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lexicon {
    words: HashMap<String, Vec<Pronunciation>>,
}

/// A line of a lexicon that cannot be read.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("line {line}: {fault}")]
pub struct LexiconError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub fault: LexiconFault,
}

/// What is wrong with a line of a lexicon.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum LexiconFault {
    /// No phones behind the word.
    #[error("{word:?} has no phones")]
    NoPhones {
        /// The word.
        word: String,
    },
    /// A phone that cannot be read.
    #[error("{word:?}: {unknown}")]
    Phone {
        /// The word.
        word: String,
        /// Its phone.
        unknown: UnknownPhone,
    },
    /// A number that is no probability.
    #[error("{word:?}: {found} is no probability above 0 and up to 1")]
    Probability {
        /// The word.
        word: String,
        /// The number.
        found: f64,
    },
}

impl Lexicon {
    /// Reads a lexicon.
    ///
    /// # Errors
    /// [`LexiconError`]: the first line that cannot be read, and why.
    ///
    /// # Cost
    /// One look at each line, and one at each phone for each way that it is spelt.
    pub fn parse(text: &str, notation: Notation) -> Result<Self, LexiconError> {
        let mut lexicon = Lexicon::default();
        let mut known = HashMap::new();
        for (number, line) in text.lines().enumerate() {
            let read = entry(line.trim_start_matches('\u{FEFF}'), notation, &mut known);
            if let Some((word, way)) = read.map_err(|fault| LexiconError { line: number + 1, fault })? {
                lexicon.add(word, way);
            }
        }
        Ok(lexicon)
    }

    /// Adds a way to say a word; one that it has already is not added again, and keeps the lower energy.
    pub fn add(&mut self, word: &str, way: Pronunciation) {
        let ways = self.words.entry(folded(word)).or_default();
        match ways.iter_mut().find(|w| w.phones == way.phones) {
            Some(same) if way.energy.wide() < same.energy.wide() => same.energy = way.energy,
            Some(_) => {}
            None => ways.push(way),
        }
    }

    /// The ways to say a word, in the order in which they were read.
    pub fn get(&self, word: &str) -> Option<&[Pronunciation]> {
        self.words.get(&folded(word)).map(Vec::as_slice)
    }

    /// How many words it has.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// All phones of all words.
    pub fn phones(&self) -> BTreeSet<&str> {
        self.words.values().flatten().flat_map(|w| &w.phones).map(String::as_str).collect()
    }
}

/// A word without its case, with one kind of apostrophe.
pub(super) fn folded(word: &str) -> String {
    word.replace(['’', 'ʼ'], "'").to_lowercase()
}

type Known = HashMap<String, String>;

/// The word of a line and how it is said; `None` where the line says nothing.
fn entry<'l>(
    line: &'l str,
    notation: Notation,
    known: &mut Known,
) -> Result<Option<(&'l str, Pronunciation)>, LexiconFault> {
    let mut fields = line.split_whitespace().take_while(|f| *f != "#").peekable();
    let Some(word) = fields.next().filter(|w| !w.starts_with('#') && !w.starts_with(";;;")) else { return Ok(None) };
    let mut numbers = Vec::new();
    while let Some(number) = fields.peek().and_then(|f| number(f, notation)).filter(|_| numbers.len() < 4) {
        numbers.push(number);
        fields.next();
    }
    let symbols: Vec<&str> = fields.filter(|f| !is_disambiguation(f)).collect();
    let word = without_number(word);
    let named = || word.to_owned();
    if symbols.is_empty() {
        return Err(LexiconFault::NoPhones { word: named() });
    }
    if symbols.iter().all(|s| is_silence(s)) {
        return Ok(None);
    }
    let energy = match numbers.first() {
        Some(&p) if p > 0.0 && p <= 1.0 => Energy::new(-p.ln() as f32).unwrap_or(Energy::FREE),
        Some(&found) => return Err(LexiconFault::Probability { word: named(), found }),
        None => Energy::FREE,
    };
    let read = |s: &&str| phone(s, notation, known);
    let phones = symbols.iter().map(read).collect::<Result<Vec<_>, _>>();
    let phones = phones.map_err(|unknown| LexiconFault::Phone { word: named(), unknown })?;
    Ok(Some((word, Pronunciation { phones, energy })))
}

fn phone(symbol: &str, notation: Notation, known: &mut Known) -> Result<String, UnknownPhone> {
    if let Some(ipa) = known.get(symbol) {
        return Ok(ipa.clone());
    }
    let plain = match notation {
        Notation::XSampa => symbol,
        _ => symbol.rsplit_once('_').filter(|(_, p)| matches!(*p, "B" | "I" | "E" | "S")).map_or(symbol, |(s, _)| s),
    };
    let ipa = to_ipa(plain, notation)?;
    known.insert(symbol.to_owned(), ipa.clone());
    Ok(ipa)
}

/// A probability or a statistic of silences.
fn number(field: &str, notation: Notation) -> Option<f64> {
    let whole = notation != Notation::XSampa && matches!(field, "0" | "1");
    let plain = field.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    if whole || (plain && field.contains('.')) { field.parse().ok() } else { None }
}

/// What Kaldi tells homophones apart by.
fn is_disambiguation(field: &str) -> bool {
    field.strip_prefix('#').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

fn is_silence(symbol: &str) -> bool {
    let symbol = symbol.split('_').next().unwrap_or_default().to_ascii_lowercase();
    matches!(symbol.as_str(), "sil" | "sp" | "spn" | "nsn" | "noise" | "oov" | "<eps>")
}

/// CMUdict's number of a further pronunciation taken off.
fn without_number(word: &str) -> &str {
    let inside = word.strip_suffix(')').and_then(|w| w.rsplit_once('('));
    match inside {
        Some((plain, n)) if !plain.is_empty() && !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()) => plain,
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arpabet(text: &str) -> Result<Lexicon, LexiconError> {
        Lexicon::parse(text, Notation::Arpabet)
    }

    fn ways(lexicon: &Lexicon, word: &str) -> Vec<(String, f64)> {
        let ways = lexicon.get(word).unwrap_or_default();
        ways.iter().map(|w| (w.phones.join(" "), (w.energy.wide() * 1e4).round() / 1e4)).collect()
    }

    #[test]
    fn the_three_forms_say_the_same() {
        let cmu = ";;; a comment\nREAD  R EH1 D\nREAD(1)  R IY1 D # as in reading\n";
        let kaldi = "read R_B EH1_I D_E #1\nread R_B IY1_I D_E\n!SIL SIL\n<unk> SPN_S\n";
        let mfa = "read\tR EH1 D\nread\tR IY1 D\n[bracketed]\tspn\n";
        for text in [cmu, kaldi, mfa] {
            let lexicon = arpabet(text).unwrap();
            assert_eq!(ways(&lexicon, "read"), [("ɹ ɛ d".to_owned(), 0.0), ("ɹ i d".to_owned(), 0.0)], "{text}");
            assert_eq!(lexicon.len(), 1);
        }
        assert_eq!(arpabet(cmu).unwrap().phones().into_iter().collect::<Vec<_>>(), ["d", "i", "ɛ", "ɹ"]);
    }

    #[test]
    fn probabilities_become_energies() {
        for text in ["a 0.5 AH0\na 1.0 EY1", "a\t0.5\t0.13\t2.17\t0.96\tAH0\na\t1\t0.1\t0.2\t0.3\tEY1"] {
            let lexicon = arpabet(text).unwrap();
            assert_eq!(ways(&lexicon, "A"), [("ə".to_owned(), 0.6931), ("eɪ".to_owned(), 0.0)], "{text}");
        }
        for p in ["0.0", "0", "1.5", "-0.5"] {
            let e = arpabet(&format!("b 1.0 B\na {p} AH0")).unwrap_err();
            assert_eq!((e.line, matches!(e.fault, LexiconFault::Probability { .. })), (2, true), "{p}");
        }
    }

    #[test]
    fn digits_are_phones_in_x_sampa_and_probabilities_elsewhere() {
        let read = |text: &str| Lexicon::parse(text, Notation::XSampa).unwrap();
        assert_eq!(ways(&read("fur f 3:\nnoir 0.5 9 1"), "noir"), [("œ ɨ".to_owned(), 0.6931)]);
        assert_eq!(ways(&read("a 1"), "a"), [("ɨ".to_owned(), 0.0)]);
        assert_eq!(arpabet("a 1").unwrap_err().fault, LexiconFault::NoPhones { word: "a".into() });
    }

    #[test]
    fn case_and_kinds_of_apostrophe_are_the_same() {
        let lexicon = arpabet("DON'T D OW1 N T").unwrap();
        assert!(lexicon.get("don’t").is_some() && lexicon.get("Don't").is_some() && lexicon.get("dont").is_none());
        assert!(Lexicon::parse("ÄRGER ɛ ʁ ɡ ɐ", Notation::Ipa).unwrap().get("Ärger").is_some());
    }

    #[test]
    fn the_same_way_twice_is_one_of_the_lower_energy() {
        let lexicon = arpabet("a 0.25 EY1\nA(2) 0.5 EY2\na 0.1 EY").unwrap();
        assert_eq!(ways(&lexicon, "a"), [("eɪ".to_owned(), 0.6931)]);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_with_its_cause() {
        let e = arpabet("\n# nothing\ncat K AE1 XX\n").unwrap_err();
        let text = e.to_string();
        assert!(e.line == 3 && ["line 3", "cat", "XX", "ARPAbet"].iter().all(|w| text.contains(w)), "{text}");
        assert_eq!(arpabet("cat").unwrap_err().fault, LexiconFault::NoPhones { word: "cat".into() });
        assert_eq!(arpabet("cat # K AE1 T").unwrap_err().fault, LexiconFault::NoPhones { word: "cat".into() });
        assert!(arpabet("").unwrap().is_empty() && arpabet("\u{FEFF}a EY1").unwrap().len() == 1);
    }
}
