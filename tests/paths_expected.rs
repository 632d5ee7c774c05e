//! Expected counts and entropies of paths against brute force.

mod paths_graphs;

use std::collections::BTreeMap;

use energraph::oracle;
use energraph::paths::{
    PathError, best_path, entropy, expected_counts, free_energy, free_energy_and_posteriors, path_sum_star, posteriors,
};
use energraph::semiring::Entropy;
use energraph::{Beta, Energy, Graph, GraphBuilder, LogSum, Site, Weight};
use paths_graphs::{Shape, all_paths, assert_near, behind_two_ways, every_site, random_graph};

fn finite(beta: f64) -> Beta {
    Beta::finite(beta).unwrap()
}

/// Probabilities of all paths.
fn probabilities(paths: &[oracle::Path], beta: f64) -> Vec<f64> {
    let total = oracle::free_energy(paths.iter().map(|p| p.energy), beta);
    paths.iter().map(|p| (-beta * (p.energy - total)).exp()).collect()
}

fn label_counts(paths: &[oracle::Path], p: &[f64], labels: impl Fn(&oracle::Path) -> &Vec<u32>) -> BTreeMap<u32, f64> {
    let mut counts = BTreeMap::new();
    for (path, p) in paths.iter().zip(p) {
        labels(path).iter().for_each(|&l| *counts.entry(l).or_insert(0.0) += p);
    }
    counts
}

fn assert_same_labels(found: &BTreeMap<u32, f64>, expected: &BTreeMap<u32, f64>) {
    assert!(found.keys().eq(expected.keys()), "{found:?} {expected:?}");
    found.values().zip(expected.values()).for_each(|(a, b)| assert_near(*a, *b, 1e-9, "a label"));
}

#[test]
fn without_cycles_counts_and_entropy_are_those_of_the_listed_paths() {
    let (mut some, mut none) = (0, 0);
    for seed in 0..2_000 {
        let g = random_graph(seed, [Shape::ACYCLIC, Shape::TIED][seed as usize % 2]);
        let beta = [0.5, 1.0, 3.0][seed as usize % 3];
        let paths = all_paths(&g, 64);
        let (counts, h) = (expected_counts(&g, finite(beta)).unwrap(), entropy(&g, finite(beta)).unwrap());
        if paths.is_empty() {
            assert!(h.is_none() && counts.inputs.is_empty() && counts.outputs.is_empty());
            assert!(counts.sites.arcs.iter().chain(&counts.sites.finals).all(|c| *c == 0.0));
            none += 1;
            continue;
        }
        let p = probabilities(&paths, beta);
        let expected: f64 = p.iter().filter(|p| **p > 0.0).map(|p| -p * p.ln()).sum();
        assert_near(h.unwrap(), expected, 1e-9, "entropy");
        assert!(h.unwrap() <= (paths.len() as f64).ln() + 1e-9);
        for site in every_site(&g) {
            assert_near(counts.sites.get(site), oracle::posterior(&paths, site, beta), 1e-9, "a site");
        }
        assert_same_labels(&counts.inputs, &label_counts(&paths, &p, |p| &p.input));
        assert_same_labels(&counts.outputs, &label_counts(&paths, &p, |p| &p.output));
        let same = posteriors(&g, finite(beta)).unwrap();
        let pairs = counts.sites.arcs.iter().zip(&same.arcs);
        pairs.for_each(|(a, b)| assert_near(*a, *b, 1e-12, "a posterior"));
        some += 1;
    }
    assert!(some > 1_000 && none > 100, "{some} {none}");
}

type Matrix = Vec<Vec<f64>>;

fn times(a: &Matrix, b: &Matrix) -> Matrix {
    let n = a.len();
    let cell = |i: usize, j: usize| (0..n).map(|k| a[i][k] * b[k][j]).sum::<f64>();
    (0..n).map(|i| (0..n).map(|j| cell(i, j)).collect()).collect()
}

