//! Building a lazy graph to the end.

use rustc_hash::FxHashMap;

use super::super::trim::{DROPPED, Kept, Targets, trim};
use super::LazyGraph;
use crate::graph::{Arc, ArcId, Graph, OriginBuilder, StateId, Traced};
use crate::ops::{Budget, OpError};
use crate::semiring::Weight;

/// The whole of a lazy graph, without what leads to no end.
///
/// # Arguments
/// * `g`: any lazy graph. What it has expanded before is not expanded again.
///
/// # Returns
/// A graph with the same paths. Every state lies on an accepting path; where the result is acyclic its states are
/// numbered in topological order. Of a [`LazyCompose`](crate::ops::LazyCompose) of two graphs it is what
/// [`compose()`](crate::ops::compose()) makes of them, state by state and arc by arc.
///
/// # Errors
/// [`OpError::Empty`] where there is no accepting path, and whatever [`LazyGraph::arcs`] gives: [`OpError::Budget`].
///
/// # Cost
/// Every state that can be reached, once.
///
/// # Source
/// C. Allauzen et al., *OpenFst: a general and efficient weighted finite-state transducer library*, 2007 (delayed
/// operations).
///
/// # Example
/// ```text
/// LazyCompose(a, b) ──expand──▶ Graph      compose(a, b) ──▶ the same Graph
/// ```
///
/// ```
/// use energraph::ops::{Compose, LazyCompose, acceptor, compose, expand, from_strings};
/// use energraph::{Energy, Graph};
/// let a: Graph<Energy> = from_strings([[1, 2], [1, 3]])?;
/// let (b, c) = (acceptor(&[1, 2])?, acceptor(&[1, 2])?);
/// let o = Compose::default();
/// let mut chain = LazyCompose::new(LazyCompose::new(&a, &b, &o), &c, &o);
/// let made = expand(&mut chain)?;
/// assert_eq!(made.graph, compose(&compose(&a, &b, &o)?.graph, &c, &o)?.graph);
/// assert_eq!(made.origin.arc(0).len(), 3); // one arc of each
/// # Ok::<(), energraph::ops::OpError>(())
/// ```
pub fn expand<G: LazyGraph + ?Sized>(g: &mut G) -> Result<Traced<G::Weight>, OpError> {
    expand_where(g, |_, _| true, |_, _| true)
}

/// The part of a lazy graph that paths of the arcs and ends wanted visit, and no other state is asked about.
pub(crate) fn expand_where<G: LazyGraph + ?Sized>(
    g: &mut G,
    arc_wanted: impl Fn(StateId, &Arc<G::Weight>) -> bool,
    end_wanted: impl Fn(StateId, &G::Weight) -> bool,
) -> Result<Traced<G::Weight>, OpError> {
    let nothing = OpError::Empty { first_unmatched: None };
    let Some(start) = g.start() else { return Err(nothing) };
    let reached = Reached::from(g, start, &arc_wanted)?;
    let is_end = |g: &G, s: StateId| {
        let end = g.final_weight(s);
        !end.is_zero() && end_wanted(s, &end)
    };
    let mut alive: Vec<bool> = reached.list.iter().map(|&s| is_end(g, s)).collect();
    let ends = alive.clone();
    let kept = trim(&reached, &mut alive);
    if kept.states == 0 {
        return Err(nothing);
    }
    reached.write(g, &kept, &ends, arc_wanted)
}

/// The states reached from the start, in breadth-first order.
struct Reached {
    list: Vec<StateId>,
    /// `offsets[i]..offsets[i + 1]` are the targets of the arcs wanted of `list[i]`, as positions in `list`.
    offsets: Vec<usize>,
    targets: Vec<StateId>,
}

impl Reached {
    fn from<G: LazyGraph + ?Sized>(
        g: &mut G,
        start: StateId,
        wanted: impl Fn(StateId, &Arc<G::Weight>) -> bool,
    ) -> Result<Self, OpError> {
        let mut reached = Reached { list: vec![start], offsets: vec![0], targets: Vec::new() };
        let mut number: FxHashMap<StateId, StateId> = FxHashMap::from_iter([(start, 0)]);
        let mut next = 0;
        // Positions and arcs of the result are 32 bits.
        let most = Budget { states: StateId::MAX as usize - 1, arcs: ArcId::MAX as usize - 1 };
        while let Some(&s) = reached.list.get(next) {
            for a in g.arcs(s)?.iter().filter(|a| wanted(s, a)) {
                let position = *number.entry(a.target).or_insert_with(|| {
                    reached.list.push(a.target);
                    reached.list.len() as StateId - 1
                });
                reached.targets.push(position);
            }
            reached.offsets.push(reached.targets.len());
            most.check(reached.list.len(), reached.targets.len())?;
            next += 1;
        }
        Ok(reached)
    }

    fn write<G: LazyGraph + ?Sized>(
        &self,
        g: &mut G,
        kept: &Kept,
        ends: &[bool],
        wanted: impl Fn(StateId, &Arc<G::Weight>) -> bool,
    ) -> Result<Traced<G::Weight>, OpError> {
        let states = kept.states;
        let (mut offsets, mut arcs) = (vec![0], Vec::new());
        let mut finals = vec![G::Weight::zero(); states];
        let mut origin = OriginBuilder::with_capacity(states, self.targets.len(), 2);
        let mut sites = Vec::new();
        for (old, end) in kept.old().zip(&mut finals) {
            let s = self.list[old as usize];
            let first = arcs.len();
            let row = g.arcs(s)?.iter().enumerate().filter(|(_, a)| wanted(s, a));
            let row = row.zip(&self.targets[self.row(old)]);
            let row = row.map(|((position, a), &t)| (position, Arc { target: kept.new[t as usize], ..a.clone() }));
            arcs.extend(row.filter(|(_, a)| a.target != DROPPED));
            for (position, _) in &arcs[first..] {
                sites.clear();
                g.arc_origin(s, *position, &mut sites);
                origin.arc(sites.iter().copied());
            }
            offsets.push(arcs.len() as ArcId);
            sites.clear();
            if ends[old as usize] {
                *end = g.final_weight(s);
                g.final_origin(s, &mut sites);
            }
            origin.final_weight(sites.iter().copied());
        }
        let arcs = arcs.into_iter().map(|(_, a)| a).collect();
        Ok(Traced { graph: Graph::from_rows(kept.new[0], finals, offsets, arcs), origin: origin.build() })
    }

    fn row(&self, position: StateId) -> std::ops::Range<usize> {
        self.offsets[position as usize]..self.offsets[position as usize + 1]
    }
}

impl Targets for Reached {
    fn states(&self) -> usize {
        self.list.len()
    }
    fn of(&self, position: StateId) -> impl Iterator<Item = StateId> {
        self.targets[self.row(position)].iter().copied()
    }
}
