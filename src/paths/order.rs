//! The order in which a sum over paths visits states.

use crate::graph::{Cyclic, Graph, StateId};
use crate::semiring::Weight;

/// States, each before the targets of its arcs of weight other than 0̄. Every state on an accepting path is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Order {
    /// 0, 1, 2, …, this many: the usual case, which costs no memory.
    Natural(StateId),
    /// This one.
    Listed(Vec<StateId>),
}

impl Order {
    /// The order of the states on accepting paths, perhaps with others among them.
    pub(crate) fn of<W: Weight>(g: &Graph<W>) -> Result<Order, Cyclic> {
        let n = g.states() as StateId;
        if (0..n).all(|s| g.arcs(s).iter().all(|a| a.target > s)) {
            return Ok(Order::Natural(n));
        }
        let useful = useful(g);
        let mut incoming = vec![0_u32; n as usize];
        let kept = |s: StateId| {
            let here = useful[s as usize];
            let useful = &useful;
            g.arcs(s).iter().filter(move |a| here && useful[a.target as usize] && !a.weight.is_zero())
        };
        for s in 0..n {
            kept(s).for_each(|a| incoming[a.target as usize] += 1);
        }
        let mut order: Vec<StateId> = (0..n).filter(|&s| useful[s as usize] && incoming[s as usize] == 0).collect();
        let mut next = 0;
        while let Some(&s) = order.get(next) {
            for a in kept(s) {
                incoming[a.target as usize] -= 1;
                if incoming[a.target as usize] == 0 {
                    order.push(a.target);
                }
            }
            next += 1;
        }
        let states: Vec<StateId> = (0..n).filter(|&s| incoming[s as usize] > 0).collect();
        if states.is_empty() { Ok(Order::Listed(order)) } else { Err(Cyclic { states }) }
    }

    /// Each state before the targets of its arcs.
    pub(crate) fn forward(&self) -> impl Iterator<Item = StateId> + '_ {
        (0..self.len()).map(|i| self.at(i))
    }

    /// Each state after the targets of its arcs.
    pub(crate) fn backward(&self) -> impl Iterator<Item = StateId> + '_ {
        (0..self.len()).rev().map(|i| self.at(i))
    }

    fn len(&self) -> usize {
        match self {
            Order::Natural(n) => *n as usize,
            Order::Listed(list) => list.len(),
        }
    }

    fn at(&self, i: usize) -> StateId {
        match self {
            Order::Natural(_) => i as StateId,
            Order::Listed(list) => list[i],
        }
    }
}

/// Which states lie on a path from the start to a final state, over weights other than 0̄. Cost: linear.
pub(crate) fn useful<W: Weight>(g: &Graph<W>) -> Vec<bool> {
    let n = g.states();
    let mut reached = vec![false; n];
    let mut stack: Vec<StateId> = g.start().into_iter().collect();
    stack.iter().for_each(|&s| reached[s as usize] = true);
    while let Some(s) = stack.pop() {
        for a in g.arcs(s).iter().filter(|a| !a.weight.is_zero()) {
            if !std::mem::replace(&mut reached[a.target as usize], true) {
                stack.push(a.target);
            }
        }
    }
    let (offsets, sources) = incoming(g, &reached);
    let mut useful = vec![false; n];
    stack.extend((0..n as StateId).filter(|&s| reached[s as usize] && g.is_final(s)));
    stack.iter().for_each(|&s| useful[s as usize] = true);
    while let Some(t) = stack.pop() {
        for &(s, _) in &sources[offsets[t as usize] as usize..offsets[t as usize + 1] as usize] {
            if !std::mem::replace(&mut useful[s as usize], true) {
                stack.push(s);
            }
        }
    }
    useful
}

/// The arcs of weight other than 0̄ between the states marked, by target: row offsets, and (source, arc).
pub(super) fn incoming<W: Weight>(g: &Graph<W>, marked: &[bool]) -> (Vec<u32>, Vec<(StateId, u32)>) {
    let kept = || {
        let arcs = g.arcs_with_source();
        arcs.filter(|(_, s, a)| marked[*s as usize] && marked[a.target as usize] && !a.weight.is_zero())
    };
    let mut offsets = vec![0_u32; g.states() + 1];
    kept().for_each(|(_, _, a)| offsets[a.target as usize + 1] += 1);
    for s in 0..g.states() {
        offsets[s + 1] += offsets[s];
    }
    let mut next = offsets.clone();
    let mut sources = vec![(0, 0); kept().count()];
    for (id, s, a) in kept() {
        let slot = &mut next[a.target as usize];
        sources[*slot as usize] = (s, id);
        *slot += 1;
    }
    (offsets, sources)
}
