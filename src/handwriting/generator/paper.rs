//! Paper: grey levels without the writing.

use ndarray::Array2;
use rand::{Rng, RngExt};

use super::Scene;
use super::pen::{Dab, draw};
use crate::signal::{normal, resize};

/// Grey levels (0–255) of a piece of paper.
pub(super) fn paper<R: Rng + ?Sized>(scene: Scene, width: usize, height: usize, rng: &mut R) -> Array2<f32> {
    let base = match scene {
        Scene::Cheque => rng.random_range(150.0..235.0f32),
        Scene::LogBook => rng.random_range(135.0..250.0f32),
        Scene::Plain => rng.random_range(225.0..255.0f32),
    };
    let mut sheet = Array2::from_elem((height, width), base);
    shade(&mut sheet, if scene == Scene::Plain { 3.0 } else { 14.0 }, rng);
    match scene {
        Scene::Cheque => {
            if rng.random_bool(0.75) {
                guilloche(&mut sheet, rng);
            }
            if rng.random_bool(0.3) {
                screen(&mut sheet, rng);
            }
            grain(&mut sheet, rng.random_range(2.0..13.0f32), rng);
            if rng.random_bool(0.5) {
                borders(&mut sheet, rng);
            }
            if rng.random_bool(0.08) {
                print(&mut sheet, rng);
            }
        }
        Scene::LogBook => {
            grain(&mut sheet, rng.random_range(0.8..4.0f32), rng);
            if rng.random_bool(0.75) {
                cell(&mut sheet, rng);
            }
            if rng.random_bool(0.35) {
                ruling(&mut sheet, rng);
            }
        }
        Scene::Plain => grain(&mut sheet, rng.random_range(0.5..4.0f32), rng),
    }
    sheet
}

/// Broad, soft differences of brightness.
fn shade<R: Rng + ?Sized>(sheet: &mut Array2<f32>, strength: f32, rng: &mut R) {
    let coarse = Array2::from_shape_simple_fn((2, 4), || strength * normal(rng));
    *sheet += &resize(&coarse, sheet.nrows(), sheet.ncols());
}

/// Noise with a grain of one to two pixels.
fn grain<R: Rng + ?Sized>(sheet: &mut Array2<f32>, strength: f32, rng: &mut R) {
    sheet.mapv_inplace(|v| v + strength * normal(rng));
    let (h, w) = (sheet.nrows() / 2 + 1, sheet.ncols() / 2 + 1);
    let coarse = Array2::from_shape_simple_fn((h, w), || 0.8 * strength * normal(rng));
    *sheet += &resize(&coarse, sheet.nrows(), sheet.ncols());
}

/// Families of waved or circular lines, darker or lighter than the paper.
fn guilloche<R: Rng + ?Sized>(sheet: &mut Array2<f32>, rng: &mut R) {
    let (height, width) = sheet.dim();
    for _ in 0..rng.random_range(1..4) {
        let turn = std::f32::consts::TAU;
        let period = rng.random_range(3.5..11.0f32);
        let (swing, wave) = (rng.random_range(1.0..9.0f32), turn / rng.random_range(14.0..70.0f32));
        let (ripple, second) = (rng.random_range(0.0..3.0f32), turn / rng.random_range(8.0..25.0f32));
        let (phase, tilt) = (rng.random_range(0.0..turn), rng.random_range(-0.8..0.8f32));
        let dark = rng.random_range(4.0..28.0f32) * if rng.random_bool(0.25) { -0.6 } else { 1.0 };
        let sharp = rng.random_range(1.0..5.0f32);
        let centre = (rng.random_range(-0.5..1.5) * width as f32, rng.random_range(-1.5..2.5) * height as f32);
        let round = rng.random_bool(0.35);
        for ((y, x), level) in sheet.indexed_iter_mut() {
            let (x, y) = (x as f32, y as f32);
            let across = if round { (x - centre.0).hypot(y - centre.1) } else { y + tilt * x };
            let along = if round { (y - centre.1).atan2(x - centre.0) * 40.0 } else { x };
            let at = across + swing * (wave * along + phase).sin() + ripple * (second * along).sin();
            *level -= dark * (0.5 + 0.5 * (turn * at / period).cos()).powf(sharp);
        }
    }
}

/// A screen of dots, as printed tints have.
fn screen<R: Rng + ?Sized>(sheet: &mut Array2<f32>, rng: &mut R) {
    let turn = std::f32::consts::TAU / rng.random_range(2.3..4.5f32);
    let (cos, sin) = (turn * rng.random_range(0.5..1.0f32), turn * rng.random_range(0.0..0.7f32));
    let dark = rng.random_range(5.0..22.0f32);
    for ((y, x), level) in sheet.indexed_iter_mut() {
        let (x, y) = (x as f32, y as f32);
        *level -= dark * ((cos * x + sin * y).sin() * (cos * y - sin * x).sin()).max(0.0);
    }
}

