//! The law kit: finds the lie in an implementation of [`Weight`] or [`Semiring`].
//!
//! Operations on graphs regroup, factor and merge weights, and each of them is right only as far as the algebra's
//! laws hold. Each law here is one named property, drawn from random operands with [`proptest`], shrunk when it fails,
//! and reported with its name, its operands and both sides.
//!
//! # Your own semiring in two minutes
//!
//! 1. Implement [`Weight`], [`Semiring`] and the marker traits that you claim.
//! 2. Implement [`Sample`]: how to draw values ([`dyadic`], [`numbers`], [`extremes`] for a type made of one number),
//!    and [`Sample::laws`], the list of claims. A claim without its trait doesn't compile.
//! 3. In your tests, [`semiring_laws!`](crate::semiring_laws) makes one `#[test]` of each law:
//!    `semiring_laws!(mod width_laws: Width => Semiring, Idempotent);`
//! 4. Or ask at run time: [`check`] returns a [`Report`] with one row per law, which prints as a table.
//!
//! ```
//! use energraph::laws::{self, Config, Laws, Sample, Samples};
//! use energraph::semiring::{Idempotent, Semiring, Tolerance, Weight};
//!
//! /// The widest path: a path is as wide as its narrowest arc, and the widest path wins.
//! #[derive(Debug, Clone, PartialEq, Eq, Hash)]
//! struct Width(u32);
//!
//! impl Weight for Width {
//!     fn one() -> Self { Width(u32::MAX) }
//!     fn zero() -> Self { Width(0) }
//!     fn times(&self, r: &Self) -> Self { Width(self.0.min(r.0)) }
//!     fn close(&self, r: &Self, _: Tolerance) -> bool { self == r }
//! }
//! impl Semiring for Width {
//!     fn plus(&self, r: &Self) -> Self { Width(self.0.max(r.0)) }
//! }
//! impl Idempotent for Width {}
//!
//! impl Sample for Width {
//!     fn exact() -> Samples<Self> { laws::boxed(0..20_u32, Width) }
//!     fn laws() -> Laws<Self> { Laws::weight().semiring().idempotent() }
//! }
//!
//! let report = laws::check::<Width>(&Config::default());
//! assert!(report.holds(), "{report}");
//! ```
//!
//! # What is exact and what rounds
//!
//! Every law of regrouping (associativity, distributivity, the star's equation, division) is asked twice: exactly, on
//! values from [`Sample::exact`], where nothing rounds; and to [`Config::ulps`] ulps of the largest operand or result on
//! values from [`Sample::legal`]. Identities, annihilation, equality, hashing and order are exact everywhere, on
//! [`Sample::extreme`] too. Every draw is mixed with 1̄, 0̄ and repeated operands.
//!
//! Of numbers the kit asks this: no result holds NaN or −0, and an infinity occurs in a result only where 0̄, 1̄ or an
//! operand holds it. Regrouping is not asked of values whose products overflow; that results stay legal is.
//!
//! Draws are seeded ([`Config::seed`]): the same laws see the same operands on every run.
//!
//! Source of the laws: M. Mohri, *Semiring frameworks and algorithms for shortest-distance problems*, 2002.

mod built_in;
mod combined;
mod draw;
pub mod law;
mod names;
mod report;
mod runner;

pub use built_in::built_in;
pub use draw::{Precision, Samples, boxed, drawn, dyadic, extremes, numbers, powers_of_two};
pub use report::{Counterexample, Outcome, Report, Row};
pub use runner::{Config, Law, Mismatch, weights};

use std::marker::PhantomData;

use super::{
    Cancellative, Commutative, Idempotent, LeftDivide, LeftSemiring, PathProperty, RightSemiring, Semiring, Star,
    Weight, type_name,
};

