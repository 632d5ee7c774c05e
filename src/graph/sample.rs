//! Strategies that draw small graphs, for property tests of operations and path algorithms.
//!
//! Among a few hundred draws are the empty graph, single states, isolated and unreachable states, parallel arcs, ties,
//! arcs of weight 0̄ and states whose numbers are in no topological order.
//!
//! ```
//! use energraph::graph::sample::{Shape, graphs};
//! use energraph::graph::topological_order;
//! use energraph::{Energy, laws};
//! for g in laws::drawn(&graphs::<Energy>(Shape::acyclic()), 100, 1) {
//!     assert!(topological_order(&g).is_ok());
//! }
//! ```

use proptest::prelude::*;

use super::{Graph, GraphBuilder, Label, StateId};
use crate::semiring::laws::{Sample, Samples, weights};
use crate::semiring::{Energy, Weight};

/// What kinds of graph are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Most states.
    pub states: usize,
    /// Most arcs.
    pub arcs: usize,
    /// Labels are 1 to this, and epsilon if that is allowed.
    pub labels: Label,
    /// Whether labels may be epsilon.
    pub epsilons: bool,
    /// Whether arcs may close cycles; self-loops included.
    pub cycles: bool,
    /// Whether both labels of every arc are equal.
    pub acceptor: bool,
}

impl Shape {
    /// Transducers of up to 8 states and 14 arcs, without cycles, labels epsilon to 3.
    pub const fn acyclic() -> Shape {
        Shape { states: 8, arcs: 14, labels: 3, epsilons: true, cycles: false, acceptor: false }
    }

    /// The same with cycles and self-loops.
    pub const fn cyclic() -> Shape {
        Shape { cycles: true, ..Shape::acyclic() }
    }

    /// The same without epsilon on either side.
    pub const fn without_epsilons(self) -> Shape {
        Shape { epsilons: false, ..self }
    }

    /// The same with equal labels on both sides.
    pub const fn acceptors(self) -> Shape {
        Shape { acceptor: true, ..self }
    }

    /// The same with at most so many states and arcs.
    pub const fn at_most(self, states: usize, arcs: usize) -> Shape {
        Shape { states, arcs, ..self }
    }
}

/// Graphs whose weights are [`weights`]: exact, with ties, a tenth of them 0̄.
pub fn graphs<W: Sample>(shape: Shape) -> Samples<Graph<W>> {
    graphs_with(shape, weights())
}

/// Graphs with weights from a strategy.
pub fn graphs_with<W: Weight + 'static>(shape: Shape, weights: Samples<W>) -> Samples<Graph<W>> {
    let lowest = if shape.epsilons { 0 } else { 1 };
    let labels = lowest..=shape.labels.max(lowest);
    let ends = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    let arc = (ends, labels.clone(), labels, weights.clone());
    // One state in two is final.
    let end = prop_oneof![1 => Just(None), 1 => weights.prop_map(Some)];
    let states = prop::collection::vec((any::<u8>(), end), 0..=shape.states);
    let parts = (states, prop::collection::vec(arc, 0..=shape.arcs), any::<prop::sample::Index>(), 0_u8..4);
    let graph = parts.prop_filter_map("no graph", move |(states, arcs, start, anywhere)| {
        let n = states.len();
        // Arcs of acyclic graphs lead from lower to higher ranks, which are in no order of numbers.
        let rank = |s: usize| states.get(s).map(|(rank, _)| (*rank, s));
        let mut b = GraphBuilder::new();
        b.add_states(n);
        if n > 0 {
            let first = (0..n).min_by_key(|s| rank(*s)).unwrap_or(0);
            // Three starts of four can reach something.
            b.start(if anywhere == 3 { start.index(n) } else { first } as StateId);
            for ((from, to), ilabel, olabel, weight) in arcs {
                let (from, to) = (from.index(n), to.index(n));
                let (from, to) = if shape.cycles || rank(from) < rank(to) { (from, to) } else { (to, from) };
                if shape.cycles || from != to {
                    let olabel = if shape.acceptor { ilabel } else { olabel };
                    b.arc(from as StateId, ilabel, olabel, weight, to as StateId);
                }
            }
        }
        for (s, (_, end)) in states.into_iter().enumerate() {
            if let Some(weight) = end {
                b.final_weight(s as StateId, weight);
            }
        }
        b.build().ok()
    });
    graph.boxed()
}

