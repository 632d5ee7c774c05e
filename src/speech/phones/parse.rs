//! Symbols of the International Phonetic Alphabet, taken apart.

use super::joined::join;
use super::letters::letter;
use super::marks::{apply, is_passed_over, may_precede, says_nothing};
use super::{Articulation, PhoneFault, UnknownPhone};

const TIE: char = '\u{361}';

/// A symbol that was read.
pub(super) struct Read {
    pub(super) features: Articulation,
    /// The symbol in the one spelling that all its spellings have.
    pub(super) canonical: String,
}

/// A letter with its marks.
pub(super) struct Piece {
    letter: char,
    before: Vec<char>,
    marks: Vec<char>,
    /// A tie bar to the next.
    pub(super) tied: bool,
}

/// Reads a symbol.
pub(super) fn read(symbol: &str) -> Result<Read, UnknownPhone> {
    let unknown = |fault, readable| UnknownPhone { symbol: symbol.to_owned(), fault, readable };
    let (pieces, fault) = pieces(symbol);
    let (found, refused) = join_all(&pieces);
    match fault.or(refused) {
        None => found.ok_or_else(|| unknown(PhoneFault::Empty, None)),
        Some(fault) => Err(unknown(fault, found.map(|f| f.canonical))),
    }
}

/// The letters with their marks, in order, up to what has no meaning.
pub(super) fn pieces(text: &str) -> (Vec<Piece>, Option<PhoneFault>) {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut before = Vec::new();
    for c in text.chars().flat_map(|c| spelt_out(c).chars().collect::<Vec<_>>().into_iter().chain(alone(c))) {
        if is_passed_over(c) {
            continue;
        }
        if let Some(last) = pieces.last_mut().filter(|p| p.letter == 'c' && p.marks.is_empty() && c == '\u{327}') {
            last.letter = 'ç';
        } else if letter(c).is_some() {
            pieces.push(Piece { letter: c, before: std::mem::take(&mut before), marks: Vec::new(), tied: false });
        } else if let Some(last) = pieces.last_mut() {
            match c {
                TIE if last.tied => return (pieces, Some(PhoneFault::Tie)),
                TIE => last.tied = true,
                _ => last.marks.push(c),
            }
        } else if may_precede(c) {
            before.push(c);
        } else if c == TIE {
            return (pieces, Some(PhoneFault::Tie));
        } else {
            return (pieces, Some(PhoneFault::Character { character: c, notation: "the IPA" }));
        }
    }
    let nothing_behind = pieces.last().is_some_and(|p| p.tied);
    (pieces, nothing_behind.then_some(PhoneFault::Tie))
}

/// The pieces as one phone; as far as they are, and why not farther.
fn join_all(pieces: &[Piece]) -> (Option<Read>, Option<PhoneFault>) {
    let mut whole: Option<Read> = None;
    let mut tied = false;
    for piece in pieces {
        let (one, fault) = piece.read();
        whole = match whole {
            None => Some(one),
            Some(before) => match join(&before.features, &one.features, tied) {
                None => {
                    let (first, second) = (before.canonical.clone(), one.canonical);
                    return (Some(before), fault.or(Some(PhoneFault::Several { first, second })));
                }
                Some(joined) => {
                    let tie = if joined.tie { TIE.to_string() } else { String::new() };
                    let canonical = format!("{}{tie}{}", before.canonical, one.canonical);
                    Some(Read { features: joined.features, canonical })
                }
            },
        };
        if fault.is_some() {
            return (whole, fault);
        }
        tied = piece.tied;
    }
    (whole, None)
}

impl Piece {
    /// The letter with its marks; as far as they have a meaning, and why not farther.
    fn read(&self) -> (Read, Option<PhoneFault>) {
        let marks = self.marks_in_order();
        let mut canonical: String = self.before.iter().chain([&self.letter]).collect();
        // Only letters become pieces.
        let mut features = letter(self.letter).unwrap_or(Articulation { values: [0; super::FEATURES] });
        for mark in self.before.iter().chain(&marks).copied() {
            if !apply(mark, &mut features) {
                let fault = match is_mark(mark) {
                    true => PhoneFault::Mark { mark, letter: self.letter },
                    false => PhoneFault::Character { character: mark, notation: "the IPA" },
                };
                return (Read { features, canonical }, Some(fault));
            }
        }
        canonical.extend(marks.iter().filter(|&&m| !says_nothing(m, &features)));
        (Read { features, canonical }, None)
    }

    /// The marks in one order, whatever order they were typed in: what makes a nucleus, which lets a consonant bear a tone; then
    /// what stands above and below, then raised letters, length last.
    fn marks_in_order(&self) -> Vec<char> {
        let mut marks = self.marks.clone();
        let rank = |m: char| match m {
            '\u{329}' | '\u{30D}' => 0,
            'ː' | 'ˑ' => 3,
            m if is_mark(m) => 1,
            _ => 2,
        };
        marks.sort_unstable_by_key(|&m| (rank(m), m));
        marks
    }

