//! The best way to an end from every state, where one path carries the whole sum.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::PathError;
use super::order::{Order, incoming, useful};
use super::potentials::Way;
use crate::graph::{ArcId, Graph, StateId};
use crate::semiring::PathProperty;

/// By state, what the best way from it to an end weighs.
pub(super) struct BestWays<'g, W> {
    g: &'g Graph<W>,
    /// 0̄ where there is none. States that no accepting path visits may hold anything.
    after: Vec<W>,
    /// Number of arcs on the best way on, where the graph has cycles: among ways of equal weight the one with fewest
    /// arcs is taken, so that no cycle is walked that makes nothing better. `None` for acyclic graphs.
    arcs: Option<Vec<u32>>,
}

/// A way on from a state: its weight up to an end, and its arcs where they decide ties.
#[derive(Clone)]
pub(super) struct Onward<W> {
    pub(super) weight: W,
    pub(super) arcs: u32,
    pub(super) way: Way,
    /// Position among the ways on of a state.
    position: usize,
}

impl<W: PathProperty> Ord for Onward<W> {
    fn cmp(&self, r: &Self) -> Ordering {
        self.weight.order(&r.weight).then(self.arcs.cmp(&r.arcs)).then(self.position.cmp(&r.position))
    }
}

impl<W: PathProperty> PartialOrd for Onward<W> {
    fn partial_cmp(&self, r: &Self) -> Option<Ordering> {
        Some(self.cmp(r))
    }
}

impl<W: PathProperty> PartialEq for Onward<W> {
    fn eq(&self, r: &Self) -> bool {
        self.cmp(r) == Ordering::Equal
    }
}

impl<W: PathProperty> Eq for Onward<W> {}

impl<'g, W: PathProperty> BestWays<'g, W> {
    /// Cost: acyclic graphs O(states + arcs); others O(arcs · log states) where no arc on an accepting path improves,
    /// else O(states · arcs).
    pub(super) fn new(g: &'g Graph<W>) -> Result<Self, PathError> {
        if let Ok(order) = Order::of(g) {
            return Ok(BestWays { g, after: in_order(g, &order), arcs: None });
        }
        let kept = useful(g);
        let (offsets, sources) = incoming(g, &kept);
        let links = Links { g, offsets, sources };
        let only = |of: &dyn Fn(usize) -> W| (0..g.states()).map(|s| if kept[s] { of(s) } else { W::zero() }).collect();
        let mut after: Vec<W> = only(&|s| g.final_weights()[s].clone());
        if links.sources.iter().any(|&(_, arc)| improves(&g.all_arcs()[arc as usize].weight)) {
            // Weights of many arcs would hide a cycle that improves them by less than their digits.
            links.in_rounds(&kept, &mut only(&|_| W::one()))?;
            let via = links.in_rounds(&kept, &mut after)?;
            links.along(&via, &mut after);
        } else {
            links.nearest_first(&mut after);
        }
        let arcs = links.fewest_arcs(&after);
        // Only a semiring whose order is none leaves a state without a way.
        after.iter_mut().zip(&arcs).filter(|(_, n)| **n == u32::MAX).for_each(|(x, _)| *x = W::zero());
        Ok(BestWays { g, after, arcs: Some(arcs) })
    }

    /// The start, what the best path from there weighs, and its arcs where they decide ties; `None` where there is no
    /// path.
    pub(super) fn start(&self) -> Option<(StateId, &W, u32)> {
        let start = self.g.start()?;
        let after = &self.after[start as usize];
        (!after.is_zero()).then(|| (start, after, self.arcs_from(start)))
    }

    /// Whether arcs decide ties.
    pub(super) fn counts_arcs(&self) -> bool {
        self.arcs.is_some()
    }

    fn arcs_from(&self, state: StateId) -> u32 {
        self.arcs.as_ref().map_or(0, |n| n[state as usize])
    }

