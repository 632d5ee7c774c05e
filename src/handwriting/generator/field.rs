//! Whole fields: paper, writing, scanner.

use ndarray::Array2;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::layout::{Laid, lay_out};
use super::paper::paper;
use super::pen::draw;
use super::writer::{PENS, Pen, SAMPLE_PENS, Writer};
use super::{Amount, Patterns, SymbolBox};
use crate::signal::{Grey, normal, resize};

/// Seeds from here on are for samples: they draw with [`SAMPLE_PENS`], smaller ones with [`PENS`]. Training takes smaller seeds only,
/// so that no sample is ever trained on.
pub const FIRST_SAMPLE_SEED: u64 = 1_000_000;

/// What kind of paper and picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// The amount box of a cheque: security background, borders, 40–90 rows.
    Cheque,
    /// A cell of a table photographed small: shadows, frame, blur, 34 rows.
    LogBook,
    /// Nearly white paper.
    Plain,
}

/// Draws handwritten amounts; see [`Generator::draw`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Generator {
    /// Paper and picture.
    pub scene: Scene,
    /// What is written.
    pub patterns: Patterns,
}

/// A drawn field.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The picture.
    pub image: Grey,
    /// What was written.
    pub amount: Amount,
    /// Where each symbol lies, in the order of `amount.drawn`.
    pub boxes: Vec<SymbolBox>,
}

impl Generator {
    /// Cheque fields with cheque amounts.
    pub const CHEQUE: Generator = Generator { scene: Scene::Cheque, patterns: Patterns::CHEQUE };
    /// Cells of a log book.
    pub const LOG_BOOK: Generator = Generator { scene: Scene::LogBook, patterns: Patterns::LOG_BOOK };

    /// Draws the field of this seed: an amount, a writer with pen and habits, a piece of paper.
    ///
    /// The same seed gives the same field (on one kind of machine to the last pixel). Cost: about 1 ms.
    ///
    /// ```
    /// use energraph::handwriting::generator::Generator;
    /// let field = Generator::CHEQUE.draw(1);
    /// assert_eq!(field, Generator::CHEQUE.draw(1));
    /// assert_eq!(field.boxes.len(), field.amount.drawn.chars().count());
    /// ```
    pub fn draw(&self, seed: u64) -> Drawn {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let amount = self.patterns.draw(&mut rng);
        self.render(amount, pens(seed), &mut rng)
    }

    /// Draws a given amount in the hand and on the paper of this seed. Characters other than digits and `. , - = #` are left out
    /// of the picture and have no box.
    pub fn write(&self, amount: Amount, seed: u64) -> Drawn {
        self.render(amount, pens(seed), &mut ChaCha8Rng::seed_from_u64(seed ^ 0x5eed))
    }

    fn render(&self, amount: Amount, pens: &[Pen], rng: &mut ChaCha8Rng) -> Drawn {
        let pen = pens[rng.random_range(0..pens.len())];
        let mut writer = Writer::draw(pen, rng);
        let height = match self.scene {
            Scene::LogBook => 34,
            Scene::Cheque => (53.0 * (0.2 * normal(rng)).exp()).clamp(40.0, 90.0) as usize,
            Scene::Plain => rng.random_range(40..64),
        };
        let share = if self.scene == Scene::LogBook { 0.34..0.7 } else { 0.42..0.74 };
        let size = height as f32 * rng.random_range(share);
        // A line thinner than a pixel or so leaves too little in the picture.
        let thinnest = rng.random_range(1.1..1.8f32) / size;
        writer.pen.width = writer.pen.width.max(thinnest);
        let mut laid = lay_out(&amount.drawn, &writer, size, rng);
        let width = self.frame(&mut laid, height, size, rng);
        let mut sheet = paper(self.scene, width, height, rng);
        let mut ink = Array2::zeros((height, width));
        for stroke in &laid.strokes {
            let thick = stroke.iter().map(|d| d.width).fold(0.0, f32::max);
            draw(&mut ink, stroke, (thick * pen.soft).max(0.9), 1.0);
        }
        streaks(&mut ink, pen.streaks, rng);
        // The faintest pencil is still some way darker than its paper, textures included.
        let darkest = sheet.iter().copied().fold(255.0, f32::min);
        let mean = sheet.mean().unwrap_or(255.0);
        let level = (pen.level + 8.0 * normal(rng)).min(mean - 55.0).min(darkest.max(mean - 110.0)).max(0.0);
        sheet.zip_mut_with(&ink, |v, i| *v += i * (level - *v).min(0.0));
        let blur = match self.scene {
            Scene::LogBook => rng.random_range(0.08..0.3f32),
            _ => rng.random_range(0.0..0.15f32),
        };
        let sheet = blurred(&sheet, blur);
        let image = Grey::from_fn(width, height, |x, y| sheet[[y, x]].round().clamp(0.0, 255.0) as u8);
        Drawn { image, amount, boxes: laid.boxes }
    }

