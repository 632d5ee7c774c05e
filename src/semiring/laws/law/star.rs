//! Laws of `Star` and `LeftDivide`.

use super::{Draws, Law, both, forbidden, legal, mismatch};
use crate::semiring::laws::Sample;
use crate::semiring::{LeftDivide, Star};

/// `0̄* = 1̄`, exactly: a loop that cannot be taken changes nothing.
pub fn star_of_zero_is_one<T: Sample + Star>() -> Law {
    Law::new::<T, 0>("star of zero is one", Draws::Everything, |check, []| {
        check.equal(("0̄*", T::zero().star()), ("1̄", Ok(T::one())))
    })
}

/// `a* = 1̄ ⊕ a ⊗ a* = 1̄ ⊕ a* ⊗ a` wherever `a*` is given.
pub fn star_solves_its_equation<T: Sample + Star>() -> Law {
    Law::new::<T, 1>("star solves its equation", Draws::Sums, |check, [a]| {
        let Ok(star) = a.star() else { return Ok(()) };
        let (left, right) = (T::one().plus(&a.times(&star)), T::one().plus(&star.times(a)));
        both(check.same(("a*", star.clone()), ("1̄ ⊕ a ⊗ a*", left)), || {
            check.same(("a*", star), ("1̄ ⊕ a* ⊗ a", right))
        })
    })
}

/// Where `1̄ ⊕ a ⊕ … ⊕ aⁿ` stops changing within sixteen terms, `a*` is that sum and is given.
pub fn star_is_the_sum_that_settles<T: Sample + Star>() -> Law {
    Law::new::<T, 1>("star is the sum that settles", Draws::ExactSums, |check, [a]| {
        let mut sum = T::one();
        for _ in 0..16 {
            let next = T::one().plus(&a.times(&sum));
            if next == sum {
                return match a.star() {
                    Ok(star) => check.same(("a*", star), ("1̄ ⊕ a ⊕ … ⊕ aⁿ", sum)),
                    Err(diverges) => Err(mismatch(("a*", diverges), ("1̄ ⊕ a ⊕ … ⊕ aⁿ", sum), Some(0.0))),
                };
            }
            sum = next;
        }
        Ok(())
    })
}

/// More doublings than any convergent series of `f64`s needs: the slowest loses 2⁻¹⁰⁷⁴ of its mass a round.
const DOUBLINGS: u32 = 1200;

/// Where `a*` is given, the partial sums come to it: the sum of 2ᵏ terms, `k` up to 1200, by repeated doubling. Asked of
/// floating-point weights alone: exact ones may take longer numbers at every doubling.
pub fn star_is_the_limit_of_partial_sums<T: Sample + Star>() -> Law {
    Law::new::<T, 1>("star is the limit of partial sums", Draws::Sums, |check, [a]| {
        let (Ok(star), false) = (a.star(), a.numbers().is_empty()) else { return Ok(()) };
        let (mut sum, mut power) = (T::one(), a.clone());
        for k in 1..=DOUBLINGS {
            let next = sum.plus(&power.times(&sum));
            if next == sum {
                return check.same_after(f64::from(k), ("a*", star), ("sum of 2ᵏ powers of a", sum));
            }
            (sum, power) = (next, power.times(&power));
        }
        Err(mismatch(("a*", star), ("sum of 2ᵏ powers of a, still changing", sum), None))
    })
}

/// `a*` is refused where the sum over all powers has no value. Nothing to check where [`Sample::divergent`] is `None`.
pub fn star_refuses_what_diverges<T: Sample + Star>() -> Law {
    Law::new::<T, 1>("star refuses what diverges", Draws::Divergent, |_, [a]| match a.star() {
        Ok(star) => forbidden(("a*", star), "1̄ ⊕ a ⊕ a⊗a ⊕ … diverges"),
        Err(_) => Ok(()),
    })
}

/// A star holds no NaN, no −0 and no infinity from nowhere.
pub fn star_stays_legal<T: Sample + Star>() -> Law {
    Law::new::<T, 1>("star stays legal", Draws::Everything, |_, [a]| {
        a.star().map_or(Ok(()), |star| legal("a*", &star, &[a]))
    })
}

/// Where `a.left_divide(b)` is `c`, `b ⊗ c = a`.
pub fn left_divide_is_undone_by_times<T: Sample + LeftDivide>() -> Law {
    Law::new::<T, 2>("left divide is undone by times", Draws::Products, |check, [a, b]| match a.left_divide(b) {
        Some(c) => check.same(("b ⊗ (b \\ a)", b.times(&c)), ("a", a.clone())),
        None => Ok(()),
    })
}

/// `b ⊗ a` can be divided by `b ≠ 0̄`, and the remainder gives it back.
pub fn left_divide_undoes_times<T: Sample + LeftDivide>() -> Law {
    Law::new::<T, 2>("left divide undoes times", Draws::Products, |check, [a, b]| {
        if b.is_zero() {
            return Ok(());
        }
        let product = b.times(a);
        match product.left_divide(b) {
            Some(c) => check.same(("b ⊗ (b \\ (b ⊗ a))", b.times(&c)), ("b ⊗ a", product)),
            None => forbidden(("b \\ (b ⊗ a)", None::<T>), "a product can be divided by its first factor"),
        }
    })
}

/// Nothing can be divided by 0̄.
pub fn left_divide_refuses_zero<T: Sample + LeftDivide>() -> Law {
    Law::new::<T, 1>("left divide refuses zero", Draws::Everything, |check, [a]| {
        check.equal(("0̄ \\ a", a.left_divide(&T::zero())), ("refused", None))
    })
}

/// A quotient holds no NaN, no −0 and no infinity from nowhere.
pub fn left_divide_stays_legal<T: Sample + LeftDivide>() -> Law {
    Law::new::<T, 2>("left divide stays legal", Draws::Everything, |_, [a, b]| {
        a.left_divide(b).map_or(Ok(()), |c| legal("b \\ a", &c, &[a, b]))
    })
}
