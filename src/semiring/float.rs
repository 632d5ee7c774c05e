//! The two float types that weights are made of, and the door that keeps NaN out.

use std::fmt::{Debug, Display};

/// A number that is not a weight: NaN, or −∞ (the energy of an infinite mass, which nothing can outweigh).
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{value} is not an energy: energies lie in (−∞, +∞]")]
pub struct NotAWeight {
    /// What was given.
    pub value: f64,
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

/// A computed value brought back into (−∞, +∞]: an overflow below stays at the lowest finite number, one above is +∞,
/// impossible.
pub(super) fn settle<F: Float>(x: f64) -> F {
    // + 0 after rounding: a tiny negative sum rounds to −0.
    let rounded = F::from_f64(F::from_f64(x).to_f64() + 0.0);
    if rounded < F::LOWEST { F::LOWEST } else { rounded }
}

/// The comparisons, hash and display that every weight over one float shares.
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
pub(super) use float_weight;
