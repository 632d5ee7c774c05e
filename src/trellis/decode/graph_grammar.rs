//! Any graph as a grammar.

use std::collections::BTreeMap;

use super::{End, Grammar, Row, Way, Writes};
use crate::graph::{EPSILON, Graph, Label, StateId};
use crate::paths::Beta;
use crate::semiring::Energy;
use crate::trellis::soft::soft_add;
use crate::trellis::{Topology, TrellisError};

/// A graph as a grammar: it reads labels of classes, and writes anything.
#[derive(Debug, Clone)]
pub struct GraphGrammar {
    topology: Topology,
    /// By state, its position in an order along arcs that read nothing.
    rank: Vec<u32>,
    /// No energy is below 0.
    positive: bool,
    /// No labels are read on two paths from one state to ends.
    pub(super) one_path: bool,
}

impl GraphGrammar {
    /// A grammar from a graph.
    ///
    /// What pruning loses under it is bounded where no energy is below 0 and, for finite β, where it is deterministic on its
    /// input and reads no epsilons.
    ///
    /// # Errors
    /// [`TrellisError::EpsilonCycle`] where arcs that read nothing form a cycle.
    ///
    /// # Cost
    /// O(states + arcs · log arcs).
    pub fn new(graph: Graph<Energy>) -> Result<Self, TrellisError> {
        let topology = Topology::from_graph(graph)?;
        let graph = topology.graph();
        let mut rank = vec![0; graph.states()];
        (0..).zip(topology.order()).for_each(|(i, &s)| rank[s as usize] = i);
        let positive = graph.sites().all(|(_, energy)| *energy >= Energy::FREE);
        let one_path = (0..graph.states() as StateId).all(|s| {
            let mut labels: Vec<Label> = graph.arcs(s).iter().map(|a| a.ilabel).collect();
            labels.sort_unstable();
            labels.first() != Some(&EPSILON) && labels.windows(2).all(|w| w[0] != w[1])
        });
        Ok(GraphGrammar { topology, rank, positive, one_path })
    }

    /// The graph.
    pub fn graph(&self) -> &Graph<Energy> {
        self.topology.graph()
    }
}

impl Grammar for GraphGrammar {
    type State = StateId;

    fn start(&self) -> Option<StateId> {
        self.graph().start()
    }

    /// Epsilons are followed in their order, and ways that meet again with the same writing are merged.
    fn row(&self, state: StateId, beta: Beta) -> Row<StateId> {
        let (graph, mut row) = (self.graph(), Row::default());
        let rank = |s: StateId| self.rank.get(s as usize).copied().unwrap_or(0);
        let mut open: BTreeMap<(u32, StateId, Writes), f64> = BTreeMap::new();
        open.insert((rank(state), state, Writes::new()), 0.0);
        while let Some(((_, s, written), energy)) = open.pop_first() {
            let end = graph.final_weight(s).wide();
            if end < f64::INFINITY {
                row.ends.push(End { writes: written.clone(), energy: energy + end });
            }
            for a in graph.arcs(s).iter().filter(|a| a.weight != Energy::IMPOSSIBLE) {
                let mut writes = written.clone();
                writes.extend((a.olabel != EPSILON).then_some(a.olabel));
                let energy = energy + a.weight.wide();
                if a.ilabel != EPSILON {
                    row.ways.push(Way { reads: a.ilabel, writes, energy, to: a.target });
                } else {
                    let merged = open.entry((rank(a.target), a.target, writes)).or_insert(f64::INFINITY);
                    *merged = soft_add(*merged, energy, beta);
                }
            }
        }
        row
    }

    fn largest(&self) -> Label {
        self.topology.largest()
    }

    fn bounds(&self, beta: Beta) -> bool {
        self.positive && (self.one_path || beta == Beta::Infinite)
    }
}
