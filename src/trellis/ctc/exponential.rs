//! Exponentials of a whole row at once.

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

const LOG2_E: f64 = std::f64::consts::LOG2_E;
/// ln 2 in two parts, the first with few enough bits that a multiple of it is exact.
const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
/// 1/k! from k = 10 down to 0: on [−ln 2 / 2, ln 2 / 2] the series is off by less than 3·10⁻¹³ of the value.
const SERIES: [f64; 11] = [
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];
/// Beyond this e⁻ˣ is smaller than a normal number.
const LARGEST: f64 = 708.0;

/// `e^{−(x − least)}` for every `x` at least `least`; 0 where `x − least` is more than 708. Returns their sum.
///
/// Written so that compilers do several at once; off by at most 4·10⁻¹³ of the value.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn exponentials(energies: &[f32], least: f32, into: &mut [f64]) -> f64 {
    const FMA: bool = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    for (&x, y) in energies.iter().zip(into.iter_mut()) {
        *y = exponential::<FMA>(f64::from(x) - f64::from(least));
    }
    sum(into)
}

/// `e^{−x}` for an `x` of at least 0; 0 where it is more than 708. To be inlined in a loop, which does several at once;
/// `FMA` where the processor multiplies and adds in one instruction.
#[inline(always)]
pub(in crate::trellis) fn exponential<const FMA: bool>(beyond: f64) -> f64 {
    /// Adding it rounds to a whole number, and leaves that in the lowest bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let x = -beyond.min(LARGEST);
    let shifted = x * LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let part = (x - whole * LN_2[0]) - whole * LN_2[1];
    let mut power = SERIES[0];
    for c in &SERIES[1..] {
        power = if FMA { power.mul_add(part, *c) } else { power * part + c };
    }
    let bits = shifted.to_bits().wrapping_add(1023) << 52;
    let value = power * f64::from_bits(bits);
    if beyond > LARGEST { 0.0 } else { value }
}

/// The sum of a list: eight sums side by side, always added in the same order.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn sum(values: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let chunks = values.chunks_exact(8);
    let rest: f64 = chunks.remainder().iter().sum();
    chunks.for_each(|c| sums.iter_mut().zip(c).for_each(|(s, v)| *s += v));
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_those_of_the_standard_library() {
        let x: Vec<f32> = (0..3000).map(|i| -3.0 + i as f32 * 0.237).chain([f32::INFINITY, -3.0]).collect();
        let mut y = vec![0.0; x.len()];
        let sum = exponentials(&x, -3.0, &mut y);
        for (&x, &y) in x.iter().zip(&y) {
            let expected = (-(f64::from(x) + 3.0)).exp();
            let small = f64::from(x) + 3.0 > LARGEST;
            assert!(if small { y == 0.0 } else { (y - expected).abs() <= 4e-13 * expected }, "{x}: {y} {expected}");
        }
        assert!((sum - y.iter().sum::<f64>()).abs() < 1e-12 * sum);
    }
}
