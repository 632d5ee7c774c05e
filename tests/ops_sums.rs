//! Operations that sum over paths, cycles included, against brute force.

mod openfst_language;
mod ops_common;

use std::collections::BTreeMap;

use energraph::graph::EPSILON;
use energraph::ops::{OpError, Toward, acceptor, push, remove_epsilon, reweight};
use energraph::paths::{PathError, path_sum, path_sum_star, sums_from_start, sums_to_end};
use energraph::semiring::{Diverges, Semiring, Tolerance};
use energraph::{Beta, Energy, Graph, GraphBuilder, LeftDivide, LogSum, MinSum, Site, Star, Weight, oracle};
use openfst_language::{sample, total, weight_of};
use ops_common::*;

const ROUNDS: usize = 1_000;
const CYCLIC: Shape = Shape { states: 6, arcs: 12, labels: 2, epsilons: 35, cyclic: true, acceptor: false };
const NOTHING: OpError = OpError::Empty { first_unmatched: None };

/// −1 to 7 in quarters, or now and then +∞: about half of the small cyclic graphs have a sum.
fn mostly_positive(rng: &mut Rng) -> Energy {
    if rng.chance(4) { Energy::IMPOSSIBLE } else { Energy::new(rng.below(33) as f32 / 4.0 - 1.0).unwrap() }
}

fn near(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 1e-6 * (1.0 + a.abs())
}

/// As the semiring's, of both kinds.
fn star_sum(g: &Graph<Energy>, beta: Beta) -> Result<f64, PathError> {
    match beta {
        Beta::Infinite => path_sum_star(g, |_, &e| MinSum::<f64>::from(e)).map(|s| s.get()),
        Beta::Finite(_) => path_sum_star(g, |_, &e| LogSum::<f64>::from(e)).map(|s| s.get()),
    }
}

#[test]
fn a_sum_over_infinitely_many_paths_is_the_limit_of_longer_and_longer_ones() {
    let (mut rng, mut settled, mut refused) = (Rng::new(61), 0, 0);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, CYCLIC, mostly_positive);
        for beta in [Beta::Infinite, Beta::ONE] {
            match (star_sum(&g, beta), total(&g, beta)) {
                (Ok(a), Some(b)) => {
                    assert!(near(a, b), "{a} {b}");
                    settled += usize::from(a < f64::INFINITY);
                }
                (Err(PathError::SumDiverges { states, .. }), None) => {
                    assert!(!states.is_empty());
                    refused += 1;
                }
                other => panic!("{other:?} {g:?}"),
            }
        }
    }
    assert!(settled > 600 && refused > 50, "{settled} {refused}");
}

#[test]
fn the_sum_agrees_with_the_acyclic_one() {
    let mut rng = Rng::new(62);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, SMALL, energy);
        let lift = |_: Site, e: &Energy| LogSum::<f64>::from(*e);
        let (a, b) = (path_sum_star(&g, lift).unwrap(), path_sum(&g, lift).unwrap());
        assert!(a.close(&b, Tolerance { absolute: 1e-12, relative: 1e-12 }));
    }
}

/// Formal sums of strings of up to five letters, with multiplicities: ⊗ does not commute, ⊕ is not idempotent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Formal(BTreeMap<String, u64>);

const LONGEST: usize = 5;

impl Formal {
    fn of(text: &str) -> Formal {
        Formal(BTreeMap::from([(text.to_owned(), 1)]))
    }
}

impl Weight for Formal {
    fn one() -> Self {
        Formal::of("")
    }
    fn zero() -> Self {
        Formal(BTreeMap::new())
    }
    fn times(&self, r: &Self) -> Self {
        let mut product = BTreeMap::new();
        for (x, n) in &self.0 {
            for (y, m) in r.0.iter().filter(|(y, _)| x.len() + y.len() <= LONGEST) {
                *product.entry(format!("{x}{y}")).or_insert(0) += n * m;
            }
        }
        Formal(product)
    }
    fn close(&self, r: &Self, _: Tolerance) -> bool {
        self == r
    }
}

impl Semiring for Formal {
    fn plus(&self, r: &Self) -> Self {
        let mut sum = self.0.clone();
        r.0.iter().for_each(|(x, n)| *sum.entry(x.clone()).or_insert(0) += n);
        Formal(sum)
    }
}

impl Star for Formal {
    fn star(&self) -> Result<Self, Diverges> {
        if self.0.contains_key("") {
            return Err(Diverges { weight: format!("{self:?}") });
        }
        let (mut sum, mut power) = (Formal::one(), Formal::one());
        for _ in 0..LONGEST {
            power = power.times(self);
            sum = sum.plus(&power);
        }
        Ok(sum)
    }
}

