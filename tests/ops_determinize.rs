//! Determinisation and its kin against the weighted languages they should keep.

mod ops_common;

use std::collections::{BTreeMap, BTreeSet};

use energraph::ops::Toward;
use energraph::ops::{
    Budget, Compose, OpError, Side, acceptor, arc_sort, determinize, difference, disambiguate, equivalent,
    from_strings, intersect, minimize, push, relabel, remove_epsilon, state_sort, top_sort,
};
use energraph::semiring::Boolean;
use energraph::semiring::{Quantum, Tolerance};
use energraph::{Energy, Graph, GraphBuilder, Label, LogSum, MinSum, Weight, oracle};
use ops_common::*;

const ROUNDS: usize = 1_000;
const ACCEPTORS: Shape = Shape { states: 6, arcs: 14, labels: 2, epsilons: 0, cyclic: false, acceptor: true };
const NOTHING: OpError = OpError::Empty { first_unmatched: None };
const CLOSE: Tolerance = Tolerance { absolute: 1e-6, relative: 1e-6 };

type Language = BTreeMap<Vec<Label>, f64>;

/// The weight of every string, by listing paths.
fn language(g: &Graph<Energy>, beta: f64) -> Language {
    let found = oracle::paths(g, |w| w.wide(), oracle::Limit { arcs: 64, paths: 100_000 });
    let sums = oracle::relation(&found.list).into_iter();
    let sums = sums.map(|((input, _), energies)| (input, oracle::free_energy(energies, beta)));
    sums.filter(|(_, e)| *e < f64::INFINITY).collect()
}

fn assert_alike(a: &Language, b: &Language) {
    assert!(a.keys().eq(b.keys()), "{a:?} {b:?}");
    a.values().zip(b.values()).for_each(|(x, y)| assert!((x - y).abs() < 1e-4, "{a:?} {b:?}"));
}

/// Fine enough not to be seen, coarse enough to even out rounding.
fn q() -> Quantum {
    Quantum::new(1e-7).unwrap()
}

type Rewrite<S> = fn(&Graph<S>, Quantum, Budget) -> Result<Graph<S>, OpError>;

/// An operation keeps the languages of random acceptors, in both semirings; `check` sees the results.
fn assert_keeps_languages(
    seed: u64,
    in_min_sum: Rewrite<MinSum<f64>>,
    in_log_sum: Rewrite<LogSum<f64>>,
    check: impl Fn(&Graph<Energy>, &Language),
) {
    let (mut rng, mut compared) = (Rng::new(seed), 0);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, ACCEPTORS, energy);
        let min = in_min_sum(&g.lift(), q(), Budget::default()).map(|g| g.lower());
        let log = in_log_sum(&g.lift(), q(), Budget::default()).map(|g| g.lower());
        for (result, beta) in [(min, f64::INFINITY), (log, 1.0)] {
            let expected = language(&g, beta);
            match result {
                Ok(d) => {
                    let found = language(&d, beta);
                    assert_alike(&expected, &found);
                    check(&d, &found);
                    compared += 1;
                }
                Err(e) => assert_eq!((e, expected.len()), (NOTHING, 0)),
            }
        }
    }
    assert!(compared > 600, "{compared}");
}

#[test]
fn determinisation_gives_every_string_one_path_with_its_weight() {
    assert_keeps_languages(71, determinize, determinize, |d, _| assert!(is_deterministic(d) && is_connected(d)));
}

#[test]
fn rounding_moves_a_weight_by_half_a_step_for_each_label_at_most() {
    let (mut rng, mut moved) = (Rng::new(80), 0);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, ACCEPTORS, |rng| Energy::new(rng.below(1_000) as f32 / 250.0).unwrap());
        let coarse = Quantum::new(0.25).unwrap();
        let Ok(d) = determinize(&g.lift::<MinSum<f64>>(), coarse, Budget::default()) else { continue };
        let (exact, rounded) = (language(&g, f64::INFINITY), language(&d.lower(), f64::INFINITY));
        assert!(exact.keys().eq(rounded.keys()));
        for ((s, a), b) in exact.iter().zip(rounded.values()) {
            assert!((a - b).abs() <= 0.125 * s.len() as f64 + 1e-5, "{s:?} {a} {b}");
            moved += usize::from((a - b).abs() > 1e-3);
        }
    }
    assert!(moved > 50, "{moved}");
}

