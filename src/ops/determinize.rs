//! Weighted determinisation of acceptors.

use super::moves::moves;
use super::possible::{common_factor, divide, possible};
use super::rows::Plain;
use super::subsets::Subsets;
use super::{Budget, OpError, check};
use crate::graph::{Arc, Graph, StateId};
use crate::semiring::{LeftDivide, Quantum};

/// An equivalent acceptor in which no two arcs of a state read the same label.
///
/// # Arguments
/// * `g`: an acceptor without epsilons ([`remove_epsilon`](super::remove_epsilon()) first).
/// * `quantum`: the grid to which the weights that are left over on the states of a subset are rounded, so that subsets
///   which differ by rounding alone are one (OpenFst's delta). It moves the weight of a string by at most half a step
///   for each label, but where weights cancel: what is left over is then larger than its sum, which a grid can move by any
///   part of itself, or to 0̄. [`Quantum::EXACT`] moves none.
/// * `budget`: how many states and arcs the result may have; the members of the sets that are its states count as arcs.
///
/// # Returns
/// A deterministic acceptor: every string of `g` has one path, which carries the ⊕ of its paths in `g`. A state is a
/// set of states of `g`, each with what its paths carry beyond their common weight. States are numbered in the order in
/// which a breadth-first search meets them, arcs lie in the order of their labels: the same from run to run.
///
/// # Errors
/// [`OpError::NotAnAcceptor`]; [`OpError::Epsilon`] with the position of the first such arc; [`OpError::Empty`] where
/// nothing is accepted; [`OpError::Indivisible`] in semirings where a sum need not divide its parts;
/// [`OpError::Budget`], which is also how graphs without a finite deterministic equivalent end (where two cycles read
/// the same but weigh differently).
///
/// # Cost
/// O(states of the result · (arcs behind a subset, with a logarithm for sorting)); exponential in the states of `g` at
/// worst.
///
/// # Source
/// M. Mohri, *Finite-state transducers in language and speech processing*, 1997.
///
/// # Example
/// ```text
///   ┌─a/1─▶ 1 ─b/4─▶ ◎                          {1/0, 2/2}
/// ─▶0                     becomes   ─▶{0} ─a/1─▶   ─b/3─▶ ◎        (min-sum)
///   └─a/3─▶ 2 ─b/1─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{Budget, determinize};
/// use energraph::semiring::Quantum;
/// use energraph::{GraphBuilder, MinSum, Weight};
/// let mut b = GraphBuilder::new();
/// b.add_states(4);
/// b.start(0);
/// for (s, label, w, t) in [(0, 1, 1.0, 1), (0, 1, 3.0, 2), (1, 2, 4.0, 3), (2, 2, 1.0, 3)] {
///     b.arc(s, label, label, MinSum::new(w)?, t);
/// }
/// b.final_weight(3, MinSum::one());
/// let g = determinize(&b.build()?, Quantum::default(), Budget::default())?;
/// let weights: Vec<f64> = g.all_arcs().iter().map(|a| a.weight.get()).collect();
/// assert_eq!(weights, [1.0, 3.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// What the paths of a subset share is taken out on the left. A weight has to be [`LeftDivide`](crate::LeftDivide);
/// with less it does not compile.
///
/// ```
/// # use energraph::ops::{Budget, determinize};
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, LeftDivide};
/// fn any<S: LeftDivide>(g: &Graph<S>) {
///     let _ = determinize(g, Quantum::default(), Budget::default());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::{Budget, determinize};
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, Semiring};
/// fn any<S: Semiring>(g: &Graph<S>) {
///     let _ = determinize(g, Quantum::default(), Budget::default());
/// }
/// ```
pub fn determinize<S: LeftDivide>(g: &Graph<S>, quantum: Quantum, budget: Budget) -> Result<Graph<S>, OpError> {
    check::acceptor(g)?;
    check::no_epsilons(g, "a graph to determinize")?;
    let g = possible(g)?;
    let mut subsets = Subsets::new();
    subsets.number(g.start().into_iter().map(|s| (s, S::one().quantize(quantum))));
    let mut rows = Plain::new(g.states(), g.arc_count());
    let mut next = 0;
    while let Some(subset) = subsets.get(next) {
        let end = subset.iter().fold(S::zero(), |end, (s, left)| end.plus(&left.times(&g.final_weight(*s))));
        let mut moves = moves(&g, subset);
        // What cancels leads nowhere.
        moves.retain(|m| !m.weight.is_zero());
        for group in moves.chunk_by(|a, b| a.label == b.label) {
            let Some(label) = group.first().map(|m| m.label) else { continue };
            let weight = common_factor(group.iter().map(|m| &m.weight));
            let left = group.iter().map(|m| Ok((m.target, divide(&m.weight, &weight)?)));
            let left: Vec<(StateId, S)> = left.collect::<Result<_, OpError>>()?;
            let target = subsets.number(left.into_iter().map(|(s, w)| (s, w.quantize(quantum))));
            rows.arc(Arc { ilabel: label, olabel: label, weight, target });
        }
        rows.end(end);
        budget.check(subsets.count(), rows.arc_count() + subsets.held())?;
        next += 1;
    }
    accepting(rows.build(0))
}

/// Refuses a result whose every string was lost to a sum that cancels.
pub(super) fn accepting<S: LeftDivide>(g: Graph<S>) -> Result<Graph<S>, OpError> {
    if (0..g.states() as StateId).any(|s| g.is_final(s)) {
        Ok(g)
    } else {
        Err(OpError::Empty { first_unmatched: None })
    }
}
