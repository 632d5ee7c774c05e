//! The paths of several graphs.

use super::OpError;
use super::rows::Rows;
use crate::graph::{Graph, StateId, Traced};
use crate::semiring::Weight;

/// The union: every path of every argument.
///
/// # Arguments
/// * `graphs`: any number of graphs; argument number i of the origins is `graphs[i]`.
///
/// # Returns
/// A new start with an epsilon arc of weight 1̄ to the start of each graph, then the graphs' states in order. A graph
/// without states adds nothing. A string that two arguments accept has the paths of both.
///
/// # Errors
/// [`OpError::Empty`] where no argument has a state; [`OpError::Graph`] where 32 bits don't number the result.
///
/// # Cost
/// O(states + arcs) of all arguments.
///
/// # Source
/// M. Mohri, *Weighted automata algorithms*, in Handbook of Weighted Automata, 2009.
///
/// # Example
/// ```text
///                                             ┌─ε─▶ 1 ─a─▶ ◎
/// ─▶ 0 ─a─▶ ◎   and   ─▶ 0 ─b─▶ ◎      give ─▶0
///                                             └─ε─▶ 3 ─b─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{acceptor, union};
/// use energraph::{Energy, Graph};
/// let (yes, no): (Graph<Energy>, Graph<Energy>) = (acceptor(&[1, 2])?, acceptor(&[3])?);
/// let either = union(&[&yes, &no])?.graph;
/// assert_eq!((either.states(), either.arc_count()), (6, 5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn union<W: Weight>(graphs: &[&Graph<W>]) -> Result<Traced<W>, OpError> {
    let states = 1 + graphs.iter().map(|g| g.states()).sum::<usize>();
    let arcs = graphs.iter().map(|g| g.arc_count() + 1).sum();
    let mut rows = Rows::new(states, arcs)?;
    let mut first: StateId = 1;
    for g in graphs {
        if let Some(start) = g.start() {
            rows.epsilon(W::one(), first + start, None);
        }
        first += g.states() as StateId;
    }
    if first == 1 {
        return Err(OpError::Empty { first_unmatched: None });
    }
    rows.end(W::zero(), None);
    for (input, g) in graphs.iter().enumerate() {
        let first = rows.state();
        for s in 0..g.states() as StateId {
            rows.copy_arcs(g, s, input as u32, first);
            rows.end_as(g, s, input as u32);
        }
    }
    Ok(rows.build(0))
}
