//! Composition and trimming against paths enumerated by hand.

mod ops_common;

use std::collections::BTreeMap;

use energraph::graph::topological_order;
use energraph::ops::{
    Budget, Compose, Filter, LazyCompose, LazyGraph, OpError, Unmatched, acceptor, compose, connect, expand,
};
use energraph::{Commutative, Counting, Energy, Graph, GraphBuilder, Site, Weight};
use ops_common::*;

const EMPTY_TOO: Compose = Compose {
    budget: Budget { states: 100_000, arcs: 100_000 },
    allow_empty: true,
    filter: Filter::Sequence,
    look_ahead: false,
    dead_ends: false,
};

/// The relation that composition should have: over all pairs of paths that agree in the middle.
fn expected<W: Weight>(a: &Graph<W>, b: &Graph<W>) -> Relation<W> {
    let (pa, pb) = (paths(a, 64), paths(b, 64));
    let mut r: Relation<W> = BTreeMap::new();
    for (p, q) in pa.iter().flat_map(|p| pb.iter().filter(|q| p.output == q.input).map(move |q| (p, q))) {
        let weight = product(a, &p.sites).times(&product(b, &q.sites));
        r.entry((p.input.clone(), q.output.clone())).or_default().push(weight);
    }
    sorted(r)
}

fn check<W: Commutative>(a: &Graph<W>, b: &Graph<W>) -> usize {
    let c = compose(a, b, &EMPTY_TOO).unwrap();
    let wanted = expected(a, b);
    assert_eq!(relation(&c.graph), wanted, "\n{a:?}\n{b:?}");
    check_origin(&c, &[a, b]);
    assert!(is_connected(&c.graph));
    let error = compose(a, b, &Compose { allow_empty: false, ..EMPTY_TOO });
    assert_eq!(error.is_err(), wanted.is_empty());
    wanted.values().map(Vec::len).sum()
}

#[test]
fn composition_has_a_path_for_every_agreeing_pair_of_paths() {
    let mut rng = Rng::new(1);
    let mut total = 0;
    for _ in 0..1500 {
        let (a, b) = (random(&mut rng, SMALL, energy), random(&mut rng, SMALL, energy));
        total += check(&a, &b);
    }
    assert!(total > 1500, "the graphs were too small to show anything: {total} paths");
}

#[test]
fn composition_counts_paths_as_the_counting_semiring_does() {
    let mut rng = Rng::new(2);
    for _ in 0..1000 {
        let (a, b) = (random(&mut rng, SMALL, count), random(&mut rng, SMALL, count));
        let total = |r: &Relation<Counting>| -> BTreeMap<_, u64> {
            r.iter().map(|(k, v)| (k.clone(), v.iter().map(|c| c.0).sum())).collect()
        };
        let mut wanted: BTreeMap<_, u64> = BTreeMap::new();
        let (ra, rb) = (total(&relation(&a)), total(&relation(&b)));
        for ((x, mid), n) in &ra {
            for ((mid_b, y), m) in rb.iter().filter(|r| r.0.0 == *mid) {
                assert_eq!(mid, mid_b);
                *wanted.entry((x.clone(), y.clone())).or_default() += n * m;
            }
        }
        let c = compose(&a, &b, &EMPTY_TOO).unwrap();
        assert_eq!(total(&relation(&c.graph)), wanted, "\n{a:?}\n{b:?}");
    }
}

