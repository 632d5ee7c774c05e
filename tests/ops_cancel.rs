//! Determinisation of weights whose sum may be 0̄, and minimisation and equivalence where sums are 0̄ or do not exist.

mod ops_common;

use std::collections::BTreeMap;

use energraph::ops::{
    Budget, OpError, Subsequential, determinize, determinize_subsequential, determinize_transducer, disambiguate,
    equivalent, merge_states, minimize, remove_epsilon,
};
use energraph::paths::{PathError, path_sum_star};
use energraph::semiring::{Boolean, Product, Quantum, SignedLog, Tolerance};
use energraph::{Energy, Graph, GraphBuilder, Label, LogSum, MinSum, Semiring, Weight};
use ops_common::*;

const ROUNDS: usize = 2_000;
const ACYCLIC: Shape = Shape { states: 4, arcs: 7, labels: 2, epsilons: 0, cyclic: false, acceptor: true };
const CLOSE: Tolerance = Tolerance { absolute: 1e-6, relative: 1e-6 };

fn signed(rng: &mut Rng) -> SignedLog {
    SignedLog::of([1.0, -1.0, 0.5, -0.5, 2.0][rng.below(5) as usize]).unwrap()
}

type Reals = BTreeMap<(Vec<Label>, Vec<Label>), f64>;

/// The sum of the weights of every pair of strings, as numbers; those that cancel left out.
fn sums(g: &Graph<SignedLog>) -> Reals {
    let sum = |weights: Vec<SignedLog>| weights.iter().map(|w| w.real()).sum::<f64>();
    relation(g).into_iter().map(|(pair, w)| (pair, sum(w))).filter(|(_, sum)| sum.abs() > 1e-9).collect()
}

fn assert_sums(found: Result<Graph<SignedLog>, OpError>, expected: &Reals) {
    assert_alike(&sums(&found.unwrap()), expected);
}

fn assert_alike(found: &Reals, expected: &Reals) {
    assert!(found.keys().eq(expected.keys()), "{found:?} {expected:?}");
    let alike = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-6 * (1.0 + a.abs());
    assert!(found.values().zip(expected.values()).all(alike), "{found:?} {expected:?}");
}

#[test]
fn a_set_of_states_whose_weights_cancel_loses_no_string() {
    let (mut rng, mut cancelled) = (Rng::new(601), 0);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, ACYCLIC, signed);
        let expected = sums(&g);
        cancelled += usize::from(expected.len() < relation(&g).len());
        let d = determinize(&g, Quantum::EXACT, Budget::default());
        assert!(d.as_ref().is_ok_and(is_deterministic) || expected.is_empty());
        match d {
            Err(OpError::Empty { .. }) => assert!(expected.is_empty()),
            d => {
                let d = d.unwrap();
                assert_sums(minimize(&d, Quantum::default()).or_else(|e| nothing(e, &expected)), &expected);
                assert_sums(Ok(d), &expected);
            }
        }
    }
    assert!(cancelled > 30, "{cancelled}");
}

#[test]
fn nor_does_a_set_of_states_whose_weights_cancel_in_part() {
    let (mut rng, mut cancelled) = (Rng::new(607), 0);
    type Two = Product<SignedLog, SignedLog>;
    let part = |g: &Graph<Two>, of: fn(&Two) -> SignedLog| sums(&g.map(|_, w| of(w)));
    for _ in 0..ROUNDS {
        let g = random(&mut rng, ACYCLIC, |rng| Product(signed(rng), signed(rng)));
        let parts: [fn(&Two) -> SignedLog; 2] = [|w| w.0, |w| w.1];
        let expected = parts.map(|of| part(&g, of));
        cancelled += usize::from(expected[0].len() != expected[1].len());
        for found in
            [determinize(&g, Quantum::EXACT, Budget::default()), disambiguate(&g, Quantum::EXACT, Budget::default())]
        {
            match found {
                Err(OpError::Empty { .. }) => assert!(expected.iter().all(Reals::is_empty)),
                found => {
                    let found = found.unwrap();
                    parts.iter().zip(&expected).for_each(|(of, expected)| assert_alike(&part(&found, *of), expected));
                }
            }
        }
    }
    assert!(cancelled > 30, "{cancelled}");
}