#[test]
fn disambiguation_leaves_every_string_one_path_with_its_weight() {
    assert_keeps_languages(72, disambiguate, disambiguate, |d, language| {
        assert_eq!(paths(d, 64).len(), language.len());
        assert!(is_connected(d));
    });
}

/// The two cycles read the same and weigh differently: no deterministic acceptor is finite. Their ends differ, so that
/// no string has two paths.
fn twins() -> Graph<MinSum<f64>> {
    let mut b = GraphBuilder::new();
    b.add_states(5);
    b.start(0);
    let w = |e: f64| MinSum::new(e).unwrap();
    for (s, label, e, t) in
        [(0, 1, 0.0, 1), (0, 1, 0.0, 2), (1, 1, 1.0, 1), (2, 1, 2.0, 2), (1, 2, 0.0, 3), (2, 3, 0.0, 4)]
    {
        b.arc(s, label, label, w(e), t);
    }
    b.final_weight(3, w(0.0));
    b.final_weight(4, w(0.0));
    b.build().unwrap()
}

#[test]
fn what_has_no_deterministic_equivalent_ends_over_budget_and_can_still_be_disambiguated() {
    let small = Budget { states: 1_000, arcs: 10_000 };
    assert!(matches!(determinize(&twins(), q(), small), Err(OpError::Budget { .. })));
    assert_eq!(disambiguate(&twins(), q(), small).unwrap().states(), 5);
}

/// The number of states that any deterministic acceptor needs: different futures, up to a common weight.
fn futures(g: &Graph<Energy>) -> usize {
    let futures = (0..g.states() as u32).map(|s| {
        let mut b = GraphBuilder::new();
        b.add_states(g.states());
        b.start(s);
        g.arcs_with_source().for_each(|(_, p, a)| b.arc(p, a.ilabel, a.olabel, a.weight, a.target));
        (0..g.states() as u32).for_each(|p| b.final_weight(p, g.final_weight(p)));
        let language = language(&b.build().unwrap(), f64::INFINITY);
        let lowest = language.values().copied().fold(f64::INFINITY, f64::min);
        // Quarters are exact.
        language.into_iter().map(|(s, e)| (s, ((e - lowest) * 4.0) as i64)).collect::<Vec<_>>()
    });
    futures.filter(|f| !f.is_empty()).collect::<BTreeSet<_>>().len()
}

#[test]
fn minimisation_leaves_one_state_for_each_future() {
    let (mut rng, mut smaller) = (Rng::new(74), 0);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, Shape { states: 8, arcs: 20, ..ACCEPTORS }, energy);
        let Ok(d) = determinize(&g.lift::<MinSum<f64>>(), q(), Budget::default()) else { continue };
        let m = minimize(&d, q()).unwrap();
        assert!(is_deterministic(&m) && is_connected(&m));
        assert_alike(&language(&g, f64::INFINITY), &language(&m.lower(), f64::INFINITY));
        assert_eq!(m.states(), futures(&d.lower()));
        assert_eq!(minimize(&m, q()).unwrap().states(), m.states());
        smaller += usize::from(m.states() < d.states());
        let Ok(d) = determinize(&g.lift::<LogSum<f64>>(), q(), Budget::default()) else { continue };
        let m = minimize(&d, q()).unwrap();
        assert_alike(&language(&g, 1.0), &language(&m.lower(), 1.0));
    }
    assert!(smaller > 25, "{smaller}");
}

#[test]
fn minimisation_of_cyclic_acceptors_agrees_with_refinement_round_by_round() {
    let (mut rng, mut smaller) = (Rng::new(75), 0);
    let shape = Shape { states: 10, arcs: 22, cyclic: true, ..ACCEPTORS };
    for _ in 0..ROUNDS {
        let g = random(&mut rng, shape, |rng| Boolean(!rng.chance(4)));
        let Ok(d) = determinize(&g, q(), Budget::default()) else { continue };
        let m = minimize(&d, q()).unwrap();
        assert!(equivalent(&d, &m, Tolerance::EXACT).unwrap());
        // Moore 1956: states are told apart by ends, then by where their arcs lead.
        let mut class: Vec<usize> = (0..d.states() as u32).map(|s| usize::from(d.is_final(s))).collect();
        for _ in 0..d.states() {
            let key = |s: u32| {
                let mut arcs: Vec<_> = d.arcs(s).iter().map(|a| (a.ilabel, class[a.target as usize])).collect();
                arcs.sort_unstable();
                (class[s as usize], arcs)
            };
            let keys: Vec<_> = (0..d.states() as u32).map(key).collect();
            let sorted: BTreeSet<_> = keys.iter().collect();
            class = keys.iter().map(|k| sorted.iter().position(|s| *s == k).unwrap()).collect();
        }
        assert_eq!(m.states(), class.iter().collect::<BTreeSet<_>>().len());
        smaller += usize::from(m.states() < d.states());
    }
    assert!(smaller > 100, "{smaller}");
}

