//! The Boolean semiring: is there a path at all?

use std::cmp::Ordering;

use super::{
    Cancellative, Commutative, Diverges, Idempotent, LeftDivide, PathProperty, Semiring, Star, Tolerance, Weight,
};

/// Existence: ⊕ is "or", ⊗ is "and".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Boolean(pub bool);

impl Weight for Boolean {
    fn one() -> Self {
        Boolean(true)
    }
    fn zero() -> Self {
        Boolean(false)
    }
    fn times(&self, r: &Self) -> Self {
        Boolean(self.0 && r.0)
    }
    fn close(&self, r: &Self, _: Tolerance) -> bool {
        self == r
    }
}

impl Commutative for Boolean {}

impl Cancellative for Boolean {}

impl Semiring for Boolean {
    fn plus(&self, r: &Self) -> Self {
        Boolean(self.0 || r.0)
    }
}

impl Idempotent for Boolean {}

impl PathProperty for Boolean {
    fn order(&self, r: &Self) -> Ordering {
        r.0.cmp(&self.0)
    }
}

impl Star for Boolean {
    fn star(&self) -> Result<Self, Diverges> {
        Ok(Boolean(true))
    }
}

impl LeftDivide for Boolean {
    fn left_divide(&self, by: &Self) -> Option<Self> {
        by.0.then_some(*self)
    }
}
