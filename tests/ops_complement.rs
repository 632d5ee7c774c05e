//! Complements, differences and intersections against listed paths and sets of states.

mod openfst_language;
mod ops_common;

use std::collections::BTreeMap;

use energraph::ops::{
    Budget, Compose, Filter, OpError, acceptor, complement, compose, difference, from_strings, intersect,
};
use energraph::{Beta, Energy, Graph, GraphBuilder, Label, Weight, oracle};
use openfst_language::weight_of;
use ops_common::*;

const ROUNDS: usize = 1_000;
const ACCEPTORS: Shape = Shape { states: 6, arcs: 14, labels: 2, epsilons: 0, cyclic: false, acceptor: true };
const CYCLIC: Shape = Shape { states: 4, arcs: 7, labels: 2, epsilons: 25, cyclic: true, acceptor: true };
const NOTHING: OpError = OpError::Empty { first_unmatched: None };

/// How many paths accept a string, by walking every path that reads it. No epsilons.
fn accepts(g: &Graph<Energy>, string: &[Label]) -> usize {
    let mut at: Vec<u32> = g.start().into_iter().collect();
    for &l in string {
        at = at.iter().flat_map(|&s| g.arcs(s).iter().filter(|a| a.ilabel == l).map(|a| a.target)).collect();
    }
    at.iter().filter(|&&s| g.is_final(s)).count()
}

#[test]
fn complement_accepts_exactly_the_other_strings_once_each() {
    let mut rng = Rng::new(17);
    let shape = Shape { acceptor: true, ..SMALL };
    for _ in 0..ROUNDS {
        let g = random(&mut rng, shape, energy);
        let c = complement(&g, &[2, 1, 2], Budget::default()).unwrap();
        assert!(is_deterministic(&c));
        assert!((0..c.states() as u32).all(|s| c.arcs(s).len() == 2), "complete");
        assert!(c.sites().all(|(_, w)| *w == Energy::FREE));
        // Possible strings of g: some path whose weights are all finite.
        let possible = relation(&g);
        let possible = |s: &[Label]| {
            possible.get(&(s.to_vec(), s.to_vec())).is_some_and(|w| w.iter().any(|w| *w != Energy::IMPOSSIBLE))
        };
        for s in strings(2, 6) {
            assert_eq!(accepts(&c, &s), usize::from(!possible(&s)), "{s:?}");
        }
    }
}

/// Whether some path of finite energy reads the string, by sets of states.
fn reads(g: &Graph<Energy>, string: &[Label]) -> bool {
    let step = |from: &[bool], label: Label| {
        let mut to = vec![false; g.states()];
        let possible = g.arcs_with_source().filter(|(_, _, a)| a.ilabel == label && !a.weight.is_zero());
        possible.for_each(|(_, s, a)| to[a.target as usize] |= from[s as usize]);
        to
    };
    let closed = |mut at: Vec<bool>| {
        for _ in 0..g.states() {
            step(&at, 0).into_iter().zip(&mut at).for_each(|(more, at)| *at |= more);
        }
        at
    };
    let start = closed((0..g.states() as u32).map(|s| g.start() == Some(s)).collect());
    let end = string.iter().fold(start, |at, &l| closed(step(&at, l)));
    (0..g.states() as u32).any(|s| end[s as usize] && g.is_final(s))
}

#[test]
fn complement_handles_cyclic_acceptors_with_epsilon_cycles_too() {
    let mut rng = Rng::new(18);
    let (mut everything, mut some) = (0, 0);
    for round in 0..2 * ROUNDS {
        let shape = Shape { epsilons: if round % 2 == 0 { 0 } else { 25 }, ..CYCLIC };
        let g = random(&mut rng, shape, energy);
        match complement(&g, &[1, 2], Budget::default()) {
            Ok(c) => {
                assert!(is_deterministic(&c));
                some += strings(2, 6).iter().filter(|s| accepts(&c, s) == 1).count();
                strings(2, 6).iter().for_each(|s| assert_eq!(accepts(&c, s) == 1, !reads(&g, s), "{s:?} {g:?}"));
            }
            Err(e) => {
                assert_eq!(e, NOTHING);
                assert!(strings(2, 6).iter().all(|s| reads(&g, s)));
                everything += 1;
            }
        }
    }
    assert!(everything > 5 && some > 10_000, "{everything} {some}");
}

