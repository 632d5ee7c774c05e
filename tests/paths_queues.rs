//! Shortest distances by every queue against brute force in f64.

mod ops_common;

use energraph::paths::{
    Convergence, Distances, PathError, Queue, shortest_distance, shortest_distance_to_end, sums_from_start,
};
use energraph::semiring::{
    Boolean, Counting, KBest, MinMax, PathProperty, Probability, Product, Semiring, SignedLog, Tolerance,
};
use energraph::{Energy, Graph, GraphBuilder, LogSum, MinSum, Site, Star, Weight, oracle};
use ops_common::*;

const ACYCLIC: Shape = SMALL;
const CYCLIC: Shape = Shape { states: 6, arcs: 12, labels: 2, epsilons: 35, cyclic: true, acceptor: false };

/// 0 to 7 in quarters, with many ties, or now and then +∞.
fn positive(rng: &mut Rng) -> Energy {
    if rng.chance(4) { Energy::IMPOSSIBLE } else { Energy::new(rng.below(29) as f32 / 4.0).unwrap() }
}

/// −1 to 7 in quarters, or now and then +∞.
fn mostly_positive(rng: &mut Rng) -> Energy {
    if rng.chance(4) { Energy::IMPOSSIBLE } else { Energy::new(rng.below(33) as f32 / 4.0 - 1.0).unwrap() }
}

fn random_graph(rng: &mut Rng, round: usize) -> Graph<Energy> {
    let shape = if round.is_multiple_of(2) { CYCLIC } else { ACYCLIC };
    match round % 6 {
        0 | 1 => random(rng, shape, positive),
        2 | 3 => random(rng, shape, mostly_positive),
        _ => random(rng, shape, energy),
    }
}

/// The graph as numbers, in the direction of the sums: what enters each state, and the arcs.
struct Numbers {
    enter: Vec<f64>,
    arcs: Vec<(usize, usize, f64)>,
}

impl Numbers {
    fn of(g: &Graph<Energy>, backward: bool) -> Self {
        let n = g.states() as u32;
        let start = |s| if g.start() == Some(s) { 0.0 } else { f64::INFINITY };
        let enter = (0..n).map(|s| if backward { g.final_weight(s).wide() } else { start(s) }).collect();
        let turn = |(s, t)| if backward { (t, s) } else { (s, t) };
        let arcs = g.arcs_with_source().map(|(_, s, a)| {
            let (s, t) = turn((s as usize, a.target as usize));
            (s, t, a.weight.wide())
        });
        Numbers { enter, arcs: arcs.filter(|a| a.2 < f64::INFINITY).collect() }
    }

    /// By pairs of states, the best walk of at least one arc.
    fn pairs(&self, plus: impl Fn(f64, f64) -> f64) -> Vec<Vec<f64>> {
        let n = self.enter.len();
        let mut d = vec![vec![f64::INFINITY; n]; n];
        self.arcs.iter().for_each(|&(s, t, w)| d[s][t] = d[s][t].min(w));
        for k in 0..n {
            for i in 0..n {
                for j in 0..n {
                    d[i][j] = d[i][j].min(plus(d[i][k], d[k][j]));
                }
            }
        }
        d
    }

    /// By state, whether anything gets there.
    fn reached(&self) -> Vec<bool> {
        let d = self.pairs(|a, b| a + b);
        let n = self.enter.len();
        let from = |s: usize| self.enter[s] < f64::INFINITY;
        (0..n).map(|t| from(t) || (0..n).any(|s| from(s) && d[s][t] < f64::INFINITY)).collect()
    }

    fn has_cycle(&self) -> bool {
        let (d, reached) = (self.pairs(|a, b| a + b), self.reached());
        (0..self.enter.len()).any(|s| reached[s] && d[s][s] < f64::INFINITY)
    }

    fn has_negative_arc(&self) -> bool {
        let reached = self.reached();
        self.arcs.iter().any(|&(s, _, w)| reached[s] && w < 0.0)
    }

