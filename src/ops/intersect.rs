//! What two acceptors both accept.

use super::{Compose, OpError, check, compose};
use crate::graph::{Graph, Traced};
use crate::semiring::Commutative;

/// The intersection: the strings that both acceptors accept, each with the weights of both.
///
/// # Arguments
/// * `a`, `b`: any two acceptors.
/// * `o`: as for [`compose()`].
///
/// # Returns
/// A graph with one path for every pair of a path of `a` and a path of `b` over the same string, weighted by the
/// product of the two: their composition, which [`compose()`] describes. Origins name `a` input 0 and `b` input 1.
///
/// # Errors
/// [`OpError::NotAnAcceptor`], and those of [`compose()`].
///
/// # Cost
/// That of [`compose()`].
///
/// # Source
/// M. Mohri, *Weighted automata algorithms*, in Handbook of Weighted Automata, 2009.
///
/// # Example
/// ```text
///   ┌─a/1─▶ ◎                      ┌─b/3─▶ ◎
/// ─▶0               and          ─▶0               share      ─▶ 0 ─b/5─▶ ◎      (min-sum)
///   └─b/2─▶ ◎                      └─c/4─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{Compose, from_strings, intersect};
/// use energraph::{Energy, Graph};
/// let a: Graph<Energy> = from_strings([&[1, 2][..], &[3]])?;
/// let b: Graph<Energy> = from_strings([&[3][..], &[4]])?;
/// let both = intersect(&a, &b, &Compose::default())?.graph;
/// assert_eq!(both.all_arcs().iter().map(|a| a.ilabel).collect::<Vec<_>>(), [3]);
/// # Ok::<(), energraph::ops::OpError>(())
/// ```
///
/// # What must hold
/// The weights of the two interleave. A weight has to be [`Commutative`](crate::Commutative); with less it does not
/// compile.
///
/// ```
/// # use energraph::ops::{Compose, intersect};
/// # use energraph::{Commutative, Graph};
/// fn any<S: Commutative>(a: &Graph<S>, b: &Graph<S>) {
///     let _ = intersect(a, b, &Compose::default());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::{Compose, intersect};
/// # use energraph::{Graph, Weight};
/// fn any<S: Weight>(a: &Graph<S>, b: &Graph<S>) {
///     let _ = intersect(a, b, &Compose::default());
/// }
/// ```
pub fn intersect<W: Commutative>(a: &Graph<W>, b: &Graph<W>, o: &Compose) -> Result<Traced<W>, OpError> {
    check::acceptor(a)?;
    check::acceptor(b)?;
    compose(a, b, o)
}
