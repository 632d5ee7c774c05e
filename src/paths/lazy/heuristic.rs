//! What a search knows about the rest of a path.

use crate::graph::StateId;
use crate::ops::{LazyGraph, OpError};
use crate::paths::potentials::Potentials;
use crate::paths::{Beta, PathError};
use crate::semiring::Energy;

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
    /// By input and state; `None` where nothing is known.
    after: Option<Vec<Vec<f64>>>,
}

impl Heuristic {
    /// No knowledge: the bound is 0, and the search is Dijkstra's. Energies must not be negative; one that is met is
    /// refused, and one that is not met before the search ends goes unnoticed.
    pub fn none() -> Self {
        Heuristic { after: None }
    }

    /// From the inputs of a lazy graph. It serves every search in it, and in every lazy graph of the same inputs.
    ///
    /// # Errors
    /// [`PathError::Diverges`] where accepting paths of an input run through a cycle of negative energy.
    ///
    /// # Cost
    /// For each input, all of it: as [`free_energy`](crate::paths::free_energy()) at infinite β, linear without cycles.
    pub fn of<G: LazyGraph<Weight = Energy> + ?Sized>(g: &G) -> Result<Self, PathError> {
        let after = g.inputs().into_iter().map(|input| Ok(Potentials::new(input, Beta::Infinite)?.after));
        Ok(Heuristic { after: Some(after.collect::<Result<_, PathError>>()?) })
    }

    pub(super) fn is_none(&self) -> bool {
        self.after.is_none()
    }

    /// That it belongs to a graph's inputs.
    pub(super) fn check<G: LazyGraph<Weight = Energy> + ?Sized>(&self, g: &G) -> Result<(), PathError> {
        let Some(after) = &self.after else { return Ok(()) };
        let inputs = g.inputs();
        let (found, states) = (after.iter().map(Vec::len), inputs.iter().map(|g| g.states()));
        if found.clone().eq(states.clone()) {
            return Ok(());
        }
        Err(OpError::Count { what: "bounds", found: found.sum(), states: states.sum() }.into())
    }

    /// The bound, given the state of each input.
    pub(super) fn at(&self, parts: &[StateId]) -> f64 {
        let after = self.after.iter().flatten().zip(parts);
        after.map(|(after, &part)| after.get(part as usize).copied().unwrap_or(f64::INFINITY)).sum()
    }
}
