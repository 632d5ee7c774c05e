//! The part of a graph that sums over paths see.

use std::borrow::Cow;

use super::connect::connected;
use super::{OpError, rows};
use crate::graph::{Arc, Graph, StateId, useful};
use crate::semiring::{LeftDivide, Weight};

/// The graph without arcs of weight 0̄ and without the states that no accepting path visits; the graph itself where there
/// are none.
///
/// Cost: O(states + arcs). [`OpError::Empty`] where there is no accepting path.
pub(super) fn possible<W: Weight>(g: &Graph<W>) -> Result<Cow<'_, Graph<W>>, OpError> {
    let Some(start) = g.start() else { return Err(OpError::Empty { first_unmatched: None }) };
    if !g.all_arcs().iter().any(|a| a.weight.is_zero()) {
        return connected(Cow::Borrowed(g));
    }
    connected(Cow::Owned(with_arcs(g, start, |_, a| !a.weight.is_zero())))
}

/// The same with every state by the number that it has; those that no accepting path visits have no arcs.
pub(super) fn possible_in_place<W: Weight>(g: &Graph<W>) -> Result<Cow<'_, Graph<W>>, OpError> {
    let empty = OpError::Empty { first_unmatched: None };
    let Some(start) = g.start() else { return Err(empty) };
    let any = g.all_arcs().iter().any(|a| a.weight.is_zero());
    let g = if any { Cow::Owned(with_arcs(g, start, |_, a| !a.weight.is_zero())) } else { Cow::Borrowed(g) };
    let useful = useful(&g);
    match useful.get(start as usize) {
        Some(true) if useful.iter().all(|u| *u) => Ok(g),
        Some(true) => Ok(Cow::Owned(with_arcs(&g, start, |s, a| useful[s as usize] && useful[a.target as usize]))),
        _ => Err(empty),
    }
}

/// The graph without some of its arcs.
fn with_arcs<W: Weight>(g: &Graph<W>, start: StateId, keep: impl Fn(StateId, &Arc<W>) -> bool) -> Graph<W> {
    let mut rows = rows::Plain::new(g.states(), g.arc_count());
    for s in 0..g.states() as StateId {
        g.arcs(s).iter().filter(|a| keep(s, a)).for_each(|a| rows.arc(a.clone()));
        rows.end(g.final_weight(s));
    }
    rows.build(start)
}

/// Left division, or the error that says what does not divide.
pub(super) fn divide<S: LeftDivide>(weight: &S, by: &S) -> Result<S, OpError> {
    weight.left_divide(by).ok_or_else(|| OpError::Indivisible { weight: format!("{weight:?}"), by: format!("{by:?}") })
}

/// What weights share on the left: their sum. One that cancels, in whole or in part, is no common factor; then the first of
/// them that divides all is, for each goes on by itself.
pub(super) fn common_factor<'a, S: LeftDivide + 'a>(weights: impl Iterator<Item = &'a S> + Clone) -> S {
    let sum = weights.clone().fold(S::zero(), |sum, w| sum.plus(w));
    let divides_all = |by: &S| weights.clone().all(|w| w.left_divide(by).is_some());
    let first = || weights.clone().find(|w| divides_all(w));
    if divides_all(&sum) { sum } else { first().cloned().unwrap_or(sum) }
}
