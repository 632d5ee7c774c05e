//! Shares of classes at a frame, from the two sweeps that meet there.

use std::f64::consts::LOG2_E;

use multiversion::multiversion;

use super::exponential::sum;
use super::sweep::{Row, Target, Units, power};

/// By how much the shares of a frame may differ from 1 in sum.
const WHOLE: f64 = 1e-6;

/// The sums of one sweep after every frame.
pub(super) struct Kept {
    /// Blanks and labels of each row, one after the other.
    numbers: Vec<f64>,
    labels: usize,
    /// For every row, which of `units` it is in.
    which: Vec<usize>,
    units: Vec<Units>,
}

impl Kept {
    /// Room for so many frames, and labels each.
    pub(super) fn new(frames: usize, labels: usize) -> Kept {
        let numbers = Vec::with_capacity(frames * (2 * labels + 1));
        Kept { numbers, labels, which: Vec::with_capacity(frames), units: Vec::new() }
    }

    /// Keeps the next frame.
    pub(super) fn keep(&mut self, row: &Row, units: &Units) {
        if self.units.last().is_none_or(|u| u.renewed != units.renewed) {
            self.units.push(units.clone());
        }
        self.numbers.extend_from_slice(&row.blanks);
        self.numbers.extend_from_slice(&row.labels[1..=self.labels]);
        self.which.push(self.units.len() - 1);
    }

    /// Blanks and labels of a frame.
    fn row(&self, t: usize) -> (&[f64], &[f64]) {
        let width = 2 * self.labels + 1;
        self.numbers[t * width..(t + 1) * width].split_at(self.labels + 1)
    }
}

/// Factors from a product of two numbers, each in its unit, to a share: half of the power each, since the product may
/// leave the range that the share is in.
struct Halves {
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Halves {
    fn new(states: usize) -> Halves {
        Halves { first: vec![0.0; states], second: vec![0.0; states] }
    }
}

/// Turns what two sweeps say of a frame into the share of each class.
pub(super) struct Shares<'a> {
    target: &'a Target,
    forward: &'a Kept,
    /// The binary logarithm of the sum over all alignments: the whole part, and 2 to minus the rest.
    log_sum: (i64, f64),
    /// Renewals of both sweeps that the factors are for.
    renewed: Option<(usize, usize)>,
    blanks: Halves,
    labels: Halves,
    /// Shares of labels and blanks, the last not divided by the number of the blank.
    of_labels: Vec<f64>,
    of_blanks: Vec<f64>,
    classes: Vec<f64>,
}

impl<'a> Shares<'a> {
    pub(super) fn new(target: &'a Target, forward: &'a Kept, log_sum: f64, classes: usize) -> Self {
        let binary = log_sum * LOG2_E;
        let n = target.columns.len();
        Shares {
            target,
            forward,
            log_sum: (binary.floor() as i64, (binary.floor() - binary).exp2()),
            renewed: None,
            blanks: Halves::new(n + 1),
            labels: Halves::new(n),
            of_labels: vec![0.0; n],
            of_blanks: vec![0.0; n + 1],
            classes: vec![0.0; classes],
        }
    }

    /// The shares of the frame last asked for.
    pub(super) fn classes(&self) -> &[f64] {
        &self.classes
    }

    /// The shares at frame `t`, whose numbers are `frame`; `back`, `units` and `says` are what the sweep from the other
    /// end, over the reversed target, has after it. `false` where the shares do not sum to 1.
    pub(super) fn of_frame(&mut self, t: usize, frame: &[f64], back: &Row, units: &Units, says: &[f64]) -> bool {
        let n = self.target.columns.len();
        let (forward, which) = (self.forward, self.forward.which[t]);
        let now = Some((which, units.renewed));
        if self.renewed != now {
            self.factors(&forward.units[which], units);
            self.renewed = now;
        }
        let (blanks, labels) = forward.row(t);
        let rest = self.log_sum.1;
        // Both sweeps have counted the frame itself.
        products(&self.labels, labels, &back.labels[1..=n], &mut self.of_labels);
        divide(&mut self.of_labels, says, rest);
        products(&self.blanks, blanks, &back.blanks, &mut self.of_blanks);
        let blank = sum(&self.of_blanks) * rest / frame[self.target.blank];
        let whole = blank + sum(&self.of_labels);
        self.classes.fill(0.0);
        self.classes[self.target.blank] = blank;
        for (share, &column) in self.of_labels.iter().zip(&self.target.columns) {
            self.classes[column] += share;
        }
        (whole - 1.0).abs() < WHOLE
    }

    fn factors(&mut self, forward: &Units, back: &Units) {
        let n = self.target.columns.len();
        halve(&forward.blanks, &back.blanks, self.log_sum.0, &mut self.blanks);
        halve(&forward.labels[1..=n], &back.labels[1..=n], self.log_sum.0, &mut self.labels);
    }
}

/// Factors for the units of two sweeps, the second in reverse.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
fn halve(forward: &[i64], back: &[i64], top: i64, into: &mut Halves) {
    let both = forward.iter().zip(back.iter().rev());
    for ((first, second), (a, b)) in into.first.iter_mut().zip(&mut into.second).zip(both) {
        let exponent = a + b - top;
        *first = power(exponent >> 1);
        *second = power(exponent - (exponent >> 1));
    }
}

/// Products of the numbers of two sweeps, the second in reverse.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
fn products(halves: &Halves, forward: &[f64], back: &[f64], into: &mut [f64]) {
    let factors = halves.first.iter().zip(&halves.second);
    let both = forward.iter().zip(back.iter().rev());
    for ((share, (f, s)), (a, b)) in into.iter_mut().zip(factors).zip(both) {
        *share = (a * f) * (b * s);
    }
}

/// Every share times `factor` and divided by its own number; these are in reverse.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
fn divide(shares: &mut [f64], by: &[f64], factor: f64) {
    for (share, s) in shares.iter_mut().zip(by.iter().rev()) {
        *share = *share * factor / s;
    }
}

/// Shares minus probabilities, where `frame` holds the probabilities times `sum`.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn subtract(shares: &[f64], frame: &[f64], sum: f64, into: &mut [f32]) {
    let inverse = 1.0 / sum;
    for ((g, share), p) in into.iter_mut().zip(shares).zip(frame) {
        *g = (share - p * inverse) as f32;
    }
}
