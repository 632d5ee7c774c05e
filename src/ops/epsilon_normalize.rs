//! Epsilons last.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::gallic::{spell, to_gallic};
use super::moves::merge;
use super::rows::Plain;
use super::strings::Strings;
use super::sums::{Links, Stuck};
use super::{Budget, OpError, connect, invert};
use crate::graph::{Arc, EPSILON, Graph, Label, Side, StateId, strongly_connected};
use crate::semiring::{Gallic, Star, StringLeft, Weight};

/// An equivalent graph in which, on each path, no label is read (or written) after an epsilon on that side.
///
/// # Arguments
/// * `g`: any graph.
/// * `side`: whose epsilons come last; below, that of the input.
/// * `budget`: how many states and arcs the result may have, and how many pairs of a state and what was written on the
///   way there the epsilons behind one state may lead to, which count as states; labels that wait to be written count as
///   arcs.
///
/// # Returns
/// A graph in which every pair of strings has the weight it has in `g`. What is written while nothing is read is
/// written on the next arc that reads, one label on each; what is left when the input ends, by arcs that read nothing,
/// each of which writes. An acceptor so normalised is one without epsilons. Cycles of epsilons are summed by
/// [`Star::star`]. Arcs that agree in what they read, write and lead to are one, with the ⊕ of their weights; arcs of
/// weight 0̄ are gone.
///
/// # Errors
/// [`OpError::Empty`] where nothing is accepted; [`OpError::EpsilonCycle`] where a cycle on an accepting path writes
/// and reads nothing, for which there would be infinitely many ways to go on; [`OpError::Diverges`] where the sum
/// around a cycle without labels does, [`OpError::Matrix`] as of
/// [`path_sum_star`](crate::paths::path_sum_star()); [`OpError::Budget`], which is also how graphs end that write more and more than
/// they read along a cycle and then read on: no finite graph says the same with the epsilons last.
///
/// # Cost
/// For each state that is the start or that an arc that reads leads to, what it reaches over epsilons, as in
/// [`remove_epsilon`](super::remove_epsilon()), once for each string written on the way; and the states of the result.
///
/// # Source
/// M. Mohri, *Generic ε-removal and input ε-normalization algorithms for weighted transducers*, 2002; OpenFst's
/// `fstepsnormalize`.
///
/// # Example
/// ```text
/// ─▶ 0 ─ε:x─▶ 1 ─a:y─▶ 2 ─b:ε─▶ ◎       becomes      ─▶ 0 ─a:x─▶ ○ ─b:y─▶ ◎
/// ─▶ 0 ─ε:x─▶ 1 ─a:y─▶ ◎                becomes      ─▶ 0 ─a:x─▶ ○ ─ε:y─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{Budget, Side, epsilon_normalize};
/// use energraph::{GraphBuilder, MinSum};
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(0);
/// b.arc(0, 0, 7, MinSum::new(1.0_f64)?, 1);
/// b.arc(1, 1, 8, MinSum::new(2.0)?, 2);
/// b.final_weight(2, MinSum::new(0.5)?);
/// let g = epsilon_normalize(&b.build()?, Side::Input, Budget::default())?;
/// let arcs: Vec<_> = g.all_arcs().iter().map(|a| (a.ilabel, a.olabel, a.weight.get())).collect();
/// assert_eq!(arcs, [(1, 7, 3.0), (0, 8, 0.5)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// Cycles of epsilons are summed. A weight has to be [`Star`](crate::Star); with less it does not compile.
///
/// ```
/// # use energraph::ops::{Budget, Side, epsilon_normalize};
/// # use energraph::{Graph, Star};
/// fn any<S: Star>(g: &Graph<S>) {
///     let _ = epsilon_normalize(g, Side::Input, Budget::default());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::{Budget, Side, epsilon_normalize};
/// # use energraph::{Graph, Semiring};
/// fn any<S: Semiring>(g: &Graph<S>) {
///     let _ = epsilon_normalize(g, Side::Input, Budget::default());
/// }
/// ```
pub fn epsilon_normalize<S: Star>(g: &Graph<S>, side: Side, budget: Budget) -> Result<Graph<S>, OpError> {
    let normal = match side {
        Side::Input => input_normal(g, side, budget)?,
        Side::Output => invert(&input_normal(&invert(g).graph, side, budget)?).graph,
    };
    Ok(connect(&normal)?.graph)
}

fn input_normal<S: Star>(g: &Graph<S>, side: Side, budget: Budget) -> Result<Graph<S>, OpError> {
    let g = to_gallic(g)?;
    check_cycles(&g, side)?;
    let start = g.start().unwrap_or_default();
    let mut stays = vec![false; g.states()];
    stays[start as usize] = true;
    g.all_arcs().iter().filter(|a| a.ilabel != EPSILON).for_each(|a| stays[a.target as usize] = true);
    let (mut rows, mut waiting) = (Plain::new(g.states() + 1, g.arc_count()), 0);
    let end = g.states() as StateId;
    for (s, stays) in (0..).zip(stays) {
        // A state that only epsilons lead to has nothing to follow it.
        let used = rows.arc_count() + waiting;
        let (arcs, mut ends) = if stays { after(&g, s, used, budget)? } else { Default::default() };
        for a in arcs {
            waiting += a.weight.labels().len().saturating_sub(1);
            rows.arc(a);
        }
        let empty = ends.remove(&[][..]).unwrap_or_else(S::zero);
        for (string, weight) in ends.into_iter().filter(|(_, w)| !w.is_zero()) {
            waiting += string.len() - 1;
            let weight = Gallic::new(StringLeft::from_iter(string), weight);
            rows.arc(Arc { ilabel: EPSILON, olabel: EPSILON, weight, target: end });
        }
        rows.end(Gallic::new(StringLeft::one(), empty));
        budget.check(g.states(), rows.arc_count() + waiting)?;
    }
    rows.end(Gallic::one());
    spell(&rows.build(start), &[], budget)
}

