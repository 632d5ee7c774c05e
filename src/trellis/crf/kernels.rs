//! The inner loops of the dense chain, eight numbers at a time.
//!
//! A row has a number for each class, whole groups of eight; what is left over of the last group holds nothing (0 as a number,
//! +∞ as an energy). A matrix has a row for each class. Sums of products stay in registers for a **tile**: up to six
//! groups of a row, over all classes that it is summed from.

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

use crate::trellis::ctc::exponential::exponential;
use crate::trellis::ctc::sweep::{exponent, power};

/// Eight classes.
pub(super) type Group = [f64; 8];

/// By how much the shares of a frame may differ from 1 in sum.
pub(super) const WHOLE: f64 = 1e-6;

/// Groups for so many classes.
pub(super) fn groups(classes: usize) -> usize {
    classes.div_ceil(8)
}

/// A row of sums, scaled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    /// The true numbers are those in the row times two to this.
    pub(super) exponent: i64,
    /// Their sum, as it stands in the row.
    pub(super) sum: f64,
    /// Whether one of them, though not 0, is below the floor.
    pub(super) small: bool,
}

/// Sums up to six groups with one instruction each a class: `Σ_k from[k] · rows[k]`, or for `PLUS` `min_k from[k] + rows[k]`.
#[inline(always)]
fn tile<const G: usize, const PLUS: bool, const FMA: bool>(
    matrix: &[Group],
    width: usize,
    at: usize,
    from: &[f64],
) -> [Group; G] {
    let mut all = [[if PLUS { f64::INFINITY } else { 0.0 }; 8]; G];
    for (row, &x) in matrix.chunks_exact(width).zip(from) {
        let Some(row) = row.get(at..).and_then(|row| row.first_chunk::<G>()) else { break };
        for (all, row) in all.iter_mut().zip(row) {
            for (sum, &m) in all.iter_mut().zip(row) {
                *sum = match (PLUS, FMA) {
                    (true, _) => {
                        let x = x + m;
                        if x < *sum { x } else { *sum }
                    }
                    (false, true) => x.mul_add(m, *sum),
                    (false, false) => *sum + x * m,
                };
            }
        }
    }
    all
}

/// Calls a function of a number of groups, a constant, for tiles of about the same size.
macro_rules! by_tiles {
    ($width:expr, $most:literal, $at:ident, $function:ident::<$fma:ident> $args:tt, $($groups:literal)*) => {{
        let width: usize = $width;
        let size = width.div_ceil(width.div_ceil($most).max(1)).max(1);
        let mut $at = 0;
        while $at < width {
            match size.min(width - $at) {
                $($groups => $function::<$groups, $fma> $args,)*
                _ => {}
            }
            $at += size;
        }
    }};
}

/// The factor that brings a sum to between 1 and 2, and its exponent; nothing is rounded by it.
#[inline(always)]
fn unit(sum: f64) -> (f64, i64) {
    let exponent = exponent(sum);
    (power(-exponent), exponent)
}

/// What is seen of a row while it is made, lane by lane.
#[derive(Clone, Copy)]
struct Look {
    floor: f64,
    sums: Group,
    /// Whether a number that is not 0 was below the floor.
    small: [u64; 8],
}

impl Look {
    #[inline(always)]
    fn new(floor: f64) -> Look {
        Look { floor, sums: [0.0; 8], small: [0; 8] }
    }

    #[inline(always)]
    fn at(&mut self, lane: usize, x: f64) {
        self.sums[lane] += x;
        self.small[lane] |= u64::from((x > 0.0) & (x < self.floor));
    }

    #[inline(always)]
    fn scale(&self, exponent: i64) -> Scale {
        Scale { exponent, sum: self.sums.iter().sum(), small: self.small.iter().any(|&s| s > 0) }
    }
}

/// The forward sweep: `rows[t] = numbers[t] ⊙ (matrixᵀ · rows[t − 1])`, each row in a unit of its own.
///
/// `scales[t]` says what unit that is. Stops behind the first row whose sum is 0, or that has too small a number.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn forward(
    matrix: &[Group],
    classes: usize,
    numbers: &[Group],
    floor: f64,
    rows: &mut [Group],
    scales: &mut Vec<Scale>,
) {
    const FMA: bool = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let width = groups(classes);
    let mut before: &[Group] = &[];
    let (mut factor, mut total) = (1.0, 0);
    for (into, numbers) in rows.chunks_exact_mut(width).zip(numbers.chunks_exact(width)) {
        let mut look = Look::new(floor);
        if before.is_empty() {
            into.copy_from_slice(numbers);
            into.iter().for_each(|group| group.iter().enumerate().for_each(|(lane, &x)| look.at(lane, x)));
        } else {
            let from = before.as_flattened();
            by_tiles!(width, 6, at, forward_tile::<FMA>((matrix, at), from, (numbers, factor), into, &mut look), 1 2 3 4 5 6);
        }
        let scale = look.scale(total);
        scales.push(scale);
        if scale.small || scale.sum == 0.0 {
            return;
        }
        let (next, exponent) = unit(scale.sum);
        (factor, total) = (next, total + exponent);
        before = into;
    }
}

