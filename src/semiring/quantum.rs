//! How finely computed weights are told apart.

/// The step of a grid on which computed weights are compared: two that round to the same multiple count as one.
///
/// Determinisation and minimisation compare weights that rounding has moved apart; without a grid they would keep
/// states apart that differ by an ulp, or never end. 0 compares exactly.
///
/// ```
/// use energraph::semiring::Quantum;
/// let q = Quantum::new(0.25)?;
/// assert_eq!((q.round(0.9), q.round(-0.1), q.round(f64::INFINITY)), (1.0, 0.0, f64::INFINITY));
/// assert!(Quantum::new(-1.0).is_err());
/// # Ok::<(), energraph::semiring::NotAQuantum>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantum(f64);

/// A number that is no step: negative, infinite or NaN.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{value} is not a step: steps are finite and at least 0")]
pub struct NotAQuantum {
    /// What was given.
    pub value: f64,
}

impl Quantum {
    /// No grid: weights are compared exactly.
    pub const EXACT: Quantum = Quantum(0.0);

    /// A step in the unit of the weights.
    ///
    /// # Errors
    /// [`NotAQuantum`] for what is negative, infinite or NaN.
    pub fn new(step: f64) -> Result<Self, NotAQuantum> {
        if (0.0..f64::INFINITY).contains(&step) { Ok(Quantum(step)) } else { Err(NotAQuantum { value: step }) }
    }

    /// The nearest multiple of the step.
    pub fn round(self, x: f64) -> f64 {
        let rounded = (x / self.0).round() * self.0;
        // Beyond 2⁵³ steps there is no grid: x / step overflows, or is an integer anyway.
        if self.0 > 0.0 && rounded.is_finite() { rounded + 0.0 } else { x }
    }
}

impl Default for Quantum {
    /// 1/1024, as OpenFst has it.
    fn default() -> Self {
        Quantum(1.0 / 1024.0)
    }
}
