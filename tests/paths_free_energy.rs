//! Free energies, posteriors and best paths against brute force.
#![cfg(feature = "oracle")]

mod paths_graphs;

use energraph::paths::{Beta, PathError, best_path, free_energy, free_energy_and_posteriors, path_sum, posteriors};
use energraph::{Counting, Energy, Graph, GraphBuilder, LogSum, MinSum, Site, Weight, oracle};
use paths_graphs::{Dice, Shape, all_paths, assert_near, every_site, random_graph};

const GRAPHS: u64 = 1_000;
const BETAS: [f64; 4] = [f64::INFINITY, 1.0, 0.25, 7.5];

fn beta(b: f64) -> Beta {
    if b == f64::INFINITY { Beta::Infinite } else { Beta::finite(b).unwrap() }
}

fn energy(e: f32) -> Energy {
    Energy::new(e).unwrap()
}

#[test]
fn free_energies_agree_with_enumeration() {
    let mut with_paths = 0;
    for seed in 0..GRAPHS {
        let g = random_graph(seed, Shape::ACYCLIC);
        let paths = all_paths(&g, 64);
        with_paths += usize::from(paths.len() > 1);
        for b in BETAS {
            let expected = oracle::free_energy(paths.iter().map(|p| p.energy), b);
            assert_near(free_energy(&g, beta(b)).unwrap(), expected, 1e-12, &format!("seed {seed}, β {b}"));
        }
    }
    assert!(with_paths > 200, "only {with_paths} graphs have more than one path");
}

#[test]
fn the_free_energy_lies_below_the_minimum_by_at_most_log_paths_over_beta() {
    for seed in 0..GRAPHS {
        let g = random_graph(seed, Shape::TIED);
        let best = free_energy(&g, Beta::Infinite).unwrap();
        let paths = path_sum(&g, |_, _| Counting::one()).unwrap().0;
        for b in [0.01, 1.0, 50.0] {
            let gap = best - free_energy(&g, beta(b)).unwrap();
            if paths == 0 {
                assert!(best == f64::INFINITY && gap.is_nan(), "no path is +∞ at every β");
            } else {
                assert!(gap >= -1e-12 && gap <= (paths as f64).ln() / b + 1e-12, "seed {seed}, β {b}: {gap}");
            }
        }
    }
}

#[test]
fn path_sums_agree_with_enumeration_in_three_semirings() {
    for seed in 0..GRAPHS {
        let g = random_graph(seed, Shape::ACYCLIC);
        let paths = all_paths(&g, 64);
        assert_eq!(path_sum(&g, |_, _| Counting::one()).unwrap().0, paths.len() as u64, "seed {seed}");
        let low = path_sum(&g, |_, e| MinSum::new(e.wide()).unwrap()).unwrap().get();
        assert_near(low, oracle::free_energy(paths.iter().map(|p| p.energy), f64::INFINITY), 0.0, "min");
        let sum = path_sum(&g, |_, e| LogSum::new(e.wide()).unwrap()).unwrap().get();
        assert_near(sum, oracle::free_energy(paths.iter().map(|p| p.energy), 1.0), 1e-12, "log");
    }
}

#[test]
fn posteriors_agree_with_enumeration() {
    for seed in 0..GRAPHS {
        let g = random_graph(seed, Shape::ACYCLIC);
        let paths = all_paths(&g, 64);
        for b in [1.0, 0.25, 7.5] {
            let (f, p) = free_energy_and_posteriors(&g, beta(b)).unwrap();
            assert_near(f, free_energy(&g, beta(b)).unwrap(), 0.0, "the two ways to a free energy");
            for site in every_site(&g) {
                let expected = oracle::posterior(&paths, site, b);
                assert_near(p.get(site), expected, 1e-11, &format!("seed {seed}, β {b}, {site:?}"));
            }
        }
    }
}

