//! The sum over all walks within a component, by eliminating one state after another.
//!
//! With A the weights of its arcs and b what enters each state, the sums are the least x with x = b + x·A. To eliminate state k
//! is to lead each walk through it past it: every pair of an arc i → k and an arc k → j becomes an arc i → j, of weight
//! A(i,k)·A(k,k)*·A(k,j). The state of the fewest such pairs comes first, so that few arcs are added where few meet.
//!
//! Source: D. Lehmann, *Algebraic structures for transitive closure*, 1977, in the order of H. Markowitz, *The elimination form
//! of the inverse and its application to linear programming*, 1957.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::semiring::{Diverges, Star};

/// `b·A*`, from the arcs of A by source; `None` where more than `most` pairs of arcs would be led past a state
/// in all, by what the rest looks like at some point.
///
/// `then` is ⊗ in the direction of the sums. Cost: a tree look-up for each pair, and an entry for each arc that it adds.
pub(super) fn sums<'s, S: Star + 's>(
    arcs: impl Iterator<Item = impl Iterator<Item = (u32, &'s S)>>,
    b: &[S],
    then: impl Fn(&S, &S) -> S,
    most: usize,
) -> Result<Option<Vec<S>>, Diverges> {
    if most < b.len() {
        return Ok(None);
    }
    let mut left = Sparse::new(arcs, b.len());
    let mut b = b.to_vec();
    let mut heap: BinaryHeap<_> = (0..b.len() as u32).map(|k| Reverse((left.pairs(k), k))).collect();
    let mut gone: Vec<Gone<S>> = Vec::with_capacity(b.len());
    let (mut steps, mut done) = (0_usize, vec![false; b.len()]);
    while let Some(Reverse((pairs, k))) = heap.pop() {
        if done[k as usize] || pairs != left.pairs(k) {
            continue;
        }
        done[k as usize] = true;
        steps += pairs + 1;
        // Those that are left have no fewer pairs, but for what the last ones have no room for: a third of that at least.
        let left_over = (b.len() - gone.len()).saturating_mul(pairs) / 3;
        if steps.saturating_add(left_over) > most {
            return Ok(None);
        }
        let (into, out, around) = left.take(k);
        let star = around.map_or(Ok(S::one()), |w| w.star())?;
        for (j, w) in &out {
            let onward = then(&star, w);
            if onward.is_zero() {
                continue;
            }
            b[*j as usize] = b[*j as usize].plus(&then(&b[k as usize], &onward));
            into.iter().for_each(|(i, w)| left.add(*i, *j, then(w, &onward)));
        }
        for near in into.iter().chain(&out).map(|(s, _)| *s) {
            heap.push(Reverse((left.pairs(near), near)));
        }
        gone.push(Gone { state: k, star, into });
    }
    for Gone { state, star, into } in gone.into_iter().rev() {
        let late = into.iter().fold(b[state as usize].clone(), |sum, (i, w)| sum.plus(&then(&b[*i as usize], w)));
        b[state as usize] = then(&late, &star);
    }
    Ok(Some(b))
}

/// A state that has been eliminated, and the arcs that led to it then.
struct Gone<S> {
    state: u32,
    star: S,
    into: Vec<(u32, S)>,
}

/// The arcs between states that have not been eliminated.
struct Sparse<S> {
    rows: Vec<BTreeMap<u32, S>>,
    columns: Vec<BTreeSet<u32>>,
}

/// Arcs of a state, by the state at their other end.
type Arcs<S> = Vec<(u32, S)>;

impl<S: Star> Sparse<S> {
    fn new<'s>(arcs: impl Iterator<Item = impl Iterator<Item = (u32, &'s S)>>, states: usize) -> Self
    where
        S: 's,
    {
        let mut made = Sparse { rows: vec![BTreeMap::new(); states], columns: vec![BTreeSet::new(); states] };
        for (s, row) in (0..).zip(arcs) {
            row.for_each(|(t, w)| made.add(s, t, w.clone()));
        }
        made
    }

    fn add(&mut self, from: u32, to: u32, weight: S) {
        let sum = self.rows[from as usize].entry(to).or_insert_with(S::zero);
        *sum = sum.plus(&weight);
        self.columns[to as usize].insert(from);
    }

    /// Pairs of an arc to a state and one from it, loops among them.
    fn pairs(&self, state: u32) -> usize {
        self.rows[state as usize].len().saturating_mul(self.columns[state as usize].len())
    }

    /// Takes a state out: the arcs to it, those from it, and its loop.
    fn take(&mut self, state: u32) -> (Arcs<S>, Arcs<S>, Option<S>) {
        let mut row = std::mem::take(&mut self.rows[state as usize]);
        let around = row.remove(&state);
        let mut into = Vec::new();
        for i in std::mem::take(&mut self.columns[state as usize]) {
            if i != state
                && let Some(w) = self.rows[i as usize].remove(&state)
            {
                into.push((i, w));
            }
        }
        row.keys().for_each(|&j| _ = self.columns[j as usize].remove(&state));
        (into, row.into_iter().collect(), around)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semiring::{LogSum, Semiring, Weight};

    #[test]
    fn sums_are_those_of_walks_counted_one_by_one() {
        let mut seed = 3_u32;
        let mut draw = |of: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % of
        };
        for n in (0..8_u32).cycle().take(400) {
            // Whatever leaves a state has a mass below 1: walks of many steps have next to none.
            let mass = |x: u32| 0.9 * f64::from(x) / (10.0 * f64::from(n));
            let row = |_| (0..n).map(|_| if draw(3) > 0 { 0.0 } else { mass(draw(11)) }).collect::<Vec<_>>();
            let a: Vec<Vec<f64>> = (0..n).map(row).collect();
            let b: Vec<f64> = (0..n).map(|_| f64::from(draw(3))).collect();
            let (mut walks, mut wanted) = (b.clone(), b.clone());
            for _ in 0..400 {
                let step = |j: usize| walks.iter().zip(&a).map(|(x, row)| x * row[j]).sum();
                walks = (0..n as usize).map(step).collect();
                wanted.iter_mut().zip(&walks).for_each(|(sum, x)| *sum += x);
            }
            let log = |x: &f64| LogSum::<f64>::new(-x.ln()).unwrap();
            let arcs: Vec<Vec<LogSum<f64>>> = a.iter().map(|row| row.iter().map(log).collect()).collect();
            let arcs = arcs.iter().map(|row| (0..).zip(row).filter(|(_, w)| !w.is_zero()));
            let b: Vec<LogSum<f64>> = b.iter().map(log).collect();
            let found = sums(arcs, &b, |x, y| x.times(y), usize::MAX).unwrap().unwrap();
            for (found, wanted) in found.iter().zip(&wanted) {
                assert!(((-found.get()).exp() - wanted).abs() < 1e-9 * (1.0 + wanted), "{found:?} {wanted} {a:?}");
            }
        }
    }

    #[test]
    fn a_cycle_of_mass_1_has_no_sum_and_many_pairs_no_room() {
        let half = LogSum::<f64>::new(2.0_f64.ln()).unwrap();
        let rows = |w| [vec![(0, w), (1, w)], vec![(0, w), (1, w)]];
        let ask = |w: &LogSum<f64>, most| {
            let rows = rows(*w);
            let arcs = rows.iter().map(|row| row.iter().map(|(t, w)| (*t, w)));
            sums(arcs, &[LogSum::one(); 2], |x, y| x.times(y), most).map(|found| found.is_some())
        };
        assert!(ask(&half, usize::MAX).is_err());
        assert_eq!(ask(&half.times(&half), usize::MAX), Ok(true));
        assert_eq!(ask(&half.times(&half), 2), Ok(false));
        assert_eq!(half.plus(&half), LogSum::one());
    }
}
