//! Outputs in the order of their energy: best first over output prefixes.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::order::Order;
use super::potentials::{Potentials, Way};
use super::{Beta, Output, PathError};
use crate::graph::{EPSILON, Graph, Label, StateId};
use crate::ops::Budget;
use crate::semiring::Energy;

/// Energy beyond that of the whole graph and, where the graph has cycles, arcs beyond those of its best path.
///
/// Weights are made relative to the backward potentials: an arc then costs what taking it adds to the free energy of
/// everything possible before. For min-sum that is 0 along best ways, exactly, so that ties stay ties; for log-sum it
/// is −1/β · log of the arc's probability among the ways on.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cost {
    energy: f64,
    arcs: i64,
}

impl Cost {
    const FREE: Cost = Cost { energy: 0.0, arcs: 0 };

    fn plus(self, r: Cost) -> Cost {
        Cost { energy: self.energy + r.energy, arcs: self.arcs + r.arcs }
    }

    fn order(&self, r: &Cost) -> Ordering {
        self.energy.total_cmp(&r.energy).then(self.arcs.cmp(&r.arcs))
    }
}

/// A prefix of outputs: the one before, its last label, its length.
#[derive(Debug, Clone, Copy)]
struct Prefix {
    before: u32,
    label: Label,
    length: u32,
}

/// Everything that begins with a prefix, or the prefix as a whole output.
struct Item {
    /// The free energy of it all: no output in it has less.
    cost: Cost,
    prefix: u32,
    /// The states in which paths may be right after writing the prefix, with the cost of getting there; `None` for a
    /// whole output.
    states: Option<Vec<(StateId, Cost)>>,
}

/// How a search went on.
pub(super) enum Step {
    /// The next output, with its free energy; none that was not found before has less.
    Found(Output, f64),
    /// There are no more outputs.
    Exhausted,
    /// The budget is used up.
    OverBudget,
}

/// Best-first search over output prefixes, on the fly determinisation in effect.
///
/// Min-sum: the cost of a prefix is that of the best output in it, so that the search runs straight to outputs.
/// Log-sum: it is the free energy of all outputs in it, a lower bound for each of them; how long the search takes then
/// depends on how far the mass is spread over outputs.
pub(super) struct Search<'g> {
    g: &'g Graph<Energy>,
    beta: Beta,
    potentials: Potentials,
    /// Position of each state in the topological order; `None` where that is its number, or the graph has cycles.
    rank: Option<Vec<u32>>,
    prefixes: Vec<Prefix>,
    /// A binary heap; its order asks `prefixes`, which is why it is not the standard one.
    heap: Vec<Item>,
    budget: Budget,
    used: Budget,
    /// Scratch of [`Search::settle`], empty in between: costs, and whether they are final.
    slot: Vec<Option<Cost>>,
    done: Vec<bool>,
}

impl<'g> Search<'g> {
    pub fn new(g: &'g Graph<Energy>, beta: Beta, budget: Budget) -> Result<Self, PathError> {
        let potentials = Potentials::new(g, beta)?;
        let rank = match &potentials.order {
            Some(Order::Listed(list)) => {
                let mut rank = vec![0; g.states()];
                list.iter().enumerate().for_each(|(i, &s)| rank[s as usize] = i as u32);
                Some(rank)
            }
            _ => None,
        };
        let mut search = Search {
            g,
            beta,
            potentials,
            rank,
            prefixes: vec![Prefix { before: 0, label: EPSILON, length: 0 }],
            heap: Vec::new(),
            budget,
            used: Budget { states: 0, arcs: 0 },
            slot: vec![None; g.states()],
            done: vec![false; g.states()],
        };
        if let Some(start) = g.start().filter(|_| search.total() < f64::INFINITY) {
            search.push(Item { cost: Cost::FREE, prefix: 0, states: Some(vec![(start, Cost::FREE)]) });
        }
        Ok(search)
    }

    fn total(&self) -> f64 {
        self.potentials.total(self.g)
    }

    /// What has been looked at: states in which prefixes were continued, and their arcs.
    pub fn used(&self) -> Budget {
        self.used
    }

