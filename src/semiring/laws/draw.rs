//! Strategies that draw numbers, and weights made of one number.

use std::fmt::Debug;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config as ProptestConfig, RngSeed, TestRunner};

/// A strategy, boxed.
pub type Samples<T> = BoxedStrategy<T>;

/// The width of the floating-point numbers in a weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// Single.
    F32,
    /// Double.
    F64,
}

impl Precision {
    /// One ulp of 1.
    pub fn unit(self) -> f64 {
        match self {
            Precision::F32 => f64::from(f32::EPSILON),
            Precision::F64 => f64::EPSILON,
        }
    }

    /// The largest finite number.
    fn max(self) -> f64 {
        match self {
            Precision::F32 => f64::from(f32::MAX),
            Precision::F64 => f64::MAX,
        }
    }

    /// The smallest normal number.
    fn min_normal(self) -> f64 {
        match self {
            Precision::F32 => f64::from(f32::MIN_POSITIVE),
            Precision::F64 => f64::MIN_POSITIVE,
        }
    }

    /// The exponents of two that normal numbers have, short of those whose fourfold overflows.
    fn exponents(self) -> std::ops::RangeInclusive<i32> {
        match self {
            Precision::F32 => -126..=123,
            Precision::F64 => -1022..=1019,
        }
    }
}

/// A strategy mapped and boxed: `boxed(0..20_u32, Width)`.
pub fn boxed<S, T>(strategy: S, make: impl Fn(S::Value) -> T + 'static) -> Samples<T>
where
    S: Strategy + 'static,
    T: Debug + 'static,
{
    strategy.prop_map(make).boxed()
}

/// The first `count` values that a strategy draws from a seed: for loops over many cases without shrinking. Fewer where
/// the strategy refuses almost everything.
pub fn drawn<S: Strategy>(strategy: &S, count: usize, seed: u64) -> Vec<S::Value> {
    let config =
        ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(seed), ..ProptestConfig::default() };
    let mut runner = TestRunner::new(config);
    (0..count).filter_map(|_| strategy.new_tree(&mut runner).ok()).map(|tree| tree.current()).collect()
}

fn admitted<T: Debug + 'static>(numbers: Samples<f64>, admit: fn(f64) -> Option<T>) -> Samples<T> {
    numbers.prop_filter_map("refused by the constructor", admit).boxed()
}

/// Multiples of 1/16 in −64..=64, whole numbers more often: sums of sixteen are exact, even in `f32`. For weights whose
/// ⊗ adds; numbers that `admit` refuses are drawn again.
pub fn dyadic<T: Debug + 'static>(admit: fn(f64) -> Option<T>) -> Samples<T> {
    admitted(dyadic_numbers(), admit)
}

fn dyadic_numbers() -> Samples<f64> {
    prop_oneof![
        2 => (-3_i32..=3).prop_map(f64::from),
        2 => (-64_i32..=64).prop_map(f64::from),
        3 => (-1024_i32..=1024).prop_map(|k| f64::from(k) / 16.0),
    ]
    .boxed()
}

/// 2⁻⁴ to 2⁴: products of sixteen are exact. For weights whose ⊗ multiplies; numbers that `admit` refuses are drawn
/// again.
pub fn powers_of_two<T: Debug + 'static>(admit: fn(f64) -> Option<T>) -> Samples<T> {
    admitted((-4_i32..=4).prop_map(|e| f64::from(e).exp2()).boxed(), admit)
}

/// Numbers of every size whose fourfold doesn't overflow: dyadic ones, close neighbours, subnormals, ±0, ±∞. Those that
/// `admit` refuses are drawn again.
pub fn numbers<T: Debug + 'static>(precision: Precision, admit: fn(f64) -> Option<T>) -> Samples<T> {
    admitted(all_sizes(precision), admit)
}

fn all_sizes(precision: Precision) -> Samples<f64> {
    prop_oneof![
        2 => dyadic_numbers(),
        3 => neighbours(precision),
        2 => -100.0..100.0,
        2 => (1.0..2.0, precision.exponents(), prop::sample::select(vec![1.0, -1.0]))
            .prop_map(|(m, e, sign): (f64, i32, f64)| sign * m * f64::from(e).exp2()),
        2 => specials(precision),
    ]
    .boxed()
}

/// Numbers so near to 0, ±1 and 2 that a tolerant comparison would call them equal: lies about equality need pairs and
/// triples of these.
fn neighbours(precision: Precision) -> Samples<f64> {
    let ulp = precision.unit();
    let steps = vec![0.0, ulp, 4.0 * ulp, 1e-12, 1e-9, 1e-7, 0.6e-6, 1e-6, 1e-5, 0.6e-4, 1e-4, 1e-3, 6e-3];
    let base = prop::sample::select(vec![0.0, 1.0, -1.0, 2.0]);
    (base, prop::sample::select(steps), -1_i32..=1).prop_map(|(b, step, sign)| b + f64::from(sign) * step).boxed()
}

fn specials(precision: Precision) -> Samples<f64> {
    let (unit, normal) = (precision.unit(), precision.min_normal());
    let (subnormal, large) = (normal * unit, precision.max() / 16.0);
    let mut list = vec![0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, std::f64::consts::LN_2];
    for x in [subnormal, normal - subnormal, normal, unit, 1.0 - unit / 2.0, 1.0 + unit, large] {
        list.extend([x, -x]);
    }
    prop::sample::select(list).boxed()
}

/// What [`numbers`] draws, and the largest numbers, whose products overflow. Those that `admit` refuses are drawn again.
pub fn extremes<T: Debug + 'static>(precision: Precision, admit: fn(f64) -> Option<T>) -> Samples<T> {
    let max = precision.max();
    let largest = vec![max, -max, max / 2.0, -max / 2.0, max * (1.0 - precision.unit())];
    admitted(prop_oneof![1 => prop::sample::select(largest), 2 => all_sizes(precision)].boxed(), admit)
}
