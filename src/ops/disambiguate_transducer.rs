//! One path for every string that a transducer reads.

use rustc_hash::FxHashMap;

use super::disambiguate::{Alike, one_path_each};
use super::functional::functional;
use super::possible::possible_in_place;
use super::{Budget, OpError, check};
use crate::graph::{EPSILON, Graph, Label, StateId};
use crate::semiring::{LeftDivide, Quantum};

/// An equivalent transducer in which every string that it reads has one path.
///
/// Where a transducer writes one string for each that it reads there is one, though it may have no deterministic
/// equivalent: what is written may depend on what is read last.
///
/// # Arguments
/// * `g`: a transducer whose arcs all read a label, which writes one string for each that it reads.
/// * `quantum`, `budget`: as of [`disambiguate`](super::disambiguate()); pairs of states that one string leads to count as
///   states, twice, and what one path writes beyond another as arcs.
///
/// # Returns
/// A transducer with one path for every string that `g` reads, which writes what `g` writes and carries the ⊕ of its
/// paths there. States and arcs are those that [`disambiguate`](super::disambiguate()) makes of what is read; each arc writes what that arc
/// of `g` writes which it stands for. The same from run to run.
///
/// # Errors
/// [`OpError::NotFunctional`] with a string for which two are written; [`OpError::Epsilon`] where an arc reads nothing;
/// as [`determinize`](super::determinize()).
///
/// # Cost
/// That of [`disambiguate`](super::disambiguate()), and O(pairs of arcs that read one label from two states which one string leads
/// to, times what the one path writes beyond the other).
///
/// # Source
/// M. Mohri, M. Riley, *On the disambiguation of weighted automata*, 2015; M.-P. Béal, O. Carton, C. Prieur and
/// J. Sakarovitch, *Squaring transducers: an efficient procedure for deciding functionality and sequentiality*, 2003.
///
/// # Example
/// ```text
///      ┌─a:ε/1─▶ 1 ─b:x─▶ ◎
/// ─▶ 0 ┤                            becomes      ─▶ 0 ─a:ε─▶ 1 ─b:x/1─▶ ◎      (min-sum)
///      └─a:x/2─▶ 2 ─b:ε─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{Budget, disambiguate_transducer};
/// use energraph::semiring::Quantum;
/// use energraph::{GraphBuilder, MinSum, Weight};
/// let mut b = GraphBuilder::new();
/// b.add_states(4);
/// b.start(0);
/// for (s, reads, writes, e, t) in [(0, 1, 0, 1.0, 1), (1, 2, 9, 0.0, 3), (0, 1, 9, 2.0, 2), (2, 2, 0, 0.0, 3)] {
///     b.arc(s, reads, writes, MinSum::new(e)?, t);
/// }
/// b.final_weight(3, MinSum::one());
/// let g = disambiguate_transducer(&b.build()?, Quantum::default(), Budget::default())?;
/// assert_eq!(g.arc_count(), 2);
/// assert_eq!((g.arcs(0)[0].olabel, g.arcs(1)[0].olabel), (0, 9));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// Rivals are weighed against their sum by what is left on the left. A weight has to be
/// [`LeftDivide`](crate::LeftDivide); with less it does not compile.
///
/// ```
/// # use energraph::ops::{Budget, disambiguate_transducer};
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, LeftDivide};
/// fn any<S: LeftDivide>(g: &Graph<S>) {
///     let _ = disambiguate_transducer(g, Quantum::default(), Budget::default());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::{Budget, disambiguate_transducer};
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, Semiring};
/// fn any<S: Semiring>(g: &Graph<S>) {
///     let _ = disambiguate_transducer(g, Quantum::default(), Budget::default());
/// }
/// ```
pub fn disambiguate_transducer<S: LeftDivide>(
    g: &Graph<S>,
    quantum: Quantum,
    budget: Budget,
) -> Result<Graph<S>, OpError> {
    check::no_epsilons(g, "the input of a transducer to disambiguate")?;
    let g = possible_in_place(g)?;
    let alike = Alike::new(&g, budget)?;
    functional(&g, &alike, budget)?;
    // Two arcs between the same states that read the same write the same.
    let written: FxHashMap<(StateId, Label, StateId), Label> =
        g.arcs_with_source().map(|(_, s, a)| ((s, a.ilabel, a.target), a.olabel)).collect();
    one_path_each(&g, &alike, quantum, budget, |s, label, t| written.get(&(s, label, t)).copied().unwrap_or(EPSILON))
}
