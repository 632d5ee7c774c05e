//! Energies whose sums are beyond the numbers of their type: weights are then off, but no string is lost and none is won.

mod ops_common;

use std::collections::BTreeSet;

use energraph::ops::{
    Budget, Compose, OpError, Side, Toward, compose, determinize, determinize_best, determinize_transducer,
    disambiguate, epsilon_normalize, minimize, push, push_labels, remove_epsilon, reweight, synchronize,
};
use energraph::semiring::{Float, Quantum};
use energraph::{Commutative, Energy, Graph, GraphBuilder, Label, LeftDivide, LogSum, MinSum, Star, Weight};
use ops_common::*;

const ROUNDS: usize = 1_000;
const NOTHING: OpError = OpError::Empty { first_unmatched: None };

/// An energy of which any two, or any two of one sign, have a sum beyond the numbers; or a small one, or none.
fn huge<F: Float>(rng: &mut Rng) -> F {
    let (low, high) = (F::LOWEST.to_f64(), F::HIGHEST.to_f64());
    let all = [high, high * 0.9, low, low * 0.9, high * 0.6, low * 0.6, 0.0, 1.0, f64::INFINITY];
    F::from_f64(all[rng.below(all.len() as u64) as usize])
}

fn min_sum<F: Float>(rng: &mut Rng) -> MinSum<F> {
    MinSum::new(huge(rng)).unwrap()
}

fn log_sum<F: Float>(rng: &mut Rng) -> LogSum<F> {
    LogSum::new(huge(rng)).unwrap()
}

type Strings = BTreeSet<(Vec<Label>, Vec<Label>)>;

/// The strings of the paths without an impossible site, whatever their sums.
fn strings<W: Weight>(g: &Graph<W>) -> Strings {
    let possible = paths(g, 64).into_iter().filter(|p| p.sites.iter().all(|&s| !at(g, s).is_zero()));
    possible.map(|p| (p.input, p.output)).collect()
}

/// The same strings are left; how many.
fn keeps<W: Weight>(made: Result<Graph<W>, OpError>, expected: &Strings, what: &str) -> usize {
    match made {
        Ok(g) => assert_eq!(strings(&g), *expected, "{what} {g:?}"),
        Err(e) => assert_eq!((e, expected.len()), (NOTHING, 0), "{what}"),
    }
    expected.len()
}

const ACCEPTOR: Shape = Shape { epsilons: 0, acceptor: true, ..SMALL };

/// Random graphs and what an operation makes of them.
fn all_keep<W: Weight>(
    shape: Shape,
    weight: fn(&mut Rng) -> W,
    what: &str,
    op: impl Fn(&Graph<W>) -> Result<Graph<W>, OpError>,
) {
    let (mut rng, mut kept) = (Rng::new(901), 0);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, shape, weight);
        kept += keeps(op(&g), &strings(&g), what);
    }
    assert!(kept > ROUNDS / 2, "{what} {kept}");
}

/// The same in each of the semirings.
macro_rules! in_each {
    ($shape:expr, $op:expr) => {
        all_keep($shape, min_sum::<f32>, "min-sum, f32", $op);
        all_keep($shape, log_sum::<f32>, "log-sum, f32", $op);
        all_keep($shape, min_sum::<f64>, "min-sum, f64", $op);
        all_keep($shape, log_sum::<f64>, "log-sum, f64", $op);
    };
}

#[test]
fn a_push_keeps_strings_whose_energies_overflow() {
    for toward in [Toward::Start, Toward::End] {
        in_each!(SMALL, |g| push(g, toward));
    }
}

fn moved<S: LeftDivide + Commutative>(g: &Graph<S>, high: S, low: S, toward: Toward) -> Result<Graph<S>, OpError> {
    let potentials: Vec<S> = (0..g.states()).map(|s| if s % 2 == 0 { high.clone() } else { low.clone() }).collect();
    reweight(g, &potentials, toward)
}

