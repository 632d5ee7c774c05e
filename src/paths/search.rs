//! Outputs in the order of their energy: best first over output prefixes.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::rc::Rc;

use super::cost::Cost;
use super::order::Order;
use super::potentials::{Potentials, Way};
use super::{Beta, Output, PathError};
use crate::graph::{Arc, EPSILON, Graph, Label, StateId};
use crate::ops::Budget;
use crate::semiring::Energy;

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
    kind: Kind,
}

enum Kind {
    /// A whole output.
    Whole,
    /// What begins so. The states that write its last label, by number, and the cost of being in them; the states it
    /// leads to are looked up when the item's turn comes, which it does for few.
    Open(Rc<[(StateId, Cost)]>, LabelId),
}

/// Position among the output labels of the graph, sorted; 0 is epsilon.
type LabelId = u32;

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
    arcs: Relative,
    prefixes: Vec<Prefix>,
    /// A binary heap; its order asks `prefixes`, which is why it is not the standard one.
    heap: Vec<Item>,
    budget: Budget,
    used: Budget,
    /// Scratch, empty between uses: by state and by label.
    states: Tally,
    labels: Tally,
    done: Vec<bool>,
}

/// The graph's arcs as the search sees them.
struct Relative {
    /// By arc; the energy is +∞ where it leads nowhere.
    cost: Vec<Cost>,
    label: Vec<LabelId>,
    labels: Vec<Label>,
}

impl Relative {
    fn of(g: &Graph<Energy>, potentials: &Potentials) -> Relative {
        let mut labels: Vec<Label> = g.all_arcs().iter().map(|a| a.olabel).chain([EPSILON]).collect();
        labels.sort_unstable();
        labels.dedup();
        let label = |a: &Arc<Energy>| labels.partition_point(|&l| l < a.olabel) as LabelId;
        let label = g.all_arcs().iter().map(label).collect();
        let cost = |(id, s, _)| potentials.beyond(g, s, Way::Arc(id)).unwrap_or(Cost::NEVER);
        Relative { cost: g.arcs_with_source().map(cost).collect(), label, labels }
    }
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
        let arcs = Relative::of(g, &potentials);
        let mut search = Search {
            g,
            beta,
            potentials,
            rank,
            prefixes: vec![Prefix { before: 0, label: EPSILON, length: 0 }],
            heap: Vec::new(),
            budget,
            used: Budget { states: 0, arcs: 0 },
            states: Tally::new(g.states()),
            labels: Tally::new(arcs.labels.len()),
            arcs,
            done: vec![false; g.states()],
        };
        if g.start().is_some() && search.total() < f64::INFINITY {
            search.push(Item { cost: Cost::FREE, prefix: 0, kind: Kind::Open(Rc::new([]), 0) });
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
        let whole = self.heap.iter().filter(|i| matches!(i.kind, Kind::Whole));
        let lowest = whole.min_by(|a, b| self.compare(a, b))?;
        Some((self.output(lowest.prefix), self.total() + lowest.cost.energy))
    }

    /// Goes on to the next output.
    pub fn step(&mut self) -> Step {
        loop {
            let open = self.heap.first().is_some_and(|i| matches!(i.kind, Kind::Open(..)));
            if open && (self.used.states >= self.budget.states || self.used.arcs >= self.budget.arcs) {
                return Step::OverBudget;
            }
            let Some(item) = self.pop() else { return Step::Exhausted };
            match item.kind {
                Kind::Whole => return Step::Found(self.output(item.prefix), self.total() + item.cost.energy),
                Kind::Open(writers, label) => self.extend(item.cost, item.prefix, &writers, label),
            }
        }
    }

    /// Splits what begins with a prefix into the prefix itself and what goes on with each label.
    fn extend(&mut self, floor: Cost, prefix: u32, writers: &[(StateId, Cost)], label: LabelId) {
        let entered = self.enter(writers, label);
        let states = self.settle(&entered);
        // Rounding must not make a part cheaper than the whole.
        let at_least = |cost: Cost| if cost.order(&floor).is_lt() { floor } else { cost };
        let ends = |(s, here): &(StateId, Cost)| self.potentials.beyond(self.g, *s, Way::End).map(|end| here.plus(end));
        let ends: Vec<Cost> = states.iter().filter_map(ends).collect();
        if !ends.is_empty() {
            let cost = at_least(self.sum(&ends));
            self.push(Item { cost, prefix, kind: Kind::Whole });
        }
        let g = self.g;
        let onward = states.iter().flat_map(|&(s, here)| g.arc_ids(s).map(move |id| (id as usize, here)));
        let onward = onward.map(|(id, here)| (self.arcs.label[id], here.plus(self.arcs.cost[id])));
        let mut children = self.labels.sums(self.beta, onward.filter(|&(label, _)| label != 0));
        children.sort_unstable_by_key(|c| c.0);
        let length = self.prefixes[prefix as usize].length + 1;
        for (label, cost) in children {
            self.prefixes.push(Prefix { before: prefix, label: self.arcs.labels[label as usize], length });
            let kind = Kind::Open(Rc::clone(&states), label);
            self.push(Item { cost: at_least(cost), prefix: (self.prefixes.len() - 1) as u32, kind });
        }
    }

