//! Weighted determinisation of transducers.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::determinize::accepting;
use super::gallic::{Tail, by_string, spell_ends, to_gallic};
use super::possible::common_factor;
use super::rows::Plain;
use super::subsets::Subsets;
use super::{Budget, OpError, check};
use crate::graph::{Arc, EPSILON, Graph, Label, StateId};
use crate::semiring::{Differ, Gallic, LeftDivide, Plus, Quantum, StringLeft, Weight};

/// An equivalent transducer in which no two arcs of a state read the same label.
///
/// # Arguments
/// * `g`: a transducer that reads a label on every arc and is functional: it writes one string for each that it reads.
/// * `quantum`, `budget`: as in [`determinize`](super::determinize()); the labels that wait to be written count as arcs too.
///
/// # Returns
/// A transducer that reads deterministically: every string of `g` has one path, which writes what `g` writes and carries
/// the ⊕ of its paths in `g`. A label is written as soon as all paths that read the same agree on it, and no more than one
/// with each label that is read. What is left where the input ends is written by arcs that read nothing, behind which
/// nothing else is read; no other arc has an input epsilon. The same from run to run.
///
/// # Errors
/// [`OpError::NotFunctional`] with a string that two are written for, be it on paths whose weights cancel with others' or
/// whose product is 0̄ though no factor is; [`OpError::Epsilon`] where an arc reads nothing, with its position; [`OpError::Empty`], [`OpError::Indivisible`] and [`OpError::Budget`] as in
/// [`determinize`](super::determinize()). A functional transducer may have no finite deterministic equivalent, where
/// what to write is known only after a cycle; nor need one that is not functional show it within the budget.
///
/// # Cost
/// As [`determinize`](super::determinize()), times the length of the strings that wait.
///
/// # Source
/// M. Mohri, *Finite-state transducers in language and speech processing*, 1997; OpenFst's `fstdeterminize
/// --det_type=functional`.
///
/// # Example
/// ```text
///   ┌─a:x─▶ 1 ─b:y─▶ ◎                                   ┌─b:x─┐
/// ─▶0                         becomes     ─▶0 ─a:ε─▶{1, 2}     ▶ ○ ─ε:y─▶ ◎
///   └─a:z─▶ 2 ─c:y─▶ ◎                                   └─c:z─┘
/// ```
///
/// ```
/// use energraph::ops::{Budget, determinize_transducer};
/// use energraph::semiring::Quantum;
/// use energraph::{GraphBuilder, MinSum, Weight};
/// let mut b = GraphBuilder::new();
/// b.add_states(4);
/// b.start(0);
/// for (s, i, o, t) in [(0, 1, 7, 1), (0, 1, 8, 2), (1, 2, 9, 3), (2, 3, 9, 3)] {
///     b.arc(s, i, o, MinSum::<f64>::one(), t);
/// }
/// b.final_weight(3, MinSum::one());
/// let g = determinize_transducer(&b.build()?, Quantum::default(), Budget::default())?;
/// let labels: Vec<_> = g.all_arcs().iter().map(|a| (a.ilabel, a.olabel)).collect();
/// assert_eq!(labels, [(1, 0), (2, 7), (3, 8), (0, 9)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// What the paths of a subset share is taken out on the left. A weight has to be [`LeftDivide`](crate::LeftDivide);
/// with less it does not compile.
///
/// ```
/// # use energraph::ops::{Budget, determinize_transducer};
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, LeftDivide};
/// fn any<S: LeftDivide>(g: &Graph<S>) {
///     let _ = determinize_transducer(g, Quantum::default(), Budget::default());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::{Budget, determinize_transducer};
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, Semiring};
/// fn any<S: Semiring>(g: &Graph<S>) {
///     let _ = determinize_transducer(g, Quantum::default(), Budget::default());
/// }
/// ```
pub fn determinize_transducer<S: LeftDivide>(
    g: &Graph<S>,
    quantum: Quantum,
    budget: Budget,
) -> Result<Graph<S>, OpError> {
    with_outputs(g, quantum, budget, Outputs::One(Gallic::checked_plus), Tail::default())
}

/// What becomes of two ways to read one string.
pub(super) type Sum<S> = fn(&Gallic<S>, &Gallic<S>) -> Result<Gallic<S>, Differ>;

/// What becomes of ways to read one string, which come to one state or all end.
pub(super) enum Outputs<S> {
    /// Of any two, this.
    One(Sum<S>),
    /// All stay; those that write the same are one.
    All,
}