/// The empty graph, where nothing is left that one could be made of.
fn nothing(e: OpError, expected: &Reals) -> Result<Graph<SignedLog>, OpError> {
    if matches!(e, OpError::Empty { .. }) && expected.is_empty() { Ok(Graph::empty()) } else { Err(e) }
}

#[test]
fn where_every_string_cancels_nothing_is_accepted() {
    for olabel in [1, 7] {
        let mut b = GraphBuilder::new();
        b.add_states(3);
        b.start(0);
        for (weight, target) in [(1.0, 1), (-1.0, 2)] {
            b.arc(0, 1, olabel, SignedLog::of(weight).unwrap(), target);
            b.final_weight(target, SignedLog::one());
        }
        let g = b.build().unwrap();
        let empty = OpError::Empty { first_unmatched: None };
        if olabel == 1 {
            assert_eq!(determinize(&g, Quantum::EXACT, Budget::default()), Err(empty.clone()));
        }
        assert_eq!(determinize_transducer(&g, Quantum::EXACT, Budget::default()), Err(empty));
    }
}

#[test]
fn nor_does_one_of_a_transducer() {
    let (mut rng, mut functional) = (Rng::new(602), 0);
    let several = Subsequential { several: true, label: 0, increment: false };
    for _ in 0..ROUNDS {
        let g = random(&mut rng, Shape { acceptor: false, ..ACYCLIC }, signed);
        let (all, expected) = (relation(&g), sums(&g));
        if all.is_empty() {
            continue;
        }
        let d = determinize_subsequential(&g, several, Quantum::EXACT, Budget::default());
        assert_sums(d.or_else(|e| nothing(e, &expected)), &expected);
        match determinize_transducer(&g, Quantum::EXACT, Budget::default()) {
            Err(OpError::NotFunctional { .. }) => {}
            d => {
                functional += 1;
                let inputs: std::collections::BTreeSet<_> = expected.keys().map(|(input, _)| input).collect();
                assert_eq!(inputs.len(), expected.len());
                assert_sums(d.or_else(|e| nothing(e, &expected)), &expected);
            }
        }
    }
    assert!(functional > 300, "{functional}");
}

#[test]
fn a_way_to_end_that_cancels_leaves_the_state_final() {
    let s = |x: f64| SignedLog::of(x).unwrap();
    let mut b = GraphBuilder::new();
    b.add_states(4);
    b.start(0);
    for (olabel, weight, target) in [(0, 2.0, 1), (7, 1.0, 2), (7, -1.0, 3)] {
        b.arc(0, 1, olabel, s(weight), target);
        b.final_weight(target, SignedLog::one());
    }
    let how = Subsequential { several: true, label: 9, increment: false };
    let d = determinize_subsequential(&b.build().unwrap(), how, Quantum::EXACT, Budget::default()).unwrap();
    assert_eq!(d.all_arcs().iter().map(|a| (a.ilabel, a.olabel)).collect::<Vec<_>>(), [(1, 0)]);
    assert!(d.is_final(d.arcs(0)[0].target));
}

/// Deterministic, and as often as not with cycles whose sum does not exist.
fn deterministic(rng: &mut Rng) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(4);
    b.start(0);
    let weight = |rng: &mut Rng| Energy::new(rng.below(3) as f32 - 1.0).unwrap();
    for s in 0..4 {
        for label in 1..3 {
            if rng.chance(70) {
                b.arc(s, label, label, weight(rng), rng.below(4) as u32);
            }
        }
        if rng.chance(40) {
            b.final_weight(s, weight(rng));
        }
    }
    b.build().unwrap()
}

/// Two acceptors of four states that differ, differ in a string of fewer labels than they have states together.
fn same(a: &Graph<Energy>, b: &Graph<Energy>) -> bool {
    strings(2, 8).iter().all(|s| {
        let (x, y) = (along(a, s), along(b, s));
        x == y || (x - y).abs() < 1e-4
    })
}

