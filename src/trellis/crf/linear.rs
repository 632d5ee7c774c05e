//! Forward–backward in scaled linear arithmetic.
//!
//! A sum over labellings needs no logarithms as long as its terms fit in a number. Transitions become a matrix of
//! `e^{−β·E}` once a batch and frames become rows of them; a frame then costs one product of the matrix with a row, forward,
//! and one backward. After each frame the sums are brought back to about 1 by a power of two, which rounds nothing.
//!
//! Nothing is lost without being noticed. Every number other than 0 is kept above a floor, chosen so that a product of a sum,
//! a transition and a frame is still a normal number: whatever a sum is made of has been counted, and a sum of 0 means that
//! there is no path. A sum below the floor ends the sweep, and the caller turns to the log domain. Then both sweeps must
//! find the same total, and the shares of every frame must sum to 1, which nobody has divided by their sum.
//!
//! Source: L. Rabiner, *A tutorial on hidden Markov models*, 1989, section V.A, with powers of two for scale.

use std::f64::consts::LN_2;

use super::chain::{Chain, Dead, Numbers, Stop};
use super::kernels::{Back, Group, Scale, backward, forward, outer};
use crate::trellis::Emissions;
use crate::trellis::ctc::sweep::{exponent, mantissa, power};

/// Frames of the backward sweep between two additions to the transitions' shares: few enough to stay in the cache.
const BLOCK: usize = 32;
/// By how much the two sweeps' totals may differ, as a part of them.
const SAME: f64 = 1e-9;

/// Room that one item after another uses.
#[derive(Debug, Default)]
pub(super) struct Room {
    numbers: Vec<Group>,
    rows: Vec<Group>,
    scales: Vec<Scale>,
    /// Least energy of each frame.
    pub(super) least: Vec<f64>,
}

/// What both sweeps say of a sequence.
#[derive(Debug)]
pub(super) struct Shares {
    /// The free energy, counted from the least energies.
    pub(super) above: f64,
    /// Of transitions: a row for each class.
    pub(super) between: Vec<Group>,
    pub(super) first: Vec<Group>,
    pub(super) last: Vec<Group>,
}

/// Forward alone: minus the logarithm of the sum over all paths, divided by β.
pub(super) fn forward_total(
    chain: &Chain<'_>,
    numbers: &Numbers,
    e: &Emissions<'_>,
    room: &mut Room,
) -> Result<f64, Stop> {
    let (_, total) = run_forward(chain, numbers, e, room)?;
    Ok(free_energy(total, numbers.beta))
}

/// The floor of sums, and the last scale.
fn run_forward(chain: &Chain<'_>, numbers: &Numbers, e: &Emissions<'_>, room: &mut Room) -> Result<(f64, Scale), Stop> {
    let size = e.frames() * chain.width;
    room.numbers.resize(size, [0.0; 8]);
    room.rows.resize(size, [0.0; 8]);
    room.scales.clear();
    room.least.clear();
    let floor = numbers.frames(chain, e, &mut room.numbers, &mut room.least)?;
    forward(&numbers.rows, chain.classes, &room.numbers, floor, &mut room.rows, &mut room.scales);
    match room.scales.last() {
        Some(scale) if scale.small => Err(Stop::OutOfRange),
        Some(scale) if scale.sum > 0.0 => Ok((floor, *scale)),
        _ => Err(Stop::Dead(Dead { frame: room.scales.len().saturating_sub(1) })),
    }
}

fn log_sum(total: Scale) -> f64 {
    total.sum.ln() + total.exponent as f64 * LN_2
}

fn free_energy(total: Scale, beta: f64) -> f64 {
    // At the smallest β the quotient is beyond all numbers.
    (-log_sum(total) / beta).clamp(f64::MIN, f64::MAX)
}

/// Both sweeps; `shares` are frames × classes, of the classes.
pub(super) fn forward_backward(
    chain: &Chain<'_>,
    numbers: &Numbers,
    e: &Emissions<'_>,
    room: &mut Room,
    shares: &mut [f32],
) -> Result<Shares, Stop> {
    let (floor, total) = run_forward(chain, numbers, e, room)?;
    let (width, classes, frames) = (chain.width, chain.classes, e.frames());
    let Room { numbers: row_numbers, rows, scales, .. } = room;
    // Behind the last frame: its own sums are its shares.
    let rest = 1.0 / mantissa(total.sum);
    let top = total.exponent + exponent(total.sum);
    let end = power(total.exponent - top) * rest;
    let mut own: Vec<Group> = rows[(frames - 1) * width..].to_vec();
    own.as_flattened_mut().iter_mut().for_each(|x| *x *= end);
    shares[(frames - 1) * classes..].iter_mut().zip(own.as_flattened()).for_each(|(x, s)| *x = *s as f32);
    let last = own.clone();
    let sum = row_numbers[(frames - 1) * width..].as_flattened().iter().sum();
    let scale = Scale { exponent: 0, sum, small: false };
    let mut back = Back { scale, top, rest, whole: true };
    let mut between = vec![[0.0; 8]; 8 * width * width];
    for from in (0..frames - 1).step_by(BLOCK).rev() {
        let to = (from + BLOCK).min(frames - 1);
        let here = &mut rows[from * width..to * width];
        let behind = &mut row_numbers[from * width..(to + 1) * width];
        let into = &mut shares[from * classes..to * classes];
        let matrix = (&numbers.columns[..], classes);
        backward(matrix, (&scales[from..to], floor), here, behind, &mut back, &mut own, into);
        outer(here, &behind[width..], width, &mut between);
    }
    let (there, again) = (log_sum(total), log_sum(back.scale));
    if !back.whole || back.scale.small || (there - again).abs() > SAME * (1.0 + there.abs()) {
        return Err(Stop::OutOfRange);
    }
    for (sum, number) in between.iter_mut().flatten().zip(numbers.rows.iter().flatten()) {
        // Where there is no way, the parts say nothing.
        *sum = if *number > 0.0 { *sum * number } else { 0.0 };
    }
    Ok(Shares { above: free_energy(total, numbers.beta), between, first: own, last })
}
