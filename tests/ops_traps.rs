//! The seven traps that libraries of this field fall into, one section and one named test or more for each:
//!
//! 1. an epsilon output against an epsilon input is counted once;
//! 2. an isolated node changes no gradient;
//! 3. cycles give the true infinite sum or a typed refusal;
//! 4. a divergent loop is an error;
//! 5. determinisation is the same from run to run;
//! 6. a fan of 50,000 epsilons is linear work;
//! 7. of a product of 10¹² states only what paths need is touched.

mod ops_common;

use std::cell::Cell;

use energraph::autograd::Tape;
use energraph::graph::Side;
use energraph::ops::{
    Budget, Compose, Filter, LazyCompose, OpError, Touched, Toward, acceptor, compose, connect, determinize,
    determinize_transducer, disambiguate, epsilon_normalize, expand, push, remove_epsilon,
};
use energraph::paths::{
    Heuristic, PathError, best_path, free_energy, free_energy_and_posteriors, k_best, lazy_best_path, lazy_within,
    path_sum, path_sum_star, posteriors, sample_paths, sums_from_start, sums_to_end,
};
use energraph::semiring::{Diverges, Quantum, Semiring, Tolerance};
use energraph::{
    Beta, Commutative, Energy, Graph, GraphBuilder, Label, LogSum, MinSum, Site, SiteValues, Star, Weight,
};
use ops_common::*;

const FILTERS: [Filter; 5] =
    [Filter::Sequence, Filter::AlternateSequence, Filter::Match, Filter::NoMatch, Filter::Trivial];
/// How often each of them counts one epsilon on each side.
const TIMES: [f64; 5] = [1.0, 1.0, 1.0, 2.0, 3.0];

fn energy_of(e: f32) -> Energy {
    Energy::new(e).unwrap()
}

fn near(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 1e-9 * (1.0 + a.abs())
}

/// A graph from arcs (source, target, input, output, energy), state 0 the start, and final states with their energies.
fn graph(states: usize, arcs: &[(u32, u32, Label, Label, f32)], finals: &[(u32, f32)]) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(states);
    b.start(0);
    arcs.iter().for_each(|&(s, t, i, o, e)| b.arc(s, i, o, energy_of(e), t));
    finals.iter().for_each(|&(s, e)| b.final_weight(s, energy_of(e)));
    b.build().unwrap()
}

// 1. An epsilon output against an epsilon input.

#[test]
fn trap_1_an_epsilon_output_against_an_epsilon_input_counts_once_in_log_sum() {
    // A filter without state keeps both orders and the diagonal: three paths of probability ½⁴ in place of one.
    let half = 2.0_f32.ln();
    let writes_nothing = graph(2, &[(0, 1, 1, 0, half)], &[(1, half)]).lift::<LogSum<f64>>();
    let reads_nothing = graph(2, &[(0, 1, 0, 2, half)], &[(1, half)]).lift::<LogSum<f64>>();
    for (filter, times) in FILTERS.into_iter().zip(TIMES) {
        for look_ahead in [false, true] {
            let o = Compose { filter, look_ahead, ..Compose::default() };
            let eager = compose(&writes_nothing, &reads_nothing, &o).unwrap().graph;
            let lazy = expand(&mut LazyCompose::new(&writes_nothing, &reads_nothing, &o)).unwrap().graph;
            for made in [eager, lazy] {
                let sum = path_sum(&made, |_, w| *w).unwrap().get();
                assert!(near(sum, 4.0 * f64::from(half) - times.ln()), "{filter:?} {sum}");
            }
        }
    }
    // Nor between two matches, nor with epsilons of both kinds in a row on each side.
    let a = graph(5, &[(0, 1, 1, 5, 0.0), (1, 2, 1, 0, 0.0), (2, 3, 1, 0, 0.0), (3, 4, 1, 6, 0.0)], &[(4, 0.0)]);
    let b = graph(5, &[(0, 1, 5, 2, 0.0), (1, 2, 0, 2, 0.0), (2, 3, 0, 2, 0.0), (3, 4, 6, 2, 0.0)], &[(4, 0.0)]);
    for filter in &FILTERS[..3] {
        let o = Compose { filter: *filter, ..Compose::default() };
        let made = compose(&a.lift::<LogSum<f64>>(), &b.lift(), &o).unwrap().graph;
        assert_eq!(path_sum(&made, |_, w| *w).unwrap().get(), 0.0, "{filter:?}");
    }
}