    /// The lowest energies; `None` where a cycle of negative energy is reached.
    fn best(&self) -> Option<Vec<f64>> {
        let (d, reached, n) = (self.pairs(|a, b| a + b), self.reached(), self.enter.len());
        if (0..n).any(|s| reached[s] && d[s][s] < 0.0) {
            return None;
        }
        let through = |t: usize| (0..n).map(|s| self.enter[s] + d[s][t]).fold(self.enter[t], f64::min);
        Some((0..n).map(through).collect())
    }

    /// −log of the mass of all walks, 2⁴⁰ arcs long at most, by squaring; `None` where that is not all of it.
    fn mass(&self) -> Option<Vec<f64>> {
        let (n, reached) = (self.enter.len(), self.reached());
        let mut power = vec![vec![0.0; n]; n];
        let arcs = self.arcs.iter().filter(|a| reached[a.0]);
        arcs.for_each(|&(s, t, w)| power[s][t] += (-w).exp());
        let mut sum: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
        let times = |a: &[Vec<f64>], b: &[Vec<f64>]| -> Vec<Vec<f64>> {
            let cell = |i: usize, j: usize| (0..n).map(|k| a[i][k] * b[k][j]).sum::<f64>();
            (0..n).map(|i| (0..n).map(|j| cell(i, j)).collect()).collect()
        };
        for _ in 0..40 {
            let more = times(&sum, &power);
            sum.iter_mut().flatten().zip(more.iter().flatten()).for_each(|(x, y)| *x += y);
            power = times(&power, &power);
        }
        // Overflow gives NaN, which is not small.
        if !power.iter().flatten().all(|x| x.abs() < 1e-30) {
            return None;
        }
        Some((0..n).map(|t| -(0..n).map(|s| (-self.enter[s]).exp() * sum[s][t]).sum::<f64>().ln()).collect())
    }
}

fn near(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
}

fn ask<S: Semiring>(
    g: &Graph<Energy>,
    backward: bool,
    queue: Queue<S>,
    lift: impl Fn(Energy) -> S,
) -> Result<Distances<S>, PathError> {
    let lift = |_: Site, e: &Energy| lift(*e);
    if backward { shortest_distance_to_end(g, lift, queue) } else { shortest_distance(g, lift, queue) }
}

fn assert_near(found: &[f64], expected: &[f64], what: &str, g: &Graph<Energy>) {
    assert_eq!(found.len(), expected.len());
    assert!(found.iter().zip(expected).all(|(a, b)| near(*a, *b)), "{what}: {found:?} {expected:?} {g:?}");
}

fn exact() -> Convergence {
    Convergence::default()
}

/// Every queue that min-sum has.
fn every_queue() -> [Queue<MinSum<f64>>; 6] {
    [
        Queue::auto(),
        Queue::components(),
        Queue::topological(),
        Queue::shortest_first(),
        Queue::state_order(exact()),
        Queue::fifo(exact()),
    ]
}

#[test]
fn the_best_walks_are_those_of_brute_force_by_every_queue_that_answers() {
    let (mut rng, mut answers, mut refusals) = (Rng::new(5), [0; 6], [0; 6]);
    for round in 0..3_000 {
        let g = random_graph(&mut rng, round);
        for backward in [false, true] {
            let numbers = Numbers::of(&g, backward);
            let best = numbers.best();
            let queues = every_queue();
            for (i, queue) in queues.into_iter().enumerate() {
                let found = ask(&g, backward, queue, MinSum::<f64>::from);
                let diverges = matches!(found, Err(PathError::SumDiverges { .. }));
                let as_expected = match i {
                    2 => matches!(found, Err(PathError::Cyclic { .. })) == numbers.has_cycle() && !diverges,
                    3 => matches!(found, Err(PathError::Improves { .. })) == numbers.has_negative_arc() && !diverges,
                    _ => diverges == best.is_none(),
                };
                assert!(as_expected, "{queue:?} {found:?} {g:?}");
                let Ok(found) = found else {
                    refusals[i] += 1;
                    continue;
                };
                let energies: Vec<f64> = found.distances.iter().map(|d| d.get()).collect();
                assert_near(&energies, best.as_ref().unwrap(), &format!("{queue:?}"), &g);
                answers[i] += 1;
            }
        }
    }
    assert!(answers.iter().all(|n| *n > 2_000) && refusals.iter().all(|n| *n > 300), "{answers:?} {refusals:?}");
}

