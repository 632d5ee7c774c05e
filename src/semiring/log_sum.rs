//! The log semiring: the free energy over all paths.

use super::float::{admit, float_weight, log_one_minus, settle, sum};
use super::{
    Cancellative, Commutative, Diverges, Energy, Float, LeftDivide, NotAWeight, Quantum, Semiring, Star, Tolerance,
    Weight,
};

/// Log-sum: ⊕ is `−log(e^{−a} + e^{−b})`, ⊗ the sum, 0̄ = +∞, 1̄ = 0. What overflows stays finite, as in
/// [`MinSum`](super::MinSum).
///
/// An inverse temperature β lives outside, in the lift: `e ↦ LogSum(β·e)`, divided out at the end.
///
/// ```
/// use energraph::semiring::{LogSum, Semiring};
/// let half = LogSum::new(2.0_f64.ln())?;
/// assert!(half.plus(&half).get().abs() < 1e-12); // ½ + ½ = 1, whose energy is 0
/// # Ok::<(), energraph::semiring::NotAWeight>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct LogSum<F>(F);

float_weight!(LogSum);

impl<F: Float> LogSum<F> {
    /// A computed energy, brought back into (−∞, +∞].
    pub(super) fn settled(energy: f64) -> Self {
        LogSum(settle(energy))
    }
}

impl<F: Float> From<Energy> for LogSum<F> {
    /// The energy as it is: β = 1.
    fn from(energy: Energy) -> Self {
        LogSum(F::from_f64(energy.wide()))
    }
}

impl<F: Float> From<LogSum<F>> for Energy {
    /// Rounded to `f32`: beyond its range, the lowest or the highest finite number.
    fn from(weight: LogSum<F>) -> Energy {
        Energy::settled(weight.0.to_f64())
    }
}

impl<F: Float> Weight for LogSum<F> {
    fn one() -> Self {
        LogSum(F::from_f64(0.0))
    }
    fn zero() -> Self {
        LogSum(F::INFINITY)
    }
    fn times(&self, r: &Self) -> Self {
        LogSum(sum(self.0.to_f64(), r.0.to_f64()))
    }
    fn close(&self, r: &Self, tolerance: Tolerance) -> bool {
        tolerance.admits(self.0.to_f64(), r.0.to_f64())
    }
}

impl<F: Float> Commutative for LogSum<F> {}

impl<F: Float> Cancellative for LogSum<F> {}

impl<F: Float> Semiring for LogSum<F> {
    fn plus(&self, r: &Self) -> Self {
        let (a, b) = (self.0.to_f64(), r.0.to_f64());
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        if high == f64::INFINITY {
            // Also the case of two impossible operands, where high − low would be NaN.
            return LogSum(F::from_f64(low));
        }
        LogSum(settle(low - (low - high).exp().ln_1p()))
    }
}

impl<F: Float> Star for LogSum<F> {
    /// `log(1 − e^{−a})`, the energy of the geometric series, for `a > 0`; the series diverges elsewhere.
    fn star(&self) -> Result<Self, Diverges> {
        let a = self.0.to_f64();
        if a <= 0.0 {
            return Err(Diverges { weight: self.to_string() });
        }
        Ok(LogSum(settle(log_one_minus(a))))
    }
}

impl<F: Float> LeftDivide for LogSum<F> {
    fn left_divide(&self, by: &Self) -> Option<Self> {
        if by.is_zero() {
            return None;
        }
        Some(LogSum(sum(self.0.to_f64(), -by.0.to_f64())))
    }

    fn quantize(&self, quantum: Quantum) -> Self {
        LogSum(settle(quantum.round(self.0.to_f64())))
    }
}
