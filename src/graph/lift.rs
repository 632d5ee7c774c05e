//! From energies to a semiring and back.

use super::Graph;
use crate::semiring::{Energy, Weight};

impl Graph<Energy> {
    /// The same graph with every energy lifted into a semiring, for operations that need a sum over paths:
    /// [`MinSum`](crate::MinSum) where the best path counts, [`LogSum`](crate::LogSum) where all do (at β = 1).
    ///
    /// ```
    /// use energraph::ops::{acceptor, remove_epsilon};
    /// use energraph::{Energy, Graph, LogSum};
    /// let g: Graph<Energy> = acceptor(&[1, 2])?;
    /// let short: Graph<Energy> = remove_epsilon(&g.lift::<LogSum<f64>>())?.lower();
    /// assert_eq!(short, g);
    /// # Ok::<(), energraph::ops::OpError>(())
    /// ```
    pub fn lift<S: Weight + From<Energy>>(&self) -> Graph<S> {
        self.map(|_, &energy| S::from(energy))
    }
}

impl<S: Weight + Into<Energy>> Graph<S> {
    /// The same graph with every weight as an energy, rounded to `f32`.
    pub fn lower(&self) -> Graph<Energy> {
        self.map(|_, weight| weight.clone().into())
    }
}
