//! Which interleavings of epsilons composition keeps.

use super::index::{Entries, Entry, Row, join};
use super::pairs::Pair;
use crate::graph::{ArcId, NO_ARC};

/// What composition does about epsilons between the two graphs.
///
/// Where a path of the first graph writes nothing on k arcs and one of the second reads nothing on m, between the same
/// two matched labels, the pair can be walked one side at a time, or an arc of each at once. For k = m = 1:
///
/// ```text
///                      first, then second    second, then first    both at once
/// Sequence                     ●
/// AlternateSequence                                  ●
/// Match                                                                  ●
/// NoMatch                      ●                     ●
/// Trivial                      ●                     ●                   ●
/// Null                                                                   ●
/// ```
///
/// The first three make one path of every pair of paths and are right in every semiring; which is the smallest result
/// depends on the graphs. `NoMatch` makes (k + m)! / (k! m!) paths of a pair for each such place, and `Trivial` the
/// Delannoy number D(k, m) (3 above, 13 for k = m = 2). That changes no weight where ⊕ is idempotent, as in
/// [`MinSum`](crate::MinSum), and counts paths too often in all others. `Null` matches an epsilon with an epsilon as it
/// does any other label, so that pairs of paths with k ≠ m at some place are lost: it is for graphs in which an epsilon
/// stands for a label of its own.
///
/// Source: C. Allauzen, M. Riley, J. Schalkwyk, *A generalized composition algorithm for weighted finite-state
/// transducers*, 2009; the names are OpenFst's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Filter {
    /// Epsilons of the first graph go before those of the second.
    #[default]
    Sequence,
    /// Epsilons of the second graph go before those of the first.
    AlternateSequence,
    /// Epsilons are walked together as long as both sides have some, and the rest alone.
    Match,
    /// Epsilons are walked one side at a time, in every order.
    NoMatch,
    /// Epsilons are walked in every order, together or not.
    Trivial,
    /// Epsilons are walked together alone, as if they were a label: neither side ever moves by itself.
    Null,
}

/// The filter's state after each kind of move over epsilons; `None` where it is forbidden.
struct Moves {
    left: Option<u32>,
    right: Option<u32>,
    both: Option<u32>,
}

impl Filter {
    /// Number of states. All start in 0, and go there with every label matched.
    pub(super) fn states(self) -> usize {
        match self {
            Filter::Sequence | Filter::AlternateSequence => 2,
            Filter::Match => 3,
            Filter::NoMatch | Filter::Trivial | Filter::Null => 1,
        }
    }

    /// Whether no pair of paths makes more than one path.
    pub(super) fn counts_once(self) -> bool {
        !matches!(self, Filter::NoMatch | Filter::Trivial)
    }

    fn moves(self, state: u32, l: Row, r: Row) -> Moves {
        // Where the other side could only go on by an epsilon that is forbidden from then on, a move leads nowhere.
        let block =
            |other: Row, state: u32| (!other.is_stuck()).then_some(if other.has_epsilons() { state } else { 0 });
        match self {
            // The side that goes first may move alone only until the other has, which state 1 remembers.
            Filter::Sequence => Moves { left: (state == 0).then_some(0), right: block(l, 1), both: None },
            Filter::AlternateSequence => Moves { left: block(r, 1), right: (state == 0).then_some(0), both: None },
            // States 1 and 2 remember which side moves alone.
            Filter::Match => {
                let alone = |other: Row, mine: u32| match state {
                    0 if !other.has_epsilons() => Some(0),
                    0 => block(other, mine),
                    s => (s == mine).then_some(mine),
                };
                Moves { left: alone(r, 1), right: alone(l, 2), both: (state == 0).then_some(0) }
            }
            Filter::NoMatch => Moves { left: Some(0), right: Some(0), both: None },
            Filter::Trivial => Moves { left: Some(0), right: Some(0), both: Some(0) },
            Filter::Null => Moves { left: None, right: None, both: Some(0) },
        }
    }
}

/// The arcs of one state of one graph, sorted by the label between the graphs.
#[derive(Clone, Copy)]
pub(super) struct Leaving<'e> {
    pub entries: &'e Entries,
    pub row: Row,
}

/// An arc of the product.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// The arc of each side, or [`NO_ARC`] where the other moves alone over an epsilon.
    pub arcs: [ArcId; 2],
    pub target: Pair,
}

/// Makes `into` the arcs of a state of the product, `most` of them at most.
#[inline]
pub(super) fn steps(filter: Filter, at: Pair, l: Leaving, r: Leaving, most: usize, into: &mut Vec<Step>) {
    into.clear();
    if l.row.has_epsilons() || r.row.has_epsilons() {
        epsilon_steps(filter, at, l, r, most, into);
    }
    join(l.entries.labelled(l.row), r.entries.labelled(r.row), |of_l, of_r| product(of_l, of_r, 0, most, into));
}

fn epsilon_steps(filter: Filter, at: Pair, l: Leaving, r: Leaving, most: usize, into: &mut Vec<Step>) {
    let (of_l, of_r) = (l.entries.epsilons(l.row), r.entries.epsilons(r.row));
    let moves = filter.moves(at.filter, l.row, r.row);
    if let Some(filter) = moves.left {
        let step = |x: &Entry| Step { arcs: [x.arc, NO_ARC], target: Pair { left: x.target, filter, ..at } };
        into.extend(of_l.iter().take(most).map(step));
    }
    if let Some(filter) = moves.right {
        let step = |y: &Entry| Step { arcs: [NO_ARC, y.arc], target: Pair { right: y.target, filter, ..at } };
        into.extend(of_r.iter().take(most.saturating_sub(into.len())).map(step));
    }
    if let Some(filter) = moves.both {
        product(of_l, of_r, filter, most, into);
    }
}

/// Every entry of the left side with every one of the right.
#[inline]
fn product(of_l: &[Entry], of_r: &[Entry], filter: u32, most: usize, into: &mut Vec<Step>) {
    if let ([x], [y]) = (of_l, of_r)
        && into.len() < most
    {
        into.push(Step { arcs: [x.arc, y.arc], target: Pair { left: x.target, right: y.target, filter } });
        return;
    }
    for x in of_l {
        let target = |y: &Entry| Pair { left: x.target, right: y.target, filter };
        let room = most.saturating_sub(into.len());
        into.extend(of_r.iter().take(room).map(|y| Step { arcs: [x.arc, y.arc], target: target(y) }));
    }
}
