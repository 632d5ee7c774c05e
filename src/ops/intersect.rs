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
/// ```
/// use energraph::ops::{Compose, from_strings, intersect};
/// use energraph::{Energy, Graph};
/// let a: Graph<Energy> = from_strings([&[1, 2][..], &[3]])?;
/// let b: Graph<Energy> = from_strings([&[3][..], &[4]])?;
/// let both = intersect(&a, &b, &Compose::default())?.graph;
/// assert_eq!(both.all_arcs().iter().map(|a| a.ilabel).collect::<Vec<_>>(), [3]);
/// # Ok::<(), energraph::ops::OpError>(())
/// ```
pub fn intersect<W: Commutative>(a: &Graph<W>, b: &Graph<W>, o: &Compose) -> Result<Traced<W>, OpError> {
    check::acceptor(a)?;
    check::acceptor(b)?;
    compose(a, b, o)
}
