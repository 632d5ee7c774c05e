//! Strongly connected components.

use super::{Graph, StateId};
use crate::semiring::Weight;

/// The strongly connected components of a graph: states that reach each other lie in one.
///
/// Components are numbered so that arcs between two of them lead to the lower number: from last to first is a
/// topological order of the components.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Components {
    of: Vec<u32>,
    /// `offsets[c]..offsets[c + 1]` are the members of component `c`.
    offsets: Vec<u32>,
    members: Vec<StateId>,
}

impl Components {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The component of a state; `None` where the state does not exist.
    pub fn of(&self, state: StateId) -> Option<u32> {
        self.of.get(state as usize).copied()
    }

    /// The states of a component; none where the component does not exist.
    pub fn states(&self, component: u32) -> &[StateId] {
        match (self.offsets.get(component as usize), self.offsets.get(component as usize + 1)) {
            (Some(&a), Some(&b)) => &self.members[a as usize..b as usize],
            _ => &[],
        }
    }
}

/// The strongly connected components of a graph. Arcs of weight 0̄ count as arcs.
///
/// # Cost
/// O(states + arcs) time, O(states) memory, without recursion. Source: R. Tarjan, *Depth-first search and linear
/// graph algorithms*, 1972.
///
/// ```
/// use energraph::graph::components;
/// use energraph::{Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(0);
/// for (s, t) in [(0, 1), (1, 0), (1, 2)] {
///     b.arc(s, 1, 1, Energy::FREE, t);
/// }
/// let c = components(&b.build()?);
/// assert_eq!((c.count(), c.of(0), c.of(1), c.of(2)), (2, Some(1), Some(1), Some(0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn components<W: Weight>(g: &Graph<W>) -> Components {
    let row = |s: StateId| {
        let ids = g.arc_ids(s);
        ids.start as usize..ids.end as usize
    };
    strongly_connected(g.states(), row, |arc| Some(g.all_arcs()[arc].target))
}

/// A state that no search has met.
const NEW: u32 = u32::MAX;

/// The components of any `n` states, whose arcs are `row(state)`; an arc without `target` is none.
pub(crate) fn strongly_connected(
    n: usize,
    row: impl Fn(StateId) -> std::ops::Range<usize>,
    target: impl Fn(usize) -> Option<StateId>,
) -> Components {
    let mut found = Components { of: vec![NEW; n], offsets: vec![0], members: Vec::with_capacity(n) };
    // Position in the order of discovery, and the earliest position that a state is known to reach.
    let (mut position, mut lowest, mut discovered) = (vec![NEW; n], vec![NEW; n], 0);
    let mut open: Vec<StateId> = Vec::new();
    let mut trail: Vec<(StateId, std::ops::Range<usize>)> = Vec::new();
    for root in 0..n as StateId {
        if position[root as usize] == NEW {
            trail.push((root, row(root)));
        }
        while let Some((s, arcs)) = trail.last_mut() {
            let s = *s;
            let here = s as usize;
            if position[here] == NEW {
                (position[here], lowest[here]) = (discovered, discovered);
                discovered += 1;
                open.push(s);
            }
            match arcs.next().map(&target) {
                Some(Some(t)) if position[t as usize] == NEW => trail.push((t, row(t))),
                Some(Some(t)) if found.of[t as usize] == NEW => {
                    lowest[here] = lowest[here].min(position[t as usize]);
                }
                Some(_) => {}
                None => {
                    trail.pop();
                    if let Some((parent, _)) = trail.last() {
                        let parent = *parent as usize;
                        lowest[parent] = lowest[parent].min(lowest[here]);
                    }
                    if lowest[here] == position[here] {
                        found.close(&mut open, s);
                    }
                }
            }
        }
    }
    found
}

impl Components {
    /// Makes a component of the open states from `first` on.
    fn close(&mut self, open: &mut Vec<StateId>, first: StateId) {
        let number = self.count() as u32;
        while let Some(s) = open.pop() {
            self.of[s as usize] = number;
            self.members.push(s);
            if s == first {
                break;
            }
        }
        self.offsets.push(self.members.len() as u32);
    }
}
