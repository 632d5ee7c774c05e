//! The hinge loss.

use super::{Cost, Illegal, Latent, Loss, NOTHING, Needs, RivalTerm, Terms, not_negative};

/// By how much the right answer must win.
pub enum Margin {
    /// By the same over every rival.
    Constant(f64),
    /// By each rival's own cost: margin rescaling.
    Cost(Box<dyn Cost>),
}

/// `max(0, m + F(y) − F(ȳ))` with a constant margin, `max(0, F(y) − min over answers (F − cost))` with a cost.
///
/// With a constant margin the rival is the most offending incorrect answer; it ranges over answers, not over paths.
/// With a cost (Taskar, Guestrin and Koller 2003; Tsochantaridis et al. 2005) the search runs over energies from
/// which the cost has been subtracted: an answer far from the right one looks better to it than it is, and must be
/// beaten by that much. The right answer costs 0 and takes part, so that the value is never negative.
///
/// No rival: value and gradient are 0.
///
/// ```
/// use energraph::loss::{Hinge, Loss, Terms};
/// let hinge = Hinge::constant(1.0)?;
/// assert_eq!(hinge.eval(&Terms { right: 2.0, rival: 2.5, all: 0.0 }).0, 0.5);
/// assert_eq!(hinge.eval(&Terms { right: 2.0, rival: 3.5, all: 0.0 }).0, 0.0);
/// # Ok::<(), energraph::loss::Illegal>(())
/// ```
pub struct Hinge {
    margin: Margin,
    all_others: bool,
}

impl Hinge {
    /// A constant margin m ≥ 0.
    ///
    /// # Errors
    /// [`Illegal::Parameter`] where it is negative or not finite.
    pub fn constant(margin: f64) -> Result<Self, Illegal> {
        if (0.0..f64::INFINITY).contains(&margin) {
            Ok(Hinge { margin: Margin::Constant(margin), all_others: false })
        } else {
            Err(Illegal::Parameter { what: "a margin", value: margin })
        }
    }

    /// A margin as large as each rival's cost.
    pub fn cost(cost: impl Cost + 'static) -> Self {
        Hinge { margin: Margin::Cost(Box::new(cost)), all_others: false }
    }

    /// Compares with all incorrect answers together instead of the most offending one. Where rivals are
    /// marginalised this needs no search, and the loss is an upper bound; where they are minimised, or with a cost,
    /// it changes nothing.
    pub fn against_all_others(self) -> Self {
        Hinge { all_others: true, ..self }
    }

    /// The margin.
    pub fn margin(&self) -> &Margin {
        &self.margin
    }
}

impl Loss for Hinge {
    fn needs(&self) -> Needs<'_> {
        let rival = match &self.margin {
            Margin::Cost(cost) => RivalTerm::Costed(cost.as_ref()),
            Margin::Constant(_) if self.all_others => RivalTerm::AllOthers,
            Margin::Constant(_) => RivalTerm::MostOffending,
        };
        Needs { rival: Some(rival), all: false }
    }

    fn legal(&self, latent: Latent) -> Result<(), Illegal> {
        not_negative("hinge loss, but for its clipping,", latent)
    }

    fn eval(&self, t: &Terms) -> (f64, Terms) {
        let margin = match self.margin {
            Margin::Constant(m) => m,
            Margin::Cost(_) => 0.0,
        };
        let value = margin + t.right - t.rival;
        if value > 0.0 && t.rival < f64::INFINITY {
            (value, Terms { right: 1.0, rival: -1.0, all: 0.0 })
        } else {
            (0.0, NOTHING)
        }
    }
}