/// No cycle writes while it reads nothing.
fn check_cycles<W: Weight>(g: &Graph<Gallic<W>>, side: Side) -> Result<(), OpError> {
    let row = |s: StateId| {
        let ids = g.arc_ids(s);
        ids.start as usize..ids.end as usize
    };
    let epsilon = |arc: usize| g.all_arcs().get(arc).filter(|a| a.ilabel == EPSILON).map(|a| a.target);
    let components = strongly_connected(g.states(), row, epsilon);
    let mut writing = g.arcs_with_source().filter(|(_, _, a)| a.ilabel == EPSILON && !a.weight.labels().is_empty());
    match writing.find_map(|(_, s, a)| components.of(s).filter(|&c| components.of(a.target) == Some(c))) {
        Some(c) => {
            let mut states = components.states(c).to_vec();
            states.sort_unstable();
            Err(OpError::EpsilonCycle { side, states })
        }
        None => Ok(()),
    }
}

/// The arcs that read after any number of epsilons, with what was written till then, and the weights of ending there by
/// string.
type After<S> = (Vec<Arc<Gallic<S>>>, BTreeMap<Vec<Label>, S>);

/// What `s` leads to; `used` arcs of the budget were used before.
fn after<S: Star>(g: &Graph<Gallic<S>>, s: StateId, mut used: usize, budget: Budget) -> Result<After<S>, OpError> {
    let mut reached = Reached::default();
    reached.meet(s, Strings::EMPTY);
    let mut rows = Vec::new();
    while let Some(&(t, string)) = reached.list.get(rows.len()) {
        let epsilons = g.arcs(t).iter().filter(|a| a.ilabel == EPSILON);
        let link = |a: &Arc<Gallic<S>>| {
            let there = a.weight.labels().iter().fold(string, |string, &label| reached.strings.put(label, string));
            (reached.meet(a.target, there), a.weight.weight().clone())
        };
        rows.push(epsilons.map(link).collect::<Vec<_>>());
        budget.check(reached.list.len(), used)?;
    }
    let mut enter = vec![S::zero(); rows.len()];
    enter.iter_mut().take(1).for_each(|first| *first = S::one());
    let sums = Links::of_rows(rows).sums(enter).map_err(|stuck| reached.named(stuck))?;
    let (mut arcs, mut ends) = (Vec::new(), BTreeMap::new());
    for (&(t, string), walk) in reached.list.iter().zip(&sums) {
        for a in g.arcs(t).iter().filter(|a| a.ilabel != EPSILON) {
            let labels = reached.written(string, a.weight.labels());
            used += labels.len().max(1);
            budget.check(reached.list.len(), used)?;
            arcs.push(((a.ilabel, labels, a.target), walk.times(a.weight.weight())));
        }
        if g.is_final(t) {
            let labels = reached.written(string, &[]);
            used += labels.len().max(1);
            budget.check(reached.list.len(), used)?;
            let end = ends.entry(labels).or_insert_with(S::zero);
            *end = end.plus(&walk.times(g.final_weight(t).weight()));
        }
    }
    merge(&mut arcs, |(key, _)| key.clone(), |(_, weight)| weight);
    let arcs = arcs.into_iter().filter(|(_, w)| !w.is_zero());
    let arcs = arcs.map(|((label, labels, target), weight)| Arc {
        ilabel: label,
        olabel: label,
        weight: Gallic::new(StringLeft::from_iter(labels), weight),
        target,
    });
    Ok((arcs.collect(), ends))
}

/// The states that epsilons lead to, each with what was written on the way.
#[derive(Default)]
struct Reached {
    /// Backwards: what is written last comes first.
    strings: Strings,
    /// A state and the number of a string.
    list: Vec<(StateId, u32)>,
    numbers: FxHashMap<(StateId, u32), u32>,
}

impl Reached {
    /// The position of a state with a string, which is new where it was not met.
    fn meet(&mut self, state: StateId, string: u32) -> u32 {
        let next = self.list.len() as u32;
        *self.numbers.entry((state, string)).or_insert_with(|| {
            self.list.push((state, string));
            next
        })
    }

    /// The labels of a string as they are written, and others behind it.
    fn written(&self, string: u32, behind: &[Label]) -> Vec<Label> {
        let mut labels: Vec<Label> = behind.iter().rev().copied().chain(self.strings.labels(string)).collect();
        labels.reverse();
        labels
    }

    /// What stops a sum, with states in place of positions.
    fn named(&self, mut stuck: Stuck) -> Stuck {
        if let Stuck::Diverges { states, .. } = &mut stuck {
            *states = states.iter().filter_map(|&i| self.list.get(i as usize)).map(|(s, _)| *s).collect();
            states.sort_unstable();
        }
        stuck
    }
}
