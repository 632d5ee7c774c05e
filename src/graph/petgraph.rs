//! A view for petgraph's algorithms.

use petgraph::graph::{DiGraph, NodeIndex};

use super::{EPSILON, Graph, Label, Site, StateId};
use crate::semiring::Weight;

/// A node of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Node {
    /// A state of the graph.
    State(StateId),
    /// Where every path ends. petgraph knows no final weights, so each became an edge to here.
    SuperFinal,
}

/// An edge of the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge<W> {
    /// The arc or final weight that the edge stands for.
    pub site: Site,
    /// What the arc reads; epsilon for a final weight.
    pub ilabel: Label,
    /// What the arc writes; epsilon for a final weight.
    pub olabel: Label,
    /// The arc's or the final weight.
    pub weight: W,
}

impl<W: Weight> Graph<W> {
    /// A copy as a petgraph graph, with one more node in which every path ends.
    ///
    /// Node `s` is state `s` and the last node is [`Node::SuperFinal`]; edge `a` is arc `a`, and the edges of final
    /// weights follow in order of states. Accepting paths of the graph are exactly the paths of the view from the
    /// start to the last node.
    ///
    /// Dijkstra needs non-negative weights: check the energies first.
    ///
    /// # Cost
    /// O(states + arcs) time and memory.
    ///
    /// ```
    /// use energraph::{Energy, GraphBuilder};
    /// use petgraph::algo::dijkstra;
    /// let mut b = GraphBuilder::new();
    /// b.add_states(2);
    /// b.start(0);
    /// b.arc(0, 1, 1, Energy::new(2.0)?, 1);
    /// b.final_weight(0, Energy::new(4.0)?);
    /// b.final_weight(1, Energy::new(1.0)?);
    /// let view = b.build()?.as_petgraph();
    /// let end = view.node_indices().last().unwrap();
    /// let energies = dijkstra(&view, 0.into(), Some(end), |e| e.weight().weight.get());
    /// assert_eq!(energies[&end], 3.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn as_petgraph(&self) -> DiGraph<Node, Edge<W>> {
        let mut view = DiGraph::with_capacity(self.states() + 1, self.arc_count() + self.states());
        for state in 0..self.states() as StateId {
            view.add_node(Node::State(state));
        }
        let end = view.add_node(Node::SuperFinal);
        for (id, source, arc) in self.arcs_with_source() {
            let (ilabel, olabel, weight) = (arc.ilabel, arc.olabel, arc.weight.clone());
            let edge = Edge { site: Site::Arc(id), ilabel, olabel, weight };
            view.add_edge(NodeIndex::new(source as usize), NodeIndex::new(arc.target as usize), edge);
        }
        for (state, weight) in self.final_weights().iter().enumerate().filter(|(_, w)| !w.is_zero()) {
            let site = Site::Final(state as StateId);
            let edge = Edge { site, ilabel: EPSILON, olabel: EPSILON, weight: weight.clone() };
            view.add_edge(NodeIndex::new(state), end, edge);
        }
        view
    }
}

#[cfg(test)]
mod tests {
    use petgraph::algo::dijkstra;
    use proptest::prelude::*;

    use super::*;
    use crate::graph::GraphBuilder;
    use crate::semiring::Energy;

    /// Relaxes every arc until nothing changes (Bellman, Ford), finals included.
    fn best_energy(g: &Graph<Energy>) -> f64 {
        let mut from_start = vec![f64::INFINITY; g.states()];
        from_start[g.start().unwrap() as usize] = 0.0;
        for _ in 0..g.states() {
            for (_, s, a) in g.arcs_with_source() {
                let through = from_start[s as usize] + a.weight.wide();
                from_start[a.target as usize] = from_start[a.target as usize].min(through);
            }
        }
        let ends = from_start.iter().zip(g.final_weights()).map(|(d, w)| d + w.wide());
        ends.fold(f64::INFINITY, f64::min)
    }

    proptest! {
        #[test]
        fn dijkstra_on_the_view_finds_the_best_path(
            arcs in prop::collection::vec((0..6_u32, 0..40_u32, 0..6_u32), 0..14),
            finals in prop::collection::vec((0..6_u32, 0..40_u32), 0..4),
            start in 0..6_u32,
        ) {
            // Quarters add exactly, so that equality is fair.
            let energy = |q: u32| Energy::new(q as f32 / 4.0).unwrap();
            let mut b = GraphBuilder::new();
            b.add_states(6);
            b.start(start);
            arcs.iter().for_each(|&(s, w, t)| b.arc(s, 1, 1, energy(w), t));
            finals.iter().for_each(|&(s, w)| b.final_weight(s, energy(w)));
            let g = b.build().unwrap();
            let view = g.as_petgraph();
            let end = NodeIndex::new(g.states());
            let found = dijkstra(&view, NodeIndex::new(start as usize), Some(end), |e| e.weight().weight.wide());
            prop_assert_eq!(found.get(&end).copied().unwrap_or(f64::INFINITY), best_energy(&g));
        }
    }

    #[test]
    fn edges_name_the_sites_they_stand_for() {
        let mut b = GraphBuilder::new();
        b.add_states(2);
        b.start(0);
        b.arc(1, 1, 2, Energy::FREE, 0);
        b.arc(0, 3, 4, Energy::FREE, 1);
        b.final_weight(1, Energy::FREE);
        let view = b.build().unwrap().as_petgraph();
        let sites: Vec<Site> = view.edge_weights().map(|e| e.site).collect();
        assert_eq!(sites, [Site::Arc(0), Site::Arc(1), Site::Final(1)]);
        assert_eq!(view[NodeIndex::new(2)], Node::SuperFinal);
        assert_eq!((view.edge_weights().next().unwrap().ilabel, view.node_count()), (3, 3));
    }

    #[test]
    fn the_graph_without_states_has_only_the_end() {
        let view = Graph::<Energy>::empty().as_petgraph();
        assert_eq!((view.node_count(), view.edge_count()), (1, 0));
    }
}