#[test]
fn posteriors_are_the_derivatives_of_the_free_energy() {
    for seed in 0..GRAPHS {
        let g = random_graph(seed, Shape::ACYCLIC);
        let sites: Vec<Site> = g.sites().filter(|(_, w)| !w.is_zero()).map(|(s, _)| s).collect();
        let at: Vec<f64> = g.sites().filter(|(_, w)| !w.is_zero()).map(|(_, w)| w.wide()).collect();
        if all_paths(&g, 64).is_empty() {
            continue;
        }
        let p = posteriors(&g, beta(0.5)).unwrap();
        let f = |x: &[f64]| {
            let lift = |site, _: &Energy| LogSum::new(0.5 * x[sites.iter().position(|s| *s == site).unwrap()]).unwrap();
            path_sum(&g, lift).unwrap().get() / 0.5
        };
        for (site, slope) in sites.iter().zip(oracle::finite_differences(f, &at, 1e-4)) {
            assert_near(p.get(*site), slope, 1e-7, &format!("seed {seed}, {site:?}"));
        }
    }
}

#[test]
fn the_best_path_is_the_lowest_and_its_indicator_the_subgradient() {
    for shape in [Shape::ACYCLIC, Shape::TIED] {
        for seed in 0..GRAPHS {
            let g = random_graph(seed, shape);
            let paths = all_paths(&g, 64);
            let lowest = oracle::free_energy(paths.iter().map(|p| p.energy), f64::INFINITY);
            let p = posteriors(&g, Beta::Infinite).unwrap();
            let Some(best) = best_path(&g).unwrap() else {
                assert!(paths.is_empty() && p.arcs.iter().chain(&p.finals).all(|v| *v == 0.0));
                continue;
            };
            assert_eq!(best.energy, lowest, "seed {seed}");
            // Ends sort before arcs, lower arcs before higher: the documented rule is the first in that order.
            let key = |p: &oracle::Path| {
                p.sites.iter().map(|s| if let Site::Arc(a) = s { i64::from(*a) } else { -1 }).collect::<Vec<_>>()
            };
            let first = paths.iter().filter(|p| p.energy == lowest).min_by_key(|p| key(p)).unwrap();
            assert_eq!(best.sites().collect::<Vec<_>>(), first.sites, "seed {seed}");
            assert_eq!((&best.input, &best.output), (&first.input, &first.output));
            for site in every_site(&g) {
                assert_eq!(p.get(site), f64::from(u8::from(first.sites.contains(&site))), "seed {seed}, {site:?}");
            }
        }
    }
}

/// Whether some accepting path runs through a cycle.
fn has_used_cycle(g: &Graph<Energy>) -> bool {
    has_negative_cycle(&g.map(|_, w| if w.is_zero() { *w } else { energy(-1.0) }))
}

#[test]
fn with_cycles_the_minimum_is_found_and_sums_are_refused() {
    let mut cyclic = 0;
    for seed in 0..GRAPHS {
        let g = random_graph(seed, Shape::CYCLIC);
        // Energies are not negative: a best path visits no state twice.
        let lowest = oracle::free_energy(all_paths(&g, g.states()).iter().map(|p| p.energy), f64::INFINITY);
        let best = best_path(&g).unwrap();
        assert_eq!(best.map_or(f64::INFINITY, |p| p.energy), lowest, "seed {seed}");
        assert_eq!(free_energy(&g, Beta::Infinite).unwrap(), lowest, "seed {seed}");
        let loops = has_used_cycle(&g);
        cyclic += usize::from(loops);
        for refused in [free_energy(&g, Beta::ONE).err(), posteriors(&g, Beta::ONE).err()] {
            assert_eq!(matches!(refused, Some(PathError::Cyclic { .. })), loops, "seed {seed}: {refused:?}");
        }
    }
    assert!(cyclic > 100, "only {cyclic} graphs have a cycle that counts");
}