// 2. Isolated nodes.

#[test]
fn trap_2_an_isolated_node_changes_no_gradient() {
    let arcs = [(0, 1, 1, 1, 1.0), (0, 2, 2, 2, 2.0)];
    let finals = [(1, 0.5), (2, -0.5)];
    // The last state matters most where someone trusts the last node to be the end.
    let (plain, isolated) = (graph(3, &arcs, &finals), graph(5, &arcs, &finals));
    for beta in [Beta::Infinite, Beta::ONE] {
        let (f, p) = free_energy_and_posteriors(&plain, beta).unwrap();
        let (f2, p2) = free_energy_and_posteriors(&isolated, beta).unwrap();
        assert_eq!((f, &p.arcs[..], &p.finals[..3]), (f2, &p2.arcs[..], &p2.finals[..3]));
    }
}

/// The same with states that nothing leads to or from, in front of the others and behind them.
fn with_isolated(g: &Graph<Energy>, before: u32, behind: u32) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(g.states() + (before + behind) as usize);
    b.start(g.start().unwrap() + before);
    g.arcs_with_source().for_each(|(_, s, a)| b.arc(s + before, a.ilabel, a.olabel, a.weight, a.target + before));
    (0..g.states() as u32).for_each(|s| b.final_weight(s + before, g.final_weight(s)));
    b.build().unwrap()
}

#[test]
fn trap_2_isolated_nodes_of_any_graph_change_no_gradient_through_any_operation() {
    /// ∂F of a chain of operations, with respect to the first graph.
    fn gradient(g: Graph<Energy>, other: &Graph<Energy>) -> (f64, SiteValues) {
        let mut tape = Tape::new();
        let (leaf, other) = (tape.leaf(g), tape.constant(other.clone()));
        let all = tape.union(&[leaf, other]).unwrap();
        let all = tape.reverse(all).unwrap();
        let all = tape.reverse(all).unwrap();
        let all = tape.concat(&[all, other]).unwrap();
        let f = tape.free_energy(all, Beta::ONE).unwrap();
        let value = tape.value(f).unwrap();
        (value, tape.backward(&[(f, 1.0)]).unwrap().take(leaf).unwrap())
    }
    let (mut rng, mut moved) = (Rng::new(501), 0);
    let other: Graph<Energy> = acceptor(&[1, 2]).unwrap();
    for _ in 0..1_000 {
        let g = random(&mut rng, SMALL, energy);
        if g.states() == 0 {
            continue;
        }
        let (before, behind) = (rng.below(3) as u32, rng.below(3) as u32);
        let isolated = with_isolated(&g, before, behind);
        let ((f, p), (f2, p2)) = (gradient(g.clone(), &other), gradient(isolated.clone(), &other));
        assert!(near(f, f2), "{f} {f2}");
        assert!(p.arcs.iter().zip(&p2.arcs).all(|(a, b)| near(*a, *b)), "{p:?} {p2:?}");
        for (s, share) in p2.finals.iter().enumerate() {
            let old = s.checked_sub(before as usize).and_then(|s| p.finals.get(s));
            assert!(near(*share, old.copied().unwrap_or(0.0)), "{p:?} {p2:?}");
        }
        let of = |g: &Graph<Energy>| posteriors(g, Beta::Infinite).unwrap().arcs;
        assert_eq!(of(&g), of(&isolated));
        moved += usize::from(p.arcs.iter().any(|&a| a > 0.0));
    }
    assert!(moved > 300, "{moved}");
}

// 3. Cycles.

/// `a` reads 1 and enters, two states are walked round for `there` and `back`, and the end weighs `end`.
fn ring(label: Label, enter: f32, there: f32, back: f32, end: f32) -> Graph<Energy> {
    let round = [(0, 1, 1, 1, enter), (1, 2, label, label, there), (2, 1, label, label, back)];
    graph(3, &round, &[(1, end)])
}

