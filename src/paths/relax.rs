//! Shortest distances by relaxation: what reaches a state is passed on along its arcs until nothing changes.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::{Convergence, PathError};
use crate::graph::StateId;
use crate::ops::nearest::{GivenUp, improves, is_end_of_numbers, nearest};
use crate::ops::sums::Links;
use crate::semiring::{Semiring, Tolerance};

/// The sums over all walks, the nearest state first; ⊕ must have the path property.
pub(super) fn shortest_first<S: Semiring>(links: &Links<S>, enter: Vec<S>) -> Result<(Vec<S>, usize), PathError> {
    let mut sums = enter;
    let all = 0..sums.len() as StateId;
    match nearest(links, &mut sums, all, |_| true, usize::MAX) {
        Ok(followed) => Ok((sums, followed)),
        Err(GivenUp::Improves(s, arc)) => {
            let (t, weight) = &links.arcs[arc];
            let state = if links.backward { *t } else { s };
            Err(PathError::Improves { state, weight: format!("{weight:?}") })
        }
        // `most` is no bound.
        Err(GivenUp::Disorder) => Err(PathError::Unsettled { states: Vec::new(), arcs: usize::MAX }),
    }
}

/// Which state of a round comes first.
#[derive(Debug, Clone, Copy)]
pub(super) enum By {
    /// That of the lowest number, or the highest where sums go backward.
    State,
    /// The one that was reached first.
    Arrival,
}

/// The states to take, each with its round.
enum Line {
    /// With the key that numbers rank by.
    State(BinaryHeap<Reverse<(usize, StateId)>>, fn(StateId) -> StateId),
    Arrival(VecDeque<(usize, StateId)>),
}

impl Line {
    fn new(by: By, backward: bool) -> Self {
        match by {
            By::State => Line::State(BinaryHeap::new(), if backward { |s| !s } else { |s| s }),
            By::Arrival => Line::Arrival(VecDeque::new()),
        }
    }

    /// A state to take behind another of some round.
    fn push(&mut self, round: usize, behind: StateId, state: StateId) {
        match self {
            Line::State(heap, key) => {
                let same = key(state) > key(behind);
                heap.push(Reverse((if same { round } else { round + 1 }, key(state))));
            }
            Line::Arrival(line) => line.push_back((round + 1, state)),
        }
    }

    fn pop(&mut self) -> Option<(usize, StateId)> {
        match self {
            Line::State(heap, key) => heap.pop().map(|Reverse((round, k))| (round, key(k))),
            Line::Arrival(line) => line.pop_front(),
        }
    }
}

/// The sums over all walks, round by round, and the arcs followed.
pub(super) fn rounds<S: Semiring>(
    links: &Links<S>,
    enter: Vec<S>,
    by: By,
    until: Convergence,
) -> Result<(Vec<S>, usize), PathError> {
    let mut followed = 0;
    let sums = settle(links, enter, by, until, &mut followed)?;
    if !idempotent::<S>() {
        let ended: Vec<StateId> = (0..).zip(&sums).filter(|(_, x)| is_end_of_numbers(*x)).map(|(s, _)| s).collect();
        if !ended.is_empty() && !counts_end::<S>() {
            return Err(PathError::Unsettled { states: ended, arcs: followed });
        }
    } else if links.arcs.iter().any(|(_, w)| improves(w)) {
        // Sums of many arcs would hide a cycle that lowers them by less than their digits.
        let ones = sums.iter().map(|x| if x.is_zero() { S::zero() } else { S::one() }).collect();
        settle(links, ones, by, Convergence { tolerance: Tolerance::EXACT, ..until }, &mut followed)?;
    }
    Ok((sums, followed))
}

fn idempotent<S: Semiring>() -> bool {
    S::one().plus(&S::one()) == S::one()
}

/// Whether 1̄ ⊕ 1̄ ⊕ … settles, so that a sum which nothing is added to any more need not be an end of numbers.
fn counts_end<S: Semiring>() -> bool {
    let mut sum = S::one();
    (0..1 << 12).any(|_| {
        let next = sum.plus(&S::one());
        std::mem::replace(&mut sum, next) == sum
    })
}

