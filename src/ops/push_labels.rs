//! Moving what is written along paths.

use super::gallic::{spell, to_gallic};
use super::rows::Plain;
use super::{Budget, OpError};
use crate::graph::{Arc, Graph, Label, StateId, strongly_connected};
use crate::semiring::{Gallic, Plus, StringLeft, Weight};

/// The same paths, with what they write as near to the start as it can be.
///
/// # Arguments
/// * `g`: any graph.
/// * `budget`: how many states and arcs the result may have; labels that all ways from a state to an end begin with
///   count as arcs while they are looked for, and those that wait to be written after that.
///
/// # Returns
/// A graph with the paths of `g`: each reads, writes and weighs what it did, and weights lie on the arcs on which they
/// lay. A label is written on the first arc behind which every path that shares its beginning writes it, and one on
/// each arc at most. What all paths begin with may be more than the arcs are: the rest waits on the states of the
/// result, and what is left at an end is written by arcs that read nothing. States lie on accepting paths; arcs of
/// weight 0̄ are gone.
///
/// # Errors
/// [`OpError::Empty`] where nothing is accepted; [`OpError::Budget`].
///
/// # Cost
/// O((states + arcs) · length of the common beginnings); in a component with cycles, times the rounds until they stop
/// getting shorter.
///
/// # Source
/// M. Mohri, *Finite-state transducers in language and speech processing*, 1997 (the longest common prefix of a
/// sequential transducer); OpenFst's `fstpush --push_labels`.
///
/// # Example
/// ```text
///            ┌─b:x─▶ ◎                                ┌─b:ε─▶ ◎
/// ─▶0 ─a:ε─▶ 1                 becomes    ─▶0 ─a:x─▶ 1
///            └─c:x─▶ 2 ─d:y─▶ ◎                       └─c:y─▶ 2 ─d:ε─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{Budget, push_labels};
/// use energraph::{Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// b.add_states(4);
/// b.start(0);
/// for (s, i, o, t) in [(0, 1, 0, 1), (1, 2, 7, 3), (1, 3, 7, 2), (2, 4, 8, 3)] {
///     b.arc(s, i, o, Energy::FREE, t);
/// }
/// b.final_weight(3, Energy::FREE);
/// let g = push_labels(&b.build()?, Budget::default())?;
/// let labels: Vec<_> = g.all_arcs().iter().map(|a| (a.ilabel, a.olabel)).collect();
/// assert_eq!(labels, [(1, 7), (2, 0), (3, 8), (4, 0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn push_labels<W: Weight>(g: &Graph<W>, budget: Budget) -> Result<Graph<W>, OpError> {
    let (pushed, prefix) = pushed(g, budget)?;
    spell(&pushed, &prefix, budget)
}

/// What all paths begin to write, and the rest.
pub(super) fn pushed<W: Weight>(g: &Graph<W>, budget: Budget) -> Result<(Graph<Gallic<W>>, Vec<Label>), OpError> {
    let g = to_gallic(g)?;
    let prefixes = prefixes(&g, budget)?;
    let prefix = |s: StateId| &prefixes[s as usize];
    let (mut rows, mut waiting) = (Plain::new(g.states(), g.arc_count()), 0);
    for s in 0..g.states() as StateId {
        let moved = |string: StringLeft| string.left_divide(prefix(s)).unwrap_or_else(StringLeft::zero);
        for a in g.arcs(s) {
            let weight = Gallic::new(moved(a.weight.string().times(prefix(a.target))), a.weight.weight().clone());
            waiting += weight.labels().len().saturating_sub(1);
            rows.arc(Arc { weight, ..a.clone() });
            budget.check(g.states(), rows.arc_count() + waiting)?;
        }
        let end = g.final_weight(s);
        rows.end(Gallic::new(moved(end.string().clone()), end.weight().clone()));
    }
    let start = g.start().unwrap_or_default();
    Ok((rows.build(start), prefix(start).labels().unwrap_or_default().to_vec()))
}

/// By state, what all ways from there to an end begin with; 0̄ where there is none.
///
/// From 0̄ on, what a state has only gets shorter, and less than what all paths share it never gets: ⊗ distributes over
/// ⊕ from the left. So the rounds end, and end in the longest.
fn prefixes<W: Weight>(g: &Graph<Gallic<W>>, budget: Budget) -> Result<Vec<StringLeft>, OpError> {
    let row = |s: StateId| {
        let ids = g.arc_ids(s);
        ids.start as usize..ids.end as usize
    };
    let components = strongly_connected(g.states(), row, |arc| g.all_arcs().get(arc).map(|a| a.target));
    let (mut prefixes, mut labels) = (vec![StringLeft::zero(); g.states()], 0);
    for c in 0..components.count() as u32 {
        let (mut changed, mut here) = (true, 0);
        while std::mem::take(&mut changed) {
            here = 0;
            for &s in components.states(c) {
                let ways = g.arcs(s).iter().map(|a| a.weight.string().times(&prefixes[a.target as usize]));
                let shared = ways.fold(g.final_weight(s).string().clone(), |shared, way| shared.sum(&way));
                here += shared.labels().map_or(0, <[_]>::len);
                budget.check(g.states(), labels + here)?;
                changed |= shared != prefixes[s as usize];
                prefixes[s as usize] = shared;
            }
        }
        labels += here;
    }
    Ok(prefixes)
}
