//! A string and a weight: what an arc of a transducer writes and weighs, as one weight.

use super::{LeftDivide, Plus, Semiring, StringLeft, Tolerance, Weight};

/// A string and a weight, multiplied side by side: with it, a transducer is an acceptor of what it reads.
///
/// A [`Weight`], not a [`Semiring`]: the sum of two different strings is no string, so ⊕ is partial and stands apart, as
/// [`Gallic::checked_plus`]. Where either half is 0̄, the whole is.
///
/// Source: M. Mohri, *Finite-state transducers in language and speech processing*, 1997 (OpenFst's restricted Gallic
/// weight).
///
/// ```
/// use energraph::semiring::{Gallic, StringLeft, Weight};
/// use energraph::{Counting, Energy, Semiring};
/// let a = Gallic::new(StringLeft::from_iter([7]), Counting(2));
/// let b = Gallic::new(StringLeft::from_iter([8]), Counting(3));
/// assert_eq!(a.times(&b), Gallic::new(StringLeft::from_iter([7, 8]), Counting(6)));
/// assert_eq!(a.checked_plus(&a)?.weight(), &Counting(4));
/// assert_eq!(a.checked_plus(&b).map_err(|d| d.strings), Err([vec![7], vec![8]]));
/// # Ok::<(), energraph::semiring::Differ>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Gallic<W> {
    string: StringLeft,
    weight: W,
}

/// Two different strings, of which there is no sum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the strings {:?} and {:?} have no sum", strings[0], strings[1])]
pub struct Differ {
    /// Both.
    pub strings: [Vec<u32>; 2],
}

impl<W: Weight> Gallic<W> {
    /// A string and a weight; 0̄ where either is.
    pub fn new(string: StringLeft, weight: W) -> Self {
        if string.is_zero() || weight.is_zero() { Self::zero() } else { Gallic { string, weight } }
    }

    /// The string.
    pub fn string(&self) -> &StringLeft {
        &self.string
    }

    /// Its labels; none in 0̄.
    pub fn labels(&self) -> &[u32] {
        self.string.labels().unwrap_or_default()
    }

    /// The weight.
    pub fn weight(&self) -> &W {
        &self.weight
    }
}

impl<W: Weight> Weight for Gallic<W> {
    fn one() -> Self {
        Gallic { string: StringLeft::one(), weight: W::one() }
    }
    fn zero() -> Self {
        Gallic { string: StringLeft::zero(), weight: W::zero() }
    }
    fn times(&self, r: &Self) -> Self {
        Gallic::new(self.string.times(&r.string), self.weight.times(&r.weight))
    }
    fn close(&self, r: &Self, tolerance: Tolerance) -> bool {
        self.string == r.string && self.weight.close(&r.weight, tolerance)
    }
    fn is_zero(&self) -> bool {
        self.string.is_zero()
    }
}

impl<S: Semiring> Gallic<S> {
    /// The string of both and the ⊕ of their weights. 0̄ has no string of its own and adds to any.
    ///
    /// # Errors
    /// [`Differ`] where the strings do.
    pub fn checked_plus(&self, r: &Self) -> Result<Self, Differ> {
        if self.is_zero() || r.is_zero() {
            return Ok(if self.is_zero() { r.clone() } else { self.clone() });
        }
        if self.string != r.string {
            return Err(Differ { strings: [self.labels().to_vec(), r.labels().to_vec()] });
        }
        Ok(Gallic::new(self.string.clone(), Semiring::plus(&self.weight, &r.weight)))
    }

    /// What both have in common: the longest common prefix, and the ⊕ of the weights, which always exist.
    pub fn common(&self, r: &Self) -> Self {
        Gallic::new(self.string.sum(&r.string), Semiring::plus(&self.weight, &r.weight))
    }
}

impl<S: LeftDivide> Gallic<S> {
    /// The `c` with `by ⊗ c = self`, both halves divided; `None` where one does not divide.
    pub fn left_divide(&self, by: &Self) -> Option<Self> {
        Some(Gallic::new(self.string.left_divide(&by.string)?, self.weight.left_divide(&by.weight)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::semiring::MinSum;

    type G = Gallic<MinSum<f64>>;

    fn gallics() -> impl Strategy<Value = G> {
        let parts = (prop::collection::vec(1..3_u32, 0..4), -8_i32..8);
        let finite =
            parts.prop_map(|(s, w)| G::new(StringLeft::from_iter(s), MinSum::new(f64::from(w) / 4.0).unwrap()));
        prop_oneof![1 => Just(G::zero()), 9 => finite]
    }

    proptest! {
        #[test]
        fn what_two_have_in_common_divides_both(a in gallics(), b in gallics()) {
            let common = a.common(&b);
            for x in [&a, &b] {
                prop_assert!(common.is_zero() || x.left_divide(&common).is_some_and(|c| common.times(&c) == *x));
            }
        }

        #[test]
        fn a_sum_exists_exactly_where_the_strings_agree_or_one_is_zero(a in gallics(), b in gallics()) {
            let expected = a.is_zero() || b.is_zero() || a.string() == b.string();
            prop_assert_eq!(a.checked_plus(&b).is_ok(), expected);
            prop_assert_eq!(a.checked_plus(&b).ok(), b.checked_plus(&a).ok());
        }

        #[test]
        fn where_all_strings_agree_products_distribute_over_sums(a in gallics(), b in gallics(), w in -8_i32..8) {
            let c = G::new(b.string().clone(), MinSum::new(f64::from(w)).unwrap());
            let sum = b.checked_plus(&c).unwrap();
            prop_assert_eq!(a.times(&sum), a.times(&b).checked_plus(&a.times(&c)).unwrap());
            prop_assert_eq!(sum.times(&a), b.times(&a).checked_plus(&c.times(&a)).unwrap());
        }
    }

    #[test]
    fn an_impossible_half_makes_the_whole_impossible() {
        let (s, one, zero) = (StringLeft::from_iter([1]), MinSum::one(), MinSum::zero());
        assert_eq!(G::new(s, zero), G::zero());
        assert_eq!(G::new(StringLeft::zero(), one), G::zero());
    }
}
