//! Arcs that are alike made one.

use crate::graph::{Graph, Label, StateId};
use crate::semiring::Semiring;

/// All arcs of a set of states over one label to one target.
pub(super) struct Move<S> {
    pub label: Label,
    pub target: StateId,
    /// The lowest-numbered source, where the set is sorted.
    pub winner: StateId,
    pub weight: S,
}

/// The arcs of an acceptor from a weighted set of states: by label, then target.
pub(super) fn moves<S: Semiring>(g: &Graph<S>, set: &[(StateId, S)]) -> Vec<Move<S>> {
    let arcs = set.iter().flat_map(|(s, left)| g.arcs(*s).iter().map(move |a| (*s, left, a)));
    let moves =
        arcs.map(|(s, left, a)| Move { label: a.ilabel, target: a.target, winner: s, weight: left.times(&a.weight) });
    let mut moves: Vec<Move<S>> = moves.filter(|m| !m.weight.is_zero()).collect();
    merge(&mut moves, |m| (m.label, m.target), |m| &mut m.weight);
    moves
}

/// Sorts by a key, and makes those of equal keys one, with the ⊕ of their weights in the order in which they stood.
pub(super) fn merge<T, K: Ord, S: Semiring>(
    list: &mut Vec<T>,
    key: impl Fn(&T) -> K,
    weight: impl Fn(&mut T) -> &mut S,
) {
    list.sort_by_key(&key);
    list.dedup_by(|later, first| {
        let same = key(later) == key(first);
        if same {
            let sum = weight(first).plus(weight(later));
            *weight(first) = sum;
        }
        same
    });
}
