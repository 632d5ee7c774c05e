//! Smooth losses of the right answer against the most offending incorrect one.

use super::{Illegal, Latent, Loss, Needs, RivalTerm, Terms, not_favoured};

/// `log(1 + e^{F(y) − F(ȳ)})`: the hinge loss without its edge. The further the right answer wins, the less it is pulled, but never
/// not at all: the margin is infinite.
///
/// No rival: value and gradient are 0.
///
/// ```
/// use energraph::loss::{LogLoss, Loss, Terms};
/// let (value, by) = LogLoss::default().eval(&Terms { right: 2.0, rival: 2.0, all: f64::NAN });
/// assert_eq!((value, by.right, by.rival), (2.0_f64.ln(), 0.5, -0.5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogLoss {
    /// Compares with all incorrect answers together, as [`Hinge::against_all_others`](super::Hinge::against_all_others).
    pub all_others: bool,
}

/// `1 / (1 + e^{−(F(y) − F(ȳ))})`: minimum classification error, a smooth count of the samples that are read wrongly. One that is
/// hopelessly wrong pulls as little as one that is safely right.
///
/// No rival: value and gradient are 0.
///
/// ```
/// use energraph::loss::{Loss, Mce, Terms};
/// let (value, by) = Mce::default().eval(&Terms { right: 2.0, rival: 2.0, all: f64::NAN });
/// assert_eq!((value, by.right, by.rival), (0.5, 0.25, -0.25));
/// ```
///
/// # Source
/// B.-H. Juang, S. Katagiri, *Discriminative learning for minimum error classification*, 1992.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mce {
    /// Compares with all incorrect answers together, as [`Hinge::against_all_others`](super::Hinge::against_all_others).
    pub all_others: bool,
}

impl Loss for LogLoss {
    fn needs(&self) -> Needs<'_> {
        Needs { rival: Some(RivalTerm::incorrect(self.all_others)), all: false }
    }

    fn legal(&self, latent: Latent) -> Result<(), Illegal> {
        not_favoured("log loss", latent)
    }

    fn eval(&self, t: &Terms) -> (f64, Terms) {
        let above = above(t);
        let value = above.max(0.0) + (-above.abs()).exp().ln_1p();
        (value, opposite(wrong(above)))
    }
}

impl Loss for Mce {
    fn needs(&self) -> Needs<'_> {
        Needs { rival: Some(RivalTerm::incorrect(self.all_others)), all: false }
    }

    fn legal(&self, latent: Latent) -> Result<(), Illegal> {
        not_favoured("minimum classification error", latent)
    }

    fn eval(&self, t: &Terms) -> (f64, Terms) {
        let value = wrong(above(t));
        (value, opposite(value * (1.0 - value)))
    }
}

/// How far the right answer is above the rival; −∞ where there is none.
fn above(t: &Terms) -> f64 {
    if t.rival < f64::INFINITY { t.right - t.rival } else { f64::NEG_INFINITY }
}

/// The share of the rival in the two.
fn wrong(above: f64) -> f64 {
    1.0 / (1.0 + (-above).exp())
}

fn opposite(by: f64) -> Terms {
    Terms { right: by, rival: -by, all: 0.0 }
}