/// Masses of all walks between pairs of states on accepting paths, by squaring; `None` where 2⁴⁰ arcs are not enough.
fn walks(g: &Graph<Energy>, beta: f64) -> Option<Matrix> {
    let n = g.states();
    let (mut reached, mut ends) = (vec![false; n], vec![false; n]);
    (0..n as u32).for_each(|s| (reached[s as usize], ends[s as usize]) = (g.start() == Some(s), g.is_final(s)));
    let arcs: Vec<_> = g.arcs_with_source().filter(|(_, _, a)| !a.weight.is_zero()).collect();
    for _ in 0..n {
        for (_, s, a) in &arcs {
            reached[a.target as usize] |= reached[*s as usize];
            ends[*s as usize] |= ends[a.target as usize];
        }
    }
    let mut power = vec![vec![0.0; n]; n];
    for (_, s, a) in arcs.iter().filter(|(_, s, a)| reached[*s as usize] && ends[a.target as usize]) {
        power[*s as usize][a.target as usize] += (-beta * a.weight.wide()).exp();
    }
    let mut sum: Matrix = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for _ in 0..40 {
        let more = times(&sum, &power);
        sum.iter_mut().flatten().zip(more.iter().flatten()).for_each(|(x, y)| *x += y);
        power = times(&power, &power);
    }
    power.iter().flatten().all(|x| x.abs() < 1e-30).then_some(sum)
}

#[test]
fn with_cycles_counts_are_shares_of_all_walks_and_entropy_is_mean_energy_beyond_the_free() {
    let (mut compared, mut above_one, mut refused) = (0, 0, 0);
    for seed in 0..4_000 {
        let shape = Shape { ties: seed % 4 == 1, negative: seed % 4 == 2, ..Shape::CYCLIC };
        let g = random_graph(seed, shape);
        let beta = [0.5, 1.0, 2.0][seed as usize % 3];
        let found = expected_counts(&g, finite(beta));
        let Some(sum) = walks(&g, beta) else {
            let refusals = [found.err(), entropy(&g, finite(beta)).err()];
            assert!(refusals.iter().all(|e| matches!(e, Some(PathError::SumDiverges { .. }))), "{refusals:?} {g:?}");
            refused += 1;
            continue;
        };
        let (counts, h) = (found.unwrap(), entropy(&g, finite(beta)).unwrap());
        let Some(start) = g.start().map(|s| s as usize) else { continue };
        let end = |s: usize| (-beta * g.final_weights()[s].wide()).exp();
        let after: Vec<f64> = sum.iter().map(|row| (0..).zip(row).map(|(s, x)| x * end(s)).sum()).collect();
        if after[start] == 0.0 {
            assert!(h.is_none());
            continue;
        }
        let mass = |site: Site| match site {
            Site::Final(s) => sum[start][s as usize] * end(s as usize),
            Site::Arc(id) => {
                let (_, s, a) = g.arcs_with_source().find(|a| a.0 == id).unwrap();
                let through = (-beta * a.weight.wide()).exp() * after[a.target as usize];
                if through == 0.0 { 0.0 } else { sum[start][s as usize] * through }
            }
        };
        let mut energy = 0.0;
        for site in every_site(&g) {
            let expected = mass(site) / after[start];
            assert_near(counts.sites.get(site), expected, 1e-7, "a site");
            let e = match site {
                Site::Arc(id) => g.all_arcs()[id as usize].weight,
                Site::Final(s) => g.final_weight(s),
            };
            energy += if expected > 0.0 { expected * e.wide() } else { 0.0 };
            above_one += usize::from(expected > 1.5);
        }
        assert_near(h.unwrap(), beta * energy + after[start].ln(), 1e-6, "entropy");
        if beta == 1.0 {
            let semiring = path_sum_star(&g, |_, &e| Entropy::from(e)).unwrap();
            assert_near(h.unwrap(), semiring.entropy().unwrap(), 1e-6, "the semiring's");
        }
        let ends: f64 = counts.sites.finals.iter().sum();
        assert_near(ends, 1.0, 1e-9, "ends");
        compared += 1;
    }
    assert!(compared > 1_500 && above_one > 200 && refused > 200, "{compared} {above_one} {refused}");
}

#[test]
fn counts_are_the_gradient_of_the_free_energy_with_cycles_too() {
    let mut compared = 0;
    for seed in 0..600 {
        let g = random_graph(seed, Shape::CYCLIC);
        let Ok(counts) = expected_counts(&g, Beta::ONE) else { continue };
        for site in every_site(&g).into_iter().filter(|s| counts.sites.get(*s) > 0.01) {
            let moved = |h: f64| {
                let lift =
                    |at: Site, e: &Energy| LogSum::new(if at == site { e.wide() + h } else { e.wide() }).unwrap();
                path_sum_star(&g, lift).map(|sum| sum.get())
            };
            let (Ok(above), Ok(below)) = (moved(1e-5), moved(-1e-5)) else { continue };
            let count = counts.sites.get(site);
            assert!(((above - below) / 2e-5 - count).abs() < 1e-4 * (1.0 + count * count), "{site:?} {g:?}");
            compared += 1;
        }
    }
    assert!(compared > 1_000, "{compared}");
}

