//! Random paths against their probabilities.

mod openfst_language;
mod paths_graphs;

use std::collections::BTreeMap;

use energraph::ops::{acceptor, determinize, reverse, union};
use energraph::oracle::{self, Limit};
use energraph::paths::{
    Equivalence, PathError, RandomTest, best_path, path_sum_star, random_paths, randomly_equivalent, sample_paths,
    sample_short_paths,
};
use energraph::semiring::Tolerance;
use energraph::{Beta, Energy, Graph, GraphBuilder, LogSum, MinSum, Path, Site};
use openfst_language::weight_of;
use paths_graphs::{Dice, Shape, behind_two_ways, random_graph};

const DRAWS: usize = 1_000;
/// Paths of cyclic graphs are listed up to so many arcs.
const LONG: usize = 12;

fn uniform(seed: u64) -> impl FnMut() -> f64 {
    let mut dice = Dice(seed);
    move || (dice.bits() >> 11) as f64 / (1_u64 << 53) as f64
}

type Shares = BTreeMap<Vec<Site>, f64>;

/// Pearson's χ² and its degrees of freedom.
#[derive(Default)]
struct Chi {
    sum: f64,
    free: f64,
}

impl Chi {
    /// Of counts and shares, with rare outcomes thrown together.
    fn of(expected: &Shares, drawn: &[Path]) -> Chi {
        let mut counts: BTreeMap<Vec<Site>, usize> = BTreeMap::new();
        for p in drawn {
            *counts.entry(p.sites().collect()).or_default() += 1;
        }
        let n = drawn.len() as f64;
        let (mut sum, mut cells, mut rest) = (0.0, 0.0, (1.0, n));
        for (sites, share) in expected.iter().filter(|(_, share)| **share * n >= 5.0) {
            let found = counts.get(sites).copied().unwrap_or(0) as f64;
            sum += (found - share * n).powi(2) / (share * n);
            cells += 1.0;
            rest = (rest.0 - share, rest.1 - found);
        }
        let left = rest.0 * n;
        if left >= 5.0 {
            sum += (rest.1 - left).powi(2) / left;
            cells += 1.0;
        } else {
            assert!(rest.1 <= 25.0, "{} draws of what has a share of {}", rest.1, rest.0);
        }
        Chi { sum, free: f64::max(cells - 1.0, 0.0) }
    }

    fn add(&mut self, other: &Chi) {
        self.sum += other.sum;
        self.free += other.free;
    }

    /// Whether it is below a bound that chance breaks once in about a million times (Wilson and Hilferty's approximation
    /// at 4.75 standard deviations).
    fn is_fine(&self) -> bool {
        let free = self.free.max(1.0);
        let v = 2.0 / (9.0 * free);
        self.sum <= free * (1.0 - v + 4.75 * v.sqrt()).powi(3)
    }
}

/// p(path) by listing all; those of a cyclic graph up to a length.
fn gibbs(g: &Graph<Energy>, beta: f64) -> Option<Shares> {
    let found = oracle::paths(g, |w| w.wide(), Limit { arcs: LONG, paths: 30_000 });
    if found.list.len() == 30_000 {
        return None;
    }
    let lift = |_, e: &Energy| LogSum::new(e.wide() * beta).unwrap();
    let total = if found.truncated {
        path_sum_star(g, lift).ok()?.get()
    } else {
        beta * oracle::free_energy(found.list.iter().map(|p| p.energy), beta)
    };
    let possible = found.list.into_iter().filter(|p| p.energy < f64::INFINITY);
    Some(possible.map(|p| (p.sites, (total - beta * p.energy).exp())).collect())
}

