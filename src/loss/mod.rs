//! Losses: what to make of the free energy of the right answer and of its rivals.
//!
//! | loss | value | margin | rivals |
//! |---|---|---|---|
//! | [`Perceptron`] | `F(y) − F(all)` | 0 | every answer, `y` included |
//! | [`Hinge`], constant | `max(0, m + F(y) − F(ȳ))` | m | the most offending incorrect answer |
//! | [`Hinge`], with a [`Cost`] | `max(0, F(y) − F(E − cost))` | the cost | every answer, its cost subtracted inside the search |
//! | [`LogLoss`] | `log(1 + e^{F(y) − F(ȳ)})` | ∞ | the most offending incorrect answer |
//! | [`Lvq2`] | `min(M, max(0, F(y) − F(ȳ)))` | 0 | the most offending incorrect answer |
//! | [`Mce`] | `1 / (1 + e^{−(F(y) − F(ȳ))})` | ∞ | the most offending incorrect answer |
//! | [`Nll`] | `F_β(y) − F_β(all)` | ∞ | every answer, `y` included |
//!
//! `F` is a free energy (lower is better). A [`Latent`] says at which β the latent variable, for instance the
//! segmentation, is summed out of the right answer and of its rivals: minimised (β = ∞) or marginalised. Since `F_β`
//! rises with β, a right answer at a *lower* β than its rivals can come out below the best of all answers that it is
//! one of, and the loss below 0; such pairs are [`Illegal`]:
//!
//! | right \ rivals | minimised (∞) | marginalised at β |
//! |---|---|---|
//! | minimised (∞) | perceptron, hinge | perceptron, hinge, NLL (of the best segmentation: an upper bound) |
//! | marginalised at β | none: negative | perceptron (which then is the NLL), hinge, NLL |
//! | marginalised at β′ < β | none: negative | none: negative |
//! | marginalised at β′ > β | none: negative | perceptron, hinge (upper bounds) |
//!
//! The log loss, LVQ2 and the minimum classification error are never negative, but where the hinge loss would be, they would end before
//! the right answer wins, and are illegal too.
//!
//! The expected cost of everything that a trellis may say, minimum Bayes risk, is [`trellis_risk`].
//!
//! [`loss_and_gradient`] computes the terms a loss needs on a graph of interpretations, and the gradient with respect
//! to each of its energies; [`loss_among`] does where all answers can be listed.
//!
//! Source: LeCun, Chopra, Hadsell, Ranzato and Huang, *A tutorial on energy-based learning*, 2006, table 1.

mod among;
mod cost;
mod edit_distance;
mod evaluate;
mod hamming;
mod hinge;
mod lvq2;
mod nll;
mod perceptron;
mod smooth;
mod trellis_risk;
mod trellis_risks;

pub use among::{Among, loss_among};
pub use cost::{Cost, CostError, OutputDeterministic};
pub use edit_distance::EditDistance;
pub use evaluate::{Evaluated, LossError, loss_and_gradient, output_alphabet};
pub use hamming::Hamming;
pub use hinge::{Hinge, Margin};
pub use lvq2::Lvq2;
pub use nll::Nll;
pub use perceptron::Perceptron;
pub use smooth::{LogLoss, Mce};
pub use trellis_risk::{RiskError, TrellisRisk, trellis_risk};
pub use trellis_risks::trellis_risks;

use crate::paths::{Beta, NotPositive, PositiveF64};

/// At which β the latent variable is summed out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Latent {
    /// In the right answer.
    pub right: Beta,
    /// In its rivals, and in all answers together.
    pub rival: Beta,
}

impl Latent {
    /// Minimised on both sides: the best segmentation speaks for its answer.
    pub const MINIMISED: Latent = Latent { right: Beta::Infinite, rival: Beta::Infinite };

    /// Marginalised on both sides at one β.
    ///
    /// # Errors
    /// [`NotPositive`] unless 0 < β < ∞.
    pub fn marginalised(beta: f64) -> Result<Self, NotPositive> {
        let beta = Beta::Finite(PositiveF64::new(beta)?);
        Ok(Latent { right: beta, rival: beta })
    }
}

/// Free energies; a term that a loss does not need may hold anything.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Terms {
    /// Of the right answer.
    pub right: f64,
    /// Of what [`Needs::rival`] asks for; +∞ where there is no rival.
    pub rival: f64,
    /// Of every answer together, the right one included.
    pub all: f64,
}

