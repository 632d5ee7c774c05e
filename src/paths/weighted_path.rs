//! A path and its weight in any semiring.

use super::Output;
use crate::graph::{ArcId, EPSILON, Graph, Label, Site, StateId};
use crate::semiring::Weight;

/// An accepting path of a graph of any weights; of energies see [`Path`](super::Path).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WeightedPath<W> {
    /// Its arcs, in order.
    pub arcs: Vec<ArcId>,
    /// The state it ends in.
    pub end: StateId,
    /// Product of the arcs' weights and the final one, multiplied from the start on.
    pub weight: W,
    /// Input labels without epsilons.
    pub input: Vec<Label>,
    /// Output labels without epsilons.
    pub output: Output,
}

impl<W> WeightedPath<W> {
    /// Everything that adds to the path's weight: its arcs, then the final weight.
    pub fn sites(&self) -> impl Iterator<Item = Site> + '_ {
        self.arcs.iter().map(|&a| Site::Arc(a)).chain([Site::Final(self.end)])
    }
}

impl<W: Weight> WeightedPath<W> {
    /// Reads weight and labels off the graph.
    pub(super) fn read(g: &Graph<W>, arcs: Vec<ArcId>, end: StateId) -> Self {
        let on = || arcs.iter().filter_map(|&id| g.all_arcs().get(id as usize));
        let weight = on().fold(W::one(), |w, a| w.times(&a.weight)).times(&g.final_weight(end));
        let input = on().map(|a| a.ilabel).filter(|&l| l != EPSILON).collect();
        let output = on().map(|a| a.olabel).filter(|&l| l != EPSILON).collect();
        WeightedPath { arcs, end, weight, input, output }
    }
}
