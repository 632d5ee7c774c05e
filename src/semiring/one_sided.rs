//! Sums over which products distribute from one side alone.

use super::{Semiring, Weight};

/// A weight with a sum, whatever products do to it.
///
/// Every [`Semiring`] has one and needs no implementation here. The trait exists for weights that are no semirings, such
/// as [`StringLeft`](super::StringLeft): no operation that sums over paths takes them for one.
///
/// # Contract
/// `sum` is associative and commutative with identity `zero`.
pub trait Plus: Weight {
    /// `self ⊕ r`: [`Semiring::plus`] under a name of its own, so that both traits can be in scope.
    fn sum(&self, r: &Self) -> Self;
}

/// `a ⊗ (b ⊕ c) = (a ⊗ b) ⊕ (a ⊗ c)`: what all continuations share can be taken out in front of them.
///
/// Sums from a state to the end, folded backwards along the arcs, are then sums over paths; sums from the start are not.
/// Such a weight is a left semiring.
pub trait LeftSemiring: Plus {}

/// `(a ⊕ b) ⊗ c = (a ⊗ c) ⊕ (b ⊗ c)`: what all beginnings share can be taken out behind them.
///
/// Sums from the start to a state, folded forwards along the arcs, are then sums over paths; sums to the end are not.
/// Such a weight is a right semiring.
pub trait RightSemiring: Plus {}

impl<S: Semiring> Plus for S {
    fn sum(&self, r: &Self) -> Self {
        self.plus(r)
    }
}

impl<S: Semiring> LeftSemiring for S {}
impl<S: Semiring> RightSemiring for S {}