#[test]
fn a_cycle_that_is_refused_is_one_of_the_graph_and_negative() {
    let (mut rng, mut seen) = (Rng::new(6), 0);
    for _ in 0..2_000 {
        let g = random(&mut rng, CYCLIC, mostly_positive);
        for (backward, by_number) in [(false, true), (false, false), (true, true), (true, false)] {
            let queue = if by_number { Queue::state_order(exact()) } else { Queue::fifo(exact()) };
            let Err(PathError::SumDiverges { states, weight }) = ask(&g, backward, queue, MinSum::<f64>::from) else {
                continue;
            };
            // Between neighbours the lowest arc is at least as low as the one that was walked.
            let step = |s: u32, t: u32| {
                let arcs = g.arcs(s).iter().filter(|a| a.target == t);
                arcs.map(|a| a.weight.wide()).fold(f64::INFINITY, f64::min)
            };
            let around: f64 = (0..states.len()).map(|i| step(states[i], states[(i + 1) % states.len()])).sum();
            assert!(around < 0.0 && weight.contains('-'), "{states:?} {weight} {g:?}");
            seen += 1;
        }
    }
    assert!(seen > 500, "{seen}");
}

#[test]
fn the_mass_of_all_walks_is_that_of_brute_force_by_every_queue_that_answers() {
    let (mut rng, mut answers, mut refusals, mut slow) = (Rng::new(7), [0; 5], [0; 5], 0);
    for round in 0..1_500 {
        let g = random_graph(&mut rng, round);
        for backward in [false, true] {
            let numbers = Numbers::of(&g, backward);
            let mass = numbers.mass();
            let until = Convergence { arcs: 20_000, ..exact() };
            let queues = [
                Queue::auto(),
                Queue::components(),
                Queue::topological(),
                Queue::state_order(until),
                Queue::fifo(until),
            ];
            for (i, queue) in queues.into_iter().enumerate() {
                let found = ask(&g, backward, queue, LogSum::<f64>::from);
                match (&found, &mass) {
                    (Ok(found), Some(mass)) => {
                        let energies: Vec<f64> = found.distances.iter().map(|d| d.get()).collect();
                        assert_near(&energies, mass, &format!("{queue:?}"), &g);
                        answers[i] += 1;
                        continue;
                    }
                    (Err(PathError::SumDiverges { .. }), None) if i < 2 => {}
                    (Err(PathError::Cyclic { .. }), _) if i == 2 => assert!(numbers.has_cycle()),
                    (Err(PathError::Unsettled { states, arcs: 20_000 }), None) if i > 2 => assert!(!states.is_empty()),
                    // Next to 1 a mass goes round for very long.
                    (Err(PathError::Unsettled { .. }), Some(_)) if i > 2 => slow += 1,
                    _ => panic!("{queue:?} {found:?} {mass:?} {g:?}"),
                }
                refusals[i] += 1;
            }
        }
    }
    assert!(answers.iter().all(|n| *n > 1_500) && refusals.iter().all(|n| *n > 300), "{answers:?} {refusals:?}");
    assert!(slow < 60, "{slow}");
}

/// The graph that may end in one state only, and there for nothing.
fn ending_in(g: &Graph<Energy>, state: u32) -> Graph<Energy> {
    g.map(|site, &w| match site {
        Site::Final(s) if s == state => Energy::FREE,
        Site::Final(_) => Energy::IMPOSSIBLE,
        Site::Arc(_) => w,
    })
}

