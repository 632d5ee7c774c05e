//! Sums over paths in the weights that are made of others or of several numbers, against brute force.

mod ops_common;

use energraph::oracle::{self, Limit, Path};
use energraph::paths::{PathError, path_sum, path_sum_star};
use energraph::semiring::{
    Entropy, Expectation, KBest, Lexicographic, MinMax, Power, Probability, Product, SecondOrder, SignedLog,
};
use energraph::{Energy, Graph, GraphBuilder, LogSum, MinSum, Site, Star};
use ops_common::*;

const ROUNDS: usize = 1_000;
/// So few arcs, and of so little mass, that walks of more than `LONGEST` of them have none to speak of.
const TINY: Shape = Shape { states: 3, arcs: 6, labels: 2, epsilons: 30, cyclic: true, acceptor: false };
const LONGEST: usize = 9;
/// Here, what no walk improves by going round is looked for.
const CYCLIC: Shape = Shape { states: 5, arcs: 9, ..TINY };

/// A graph with its accepting paths, those of energy +∞ left out.
struct Case {
    g: Graph<Energy>,
    paths: Vec<Path>,
}

impl Case {
    fn new(g: Graph<Energy>, arcs: usize) -> Case {
        let found = oracle::paths(&g, |e| e.wide(), Limit { arcs, ..Limit::default() });
        let paths = found.list.into_iter().filter(|p| p.energy < f64::INFINITY).collect();
        Case { g, paths }
    }

    /// Unless some state has so many arcs that its walks are too many.
    fn walks(g: Graph<Energy>, arcs: usize) -> Option<Case> {
        (0..g.states() as u32).all(|s| g.arcs(s).len() <= 2).then(|| Case::new(g, arcs))
    }

    /// What a function of site and energy gives along a path.
    fn along(&self, p: &Path, f: impl Fn(Site, f64) -> f64) -> impl Iterator<Item = f64> {
        p.sites.iter().map(|&s| f(s, at(&self.g, s).wide())).collect::<Vec<_>>().into_iter()
    }

    fn sum(&self, p: &Path, f: impl Fn(Site, f64) -> f64) -> f64 {
        self.along(p, f).sum()
    }

    /// Σ over paths of what a function makes of each.
    fn total(&self, f: impl Fn(&Path) -> f64) -> f64 {
        self.paths.iter().map(f).sum()
    }
}

fn acyclic(seed: u64) -> impl Iterator<Item = Case> {
    let mut rng = Rng::new(seed);
    (0..ROUNDS).map(move |_| Case::new(random(&mut rng, SMALL, energy), 64))
}

/// Sums over cycles that converge fast.
fn light(seed: u64) -> impl Iterator<Item = Case> {
    let mut rng = Rng::new(seed);
    let weight = |rng: &mut Rng| Energy::new(3.0 + rng.below(17) as f32 / 4.0).unwrap();
    (0..).filter_map(move |_| Case::walks(random(&mut rng, TINY, weight), LONGEST)).take(ROUNDS)
}

/// Cycles that cost 0 or more.
fn round(seed: u64) -> impl Iterator<Item = Case> {
    let mut rng = Rng::new(seed);
    let weight = |rng: &mut Rng| Energy::new(rng.below(5) as f32 / 4.0).unwrap();
    (0..).filter_map(move |_| Case::walks(random(&mut rng, CYCLIC, weight), CYCLIC.states as usize)).take(ROUNDS)
}

/// Both ways of summing on graphs without cycles, one on the others, against the same expectation; returns on how many
/// graphs there was a path.
fn check<S: Star>(
    seed: u64,
    cyclic: impl Iterator<Item = Case>,
    lift: impl Fn(Site, &Energy) -> S + Copy,
    expect: impl Fn(&Case, &S),
) {
    let (mut acyclics, mut cyclics) = (0, 0);
    for case in acyclic(seed) {
        let (plain, star) = (path_sum(&case.g, lift).unwrap(), path_sum_star(&case.g, lift).unwrap());
        expect(&case, &plain);
        expect(&case, &star);
        acyclics += usize::from(!case.paths.is_empty());
    }
    for case in cyclic {
        expect(&case, &path_sum_star(&case.g, lift).unwrap());
        cyclics += usize::from(path_sum(&case.g, lift).is_err());
    }
    assert!(acyclics > 300 && cyclics > 150, "{acyclics} {cyclics}");
}