#[test]
fn draws_have_the_probabilities_of_their_energies() {
    let (mut compared, mut outcomes, mut all) = (0, 0, Chi::default());
    for seed in 0..1_000 {
        let shape = [Shape::ACYCLIC, Shape::TIED, Shape::CYCLIC][seed as usize % 3];
        let g = random_graph(seed, shape);
        let beta = [0.25, 1.0, 0.5][seed as usize % 2 + usize::from(seed % 5 == 0)];
        let Some(expected) = gibbs(&g, beta) else { continue };
        let drawn = sample_paths(&g, Beta::finite(beta).unwrap(), DRAWS, &mut uniform(seed));
        if let Err(e) = drawn {
            assert!(shape.cycles && matches!(e, PathError::SumDiverges { .. }), "{e}");
            continue;
        }
        let drawn = drawn.unwrap();
        if expected.is_empty() {
            assert!(drawn.is_empty());
            continue;
        }
        assert_eq!(drawn.len(), DRAWS);
        let chi = Chi::of(&expected, &drawn);
        assert!(chi.is_fine(), "seed {seed}: {g:?}");
        all.add(&chi);
        assert!(drawn.iter().all(|p| p.arcs.len() > LONG || expected.contains_key(&p.sites().collect::<Vec<_>>())));
        compared += 1;
        outcomes += expected.values().filter(|p| **p > 0.01).count();
    }
    assert!(compared > 500 && outcomes > 2_000, "{compared} {outcomes}");
    assert!(all.is_fine() && all.free > 1_500.0, "{} {}", all.sum, all.free);
}

#[test]
fn the_test_of_draws_finds_a_small_error() {
    // Shares of ½, ¼, ¼ drawn as ½, ¼ + 0.06, ¼ − 0.06.
    let g: Graph<Energy> =
        union(&[&acceptor(&[1]).unwrap(), &acceptor(&[2]).unwrap(), &acceptor(&[3]).unwrap()]).unwrap().graph;
    let all = energraph::paths::k_best(&g, 3).unwrap();
    let shares = [0.5, 0.25, 0.25];
    let expected: Shares = all.iter().zip(shares).map(|(p, s)| (p.sites().collect(), s)).collect();
    let of = |counts: [usize; 3]| -> Vec<Path> {
        all.iter().zip(counts).flat_map(|(p, n)| std::iter::repeat_n(p.clone(), n)).collect()
    };
    assert!(Chi::of(&expected, &of([1000, 490, 510])).is_fine());
    assert!(!Chi::of(&expected, &of([1000, 620, 380])).is_fine());
}

/// p(path) of a walk that takes every way on alike from which an end is near enough.
fn walks(g: &Graph<Energy>, most: usize) -> Option<Shares> {
    let found = oracle::paths(g, |w| w.wide(), Limit { arcs: most, paths: 20_000 });
    if found.list.len() == 20_000 {
        return None;
    }
    let all: Vec<Vec<Site>> = found.list.into_iter().filter(|p| p.energy < f64::INFINITY).map(|p| p.sites).collect();
    // A way on is a next site of some listed path with the same beginning.
    let mut ways: BTreeMap<&[Site], std::collections::BTreeSet<Site>> = BTreeMap::new();
    for sites in &all {
        (0..sites.len()).for_each(|i| {
            ways.entry(&sites[..i]).or_default().insert(sites[i]);
        });
    }
    let share = |sites: &Vec<Site>| (0..sites.len()).map(|i| 1.0 / ways[&sites[..i]].len() as f64).product();
    Some(all.iter().map(|sites| (sites.clone(), share(sites))).collect())
}