fn agrees_with_listed_paths<S: Star>(g: &Graph<Energy>, lift: impl Fn(Energy) -> S + Copy) -> usize {
    let limit = oracle::Limit { arcs: 64, paths: 20_000 };
    let queues =
        [Queue::auto(), Queue::components(), Queue::topological(), Queue::state_order(exact()), Queue::fifo(exact())];
    for queue in queues {
        let found = ask(g, false, queue, lift).unwrap().distances;
        for (s, x) in (0..).zip(&found) {
            let end = |site, e: &Energy| if matches!(site, Site::Final(_)) { S::one() } else { lift(*e) };
            // The state may be marked final only by a weight that is not 0̄.
            let brute = oracle::path_sum(&ending_in(g, s), end, limit);
            assert!(x.close(&brute, Tolerance { absolute: 1e-9, relative: 1e-9 }), "{queue:?} {x:?} {brute:?} {g:?}");
        }
    }
    found_any(g)
}

fn found_any(g: &Graph<Energy>) -> usize {
    usize::from(g.start().is_some())
}

fn path_property_agrees<S: PathProperty + Star>(g: &Graph<Energy>, lift: impl Fn(Energy) -> S + Copy) -> usize {
    let other = ask(g, false, Queue::components(), lift).unwrap().distances;
    assert_eq!(ask(g, false, Queue::shortest_first(), lift).unwrap().distances, other, "{g:?}");
    agrees_with_listed_paths(g, lift)
}

#[test]
fn every_semiring_has_the_sums_of_listed_paths_by_every_queue() {
    let (mut rng, mut compared) = (Rng::new(8), [0; 6]);
    let mass = |e: Energy| Probability::<f64>::new((-e.wide()).exp()).unwrap();
    let counts = |e: Energy| if e.is_zero() { Counting::zero() } else { Counting::one() };
    for _ in 0..1_100 {
        let g = random(&mut rng, ACYCLIC, energy);
        compared[0] += path_property_agrees(&g, |e| if e.is_zero() { Boolean::zero() } else { Boolean::one() });
        compared[1] += path_property_agrees(&g, MinMax::<f64>::from);
        compared[2] += agrees_with_listed_paths(&g, counts);
        compared[3] += agrees_with_listed_paths(&g, mass);
        compared[4] += agrees_with_listed_paths(&g, KBest::<3>::from);
        compared[5] += agrees_with_listed_paths(&g, MinSum::<f32>::from);
    }
    assert!(compared.iter().all(|n| *n > 800), "{compared:?}");
}

/// Relations between two points: ⊕ is union, ⊗ what one leads to after the other. Neither commutative, nor of one
/// order, and without a star.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Relation([[bool; 2]; 2]);

impl Weight for Relation {
    fn one() -> Self {
        Relation([[true, false], [false, true]])
    }
    fn zero() -> Self {
        Relation([[false; 2]; 2])
    }
    fn times(&self, r: &Self) -> Self {
        let cell = |i: usize, j: usize| (0..2).any(|k| self.0[i][k] && r.0[k][j]);
        Relation([[cell(0, 0), cell(0, 1)], [cell(1, 0), cell(1, 1)]])
    }
    fn close(&self, r: &Self, _: Tolerance) -> bool {
        self == r
    }
}

impl Semiring for Relation {
    fn plus(&self, r: &Self) -> Self {
        let cell = |i: usize, j: usize| self.0[i][j] || r.0[i][j];
        Relation([[cell(0, 0), cell(0, 1)], [cell(1, 0), cell(1, 1)]])
    }
}

