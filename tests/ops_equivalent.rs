//! Equivalence against listed languages.

mod ops_common;

use std::collections::{BTreeMap, BTreeSet};

use energraph::ops::{Toward, acceptor, equivalent, minimize, push};
use energraph::semiring::{Quantum, Tolerance};
use energraph::{Energy, Graph, GraphBuilder, Label, LogSum, MinSum, oracle};
use ops_common::*;

const ROUNDS: usize = 1_000;
const ACCEPTORS: Shape = Shape { states: 4, arcs: 5, labels: 2, epsilons: 0, cyclic: false, acceptor: true };
const CLOSE: Tolerance = Tolerance { absolute: 1e-6, relative: 1e-6 };

/// The energy of every string of finite energy of an acyclic acceptor in which a string has one path.
fn language(g: &Graph<Energy>) -> BTreeMap<Vec<Label>, f64> {
    let found = oracle::paths(g, |w| w.wide(), oracle::Limit { arcs: 64, paths: 100_000 });
    found.list.into_iter().filter(|p| p.energy < f64::INFINITY).map(|p| (p.input, p.energy)).collect()
}

#[test]
fn equivalence_is_equality_of_languages() {
    let (mut rng, mut same, mut other) = (Rng::new(76), 0, 0);
    let weight = |rng: &mut Rng| Energy::new(rng.below(2) as f32).unwrap();
    let deterministic = |rng: &mut Rng| loop {
        let g = random(rng, ACCEPTORS, weight);
        if is_deterministic(&g) {
            return g;
        }
    };
    for _ in 0..ROUNDS {
        let (a, b) = (deterministic(&mut rng), deterministic(&mut rng));
        let expected = language(&a) == language(&b);
        for ours in [
            equivalent(&a.lift::<MinSum<f64>>(), &b.lift(), CLOSE),
            equivalent(&a.lift::<LogSum<f64>>(), &b.lift(), CLOSE),
        ] {
            assert_eq!(ours, Ok(expected), "{a:?} {b:?}");
        }
        same += usize::from(expected && !language(&a).is_empty());
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
fn cyclic_acceptors_are_equivalent_where_all_short_strings_weigh_the_same() {
    // As linear functions of e^{-w}, two of together n states that agree on strings of up to n − 1 labels agree on all
    // (Schützenberger 1961).
    let longest: Vec<Vec<Label>> = (0..64_u32)
        .flat_map(|bits| (0..6).map(move |n| (0..n).map(|i| 1 + (bits >> i & 1)).collect()))
        .collect::<BTreeSet<Vec<Label>>>()
        .into_iter()
        .collect();
    let draw = |rng: &mut Rng| {
        let n = rng.below(4) as u32;
        if n == 0 {
            return Graph::empty();
        }
        let weight = |rng: &mut Rng| {
            if rng.chance(4) { Energy::IMPOSSIBLE } else { Energy::new(1.0 + rng.below(2) as f32).unwrap() }
        };
        let mut b = GraphBuilder::new();
        b.add_states(n as usize);
        b.start(rng.below(u64::from(n)) as u32);
        for s in 0..n {
            for label in 1..=2 {
                if rng.chance(55) {
                    let target = rng.below(u64::from(n)) as u32;
                    b.arc(s, label, label, weight(rng), target);
                }
            }
            if rng.chance(60) {
                b.final_weight(s, weight(rng));
            }
        }
        b.build().unwrap()
    };
    let (mut rng, mut same, mut other) = (Rng::new(85), 0, 0);
    for _ in 0..4 * ROUNDS {
        let (a, b) = (draw(&mut rng), draw(&mut rng));
        let expected = longest.iter().all(|s| along(&a, s) == along(&b, s));
        for ours in [
            equivalent(&a.lift::<MinSum<f64>>(), &b.lift(), CLOSE),
            equivalent(&a.lift::<LogSum<f64>>(), &b.lift(), CLOSE),
        ] {
            assert_eq!(ours, Ok(expected), "{a:?} {b:?}");
        }
        let cyclic = energraph::graph::topological_order(&a).is_err();
        let some = longest.iter().any(|s| along(&a, s) < f64::INFINITY);
        same += usize::from(expected && cyclic && some);
        other += usize::from(!expected);
        // The minimised one is equivalent to itself, if not the same.
        if let Ok(m) = minimize(&a.lift::<MinSum<f64>>(), Quantum::default()) {
            assert_eq!(equivalent(&a.lift(), &m, CLOSE), Ok(true));
            let m: Graph<Energy> = m.lower();
            assert!(longest.iter().all(|s| along(&a, s) == along(&m, s)), "{a:?} {m:?}");
        }
    }
    assert!(same > 10 && other > 1_000, "{same} {other}");
}