#[test]
fn walks_take_every_way_alike_from_which_an_end_is_near_enough() {
    let (mut compared, mut outcomes, mut all) = (0, 0, Chi::default());
    for seed in 0..1_000 {
        let shape = [Shape::ACYCLIC, Shape::CYCLIC][seed as usize % 2];
        let (g, most) = (random_graph(seed, shape), seed as usize % 6);
        let Some(expected) = walks(&g, most) else { continue };
        let drawn = random_paths(&g, most, DRAWS, &mut uniform(seed)).unwrap();
        if expected.is_empty() {
            assert!(drawn.is_empty());
            continue;
        }
        assert!(drawn.len() == DRAWS && drawn.iter().all(|p| expected.contains_key(&p.sites().collect::<Vec<_>>())));
        let chi = Chi::of(&expected, &drawn);
        assert!(chi.is_fine(), "seed {seed}: {g:?}");
        all.add(&chi);
        compared += 1;
        outcomes += expected.len();
    }
    assert!(compared > 400 && outcomes > 2_000, "{compared} {outcomes}");
    assert!(all.is_fine() && all.free > 1_500.0, "{} {}", all.sum, all.free);
}

#[test]
fn infinite_beta_draws_the_best_path_and_the_same_numbers_the_same_draws() {
    for seed in 0..1_000 {
        let g = random_graph(seed, Shape::ACYCLIC);
        let best = best_path(&g).unwrap();
        let drawn = sample_paths(&g, Beta::Infinite, 3, &mut || f64::NAN).unwrap();
        assert_eq!(drawn, best.map_or_else(Vec::new, |b| vec![b; 3]));
        let run = || sample_paths(&g, Beta::ONE, 20, &mut uniform(seed)).unwrap();
        assert_eq!(run(), run());
        // Numbers that are none give paths nevertheless.
        for number in [f64::NAN, -1.0, 2.0, f64::INFINITY] {
            let odd = sample_paths(&g, Beta::ONE, 2, &mut || number).unwrap();
            assert!(odd.iter().all(|p| p.energy < f64::INFINITY));
            assert!(random_paths(&g, 9, 2, &mut || number).unwrap().iter().all(|p| p.energy < f64::INFINITY));
        }
    }
}

#[test]
fn what_is_too_much_is_refused() {
    let g: Graph<Energy> = acceptor(&[1]).unwrap();
    let many = usize::MAX;
    let refused = Err(PathError::Draws { count: many });
    assert_eq!(sample_paths(&g, Beta::ONE, many, &mut || 0.0), refused);
    assert_eq!(random_paths(&g, 5, many, &mut || 0.0), refused);
    assert_eq!(sample_paths(&Graph::empty(), Beta::ONE, 5, &mut || 0.0), Ok(vec![]));
    assert_eq!(random_paths(&Graph::empty(), 5, 5, &mut || 0.0), Ok(vec![]));
    let mut b = GraphBuilder::new();
    b.add_states(1);
    b.start(0);
    b.arc(0, 1, 1, Energy::FREE, 0);
    b.final_weight(0, Energy::FREE);
    let endless = b.build().unwrap();
    assert!(matches!(sample_paths(&endless, Beta::ONE, 1, &mut || 0.0), Err(PathError::SumDiverges { .. })));
    assert_eq!(random_paths(&endless, 7, 1, &mut || 0.9).unwrap()[0].arcs.len(), 7);
}

/// Every difference that listing all paths shows, within the tolerance.
fn differ(a: &Graph<Energy>, b: &Graph<Energy>, beta: f64) -> bool {
    let energies = |g| {
        let found = oracle::paths(g, |w: &Energy| w.wide(), Limit { arcs: 64, paths: 100_000 });
        let all = oracle::relation(&found.list).into_iter().map(|(k, e)| (k, oracle::free_energy(e, beta)));
        all.filter(|(_, e)| *e < f64::INFINITY).collect::<BTreeMap<_, _>>()
    };
    let (a, b) = (energies(a), energies(b));
    a.len() != b.len() || a.iter().any(|(k, e)| b.get(k).is_none_or(|f| (e - f).abs() > 1e-3))
}