    /// No output that was not found yet has less energy than this; +∞ where there are no more.
    pub fn bound(&self) -> f64 {
        self.heap.first().map_or(f64::INFINITY, |item| self.total() + item.cost.energy)
    }

    /// The lowest output that is known as a whole and has not been found yet.
    pub fn incumbent(&self) -> Option<(Output, f64)> {
        let whole = self.heap.iter().filter(|i| i.states.is_none());
        let lowest = whole.min_by(|a, b| self.compare(a, b))?;
        Some((self.output(lowest.prefix), self.total() + lowest.cost.energy))
    }

    /// Goes on to the next output.
    pub fn step(&mut self) -> Step {
        loop {
            let more = self.heap.first().is_some_and(|i| i.states.is_some());
            if more && (self.used.states >= self.budget.states || self.used.arcs >= self.budget.arcs) {
                return Step::OverBudget;
            }
            let Some(item) = self.pop() else { return Step::Exhausted };
            match item.states {
                None => return Step::Found(self.output(item.prefix), self.total() + item.cost.energy),
                Some(states) => self.extend(item.cost, item.prefix, &states),
            }
        }
    }

    /// Splits what begins with a prefix into the prefix itself and what goes on with each label.
    fn extend(&mut self, floor: Cost, prefix: u32, states: &[(StateId, Cost)]) {
        let (mut ends, mut onward) = (Vec::new(), Vec::new());
        self.settle(states, &mut ends, &mut onward);
        // Rounding must not make a part cheaper than the whole.
        let at_least = |cost: Cost| if cost.order(&floor).is_lt() { floor } else { cost };
        if !ends.is_empty() {
            let cost = at_least(self.sum(ends.iter().copied()));
            self.push(Item { cost, prefix, states: None });
        }
        onward.sort_by_key(|&(label, target, _)| (label, target));
        for group in onward.chunk_by(|a, b| a.0 == b.0) {
            let states: Vec<(StateId, Cost)> =
                group.chunk_by(|a, b| a.1 == b.1).map(|same| (same[0].1, self.sum(same.iter().map(|s| s.2)))).collect();
            let cost = at_least(self.sum(states.iter().map(|s| s.1)));
            let length = self.prefixes[prefix as usize].length + 1;
            self.prefixes.push(Prefix { before: prefix, label: group[0].0, length });
            self.push(Item { cost, prefix: (self.prefixes.len() - 1) as u32, states: Some(states) });
        }
    }

    /// Follows arcs that write nothing from a set of states; collects the costs of ending, and the arcs that write.
    ///
    /// Acyclic graphs: in topological order, so that a state's cost is complete before its arcs are followed. Cyclic
    /// ones (min-sum): by cost, as relative weights are not negative.
    fn settle(&mut self, from: &[(StateId, Cost)], ends: &mut Vec<Cost>, onward: &mut Vec<(Label, StateId, Cost)>) {
        let g = self.g;
        let mut touched: Vec<StateId> = Vec::with_capacity(from.len());
        let mut pending: BinaryHeap<Reverse<Pending>> = BinaryHeap::with_capacity(from.len());
        for &(s, cost) in from {
            self.slot[s as usize] = Some(cost);
            touched.push(s);
            pending.push(Reverse(self.pending(s, cost)));
        }
        while let Some(Reverse(Pending { state: s, .. })) = pending.pop() {
            let Some(here) = self.slot[s as usize].filter(|_| !self.done[s as usize]) else { continue };
            self.done[s as usize] = true;
            self.used.states += 1;
            self.used.arcs += g.arcs(s).len();
            ends.extend(self.relative(s, Way::End).map(|c| here.plus(c)));
            for (id, a) in g.arc_ids(s).zip(g.arcs(s)) {
                let Some(cost) = self.relative(s, Way::Arc(id)).map(|c| here.plus(c)) else { continue };
                if a.olabel != EPSILON {
                    onward.push((a.olabel, a.target, cost));
                    continue;
                }
                let t = a.target as usize;
                let before = self.slot[t];
                let now = before.map_or(cost, |b| self.sum([b, cost]));
                if self.done[t] || before == Some(now) {
                    continue;
                }
                self.slot[t] = Some(now);
                if before.is_none() {
                    touched.push(a.target);
                }
                if before.is_none() || self.potentials.order.is_none() {
                    pending.push(Reverse(self.pending(a.target, now)));
                }
            }
        }
        for s in touched {
            self.slot[s as usize] = None;
            self.done[s as usize] = false;
        }
    }