#[test]
fn a_semiring_without_a_star_settles_and_keeps_the_order_of_the_arcs() {
    let (mut rng, mut crossed) = (Rng::new(9), 0);
    for _ in 0..1_500 {
        let g = random(&mut rng, CYCLIC, energy);
        let lift = |e: Energy| {
            let bits = (e.wide() * 4.0) as i64;
            Relation([[bits & 1 > 0, bits & 2 > 0], [bits & 4 > 0, bits & 8 > 0]])
        };
        for backward in [false, true] {
            // All arcs at once, again and again.
            let n = g.states() as u32;
            let start = |s| if g.start() == Some(s) { Relation::one() } else { Relation::zero() };
            let ends = |s| if g.is_final(s) { lift(g.final_weight(s)) } else { Relation::zero() };
            let mut sums: Vec<Relation> = (0..n).map(|s| if backward { ends(s) } else { start(s) }).collect();
            for _ in 0..60 {
                let before = sums.clone();
                for (_, s, a) in g.arcs_with_source().filter(|(_, _, a)| !a.weight.is_zero()) {
                    let (s, t, w) = (s as usize, a.target as usize, lift(a.weight));
                    let (to, more) = if backward { (s, w.times(&before[t])) } else { (t, before[s].times(&w)) };
                    sums[to] = sums[to].plus(&more);
                }
            }
            crossed += usize::from(sums.contains(&Relation([[false, true], [false, false]])));
            for queue in [Queue::state_order(exact()), Queue::fifo(exact())] {
                assert_eq!(ask(&g, backward, queue, lift).unwrap().distances, sums, "{queue:?} {g:?}");
            }
        }
    }
    assert!(crossed > 50, "{crossed}");
}

/// A chain numbered against its direction, with a shortcut of 10 around each step of 1: in the order of numbers the far
/// end is reached by shortcuts first and corrected again and again.
fn ladder(n: u32) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(2 * n as usize + 1);
    b.start(2 * n);
    for i in 0..n {
        // 2i + 2 ─10─▶ 2i, or over 2i + 1 by 1 + 1; the way over comes later than the shortcut.
        b.arc(2 * i + 2, 1, 1, Energy::new(10.0).unwrap(), 2 * i);
        b.arc(2 * i + 2, 1, 1, Energy::new(1.0).unwrap(), 2 * i + 1);
        b.arc(2 * i + 1, 1, 1, Energy::new(1.0).unwrap(), 2 * i);
        b.arc(2 * i, 2, 2, Energy::new(1.0).unwrap(), 2 * i + 2);
    }
    b.final_weight(0, Energy::FREE);
    b.build().unwrap()
}

#[test]
fn the_nearest_state_first_follows_each_arc_once_where_the_order_of_numbers_goes_over_them_again() {
    let g = ladder(50);
    let arcs = g.arc_count();
    let ask = |queue| shortest_distance(&g, |_, &e: &Energy| MinSum::<f64>::from(e), queue).unwrap();
    let (nearest, auto) = (ask(Queue::shortest_first()), ask(Queue::auto()));
    let (by_number, fifo) = (ask(Queue::state_order(exact())), ask(Queue::fifo(exact())));
    assert_eq!((nearest.followed, auto.followed), (arcs, arcs));
    assert!(by_number.followed > 10 * arcs && fifo.followed > 10 * arcs, "{} {}", by_number.followed, fifo.followed);
    assert!([&auto, &by_number, &fifo].iter().all(|d| d.distances == nearest.distances));
    assert_eq!(nearest.distances[0].get(), 100.0);
}

#[test]
fn one_round_does_where_arcs_lead_to_higher_numbers_and_topological_order_follows_each_arc_once() {
    let n = 300;
    let mut b = GraphBuilder::new();
    b.add_states(n as usize);
    b.start(0);
    for s in 0..n - 1 {
        (s + 1..n.min(s + 4)).rev().for_each(|t| b.arc(s, 1, 1, Energy::new((t - s) as f32).unwrap(), t));
    }
    b.final_weight(n - 1, Energy::FREE);
    let g = b.build().unwrap();
    for backward in [false, true] {
        let followed = |queue| ask(&g, backward, queue, LogSum::<f64>::from).unwrap().followed;
        assert_eq!(followed(Queue::auto()), g.arc_count());
        assert_eq!(followed(Queue::topological()), g.arc_count());
        assert_eq!(followed(Queue::state_order(exact())), g.arc_count());
        assert!(followed(Queue::fifo(exact())) > 2 * g.arc_count());
    }
}