#[test]
fn a_refutation_is_a_proof_and_small_differences_are_found() {
    let (mut refuted, mut likely, mut missed) = (0, 0, 0);
    for seed in 0..1_000 {
        let a = random_graph(seed, Shape::ACYCLIC);
        // The same paths, the same but for one weight, or another graph.
        let b = match seed % 3 {
            0 => reverse(&reverse(&a).unwrap().graph).unwrap().graph,
            1 => a.map(
                |site, w| if site == Site::Arc(seed as u32 % 5) { Energy::new(w.get() + 1.0).unwrap() } else { *w },
            ),
            _ => random_graph(seed + 10_000, Shape::ACYCLIC),
        };
        let beta = if seed % 2 == 0 { Beta::ONE } else { Beta::Infinite };
        let o = RandomTest { beta, paths: 60, ..RandomTest::default() };
        let expected = differ(&a, &b, beta.get());
        match randomly_equivalent(&a, &b, &o, &mut uniform(seed)).unwrap() {
            Equivalence::Refuted { input, output, energies } => {
                assert!(expected, "{a:?} {b:?}");
                for (g, e) in [(&a, energies.0), (&b, energies.1)] {
                    let found = oracle::paths(g, |w| w.wide(), Limit { arcs: 64, paths: 100_000 }).list;
                    let of = found.iter().filter(|p| p.input == input && p.output == output).map(|p| p.energy);
                    let by_force = oracle::free_energy(of, beta.get());
                    assert!(by_force == e || (by_force - e).abs() < 1e-6, "{by_force} {e}");
                }
                refuted += 1;
            }
            Equivalence::Likely { tried } => {
                assert!(tried <= 60);
                missed += usize::from(expected);
                likely += 1;
            }
        }
    }
    assert!(refuted > 300 && likely > 300 && missed < 20, "{refuted} {likely} {missed}");
}

#[test]
fn a_refutation_of_cyclic_graphs_is_a_proof_and_the_same_relation_is_never_refuted() {
    let (mut refuted, mut likely, mut divergent) = (0, 0, 0);
    for seed in 0..1_000 {
        // With ties, energies of 0 are many, and cycles of epsilons without a sum.
        let shape = Shape { ties: seed % 4 < 2, ..Shape::CYCLIC };
        let a = random_graph(seed, shape);
        let b = match seed % 3 {
            0 => reverse(&reverse(&a).unwrap().graph).unwrap().graph,
            1 => a.map(
                |site, w| if site == Site::Arc(seed as u32 % 5) { Energy::new(w.get() + 1.0).unwrap() } else { *w },
            ),
            _ => random_graph(seed + 10_000, shape),
        };
        let beta = if seed % 2 == 0 { Beta::ONE } else { Beta::Infinite };
        let o = RandomTest { beta, paths: 20, arcs: 8, ..RandomTest::default() };
        match randomly_equivalent(&a, &b, &o, &mut uniform(seed)) {
            Ok(Equivalence::Refuted { input, output, energies }) => {
                assert_ne!(seed % 3, 0, "{a:?}");
                let strings = (input, output);
                for (g, e) in [(&a, energies.0), (&b, energies.1)] {
                    let by_force = weight_of(g, &strings, beta);
                    assert!(by_force == e || (by_force - e).abs() < 1e-4, "{strings:?} {by_force} {e} {g:?}");
                }
                assert!((energies.0 - energies.1).abs() > 1e-3, "{energies:?}");
                refuted += 1;
            }
            Ok(Equivalence::Likely { .. }) => likely += 1,
            Err(PathError::SumDiverges { .. }) => divergent += 1,
            Err(e) => panic!("{e}"),
        }
    }
    assert!(refuted > 250 && likely > 250 && divergent > 5, "{refuted} {likely} {divergent}");
}

