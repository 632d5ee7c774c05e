//! A graph repeated.

use super::OpError;
use super::rows::Rows;
use crate::graph::{Graph, InputSite, Site, StateId, Traced};
use crate::semiring::Weight;

/// How often to repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Closure {
    /// Any number of times, none included.
    Star,
    /// At least once.
    Plus,
}

/// The closure: paths of a graph one after another, any number of them.
///
/// # Arguments
/// * `g`: any graph.
/// * `kind`: whether the empty repetition counts.
///
/// # Returns
/// The states of `g`, where every final state also has an epsilon arc back to the start, which carries its final
/// weight. That weight thus has two sites in the result, and its gradient is the sum of theirs. For
/// [`Closure::Star`], a new start before them, final with weight 1̄. A sequence of k paths of `g` is one path. Where
/// `g` accepts the empty string, the result has a cycle of epsilons.
///
/// The star of the graph without states is the empty string alone.
///
/// # Errors
/// [`OpError::Empty`] for the plus of the graph without states; [`OpError::Graph`] where 32 bits don't number the
/// result.
///
/// # Cost
/// O(states + arcs).
///
/// # Source
/// M. Mohri, *Weighted automata algorithms*, in Handbook of Weighted Automata, 2009.
///
/// # Example
/// ```text
/// ─▶ 0 ─a─▶ ◎ 1/w      star:  ─▶ ◎ ─ε─▶ 0 ─a─▶ ◎ 1/w      plus:  ─▶ 0 ─a─▶ ◎ 1/w
///                                       ▲        │                  ▲        │
///                                       └──ε/w───┘                  └──ε/w───┘
/// ```
///
/// ```
/// use energraph::ops::{Closure, acceptor, closure};
/// use energraph::{Energy, Graph};
/// let word: Graph<Energy> = acceptor(&[1, 2])?;
/// let words = closure(&word, Closure::Star)?.graph;
/// assert_eq!((words.states(), words.arc_count()), (4, 4));
/// assert!(words.start().is_some_and(|s| words.is_final(s)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn closure<W: Weight>(g: &Graph<W>, kind: Closure) -> Result<Traced<W>, OpError> {
    if kind == Closure::Plus && g.start().is_none() {
        return Err(OpError::Empty { first_unmatched: None });
    }
    let mut rows = Rows::new(g.states() + 1, g.arc_count() + g.states() + 1)?;
    if kind == Closure::Star {
        if let Some(start) = g.start() {
            rows.epsilon(W::one(), start + 1, None);
        }
        rows.end(W::one(), None);
    }
    let first = rows.state();
    let start = first + g.start().unwrap_or(0);
    for s in 0..g.states() as StateId {
        rows.copy_arcs(g, s, 0, first);
        if g.is_final(s) {
            rows.epsilon(g.final_weight(s), start, Some(InputSite { input: 0, site: Site::Final(s) }));
        }
        rows.end_as(g, s, 0);
    }
    Ok(rows.build(if kind == Closure::Star { 0 } else { start }))
}
