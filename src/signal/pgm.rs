//! Binary PGM images one after another in a stream.

use std::io::{BufRead, Read};

use super::{Grey, ImageError, Limits};

/// Reads the next binary PGM (`P5`, 8 or 16 bits); `None` at the end of the stream.
pub(super) fn next_pgm<R: BufRead>(source: &mut R, limits: &Limits) -> Result<Option<Grey>, ImageError> {
    let io = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::UnexpectedEof => ImageError::Truncated { format: "PGM", why: e.to_string() },
        _ => ImageError::Damaged { format: "PGM", why: e.to_string() },
    };
    if source.fill_buf().map_err(io)?.is_empty() {
        return Ok(None);
    }
    let mut magic = [0; 2];
    source.read_exact(&mut magic).map_err(io)?;
    if &magic != b"P5" {
        return Err(ImageError::NotAnImage { begin: String::from_utf8_lossy(&magic).into_owned() });
    }
    let width = number(source)?;
    let height = number(source)?;
    let max = number(source)?;
    limits.check(width, height)?;
    if max == 0 || max > 65_535 {
        return Err(ImageError::Damaged { format: "PGM", why: format!("the maximum value is {max}") });
    }
    let bytes = width * height * if max > 255 { 2 } else { 1 };
    let mut raw = Vec::new();
    source.take(bytes as u64).read_to_end(&mut raw).map_err(io)?;
    if raw.len() < bytes {
        return Err(ImageError::Truncated { format: "PGM", why: format!("{} of {bytes} bytes", raw.len()) });
    }
    let scale = |v: usize| ((v.min(max) * 255 + max / 2) / max) as u8;
    let pixels = match max {
        255 => raw,
        0..=254 => raw.iter().map(|v| scale(usize::from(*v))).collect(),
        _ => raw.chunks_exact(2).map(|p| scale(usize::from(p[0]) << 8 | usize::from(p[1]))).collect(),
    };
    Grey::new(width, height, pixels).map(Some)
}

/// A decimal number after white space and comments, and the one white-space byte behind it.
fn number<R: BufRead>(source: &mut R) -> Result<usize, ImageError> {
    let damaged = |why: &str| ImageError::Damaged { format: "PGM", why: why.to_string() };
    let mut value: Option<usize> = None;
    let mut comment = false;
    for byte in source.bytes() {
        let byte = byte.map_err(|e| damaged(&e.to_string()))?;
        match byte {
            b'\n' | b'\r' if comment => comment = false,
            _ if comment => {}
            b'#' if value.is_none() => comment = true,
            b'0'..=b'9' => {
                let v = value.unwrap_or(0).saturating_mul(10).saturating_add(usize::from(byte - b'0'));
                value = Some(v);
            }
            b' ' | b'\t' | b'\n' | b'\r' => {
                if let Some(v) = value {
                    return Ok(v);
                }
            }
            other => return Err(damaged(&format!("byte {other:#04x} in the header"))),
        }
    }
    Err(ImageError::Truncated { format: "PGM", why: "the header has no end".to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(bytes: &[u8]) -> Result<Option<Grey>, ImageError> {
        next_pgm(&mut &bytes[..], &Limits::default())
    }

    #[test]
    fn a_header_may_hold_comments_and_another_maximum() {
        let image = first(b"P5 # made by hand\n2 1\n# max\n4\n\x00\x02").unwrap().unwrap();
        assert_eq!(image.pixels(), [0, 128]);
        let wide = first(b"P5 1 2 65535\n\xff\xff\x80\x00").unwrap().unwrap();
        assert_eq!(wide.pixels(), [255, 128]);
    }

    #[test]
    fn a_huge_header_is_refused_before_anything_is_read() {
        assert!(matches!(first(b"P5 99999999999999999999 9 255\n"), Err(ImageError::TooLarge { .. })));
        assert!(matches!(first(b"P5 0 0 255\n"), Err(ImageError::Empty { .. })));
    }

    #[test]
    fn a_short_image_is_truncated_and_nothing_is_the_end() {
        assert!(matches!(first(b"P5 2 2 255\nabc"), Err(ImageError::Truncated { .. })));
        assert!(matches!(first(b"P5 2 "), Err(ImageError::Truncated { .. })));
        assert_eq!(first(b""), Ok(None));
    }
}
