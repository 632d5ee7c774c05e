//! Expectations over paths, in one pass.

use super::{Commutative, Diverges, LeftDivide, Semiring, Star, Tolerance, Weight};

/// A mass `p` and with it the mass times a value, `r`: summed over paths, `(Σ p, Σ p·v)` where `v` adds up along a path.
///
/// Each site is lifted to `(p, p·v)` with its own mass and value. ⊕ is part by part,
/// `(p, r) ⊗ (p′, r′) = (p·p′, p·r′ + r·p′)`, 0̄ = (0, 0), 1̄ = (1, 0).
///
/// `S` holds the masses, [`Probability`](super::Probability) or [`LogSum`](super::LogSum); `V` the products, in which masses
/// must have their place: `V: From<S>` keeps 0̄, 1̄, ⊕ and ⊗ up to rounding. `V = S` does for values that are not negative,
/// [`SignedLog`](super::SignedLog) for all, and `Power<SignedLog, N>` for vectors of them.
///
/// Neither idempotent nor with a path property. Quotients would need a difference, so there are none: push and
/// determinise before lifting.
///
/// Source: J. Eisner, *Parameter estimation for probabilistic finite-state transducers*, 2002; Z. Li and J. Eisner, *First-
/// and second-order expectation semirings*, 2009.
///
/// ```
/// use energraph::paths::path_sum;
/// use energraph::semiring::{Expectation, Probability, Weight};
/// use energraph::{Graph, GraphBuilder};
/// // How many steps on average: two of them with probability ¼, one otherwise.
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(0);
/// for (from, p, to) in [(0, 0.75, 2), (0, 0.25, 1), (1, 1.0, 2)] {
///     b.arc(from, 1, 1, Probability::new(p)?, to);
/// }
/// b.final_weight(2, Probability::one());
/// let g: Graph<Probability<f64>> = b.build()?;
/// let step = |site, &p: &Probability<f64>| match site {
///     energraph::Site::Arc(_) => Expectation { p, r: p }, // p · 1
///     energraph::Site::Final(_) => Expectation::from(p),
/// };
/// let total = path_sum(&g, step)?;
/// assert_eq!(total.mean().map(|m| m.get()), Some(1.25));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Expectation<S, V> {
    /// The mass.
    pub p: S,
    /// The mass times the value.
    pub r: V,
}

impl<S: Semiring, V: Semiring + From<S>> Expectation<S, V> {
    /// A mass and its value: `(p, p·v)`.
    pub fn new(mass: S, value: &V) -> Self {
        Expectation { r: V::from(mass.clone()).times(value), p: mass }
    }

    /// The mean value, `r/p`; `None` where there is no mass.
    pub fn mean(&self) -> Option<V>
    where
        V: LeftDivide,
    {
        self.r.left_divide(&V::from(self.p.clone()))
    }
}

impl<S: Semiring, V: Semiring> From<S> for Expectation<S, V> {
    /// The mass with value 0.
    fn from(p: S) -> Self {
        Expectation { p, r: V::zero() }
    }
}

impl<S: Semiring, V: Semiring + From<S>> Weight for Expectation<S, V> {
    fn one() -> Self {
        Expectation { p: S::one(), r: V::zero() }
    }
    fn zero() -> Self {
        Expectation { p: S::zero(), r: V::zero() }
    }
    fn times(&self, b: &Self) -> Self {
        let in_values = |p: &S| V::from(p.clone());
        let r = in_values(&self.p).times(&b.r).plus(&self.r.times(&in_values(&b.p)));
        Expectation { p: self.p.times(&b.p), r }
    }
    fn close(&self, b: &Self, tolerance: Tolerance) -> bool {
        self.p.close(&b.p, tolerance) && self.r.close(&b.r, tolerance)
    }
    fn is_zero(&self) -> bool {
        self.p.is_zero() && self.r.is_zero()
    }
}

impl<S: Semiring + Commutative, V: Semiring + Commutative + From<S>> Commutative for Expectation<S, V> {}

impl<S: Semiring, V: Semiring + From<S>> Semiring for Expectation<S, V> {
    fn plus(&self, b: &Self) -> Self {
        Expectation { p: self.p.plus(&b.p), r: self.r.plus(&b.r) }
    }
}

impl<S: Star, V: Semiring + From<S>> Star for Expectation<S, V> {
    /// `(p*, p*·r·p*)`; it diverges where `p*` does.
    fn star(&self) -> Result<Self, Diverges> {
        let p = self.p.star()?;
        let around = V::from(p.clone());
        Ok(Expectation { p, r: around.times(&self.r).times(&around) })
    }

    /// Of the mass, with value 0: on the mass alone it depends whether there is a sum.
    fn absolute(&self) -> Option<Self> {
        // A walk has the value of one of its sites between masses of all others, so `Σ r` is a product with two sums of
        // masses, finite where they are. And `|p·r′ + r·p′|` is no sum of sizes: no value but 0 keeps ⊗.
        Some(Expectation::from(self.p.absolute()?))
    }
}