/// Whether some accepting path runs through a cycle of negative energy, by Floyd and Warshall's algorithm.
fn has_negative_cycle(g: &Graph<Energy>) -> bool {
    let n = g.states();
    let mut d = vec![vec![f64::INFINITY; n]; n];
    g.arcs_with_source().for_each(|(_, s, a)| {
        let slot = &mut d[s as usize][a.target as usize];
        *slot = slot.min(a.weight.wide());
    });
    let mut reach: Vec<Vec<bool>> =
        (0..n).map(|s| (0..n).map(|t| s == t || d[s][t] < f64::INFINITY).collect()).collect();
    for k in 0..n {
        for s in 0..n {
            for t in 0..n {
                d[s][t] = d[s][t].min(d[s][k] + d[k][t]).max(-1e6);
                reach[s][t] |= reach[s][k] && reach[k][t];
            }
        }
    }
    let Some(start) = g.start().map(|s| s as usize) else { return false };
    let used = |s: usize| reach[start][s] && (0..n).any(|t| reach[s][t] && g.is_final(t as u32));
    (0..n).any(|s| d[s][s] < 0.0 && used(s))
}

#[test]
fn negative_arcs_on_cycles_are_answered_unless_a_cycle_is_negative() {
    let (mut answered, mut refused) = (0, 0);
    for seed in 0..GRAPHS {
        let g = random_graph(seed, Shape { cycles: true, ties: false, negative: true });
        match best_path(&g) {
            Ok(best) => {
                assert!(!has_negative_cycle(&g), "seed {seed}");
                // Without negative cycles a best path visits no state twice.
                let once = all_paths(&g, g.states().saturating_sub(1));
                let lowest = oracle::free_energy(once.iter().map(|p| p.energy), f64::INFINITY);
                assert_eq!(best.map_or(f64::INFINITY, |p| p.energy), lowest, "seed {seed}");
                answered += usize::from(!once.is_empty());
            }
            Err(PathError::Diverges { states, energy }) => {
                assert!(has_negative_cycle(&g) && energy < 0.0 && !states.is_empty(), "seed {seed}");
                for (i, &s) in states.iter().enumerate() {
                    let next = states[(i + 1) % states.len()];
                    assert!(g.arcs(s).iter().any(|a| a.target == next), "seed {seed}: no such cycle");
                }
                refused += 1;
            }
            Err(other) => panic!("seed {seed}: {other}"),
        }
    }
    assert!(answered > 100 && refused > 50, "{answered} answered, {refused} refused");
}

#[test]
fn a_cycle_that_no_accepting_path_uses_is_no_cycle() {
    let mut b = GraphBuilder::new();
    b.add_states(6);
    b.start(0);
    b.arc(0, 1, 1, energy(1.0), 1);
    b.final_weight(1, Energy::FREE);
    b.arc(2, 1, 1, energy(-1.0), 2); // not reached
    b.final_weight(2, Energy::FREE);
    b.arc(0, 1, 1, energy(-9.0), 3); // leads nowhere
    b.arc(3, 1, 1, energy(-1.0), 3);
    b.arc(1, 1, 1, Energy::IMPOSSIBLE, 0); // no arc
    b.arc(4, 1, 1, energy(-1.0), 0); // not reached
    let g = b.build().unwrap();
    for beta in [Beta::Infinite, Beta::ONE] {
        let (f, p) = free_energy_and_posteriors(&g, beta).unwrap();
        assert_eq!((f, p.arcs.iter().sum::<f64>(), p.finals[1]), (1.0, 1.0, 1.0));
    }
    assert_eq!(path_sum(&g, |_, _| Counting::one()).unwrap(), Counting(1));
}

#[test]
fn graphs_without_paths_have_infinite_free_energy_and_no_gradient() {
    let mut start_only = GraphBuilder::new();
    start_only.add_states(3);
    start_only.start(1);
    let mut impossible = GraphBuilder::new();
    impossible.add_states(2);
    impossible.start(0);
    impossible.arc(0, 1, 1, Energy::IMPOSSIBLE, 1);
    impossible.final_weight(1, Energy::FREE);
    for g in [Graph::empty(), start_only.build().unwrap(), impossible.build().unwrap()] {
        for beta in [Beta::Infinite, Beta::ONE] {
            let (f, p) = free_energy_and_posteriors(&g, beta).unwrap();
            assert_eq!((f, free_energy(&g, beta).unwrap()), (f64::INFINITY, f64::INFINITY));
            assert_eq!((p.arcs.len(), p.finals.len()), (g.arc_count(), g.states()));
            assert!(p.arcs.iter().chain(&p.finals).all(|v| *v == 0.0));
        }
        assert_eq!(best_path(&g).unwrap(), None);
    }
}

