//! The counting semiring: how many paths are there?

use super::{Commutative, Diverges, Semiring, Star, Tolerance, Weight};

/// Natural numbers under + and ×, with `u64::MAX` standing for "that many or more".
///
/// Capping keeps the semiring laws: it maps the naturals onto 0..=`u64::MAX` and commutes with + and ×.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Counting(pub u64);

impl Weight for Counting {
    fn one() -> Self {
        Counting(1)
    }
    fn zero() -> Self {
        Counting(0)
    }
    fn times(&self, r: &Self) -> Self {
        Counting(self.0.saturating_mul(r.0))
    }
    fn close(&self, r: &Self, _: Tolerance) -> bool {
        self == r
    }
}

impl Commutative for Counting {}

impl Semiring for Counting {
    fn plus(&self, r: &Self) -> Self {
        Counting(self.0.saturating_add(r.0))
    }
}

impl Star for Counting {
    fn star(&self) -> Result<Self, Diverges> {
        if self.0 == 0 { Ok(Counting(1)) } else { Err(Diverges { weight: self.0.to_string() }) }
    }
}
