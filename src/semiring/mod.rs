//! Weights and semirings: the algebra that graphs are weighted with and that path sums run in.
//!
//! A graph carries a [`Weight`]: something that is multiplied along a path (⊗). Summing over paths (⊕) needs a
//! [`Semiring`], and which one is chosen when a question is asked, not when the graph is built: see
//! [`Energy`], which is a weight without a sum of its own.
//!
//! The marker traits say what more holds, and an operation asks for what it needs in its bounds. Every contract
//! below says what goes wrong when an implementation lies; the law kit (`energraph::laws`, feature `laws`)
//! finds the lie.
//!
//! Source: M. Mohri, *Semiring frameworks and algorithms for shortest-distance problems*, 2002.

mod boolean;
mod counting;
mod energy;
mod entropy;
mod expectation;
mod float;
mod gallic;
mod k_best;
#[cfg(feature = "laws")]
pub mod laws;
mod lexicographic;
mod log_sum;
mod min_max;
mod min_sum;
mod one_sided;
mod power;
mod probability;
mod product;
mod quantum;
mod second_order;
mod signed_log;
mod string;
#[cfg(any(feature = "laws", feature = "json"))]
mod type_name;

use std::cmp::Ordering;
use std::fmt::Debug;
use std::hash::Hash;

pub use boolean::Boolean;
pub use counting::Counting;
pub use energy::Energy;
pub use entropy::Entropy;
pub use expectation::Expectation;
pub use float::{Float, NotAWeight, NotInRange};
pub use gallic::{Differ, Gallic};
pub use k_best::KBest;
pub use lexicographic::Lexicographic;
pub use log_sum::LogSum;
pub use min_max::MinMax;
pub use min_sum::MinSum;
pub use one_sided::{LeftSemiring, Plus, RightSemiring};
pub use power::Power;
pub use probability::Probability;
pub use product::Product;
pub use quantum::{NotAQuantum, Quantum};
pub use second_order::SecondOrder;
pub use signed_log::{Sign, SignedLog};
pub use string::{StringLeft, StringRight};
#[cfg(any(feature = "laws", feature = "json"))]
pub(crate) use type_name::type_name;

/// How far apart two weights may be and still count as the same: `|a − b| ≤ absolute + relative · max(|a|, |b|)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// Allowed difference whatever the size of the operands.
    pub absolute: f64,
    /// Allowed difference as a share of the larger operand.
    pub relative: f64,
}

impl Tolerance {
    /// No difference at all.
    pub const EXACT: Tolerance = Tolerance { absolute: 0.0, relative: 0.0 };

    /// Whether two numbers are within the tolerance. Equal infinities are; NaN is close to nothing.
    ///
    /// ```
    /// use energraph::semiring::Tolerance;
    /// let t = Tolerance { absolute: 0.0, relative: 1e-6 };
    /// assert!(t.admits(1.0, 1.0 + 1e-7));
    /// assert!(t.admits(f64::INFINITY, f64::INFINITY));
    /// assert!(!t.admits(1e300, f64::INFINITY));
    /// ```
    pub fn admits(self, a: f64, b: f64) -> bool {
        a == b || (a - b).abs() <= self.absolute + self.relative * a.abs().max(b.abs()).min(f64::MAX)
    }
}

/// A value that is multiplied along a path.
///
/// # Contract
/// * `times` is associative (up to rounding, and within the range of the numbers that hold it), `one` is its identity on
///   both sides and `zero` absorbs on both sides. If not, the energy of a path depends on how an operation happened to
///   group it.
/// * `==` and `Hash` are exact and agree with each other. A tolerant `==` beside an exact hash makes hashed state
///   tables hold one state twice, and results depend on the order of insertion; tolerance lives in
///   [`Weight::close`] alone.
/// * `close` is reflexive and symmetric, and with [`Tolerance::EXACT`] it is `==`.
/// * No value is NaN or −0, and no operation makes an infinity other than 0̄'s and 1̄'s. One NaN weight makes every sum
///   that touches it NaN, long after its cause; −0 and 0 are one number with two hashes.
pub trait Weight: Clone + Eq + Hash + Debug {
    /// The weight of the empty path, 1̄.
    fn one() -> Self;
    /// The weight of an impossible path, 0̄.
    fn zero() -> Self;
    /// `self ⊗ r`: first `self`, then `r`.
    fn times(&self, r: &Self) -> Self;
    /// Whether both are the same up to rounding.
    fn close(&self, r: &Self, tolerance: Tolerance) -> bool;
    /// Whether this is 0̄.
    fn is_zero(&self) -> bool {
        *self == Self::zero()
    }
}

/// ⊗ commutes. Composition interleaves the weights of its two arguments and needs this: without it the weight of
/// a composed path is neither order's product.
pub trait Commutative: Weight {}

