//! The entropy of the distribution over paths.

use super::{Commutative, Diverges, Energy, Expectation, LogSum, Semiring, Sign, SignedLog, Star, Tolerance, Weight};

/// The first-order [`Expectation`] of `−log p`: summed over paths, the mass `Z = Σ p` and `Σ −p·log p`, from which
/// [`Entropy::entropy`] reads the entropy of the paths' shares `p/Z`.
///
/// Neither needs to be normalised, and cycles may be summed.
///
/// Source: Z. Li and J. Eisner, *First- and second-order expectation semirings*, 2009, section 6.1; D. Hernando, V. Crespi and
/// G. Cybenko, *Efficient computation of the hidden Markov model entropy*, 2005.
///
/// ```
/// use energraph::paths::path_sum;
/// use energraph::semiring::Entropy;
/// use energraph::{Energy, GraphBuilder};
/// // Four paths, all alike: two bits.
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(0);
/// for state in [0, 1] {
///     b.arc(state, 1, 1, Energy::new(2.5)?, state + 1);
///     b.arc(state, 2, 2, Energy::new(2.5)?, state + 1);
/// }
/// b.final_weight(2, Energy::FREE);
/// let total = path_sum(&b.build()?, |_, &e| Entropy::from(e))?;
/// let bits = total.entropy().map(|nats| nats / 2.0_f64.ln());
/// assert!(bits.is_some_and(|bits| (bits - 2.0).abs() < 1e-12));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entropy(pub(super) Expectation<LogSum<f64>, SignedLog>);

impl Entropy {
    /// `−Σ q·log q` over the shares `q = p/Z` of the paths, in nats: `log Z + (Σ −p·log p)/Z`. `None` over no path.
    ///
    /// Both terms are of the size of the energies, and what is left has their digits: to shift the energies so that the best
    /// path costs about 0 keeps them.
    pub fn entropy(&self) -> Option<f64> {
        let mean = self.0.mean()?.real();
        // Rounding may leave less than nothing of a certain outcome.
        Some((mean - self.free_energy()).max(0.0))
    }

    /// `−log Z`; +∞ over no path.
    pub fn free_energy(&self) -> f64 {
        self.0.p.get()
    }

    /// `(Σ p, Σ −p·log p)`.
    pub fn expectation(&self) -> Expectation<LogSum<f64>, SignedLog> {
        self.0
    }
}

impl From<Expectation<LogSum<f64>, SignedLog>> for Entropy {
    /// `(Σ p, Σ −p·log p)`, as [`Entropy::expectation`] gives them.
    fn from(sums: Expectation<LogSum<f64>, SignedLog>) -> Self {
        Entropy(sums)
    }
}

impl From<LogSum<f64>> for Entropy {
    /// A mass and its own energy.
    fn from(mass: LogSum<f64>) -> Self {
        let energy = mass.get();
        let sign = if energy < 0.0 { Sign::Minus } else { Sign::Plus };
        // No mass has no share in anything: 0·log 0 = 0.
        let value = if mass.is_zero() { LogSum::zero() } else { LogSum::settled(-energy.abs().ln()) };
        Entropy(Expectation::new(mass, &SignedLog::new(sign, value)))
    }
}

impl From<Energy> for Entropy {
    /// The mass `e^{−energy}` and the energy.
    fn from(energy: Energy) -> Self {
        Entropy::from(LogSum::from(energy))
    }
}

impl Weight for Entropy {
    fn one() -> Self {
        Entropy(Weight::one())
    }
    fn zero() -> Self {
        Entropy(Weight::zero())
    }
    fn times(&self, r: &Self) -> Self {
        Entropy(self.0.times(&r.0))
    }
    fn close(&self, r: &Self, tolerance: Tolerance) -> bool {
        self.0.close(&r.0, tolerance)
    }
}

impl Commutative for Entropy {}

impl Semiring for Entropy {
    fn plus(&self, r: &Self) -> Self {
        Entropy(self.0.plus(&r.0))
    }
}

impl Star for Entropy {
    fn star(&self) -> Result<Self, Diverges> {
        self.0.star().map(Entropy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_path_has_no_entropy_whatever_its_energy_and_no_path_has_none_to_read() {
        for energy in [-700.0, -0.5, 0.0, 1e-30, 3.0, 1e6] {
            let one = Entropy::from(LogSum::new(energy).unwrap());
            assert!(one.entropy().unwrap() <= 1e-9 * (1.0 + energy.abs()), "{energy}");
            assert_eq!(one.free_energy(), energy);
        }
        assert_eq!(Entropy::zero().entropy(), None);
        assert_eq!(Entropy::from(Energy::IMPOSSIBLE), Entropy::zero());
        assert_eq!(Entropy::from(Energy::FREE), Entropy::one());
    }

    #[test]
    fn a_geometric_number_of_rounds_has_the_entropy_of_its_law() {
        // Round again with p: H = −p·log p/(1 − p) − log(1 − p).
        let p = 0.3_f64;
        let total = Entropy::from(LogSum::new(-p.ln()).unwrap()).star().unwrap();
        let expected = -p * p.ln() / (1.0 - p) - (1.0 - p).ln();
        assert!((total.entropy().unwrap() - expected).abs() < 1e-12);
    }
}
