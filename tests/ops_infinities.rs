//! The operations over the bottleneck, where both infinities are weights: −∞ is 1̄ and +∞ is 0̄.

mod ops_common;

use std::collections::BTreeMap;

use energraph::ops::{
    Budget, Closure, Compose, OpError, Side, Toward, closure, compose, concat, connect, determinize, disambiguate,
    epsilon_normalize, minimize, prune, push, push_labels, remove_epsilon, reverse, synchronize, union,
};
use energraph::paths::{path_sum, path_sum_star};
use energraph::semiring::{MinMax, Quantum};
use energraph::{Graph, Label, Semiring, Site, Weight};
use ops_common::*;

const ROUNDS: usize = 1_000;
const NOTHING: OpError = OpError::Empty { first_unmatched: None };

type Max = MinMax<f64>;

/// One of few numbers, −∞ or +∞: many ties.
fn bottleneck(rng: &mut Rng) -> Max {
    match rng.below(8) {
        0 | 1 => Max::one(),
        2 => Max::zero(),
        n => Max::new(n as f64 - 5.0).unwrap(),
    }
}

type Summed = BTreeMap<(Vec<Label>, Vec<Label>), Max>;

/// The lowest of the highest weights along the paths of every pair of strings, by listing paths; +∞ left out.
fn summed(g: &Graph<Max>, arcs: usize) -> Summed {
    let worst = |sites: &[Site]| sites.iter().map(|s| at(g, *s).get()).fold(f64::NEG_INFINITY, f64::max);
    let mut sums = BTreeMap::new();
    for p in paths(g, arcs) {
        let slot = sums.entry((p.input, p.output)).or_insert(f64::INFINITY);
        *slot = slot.min(worst(&p.sites));
    }
    let sums = sums.into_iter().filter(|(_, w)| *w < f64::INFINITY);
    sums.map(|(strings, w)| (strings, Max::new(w).unwrap())).collect()
}

/// The same where both infinities are left: what the operation made is compared with what it should be.
fn assert_sums(made: Result<Graph<Max>, OpError>, expected: &Summed, what: &str) {
    match made {
        Ok(g) => assert_eq!(summed(&g, 64), *expected, "{what} {g:?}"),
        Err(e) => assert_eq!((e, expected.len()), (NOTHING, 0), "{what}"),
    }
}

#[test]
fn operations_on_transducers_keep_minus_infinity_and_drop_plus_infinity() {
    let (mut rng, mut ones) = (Rng::new(801), 0);
    let budget = Budget::default();
    for _ in 0..ROUNDS {
        let (g, h) = (random(&mut rng, SMALL, bottleneck), random(&mut rng, SMALL, bottleneck));
        let (of_g, of_h) = (summed(&g, 64), summed(&h, 64));
        ones += of_g.values().filter(|w| **w == Max::one()).count();
        let turned = |s: &[Label]| s.iter().rev().copied().collect::<Vec<_>>();
        let backwards = of_g.iter().map(|((i, o), w)| ((turned(i), turned(o)), *w)).collect();
        assert_sums(reverse(&g).map(|t| t.graph), &backwards, "reverse");
        assert_sums(connect(&g).map(|t| t.graph), &of_g, "connect");
        assert_sums(remove_epsilon(&g), &of_g, "remove_epsilon");
        assert_sums(push(&g, Toward::Start), &of_g, "push to the start");
        assert_sums(push(&g, Toward::End), &of_g, "push to the end");
        assert_sums(epsilon_normalize(&g, Side::Input, budget), &of_g, "epsilon_normalize");
        assert_sums(push_labels(&g, budget), &of_g, "push_labels");
        assert_sums(synchronize(&g, budget).map(|t| t.graph), &of_g, "synchronize");
        let mut either = of_g.clone();
        for (k, w) in &of_h {
            let slot = either.entry(k.clone()).or_insert(*w);
            *slot = slot.plus(w);
        }
        assert_sums(union(&[&g, &h]).map(|t| t.graph), &either, "union");
        let (mut joined, mut composed) = (Summed::new(), Summed::new());
        for (((i, o), v), ((j, p), w)) in of_g.iter().flat_map(|x| of_h.iter().map(move |y| (x, y))) {
            let product = v.times(w);
            let add = |sums: &mut Summed, k| {
                let slot = sums.entry(k).or_insert(product);
                *slot = slot.plus(&product);
            };
            add(&mut joined, ([&i[..], j].concat(), [&o[..], p].concat()));
            if o == j {
                add(&mut composed, (i.clone(), p.clone()));
            }
        }
        assert_sums(concat(&[&g, &h]).map(|t| t.graph), &joined, "concat");
        let o = Compose { allow_empty: true, ..Compose::default() };
        assert_sums(compose(&g, &h, &o).map(|t| t.graph), &composed, "compose");
        let total = of_g.values().fold(Max::zero(), |a, b| a.plus(b));
        assert_eq!(path_sum(&g, |_, w| *w).unwrap(), total);
        // The best path within nothing is what is left.
        let best: Summed = of_g.iter().filter(|(_, w)| **w == total).map(|(k, w)| (k.clone(), *w)).collect();
        if let Ok(t) = prune(&g, &Max::one()) {
            let left = summed(&t.graph, 64);
            assert!(best.iter().all(|(k, w)| left.get(k) == Some(w)), "{g:?}");
            assert!(left.values().all(|w| of_g.values().any(|v| v == w)));
        }
    }
    assert!(ones > 100, "{ones}");
}

#[test]
fn operations_on_acceptors_keep_minus_infinity_and_drop_plus_infinity() {
    let (mut rng, mut kept) = (Rng::new(802), 0);
    let (quantum, budget) = (Quantum::default(), Budget::default());
    let shape = Shape { epsilons: 0, acceptor: true, ..SMALL };
    for _ in 0..ROUNDS {
        let g = random(&mut rng, shape, bottleneck);
        let of_g = summed(&g, 64);
        assert_sums(disambiguate(&g, quantum, budget), &of_g, "disambiguate");
        kept += usize::from(!of_g.is_empty());
        let made = determinize(&g, quantum, budget);
        assert_sums(made.clone(), &of_g, "determinize");
        let Ok(d) = made else { continue };
        assert!(is_deterministic(&d));
        assert_sums(minimize(&d, quantum), &of_g, "minimize");
    }
    assert!(kept > 200, "{kept}");
}

#[test]
fn cycles_of_the_bottleneck_are_walked_for_nothing() {
    let (mut rng, mut some) = (Rng::new(803), 0);
    let shape = Shape { states: 4, arcs: 6, cyclic: true, ..SMALL };
    for _ in 0..ROUNDS {
        let g = random(&mut rng, shape, bottleneck);
        // A best path visits no state twice.
        let total = summed(&g, 4).values().fold(Max::zero(), |a, b| a.plus(b));
        let of = |g: &Graph<Max>| path_sum_star(g, |_, w| *w).unwrap();
        assert_eq!(of(&g), total, "{g:?}");
        for made in [remove_epsilon(&g), push(&g, Toward::Start), push(&g, Toward::End)] {
            match made {
                Ok(made) => assert_eq!(of(&made), total),
                Err(e) => assert_eq!((e, total), (NOTHING, Max::zero())),
            }
        }
        // No repetition at all is the best of all.
        assert_eq!(of(&closure(&g, Closure::Star).unwrap().graph), Max::one());
        some += usize::from(!total.is_zero());
    }
    assert!(some > 300, "{some}");
}