    /// As it is spelt.
    pub(super) fn spelt(&self) -> String {
        let tie = self.tied.then_some(TIE);
        self.before.iter().copied().chain([self.letter]).chain(self.marks.iter().copied()).chain(tie).collect()
    }
}

/// Whether a character is of those that stand on others.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}')
}

/// A character that is spelt as itself.
fn alone(c: char) -> Option<char> {
    spelt_out(c).is_empty().then_some(c)
}

/// Characters that stand for others: composed ones, look-alikes, letters that the alphabet has given up; empty for the rest.
fn spelt_out(c: char) -> &'static str {
    match c {
        'ã' => "a\u{303}",
        'ẽ' => "e\u{303}",
        'ĩ' => "i\u{303}",
        'õ' => "o\u{303}",
        'ũ' => "u\u{303}",
        'ỹ' => "y\u{303}",
        'ṽ' => "v\u{303}",
        'ñ' => "n\u{303}",
        'ä' => "a\u{308}",
        'ë' => "e\u{308}",
        'ï' => "i\u{308}",
        'ö' => "o\u{308}",
        'ü' => "u\u{308}",
        'ÿ' => "y\u{308}",
        'ẍ' => "x\u{308}",
        'á' => "a\u{301}",
        'é' => "e\u{301}",
        'í' => "i\u{301}",
        'ó' => "o\u{301}",
        'ú' => "u\u{301}",
        'ý' => "y\u{301}",
        'ǿ' => "ø\u{301}",
        'ǽ' => "æ\u{301}",
        'ń' => "n\u{301}",
        'ḿ' => "m\u{301}",
        'à' => "a\u{300}",
        'è' => "e\u{300}",
        'ì' => "i\u{300}",
        'ò' => "o\u{300}",
        'ù' => "u\u{300}",
        'ỳ' => "y\u{300}",
        'ǹ' => "n\u{300}",
        'â' => "a\u{302}",
        'ê' => "e\u{302}",
        'î' => "i\u{302}",
        'ô' => "o\u{302}",
        'û' => "u\u{302}",
        'ǎ' => "a\u{30C}",
        'ě' => "e\u{30C}",
        'ǐ' => "i\u{30C}",
        'ǒ' => "o\u{30C}",
        'ǔ' => "u\u{30C}",
        'č' => "c\u{30C}",
        'š' => "s\u{30C}",
        'ž' => "z\u{30C}",
        'ā' => "a\u{304}",
        'ē' => "e\u{304}",
        'ī' => "i\u{304}",
        'ō' => "o\u{304}",
        'ū' => "u\u{304}",
        'ǣ' => "æ\u{304}",
        'ă' => "a\u{306}",
        'ĕ' => "e\u{306}",
        'ĭ' => "i\u{306}",
        'ŏ' => "o\u{306}",
        'ŭ' => "u\u{306}",
        'ą' => "a\u{328}",
        'ę' => "e\u{328}",
        'į' => "i\u{328}",
        'ǫ' => "o\u{328}",
        'ų' => "u\u{328}",
        'ő' => "o\u{30B}",
        'ű' => "u\u{30B}",
        'ạ' => "a\u{323}",
        'ẹ' => "e\u{323}",
        'ị' => "i\u{323}",
        'ọ' => "o\u{323}",
        'ụ' => "u\u{323}",
        'ḍ' => "d\u{323}",
        'ṭ' => "t\u{323}",
        'ṣ' => "s\u{323}",
        'ẓ' => "z\u{323}",
        'ṇ' => "n\u{323}",
        'ḷ' => "l\u{323}",
        'ṛ' => "r\u{323}",
        'ḁ' => "a\u{325}",
        'ṳ' => "u\u{324}",
        'ḭ' => "i\u{330}",
        'ḛ' => "e\u{330}",
        'ṵ' => "u\u{330}",
        'ḏ' => "d\u{331}",
        'ṯ' => "t\u{331}",
        'ṉ' => "n\u{331}",
        'ḻ' => "l\u{331}",
        'g' => "ɡ",
        'ε' => "ɛ",
        'ꭓ' => "χ",
        'ɩ' => "ɪ",
        'ɷ' => "ʊ",
        'ᵻ' => "ɪ\u{308}",
        'ᵿ' => "ʊ\u{308}",
        '!' => "ǃ",
        'ʇ' => "ǀ",
        'ʗ' => "ǃ",
        'ʖ' => "ǁ",
        'ɫ' => "l\u{334}",
        'ɚ' => "ə˞",
        'ɝ' => "ɜ˞",
        'ɧ' => "ʃ\u{334}",
        'ʦ' => "t\u{361}s",
        'ʣ' => "d\u{361}z",
        'ʧ' => "t\u{361}ʃ",
        'ʤ' => "d\u{361}ʒ",
        'ʨ' => "t\u{361}ɕ",
        'ʥ' => "d\u{361}ʑ",
        'ƛ' => "t\u{361}ɬ",
        '\'' | '’' | 'ʹ' => "ʼ",
        ':' => "ː",
        'ʻ' => "ʰ",
        '\u{35C}' => "\u{361}",
        _ => "",
    }
}