#[test]
fn composition_of_cyclic_graphs_pairs_their_short_paths_once_each() {
    let mut rng = Rng::new(3);
    let shape = Shape { states: 3, arcs: 4, cyclic: true, ..SMALL };
    let longest = 3;
    let (mut total, mut skipped) = (0, 0);
    for _ in 0..1500 {
        let (a, b) = (random(&mut rng, shape, energy), random(&mut rng, shape, energy));
        let (pa, pb) = (paths(&a, longest), paths(&b, longest));
        let mut wanted: Vec<(Vec<Site>, Vec<Site>)> = Vec::new();
        for p in &pa {
            wanted.extend(pb.iter().filter(|q| p.output == q.input).map(|q| (p.sites.clone(), q.sites.clone())));
        }
        let c = compose(&a, &b, &EMPTY_TOO).unwrap();
        let short = |p: &(Vec<Site>, Vec<Site>)| p.0.len() <= longest + 1 && p.1.len() <= longest + 1;
        let Some(all) = few_paths(&c.graph, 2 * longest) else {
            skipped += 1;
            continue;
        };
        let mut got: Vec<_> = all.iter().map(|p| parts(&c, p)).filter(short).collect();
        wanted.sort();
        got.sort();
        assert_eq!(got, wanted, "\n{a:?}\n{b:?}");
        check_origin(&c, &[&a, &b]);
        assert!(is_connected(&c.graph));
        total += wanted.len();
    }
    assert!(total > 4000 && skipped < 500, "too little shown: {total} paths, {skipped} graphs left out");
}

#[test]
fn epsilons_before_and_after_a_match_are_counted_once() {
    let a = counting(&[(0, 1, 1, 0, 1), (1, 2, 2, 9, 1), (2, 3, 3, 0, 1)], &[(3, 1)]);
    let b = counting(&[(0, 1, 0, 4, 1), (1, 2, 9, 5, 1), (2, 3, 0, 6, 1)], &[(3, 1)]);
    let c = compose(&a, &b, &Compose::default()).unwrap().graph;
    assert_eq!(relation(&c), BTreeMap::from([((vec![1, 2, 3], vec![4, 5, 6]), vec![Counting(1)])]));
}

#[test]
fn unsorted_arcs_match_like_sorted_ones() {
    // No "(sort?)" error and no missed match.
    let a = counting(&[(0, 1, 1, 7, 1), (0, 1, 2, 3, 1), (0, 1, 3, 9, 1), (0, 1, 4, 3, 1)], &[(1, 1)]);
    let b = counting(&[(0, 1, 9, 1, 1), (0, 1, 3, 2, 5), (0, 1, 7, 3, 1), (0, 1, 3, 4, 7)], &[(1, 1)]);
    check(&a, &b);
    assert_eq!(compose(&a, &b, &Compose::default()).unwrap().graph.arc_count(), 6);
}

#[test]
fn long_rows_of_arcs_are_searched_correctly() {
    let mut rng = Rng::new(5);
    for _ in 0..500 {
        let side = |rng: &mut Rng, arcs: u64| {
            let rows: Vec<_> = (0..arcs)
                .map(|_| {
                    let label = rng.below(60) as u32;
                    (0, 1 + rng.below(2) as u32, label, label, 1)
                })
                .collect();
            counting(&rows, &[(1, 1), (2, 2)])
        };
        let (long, short) = (1 + rng.below(80), 1 + rng.below(6));
        let (a, b) = (side(&mut rng, long), side(&mut rng, short));
        check(&a, &b);
        check(&b, &a);
    }
}

#[test]
fn final_weights_multiply() {
    let (a, b) = (counting(&[], &[(0, 3)]), counting(&[], &[(0, 5)]));
    let c = compose(&a, &b, &Compose::default()).unwrap();
    assert_eq!(c.graph.final_weight(0), Counting(15));
    assert_eq!(c.origin.final_weight(0).len(), 2);
}

#[test]
fn an_impossible_arc_stays_an_arc() {
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    b.arc(0, 1, 1, Energy::IMPOSSIBLE, 1);
    b.final_weight(1, Energy::FREE);
    let c = compose(&b.build().unwrap(), &acceptor(&[1]).unwrap(), &Compose::default()).unwrap().graph;
    assert_eq!(c.all_arcs()[0].weight, Energy::IMPOSSIBLE);
}

