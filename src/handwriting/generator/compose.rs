//! Strings composed of images of single digits.

use ndarray::{Array2, s};
use rand::{Rng, RngExt};

use super::pen::{Dab, draw};
use super::{GlyphBank, Patterns, SymbolBox};
use crate::signal::{normal, resize, thicken};

/// How strings are composed; see [`compose_digits`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compose {
    /// What is written.
    pub patterns: Patterns,
    /// Rows of the result.
    pub height: usize,
    /// Height of a digit as a share of `height`, drawn once a string.
    pub size: (f32, f32),
    /// Width of the digits against their height, drawn once a string.
    pub aspect: (f32, f32),
    /// Mean distance between neighbours' ink as a share of the digits' height, drawn once a string; negative: they run into
    /// each other.
    pub gap: (f32, f32),
    /// Thinning and thickening, drawn once a string.
    pub thickness: (f32, f32),
    /// Probability of lines, texture, shadows and pieces of neighbouring writing.
    pub clutter: f32,
}

impl Default for Compose {
    fn default() -> Self {
        Compose {
            patterns: Patterns { plain: 0.7, decimal: 0.2, thousands: 0.1, closing: 0.15, ..Patterns::DIGITS },
            height: 32,
            size: (0.6, 0.92),
            aspect: (0.7, 1.15),
            gap: (-0.06, 0.3),
            thickness: (-0.95, 0.3),
            clutter: 0.6,
        }
    }
}

/// A composed string.
#[derive(Debug, Clone, PartialEq)]
pub struct Composed {
    /// Rows × columns, 0 = paper, 1 = ink.
    pub ink: Array2<f32>,
    /// What was written.
    pub amount: super::Amount,
    /// Where each symbol of `amount.drawn` lies.
    pub boxes: Vec<SymbolBox>,
}

/// Composes a random string of images from the bank, with separators drawn by pen, at random sizes, distances (touching and
/// overlapping included) and baselines, on random clutter. The same state of `rng` gives the same result.
///
/// Cost: about 0.1 ms for six digits.
pub fn compose_digits<R: Rng + ?Sized>(bank: &GlyphBank, how: &Compose, rng: &mut R) -> Composed {
    let amount = how.patterns.draw(rng);
    let height = how.height.max(8);
    let size = uniform(rng, how.size) * height as f32;
    let aspect = uniform(rng, how.aspect);
    let gap = uniform(rng, how.gap) * size;
    let slack = height as f32 - size;
    let baseline = size + slack * rng.random_range(0.1..=0.9f32);
    let left = rng.random_range(1.0..=0.5 * height as f32);
    let most = left + amount.drawn.len() as f32 * size * 1.8 + height as f32;
    let mut sheet = Sheet { ink: Array2::zeros((height, most as usize + 1)), right: vec![None; height], end: left };
    let mut boxes = Vec::new();
    let pen = 0.1 * size * rng.random_range(0.8..=1.4f32);
    for symbol in amount.drawn.chars() {
        let space = gap + 0.05 * size * normal(rng);
        let base = baseline + 0.04 * size * normal(rng);
        let piece = match symbol.to_digit(10) {
            Some(digit) => {
                let i = rng.random_range(0..bank.count(digit as u8).max(1));
                let glyph = bank.ink(digit as u8, i);
                let scale = size / bank.height as f32 * (0.07 * normal(rng)).clamp(-0.2, 0.2).exp();
                let h = ((glyph.nrows() as f32 * scale).round() as usize).max(2);
                let w = ((glyph.ncols() as f32 * scale * aspect).round() as usize).max(2);
                Piece { top: base - h as f32, ink: resize(&glyph, h, w) }
            }
            None => mark(symbol, size, base, pen, rng),
        };
        boxes.push(sheet.place(symbol, &piece, space, 0.35 * size));
    }
    let end = sheet.end + rng.random_range(1.0..=0.5 * height as f32);
    let width = (end as usize).clamp(1, sheet.ink.ncols());
    let written = sheet.ink.slice(s![.., ..width]).to_owned();
    let mut ink = thicken(&written, uniform(rng, how.thickness));
    if rng.random::<f32>() < how.clutter {
        super::clutter::clutter(&mut ink, Some(bank), rng);
    }
    // Resampling overshoots by rounding.
    ink.mapv_inplace(|v| v.clamp(0.0, 1.0));
    Composed { ink, amount, boxes }
}

struct Piece {
    /// Row of the first row of `ink`.
    top: f32,
    ink: Array2<f32>,
}

struct Sheet {
    ink: Array2<f32>,
    /// The last inked column of each row.
    right: Vec<Option<f32>>,
    /// Where the last symbol's box ends.
    end: f32,
}

