//! Ways of writing phones.

use super::{PhoneFault, UnknownPhone, arpabet, parse, xsampa};

/// How a symbol is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Notation {
    /// The International Phonetic Alphabet.
    #[default]
    Ipa,
    /// Wells's extended SAMPA: the IPA in ASCII.
    XSampa,
    /// The symbols of CMUdict and TIMIT, with or without stress digits.
    Arpabet,
}

/// The IPA of a symbol, in one spelling: marks in one order, tie bars where letters are joined, without what says nothing of
/// the phone (tones, stress), decomposed. Symbols that mean the same to [`Articulation`](super::Articulation) mostly become one.
///
/// # Errors
/// [`UnknownPhone`].
///
/// ```
/// use energraph::speech::phones::{Notation, to_ipa};
/// assert_eq!(to_ipa("g'ʷ", Notation::Ipa)?, to_ipa("ɡʷ’", Notation::Ipa)?);
/// assert_eq!(to_ipa("{", Notation::XSampa)?, "æ");
/// assert_eq!(to_ipa("AH0", Notation::Arpabet)?, "ə");
/// # Ok::<(), energraph::speech::phones::UnknownPhone>(())
/// ```
pub fn to_ipa(symbol: &str, notation: Notation) -> Result<String, UnknownPhone> {
    let named = |e: UnknownPhone| UnknownPhone { symbol: symbol.to_owned(), ..e };
    parse::read(&in_ipa(symbol, notation)?).map(|read| read.canonical).map_err(named)
}

fn in_ipa(symbol: &str, notation: Notation) -> Result<String, UnknownPhone> {
    let unknown = |fault, readable| UnknownPhone { symbol: symbol.to_owned(), fault, readable };
    match notation {
        Notation::Ipa => Ok(symbol.to_owned()),
        Notation::Arpabet => {
            let found = arpabet::to_ipa(symbol).map(str::to_owned);
            found.ok_or_else(|| unknown(PhoneFault::NotListed { notation: "ARPAbet" }, None))
        }
        Notation::XSampa => xsampa::to_ipa(symbol).map_err(|(character, before)| {
            let readable = parse::read(&before).ok().map(|read| read.canonical);
            unknown(PhoneFault::Character { character, notation: "X-SAMPA" }, readable)
        }),
    }
}

/// The phones of a transcription without spaces between them, in the IPA, in the spelling of [`to_ipa`]: one for each letter with its
/// marks. Letters are taken together where a tie bar says so, or where together they spell one of `joined` (in the IPA); of
/// those the longest is taken. ARPAbet is never written without spaces, and is split at them.
///
/// # Errors
/// [`UnknownPhone`].
///
/// ```
/// use energraph::speech::phones::{Notation, split};
/// assert_eq!(split("tSIl", Notation::XSampa, &[])?, ["t", "ʃ", "ɪ", "l"]);
/// assert_eq!(split("tSIl", Notation::XSampa, &["t͡ʃ"])?, ["t͡ʃ", "ɪ", "l"]);
/// # Ok::<(), energraph::speech::phones::UnknownPhone>(())
/// ```
pub fn split(text: &str, notation: Notation, joined: &[&str]) -> Result<Vec<String>, UnknownPhone> {
    let mut phones = Vec::new();
    for part in text.split_whitespace() {
        if notation == Notation::Arpabet {
            phones.push(to_ipa(part, notation)?);
            continue;
        }
        let (pieces, fault) = parse::pieces(&in_ipa(part, notation)?);
        if let Some(fault) = fault {
            return Err(UnknownPhone { symbol: part.to_owned(), fault, readable: None });
        }
        let mut rest = pieces.as_slice();
        while !rest.is_empty() {
            let (taken, phone) = first(rest, joined)?;
            phones.push(phone);
            rest = rest.get(taken..).unwrap_or_default();
        }
    }
    Ok(phones)
}

/// The first phone of some pieces, and how many of them it is.
fn first(pieces: &[parse::Piece], joined: &[&str]) -> Result<(usize, String), UnknownPhone> {
    let tied = 1 + pieces.iter().take_while(|p| p.tied).count();
    let spelt = |n: usize| -> String { pieces.iter().take(n).map(parse::Piece::spelt).collect() };
    for n in (tied + 1..=pieces.len().min(tied + 2)).rev() {
        if let Some(read) = parse::read(&spelt(n)).ok().filter(|r| joined.contains(&r.canonical.as_str())) {
            return Ok((n, read.canonical));
        }
    }
    Ok((tied, parse::read(&spelt(tied))?.canonical))
}