#[test]
fn an_empty_composition_is_an_error_that_says_how_far_the_match_got() {
    let (a, b): (Graph<Energy>, Graph<Energy>) = (acceptor(&[1, 2, 3]).unwrap(), acceptor(&[1, 2, 4]).unwrap());
    let Err(OpError::Empty { first_unmatched }) = compose(&a, &b, &Compose::default()) else {
        panic!("no string is in both");
    };
    assert_eq!(first_unmatched, Some(Unmatched { matched: 2, left: 2, right: 2, label: Some(3) }));
    let longer = acceptor(&[1, 2, 3, 4]).unwrap();
    let Err(e) = compose(&a, &longer, &Compose::default()) else { panic!("the second goes on") };
    assert_eq!(
        e.to_string(),
        "the result accepts nothing: after 3 matched labels, in states 3 and 3, the strings do not end together"
    );
}

#[test]
fn the_empty_graph_composes_to_an_error_or_to_itself_when_asked() {
    let (none, some): (Graph<Energy>, Graph<Energy>) = (Graph::empty(), acceptor(&[1]).unwrap());
    for (a, b) in [(&none, &some), (&some, &none), (&none, &none)] {
        assert_eq!(compose(a, b, &Compose::default()), Err(OpError::Empty { first_unmatched: None }));
        assert_eq!(compose(a, b, &EMPTY_TOO).unwrap().graph, Graph::empty());
    }
}

#[test]
fn a_composition_over_budget_stops() {
    let mut b = GraphBuilder::new();
    b.state();
    b.start(0);
    (1..=10).for_each(|l| b.arc(0, l, l, Energy::FREE, 0));
    b.final_weight(0, Energy::FREE);
    let g = b.build().unwrap();
    let chain = acceptor(&[1; 50]).unwrap();
    let with = |states, arcs| compose(&chain, &g, &Compose { budget: Budget { states, arcs }, ..EMPTY_TOO });
    assert!(with(51, 50).is_ok());
    assert!(matches!(with(50, 50), Err(OpError::Budget { states: 51, arcs: 50 })));
    assert!(matches!(with(51, 49), Err(OpError::Budget { states: 51, arcs: 50 })));
}

#[test]
fn a_state_of_more_arcs_than_the_budget_is_not_made_first() {
    // 60,000 arcs of one label against as many: 3.6 billion arcs of one state, 70 GB of them.
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    (0..60_000).for_each(|i| b.arc(0, 1, 1, Energy::FREE, i % 2));
    b.final_weight(1, Energy::FREE);
    let fan = b.build().unwrap();
    let stopped = Err(OpError::Budget { states: 4, arcs: 100_001 });
    assert_eq!(compose(&fan, &fan, &EMPTY_TOO), stopped);
    let mut lazy = LazyCompose::new(&fan, &fan, &EMPTY_TOO);
    assert_eq!(lazy.arcs(0).map(<[_]>::len), Err(OpError::Budget { states: 4, arcs: 100_001 }));
    assert_eq!(expand(&mut lazy), stopped);
    let ahead = Compose { look_ahead: true, ..EMPTY_TOO };
    let stopped = OpError::Budget { states: 1, arcs: (1 << 20) + 1 };
    assert_eq!(compose(&fan, &fan, &ahead), Err(stopped.clone()));
    let mut lazy = LazyCompose::new(&fan, &fan, &ahead);
    assert_eq!(lazy.arcs(0).map(<[_]>::len), Err(stopped));
    assert!(matches!(lazy.arcs(0), Err(OpError::Budget { .. })));
}

