//! Several questions of one kind at once.

use super::product::divide_part;
use super::{Commutative, Diverges, Energy, Float, Idempotent, LeftDivide, LogSum, Quantum, Semiring, SignedLog, Star};
use super::{Tolerance, Weight};

/// `N` weights side by side: ⊕, ⊗, 0̄ and 1̄ entry by entry. With `N = 0` there is one value, both 0̄ and 1̄.
///
/// As [`Product`](super::Product), it has no path property, and its ⊗ cannot be cancelled. A vector of values for
/// [`Expectation`](super::Expectation) is a `Power<SignedLog, N>`.
///
/// ```
/// use energraph::paths::path_sum;
/// use energraph::semiring::Power;
/// use energraph::{Energy, GraphBuilder, LogSum, Weight};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::new(1.0)?, 1);
/// b.arc(0, 2, 2, Energy::new(1.0)?, 1);
/// b.final_weight(1, Energy::FREE);
/// let g = b.build()?;
/// // Free energies at three inverse temperatures in one pass: 1 − log(2)/β.
/// let betas = [0.5, 1.0, 2.0];
/// let sum = path_sum(&g, |_, e| Power(betas.map(|b| LogSum::new(b * e.wide()).unwrap_or(LogSum::zero()))))?;
/// for (beta, sum) in betas.iter().zip(sum.0) {
///     assert!((sum.get() / beta - (1.0 - 2.0_f64.ln() / beta)).abs() < 1e-12);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Power<S, const N: usize>(pub [S; N]);

impl<S, const N: usize> Power<S, N> {
    /// Entry by entry.
    fn zip(&self, r: &Self, f: impl Fn(&S, &S) -> S) -> Self {
        // Both arrays have N entries.
        Power(std::array::from_fn(|i| f(&self.0[i], &r.0[i])))
    }
}

impl<S: Weight + From<Energy>, const N: usize> From<Energy> for Power<S, N> {
    /// The energy in every entry.
    fn from(energy: Energy) -> Self {
        Power(std::array::from_fn(|_| S::from(energy)))
    }
}

impl<F: Float, const N: usize> From<LogSum<F>> for Power<SignedLog, N> {
    /// The mass in every entry.
    fn from(mass: LogSum<F>) -> Self {
        Power([SignedLog::from(mass); N])
    }
}

impl<S: Weight, const N: usize> Weight for Power<S, N> {
    fn one() -> Self {
        Power(std::array::from_fn(|_| S::one()))
    }
    fn zero() -> Self {
        Power(std::array::from_fn(|_| S::zero()))
    }
    fn times(&self, r: &Self) -> Self {
        self.zip(r, S::times)
    }
    fn close(&self, r: &Self, tolerance: Tolerance) -> bool {
        self.0.iter().zip(&r.0).all(|(a, b)| a.close(b, tolerance))
    }
    fn is_zero(&self) -> bool {
        self.0.iter().all(S::is_zero)
    }
}

impl<S: Commutative, const N: usize> Commutative for Power<S, N> {}

impl<S: Semiring, const N: usize> Semiring for Power<S, N> {
    fn plus(&self, r: &Self) -> Self {
        self.zip(r, S::plus)
    }
}

impl<S: Idempotent, const N: usize> Idempotent for Power<S, N> {}

impl<S: Star, const N: usize> Star for Power<S, N> {
    /// Entry by entry; it diverges where one of them does.
    fn star(&self) -> Result<Self, Diverges> {
        let mut diverges = None;
        let stars = std::array::from_fn(|i| match self.0[i].star() {
            Ok(star) => star,
            Err(why) => {
                diverges.get_or_insert(why);
                S::zero()
            }
        });
        diverges.map_or(Ok(Power(stars)), Err)
    }

    fn absolute(&self) -> Option<Self> {
        S::one().absolute()?;
        Some(Power(std::array::from_fn(|i| self.0[i].absolute().unwrap_or_else(|| self.0[i].clone()))))
    }
}

impl<S: LeftDivide, const N: usize> LeftDivide for Power<S, N> {
    fn left_divide(&self, by: &Self) -> Option<Self> {
        if by.is_zero() {
            return None;
        }
        let parts: Option<Vec<S>> = self.0.iter().zip(&by.0).map(|(a, b)| divide_part(a, b)).collect();
        parts?.try_into().ok().map(Power)
    }

    fn quantize(&self, quantum: Quantum) -> Self {
        Power(self.0.each_ref().map(|a| a.quantize(quantum)))
    }
}
