//! Symbols side by side on a line.

use rand::{Rng, RngExt};

use super::SymbolBox;
use super::pen::Dab;
use super::writer::{Writer, smooth};
use crate::signal::normal;

/// A written line in pixels: digits stand between row 0 and the baseline at row `size`, from column 0 on.
pub(super) struct Laid {
    pub strokes: Vec<Vec<Dab>>,
    pub boxes: Vec<SymbolBox>,
}

impl Laid {
    /// Left, top, right and bottom end of the ink.
    pub fn extent(&self) -> [f32; 4] {
        self.boxes.iter().fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |e, b| {
            [e[0].min(b.x), e[1].min(b.y), e[2].max(b.x + b.width), e[3].max(b.y + b.height)]
        })
    }

    /// Moves everything.
    pub fn shift(&mut self, dx: f32, dy: f32) {
        for dab in self.strokes.iter_mut().flatten() {
            dab.x += dx;
            dab.y += dy;
        }
        for b in &mut self.boxes {
            b.x += dx;
            b.y += dy;
        }
    }

    /// Enlarges or reduces everything.
    pub fn scale(&mut self, by: f32) {
        for dab in self.strokes.iter_mut().flatten() {
            *dab = Dab { x: dab.x * by, y: dab.y * by, width: dab.width * by };
        }
        for b in &mut self.boxes {
            *b = SymbolBox { x: b.x * by, y: b.y * by, width: b.width * by, height: b.height * by, ..*b };
        }
    }
}

const BINS: usize = 56;

/// The outline of ink to one side, by rows of a 24th of the height from half a height above the top.
struct Outline([Option<f32>; BINS]);

impl Outline {
    fn bin(y: f32) -> usize {
        ((y + 0.5) * 24.0).clamp(0.0, BINS as f32 - 1.0) as usize
    }

    fn add(&mut self, x: f32, y: f32, pick: fn(f32, f32) -> f32) {
        let at = Self::bin(y);
        for bin in &mut self.0[at.saturating_sub(1)..(at + 2).min(BINS)] {
            *bin = Some(bin.map_or(x, |old| pick(old, x)));
        }
    }
}

/// Writes the symbols in one hand. Neighbours' ink is apart by the hand's distance, measured row by row, so that slanted and
/// round digits come close as they do by hand. Symbols without a skeleton are left out.
pub(super) fn lay_out<R: Rng + ?Sized>(text: &str, writer: &Writer, size: f32, rng: &mut R) -> Laid {
    let mut laid = Laid { strokes: Vec::new(), boxes: Vec::new() };
    let mut right = Outline([None; BINS]);
    let (mut end, mut exit, mut after_point) = (0.0f32, None, false);
    let slope = 0.03 * normal(rng);
    let half = 0.5 * writer.pen.width;
    for symbol in text.chars() {
        let mut strokes = writer.strokes(symbol, rng);
        let rise = writer.unrest[1] * normal(rng);
        for p in strokes.iter_mut().flatten() {
            p[0] += writer.slant * (1.0 - p[1]);
            p[1] += rise;
        }
        let Some(own) = bounds(&strokes) else { continue };
        let space = writer.gap + writer.unrest[0] * normal(rng) + writer.pen.width;
        // Points and commas would vanish in their neighbours.
        let point = matches!(symbol, '.' | ',');
        let space = if point || after_point { space.max(writer.pen.width + 0.06) } else { space };
        after_point = point;
        let x = place(&strokes, own, &right, end, space);
        for p in strokes.iter_mut().flatten() {
            p[0] += x;
            p[1] += slope * p[0] * 0.3;
            right.add(p[0], p[1], f32::max);
        }
        end = end.max(x + own[2]);
        let first = strokes.first().and_then(|s| s.first()).copied();
        let join = exit.zip(first).filter(|_| rng.random::<f32>() < writer.joins);
        if let Some((a, b)) = join.filter(|(a, b): &([f32; 2], [f32; 2])| a[1] < 0.4 && b[1] < 0.5 && a[0] < b[0]) {
            let sag = [0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1]) + rng.random_range(-0.03..0.08f32)];
            laid.strokes.push(dabs(&smooth(&[a, sag, b]), writer, size, rng));
        }
        exit = strokes.last().and_then(|s| s.last()).copied().filter(|_| symbol == '0');
        if let Some([x0, y0, x1, y1]) = bounds(&strokes) {
            laid.boxes.push(SymbolBox {
                symbol,
                x: (x0 - half) * size,
                y: (y0 - half) * size,
                width: (x1 - x0 + 2.0 * half) * size,
                height: (y1 - y0 + 2.0 * half) * size,
            });
        }
        let press = if point { rng.random_range(1.1..1.6f32) } else { 1.0 };
        for stroke in &strokes {
            let mut line = dabs(stroke, writer, size, rng);
            line.iter_mut().for_each(|d| d.width *= press);
            laid.strokes.push(line);
        }
    }
    laid
}

fn bounds(strokes: &[Vec<[f32; 2]>]) -> Option<[f32; 4]> {
    strokes.iter().flatten().fold(None, |found: Option<[f32; 4]>, [x, y]| {
        let e = found.unwrap_or([*x, *y, *x, *y]);
        Some([e[0].min(*x), e[1].min(*y), e[2].max(*x), e[3].max(*y)])
    })
}

/// How far to the right a symbol goes: `space` from the ink on its rows, its box overlapping what is there by a third at most.
fn place(strokes: &[Vec<[f32; 2]>], own: [f32; 4], right: &Outline, end: f32, space: f32) -> f32 {
    let mut left = Outline([None; BINS]);
    for p in strokes.iter().flatten() {
        left.add(p[0], p[1], f32::min);
    }
    let least = end - own[0] + space - 0.33 * (own[2] - own[0]).max(0.25);
    let meeting = left.0.iter().zip(&right.0).filter_map(|(l, r)| Some(r.as_ref()? - l.as_ref()? + space));
    meeting.fold(least, f32::max)
}

/// The pen's line through the points, in pixels.
fn dabs<R: Rng + ?Sized>(line: &[[f32; 2]], writer: &Writer, size: f32, rng: &mut R) -> Vec<Dab> {
    let pen = writer.pen;
    let last = line.len().saturating_sub(1);
    let wave = [rng.random_range(0.0..6.3f32), rng.random_range(0.2..0.7f32)];
    line.iter()
        .enumerate()
        .map(|(i, p)| {
            let (a, b) = (line[i.saturating_sub(1)], line[(i + 1).min(last)]);
            let direction = (b[1] - a[1]).atan2(b[0] - a[0]);
            let nib = 1.0 - pen.nib * (2.0 * (direction + pen.angle)).cos();
            let ends = i.min(last - i) as f32 / 3.0;
            let pressure = 1.0 - pen.taper * (1.0 - ends).max(0.0) + 0.08 * (wave[0] + wave[1] * i as f32).sin();
            Dab { x: p[0] * size, y: p[1] * size, width: (pen.width * size * nib * pressure).max(0.4) }
        })
        .collect()
}