#[test]
fn a_reweighting_keeps_strings_whose_energies_overflow() {
    let ends = [f32::MAX, f32::MIN];
    for toward in [Toward::Start, Toward::End] {
        let [high, low] = ends.map(|e| MinSum::new(e).unwrap());
        all_keep(SMALL, min_sum::<f32>, "min-sum", |g| moved(g, high, low, toward));
        let [high, low] = ends.map(|e| LogSum::new(e).unwrap());
        all_keep(SMALL, log_sum::<f32>, "log-sum", |g| moved(g, high, low, toward));
    }
}

#[test]
fn a_determinization_keeps_strings_whose_energies_overflow() {
    for quantum in [Quantum::default(), Quantum::EXACT, Quantum::new(1e38).unwrap()] {
        in_each!(ACCEPTOR, |g| determinize(g, quantum, Budget::default()));
    }
}

fn least<S: Star + LeftDivide>(g: &Graph<S>) -> Result<Graph<S>, OpError> {
    minimize(&determinize(g, Quantum::default(), Budget::default())?, Quantum::default())
}

#[test]
fn a_minimization_keeps_strings_whose_energies_overflow() {
    in_each!(ACCEPTOR, least);
}

#[test]
fn a_disambiguation_keeps_strings_whose_energies_overflow() {
    in_each!(ACCEPTOR, |g| disambiguate(g, Quantum::default(), Budget::default()));
}

#[test]
fn determinizing_a_transducer_keeps_strings_whose_energies_overflow() {
    let (mut rng, mut kept) = (Rng::new(902), 0);
    for _ in 0..ROUNDS {
        // What is read names what is written: functional.
        let g = random(&mut rng, ACCEPTOR, min_sum::<f32>).map_labels(|i, _| (i, i + 10));
        let expected = strings(&g);
        kept += keeps(determinize_transducer(&g, Quantum::default(), Budget::default()), &expected, "all");
        keeps(determinize_best(&g, Quantum::default(), Budget::default()), &expected, "the best");
    }
    assert!(kept > ROUNDS / 2, "{kept}");
}

#[test]
fn removing_and_moving_epsilons_keeps_strings_whose_energies_overflow() {
    in_each!(SMALL, remove_epsilon);
    in_each!(SMALL, |g| epsilon_normalize(g, Side::Input, Budget::default()));
    in_each!(SMALL, |g| push_labels(g, Budget::default()));
    in_each!(SMALL, |g| Ok(synchronize(g, Budget::default())?.graph));
}

#[test]
fn a_composition_keeps_strings_whose_energies_overflow() {
    let (mut rng, mut kept) = (Rng::new(903), 0);
    let energy = |rng: &mut Rng| Energy::new(huge(rng)).unwrap();
    let o = Compose { allow_empty: true, ..Compose::default() };
    for _ in 0..ROUNDS {
        let (a, b) = (random(&mut rng, SMALL, energy), random(&mut rng, SMALL, energy));
        let (of_a, of_b) = (strings(&a), strings(&b));
        let pairs = of_a.iter().flat_map(|x| of_b.iter().filter(|y| x.1 == y.0).map(|y| (x.0.clone(), y.1.clone())));
        kept += keeps(compose(&a, &b, &o).map(|t| t.graph), &pairs.collect(), "compose");
    }
    assert!(kept > ROUNDS / 3, "{kept}");
}

#[test]
fn an_energy_beyond_single_precision_is_lowered_to_the_largest() {
    let mut b = GraphBuilder::new();
    b.add_states(3);
    b.start(0);
    b.arc(0, 1, 1, Energy::new(3e38).unwrap(), 1);
    b.arc(1, 2, 2, Energy::new(3e38).unwrap(), 2);
    b.final_weight(2, Energy::FREE);
    let chain = b.build().unwrap();
    let pushed = push(&chain.lift::<MinSum<f64>>(), Toward::Start).unwrap();
    assert_eq!(pushed.arcs(0)[0].weight.get(), 2.0 * f64::from(3e38_f32));
    let lowered = pushed.lower();
    assert_eq!(lowered.arcs(0)[0].weight.get(), f32::MAX);
    assert_eq!(strings(&lowered), strings(&chain));
    let pushed = push(&chain.lift::<LogSum<f32>>(), Toward::End).unwrap();
    assert_eq!((strings(&pushed.lower()), pushed.final_weight(2).get()), (strings(&chain), f32::MAX));
}
