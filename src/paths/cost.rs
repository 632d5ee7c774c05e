//! What something costs beyond the best.

use std::cmp::Ordering;

/// Energy beyond that of the whole graph and, where the graph has cycles, arcs beyond those of its best path.
///
/// Weights are made relative to the backward potentials: an arc then costs what taking it adds to the free energy of
/// everything possible before. For min-sum that is 0 along best ways, exactly, so that ties stay ties; for log-sum it
/// is −1/β · log of the arc's probability among the ways on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cost {
    pub(crate) energy: f64,
    pub(crate) arcs: i64,
}

impl Cost {
    pub(crate) const FREE: Cost = Cost { energy: 0.0, arcs: 0 };
    pub(super) const NEVER: Cost = Cost { energy: f64::INFINITY, arcs: 0 };

    pub(super) fn plus(self, r: Cost) -> Cost {
        Cost { energy: self.energy + r.energy, arcs: self.arcs + r.arcs }
    }

    pub(super) fn order(&self, r: &Cost) -> Ordering {
        self.energy.total_cmp(&r.energy).then(self.arcs.cmp(&r.arcs))
    }

    /// The lower.
    pub(super) fn or(self, r: Cost) -> Cost {
        if r.energy < self.energy || (r.energy == self.energy && r.arcs < self.arcs) { r } else { self }
    }

    /// How much of a mass this is the lowest part of another one brings: `e^{−β·(r − self)}`.
    pub(super) fn share(self, r: Cost, beta: f64) -> f64 {
        if r.energy == f64::INFINITY { 0.0 } else { (-beta * (r.energy - self.energy)).exp() }
    }

    /// The cost of so many times the mass of this one.
    pub(super) fn over(self, mass: f64, beta: f64) -> Cost {
        Cost { energy: (self.energy - mass.ln() / beta).max(f64::MIN), arcs: 0 }
    }
}
