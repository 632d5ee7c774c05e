//! Sums over all paths between every state and one end of a graph, cycles included.
//!
//! Components of the graph are visited in topological order. One without a cycle takes a single sweep; the others are
//! closed by [`Loop`].

use std::collections::HashMap;

use super::component::{Loop, Unsummed};
use super::nearest::nearest_within;
use crate::graph::{Components, Graph, Site, StateId, strongly_connected, useful};
use crate::semiring::{Diverges, Semiring, Star, Weight};

/// The arcs of a graph with weights of a semiring, in the direction in which sums are pushed along them.
pub(crate) struct Links<S> {
    offsets: Vec<u32>,
    pub(crate) arcs: Vec<(StateId, S)>,
    /// Whether arcs are turned round: ⊗ then puts what is added on the left.
    pub(crate) backward: bool,
}

/// States of a component in which the nearest first is not worth its heap.
const FEW: usize = 64;

/// A component without a sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// The sum around it diverges.
    Diverges {
        /// Its states.
        states: Vec<StateId>,
        /// The weight whose powers have no sum.
        weight: String,
    },
    /// Its sum needs a matrix of more numbers than there is room for.
    Matrix {
        /// Its states.
        states: usize,
        /// Rows of the matrix.
        rows: usize,
    },
}

impl<S: Semiring> Links<S> {
    /// The arcs from their sources to their targets, without those of weight 0̄ and those that `keep` refuses.
    pub(crate) fn forward<W: Weight>(
        g: &Graph<W>,
        lift: impl Fn(Site, &W) -> S,
        keep: impl Fn(StateId, StateId) -> bool,
    ) -> Self {
        let (mut offsets, mut arcs) = (vec![0], Vec::with_capacity(g.arc_count()));
        for s in 0..g.states() as StateId {
            for (id, a) in g.arc_ids(s).zip(g.arcs(s)) {
                if !a.weight.is_zero() && keep(s, a.target) {
                    arcs.push((a.target, lift(Site::Arc(id), &a.weight)));
                }
            }
            offsets.push(arcs.len() as u32);
        }
        Links { offsets, arcs, backward: false }
    }

    /// Links laid out by state.
    pub(super) fn of_rows(rows: impl IntoIterator<Item = Vec<(StateId, S)>>) -> Self {
        let (mut offsets, mut arcs) = (vec![0], Vec::new());
        for row in rows {
            arcs.extend(row);
            offsets.push(arcs.len() as u32);
        }
        Links { offsets, arcs, backward: false }
    }

    /// The same turned round.
    pub(crate) fn backward<W: Weight>(
        g: &Graph<W>,
        lift: impl Fn(Site, &W) -> S,
        keep: impl Fn(StateId, StateId) -> bool,
    ) -> Self {
        let kept = || g.arcs_with_source().filter(|(_, s, a)| !a.weight.is_zero() && keep(*s, a.target));
        let mut offsets = vec![0_u32; g.states() + 1];
        kept().for_each(|(_, _, a)| offsets[a.target as usize + 1] += 1);
        (0..g.states()).for_each(|s| offsets[s + 1] += offsets[s]);
        let mut next = offsets.clone();
        let mut arcs = vec![(0, S::zero()); offsets[g.states()] as usize];
        for (id, s, a) in kept() {
            let slot = &mut next[a.target as usize];
            arcs[*slot as usize] = (s, lift(Site::Arc(id), &a.weight));
            *slot += 1;
        }
        Links { offsets, arcs, backward: true }
    }

    pub(crate) fn row(&self, s: StateId) -> std::ops::Range<usize> {
        self.offsets[s as usize] as usize..self.offsets[s as usize + 1] as usize
    }

    fn components(&self) -> Components {
        strongly_connected(self.offsets.len() - 1, |s| self.row(s), |arc| Some(self.arcs[arc].0))
    }

    /// First `a`, then `b`, in the direction of the sums.
    #[inline]
    pub(crate) fn then(&self, a: &S, b: &S) -> S {
        if self.backward { b.times(a) } else { a.times(b) }
    }

    /// The components in topological order: `close` makes what enters the states of one with a cycle the sums over all
    /// walks within it, and says how many arcs it followed. Components that nothing enters are passed over.
    ///
    /// Returns the sums by state, and how many arcs were followed in all.
    pub(crate) fn by_component<E>(
        &self,
        enter: Vec<S>,
        mut close: impl FnMut(&Components, &[StateId], &mut [S]) -> Result<usize, E>,
    ) -> Result<(Vec<S>, usize), E> {
        let components = self.components();
        let (mut sums, mut followed) = (enter, 0);
        for c in (0..components.count() as u32).rev() {
            let states = components.states(c);
            if states.iter().all(|&s| sums[s as usize].is_zero()) {
                continue;
            }
            if states.len() > 1 || states.iter().any(|&s| self.arcs[self.row(s)].iter().any(|(t, _)| *t == s)) {
                followed += close(&components, states, &mut sums)?;
            }
            for &s in states {
                let here = sums[s as usize].clone();
                for (t, w) in self.arcs[self.row(s)].iter().filter(|(t, _)| components.of(*t) != Some(c)) {
                    let there = &mut sums[*t as usize];
                    *there = there.plus(&self.then(&here, w));
                    followed += 1;
                }
            }
        }
        Ok((sums, followed))
    }
}