#[test]
fn equivalence_is_equality_of_languages() {
    let (mut rng, mut same, mut other) = (Rng::new(76), 0, 0);
    let shape = Shape { states: 4, arcs: 5, ..ACCEPTORS };
    let weight = |rng: &mut Rng| Energy::new(rng.below(2) as f32).unwrap();
    let deterministic = |rng: &mut Rng| loop {
        let g = random(rng, shape, weight);
        if is_deterministic(&g) {
            return g;
        }
    };
    for _ in 0..ROUNDS {
        let (a, b) = (deterministic(&mut rng), deterministic(&mut rng));
        let expected = language(&a, f64::INFINITY) == language(&b, f64::INFINITY);
        for ours in [
            equivalent(&a.lift::<MinSum<f64>>(), &b.lift(), CLOSE),
            equivalent(&a.lift::<LogSum<f64>>(), &b.lift(), CLOSE),
        ] {
            assert_eq!(ours, Ok(expected), "{a:?} {b:?}");
        }
        same += usize::from(expected && !language(&a, 1.0).is_empty());
        other += usize::from(!expected);
        if let Ok(pushed) = push(&a.lift::<MinSum<f64>>(), Toward::End) {
            assert_eq!(equivalent(&a.lift(), &pushed, CLOSE), Ok(true));
        }
    }
    assert!(same > 10 && other > 300, "{same} {other}");
    let empty = Graph::<MinSum<f64>>::empty();
    assert_eq!(equivalent(&empty, &empty, CLOSE), Ok(true));
    assert_eq!(equivalent(&empty, &acceptor(&[]).unwrap(), CLOSE), Ok(false));
}

#[test]
fn a_difference_has_the_paths_of_the_first_over_strings_that_the_second_rejects() {
    let mut rng = Rng::new(77);
    let o = Compose::default();
    for _ in 0..ROUNDS {
        let shape = Shape { epsilons: 20, ..ACCEPTORS };
        let (a, b) = (random(&mut rng, shape, energy), random(&mut rng, shape, energy));
        let refused = language(&b, f64::INFINITY);
        let mut expected = relation(&a);
        expected.retain(|(input, _), _| !refused.contains_key(input));
        match difference(&a, &b, &o) {
            Ok(t) => {
                assert_eq!(relation(&t.graph), expected);
                check_origin(&t, &[&a]);
            }
            Err(OpError::Empty { .. }) => assert!(expected.is_empty()),
            Err(e) => panic!("{e}"),
        }
    }
    let one: Graph<Energy> = acceptor(&[]).unwrap();
    assert_eq!(difference(&one, &Graph::empty(), &o).unwrap().graph.states(), 1);
    assert!(matches!(difference(&one, &one, &o), Err(OpError::Empty { .. })));
    assert!(difference(&one, &one, &Compose { allow_empty: true, ..o }).unwrap().graph.start().is_none());
}

#[test]
fn an_intersection_has_a_path_for_every_pair_over_one_string() {
    let mut rng = Rng::new(78);
    for _ in 0..ROUNDS {
        let shape = Shape { epsilons: 20, ..ACCEPTORS };
        let (a, b) = (random(&mut rng, shape, energy), random(&mut rng, shape, energy));
        let (left, right) = (relation(&a), relation(&b));
        let mut expected: Relation<Energy> = BTreeMap::new();
        for (strings, v) in &left {
            let products = right.get(strings).into_iter().flatten().flat_map(|y| v.iter().map(|x| x.times(y)));
            expected.entry(strings.clone()).or_default().extend(products.filter(|w| !w.is_zero()));
        }
        expected.retain(|_, v| !v.is_empty());
        let found = match intersect(&a, &b, &Compose { allow_empty: true, ..Compose::default() }) {
            Ok(t) => t.graph,
            Err(e) => panic!("{e}"),
        };
        let mut found = relation(&found);
        found.values_mut().for_each(|v| v.retain(|w| !w.is_zero()));
        found.retain(|_, v| !v.is_empty());
        assert_eq!(found, sorted(expected));
    }
}