#[test]
fn infinite_beta_counts_the_best_path_and_has_no_entropy() {
    let mut seen = 0;
    for seed in 0..1_000 {
        let g = random_graph(seed, [Shape::ACYCLIC, Shape::TIED, Shape::CYCLIC][seed as usize % 3]);
        let (counts, h) = (expected_counts(&g, Beta::Infinite).unwrap(), entropy(&g, Beta::Infinite).unwrap());
        let Some(best) = best_path(&g).unwrap() else {
            assert!(h.is_none() && counts.inputs.is_empty());
            continue;
        };
        assert_eq!(h, Some(0.0));
        for site in every_site(&g) {
            assert_eq!(counts.sites.get(site), best.sites().filter(|s| *s == site).count() as f64);
        }
        assert_eq!(counts.inputs.values().sum::<f64>(), best.input.len() as f64);
        assert_eq!(counts.outputs.values().sum::<f64>(), best.output.len() as f64);
        seen += 1;
    }
    assert!(seen > 600, "{seen}");
}

#[test]
fn large_energies_take_no_digits_from_the_entropy() {
    // A thousand fair choices, at 10⁷ each.
    let (n, cost) = (1_000, Energy::new(1e7).unwrap());
    let mut b = GraphBuilder::new();
    b.add_states(n as usize + 1);
    b.start(0);
    for s in 0..n {
        b.arc(s, 1, 1, cost, s + 1);
        b.arc(s, 2, 2, cost, s + 1);
    }
    b.final_weight(n, Energy::FREE);
    let g = b.build().unwrap();
    let fair = f64::from(n) * 2.0_f64.ln();
    assert_near(entropy(&g, Beta::ONE).unwrap().unwrap(), fair, 1e-12, "entropy");
    let counts = expected_counts(&g, Beta::ONE).unwrap();
    assert_near(counts.inputs[&1], f64::from(n) / 2.0, 1e-12, "label 1");
    // The same behind a loop that is left at once nearly always.
    let looped = g.map(|_, w| *w);
    let mut b = GraphBuilder::new();
    b.add_states(looped.states());
    b.start(0);
    looped.arcs_with_source().for_each(|(_, s, a)| b.arc(s, a.ilabel, a.olabel, a.weight, a.target));
    b.arc(n, 3, 3, Energy::new(40.0).unwrap(), n);
    b.final_weight(n, Energy::FREE);
    let g = b.build().unwrap();
    assert_near(entropy(&g, Beta::ONE).unwrap().unwrap(), fair, 1e-12, "entropy");
    assert_near(expected_counts(&g, Beta::ONE).unwrap().inputs[&3], (-40.0_f64).exp(), 1e-6, "rounds");
}

#[test]
fn a_loop_of_nearly_all_mass_is_gone_round_as_often_as_it_says() {
    for energy in [1e-3_f32, 1e-9, 1e-20, 1e-40] {
        let mut b = GraphBuilder::new();
        b.add_states(1);
        b.start(0);
        b.arc(0, 1, 1, Energy::new(energy).unwrap(), 0);
        b.final_weight(0, Energy::new(7.0).unwrap());
        let counts = expected_counts(&b.build().unwrap(), Beta::ONE).unwrap();
        let rounds = 1.0 / f64::from(energy).exp_m1();
        assert!((counts.inputs[&1] / rounds - 1.0).abs() < 1e-9, "{energy}: {} {rounds}", counts.inputs[&1]);
        assert_near(counts.sites.finals[0], 1.0, 1e-9, "ends");
    }
    let nothing = Graph::empty();
    assert_eq!(entropy(&nothing, Beta::ONE).unwrap(), None);
    let string = energraph::ops::acceptor(&[]).unwrap();
    assert_eq!(entropy(&string, Beta::ONE).unwrap(), Some(0.0));
    assert!(entropy(&string, Beta::ONE).unwrap().unwrap().is_sign_positive());
    assert_eq!(expected_counts(&string, Beta::ONE).unwrap().sites.finals, [1.0]);
}

/// A final state with a loop of this energy.
fn looped(energy: f32) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(1);
    b.start(0);
    b.arc(0, 1, 1, Energy::new(energy).unwrap(), 0);
    b.final_weight(0, Energy::FREE);
    b.build().unwrap()
}