#[inline(always)]
fn forward_tile<const G: usize, const FMA: bool>(
    (matrix, at): (&[Group], usize),
    from: &[f64],
    (numbers, factor): (&[Group], f64),
    into: &mut [Group],
    look: &mut Look,
) {
    let all = tile::<G, false, FMA>(matrix, into.len(), at, from);
    for ((all, numbers), into) in all.iter().zip(numbers.iter().skip(at)).zip(into.iter_mut().skip(at)) {
        for lane in 0..8 {
            into[lane] = all[lane] * (numbers[lane] * factor);
            look.at(lane, into[lane]);
        }
    }
}

/// Where a backward sweep is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Back {
    /// The row it has come to.
    pub(super) scale: Scale,
    /// The binary exponent of the sum over all paths.
    pub(super) top: i64,
    /// One over the rest of that sum.
    pub(super) rest: f64,
    /// Whether the shares of every frame have had a sum of 1.
    pub(super) whole: bool,
}

/// A block of the backward sweep, its last frame first: `numbers` holds the frame behind the block as well, `forward` does not.
///
/// Numbers are overwritten by `numbers[t] ⊙ (matrix · numbers[t + 1])`, and then both they and the forward rows by factors of
/// the shares of transitions, which are `forward[t][i] · matrix[i][j] · numbers[t + 1][j]`. `into` takes the shares of the
/// classes, and `shares` those of the frame visited last, the first of the block.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn backward(
    (columns, classes): (&[Group], usize),
    (scales, floor): (&[Scale], f64),
    forward: &mut [Group],
    numbers: &mut [Group],
    back: &mut Back,
    shares: &mut [Group],
    into: &mut [f32],
) {
    const FMA: bool = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let width = groups(classes);
    for (t, scale) in scales.iter().enumerate().rev() {
        let Some((here, behind)) = numbers.get_mut(t * width..(t + 2) * width).map(|n| n.split_at_mut(width)) else {
            return;
        };
        let Some(forward) = forward.get_mut(t * width..(t + 1) * width) else { return };
        let (next, more) = unit(back.scale.sum);
        // Half of the exponent each, since a product may leave the range that the share is in.
        let exponent = scale.exponent + back.scale.exponent - back.top;
        let (first, second) = (power(exponent >> 1), power(exponent - (exponent >> 1)) * back.rest);
        let of_share = power(exponent + more - (exponent >> 1)) * back.rest;
        let (mut look, mut whole) = (Look::new(floor), [0.0; 8]);
        let (from, factors) = (behind.as_flattened(), [next, first, of_share]);
        by_tiles!(
            width, 6, at,
            backward_tile::<FMA>((columns, at), from, factors, [here, forward, shares], (&mut look, &mut whole)),
            1 2 3 4 5 6
        );
        behind.as_flattened_mut().iter_mut().for_each(|b| *b *= second);
        back.whole &= (whole.iter().sum::<f64>() - 1.0).abs() < WHOLE;
        let small = back.scale.small;
        back.scale = look.scale(back.scale.exponent + more);
        back.scale.small |= small;
        if let Some(into) = into.get_mut(t * classes..(t + 1) * classes) {
            for (x, s) in into.iter_mut().zip(shares.as_flattened()) {
                *x = *s as f32;
            }
        }
    }
}

/// Some groups of a frame: its numbers with what is behind it, its forward sums as factors, and its shares.
#[inline(always)]
fn backward_tile<const G: usize, const FMA: bool>(
    (columns, at): (&[Group], usize),
    from: &[f64],
    [next, first, of_share]: [f64; 3],
    [here, forward, shares]: [&mut [Group]; 3],
    (look, whole): (&mut Look, &mut Group),
) {
    let all = tile::<G, false, FMA>(columns, here.len(), at, from);
    let (here, forward) = (here.iter_mut().skip(at), forward.iter_mut().skip(at));
    for (((all, here), forward), shares) in all.iter().zip(here).zip(forward).zip(shares.iter_mut().skip(at)) {
        for lane in 0..8 {
            let sum = all[lane] * next;
            here[lane] *= sum;
            look.at(lane, here[lane]);
            forward[lane] *= first;
            shares[lane] = forward[lane] * (sum * of_share);
            whole[lane] += shares[lane];
        }
    }
}

/// Adds `Σ_t left[t][i] · right[t][j]` to `sums[i][j]`.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn outer(left: &[Group], right: &[Group], width: usize, sums: &mut [Group]) {
    const FMA: bool = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    for (i, sums) in sums.chunks_exact_mut(4 * width).enumerate() {
        by_tiles!(width, 5, at, outer_tile::<FMA>((left, 4 * i), (right, at), width, sums), 1 2 3 4 5);
    }
}

