//! The sum over all walks within one strongly connected component.
//!
//! With A the weights of its arcs and e what enters each state, the sums are e·A*. States are put in an order in which
//! few arcs lead back (a depth-first one). Call the arcs that lead forward B, the others C, and F the states that C
//! leads to. Then e·A* = (e + u)·B*, where u = e·B*C · (B*C)* lives on F alone: B* is a sweep, and the star of the
//! small dense matrix B*C is taken by elimination (Lehmann 1977), which fails exactly where the sum diverges.
//!
//! Where ⊕ is idempotent, relaxation until nothing changes gives the same with less work (Mohri 2002). Where many states are
//! come back to and yet few arcs meet anywhere, so does eliminating state by state ([`super::eliminate`]); where many meet and
//! little of what leaves a state comes back, going round until no digit changes ([`super::approach`]).

use super::sums::Links;
use super::{approach, eliminate};
use crate::graph::StateId;
use crate::semiring::{Diverges, Semiring, Star};

/// A component with a cycle.
pub(super) struct Loop<'l, S> {
    links: &'l Links<S>,
    /// The states in the order of the sweep.
    states: Vec<StateId>,
    /// Arcs within the component by source: (target, arc), both positions; targets are positions in `states`.
    rows: Vec<Vec<(u32, u32)>>,
    /// Positions of the states that an arc leads back to.
    entries: Vec<u32>,
    /// By position, the place in `entries`, or [`NONE`].
    entry: Vec<u32>,
}

const NONE: u32 = u32::MAX;

/// Most weights of a dense matrix.
const MOST_WEIGHTS: usize = 1 << 24;
/// Rounds of relaxation before elimination is tried.
const ROUNDS: usize = 64;
/// Most steps of an elimination.
const MOST_STEPS: usize = 1 << 25;
/// What a step among arcs of a sparse matrix costs, in steps of the dense one.
const SPARSE: usize = 8;
/// Steps of the dense matrix below which nothing else is tried behind an elimination.
const LITTLE: usize = 1 << 20;
/// Steps of an elimination for each arc that are tried before rounds are.
const AT_ONCE: usize = 16;
/// Most arcs followed in rounds, and the rounds that there are at the least where the dense matrix has no room.
const MOST_FOLLOWED: usize = 1 << 26;
const LEAST_ROUNDS: usize = 1 << 9;

/// Why there is no sum.
pub(super) enum Unsummed {
    /// It diverges.
    Diverges(Diverges),
    /// It needs a matrix with more rows than there is room for.
    Matrix {
        /// Its rows.
        rows: usize,
    },
}

impl From<Diverges> for Unsummed {
    fn from(diverges: Diverges) -> Self {
        Unsummed::Diverges(diverges)
    }
}

impl<'l, S: Semiring> Loop<'l, S> {
    /// `None` where the component is one state without a loop.
    pub(super) fn new(links: &'l Links<S>, component: &[StateId]) -> Option<Self> {
        if let [s] = component
            && !links.arcs[links.row(*s)].iter().any(|(t, _)| t == s)
        {
            return None;
        }
        let (states, position) = depth_first(links, component);
        let rows: Vec<Vec<(u32, u32)>> = states
            .iter()
            .map(|&s| {
                let arcs = links.row(s).map(|arc| (position.get(&links.arcs[arc].0), arc as u32));
                arcs.filter_map(|(t, arc)| t.map(|&t| (t, arc))).collect()
            })
            .collect();
        let mut entry = vec![NONE; states.len()];
        let mut entries = Vec::new();
        for (s, row) in rows.iter().enumerate() {
            for &(t, _) in row.iter().filter(|(t, _)| *t as usize <= s) {
                if entry[t as usize] == NONE {
                    entry[t as usize] = entries.len() as u32;
                    entries.push(t);
                }
            }
        }
        Some(Loop { links, states, rows, entries, entry })
    }