#[test]
fn complement_refuses_what_it_cannot_mean() {
    let transducer = counting(&[(0, 0, 1, 1, 1), (0, 1, 1, 2, 1)], &[(1, 1)]);
    let refused = complement(&transducer, &[1], Budget::default());
    assert_eq!(refused, Err(OpError::NotAnAcceptor { arc: 1, ilabel: 1, olabel: 2 }));
    let word: Graph<Energy> = acceptor(&[1]).unwrap();
    let epsilon = complement(&word, &[1, 0], Budget::default());
    assert_eq!(epsilon, Err(OpError::Epsilon { what: "an alphabet", position: 1 }));
    // Only the empty string can be asked for, and it is accepted.
    assert_eq!(complement(&acceptor::<Energy>(&[]).unwrap(), &[], Budget::default()), Err(NOTHING));
    assert_eq!(complement(&Graph::<Energy>::empty(), &[], Budget::default()).map(|g| g.states()), Ok(1));
}

#[test]
fn complement_stops_where_subsets_explode() {
    // The k-th label from the end is 1: 2^k subsets.
    let mut arcs = vec![(0, 0, 1, 1, 1), (0, 0, 2, 2, 1), (0, 1, 1, 1, 1)];
    (1..20).for_each(|s| arcs.extend([(s, s + 1, 1, 1, 1), (s, s + 1, 2, 2, 1)]));
    let g = counting(&arcs, &[(20, 1)]);
    let stopped = complement(&g, &[1, 2], Budget { states: 1000, arcs: 50_000 });
    assert!(matches!(stopped, Err(OpError::Budget { states: 1001..=1002, .. })), "{stopped:?}");
}

#[test]
fn composing_with_a_complement_leaves_the_wrong_answers_with_the_paths_they_had() {
    let mut rng = Rng::new(19);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, SMALL, energy);
        let mut relation_left = relation(&g);
        let Some(((_, right), _)) = relation_left.iter().nth(rng.below(4) as usize) else { continue };
        let right = right.clone();
        let wrong = complement(&acceptor(&right).unwrap(), &[1, 2], Budget::default()).unwrap();
        let rivals = compose(&g, &wrong, &Compose { allow_empty: true, ..Compose::default() }).unwrap();
        relation_left.retain(|(_, o), _| *o != right);
        assert_eq!(relation(&rivals.graph), relation_left);
    }
}

/// The strings that some path of finite energy reads.
fn language(g: &Graph<Energy>) -> std::collections::BTreeSet<Vec<Label>> {
    let found = oracle::paths(g, |w| w.wide(), oracle::Limit { arcs: 64, paths: 100_000 });
    found.list.into_iter().filter(|p| p.energy < f64::INFINITY).map(|p| p.input).collect()
}

