//! A writer: a hand with its habits, and the pen in it.

use rand::{Rng, RngExt};

use super::skeleton::skeletons;
use crate::signal::normal;

/// A writing instrument; lengths are in heights of a digit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pen {
    /// Width of the line.
    pub width: f32,
    /// How much the width follows the direction of the stroke (0 = round tip).
    pub nib: f32,
    /// The direction, in radians, in which a nib draws its thinnest line.
    pub angle: f32,
    /// How far strokes taper at their ends.
    pub taper: f32,
    /// Width of the line's edge against the line's width.
    pub soft: f32,
    /// Grey level of full ink.
    pub level: f32,
    /// How much the ink varies along the line.
    pub streaks: f32,
}

const fn pen(width: f32, nib: f32, angle: f32, taper: f32, soft: f32, level: f32, streaks: f32) -> Pen {
    Pen { width, nib, angle, taper, soft, level, streaks }
}

/// The pens that draw training images: ballpoints, rollers, felt tips, fountain pens, pencils.
pub const PENS: [Pen; 14] = [
    pen(0.055, 0.05, 0.0, 0.1, 0.5, 40.0, 0.25),
    pen(0.065, 0.08, 0.5, 0.2, 0.6, 60.0, 0.35),
    pen(0.07, 0.05, 0.0, 0.1, 0.4, 25.0, 0.1),
    pen(0.085, 0.1, 0.8, 0.2, 0.4, 20.0, 0.1),
    pen(0.1, 0.1, 0.6, 0.15, 0.35, 15.0, 0.05),
    pen(0.12, 0.05, 0.0, 0.1, 0.3, 12.0, 0.05),
    pen(0.14, 0.15, 0.7, 0.1, 0.3, 18.0, 0.05),
    pen(0.075, 0.35, 0.8, 0.4, 0.4, 30.0, 0.1),
    pen(0.09, 0.45, 0.7, 0.4, 0.35, 22.0, 0.1),
    pen(0.06, 0.2, 0.9, 0.5, 0.5, 45.0, 0.2),
    pen(0.065, 0.05, 0.0, 0.2, 0.9, 95.0, 0.45),
    pen(0.08, 0.05, 0.0, 0.2, 1.0, 80.0, 0.4),
    pen(0.05, 0.05, 0.3, 0.3, 0.7, 70.0, 0.4),
    pen(0.095, 0.05, 0.2, 0.1, 0.6, 50.0, 0.2),
];

/// The pens that draw samples and nothing else.
pub const SAMPLE_PENS: [Pen; 4] = [
    pen(0.062, 0.12, 1.1, 0.15, 0.55, 35.0, 0.3),
    pen(0.08, 0.28, 0.55, 0.3, 0.45, 28.0, 0.12),
    pen(0.11, 0.2, 0.9, 0.12, 0.32, 14.0, 0.08),
    pen(0.07, 0.04, 0.1, 0.25, 0.8, 85.0, 0.35),
];

/// The habits of one hand, the same for all symbols of a field.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Writer {
    pub pen: Pen,
    /// Columns to the right a row up.
    pub slant: f32,
    /// Width of the symbols against their height.
    pub aspect: f32,
    /// Mean distance between neighbours' ink, in heights; negative: they run into each other.
    pub gap: f32,
    /// Deviations: of the distance, of the baseline, of the size, of the points of a skeleton.
    pub unrest: [f32; 4],
    /// Probability that a zero is joined to the next digit.
    pub joins: f32,
    /// Size of zeros against other digits.
    pub zeros: f32,
    /// Per symbol (digits first, then marks): the skeleton preferred and how the hand bends it.
    habits: Vec<Habit>,
}

#[derive(Debug, Clone, PartialEq)]
struct Habit {
    skeleton: usize,
    bend: [f32; 6],
    width: f32,
}

const SYMBOLS: &str = "0123456789.,-=#";

impl Writer {
    pub(super) fn draw<R: Rng + ?Sized>(pen: Pen, rng: &mut R) -> Self {
        let calm = rng.random_range(0.35..1.35f32);
        let habits = SYMBOLS
            .chars()
            .map(|symbol| Habit {
                skeleton: rng.random_range(0..skeletons(symbol).len().max(1)),
                bend: [0; 6].map(|_| 0.035 * normal(rng)),
                width: (0.12 * normal(rng)).clamp(-0.3, 0.3).exp(),
            })
            .collect();
        Writer {
            pen: Pen { width: pen.width * rng.random_range(0.85..1.2f32), ..pen },
            slant: (0.14 + 0.22 * normal(rng)).clamp(-0.35, 0.8),
            aspect: (0.1 + 0.22 * normal(rng)).clamp(-0.4, 0.6).exp(),
            gap: rng.random_range(-0.06..0.34f32),
            unrest: [0.07 * calm, 0.05 * calm, 0.09 * calm, 0.034 * calm],
            joins: if rng.random_bool(0.3) { rng.random_range(0.2..0.9) } else { 0.0 },
            zeros: if rng.random_bool(0.3) { rng.random_range(0.6..0.95) } else { 1.0 },
            habits,
        }
    }