/// Equal up to rounding, and to what walks that were not listed may weigh, beside the sum of the sizes of all terms.
fn near(found: f64, expected: f64, size: f64) {
    assert!((found - expected).abs() <= 1e-6 * size + 1e-12, "{found} {expected} {size}");
}

/// Numbers of both signs for a site, 0 among them: two unlike ones.
fn value(site: Site) -> f64 {
    match site {
        Site::Arc(a) => f64::from((a * 7 + 3) % 9) / 2.0 - 2.0,
        Site::Final(s) => f64::from((s * 5 + 1) % 4) - 1.0,
    }
}

fn other(site: Site) -> f64 {
    match site {
        Site::Arc(a) => f64::from((a * 5 + 2) % 7) - 2.5,
        Site::Final(s) => f64::from(s % 3) / 4.0,
    }
}

fn mass(e: f64) -> f64 {
    (-e).exp()
}

#[test]
fn probabilities_sum_to_the_mass_of_all_paths() {
    check(
        301,
        light(302),
        |_, &e| Probability::<f64>::from(e),
        |case, sum| {
            let all = case.total(|p| mass(p.energy));
            near(sum.get(), all, all);
        },
    );
}

#[test]
fn the_best_bottleneck_is_the_lowest_of_the_paths_highest_energies() {
    check(
        303,
        round(304),
        |_, &e| MinMax::<f64>::from(e),
        |case, sum| {
            let worst = |p| case.along(p, |_, e| e).fold(f64::NEG_INFINITY, f64::max);
            assert_eq!(sum.get(), case.paths.iter().map(worst).fold(f64::INFINITY, f64::min));
        },
    );
}

#[test]
fn a_product_answers_both_questions() {
    let lift = |_: Site, &e: &Energy| Product(MinSum::<f64>::from(e), LogSum::<f64>::from(e));
    check(305, light(306), lift, |case, Product(best, all)| {
        let energies = || case.paths.iter().map(|p| p.energy);
        assert_eq!(best.get(), oracle::free_energy(energies(), f64::INFINITY));
        let free = oracle::free_energy(energies(), 1.0);
        assert!(all.get() == free || (all.get() - free).abs() < 1e-6, "{all} {free}");
    });
}

/// The first of the pairs in lexicographic order.
fn first(pairs: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
    pairs.min_by(|a, b| a.partial_cmp(b).unwrap()).unwrap_or((f64::INFINITY, f64::INFINITY))
}

#[test]
fn a_lexicographic_sum_is_the_first_pair_of_a_path() {
    let cost = |site| value(site).abs();
    let lift = |s: Site, &e: &Energy| Lexicographic::new(MinSum::<f64>::from(e), MinSum::new(cost(s)).unwrap());
    check(307, round(308), lift, |case, sum| {
        let pairs = case.paths.iter().map(|p| (p.energy, case.sum(p, |s, _| cost(s))));
        assert_eq!((sum.first().get(), sum.second().get()), first(pairs));
    });
    let bottleneck = |s: Site, &e: &Energy| Lexicographic::new(MinSum::<f64>::from(e), MinMax::new(value(s)).unwrap());
    check(309, round(310), bottleneck, |case, sum| {
        let worst = |p| case.along(p, |s, _| value(s)).fold(f64::NEG_INFINITY, f64::max);
        let pairs = case.paths.iter().map(|p| (p.energy, worst(p)));
        assert_eq!((sum.first().get(), sum.second().get()), first(pairs));
    });
}

#[test]
fn a_power_has_the_free_energies_at_several_temperatures() {
    let betas = [1.0, 2.0, 5.0];
    let lift = |_: Site, e: &Energy| Power(betas.map(|b| LogSum::new(b * e.wide()).unwrap()));
    check(311, light(312), lift, |case, sum| {
        for (beta, sum) in betas.iter().zip(sum.0) {
            let free = oracle::free_energy(case.paths.iter().map(|p| p.energy), *beta);
            assert!(sum.get() / beta == free || (sum.get() / beta - free).abs() < 1e-6, "{beta} {sum} {free}");
        }
    });
}

fn sorted_energies(case: &Case) -> Vec<f64> {
    let mut all: Vec<f64> = case.paths.iter().map(|p| p.energy).collect();
    all.sort_by(f64::total_cmp);
    all
}

