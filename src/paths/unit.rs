//! The unit of energy in which sums are taken.

use super::PositiveF64;
use crate::semiring::Energy;

/// 2⁻⁵¹².
const TINY: f64 = f64::from_bits((1023 - 512) << 52);
/// 2⁻⁶⁰⁰.
const SMALL: f64 = f64::from_bits((1023 - 600) << 52);

/// That of the weights, unless β is tiny: a free energy of some hundred nats is no `f64` then. A power of 2, so that
/// nothing is rounded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    factor: f64,
    /// β as given, for energies in the unit of the weights.
    pub(super) given: PositiveF64,
    /// β for energies in this one.
    pub(super) beta: f64,
}

impl Unit {
    pub(super) fn of(beta: PositiveF64) -> Self {
        let factor = if beta.get() < TINY { SMALL } else { 1.0 };
        Unit { factor, given: beta, beta: beta.get() / factor }
    }

    /// An energy in this unit.
    pub(super) fn energy(self, weight: Energy) -> f64 {
        weight.wide() * self.factor
    }

    /// A free energy in the unit of the weights: the lowest or the highest finite number where it lies beyond them.
    pub(super) fn back(self, energy: f64) -> f64 {
        if energy == f64::INFINITY { energy } else { (energy / self.factor).clamp(f64::MIN, f64::MAX) }
    }
}
