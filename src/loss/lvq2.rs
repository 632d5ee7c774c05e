//! The loss of learning vector quantisation.

use super::{Illegal, Latent, Loss, NOTHING, Needs, RivalTerm, Terms, not_favoured};

/// `min(M, max(0, F(y) − F(ȳ)))`: how far the right answer is above the most offending incorrect one, up to M.
///
/// A sample that is read rightly teaches nothing, and neither does one that is wrong by M and more: it is taken for a mislabelled or
/// hopeless one. Between the two, the right answer is pulled down and the wrong one pushed up, alike. There is no margin. What M
/// is worth depends on the scale of the energies; where all samples begin beyond it, nothing is learnt.
///
/// No rival: value and gradient are 0. At the two ends of the window, too.
///
/// ```
/// use energraph::loss::{Loss, Lvq2, Terms};
/// let lvq2 = Lvq2::new(1.0)?;
/// let at = |right, rival| lvq2.eval(&Terms { right, rival, all: f64::NAN });
/// assert_eq!((at(2.5, 2.0).0, at(2.5, 2.0).1.right), (0.5, 1.0));
/// assert_eq!((at(1.5, 2.0).0, at(1.5, 2.0).1.right), (0.0, 0.0));
/// assert_eq!((at(9.0, 2.0).0, at(9.0, 2.0).1.right), (1.0, 0.0)); // given up
/// # Ok::<(), energraph::loss::Illegal>(())
/// ```
///
/// # Source
/// X. Driancourt, L. Bottou, P. Gallinari, *Learning vector quantization, multi layer perceptron and dynamic programming: comparison
/// and cooperation*, IJCNN 1991; T. Kohonen's LVQ2, 1988, as an energy loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lvq2 {
    most: f64,
    all_others: bool,
}

impl Lvq2 {
    /// The loss that ends at M ≥ 0.
    ///
    /// # Errors
    /// [`Illegal::Parameter`] where M is negative or not finite.
    pub fn new(most: f64) -> Result<Self, Illegal> {
        if (0.0..f64::INFINITY).contains(&most) {
            Ok(Lvq2 { most, all_others: false })
        } else {
            Err(Illegal::Parameter { what: "the largest LVQ2 loss", value: most })
        }
    }

    /// Compares with all incorrect answers together, as [`Hinge::against_all_others`](super::Hinge::against_all_others).
    pub fn against_all_others(self) -> Self {
        Lvq2 { all_others: true, ..self }
    }
}

impl Loss for Lvq2 {
    fn needs(&self) -> Needs<'_> {
        Needs { rival: Some(RivalTerm::incorrect(self.all_others)), all: false }
    }

    fn legal(&self, latent: Latent) -> Result<(), Illegal> {
        not_favoured("LVQ2 loss", latent)
    }

    fn eval(&self, t: &Terms) -> (f64, Terms) {
        let above = if t.rival < f64::INFINITY { t.right - t.rival } else { 0.0 };
        let by = if above > 0.0 && above < self.most { Terms { right: 1.0, rival: -1.0, all: 0.0 } } else { NOTHING };
        (above.clamp(0.0, self.most), by)
    }
}
