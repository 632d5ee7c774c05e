//! What is still to come: the free energy of everything that can follow a state.

use super::cost::Cost;
use super::order::Order;
use super::unit::Unit;
use super::{Beta, PathError, shortest};
use crate::graph::{ArcId, Graph, StateId};
use crate::semiring::Energy;

/// How a path goes on from a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    End,
    Arc(ArcId),
}

/// Backward potentials.
#[derive(Debug, Clone)]
pub(super) struct Potentials {
    /// By state: F_β over all ways from it to an end, final energy included; +∞ where there is none. States that no
    /// accepting path visits may hold anything.
    pub after: Vec<f64>,
    /// Number of arcs on the best way on, where the graph has cycles: among ways of equal energy the one with fewest
    /// arcs is taken, so that a cycle of energy 0 is never walked. `None` for acyclic graphs.
    pub arcs: Option<Vec<u32>>,
    /// `None` where the graph has cycles.
    pub order: Option<Order>,
}

impl Potentials {
    /// Cost: linear for acyclic graphs; as [`shortest::backward`] elsewhere.
    pub fn new(g: &Graph<Energy>, beta: Beta) -> Result<Self, PathError> {
        let order = match (Order::of(g), beta) {
            (Ok(order), _) => order,
            (Err(_), Beta::Infinite) => {
                let (after, arcs) = shortest::backward(g)?;
                return Ok(Potentials { after, arcs: Some(arcs), order: None });
            }
            (Err(cyclic), Beta::Finite(_)) => return Err(cyclic.into()),
        };
        let after = match beta {
            Beta::Infinite => lowest(g, &order),
            Beta::Finite(beta) => {
                let unit = Unit::of(beta);
                let mut after = after(g, &order, unit);
                after.iter_mut().for_each(|x| *x = unit.back(*x));
                after
            }
        };
        Ok(Potentials { after, arcs: None, order: Some(order) })
    }

    /// F_β of the whole graph.
    pub fn total(&self, g: &Graph<Energy>) -> f64 {
        g.start().map_or(f64::INFINITY, |s| self.after[s as usize])
    }

    /// Energy from a state on, and the number of arcs where that decides ties.
    pub fn at(&self, state: StateId) -> (f64, u32) {
        (self.after[state as usize], self.arcs.as_ref().map_or(0, |n| n[state as usize]))
    }

    /// Energy of going on from a state this way, and the number of arcs where that decides ties.
    pub fn along(&self, g: &Graph<Energy>, state: StateId, way: Way) -> (f64, u32) {
        match way {
            Way::End => (g.final_weight(state).wide(), 0),
            Way::Arc(id) => {
                let a = &g.all_arcs()[id as usize];
                let t = a.target as usize;
                (a.weight.wide() + self.after[t], self.arcs.as_ref().map_or(0, |n| n[t].saturating_add(1)))
            }
        }
    }

    /// What going on this way adds to the best, or to everything, that was possible in the state; `None` where it is impossible.
    pub fn beyond(&self, g: &Graph<Energy>, state: StateId, way: Way) -> Option<Cost> {
        let (energy, arcs) = self.along(g, state, way);
        let (before, arcs_before) = self.at(state);
        let excess = Cost { energy: (energy - before).max(0.0), arcs: i64::from(arcs) - i64::from(arcs_before) };
        (energy < f64::INFINITY).then_some(excess)
    }

    /// The way on of lowest energy: ending before going on, then the lowest arc; `None` where none is possible.
    pub fn best_way(&self, g: &Graph<Energy>, state: StateId) -> Option<Way> {
        let ways = std::iter::once(Way::End).chain(g.arc_ids(state).map(Way::Arc));
        let mut best = (f64::INFINITY, u32::MAX);
        let mut chosen = None;
        for way in ways {
            let value = self.along(g, state, way);
            if value.0 < best.0 || (value.0 == best.0 && value.1 < best.1 && chosen.is_some()) {
                (best, chosen) = (value, Some(way));
            }
        }
        chosen
    }
}

/// The lowest energy of a way to an end, by state of an acyclic graph.
fn lowest(g: &Graph<Energy>, order: &Order) -> Vec<f64> {
    let mut after = vec![f64::INFINITY; g.states()];
    for s in order.backward() {
        let onward = g.arcs(s).iter().map(|a| a.weight.wide() + after[a.target as usize]);
        after[s as usize] = onward.fold(g.final_weights()[s as usize].wide(), f64::min);
    }
    after
}

/// F_β over all ways to an end, in this unit, by state of an acyclic graph.
pub(super) fn after(g: &Graph<Energy>, order: &Order, unit: Unit) -> Vec<f64> {
    let mut after = vec![f64::INFINITY; g.states()];
    let mut ways = Vec::new();
    for s in order.backward() {
        let end = unit.energy(g.final_weights()[s as usize]);
        ways.clear();
        ways.extend(g.arcs(s).iter().map(|a| unit.energy(a.weight) + after[a.target as usize]));
        after[s as usize] = gather(&mut ways, end, unit.beta).0;
    }
    after
}

/// Sums ways on: `ways` holds their energies and becomes the share of each in `Σ e^{−β·energy}`; `end` is one more.
/// Returns the free energy of all of them and the share of `end`.
///
/// The largest term is 1 by the shift, so neither overflow nor the loss of every term can happen.
pub(super) fn gather(ways: &mut [f64], end: f64, beta: f64) -> (f64, f64) {
    let low = ways.iter().copied().fold(end, f64::min);
    if low == f64::INFINITY {
        ways.fill(0.0);
        return (low, 0.0);
    }
    let share = |energy: f64| if energy == f64::INFINITY { 0.0 } else { (-beta * (energy - low)).exp() };
    let end_share = share(end);
    if let [only] = ways
        && (end_share == 0.0)
    {
        // A chain needs no logarithm.
        *only = 1.0;
        return (low, 0.0);
    }
    let mut sum = end_share;
    for way in ways.iter_mut() {
        *way = share(*way);
        sum += *way;
    }
    let scale = 1.0 / sum;
    ways.iter_mut().for_each(|way| *way *= scale);
    // A tiny β can carry the sum below the lowest number; −∞ would turn into NaN later.
    ((low - sum.ln() / beta).max(f64::MIN), end_share * scale)
}
