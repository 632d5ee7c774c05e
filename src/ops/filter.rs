//! Which interleavings of epsilons composition keeps.

use super::index::{Entries, Row, join};
use super::pairs::Pair;
use crate::graph::StateId;

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
/// ```
///
/// The first three make one path of every pair of paths and are right in every semiring; which is the smallest result
/// depends on the graphs. `NoMatch` makes (k + m)! / (k! m!) paths of a pair for each such place, and `Trivial` the
/// Delannoy number D(k, m) (3 above, 13 for k = m = 2). That changes no weight where ⊕ is idempotent, as in
/// [`MinSum`](crate::MinSum), and counts paths too often in all others.
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
}

/// The state of one graph as a filter sees it.
#[derive(Debug, Clone, Copy)]
struct Side {
    /// Some arc is an epsilon between the graphs.
    epsilons: bool,
    /// Paths can only go on by such an arc.
    stuck: bool,
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
            Filter::NoMatch | Filter::Trivial => 1,
        }
    }

    /// Whether every pair of paths makes one path.
    pub(super) fn counts_once(self) -> bool {
        !matches!(self, Filter::NoMatch | Filter::Trivial)
    }

    fn moves(self, state: u32, l: Side, r: Side) -> Moves {
        // Where the other side could only go on by an epsilon that is forbidden from then on, a move leads nowhere.
        let block = |other: Side, state: u32| (!other.stuck).then_some(if other.epsilons { state } else { 0 });
        match self {
            // The side that goes first may move alone only until the other has, which state 1 remembers.
            Filter::Sequence => Moves { left: (state == 0).then_some(0), right: block(l, 1), both: None },
            Filter::AlternateSequence => Moves { left: block(r, 1), right: (state == 0).then_some(0), both: None },
            // States 1 and 2 remember which side moves alone.
            Filter::Match => {
                let alone = |other: Side, mine: u32| match state {
                    0 => block(other, mine),
                    s => (s == mine).then_some(mine),
                };
                Moves { left: alone(r, 1), right: alone(l, 2), both: (state == 0).then_some(0) }
            }
            Filter::NoMatch => Moves { left: Some(0), right: Some(0), both: None },
            Filter::Trivial => Moves { left: Some(0), right: Some(0), both: Some(0) },
        }
    }
}

/// Stands for "no arc of this side": the other side moves alone over an epsilon.
pub(super) const NONE: u32 = u32::MAX;

/// The arcs of one state of one graph, sorted by the label between the graphs.
#[derive(Clone, Copy)]
pub(super) struct Leaving<'e> {
    pub entries: &'e Entries,
    pub row: Row,
    /// Whether paths may end in the state.
    pub is_final: bool,
}

impl Leaving<'_> {
    fn side(self) -> Side {
        Side { epsilons: self.row.has_epsilons(), stuck: self.row.only_epsilons() && !self.is_final }
    }
}

/// Calls `step` with the arc of each side, or [`NONE`], and the target, for every arc of a state of the product.
#[inline]
pub(super) fn steps(filter: Filter, at: Pair, l: Leaving, r: Leaving, mut step: impl FnMut(u32, u32, Pair)) {
    let pair = |left: StateId, right: StateId, filter: u32| Pair { left, right, filter };
    if l.row.has_epsilons() || r.row.has_epsilons() {
        let (of_l, of_r) = (l.entries.epsilons(l.row), r.entries.epsilons(r.row));
        let moves = filter.moves(at.filter, l.side(), r.side());
        if let Some(state) = moves.left {
            of_l.iter().for_each(|x| step(x.arc, NONE, pair(x.target, at.right, state)));
        }
        if let Some(state) = moves.right {
            of_r.iter().for_each(|y| step(NONE, y.arc, pair(at.left, y.target, state)));
        }
        if let Some(state) = moves.both {
            for x in of_l {
                of_r.iter().for_each(|y| step(x.arc, y.arc, pair(x.target, y.target, state)));
            }
        }
    }
    join(l.entries.labelled(l.row), r.entries.labelled(r.row), |x, y| {
        step(x.arc, y.arc, pair(x.target, y.target, 0));
    });
}