#[test]
fn one_final_state_alone_is_the_empty_path() {
    let mut b = GraphBuilder::new();
    b.add_states(1);
    b.start(0);
    b.final_weight(0, energy(2.5));
    let g = b.build().unwrap();
    assert_eq!(free_energy_and_posteriors(&g, Beta::ONE).unwrap().1.finals, [1.0]);
    let best = best_path(&g).unwrap().unwrap();
    assert_eq!((best.energy, best.arcs.len(), best.end), (2.5, 0, 0));
}

/// `stretches` of `length` arcs one after another, two ways through each, with energies by `f(stretch, way)`.
fn ladder(stretches: u32, f: impl Fn(u32, u32) -> f32) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(stretches as usize + 1);
    b.start(0);
    for s in 0..stretches {
        for way in 0..2 {
            b.arc(s, way + 1, way + 1, energy(f(s, way)), s + 1);
        }
    }
    b.final_weight(stretches, Energy::FREE);
    b.build().unwrap()
}

#[test]
fn a_path_a_thousand_nats_behind_half_way_wins_in_the_end() {
    // Two separate branches: the first is 1,000 nats ahead at half-way and 1,010 behind in the end.
    let mut b = GraphBuilder::new();
    b.add_states(6);
    b.start(0);
    for (s, e, t) in [(0, 0.0, 1), (0, 1000.0, 2), (1, 2010.0, 3), (2, 0.0, 4), (3, 0.0, 5), (4, 0.0, 5)] {
        b.arc(s, 1, 1, energy(e), t);
    }
    b.final_weight(5, Energy::FREE);
    let (f, p) = free_energy_and_posteriors(&b.build().unwrap(), Beta::ONE).unwrap();
    let loser = (-1010.0_f64).exp();
    assert_near(f, 1000.0, 1e-15, "free energy");
    assert_eq!((p.arcs[1], p.arcs[3], p.arcs[0]), (1.0, 1.0, loser));
}

#[test]
fn forward_and_backward_totals_agree_at_200_000_states() {
    let mut dice = Dice(5);
    let table: Vec<f32> = (0..400_000).map(|_| dice.below(100_000) as f32 / 9_973.0 - 4.0).collect();
    let g = ladder(200_000, |s, way| table[(2 * s + way) as usize]);
    for b in [1.0, 0.1] {
        let backward = free_energy(&g, beta(b)).unwrap();
        let forward = path_sum(&g, |_, e| LogSum::new(b * e.wide()).unwrap()).unwrap().get() / b;
        assert!((backward - forward).abs() <= 1e-6 * forward.abs(), "{backward} {forward}");
        // Here every stretch is a choice of its own.
        let exact: f64 = table.chunks(2).map(|c| oracle::free_energy(c.iter().map(|e| f64::from(*e)), b)).sum();
        assert!((backward - exact).abs() <= 1e-9 * exact.abs(), "{backward} {exact}");
        let p = posteriors(&g, beta(b)).unwrap();
        assert_near(p.finals[200_000], 1.0, 1e-9, "probability is kept");
        assert!(p.arcs.chunks(2).all(|c| (c[0] + c[1] - 1.0).abs() < 1e-9));
    }
}

#[test]
fn huge_and_tiny_energies_and_betas_give_no_nan() {
    for scale in [f32::MAX, 1e30, 1e-30, f32::MIN_POSITIVE, -f32::MAX] {
        let g = ladder(50, |s, way| scale * if s % 3 == way { 1.0 } else { 0.5 });
        for b in [1e-300, 1e-3, 1.0, 1e3, 1e300] {
            let (f, p) = free_energy_and_posteriors(&g, beta(b)).unwrap();
            assert!(f.is_finite(), "{scale} {b}: {f}");
            assert!(p.arcs.chunks(2).all(|c| (c[0] + c[1] - 1.0).abs() < 1e-12), "{scale} {b}");
            let low = free_energy(&g, Beta::Infinite).unwrap();
            assert!(f <= low + low.abs() * 1e-12, "{scale} {b}: {f} above {low}");
        }
    }
}
