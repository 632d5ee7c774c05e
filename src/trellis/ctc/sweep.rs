//! The forward sweep of connectionist temporal classification in linear arithmetic, every state in a unit of its own.
//!
//! A sum over paths needs no logarithms as long as its terms fit in a number. Each state's sum is held as a number times a
//! power of two, its **unit**; units are taken anew every few frames, so few that no number leaves the range of f64 in
//! between. From one renewal to the next a frame costs a multiplication and two multiply-adds a state.
//!
//! Nothing is lost but what rounding loses anyway. A state far behind its successor keeps its own unit; what it could
//! still give to the successor before the next renewal is less than the last bit there, since every class is possible at
//! every frame. A state so far behind its predecessor that its number would leave the range is another matter, for the
//! predecessor may be too late to overtake it: then the sweep says so and gives up. The caller checks all of it: both
//! sweeps must find the same total, and the shares of every frame must sum to 1.

use std::f64::consts::{LN_2, LOG2_E};

use multiversion::multiversion;

use super::exponential::exponentials;
use crate::graph::Label;
use crate::trellis::Emissions;

/// Most frames between two renewals of the units.
const MOST: usize = 16;
/// Bits that numbers may gain between renewals: each frame may lead two states on, to units smaller by the drop.
const GAIN: f64 = 960.0;
/// Bits that numbers may lose between renewals.
const LOSS: f64 = 700.0;
/// A number in its unit at a renewal is at least two to minus this, or 0.
const SMALLEST: i64 = 300;
/// How much smaller than the unit of the state before it a state's unit may be, in bits.
const DROPS: [f64; 2] = [30.0, 480.0];
/// The unit of a state whose sum is 0.
const NOTHING: i64 = i64::MIN / 4;

/// A sweep that linear arithmetic cannot make: numbers lie too far apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OutOfRange;

/// What single frames say, as numbers: `e^{least − E}` for every class, frames × classes.
pub(super) struct Frames {
    values: Vec<f64>,
    classes: usize,
    /// Sum of each frame's numbers.
    pub(super) sums: Vec<f64>,
    /// Frames between renewals of the units.
    renewal: usize,
    /// See [`DROPS`].
    drop: i64,
}

impl Frames {
    /// # Errors
    /// [`OutOfRange`] where classes of one frame lie more than 485 nats apart, or one is impossible.
    pub(super) fn new(e: &Emissions<'_>) -> Result<Self, OutOfRange> {
        let (frames, classes) = e.values().dim();
        let mut f = Frames {
            values: vec![0.0; frames * classes],
            classes,
            sums: Vec::with_capacity(frames),
            renewal: MOST,
            drop: 0,
        };
        let mut widest = 0.0_f64;
        let mut copy = Vec::new();
        for (t, row) in e.values().outer_iter().enumerate() {
            let row = match row.to_slice() {
                Some(row) => row,
                None => {
                    copy.clear();
                    copy.extend(row.iter().copied());
                    &copy
                }
            };
            let (least, most) = ends(row);
            let range = f64::from(most) - f64::from(least);
            // NaN where no class is possible.
            if range.is_nan() || range * LOG2_E > LOSS {
                return Err(OutOfRange);
            }
            widest = widest.max(range);
            f.sums.push(exponentials(row, least, &mut f.values[t * classes..][..classes]));
        }
        // Neighbouring states come to lie about two frames' worth apart.
        let bits = (widest * LOG2_E).max(1.0);
        let drop = (2.0 * bits).clamp(DROPS[0], DROPS[1]).ceil();
        f.drop = drop as i64;
        f.renewal = ((GAIN / (2.0 * drop)).min(LOSS / bits) as usize).clamp(1, MOST);
        Ok(f)
    }

    /// The frames in order, `true` beside the first of each block with units of its own.
    pub(super) fn forward(&self) -> impl Iterator<Item = (usize, bool)> {
        (0..self.sums.len()).map(|t| (t, t % self.renewal == 0))
    }

