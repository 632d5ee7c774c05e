//! What one acceptor accepts and another does not.

use super::complement::complete;
use super::{Compose, OpError, check, compose};
use crate::graph::{ArcId, EPSILON, Graph, Label, OriginBuilder, StateId, Traced};
use crate::semiring::Commutative;

/// The difference: the paths of `a` over strings that `b` does not accept.
///
/// # Arguments
/// * `a`: any acceptor.
/// * `b`: any acceptor: nondeterministic, cyclic or with epsilons as it may be. Its weights play no part, but that a
///   path over 0̄ accepts nothing.
/// * `o`: as for [`compose()`]; the budget also bounds the determinisation of `b`.
///
/// # Returns
/// The composition of `a` with the [`complement()`](super::complement()) of `b` over the labels of `a`: its paths keep
/// their weights. Origins name `a` input 0; `b` gives no weight. With [`Compose::dead_ends`], those of the complement are
/// among the result's.
///
/// # Errors
/// [`OpError::NotAnAcceptor`]; [`OpError::Empty`] where `b` accepts all that `a` does (see
/// [`Compose::allow_empty`]); [`OpError::Budget`].
///
/// # Cost
/// That of [`complement()`](super::complement()) and [`compose()`]. A deterministic `b` gives at most |a|·(|b| + 1)
/// states, others may take a number exponential in |b|.
///
/// # Source
/// M. Mohri, *Weighted automata algorithms*, in Handbook of Weighted Automata, 2009.
///
/// # Example
/// ```text
///   ┌─a/1─▶ ◎
/// ─▶0              without "a"      leaves      ─▶ 0 ─b/2─▶ ◎
///   └─b/2─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{Compose, difference, from_strings};
/// use energraph::{Energy, Graph};
/// let a: Graph<Energy> = from_strings([[1, 2], [1, 3]])?;
/// let b: Graph<Energy> = from_strings([[1, 2], [5, 5]])?;
/// let rest = difference(&a, &b, &Compose::default())?.graph;
/// assert_eq!(rest.all_arcs().iter().map(|a| a.ilabel).collect::<Vec<_>>(), [1, 3]);
/// # Ok::<(), energraph::ops::OpError>(())
/// ```
///
/// # What must hold
/// As [`compose()`] does. A weight has to be [`Commutative`](crate::Commutative); with less it does not compile.
///
/// ```
/// # use energraph::ops::{Compose, difference};
/// # use energraph::{Commutative, Graph};
/// fn any<S: Commutative>(a: &Graph<S>, b: &Graph<S>) {
///     let _ = difference(a, b, &Compose::default());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::{Compose, difference};
/// # use energraph::{Graph, Weight};
/// fn any<S: Weight>(a: &Graph<S>, b: &Graph<S>) {
///     let _ = difference(a, b, &Compose::default());
/// }
/// ```
pub fn difference<W: Commutative>(a: &Graph<W>, b: &Graph<W>, o: &Compose) -> Result<Traced<W>, OpError> {
    check::acceptor(a)?;
    check::acceptor(b)?;
    let alphabet: Vec<Label> = a.all_arcs().iter().map(|arc| arc.ilabel).filter(|&l| l != EPSILON).collect();
    let (rest, any) = complete(b, &alphabet, o.budget)?;
    if any || o.dead_ends {
        Ok(from_first(compose(a, &rest, o)?))
    } else if o.allow_empty {
        Ok(Traced { graph: Graph::empty(), origin: Default::default() })
    } else {
        Err(OpError::Empty { first_unmatched: None })
    }
}

/// The same without the origins in the second argument.
fn from_first<W: Commutative>(t: Traced<W>) -> Traced<W> {
    let mut origin = OriginBuilder::with_capacity(t.graph.states(), t.graph.arc_count(), 1);
    for arc in 0..t.graph.arc_count() as ArcId {
        origin.arc(t.origin.arc(arc).iter().copied().filter(|from| from.input == 0));
    }
    for s in 0..t.graph.states() as StateId {
        origin.final_weight(t.origin.final_weight(s).iter().copied().filter(|from| from.input == 0));
    }
    Traced { graph: t.graph, origin: origin.build() }
}
