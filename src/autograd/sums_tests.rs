//! What is recorded of sums against finite differences of the same sums in f64.

use super::recorded::{Recordable, Recorder};
use super::tests::Lcg;
use crate::graph::{Graph, GraphBuilder, Site, SiteValues};
use crate::ops::{self, Budget, OpError, Side, Toward};
use crate::oracle;
use crate::paths::{PositiveF64, sums_to_end};
use crate::semiring::{Commutative, Energy, LeftDivide, LogSum, MinSum, Star, Weight};

const ROUNDS: usize = 1_000;

/// Cyclic, with epsilons; energies of many digits, so that ties are rare, about half of them such that cycles have a sum.
fn random_graph(r: &mut Lcg) -> Graph<Energy> {
    let n = r.below(5);
    let mut b = GraphBuilder::new();
    if n == 0 {
        return Graph::empty();
    }
    b.add_states(n as usize);
    b.start(r.below(n));
    let energy = |r: &mut Lcg| {
        let number = r.below(1 << 22) as f32 / (1 << 20) as f32;
        if r.one_in(20) { Energy::IMPOSSIBLE } else { Energy::new(number - 0.25).unwrap() }
    };
    for _ in 0..r.below(10) {
        let label = |r: &mut Lcg| r.below(5).saturating_sub(2);
        let (s, i, o, t) = (r.below(n), label(r), label(r), r.below(n));
        let w = energy(r);
        b.arc(s, i, o, w, t);
    }
    for s in 0..n {
        if s + 1 == n || r.one_in(3) {
            let w = energy(r);
            b.final_weight(s, w);
        }
    }
    b.build().unwrap()
}

const OPS: [&str; 8] = [
    "remove_epsilon",
    "push to the start",
    "push to the end",
    "epsilon_normalize the input",
    "epsilon_normalize the output",
    "condense",
    "reweight",
    "remove_epsilon and push",
];

fn run<T: Star + LeftDivide + Commutative>(op: usize, g: &Graph<T>) -> Result<Graph<T>, OpError> {
    let few = Budget { states: 500, arcs: 500 };
    match op {
        0 => ops::remove_epsilon(g),
        1 => ops::push(g, Toward::Start),
        2 => ops::push(g, Toward::End),
        3 => ops::epsilon_normalize(g, Side::Input, few),
        4 => ops::epsilon_normalize(g, Side::Output, few),
        5 => Ok(ops::condense(g).graph),
        6 => {
            let g = ops::connect(g)?.graph;
            let v = sums_to_end(&g, |_, w| w.clone()).map_err(|_| OpError::Empty { first_unmatched: None })?;
            ops::reweight(&g, &v, Toward::End)
        }
        _ => ops::push(&ops::remove_epsilon(g)?, Toward::Start),
    }
}

/// Every weight of a graph: arcs, then ends.
fn weights<S: Weight, T>(g: &Graph<S>, number: impl FnMut(&S) -> T) -> Vec<T> {
    g.all_arcs().iter().map(|a| &a.weight).chain(g.final_weights()).map(number).collect()
}

/// The gradient of a random sum of an operation's weights as it was recorded, and as finite differences; `None` where there is none,
/// or where the minimum is a tie or a loop so near to divergence that differences are coarse.
fn compare<S: Recordable>(
    op: usize,
    g: &Graph<Energy>,
    r: &mut Lcg,
    number: fn(&S) -> f64,
    weight: fn(f64) -> S,
) -> Option<()> {
    let lifted = g.map(|_, e| weight(e.wide()));
    let mut recorder = Recorder::new(PositiveF64::ONE);
    let made = run(op, &recorder.lift::<S>(g, true));
    let plain = match (run(op, &lifted), &made) {
        (Ok(plain), Ok(_)) => plain,
        (Err(plain), Err(made)) => {
            assert_eq!(std::mem::discriminant(&plain), std::mem::discriminant(made), "{plain} {made}");
            return None;
        }
        (plain, made) => panic!("{}: {plain:?} {made:?} {g:?}", OPS[op]),
    };
    let made = made.ok()?;
    assert_eq!(made.map(|_, w| w.value()), plain, "{}", OPS[op]);
    let seeds: Vec<f64> = weights(&plain, |w| if w.is_zero() { 0.0 } else { f64::from(r.below(17)) / 2.0 - 4.0 });
    let total = |x: &[f64]| {
        let g = g.map(|site, _| {
            weight(
                x[match site {
                    Site::Arc(a) => a as usize,
                    Site::Final(s) => g.arc_count() + s as usize,
                }],
            )
        });
        let made = run(op, &g).unwrap();
        let terms = weights(&made, number).into_iter().zip(&seeds).filter(|(_, seed)| **seed != 0.0);
        terms.map(|(w, seed)| w * seed).sum::<f64>()
    };
    let x = weights(g, |e| e.wide());
    let (_, record) = recorder.lower(&made).unwrap();
    let (arcs, finals) = seeds.split_at(plain.arc_count());
    let found = record.pull_back(&SiteValues { arcs: arcs.to_vec(), finals: finals.to_vec() });
    assert_eq!(found.len(), x.len());
    if found.iter().any(|d| d.abs() > 200.0) {
        return None;
    }
    let h = 1e-5;
    // Where a minimum changes hands within the step, a difference is that of neither side.
    let here = total(&x);
    let mut at = x.clone();
    for i in (0..x.len()).filter(|_| S::by_star(weight(1.0)) == 0.0) {
        let mut moved = |by: f64| {
            at[i] = x[i] + by;
            let there = total(&at);
            at[i] = x[i];
            there
        };
        if x[i] < f64::INFINITY && (moved(h) + moved(-h) - 2.0 * here).abs() > 1e-9 {
            return None;
        }
    }
    let differences = oracle::finite_differences(total, &x, h);
    let largest = differences.iter().fold(1.0_f64, |most, d| most.max(d.abs()));
    for (i, (found, difference)) in found.iter().zip(differences).enumerate() {
        let wrong = format!("{} site {i}: {found} ≠ {difference} {g:?}", OPS[op]);
        if x[i] < f64::INFINITY {
            assert!((found - difference).abs() < 1e-6 * largest * largest, "{wrong}");
        } else {
            assert_eq!(*found, 0.0, "{wrong}");
        }
    }
    found.iter().any(|d| *d != 0.0).then_some(())
}