#[test]
fn cycles_without_labels_count_with_all_their_turns() {
    let graph = |round: f32, last: f32| {
        let mut b = GraphBuilder::new();
        b.add_states(2);
        b.start(0);
        b.arc(0, 1, 1, Energy::FREE, 1);
        if round < f32::INFINITY {
            b.arc(1, 0, 0, Energy::new(round).unwrap(), 1);
        }
        b.final_weight(1, Energy::new(last).unwrap());
        b.build().unwrap()
    };
    // ½ + ¼ + … = 1.
    let (a, b) = (graph(2.0_f32.ln(), 2.0_f32.ln()), graph(f32::INFINITY, 0.0));
    let test =
        |beta| randomly_equivalent(&a, &b, &RandomTest { beta, ..RandomTest::default() }, &mut uniform(1)).unwrap();
    assert_eq!(test(Beta::ONE), Equivalence::Likely { tried: 100 });
    assert!(matches!(test(Beta::Infinite), Equivalence::Refuted { .. }));
    // Determinisation keeps the language.
    for seed in 0..100 {
        let g = random_graph(seed, Shape::ACYCLIC).map_labels(|i, _| (i.max(1), i.max(1)));
        let Ok(d) = determinize(&g.lift::<MinSum<f64>>(), Default::default(), Default::default()) else { continue };
        let o = RandomTest { tolerance: Tolerance { absolute: 0.02, relative: 0.0 }, ..RandomTest::default() };
        let found = randomly_equivalent(&g, &d.lower(), &o, &mut uniform(seed)).unwrap();
        assert_eq!(found, Equivalence::Likely { tried: 100 });
    }
}

#[test]
fn short_draws_are_the_draws_that_are_short_with_the_probabilities_of_their_energies() {
    let (mut compared, mut given_up, mut all) = (0, 0, Chi::default());
    for seed in 0..1_000 {
        let g = random_graph(seed, [Shape::ACYCLIC, Shape::CYCLIC][seed as usize % 2]);
        let (beta, most) = (Beta::finite(0.5).unwrap(), seed as usize % 5);
        let Some(expected) = gibbs(&g, 0.5) else { continue };
        let Ok(drawn) = sample_short_paths(&g, beta, most, DRAWS, &mut uniform(seed)) else { continue };
        assert!(drawn.iter().all(|p| p.arcs.len() <= most));
        assert_eq!(
            sample_short_paths(&g, beta, usize::MAX, 20, &mut uniform(seed)),
            sample_paths(&g, beta, 20, &mut uniform(seed))
        );
        if drawn.is_empty() {
            continue;
        }
        given_up += usize::from(drawn.len() < DRAWS);
        let mut short: Shares = expected.into_iter().filter(|(sites, _)| sites.len() <= most + 1).collect();
        let total: f64 = short.values().sum();
        short.values_mut().for_each(|p| *p /= total);
        let chi = Chi::of(&short, &drawn);
        assert!(chi.is_fine(), "seed {seed}: {g:?}");
        all.add(&chi);
        compared += 1;
    }
    assert!(compared > 300 && given_up > 100 && all.is_fine(), "{compared} {given_up} {}", all.sum);
    let g: Graph<Energy> = acceptor(&[1, 2]).unwrap();
    let of = |arcs| sample_short_paths(&g, Beta::Infinite, arcs, 3, &mut || 0.0).unwrap().len();
    assert_eq!((of(1), of(2)), (0, 3));
}

#[test]
fn draws_at_a_tiny_beta_are_paths_of_the_graph() {
    for beta in [1e-300, 1e-307, 1e-308, 1e-320, 5e-324] {
        let beta = Beta::finite(beta).unwrap();
        // Gone round for longer than any limit; without the loop each way in is as likely.
        assert_eq!(sample_short_paths(&behind_two_ways(2.0), beta, 100, 9, &mut uniform(1)), Ok(vec![]));
        let drawn = sample_paths(&behind_two_ways(f32::INFINITY), beta, 100, &mut uniform(1)).unwrap();
        assert!(drawn.len() == 100 && drawn.iter().all(|p| p.arcs.len() == 1));
        let first = drawn.iter().filter(|p| p.input == [1]).count();
        assert!((20..80).contains(&first), "{first}");
    }
}
