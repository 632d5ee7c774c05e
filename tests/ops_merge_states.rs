//! States that go on alike made one, against enumeration and against all pairs of states.
#![cfg(feature = "oracle")]

mod ops_common;

use energraph::graph::Arc;
use energraph::ops::{self, Budget, OpError, determinize, isomorphic, merge_states, minimize};
use energraph::paths::Beta;
use energraph::semiring::{Quantum, Tolerance};
use energraph::{Energy, Graph, GraphBuilder, LogSum, MinSum, Weight};
use ops_common::*;

const SHAPE: Shape = Shape { acceptor: true, states: 7, arcs: 14, labels: 1, epsilons: 15, cyclic: false };

/// What an operation makes of it; an empty result is the empty graph.
fn or_empty<S: Weight>(made: Result<Graph<S>, OpError>) -> Graph<S> {
    match made {
        Err(OpError::Empty { .. }) => Graph::empty(),
        made => made.unwrap(),
    }
}

#[test]
fn every_string_keeps_its_energy() {
    let (mut rng, mut fewer, mut nondeterministic) = (Rng::new(8_000), 0, 0);
    for _ in 0..2_000 {
        // Few weights, so that many states go on alike.
        let g = random(&mut rng, SHAPE, |rng| Energy::new(rng.below(2) as f32 / 4.0).unwrap());
        let tropical: Graph<Energy> = or_empty(merge_states(&g.lift::<MinSum<f64>>(), Quantum::EXACT)).lower();
        assert_alike_pairs(&pairs(&g, f64::INFINITY), &pairs(&tropical, f64::INFINITY));
        let log: Graph<Energy> = or_empty(merge_states(&g.lift::<LogSum<f64>>(), Quantum::default())).lower();
        let (expected, found) = (pairs(&g, 1.0), pairs(&log, 1.0));
        // The grid may cost a little on every arc.
        assert!(expected.keys().eq(found.keys()), "{g:?}");
        expected.values().zip(found.values()).for_each(|(x, y)| assert!((x - y).abs() < 1e-2, "{g:?}"));
        assert!(tropical.states() <= g.states() && is_connected(&tropical));
        let connected = ops::connect(&g).map_or(0, |t| t.graph.states());
        fewer += usize::from(tropical.states() < connected);
        nondeterministic += usize::from(!is_deterministic(&g));
    }
    assert!(fewer > 60 && nondeterministic > 500, "{fewer} {nondeterministic}");
}

#[test]
fn every_string_keeps_its_energy_around_cycles() {
    let (mut rng, mut cyclic) = (Rng::new(8_001), 0);
    for _ in 0..1_000 {
        let shape = Shape { states: 4, arcs: 6, epsilons: 0, cyclic: true, ..SHAPE };
        let g = random(&mut rng, shape, |rng| Energy::new(rng.below(3) as f32 / 4.0).unwrap());
        let found: Graph<Energy> = or_empty(merge_states(&g.lift::<MinSum<f64>>(), Quantum::EXACT)).lower();
        // Without epsilons a path has as many arcs as labels.
        let best = |g: &Graph<Energy>| -> Vec<_> {
            let least = |all: Vec<Energy>| all.iter().map(|e| e.wide()).fold(f64::INFINITY, f64::min);
            relation_up_to(g, 5).into_iter().map(|(pair, all)| (pair, least(all))).collect()
        };
        assert_eq!(best(&g), best(&found), "{g:?}");
        cyclic += usize::from(ops::top_sort(&found).is_err());
    }
    assert!(cyclic > 200, "{cyclic}");
}