/// Which rival a loss compares with.
#[derive(Clone, Copy)]
pub enum RivalTerm<'a> {
    /// The incorrect answer of lowest free energy. Exact at β = ∞; at finite β a search that may end unproven.
    MostOffending,
    /// All incorrect answers together: the tractable bound at finite β, `F(all others) ≤ F(most offending)`.
    AllOthers,
    /// Every answer, its energy lowered by its cost. The right answer, at cost 0, is one of them.
    Costed(&'a dyn Cost),
}

impl RivalTerm<'_> {
    /// All incorrect answers together, or the most offending one.
    fn incorrect(all: bool) -> Self {
        if all { RivalTerm::AllOthers } else { RivalTerm::MostOffending }
    }
}

/// Which terms a loss needs, besides the right answer's.
#[derive(Clone, Copy)]
pub struct Needs<'a> {
    /// Which rival, if any.
    pub rival: Option<RivalTerm<'a>>,
    /// Whether the free energy of all answers is needed.
    pub all: bool,
}

/// A pair of latent choices that a loss does not allow.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Illegal {
    /// The right answer is summed at a lower β than its rivals, so that the loss could be negative.
    #[error("the right answer at β = {right} against rivals at β = {rival} can make the {loss} negative")]
    Negative {
        /// The loss.
        loss: &'static str,
        /// β of the right answer.
        right: f64,
        /// β of the rivals.
        rival: f64,
    },
    /// The right answer is summed at a lower β than its rivals, and would count as lower than one that is as good.
    #[error(
        "the right answer at β = {right} is favoured over rivals at β = {rival}: the {loss} would end before it wins"
    )]
    Favoured {
        /// The loss.
        loss: &'static str,
        /// β of the right answer.
        right: f64,
        /// β of the rivals.
        rival: f64,
    },
    /// A likelihood needs its own β among all answers, and the same or a minimum for the right one.
    #[error("no likelihood at β = {expected}: the right answer is at β = {right}, all answers at β = {rival}")]
    NotALikelihood {
        /// The β of the likelihood.
        expected: f64,
        /// β of the right answer.
        right: f64,
        /// β of all answers.
        rival: f64,
    },
    /// A margin or another parameter that makes no loss.
    #[error("{what} must be a finite number of at least 0, not {value}")]
    Parameter {
        /// Which parameter.
        what: &'static str,
        /// What was given.
        value: f64,
    },
}

/// A loss over free energies.
///
/// # Contract
/// `eval` reads only the terms that `needs` asks for, and returns the value and its derivative by each term; where
/// `legal` allows a pair of latent choices the value is at least 0, and the derivatives are 0 where there is no rival
/// (`rival = +∞`). A loss whose derivatives are not those of its value trains towards something else; the finite
/// differences of `energraph::oracle` find out.
///
/// ```
/// use energraph::loss::{Illegal, Latent, Loss, Needs, Terms};
/// use energraph::paths::Beta;
/// /// The energy of the right answer alone: it collapses, but it is a loss.
/// struct EnergyLoss;
/// impl Loss for EnergyLoss {
///     fn needs(&self) -> Needs<'_> {
///         Needs { rival: None, all: false }
///     }
///     fn legal(&self, _: Latent) -> Result<(), Illegal> {
///         Ok(())
///     }
///     fn eval(&self, t: &Terms) -> (f64, Terms) {
///         (t.right, Terms { right: 1.0, rival: 0.0, all: 0.0 })
///     }
/// }
/// # let _ = EnergyLoss;
/// ```
pub trait Loss {
    /// The terms it compares with the right answer's.
    fn needs(&self) -> Needs<'_>;

    /// Whether it allows these latent choices.
    ///
    /// # Errors
    /// [`Illegal`], with the reason.
    fn legal(&self, latent: Latent) -> Result<(), Illegal>;

    /// The value and ∂value/∂term.
    fn eval(&self, terms: &Terms) -> (f64, Terms);
}

const NOTHING: Terms = Terms { right: 0.0, rival: 0.0, all: 0.0 };

/// Whether the right answer's free energy can't fall below one that its own paths are part of.
fn not_negative(loss: &'static str, latent: Latent) -> Result<(), Illegal> {
    let (right, rival) = (latent.right.get(), latent.rival.get());
    if right >= rival { Ok(()) } else { Err(Illegal::Negative { loss, right, rival }) }
}

/// The same for losses that are never negative, but would take such a right answer for a winner.
fn not_favoured(loss: &'static str, latent: Latent) -> Result<(), Illegal> {
    let (right, rival) = (latent.right.get(), latent.rival.get());
    if right >= rival { Ok(()) } else { Err(Illegal::Favoured { loss, right, rival }) }
}

#[cfg(test)]
mod tests;
