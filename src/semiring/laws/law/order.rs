//! Laws of `PathProperty`.

use std::cmp::Ordering;

use super::{Draws, Law, both, forbidden, mismatch};
use crate::semiring::PathProperty;
use crate::semiring::laws::Sample;

/// `a ⊕ b` is `a` or `b`.
pub fn plus_picks_an_operand<T: Sample + PathProperty>() -> Law {
    Law::new::<T, 2>("plus picks an operand", Draws::Everything, |_, [a, b]| {
        let sum = a.plus(b);
        if sum == *a || sum == *b { Ok(()) } else { Err(mismatch(("a ⊕ b", sum), ("one of", (a, b)), None)) }
    })
}

/// Antisymmetric, transitive, and `Equal` exactly where `==` is.
pub fn order_is_total<T: Sample + PathProperty>() -> Law {
    Law::new::<T, 3>("order is total", Draws::Everything, |check, [a, b, c]| {
        let (ab, bc, ac) = (a.order(b), b.order(c), a.order(c));
        check.equal(("order(a, b)", ab), ("reverse of order(b, a)", b.order(a).reverse()))?;
        check.equal(("order(a, b) is Equal", ab == Ordering::Equal), ("a == b", a == b))?;
        if ab == bc { check.equal(("order(a, c)", ac), ("order(a, b) and order(b, c)", ab)) } else { Ok(()) }
    })
}

/// `order(a, b)` is `Less` exactly where `a ⊕ b = a ≠ b`.
pub fn order_agrees_with_plus<T: Sample + PathProperty>() -> Law {
    Law::new::<T, 2>("order agrees with plus", Draws::Everything, |check, [a, b]| {
        let wins = a != b && a.plus(b) == *a;
        check.equal(("order(a, b) is Less", a.order(b) == Ordering::Less), ("a ⊕ b = a ≠ b", wins))
    })
}

/// Nothing comes after 0̄.
pub fn zero_is_last_in_the_order<T: Sample + PathProperty>() -> Law {
    Law::new::<T, 1>("zero is last in the order", Draws::Everything, |_, [a]| match a.order(&T::zero()) {
        Ordering::Greater => forbidden(("order(a, 0̄)", Ordering::Greater), "not Greater"),
        _ => Ok(()),
    })
}

/// Where `a` comes no later than `b`, `c ⊗ a` comes no later than `c ⊗ b`, and `a ⊗ c` than `b ⊗ c`.
pub fn times_keeps_the_order<T: Sample + PathProperty>() -> Law {
    Law::new::<T, 3>("times keeps the order", Draws::Everything, |_, [a, b, c]| {
        let (a, b) = if a.order(b) == Ordering::Greater { (b, a) } else { (a, b) };
        let kept = |left: (&'static str, T), right: (&'static str, T)| match left.1.order(&right.1) {
            Ordering::Greater => Err(mismatch(left, right, None)),
            _ => Ok(()),
        };
        both(kept(("c ⊗ better(a, b)", c.times(a)), ("comes after c ⊗ worse(a, b)", c.times(b))), || {
            kept(("better(a, b) ⊗ c", a.times(c)), ("comes after worse(a, b) ⊗ c", b.times(c)))
        })
    })
}