#[test]
fn trap_3_a_cycle_gives_the_logarithm_of_the_true_infinite_sum() {
    for label in [0, 7] {
        for (there, back) in [(0.5_f32, 0.25_f32), (4.0, -3.0), (1e-3, 1e-3), (40.0, 40.0)] {
            let g = ring(label, 0.5, there, back, 0.25);
            // Σ_k e^{−k·round} = 1 / (1 − e^{−round}): log(1 − e^{−x}), not log(1 − x).
            let round = f64::from(there) + f64::from(back);
            let expected = 0.75 + (-(-round).exp()).ln_1p();
            let lift = |_: Site, e: &Energy| LogSum::<f64>::from(*e);
            let total = path_sum_star(&g, lift).unwrap().get();
            assert!(near(total, expected), "{total} {expected}");
            assert!(near(sums_to_end(&g, lift).unwrap()[0].get(), expected));
            assert!(near(sums_from_start(&g, lift).unwrap()[1].get() + 0.25, expected));
            let log = g.lift::<LogSum<f64>>();
            let mut kept = vec![push(&log, Toward::Start).unwrap(), push(&log, Toward::End).unwrap()];
            kept.extend([remove_epsilon(&log).unwrap()]);
            kept.extend([epsilon_normalize(&log, Side::Input, Budget::default()).unwrap()]);
            kept.extend([connect(&log).unwrap().graph]);
            for (i, same) in kept.iter().enumerate() {
                let sum = path_sum_star(same, |_, w| *w).unwrap().get();
                assert!(near(sum, expected), "{i}: {sum} {expected}");
            }
            // Min-sum goes round never.
            assert_eq!(path_sum_star(&g, |_, e| MinSum::<f64>::from(*e)).unwrap().get(), 0.75);
        }
    }
}

#[test]
fn trap_3_what_sums_along_an_order_refuses_cycles_by_name() {
    let g = ring(7, 0.5, 0.5, 0.25, 0.25);
    let cyclic = |e: PathError| matches!(e, PathError::Cyclic { .. });
    assert!(cyclic(path_sum(&g, |_, e| LogSum::<f64>::from(*e)).unwrap_err()));
    assert!(cyclic(free_energy(&g, Beta::ONE).unwrap_err()));
    assert!(cyclic(posteriors(&g, Beta::ONE).unwrap_err()));
    let mut tape = Tape::new();
    let leaf = tape.leaf(g.clone());
    assert!(tape.free_energy(leaf, Beta::ONE).is_err());
    // The best path needs no order.
    assert_eq!(best_path(&g).unwrap().unwrap().energy, 0.75);
    assert_eq!(free_energy(&g, Beta::Infinite).unwrap(), 0.75);
}

// 4. Divergent loops.

#[test]
fn trap_4_a_loop_of_probability_one_or_more_is_an_error_and_so_is_a_negative_cycle() {
    for (energy, log, min) in [(0.5, true, true), (0.0, false, true), (-0.5, false, false)] {
        let mut b = GraphBuilder::new();
        b.add_states(3);
        b.start(0);
        b.arc(0, 1, 1, Energy::FREE, 1);
        b.arc(1, 0, 0, energy_of(energy), 1);
        b.final_weight(1, Energy::FREE);
        // No accepting path comes here.
        b.arc(0, 1, 1, Energy::FREE, 2);
        b.arc(2, 0, 0, energy_of(-9.0), 2);
        let g = b.build().unwrap();
        let (log_sum, min_sum) = (g.lift::<LogSum<f64>>(), g.lift::<MinSum<f64>>());
        let diverges = |e: Option<OpError>| matches!(e, Some(OpError::Diverges { .. }));
        for (found, fine) in [
            (remove_epsilon(&log_sum).err(), log),
            (push(&log_sum, Toward::Start).err(), log),
            (push(&log_sum, Toward::End).err(), log),
            (epsilon_normalize(&log_sum, Side::Output, Budget::default()).err(), log),
            (remove_epsilon(&min_sum).err(), min),
            (push(&min_sum, Toward::Start).err(), min),
        ] {
            assert!(if fine { found.is_none() } else { diverges(found.clone()) }, "{energy}: {found:?}");
        }
        let star = path_sum_star(&g, |_, &e| LogSum::<f64>::from(e));
        match star {
            Ok(sum) => assert!(log && near(sum.get(), (-(-f64::from(energy)).exp()).ln_1p())),
            Err(PathError::SumDiverges { states, .. }) => assert!(!log && states == [1]),
            Err(e) => panic!("{e}"),
        }
        let mut rng = Rng::new(502);
        let drawn = sample_paths(&g, Beta::ONE, 1, &mut || rng.below(1_000) as f64 / 1_000.0);
        assert_eq!(matches!(drawn, Err(PathError::SumDiverges { .. })), !log, "{drawn:?}");
        let star = path_sum_star(&g, |_, &e| MinSum::<f64>::from(e));
        assert_eq!(matches!(star, Err(PathError::SumDiverges { .. })), !min, "{star:?}");
        for found in [best_path(&g).err(), k_best(&g, 2).err(), free_energy(&g, Beta::Infinite).err()] {
            assert_eq!(matches!(found, Some(PathError::Diverges { .. })), !min, "{found:?}");
        }
    }
    // The star itself, from which all of this comes.
    assert!(LogSum::new(0.0_f64).unwrap().star().is_err() && LogSum::new(-1.0_f64).unwrap().star().is_err());
    assert!(MinSum::new(-1.0_f64).unwrap().star().is_err() && MinSum::new(0.0_f64).unwrap().star().is_ok());
}