fn alike<S: Semiring + energraph::Star + energraph::LeftDivide + energraph::Cancellative + From<Energy>>(
    a: &Graph<Energy>,
    b: &Graph<Energy>,
) -> bool {
    equivalent(&a.lift::<S>(), &b.lift(), CLOSE).unwrap()
}

#[test]
fn cycles_without_a_sum_are_compared_and_minimized() {
    let (mut rng, mut equal, mut endless) = (Rng::new(603), 0, 0);
    for _ in 0..ROUNDS {
        let a = deterministic(&mut rng);
        endless += usize::from(energraph::paths::free_energy(&a, energraph::Beta::ONE).is_err());
        // As often as not the same with a state twice, or with another weight.
        let b = match rng.below(3) {
            0 => deterministic(&mut rng),
            1 => minimize(&a.lift::<MinSum<f64>>(), Quantum::default()).map_or(Graph::empty(), |m| m.lower()),
            _ => {
                let at = rng.below(10) as u32;
                a.map(|site, w| if site == energraph::Site::Arc(at) { w.times(&Energy::new(1.0).unwrap()) } else { *w })
            }
        };
        let expected = same(&a, &b);
        equal += usize::from(expected);
        assert_eq!(alike::<LogSum<f64>>(&a, &b), expected, "{a:?} {b:?}");
        assert_eq!(alike::<MinSum<f64>>(&a, &b), expected, "{a:?} {b:?}");
        let m = match minimize(&a.lift::<LogSum<f64>>(), Quantum::default()) {
            Err(OpError::Empty { .. }) => Graph::empty(),
            m => m.unwrap(),
        };
        assert!(same(&a, &m.lower()));
        // What is accepted needs as many states at least, and what is unweighted no more.
        let bare = |w: &Energy| if w.is_zero() { Energy::IMPOSSIBLE } else { Energy::FREE };
        let plain = a.map(|_, w| bare(w));
        let states = |g: Result<Graph<Boolean>, OpError>| g.map_or(0, |g| g.states());
        let fewest = states(minimize(&plain.map(|_, w| Boolean(!w.is_zero())), Quantum::EXACT));
        let found = minimize(&plain.lift::<LogSum<f64>>(), Quantum::default()).map_or(0, |g| g.states());
        // Where the total is pushed to a start that arcs lead back to, that is copied.
        assert!(found == fewest || found == fewest + 1, "{found} {fewest} {plain:?}");
        assert!(m.states() >= fewest);
    }
    assert!(equal > 500 && endless > 500, "{equal} {endless}");
}

#[test]
fn any_number_of_repetitions_is_equal_to_itself_in_log_sum() {
    let mut b = GraphBuilder::new();
    b.add_states(1);
    b.start(0);
    b.arc(0, 1, 1, LogSum::<f64>::one(), 0);
    b.arc(0, 2, 2, LogSum::one(), 0);
    b.final_weight(0, LogSum::one());
    let g = b.build().unwrap();
    assert_eq!(equivalent(&g, &g, Tolerance::EXACT), Ok(true));
    assert_eq!(minimize(&g, Quantum::EXACT), Ok(g));
}

/// One step of the walks between states: what each is left with.
fn step(by: &[Vec<f64>], at: &[f64]) -> Vec<f64> {
    by.iter().map(|row| row.iter().zip(at).filter(|(w, _)| **w != 0.0).map(|(w, x)| w * x).sum()).collect()
}

