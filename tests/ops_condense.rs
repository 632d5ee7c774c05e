//! Condensation against reachability by closure.

mod ops_common;

use energraph::graph::topological_order;
use energraph::ops::{Budget, condense, isomorphic};
use energraph::semiring::Tolerance;
use energraph::{Counting, Graph, Semiring, Weight};
use ops_common::*;

const ROUNDS: usize = 1_500;
const CYCLIC: Shape = Shape { states: 8, arcs: 14, labels: 2, epsilons: 20, cyclic: true, acceptor: false };

/// Whether one state leads to another, by any number of arcs, none too.
fn leads_or_is<W: Weight>(g: &Graph<W>) -> Vec<Vec<bool>> {
    let mut leads = leads(g);
    leads.iter_mut().enumerate().for_each(|(s, row)| row[s] = true);
    leads
}

#[test]
fn states_that_reach_each_other_are_one_and_arcs_between_others_stay() {
    let (mut rng, mut merged) = (Rng::new(340), 0);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, CYCLIC, count);
        let c = condense(&g);
        let before = leads_or_is(&g);
        assert_eq!(c.of.len(), g.states());
        for (s, reached) in before.iter().enumerate() {
            for (t, &there) in reached.iter().enumerate() {
                assert_eq!(c.of[s] == c.of[t], there && before[t][s], "{g:?}");
            }
        }
        // Every state of the result stands for some state, and arcs lead to higher numbers.
        assert!((0..c.graph.states() as u32).all(|s| c.of.contains(&s)));
        assert!(c.graph.arcs_with_source().all(|(_, s, a)| a.target > s));
        assert_eq!(c.graph.start(), g.start().map(|s| c.of[s as usize]));
        let of = |s: u32| c.of[s as usize];
        let between = g.arcs_with_source().filter(|(_, s, a)| of(*s) != of(a.target));
        let mut expected: Vec<_> =
            between.map(|(_, s, a)| (of(s), a.ilabel, a.olabel, a.weight.0, of(a.target))).collect();
        let arcs = c.graph.arcs_with_source();
        let mut found: Vec<_> = arcs.map(|(_, s, a)| (s, a.ilabel, a.olabel, a.weight.0, a.target)).collect();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected);
        for s in 0..c.graph.states() as u32 {
            let members = (0..g.states() as u32).filter(|&t| of(t) == s);
            let sum = members.fold(Counting::zero(), |sum, t| sum.plus(&g.final_weight(t)));
            assert_eq!(c.graph.final_weight(s), sum);
        }
        merged += usize::from(c.graph.states() < g.states());
    }
    assert!(merged > 500, "{merged}");
}

#[test]
fn an_acyclic_graph_is_renumbered_and_no_more() {
    let mut rng = Rng::new(341);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, SMALL, count);
        let c = condense(&g);
        assert!(topological_order(&c.graph).is_ok());
        assert_eq!((c.graph.states(), c.graph.arc_count()), (g.states(), g.arc_count()));
        assert_eq!(isomorphic(&c.graph, &g, Tolerance::EXACT, Budget::default()), Ok(true));
        assert_eq!(relation(&c.graph), relation(&g));
    }
    assert_eq!(condense(&Graph::<Counting>::empty()).graph, Graph::empty());
}