// 5. Determinisation.

/// FNV-1a (Fowler, Noll, Vo) over a result's states and arcs in their order.
fn fingerprint(hash: u64, made: &Result<Graph<MinSum<f64>>, OpError>) -> u64 {
    let mut words = Vec::new();
    if let Ok(g) = made {
        words.push(g.states() as u64);
        words.extend(g.final_weights().iter().map(|w| w.get().to_bits()));
        for (_, s, a) in g.arcs_with_source() {
            words.extend([s, a.ilabel, a.olabel, a.target].map(u64::from));
            words.push(a.weight.get().to_bits());
        }
    }
    let bytes = words.iter().flat_map(|w| w.to_le_bytes());
    bytes.fold(hash, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01B3))
}

#[test]
fn trap_5_determinisation_is_the_same_from_run_to_run() {
    let (mut rng, mut hash) = (Rng::new(73), 0xCBF2_9CE4_8422_2325);
    let (quantum, budget) = (Quantum::default(), Budget::default());
    for _ in 0..1_000 {
        let shape = Shape { states: 12, arcs: 40, labels: 2, epsilons: 0, cyclic: false, acceptor: true };
        let g = random(&mut rng, shape, energy);
        let log = g.lift::<LogSum<f64>>();
        let elsewhere = std::thread::spawn({
            let log = log.clone();
            move || determinize(&log, quantum, budget)
        });
        let here = determinize(&log, quantum, budget);
        assert_eq!(elsewhere.join().unwrap(), here);
        assert_eq!(determinize(&log, quantum, budget), here);
        // Minima of quarters are exact, on every machine.
        let min = g.lift::<MinSum<f64>>();
        let writes = min.map_labels(|i, _| (i, i + 5));
        for made in [
            determinize(&min, quantum, budget),
            disambiguate(&min, quantum, budget),
            determinize_transducer(&writes, quantum, budget),
        ] {
            hash = fingerprint(hash, &made);
        }
    }
    // What another process made of the same graphs on another day.
    assert_eq!(hash, 0x68BC1CC4C1F0E4A2, "{hash:#018X}");
}

// 6. A fan of epsilons.

thread_local! {
    static PRODUCTS: Cell<u64> = const { Cell::new(0) };
}

/// Min-sum that counts its ⊗.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Counted(MinSum<f64>);

impl Weight for Counted {
    fn one() -> Self {
        Counted(MinSum::one())
    }
    fn zero() -> Self {
        Counted(MinSum::zero())
    }
    fn times(&self, r: &Self) -> Self {
        PRODUCTS.set(PRODUCTS.get() + 1);
        Counted(self.0.times(&r.0))
    }
    fn close(&self, r: &Self, tolerance: Tolerance) -> bool {
        self.0.close(&r.0, tolerance)
    }
}

impl Commutative for Counted {}

impl Semiring for Counted {
    fn plus(&self, r: &Self) -> Self {
        Counted(self.0.plus(&r.0))
    }
}

impl Star for Counted {
    fn star(&self) -> Result<Self, Diverges> {
        self.0.star().map(Counted)
    }
}