/// States that a game of taking the same labels cannot tell apart, all pairs at once.
fn blocks(g: &Graph<MinSum<f64>>) -> usize {
    let n = g.states() as u32;
    let mut alike: Vec<Vec<bool>> = (0..n).map(|s| (0..n).map(|t| g.is_final(s) == g.is_final(t)).collect()).collect();
    let mut changed = true;
    while std::mem::take(&mut changed) {
        for (s, t) in (0..n).flat_map(|s| (0..n).map(move |t| (s, t))) {
            let follows = |s: u32, t: u32| {
                let answered = |a: &Arc<MinSum<f64>>, b: &Arc<MinSum<f64>>| {
                    a.ilabel == b.ilabel && alike[a.target as usize][b.target as usize]
                };
                g.arcs(s).iter().all(|a| g.arcs(t).iter().any(|b| answered(a, b)))
            };
            if alike[s as usize][t as usize] && !(follows(s, t) && follows(t, s)) {
                alike[s as usize][t as usize] = false;
                alike[t as usize][s as usize] = false;
                changed = true;
            }
        }
    }
    (0..n as usize).filter(|&s| !(0..s).any(|t| alike[s][t])).count()
}

#[test]
fn no_states_that_go_on_alike_are_left() {
    let (mut rng, mut merged) = (Rng::new(8_002), 0);
    for round in 0..1_500 {
        let shape = Shape { cyclic: round % 2 == 0, ..SHAPE };
        let g = random(&mut rng, shape, |_| MinSum::<f64>::one());
        let found = or_empty(merge_states(&g, Quantum::EXACT));
        let connected = ops::connect(&g).map_or(Graph::empty(), |t| t.graph);
        assert_eq!(found.states(), blocks(&connected), "{g:?}");
        assert_eq!(blocks(&found), found.states(), "{g:?}");
        merged += usize::from(found.states() < connected.states());
    }
    assert!(merged > 40, "{merged}");
}

#[test]
fn of_a_deterministic_graph_it_is_the_minimal_one() {
    let mut rng = Rng::new(8_003);
    for _ in 0..1_000 {
        let shape = Shape { epsilons: 0, ..SHAPE };
        let g = random(&mut rng, shape, |rng| MinSum::new(rng.below(3) as f64 / 4.0).unwrap());
        let g = or_empty(determinize(&g, Quantum::EXACT, Budget::default()));
        let (found, expected) = (merge_states(&g, Quantum::EXACT), minimize(&g, Quantum::EXACT));
        let (found, expected) = (or_empty(found), or_empty(expected));
        assert_eq!(isomorphic(&found, &expected, Tolerance::EXACT, Budget::default()), Ok(true), "{g:?}");
    }
}

#[test]
fn parallel_arcs_are_summed_and_cycles_without_a_sum_are_merged_where_they_are() {
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    (0..2).for_each(|_| b.arc(0, 1, 1, Energy::FREE, 1));
    b.final_weight(1, Energy::FREE);
    let g = merge_states(&b.build().unwrap().lift::<LogSum<f64>>(), Quantum::default()).unwrap();
    assert_eq!((g.states(), g.arc_count()), (2, 1));
    let total = energraph::paths::free_energy(&g.lower(), Beta::ONE).unwrap();
    assert!((total + 2.0_f64.ln()).abs() < 1e-6, "{total}");
    // 0 and 1 take turns, for less each time.
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    [(0, 1), (1, 0)].iter().for_each(|&(s, t)| b.arc(s, 1, 1, MinSum::<f64>::new(-1.0).unwrap(), t));
    (0..2).for_each(|s| b.final_weight(s, MinSum::one()));
    let g = merge_states(&b.build().unwrap(), Quantum::EXACT).unwrap();
    assert_eq!((g.states(), g.arc_count()), (1, 1));
    let wrong = transducer();
    assert!(matches!(merge_states(&wrong, Quantum::EXACT), Err(OpError::NotAnAcceptor { arc: 0, .. })));
    assert!(matches!(
        merge_states(&Graph::<MinSum<f64>>::empty(), Quantum::EXACT),
        Err(OpError::Empty { first_unmatched: None })
    ));
}

fn transducer() -> Graph<MinSum<f64>> {
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    b.arc(0, 1, 2, MinSum::one(), 1);
    b.final_weight(1, MinSum::one());
    b.build().unwrap()
}
