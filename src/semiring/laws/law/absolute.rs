//! Laws of `Star::absolute`.

use super::{Draws, Law, forbidden, legal};
use crate::semiring::Star;
use crate::semiring::laws::Sample;

/// `|a|` is given where `|1̄|` is, and nowhere else: operations ask 1̄ alone whether sums may cancel.
pub fn absolute_is_given_for_all_or_for_none<T: Sample + Star>() -> Law {
    Law::new::<T, 1>("absolute is given for all or for none", Draws::Everything, |check, [a]| {
        check.equal(("|a| is given", a.absolute().is_some()), ("|1̄| is given", T::one().absolute().is_some()))
    })
}

/// Where `|1̄|` is not given, no two of `1̄`, `a`, `b` and `a ⊗ b` that are not 0̄ sum to 0̄. 1̄ and the product are there
/// because `b = −a` is drawn seldom; weights whose fourth power is 0̄ decide about no star and may cancel.
pub fn absolute_is_given_where_sums_cancel<T: Sample + Star>() -> Law {
    Law::new::<T, 2>("absolute is given where sums cancel", Draws::Products, |_, [a, b]| {
        if T::one().absolute().is_some() {
            return Ok(());
        }
        let lasts = |x: &T| {
            let square = x.times(x);
            !square.times(&square).is_zero()
        };
        let cancel = |x: &T, y: &T| x.plus(y).is_zero() && lasts(x) && lasts(y);
        let product = a.times(b);
        let pairs = [(&T::one(), a), (&T::one(), b), (a, b), (&T::one(), &product), (a, &product), (b, &product)];
        match pairs.into_iter().find(|(x, y)| cancel(x, y)) {
            Some(pair) => forbidden(("sum to 0̄", pair), "where sums cancel, |1̄| is given"),
            None => Ok(()),
        }
    })
}

/// `|0̄| = 0̄`, `|1̄| = 1̄` and `||a|| = |a|`, exactly.
pub fn absolute_keeps_zero_one_and_what_is_absolute<T: Sample + Star>() -> Law {
    Law::new::<T, 1>("absolute keeps zero one and what is absolute", Draws::Everything, |check, [a]| {
        let Some(size) = a.absolute() else { return Ok(()) };
        check.equal(("|0̄|", T::zero().absolute()), ("0̄", Some(T::zero())))?;
        check.equal(("|1̄|", T::one().absolute()), ("1̄", Some(T::one())))?;
        check.equal(("||a||", size.absolute()), ("|a|", Some(size)))
    })
}

/// `|a ⊗ b| = |a| ⊗ |b|`.
pub fn absolute_of_a_product_is_the_product_of_absolutes<T: Sample + Star>() -> Law {
    Law::new::<T, 2>("absolute of a product is the product of absolutes", Draws::Products, |check, [a, b]| {
        match (a.absolute(), b.absolute(), a.times(b).absolute()) {
            (Some(x), Some(y), Some(product)) => check.same(("|a ⊗ b|", product), ("|a| ⊗ |b|", x.times(&y))),
            _ => Ok(()),
        }
    })
}

/// `|a| ⊕ |b|` is 0̄ only where both are.
pub fn sums_of_absolutes_do_not_cancel<T: Sample + Star>() -> Law {
    Law::new::<T, 2>("sums of absolutes do not cancel", Draws::Everything, |_, [a, b]| {
        let (Some(x), Some(y)) = (a.absolute(), b.absolute()) else { return Ok(()) };
        let sum = x.plus(&y);
        let cancels = sum.is_zero() && !(x.is_zero() && y.is_zero());
        if cancels { forbidden(("|a| ⊕ |b|", sum), "0̄ only where |a| and |b| are") } else { Ok(()) }
    })
}

/// `|a|*` is given exactly where `a*` is.
pub fn star_of_the_absolute_is_given_where_the_star_is<T: Sample + Star>() -> Law {
    let statement = "star of the absolute is given where the star is";
    Law::new::<T, 1>(statement, Draws::Everything, |check, [a]| {
        let Some(size) = a.absolute() else { return Ok(()) };
        check.equal(("|a|* is given", size.star().is_ok()), ("a* is given", a.star().is_ok()))
    })
}

/// An absolute weight holds no NaN, no −0 and no infinity from nowhere.
pub fn absolute_stays_legal<T: Sample + Star>() -> Law {
    Law::new::<T, 1>("absolute stays legal", Draws::Everything, |_, [a]| {
        a.absolute().map_or(Ok(()), |size| legal("|a|", &size, &[a]))
    })
}
