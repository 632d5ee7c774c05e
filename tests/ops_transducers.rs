//! Operations on what transducers write, against the weighted relations they should keep.

mod openfst_language;
mod ops_common;

use std::collections::BTreeSet;

use energraph::graph::EPSILON;
use energraph::ops::{
    Budget, Compose, OpError, compose, determinize_best, determinize_transducer, disambiguate_transducer,
};
use energraph::semiring::Quantum;
use energraph::{Beta, Energy, Graph, GraphBuilder, Label, LogSum, MinSum, Weight};
use openfst_language::{sample, weight_of};
use ops_common::*;

const ROUNDS: usize = 1_000;
const NOTHING: OpError = OpError::Empty { first_unmatched: None };
/// Two outputs and short paths: about half are functional.
const READERS: Shape = Shape { states: 5, arcs: 9, labels: 2, epsilons: 0, cyclic: false, acceptor: false };

/// Whether no string that is read has two outputs.
fn is_functional(pairs: &Pairs) -> bool {
    pairs.keys().map(|(i, _)| i).collect::<BTreeSet<_>>().len() == pairs.len()
}

fn q() -> Quantum {
    Quantum::new(1e-7).unwrap()
}

/// Arcs that read lie in front of arcs that only write, and no state has two arcs that read alike, or two ways to go on
/// where nothing is read.
fn reads_deterministically(g: &Graph<Energy>) -> bool {
    (0..g.states() as u32).all(|s| {
        let mut read: Vec<Label> = g.arcs(s).iter().map(|a| a.ilabel).collect();
        read.sort_unstable();
        let tails = g.arcs(s).iter().filter(|a| a.ilabel == EPSILON);
        read.windows(2).all(|l| l[0] != l[1])
            && tails.clone().all(|a| a.olabel != EPSILON && g.arcs(a.target).iter().all(|b| b.ilabel == EPSILON))
            && (tails.count() == 0 || !g.is_final(s))
    })
}

/// A transducer with every output label of the input's arcs drawn anew, each epsilon now and then.
fn with_outputs(rng: &mut Rng, g: &Graph<Energy>, labels: u64) -> Graph<Energy> {
    g.map_labels(|i, _| (i, if rng.chance(40) { EPSILON } else { 1 + rng.below(labels) as Label }))
}

fn reader(rng: &mut Rng, labels: u64) -> Graph<Energy> {
    let g = random(rng, READERS, energy);
    with_outputs(rng, &g, labels)
}

#[test]
fn determinisation_of_transducers_keeps_what_is_read_and_written_and_its_weight() {
    let (mut rng, mut compared, mut waited, mut refused) = (Rng::new(401), 0, 0, 0);
    for _ in 0..3 * ROUNDS {
        let g = reader(&mut rng, 1);
        for beta in [f64::INFINITY, 1.0] {
            let expected = pairs(&g, beta);
            let result = if beta == 1.0 {
                determinize_transducer(&g.lift::<LogSum<f64>>(), q(), Budget::default()).map(|g| g.lower())
            } else {
                determinize_transducer(&g.lift::<MinSum<f64>>(), q(), Budget::default()).map(|g| g.lower())
            };
            match result {
                Ok(d) => {
                    assert!(reads_deterministically(&d) && is_connected(&d), "{d:?}");
                    assert_alike_pairs(&expected, &pairs(&d, beta));
                    assert_eq!(paths(&d, 64).len(), expected.len());
                    compared += 1;
                    waited += usize::from(d.all_arcs().iter().any(|a| a.ilabel == EPSILON));
                }
                Err(OpError::NotFunctional { input, outputs: [a, b], state }) => {
                    let has = |o: Vec<Label>| expected.contains_key(&(input.clone(), o));
                    assert!(a != b && (state as usize) < g.states() && has(a) && has(b), "{input:?} {expected:?}");
                    refused += 1;
                }
                Err(e) => assert_eq!((e, expected.len()), (NOTHING, 0)),
            }
            assert!(result_is_right_about(&g, &expected));
        }
    }
    assert!(compared > 1_500 && waited > 40 && refused > 500, "{compared} {waited} {refused}");
}

/// A functional graph has a result, any other has none.
fn result_is_right_about(g: &Graph<Energy>, expected: &Pairs) -> bool {
    let result = determinize_transducer(&g.lift::<MinSum<f64>>(), q(), Budget::default());
    matches!(result, Err(OpError::NotFunctional { .. })) != is_functional(expected)
}

