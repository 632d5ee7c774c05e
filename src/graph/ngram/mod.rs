//! n-grams with back-off: how likely labels follow each other.
//!
//! A [`BackOff`] is read from ARPA text ([`arpa::read`]) or counted ([`BackOff::count`]). It is a deterministic machine
//! over labels: each label has one energy after each context, `−ln p`, found by backing off until a context is known in which
//! it was seen. As a [`Graph`] it comes in two forms: exact, with an arc for every label in every state, or small, with
//! back-off as arcs that read nothing.

pub mod arpa;
mod build;
mod count;

pub use build::{Gram, NGramError};
pub use count::Smoothing;

use super::{EPSILON, Graph, GraphBuilder, GraphError, Label, MOST_SITES, StateId};
use crate::semiring::{Energy, NotAWeight};

/// What was seen after a context.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Seen {
    label: Label,
    energy: f64,
    target: StateId,
}

/// A context.
#[derive(Debug, Clone, PartialEq)]
struct Context {
    /// The next shorter context that is one, and the energy of falling back on it; state 0, of no context, falls back on
    /// itself. An energy of +∞ says that what was not seen here is impossible.
    shorter: StateId,
    back: f64,
    /// By label.
    seen: Vec<Seen>,
    /// Of the end of the text, where that was seen.
    end: Option<f64>,
}

/// An n-gram model with back-off, as a deterministic machine: a state is a context, state 0 that of nothing.
///
/// ```
/// use energraph::graph::ngram::{BackOff, Smoothing};
/// let model = BackOff::count(2, 2, [[1, 2], [1, 2]], Smoothing::WittenBell)?;
/// let (after_1, state) = model.step(model.start(), 1).ok_or("unknown")?;
/// let (energy, _) = model.step(state, 2).ok_or("unknown")?;
/// assert!(energy < model.step(state, 1).ok_or("unknown")?.0);
/// assert_eq!(after_1 + energy + model.end(model.after(&[1, 2])), model.energy(&[1, 2]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BackOff {
    order: usize,
    start: StateId,
    contexts: Vec<Context>,
    /// Of labels that were never seen at all; +∞ where they are impossible.
    unknown: f64,
    /// Whether any context knows of an end; otherwise texts end anywhere, freely.
    ends: bool,
}

impl BackOff {
    /// Labels of the longest n-grams.
    pub fn order(&self) -> usize {
        self.order
    }

    /// States.
    pub fn states(&self) -> usize {
        self.contexts.len()
    }

    /// The state before a text.
    pub fn start(&self) -> StateId {
        self.start
    }

