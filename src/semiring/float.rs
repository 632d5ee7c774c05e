//! The two float types that weights are made of, and the door that keeps NaN out.

use std::fmt::{Debug, Display};

/// A number that is not a weight: NaN, or −∞ (the energy of an infinite mass, which nothing can outweigh); where energies
/// keep to the numbers of `f32`, a finite one beyond them.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{value} is not an energy: energies lie in (−∞, +∞]")]
pub struct NotAWeight {
    /// What was given.
    pub value: f64,
}

/// A number outside the range of the weight that it was given to, or NaN.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{value} does not lie in {range}")]
pub struct NotInRange {
    /// What was given.
    pub value: f64,
    /// The numbers that the weight is made of.
    pub range: &'static str,
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// `f32` or `f64`. Sealed: the algebra is written once over both.
pub trait Float: Copy + PartialOrd + Debug + Display + sealed::Sealed + 'static {
    /// +∞.
    const INFINITY: Self;
    /// Lowest finite value.
    const LOWEST: Self;
    /// Highest finite value.
    const HIGHEST: Self;
    /// Widens, exactly.
    fn to_f64(self) -> f64;
    /// Rounds to nearest.
    fn from_f64(x: f64) -> Self;
    /// The bit pattern, for exact equality and hashing.
    fn bits(self) -> u64;
}

impl Float for f32 {
    const INFINITY: f32 = f32::INFINITY;
    const LOWEST: f32 = f32::MIN;
    const HIGHEST: f32 = f32::MAX;
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    fn from_f64(x: f64) -> f32 {
        x as f32
    }
    fn bits(self) -> u64 {
        u64::from(self.to_bits())
    }
}

impl Float for f64 {
    const INFINITY: f64 = f64::INFINITY;
    const LOWEST: f64 = f64::MIN;
    const HIGHEST: f64 = f64::MAX;
    fn to_f64(self) -> f64 {
        self
    }
    fn from_f64(x: f64) -> f64 {
        x
    }
    fn bits(self) -> u64 {
        self.to_bits()
    }
}

/// Checks that `x` lies in (−∞, +∞] and makes −0 into 0, so that equal numbers have equal bits.
pub(super) fn admit<F: Float>(x: F) -> Result<F, NotAWeight> {
    let wide = x.to_f64();
    if wide.is_nan() || wide == f64::NEG_INFINITY {
        return Err(NotAWeight { value: wide });
    }
    Ok(F::from_f64(wide + 0.0))
}

/// A computed value brought back into (−∞, +∞]: what is finite stays so, at the lowest or the highest finite number where it is
/// beyond them. +∞ alone is impossible.
pub(super) fn settle<F: Float>(x: f64) -> F {
    sum(x, 0.0)
}

/// The sum of two energies, of which the second may have its sign changed; settled.
#[inline]
pub(super) fn sum<F: Float>(a: f64, b: f64) -> F {
    // + 0 after rounding: a tiny negative sum rounds to −0.
    let rounded = F::from_f64(F::from_f64(a + b).to_f64() + 0.0);
    if rounded.to_f64().is_finite() { rounded } else { beyond(a, b) }
}

/// A sum that no finite number holds. Apart, so that sums which one holds are no more than an addition and a comparison.
#[cold]
#[inline(never)]
fn beyond<F: Float>(a: f64, b: f64) -> F {
    match a == f64::INFINITY || b == f64::INFINITY {
        true => F::INFINITY,
        false if a + b < 0.0 => F::LOWEST,
        false => F::HIGHEST,
    }
}

/// `log(1 − e^{−a})` for `a > 0`. Mächler 2012: each form keeps all its digits on its side of log 2.
pub(super) fn log_one_minus(a: f64) -> f64 {
    if a < std::f64::consts::LN_2 { (-(-a).exp_m1()).ln() } else { (-(-a).exp()).ln_1p() }
}

/// The constructor, comparisons, hash and display that every energy over one float shares.
macro_rules! float_weight {
    ($name:ident) => {
        impl<F: Float> $name<F> {
            /// A weight from an energy in (−∞, +∞].
            ///
            /// # Errors
            /// [`NotAWeight`] for NaN and −∞.
            pub fn new(energy: F) -> Result<Self, NotAWeight> {
                admit(energy).map($name)
            }

            /// The energy.
            pub fn get(&self) -> F {
                self.0
            }
        }

        $crate::semiring::float::float_traits!($name);
    };
}
pub(super) use float_weight;

