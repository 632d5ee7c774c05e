//! Potentials that exist where the sum of all ways to an end does not.

use std::collections::VecDeque;

use super::OpError;
use super::sums::{self, Stuck};
use crate::graph::{Graph, StateId};
use crate::semiring::Star;

/// By state of a deterministic acceptor without dead ends, the weight of the first string from there: of the shortest
/// the one with the lowest labels.
///
/// Of two states whose weights of every string differ by one factor on the left, the potentials differ by it too, which
/// is all that comparing their pushed weights needs. No sum is made, so none diverges or cancels.
pub(super) fn first_strings<S: Star>(g: &Graph<S>) -> Vec<S> {
    let mut into: Vec<Vec<StateId>> = vec![Vec::new(); g.states()];
    g.arcs_with_source().for_each(|(_, s, a)| into[a.target as usize].push(s));
    let mut length = vec![u32::MAX; g.states()];
    let mut order: VecDeque<StateId> = (0..g.states() as StateId).filter(|&s| g.is_final(s)).collect();
    order.iter().for_each(|&s| length[s as usize] = 0);
    let mut weights = g.final_weights().to_vec();
    while let Some(t) = order.pop_front() {
        let here = length[t as usize];
        if here > 0 {
            let nearer = g.arcs(t).iter().filter(|a| length[a.target as usize] < here);
            if let Some(first) = nearer.min_by_key(|a| a.ilabel) {
                weights[t as usize] = first.weight.times(&weights[first.target as usize]);
            }
        }
        for &s in &into[t as usize] {
            if length[s as usize] == u32::MAX {
                length[s as usize] = here + 1;
                order.push_back(s);
            }
        }
    }
    weights
}

/// The sums of all ways to an end; `None` where they do not exist, are 0̄, which divides nothing, or may cancel: what is
/// left of a sum that cancels is rounding, and differs between states that are alike.
pub(super) fn sums_to_end<S: Star>(g: &Graph<S>) -> Result<Option<Vec<S>>, OpError> {
    if S::one().absolute().is_some() {
        return Ok(None);
    }
    match sums::to_end(g) {
        Ok(sums) if sums.iter().any(S::is_zero) => Ok(None),
        Ok(sums) => Ok(Some(sums)),
        Err(Stuck::Diverges { .. }) => Ok(None),
        Err(stuck) => Err(stuck.into()),
    }
}