/// Every label is written as 10·(last label of the string) + itself: it takes the whole string to know the first.
/// Two branches guess the last label.
fn guesses_the_last() -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(5);
    b.start(0);
    for (branch, last) in [(1, 1), (2, 2)] {
        for label in 1..3 {
            b.arc(0, label, 10 * last + label, Energy::FREE, branch);
            b.arc(branch, label, 10 * last + label, Energy::FREE, branch);
        }
        for from in [0, branch] {
            b.arc(from, last, 10 * last + last, Energy::FREE, branch + 2);
        }
        b.final_weight(branch + 2, Energy::FREE);
    }
    b.build().unwrap()
}

#[test]
fn what_shows_only_at_the_end_waits_until_there() {
    let (mut rng, mut long) = (Rng::new(402), 0);
    let t = guesses_the_last();
    for _ in 0..ROUNDS {
        let shape = Shape { states: 7, arcs: 40, acceptor: true, ..READERS };
        let g = random(&mut rng, shape, energy);
        let Ok(g) = compose(&g, &t, &Compose::default()).map(|t| t.graph) else { continue };
        let expected = pairs(&g, f64::INFINITY);
        let Ok(d) = determinize_transducer(&g.lift::<MinSum<f64>>(), q(), Budget::default()) else {
            assert!(expected.is_empty());
            continue;
        };
        let d: Graph<Energy> = d.lower();
        assert!(reads_deterministically(&d) && is_connected(&d));
        assert_alike_pairs(&expected, &pairs(&d, f64::INFINITY));
        long += usize::from(expected.keys().any(|(i, _)| i.len() > 3));
    }
    assert!(long > 100, "{long}");
}

#[test]
fn what_would_wait_for_ever_ends_over_budget() {
    let small = Budget { states: 1_000, arcs: 10_000 };
    let result = determinize_transducer(&guesses_the_last().lift::<MinSum<f64>>(), q(), small);
    assert!(matches!(result, Err(OpError::Budget { .. })));
}

#[test]
fn determinisation_of_cyclic_transducers_keeps_the_weights_of_their_pairs() {
    let (mut rng, mut compared) = (Rng::new(403), 0);
    for _ in 0..2 * ROUNDS {
        let shape = Shape { states: 4, arcs: 7, cyclic: true, ..READERS };
        let g = random(&mut rng, shape, |rng| Energy::new(rng.below(9) as f32 / 4.0).unwrap());
        let g = with_outputs(&mut rng, &g, 2);
        let small = Budget { states: 300, arcs: 1_000 };
        let Ok(d) = determinize_transducer(&g.lift::<MinSum<f64>>(), q(), small) else { continue };
        let d: Graph<Energy> = d.lower();
        assert!(reads_deterministically(&d) && is_connected(&d));
        for strings in sample(&g, 10).into_iter().chain(sample(&d, 10)) {
            let (a, b) = (weight_of(&g, &strings, Beta::Infinite), weight_of(&d, &strings, Beta::Infinite));
            assert!((a - b).abs() < 1e-4 && a < f64::INFINITY, "{strings:?} {a} {b}");
            compared += 1;
        }
    }
    assert!(compared > 2_000, "{compared}");
}

#[test]
fn determinisation_of_transducers_refuses_input_epsilons_and_is_the_same_from_run_to_run() {
    let mut rng = Rng::new(404);
    let mut refused = 0;
    for _ in 0..ROUNDS {
        let g = random(&mut rng, Shape { epsilons: 3, ..READERS }, energy).lift::<MinSum<f64>>();
        let run = || determinize_transducer(&g, q(), Budget::default());
        let first = g.all_arcs().iter().position(|a| a.ilabel == EPSILON);
        if let Some(position) = first {
            assert!(matches!(run(), Err(OpError::Epsilon { position: p, .. }) if p == position));
            refused += 1;
        }
        assert_eq!(run(), run());
    }
    assert!(refused > 50, "{refused}");
}

/// Of the outputs of every input the best; of equally good ones the shortest, then the lowest.
fn best_of(all: &Pairs) -> Pairs {
    let inputs: BTreeSet<_> = all.keys().map(|(i, _)| i).collect();
    let best = inputs.into_iter().map(|i| {
        let outputs = all.iter().filter(|((input, _), _)| input == i);
        outputs.min_by(|((_, a), x), ((_, b), y)| x.total_cmp(y).then((a.len(), a).cmp(&(b.len(), b)))).unwrap()
    });
    best.map(|(strings, weight)| (strings.clone(), *weight)).collect()
}

