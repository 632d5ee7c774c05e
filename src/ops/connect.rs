//! Trimming to what accepting paths visit.

use std::borrow::Cow;

use super::OpError;
use super::rows::{Plain, Rows};
use super::trim::{DROPPED, Kept, Targets, trim};
use crate::graph::{Arc, Graph, InputSite, Site, StateId, Traced};
use crate::semiring::Weight;

/// The same paths without the states that no accepting path visits.
///
/// # Arguments
/// * `g`: any graph.
///
/// # Returns
/// A graph with the accepting paths of `g`, in which every state is reached from the start and reaches a final
/// state. Its states are numbered in topological order where it is acyclic, else in the order of a breadth-first
/// search. Arcs of weight 0̄ count as arcs.
///
/// # Errors
/// [`OpError::Empty`] where there is no accepting path.
///
/// # Cost
/// O(states + arcs).
///
/// # Source
/// OpenFst's `fstconnect`.
///
/// # Example
/// ```text
///   ┌─b─▶ 2
/// ─▶0 ─a─▶ ◎ 1 ◀─c─ 3      becomes      ─▶ 0 ─a─▶ ◎ 1
/// ```
///
/// ```
/// use energraph::ops::connect;
/// use energraph::{Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// b.add_states(4);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::FREE, 1);
/// b.arc(0, 2, 2, Energy::FREE, 2); // a dead end
/// b.arc(3, 3, 3, Energy::FREE, 1); // never reached
/// b.final_weight(1, Energy::FREE);
/// let g = connect(&b.build()?)?.graph;
/// assert_eq!((g.states(), g.arc_count()), (2, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn connect<W: Weight>(g: &Graph<W>) -> Result<Traced<W>, OpError> {
    let part = Part::of(g)?;
    let mut rows = Rows::new(part.kept.states, g.arc_count())?;
    for s in part.states() {
        for (id, a) in g.arc_ids(s).zip(g.arcs(s)) {
            if let Some(target) = part.number(a.target) {
                rows.arc(Arc { target, ..a.clone() }, Some(InputSite { input: 0, site: Site::Arc(id) }));
            }
        }
        rows.end_as(g, s, 0);
    }
    Ok(rows.build(part.start()))
}

/// The same without origins, and the graph itself where every state is useful.
pub(super) fn connected<W: Weight>(g: Cow<'_, Graph<W>>) -> Result<Cow<'_, Graph<W>>, OpError> {
    let part = Part::of(&g)?;
    if part.kept.states == g.states() {
        return Ok(g);
    }
    let mut rows = Plain::new(part.kept.states, g.arc_count());
    for s in part.states() {
        let arcs = g.arcs(s).iter().filter_map(|a| Some(Arc { target: part.number(a.target)?, ..a.clone() }));
        arcs.for_each(|a| rows.arc(a));
        rows.end(g.final_weight(s));
    }
    Ok(Cow::Owned(rows.build(part.start())))
}

/// The states on accepting paths, numbered anew.
struct Part<'g, W> {
    reached: Reached<'g, W>,
    kept: Kept,
}

impl<'g, W: Weight> Part<'g, W> {
    fn of(g: &'g Graph<W>) -> Result<Self, OpError> {
        let Some(start) = g.start() else { return Err(OpError::Empty { first_unmatched: None }) };
        let reached = Reached::from(g, start);
        let mut alive: Vec<bool> = reached.list.iter().map(|&s| g.is_final(s)).collect();
        let kept = trim(&reached, &mut alive);
        if kept.states == 0 { Err(OpError::Empty { first_unmatched: None }) } else { Ok(Part { reached, kept }) }
    }

    /// Those states, by their new numbers.
    fn states(&self) -> impl Iterator<Item = StateId> {
        self.kept.old().map(|found| self.reached.list[found as usize])
    }

    /// The new number of a state that an arc leads to from one of them; `None` where it is none of them.
    fn number(&self, s: StateId) -> Option<StateId> {
        Some(self.kept.new[self.reached.number[s as usize] as usize]).filter(|&s| s != DROPPED)
    }

    fn start(&self) -> StateId {
        self.kept.new[0]
    }
}

/// The states reached from the start, in breadth-first order.
struct Reached<'g, W> {
    g: &'g Graph<W>,
    list: Vec<StateId>,
    /// Position in `list` by state; [`DROPPED`] where not reached.
    number: Vec<StateId>,
}

impl<'g, W: Weight> Reached<'g, W> {
    fn from(g: &'g Graph<W>, start: StateId) -> Self {
        let mut number = vec![DROPPED; g.states()];
        number[start as usize] = 0;
        let mut list = vec![start];
        let mut next = 0;
        while let Some(&s) = list.get(next) {
            for a in g.arcs(s) {
                let slot = &mut number[a.target as usize];
                if *slot == DROPPED {
                    *slot = list.len() as StateId;
                    list.push(a.target);
                }
            }
            next += 1;
        }
        Reached { g, list, number }
    }
}

impl<W: Weight> Targets for Reached<'_, W> {
    fn states(&self) -> usize {
        self.list.len()
    }
    fn of(&self, found: StateId) -> impl Iterator<Item = StateId> {
        self.g.arcs(self.list[found as usize]).iter().map(|a| self.number[a.target as usize])
    }
}
