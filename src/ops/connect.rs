//! Trimming to what accepting paths visit.

use std::borrow::Cow;

use super::OpError;
use super::rows::{Plain, Rows};
use super::trim::{DROPPED, Targets, trim};
use crate::graph::{Arc, Graph, InputSite, Site, StateId, Traced};
use crate::semiring::Weight;

/// The same paths without the states that no accepting path visits.
///
/// # Arguments
/// * `g`: any graph.
///
/// # Returns
/// A graph with the accepting paths of `g`, in which every state is reached from the start and reaches a final
/// state. Its states keep their order where every arc of `g` leads to a higher number; else they are numbered in topological
/// order where it is acyclic, and in the order of a breadth-first search where it is not. Arcs of weight 0̄ count as arcs.
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
    let mut rows = Rows::new(part.states.len(), g.arc_count())?;
    for &s in &part.states {
        for (id, a) in g.arc_ids(s).zip(g.arcs(s)) {
            if let Some(target) = part.number(a.target) {
                rows.arc(Arc { target, ..a.clone() }, Some(InputSite { input: 0, site: Site::Arc(id) }));
            }
        }
        rows.end_as(g, s, 0);
    }
    Ok(rows.build(part.start))
}

/// The same without origins, and the graph itself where every state is useful.
pub(super) fn connected<W: Weight>(g: Cow<'_, Graph<W>>) -> Result<Cow<'_, Graph<W>>, OpError> {
    let part = Part::of(&g)?;
    if part.states.len() == g.states() {
        return Ok(g);
    }
    let mut rows = Plain::new(part.states.len(), g.arc_count());
    for &s in &part.states {
        let arcs = g.arcs(s).iter().filter_map(|a| Some(Arc { target: part.number(a.target)?, ..a.clone() }));
        arcs.for_each(|a| rows.arc(a));
        rows.end(g.final_weight(s));
    }
    Ok(Cow::Owned(rows.build(part.start)))
}

/// The states on accepting paths, numbered anew.
struct Part {
    /// Old state by new number.
    states: Vec<StateId>,
    /// New number by old state, or [`DROPPED`].
    number: Vec<StateId>,
    start: StateId,
}

impl Part {
    fn of<W: Weight>(g: &Graph<W>) -> Result<Self, OpError> {
        let Some(start) = g.start() else { return Err(OpError::Empty { first_unmatched: None }) };
        let forward = (0..g.states() as StateId).all(|s| g.arcs(s).iter().all(|a| a.target > s));
        let part = if forward { Part::of_forward(g, start) } else { Part::of_any(g, start) };
        if part.states.is_empty() { Err(OpError::Empty { first_unmatched: None }) } else { Ok(part) }
    }

    /// Of a graph whose arcs all lead to higher numbers: what is kept stays in its order, and two sweeps find it.
    fn of_forward<W: Weight>(g: &Graph<W>, start: StateId) -> Self {
        let n = g.states() as StateId;
        let mut reached = vec![false; n as usize];
        reached[start as usize] = true;
        for s in start..n {
            if reached[s as usize] {
                g.arcs(s).iter().for_each(|a| reached[a.target as usize] = true);
            }
        }
        let mut alive = reached;
        for s in (start..n).rev() {
            let useful = alive[s as usize] && (g.is_final(s) || g.arcs(s).iter().any(|a| alive[a.target as usize]));
            alive[s as usize] = useful;
        }
        let states: Vec<StateId> = (start..n).filter(|s| alive[*s as usize]).collect();
        let mut number = vec![DROPPED; n as usize];
        (0..).zip(&states).for_each(|(new, &old)| number[old as usize] = new);
        Part { states, number, start: 0 }
    }

    fn of_any<W: Weight>(g: &Graph<W>, start: StateId) -> Self {
        let reached = Reached::from(g, start);
        let mut alive: Vec<bool> = reached.list.iter().map(|&s| g.is_final(s)).collect();
        let kept = trim(&reached, &mut alive);
        let states: Vec<StateId> = kept.old().map(|found| reached.list[found as usize]).collect();
        let Reached { mut number, .. } = reached;
        number.iter_mut().filter(|found| **found != DROPPED).for_each(|found| *found = kept.new[*found as usize]);
        Part { states, number, start: kept.new[0] }
    }

    /// The new number of a state that an arc leads to from one of them; `None` where it is none of them.
    fn number(&self, s: StateId) -> Option<StateId> {
        Some(self.number[s as usize]).filter(|&s| s != DROPPED)
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