#[test]
fn sorting_moves_states_and_arcs_and_changes_no_path() {
    let mut rng = Rng::new(79);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, SMALL, energy);
        let t = top_sort(&g).unwrap();
        assert!(t.graph.arcs_with_source().all(|(_, s, a)| a.target > s));
        assert_eq!(relation(&t.graph), relation(&g));
        check_origin(&t, &[&g]);
        let t = arc_sort(&g, Side::Output).unwrap();
        assert!((0..g.states() as u32).all(|s| t.graph.arcs(s).is_sorted_by_key(|a| a.olabel)));
        assert_eq!(relation(&t.graph), relation(&g));
        check_origin(&t, &[&g]);
        let back: Vec<u32> = (0..g.states() as u32).rev().collect();
        let twice = state_sort(&state_sort(&g, &back).unwrap().graph, &back).unwrap().graph;
        assert_eq!(twice, g);
        assert_eq!(relabel(&relabel(&g, &[(1, 9)], &[]).graph, &[(9, 1)], &[]).graph, g);
    }
    let g: Graph<Energy> = acceptor(&[1]).unwrap();
    assert_eq!(state_sort(&g, &[0]), Err(OpError::Count { what: "entries of an order", found: 1, states: 2 }));
    assert_eq!(state_sort(&g, &[1, 1]), Err(OpError::NotAnOrder { state: 0 }));
    assert_eq!(state_sort(&g, &[1, 7]), Err(OpError::NotAnOrder { state: 0 }));
    let mut b = GraphBuilder::new();
    b.add_states(1);
    b.start(0);
    b.arc(0, 1, 1, Energy::FREE, 0);
    assert_eq!(top_sort(&b.build().unwrap()), Err(OpError::Cyclic(energraph::graph::Cyclic { states: vec![0] })));
}

#[test]
fn what_is_asked_of_arguments_is_checked() {
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    b.arc(0, 1, 2, MinSum::<f64>::one(), 1);
    b.final_weight(1, MinSum::one());
    let transducer = b.build().unwrap();
    let no_acceptor = OpError::NotAnAcceptor { arc: 0, ilabel: 1, olabel: 2 };
    assert_eq!(determinize(&transducer, q(), Budget::default()), Err(no_acceptor.clone()));
    assert_eq!(disambiguate(&transducer, q(), Budget::default()), Err(no_acceptor.clone()));
    assert_eq!(minimize(&transducer, q()), Err(no_acceptor.clone()));
    assert_eq!(equivalent(&transducer, &transducer, CLOSE), Err(no_acceptor));
    let silent = relabel(&transducer, &[(1, 0)], &[(2, 0)]).graph;
    assert!(matches!(determinize(&silent, q(), Budget::default()), Err(OpError::Epsilon { position: 0, .. })));
    assert!(matches!(minimize(&silent, q()), Err(OpError::Epsilon { .. })));
    assert_eq!(remove_epsilon(&silent).unwrap().states(), 1);
    let two = union_of_two();
    assert_eq!(minimize(&two, q()), Err(OpError::NotDeterministic { state: 0, label: 1 }));
    let nothing = Graph::<MinSum<f64>>::empty();
    assert_eq!(determinize(&nothing, q(), Budget::default()), Err(NOTHING));
    assert_eq!(minimize(&nothing, q()), Err(NOTHING));
    let empty_string: Graph<MinSum<f64>> = acceptor(&[]).unwrap();
    assert_eq!(determinize(&empty_string, q(), Budget::default()).as_ref(), Ok(&empty_string));
    assert_eq!(disambiguate(&empty_string, q(), Budget::default()).as_ref(), Ok(&empty_string));
    assert_eq!(minimize(&empty_string, q()).as_ref(), Ok(&empty_string));
}

fn union_of_two() -> Graph<MinSum<f64>> {
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    b.arc(0, 1, 1, MinSum::one(), 1);
    b.arc(0, 1, 1, MinSum::one(), 0);
    b.final_weight(1, MinSum::one());
    b.build().unwrap()
}

#[test]
fn a_trie_of_a_hundred_thousand_words_with_one_ending_shrinks_to_its_shape() {
    let words: Vec<Vec<Label>> =
        (0..100_000_u32).map(|n| (0..5).map(|i| 1 + n / 10_u32.pow(i) % 10).collect()).collect();
    let trie: Graph<MinSum<f64>> = from_strings(&words).unwrap();
    let m = minimize(&trie, q()).unwrap();
    assert_eq!((m.states(), m.arc_count()), (6, 50));
}