impl<S: LeftDivide> Outputs<S> {
    /// Those of one key made one, as far as they are to be; a state in which two cannot be is an error.
    fn merge(&self, list: &mut Vec<Move<S>>) -> Result<(), Two> {
        let key = |m: &Move<S>| (m.label, m.target);
        let sum = match self {
            Outputs::One(sum) => {
                list.sort_by_key(key);
                *sum
            }
            Outputs::All => {
                list.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| by_string(&a.weight, &b.weight)));
                Gallic::checked_plus
            }
        };
        let mut merged: Vec<Move<S>> = Vec::with_capacity(list.len());
        for m in list.drain(..) {
            let alike = |last: &&mut Move<S>| match self {
                Outputs::One(_) => key(last) == key(&m),
                Outputs::All => key(last) == key(&m) && last.weight.string() == m.weight.string(),
            };
            match merged.last_mut().filter(alike) {
                Some(last) => {
                    let two = |differ| Two { label: m.label, state: m.state, differ };
                    last.weight = sum(&last.weight, &m.weight).map_err(two)?;
                }
                None => merged.push(m),
            }
        }
        merged.retain(|m| !m.weight.is_zero());
        *list = merged;
        Ok(())
    }
}

/// Determinisation where `outputs` says what becomes of two outputs; see [`determinize_transducer`].
pub(super) fn with_outputs<S: LeftDivide>(
    g: &Graph<S>,
    quantum: Quantum,
    budget: Budget,
    outputs: Outputs<S>,
    tail: Tail,
) -> Result<Graph<S>, OpError> {
    check::no_epsilons(g, "the input of a transducer to determinize")?;
    let g = to_gallic(g)?;
    let mut found = Found { quantum, subsets: Subsets::new(), first: Vec::new(), held: 0 };
    found.number(g.start().into_iter().map(|s| (s, Gallic::one())).collect(), None);
    let mut rows = Plain::new(g.states(), g.arc_count());
    let (mut ends, mut next) = (Vec::new(), 0);
    while let Some(subset) = found.subsets.get(next) {
        // Every arc of a set goes on with what waits.
        let copies: usize = subset.iter().map(|(s, left)| left.labels().len().saturating_mul(g.arcs(*s).len())).sum();
        budget.check(found.subsets.count(), rows.arc_count() + found.held + copies)?;
        let mut last = finals(&g, subset);
        outputs.merge(&mut last).map_err(|two| found.witness(&g, next, two))?;
        ends.push(last.into_iter().map(|m| m.weight).collect::<Vec<_>>());
        let mut moves = moves(&g, subset);
        outputs.merge(&mut moves).map_err(|two| found.witness(&g, next, two))?;
        for group in moves.chunk_by(|a, b| a.label == b.label) {
            let Some(label) = group.first().map(|m| m.label) else { continue };
            let weight = shared(group);
            let left = group.iter().map(|m| Ok((m.target, divide(&m.weight, &weight)?)));
            let left: Vec<Member<S>> = left.collect::<Result<_, OpError>>()?;
            let target = found.number(left, Some((next, label, weight.labels())));
            found.held += weight.labels().len().saturating_sub(1);
            rows.arc(Arc { ilabel: label, olabel: label, weight, target });
            budget.check(found.subsets.count(), rows.arc_count() + found.held)?;
        }
        rows.end(Gallic::zero());
        budget.check(found.subsets.count(), rows.arc_count() + found.held)?;
        next += 1;
    }
    accepting(spell_ends(&rows.build(0), |s| ends.get(s as usize).map_or(&[], Vec::as_slice), tail, &[], budget)?)
}

/// A state of a set: what it has to write and to weigh beyond what the set shares.
type Member<S> = (StateId, Gallic<S>);

/// All arcs of a set of states that read one label and lead to one target; or its ways to end, without a label and all to
/// one target.
struct Move<S> {
    label: Label,
    target: StateId,
    weight: Gallic<S>,
    /// Where two that differ show: the target, or the state that ends.
    state: StateId,
}

/// Two strings where one is needed: at a state that one label leads to, or that is an end where there is no label.
struct Two {
    label: Label,
    state: StateId,
    differ: Differ,
}

/// A set's ways to end.
fn finals<S: LeftDivide>(g: &Graph<Gallic<S>>, subset: &[Member<S>]) -> Vec<Move<S>> {
    let ends = subset.iter().map(|(s, left)| (*s, left.times(&g.final_weight(*s))));
    let ends = ends.map(|(state, weight)| Move { label: EPSILON, target: 0, weight, state });
    ends.filter(|m| !m.weight.is_zero()).collect()
}