    /// The states in the order in which sums are given and taken.
    pub(super) fn states(&self) -> &[StateId] {
        &self.states
    }

    /// What an arc adds to its target.
    fn along(&self, here: &S, arc: u32) -> S {
        self.links.then(here, &self.links.arcs[arc as usize].1)
    }

    /// `x·B*` in place, from a position on.
    fn sweep(&self, x: &mut [S], from: usize) {
        for s in from..x.len() {
            if x[s].is_zero() {
                continue;
            }
            for &(t, arc) in self.rows[s].iter().filter(|(t, _)| *t as usize > s) {
                x[t as usize] = x[t as usize].plus(&self.along(&x[s], arc));
            }
        }
    }

    /// `x·C`, over the entries.
    fn back(&self, x: &[S]) -> Vec<S> {
        let mut u = vec![S::zero(); self.entries.len()];
        for (s, here) in x.iter().enumerate().filter(|(_, here)| !here.is_zero()) {
            for &(t, arc) in self.rows[s].iter().filter(|(t, _)| *t as usize <= s) {
                let there = &mut u[self.entry[t as usize] as usize];
                *there = there.plus(&self.along(here, arc));
            }
        }
        u
    }

    /// Relaxation round by round; `None` where so many rounds, or as many as there are states, do not settle it.
    fn relax(&self, enter: &[S], rounds: usize) -> Option<Vec<S>> {
        let mut sums = enter.to_vec();
        let mut changed: Vec<u32> = (0..sums.len() as u32).filter(|&s| !sums[s as usize].is_zero()).collect();
        let mut queued = vec![false; sums.len()];
        for _ in 0..=rounds.min(sums.len()) {
            if changed.is_empty() {
                return Some(sums);
            }
            let mut next = Vec::new();
            changed.sort_unstable();
            for s in changed {
                queued[s as usize] = false;
                let here = sums[s as usize].clone();
                for &(t, arc) in &self.rows[s as usize] {
                    let there = &mut sums[t as usize];
                    let sum = there.plus(&self.along(&here, arc));
                    if sum != *there {
                        *there = sum;
                        if !std::mem::replace(&mut queued[t as usize], true) {
                            next.push(t);
                        }
                    }
                }
            }
            changed = next;
        }
        None
    }
}