    /// The ways on from a state that are possible: ending, then arc by arc. None is better than the best.
    fn ways(&self, state: StateId) -> impl Iterator<Item = Onward<W>> + '_ {
        let best = &self.after[state as usize];
        let end = (self.g.final_weights()[state as usize].clone(), 0, Way::End);
        let arcs = self.g.arc_ids(state).zip(self.g.arcs(state)).filter(|(_, a)| !a.weight.is_zero()).map(|(id, a)| {
            let arcs = self.arcs.as_ref().map_or(0, |n| n[a.target as usize].saturating_add(1));
            (a.weight.times(&self.after[a.target as usize]), arcs, Way::Arc(id))
        });
        std::iter::once(end).chain(arcs).enumerate().filter(|(_, (w, ..))| !w.is_zero()).map(
            |(position, (weight, arcs, way))| {
                let weight = if weight.order(best).is_lt() { best.clone() } else { weight };
                Onward { weight, arcs, way, position }
            },
        )
    }

    /// The best way on: ending before going on, then the lowest arc.
    pub(super) fn best(&self, state: StateId) -> Option<Way> {
        Some(self.ways(state).min()?.way)
    }

    /// The ways on, best first. A heap sorts, as an order that is none would let others panic.
    pub(super) fn sorted(&self, state: StateId) -> Vec<Onward<W>> {
        self.ways(state).collect::<BinaryHeap<_>>().into_sorted_vec()
    }
}

/// Whether something is better with an arc of this weight before it than without.
fn improves<W: PathProperty>(weight: &W) -> bool {
    weight.order(&W::one()).is_lt()
}

fn in_order<W: PathProperty>(g: &Graph<W>, order: &Order) -> Vec<W> {
    let mut after = vec![W::zero(); g.states()];
    for s in order.backward() {
        let mut best = g.final_weight(s);
        for a in g.arcs(s).iter().filter(|a| !a.weight.is_zero()) {
            better(&mut best, a.weight.times(&after[a.target as usize]));
        }
        after[s as usize] = best;
    }
    after
}

/// Takes what is better, and says whether it is.
fn better<W: PathProperty>(here: &mut W, other: W) -> bool {
    let better = other.order(here).is_lt();
    if better {
        *here = other;
    }
    better
}

/// The arcs on accepting paths by target.
struct Links<'g, W> {
    g: &'g Graph<W>,
    offsets: Vec<u32>,
    sources: Vec<(StateId, ArcId)>,
}

/// A heap entry; the best is the greatest, and of equal ones the lower number.
struct Reached<W>(W, StateId);

impl<W: PathProperty> Ord for Reached<W> {
    fn cmp(&self, r: &Self) -> Ordering {
        r.0.order(&self.0).then(r.1.cmp(&self.1))
    }
}

impl<W: PathProperty> PartialOrd for Reached<W> {
    fn partial_cmp(&self, r: &Self) -> Option<Ordering> {
        Some(self.cmp(r))
    }
}

impl<W: PathProperty> PartialEq for Reached<W> {
    fn eq(&self, r: &Self) -> bool {
        self.cmp(r) == Ordering::Equal
    }
}

impl<W: PathProperty> Eq for Reached<W> {}

