//! The reals, whose sums cancel: for the lies about absolute weights that a semiring without signs cannot tell.

use std::hash::{Hash, Hasher};

use energraph::laws::{self, Laws, Sample, Samples};
use energraph::semiring::{Commutative, Diverges, LeftDivide, Quantum, Semiring, Star, Tolerance, Weight};
use proptest::prelude::{Strategy, any};

use super::{Lie::*, lie};

#[derive(Clone, Copy, Debug)]
pub struct Real(f64);

impl PartialEq for Real {
    fn eq(&self, r: &Self) -> bool {
        self.0.to_bits() == r.0.to_bits()
    }
}
impl Eq for Real {}
impl Hash for Real {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state)
    }
}

impl Weight for Real {
    fn one() -> Self {
        Real(1.0)
    }
    fn zero() -> Self {
        Real(0.0)
    }
    fn times(&self, r: &Self) -> Self {
        Real(self.0 * r.0 + 0.0)
    }
    fn close(&self, r: &Self, t: Tolerance) -> bool {
        t.admits(self.0, r.0)
    }
}
impl Commutative for Real {}
impl Semiring for Real {
    fn plus(&self, r: &Self) -> Self {
        Real(self.0 + r.0 + 0.0)
    }
}

impl Star for Real {
    fn star(&self) -> Result<Self, Diverges> {
        if self.0.abs() < 1.0 { Ok(Real(1.0 / (1.0 - self.0))) } else { Err(Diverges { weight: self.0.to_string() }) }
    }
    fn absolute(&self) -> Option<Self> {
        match lie() {
            AbsoluteForgotten => None,
            AbsoluteKeepsSigns => Some(*self),
            AbsoluteForgetsSizes => Some(if self.is_zero() { Self::zero() } else { Self::one() }),
            _ => Some(Real(self.0.abs())),
        }
    }
}

impl LeftDivide for Real {
    fn left_divide(&self, by: &Self) -> Option<Self> {
        (!by.is_zero()).then(|| Real(self.0 / by.0 + 0.0))
    }
    fn quantize(&self, quantum: Quantum) -> Self {
        let shift = if lie() == QuantizeShiftsReals { 1000.0 } else { 0.0 };
        Real(quantum.round(self.0) + shift)
    }
}

impl Sample for Real {
    // The star does.
    const PLUS_ROUNDS: bool = true;

    fn exact() -> Samples<Self> {
        let size = laws::powers_of_two(|x| Some(Real(x)));
        (any::<bool>(), size).prop_map(|(minus, x)| if minus { Real(-x.0) } else { x }).boxed()
    }
    fn numbers(&self) -> Vec<f64> {
        vec![self.0]
    }
    fn divergent() -> Option<Samples<Self>> {
        Some(Self::exact().prop_filter("converges", |x| x.0.abs() >= 1.0).boxed())
    }
    fn laws() -> Laws<Self> {
        Laws::weight().commutative().semiring().star().left_divide()
    }
}