/// State 0, a loop of this energy, and an arc to 1.
fn looped(energy: f32) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    b.arc(0, 1, 1, Energy::new(energy).unwrap(), 0);
    b.arc(0, 1, 1, Energy::new(1.0).unwrap(), 1);
    b.final_weight(1, Energy::FREE);
    b.build().unwrap()
}

#[test]
fn a_tolerance_bounds_the_error_and_saves_steps_and_a_budget_is_kept() {
    // A mass of 0.9 goes round.
    let g = looped(-(0.9_f32.ln()));
    let exactly = ask(&g, false, Queue::auto(), LogSum::<f64>::from).unwrap().distances;
    let mut before = usize::MAX;
    for tolerance in [0.0, 1e-9, 1e-6, 1e-3] {
        for kind in [Queue::state_order, Queue::fifo] {
            let until = Convergence { tolerance: Tolerance { absolute: tolerance, relative: 0.0 }, ..exact() };
            let found = ask(&g, false, kind(until), LogSum::<f64>::from).unwrap();
            let errors = found.distances.iter().zip(&exactly).map(|(a, b)| (a.get() - b.get()).abs());
            assert!(errors.fold(0.0, f64::max) <= tolerance / 0.1 + 1e-12, "{found:?}");
            assert!(found.followed <= before, "{tolerance}");
            before = found.followed;
        }
    }
    assert!(before < 200);
    let until = Convergence { arcs: 50, ..exact() };
    let cut = ask(&g, false, Queue::fifo(until), LogSum::<f64>::from);
    assert!(matches!(cut, Err(PathError::Unsettled { arcs: 50, states }) if states == [0, 1]));
}

#[test]
fn a_sum_that_does_not_exist_is_refused_also_where_digits_or_numbers_end() {
    // A cycle that lowers distances of 10⁷ by less than their digits.
    let mut b = GraphBuilder::new();
    b.add_states(3);
    b.start(0);
    b.arc(0, 1, 1, Energy::new(1e7).unwrap(), 1);
    b.arc(1, 1, 1, Energy::new(-1e-20).unwrap(), 2);
    b.arc(2, 1, 1, Energy::FREE, 1);
    let g = b.build().unwrap();
    for queue in [Queue::auto(), Queue::components(), Queue::state_order(exact()), Queue::fifo(exact())] {
        let found = ask(&g, false, queue, MinSum::<f64>::from);
        assert!(matches!(found, Err(PathError::SumDiverges { .. })), "{queue:?} {found:?}");
    }
    // Nothing gets there: no question was asked about it.
    let unreached = g.map(|site, &w| if site == Site::Arc(0) { Energy::IMPOSSIBLE } else { w });
    for queue in [Queue::auto(), Queue::components(), Queue::state_order(exact()), Queue::fifo(exact())] {
        assert!(ask(&unreached, false, queue, MinSum::<f64>::from).is_ok());
    }
    // Masses that grow until the numbers end.
    let mass = |e: Energy| Probability::<f64>::new((-e.wide()).exp().min(f64::MAX)).unwrap();
    for queue in [Queue::state_order(exact()), Queue::fifo(exact())] {
        let found = ask(&looped(-1.0), false, queue, mass);
        assert!(matches!(found, Err(PathError::Unsettled { .. })), "{found:?}");
    }
    // And K best walks of one energy, which are all the walks there are to keep.
    for queue in [Queue::auto(), Queue::components(), Queue::state_order(exact()), Queue::fifo(exact())] {
        let kept = ask(&looped(0.0), false, queue, KBest::<3>::from).unwrap().distances;
        assert_eq!(kept, sums_from_start(&looped(0.0), |_, &e| KBest::<3>::from(e)).unwrap(), "{queue:?}");
    }
}

#[test]
fn the_empty_graph_has_no_distances_and_the_empty_string_one() {
    let empty = Graph::empty();
    let string = energraph::ops::acceptor(&[]).unwrap();
    for backward in [false, true] {
        let queues = every_queue();
        for queue in queues {
            let none = ask(&empty, backward, queue, MinSum::<f64>::from).unwrap();
            assert_eq!((none.distances, none.followed), (vec![], 0));
            let one = ask(&string, backward, queue, MinSum::<f64>::from).unwrap();
            assert_eq!((one.distances, one.followed), (vec![MinSum::one()], 0));
        }
    }
}

