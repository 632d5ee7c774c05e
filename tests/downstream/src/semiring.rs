//! The two best paths in one pass.

use energraph::semiring::Tolerance;
use energraph::{Commutative, Semiring, Weight};

/// The two lowest energies among a set of paths, in 1/65,536: whole numbers, so that equality is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TwoBest {
    best: i64,
    second: i64,
}

const NONE: i64 = i64::MAX;
const UNIT: f64 = 65_536.0;

impl TwoBest {
    /// One step of this energy.
    pub fn of(energy: f64) -> Self {
        let best = if energy == f64::INFINITY { NONE } else { (energy * UNIT).round() as i64 };
        TwoBest { best, second: NONE }
    }

    /// How far the second-best path is behind.
    pub fn margin(&self) -> f64 {
        if self.second == NONE { f64::INFINITY } else { (self.second - self.best) as f64 / UNIT }
    }
}

fn add(a: i64, b: i64) -> i64 {
    if a == NONE || b == NONE { NONE } else { a + b }
}

impl Weight for TwoBest {
    fn one() -> Self {
        TwoBest { best: 0, second: NONE }
    }
    fn zero() -> Self {
        TwoBest { best: NONE, second: NONE }
    }
    fn times(&self, r: &Self) -> Self {
        let seconds = add(self.best, r.second).min(add(self.second, r.best));
        TwoBest { best: add(self.best, r.best), second: seconds }
    }
    fn close(&self, r: &Self, _: Tolerance) -> bool {
        self == r
    }
}

impl Commutative for TwoBest {}

impl Semiring for TwoBest {
    fn plus(&self, r: &Self) -> Self {
        let mut all = [self.best, self.second, r.best, r.second];
        all.sort_unstable();
        TwoBest { best: all[0], second: all[1] }
    }
}

#[cfg(test)]
mod tests {
    use energraph::laws::{self, Laws, Sample, Samples};

    use super::*;

    impl Sample for TwoBest {
        fn exact() -> Samples<Self> {
            laws::boxed((-9..9_i64, 0..5_i64), |(best, gap)| TwoBest {
                best,
                second: if gap == 4 { NONE } else { best + gap },
            })
        }
        fn laws() -> Laws<Self> {
            Laws::weight().semiring().commutative()
        }
    }

    energraph::semiring_laws!(mod two_best: TwoBest => Semiring, Commutative);

    #[test]
    fn a_margin_is_the_gap_between_the_two_best_paths() {
        let paths = [3.0, 1.5, 2.0].map(TwoBest::of);
        assert_eq!(paths.iter().fold(TwoBest::zero(), |a, b| a.plus(b)).margin(), 0.5);
    }
}
