//! One graph after another.

use super::OpError;
use super::rows::Rows;
use crate::graph::{Graph, InputSite, Site, StateId, Traced};
use crate::semiring::Weight;

/// The concatenation: a path of the first graph, then one of the second, and so on.
///
/// # Arguments
/// * `graphs`: at least one graph; argument number i of the origins is `graphs[i]`.
///
/// # Returns
/// The graphs' states in order. Every final state of all graphs but the last gets an epsilon arc to the start of the
/// next, which carries its final weight (and is where that weight's gradient comes from), and is final no more.
///
/// # Errors
/// [`OpError::Empty`] where there is no argument or one has no states; [`OpError::Graph`] where 32 bits don't number
/// the result.
///
/// # Cost
/// O(states + arcs) of all arguments.
///
/// # Source
/// M. Mohri, *Weighted automata algorithms*, in Handbook of Weighted Automata, 2009.
///
/// # Example
/// ```text
/// ─▶ 0 ─a─▶ ◎ 1/w     then     ─▶ 0 ─b─▶ ◎ 1      gives      ─▶ 0 ─a─▶ 1 ─ε/w─▶ 2 ─b─▶ ◎ 3
/// ```
///
/// ```
/// use energraph::ops::{acceptor, concat};
/// use energraph::{Energy, Graph};
/// let (a, b): (Graph<Energy>, Graph<Energy>) = (acceptor(&[1, 2])?, acceptor(&[3])?);
/// let ab = concat(&[&a, &b])?.graph;
/// assert_eq!(ab.all_arcs().iter().map(|a| a.ilabel).collect::<Vec<_>>(), [1, 2, 0, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn concat<W: Weight>(graphs: &[&Graph<W>]) -> Result<Traced<W>, OpError> {
    let starts: Option<Vec<StateId>> = graphs.iter().map(|g| g.start()).collect();
    let Some(starts) = starts.filter(|s| !s.is_empty()) else {
        return Err(OpError::Empty { first_unmatched: None });
    };
    let states = graphs.iter().map(|g| g.states()).sum();
    let arcs = graphs.iter().map(|g| g.arc_count() + g.states()).sum();
    let mut rows = Rows::new(states, arcs)?;
    for (i, g) in graphs.iter().enumerate() {
        let first = rows.state();
        let next = starts.get(i + 1).map(|start| first + g.states() as StateId + start);
        for s in 0..g.states() as StateId {
            rows.copy_arcs(g, s, i as u32, first);
            match next {
                Some(next) if g.is_final(s) => {
                    let from = InputSite { input: i as u32, site: Site::Final(s) };
                    rows.epsilon(g.final_weight(s), next, Some(from));
                    rows.end(W::zero(), None);
                }
                Some(_) => rows.end(W::zero(), None),
                None => rows.end_as(g, s, i as u32),
            }
        }
    }
    Ok(rows.build(starts[0]))
}
