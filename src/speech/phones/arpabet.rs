//! ARPAbet, as in CMUdict and TIMIT.

/// Symbol, IPA. A vowel's last digit is its stress.
const SYMBOLS: &[(&str, &str)] = &[
    ("AA", "ɑ"),
    ("AE", "æ"),
    ("AH", "ʌ"),
    ("AO", "ɔ"),
    ("AW", "aʊ"),
    ("AX", "ə"),
    ("AX-H", "ə\u{325}"),
    ("AXR", "ɚ"),
    ("AY", "aɪ"),
    ("B", "b"),
    ("CH", "t͡ʃ"),
    ("D", "d"),
    ("DH", "ð"),
    ("DX", "ɾ"),
    ("EH", "ɛ"),
    ("EL", "l\u{329}"),
    ("EM", "m\u{329}"),
    ("EN", "n\u{329}"),
    ("ENG", "ŋ\u{329}"),
    ("ER", "ɝ"),
    ("EY", "eɪ"),
    ("F", "f"),
    ("G", "ɡ"),
    ("HH", "h"),
    ("HV", "ɦ"),
    ("IH", "ɪ"),
    ("IX", "ɨ"),
    ("IY", "i"),
    ("JH", "d͡ʒ"),
    ("K", "k"),
    ("L", "l"),
    ("M", "m"),
    ("N", "n"),
    ("NG", "ŋ"),
    ("NX", "ɾ\u{303}"),
    ("OW", "oʊ"),
    ("OY", "ɔɪ"),
    ("P", "p"),
    ("Q", "ʔ"),
    ("R", "ɹ"),
    ("S", "s"),
    ("SH", "ʃ"),
    ("T", "t"),
    ("TH", "θ"),
    ("UH", "ʊ"),
    ("UW", "u"),
    ("UX", "ʉ"),
    ("V", "v"),
    ("W", "w"),
    ("WH", "ʍ"),
    ("Y", "j"),
    ("Z", "z"),
    ("ZH", "ʒ"),
];

/// The IPA of a symbol; an unstressed AH is a schwa.
pub(super) fn to_ipa(symbol: &str) -> Option<&'static str> {
    let plain = symbol.trim_end_matches(['0', '1', '2']);
    if symbol.len() - plain.len() > 1 {
        return None;
    }
    let upper = plain.to_ascii_uppercase();
    let &(_, ipa) = SYMBOLS.iter().find(|s| s.0 == upper)?;
    let vowel = upper.starts_with(['A', 'E', 'I', 'O', 'U']);
    match (plain == symbol, upper.as_str()) {
        (false, _) if !vowel => None,
        (false, "AH") if symbol.ends_with('0') => Some("ə"),
        (false, "ER") if symbol.ends_with('0') => Some("ɚ"),
        _ => Some(ipa),
    }
}

/// All symbols.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    SYMBOLS.iter().map(|s| s.0)
}
