//! What was said, as far as it is known.

use std::collections::BTreeSet;

use thiserror::Error;

use super::lexicon::{Lexicon, Pronunciation};
use super::phones::{Notation, UnknownPhone, to_ipa};
use crate::semiring::Energy;

/// How transcripts and alignments mark speech that is not transcribed.
pub const UNTRANSCRIBED: &str = "*";

/// The words of a recording in their order, each with the ways to say it. Silence may lie before, between and behind them.
///
/// ```
/// use energraph::speech::{Lexicon, Transcript, phones::Notation};
/// let lexicon = Lexicon::parse("yes Y EH1 S\nit's IH1 T S\nwell W EH1 L\nknown N OW1 N\n", Notation::Arpabet)?;
/// let said = Transcript::from_text("“Yes”, it’s well-known *", &lexicon)?;
/// let words: Vec<&str> = said.words.iter().map(|w| w.text.as_str()).collect();
/// assert_eq!(words, ["Yes", "it’s", "well", "known"]);
/// assert!(said.untranscribed.contains(&4)); // other speech may follow
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Transcript {
    /// The words.
    pub words: Vec<Word>,
    /// Where other speech may lie: in front of the words of these numbers; the number of words is for the end.
    pub untranscribed: BTreeSet<usize>,
}

/// A word of a transcript.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// As it is written.
    pub text: String,
    /// How it may be said; at least one way, each of at least one phone.
    pub ways: Vec<Pronunciation>,
}

/// Why there is no transcript.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TranscriptError {
    /// Words that the lexicon lacks, each once.
    #[error("no pronunciation of {}", listed(words))]
    Missing {
        /// The words.
        words: Vec<String>,
    },
    /// A phone that cannot be read.
    #[error(transparent)]
    Phone(#[from] UnknownPhone),
    /// There is neither a word nor a phone.
    #[error("the transcript has no words")]
    Empty,
}

fn listed(words: &[String]) -> String {
    let shown: Vec<String> = words.iter().take(20).map(|w| format!("{w:?}")).collect();
    let more = words.len().saturating_sub(20);
    shown.join(", ") + &if more > 0 { format!(" and {more} more") } else { String::new() }
}

impl Transcript {
    /// Words with white space between. Punctuation about them goes, and so does what is punctuation alone; a word that the lexicon has as it
    /// stands is left as it is, and one with hyphens that it lacks is taken for several. `*` by itself is speech that is not transcribed.
    ///
    /// # Errors
    /// [`TranscriptError::Missing`] with all words that the lexicon lacks, [`TranscriptError::Empty`].
    pub fn from_text(text: &str, lexicon: &Lexicon) -> Result<Self, TranscriptError> {
        let (mut said, mut missing) = (Transcript::default(), Vec::new());
        for token in text.split_whitespace() {
            if token == UNTRANSCRIBED {
                said.untranscribed.insert(said.words.len());
                continue;
            }
            for (word, ways) in looked_up(token, lexicon) {
                match ways {
                    Some(ways) => said.words.push(Word { text: word.to_owned(), ways: ways.to_vec() }),
                    None if missing.iter().any(|m| m == word) => {}
                    None => missing.push(word.to_owned()),
                }
            }
        }
        match (missing.is_empty(), said.words.is_empty()) {
            (false, _) => Err(TranscriptError::Missing { words: missing }),
            (true, true) => Err(TranscriptError::Empty),
            (true, false) => Ok(said),
        }
    }

    /// Phones with white space between; `|` by itself parts words, which are written as their phones are. `*` as in
    /// [`Transcript::from_text`].
    ///
    /// # Errors
    /// [`TranscriptError::Phone`], [`TranscriptError::Empty`].
    pub fn from_phones(phones: &str, notation: Notation) -> Result<Self, TranscriptError> {
        let (mut said, mut word) = (Transcript::default(), Vec::new());
        for token in phones.split_whitespace() {
            match token {
                "|" => said.end_word(&mut word),
                UNTRANSCRIBED => {
                    said.end_word(&mut word);
                    said.untranscribed.insert(said.words.len());
                }
                _ => word.push((token, to_ipa(token, notation)?)),
            }
        }
        said.end_word(&mut word);
        if said.words.is_empty() { Err(TranscriptError::Empty) } else { Ok(said) }
    }

    fn end_word(&mut self, phones: &mut Vec<(&str, String)>) {
        if phones.is_empty() {
            return;
        }
        let (spelt, phones): (Vec<&str>, Vec<String>) = phones.drain(..).unzip();
        let way = Pronunciation { phones, energy: Energy::FREE };
        self.words.push(Word { text: spelt.concat(), ways: vec![way] });
    }

    /// The same with other speech allowed before the first word and behind the last.
    #[must_use]
    pub fn with_untranscribed_ends(mut self) -> Self {
        self.untranscribed.extend([0, self.words.len()]);
        self
    }

    /// The same with other speech allowed before, between and behind the words.
    #[must_use]
    pub fn with_untranscribed_anywhere(mut self) -> Self {
        self.untranscribed.extend(0..=self.words.len());
        self
    }

    /// All phones of all ways to say the words.
    pub fn phones(&self) -> BTreeSet<&str> {
        let ways = self.words.iter().flat_map(|w| &w.ways);
        ways.flat_map(|w| &w.phones).map(String::as_str).collect()
    }
}