#[test]
fn the_best_output_of_every_input_stays() {
    let (mut rng, mut compared, mut chosen) = (Rng::new(405), 0, 0);
    for round in 0..2 * ROUNDS {
        let g = random(&mut rng, Shape { arcs: 14, ..READERS }, energy);
        let labels = 1 + rng.below(2);
        let g = with_outputs(&mut rng, &g, labels);
        // Weights are quarters: the grid moves none, and ties are many without any.
        let g = if round % 2 == 0 { g } else { g.map(|_, w| if *w == Energy::IMPOSSIBLE { *w } else { Energy::FREE }) };
        let all = pairs(&g, f64::INFINITY);
        match determinize_best(&g.lift::<MinSum<f64>>(), Quantum::default(), Budget::default()) {
            Ok(d) => {
                let d: Graph<Energy> = d.lower();
                assert!(reads_deterministically(&d));
                assert_eq!(pairs(&d, f64::INFINITY), best_of(&all));
                assert_eq!(paths(&d, 64).len(), best_of(&all).len());
                compared += 1;
                chosen += usize::from(!is_functional(&all));
            }
            Err(e) => assert_eq!((e, all.len()), (NOTHING, 0)),
        }
    }
    assert!(compared > 800 && chosen > 300, "{compared} {chosen}");
}

#[test]
fn the_best_output_of_every_input_stays_where_there_are_cycles() {
    let (mut rng, mut compared, mut over) = (Rng::new(406), 0, 0);
    for _ in 0..ROUNDS {
        let shape = Shape { states: 4, arcs: 7, cyclic: true, ..READERS };
        let g = random(&mut rng, shape, |rng| Energy::new(rng.below(9) as f32 / 4.0).unwrap());
        let g = with_outputs(&mut rng, &g, 2);
        match determinize_best(&g.lift::<MinSum<f64>>(), q(), Budget { states: 300, arcs: 1_000 }) {
            Ok(d) => {
                let d: Graph<Energy> = d.lower();
                assert!(reads_deterministically(&d) && is_connected(&d));
                let inputs = |g: &Graph<Energy>| g.map_labels(|i, _| (i, i));
                let (read_by_g, read_by_d) = (inputs(&g), inputs(&d));
                for (input, output) in sample(&d, 10) {
                    let weight = weight_of(&d, &(input.clone(), output.clone()), Beta::Infinite);
                    // No output of this input is better, and this one weighs what it did.
                    let both = (input.clone(), input.clone());
                    assert!((weight_of(&read_by_g, &both, Beta::Infinite) - weight).abs() < 1e-4, "{input:?} {g:?}");
                    assert!((weight_of(&g, &(input, output), Beta::Infinite) - weight).abs() < 1e-4);
                    compared += 1;
                }
                for (input, _) in sample(&g, 10) {
                    let both = (input.clone(), input);
                    let (a, b) = (&read_by_g, &read_by_d);
                    let (a, b) = (weight_of(a, &both, Beta::Infinite), weight_of(b, &both, Beta::Infinite));
                    assert!((a - b).abs() < 1e-4, "{both:?} {a} {b} {g:?}");
                }
            }
            Err(OpError::Budget { .. }) => over += 1,
            Err(e) => assert!(e == NOTHING && sample(&g, 10).is_empty()),
        }
    }
    assert!(compared > 2_000 && over > 20, "{compared} {over}");
}

#[test]
fn every_string_that_is_read_has_one_path_left() {
    let (mut rng, mut compared, mut fewer, mut refused) = (Rng::new(409), 0, 0, 0);
    for _ in 0..3 * ROUNDS {
        let g = reader(&mut rng, 1);
        for beta in [f64::INFINITY, 1.0] {
            let expected = pairs(&g, beta);
            let result = if beta == 1.0 {
                disambiguate_transducer(&g.lift::<LogSum<f64>>(), q(), Budget::default()).map(|g| g.lower())
            } else {
                disambiguate_transducer(&g.lift::<MinSum<f64>>(), q(), Budget::default()).map(|g| g.lower())
            };
            assert_eq!(matches!(result, Err(OpError::NotFunctional { .. })), !is_functional(&expected), "{g:?}");
            match result {
                Ok(d) => {
                    assert!(is_connected(&d), "{d:?}");
                    assert_alike_pairs(&expected, &pairs(&d, beta));
                    assert_eq!(paths(&d, 64).len(), expected.len());
                    compared += 1;
                    fewer += usize::from(paths(&g, 64).len() > expected.len());
                }
                Err(OpError::NotFunctional { input, outputs: [a, b], state }) => {
                    let has = |o: Vec<Label>| expected.contains_key(&(input.clone(), o));
                    assert!(a != b && (state as usize) < g.states() && has(a) && has(b), "{input:?} {expected:?}");
                    refused += 1;
                }
                Err(e) => assert_eq!((e, expected.len()), (NOTHING, 0)),
            }
        }
    }
    assert!(compared > 1_500 && fewer > 300 && refused > 500, "{compared} {fewer} {refused}");
}

