//! Letters of a few pixels, so that a picture in pixels needs no font of the system.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::layout::is_above;

/// A letter a line: the letter, a space, its rows from the top with `|` between. The baseline is below the seventh.
const GLYPHS: &str = include_str!("font.txt");

/// Columns between letters, and of a space.
const APART: usize = 1;
const SPACE: usize = 3;

struct Glyph {
    width: usize,
    /// Columns and rows that are black.
    dots: Vec<(i64, i64)>,
}

static FONT: LazyLock<HashMap<char, Glyph>> = LazyLock::new(|| {
    let line = |line: &str| {
        let mut letters = line.chars();
        let letter = letters.next()?;
        let rows: Vec<&str> = letters.as_str().strip_prefix(' ')?.split('|').collect();
        Some((letter, glyph(&rows)))
    };
    // The bar separates rows, so that it cannot be drawn in its own line's way.
    let bar = glyph(&["#"; 8]);
    GLYPHS.lines().filter_map(line).chain([('|', bar)]).collect()
});

fn glyph(rows: &[&str]) -> Glyph {
    let dots = rows.iter().zip(0..).flat_map(|(row, y)| {
        let black = row.chars().zip(0..).filter(|(c, _)| *c == '#');
        black.map(move |(_, x)| (x, y))
    });
    Glyph { width: rows.iter().map(|r| r.len()).max().unwrap_or(0), dots: dots.collect() }
}

/// The letter, or what stands for one that the font lacks; nothing for what stands above the letter before it.
fn advance(letter: char) -> usize {
    match (letter, FONT.get(&letter)) {
        (_, Some(glyph)) => glyph.width + APART,
        (above, None) if is_above(above) => 0,
        _ => SPACE + APART,
    }
}

/// The width of a text in pixels.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(advance).sum::<usize>().saturating_sub(APART)
}

/// The pixels of a text from its left end, and from seven rows above the baseline.
pub(super) fn dots(text: &str) -> Vec<(i64, i64)> {
    let (mut left, mut all) = (0, Vec::new());
    for letter in text.chars() {
        if let Some(glyph) = FONT.get(&letter) {
            all.extend(glyph.dots.iter().map(|(x, y)| (left as i64 + x, *y)));
        }
        left += advance(letter);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_glyph_is_at_most_nine_rows_high_and_seven_columns_wide() {
        assert!(FONT.len() > 160, "{}", FONT.len());
        for line in GLYPHS.lines() {
            let rows: Vec<&str> = line[line.find(' ').unwrap() + 1..].split('|').collect();
            assert!(rows.len() <= 9 && rows.iter().any(|r| r.contains('#')), "{line}");
            let widths: Vec<usize> = rows.iter().map(|r| r.len()).filter(|w| *w > 0).collect();
            assert!(widths.iter().all(|w| *w <= 7), "{line}");
            assert!(rows.iter().all(|r| r.chars().all(|c| c == '#' || c == '.')), "{line}");
        }
    }

    #[test]
    fn printable_ascii_is_complete_and_letters_do_not_overlap() {
        assert!((33_u8..127).all(|c| FONT.contains_key(&char::from(c))));
        assert_eq!(width("ii"), 7);
        assert!(dots("i").iter().all(|(x, _)| *x < 3) && dots("ii").iter().any(|(x, _)| *x >= 4));
        // A tilde above takes no room, a letter that is not there the room of a space.
        assert_eq!((width("a\u{303}"), width("a\u{4e00}"), width("")), (4, 8, 0));
    }
}
