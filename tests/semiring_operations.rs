//! Operations that divide and compare, in the weights that are made of others: they change no sum.

mod ops_common;

use energraph::ops::{Budget, Toward, determinize, prune, push};
use energraph::paths::path_sum;
use energraph::semiring::{Lexicographic, MinMax, Power, Probability, Product, Quantum, SignedLog, Tolerance};
use energraph::{Commutative, Energy, Graph, LeftDivide, LogSum, MinSum, PathProperty, Site, Star, Weight};
use ops_common::*;

const ROUNDS: usize = 1_000;
const ROUNDED: Tolerance = Tolerance { absolute: 1e-9, relative: 1e-9 };

fn sum_of<S: Star>(g: &Graph<S>) -> S {
    path_sum(g, |_, w| w.clone()).unwrap()
}

/// Numbers of both signs for a site, 0 among them.
fn value(site: Site) -> f64 {
    match site {
        Site::Arc(a) => f64::from((a * 7 + 3) % 9) / 2.0 - 2.0,
        Site::Final(s) => f64::from((s * 5 + 1) % 4) - 1.0,
    }
}

/// Lifts, impossible sites to 0̄.
fn lifted<S: Weight>(g: &Graph<Energy>, lift: impl Fn(Site, Energy) -> S) -> Graph<S> {
    g.map(|s, e| if e.is_zero() { S::zero() } else { lift(s, *e) })
}

/// Pushing and determinising change no sum; returns whether there was one.
fn divided<S: Star + LeftDivide + Commutative>(g: &Graph<S>) -> bool {
    let before = sum_of(g);
    for toward in [Toward::Start, Toward::End] {
        match push(g, toward) {
            Ok(pushed) => assert!(sum_of(&pushed).close(&before, ROUNDED), "{before:?} {pushed:?}"),
            Err(_) => assert!(before.is_zero(), "{g:?}"),
        }
    }
    match determinize(g, Quantum::EXACT, Budget::default()) {
        Ok(single) => assert!(sum_of(&single).close(&before, ROUNDED) && is_deterministic(&single), "{g:?}"),
        Err(_) => assert!(before.is_zero(), "{g:?}"),
    }
    !before.is_zero()
}

/// Pruning with no margin keeps the best.
fn pruned<S: Star + PathProperty>(g: &Graph<S>) {
    match prune(g, &S::one()) {
        Ok(best) => assert!(sum_of(&best.graph).close(&sum_of(g), ROUNDED), "{g:?}"),
        Err(_) => assert!(sum_of(g).is_zero(), "{g:?}"),
    }
}

#[test]
fn operations_that_divide_or_compare_keep_the_sums_of_these_weights() {
    let (mut rng, mut summed) = (Rng::new(333), 0);
    let shape = Shape { epsilons: 0, acceptor: true, ..SMALL };
    // Impossible in one part alone, now and then.
    let log = |s: Site| LogSum::new(if value(s) == 0.0 { f64::INFINITY } else { value(s) }).unwrap();
    for _ in 0..ROUNDS {
        let g = random(&mut rng, shape, energy);
        let bottleneck = lifted(&g, |_, e| MinMax::<f64>::from(e));
        let ordered = lifted(&g, |s, e| Lexicographic::new(MinSum::<f64>::from(e), MinSum::new(value(s)).unwrap()));
        summed += usize::from(divided(&bottleneck));
        divided(&ordered);
        divided(&lifted(&g, |_, e| Probability::<f64>::from(e)));
        divided(&lifted(&g, |s, _| SignedLog::of(value(s).abs()).unwrap()));
        divided(&lifted(&g, |s, e| Product(MinSum::<f64>::from(e), log(s))));
        divided(&lifted(&g, |s, e| Power([LogSum::from(e), log(s)])));
        pruned(&bottleneck);
        pruned(&ordered);
    }
    assert!(summed > 300, "{summed}");
}
