//! The order in which a sum over paths visits states.

use crate::graph::{Cyclic, Graph, StateId};
pub(super) use crate::graph::{incoming, useful};
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