/// Four rows of the sums, a few groups of each.
#[inline(always)]
fn outer_tile<const G: usize, const FMA: bool>(
    (left, from): (&[Group], usize),
    (right, at): (&[Group], usize),
    width: usize,
    sums: &mut [Group],
) {
    let mut all = [[[0.0; 8]; G]; 4];
    for (left, right) in left.chunks_exact(width).zip(right.chunks_exact(width)) {
        let left = left.as_flattened().get(from..).and_then(|l| l.first_chunk::<4>());
        let right = right.get(at..).and_then(|r| r.first_chunk::<G>());
        let (Some(left), Some(right)) = (left, right) else { break };
        for (all, &x) in all.iter_mut().zip(left) {
            for (all, right) in all.iter_mut().zip(right) {
                for (sum, &r) in all.iter_mut().zip(right) {
                    *sum = if FMA { x.mul_add(r, *sum) } else { *sum + x * r };
                }
            }
        }
    }
    for (sums, all) in sums.chunks_exact_mut(width).zip(&all) {
        for (sums, all) in sums.iter_mut().skip(at).zip(all) {
            sums.iter_mut().zip(all).for_each(|(s, a)| *s += a);
        }
    }
}

/// The least of a row of energies.
#[inline(always)]
fn least_of(row: &[Group]) -> f64 {
    let mut least = [f64::INFINITY; 8];
    for group in row {
        for (least, &x) in least.iter_mut().zip(group) {
            *least = if x < *least { x } else { *least };
        }
    }
    least.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Counts energies from their least one, which is returned; +∞ where nothing is possible, and the row is left then.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn above(row: &mut [Group]) -> f64 {
    let least = least_of(row);
    if least < f64::INFINITY {
        row.as_flattened_mut().iter_mut().for_each(|x| *x -= least);
    }
    least
}

/// Turns energies into `e^{−β(x − least)}`, and into 0 where the exponent is beyond `cut`.
///
/// Returns the least energy, and the greatest exponent of one that is not +∞.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn numbers(row: &mut [Group], beta: f64, cut: f64) -> (f64, f64) {
    const FMA: bool = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let least = least_of(row);
    if least == f64::INFINITY {
        row.fill([0.0; 8]);
        return (least, 0.0);
    }
    let mut most = [0.0; 8];
    for group in row {
        for (x, most) in group.iter_mut().zip(&mut most) {
            let beyond = beta * (*x - least);
            let counts = (*x < f64::INFINITY) & (beyond > *most);
            *most = if counts { beyond } else { *most };
            let number = exponential::<FMA>(beyond);
            *x = if beyond > cut { 0.0 } else { number };
        }
    }
    (least, most.iter().copied().fold(0.0, f64::max))
}

/// `into[i] = min_j matrix[j][i] + from[j]`.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn least_sums(matrix: &[Group], from: &[Group], into: &mut [Group]) {
    const FMA: bool = false;
    let from = from.as_flattened();
    by_tiles!(into.len(), 6, at, least_tile::<FMA>((matrix, at), from, into), 1 2 3 4 5 6);
}

#[inline(always)]
fn least_tile<const G: usize, const FMA: bool>((matrix, at): (&[Group], usize), from: &[f64], into: &mut [Group]) {
    let all = tile::<G, true, FMA>(matrix, into.len(), at, from);
    into.iter_mut().skip(at).zip(all).for_each(|(into, all)| *into = all);
}

/// `−1/β · log Σ_j e^{−β·(matrix[j] + behind[j])}`, at least the least number that there is; `terms` is room for the sums.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn soft_row(matrix: &[Group], behind: &[Group], beta: f64, terms: &mut [Group]) -> f64 {
    const FMA: bool = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let (least, sum) = parts::<FMA>(matrix, behind, beta, terms);
    // At the smallest β the logarithm divided by it is beyond all numbers.
    if least < f64::INFINITY { (least - sum.ln() / beta).max(f64::MIN) } else { least }
}

/// Divides a share among the ways on, and adds the parts to each of two rows; `terms` is room for them.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn split_row(
    matrix: &[Group],
    (behind, beta): (&[Group], f64),
    share: f64,
    terms: &mut [Group],
    (first, second): (&mut [Group], &mut [Group]),
) {
    const FMA: bool = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let (least, sum) = parts::<FMA>(matrix, behind, beta, terms);
    if least < f64::INFINITY {
        let factor = share / sum;
        for ((term, first), second) in terms.iter().zip(first).zip(second) {
            for ((term, first), second) in term.iter().zip(first).zip(second) {
                *first += term * factor;
                *second += term * factor;
            }
        }
    }
}

/// `terms[j] = e^{−β·(matrix[j] + behind[j] − least)}`; returns the least sum and the sum of the terms.
#[inline(always)]
fn parts<const FMA: bool>(matrix: &[Group], behind: &[Group], beta: f64, terms: &mut [Group]) -> (f64, f64) {
    for ((term, m), b) in terms.iter_mut().zip(matrix).zip(behind) {
        for ((term, m), b) in term.iter_mut().zip(m).zip(b) {
            *term = m + b;
        }
    }
    let least = least_of(terms);
    let mut sums = [0.0; 8];
    for term in terms.iter_mut() {
        for (term, sum) in term.iter_mut().zip(&mut sums) {
            *term = exponential::<FMA>(beta * (*term - least));
            *sum += *term;
        }
    }
    (least, sums.iter().sum())
}