#[test]
fn letters_come_out_in_the_order_of_the_path_in_both_directions() {
    let mut rng = Rng::new(63);
    for _ in 0..ROUNDS {
        let letter = |rng: &mut Rng| Formal::of(&((b'a' + rng.below(4) as u8) as char).to_string());
        let g = random(&mut rng, Shape { states: 4, arcs: 7, ..CYCLIC }, letter);
        // Every arc and end has one letter, so longer paths are cut off in both.
        let Some(all) = few_paths(&g, LONGEST - 1) else { continue };
        let expected = all.iter().fold(Formal::zero(), |sum, p| sum.plus(&product(&g, &p.sites)));
        assert_eq!(path_sum_star(&g, |_, w| w.clone()).unwrap(), expected);
        let (before, after) = (sums_from_start(&g, |_, w| w.clone()), sums_to_end(&g, |_, w| w.clone()));
        let (before, after) = (before.unwrap(), after.unwrap());
        if let Some(s) = g.start() {
            assert_eq!(after[s as usize], expected);
        }
        let ends = (0..g.states() as u32).map(|s| before[s as usize].times(&g.final_weight(s)));
        assert_eq!(ends.fold(Formal::zero(), |sum, w| sum.plus(&w)), expected);
    }
}

#[test]
fn a_large_ring_with_a_shortcut_is_summed_in_both_semirings() {
    let n = 20_000_u32;
    let mut b = GraphBuilder::new();
    b.add_states(n as usize);
    b.start(0);
    (0..n).for_each(|s| b.arc(s, 1, 1, Energy::new(1e-3).unwrap(), (s + 1) % n));
    b.arc(n / 2, 2, 2, Energy::new(0.5).unwrap(), 0);
    b.final_weight(n / 2, Energy::FREE);
    let g = b.build().unwrap();
    let step = f64::from(1e-3_f32);
    let half = f64::from(n / 2) * step;
    // Ways round: all of the ring, or back by the shortcut.
    let around = (-f64::from(n) * step).exp() + (-half - 0.5).exp();
    assert!(near(star_sum(&g, Beta::ONE).unwrap(), half + (1.0 - around).ln()));
    assert!(near(star_sum(&g, Beta::Infinite).unwrap(), half));
}

/// Strings of both graphs weigh the same in both.
fn same_language(a: &Graph<Energy>, b: &Graph<Energy>, beta: Beta) -> usize {
    let strings: Vec<_> = sample(a, 6).into_iter().chain(sample(b, 6)).filter(|s| s.0.len() + s.1.len() < 8).collect();
    for s in &strings {
        let (x, y) = (weight_of(a, s, beta), weight_of(b, s, beta));
        assert!((x - y).abs() < 1e-4 || x == y, "{s:?} {x} {y}");
    }
    strings.len()
}

/// Whether some walk of epsilons on accepting paths has no sum: with every state an end, and every state a start.
fn epsilons_diverge(g: &Graph<Energy>, beta: Beta) -> bool {
    let Ok(g) = energraph::ops::connect(&g.map(|_, &e| e)) else { return false };
    let g = g.graph;
    let mut b = GraphBuilder::new();
    let n = g.states() as u32;
    b.add_states(g.states() + 1);
    b.start(n);
    for (_, s, a) in g.arcs_with_source().filter(|(_, _, a)| (a.ilabel, a.olabel) == (EPSILON, EPSILON)) {
        b.arc(s, 0, 0, a.weight, a.target);
    }
    (0..n).for_each(|s| {
        b.arc(n, 0, 0, Energy::FREE, s);
        b.final_weight(s, Energy::FREE);
    });
    total(&b.build().unwrap(), beta).is_none()
}

/// Without arcs of weight +∞, which `connect` counts as arcs.
fn finite(rng: &mut Rng) -> Energy {
    Energy::new(rng.below(33) as f32 / 4.0 - 1.0).unwrap()
}

#[test]
fn removing_epsilons_changes_no_string() {
    let (mut rng, mut compared, mut refused) = (Rng::new(64), 0, 0);
    let shape = Shape { epsilons: 60, ..CYCLIC };
    for round in 0..ROUNDS {
        let g = random(&mut rng, shape, if round % 2 == 0 { finite } else { mostly_positive });
        for beta in [Beta::Infinite, Beta::ONE] {
            let result = match beta {
                Beta::Infinite => remove_epsilon(&g.lift::<MinSum<f64>>()).map(|g| g.lower()),
                Beta::Finite(_) => remove_epsilon(&g.lift::<LogSum<f64>>()).map(|g| g.lower()),
            };
            match result {
                Ok(short) => {
                    assert!(short.all_arcs().iter().all(|a| (a.ilabel, a.olabel) != (EPSILON, EPSILON)));
                    assert!(is_connected(&short));
                    compared += same_language(&g, &short, beta);
                    assert!(round % 2 == 1 || !epsilons_diverge(&g, beta), "{g:?}");
                }
                Err(OpError::Diverges { .. }) => {
                    refused += 1;
                    assert!(epsilons_diverge(&g, beta), "{g:?}");
                }
                Err(e) => assert_eq!(e, NOTHING),
            }
        }
    }
    assert!(compared > 2_000 && refused > 50, "{compared} {refused}");
    assert_eq!(remove_epsilon(&Graph::<MinSum<f64>>::empty()), Err(NOTHING));
    let one: Graph<MinSum<f64>> = acceptor(&[]).unwrap();
    assert_eq!(remove_epsilon(&one), Ok(one));
}