/// 50,000 epsilon arcs out of the start, or one behind the other, and behind each an arc with a label of its own (to the
/// end) or with the same.
fn fan(n: u32, chain: bool, same: bool) -> Graph<Counted> {
    let mut b = GraphBuilder::new();
    b.add_states(n as usize + 2);
    b.start(0);
    for s in 1..=n {
        let label = if same { 1 } else { s };
        b.arc(if chain { s - 1 } else { 0 }, 0, 0, Counted::one(), s);
        b.arc(s, label, label, Counted::one(), n + 1);
    }
    b.final_weight(n + 1, Counted::one());
    b.build().unwrap()
}

/// What a question answers, and how many ⊗ it took.
fn products<T>(ask: impl FnOnce() -> T) -> (T, u64) {
    PRODUCTS.set(0);
    let answer = ask();
    (answer, PRODUCTS.get())
}

const FAN: u32 = 50_000;

#[test]
fn trap_6_epsilon_removal_of_a_fan_and_a_chain_of_fifty_thousand_is_linear() {
    for chain in [false, true] {
        let g = fan(FAN, chain, false);
        let (short, count) = products(|| remove_epsilon(&g).unwrap());
        assert_eq!((short.states(), short.arc_count()), (2, FAN as usize));
        assert!(count <= 4 * u64::from(FAN), "{count}");
        let (short, count) = products(|| epsilon_normalize(&g, Side::Input, Budget::default()).unwrap());
        assert_eq!(short.arc_count(), FAN as usize);
        assert!(count <= 12 * u64::from(FAN), "{count}");
        let (sum, count) = products(|| path_sum_star(&g, |_, w| w.clone()).unwrap());
        assert!(sum == Counted::one() && count <= 8 * u64::from(FAN), "{count}");
    }
}

#[test]
fn trap_6_epsilon_removal_before_many_arcs_costs_what_its_result_holds() {
    // A chain of epsilons that lead up to four states on, entered everywhere, with forty arcs behind the last.
    let n = 5_000;
    for steps in [1, 2, 4] {
        let mut b = GraphBuilder::new();
        b.add_states(n as usize + 2);
        b.start(0);
        for s in 0..n {
            b.arc(0, 100 + s, 100 + s, Counted::one(), s);
            (s + 1..=(s + steps).min(n)).for_each(|t| b.arc(s, 0, 0, Counted::one(), t));
        }
        (1..=40).for_each(|l| b.arc(n, l, l, Counted::one(), n + 1));
        b.final_weight(n + 1, Counted::one());
        let (short, count) = products(|| remove_epsilon(&b.build().unwrap()).unwrap());
        assert_eq!(short.arc_count(), 41 * n as usize);
        assert!(count <= 8 * 41 * u64::from(n), "{count}");
    }
}

#[test]
fn trap_6_composition_of_a_fan_of_fifty_thousand_is_linear() {
    let n = FAN as usize;
    // The budget counts the states and arcs that are touched.
    let budget = Budget { states: n + 2, arcs: 2 * n };
    let one: Graph<Counted> = acceptor(&[1]).unwrap();
    for (same, kept) in [(false, 1), (true, n)] {
        let g = fan(FAN, false, same);
        for (a, b) in [(&g, &one), (&one, &g)] {
            for (filter, look_ahead) in FILTERS.map(|f| (f, false)).into_iter().chain([(FILTERS[0], true)]) {
                let o = Compose { budget, filter, look_ahead, ..Compose::default() };
                let (made, count) = products(|| compose(a, b, &o).unwrap().graph);
                assert!(made.arc_count() == 2 * kept && count <= 4 * u64::from(FAN), "{filter:?} {count}");
            }
            let o = Compose { budget, ..Compose::default() };
            let mut lazy = LazyCompose::new(a, b, &o);
            let (made, count) = products(|| expand(&mut lazy).unwrap().graph);
            assert!(made.arc_count() == 2 * kept && count <= 4 * u64::from(FAN), "{count}");
            assert_eq!((lazy.touched().met, lazy.touched().arcs), (n + 2, n + if same { n } else { 1 }));
        }
    }
}

// 7. A product of 10¹² states.

const LINE: u32 = 1_000_000;

