//! The tropical semiring: the best path.

use std::cmp::Ordering;

use super::float::{admit, float_weight, settle, sum};
use super::{
    Cancellative, Commutative, Diverges, Energy, Float, Idempotent, LeftDivide, NotAWeight, PathProperty, Quantum,
    Semiring, Star, Tolerance, Weight,
};

/// Min-sum (the tropical semiring): ⊕ is the minimum, ⊗ the sum, 0̄ = +∞, 1̄ = 0.
///
/// What overflows stays at the lowest or the highest finite number: no value is ever −∞, and +∞ only where an operand is.
///
/// ```
/// use energraph::semiring::{MinSum, Semiring, Weight};
/// let (a, b) = (MinSum::new(1.0_f64)?, MinSum::new(2.0)?);
/// assert_eq!(a.plus(&b), a);
/// assert_eq!(a.times(&b), MinSum::new(3.0)?);
/// # Ok::<(), energraph::semiring::NotAWeight>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct MinSum<F>(F);

float_weight!(MinSum);

impl<F: Float> From<Energy> for MinSum<F> {
    /// The energy as it is: β = ∞ has no factor.
    fn from(energy: Energy) -> Self {
        MinSum(F::from_f64(energy.wide()))
    }
}

impl<F: Float> From<MinSum<F>> for Energy {
    /// Rounded to `f32`: beyond its range, the lowest or the highest finite number.
    fn from(weight: MinSum<F>) -> Energy {
        Energy::settled(weight.0.to_f64())
    }
}

impl<F: Float> Weight for MinSum<F> {
    fn one() -> Self {
        MinSum(F::from_f64(0.0))
    }
    fn zero() -> Self {
        MinSum(F::INFINITY)
    }
    fn times(&self, r: &Self) -> Self {
        MinSum(sum(self.0.to_f64(), r.0.to_f64()))
    }
    fn close(&self, r: &Self, tolerance: Tolerance) -> bool {
        tolerance.admits(self.0.to_f64(), r.0.to_f64())
    }
}

impl<F: Float> Commutative for MinSum<F> {}

impl<F: Float> Cancellative for MinSum<F> {}

impl<F: Float> Semiring for MinSum<F> {
    fn plus(&self, r: &Self) -> Self {
        if r.0 < self.0 { *r } else { *self }
    }
}

impl<F: Float> Idempotent for MinSum<F> {}

impl<F: Float> PathProperty for MinSum<F> {
    fn order(&self, r: &Self) -> Ordering {
        self.0.partial_cmp(&r.0).unwrap_or(Ordering::Equal)
    }
}

impl<F: Float> Star for MinSum<F> {
    fn star(&self) -> Result<Self, Diverges> {
        if self.0.to_f64() < 0.0 { Err(Diverges { weight: self.to_string() }) } else { Ok(Self::one()) }
    }
}

impl<F: Float> LeftDivide for MinSum<F> {
    fn left_divide(&self, by: &Self) -> Option<Self> {
        if by.is_zero() {
            return None;
        }
        Some(MinSum(sum(self.0.to_f64(), -by.0.to_f64())))
    }

    fn quantize(&self, quantum: Quantum) -> Self {
        MinSum(settle(quantum.round(self.0.to_f64())))
    }
}
