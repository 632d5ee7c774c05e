//! The sum over all walks by relaxation, the nearest state first (Dijkstra 1959).

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::sums::Links;
use crate::graph::{Components, StateId};
use crate::semiring::Semiring;

/// A state and the sum that it was reached with; the best is the greatest, by ⊕ itself.
struct Reached<S>(S, StateId);

impl<S: Semiring> Ord for Reached<S> {
    fn cmp(&self, r: &Self) -> Ordering {
        match &self.0 {
            // The lower number first, so that runs are alike.
            x if *x == r.0 => r.1.cmp(&self.1),
            x if x.plus(&r.0) == *x => Ordering::Greater,
            _ => Ordering::Less,
        }
    }
}

impl<S: Semiring> PartialOrd for Reached<S> {
    fn partial_cmp(&self, r: &Self) -> Option<Ordering> {
        Some(self.cmp(r))
    }
}

impl<S: Semiring> PartialEq for Reached<S> {
    fn eq(&self, r: &Self) -> bool {
        self.0 == r.0 && self.1 == r.1
    }
}

impl<S: Semiring> Eq for Reached<S> {}

/// Why the nearest state first is not the way.
pub(crate) enum GivenUp {
    /// An arc, by its source in the direction of the sums and its position, improves what takes it.
    Improves(StateId, usize),
    /// More arcs were followed than there are where ⊕ puts all sums in one order.
    Disorder,
}

/// Whether something is better with an arc of this weight behind it than without.
pub(crate) fn improves<S: Semiring>(weight: &S) -> bool {
    S::one().plus(weight) != S::one()
}

/// Whether neither ⊕ nor ⊗ leads beyond a sum, as where numbers end: it is stayed at however often one goes round.
pub(crate) fn is_end_of_numbers<S: Semiring>(x: &S) -> bool {
    !x.is_zero() && *x != S::one() && x.plus(x) == *x && x.times(x) == *x && x.plus(&S::one()) == *x
}

/// Relaxes the arcs between some states, the nearest first, in place; ⊕ must be idempotent. However the order turns
/// out, a state whose sum changes is taken again.
pub(crate) fn nearest<S: Semiring>(
    links: &Links<S>,
    sums: &mut [S],
    from: impl Iterator<Item = StateId>,
    inside: impl Fn(StateId) -> bool,
    most: usize,
) -> Result<usize, GivenUp> {
    let reached = from.map(|s| Reached(sums[s as usize].clone(), s)).filter(|r| !r.0.is_zero());
    let mut heap: BinaryHeap<Reached<S>> = reached.collect();
    let mut followed = 0;
    while let Some(Reached(here, s)) = heap.pop() {
        if here != sums[s as usize] {
            continue;
        }
        for arc in links.row(s) {
            let (t, w) = &links.arcs[arc];
            if !inside(*t) {
                continue;
            }
            if improves(w) {
                return Err(GivenUp::Improves(s, arc));
            }
            followed += 1;
            if followed > most {
                return Err(GivenUp::Disorder);
            }
            let there = &mut sums[*t as usize];
            let sum = there.plus(&links.then(&here, w));
            if sum != *there {
                *there = sum.clone();
                heap.push(Reached(sum, *t));
            }
        }
    }
    Ok(followed)
}

/// The sums over all walks within a component, in place, and the arcs followed; ⊕ must be idempotent. `None` where an
/// arc improves or there is no order to speak of: the sums then hold some of the walks.
pub(crate) fn nearest_within<S: Semiring>(
    links: &Links<S>,
    components: &Components,
    states: &[StateId],
    sums: &mut [S],
) -> Option<usize> {
    let here = states.first().and_then(|&s| components.of(s));
    let inside = |t| components.of(t) == here;
    let arcs: usize = states.iter().map(|&s| links.row(s).len()).sum();
    nearest(links, sums, states.iter().copied(), inside, arcs.saturating_mul(4)).ok()
}
