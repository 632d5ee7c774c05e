//! The perceptron loss.

use super::{Illegal, Latent, Loss, NOTHING, Needs, Terms, not_negative};

/// `F(y) − F(all)`: how far the right answer is above the best of all (LeCun et al. 1998, 2006).
///
/// Never negative where legal: the right answer's paths are among all. 0 once the right answer wins; there is no
/// margin, so it stops learning there. Where the value is 0 the gradient is taken as 0.
///
/// ```
/// use energraph::loss::{Loss, Perceptron, Terms};
/// let (value, d) = Perceptron.eval(&Terms { right: 3.0, all: 2.5, rival: 0.0 });
/// assert_eq!((value, d.right, d.all), (0.5, 1.0, -1.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Perceptron;

impl Loss for Perceptron {
    fn needs(&self) -> Needs<'_> {
        Needs { rival: None, all: true }
    }

    fn legal(&self, latent: Latent) -> Result<(), Illegal> {
        not_negative("perceptron loss", latent)
    }

    fn eval(&self, t: &Terms) -> (f64, Terms) {
        let value = t.right - t.all;
        if value > 0.0 {
            (value, Terms { right: 1.0, rival: 0.0, all: -1.0 })
        } else {
            // Below 0 only by rounding.
            (0.0, NOTHING)
        }
    }
}