    /// The strokes of a symbol as this hand draws it this time: smooth lines in heights, before slant.
    pub(super) fn strokes<R: Rng + ?Sized>(&self, symbol: char, rng: &mut R) -> Vec<Vec<[f32; 2]>> {
        let all = skeletons(symbol);
        let Some(habit) = SYMBOLS.find(symbol).and_then(|i| self.habits.get(i)) else { return Vec::new() };
        let chosen = if rng.random_bool(0.1) { rng.random_range(0..all.len().max(1)) } else { habit.skeleton };
        let Some(skeleton) = all.get(chosen) else { return Vec::new() };
        let mark = !symbol.is_ascii_digit();
        let now = [0; 6].map(|_| 0.4 * self.unrest[3] * normal(rng));
        let bend: Vec<f32> =
            habit.bend.iter().zip(now).map(|(a, b)| if mark { 0.4 * (a + b) } else { a + b }).collect();
        let size = (self.unrest[2] * normal(rng)).clamp(-0.2, 0.2).exp();
        let size = if symbol == '0' { size * self.zeros } else { size };
        let wide = size * self.aspect * habit.width * (0.5 * self.unrest[2] * normal(rng)).exp();
        let unrest = self.unrest[3] * if mark { 0.4 } else { 0.7 };
        let mut place = |p: &[f32; 2]| {
            let [x, y] = *p;
            let dx = bend[0] * (3.1 * y).sin() + bend[1] * (6.3 * y).sin() + bend[2] * (2.0 * y - 1.0);
            let dy =
                bend[3] * (5.0 * x).sin() + bend[4] * (3.1 * y).sin() * (x - 0.25) * 2.0 + bend[5] * (6.3 * y).sin();
            let jitter = [unrest * normal(rng), unrest * normal(rng)];
            [(x + dx + jitter[0]) * wide, 1.0 - (1.0 - y - dy - jitter[1]) * size]
        };
        skeleton.iter().map(|stroke| smooth(&jittered(stroke, &mut place))).collect()
    }
}

/// Places the points; the two copies of a corner stay together.
fn jittered(stroke: &[[f32; 2]], place: &mut impl FnMut(&[f32; 2]) -> [f32; 2]) -> Vec<[f32; 2]> {
    let mut result: Vec<[f32; 2]> = Vec::with_capacity(stroke.len());
    for (i, p) in stroke.iter().enumerate() {
        let corner = i > 0 && stroke[i - 1] == *p;
        let placed = match result.last() {
            Some(last) if corner => *last,
            _ => place(p),
        };
        result.push(placed);
    }
    result
}

/// A Catmull–Rom curve through the points, about a twelfth of a height between samples; a double point is a corner.
pub(super) fn smooth(points: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let mut line = Vec::new();
    let at = |i: usize| points[i.min(points.len() - 1)];
    for i in 1..points.len() {
        let (a, b) = (at(i - 1), at(i));
        if a == b {
            continue;
        }
        let before = if i >= 2 { at(i - 2) } else { a };
        let after = at(i + 1);
        let steps = ((b[0] - a[0]).hypot(b[1] - a[1]) * 14.0).ceil().clamp(2.0, 24.0) as usize;
        for k in 0..steps {
            let t = k as f32 / steps as f32;
            line.push([0, 1].map(|d| cubic(before[d], a[d], b[d], after[d], t)));
        }
    }
    line.extend(points.last());
    line
}

fn cubic(p0: f32, p1: f32, p2: f32, p3: f32, t: f32) -> f32 {
    let (m1, m2) = (0.5 * (p2 - p0), 0.5 * (p3 - p1));
    let (t2, t3) = (t * t, t * t * t);
    (2.0 * t3 - 3.0 * t2 + 1.0) * p1 + (t3 - 2.0 * t2 + t) * m1 + (3.0 * t2 - 2.0 * t3) * p2 + (t3 - t2) * m2
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn no_sample_pen_is_a_training_pen() {
        assert!(SAMPLE_PENS.iter().all(|p| !PENS.contains(p)));
    }

    #[test]
    fn every_symbol_has_at_least_two_skeletons_and_stays_near_its_box() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for symbol in SYMBOLS.chars() {
            assert!(skeletons(symbol).len() >= 2, "{symbol}");
            for _ in 0..50 {
                let writer = Writer::draw(PENS[0], &mut rng);
                let points: Vec<_> = writer.strokes(symbol, &mut rng).concat();
                assert!(!points.is_empty());
                assert!(points.iter().all(|[x, y]| (-0.6..2.0).contains(x) && (-0.5..1.6).contains(y)), "{symbol}");
            }
        }
        assert!(skeletons('x').is_empty());
    }

    #[test]
    fn a_smooth_curve_passes_through_its_points() {
        let points = [[0.0, 0.0], [1.0, 0.5], [1.0, 0.5], [0.3, 0.8]];
        let line = smooth(&points);
        assert!(points.iter().all(|p| line.contains(p)));
        assert_eq!(smooth(&[[0.2, 0.3]]), [[0.2, 0.3]]);
        assert!(smooth(&[]).is_empty());
    }
}