/// What is multiplied can be taken away again: where `c` is not 0̄, `c ⊗ a = c ⊗ b` only if `a = b`, and likewise on the
/// other side. [`Lexicographic`] needs this of its first part.
///
/// # Contract
/// Up to rounding and overflow: a ⊗ of floats that rounds two products to one cancels no more than they allow. A liar
/// makes ties where there were none, which the second part then decides otherwise than before.
pub trait Cancellative: Weight {}

/// A weight with a sum over paths.
///
/// # Contract
/// `plus` is associative and commutative with identity `zero`, and `times` distributes over it on both sides. A sum
/// over paths is computed by factoring out shared prefixes and suffixes; where distributivity fails, the factored
/// sum is not the sum over paths. A ⊕ that distributes from one side alone is a [`LeftSemiring`] or a [`RightSemiring`].
pub trait Semiring: Weight {
    /// `self ⊕ r`.
    fn plus(&self, r: &Self) -> Self;
}

/// `a ⊕ a = a`. Algorithms that may meet one path twice rely on it; a liar counts such paths twice.
pub trait Idempotent: Semiring {}

/// `a ⊕ b` is always `a` or `b`, so that one best path carries the whole sum.
/// [`shortest_path`](crate::paths::shortest_path()) needs this.
///
/// # Contract
/// `order` is total, agrees with ⊕ (`order(a, b)` is `Less` exactly when `a ⊕ b = a ≠ b`), puts `zero` last and is
/// kept by ⊗. A liar makes "the best path" something that the search stumbled on first.
pub trait PathProperty: Idempotent {
    /// `Less` where `self` wins in `self ⊕ r`.
    fn order(&self, r: &Self) -> Ordering;
}

/// A semiring with the sum over all powers, `a* = 1̄ ⊕ a ⊕ a⊗a ⊕ …`, which sums around a cycle.
///
/// # Contract
/// `a* = 1̄ ⊕ a ⊗ a*` wherever the sum converges (so `0̄* = 1̄`), and [`Diverges`] wherever it does not. A finite
/// answer for a divergent loop is a wrong total that nothing later can detect. Where sums may cancel,
/// [`absolute`](Star::absolute) is given; a liar's cycles get sums that depend on the order in which they are summed.
pub trait Star: Semiring {
    /// The sum over all powers.
    fn star(&self) -> Result<Self, Diverges>;

    /// The weight without its sign, where signs let a sum be nearer to 0̄ than what was summed. A sum over walks exists
    /// where the sum of their absolute weights does, so that it does not depend on an order.
    ///
    /// # Contract
    /// `None` for every weight or for none, and `None` only where no sum cancels: no two weights that are not 0̄ sum to
    /// 0̄, but for those with a power that is 0̄, which are on no walk so often that a sum might not exist (values without
    /// mass in an [`Expectation`]).
    ///
    /// Where it is given, `|0̄| = 0̄`, `|1̄| = 1̄`, `||a|| = |a|`, `|a ⊗ b| = |a| ⊗ |b|`, no sum of absolute weights cancels, and
    /// `|a|*` is given exactly where `a*` is. `|a|` may be 0̄ where a power of `a` is. A liar's sums around cycles are given
    /// where there are none, or refused where there are.
    fn absolute(&self) -> Option<Self> {
        None
    }
}

/// A semiring in which common factors can be taken out on the left.
///
/// # Contract
/// Where `a.left_divide(b)` is `Some(c)`, `b ⊗ c = a` up to rounding, where all three are within the range of the numbers
/// that hold them; `None` where no such `c` exists, and always where `b` is 0̄, which leaves `c` open. Pushing and determinisation leave the wrong remainder behind otherwise.
pub trait LeftDivide: Semiring {
    /// The `c` with `by ⊗ c = self`.
    fn left_divide(&self, by: &Self) -> Option<Self>;

    /// The weight at the nearest point of a grid: what determinisation and minimisation compare by. Weights that are
    /// not computed in floats need no grid and stay.
    ///
    /// # Contract
    /// 0̄ and the points of the grid stay, with [`Quantum::EXACT`] every weight does, and none moves further than the step:
    /// it stays [`close`](Weight::close) with a tolerance of the step, absolute and relative. What determinisation leaves to
    /// be paid later is such a point, so a liar's strings weigh something else. Where ⊗ multiplies, the grid should
    /// be one of logarithms: on another, small weights become 0̄, and their strings are lost.
    fn quantize(&self, _quantum: Quantum) -> Self {
        self.clone()
    }
}

/// The sum over all powers of a weight has no value in its semiring.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the sum over all powers of {weight} diverges")]
pub struct Diverges {
    /// The weight around the loop.
    pub weight: String,
}