/// Draws a printed line of grey level `level` on the sheet.
fn line(sheet: &mut Array2<f32>, a: (f32, f32), b: (f32, f32), width: f32, level: f32) {
    let mut ink = Array2::zeros(sheet.dim());
    draw(&mut ink, &[a, b].map(|(x, y)| Dab { x, y, width }), 0.9, 1.0);
    sheet.zip_mut_with(&ink, |v, i| *v += i * (level - *v).min(0.0));
}

/// The edges of the box for the amount, some of them within the picture.
fn borders<R: Rng + ?Sized>(sheet: &mut Array2<f32>, rng: &mut R) {
    let (h, w) = (sheet.nrows() as f32, sheet.ncols() as f32);
    let level = rng.random_range(10.0..110.0f32);
    let pen = rng.random_range(0.9..2.4f32);
    let tilt = rng.random_range(-0.015..0.015f32) * w;
    if rng.random_bool(0.75) {
        let y = h - rng.random_range(0.5..0.16 * h);
        line(sheet, (-2.0, y), (w + 2.0, y + tilt), pen, level);
    }
    if rng.random_bool(0.35) {
        let y = rng.random_range(0.3..0.12 * h);
        line(sheet, (-2.0, y), (w + 2.0, y + tilt), pen, level);
    }
    if rng.random_bool(0.25) {
        let x = if rng.random_bool(0.6) { rng.random_range(0.5..4.0) } else { w - rng.random_range(0.5..4.0f32) };
        line(sheet, (x, -2.0), (x - tilt * h / w, h + 2.0), pen, level);
    }
}

/// The thin frame of a table's cell, a little askew, not always complete.
fn cell<R: Rng + ?Sized>(sheet: &mut Array2<f32>, rng: &mut R) {
    let (h, w) = (sheet.nrows() as f32, sheet.ncols() as f32);
    let level = rng.random_range(20.0..130.0f32);
    let pen = rng.random_range(0.5..1.1f32);
    let mut inset = |most: f32| rng.random_range(0.8..most);
    let (x0, x1) = (inset(5.0), w - inset(5.0));
    let (y0, y1) = (inset(4.0), h - inset(4.0));
    let (d0, d1) = (inset(1.8) - 1.3, inset(1.8) - 1.3);
    let sides = [
        ((x0, y0), (x1, y0 + d0)),
        ((x0 - d1, y1), (x1 - d1, y1 + d0)),
        ((x0, y0), (x0 - d1, y1)),
        ((x1, y0 + d0), (x1 - d1, y1 + d0)),
    ];
    for (a, b) in sides {
        if rng.random_bool(0.8) {
            line(sheet, a, b, pen, level * rng.random_range(0.8..1.3f32));
        }
    }
}

/// Faint printed lines at equal distances, as in an exercise book.
fn ruling<R: Rng + ?Sized>(sheet: &mut Array2<f32>, rng: &mut R) {
    let (h, w) = (sheet.nrows() as f32, sheet.ncols() as f32);
    let distance = rng.random_range(9.0..22.0f32);
    let faint = rng.random_range(8.0..35.0f32);
    let mut y = rng.random_range(0.0..distance);
    let tilt = rng.random_range(-1.5..1.5f32);
    while y < h {
        let level = sheet[[(y as usize).min(sheet.nrows() - 1), 0]] - faint;
        line(sheet, (-1.0, y), (w + 1.0, y + tilt), 1.2, level);
        y += distance;
    }
}

/// Tops of small print along the lower edge.
fn print<R: Rng + ?Sized>(sheet: &mut Array2<f32>, rng: &mut R) {
    let (h, w) = (sheet.nrows() as f32, sheet.ncols() as f32);
    let level = rng.random_range(20.0..90.0f32);
    let top = h - rng.random_range(1.0..6.0f32);
    let (mut x, end) = (rng.random_range(0.0..0.5 * w), w * rng.random_range(0.5..1.0f32));
    while x < end {
        let step = rng.random_range(2.0..4.5f32);
        if rng.random_bool(0.85) {
            let drop = rng.random_range(0.0..2.0f32);
            line(sheet, (x, top + drop), (x + rng.random_range(-0.5..1.5f32), h + 2.0), 1.2, level);
        }
        x += step;
    }
}