fn compared<S: Recordable>(seed: u64, number: fn(&S) -> f64, weight: fn(f64) -> S) {
    let mut r = Lcg(seed);
    for (op, name) in OPS.iter().enumerate() {
        let (mut done, mut tried) = (0, 0);
        while done < ROUNDS {
            let g = random_graph(&mut r);
            done += usize::from(compare(op, &g, &mut r, number, weight).is_some());
            tried += 1;
            assert!(tried < 20 * ROUNDS, "{name}: {done} of {tried}");
        }
    }
}

#[test]
fn derivatives_of_log_sums_are_their_finite_differences_on_cycles_too() {
    compared::<LogSum<f64>>(21, |w| w.get(), |x| LogSum::new(x).unwrap());
}

#[test]
fn derivatives_of_minima_are_their_finite_differences_where_there_is_no_tie() {
    compared::<MinSum<f64>>(22, |w| w.get(), |x| MinSum::new(x).unwrap());
}

#[test]
fn a_minimum_reached_twice_takes_the_first_and_a_total_of_one_has_a_derivative() {
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    b.arc(0, 1, 1, Energy::FREE, 1);
    b.arc(0, 2, 2, Energy::FREE, 1);
    b.final_weight(1, Energy::FREE);
    let g = b.build().unwrap();
    let pulled = |toward, arcs: [f64; 2], end| {
        let mut recorder = Recorder::new(PositiveF64::ONE);
        let made = ops::push(&recorder.lift::<MinSum<f64>>(&g, true), toward).unwrap();
        let (_, record) = recorder.lower(&made).unwrap();
        record.pull_back(&SiteValues { arcs: arcs.to_vec(), finals: vec![0.0, end] })
    };
    // Toward the end, the end carries the total: that of the first arc and of the end.
    assert_eq!(pulled(Toward::End, [0.0, 0.0], 1.0), [1.0, 0.0, 0.0, 1.0]);
    // Toward the start each arc carries itself and the end, though the total that says so is 1̄.
    assert_eq!(pulled(Toward::Start, [1.0, 0.0], 0.0), [1.0, 0.0, 0.0, 1.0]);
    assert_eq!(pulled(Toward::Start, [0.0, 1.0], 0.0), [0.0, 1.0, 0.0, 1.0]);
}

#[test]
fn a_record_that_outgrows_its_room_is_none_and_one_that_fills_it_is_whole() {
    let mut r = Lcg(23);
    let mut compared = 0;
    while compared < 100 {
        let g = random_graph(&mut r);
        let record = |room| {
            let mut recorder = Recorder::with_room(PositiveF64::ONE, room);
            let made = run(1, &recorder.lift::<LogSum<f64>>(&g, true)).ok()?;
            let ones = SiteValues { arcs: vec![1.0; made.arc_count()], finals: vec![1.0; made.states()] };
            recorder.lower(&made).map(|(graph, record)| (graph, record.pull_back(&ones)))
        };
        let Some(whole) = record(usize::MAX) else { continue };
        let enough = (0..1_000).find(|&room| record(room).is_some()).unwrap();
        assert!(enough > g.states(), "{enough}");
        assert_eq!(record(enough), Some(whole));
        compared += 1;
    }
}