    /// The frames in reverse, in the same blocks.
    pub(super) fn backward(&self) -> impl Iterator<Item = (usize, bool)> {
        let count = self.sums.len();
        (0..count).rev().map(move |t| (t, t + 1 == count || (t + 1) % self.renewal == 0))
    }

    /// The numbers of a frame.
    pub(super) fn row(&self, t: usize) -> &[f64] {
        &self.values[t * self.classes..][..self.classes]
    }
}

/// Least and greatest energy.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
fn ends(row: &[f32]) -> (f32, f32) {
    let mut ends = (f32::INFINITY, f32::NEG_INFINITY);
    for &x in row {
        ends.0 = if x < ends.0 { x } else { ends.0 };
        ends.1 = if x > ends.1 { x } else { ends.1 };
    }
    ends
}

/// Sums of the states after a frame. There are `labels + 1` blanks; label `k` stands at `k + 1`, behind an entry that
/// is always 0, and one more entry that is always 0 follows the last.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) blanks: Vec<f64>,
    pub(super) labels: Vec<f64>,
}

impl Row {
    fn zeros(labels: usize) -> Row {
        Row { blanks: vec![0.0; labels + 1], labels: vec![0.0; labels + 2] }
    }
}

/// Exponents of the units, laid out as a [`Row`].
#[derive(Debug, Clone)]
pub(super) struct Units {
    /// How often they have been renewed.
    pub(super) renewed: usize,
    pub(super) blanks: Vec<i64>,
    pub(super) labels: Vec<i64>,
}

/// Powers of two from one state's unit to another's.
struct Factors {
    /// From a blank to the label behind it.
    blank_to_label: Vec<f64>,
    /// From a label to the next one; 0 where a blank must lie between.
    label_to_label: Vec<f64>,
    /// From a label to the blank behind it.
    label_to_blank: Vec<f64>,
}

/// What is aligned.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Columns of the labels.
    pub(super) columns: Vec<usize>,
    /// Column of the blank.
    pub(super) blank: usize,
}

impl Target {
    /// Labels and blank that have been checked against the classes.
    pub(super) fn new(labels: impl Iterator<Item = Label>, blank: Label) -> Target {
        Target { columns: labels.map(|l| l as usize - 1).collect(), blank: blank as usize - 1 }
    }
}

/// Sweeps over frames in an order, `true` beside those before which units are renewed; `visit` sees each frame, the sums
/// after it, their units, and the numbers of the labels at the frame.
///
/// Returns the logarithm of the sum over all alignments, of the numbers in `frames`.
pub(super) fn sweep(
    frames: &Frames,
    order: impl Iterator<Item = (usize, bool)>,
    target: &Target,
    mut visit: impl FnMut(usize, &Row, &Units, &[f64]),
) -> Result<f64, OutOfRange> {
    let n = target.columns.len();
    let (mut from, mut to) = (Row::zeros(n), Row::zeros(n));
    let mut units = Units { renewed: 0, blanks: vec![NOTHING; n + 1], labels: vec![NOTHING; n + 2] };
    // Before the first frame: on a blank that has not been read.
    (from.blanks[0], units.blanks[0]) = (1.0, 0);
    let repeats: Vec<bool> = (0..n).map(|k| k > 0 && target.columns[k] == target.columns[k - 1]).collect();
    let mut factors = Factors::new(n);
    let mut says = vec![0.0; n + 1];
    for (t, renewal) in order {
        if renewal {
            renew(&mut from, &mut units, frames.drop)?;
            factors.set(&units, &repeats);
        }
        let row = frames.row(t);
        for (s, &column) in says.iter_mut().zip(&target.columns) {
            *s = row[column];
        }
        advance(&says, row[target.blank], &factors, &from, &mut to);
        visit(t, &to, &units, &says[..n]);
        std::mem::swap(&mut from, &mut to);
    }
    let ends = [(from.blanks[n], units.blanks[n]), (from.labels[n], units.labels[n])];
    Ok(log_sum(ends))
}