    /// The states that paths are in right after writing a label; the start where nothing was written.
    fn enter(&mut self, writers: &[(StateId, Cost)], label: LabelId) -> Vec<(StateId, Cost)> {
        if writers.is_empty() {
            return self.g.start().map(|s| (s, Cost::FREE)).into_iter().collect();
        }
        let g = self.g;
        let arcs = writers.iter().flat_map(|&(s, here)| g.arc_ids(s).map(move |id| (id as usize, here)));
        let written = arcs.filter(|&(id, _)| self.arcs.label[id] == label);
        let targets = written.map(|(id, here)| (g.all_arcs()[id].target, here.plus(self.arcs.cost[id])));
        self.states.sums(self.beta, targets)
    }

    /// Follows arcs that write nothing from a set of states: all the states that paths may be in.
    ///
    /// Acyclic graphs: in topological order, so that a state's cost is complete before its arcs are followed. Cyclic
    /// ones (min-sum): by cost, as relative weights are not negative.
    fn settle(&mut self, from: &[(StateId, Cost)]) -> Rc<[(StateId, Cost)]> {
        let g = self.g;
        let mut settled = Vec::with_capacity(from.len());
        let mut pending: BinaryHeap<Reverse<Pending>> = BinaryHeap::with_capacity(from.len());
        for &(s, cost) in from {
            self.states.low[s as usize] = cost;
            pending.push(Reverse(self.pending(s, cost)));
        }
        while let Some(Reverse(Pending { state: s, .. })) = pending.pop() {
            if std::mem::replace(&mut self.done[s as usize], true) {
                continue;
            }
            let here = self.states.low[s as usize];
            settled.push((s, here));
            self.used.states += 1;
            self.used.arcs += g.arcs(s).len();
            for id in g.arc_ids(s).filter(|&id| self.arcs.label[id as usize] == 0) {
                let target = g.all_arcs()[id as usize].target;
                let cost = here.plus(self.arcs.cost[id as usize]);
                let before = self.states.low[target as usize];
                let now = self.sum(&[before, cost]);
                if cost.energy == f64::INFINITY || self.done[target as usize] || now == before {
                    continue;
                }
                self.states.low[target as usize] = now;
                if before == Cost::NEVER || self.potentials.order.is_none() {
                    pending.push(Reverse(self.pending(target, now)));
                }
            }
        }
        for &(s, _) in &settled {
            self.states.low[s as usize] = Cost::NEVER;
            self.done[s as usize] = false;
        }
        settled.into()
    }

    fn pending(&self, state: StateId, cost: Cost) -> Pending {
        let cost = match (&self.potentials.order, &self.rank) {
            (None, _) => cost,
            (Some(_), None) => Cost { energy: 0.0, arcs: i64::from(state) },
            (Some(_), Some(rank)) => Cost { energy: 0.0, arcs: i64::from(rank[state as usize]) },
        };
        Pending { cost, state }
    }

    /// ⊕.
    fn sum(&self, costs: &[Cost]) -> Cost {
        let low = costs.iter().fold(Cost::NEVER, |a, b| a.or(*b));
        match self.beta {
            Beta::Finite(beta) if low != Cost::NEVER => {
                low.over(costs.iter().map(|c| low.share(*c, beta.get())).sum(), beta.get())
            }
            _ => low,
        }
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
            let open = |i: &Item| matches!(i.kind, Kind::Open(..));
            open(a).cmp(&open(b))
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

/// Sums by number. Empty between uses.
struct Tally {
    low: Vec<Cost>,
    mass: Vec<f64>,
}

impl Tally {
    fn new(size: usize) -> Tally {
        Tally { low: vec![Cost::NEVER; size], mass: vec![0.0; size] }
    }

    /// ⊕ of the costs of each number, in the order in which the numbers first come up.
    fn sums(&mut self, beta: Beta, of: impl Iterator<Item = (u32, Cost)> + Clone) -> Vec<(u32, Cost)> {
        let mut sums = Vec::new();
        for (i, cost) in of.clone().filter(|(_, c)| c.energy < f64::INFINITY) {
            let low = &mut self.low[i as usize];
            if *low == Cost::NEVER {
                sums.push((i, cost));
            }
            *low = low.or(cost);
        }
        if let Beta::Finite(beta) = beta {
            of.for_each(|(i, cost)| self.mass[i as usize] += self.low[i as usize].share(cost, beta.get()));
        }
        for (i, sum) in &mut sums {
            let low = std::mem::replace(&mut self.low[*i as usize], Cost::NEVER);
            let mass = std::mem::replace(&mut self.mass[*i as usize], 0.0);
            *sum = match beta {
                Beta::Finite(beta) => low.over(mass, beta.get()),
                Beta::Infinite => low,
            };
        }
        sums
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