/// Energies of 0 or more, multiples of 1/8 up to 4, a tenth of them impossible: no cycle of them is worth taking.
pub fn costs() -> Samples<Energy> {
    let finite = (0_i16..=32).prop_map(|k| f32::from(k) / 8.0);
    let cost = prop_oneof![9 => finite, 1 => Just(f32::INFINITY)];
    cost.prop_filter_map("not an energy", |e| Energy::new(e).ok()).boxed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Arc, EPSILON, topological_order};
    use crate::semiring::laws::drawn;

    fn count(graphs: &[Graph<Energy>], has: impl Fn(&Graph<Energy>) -> bool) -> usize {
        graphs.iter().filter(|g| has(g)).count()
    }

    fn arc_where(g: &Graph<Energy>, is: impl Fn(StateId, &Arc<Energy>) -> bool) -> bool {
        g.arcs_with_source().any(|(_, s, a)| is(s, a))
    }

    /// States that some path from the start enters.
    fn reached(g: &Graph<Energy>) -> Vec<bool> {
        let mut seen = vec![false; g.states()];
        let mut stack: Vec<StateId> = g.start().into_iter().collect();
        while let Some(s) = stack.pop() {
            if !std::mem::replace(&mut seen[s as usize], true) {
                stack.extend(g.arcs(s).iter().map(|a| a.target));
            }
        }
        seen
    }

    fn accepts(g: &Graph<Energy>) -> bool {
        (0..).zip(reached(g)).any(|(s, seen)| seen && g.is_final(s))
    }

    #[test]
    fn five_hundred_draws_hold_every_awkward_kind_of_graph() {
        let all = drawn(&graphs::<Energy>(Shape::acyclic()), 500, 7);
        assert_eq!(all.len(), 500);
        let touched = |g: &Graph<Energy>, s| arc_where(g, |from, a| from == s || a.target == s);
        let kinds: [(&str, usize, usize); 9] = [
            ("empty", count(&all, |g| g.states() == 0), 10),
            ("a single state", count(&all, |g| g.states() == 1), 10),
            (
                "an isolated state",
                count(&all, |g| g.states() > 2 && (0..g.states() as u32).any(|s| !touched(g, s))),
                50,
            ),
            ("an unreachable state", count(&all, |g| reached(g).contains(&false)), 50),
            ("an epsilon", count(&all, |g| arc_where(g, |_, a| a.ilabel == EPSILON || a.olabel == EPSILON)), 100),
            ("an impossible arc", count(&all, |g| arc_where(g, |_, a| a.weight.is_zero())), 100),
            ("an arc to a lower number", count(&all, |g| arc_where(g, |s, a| a.target < s)), 100),
            ("an accepting path", count(&all, accepts), 250),
            ("nothing accepted", count(&all, |g| !accepts(g)), 50),
        ];
        for (kind, found, wanted) in kinds {
            assert!(found >= wanted, "{kind}: {found} of 500, wanted {wanted}");
        }
    }

    #[test]
    fn shapes_keep_their_promises() {
        let acyclic = drawn(&graphs::<Energy>(Shape::acyclic().acceptors()), 300, 3);
        assert!(acyclic.iter().all(|g| topological_order(g).is_ok() && g.is_acceptor() && g.states() <= 8));
        let plain = drawn(&graphs_with(Shape::cyclic().without_epsilons().at_most(4, 6), costs()), 300, 3);
        assert!(plain.iter().all(|g| g.states() <= 4 && g.arc_count() <= 6));
        assert!(plain.iter().all(|g| g.all_arcs().iter().all(|a| a.ilabel != EPSILON && a.olabel != EPSILON)));
        assert!(plain.iter().all(|g| g.all_arcs().iter().all(|a| a.weight >= Energy::FREE)));
        assert!(count(&plain, |g| topological_order(g).is_err()) > 100);
        assert!(count(&plain, |g| arc_where(g, |s, a| a.target == s)) > 50);
    }
}
