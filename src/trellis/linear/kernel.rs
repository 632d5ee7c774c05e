//! One frame of the min-sum sweep, several states at once.

use multiversion::multiversion;

/// The table that columns of one byte look up: no number is out of it.
pub(super) const NARROW: usize = 256;

/// What a frame says of the labels of a target. One after the other: the gather instructions of several at once are slower.
pub(super) fn look_up(table: &[f64; NARROW], columns: &[u8], says: &mut [f64]) {
    for (s, &c) in says.iter_mut().zip(columns) {
        *s = table[c as usize];
    }
}

/// The rows before a frame from the rows behind it, in place: all slices have one entry more than is made, which is only
/// read. `barred` is +∞ where a label cannot follow the label before it without a blank, else 0.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn step(blank: f64, says: &[f64], barred: &[f64], blanks: &mut [f64], labels: &mut [f64]) {
    let Some(n) = blanks.len().checked_sub(1) else { return };
    let (says, barred, blanks, labels) = (&says[..=n], &barred[..=n], &mut blanks[..=n], &mut labels[..=n]);
    for k in 0..n {
        let stay = says[k] + labels[k];
        let to_blank = blank + blanks[k + 1];
        let to_label = says[k + 1] + labels[k + 1] + barred[k + 1];
        blanks[k] = least(blank + blanks[k], stay);
        labels[k] = least(least(stay, to_blank), to_label);
    }
}

/// As [`step`], and which way each pair of states takes: bit 0 is set where the blank goes on to its label; the rest is 0
/// where the label stays, 1 where it goes on to the blank behind it, 2 to the next label. The lowest of equal ones.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn step_with_moves(
    blank: f64,
    says: &[f64],
    barred: &[f64],
    blanks: &mut [f64],
    labels: &mut [f64],
    moves: &mut [u8],
) {
    let n = moves.len();
    let (says, barred, blanks, labels) = (&says[..=n], &barred[..=n], &mut blanks[..=n], &mut labels[..=n]);
    for (k, m) in moves.iter_mut().enumerate() {
        let stay = says[k] + labels[k];
        let to_blank = blank + blanks[k + 1];
        let to_label = says[k + 1] + labels[k + 1] + barred[k + 1];
        let wait = blank + blanks[k];
        blanks[k] = least(wait, stay);
        labels[k] = least(least(stay, to_blank), to_label);
        let before = least(stay, to_blank);
        let goes = if to_blank < stay { 2 } else { 0 };
        *m = u8::from(stay < wait) | if to_label < before { 4 } else { goes };
    }
}

/// One frame of a chain: each state stays, for an energy of its own, or goes on to the next. Slices as those of [`step`].
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn chain(says: &[f64], stays: &[f64], states: &mut [f64]) {
    let Some(n) = states.len().checked_sub(1) else { return };
    let (says, stays, states) = (&says[..=n], &stays[..=n], &mut states[..=n]);
    for k in 0..n {
        let next = says[k + 1] + states[k + 1];
        states[k] = least(stays[k] + says[k] + states[k], next);
    }
}

/// As [`chain`], with ways as of [`step_with_moves`]: 0 where a state stays, 4 where it goes on.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn chain_with_moves(says: &[f64], stays: &[f64], states: &mut [f64], moves: &mut [u8]) {
    let n = moves.len();
    let (says, stays, states) = (&says[..=n], &stays[..=n], &mut states[..=n]);
    for (k, m) in moves.iter_mut().enumerate() {
        let next = says[k + 1] + states[k + 1];
        let stay = stays[k] + says[k] + states[k];
        *m = if next < stay { 4 } else { 0 };
        states[k] = least(stay, next);
    }
}

/// Ways over states, of one distance.
pub(super) struct Leaps<'o> {
    /// At least 1.
    pub(super) distance: usize,
    /// What each state's costs; +∞ where it has none.
    pub(super) energies: &'o [f32],
}

/// As [`chain`], but a state may also go on over others, in two distances. As many are made as there are such energies; `says` and
/// `states` have as many entries more as the farther one leads on, which are only read, and `sums` is room for as many.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn chain_over(says: &[f64], stays: &[f64], over: [Leaps<'_>; 2], states: &mut [f64], sums: &mut [f64]) {
    add(says, states, sums);
    let [near, far] = over;
    let n = near.energies.len();
    let (says, stays, states) = (&says[..n], &stays[..n], &mut states[..n]);
    let (next, to_near, to_far) = (&sums[1..][..n], &sums[near.distance..][..n], &sums[far.distance..][..n]);
    let (near, far) = (near.energies, &far.energies[..n]);
    for k in 0..n {
        let on = least(stays[k] + says[k] + states[k], next[k]);
        let over = least(f64::from(near[k]) + to_near[k], f64::from(far[k]) + to_far[k]);
        states[k] = least(on, over);
    }
}

/// As [`chain_over`], with ways as of [`chain_with_moves`]: [`OVER`] where a state goes on over others.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn chain_over_with_moves(
    says: &[f64],
    stays: &[f64],
    over: [Leaps<'_>; 2],
    states: &mut [f64],
    sums: &mut [f64],
    moves: &mut [u8],
) {
    add(says, states, sums);
    let [near, far] = over;
    let n = moves.len();
    let (says, stays, states) = (&says[..n], &stays[..n], &mut states[..n]);
    let (next, to_near, to_far) = (&sums[1..][..n], &sums[near.distance..][..n], &sums[far.distance..][..n]);
    let (near, far) = (&near.energies[..n], &far.energies[..n]);
    for (k, m) in moves.iter_mut().enumerate() {
        let stay = stays[k] + says[k] + states[k];
        let on = least(stay, next[k]);
        let over = least(f64::from(near[k]) + to_near[k], f64::from(far[k]) + to_far[k]);
        let goes = if next[k] < stay { 4 } else { 0 };
        *m = if over < on { OVER << 1 } else { goes };
        states[k] = least(on, over);
    }
}

/// The way of [`step_with_moves`]' kind over states that are left out.
pub(super) const OVER: u8 = 4;

#[inline(always)]
fn add(says: &[f64], states: &[f64], sums: &mut [f64]) {
    for ((sum, say), state) in sums.iter_mut().zip(says).zip(states) {
        *sum = say + state;
    }
}

/// As a processor does it.
#[inline(always)]
fn least(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}