#[test]
fn ends_far_back_in_the_order_of_discovery_are_found_among_cycles() {
    // 0 leads to all others, and the only way on from each is to the one before it.
    let n = 50;
    let mut b = GraphBuilder::new();
    b.add_states(n as usize + 1);
    b.start(0);
    (1..=n).for_each(|k| b.arc(0, k, k, Energy::FREE, k));
    (2..=n).for_each(|k| b.arc(k, 1, 1, Energy::FREE, k - 1));
    b.arc(1, 1, 1, Energy::FREE, 1);
    b.final_weight(1, Energy::FREE);
    let g = b.build().unwrap();
    let mut b = GraphBuilder::new();
    b.state();
    b.start(0);
    (1..=n).for_each(|k| b.arc(0, k, k, Energy::FREE, 0));
    b.final_weight(0, Energy::FREE);
    let made = compose(&g, &b.build().unwrap(), &EMPTY_TOO).unwrap().graph;
    assert_eq!((made.states(), made.arc_count()), (n as usize + 1, 2 * n as usize));
}

#[test]
fn products_too_large_for_a_table_are_hashed_to_the_same_result() {
    // 1,100 × 1,100 pairs lie beyond the table; one state more or less does not change the language.
    let mut rng = Rng::new(7);
    let string: Vec<u32> = (0..1099).map(|_| 1 + rng.below(3) as u32).collect();
    let chain: Graph<Counting> = acceptor(&string).unwrap();
    let c = compose(&chain, &chain, &Compose::default()).unwrap();
    assert_eq!((c.graph.states(), c.graph.arc_count()), (1100, 1099));
    check_origin(&c, &[&chain, &chain]);
    for _ in 0..300 {
        let (a, b) = (random(&mut rng, SMALL, count), random(&mut rng, SMALL, count));
        let pad = |g: &Graph<Counting>| {
            let mut b = GraphBuilder::new();
            b.add_states(g.states() + 1100);
            b.start(g.start().unwrap_or(0));
            g.arcs_with_source().for_each(|(_, s, a)| b.arc(s, a.ilabel, a.olabel, a.weight, a.target));
            (0..g.states() as u32).for_each(|s| b.final_weight(s, g.final_weight(s)));
            b.build().unwrap()
        };
        let large = compose(&pad(&a), &pad(&b), &EMPTY_TOO).unwrap();
        assert_eq!(large, compose(&a, &b, &EMPTY_TOO).unwrap());
    }
}

#[test]
fn acyclic_compositions_are_numbered_in_topological_order() {
    let mut rng = Rng::new(8);
    for _ in 0..1_000 {
        let (a, b) = (random(&mut rng, SMALL, energy), random(&mut rng, SMALL, energy));
        let c = compose(&a, &b, &EMPTY_TOO).unwrap().graph;
        assert!(c.arcs_with_source().all(|(_, s, a)| s < a.target), "{c:?}");
        if c.states() > 0 {
            assert_eq!(c.start(), Some(0));
        }
        assert!(topological_order(&c).is_ok());
    }
}

#[test]
fn connect_keeps_every_path_and_nothing_else() {
    let mut rng = Rng::new(9);
    let mut dropped = 0;
    for i in 0..1000 {
        let cyclic = i % 2 == 1;
        let g = random(&mut rng, Shape { states: 6, arcs: 9, cyclic, ..SMALL }, energy);
        let wanted = relation_up_to(&g, 4);
        match connect(&g) {
            Ok(c) => {
                assert_eq!(relation_up_to(&c.graph, 4), wanted);
                assert!(is_connected(&c.graph));
                check_origin(&c, &[&g]);
                dropped += g.states() - c.graph.states();
                assert!(
                    topological_order(&c.graph).is_err() || c.graph.arcs_with_source().all(|(_, s, a)| s < a.target)
                );
                // Where arcs lead forward already, states and so their arcs stay in order.
                let from = |arc| c.origin.arc(arc).iter().map(|from| from.site).collect::<Vec<_>>();
                let arcs = || 0..c.graph.arc_count() as u32;
                let forward = g.arcs_with_source().all(|(_, s, a)| s < a.target);
                assert!(!forward || arcs().zip(arcs().skip(1)).all(|(a, b)| from(a) < from(b)));
            }
            Err(e) => {
                assert_eq!(e, OpError::Empty { first_unmatched: None });
                assert!(wanted.is_empty());
            }
        }
    }
    assert!(dropped > 500);
}
