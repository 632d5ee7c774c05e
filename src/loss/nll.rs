//! The negative log-likelihood.

use super::{Illegal, Latent, Loss, Needs, Terms};
use crate::paths::{Beta, NotPositive, PositiveF64};

/// `F_β(y) − F_β(all) = −1/β · log p(y|x)`: the negative log-likelihood, or maximum mutual information loss.
///
/// With the latent variable minimised in the right answer it is `−1/β · log p(y, ẑ|x)` of the best segmentation ẑ,
/// an upper bound.
///
/// ```
/// use energraph::loss::{Latent, Loss, Nll, Terms};
/// let nll = Nll::new(1.0)?;
/// let (value, d) = nll.eval(&Terms { right: 3.0, all: 2.5, rival: 0.0 });
/// assert_eq!((value, d.right, d.all), (0.5, 1.0, -1.0));
/// assert!(nll.legal(nll.latent()).is_ok());
/// assert!(nll.legal(Latent::MINIMISED).is_err());
/// # Ok::<(), energraph::paths::NotPositive>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nll {
    beta: PositiveF64,
}

impl Nll {
    /// The likelihood at β = 1.
    pub const ONE: Nll = Nll { beta: PositiveF64::ONE };

    /// The likelihood at β.
    ///
    /// # Errors
    /// [`NotPositive`] unless 0 < β < ∞.
    pub fn new(beta: f64) -> Result<Self, NotPositive> {
        Ok(Nll { beta: PositiveF64::new(beta)? })
    }

    /// Marginalised on both sides at the loss' own β.
    pub fn latent(&self) -> Latent {
        Latent { right: Beta::Finite(self.beta), rival: Beta::Finite(self.beta) }
    }
}

impl Loss for Nll {
    fn needs(&self) -> Needs<'_> {
        Needs { rival: None, all: true }
    }

    fn legal(&self, latent: Latent) -> Result<(), Illegal> {
        let own = Beta::Finite(self.beta);
        if latent.rival == own && (latent.right == own || latent.right == Beta::Infinite) {
            return Ok(());
        }
        let (right, rival) = (latent.right.get(), latent.rival.get());
        Err(Illegal::NotALikelihood { expected: self.beta.get(), right, rival })
    }

    fn eval(&self, t: &Terms) -> (f64, Terms) {
        ((t.right - t.all).max(0.0), Terms { right: 1.0, rival: 0.0, all: -1.0 })
    }
}
