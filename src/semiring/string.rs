//! Strings as weights: what several of them have in common.

use super::{LeftSemiring, Plus, RightSemiring, Tolerance, Weight};

/// Strings from their beginning: ⊕ is the longest common prefix, ⊗ is concatenation, 1̄ the empty string, 0̄ an infinite
/// string, which every other is a prefix of.
///
/// A left semiring: ⊗ distributes over ⊕ from the left alone. From the right, `(1 ⊕ 1̄) ⊗ 2` is the string `2`, but `1 2`
/// and `2` have only the empty prefix in common. It is therefore no [`Semiring`](super::Semiring), which operations that
/// sum over paths ask for: what they factor out of the ends of paths would be wrong.
///
/// ```
/// use energraph::semiring::{Plus, StringLeft, Weight};
/// let (a, b) = (StringLeft::from_iter([1, 2, 3]), StringLeft::from_iter([1, 2, 4, 5]));
/// let prefix = a.sum(&b);
/// assert_eq!(prefix.labels(), Some(&[1, 2][..]));
/// let rest = b.left_divide(&prefix).ok_or("a prefix divides")?;
/// assert_eq!(prefix.times(&rest), b);
/// assert_eq!(a.sum(&StringLeft::zero()), a);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StringLeft(Option<Vec<u32>>);

/// Strings from their end: ⊕ is the longest common suffix; otherwise as [`StringLeft`].
///
/// A right semiring: ⊗ distributes over ⊕ from the right alone.
///
/// ```
/// use energraph::semiring::{Plus, StringRight};
/// let (a, b) = (StringRight::from_iter([1, 2, 3]), StringRight::from_iter([2, 3]));
/// assert_eq!(a.sum(&b), b);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StringRight(Option<Vec<u32>>);

/// What both kinds of string share.
macro_rules! string_weight {
    ($name:ident) => {
        impl $name {
            /// The labels; `None` for 0̄.
            pub fn labels(&self) -> Option<&[u32]> {
                self.0.as_deref()
            }
        }

        impl FromIterator<u32> for $name {
            /// The string of some labels. Label 0 stands for no label and adds none.
            fn from_iter<I: IntoIterator<Item = u32>>(labels: I) -> Self {
                $name(Some(labels.into_iter().filter(|&l| l != 0).collect()))
            }
        }

        impl Weight for $name {
            fn one() -> Self {
                $name(Some(Vec::new()))
            }
            fn zero() -> Self {
                $name(None)
            }
            fn times(&self, r: &Self) -> Self {
                let (Some(a), Some(b)) = (&self.0, &r.0) else { return Self::zero() };
                $name(Some([&a[..], b].concat()))
            }
            fn close(&self, r: &Self, _: Tolerance) -> bool {
                self == r
            }
            fn is_zero(&self) -> bool {
                self.0.is_none()
            }
        }
    };
}

string_weight!(StringLeft);
string_weight!(StringRight);

/// How many leading items two sequences share.
fn shared<'a>(a: impl Iterator<Item = &'a u32>, b: impl Iterator<Item = &'a u32>) -> usize {
    a.zip(b).take_while(|(x, y)| x == y).count()
}

impl Plus for StringLeft {
    fn sum(&self, r: &Self) -> Self {
        match (&self.0, &r.0) {
            (Some(a), Some(b)) => StringLeft(Some(a[..shared(a.iter(), b.iter())].to_vec())),
            (None, _) => r.clone(),
            (_, None) => self.clone(),
        }
    }
}

impl LeftSemiring for StringLeft {}

impl StringLeft {
    /// The `c` with `by ⊗ c = self`: what follows a prefix. `None` where `by` is no prefix of `self`, or is 0̄.
    ///
    /// [`LeftDivide`](super::LeftDivide) is for semirings alone, so this is no implementation of it.
    pub fn left_divide(&self, by: &Self) -> Option<Self> {
        let prefix = by.0.as_deref()?;
        let Some(whole) = &self.0 else { return Some(Self::zero()) };
        whole.strip_prefix(prefix).map(|rest| StringLeft(Some(rest.to_vec())))
    }
}

impl Plus for StringRight {
    fn sum(&self, r: &Self) -> Self {
        match (&self.0, &r.0) {
            (Some(a), Some(b)) => StringRight(Some(a[a.len() - shared(a.iter().rev(), b.iter().rev())..].to_vec())),
            (None, _) => r.clone(),
            (_, None) => self.clone(),
        }
    }
}

impl RightSemiring for StringRight {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn strings() -> impl Strategy<Value = StringLeft> {
        let finite = prop::collection::vec(1..3_u32, 0..5).prop_map(StringLeft::from_iter);
        prop_oneof![1 => Just(StringLeft::zero()), 9 => finite]
    }

    proptest! {
        #[test]
        fn a_quotient_is_what_follows_the_prefix(a in strings(), b in strings()) {
            if let Some(c) = a.left_divide(&b) {
                prop_assert_eq!(b.times(&c), a);
            }
        }

        #[test]
        fn a_product_can_be_divided_by_its_first_factor_unless_that_is_zero(a in strings(), b in strings()) {
            let expected = (!b.is_zero()).then(|| a.clone());
            prop_assert_eq!(b.times(&a).left_divide(&b), expected);
        }

        #[test]
        fn a_sum_divides_both_of_its_parts(a in strings(), b in strings()) {
            let sum = a.sum(&b);
            prop_assert!(sum.is_zero() || (a.left_divide(&sum).is_some() && b.left_divide(&sum).is_some()));
        }

        #[test]
        fn plus_is_idempotent(a in strings()) {
            prop_assert_eq!(a.sum(&a), a);
        }

        #[test]
        fn a_common_suffix_is_a_common_prefix_read_backwards(
            a in prop::collection::vec(1..3_u32, 0..5),
            b in prop::collection::vec(1..3_u32, 0..5),
        ) {
            let back = |v: &[u32]| v.iter().rev().copied().collect::<StringRight>();
            let (suffix, prefix) = (
                back(&a).sum(&back(&b)),
                StringLeft::from_iter(a).sum(&StringLeft::from_iter(b)),
            );
            prop_assert_eq!(suffix, back(prefix.labels().unwrap()));
        }
    }

    #[test]
    fn each_kind_distributes_from_its_own_side_alone() {
        let left = |l: &[u32]| StringLeft::from_iter(l.iter().copied());
        let right = |l: &[u32]| StringRight::from_iter(l.iter().copied());
        // (a ⊕ b) ⊗ c against a⊗c ⊕ b⊗c
        let (a, b, c) = (left(&[1]), left(&[]), left(&[2]));
        assert_ne!(a.sum(&b).times(&c), a.times(&c).sum(&b.times(&c)));
        let (a, b, c) = (right(&[1]), right(&[]), right(&[2]));
        assert_ne!(c.times(&a.sum(&b)), c.times(&a).sum(&c.times(&b)));
    }

    #[test]
    fn label_zero_adds_nothing_to_a_string() {
        assert_eq!(StringLeft::from_iter([0, 4, 0]).labels(), Some(&[4][..]));
        assert_eq!(StringRight::from_iter([0]), StringRight::one());
    }
}
