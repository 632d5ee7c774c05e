//! Everything but given strings.

use rustc_hash::FxHashMap;

use super::subsets::Subsets;
use super::{Budget, OpError, check};
use crate::graph::{Arc, ArcId, EPSILON, Graph, Label, StateId};
use crate::semiring::Weight;

/// The acceptor of every string over an alphabet that `g` does not accept; weights play no part.
///
/// Composing a graph with the complement of the right answers leaves its wrong ones, each with the paths it had.
///
/// # Arguments
/// * `g`: an acceptor; it may be nondeterministic, cyclic and have epsilons. Paths over a weight of 0̄ are
///   impossible and accept nothing. The graph without states accepts nothing.
/// * `alphabet`: the labels of the strings that are asked for, in any order. Strings of `g` with other labels are
///   none of them.
/// * `budget`: how many states and arcs the result may have; a state is a set of states of `g`, whose members count as
///   arcs.
///
/// # Returns
/// A deterministic, complete acceptor without epsilons: from every state one arc for each label of the alphabet, in
/// order; all weights 1̄. A finite language of total length n gives at most n + 2 states.
///
/// # Errors
/// [`OpError::NotAnAcceptor`]; [`OpError::Epsilon`] where the alphabet contains 0; [`OpError::Empty`] where `g`
/// accepts every string over the alphabet; [`OpError::Budget`].
///
/// # Cost
/// O(states of the result · (alphabet + arcs behind a state)), and the epsilons behind each set of states that a label
/// leads to, once; exponential in the states of `g` at worst.
///
/// # Source
/// M. Rabin, D. Scott, *Finite automata and their decision problems*, 1959 (subset construction).
///
/// # Example
/// ```text
/// ─▶ 0 ─a─▶ ◎ 1      over {a, b}:      ─▶ ◎ 0 ─a─▶ 1 ─a,b─▶ ◎ 2 ⟲ a,b
///                                           └───────b──────▶
/// ```
///
/// ```
/// use energraph::ops::{Budget, Compose, acceptor, complement, compose};
/// use energraph::{Energy, Graph};
/// let right: Graph<Energy> = acceptor(&[1, 2])?;
/// let wrong = complement(&right, &[1, 2], Budget::default())?;
/// assert!(compose(&acceptor(&[2, 1])?, &wrong, &Compose::default()).is_ok());
/// assert!(compose(&right, &wrong, &Compose::default()).is_err());
/// # Ok::<(), energraph::ops::OpError>(())
/// ```
pub fn complement<W: Weight>(g: &Graph<W>, alphabet: &[Label], budget: Budget) -> Result<Graph<W>, OpError> {
    let (rest, any) = complete(g, alphabet, budget)?;
    if any { Ok(rest) } else { Err(OpError::Empty { first_unmatched: None }) }
}

/// The same, and whether it accepts anything, which it need not.
fn complete<W: Weight>(g: &Graph<W>, alphabet: &[Label], budget: Budget) -> Result<(Graph<W>, bool), OpError> {
    check::acceptor(g)?;
    if let Some(position) = alphabet.iter().position(|&l| l == EPSILON) {
        return Err(OpError::Epsilon { what: "an alphabet", position });
    }
    let mut alphabet = alphabet.to_vec();
    alphabet.sort_unstable();
    alphabet.dedup();
    let (mut subsets, mut closure) = (Subsets::new(), Closure::new(g));
    // By what a label leads to, the subset with what epsilons lead to from there.
    let mut closed: FxHashMap<Vec<StateId>, StateId> = FxHashMap::default();
    subsets.number(closure.of(g.start()));
    let (mut finals, mut offsets, mut arcs) = (Vec::new(), vec![0], Vec::new());
    let mut any = false;
    let mut next = 0;
    while let Some(subset) = subsets.get(next) {
        let accepts = subset.iter().any(|&s| g.is_final(s));
        any |= !accepts;
        finals.push(if accepts { W::zero() } else { W::one() });
        let mut moves = moves(g, subset).into_iter().peekable();
        for &label in &alphabet {
            while moves.next_if(|m| m.0 < label).is_some() {}
            let to: Vec<StateId> = std::iter::from_fn(|| moves.next_if(|m| m.0 == label)).map(|m| m.1).collect();
            let target = *closed.entry(to).or_insert_with_key(|to| subsets.number(closure.of(to.iter().copied())));
            arcs.push(Arc { ilabel: label, olabel: label, weight: W::one(), target });
            budget.check(subsets.count(), arcs.len() + subsets.held())?;
        }
        offsets.push(arcs.len() as ArcId);
        budget.check(subsets.count(), arcs.len() + subsets.held())?;
        next += 1;
    }
    Ok((Graph::from_rows(0, finals, offsets, arcs), any))
}

/// What epsilons lead to.
pub(super) struct Closure<'g, W> {
    g: &'g Graph<W>,
    /// By state, the last round in which it was met.
    seen: Vec<u32>,
    round: u32,
}

impl<'g, W: Weight> Closure<'g, W> {
    pub(super) fn new(g: &'g Graph<W>) -> Self {
        Closure { g, seen: vec![0; g.states()], round: 0 }
    }

    /// Some states and what epsilons lead to; sorted, each state once.
    pub(super) fn of(&mut self, states: impl IntoIterator<Item = StateId>) -> Vec<StateId> {
        self.round += 1;
        let mut closed = Vec::new();
        for s in states {
            self.meet(s, &mut closed);
        }
        let mut next = 0;
        while let Some(&s) = closed.get(next) {
            for a in self.g.arcs(s) {
                if a.ilabel == EPSILON && !a.weight.is_zero() {
                    self.meet(a.target, &mut closed);
                }
            }
            next += 1;
        }
        closed.sort_unstable();
        closed
    }

    fn meet(&mut self, s: StateId, closed: &mut Vec<StateId>) {
        let seen = &mut self.seen[s as usize];
        if *seen != self.round {
            *seen = self.round;
            closed.push(s);
        }
    }
}

/// The labelled arcs of a set of states as (label, target), sorted by label.
pub(super) fn moves<W: Weight>(g: &Graph<W>, subset: &[StateId]) -> Vec<(Label, StateId)> {
    let arcs = subset.iter().flat_map(|&s| g.arcs(s));
    let mut moves: Vec<_> =
        arcs.filter(|a| a.ilabel != EPSILON && !a.weight.is_zero()).map(|a| (a.ilabel, a.target)).collect();
    moves.sort_unstable();
    moves
}