fn k_lowest<const K: usize>(seed: u64) {
    // A walk that was not listed has more than LONGEST arcs of at least 3.
    let listed = 3.0 * (LONGEST + 1) as f64;
    let mut compared = 0;
    for case in light(seed) {
        let found = path_sum_star(&case.g, |_, &e| KBest::<K>::from(e)).unwrap();
        let all = sorted_energies(&case);
        for (i, e) in found.energies().enumerate().filter(|(_, e)| *e < listed) {
            assert_eq!(e, all[i], "{:?}", case.g);
            compared += 1;
        }
        assert!(found.energies().len() == K || found.energies().len() >= all.len());
    }
    assert!(compared > 300, "{compared}");
    for case in acyclic(seed + 1) {
        let mut all = sorted_energies(&case);
        all.truncate(K);
        let plain = path_sum(&case.g, |_, &e| KBest::<K>::from(e)).unwrap();
        let star = path_sum_star(&case.g, |_, &e| KBest::<K>::from(e)).unwrap();
        assert_eq!(plain.energies().collect::<Vec<_>>(), all);
        assert_eq!(star, plain);
    }
}

#[test]
fn the_k_lowest_energies_are_the_first_of_all_sorted_ones() {
    k_lowest::<1>(313);
    k_lowest::<4>(315);
    k_lowest::<9>(317);
}

#[test]
fn a_free_loop_repeats_the_best_energy_k_times() {
    let g = looped(Energy::FREE);
    let found = path_sum_star(&g, |_, &e| KBest::<5>::from(e)).unwrap();
    assert_eq!(found.energies().collect::<Vec<_>>(), [1.0; 5]);
}

#[test]
fn signed_logs_sum_to_the_signed_sum_of_products() {
    let x = |s: Site, e: f64| if e == f64::INFINITY { 0.0 } else { value(s) * mass(e) };
    check(
        319,
        light(320),
        |s, e| SignedLog::of(x(s, e.wide())).unwrap(),
        |case, sum| {
            let product = |p: &Path| case.along(p, x).product::<f64>();
            near(sum.real(), case.total(product), case.total(|p| product(p).abs()));
        },
    );
}

#[test]
fn an_expectation_is_the_sum_of_mass_times_value() {
    let signed = |s: Site, &e: &Energy| Expectation::new(LogSum::<f64>::from(e), &SignedLog::of(value(s)).unwrap());
    check(321, light(322), signed, |case, sum| {
        let term = |p: &Path| mass(p.energy) * case.sum(p, |s, _| value(s));
        near(mass(sum.p.get()), case.total(|p| mass(p.energy)), case.total(|p| mass(p.energy)));
        near(sum.r.real(), case.total(term), case.total(|p| mass(p.energy) * case.sum(p, |s, _| value(s).abs())));
    });
    let positive = |s: Site, &e: &Energy| Expectation::new(Probability::<f64>::from(e), &mass_of(value(s).abs()));
    check(323, light(324), positive, |case, sum| {
        let all = case.total(|p| mass(p.energy) * case.sum(p, |s, _| value(s).abs()));
        near(sum.r.get(), all, all);
        let z = case.total(|p| mass(p.energy));
        assert_eq!(sum.mean().is_none(), case.paths.is_empty());
        sum.mean().iter().for_each(|m| near(m.get(), all / z, all / z + 1.0));
    });
}

fn mass_of(x: f64) -> Probability<f64> {
    Probability::new(x).unwrap()
}

#[test]
fn a_vector_of_expectations_has_each_of_them() {
    let lift = |s: Site, &e: &Energy| {
        let values = Power([value(s), other(s)].map(|v| SignedLog::of(v).unwrap()));
        Expectation::new(LogSum::<f64>::from(e), &values)
    };
    check(325, light(326), lift, |case, sum| {
        for (found, f) in sum.r.0.iter().zip([value, other]) {
            let size = case.total(|p| mass(p.energy) * case.sum(p, |s, _| f(s).abs()));
            near(found.real(), case.total(|p| mass(p.energy) * case.sum(p, |s, _| f(s))), size);
        }
    });
}

