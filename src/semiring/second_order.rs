//! Expectations of products over paths, in one pass.

use super::{Commutative, Diverges, Expectation, Semiring, Star, Tolerance, Weight};

/// A mass `p` and with it the mass times two values and times both: summed over paths, `(Σ p, Σ p·v, Σ p·w, Σ p·v·w)` where
/// `v` and `w` add up along a path. Covariances, and gradients of expectations.
///
/// Each site is lifted to `(p, p·v, p·w, p·v·w)` with its own mass and values. ⊕ is part by part, and
///
/// ```text
/// (p, r, s, t) ⊗ (p′, r′, s′, t′) = (p·p′, p·r′ + p′·r, p·s′ + p′·s, p·t′ + p′·t + r·s′ + r′·s)
/// ```
///
/// `S` and `V` are as in [`Expectation`], which the first two parts are.
///
/// Source: Z. Li and J. Eisner, *First- and second-order expectation semirings*, 2009, sections 3.3 and 5.
///
/// ```
/// use energraph::paths::path_sum;
/// use energraph::semiring::{SecondOrder, SignedLog};
/// use energraph::{Energy, GraphBuilder, LogSum};
/// // Energies 1 and 3, equally likely after all: how far do they scatter?
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::new(1.0)?, 1);
/// b.arc(0, 2, 2, Energy::new(3.0)?, 1);
/// b.final_weight(1, Energy::FREE);
/// let value = |e: &Energy| SignedLog::of(e.wide()).unwrap_or(energraph::Weight::zero());
/// let flat = |_, e: &Energy| SecondOrder::new(energraph::Weight::one(), &value(e), &value(e));
/// let total: SecondOrder<LogSum<f64>, SignedLog> = path_sum(&b.build()?, flat)?;
/// let share = |x: SignedLog| x.real() * total.p.get().exp();
/// assert!((share(total.t) - share(total.r) * share(total.s) - 1.0).abs() < 1e-12); // a variance of 1
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecondOrder<S, V> {
    /// The mass.
    pub p: S,
    /// The mass times the first value.
    pub r: V,
    /// The mass times the second value.
    pub s: V,
    /// The mass times both.
    pub t: V,
}

impl<S: Semiring, V: Semiring + From<S>> SecondOrder<S, V> {
    /// A mass and its values: `(p, p·v, p·w, p·v·w)`.
    pub fn new(mass: S, first: &V, second: &V) -> Self {
        let p = V::from(mass.clone());
        let r = p.times(first);
        SecondOrder { s: p.times(second), t: r.times(second), r, p: mass }
    }

    /// The mass with the first value.
    pub fn first(&self) -> Expectation<S, V> {
        Expectation { p: self.p.clone(), r: self.r.clone() }
    }

    /// The mass with the second value.
    pub fn second(&self) -> Expectation<S, V> {
        Expectation { p: self.p.clone(), r: self.s.clone() }
    }

    /// The mass with the product of both values.
    pub fn both(&self) -> Expectation<S, V> {
        Expectation { p: self.p.clone(), r: self.t.clone() }
    }
}

impl<S: Semiring, V: Semiring> From<S> for SecondOrder<S, V> {
    /// The mass with values 0.
    fn from(p: S) -> Self {
        SecondOrder { p, r: V::zero(), s: V::zero(), t: V::zero() }
    }
}

impl<S: Semiring + Commutative, V: Semiring + Commutative + From<S>> Weight for SecondOrder<S, V> {
    fn one() -> Self {
        SecondOrder::from(S::one())
    }
    fn zero() -> Self {
        SecondOrder::from(S::zero())
    }
    fn times(&self, b: &Self) -> Self {
        let (p, q) = (V::from(self.p.clone()), V::from(b.p.clone()));
        let across = |x: &V, y: &V| p.times(y).plus(&q.times(x));
        let both = self.r.times(&b.s).plus(&b.r.times(&self.s));
        SecondOrder {
            p: self.p.times(&b.p),
            r: across(&self.r, &b.r),
            s: across(&self.s, &b.s),
            t: across(&self.t, &b.t).plus(&both),
        }
    }
    fn close(&self, b: &Self, tolerance: Tolerance) -> bool {
        let pairs = [(&self.r, &b.r), (&self.s, &b.s), (&self.t, &b.t)];
        self.p.close(&b.p, tolerance) && pairs.iter().all(|(x, y)| x.close(y, tolerance))
    }
    fn is_zero(&self) -> bool {
        self.p.is_zero() && [&self.r, &self.s, &self.t].iter().all(|x| x.is_zero())
    }
}

impl<S: Semiring + Commutative, V: Semiring + Commutative + From<S>> Commutative for SecondOrder<S, V> {}

impl<S: Semiring + Commutative, V: Semiring + Commutative + From<S>> Semiring for SecondOrder<S, V> {
    fn plus(&self, b: &Self) -> Self {
        SecondOrder { p: self.p.plus(&b.p), r: self.r.plus(&b.r), s: self.s.plus(&b.s), t: self.t.plus(&b.t) }
    }
}

impl<S: Star + Commutative, V: Semiring + Commutative + From<S>> Star for SecondOrder<S, V> {
    /// `(p*, p*²·r, p*²·s, p*²·(t + p*·r·s + p*·r·s))`; it diverges where `p*` does.
    fn star(&self) -> Result<Self, Diverges> {
        let p = self.p.star()?;
        let around = V::from(p.clone());
        let twice = around.times(&around);
        let mixed = around.times(&self.r).times(&self.s);
        let t = self.t.plus(&mixed.plus(&mixed));
        Ok(SecondOrder { p, r: twice.times(&self.r), s: twice.times(&self.s), t: twice.times(&t) })
    }

    /// Of the mass, with values 0: as in an [`Expectation`], it depends on the mass alone whether there is a sum.
    fn absolute(&self) -> Option<Self> {
        Some(SecondOrder::from(self.p.absolute()?))
    }
}
