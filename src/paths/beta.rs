//! The inverse temperature.

/// A number that is no finite inverse temperature.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{value} is not a positive finite number")]
pub struct NotPositive {
    /// What was given.
    pub value: f64,
}

/// A finite `f64` above 0.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct PositiveF64(f64);

impl PositiveF64 {
    /// 1.
    pub const ONE: PositiveF64 = PositiveF64(1.0);

    /// A finite number above 0.
    ///
    /// # Errors
    /// [`NotPositive`] for anything else, NaN and +∞ included.
    pub fn new(value: f64) -> Result<Self, NotPositive> {
        if value > 0.0 && value < f64::INFINITY { Ok(PositiveF64(value)) } else { Err(NotPositive { value }) }
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// The inverse temperature β of a free energy: how sharply low energies are preferred.
///
/// ```
/// use energraph::paths::Beta;
/// assert_eq!(Beta::ONE, Beta::finite(1.0)?);
/// assert!(Beta::finite(f64::INFINITY).is_err()); // that is `Beta::Infinite`, a different algorithm
/// # Ok::<(), energraph::paths::NotPositive>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Beta {
    /// Only the best path counts: min-sum.
    Infinite,
    /// Every path counts by `e^{−β·E}`: log-sum.
    Finite(PositiveF64),
}

impl Beta {
    /// β = 1: energies are negative log-probabilities as they stand.
    pub const ONE: Beta = Beta::Finite(PositiveF64::ONE);

    /// A finite β.
    ///
    /// # Errors
    /// [`NotPositive`] unless 0 < β < ∞.
    pub fn finite(beta: f64) -> Result<Self, NotPositive> {
        PositiveF64::new(beta).map(Beta::Finite)
    }

    /// As a number; +∞ for [`Beta::Infinite`].
    pub fn get(self) -> f64 {
        match self {
            Beta::Infinite => f64::INFINITY,
            Beta::Finite(b) => b.get(),
        }
    }
}
