//! A result written state by state, with the origin of each weight beside it.

use super::OpError;
use crate::graph::{Arc, ArcId, Graph, GraphError, InputSite, Origin, OriginBuilder, Site, StateId, Traced};
use crate::semiring::Weight;

/// Writes a traced graph one state after another: its arcs, then [`Rows::end`].
pub(super) struct Rows<W> {
    finals: Vec<W>,
    offsets: Vec<ArcId>,
    arcs: Vec<Arc<W>>,
    origin: OriginBuilder,
}

impl<W: Weight> Rows<W> {
    /// Room for a result of known size, where 32 bits can number it.
    pub(super) fn new(states: usize, arcs: usize) -> Result<Self, OpError> {
        for (what, count) in [("states", states), ("arcs", arcs)] {
            if count >= u32::MAX as usize {
                return Err(GraphError::TooLarge { what, count }.into());
            }
        }
        let mut offsets = Vec::with_capacity(states + 1);
        offsets.push(0);
        Ok(Rows {
            finals: Vec::with_capacity(states),
            offsets,
            arcs: Vec::with_capacity(arcs),
            origin: OriginBuilder::with_capacity(states, arcs, 1),
        })
    }

    /// The number of the state being written.
    pub(super) fn state(&self) -> StateId {
        self.finals.len() as StateId
    }

    /// An arc of the state being written.
    pub(super) fn arc(&mut self, arc: Arc<W>, from: Option<InputSite>) {
        self.arcs.push(arc);
        self.origin.arc(from);
    }

    /// An arc without labels.
    pub(super) fn epsilon(&mut self, weight: W, target: StateId, from: Option<InputSite>) {
        self.arc(Arc { ilabel: 0, olabel: 0, weight, target }, from);
    }

    /// The arcs of a state of argument number `input`, whose states are numbered from `first` here.
    pub(super) fn copy_arcs(&mut self, g: &Graph<W>, s: StateId, input: u32, first: StateId) {
        for (id, a) in g.arc_ids(s).zip(g.arcs(s)) {
            self.arc(Arc { target: a.target + first, ..a.clone() }, Some(InputSite { input, site: Site::Arc(id) }));
        }
    }

    /// Ends the state being written, which is final as state `s` of argument number `input` is.
    pub(super) fn end_as(&mut self, g: &Graph<W>, s: StateId, input: u32) {
        let from = g.is_final(s).then_some(InputSite { input, site: Site::Final(s) });
        self.end(g.final_weight(s), from);
    }

    /// Ends the state being written.
    pub(super) fn end(&mut self, final_weight: W, from: Option<InputSite>) {
        self.finals.push(final_weight);
        self.origin.final_weight(from);
        self.offsets.push(self.arcs.len() as ArcId);
    }

    pub(super) fn build(self, start: StateId) -> Traced<W> {
        Traced { graph: Graph::from_rows(start, self.finals, self.offsets, self.arcs), origin: self.origin.build() }
    }
}

/// The origin of a result whose sites are its only argument's.
pub(super) fn unchanged<W: Weight>(g: &Graph<W>) -> Origin {
    let mut origin = OriginBuilder::with_capacity(g.states(), g.arc_count(), 1);
    for arc in 0..g.arc_count() as ArcId {
        origin.arc([InputSite { input: 0, site: Site::Arc(arc) }]);
    }
    for s in 0..g.states() as StateId {
        origin.final_weight(g.is_final(s).then_some(InputSite { input: 0, site: Site::Final(s) }));
    }
    origin.build()
}

/// The same without origins, for results whose weights are sums.
pub(super) struct Plain<W> {
    finals: Vec<W>,
    offsets: Vec<ArcId>,
    arcs: Vec<Arc<W>>,
}

impl<W: Weight> Plain<W> {
    /// Room for a result of about this size.
    pub(super) fn new(states: usize, arcs: usize) -> Self {
        let mut offsets = Vec::with_capacity(states + 1);
        offsets.push(0);
        Plain { finals: Vec::with_capacity(states), offsets, arcs: Vec::with_capacity(arcs) }
    }

    /// An arc of the state being written.
    pub(super) fn arc(&mut self, arc: Arc<W>) {
        self.arcs.push(arc);
    }

    /// Arcs so far.
    pub(super) fn arc_count(&self) -> usize {
        self.arcs.len()
    }

    /// Ends the state being written.
    pub(super) fn end(&mut self, final_weight: W) {
        self.finals.push(final_weight);
        self.offsets.push(self.arcs.len() as ArcId);
    }

    /// A whole state.
    pub(super) fn row(&mut self, arcs: impl IntoIterator<Item = Arc<W>>, final_weight: W) {
        self.arcs.extend(arcs);
        self.end(final_weight);
    }

    /// The graph; every state that was named has been written.
    pub(super) fn build(self, start: StateId) -> Graph<W> {
        Graph::from_rows(start, self.finals, self.offsets, self.arcs)
    }
}

/// What the empty graph becomes.
pub(super) fn nothing<W: Weight>() -> Traced<W> {
    Traced { graph: Graph::empty(), origin: Default::default() }
}
