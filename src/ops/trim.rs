//! Which of the states found from a start lead to an end, and in what order to number them.

use crate::graph::StateId;

/// A state that was dropped.
pub(super) const DROPPED: StateId = StateId::MAX;

/// A new numbering of the states worth keeping.
pub(super) struct Kept {
    /// Number of states kept.
    pub states: usize,
    /// Old state by new number, a topological order; `None` where the order found is kept, since it is one or none is.
    pub order: Option<Vec<StateId>>,
    /// New number by old state, or [`DROPPED`].
    pub new: Vec<StateId>,
}

impl Kept {
    /// All states, by the numbers they have.
    pub(super) fn all(states: usize) -> Kept {
        Kept { states, order: None, new: (0..states as StateId).collect() }
    }

    /// Old state by new number.
    pub(super) fn old(&self) -> impl Iterator<Item = StateId> {
        let as_found = if self.order.is_none() { self.new.as_slice() } else { &[] };
        let kept = (0..).zip(as_found).filter(|(_, new)| **new != DROPPED).map(|(old, _)| old);
        self.order.iter().flatten().copied().chain(kept)
    }
}

/// Rows of arc targets by state.
pub(super) trait Targets {
    /// Number of states; every one is reachable from state 0.
    fn states(&self) -> usize;
    /// The targets of a state's arcs.
    fn of(&self, state: StateId) -> impl Iterator<Item = StateId>;
}

/// Keeps the states from which a final one is reached. `alive` says which are final, and on return which are kept.
///
/// Cost: O(states + arcs); one backward sweep where arcs lead forward already, which is the usual case.
pub(super) fn trim(g: &impl Targets, alive: &mut [bool]) -> Kept {
    let n = g.states() as StateId;
    let forward = (0..n).all(|s| g.of(s).all(|t| t > s));
    let order = if forward { None } else { Some(kahn(g)) };
    match &order {
        None => _ = sweep(g, (0..n).rev(), alive),
        Some(order) if order.len() == n as usize => _ = sweep(g, order.iter().rev().copied(), alive),
        // Few sweeps are enough for most graphs with cycles, and no arc needs to be looked up backwards for them.
        Some(_) if (0..SWEEPS).any(|_| !sweep(g, (0..n).rev(), alive)) => (),
        Some(_) => search_back(g, alive),
    }
    let mut new = vec![DROPPED; n as usize];
    let mut states = 0;
    let mut number = |s: StateId| {
        if alive[s as usize] {
            new[s as usize] = states as StateId;
            states += 1;
        }
    };
    let mut order = order.filter(|o| o.len() == n as usize);
    match &order {
        Some(order) => order.iter().for_each(|&s| number(s)),
        None => (0..n).for_each(number),
    }
    if let Some(order) = &mut order {
        order.retain(|&s| alive[s as usize]);
    }
    Kept { states, order, new }
}

/// A topological order (Kahn 1962), cut short at the first cycle.
fn kahn(g: &impl Targets) -> Vec<StateId> {
    let n = g.states() as StateId;
    let mut incoming = vec![0_u32; n as usize];
    for s in 0..n {
        for t in g.of(s) {
            incoming[t as usize] += 1;
        }
    }
    let mut order: Vec<StateId> = Vec::with_capacity(n as usize);
    // Everything is reachable from state 0, so nothing else can lack an arc into it in an acyclic graph.
    order.extend((0..n).take(1).filter(|&s| incoming[s as usize] == 0));
    let mut next = 0;
    while next < order.len() {
        for t in g.of(order[next]) {
            incoming[t as usize] -= 1;
            if incoming[t as usize] == 0 {
                order.push(t);
            }
        }
        next += 1;
    }
    order
}

/// Sweeps over a graph with cycles before its arcs are turned round.
const SWEEPS: usize = 4;

/// Marks the states with an arc to a marked state, all where targets come first in the order; whether there were any.
fn sweep(g: &impl Targets, order: impl Iterator<Item = StateId>, alive: &mut [bool]) -> bool {
    let mut more = false;
    for s in order {
        if !alive[s as usize] && g.of(s).any(|t| alive[t as usize]) {
            alive[s as usize] = true;
            more = true;
        }
    }
    more
}

/// The same for any order, by a search against the arcs.
fn search_back(g: &impl Targets, alive: &mut [bool]) {
    let n = g.states();
    let mut offsets = vec![0_u32; n + 2];
    for s in 0..n as StateId {
        for t in g.of(s) {
            offsets[t as usize + 2] += 1;
        }
    }
    for s in 2..n + 2 {
        offsets[s] += offsets[s - 1];
    }
    let mut sources = vec![0; offsets[n + 1] as usize];
    for s in 0..n as StateId {
        for t in g.of(s) {
            let slot = &mut offsets[t as usize + 1];
            sources[*slot as usize] = s;
            *slot += 1;
        }
    }
    let mut stack: Vec<StateId> = (0..n as StateId).filter(|&s| alive[s as usize]).collect();
    while let Some(t) = stack.pop() {
        let row = offsets[t as usize] as usize..offsets[t as usize + 1] as usize;
        for &s in &sources[row] {
            if !alive[s as usize] {
                alive[s as usize] = true;
                stack.push(s);
            }
        }
    }
}