#[test]
fn so_it_has_around_cycles_and_where_no_deterministic_transducer_is_equal() {
    let (mut rng, mut compared, mut refused) = (Rng::new(410), 0, 0);
    let draw = |rng: &mut Rng| {
        let shape = Shape { states: 4, arcs: 7, cyclic: true, ..READERS };
        let g = random(rng, shape, |rng| Energy::new(rng.below(9) as f32 / 4.0).unwrap());
        with_outputs(rng, &g, 2)
    };
    for g in std::iter::once(guesses_the_last()).chain((0..2 * ROUNDS).map(|_| draw(&mut rng))) {
        let inputs = |of: &Relation<Energy>| of.keys().map(|(i, _)| i.clone()).collect::<BTreeSet<_>>().len();
        let some = relation_up_to(&g, 5);
        match disambiguate_transducer(&g.lift::<MinSum<f64>>(), q(), Budget { states: 2_000, arcs: 10_000 }) {
            Ok(d) => {
                let d: Graph<Energy> = d.lower();
                let left = relation_up_to(&d, 5);
                assert!(left.values().all(|weights| weights.len() == 1), "{g:?}");
                assert_eq!((inputs(&some), inputs(&left)), (some.len(), left.len()), "{g:?}");
                for strings in sample(&g, 10).into_iter().chain(sample(&d, 10)) {
                    let (a, b) = (weight_of(&g, &strings, Beta::Infinite), weight_of(&d, &strings, Beta::Infinite));
                    assert!((a - b).abs() < 1e-4 && a < f64::INFINITY, "{strings:?} {a} {b}");
                    compared += 1;
                }
            }
            Err(OpError::NotFunctional { input, outputs: [a, b], .. }) => {
                let has = |o: &Vec<Label>| weight_of(&g, &(input.clone(), o.clone()), Beta::Infinite) < f64::INFINITY;
                assert!(a != b && has(&a) && has(&b), "{input:?} {a:?} {b:?} {g:?}");
                refused += 1;
            }
            Err(e) => assert!(e == NOTHING || matches!(e, OpError::Budget { .. }), "{e}"),
        }
    }
    assert!(compared > 2_000 && refused > 300, "{compared} {refused}");
    let last = guesses_the_last().lift::<MinSum<f64>>();
    let small = Budget { states: 1_000, arcs: 10_000 };
    assert!(determinize_transducer(&last, q(), small).is_err() && disambiguate_transducer(&last, q(), small).is_ok());
}

#[test]
fn a_state_is_named_by_the_number_that_it_has_and_input_epsilons_are_refused() {
    let mut b = GraphBuilder::new();
    b.add_states(6);
    b.start(1);
    for (s, reads, writes, t) in [(0, 1, 1, 5), (1, 1, 7, 3), (1, 1, 8, 4), (3, 2, 0, 5), (4, 2, 0, 5)] {
        b.arc(s, reads, writes, MinSum::<f64>::one(), t);
    }
    b.final_weight(5, MinSum::one());
    let found = disambiguate_transducer(&b.build().unwrap(), q(), Budget::default());
    let Err(OpError::NotFunctional { input, mut outputs, state }) = found else { panic!("{found:?}") };
    outputs.sort();
    assert_eq!((input, outputs), (vec![1, 2], [vec![7], vec![8]]));
    assert!([3, 4, 5].contains(&state));
    let silent = random(&mut Rng::new(411), Shape { epsilons: 100, ..READERS }, energy).lift::<MinSum<f64>>();
    assert!(matches!(disambiguate_transducer(&silent, q(), Budget::default()), Err(OpError::Epsilon { .. })));
}