#[test]
fn large_components_settle_the_nearest_first_and_small_steps_down_are_found_in_them() {
    // Each rung corrects the distances of all below: no few rounds do, and elimination would take long.
    let g = ladder(400);
    let lift = |_: Site, &e: &Energy| MinSum::<f64>::from(e);
    let nearest = shortest_distance(&g, lift, Queue::shortest_first()).unwrap().distances;
    assert_eq!(shortest_distance(&g, lift, Queue::components()).unwrap().distances, nearest);
    assert_eq!(sums_from_start(&g, lift).unwrap(), nearest);
    // One shortcut that improves, by so little that no cycle does, and by much.
    let shortcut = (500..).find(|&id| g.all_arcs()[id].weight.get() == 10.0).unwrap() as u32;
    let lower = |w: Energy, by: f32| Energy::new(w.get() - by).unwrap();
    let down = |by: f32| g.map(|site, &w| if site == Site::Arc(shortcut) { lower(w, by) } else { w });
    let all = [Queue::auto(), Queue::components(), Queue::state_order(exact()), Queue::fifo(exact())];
    let found = all.map(|queue| ask(&down(10.5), false, queue, MinSum::<f64>::from).unwrap().distances);
    assert!(found.iter().all(|d| *d == found[0]) && found[0] != nearest);
    for queue in all {
        let found = ask(&down(20.0), false, queue, MinSum::<f64>::from);
        assert!(matches!(found, Err(PathError::SumDiverges { .. })), "{queue:?}");
    }
}

#[test]
fn a_weight_of_which_a_part_is_impossible_is_no_end_of_numbers() {
    // (0, +∞) is neither 0̄ nor 1̄, and its own sum and product.
    let half = Product(MinSum::<f64>::one(), LogSum::<f64>::zero());
    let mut b = GraphBuilder::new();
    let s = b.state();
    b.start(s);
    b.final_weight(s, half);
    let g = b.build().unwrap();
    for queue in [Queue::auto(), Queue::topological(), Queue::state_order(exact()), Queue::fifo(exact())] {
        let to_end = shortest_distance_to_end(&g, |_, w| *w, queue).map(|d| d.distances);
        assert_eq!(to_end, Ok(vec![half]), "{queue:?}");
    }
}

#[test]
fn where_weights_cancel_rounds_may_settle_at_a_sum_that_does_not_exist() {
    let arcs = [(0, 0.125, 0), (0, 0.375, 1), (1, -0.125, 0), (1, 0.5, 0), (1, 0.375, 0), (1, 0.125, 1)];
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(1);
    for (from, real, to) in arcs.into_iter().chain([(1, -0.375, 1); 3]) {
        b.arc(from, 1, 1, SignedLog::of(real).unwrap(), to);
    }
    let g = b.build().unwrap();
    let sums = |queue| shortest_distance(&g, |_, w| *w, queue).map(|found| found.distances);
    // Absolute weights around 1 alone sum to 1.25.
    for queue in [Queue::auto(), Queue::components()] {
        assert!(matches!(sums(queue), Err(PathError::SumDiverges { states, .. }) if states == [0, 1]));
    }
    let until = Convergence { tolerance: Tolerance { relative: 1e-13, absolute: 0.0 }, arcs: 1 << 16 };
    // What they settle at solves x = 0.125 x + 0.75 y, y = 1 + 0.375 x − y.
    let y = 1.0 / (2.0 - 0.375 * 6.0 / 7.0);
    let expected = [y * 6.0 / 7.0, y];
    for queue in [Queue::state_order(until), Queue::fifo(until)] {
        let settled = sums(queue).unwrap();
        assert!(settled.iter().zip(expected).all(|(x, e)| (x.real() - e).abs() < 1e-9), "{settled:?}");
    }
}
