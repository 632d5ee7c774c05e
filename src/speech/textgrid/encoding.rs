//! Bytes to text and back.

use super::TextGridError;

/// How the text of a file is written down. UTF-16 carries a byte order mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8, without mark.
    #[default]
    Utf8,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first: what Praat writes where ASCII does not do.
    Utf16Be,
}

impl Encoding {
    /// The bytes of a file that holds this text.
    pub fn encode(self, text: &str) -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        match self {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::Utf16Le => units.flat_map(u16::to_le_bytes).collect(),
            Encoding::Utf16Be => units.flat_map(u16::to_be_bytes).collect(),
        }
    }
}

/// The text of a file: by its byte order mark, else UTF-16 where every other one of the first four bytes is 0, else UTF-8.
pub(in crate::speech) fn decode(bytes: &[u8]) -> Result<String, TextGridError> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, 2, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, 2, u16::from_be_bytes),
        &[a, 0, b, 0, ..] if a != 0 && b != 0 => utf16(bytes, 0, u16::from_le_bytes),
        &[0, a, 0, b, ..] if a != 0 && b != 0 => utf16(bytes, 0, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest, 3),
        _ => utf8(bytes, 0),
    }
}

fn utf8(bytes: &[u8], skipped: usize) -> Result<String, TextGridError> {
    let wrong = |e: std::str::Utf8Error| TextGridError::Encoding { at: skipped + e.valid_up_to() };
    std::str::from_utf8(bytes).map(str::to_owned).map_err(wrong)
}

fn utf16(bytes: &[u8], skipped: usize, unit: impl Fn([u8; 2]) -> u16) -> Result<String, TextGridError> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(pairs.len());
    let mut at = skipped;
    for c in char::decode_utf16(pairs.iter().map(|p| unit(*p))) {
        let c = c.map_err(|_| TextGridError::Encoding { at })?;
        at += 2 * c.len_utf16();
        text.push(c);
    }
    if odd.is_empty() { Ok(text) } else { Err(TextGridError::Encoding { at }) }
}