#[test]
fn a_second_order_expectation_is_the_sum_of_mass_times_both_values() {
    let lift = |s: Site, &e: &Energy| {
        let [v, w] = [value(s), other(s)].map(|v| SignedLog::of(v).unwrap());
        SecondOrder::new(LogSum::<f64>::from(e), &v, &w)
    };
    check(327, light(328), lift, |case, sum| {
        let of = |f: fn(Site) -> f64| move |p: &Path| case.sum(p, |s, _| f(s));
        let (v, w) = (of(value), of(other));
        let sizes = |p: &Path| (case.sum(p, |s, _| value(s).abs()), case.sum(p, |s, _| other(s).abs()));
        let size = case.total(|p| mass(p.energy) * (1.0 + sizes(p).0) * (1.0 + sizes(p).1));
        near(sum.first().r.real(), case.total(|p| mass(p.energy) * v(p)), size);
        near(sum.second().r.real(), case.total(|p| mass(p.energy) * w(p)), size);
        near(sum.both().r.real(), case.total(|p| mass(p.energy) * v(p) * w(p)), size);
    });
    let positive = |s: Site, &e: &Energy| {
        SecondOrder::new(Probability::<f64>::from(e), &mass_of(value(s).abs()), &mass_of(other(s).abs()))
    };
    check(329, light(330), positive, |case, sum| {
        let both = |p: &Path| case.sum(p, |s, _| value(s).abs()) * case.sum(p, |s, _| other(s).abs());
        let all = case.total(|p| mass(p.energy) * both(p));
        near(sum.t.get(), all, all);
    });
}

#[test]
fn the_entropy_is_that_of_the_paths_shares() {
    check(
        331,
        light(332),
        |_, &e| Entropy::from(e),
        |case, sum| {
            let z = case.total(|p| mass(p.energy));
            let share = |p: &Path| mass(p.energy) / z;
            let entropy = case.total(|p| -share(p) * share(p).ln());
            assert_eq!(sum.entropy().is_none(), case.paths.is_empty());
            if let Some(found) = sum.entropy() {
                near(found, entropy, 1.0 + entropy);
                // −Σ p·log p / Z + log Z.
                near(found, case.total(|p| mass(p.energy) * p.energy) / z + z.ln(), 1.0 + entropy);
            }
        },
    );
}

/// One arc of energy 1 and a loop.
fn looped(around: Energy) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    b.arc(0, 1, 1, around, 0);
    b.arc(0, 2, 2, Energy::new(1.0).unwrap(), 1);
    b.final_weight(1, Energy::FREE);
    b.build().unwrap()
}

fn sums<S: Star>(g: &Graph<Energy>, lift: impl Fn(&Energy) -> S) -> bool {
    match path_sum_star(g, |_, e| lift(e)) {
        Ok(_) => true,
        Err(PathError::SumDiverges { states, .. }) => {
            assert_eq!(states, [0]);
            false
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_loop_without_a_sum_is_an_error_in_each_weight() {
    for (energy, mass, best) in [(0.5, true, true), (0.0, false, true), (-0.5, false, false)] {
        let g = looped(Energy::new(energy).unwrap());
        let log = |e: &Energy| LogSum::<f64>::from(*e);
        assert_eq!(sums(&g, |&e| Probability::<f64>::from(e)), mass);
        assert_eq!(sums(&g, |e| SignedLog::from(log(e)).negated()), mass);
        assert_eq!(sums(&g, |&e| Entropy::from(e)), mass);
        assert_eq!(sums(&g, |e| Expectation::<_, SignedLog>::from(log(e))), mass);
        assert_eq!(sums(&g, |e| SecondOrder::<_, SignedLog>::from(log(e))), mass);
        assert_eq!(sums(&g, |&e| Product(MinSum::<f64>::from(e), log(&e))), mass);
        assert_eq!(sums(&g, |&e| Power::<LogSum<f64>, 2>::from(e)), mass);
        assert_eq!(sums(&g, |&e| KBest::<3>::from(e)), best);
        assert_eq!(sums(&g, |&e| Lexicographic::new(MinSum::<f64>::from(e), MinMax::<f64>::from(e))), best);
        assert!(sums(&g, |&e| MinMax::<f64>::from(e)));
    }
}

mod everything_in_scope {
    use energraph::semiring::*;

    #[test]
    fn a_semiring_has_a_sum_of_one_name_where_both_traits_with_a_sum_are_in_scope() {
        let (a, b) = (MinSum::new(1.0_f64).unwrap(), MinSum::new(2.0).unwrap());
        assert_eq!((a.plus(&b), a.sum(&b)), (a, a));
    }
}
