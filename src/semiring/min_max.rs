//! The bottleneck semiring: the path whose worst arc is best.

use std::cmp::Ordering;

use super::float::float_traits;
use super::{
    Commutative, Diverges, Energy, Float, Idempotent, LeftDivide, NotInRange, PathProperty, Semiring, Star, Tolerance,
    Weight,
};

/// Bottleneck: a path is as bad as its worst arc, and the best path wins: ⊕ is the minimum, ⊗ the maximum, 0̄ = +∞,
/// 1̄ = −∞.
///
/// Nothing is computed, so nothing rounds. ⊗ forgets the smaller operand: it cannot be cancelled.
///
/// ```
/// use energraph::paths::path_sum;
/// use energraph::semiring::MinMax;
/// use energraph::{Energy, GraphBuilder};
/// // One way over 1 and 9, another over 4 and 5.
/// let mut b = GraphBuilder::new();
/// b.add_states(4);
/// b.start(0);
/// for (from, energy, to) in [(0, 1.0, 1), (1, 9.0, 3), (0, 4.0, 2), (2, 5.0, 3)] {
///     b.arc(from, 1, 1, Energy::new(energy)?, to);
/// }
/// b.final_weight(3, Energy::FREE);
/// assert_eq!(path_sum(&b.build()?, |_, &e| MinMax::<f64>::from(e))?.get(), 5.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct MinMax<F>(F);

float_traits!(MinMax);

impl<F: Float> MinMax<F> {
    /// A weight from any number, ±∞ among them.
    ///
    /// # Errors
    /// [`NotInRange`] for NaN.
    pub fn new(number: F) -> Result<Self, NotInRange> {
        let value = number.to_f64();
        if value.is_nan() {
            return Err(NotInRange { value, range: "[−∞, +∞]" });
        }
        Ok(MinMax(F::from_f64(value + 0.0)))
    }

    /// The number.
    pub fn get(&self) -> F {
        self.0
    }
}

impl<F: Float> From<Energy> for MinMax<F> {
    /// The energy as it is. A free site counts as 0 and not as 1̄: a path over it is no better than 0.
    fn from(energy: Energy) -> Self {
        MinMax(F::from_f64(energy.wide()))
    }
}

impl<F: Float> From<MinMax<F>> for Energy {
    /// Rounded to `f32`; −∞ is the lowest finite number.
    fn from(weight: MinMax<F>) -> Energy {
        Energy::settled(weight.0.to_f64())
    }
}

impl<F: Float> Weight for MinMax<F> {
    fn one() -> Self {
        MinMax(F::from_f64(f64::NEG_INFINITY))
    }
    fn zero() -> Self {
        MinMax(F::INFINITY)
    }
    fn times(&self, r: &Self) -> Self {
        if r.0 > self.0 { *r } else { *self }
    }
    fn close(&self, r: &Self, tolerance: Tolerance) -> bool {
        tolerance.admits(self.0.to_f64(), r.0.to_f64())
    }
}

impl<F: Float> Commutative for MinMax<F> {}

impl<F: Float> Semiring for MinMax<F> {
    fn plus(&self, r: &Self) -> Self {
        if r.0 < self.0 { *r } else { *self }
    }
}

impl<F: Float> Idempotent for MinMax<F> {}

impl<F: Float> PathProperty for MinMax<F> {
    fn order(&self, r: &Self) -> Ordering {
        self.0.partial_cmp(&r.0).unwrap_or(Ordering::Equal)
    }
}

impl<F: Float> Star for MinMax<F> {
    /// 1̄ always: going round makes no path better.
    fn star(&self) -> Result<Self, Diverges> {
        Ok(Self::one())
    }
}

impl<F: Float> LeftDivide for MinMax<F> {
    /// The best `c` with `max(by, c) = self`: 1̄ where both are the same, `self` where it is the larger; there is none where
    /// it is the smaller.
    fn left_divide(&self, by: &Self) -> Option<Self> {
        match self.order(by) {
            _ if by.is_zero() => None,
            Ordering::Less => None,
            Ordering::Equal => Some(Self::one()),
            Ordering::Greater => Some(*self),
        }
    }
}
