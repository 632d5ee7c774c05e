//! Shortest distances to an end, in graphs with cycles.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::PathError;
use super::order::{incoming, useful};
use crate::graph::{ArcId, Graph, StateId};
use crate::semiring::Energy;

/// Energy, then number of arcs: cycles of energy 0 never pay.
type Distance = (f64, u32);

const FAR: Distance = (f64::INFINITY, u32::MAX);

/// For every state on an accepting path, the lowest energy from there to an end and the fewest arcs that reach it;
/// +∞ for the others.
///
/// Cost: O(arcs · log states) where the arcs between such states are checked to be non-negative (Dijkstra 1959), else
/// O(states · arcs) (Bellman 1958, Ford 1956).
pub(super) fn backward(g: &Graph<Energy>) -> Result<(Vec<f64>, Vec<u32>), PathError> {
    let kept = useful(g);
    let (offsets, sources) = incoming(g, &kept);
    let mut distance = vec![FAR; g.states()];
    for s in (0..g.states()).filter(|&s| kept[s] && g.is_final(s as StateId)) {
        distance[s] = (g.final_weights()[s].wide(), 0);
    }
    let weight = |arc: ArcId| g.all_arcs()[arc as usize].weight.wide();
    if sources.iter().all(|&(_, arc)| weight(arc) >= 0.0) {
        dijkstra(&offsets, &sources, weight, &mut distance);
    } else {
        bellman_ford(g, &kept, &mut distance)?;
    }
    Ok(distance.into_iter().unzip())
}

/// A heap entry; distances are never NaN.
#[derive(PartialEq)]
struct Reached(Distance, StateId);

impl Eq for Reached {}

impl Ord for Reached {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.0.total_cmp(&other.0.0).then(self.0.1.cmp(&other.0.1)).then(self.1.cmp(&other.1))
    }
}

impl PartialOrd for Reached {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn dijkstra(offsets: &[u32], sources: &[(StateId, ArcId)], weight: impl Fn(ArcId) -> f64, distance: &mut [Distance]) {
    let ends = distance.iter().enumerate().filter(|(_, d)| d.0 < f64::INFINITY);
    let mut heap: BinaryHeap<_> = ends.map(|(s, &d)| Reverse(Reached(d, s as StateId))).collect();
    while let Some(Reverse(Reached(near, t))) = heap.pop() {
        if near != distance[t as usize] {
            continue;
        }
        for &(s, arc) in &sources[offsets[t as usize] as usize..offsets[t as usize + 1] as usize] {
            let through = (weight(arc) + near.0, near.1.saturating_add(1));
            if through < distance[s as usize] {
                distance[s as usize] = through;
                heap.push(Reverse(Reached(through, s)));
            }
        }
    }
}

fn bellman_ford(g: &Graph<Energy>, kept: &[bool], distance: &mut [Distance]) -> Result<(), PathError> {
    let arcs: Vec<(ArcId, StateId, StateId, f64)> = g
        .arcs_with_source()
        .filter(|(_, s, a)| kept[*s as usize] && kept[a.target as usize] && a.weight != Energy::IMPOSSIBLE)
        .map(|(id, s, a)| (id, s, a.target, a.weight.wide()))
        .collect();
    let mut via: Vec<Option<ArcId>> = vec![None; g.states()];
    let mut round = 0_usize;
    loop {
        let mut changed = false;
        // Backward, since arcs mostly lead to higher numbers: then one round settles an acyclic stretch.
        for &(id, s, t, weight) in arcs.iter().rev() {
            let far = distance[t as usize];
            let through = (weight + far.0, far.1.saturating_add(1));
            if far.0 < f64::INFINITY && through < distance[s as usize] {
                distance[s as usize] = through;
                via[s as usize] = Some(id);
                changed = true;
            }
        }
        if !changed {
            return Ok(());
        }
        round += 1;
        // The arcs that distances came through close a cycle exactly where one of negative energy was walked;
        // looking at rounds 1, 2, 4, … finds it long before `states` rounds are over.
        if (round.is_power_of_two() || round > g.states())
            && let Some((states, energy)) = closed(g, &via)
        {
            return Err(PathError::Diverges { states, energy });
        }
    }
}

/// A cycle among the arcs that distances came through, and the sum of its weights.
fn closed(g: &Graph<Energy>, via: &[Option<ArcId>]) -> Option<(Vec<StateId>, f64)> {
    // 0: not seen; otherwise the walk that saw the state.
    let mut seen = vec![0_u32; via.len()];
    for root in 0..via.len() as StateId {
        let walk = root + 1;
        let mut state = root;
        while seen[state as usize] == 0 {
            seen[state as usize] = walk;
            match via[state as usize] {
                Some(arc) => state = g.all_arcs()[arc as usize].target,
                None => break,
            }
        }
        if seen[state as usize] != walk || via[state as usize].is_none() {
            continue;
        }
        let (first, mut states, mut energy) = (state, Vec::new(), 0.0);
        while let Some(arc) = via[state as usize].map(|id| &g.all_arcs()[id as usize]) {
            states.push(state);
            energy += arc.weight.wide();
            state = arc.target;
            if state == first {
                return Some((states, energy));
            }
        }
    }
    None
}