    /// Moves the writing into a picture; returns the picture's width.
    fn frame(&self, laid: &mut Laid, height: usize, size: f32, rng: &mut ChaCha8Rng) -> usize {
        if laid.boxes.is_empty() {
            return 2 * height;
        }
        let h = height as f32;
        let room = if self.scene == Scene::LogBook { rng.random_range(46..=84) as f32 } else { f32::MAX };
        let [x0, y0, x1, y1] = laid.extent();
        let fit = (0.94 * room / (x1 - x0)).min(0.97 * h / (y1 - y0)).min(1.0);
        laid.scale(fit);
        let [x0, y0, x1, y1] = laid.extent();
        let slack = (h - (y1 - y0)).max(0.0);
        let up = slack * rng.random_range(0.15..0.85f32);
        let (left, width) = if self.scene == Scene::LogBook {
            let left = (room - (x1 - x0)) * rng.random_range(0.1..0.9f32);
            (left, room)
        } else {
            let left = size * rng.random_range(0.03..0.6f32);
            (left, left + x1 - x0 + size * rng.random_range(0.03..0.6f32))
        };
        laid.shift(left - x0, up - y0);
        (width.ceil() as usize).max(8)
    }
}

fn pens(seed: u64) -> &'static [Pen] {
    if seed >= FIRST_SAMPLE_SEED { &SAMPLE_PENS } else { &PENS }
}

/// Uneven ink: patches of some pixels with less of it.
fn streaks<R: Rng + ?Sized>(ink: &mut Array2<f32>, strength: f32, rng: &mut R) {
    let (h, w) = ink.dim();
    for grid in [2, 5] {
        let coarse = Array2::from_shape_simple_fn((h / grid + 1, w / grid + 1), || rng.random::<f32>());
        ink.zip_mut_with(&resize(&coarse, h, w), |v, n| *v *= 1.0 - strength * n);
    }
}

fn blurred(sheet: &Array2<f32>, side: f32) -> Array2<f32> {
    let (height, width) = sheet.dim();
    let tap = |v: &Array2<f32>, y: usize, x: usize, dy: usize, dx: usize| {
        let before = v[[y.saturating_sub(dy), x.saturating_sub(dx)]];
        let after = v[[(y + dy).min(height - 1), (x + dx).min(width - 1)]];
        (1.0 - 2.0 * side) * v[[y, x]] + side * (before + after)
    };
    let across = Array2::from_shape_fn((height, width), |(y, x)| tap(sheet, y, x, 0, 1));
    Array2::from_shape_fn((height, width), |(y, x)| tap(&across, y, x, 1, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_field_and_another_seed_another() {
        assert_eq!(Generator::CHEQUE.draw(7), Generator::CHEQUE.draw(7));
        assert_ne!(Generator::CHEQUE.draw(7).image, Generator::CHEQUE.draw(8).image);
    }

    #[test]
    fn every_symbol_has_a_box_with_ink_in_the_picture() {
        for generator in [Generator::CHEQUE, Generator::LOG_BOOK] {
            for seed in 0..200 {
                let field = generator.draw(seed);
                let symbols: String = field.boxes.iter().map(|b| b.symbol).collect();
                assert_eq!(symbols, field.amount.drawn);
                let (w, h) = (field.image.width() as f32, field.image.height() as f32);
                for b in &field.boxes {
                    let inside = b.x > -2.0 && b.y > -2.0 && b.x + b.width < w + 2.0 && b.y + b.height < h + 2.0;
                    assert!(inside, "seed {seed}: {b:?} in {w} × {h}");
                }
                assert!((34.0..=90.0).contains(&h));
            }
        }
    }

    #[test]
    fn writing_is_darker_than_its_paper() {
        for seed in 0..50 {
            let field = Generator::CHEQUE.draw(seed);
            let mut levels = field.image.pixels().to_vec();
            levels.sort_unstable();
            let (dark, paper) = (levels[levels.len() / 200], levels[levels.len() / 2]);
            assert!(i32::from(paper) - i32::from(dark) > 35, "seed {seed}: {dark} on {paper}");
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_left_out() {
        let field = Generator::CHEQUE.write(Amount::new("1x2", 0), 3);
        assert_eq!(field.boxes.len(), 2);
        assert!(Generator::LOG_BOOK.write(Amount::new("", 0), 3).boxes.is_empty());
    }

    #[test]
    fn sample_seeds_draw_with_sample_pens_only() {
        assert_eq!(pens(FIRST_SAMPLE_SEED - 1), PENS);
        assert_eq!(pens(FIRST_SAMPLE_SEED), SAMPLE_PENS);
    }
}