impl<S: Star> Links<S> {
    /// By state, ⊕ over all walks from any state, of what enters there ⊗ the arcs on the way.
    ///
    /// Cost: O(states + arcs) without cycles; for a component with n states, m arcs and f states that arcs lead back
    /// to (see [`Loop`]) further O(f·m + f³), or less where eliminating states leaves few arcs or going round settles soon, and
    /// in an idempotent semiring O(n·m) at worst, O(m·log n) where no arc improves.
    pub(crate) fn sums(&self, enter: Vec<S>) -> Result<Vec<S>, Stuck> {
        let close = |c: &Components, states: &[StateId], sums: &mut [S]| self.close(c, states, sums).map(|()| 0);
        Ok(self.by_component(enter, close)?.0)
    }

    /// Makes what enters the states of a component the sums over all walks within it.
    pub(crate) fn close(&self, components: &Components, states: &[StateId], sums: &mut [S]) -> Result<(), Stuck> {
        // Relaxation in rounds settles most small ones sooner. What a search that was given up has found are walks, which
        // an idempotent sum may meet again.
        let large = states.len() > FEW && S::one().plus(&S::one()) == S::one();
        if large && nearest_within(self, components, states, sums).is_some() {
            return Ok(());
        }
        self.converges(states)?;
        if let Some(closed) = Loop::new(self, states) {
            let enter = closed.states().iter().map(|&s| sums[s as usize].clone()).collect();
            let found = closed.sums(enter).map_err(|why| stuck(states, why))?;
            closed.states().iter().zip(found).for_each(|(&s, x)| sums[s as usize] = x);
        }
        Ok(())
    }

    /// Refuses a component whose sums cancel and would depend on the order in which they are made: elimination meets the
    /// walks around one state together, and would see what is left of them alone.
    fn converges(&self, states: &[StateId]) -> Result<(), Stuck> {
        if S::one().absolute().is_none() {
            return Ok(());
        }
        let local: HashMap<StateId, StateId> = states.iter().copied().zip(0..).collect();
        let absolute = |arc: usize| {
            let (target, weight) = &self.arcs[arc];
            Some((*local.get(target)?, weight.absolute()?))
        };
        let rows = states.iter().map(|&s| self.row(s).filter_map(absolute).collect());
        let links = Links { backward: self.backward, ..Links::of_rows(rows) };
        let all: Vec<StateId> = (0..states.len() as StateId).collect();
        if let Some(closed) = Loop::new(&links, &all) {
            closed.sums(vec![S::one(); all.len()]).map_err(|why| stuck(states, why))?;
        }
        Ok(())
    }
}

fn stuck(component: &[StateId], why: Unsummed) -> Stuck {
    match why {
        Unsummed::Diverges(Diverges { weight }) => {
            let mut states = component.to_vec();
            states.sort_unstable();
            Stuck::Diverges { states, weight }
        }
        Unsummed::Matrix { rows } => Stuck::Matrix { states: component.len(), rows },
    }
}

/// ⊕ over all walks from the start to each state.
pub(super) fn from_start<S: Star>(g: &Graph<S>) -> Result<Vec<S>, Stuck> {
    from_start_over(g, |_, _| true)
}

/// ⊕ over all ways from each state to an end, final weights included.
pub(super) fn to_end<S: Star>(g: &Graph<S>) -> Result<Vec<S>, Stuck> {
    to_end_over(g, |_, _| true)
}

/// Both, over accepting paths alone; 0̄ for the states that lie on none.
pub(super) fn both<S: Star>(g: &Graph<S>) -> Result<(Vec<S>, Vec<S>), Stuck> {
    let useful = useful(g);
    let keep = |s: StateId, t: StateId| useful[s as usize] && useful[t as usize];
    Ok((from_start_over(g, keep)?, to_end_over(g, keep)?))
}

fn from_start_over<S: Star>(g: &Graph<S>, keep: impl Fn(StateId, StateId) -> bool) -> Result<Vec<S>, Stuck> {
    let mut enter = vec![S::zero(); g.states()];
    if let Some(start) = g.start() {
        enter[start as usize] = S::one();
    }
    Links::forward(g, |_, w| w.clone(), keep).sums(enter)
}

fn to_end_over<S: Star>(g: &Graph<S>, keep: impl Fn(StateId, StateId) -> bool) -> Result<Vec<S>, Stuck> {
    Links::backward(g, |_, w| w.clone(), keep).sums(g.final_weights().to_vec())
}