/// A line of a million states, with labels drawn by a seed: a label costs ¼, leaving one out 1; a jump leads over all
/// but the last 500 of them. Labels stand on the side `between`, nothing on the other.
fn line(between: Side) -> Graph<Energy> {
    let (mut rng, mut b) = (Rng::new(205), GraphBuilder::new());
    let (quarter, one) = (energy_of(0.25), energy_of(1.0));
    let writes = between == Side::Output;
    b.add_states(LINE as usize);
    b.start(0);
    for s in 0..LINE - 1 {
        let label = 1 + rng.below(20) as Label;
        b.arc(s, label, label, quarter, s + 1);
        b.arc(s, if writes { label } else { 0 }, if writes { 0 } else { label }, one, s + 1);
        if s == 0 {
            b.arc(s, 99, 99, one, LINE - 501);
        }
    }
    b.final_weight(LINE - 1, Energy::FREE);
    b.build().unwrap()
}

#[test]
fn trap_7_a_product_of_ten_to_the_twelve_states_is_expanded_along_its_best_path_alone() {
    // Either side can leave out any label, so every pair of states can be reached.
    let (a, b) = (line(Side::Output), line(Side::Input));
    assert_eq!(a.states() as u64 * b.states() as u64, 1_000_000_000_000);
    let o = Compose::default();
    let mut lazy = LazyCompose::new(&a, &b, &o);
    let ahead = Heuristic::of(&lazy).unwrap();
    let best = lazy_best_path(&mut lazy, &ahead).unwrap().unwrap();
    // The jump, 500 labels matched, and the end.
    assert_eq!((best.energy, best.output.len(), best.sites.len()), (2.0 + 500.0 * 0.5, 501, 1_004));
    assert_eq!(best.output[0], 99);
    let touched = lazy.touched();
    assert!(touched.expanded <= 501 && touched.arcs < 2_000, "{touched:?}");
    // Without a heuristic everything nearer than the end is looked at, which is still next to nothing of 10¹².
    let mut blind = LazyCompose::new(&a, &b, &o);
    assert_eq!(lazy_best_path(&mut blind, &Heuristic::none()).unwrap().unwrap().energy, best.energy);
    let blind = blind.touched();
    assert!(blind.expanded > 100 * touched.expanded && blind.expanded < 1_000_000, "{blind:?}");
    // A beam a little wider than one omission on each side.
    let pruned = lazy_within(&mut lazy, &ahead, 1.75, Beta::Infinite).unwrap();
    assert_eq!((pruned.lowest, pruned.lost), (best.energy, Some(0.0)));
    assert!(lazy.touched().expanded < 5_000, "{:?}", lazy.touched());
}

/// A million states in a row, of which the thousandth and the last are final; labels from `first` on behind the
/// thousandth, drawn in front of it.
fn long(first: Label) -> Graph<Energy> {
    let (mut rng, mut b) = (Rng::new(206), GraphBuilder::new());
    b.add_states(LINE as usize);
    b.start(0);
    for s in 0..LINE - 1 {
        let label = if s < 999 { 1 + rng.below(20) as Label } else { first + s % 5 };
        b.arc(s, label, label, Energy::FREE, s + 1);
    }
    [999, LINE - 1].into_iter().for_each(|s| b.final_weight(s, Energy::FREE));
    b.build().unwrap()
}

#[test]
fn trap_7_composition_at_once_of_ten_to_the_twelve_touches_the_states_that_can_be_reached() {
    let (a, b) = (long(100), long(200));
    assert_eq!(a.states() as u64 * b.states() as u64, 1_000_000_000_000);
    // The budget counts what is touched: the pairs of the 999 labels that agree. One state less is one too few.
    for filter in FILTERS {
        let within = |states| Compose { budget: Budget { states, arcs: 999 }, filter, ..Compose::default() };
        let made = compose(&a, &b, &within(1_000)).unwrap().graph;
        assert_eq!((made.states(), made.arc_count()), (1_000, 999));
        assert!(matches!(compose(&a, &b, &within(999)), Err(OpError::Budget { .. })));
        let mut lazy = LazyCompose::new(&a, &b, &within(1_000));
        assert_eq!(expand(&mut lazy).unwrap().graph, made);
        assert_eq!(lazy.touched(), Touched { expanded: 1_000, met: 1_000, arcs: 999 });
    }
}
