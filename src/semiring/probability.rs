//! The real semiring: the mass of all paths.

use super::float::float_traits;
use super::{
    Cancellative, Commutative, Diverges, Energy, Float, LeftDivide, LogSum, NotInRange, Quantum, Semiring, Star,
    Tolerance, Weight,
};

/// Probabilities, or any mass: ⊕ is +, ⊗ is ×, 0̄ = 0, 1̄ = 1. A finite number that is at least 0; it may be above 1.
///
/// A product below the smallest number is 0, impossible, and a thousand factors of ½ are enough: long paths belong into [`LogSum`],
/// the same algebra of `−log p`. A result that overflows stays at the largest finite number.
///
/// No path carries the sum, so what asks for the best path does not compile:
///
/// ```compile_fail,E0277
/// use energraph::ops::{acceptor, prune};
/// use energraph::semiring::{Probability, Weight};
/// use energraph::Graph;
/// let g: Graph<Probability<f64>> = acceptor(&[1]).unwrap_or(Graph::empty());
/// let _ = prune(&g, &Probability::one());
/// ```
///
/// ```
/// use energraph::semiring::{Probability, Semiring, Star, Weight};
/// let (half, quarter) = (Probability::new(0.5_f64)?, Probability::new(0.25)?);
/// assert_eq!(half.plus(&quarter).get(), 0.75);
/// assert_eq!(half.times(&quarter).get(), 0.125);
/// assert_eq!(half.star()?.get(), 2.0);
/// assert!(Probability::<f64>::one().star().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Probability<F>(F);

float_traits!(Probability);

impl<F: Float> Probability<F> {
    /// A mass in [0, +∞).
    ///
    /// # Errors
    /// [`NotInRange`] for NaN, for what is negative, and for +∞.
    pub fn new(mass: F) -> Result<Self, NotInRange> {
        let value = mass.to_f64();
        if (0.0..f64::INFINITY).contains(&value) {
            Ok(Probability(F::from_f64(value + 0.0)))
        } else {
            Err(NotInRange { value, range: "[0, +∞)" })
        }
    }

    /// The mass.
    pub fn get(&self) -> F {
        self.0
    }

    /// A computed mass, or the largest number in its place.
    fn settled(mass: f64) -> Self {
        let most = -F::LOWEST.to_f64();
        Probability(F::from_f64(F::from_f64(mass).to_f64().min(most)))
    }

    /// The mass, widened.
    fn wide(&self) -> f64 {
        self.0.to_f64()
    }
}

impl<F: Float> From<Energy> for Probability<F> {
    /// `e^{−energy}`.
    fn from(energy: Energy) -> Self {
        Probability::settled((-energy.wide()).exp())
    }
}

impl<F: Float> From<Probability<F>> for Energy {
    /// `−log p`, rounded to `f32`.
    fn from(weight: Probability<F>) -> Energy {
        Energy::settled(-weight.wide().ln())
    }
}

impl<F: Float> From<Probability<F>> for LogSum<f64> {
    /// `−log p`.
    fn from(weight: Probability<F>) -> Self {
        LogSum::settled(-weight.wide().ln())
    }
}

impl<F: Float> Weight for Probability<F> {
    fn one() -> Self {
        Probability(F::from_f64(1.0))
    }
    fn zero() -> Self {
        Probability(F::from_f64(0.0))
    }
    fn times(&self, r: &Self) -> Self {
        Probability::settled(self.wide() * r.wide())
    }
    fn close(&self, r: &Self, tolerance: Tolerance) -> bool {
        tolerance.admits(self.wide(), r.wide())
    }
}

impl<F: Float> Commutative for Probability<F> {}

impl<F: Float> Cancellative for Probability<F> {}

impl<F: Float> Semiring for Probability<F> {
    fn plus(&self, r: &Self) -> Self {
        Probability::settled(self.wide() + r.wide())
    }
}

impl<F: Float> Star for Probability<F> {
    /// `1/(1 − p)`, the geometric series, for `p < 1`; it diverges elsewhere.
    fn star(&self) -> Result<Self, Diverges> {
        let p = self.wide();
        if p < 1.0 { Ok(Probability::settled(1.0 / (1.0 - p))) } else { Err(Diverges { weight: self.to_string() }) }
    }
}

impl<F: Float> LeftDivide for Probability<F> {
    /// `self / by`; `None` too where the quotient is beyond the numbers, above or below.
    fn left_divide(&self, by: &Self) -> Option<Self> {
        let quotient = F::from_f64(self.wide() / by.wide()).to_f64();
        let vanished = quotient == 0.0 && !self.is_zero();
        if by.is_zero() || vanished || quotient.is_infinite() { None } else { Some(Probability::settled(quotient)) }
    }

    /// The grid is one of `−log p`, as [`LogSum`] has it: a small mass does not become 0.
    fn quantize(&self, quantum: Quantum) -> Self {
        let energy = -self.wide().ln();
        let rounded = quantum.round(energy);
        if rounded == energy { *self } else { Probability::settled((-rounded).exp()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(x: f64) -> Probability<f64> {
        Probability::new(x).unwrap()
    }

    #[test]
    fn what_is_no_mass_is_refused() {
        for bad in [f64::NAN, -1e-300, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(Probability::new(bad).is_err(), "{bad}");
        }
        assert_eq!(p(-0.0), Probability::zero());
    }

    #[test]
    fn the_star_keeps_its_digits_next_to_one_and_is_refused_there() {
        assert_eq!(p(1.0 - f64::EPSILON / 2.0).star().unwrap().get(), 2.0_f64.powi(53));
        assert!(p(1.0).star().is_err() && p(3.0).star().is_err());
        let near: Probability<f32> = Probability::new(1.0 - f32::EPSILON / 2.0).unwrap();
        assert_eq!(near.star().unwrap().get(), 2.0_f32.powi(24));
    }

    #[test]
    fn an_overflow_stays_finite_and_a_quotient_beyond_the_numbers_is_refused() {
        assert_eq!(p(f64::MAX).plus(&p(f64::MAX)).get(), f64::MAX);
        assert_eq!(p(f64::MAX).times(&p(2.0)).get(), f64::MAX);
        assert_eq!(p(1e300).left_divide(&p(1e-300)), None);
        assert_eq!(p(1e-300).left_divide(&p(1e300)), None);
        assert_eq!(Probability::zero().left_divide(&p(1e300)), Some(Probability::zero()));
    }

    #[test]
    fn a_grid_moves_no_mass_to_zero_and_no_grid_moves_nothing() {
        let tiny = p(1e-200);
        assert!(!tiny.quantize(Quantum::default()).is_zero());
        assert_eq!(tiny.quantize(Quantum::EXACT), tiny);
        assert_eq!(p(0.5).quantize(Quantum::default()), p(0.5 + 1e-9).quantize(Quantum::default()));
        assert_eq!(Probability::zero().quantize(Quantum::default()), Probability::<f64>::zero());
    }

    #[test]
    fn an_energy_is_the_mass_e_to_the_minus_it() {
        assert_eq!(Probability::from(Energy::IMPOSSIBLE), Probability::<f64>::zero());
        assert_eq!(Probability::from(Energy::FREE), Probability::<f32>::one());
        assert_eq!(Probability::from(Energy::new(f32::MIN).unwrap()), p(f64::MAX));
        assert_eq!(Energy::from(Probability::<f64>::zero()), Energy::IMPOSSIBLE);
        assert_eq!(LogSum::<f64>::from(p(1.0)), LogSum::one());
    }
}