/// The comparisons, hash and display that every weight over one float shares.
macro_rules! float_traits {
    ($name:ident) => {
        impl<F: Float> PartialEq for $name<F> {
            fn eq(&self, r: &Self) -> bool {
                self.0.bits() == r.0.bits()
            }
        }

        impl<F: Float> Eq for $name<F> {}

        impl<F: Float> std::hash::Hash for $name<F> {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.0.bits().hash(state);
            }
        }

        impl<F: Float> std::fmt::Display for $name<F> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }
    };
}
pub(super) use float_traits;

#[cfg(test)]
mod tests {
    use crate::semiring::{Energy, Float, LeftDivide, LogSum, MinSum, Quantum, Semiring, Star, Tolerance, Weight};

    fn stays_finite<W: LeftDivide>(low: W, high: W) {
        assert_eq!((low.times(&low), high.times(&high)), (low.clone(), high.clone()));
        assert_eq!(low.left_divide(&high), Some(low.clone()));
        assert_eq!(high.left_divide(&low), Some(high.clone()));
        assert_eq!(high.quantize(Quantum::new(1e38).unwrap()).times(&high), high);
        assert!(high.times(&W::zero()).is_zero() && W::zero().times(&low).is_zero());
        assert_eq!(W::zero().left_divide(&low), Some(W::zero()));
    }

    fn of_floats_stays_finite<F: Float>() {
        stays_finite(MinSum::new(F::LOWEST).unwrap(), MinSum::new(F::HIGHEST).unwrap());
        stays_finite(LogSum::new(F::LOWEST).unwrap(), LogSum::new(F::HIGHEST).unwrap());
    }

    #[test]
    fn a_product_or_a_quotient_that_overflows_stays_finite() {
        of_floats_stays_finite::<f32>();
        of_floats_stays_finite::<f64>();
        let (low, high) = (Energy::new(f32::MIN).unwrap(), Energy::new(f32::MAX).unwrap());
        assert_eq!((low.times(&low), high.times(&high)), (low, high));
        assert!(high.times(&Energy::IMPOSSIBLE).is_zero());
        let wide = |e| MinSum::new(e).unwrap();
        assert_eq!([wide(1e39), wide(-1e39), wide(f64::INFINITY)].map(Energy::from), [high, low, Energy::IMPOSSIBLE]);
        assert_eq!(LogSum::new(f64::MIN).unwrap().plus(&LogSum::new(f64::MIN).unwrap()).get(), f64::MIN);
    }

    #[test]
    fn an_energy_lifts_to_itself_in_either_sum() {
        for e in [Energy::FREE, Energy::IMPOSSIBLE, Energy::new(-1.5).unwrap()] {
            assert_eq!(MinSum::<f64>::from(e).get(), e.wide());
            assert_eq!(LogSum::<f32>::from(e).get(), e.get());
        }
    }

    #[test]
    fn a_log_sum_keeps_its_digits_far_from_zero_and_near_divergence() {
        // 1/(1 − e^−a) ≈ 1/a for tiny a: log(1 − e^−a) computed as written would be log 0.
        let tiny = LogSum::new(1e-300_f64).unwrap().star().unwrap().get();
        assert!((tiny - 1e-300_f64.ln()).abs() < 1e-12);
        // e^−a is under the ulp of 1 and still shows.
        let rare = LogSum::new(50.0_f64).unwrap().star().unwrap().get();
        assert!((rare / -(-50.0_f64).exp() - 1.0).abs() < 1e-12);
        let deep = LogSum::new(1000.0_f64).unwrap();
        assert_eq!(deep.plus(&deep).get(), 1000.0 - std::f64::consts::LN_2);
    }

    #[test]
    fn a_sum_too_small_below_zero_for_its_float_is_zero_and_not_minus_zero() {
        // −log(1 + e^−120) is under the least f32, −log(1 + e^−800) under the least f64.
        let (free, far) = (LogSum::new(0.0_f32).unwrap(), LogSum::new(120.0).unwrap());
        assert_eq!(free.plus(&far), free);
        let (free, far) = (LogSum::new(0.0_f64).unwrap(), LogSum::new(800.0).unwrap());
        assert_eq!(free.plus(&far), free);
    }

    #[test]
    fn a_tolerance_counts_equal_infinities_as_close_and_nan_as_close_to_nothing() {
        let wide = Tolerance { absolute: 1e300, relative: 0.5 };
        assert!(wide.admits(f64::INFINITY, f64::INFINITY));
        assert!(!wide.admits(f64::INFINITY, 0.0) && !wide.admits(f64::NEG_INFINITY, f64::INFINITY));
        assert!(!wide.admits(f64::NAN, f64::NAN));
    }
}