impl Sheet {
    /// Puts a piece so that its ink is `space` away from what is there (boxes overlap by `overlap` at most).
    fn place(&mut self, symbol: char, piece: &Piece, space: f32, overlap: f32) -> SymbolBox {
        let (height, width) = self.ink.dim();
        let (h, w) = piece.ink.dim();
        let top = piece.top.round() as i64;
        let row = |y: usize| usize::try_from(top + y as i64).ok().filter(|r| *r < height);
        let mut x = self.end - overlap.min(0.6 * w as f32);
        for y in 0..h {
            let (Some(r), Some(first)) = (row(y), piece.ink.row(y).iter().position(|v| *v > 0.3)) else { continue };
            for near in r.saturating_sub(2)..(r + 3).min(height) {
                if let Some(right) = self.right[near] {
                    x = x.max(right + 1.0 + space - first as f32);
                }
            }
        }
        // A symbol that meets nothing in its rows still follows the one before.
        let x =
            if self.right.iter().all(Option::is_none) { self.end } else { x.max(self.end + space - 0.3 * w as f32) };
        let left = x.round().max(0.0) as usize;
        for y in 0..h {
            let Some(r) = row(y) else { continue };
            for (k, v) in piece.ink.row(y).iter().enumerate().filter(|(k, _)| left + k < width) {
                let pixel = &mut self.ink[[r, left + k]];
                *pixel = pixel.max(*v);
                if *v > 0.3 {
                    self.right[r] = Some(self.right[r].unwrap_or(0.0).max((left + k) as f32));
                }
            }
        }
        self.end = self.end.max((left + w) as f32);
        SymbolBox { symbol, x: left as f32, y: top as f32, width: w as f32, height: h as f32 }
    }
}

/// A separator or closing stroke as a piece.
fn mark<R: Rng + ?Sized>(symbol: char, size: f32, base: f32, pen: f32, rng: &mut R) -> Piece {
    let mut jitter = |scale: f32| scale * size * normal(rng).clamp(-2.0, 2.0);
    let dab = |x: f32, y: f32| Dab { x, y, width: pen };
    let long = (0.35 * size + jitter(0.08)).max(0.12 * size);
    let lines: Vec<Vec<Dab>> = match symbol {
        ',' => vec![vec![
            dab(0.0, -0.04 * size),
            dab(0.02 * size, 0.05 * size),
            dab(-0.1 * size + jitter(0.04), 0.2 * size),
        ]],
        '-' => {
            let y = -0.42 * size + jitter(0.06);
            vec![vec![dab(0.0, y), dab(long, y + jitter(0.04))]]
        }
        '=' => [-0.55, -0.32]
            .map(|at| vec![dab(jitter(0.03), at * size + jitter(0.03)), dab(long, at * size + jitter(0.05))])
            .to_vec(),
        '#' => {
            [(0.15, -0.75, 0.05, 0.0), (0.4, -0.75, 0.3, 0.0), (-0.05, -0.5, 0.55, -0.52), (-0.08, -0.25, 0.5, -0.27)]
                .map(|(a, b, c, d)| {
                    vec![dab(a * size, b * size + jitter(0.04)), dab(c * size, d * size + jitter(0.04))]
                })
                .to_vec()
        }
        _ => vec![vec![dab(0.0, -0.05 * size), dab(jitter(0.02), -0.03 * size)]],
    };
    let all = || lines.iter().flatten();
    let (mut x0, mut y0, mut x1, mut y1) = (f32::MAX, f32::MAX, f32::MIN, f32::MIN);
    for d in all() {
        (x0, x1) = (x0.min(d.x - pen), x1.max(d.x + pen));
        (y0, y1) = (y0.min(d.y - pen), y1.max(d.y + pen));
    }
    let mut ink = Array2::zeros(((y1 - y0).ceil().max(1.0) as usize, (x1 - x0).ceil().max(1.0) as usize));
    for line in &lines {
        let moved: Vec<Dab> = line.iter().map(|d| Dab { x: d.x - x0, y: d.y - y0, ..*d }).collect();
        draw(&mut ink, &moved, 1.0, 1.0);
    }
    Piece { top: base + y0, ink }
}

fn uniform<R: Rng + ?Sized>(rng: &mut R, (low, high): (f32, f32)) -> f32 {
    low + (high - low) * rng.random::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// A bank whose digit d is a block with d + 1 columns of ink.
    fn blocks() -> GlyphBank {
        let images = (0..10u8).map(|d| (d, Array2::from_elem((20, usize::from(d) + 3), 255)));
        GlyphBank::new(images, 20).unwrap()
    }

    #[test]
    fn the_same_seed_gives_the_same_string_and_image() {
        let draw = |seed| compose_digits(&blocks(), &Compose::default(), &mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1).ink, draw(2).ink);
    }

    #[test]
    fn boxes_come_in_reading_order_within_the_image_one_a_symbol() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        for _ in 0..300 {
            let c = compose_digits(&blocks(), &Compose::default(), &mut rng);
            assert_eq!(c.ink.nrows(), 32);
            assert!(c.ink.iter().all(|v| (0.0..=1.0).contains(v)));
            let symbols: String = c.boxes.iter().map(|b| b.symbol).collect();
            assert_eq!(symbols, c.amount.drawn);
            assert!((1..=9).contains(&c.amount.digits.len()));
            let last = c.boxes.last().unwrap();
            assert!(last.x + last.width <= c.ink.ncols() as f32 + 0.5);
            let middles: Vec<f32> =
                c.boxes.iter().filter(|b| b.symbol.is_ascii_digit()).map(|b| b.x + b.width).collect();
            assert!(middles.windows(2).all(|w| w[0] <= w[1] + 1.0), "{middles:?} {}", c.amount.drawn);
        }
    }

    #[test]
    fn a_bank_without_a_digit_is_refused() {
        let images = (0..9u8).map(|d| (d, Array2::from_elem((20, 5), 255)));
        assert_eq!(GlyphBank::new(images, 20), Err(crate::handwriting::generator::GlyphError::Missing(9)));
    }
}
