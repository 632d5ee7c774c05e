//! Building graphs state by state and arc by arc.

use super::{Arc, ArcId, Graph, GraphError, Label, StateId};
use crate::semiring::Weight;

/// Collects states and arcs in any order; [`GraphBuilder::build`] checks and freezes them.
///
/// Arcs keep, within each source state, the order in which they were added; across states they are sorted.
/// Where an arc ended up is what [`GraphBuilder::build_with_positions`] tells.
#[derive(Debug, Clone)]
pub struct GraphBuilder<W> {
    start: Option<StateId>,
    finals: Vec<W>,
    /// States asked for that there is no room for: they are counted, and refused in the end.
    beyond: usize,
    arcs: Vec<(StateId, Arc<W>)>,
    /// The highest-numbered state that a final weight was given to without existing.
    stray_final: Option<StateId>,
}

impl<W: Weight> Default for GraphBuilder<W> {
    fn default() -> Self {
        GraphBuilder::new()
    }
}

impl<W: Weight> GraphBuilder<W> {
    /// Nothing yet.
    pub fn new() -> Self {
        GraphBuilder { start: None, finals: Vec::new(), beyond: 0, arcs: Vec::new(), stray_final: None }
    }

    /// Adds a state that is not final.
    pub fn state(&mut self) -> StateId {
        self.add_states(1)
    }

    /// Adds `n` states and returns the first.
    ///
    /// More than 32 bits count, or than memory has room for, are counted and not made; [`GraphBuilder::build`] refuses them.
    pub fn add_states(&mut self, n: usize) -> StateId {
        let first = self.states();
        let fits = first.checked_add(n).is_some_and(|all| all < u32::MAX as usize);
        if fits && self.beyond == 0 && self.finals.try_reserve(n).is_ok() {
            self.finals.resize(first + n, W::zero());
        } else {
            self.beyond = self.beyond.saturating_add(n);
        }
        StateId::try_from(first).unwrap_or(StateId::MAX)
    }

    /// Number of states so far.
    pub fn states(&self) -> usize {
        self.finals.len().saturating_add(self.beyond)
    }

    /// Makes a state the start.
    pub fn start(&mut self, state: StateId) {
        self.start = Some(state);
    }

    /// Sets the weight of ending in a state.
    pub fn final_weight(&mut self, state: StateId, weight: W) {
        match self.finals.get_mut(state as usize) {
            Some(w) => *w = weight,
            None => self.stray_final = self.stray_final.max(Some(state)),
        }
    }

    /// Adds an arc.
    pub fn arc(&mut self, source: StateId, ilabel: Label, olabel: Label, weight: W, target: StateId) {
        self.arcs.push((source, Arc { ilabel, olabel, weight, target }));
    }

    /// Number of arcs so far.
    pub fn arc_count(&self) -> usize {
        self.arcs.len()
    }

    /// Checks and freezes.
    ///
    /// # Errors
    /// [`GraphError`] where a state does not exist, states have no start, or 32 bits or the memory don't suffice.
    ///
    /// # Cost
    /// Linear; a counting sort of the arcs by source.
    pub fn build(self) -> Result<Graph<W>, GraphError> {
        if self.arcs.is_sorted_by_key(|(source, _)| *source) {
            let offsets = self.check()?;
            let arcs = self.arcs.into_iter().map(|(_, a)| a).collect();
            return Ok(Graph { start: self.start, finals: self.finals, offsets, arcs });
        }
        self.build_with_positions().map(|(g, _)| g)
    }

    /// Like [`GraphBuilder::build`], and the position in the graph of every arc in the order they were added.
    ///
    /// # Errors
    /// As [`GraphBuilder::build`].
    pub fn build_with_positions(self) -> Result<(Graph<W>, Vec<ArcId>), GraphError> {
        let offsets = self.check()?;
        let mut next = offsets.clone();
        let positions: Vec<ArcId> = self
            .arcs
            .iter()
            .map(|(source, _)| {
                let slot = &mut next[*source as usize];
                *slot += 1;
                *slot - 1
            })
            .collect();
        let in_order = positions.windows(2).all(|p| p[0] < p[1]);
        let mut arcs: Vec<(ArcId, Arc<W>)> =
            positions.iter().copied().zip(self.arcs.into_iter().map(|a| a.1)).collect();
        if !in_order {
            arcs.sort_unstable_by_key(|(position, _)| *position);
        }
        let arcs = arcs.into_iter().map(|(_, a)| a).collect();
        Ok((Graph { start: self.start, finals: self.finals, offsets, arcs }, positions))
    }

    /// Checks every reference and counts arcs into row offsets.
    fn check(&self) -> Result<Vec<ArcId>, GraphError> {
        let states = self.states();
        for (what, count, most) in [("states", states, self.finals.len()), ("arcs", self.arcs.len(), usize::MAX)] {
            if count >= u32::MAX as usize || count > most {
                return Err(GraphError::TooLarge { what, count });
            }
        }
        let known = |what, state: StateId| {
            if (state as usize) < states { Ok(()) } else { Err(GraphError::NoSuchState { what, state, states }) }
        };
        match self.start {
            Some(start) => known("the start", start)?,
            None if states > 0 => return Err(GraphError::NoStart { states }),
            None => {}
        }
        if let Some(state) = self.stray_final {
            known("a final weight", state)?;
        }
        let mut offsets = vec![0; states + 1];
        for (source, arc) in &self.arcs {
            known("an arc's source", *source)?;
            known("an arc's target", arc.target)?;
            offsets[*source as usize + 1] += 1;
        }
        for s in 0..states {
            offsets[s + 1] += offsets[s];
        }
        Ok(offsets)
    }
}