/// `ln Σ number · 2^unit`.
fn log_sum(terms: [(f64, i64); 2]) -> f64 {
    let top = terms.iter().filter(|t| t.0 > 0.0).map(|t| exponent(t.0) + t.1).max();
    let Some(top) = top else { return f64::NEG_INFINITY };
    let sum: f64 = terms.iter().filter(|t| t.0 > 0.0).map(|t| mantissa(t.0) * power(exponent(t.0) + t.1 - top)).sum();
    sum.ln() + top as f64 * LN_2
}

/// One frame: every state from itself, the state before it, and the label before the last blank.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
fn advance(says: &[f64], blank: f64, factors: &Factors, from: &Row, to: &mut Row) {
    let n = says.len();
    let (blanks, labels, before) = (&from.blanks[..n], &from.labels[1..n + 1], &from.labels[..n]);
    let (b_to_l, l_to_l, l_to_b) =
        (&factors.blank_to_label[..n], &factors.label_to_label[..n], &factors.label_to_blank[..n]);
    let (to_blanks, to_labels) = (&mut to.blanks[..n], &mut to.labels[1..n + 1]);
    for k in 0..n {
        to_labels[k] = says[k] * (labels[k] + b_to_l[k] * blanks[k] + l_to_l[k] * before[k]);
        to_blanks[k] = blank * (blanks[k] + l_to_b[k] * before[k]);
    }
}

/// New units for the same sums.
fn renew(row: &mut Row, units: &mut Units, drop: i64) -> Result<(), OutOfRange> {
    let mut before = NOTHING;
    let mut put = |number: &mut f64, unit: &mut i64| {
        let own = if *number > 0.0 { exponent(*number) + *unit } else { NOTHING };
        let new = own.max(before - drop);
        if *number > 0.0 {
            if new - own > SMALLEST {
                return Err(OutOfRange);
            }
            *number = mantissa(*number) * power(own - new);
        }
        (*unit, before) = (new.max(NOTHING), new);
        Ok(())
    };
    let n = row.blanks.len() - 1;
    for k in 0..=n {
        put(&mut row.blanks[k], &mut units.blanks[k])?;
        if k < n {
            put(&mut row.labels[k + 1], &mut units.labels[k + 1])?;
        }
    }
    units.renewed += 1;
    Ok(())
}

impl Factors {
    fn new(labels: usize) -> Factors {
        let zeros = vec![0.0; labels + 1];
        Factors { blank_to_label: zeros.clone(), label_to_label: zeros.clone(), label_to_blank: zeros }
    }

    fn set(&mut self, units: &Units, repeats: &[bool]) {
        let n = repeats.len();
        powers(&units.blanks[..n], &units.labels[1..=n], &mut self.blank_to_label[..n]);
        powers(&units.labels[..n], &units.labels[1..=n], &mut self.label_to_label[..n]);
        powers(&units.labels[..=n], &units.blanks, &mut self.label_to_blank);
        for (f, _) in self.label_to_label.iter_mut().zip(repeats).filter(|(_, repeated)| **repeated) {
            *f = 0.0;
        }
    }
}

/// Two to every difference.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
fn powers(from: &[i64], to: &[i64], into: &mut [f64]) {
    for ((f, a), b) in into.iter_mut().zip(from).zip(to) {
        *f = power(a - b);
    }
}

/// The exponent of a positive normal number.
pub(in crate::trellis) fn exponent(x: f64) -> i64 {
    ((x.to_bits() >> 52) & 0x7ff) as i64 - 1023
}

/// A positive normal number without its exponent, from 1 up to 2.
pub(in crate::trellis) fn mantissa(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000)
}

/// Two to an exponent; 0 below the range of numbers, the greatest power above it.
#[inline(always)]
pub(in crate::trellis) fn power(exponent: i64) -> f64 {
    // A biased exponent of 0 is the number 0.
    f64::from_bits((exponent.clamp(-1023, 1023) + 1023).cast_unsigned() << 52)
}