    /// The labels that are known, in order.
    pub fn labels(&self) -> impl Iterator<Item = Label> + '_ {
        self.contexts.first().into_iter().flat_map(|none| none.seen.iter().map(|seen| seen.label))
    }

    /// The energy of a label after a context, and the context then; `None` where it is impossible. Exact: the longest context
    /// in which the label was seen counts, and the energies of backing off to it.
    ///
    /// Cost: a binary search for each context backed off to.
    pub fn step(&self, state: StateId, label: Label) -> Option<(f64, StateId)> {
        let (mut state, mut energy) = (state, 0.0);
        loop {
            let context = self.contexts.get(state as usize)?;
            if let Ok(i) = context.seen.binary_search_by_key(&label, |seen| seen.label) {
                let Seen { energy: more, target, .. } = context.seen[i];
                return (energy + more < f64::INFINITY).then_some((energy + more, target));
            }
            if state == 0 {
                let energy = energy + self.unknown;
                return (energy < f64::INFINITY && label != EPSILON).then_some((energy, 0));
            }
            energy += context.back;
            state = context.shorter;
        }
    }

    /// The energy of ending after a context; 0 where no end is possible after any, as in a model that knows of none.
    pub fn end(&self, state: StateId) -> f64 {
        let (mut state, mut energy) = (state, 0.0);
        while let Some(context) = self.contexts.get(state as usize).filter(|_| self.ends) {
            match context.end {
                Some(end) => return energy + end,
                None if state == 0 => return f64::INFINITY,
                None => (energy, state) = (energy + context.back, context.shorter),
            }
        }
        0.0
    }

    /// The context after a text; 0 where the text is impossible.
    pub fn after(&self, text: &[Label]) -> StateId {
        text.iter().try_fold(self.start, |state, &label| Some(self.step(state, label)?.1)).unwrap_or(0)
    }

    /// The energy of a whole text, `−ln p`; +∞ where it is impossible.
    pub fn energy(&self, text: &[Label]) -> f64 {
        let step = |(energy, state), &label: &Label| {
            let (more, to) = self.step(state, label)?;
            Some((energy + more, to))
        };
        let read = text.iter().try_fold((0.0, self.start), step);
        read.map_or(f64::INFINITY, |(energy, state)| energy + self.end(state))
    }

    /// The same with an energy for labels that it does not know, which lead to the context of nothing; as it is, they are
    /// impossible unless the model names one that stands for them ([`arpa::read`]).
    pub fn with_unknown(mut self, energy: Energy) -> Self {
        self.unknown = energy.wide();
        self
    }

    /// The same without a beginning: texts begin after the context of nothing, as if in the midst of another.
    pub fn without_beginning(mut self) -> Self {
        self.start = 0;
        self
    }

    /// The same without the energies of ends: texts may end anywhere, freely.
    pub fn without_ends(mut self) -> Self {
        self.contexts.iter_mut().for_each(|context| context.end = None);
        self.ends = false;
        self
    }

    /// The same with all energies multiplied by `weight`, the power to which probabilities are raised: below 1 where a net
    /// already knows usual texts. What is impossible stays so.
    ///
    /// # Errors
    /// [`NotAWeight`] unless `weight` is finite and at least 0, and for the first product beyond the finite numbers of `f32`,
    /// which energies of labels keep to: sums of them are numbers then.
    pub fn scaled(mut self, weight: f64) -> Result<Self, NotAWeight> {
        if !(0.0..f64::INFINITY).contains(&weight) {
            return Err(NotAWeight { value: weight });
        }
        let scale = |energy: &mut f64| {
            if *energy < f64::INFINITY {
                *energy *= weight;
            }
            check(*energy)
        };
        for context in &mut self.contexts {
            scale(&mut context.back)?;
            context.end.iter_mut().try_for_each(scale)?;
            context.seen.iter_mut().try_for_each(|seen| scale(&mut seen.energy))?;
        }
        scale(&mut self.unknown)?;
        Ok(self)
    }

    /// Whether no label and no end has an energy below 0 after any context. Told without a look at which labels a context
    /// has seen itself: what it would cost to back off for them counts too.
    pub fn is_positive(&self) -> bool {
        let mut least = vec![f64::INFINITY; self.contexts.len()];
        // Shorter contexts have lower numbers.
        for (state, context) in self.contexts.iter().enumerate() {
            let own = context.seen.iter().map(|seen| seen.energy).chain(context.end).fold(f64::INFINITY, f64::min);
            let shorter = if state == 0 { self.unknown } else { context.back + least[context.shorter as usize] };
            least[state] = own.min(shorter);
        }
        least.iter().all(|&energy| energy >= 0.0)
    }

    /// An acceptor of every text over the labels that are known, exact and deterministic: composing with it adds no paths.
    ///
    /// # Errors
    /// [`GraphError::TooLarge`] beyond 2²⁶ arcs.
    ///
    /// # Cost
    /// An arc for every label that is possible in a state: labels · states, unless backing off is not. For each arc, a step and
    /// a binary search for each context in which its label was seen.
    pub fn graph(&self) -> Result<Graph<Energy>, GraphError> {
        let mut b = self.states_of_graph(|state| self.end(state));
        let labels: Vec<Label> = self.labels().collect();
        let mut row = vec![None; labels.len()];
        let mut touched = Vec::new();
        for state in 0..self.contexts.len() as StateId {
            self.possible(state, &labels, &mut row, &mut touched);
            touched.sort_unstable();
            for i in touched.drain(..) {
                if let Some((energy, to)) = row[i].take().filter(|(energy, _)| *energy < f64::INFINITY) {
                    b.arc(state, labels[i], labels[i], rounded(energy), to);
                }
            }
            if b.arc_count() > MOST_SITES {
                return Err(GraphError::TooLarge { what: "arcs", count: b.arc_count() });
            }
        }
        b.build()
    }

    /// What [`BackOff::step`] finds in a state for each of `labels`, all that are known, in `row`; `touched` are the positions
    /// there that are filled. Impossible ones may be among them, or missing.
    fn possible(
        &self,
        mut state: StateId,
        labels: &[Label],
        row: &mut [Option<(f64, StateId)>],
        touched: &mut Vec<usize>,
    ) {
        let mut energy = 0.0;
        while let Some(context) = self.contexts.get(state as usize).filter(|_| energy < f64::INFINITY) {
            for (at, seen) in context.seen.iter().enumerate() {
                let known = if state == 0 { Ok(at) } else { labels.binary_search(&seen.label) };
                let Ok(i) = known else { continue };
                if row[i].is_none() {
                    row[i] = Some((energy + seen.energy, seen.target));
                    touched.push(i);
                }
            }
            if state == 0 {
                return;
            }
            energy += context.back;
            state = context.shorter;
        }
    }

    /// A small acceptor: an arc for each n-gram, and one that reads nothing for each back-off.
    ///
    /// Approximate: a label that was seen after a context may be read by backing off all the same. The best path is exact where
    /// that never costs less, as in most models; a free energy has the mass of both.
    ///
    /// # Errors
    /// [`GraphError`] where it is too large to number.
    pub fn graph_with_epsilons(&self) -> Result<Graph<Energy>, GraphError> {
        let mut b = self.states_of_graph(|state| match self.contexts.get(state as usize) {
            Some(context) if self.ends => context.end.unwrap_or(f64::INFINITY),
            _ => 0.0,
        });
        for (state, context) in (0..).zip(&self.contexts) {
            for seen in context.seen.iter().filter(|seen| seen.energy < f64::INFINITY) {
                b.arc(state, seen.label, seen.label, rounded(seen.energy), seen.target);
            }
            if state != 0 && context.back < f64::INFINITY {
                b.arc(state, EPSILON, EPSILON, rounded(context.back), context.shorter);
            }
        }
        b.build()
    }

    fn states_of_graph(&self, end: impl Fn(StateId) -> f64) -> GraphBuilder<Energy> {
        let mut b = GraphBuilder::new();
        b.add_states(self.contexts.len());
        b.start(self.start);
        (0..self.contexts.len() as StateId).for_each(|state| b.final_weight(state, rounded(end(state))));
        b
    }
}

/// The nearest energy that a graph can hold.
fn rounded(energy: f64) -> Energy {
    Energy::new((energy as f32).max(f32::MIN)).unwrap_or(Energy::IMPOSSIBLE)
}

/// Whether an energy is +∞ or among the finite numbers of `f32`: however many are added up, their sums are numbers then.
fn check(energy: f64) -> Result<(), NotAWeight> {
    let most = f64::from(f32::MAX);
    if energy == f64::INFINITY || (-most..=most).contains(&energy) { Ok(()) } else { Err(NotAWeight { value: energy }) }
}
