//! Laws of `Weight` and `Commutative`.

use std::hash::{BuildHasher, Hash};

use super::{Draws, Law, both, legal, mismatch};
use crate::semiring::laws::Sample;
use crate::semiring::{Cancellative, Commutative, Tolerance};

/// `(a ⊗ b) ⊗ c = a ⊗ (b ⊗ c)`.
pub fn times_is_associative<T: Sample>() -> Law {
    Law::new::<T, 3>("times is associative", Draws::Products, |check, [a, b, c]| {
        check.same(("(a ⊗ b) ⊗ c", a.times(b).times(c)), ("a ⊗ (b ⊗ c)", a.times(&b.times(c))))
    })
}

/// `1̄ ⊗ a = a = a ⊗ 1̄`, exactly.
pub fn one_is_the_identity_of_times<T: Sample>() -> Law {
    Law::new::<T, 1>("one is the identity of times", Draws::Everything, |check, [a]| {
        both(check.equal(("1̄ ⊗ a", &T::one().times(a)), ("a", a)), || {
            check.equal(("a ⊗ 1̄", &a.times(&T::one())), ("a", a))
        })
    })
}

/// `0̄ ⊗ a = 0̄ = a ⊗ 0̄`, exactly.
pub fn zero_absorbs<T: Sample>() -> Law {
    Law::new::<T, 1>("zero absorbs", Draws::Everything, |check, [a]| {
        both(check.equal(("0̄ ⊗ a", T::zero().times(a)), ("0̄", T::zero())), || {
            check.equal(("a ⊗ 0̄", a.times(&T::zero())), ("0̄", T::zero()))
        })
    })
}

/// `is_zero` says of a value what `== zero()` says.
pub fn is_zero_means_equal_to_zero<T: Sample>() -> Law {
    Law::new::<T, 1>("is zero means equal to zero", Draws::Everything, |check, [a]| {
        check.equal(("a.is_zero()", a.is_zero()), ("a == 0̄", *a == T::zero()))
    })
}

/// A product of legal values holds no NaN, no −0 and no infinity from nowhere.
pub fn times_stays_legal<T: Sample>() -> Law {
    Law::new::<T, 2>("times stays legal", Draws::Everything, |_, [a, b]| legal("a ⊗ b", &a.times(b), &[a, b]))
}

/// `==` is reflexive, symmetric and transitive; a tolerant one is not transitive.
pub fn equality_is_an_equivalence<T: Sample>() -> Law {
    Law::new::<T, 3>("equality is an equivalence", Draws::Equality, |check, [a, b, c]| {
        #[allow(clippy::eq_op)]
        both(check.equal(("a == a", a == a), ("reflexive", true)), || {
            both(check.equal(("a == b", a == b), ("b == a", b == a)), || {
                if a == b && b == c { check.equal(("a == c", a == c), ("a == b and b == c", true)) } else { Ok(()) }
            })
        })
    })
}

/// `a == b` implies the same hash. Tables keyed by weights need it.
pub fn equal_values_hash_equal<T: Sample>() -> Law {
    Law::new::<T, 2>("equal values hash equal", Draws::Equality, |check, [a, b]| {
        if a == b { check.equal(("hash of a", hash(a)), ("hash of b", hash(b))) } else { Ok(()) }
    })
}

fn hash<T: Hash>(value: &T) -> u64 {
    rustc_hash::FxBuildHasher.hash_one(value)
}

/// `a == b` implies the same floating-point numbers inside, bit for bit.
pub fn equal_values_hold_the_same_numbers<T: Sample>() -> Law {
    Law::new::<T, 2>("equal values hold the same numbers", Draws::Equality, |_, [a, b]| {
        let (x, y) = (a.numbers(), b.numbers());
        let same = x.len() == y.len() && x.iter().zip(&y).all(|(x, y)| x.to_bits() == y.to_bits());
        if a != b || same { Ok(()) } else { Err(mismatch(("numbers of a", x), ("numbers of b", y), Some(0.0))) }
    })
}

/// `close` is reflexive and symmetric at every tolerance.
pub fn close_is_reflexive_and_symmetric<T: Sample>() -> Law {
    Law::new::<T, 2>("close is reflexive and symmetric", Draws::Equality, |check, [a, b]| {
        for tolerance in [Tolerance::EXACT, TIGHT, Tolerance { absolute: 1.0, relative: 0.5 }] {
            check.equal(("a.close(a)", a.close(a, tolerance)), ("reflexive", true))?;
            check.equal(("a.close(b)", a.close(b, tolerance)), ("b.close(a)", b.close(a, tolerance)))?;
        }
        Ok(())
    })
}

const TIGHT: Tolerance = Tolerance { absolute: 0.0, relative: 1e-6 };

/// `close` with [`Tolerance::EXACT`] is `==`. A `close` that is always true would hide every other broken law.
pub fn close_without_tolerance_is_equality<T: Sample>() -> Law {
    Law::new::<T, 2>("close without tolerance is equality", Draws::Equality, |check, [a, b]| {
        check.equal(("a.close(b, EXACT)", a.close(b, Tolerance::EXACT)), ("a == b", a == b))
    })
}

/// The constructor refuses NaN, and what it makes of −0 is what it makes of 0. Nothing to check for a weight that is
/// not made of one number.
pub fn the_constructor_refuses_nan_and_mends_minus_zero<T: Sample>() -> Law {
    Law::new::<T, 0>("the constructor refuses nan and mends minus zero", Draws::Constructor, |check, []| {
        let Some(construct) = T::constructor() else { return Ok(()) };
        for nan in [f64::NAN, -f64::NAN] {
            check.equal(("constructor(NaN)", construct(nan)), ("refused", None))?;
        }
        let (minus, plus) = (construct(-0.0), construct(0.0));
        check.equal(("constructor(−0)", &minus), ("constructor(0)", &plus))?;
        check.equal(("hash of −0", minus.as_ref().map(hash)), ("hash of 0", plus.as_ref().map(hash)))?;
        minus.map_or(Ok(()), |zero| legal("constructor(−0)", &zero, &[]))
    })
}

/// `a ⊗ b = b ⊗ a`.
pub fn times_is_commutative<T: Sample + Commutative>() -> Law {
    Law::new::<T, 2>("times is commutative", Draws::Products, |check, [a, b]| {
        check.same(("a ⊗ b", a.times(b)), ("b ⊗ a", b.times(a)))
    })
}

/// Where `c ⊗ a = c ⊗ b` or `a ⊗ c = b ⊗ c` with `c ≠ 0̄`, `a = b`. Asked where nothing rounds.
pub fn times_can_be_cancelled<T: Sample + Cancellative>() -> Law {
    Law::new::<T, 3>("times can be cancelled", Draws::Exact, |check, [a, b, c]| {
        let tied = c.times(a) == c.times(b) || a.times(c) == b.times(c);
        if tied && !c.is_zero() { check.equal(("a", a), ("b, tied by c", b)) } else { Ok(()) }
    })
}