type LookedUp<'t, 'l> = Vec<(&'t str, Option<&'l [Pronunciation]>)>;

/// The words of a token, each with its ways, where the lexicon has it.
fn looked_up<'t, 'l>(token: &'t str, lexicon: &'l Lexicon) -> LookedUp<'t, 'l> {
    let apostrophe = |c: char| matches!(c, '\'' | '’' | 'ʼ');
    let bare = token.trim_matches(|c: char| !c.is_alphanumeric());
    if bare.is_empty() && lexicon.get(token).is_none() {
        return Vec::new();
    }
    // An apostrophe at an end may belong to the word, or be a quotation mark.
    let with_apostrophes = token.trim_matches(|c: char| !c.is_alphanumeric() && !apostrophe(c));
    let within_marks = token.trim_matches(|c: char| ",;:.!?…()[]{}\"“”„«»‘’—–".contains(c));
    for word in [token, within_marks, with_apostrophes, bare] {
        if let Some(ways) = lexicon.get(word) {
            return vec![(word, Some(ways))];
        }
    }
    let parts = bare.split(|c: char| matches!(c, '-' | '‐' | '‑' | '–' | '—' | '/' | '…'));
    let parts: Vec<&str> = parts.filter(|p| !p.is_empty()).collect();
    match parts.len() {
        0 | 1 => vec![(bare, None)],
        _ => parts.into_iter().flat_map(|part| looked_up(part, lexicon)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        let text = "yes Y EH1 S\nno N OW1\n'tis T IH1 Z\ndogs' D AA1 G Z\nwell W EH1 L\nknown N OW1 N\nc++ S IY1\nx-ray EH1 K S";
        Lexicon::parse(text, Notation::Arpabet).unwrap()
    }

    fn words(text: &str) -> Result<Vec<String>, TranscriptError> {
        Transcript::from_text(text, &lexicon()).map(|t| t.words.into_iter().map(|w| w.text).collect())
    }

    #[test]
    fn punctuation_goes_unless_the_lexicon_has_it() {
        assert_eq!(words("“Yes,” — (no)! 'tis").unwrap(), ["Yes", "no", "'tis"]);
        assert_eq!(words("‘yes’ 'no' dogs' C++, X-ray.").unwrap(), ["yes", "no", "dogs'", "C++", "X-ray"]);
        assert_eq!(words("well-known yes/no yes—no yes-").unwrap(), ["well", "known", "yes", "no", "yes", "no", "yes"]);
    }

    #[test]
    fn all_missing_words_are_named_once_each() {
        let missing =
            |words: &[&str]| Err(TranscriptError::Missing { words: words.iter().map(|w| (*w).to_owned()).collect() });
        assert_eq!(words("yes, maybe no Perhaps; maybe well-meant"), missing(&["maybe", "Perhaps", "meant"]));
        let many: Vec<String> = (0..50).map(|i| format!("w{i}")).collect();
        let text = words(&many.join(" ")).unwrap_err().to_string();
        assert!(text.contains("\"w19\" and 30 more") && !text.contains("w20"), "{text}");
    }

    #[test]
    fn nothing_said_is_refused() {
        for text in ["", " \n", "— !", "*"] {
            assert_eq!(words(text), Err(TranscriptError::Empty), "{text:?}");
            let phones = if text.contains('—') { "|" } else { text };
            assert_eq!(Transcript::from_phones(phones, Notation::Ipa), Err(TranscriptError::Empty));
        }
    }

    #[test]
    fn other_speech_may_lie_where_a_star_is() {
        let said = Transcript::from_text("* yes * * no", &lexicon()).unwrap();
        assert_eq!(said.untranscribed, BTreeSet::from([0, 1]));
        let said = Transcript::from_phones("* a t * b", Notation::Ipa).unwrap();
        assert_eq!((said.words.len(), said.untranscribed.clone()), (2, BTreeSet::from([0, 1])));
        assert_eq!(said.clone().with_untranscribed_ends().untranscribed, BTreeSet::from([0, 1, 2]));
        let said = Transcript::from_text("yes no", &lexicon()).unwrap();
        assert_eq!(said.clone().with_untranscribed_ends().untranscribed, BTreeSet::from([0, 2]));
        assert_eq!(said.with_untranscribed_anywhere().untranscribed, BTreeSet::from([0, 1, 2]));
    }

    #[test]
    fn phones_given_are_words_between_bars() {
        let said = Transcript::from_phones("tS I l | w aI | | n", Notation::XSampa).unwrap();
        let words: Vec<&str> = said.words.iter().map(|w| w.text.as_str()).collect();
        assert_eq!(words, ["tSIl", "waI", "n"]);
        assert_eq!(said.words[1].ways[0].phones, ["w", "aɪ"]);
        assert_eq!(said.phones().into_iter().collect::<Vec<_>>(), ["aɪ", "l", "n", "t͡ʃ", "w", "ɪ"]);
        let e = Transcript::from_phones("a €", Notation::XSampa).unwrap_err();
        assert!(matches!(e, TranscriptError::Phone(ref p) if p.symbol == "€"), "{e}");
    }
}
