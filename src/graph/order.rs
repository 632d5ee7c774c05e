//! Topological order.

use super::{Graph, StateId};
use crate::semiring::Weight;

/// The graph has a cycle where an acyclic one is needed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the graph is cyclic: {} states lie on or behind a cycle, the first is {}", states.len(), states.first().unwrap_or(&0))]
pub struct Cyclic {
    /// The states that no order could place: those on cycles and those reached only through them.
    pub states: Vec<StateId>,
}

/// Every state, each before the targets of its arcs.
///
/// Arcs of weight 0̄ count as arcs. Where every arc already leads to a higher number, the order is 0, 1, 2, ….
///
/// # Errors
/// [`Cyclic`] where no such order exists.
///
/// # Cost
/// O(states + arcs) time, O(states) memory (Kahn 1962).
///
/// ```
/// use energraph::graph::topological_order;
/// use energraph::{Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(2);
/// b.arc(2, 1, 1, Energy::FREE, 0);
/// b.arc(0, 1, 1, Energy::FREE, 1);
/// assert_eq!(topological_order(&b.build()?)?, [2, 0, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn topological_order<W: Weight>(g: &Graph<W>) -> Result<Vec<StateId>, Cyclic> {
    let n = g.states();
    if g.arcs_with_source().all(|(_, s, a)| a.target > s) {
        return Ok((0..n as StateId).collect());
    }
    let mut incoming = vec![0_u32; n];
    for a in g.all_arcs() {
        incoming[a.target as usize] += 1;
    }
    let mut order: Vec<StateId> = (0..n as StateId).filter(|&s| incoming[s as usize] == 0).collect();
    let mut next = 0;
    while next < order.len() {
        for a in g.arcs(order[next]) {
            incoming[a.target as usize] -= 1;
            if incoming[a.target as usize] == 0 {
                order.push(a.target);
            }
        }
        next += 1;
    }
    if order.len() == n {
        return Ok(order);
    }
    Err(Cyclic { states: (0..n as StateId).filter(|&s| incoming[s as usize] > 0).collect() })
}
