//! Transducers as acceptors of what they read, whose weights hold what they write; and back.

use rustc_hash::FxHashMap;

use super::rows::Plain;
use super::{Budget, OpError};
use crate::graph::{Arc, EPSILON, Graph, Label, StateId, useful};
use crate::semiring::{Gallic, StringLeft, Weight};

/// The acceptor of what a transducer reads, with the label written beside each weight. States are those of `g`; arcs of
/// weight 0̄, and arcs from or to states on no accepting path, are gone. Nothing is left where there is no path.
///
/// Cost: O(states + arcs).
pub(super) fn to_gallic<W: Weight>(g: &Graph<W>) -> Result<Graph<Gallic<W>>, OpError> {
    let useful = useful(g);
    let start = g.start().filter(|&s| useful[s as usize]).ok_or(OpError::Empty { first_unmatched: None })?;
    let mut rows = Plain::new(g.states(), g.arc_count());
    for s in 0..g.states() as StateId {
        let kept = |a: &&Arc<W>| useful[s as usize] && useful[a.target as usize] && !a.weight.is_zero();
        for a in g.arcs(s).iter().filter(kept) {
            let weight = Gallic::new(StringLeft::from_iter([a.olabel]), a.weight.clone());
            rows.arc(Arc { ilabel: a.ilabel, olabel: a.ilabel, weight, target: a.target });
        }
        rows.end(Gallic::new(StringLeft::one(), g.final_weight(s)));
    }
    Ok(rows.build(start))
}

/// In place of a state of `g`: nothing follows but what is left to write.
const END: StateId = StateId::MAX;

/// The transducer whose arcs write one label each: of a longer string the rest waits for the next arc, and what is left
/// at an end is written by arcs that read nothing. `first` waits at the start.
///
/// A state is a state of `g` with what waits there (one for all states that nothing follows), numbered breadth-first
/// from the start; the weight lies where the first label of its string, or the label that waited, is written.
///
/// Errors: [`OpError::Budget`], which is also how strings end that grow along a cycle.
pub(super) fn spell<W: Weight>(g: &Graph<Gallic<W>>, first: &[Label], budget: Budget) -> Result<Graph<W>, OpError> {
    let Some(start) = g.start() else { return Ok(Graph::empty()) };
    let mut states = Waiting::default();
    states.number(start, first.to_vec());
    let mut rows = Plain::new(g.states(), g.arc_count());
    let mut next = 0;
    while let Some((s, waiting)) = states.list.get(next).cloned() {
        for a in g.arcs(s) {
            let (olabel, rest) = split(&waiting, a.weight.labels());
            let target = states.number(if nothing_follows(g, a.target) { END } else { a.target }, rest);
            rows.arc(Arc { ilabel: a.ilabel, olabel, weight: a.weight.weight().clone(), target });
        }
        let end = if s == END { Gallic::one() } else { g.final_weight(s) };
        let (olabel, rest) = split(&waiting, end.labels());
        if olabel != EPSILON && !end.is_zero() {
            let target = states.number(END, rest);
            rows.arc(Arc { ilabel: EPSILON, olabel, weight: end.weight().clone(), target });
            rows.end(W::zero());
        } else {
            rows.end(end.weight().clone());
        }
        budget.check(states.list.len(), rows.arc_count())?;
        next += 1;
    }
    Ok(rows.build(0))
}

/// Whether what is left to write is all that is left in a state.
fn nothing_follows<W: Weight>(g: &Graph<Gallic<W>>, s: StateId) -> bool {
    g.arcs(s).is_empty() && g.final_weight(s) == Gallic::one()
}

/// The first label of two strings in a row, and the others.
fn split(waiting: &[Label], string: &[Label]) -> (Label, Vec<Label>) {
    let mut labels = waiting.iter().chain(string).copied();
    (labels.next().unwrap_or(EPSILON), labels.collect())
}

/// States with what waits to be written there, numbered as they are found.
#[derive(Default)]
struct Waiting {
    numbers: FxHashMap<(StateId, Vec<Label>), StateId>,
    list: Vec<(StateId, Vec<Label>)>,
}

impl Waiting {
    fn number(&mut self, state: StateId, waiting: Vec<Label>) -> StateId {
        let next = self.list.len() as StateId;
        *self.numbers.entry((state, waiting)).or_insert_with_key(|key| {
            self.list.push(key.clone());
            next
        })
    }
}