#[test]
fn a_sum_around_cycles_that_cancel_exists_where_that_of_their_magnitudes_does() {
    let (mut rng, mut sums, mut refused) = (Rng::new(604), 0, 0);
    while sums < 1_000 || refused < 1_000 {
        let n = 1 + rng.below(4) as usize;
        let scale = [1.0, 2.0, 4.0][rng.below(3) as usize];
        let number = |rng: &mut Rng| if rng.chance(60) { (rng.below(41) as f64 - 20.0) / (10.0 * scale) } else { 0.0 };
        let by: Vec<Vec<f64>> = (0..n).map(|_| (0..n).map(|_| number(&mut rng)).collect()).collect();
        let mut b = GraphBuilder::new();
        b.add_states(n);
        b.start(0);
        b.final_weight(0, SignedLog::one());
        for (s, row) in (0..).zip(&by) {
            // Both ways around everything, so that all of it counts.
            (0..).zip(row).for_each(|(t, w)| b.arc(s, 0, 0, SignedLog::of(*w).unwrap(), t));
        }
        let g = b.build().unwrap();
        let magnitudes: Vec<Vec<f64>> = by.iter().map(|row| row.iter().map(|w| w.abs()).collect()).collect();
        // From the start and back to it: what only leads away counts for nothing.
        let (mut there, mut total) = ((0..n).map(|s| f64::from(u8::from(s == 0))).collect::<Vec<_>>(), 0.0);
        let mut size = there.clone();
        let mut grown = 0.0;
        for _ in 0..3_000 {
            total += there[0];
            grown = size[0];
            (there, size) = (step(&by, &there), step(&magnitudes, &size));
        }
        let found = path_sum_star(&g, |_, w| *w);
        if grown > 1e6 || grown.is_nan() {
            refused += 1;
            assert!(matches!(found, Err(PathError::SumDiverges { .. })), "{by:?} {found:?}");
            assert!(remove_epsilon(&g).is_err());
        } else if grown < 1e-9 && size[0] < 1e-9 {
            sums += 1;
            let found = found.unwrap().real();
            assert!((found - total).abs() < 1e-6 * total.abs().max(1.0), "{by:?} {found} {total}");
        }
    }
}

#[test]
fn acceptors_whose_sums_cancel_but_for_rounding_are_compared_and_minimized() {
    let row = |b: &mut GraphBuilder<SignedLog>, from: u32, order: [usize; 3], to: u32| {
        let arcs = [(1, 0.1), (2, 0.2), (3, -0.3)];
        order.iter().for_each(|&i| b.arc(from, arcs[i].0, arcs[i].0, SignedLog::of(arcs[i].1).unwrap(), to));
    };
    let alone = |order| {
        let mut b = GraphBuilder::new();
        b.add_states(2);
        b.start(0);
        row(&mut b, 0, order, 1);
        b.final_weight(1, SignedLog::one());
        b.build().unwrap()
    };
    assert_eq!(equivalent(&alone([0, 1, 2]), &alone([1, 2, 0]), CLOSE), Ok(true));
    let mut b = GraphBuilder::new();
    b.add_states(4);
    b.start(0);
    b.arc(0, 1, 1, SignedLog::one(), 1);
    b.arc(0, 2, 2, SignedLog::one(), 2);
    row(&mut b, 1, [0, 1, 2], 3);
    row(&mut b, 2, [1, 2, 0], 3);
    b.final_weight(3, SignedLog::one());
    assert_eq!(minimize(&b.build().unwrap(), Quantum::default()).unwrap().states(), 3);
}

#[test]
fn arcs_that_cancel_lead_nowhere() {
    let (mut rng, mut cancelled) = (Rng::new(605), 0);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, ACYCLIC, signed);
        let expected = sums(&g);
        cancelled += usize::from(expected.len() < relation(&g).len());
        let d = disambiguate(&g, Quantum::EXACT, Budget::default());
        let merged = merge_states(&g, Quantum::default());
        for made in [d, merged] {
            if let Ok(made) = &made {
                assert!(is_connected(made), "{made:?}");
            }
            assert_sums(made.or_else(|e| nothing(e, &expected)), &expected);
        }
    }
    assert!(cancelled > 30, "{cancelled}");
}

#[test]
fn states_whose_arcs_differ_by_some_that_cancel_are_merged() {
    let mut b = GraphBuilder::new();
    b.add_states(6);
    b.start(0);
    for (s, label, weight, t) in
        [(0, 1, 1.0, 1), (0, 2, 1.0, 2), (1, 7, 1.0, 3), (1, 7, -1.0, 4), (1, 8, 1.0, 5), (2, 8, 1.0, 5)]
    {
        b.arc(s, label, label, SignedLog::of(weight).unwrap(), t);
    }
    (3..6).for_each(|s| b.final_weight(s, SignedLog::one()));
    let merged = merge_states(&b.build().unwrap(), Quantum::default()).unwrap();
    assert_eq!((merged.states(), merged.arc_count()), (3, 3));
}
