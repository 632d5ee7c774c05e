//! Transducers as acceptors of what they read, whose weights hold what they write; and back.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use super::rows::Plain;
use super::strings::Strings;
use super::{Budget, OpError};
use crate::graph::{Arc, EPSILON, Graph, GraphError, Label, StateId, useful};
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
/// Errors: [`OpError::Budget`], which is also how strings end that grow along a cycle: the labels that wait in a state count
/// as arcs, unless they are what is left of those that waited before it.
pub(super) fn spell<W: Weight>(g: &Graph<Gallic<W>>, first: &[Label], budget: Budget) -> Result<Graph<W>, OpError> {
    let ends = |s: StateId| g.final_weights().get(s as usize).map_or(&[][..], std::slice::from_ref);
    spell_ends(g, ends, Tail::default(), first, budget)
}

/// What arcs read that write what is left at an end.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tail {
    pub label: Label,
    /// Where a state has several ends: the label for the first, and one more for each that follows.
    pub increment: bool,
}

impl Tail {
    /// The label of a state's end, by its place among them.
    fn label(self, place: usize) -> Result<Label, OpError> {
        let more = if self.increment { place } else { 0 };
        let label = Label::try_from(more).ok().and_then(|more| self.label.checked_add(more));
        label.ok_or(OpError::Graph(GraphError::TooLarge { what: "labels", count: more }))
    }
}

/// The order of outputs of one input: the shorter first, and of two as long the one with the lower label where they differ.
pub(super) fn by_string<W: Weight>(a: &Gallic<W>, b: &Gallic<W>) -> Ordering {
    (a.labels().len(), a.labels()).cmp(&(b.labels().len(), b.labels()))
}

/// The same where a state may have several ends, which then are an arc each; `tail` says what arcs read that write what is
/// left. Final weights of `g` play no part.
pub(super) fn spell_ends<'e, W: Weight + 'e>(
    g: &Graph<Gallic<W>>,
    ends: impl Fn(StateId) -> &'e [Gallic<W>],
    tail: Tail,
    first: &[Label],
    budget: Budget,
) -> Result<Graph<W>, OpError> {
    let done = [Gallic::one()];
    let Some(start) = g.start() else { return Ok(Graph::empty()) };
    let mut states = Waiting::default();
    let first = (states.strings.put_all(first, Strings::EMPTY), first.len());
    states.number(start, first);
    let mut rows = Plain::new(g.states(), g.arc_count());
    let mut next = 0;
    while let Some(&(s, waiting)) = states.list.get(next) {
        for a in g.arcs(s) {
            let (olabel, rest) = states.split(waiting, a.weight.labels());
            // Whether what is left to write is all that is left in the target.
            let nothing_follows = g.arcs(a.target).is_empty() && ends(a.target) == done;
            let target = states.number(if nothing_follows { END } else { a.target }, rest);
            rows.arc(Arc { ilabel: a.ilabel, olabel, weight: a.weight.weight().clone(), target });
            budget.check(states.list.len(), rows.arc_count() + states.held)?;
        }
        let here = if s == END { &done[..] } else { ends(s) };
        let mut end = W::zero();
        for (place, last) in here.iter().filter(|end| !end.is_zero()).enumerate() {
            let (olabel, rest) = states.split(waiting, last.labels());
            if olabel == EPSILON && here.len() == 1 {
                end = last.weight().clone();
                continue;
            }
            let target = states.number(END, rest);
            rows.arc(Arc { ilabel: tail.label(place)?, olabel, weight: last.weight().clone(), target });
        }
        rows.end(end);
        budget.check(states.list.len(), rows.arc_count() + states.held)?;
        next += 1;
    }
    Ok(rows.build(0))
}

/// States with what waits to be written there, numbered as they are found.
#[derive(Default)]
struct Waiting {
    strings: Strings,
    numbers: FxHashMap<(StateId, u32), StateId>,
    /// A state and the number of a string.
    list: Vec<(StateId, u32)>,
    /// The labels that strings were put together from, once for each state that was new with one.
    held: usize,
}

/// The number of a string, and how many labels it was put together from.
type Rest = (u32, usize);

impl Waiting {
    /// The first label of what waits with a string behind it, and the others.
    fn split(&mut self, waiting: u32, string: &[Label]) -> (Label, Rest) {
        match (self.strings.split(waiting), string) {
            (None, []) => (EPSILON, (Strings::EMPTY, 0)),
            (None, [first, rest @ ..]) => (*first, (self.strings.put_all(rest, Strings::EMPTY), rest.len())),
            (Some((first, rest)), []) => (first, (rest, 0)),
            (Some((first, rest)), _) => {
                let rest: Vec<Label> = self.strings.labels(rest).chain(string.iter().copied()).collect();
                (first, (self.strings.put_all(&rest, Strings::EMPTY), rest.len()))
            }
        }
    }

    fn number(&mut self, state: StateId, (waiting, labels): Rest) -> StateId {
        let next = self.list.len() as StateId;
        *self.numbers.entry((state, waiting)).or_insert_with(|| {
            self.list.push((state, waiting));
            self.held += labels;
            next
        })
    }
}