impl<W: PathProperty> Links<'_, W> {
    fn into(&self, target: StateId) -> impl Iterator<Item = (StateId, &W)> {
        let row = self.offsets[target as usize] as usize..self.offsets[target as usize + 1] as usize;
        self.sources[row].iter().map(|&(s, arc)| (s, &self.g.all_arcs()[arc as usize].weight))
    }

    /// Dijkstra 1959. A state is settled once, so that its weight is that of a way which was settled before.
    fn nearest_first(&self, after: &mut [W]) {
        let mut settled = vec![false; after.len()];
        let ends = (0..).zip(&*after).filter(|(_, w)| !w.is_zero()).map(|(s, w)| Reached(w.clone(), s));
        let mut heap: BinaryHeap<Reached<W>> = ends.collect();
        while let Some(Reached(_, t)) = heap.pop() {
            if std::mem::replace(&mut settled[t as usize], true) {
                continue;
            }
            for (s, weight) in self.into(t) {
                let through = weight.times(&after[t as usize]);
                if !settled[s as usize] && better(&mut after[s as usize], through) {
                    heap.push(Reached(after[s as usize].clone(), s));
                }
            }
        }
    }

    /// Bellman 1958. Returns the arc that each weight came through; the last one of a state is a way to an end.
    fn in_rounds(&self, kept: &[bool], after: &mut [W]) -> Result<Vec<Option<ArcId>>, PathError> {
        let g = self.g;
        let mut via: Vec<Option<ArcId>> = vec![None; g.states()];
        for round in 1_usize.. {
            let mut changed = false;
            // Backward, since arcs mostly lead to higher numbers: then one round settles an acyclic stretch.
            for s in (0..g.states() as StateId).rev().filter(|&s| kept[s as usize]) {
                for (id, a) in g.arc_ids(s).zip(g.arcs(s)).rev() {
                    let there = &after[a.target as usize];
                    if a.weight.is_zero() || there.is_zero() {
                        continue;
                    }
                    let through = a.weight.times(there);
                    if better(&mut after[s as usize], through) {
                        via[s as usize] = Some(id);
                        changed = true;
                    }
                }
            }
            if !changed {
                break;
            }
            // The arcs that weights came through close a cycle where one that improves was walked, after as many rounds as
            // states at the latest; looking at rounds 1, 2, 4, … finds it soon.
            if round.is_power_of_two() || round > g.states() {
                self.refuse_cycle(&via)?;
            }
            if round > g.states() {
                break;
            }
        }
        self.refuse_cycle(&via)?;
        Ok(via)
    }

    /// Refuses a cycle among the arcs that weights came through.
    fn refuse_cycle(&self, via: &[Option<ArcId>]) -> Result<(), PathError> {
        let arc = |s: StateId| via[s as usize].map(|id| &self.g.all_arcs()[id as usize]);
        // 0: not seen; otherwise the walk that saw the state.
        let mut seen = vec![0_u32; via.len()];
        for root in 0..via.len() as StateId {
            let mut state = root;
            while seen[state as usize] == 0
                && let Some(a) = arc(state)
            {
                seen[state as usize] = root + 1;
                state = a.target;
            }
            if seen[state as usize] != root + 1 {
                continue;
            }
            let (first, mut states, mut around) = (state, Vec::new(), W::one());
            while let Some(a) = arc(state) {
                states.push(state);
                around = around.times(&a.weight);
                state = a.target;
                if state == first {
                    return Err(PathError::SumDiverges { states, weight: format!("{around:?}") });
                }
            }
        }
        Ok(())
    }

    /// Makes the weights those of the ways that they came through. Where ⊗ keeps the order of weights, they are; where
    /// rounding ties weights that another part tells apart, what a state took may have become worse behind it.
    fn along(&self, via: &[Option<ArcId>], after: &mut [W]) {
        let mut known: Vec<bool> = via.iter().map(|v| v.is_none()).collect();
        let mut trail = Vec::new();
        for root in 0..via.len() {
            let mut state = root;
            while !known[state]
                && let Some(id) = via[state]
            {
                known[state] = true;
                let arc = &self.g.all_arcs()[id as usize];
                trail.push((state, arc));
                state = arc.target as usize;
            }
            while let Some((state, arc)) = trail.pop() {
                after[state] = arc.weight.times(&after[arc.target as usize]);
            }
        }
    }

    /// By state, the arcs on the shortest of its best ways; `u32::MAX` where there is none. Cost: O(states + arcs).
    fn fewest_arcs(&self, after: &[W]) -> Vec<u32> {
        let best = |s: StateId, way: &W| !way.is_zero() && way.order(&after[s as usize]).is_le();
        let finals = (0..).zip(self.g.final_weights()).filter(|(s, w)| !after[*s as usize].is_zero() && best(*s, w));
        let mut open: Vec<StateId> = finals.map(|(s, _)| s).collect();
        let mut arcs = vec![u32::MAX; after.len()];
        open.iter().for_each(|&s| arcs[s as usize] = 0);
        let mut next = 0;
        while let Some(&t) = open.get(next) {
            next += 1;
            for (s, weight) in self.into(t) {
                if arcs[s as usize] == u32::MAX && best(s, &weight.times(&after[t as usize])) {
                    arcs[s as usize] = arcs[t as usize] + 1;
                    open.push(s);
                }
            }
        }
        arcs
    }
}
