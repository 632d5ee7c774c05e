//! Masses `e^{−β·energy}`: their sums as free energies, and what shares they have.
//!
//! Shifted by the least energy: no sum overflows, and none loses all its terms. At the smallest β the logarithm of a sum,
//! divided by β, may be beyond all numbers; it is the least number that there is then.

use crate::paths::Beta;

/// Of so many terms, all but one so far behind it that the sum of their masses is lost beside its 1 are left out: the sum is the
/// same to the last bit, and needs no exponential. Chains have many such.
const FEW: usize = 8;
const LOST: f64 = 40.0;

/// `−1/β · log Σ e^{−β·x}`; the least of all where β is infinite.
#[inline]
pub(super) fn soft_min(terms: &[f64], beta: Beta) -> f64 {
    let least = terms.iter().copied().fold(f64::INFINITY, f64::min);
    match beta {
        Beta::Finite(beta) if least < f64::INFINITY && terms.len() > 1 => {
            let beta = beta.get();
            let more = |&x: &f64| beta * (least - x);
            if terms.len() <= FEW && terms.iter().filter(|x| more(x) >= -LOST).count() == 1 {
                return least.max(f64::MIN);
            }
            let sum = terms.iter().map(|x| more(x).exp()).sum::<f64>();
            (least - sum.ln() / beta).max(f64::MIN)
        }
        _ => least,
    }
}

/// The same of two, more exactly where one of them is all but lost.
pub(super) fn soft_add(a: f64, b: f64, beta: Beta) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    match beta {
        Beta::Finite(beta) if high < f64::INFINITY => {
            let beta = beta.get();
            (low - (-beta * (high - low)).exp().ln_1p() / beta).max(f64::MIN)
        }
        _ => low,
    }
}

/// The same of many that come one after the other, with one logarithm in all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mass {
    beta: Beta,
    least: f64,
    /// In units of the least one's.
    sum: f64,
}

impl Mass {
    pub(super) fn new(beta: Beta) -> Self {
        Mass { beta, least: f64::INFINITY, sum: 0.0 }
    }

    pub(super) fn add(&mut self, energy: f64) {
        let share = |more: f64| (-self.beta.get() * more).exp();
        if energy < self.least {
            let before = if self.sum > 0.0 { self.sum * share(self.least - energy) } else { 0.0 };
            (self.least, self.sum) = (energy, before + 1.0);
        } else if energy < f64::INFINITY && energy > self.least {
            self.sum += share(energy - self.least);
        } else if energy < f64::INFINITY {
            self.sum += 1.0;
        }
    }

    pub(super) fn free_energy(&self) -> f64 {
        match self.beta {
            Beta::Finite(beta) if self.least < f64::INFINITY => (self.least - self.sum.ln() / beta.get()).max(f64::MIN),
            _ => self.least,
        }
    }
}

/// Divides a share among the ways on, whose energies become their parts of it; returns the part of `last`, one more way. At
/// infinite β all of it goes to the first of the best, `last` before the others.
///
/// The parts are divided by their own sum, not by what the potential remembers of it: however large energies are, they sum
/// to the share.
#[inline]
pub(super) fn split(share: f64, beta: Beta, last: f64, ways: &mut [f64]) -> f64 {
    let least = ways.iter().copied().fold(last, f64::min);
    if least == f64::INFINITY {
        ways.fill(0.0);
        return 0.0;
    }
    let Beta::Finite(beta) = beta else {
        let best = if last <= least { None } else { ways.iter().position(|way| *way <= least) };
        ways.fill(0.0);
        return match best.and_then(|best| ways.get_mut(best)) {
            Some(way) => {
                *way = share;
                0.0
            }
            None => share,
        };
    };
    let part = |way: f64| if way < f64::INFINITY { (beta.get() * (least - way)).exp() } else { 0.0 };
    ways.iter_mut().for_each(|way| *way = part(*way));
    let factor = share / (part(last) + ways.iter().sum::<f64>());
    ways.iter_mut().for_each(|way| *way *= factor);
    factor * part(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEVER: f64 = f64::INFINITY;

    #[test]
    fn a_sum_is_the_same_however_its_terms_come() {
        let lists: [&[f64]; 6] = [&[], &[NEVER], &[1.0], &[0.5, 0.5, NEVER], &[3.0, -1.0, 800.0], &[-1e300, 1e300]];
        let finite = |beta| Beta::finite(beta).unwrap();
        for beta in [Beta::Infinite, Beta::ONE, finite(0.3), finite(1e-310), finite(1e300)] {
            for terms in lists {
                let sum = soft_min(terms, beta);
                let close = |x: f64| x == sum || (x - sum).abs() <= 1e-12 * (1.0 + sum.abs());
                let folded = terms.iter().fold(NEVER, |sum, &x| soft_add(sum, x, beta));
                let mut mass = Mass::new(beta);
                terms.iter().for_each(|&x| mass.add(x));
                assert!(close(folded) && close(mass.free_energy()), "{terms:?}: {sum} {folded} {mass:?}");
            }
        }
        assert!((soft_min(&[0.5, 0.5, NEVER], Beta::ONE) - (0.5 - 2.0_f64.ln())).abs() < 1e-15);
    }

    #[test]
    fn at_infinite_beta_the_first_of_the_best_has_all_of_the_share() {
        for (last, of_last, expected) in
            [(NEVER, 0.0, [0.0, 0.5, 0.0, 0.0]), (1.0, 0.5, [0.0; 4]), (0.0, 0.5, [0.0; 4])]
        {
            let mut ways = [2.0, 1.0, 1.0, NEVER];
            assert_eq!(split(0.5, Beta::Infinite, last, &mut ways), of_last);
            assert_eq!(ways, expected);
        }
        for beta in [Beta::Infinite, Beta::ONE] {
            let mut ways = [NEVER; 2];
            assert_eq!(split(1.0, beta, NEVER, &mut ways), 0.0);
            assert_eq!(ways, [0.0; 2]);
        }
    }
}