/// How the law kit draws values of a weight, and which laws the weight claims.
///
/// # Contract
/// A strategy that draws too little hides lies: draw ties, every value that needs a branch in your code, and, where
/// there are signs, weights of both and −1̄. 0̄ and 1̄ need not be drawn; they always are.
pub trait Sample: Weight + 'static {
    /// Whether ⊕ rounds even where ⊗ doesn't, as the logarithm of a sum does. Laws with ⊕ are then asked to
    /// [`Config::ulps`] ulps of at least 1 everywhere.
    const PLUS_ROUNDS: bool = false;

    /// The precision of the numbers inside: says how large an ulp is.
    const PRECISION: Precision = Precision::F64;

    /// Values on which the arithmetic is exact: no product or sum of sixteen of them rounds or overflows.
    fn exact() -> Samples<Self>;

    /// Any value, up to those so large that a product of four would overflow. By default the exact ones.
    fn legal() -> Samples<Self> {
        Self::exact()
    }

    /// Any value at all, the largest included. By default the legal ones.
    fn extreme() -> Samples<Self> {
        Self::legal()
    }

    /// The floating-point numbers that a value is made of; none where the arithmetic is exact.
    fn numbers(&self) -> Vec<f64> {
        Vec::new()
    }

    /// The type's own constructor, where it is made of one number: `None` for a number that it refuses.
    fn constructor() -> Option<fn(f64) -> Option<Self>> {
        None
    }

    /// Values whose sum over all powers has no value, which [`Star::star`] must refuse; `None` where every sum has one.
    fn divergent() -> Option<Samples<Self>> {
        None
    }

    /// The laws that the type claims.
    fn laws() -> Laws<Self>;
}

/// A list of laws that a type claims, marker by marker.
#[derive(Debug)]
pub struct Laws<T> {
    list: Vec<Law>,
    claimed: PhantomData<fn() -> T>,
}

/// Adds the laws of one marker.
macro_rules! claim {
    ($marker:ident, $laws:ident, $t:ident) => {{
        let mut laws = $laws;
        $crate::__law_names! { $marker __law_push laws $t }
        laws
    }};
}

impl<T: Sample> Laws<T> {
    /// The laws of [`Weight`], which every type claims.
    pub fn weight() -> Self {
        let none = Laws { list: Vec::new(), claimed: PhantomData };
        claim!(Weight, none, T)
    }

    /// And those of [`Commutative`].
    pub fn commutative(self) -> Self
    where
        T: Commutative,
    {
        claim!(Commutative, self, T)
    }

    /// And those of [`Cancellative`].
    pub fn cancellative(self) -> Self
    where
        T: Cancellative,
    {
        claim!(Cancellative, self, T)
    }

    /// And those of [`Semiring`].
    pub fn semiring(self) -> Self
    where
        T: Semiring,
    {
        claim!(Semiring, self, T)
    }

    /// And those of [`LeftSemiring`], for what is no [`Semiring`].
    pub fn left_semiring(self) -> Self
    where
        T: LeftSemiring,
    {
        claim!(LeftSemiring, self, T)
    }

    /// And those of [`RightSemiring`], for what is no [`Semiring`].
    pub fn right_semiring(self) -> Self
    where
        T: RightSemiring,
    {
        claim!(RightSemiring, self, T)
    }

    /// And those of [`Idempotent`].
    pub fn idempotent(self) -> Self
    where
        T: Idempotent,
    {
        claim!(Idempotent, self, T)
    }

    /// And those of [`PathProperty`].
    pub fn path_property(self) -> Self
    where
        T: PathProperty,
    {
        claim!(PathProperty, self, T)
    }

    /// And those of [`Star`].
    pub fn star(self) -> Self
    where
        T: Star,
    {
        claim!(Star, self, T)
    }

    /// And those of [`LeftDivide`].
    pub fn left_divide(self) -> Self
    where
        T: LeftDivide,
    {
        claim!(LeftDivide, self, T)
    }

    /// The laws, in the order of the claims.
    pub fn list(&self) -> &[Law] {
        &self.list
    }

    fn push(&mut self, law: Law) {
        self.list.push(law);
    }
}

/// Checks every law that `T` claims.
///
/// # Cost
/// A few operations per case and law; the default [`Config`] takes some tens of milliseconds a type.
pub fn check<T: Sample>(config: &Config) -> Report {
    let rows = T::laws().list.iter().map(|law| law.row(config)).collect();
    Report { subject: type_name::<T>(), rows }
}
