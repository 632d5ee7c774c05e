//! Whether a transducer writes one string for each that it reads.

use rustc_hash::FxHashMap;

use super::disambiguate::Alike;
use super::{Budget, OpError};
use crate::graph::{Arc, EPSILON, Graph, Label, StateId};
use crate::semiring::Weight;

/// Refuses a transducer that writes two strings for one that it reads: [`OpError::NotFunctional`] with both.
///
/// Two paths that read the same are followed side by side. However a pair of states is met from which both can end, the
/// one path has written the same beyond the other. Every arc reads a label and lies on an accepting path.
///
/// Cost: O(pairs of arcs that read one label, times what the one path writes beyond the other).
/// Source: M.-P. Béal, O. Carton, C. Prieur and J. Sakarovitch, *Squaring transducers: an efficient procedure for deciding
/// functionality and sequentiality*, 2003.
pub(super) fn functional<W: Weight>(g: &Graph<W>, alike: &Alike, budget: Budget) -> Result<(), OpError> {
    let start = [g.start().unwrap_or_default(); 2];
    let first = Met { pair: start, ahead: Default::default(), from: None };
    let mut square = Square { g, alike, met: vec![first], numbers: FxHashMap::from_iter([(start, 0)]) };
    let (mut next, mut work) = (0, 0);
    while let Some(Met { pair, ahead, .. }) = square.met.get(next).cloned() {
        if pair.iter().all(|&s| g.is_final(s)) && ahead.iter().any(|a| !a.is_empty()) {
            return Err(square.witness(pair, &[(next, None)]));
        }
        for step in square.steps(pair) {
            let ahead = further(ahead.clone(), step.writes);
            work += 1 + ahead[0].len() + ahead[1].len();
            budget.check(square.met.len(), work)?;
            if ahead.iter().all(|a| !a.is_empty()) {
                return Err(square.witness(step.to, &[(next, Some(step))]));
            }
            let new = square.met.len();
            let number = *square.numbers.entry(step.to).or_insert(new);
            if number == new {
                square.met.push(Met { pair: step.to, ahead, from: Some((next, step)) });
            } else if square.met.get(number).is_some_and(|known| known.ahead != ahead) {
                return Err(square.witness(step.to, &[(next, Some(step)), (number, None)]));
            }
        }
        next += 1;
    }
    Ok(())
}

/// What two paths have written that the other has not, after one more label of each.
fn further(mut ahead: [Vec<Label>; 2], writes: [Label; 2]) -> [Vec<Label>; 2] {
    for (ahead, label) in ahead.iter_mut().zip(writes) {
        ahead.extend(Some(label).filter(|&l| l != EPSILON));
    }
    let [one, other] = &ahead;
    let common = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    ahead.iter_mut().for_each(|a| drop(a.drain(..common)));
    ahead
}

/// An arc of each of two states that reads the same.
#[derive(Clone, Copy)]
struct Step {
    reads: Label,
    writes: [Label; 2],
    to: [StateId; 2],
}

/// Two states that one string leads to.
#[derive(Clone)]
struct Met {
    pair: [StateId; 2],
    /// What the one path has written beyond the other; one of them is empty.
    ahead: [Vec<Label>; 2],
    /// The place of the pair before, and the step from there.
    from: Option<(usize, Step)>,
}

struct Square<'g, W> {
    g: &'g Graph<W>,
    alike: &'g Alike,
    met: Vec<Met>,
    /// Place in `met`.
    numbers: FxHashMap<[StateId; 2], usize>,
}

/// What two paths read, and what each writes.
type Strings = (Vec<Label>, [Vec<Label>; 2]);

impl<W: Weight> Square<'_, W> {
    /// The steps from a pair to pairs from which both can end.
    fn steps(&self, pair: [StateId; 2]) -> Vec<Step> {
        let [from_p, from_q] = pair.map(|s| {
            let mut arcs: Vec<&Arc<W>> = self.g.arcs(s).iter().collect();
            arcs.sort_by_key(|a| a.ilabel);
            arcs
        });
        let mut steps = Vec::new();
        for a in from_p {
            let first = from_q.partition_point(|b| b.ilabel < a.ilabel);
            let same = from_q.iter().skip(first).take_while(|b| b.ilabel == a.ilabel);
            let alive = same.filter(|b| self.alike.share_a_future(a.target, b.target));
            steps.extend(alive.map(|b| Step {
                reads: a.ilabel,
                writes: [a.olabel, b.olabel],
                to: [a.target, b.target],
            }));
        }
        steps
    }

    /// The error for a pair of states that two paths may be led to from which they write differently on one way to an end.
    fn witness(&self, pair: [StateId; 2], ways: &[(usize, Option<Step>)]) -> OpError {
        let (read, written) = self.way_on(pair);
        let mut found = ways.iter().map(|&(place, step)| {
            let mut steps: Vec<Step> = step.into_iter().collect();
            let mut at = self.met.get(place);
            while let Some((before, step)) = at.and_then(|m| m.from) {
                steps.push(step);
                at = self.met.get(before);
            }
            steps.reverse();
            let (mut input, mut outputs) = strings(&steps);
            input.extend(&read);
            outputs.iter_mut().zip(&written).for_each(|(all, rest)| all.extend(rest));
            (input, outputs)
        });
        // Of two ways that differ in what the one path writes beyond the other, one at least ends so.
        let (input, outputs) = found.find(|(_, [one, other])| one != other).unwrap_or_default();
        OpError::NotFunctional { input, outputs, state: pair[1] }
    }

    /// A shortest way from a pair to where both may end.
    fn way_on(&self, pair: [StateId; 2]) -> Strings {
        let mut before: FxHashMap<[StateId; 2], ([StateId; 2], Step)> = FxHashMap::default();
        let mut queue = std::collections::VecDeque::from([pair]);
        let mut steps = Vec::new();
        while let Some(at) = queue.pop_front() {
            if at.iter().all(|&s| self.g.is_final(s)) {
                let mut last = at;
                while let Some(&(from, step)) = before.get(&last).filter(|_| last != pair) {
                    steps.push(step);
                    last = from;
                }
                break;
            }
            for step in self.steps(at) {
                before.entry(step.to).or_insert_with(|| {
                    queue.push_back(step.to);
                    (at, step)
                });
            }
        }
        steps.reverse();
        strings(&steps)
    }
}

fn strings(steps: &[Step]) -> Strings {
    let written = |i: usize| steps.iter().filter_map(|s| s.writes.get(i).copied()).filter(|&l| l != EPSILON).collect();
    (steps.iter().map(|s| s.reads).collect(), [written(0), written(1)])
}
