//! Determinisation and its kin against the weighted languages they should keep.

mod openfst_language;
mod ops_common;

use std::collections::{BTreeMap, BTreeSet};

use energraph::ops::{
    Budget, OpError, acceptor, determinize, disambiguate, equivalent, from_strings, minimize, relabel, remove_epsilon,
};
use energraph::semiring::Boolean;
use energraph::semiring::{MinMax, Quantum, Tolerance};
use energraph::{Beta, Energy, Graph, GraphBuilder, Label, LogSum, MinSum, Weight, oracle};
use openfst_language::{sample, weight_of};
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
fn minimisation_copies_a_start_that_becomes_one_with_a_state_that_arcs_lead_to() {
    // States 0 and 2 are alike. What both have ahead is `total`, which an arc into both cannot carry.
    let of = |total: f64| {
        let mut b = GraphBuilder::new();
        let weight = |x: f64| MinSum::<f64>::new(x).unwrap();
        b.add_states(3);
        b.start(0);
        [(0, 0.25, 1), (1, 1.5, 2), (2, 0.25, 1)].iter().for_each(|&(s, x, t)| b.arc(s, 2, 2, weight(x), t));
        [total, total + 1.5, total].into_iter().enumerate().for_each(|(s, x)| b.final_weight(s as u32, weight(x)));
        let g = b.build().unwrap();
        let m = minimize(&g, Quantum::default()).unwrap();
        assert!(equivalent(&g, &m, Tolerance::EXACT).unwrap());
        (m.states(), m.start())
    };
    assert_eq!(of(0.0), (2, Some(0)));
    assert_eq!(of(1.0), (3, Some(2)));
}

const CYCLIC: Shape = Shape { states: 5, arcs: 8, labels: 2, epsilons: 0, cyclic: true, acceptor: true };
const SMALL_BUDGET: Budget = Budget { states: 300, arcs: 2_000 };

/// 0 to 2 in quarters, or now and then +∞.
fn positive(rng: &mut Rng) -> Energy {
    if rng.chance(4) { Energy::IMPOSSIBLE } else { Energy::new(rng.below(9) as f32 / 4.0).unwrap() }
}

/// The rewritten graph weighs strings of both as the argument does; how many were compared.
fn assert_keeps_sampled(g: &Graph<Energy>, made: &Graph<Energy>, beta: Beta) -> usize {
    let strings: Vec<_> = sample(g, 8).into_iter().chain(sample(made, 8)).filter(|s| s.0.len() < 12).collect();
    for s in &strings {
        let (a, b) = (weight_of(g, s, beta), weight_of(made, s, beta));
        assert!(a == b || (a - b).abs() < 1e-4, "{s:?} {a} {b} {g:?}");
    }
    strings.len()
}

#[test]
fn determinisation_and_disambiguation_of_cyclic_acceptors_keep_weights_or_end_over_budget() {
    let (mut rng, mut compared, mut over, mut unlike) = (Rng::new(84), 0, 0, 0);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, CYCLIC, positive);
        let (min, log) = (g.lift::<MinSum<f64>>(), g.lift::<LogSum<f64>>());
        let both = [
            (determinize(&min, q(), SMALL_BUDGET).map(|g| g.lower()), Beta::Infinite, true),
            (determinize(&log, q(), SMALL_BUDGET).map(|g| g.lower()), Beta::ONE, true),
            (disambiguate(&min, q(), SMALL_BUDGET).map(|g| g.lower()), Beta::Infinite, false),
            (disambiguate(&log, q(), SMALL_BUDGET).map(|g| g.lower()), Beta::ONE, false),
        ];
        for (result, beta, deterministic) in both {
            match result {
                Ok(made) => {
                    assert!(is_connected(&made));
                    compared += assert_keeps_sampled(&g, &made, beta);
                    let Some(short) = few_paths(&made, 5) else { continue };
                    let strings: BTreeSet<_> = short.iter().map(|p| &p.input).collect();
                    assert_eq!(strings.len(), short.len(), "a string has two paths");
                    assert!(!deterministic || is_deterministic(&made));
                    unlike += usize::from(!is_deterministic(&made));
                }
                Err(OpError::Budget { .. }) => over += 1,
                Err(e) => assert_eq!(e, NOTHING),
            }
        }
    }
    assert!(compared > 4_000 && over > 50 && unlike > 50, "{compared} {over} {unlike}");
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

#[test]
fn a_disambiguation_divides_by_the_sum_which_a_minimum_always_divides() {
    let (mut rng, mut ambiguous) = (Rng::new(333), 0);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, ACCEPTORS, |rng| MinMax::new(rng.below(8) as f64).unwrap());
        let by_string = |g: &Graph<MinMax<f64>>| -> BTreeMap<_, _> {
            relation(g)
                .into_iter()
                .map(|(pair, ways)| (pair, ways.iter().map(MinMax::get).fold(f64::INFINITY, f64::min)))
                .collect()
        };
        let expected = by_string(&g);
        match disambiguate(&g, Quantum::EXACT, Budget::default()) {
            Err(e) => assert!(e == NOTHING && expected.is_empty(), "{e} {g:?}"),
            Ok(one) => {
                assert_eq!(by_string(&one), expected);
                assert!(relation(&one).values().all(|ways| ways.len() == 1));
                ambiguous += usize::from(relation(&g).values().any(|ways| ways.len() > 1));
            }
        }
    }
    assert!(ambiguous > 100, "{ambiguous}");
}