#[test]
fn the_entropy_of_a_loop_of_nearly_all_mass_has_all_its_digits() {
    // A round has the share q = e^−x: (−q·log q − (1 − q)·log(1 − q)) / (1 − q).
    let of = |x: f64| x / x.exp_m1() - (-(-x).exp_m1()).ln();
    for energy in [1.0_f32, 0.3, 1e-3, 1e-9, 1e-12, 1e-15, 1e-16, 1e-20, 1e-30, 1e-40] {
        let (found, x) = (entropy(&looped(energy), Beta::ONE).unwrap().unwrap(), f64::from(energy));
        assert_near(found, of(x), 1e-12, "entropy");
        // Gone round by two arcs of half the energy, before an energy that the path has anyhow.
        let half = energy / 2.0;
        let mut b = GraphBuilder::new();
        b.add_states(2);
        b.start(0);
        b.arc(0, 1, 1, Energy::new(half).unwrap(), 1);
        b.arc(1, 2, 2, Energy::new(half).unwrap(), 0);
        b.final_weight(0, Energy::new(3.0).unwrap());
        assert_near(
            entropy(&b.build().unwrap(), Beta::ONE).unwrap().unwrap(),
            of(2.0 * f64::from(half)),
            1e-12,
            "entropy of two",
        );
    }
    for (energy, nats) in [(1e-12, 28.631021), (1e-15, 35.538776), (1e-16, 37.841361), (1e-20, 47.051702)] {
        assert!((entropy(&looped(energy), Beta::ONE).unwrap().unwrap() - nats).abs() < 1e-5);
    }
}

#[test]
fn at_a_tiny_beta_counts_and_entropy_are_right_or_refused() {
    let g = behind_two_ways(2.0);
    for beta in [1e-3, 1e-100, 1e-153, 1e-154, 1e-155, 1e-300, 1e-307, 1e-308] {
        let (counts, h) = (expected_counts(&g, finite(beta)).unwrap(), entropy(&g, finite(beta)).unwrap());
        let half = 1.0 / (1.0 + (-0.5 * beta).exp());
        assert_near(counts.sites.arcs[0], half, 1e-12, "a way in");
        assert_near(counts.sites.arcs[1], 1.0 - half, 1e-12, "a way in");
        assert!((counts.sites.arcs[2] * (2.0 * beta).exp_m1() - 1.0).abs() < 1e-10, "{beta} {:?}", counts.sites);
        assert_near(counts.sites.finals[1], 1.0, 1e-10, "the end");
        let rounds = 2.0 * beta / (2.0 * beta).exp_m1() - (-(-2.0 * beta).exp_m1()).ln();
        let ways = -half * half.ln() - (1.0 - half) * (1.0 - half).ln();
        assert_near(h.unwrap(), ways + rounds, 1e-10, "entropy");
    }
    for beta in [1e-309, 1e-320, 5e-324] {
        for refused in [expected_counts(&g, finite(beta)).err(), entropy(&g, finite(beta)).err()] {
            let Some(PathError::SumDiverges { states, weight }) = refused else { panic!("{beta} {refused:?}") };
            assert_eq!((states, weight.is_empty()), (vec![1], false));
        }
    }
}

#[test]
fn at_a_tiny_beta_every_path_of_an_acyclic_graph_is_as_likely() {
    // Two ways after the first arc, four after the second.
    let mut b = GraphBuilder::new();
    b.add_states(4);
    b.start(0);
    let mut arc = |s, label, t| b.arc(s, label, label, Energy::new(label as f32 / 4.0).unwrap(), t);
    arc(0, 1, 1);
    arc(0, 2, 2);
    (1..3).for_each(|label| arc(1, label, 3));
    (1..5).for_each(|label| arc(2, label, 3));
    b.final_weight(3, Energy::FREE);
    let g = b.build().unwrap();
    for beta in [1e-100, 1e-153, 1e-155, 1e-300, 1e-307, 1e-308, 1e-320, 5e-324] {
        let (f, p) = free_energy_and_posteriors(&g, finite(beta)).unwrap();
        assert_eq!(f, free_energy(&g, finite(beta)).unwrap());
        assert_near(f, (-(6.0_f64.ln()) / beta).max(f64::MIN), 1e-12, "free energy");
        let counts = expected_counts(&g, finite(beta)).unwrap().sites;
        for sites in [&p, &counts] {
            assert_near(sites.arcs[0], 1.0 / 3.0, 1e-12, "the first arc");
            assert_near(sites.arcs[1], 2.0 / 3.0, 1e-12, "the second arc");
            sites.arcs[2..].iter().for_each(|p| assert_near(*p, 1.0 / 6.0, 1e-12, "a later arc"));
            assert_near(sites.finals[3], 1.0, 1e-12, "the end");
        }
        assert_near(entropy(&g, finite(beta)).unwrap().unwrap(), 6.0_f64.ln(), 1e-12, "entropy");
    }
}
