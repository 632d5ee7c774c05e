//! The reals in log space.

use super::float::log_one_minus;
use super::{
    Cancellative, Commutative, Diverges, Float, LeftDivide, LogSum, NotInRange, Probability, Quantum, Semiring, Star,
};
use super::{Tolerance, Weight};

/// The side of 0 that a number lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sign {
    /// 0 or above.
    Plus,
    /// Below 0.
    Minus,
}

/// A real number as its sign and the energy `−log |x|` of its magnitude: ⊕ is +, ⊗ is ×, 0̄ = 0, 1̄ = 1. Numbers far beyond
/// those of `f64` on both sides, at its relative precision for magnitudes near 1.
///
/// What cancels loses digits, as it does in floats: `x + y` is off by a few ulps of the larger, whatever is left. So
/// [`close`](Weight::close) holds where the energies are close under one sign, and where the reals are. 0 has the sign
/// [`Sign::Plus`].
///
/// Source: Z. Li and J. Eisner, *First- and second-order expectation semirings with applications to minimum-risk training on
/// translation forests*, 2009, section 5.1.
///
/// ```
/// use energraph::semiring::{SignedLog, Semiring, Weight};
/// let (a, b) = (SignedLog::of(3.0)?, SignedLog::of(-5.0)?);
/// assert!((a.plus(&b).real() + 2.0).abs() < 1e-12);
/// assert!((a.times(&b).real() + 15.0).abs() < 1e-12);
/// assert!(a.plus(&SignedLog::of(-3.0)?).is_zero());
/// # Ok::<(), energraph::semiring::NotInRange>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SignedLog {
    sign: Sign,
    magnitude: LogSum<f64>,
}

impl SignedLog {
    /// The number of this sign and magnitude.
    pub fn new(sign: Sign, magnitude: LogSum<f64>) -> Self {
        SignedLog { sign: if magnitude.is_zero() { Sign::Plus } else { sign }, magnitude }
    }

    /// A real number.
    ///
    /// # Errors
    /// [`NotInRange`] for NaN and ±∞.
    pub fn of(real: f64) -> Result<Self, NotInRange> {
        if !real.is_finite() {
            return Err(NotInRange { value: real, range: "(−∞, +∞)" });
        }
        let sign = if real < 0.0 { Sign::Minus } else { Sign::Plus };
        Ok(SignedLog::new(sign, LogSum::settled(-real.abs().ln())))
    }

    /// The sign.
    pub fn sign(&self) -> Sign {
        self.sign
    }

    /// The magnitude; its energy is `−log |x|`.
    pub fn magnitude(&self) -> LogSum<f64> {
        self.magnitude
    }

    /// The number, rounded: ±∞ or 0 where it is beyond those of `f64`.
    pub fn real(&self) -> f64 {
        let size = (-self.magnitude.get()).exp();
        if self.sign == Sign::Minus { -size } else { size }
    }

    /// The number of the other sign.
    pub fn negated(&self) -> Self {
        SignedLog::new(self.sign.times(Sign::Minus), self.magnitude)
    }
}

impl Sign {
    fn times(self, r: Sign) -> Sign {
        if self == r { Sign::Plus } else { Sign::Minus }
    }
}

impl<F: Float> From<LogSum<F>> for SignedLog {
    /// The mass itself.
    fn from(mass: LogSum<F>) -> Self {
        SignedLog::new(Sign::Plus, LogSum::settled(mass.get().to_f64()))
    }
}

impl<F: Float> From<Probability<F>> for SignedLog {
    /// The mass itself.
    fn from(mass: Probability<F>) -> Self {
        SignedLog::new(Sign::Plus, LogSum::from(mass))
    }
}

impl std::fmt::Display for Sign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if *self == Sign::Plus { "+" } else { "-" })
    }
}

impl std::fmt::Display for SignedLog {
    /// The sign and the energy.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "({}, {})", self.sign, self.magnitude)
    }
}

impl Weight for SignedLog {
    fn one() -> Self {
        SignedLog::new(Sign::Plus, LogSum::one())
    }
    fn zero() -> Self {
        SignedLog::new(Sign::Plus, LogSum::zero())
    }
    fn times(&self, r: &Self) -> Self {
        SignedLog::new(self.sign.times(r.sign), self.magnitude.times(&r.magnitude))
    }
    fn close(&self, r: &Self, tolerance: Tolerance) -> bool {
        if self.sign == r.sign && self.magnitude.close(&r.magnitude, tolerance) {
            return true;
        }
        // In energies, for reals beyond the floats.
        let apart = self.plus(&r.negated()).magnitude.get();
        let larger = self.magnitude.get().min(r.magnitude.get());
        apart >= -tolerance.absolute.ln() || apart >= larger - tolerance.relative.ln()
    }
}

