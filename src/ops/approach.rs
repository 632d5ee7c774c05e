//! The sum over all walks within a component, approached round by round.
//!
//! What has reached a state and was not passed on yet goes along its arcs; a round takes every state once. What is still on its
//! way shrinks by a factor a round where the sum converges, and the sum is found when no digit of it would change. So it lacks
//! no more than some last digits: fewer than there were rounds, as so many walks end before they have returned as often.
//!
//! The queues of a shortest distance go in rounds as well, to a tolerance of the caller's and over a whole graph.
//!
//! Source: M. Mohri, *Semiring frameworks and algorithms for shortest-distance problems*, 2002; the order of a round is that of
//! the states, as C. Gauss and L. Seidel have it.

use super::nearest::is_end_of_numbers;
use crate::semiring::{Diverges, Star};

/// Arcs of a state within the component, by the position of their target.
pub(super) type Row<'s, S> = Vec<(u32, &'s S)>;

/// `b·A*`, from the arcs of A by source; `None` where it has not settled once so many arcs were followed.
///
/// `then` is ⊗ in the direction of the sums. Cost: arcs a round.
pub(super) fn sums<S: Star>(
    rows: &[Row<'_, S>],
    b: &[S],
    then: impl Fn(&S, &S) -> S,
    most: usize,
) -> Result<Option<Vec<S>>, Diverges> {
    let loops = |(s, row): (usize, &Row<'_, S>)| {
        let around = row.iter().filter(|(t, _)| *t as usize == s).fold(S::zero(), |sum, (_, w)| sum.plus(w));
        around.star()
    };
    let loops: Vec<S> = rows.iter().enumerate().map(loops).collect::<Result<_, _>>()?;
    let settle = |b: &[S]| settle(rows, &loops, b, &then, most);
    // The digits of large numbers would hide a sum that grows without end; seen from 1̄ everywhere it does so in small ones.
    let Some(ones) = settle(&vec![S::one(); rows.len()]) else { return Ok(None) };
    if ones.iter().any(is_end_of_numbers) { Ok(None) } else { Ok(settle(b)) }
}

fn settle<S: Star>(
    rows: &[Row<'_, S>],
    loops: &[S],
    b: &[S],
    then: &impl Fn(&S, &S) -> S,
    most: usize,
) -> Option<Vec<S>> {
    let (mut sums, mut rest) = (vec![S::zero(); rows.len()], b.to_vec());
    let (mut followed, mut settled) = (0, false);
    while !settled {
        if followed > most {
            return None;
        }
        settled = true;
        for (s, row) in rows.iter().enumerate() {
            // What changes nothing is kept, and counts as soon as there is more of it.
            if sums[s].plus(&rest[s]) == sums[s] {
                continue;
            }
            settled = false;
            let here = then(&std::mem::replace(&mut rest[s], S::zero()), &loops[s]);
            sums[s] = sums[s].plus(&here);
            for (t, w) in row.iter().filter(|(t, _)| *t as usize != s) {
                let there = &mut rest[*t as usize];
                *there = there.plus(&then(&here, w));
            }
            followed += row.len();
        }
    }
    sums.iter_mut().zip(&rest).zip(loops).for_each(|((sum, rest), around)| *sum = sum.plus(&then(rest, around)));
    Some(sums)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semiring::{Counting, LogSum, Probability, Semiring, Weight};

    fn rows<S>(arcs: &[Vec<(u32, S)>]) -> Vec<Row<'_, S>> {
        arcs.iter().map(|row| row.iter().map(|(t, w)| (*t, w)).collect()).collect()
    }

    fn log(mass: f64) -> LogSum<f64> {
        LogSum::new(-mass.ln()).unwrap()
    }

    #[test]
    fn sums_are_those_of_the_system_of_equations() {
        let mut seed = 5_u32;
        let mut draw = |of: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % of
        };
        for n in (1..9_u32).cycle().take(400) {
            let mass = |x: u32| 0.9 * f64::from(x) / (10.0 * f64::from(n));
            let a: Vec<Vec<(u32, f64)>> = (0..n)
                .map(|_| (0..n).filter_map(|t| Some((t, mass(draw(11)))).filter(|(_, m)| *m > 0.0)).collect())
                .collect();
            let b: Vec<f64> = (0..n).map(|_| f64::from(draw(3))).collect();
            let (arcs, enter): (Vec<Vec<_>>, Vec<_>) = (
                a.iter().map(|row| row.iter().map(|(t, m)| (*t, log(*m))).collect()).collect(),
                b.iter().map(|x| log(*x)).collect(),
            );
            let found = sums(&rows(&arcs), &enter, |x, y| x.times(y), usize::MAX).unwrap().unwrap();
            let x: Vec<f64> = found.iter().map(|x| (-x.get()).exp()).collect();
            let mut left = b.clone();
            for (row, x) in a.iter().zip(&x) {
                row.iter().for_each(|(t, m)| left[*t as usize] += x * m);
            }
            for (x, left) in x.iter().zip(&left) {
                assert!((x - left).abs() <= 1e-13 * (1.0 + left), "{x} {left} {a:?} {b:?}");
            }
        }
    }

    #[test]
    fn what_grows_without_end_does_not_settle_not_even_unseen() {
        // Two states, each way with mass 1; what enters weighs so much that the digits of its energy hide what is added.
        let arcs = [vec![(1, log(1.0))], vec![(0, log(1.0))]];
        let heavy = LogSum::<f32>::new(1e9).unwrap();
        let single = [vec![(1, LogSum::<f32>::one())], vec![(0, LogSum::<f32>::one())]];
        assert_eq!(sums(&rows(&arcs), &[log(1.0), log(0.5)], |x, y| x.times(y), 100_000), Ok(None));
        assert_eq!(sums(&rows(&single), &[heavy; 2], |x, y| x.times(y), 100_000), Ok(None));
        // Counts stay at the greatest there is.
        let two = Counting::one().plus(&Counting::one());
        let counts = [vec![(1, two)], vec![(0, two)]];
        assert_eq!(sums(&rows(&counts), &[Counting::one(); 2], |x, y| x.times(y), 100_000), Ok(None));
        let around = [vec![(0, Probability::<f64>::new(1.5).unwrap())]];
        assert!(sums(&rows(&around), &[Probability::one()], |x, y| x.times(y), 100).is_err());
    }

    #[test]
    fn small_masses_are_sums_to_their_own_digits() {
        let tiny = |x: f64| Probability::<f64>::new(x).unwrap();
        let arcs = [vec![(1, tiny(1e-200))], vec![(0, tiny(1e-60)), (1, tiny(0.5))]];
        let found = sums(&rows(&arcs), &[tiny(1e-50), Probability::zero()], |x, y| x.times(y), 1_000).unwrap().unwrap();
        assert!((found[1].get() / 2e-250 - 1.0).abs() < 1e-12, "{found:?}");
    }
}