/// What was passed on of each sum, what was not, and how it came.
struct Sums<S> {
    passed: Vec<S>,
    rest: Vec<S>,
    /// Where ⊕ is idempotent, the arc of the last change, by source and position.
    via: Vec<Option<(StateId, usize)>>,
    waiting: Vec<bool>,
}

fn settle<S: Semiring>(
    links: &Links<S>,
    enter: Vec<S>,
    by: By,
    until: Convergence,
    followed: &mut usize,
) -> Result<Vec<S>, PathError> {
    let (n, idempotent) = (enter.len(), idempotent::<S>());
    let mut line = Line::new(by, links.backward);
    let waiting: Vec<bool> = enter.iter().map(|x| !x.is_zero()).collect();
    (0..n as StateId).filter(|&s| waiting[s as usize]).for_each(|s| line.push(0, s, s));
    let mut sums = Sums { passed: vec![S::zero(); n], rest: enter, via: vec![None; n], waiting };
    let mut last = 0;
    while let Some((round, s)) = line.pop() {
        if std::mem::replace(&mut last, round) != round && idempotent && round.is_power_of_two() {
            sums.refuse_improving(links)?;
        }
        let i = s as usize;
        sums.waiting[i] = false;
        let here = std::mem::replace(&mut sums.rest[i], S::zero());
        sums.passed[i] = sums.passed[i].plus(&here);
        for arc in links.row(s) {
            *followed += 1;
            if *followed > until.arcs {
                sums.waiting[i] = true;
                let states = (0..n as StateId).filter(|&s| sums.waiting[s as usize]).collect();
                return Err(PathError::Unsettled { states, arcs: until.arcs });
            }
            let (t, w) = &links.arcs[arc];
            if sums.add(*t, &links.then(&here, w), until.tolerance) {
                if idempotent {
                    sums.via[*t as usize] = Some((s, arc));
                }
                if !std::mem::replace(&mut sums.waiting[*t as usize], true) {
                    line.push(round, s, *t);
                }
            }
        }
    }
    Ok(sums.passed.iter().zip(&sums.rest).map(|(x, y)| x.plus(y)).collect())
}

impl<S: Semiring> Sums<S> {
    /// Whether a state has more to pass on now than the tolerance.
    fn add(&mut self, state: StateId, more: &S, tolerance: Tolerance) -> bool {
        let (passed, rest) = (&self.passed[state as usize], &mut self.rest[state as usize]);
        let sum = rest.plus(more);
        if sum == *rest {
            return false;
        }
        *rest = sum;
        !passed.plus(rest).close(passed, tolerance)
    }

    /// The arcs that changes came through close a cycle where one that improves was walked: looking at rounds 1, 2, 4,
    /// … finds it soon.
    fn refuse_improving(&self, links: &Links<S>) -> Result<(), PathError> {
        // 0: not seen; otherwise the walk that saw the state.
        let mut seen = vec![0_usize; self.via.len()];
        for root in 0..self.via.len() {
            let mut state = root;
            while seen[state] == 0
                && let Some((before, _)) = self.via[state]
            {
                seen[state] = root + 1;
                state = before as usize;
            }
            if seen[state] == root + 1 {
                let (states, around) = self.cycle(links, state);
                if !powers_settle(&around) {
                    return Err(PathError::SumDiverges { states, weight: format!("{around:?}") });
                }
            }
        }
        Ok(())
    }

    /// The cycle through a state that changes came along, in the order of the graph's arcs, and its weight.
    fn cycle(&self, links: &Links<S>, first: usize) -> (Vec<StateId>, S) {
        let (mut states, mut around, mut state) = (Vec::new(), S::one(), first);
        while let Some((before, arc)) = self.via[state] {
            around = links.then(&links.arcs[arc].1, &around);
            states.push(state as StateId);
            state = before as usize;
            if state == first {
                break;
            }
        }
        if !links.backward {
            states.reverse();
        }
        (states, around)
    }
}

/// Whether 1̄ ⊕ w ⊕ w² ⊕ … does, soon.
fn powers_settle<S: Semiring>(weight: &S) -> bool {
    let mut sum = S::one();
    (0..64).any(|_| {
        let next = S::one().plus(&weight.times(&sum));
        std::mem::replace(&mut sum, next) == sum
    })
}