    fn pending(&self, state: StateId, cost: Cost) -> Pending {
        let cost = match (&self.potentials.order, &self.rank) {
            (None, _) => cost,
            (Some(_), None) => Cost { energy: 0.0, arcs: i64::from(state) },
            (Some(_), Some(rank)) => Cost { energy: 0.0, arcs: i64::from(rank[state as usize]) },
        };
        Pending { cost, state }
    }

    /// What going on this way adds to the best, or to everything, that was possible in the state.
    fn relative(&self, state: StateId, way: Way) -> Option<Cost> {
        let (energy, arcs) = self.potentials.along(self.g, state, way);
        let (before, arcs_before) = self.potentials.at(state);
        let excess = Cost { energy: (energy - before).max(0.0), arcs: i64::from(arcs) - i64::from(arcs_before) };
        (energy < f64::INFINITY).then_some(excess)
    }

    /// ⊕.
    fn sum(&self, costs: impl IntoIterator<Item = Cost> + Clone) -> Cost {
        let all = costs.clone().into_iter();
        let Some(low) = all.reduce(|a, b| if b.order(&a).is_lt() { b } else { a }) else {
            return Cost { energy: f64::INFINITY, arcs: 0 };
        };
        let Beta::Finite(beta) = self.beta else { return low };
        let beta = beta.get();
        let mass: f64 = costs.into_iter().map(|c| (-beta * (c.energy - low.energy)).exp()).sum();
        Cost { energy: (low.energy - mass.ln() / beta).max(f64::MIN), arcs: 0 }
    }

    fn output(&self, mut prefix: u32) -> Output {
        let mut output = Output::new();
        while prefix != 0 {
            let p = self.prefixes[prefix as usize];
            output.push(p.label);
            prefix = p.before;
        }
        output.reverse();
        output
    }

    /// By cost; equal ones by their output, a beginning before what continues it.
    fn compare(&self, a: &Item, b: &Item) -> Ordering {
        a.cost.order(&b.cost).then_with(|| self.compare_prefixes(a.prefix, b.prefix)).then_with(|| {
            let whole = |i: &Item| i.states.is_some();
            whole(a).cmp(&whole(b))
        })
    }

    fn compare_prefixes(&self, mut a: u32, mut b: u32) -> Ordering {
        let at = |p: u32| self.prefixes[p as usize];
        let lengths = at(a).length.cmp(&at(b).length);
        while at(a).length > at(b).length {
            a = at(a).before;
        }
        while at(b).length > at(a).length {
            b = at(b).before;
        }
        let mut differs = lengths;
        while a != b {
            differs = at(a).label.cmp(&at(b).label);
            (a, b) = (at(a).before, at(b).before);
        }
        differs
    }

    fn push(&mut self, item: Item) {
        self.heap.push(item);
        let mut at = self.heap.len() - 1;
        while at > 0 {
            let above = (at - 1) / 2;
            if self.compare(&self.heap[at], &self.heap[above]).is_ge() {
                break;
            }
            self.heap.swap(at, above);
            at = above;
        }
    }

    fn pop(&mut self) -> Option<Item> {
        let last = self.heap.len().checked_sub(1)?;
        self.heap.swap(0, last);
        let item = self.heap.pop();
        let mut at = 0;
        loop {
            let below = (2 * at + 1..2 * at + 3).filter(|&i| i < self.heap.len());
            let Some(least) = below.min_by(|&a, &b| self.compare(&self.heap[a], &self.heap[b])) else { break };
            if self.compare(&self.heap[least], &self.heap[at]).is_ge() {
                break;
            }
            self.heap.swap(at, least);
            at = least;
        }
        item
    }
}

/// A state whose arcs are to be followed.
#[derive(PartialEq)]
struct Pending {
    cost: Cost,
    state: StateId,
}

impl Eq for Pending {}

impl Ord for Pending {
    fn cmp(&self, other: &Self) -> Ordering {
        self.cost.order(&other.cost).then(self.state.cmp(&other.state))
    }
}

impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