/// The same relation, each pair's paths summed.
fn summed(g: &Graph<Energy>, beta: Beta) -> BTreeMap<openfst_language::Strings, f64> {
    let found = oracle::paths(g, |w| w.wide(), oracle::Limit { arcs: 64, paths: 20_000 });
    let sums = oracle::relation(&found.list).into_iter();
    let sums = sums.map(|(k, energies)| (k, oracle::free_energy(energies, beta.get())));
    sums.filter(|(_, e)| *e < f64::INFINITY).collect()
}

fn assert_alike(a: &Graph<Energy>, b: &Graph<Energy>, beta: Beta) {
    let (a, b) = (summed(a, beta), summed(b, beta));
    assert!(a.keys().eq(b.keys()), "{a:?} {b:?}");
    a.values().zip(b.values()).for_each(|(x, y)| assert!((x - y).abs() < 1e-4, "{x} {y}"));
}

/// Every state but the start goes on with weight 1̄ in all.
fn check_pushed<S: Star + LeftDivide>(g: &Graph<S>) {
    let after = sums_to_end(g, |_, w| w.clone()).unwrap();
    for (s, w) in (0..).zip(&after).filter(|(s, _)| g.start() != Some(*s)) {
        assert!(w.close(&S::one(), Tolerance { absolute: 1e-6, relative: 0.0 }), "{s}: {w:?}");
    }
}

#[test]
fn pushing_moves_weights_and_changes_no_path() {
    let mut rng = Rng::new(65);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, SMALL, energy);
        for toward in [Toward::Start, Toward::End] {
            match (push(&g.lift::<MinSum<f64>>(), toward), push(&g.lift::<LogSum<f64>>(), toward)) {
                (Ok(min), Ok(log)) => {
                    if toward == Toward::Start {
                        check_pushed(&min);
                        check_pushed(&log);
                    } else {
                        let before = sums_from_start(&min, |_, w| *w).unwrap();
                        assert!(before.iter().all(|w| w.get().abs() < 1e-6), "{before:?}");
                    }
                    assert_alike(&g, &min.lower(), Beta::Infinite);
                    assert_alike(&g, &log.lower(), Beta::ONE);
                }
                (min, log) => {
                    assert_eq!((min, log), (Err(NOTHING), Err(NOTHING)));
                    assert!(summed(&g, Beta::Infinite).is_empty());
                }
            }
        }
    }
}

#[test]
fn pushing_on_cycles_keeps_every_string() {
    let (mut rng, mut compared) = (Rng::new(66), 0);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, CYCLIC, mostly_positive);
        for toward in [Toward::Start, Toward::End] {
            if let Ok(pushed) = push(&g.lift::<LogSum<f64>>(), toward) {
                compared += same_language(&g, &pushed.lower(), Beta::ONE);
                let short = toward == Toward::End || pushed.states() > g.states();
                if !short {
                    check_pushed(&pushed);
                }
            }
        }
    }
    assert!(compared > 1_000, "{compared}");
}

#[test]
fn any_finite_potentials_leave_the_paths_alone() {
    let mut rng = Rng::new(67);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, SMALL, energy);
        let v: Vec<_> = (0..g.states()).map(|_| MinSum::new(rng.below(9) as f64 - 4.0).unwrap()).collect();
        for toward in [Toward::Start, Toward::End] {
            let moved = reweight(&g.lift::<MinSum<f64>>(), &v, toward).unwrap();
            assert_alike(&g, &moved.lower(), Beta::Infinite);
        }
    }
    let one: Graph<MinSum<f64>> = acceptor(&[]).unwrap();
    let wrong = reweight(&one, &[], Toward::Start);
    assert_eq!(wrong, Err(OpError::Count { what: "potentials", found: 0, states: 1 }));
    assert!(matches!(reweight(&one, &[MinSum::zero()], Toward::End), Err(OpError::Indivisible { .. })));
}

#[test]
fn potentials_leave_the_paths_of_cyclic_graphs_alone() {
    let (mut rng, mut compared) = (Rng::new(69), 0);
    let possible = |g: &Graph<MinSum<f64>>| {
        let mut r = relation_up_to(g, 3);
        r.values_mut().for_each(|v| v.retain(|w| !w.is_zero()));
        r.retain(|_, v| !v.is_empty());
        r
    };
    for _ in 0..ROUNDS {
        let g = random(&mut rng, CYCLIC, energy).lift::<MinSum<f64>>();
        let v: Vec<_> = (0..g.states()).map(|_| MinSum::new(rng.below(9) as f64 - 4.0).unwrap()).collect();
        for toward in [Toward::Start, Toward::End] {
            let moved = reweight(&g, &v, toward).unwrap();
            // Quarters are exact.
            assert_eq!(possible(&moved), possible(&g), "{g:?}");
            compared += possible(&g).len();
        }
    }
    assert!(compared > 4_000, "{compared}");
}
