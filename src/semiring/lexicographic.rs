//! One question first, another among its ties.

use std::cmp::Ordering;

use super::{
    Cancellative, Commutative, Diverges, Idempotent, LeftDivide, PathProperty, Quantum, Semiring, Star, Tolerance,
    Weight,
};

/// The best by `A`, and among those equal by `A` the best by `B`: ⊗ part by part, ⊕ the earlier in that order.
///
/// Where either part is 0̄ the whole is: what is impossible in one part is impossible.
///
/// # What must hold
/// Both have the [`PathProperty`], and `A` is [`Cancellative`]. Otherwise ⊗ ties what it did not tie before and `B` decides
/// anew: with `A` the bottleneck, `(1, 5) ⊕ (2, 3)` is `(1, 5)`, but after `⊗ (9, 0)` it is `(9, 5) ⊕ (9, 3) = (9, 3)`, and ⊗
/// does not distribute over ⊕. So a bottleneck may come second, not first:
///
/// ```compile_fail,E0277
/// use energraph::semiring::{Lexicographic, MinMax, MinSum, Weight};
/// let _: Lexicographic<MinMax<f64>, MinSum<f64>> = Weight::one();
/// ```
///
/// In floats, energies of `A` that round to one number tie, as if `A` had found them equal.
///
/// Source: OpenFst, `lexicographic-weight.h`.
///
/// ```
/// use energraph::paths::path_sum;
/// use energraph::semiring::Lexicographic;
/// use energraph::{Energy, GraphBuilder, MinSum};
/// // Two ways of energy 2: in one step, and in two.
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(0);
/// for (from, energy, to) in [(0, 2.0, 2), (0, 1.0, 1), (1, 1.0, 2)] {
///     b.arc(from, 1, 1, Energy::new(energy)?, to);
/// }
/// b.final_weight(2, Energy::FREE);
/// let step = MinSum::new(1.0_f64)?;
/// let best = path_sum(&b.build()?, |_, &e| Lexicographic::new(MinSum::<f64>::from(e), step))?;
/// assert_eq!((best.first().get(), best.second().get()), (2.0, 2.0)); // one arc and one end
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lexicographic<A, B>(A, B);

impl<A: Weight, B: Weight> Lexicographic<A, B> {
    /// A pair; 0̄ where either part is.
    pub fn new(first: A, second: B) -> Self {
        if first.is_zero() || second.is_zero() {
            return Lexicographic(A::zero(), B::zero());
        }
        Lexicographic(first, second)
    }
}

impl<A, B> Lexicographic<A, B> {
    /// What decides.
    pub fn first(&self) -> &A {
        &self.0
    }

    /// What decides among ties.
    pub fn second(&self) -> &B {
        &self.1
    }
}

impl<A: PathProperty + Cancellative, B: PathProperty> Weight for Lexicographic<A, B> {
    fn one() -> Self {
        Lexicographic(A::one(), B::one())
    }
    fn zero() -> Self {
        Lexicographic(A::zero(), B::zero())
    }
    fn times(&self, r: &Self) -> Self {
        Lexicographic::new(self.0.times(&r.0), self.1.times(&r.1))
    }
    fn close(&self, r: &Self, tolerance: Tolerance) -> bool {
        self.0.close(&r.0, tolerance) && self.1.close(&r.1, tolerance)
    }
}

impl<A, B> Commutative for Lexicographic<A, B>
where
    A: PathProperty + Cancellative + Commutative,
    B: PathProperty + Commutative,
{
}

impl<A: PathProperty + Cancellative, B: PathProperty + Cancellative> Cancellative for Lexicographic<A, B> {}

impl<A: PathProperty + Cancellative, B: PathProperty> Semiring for Lexicographic<A, B> {
    fn plus(&self, r: &Self) -> Self {
        if r.order(self) == Ordering::Less { r.clone() } else { self.clone() }
    }
}

impl<A: PathProperty + Cancellative, B: PathProperty> Idempotent for Lexicographic<A, B> {}

impl<A: PathProperty + Cancellative, B: PathProperty> PathProperty for Lexicographic<A, B> {
    fn order(&self, r: &Self) -> Ordering {
        self.0.order(&r.0).then_with(|| self.1.order(&r.1))
    }
}

impl<A: PathProperty + Cancellative, B: PathProperty + Star> Star for Lexicographic<A, B> {
    /// 1̄ where `A` loses by going round; where it neither wins nor loses, `B` says. Where it wins, it does so for ever.
    fn star(&self) -> Result<Self, Diverges> {
        match self.0.order(&A::one()) {
            Ordering::Greater => Ok(Self::one()),
            Ordering::Equal => Ok(Lexicographic::new(A::one(), self.1.star()?)),
            Ordering::Less => Err(Diverges { weight: format!("{self:?}") }),
        }
    }
}

impl<A, B> LeftDivide for Lexicographic<A, B>
where
    A: PathProperty + Cancellative + LeftDivide,
    B: PathProperty + LeftDivide,
{
    fn left_divide(&self, by: &Self) -> Option<Self> {
        if by.is_zero() || self.is_zero() {
            return (!by.is_zero()).then(Self::zero);
        }
        let quotient = Lexicographic::new(self.0.left_divide(&by.0)?, self.1.left_divide(&by.1)?);
        (!quotient.is_zero()).then_some(quotient)
    }

    fn quantize(&self, quantum: Quantum) -> Self {
        Lexicographic::new(self.0.quantize(quantum), self.1.quantize(quantum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semiring::{Boolean, MinMax, MinSum};

    type Pair = Lexicographic<MinSum<f64>, MinSum<f64>>;

    fn pair(a: f64, b: f64) -> Pair {
        Lexicographic::new(MinSum::new(a).unwrap(), MinSum::new(b).unwrap())
    }

    #[test]
    fn what_is_impossible_in_one_part_is_impossible() {
        for zero in [pair(f64::INFINITY, 3.0), pair(3.0, f64::INFINITY)] {
            assert_eq!(zero, Pair::zero());
            assert_eq!(zero.plus(&pair(9.0, 9.0)), pair(9.0, 9.0));
        }
        assert_eq!(pair(f64::MAX, 0.0).times(&pair(f64::MAX, 0.0)), pair(f64::MAX, 0.0));
    }

    #[test]
    fn a_loop_that_ties_in_the_first_part_is_the_second_parts_to_judge() {
        assert_eq!(pair(0.0, 2.0).star(), Ok(Pair::one()));
        assert_eq!(pair(1.0, -2.0).star(), Ok(Pair::one()));
        assert!(pair(0.0, -2.0).star().is_err() && pair(-1.0, 2.0).star().is_err());
    }

    #[test]
    fn a_bottleneck_may_come_second() {
        let of = |a, b| Lexicographic::new(Boolean(a), MinMax::new(b).unwrap());
        assert_eq!(of(true, 3.0).plus(&of(true, 2.0_f64)), of(true, 2.0));
        assert!(of(false, 1.0).is_zero());
    }
}