#[test]
fn a_difference_has_the_paths_of_the_first_over_strings_that_the_second_rejects() {
    let mut rng = Rng::new(77);
    let o = Compose::default();
    for _ in 0..ROUNDS {
        let shape = Shape { epsilons: 20, ..ACCEPTORS };
        let (a, b) = (random(&mut rng, shape, energy), random(&mut rng, shape, energy));
        let refused = language(&b);
        let mut expected = relation(&a);
        expected.retain(|(input, _), _| !refused.contains(input));
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

/// 0 to 2 in quarters, or now and then +∞.
fn positive(rng: &mut Rng) -> Energy {
    if rng.chance(4) { Energy::IMPOSSIBLE } else { Energy::new(rng.below(9) as f32 / 4.0).unwrap() }
}

#[test]
fn a_difference_of_cyclic_acceptors_has_the_weights_of_the_first_where_the_second_rejects() {
    let (mut rng, mut kept, mut refused) = (Rng::new(81), 0, 0);
    for _ in 0..ROUNDS {
        let (a, b) = (random(&mut rng, CYCLIC, positive), random(&mut rng, CYCLIC, positive));
        let found = match difference(&a, &b, &Compose { allow_empty: true, ..Compose::default() }) {
            Ok(t) => {
                check_origin(&t, &[&a]);
                t.graph
            }
            Err(e) => panic!("{e}"),
        };
        for s in strings(2, 3) {
            let pair = (s.clone(), s);
            let expected = if reads(&b, &pair.0) { f64::INFINITY } else { weight_of(&a, &pair, Beta::Infinite) };
            assert_eq!(weight_of(&found, &pair, Beta::Infinite), expected, "{a:?} {b:?}");
            kept += usize::from(expected < f64::INFINITY);
            refused += usize::from(expected == f64::INFINITY && reads(&a, &pair.0));
        }
    }
    assert!(kept > 500 && refused > 500, "{kept} {refused}");
}

/// Words of two labels, the first of which no two share.
fn distinct(words: u32) -> Graph<Energy> {
    from_strings((1..=words).map(|i| [i, 1])).unwrap()
}

#[test]
fn a_difference_asks_the_complement_for_labels_that_the_first_has_there_and_no_others() {
    // Over all labels, the complement of these has 16,002 states with 8,000 arcs each.
    let b = distinct(8_000);
    let o = Compose { budget: Budget { states: 16_001, arcs: 64_000 }, ..Compose::default() };
    let nothing = difference(&b, &b, &Compose { allow_empty: true, ..o }).unwrap();
    assert!(nothing.graph.start().is_none());
    assert!(matches!(difference(&b, &b, &o), Err(OpError::Empty { .. })));
    let rest =
        difference(&distinct(8_001), &b, &Compose { budget: Budget { states: 16_003, ..o.budget }, ..o }).unwrap();
    assert_eq!(rest.graph.all_arcs().iter().map(|a| a.ilabel).collect::<Vec<_>>(), [8_001, 1]);
    let tight = Compose { budget: Budget { states: 16_000, ..o.budget }, ..o };
    assert!(matches!(difference(&b, &b, &tight), Err(OpError::Budget { states: 16_001, .. })));
}

#[test]
fn a_difference_counts_the_states_of_its_subsets_as_arcs() {
    // A circle of epsilons is in every subset, with ever more of a chain: n subsets of n to 2n states.
    let n = 200_u32;
    let epsilons: Vec<_> = (1..n).map(|s| (s - 1, s, 0, 0, 1)).chain([(n - 1, 0, 0, 0, 1)]).collect();
    let loops: Vec<_> = (0..n).map(|s| (s, s, s + 1, s + 1, 1)).collect();
    let chain: Vec<_> = (n..2 * n).map(|s| (s, s + 1, 1, 1, 1)).chain([(0, n, 1, 1, 1)]).collect();
    let b = counting(&[epsilons, loops, chain].concat(), &[(0, 1)]);
    let a = counting(&(0..n).map(|s| (s, s + 1, 1, 1, 1)).collect::<Vec<_>>(), &[(n, 1)]);
    let o = |arcs| Compose { budget: Budget { arcs, ..Budget::default() }, allow_empty: true, ..Compose::default() };
    assert!(difference(&a, &b, &o(200_000)).is_ok());
    let over = difference(&a, &b, &o(20_000));
    assert!(matches!(over, Err(OpError::Budget { states: ..=110, arcs: 20_001..=21_000 })), "{over:?}");
}

/// The difference through the whole complement over the labels of the first.
fn by_complement(a: &Graph<Energy>, b: &Graph<Energy>, o: &Compose) -> Graph<Energy> {
    let labels: Vec<Label> = a.all_arcs().iter().map(|a| a.ilabel).filter(|&l| l != 0).collect();
    match complement(b, &labels, Budget::default()) {
        Ok(rest) => intersect(a, &rest, o).unwrap().graph,
        Err(e) => {
            assert_eq!(e, NOTHING);
            Graph::empty()
        }
    }
}

#[test]
fn epsilons_behind_many_labels_are_followed_once() {
    // 50,000 labels lead to one state, and 50,000 epsilons on from there: each for itself would take 2.5 · 10⁹ steps.
    let n = 50_000;
    let mut b = GraphBuilder::new();
    b.add_states(n as usize + 2);
    b.start(0);
    (1..=n).for_each(|label| b.arc(0, label, label, Energy::FREE, 1));
    (1..=n).for_each(|s| b.arc(s, 0, 0, Energy::FREE, s + 1));
    b.final_weight(n + 1, Energy::FREE);
    let behind = b.build().unwrap();
    let alphabet: Vec<Label> = (1..=n).collect();
    assert_eq!(complement(&behind, &alphabet, Budget::default()).unwrap().states(), 3);
    let words: Graph<Energy> = from_strings((0..=n).map(|label| [label + 1])).unwrap();
    let left = difference(&words, &behind, &Compose::default()).unwrap().graph;
    assert_eq!(left.all_arcs().iter().map(|a| a.ilabel).collect::<Vec<_>>(), [n + 1]);
}

#[test]
fn a_difference_is_the_intersection_with_the_complement_state_by_state() {
    use Filter::{AlternateSequence, Match, NoMatch, Null, Sequence, Trivial};
    let (mut rng, mut arcs) = (Rng::new(83), 0);
    for _ in 0..2 * ROUNDS {
        let mut one = || {
            let cyclic = rng.chance(50);
            let shape = Shape { cyclic, labels: 3, states: 6, arcs: 12, ..CYCLIC };
            random(&mut rng, shape, energy)
        };
        let (a, b) = (one(), one());
        for filter in [Sequence, AlternateSequence, Match, NoMatch, Trivial, Null] {
            let o = Compose { filter, look_ahead: rng.chance(30), allow_empty: true, ..Compose::default() };
            let found = difference(&a, &b, &o).unwrap().graph;
            assert_eq!(found, by_complement(&a, &b, &o), "{a:?} {b:?}");
            arcs += found.arc_count();
            let all = Compose { dead_ends: true, filter, ..Compose::default() };
            if let (Ok(found), Ok(rest)) = (difference(&a, &b, &all), complement(&b, &[1, 2, 3], Budget::default())) {
                assert_eq!(found.graph, intersect(&a, &rest, &all).unwrap().graph, "{a:?} {b:?}");
            }
        }
    }
    assert!(arcs > 10_000, "{arcs}");
}

#[test]
fn an_intersection_of_cyclic_acceptors_weighs_every_string_with_both() {
    let (mut rng, mut kept) = (Rng::new(82), 0);
    for _ in 0..ROUNDS {
        let (a, b) = (random(&mut rng, CYCLIC, positive), random(&mut rng, CYCLIC, positive));
        let found = intersect(&a, &b, &Compose { allow_empty: true, ..Compose::default() }).unwrap();
        check_origin(&found, &[&a, &b]);
        for s in strings(2, 3) {
            let pair = (s.clone(), s);
            let of = |g: &Graph<Energy>| weight_of(g, &pair, Beta::Infinite);
            assert_eq!(of(&found.graph), of(&a) + of(&b), "{a:?} {b:?}");
            kept += usize::from(of(&found.graph) < f64::INFINITY);
        }
    }
    assert!(kept > 500, "{kept}");
}
