//! Which column a state stands in.

use crate::graph::{Graph, StateId};
use crate::semiring::Weight;

/// The length of the longest path to each state, arcs that close a cycle left out.
///
/// Afterwards every arc but self-loops joins different ranks: a closing arc leads back to an earlier state of the
/// path that it was found on, which has a lower rank.
pub(super) fn ranks<W: Weight>(g: &Graph<W>) -> Vec<usize> {
    let (order, closing) = depth_first(g);
    let mut ranks = vec![0; g.states()];
    for &state in order.iter().rev() {
        for (id, arc) in g.arc_ids(state).zip(g.arcs(state)) {
            if !closing[id as usize] {
                let least = ranks[state as usize] + 1;
                let rank = &mut ranks[arc.target as usize];
                *rank = least.max(*rank);
            }
        }
    }
    ranks
}

/// The states in the order in which a depth-first search leaves them, from the start first, and for every arc
/// whether it leads to a state that the search is still in.
fn depth_first<W: Weight>(g: &Graph<W>) -> (Vec<StateId>, Vec<bool>) {
    #[derive(Clone, Copy, PartialEq)]
    enum Visit {
        New,
        Open,
        Left,
    }
    let mut visits = vec![Visit::New; g.states()];
    let mut closing = vec![false; g.arc_count()];
    let mut order = Vec::with_capacity(g.states());
    for root in g.start().into_iter().chain(0..g.states() as StateId) {
        if visits[root as usize] != Visit::New {
            continue;
        }
        visits[root as usize] = Visit::Open;
        let mut stack = vec![(root, g.arc_ids(root).zip(g.arcs(root)))];
        while let Some((state, arcs)) = stack.last_mut() {
            let Some((id, arc)) = arcs.next() else {
                visits[*state as usize] = Visit::Left;
                order.push(*state);
                stack.pop();
                continue;
            };
            match visits[arc.target as usize] {
                Visit::New => {
                    visits[arc.target as usize] = Visit::Open;
                    stack.push((arc.target, g.arc_ids(arc.target).zip(g.arcs(arc.target))));
                }
                Visit::Open => closing[id as usize] = true,
                Visit::Left => {}
            }
        }
    }
    (order, closing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::att::{self, AttOptions};
    use crate::semiring::Energy;

    fn ranks_of(text: &str) -> Vec<usize> {
        ranks(&att::read::<Energy>(text, &AttOptions::default()).unwrap())
    }

    #[test]
    fn the_longest_path_decides() {
        assert_eq!(ranks_of("0 1 1 1\n1 2 1 1\n0 2 1 1\n2 3 1 1\n0 3 1 1\n3\n"), [0, 1, 2, 3]);
    }

    #[test]
    fn cycles_end_and_their_states_keep_apart() {
        assert_eq!(ranks_of("0 1 1 1\n1 2 1 1\n2 0 1 1\n2 2 1 1\n2 1 1 1\n2\n"), [0, 1, 2]);
    }
}
