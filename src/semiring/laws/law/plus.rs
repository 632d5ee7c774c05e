//! Laws of `Plus`, `Semiring`, its one-sided kin, and `Idempotent`.

use super::{Draws, Law, both, legal};
use crate::semiring::laws::Sample;
use crate::semiring::{Idempotent, LeftSemiring, Plus, RightSemiring};

/// `(a ⊕ b) ⊕ c = a ⊕ (b ⊕ c)`.
pub fn plus_is_associative<T: Sample + Plus>() -> Law {
    Law::new::<T, 3>("plus is associative", Draws::Sums, |check, [a, b, c]| {
        check.same(("(a ⊕ b) ⊕ c", a.sum(b).sum(c)), ("a ⊕ (b ⊕ c)", a.sum(&b.sum(c))))
    })
}

/// `a ⊕ b = b ⊕ a`.
pub fn plus_is_commutative<T: Sample + Plus>() -> Law {
    Law::new::<T, 2>("plus is commutative", Draws::Sums, |check, [a, b]| {
        check.same(("a ⊕ b", a.sum(b)), ("b ⊕ a", b.sum(a)))
    })
}

/// `0̄ ⊕ a = a = a ⊕ 0̄`, exactly. The case `0̄ ⊕ 0̄` is where (+∞) − (+∞) makes a NaN.
pub fn zero_is_the_identity_of_plus<T: Sample + Plus>() -> Law {
    Law::new::<T, 1>("zero is the identity of plus", Draws::Everything, |check, [a]| {
        both(check.equal(("0̄ ⊕ a", &T::zero().sum(a)), ("a", a)), || {
            check.equal(("a ⊕ 0̄", &a.sum(&T::zero())), ("a", a))
        })
    })
}

/// `a ⊗ (b ⊕ c) = (a ⊗ b) ⊕ (a ⊗ c)`.
pub fn times_distributes_over_plus_from_the_left<T: Sample + LeftSemiring>() -> Law {
    Law::new::<T, 3>("times distributes over plus from the left", Draws::Sums, |check, [a, b, c]| {
        check.same(("a ⊗ (b ⊕ c)", a.times(&b.sum(c))), ("(a ⊗ b) ⊕ (a ⊗ c)", a.times(b).sum(&a.times(c))))
    })
}

/// `(a ⊕ b) ⊗ c = (a ⊗ c) ⊕ (b ⊗ c)`.
pub fn times_distributes_over_plus_from_the_right<T: Sample + RightSemiring>() -> Law {
    Law::new::<T, 3>("times distributes over plus from the right", Draws::Sums, |check, [a, b, c]| {
        check.same(("(a ⊕ b) ⊗ c", a.sum(b).times(c)), ("(a ⊗ c) ⊕ (b ⊗ c)", a.times(c).sum(&b.times(c))))
    })
}

/// A sum of legal values holds no NaN, no −0 and no infinity from nowhere.
pub fn plus_stays_legal<T: Sample + Plus>() -> Law {
    Law::new::<T, 2>("plus stays legal", Draws::Everything, |_, [a, b]| legal("a ⊕ b", &a.sum(b), &[a, b]))
}

/// `a ⊕ a = a`.
pub fn plus_is_idempotent<T: Sample + Idempotent>() -> Law {
    Law::new::<T, 1>("plus is idempotent", Draws::Sums, |check, [a]| check.same(("a ⊕ a", a.sum(a)), ("a", a.clone())))
}
