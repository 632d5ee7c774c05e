//! What lies on paper besides the writing, on ink images.

use ndarray::{Array2, s};
use rand::{Rng, RngExt};

use super::GlyphBank;
use super::pen::{Dab, draw};
use crate::signal::resize;

/// Adds, each with some probability: ruling lines and borders, a wavy texture, a shadow, pieces of writing cut off at the edge.
pub(super) fn clutter<R: Rng + ?Sized>(ink: &mut Array2<f32>, bank: Option<&GlyphBank>, rng: &mut R) {
    if rng.random_bool(0.5) {
        texture(ink, rng);
    }
    if rng.random_bool(0.3) {
        shadow(ink, rng);
    }
    if rng.random_bool(0.55) {
        lines(ink, rng);
    }
    if let Some(bank) = bank.filter(|_| rng.random_bool(0.25)) {
        neighbours(ink, bank, rng);
    }
}

/// Crossing waves, as security backgrounds have them.
fn texture<R: Rng + ?Sized>(ink: &mut Array2<f32>, rng: &mut R) {
    let strength = rng.random_range(0.03..0.3f32).powf(1.3);
    let waves: Vec<[f32; 4]> = (0..rng.random_range(1..4))
        .map(|_| {
            let (angle, length) = (rng.random_range(0.0..3.15f32), rng.random_range(2.5..14.0f32));
            let turn = std::f32::consts::TAU / length;
            [turn * angle.cos(), turn * angle.sin(), rng.random_range(0.0..6.3), rng.random_range(0.0..0.6)]
        })
        .collect();
    let bend = rng.random_range(0.0..0.15f32);
    for ((y, x), pixel) in ink.indexed_iter_mut() {
        let (x, y) = (x as f32, y as f32);
        let sum: f32 = waves.iter().map(|w| (w[0] * x + w[1] * y + w[2] + 3.0 * w[3] * (bend * x).sin()).sin()).sum();
        let value = strength * (sum / waves.len() as f32).max(-0.2);
        *pixel = (*pixel + (1.0 - *pixel) * value).clamp(0.0, 1.0);
    }
}

fn shadow<R: Rng + ?Sized>(ink: &mut Array2<f32>, rng: &mut R) {
    let (height, width) = ink.dim();
    let (a, b) = (rng.random_range(-0.3..0.3f32), rng.random_range(-0.2..0.2f32));
    for ((y, x), pixel) in ink.indexed_iter_mut() {
        let value = a * (x as f32 / width as f32 - 0.5) + b * (y as f32 / height as f32 - 0.5);
        *pixel = (*pixel + (1.0 - *pixel) * value.max(0.0)).clamp(0.0, 1.0);
    }
}

fn lines<R: Rng + ?Sized>(ink: &mut Array2<f32>, rng: &mut R) {
    let (height, width) = ink.dim();
    let (h, w) = (height as f32, width as f32);
    for _ in 0..rng.random_range(1..4) {
        let tilt = rng.random_range(-0.03..0.03f32);
        let pen = rng.random_range(0.5..1.6f32);
        let dark = rng.random_range(0.3..1.0f32);
        let near = h * rng.random_range(0.0..0.16f32);
        let (a, b) = match rng.random_range(0..4) {
            0 => ((-1.0, near), (w + 1.0, near + tilt * w)),
            1 | 2 => ((-1.0, h - near), (w + 1.0, h - near + tilt * w)),
            _ => {
                let x = if rng.random_bool(0.5) { 0.5 * near } else { w - 0.5 * near };
                ((x, -1.0), (x + tilt * h, h + 1.0))
            }
        };
        draw(ink, &[a, b].map(|(x, y)| Dab { x, y, width: pen }), 0.8, dark);
    }
}

/// The lower or upper end of a digit that belongs to the row above or below.
fn neighbours<R: Rng + ?Sized>(ink: &mut Array2<f32>, bank: &GlyphBank, rng: &mut R) {
    let (height, width) = ink.dim();
    let above = rng.random_bool(0.5);
    for _ in 0..rng.random_range(1..4) {
        let digit = rng.random_range(0..10u8);
        let glyph = bank.ink(digit, rng.random_range(0..bank.count(digit).max(1)));
        let (h, w) = (height * 3 / 4, (glyph.ncols() * height * 3 / 4 / bank.height).clamp(2, width));
        let glyph = resize(&glyph, h, w);
        let seen = rng.random_range(1..=height / 5 + 1);
        let x = rng.random_range(0..=width - w);
        let dark = rng.random_range(0.4..1.0f32);
        let part = if above { glyph.slice(s![h - seen.min(h).., ..]) } else { glyph.slice(s![..seen.min(h), ..]) };
        let rows = if above { 0..part.nrows() } else { height - part.nrows()..height };
        ink.slice_mut(s![rows, x..x + w]).zip_mut_with(&part, |a, b| *a = a.max(dark * b));
    }
}