impl<S: Star> Loop<'_, S> {
    /// `enter·A*`, both by position.
    pub(super) fn sums(&self, enter: Vec<S>) -> Result<Vec<S>, Unsummed> {
        let idempotent = S::one().plus(&S::one()) == S::one();
        if idempotent && let Some(sums) = self.settle(&enter, ROUNDS) {
            return Ok(sums);
        }
        let f = self.entries.len();
        let arcs: usize = self.rows.iter().map(Vec::len).sum();
        let dense = f.saturating_mul(f).saturating_mul(f) / 3 + f.saturating_mul(arcs);
        let then = |x: &S, y: &S| self.links.then(x, y);
        let eliminated = |most| eliminate::sums(self.matrix(), &enter, then, most);
        let most = MOST_STEPS.min(dense / SPARSE);
        let at_once = if idempotent || dense < LITTLE { most } else { most.min(AT_ONCE.saturating_mul(arcs)) };
        if let Some(sums) = eliminated(at_once)? {
            return Ok(sums);
        }
        if idempotent {
            if let Some(sums) = self.settle(&enter, usize::MAX) {
                return Ok(sums);
            }
        } else if dense >= LITTLE {
            let rows: Vec<_> = self.matrix().map(Iterator::collect).collect();
            let followed = (dense / 4).min(MOST_FOLLOWED.max(LEAST_ROUNDS.saturating_mul(arcs)));
            if let Some(sums) = approach::sums(&rows, &enter, then, followed)? {
                return Ok(sums);
            }
        }
        if at_once < most
            && let Some(sums) = eliminated(most)?
        {
            return Ok(sums);
        }
        if f.saturating_mul(f) > MOST_WEIGHTS {
            return Err(Unsummed::Matrix { rows: f });
        }
        let mut through = enter.clone();
        self.sweep(&mut through, 0);
        let matrix = self.entries.iter().map(|&f| {
            let mut x = vec![S::zero(); self.states.len()];
            x[f as usize] = S::one();
            self.sweep(&mut x, f as usize);
            self.back(&x)
        });
        let around = self.times_star(self.back(&through), matrix.collect())?;
        let mut sums = enter;
        for (&f, u) in self.entries.iter().zip(&around) {
            sums[f as usize] = sums[f as usize].plus(u);
        }
        self.sweep(&mut sums, 0);
        Ok(sums)
    }

    /// Relaxation in an idempotent semiring, where it says all: `None` where it does not settle, be it from 1̄ everywhere. Sums
    /// of many arcs would hide a cycle that lowers them by less than their digits, and numbers have an end, which is
    /// stayed at however often one goes round.
    fn settle(&self, enter: &[S], rounds: usize) -> Option<Vec<S>> {
        let around = self.relax(&vec![S::one(); enter.len()], rounds)?;
        let stays = |x: &S| *x != S::one() && x.times(x) == *x;
        if around.iter().any(stays) { None } else { self.relax(enter, rounds) }
    }

    /// The arcs within the component, by source.
    fn matrix(&self) -> impl Iterator<Item = impl Iterator<Item = (u32, &S)>> {
        self.rows.iter().map(|row| row.iter().map(|&(t, arc)| (t, &self.links.arcs[arc as usize].1)))
    }

    /// `b·M*`, by eliminating one unknown of u = b + u·M after another.
    fn times_star(&self, mut b: Vec<S>, mut m: Vec<Vec<S>>) -> Result<Vec<S>, Diverges> {
        let n = b.len();
        let then = |x: &S, y: &S| self.links.then(x, y);
        let mut stars = Vec::with_capacity(n);
        for k in 0..n {
            let star = m[k][k].star()?;
            for j in k + 1..n {
                let onward = then(&star, &m[k][j]);
                if onward.is_zero() {
                    continue;
                }
                b[j] = b[j].plus(&then(&b[k], &onward));
                for row in &mut m[k + 1..] {
                    row[j] = row[j].plus(&then(&row[k], &onward));
                }
            }
            stars.push(star);
        }
        for k in (0..n).rev() {
            let late = (k + 1..n).fold(b[k].clone(), |sum, i| sum.plus(&then(&b[i], &m[i][k])));
            b[k] = then(&late, &stars[k]);
        }
        Ok(b)
    }
}

/// The states of a component in reverse depth-first postorder, and the position of each.
fn depth_first<S: Semiring>(
    links: &Links<S>,
    component: &[StateId],
) -> (Vec<StateId>, rustc_hash::FxHashMap<StateId, u32>) {
    // Until the order is known, a member's position is NONE where it was not met.
    let mut position: rustc_hash::FxHashMap<StateId, u32> = component.iter().map(|&s| (s, NONE)).collect();
    let mut order = Vec::with_capacity(component.len());
    let first = component.iter().min().copied().into_iter();
    let mut trail: Vec<_> = first.map(|s| (s, links.row(s))).collect();
    trail.iter().for_each(|(s, _)| _ = position.insert(*s, 0));
    while let Some((s, arcs)) = trail.last_mut() {
        match arcs.next().map(|arc| links.arcs[arc].0) {
            Some(t) => {
                if let Some(met) = position.get_mut(&t)
                    && *met == NONE
                {
                    *met = 0;
                    trail.push((t, links.row(t)));
                }
            }
            None => {
                order.push(*s);
                trail.pop();
            }
        }
    }
    order.reverse();
    order.iter().enumerate().for_each(|(i, &s)| _ = position.insert(s, i as u32));
    (order, position)
}
