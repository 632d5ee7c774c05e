//! The states that accepting paths visit.

use super::{Graph, StateId};
use crate::semiring::Weight;

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
pub(crate) fn incoming<W: Weight>(g: &Graph<W>, marked: &[bool]) -> (Vec<u32>, Vec<(StateId, u32)>) {
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