impl Commutative for SignedLog {}

impl Cancellative for SignedLog {}

impl Semiring for SignedLog {
    fn plus(&self, r: &Self) -> Self {
        if self.sign == r.sign {
            return SignedLog::new(self.sign, self.magnitude.plus(&r.magnitude));
        }
        let (larger, smaller) = if self.magnitude.get() <= r.magnitude.get() { (self, r) } else { (r, self) };
        let (low, high) = (larger.magnitude.get(), smaller.magnitude.get());
        if low == high {
            return Self::zero();
        }
        SignedLog::new(larger.sign, LogSum::settled(low - log_one_minus(high - low)))
    }
}

impl Star for SignedLog {
    /// `1/(1 − x)` for `−1 < x < 1`; the series diverges elsewhere.
    fn star(&self) -> Result<Self, Diverges> {
        let energy = self.magnitude.get();
        match self.sign {
            _ if energy <= 0.0 => Err(Diverges { weight: self.to_string() }),
            Sign::Plus => Ok(SignedLog::new(Sign::Plus, LogSum::settled(log_one_minus(energy)))),
            Sign::Minus => Ok(SignedLog::new(Sign::Plus, LogSum::settled((-energy).exp().ln_1p()))),
        }
    }

    fn absolute(&self) -> Option<Self> {
        Some(SignedLog::new(Sign::Plus, self.magnitude))
    }
}

impl LeftDivide for SignedLog {
    fn left_divide(&self, by: &Self) -> Option<Self> {
        Some(SignedLog::new(self.sign.times(by.sign), self.magnitude.left_divide(&by.magnitude)?))
    }

    /// The grid is one of `−log |x|`, as [`LogSum`] has it.
    fn quantize(&self, quantum: Quantum) -> Self {
        SignedLog::new(self.sign, self.magnitude.quantize(quantum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(x: f64) -> SignedLog {
        SignedLog::of(x).unwrap()
    }

    fn near(x: SignedLog, y: f64) -> bool {
        (x.real() - y).abs() <= 1e-12 * y.abs().max(1.0)
    }

    #[test]
    fn sums_products_quotients_and_stars_are_those_of_the_reals() {
        let reals = [-7.5, -1.0, -0.999_999_999, -0.75, -1e-9, 0.0, 1e-9, 0.5, 1.0, 3.0];
        for x in reals {
            assert!(near(of(x), x));
            assert_eq!(of(x).star().is_ok(), x.abs() < 1.0, "{x}");
            assert!(of(x).star().is_ok_and(|s| near(s, 1.0 / (1.0 - x))) || x.abs() >= 1.0, "{x}");
            for y in reals {
                assert!(near(of(x).plus(&of(y)), x + y), "{x} {y}");
                assert!(near(of(x).times(&of(y)), x * y), "{x} {y}");
                let quotient = of(x).left_divide(&of(y)).map(|q| q.times(&of(y)));
                assert!(quotient.map_or(y == 0.0, |q| near(q, x)), "{x} {y}");
            }
        }
    }

    #[test]
    fn reals_beyond_the_floats_are_added() {
        let huge = SignedLog::new(Sign::Plus, LogSum::new(-5000.0).unwrap());
        assert_eq!(huge.times(&huge).magnitude().get(), -10_000.0);
        assert!(huge.plus(&huge.negated()).is_zero());
        let twice = huge.plus(&huge);
        assert!((twice.magnitude().get() + 5000.0 + std::f64::consts::LN_2).abs() < 1e-9);
        assert!(twice.plus(&huge.negated()).close(&huge, Tolerance { absolute: 0.0, relative: 1e-9 }));
        assert!(!twice.close(&huge, Tolerance { absolute: 0.1, relative: 1e-6 }));
    }

    #[test]
    fn what_is_left_after_cancelling_is_close_to_zero_as_a_real() {
        let left = of(0.1).plus(&of(0.2)).plus(&of(-0.3));
        assert!(left.close(&SignedLog::zero(), Tolerance { absolute: 1e-15, relative: 0.0 }));
        assert!(!of(1e-3).close(&SignedLog::zero(), Tolerance { absolute: 1e-15, relative: 0.0 }));
        assert!(!of(1e-3).close(&of(-1e-3), Tolerance { absolute: 1e-4, relative: 1e-4 }));
    }

    #[test]
    fn there_is_one_zero() {
        assert_eq!(of(-0.0), SignedLog::zero());
        assert_eq!(SignedLog::zero().negated(), SignedLog::zero());
        assert_eq!(of(-3.0).times(&SignedLog::zero()), SignedLog::zero());
        assert!(SignedLog::of(f64::NAN).is_err() && SignedLog::of(f64::INFINITY).is_err());
    }
}
