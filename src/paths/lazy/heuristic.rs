//! What a search knows about the rest of a path.

use crate::graph::{Graph, StateId};
use crate::ops::{LazyGraph, OpError};
use crate::paths::potentials::Potentials;
use crate::paths::{Beta, PathError};
use crate::semiring::{Energy, Weight};

/// A lower bound of the energy from every state of a lazy graph to an end.
///
/// A path of a composition moves in each of its inputs, and what it still costs is at least the sum of what the best
/// ways on cost in each input alone, labels ignored. A search that adds this bound (A*) expands no state whose bound
/// shows that it is on no path as good as the best:
///
/// ```text
/// state (l, r):  energy so far + [best way on from l in a] + [best way on from r in b]  ≤  any path through it
/// ```
///
/// The bound is exact where labels forbid nothing, and moves negative energies out of the way as well.
#[derive(Debug, Clone)]
pub struct Heuristic {
    /// By input; `None` where nothing is known.
    ahead: Option<Vec<Ahead>>,
}

/// What is known of an input.
#[derive(Debug, Clone)]
struct Ahead {
    /// By state, the lowest energy from it to an end.
    after: Vec<f64>,
    /// By state, the furthest from 0 that an energy of its arcs and its end is; what is impossible is left out.
    largest: Vec<f32>,
}

impl Ahead {
    fn new(input: &Graph<Energy>) -> Result<Self, PathError> {
        let after = Potentials::new(input, Beta::Infinite)?.after;
        let largest = (0..).zip(&after).map(|(state, _)| {
            let arcs = input.arcs(state).iter().map(|a| a.weight);
            let possible = arcs.chain([input.final_weight(state)]).filter(|e| !e.is_zero());
            possible.map(|e| e.get().abs()).fold(0.0, f32::max)
        });
        Ok(Ahead { largest: largest.collect(), after })
    }
}

impl Heuristic {
    /// No knowledge: the bound is 0, and the search is Dijkstra's. Energies must not be negative; one that is met is
    /// refused, and one that is not met before the search ends goes unnoticed.
    pub fn none() -> Self {
        Heuristic { ahead: None }
    }

    /// From the inputs of a lazy graph. It serves every search in it, and in every lazy graph of the same inputs.
    ///
    /// # Errors
    /// [`PathError::Diverges`] where accepting paths of an input run through a cycle of negative energy.
    ///
    /// # Cost
    /// For each input, all of it: as [`free_energy`](crate::paths::free_energy()) at infinite β, linear without cycles.
    pub fn of<G: LazyGraph<Weight = Energy> + ?Sized>(g: &G) -> Result<Self, PathError> {
        let ahead = g.inputs().into_iter().map(Ahead::new).collect::<Result<_, _>>()?;
        Ok(Heuristic { ahead: Some(ahead) })
    }

    pub(super) fn is_none(&self) -> bool {
        self.ahead.is_none()
    }

    /// That it belongs to a graph's inputs.
    pub(super) fn check<G: LazyGraph<Weight = Energy> + ?Sized>(&self, g: &G) -> Result<(), PathError> {
        let Some(ahead) = &self.ahead else { return Ok(()) };
        let inputs = g.inputs();
        let (found, states) = (ahead.iter().map(|a| a.after.len()), inputs.iter().map(|g| g.states()));
        if found.clone().eq(states.clone()) {
            return Ok(());
        }
        Err(OpError::Count { what: "bounds", found: found.sum(), states: states.sum() }.into())
    }

    /// The bound, given the state of each input.
    pub(super) fn at(&self, parts: &[StateId]) -> f64 {
        let ahead = self.ahead.iter().flatten().zip(parts);
        ahead.map(|(a, &part)| a.after.get(part as usize).copied().unwrap_or(f64::INFINITY)).sum()
    }

    /// By how much rounding may have a step from here make the bound fall, given the state of each input.
    ///
    /// A composition adds one energy of each input, in any order, and rounds every sum to `f32`; a sum that its range
    /// does not hold becomes the end of the range. What cancels later leaves the errors behind, so that the weight of
    /// the step does not tell how large they are: what was added does. Bounds are rounded too, to `f64`.
    pub(super) fn rounding(&self, parts: &[StateId]) -> f64 {
        let here = || self.ahead.iter().flatten().zip(parts);
        let largest: f64 = here().filter_map(|(a, &part)| a.largest.get(part as usize)).map(|&e| f64::from(e)).sum();
        let after = here().filter_map(|(a, &part)| a.after.get(part as usize));
        let bounds: f64 = after.filter(|e| e.is_finite()).map(|e| e.abs()).sum();
        let sums = parts.len() as f64;
        let cut_off = (largest - f64::from(f32::MAX)).max(0.0);
        cut_off + sums * (f64::from(f32::EPSILON) * largest + 4.0 * f64::EPSILON * bounds)
    }

    /// Whether a sum of energies, one of each input, may be beyond the range of `f32`.
    pub(super) fn may_cut_off(&self) -> bool {
        let largest = |a: &Ahead| a.largest.iter().copied().fold(0.0, f32::max);
        self.ahead.iter().flatten().map(|a| f64::from(largest(a))).sum::<f64>() > f64::from(f32::MAX)
    }
}