/// The arcs of a set.
fn moves<S: LeftDivide>(g: &Graph<Gallic<S>>, subset: &[Member<S>]) -> Vec<Move<S>> {
    let arcs = subset.iter().flat_map(|(s, left)| g.arcs(*s).iter().map(move |a| (left, a)));
    let moves = arcs.map(|(left, a)| {
        let weight = left.times(&a.weight);
        Move { label: a.ilabel, target: a.target, weight, state: a.target }
    });
    moves.filter(|m| !m.weight.is_zero()).collect()
}

/// What all of a label begin to write, and what their weights share.
fn shared<S: LeftDivide>(group: &[Move<S>]) -> Gallic<S> {
    let string = group.iter().fold(StringLeft::zero(), |all, m| all.sum(m.weight.string()));
    Gallic::new(string, common_factor(group.iter().map(|m| m.weight.weight())))
}

fn divide<S: LeftDivide>(weight: &Gallic<S>, by: &Gallic<S>) -> Result<Gallic<S>, OpError> {
    let error = || OpError::Indivisible { weight: format!("{:?}", weight.weight()), by: format!("{:?}", by.weight()) };
    weight.left_divide(by).ok_or_else(error)
}

/// Weighted sets of states, and how each was found.
struct Found<S> {
    quantum: Quantum,
    subsets: Subsets<Member<S>>,
    /// By set, how it was found first: from which set, over what label, and what was written then.
    first: Vec<Option<(usize, Label, Vec<Label>)>>,
    /// The members of all sets and the labels that wait at them, and those that arcs write beyond one.
    held: usize,
}

impl<S: LeftDivide> Found<S> {
    fn number(&mut self, subset: Vec<Member<S>>, from: Option<(usize, Label, &[Label])>) -> StateId {
        let round = |w: Gallic<S>| Gallic::new(w.string().clone(), w.weight().quantize(self.quantum));
        let held = subset.iter().map(|(_, w)| 1 + w.labels().len()).sum::<usize>();
        let number = self.subsets.number(subset.into_iter().map(|(s, w)| (s, round(w))));
        if number as usize == self.first.len() {
            self.held += held;
            self.first.push(from.map(|(set, label, written)| (set, label, written.to_vec())));
        }
        number
    }

    /// The error with a string that two are written for: what leads to the set in which they showed, over the label,
    /// and a shortest way on to an end.
    fn witness(&self, g: &Graph<Gallic<S>>, set: usize, Two { label, state, differ }: Two) -> OpError {
        let (mut input, mut written, mut at) = (Vec::new(), Vec::new(), set);
        while let Some(Some((from, label, labels))) = self.first.get(at) {
            input.push(*label);
            written.extend(labels.iter().rev());
            at = *from;
        }
        input.reverse();
        written.reverse();
        // Without a label, the two end here.
        let rest = if label == EPSILON { Vec::new() } else { way_on(g, state) };
        input.extend(Some(label).filter(|&l| l != EPSILON));
        input.extend(rest.iter().map(|&(i, _)| i));
        let after = rest.iter().map(|&(_, o)| o).filter(|&o| o != EPSILON);
        let outputs = differ.strings.map(|s| written.iter().copied().chain(s).chain(after.clone()).collect());
        OpError::NotFunctional { input, outputs, state }
    }
}

/// The labels read and written on a shortest way from a state to an end.
fn way_on<S: LeftDivide>(g: &Graph<Gallic<S>>, from: StateId) -> Vec<(Label, Label)> {
    let mut before: FxHashMap<StateId, (StateId, (Label, Label))> = FxHashMap::default();
    let mut queue = VecDeque::from([from]);
    let mut last = None;
    while let Some(s) = queue.pop_front() {
        if g.is_final(s) {
            last = Some(s);
            break;
        }
        for a in g.arcs(s).iter().filter(|a| a.target != from) {
            before.entry(a.target).or_insert_with(|| {
                queue.push_back(a.target);
                (s, (a.ilabel, a.weight.labels().first().copied().unwrap_or(EPSILON)))
            });
        }
    }
    let steps = std::iter::successors(last.and_then(|s| before.get(&s)), |(s, _)| before.get(s));
    let mut labels: Vec<(Label, Label)> = steps.map(|&(_, labels)| labels).collect();
    labels.reverse();
    labels
}
