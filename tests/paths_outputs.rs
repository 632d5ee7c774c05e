//! K-best paths, distinct outputs, answers and rivals against brute force.
#![cfg(feature = "oracle")]

mod paths_graphs;

use energraph::ops::Budget;
use energraph::paths::{
    Rival, answer_energy, best_path, free_energy, free_energy_except, k_best, k_best_outputs, posteriors, rival,
    with_output, without_output,
};
use energraph::{Answer, Beta, Energy, Graph, GraphBuilder, PathError, SiteValues, oracle};
use paths_graphs::{Dice, Shape, all_paths, assert_near, every_site, outputs_in_order, random_graph, some_answers};

const GRAPHS: u64 = 1_000;
const BETAS: [f64; 4] = [f64::INFINITY, 1.0, 0.25, 7.5];

fn beta(b: f64) -> Beta {
    if b == f64::INFINITY { Beta::Infinite } else { Beta::finite(b).unwrap() }
}

fn energy(e: f32) -> Energy {
    Energy::new(e).unwrap()
}

#[test]
fn the_k_best_paths_are_the_lowest_of_all() {
    let mut several = 0;
    for shape in [Shape::ACYCLIC, Shape::TIED] {
        for seed in 0..GRAPHS {
            let g = random_graph(seed, shape);
            let paths = all_paths(&g, 64);
            several += usize::from(paths.len() > 3);
            let mut energies: Vec<f64> = paths.iter().map(|p| p.energy).collect();
            energies.sort_by(f64::total_cmp);
            for k in [0, 1, 2, 7, 1000] {
                let found = k_best(&g, k).unwrap();
                let got: Vec<f64> = found.iter().map(|p| p.energy).collect();
                assert_eq!(got, energies[..k.min(energies.len())], "seed {seed}, k {k}");
                let sites: std::collections::BTreeSet<Vec<_>> = found.iter().map(|p| p.sites().collect()).collect();
                assert_eq!(sites.len(), found.len(), "seed {seed}: a path twice");
                for p in &found {
                    let same = paths.iter().find(|q| q.sites == p.sites().collect::<Vec<_>>()).unwrap();
                    assert_eq!((&p.input, &p.output, p.energy), (&same.input, &same.output, same.energy));
                }
                if k > 0 {
                    assert_eq!(found.first(), best_path(&g).unwrap().as_ref(), "seed {seed}");
                }
            }
        }
    }
    assert!(several > 200, "only {several} graphs have more than three paths");
}

#[test]
fn with_cycles_the_k_best_paths_go_round_them_as_often_as_pays() {
    for seed in 0..GRAPHS {
        let g = random_graph(seed, Shape::CYCLIC);
        let found = k_best(&g, 5).unwrap();
        // Complete up to the longest path that the answer holds; longer ones the answer has ruled out itself.
        let longest = found.iter().map(|p| p.arcs.len()).max().unwrap_or(0).max(g.states());
        if longest > 7 {
            continue;
        }
        let mut energies: Vec<f64> = all_paths(&g, longest).iter().map(|p| p.energy).collect();
        energies.sort_by(f64::total_cmp);
        energies.truncate(5);
        let got: Vec<f64> = found.iter().map(|p| p.energy).collect();
        assert!(got.len() >= energies.len(), "seed {seed}");
        assert!(got.iter().zip(&energies).all(|(a, b)| a <= b), "seed {seed}: {got:?} {energies:?}");
        for p in &found {
            let (mut at, mut sum) = (g.start().unwrap(), 0.0);
            for &arc in &p.arcs {
                assert!(g.arc_ids(at).contains(&arc), "seed {seed}: not a path");
                at = g.all_arcs()[arc as usize].target;
                sum += g.all_arcs()[arc as usize].weight.wide();
            }
            assert_eq!((at, sum + g.final_weight(at).wide()), (p.end, p.energy), "seed {seed}");
        }
    }
}

/// Energy and number of arcs of the `k` first paths by both, counted length by length; energies are small whole numbers.
fn first_keys(g: &Graph<Energy>, k: usize) -> Vec<(f64, usize)> {
    const MOST: usize = 24;
    let mut keys = Vec::new();
    let Some(start) = g.start() else { return keys };
    // By state and energy, the number of beginnings of so many arcs, no more than is asked for.
    let mut beginnings = vec![[0_usize; MOST]; g.states()];
    beginnings[start as usize][0] = 1;
    // What is longer has k paths before it: those that leave out cycles.
    for arcs in 0..=g.states() * (k + 1) {
        for (counts, end) in beginnings.iter().zip(g.final_weights()).filter(|(_, end)| !end.get().is_infinite()) {
            for (e, &count) in counts.iter().enumerate() {
                keys.extend(std::iter::repeat_n((e as f64 + end.wide(), arcs), count));
            }
        }
        let mut longer = vec![[0_usize; MOST]; g.states()];
        for (_, s, a) in g.arcs_with_source().filter(|(_, _, a)| !a.weight.get().is_infinite()) {
            for e in 0..MOST - a.weight.get() as usize {
                let slot = &mut longer[a.target as usize][e + a.weight.get() as usize];
                *slot = (*slot + beginnings[s as usize][e]).min(k);
            }
        }
        beginnings = longer;
    }
    keys.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    // Beyond so much energy not all were counted.
    keys.retain(|key| key.0 < MOST as f64);
    keys.truncate(k);
    keys
}

#[test]
fn with_ties_and_cycles_of_energy_zero_the_k_best_paths_are_the_first_by_energy_and_arcs() {
    let (mut several, mut round) = (0, 0);
    for seed in 0..3 * GRAPHS {
        let g = random_graph(seed, Shape { cycles: true, ties: true, negative: false });
        let found = k_best(&g, 9).unwrap();
        let mut keys: Vec<(f64, usize)> = found.iter().map(|p| (p.energy, p.arcs.len())).collect();
        let expected = first_keys(&g, 9);
        if free_energy(&g, Beta::ONE).is_ok() {
            // Without a cycle on a path ties are settled otherwise.
            let energies = |keys: &[(f64, usize)]| keys.iter().map(|k| k.0).collect::<Vec<_>>();
            assert_eq!(energies(&keys), energies(&expected), "seed {seed}");
            keys = expected.clone();
        }
        assert_eq!(keys[..expected.len()], expected, "seed {seed}");
        let sites: std::collections::BTreeSet<Vec<_>> = found.iter().map(|p| p.sites().collect()).collect();
        assert_eq!(sites.len(), found.len(), "seed {seed}: a path twice");
        if let (Some(best), Some(first)) = (best_path(&g).unwrap(), expected.first()) {
            let cyclic = free_energy(&g, Beta::ONE).is_err();
            assert!(!cyclic || (best.energy, best.arcs.len()) == *first, "seed {seed}: {best:?}");
        }
        several += usize::from(keys.len() > 3);
        round += usize::from(keys.windows(2).any(|w| w[0].0 == w[1].0 && w[0].1 < w[1].1));
        // Outputs are those of the paths in their order, each once.
        let outputs = k_best_outputs(&g, 4, Beta::Infinite, Budget::default()).unwrap();
        let (mut seen, mut energies) = (std::collections::BTreeSet::new(), Vec::new());
        for p in k_best(&g, 60).unwrap() {
            if seen.insert(p.output.clone()) {
                energies.push(p.energy);
            }
        }
        let distinct: std::collections::BTreeSet<_> = outputs.iter().map(|o| &o.0).collect();
        assert_eq!(distinct.len(), outputs.len(), "seed {seed}: an output twice");
        let first = energies.len().min(4);
        assert!(
            outputs.len() >= first && outputs.iter().zip(&energies[..first]).all(|(o, e)| o.1 == *e),
            "seed {seed}"
        );
        for (output, f) in &outputs {
            let right = Answer::one(output.iter().copied());
            assert_eq!(answer_energy(&g, &right, Beta::Infinite).unwrap(), *f, "seed {seed}");
        }
    }
    assert!(several > 600 && round > 300, "{several} {round}");
}

#[test]
fn a_cycle_of_energy_zero_gives_the_shorter_paths_first_and_ends() {
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    b.arc(0, 1, 1, Energy::FREE, 0);
    b.arc(0, 0, 0, Energy::FREE, 0);
    b.arc(0, 2, 2, Energy::FREE, 1);
    b.final_weight(1, Energy::FREE);
    let g = b.build().unwrap();
    let lengths: Vec<usize> = k_best(&g, 7).unwrap().iter().map(|p| p.arcs.len()).collect();
    assert_eq!(lengths, [1, 2, 2, 3, 3, 3, 3]);
    let outputs = k_best_outputs(&g, 3, Beta::Infinite, Budget::default()).unwrap();
    assert_eq!(outputs, [(vec![2], 0.0), (vec![1, 2], 0.0), (vec![1, 1, 2], 0.0)]);
}

#[test]
fn distinct_outputs_agree_with_enumeration_at_every_beta() {
    let mut several = 0;
    for (shape, betas) in [(Shape::ACYCLIC, &BETAS[..]), (Shape::TIED, &BETAS[..1])] {
        for seed in 0..GRAPHS {
            let g = random_graph(seed, shape);
            let paths = all_paths(&g, 64);
            for &b in betas {
                let expected = outputs_in_order(&paths, b);
                several += usize::from(expected.len() > 3);
                for k in [1, 3, 1000] {
                    let found = k_best_outputs(&g, k, beta(b), Budget::default()).unwrap();
                    assert_eq!(found.len(), k.min(expected.len()), "seed {seed}, β {b}, k {k}");
                    for ((output, f), (wanted, e)) in found.iter().zip(&expected) {
                        assert_near(*f, *e, 1e-10, &format!("seed {seed}, β {b}"));
                        let tied = expected.iter().any(|(o, x)| o != wanted && (x - e).abs() < 1e-9);
                        // Min-sum ties are exact, and so their order is; sums tie only up to rounding.
                        assert!(output == wanted || (tied && b < f64::INFINITY), "seed {seed}, β {b}: {output:?}");
                    }
                }
            }
        }
    }
    assert!(several > 400, "only {several} questions have more than three outputs");
}

#[test]
fn distinct_outputs_of_cyclic_graphs_are_the_lowest() {
    let mut asked = 0;
    for seed in 0..GRAPHS {
        let g = random_graph(seed, Shape::CYCLIC);
        let found = k_best_outputs(&g, 4, Beta::Infinite, Budget { states: 5000, arcs: 50_000 }).unwrap();
        let all = all_paths(&g, 7);
        let expected = outputs_in_order(&all, f64::INFINITY);
        assert!(found.len() >= expected.len().min(4), "seed {seed}");
        assert!(found.windows(2).all(|w| w[0].1 <= w[1].1 && w[0].0 != w[1].0), "seed {seed}: {found:?}");
        for (i, (output, f)) in found.iter().enumerate() {
            // No short path undercuts the answer, and its energy is the best path's that writes it.
            assert!(expected.get(i).is_none_or(|(_, e)| *f <= *e + 1e-9), "seed {seed}");
            let right = Answer::one(output.iter().copied());
            assert_near(answer_energy(&g, &right, Beta::Infinite).unwrap(), *f, 1e-12, "energy of an output");
            asked += 1;
        }
    }
    assert!(asked > 1000, "{asked}");
}

#[test]
fn silent_arcs_on_cycles_are_followed_along_their_cheapest_way() {
    // From 0 everything is silent; 1 is seen first at 10, then for 1 through 2, and 3 must wait for that.
    let mut b = GraphBuilder::new();
    b.add_states(6);
    b.start(0);
    let silent = [(0, 1, 10.0), (0, 2, 0.5), (2, 1, 0.5), (0, 3, 5.0), (1, 3, 1.0), (3, 0, 1.0), (3, 4, 0.0)];
    silent.iter().for_each(|&(s, t, e)| b.arc(s, 1, 0, energy(e), t));
    b.arc(4, 1, 7, energy(1.0), 5);
    b.arc(0, 1, 8, Energy::FREE, 5);
    b.final_weight(5, Energy::FREE);
    b.final_weight(4, energy(0.25));
    let g = b.build().unwrap();
    let found = k_best_outputs(&g, 5, Beta::Infinite, Budget::default()).unwrap();
    assert_eq!(found, [(vec![8], 0.0), (vec![], 2.25), (vec![7], 3.0)]);
    // The same where most arcs write nothing, at random.
    for seed in 0..GRAPHS {
        let g = random_graph(seed, Shape::CYCLIC).map_labels(|i, o| (i, if o == 3 { 3 } else { 0 }));
        for (output, f) in k_best_outputs(&g, 3, Beta::Infinite, Budget::default()).unwrap() {
            let expected = answer_energy(&g, &Answer::one(output.iter().copied()), Beta::Infinite).unwrap();
            assert_near(f, expected, 1e-12, &format!("seed {seed}, {output:?}"));
        }
    }
}

#[test]
fn answers_and_everything_but_them_split_the_paths() {
    for seed in 0..GRAPHS {
        let g = random_graph(seed, Shape::ACYCLIC);
        let paths = all_paths(&g, 64);
        for right in some_answers(&mut Dice(seed), &paths) {
            let answer = Answer::any(right.iter().cloned());
            for b in BETAS {
                let sum = |wanted: bool| {
                    let kept = paths.iter().filter(|p| right.contains(&p.output) == wanted);
                    oracle::free_energy(kept.map(|p| p.energy), b)
                };
                let what = format!("seed {seed}, β {b}, {right:?}");
                assert_near(answer_energy(&g, &answer, beta(b)).unwrap(), sum(true), 1e-12, &what);
                assert_near(free_energy_except(&g, &answer, beta(b)).unwrap(), sum(false), 1e-12, &what);
            }
            // Gradients flow back to the sites that the product's came from.
            let kept: Vec<_> = paths.iter().filter(|p| !right.contains(&p.output)).cloned().collect();
            let others = without_output(&g, &answer).unwrap();
            let mut back = SiteValues::zeros(&g);
            others.origin.pull_back(&posteriors(&others.graph, Beta::ONE).unwrap(), 0, &mut back);
            for site in every_site(&g) {
                assert_near(back.get(site), oracle::posterior(&kept, site, 1.0), 1e-11, "pulled back");
            }
        }
    }
}

#[test]
fn restricted_graphs_hold_the_same_paths_and_no_others() {
    for shape in [Shape::ACYCLIC, Shape::CYCLIC] {
        for seed in 0..GRAPHS {
            let g = random_graph(seed, shape);
            let longest = if shape.cycles { 5 } else { 64 };
            let paths = all_paths(&g, longest);
            for right in some_answers(&mut Dice(seed), &paths) {
                let answer = Answer::any(right.iter().cloned());
                for (traced, wanted) in [(with_output(&g, &answer), true), (without_output(&g, &answer), false)] {
                    let traced = traced.unwrap();
                    let origin = |p: &oracle::Path| {
                        p.sites.iter().flat_map(|s| traced.origin.of(*s)).map(|i| i.site).collect::<Vec<_>>()
                    };
                    let mut got: Vec<_> = all_paths(&traced.graph, longest).iter().map(origin).collect();
                    let kept = paths.iter().filter(|p| right.contains(&p.output) == wanted);
                    let mut expected: Vec<_> = kept.map(|p| p.sites.clone()).collect();
                    got.sort();
                    expected.sort();
                    assert_eq!(got, expected, "seed {seed}, {right:?}");
                }
            }
        }
    }
}

#[test]
fn rivals_are_the_lowest_incorrect_outputs() {
    let (mut certified, mut none) = (0, 0);
    for shape in [Shape::ACYCLIC, Shape::TIED] {
        for seed in 0..GRAPHS {
            let g = random_graph(seed, shape);
            let paths = all_paths(&g, 64);
            for right in some_answers(&mut Dice(seed), &paths) {
                let answer = Answer::any(right.iter().cloned());
                for b in BETAS {
                    let mut expected = outputs_in_order(&paths, b);
                    expected.retain(|(o, _)| !right.contains(o));
                    match rival(&g, &answer, beta(b), Budget::default()).unwrap() {
                        Rival::None => {
                            assert!(expected.is_empty(), "seed {seed}, β {b}");
                            none += 1;
                        }
                        Rival::Certified(output, f) => {
                            let of = expected.iter().find(|(o, _)| *o == output).expect("an incorrect output");
                            assert_near(f, of.1, 1e-10, &format!("seed {seed}, β {b}, {right:?}"));
                            assert_near(f, expected[0].1, 1e-10, &format!("seed {seed}, β {b}, {right:?}"));
                            certified += 1;
                        }
                        unproven => panic!("seed {seed}: {unproven:?} within a large budget"),
                    }
                }
            }
        }
    }
    assert!(certified > 5000 && none > 500, "{certified} {none}");
}

#[test]
fn an_unproven_rival_is_incorrect_and_its_bound_holds() {
    let mut unproven = 0;
    for seed in 0..GRAPHS {
        let g = random_graph(seed, Shape::ACYCLIC);
        let paths = all_paths(&g, 64);
        let answer = Answer::any(paths.first().map(|p| p.output.clone()));
        let mut expected = outputs_in_order(&paths, 0.25);
        expected.retain(|(o, _)| !answer.contains(o));
        for states in [0, 1, 2, 4] {
            let limit = Budget { states, arcs: 1000 };
            match rival(&g, &answer, beta(0.25), limit).unwrap() {
                Rival::None => assert!(expected.is_empty(), "seed {seed}"),
                Rival::Certified(_, f) => assert_near(f, expected[0].1, 1e-10, "certified"),
                Rival::Unproven { best, energy, bound } => {
                    unproven += 1;
                    let of = expected.iter().find(|(o, _)| *o == best).expect("an incorrect output");
                    assert_near(energy, of.1, 1e-10, "energy of what is known");
                    assert!(bound <= expected[0].1 + 1e-9 && bound <= energy, "seed {seed}: {bound}");
                }
            }
        }
    }
    assert!(unproven > 300, "{unproven}");
}

/// `stretches` stretches, `ways` parallel arcs through each, all writing the stretch's number.
fn braid(stretches: u32, ways: u32) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(stretches as usize + 2);
    b.start(0);
    for s in 0..stretches {
        for way in 0..ways {
            b.arc(s, way, s + 1, energy(way as f32 / 8.0), s + 1);
        }
    }
    b.arc(0, 1, 99, energy(3.0), stretches + 1);
    b.final_weight(stretches, Energy::FREE);
    b.final_weight(stretches + 1, Energy::FREE);
    b.build().unwrap()
}

#[test]
fn an_output_with_a_million_paths_is_followed_once() {
    let g = braid(6, 10);
    let output: Vec<u32> = (1..=6).collect();
    // A budget that no enumeration keeps.
    let budget = Budget { states: 50, arcs: 500 };
    for b in BETAS {
        let found = k_best_outputs(&g, 5, beta(b), budget).unwrap();
        let stretch = oracle::free_energy((0..10).map(|w| f64::from(w) / 8.0), b);
        assert_eq!(found.len(), 2);
        let of = |o: &[u32]| found.iter().find(|f| f.0 == o).unwrap().1;
        assert_near(of(&output), 6.0 * stretch, 1e-12, "a million paths at once");
        assert_near(of(&[99]), 3.0, 1e-12, "the other output");
        let next = rival(&g, &Answer::one(output.iter().copied()), beta(b), budget).unwrap();
        assert!(matches!(next, Rival::Certified(o, f) if o == [99] && (f - 3.0).abs() < 1e-12));
    }
}

#[test]
fn an_output_over_silent_arcs_with_a_million_paths_is_followed_once() {
    let g = braid(6, 10).map_labels(|i, o| (i, if o == 3 || o == 99 { o } else { 0 }));
    for b in BETAS {
        let found = k_best_outputs(&g, 5, beta(b), Budget { states: 50, arcs: 500 }).unwrap();
        let stretch = oracle::free_energy((0..10).map(|w| f64::from(w) / 8.0), b);
        assert_near(found.iter().find(|f| f.0 == [3]).unwrap().1, 6.0 * stretch, 1e-12, "silent arcs");
    }
}

#[test]
fn a_right_answer_that_holds_nearly_all_the_mass_leaves_its_rivals_exact() {
    // e^{-800} is nothing beside 1, and a difference of sums has no digit of it.
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    b.arc(0, 1, 1, Energy::FREE, 1);
    b.arc(0, 2, 2, energy(800.0), 1);
    b.arc(0, 3, 3, energy(800.0), 1);
    b.final_weight(1, Energy::FREE);
    let (g, right) = (b.build().unwrap(), Answer::one([1]));
    assert_near(free_energy_except(&g, &right, Beta::ONE).unwrap(), 800.0 - 2.0_f64.ln(), 1e-15, "the others");
    assert_eq!(rival(&g, &right, Beta::ONE, Budget::default()).unwrap(), Rival::Certified(vec![2], 800.0));
    let all = k_best_outputs(&g, 9, Beta::ONE, Budget::default()).unwrap();
    assert_eq!(all, [(vec![1], 0.0), (vec![2], 800.0), (vec![3], 800.0)]);
}

#[test]
fn a_search_over_budget_tells_what_it_proved() {
    let mut dice = Dice(3);
    let mut b = GraphBuilder::new();
    b.add_states(13);
    b.start(0);
    for s in 0..12 {
        for label in 1..=4 {
            b.arc(s, label, label, energy(dice.below(8) as f32 / 64.0), s + 1);
        }
    }
    b.final_weight(12, Energy::FREE);
    let g = b.build().unwrap();
    // 16 million outputs, all alike: nothing to be proved at β = 1 with 20,000 states.
    let limit = Budget { states: 20_000, arcs: usize::MAX };
    match k_best_outputs(&g, 1, Beta::ONE, limit) {
        Err(PathError::Budget { states, found, bound, .. }) => {
            assert!((20_000..20_010).contains(&states) && found.is_empty());
            assert!(bound >= free_energy(&g, Beta::ONE).unwrap());
        }
        other => panic!("{other:?}"),
    }
    // Min-sum runs straight to the answer.
    let best = best_path(&g).unwrap().unwrap();
    let found = k_best_outputs(&g, 1, Beta::Infinite, Budget { states: 20, arcs: 100 }).unwrap();
    assert_eq!(found[0].1, best.energy);
}

#[test]
fn graphs_without_paths_have_no_outputs_and_no_rivals() {
    let mut lone = GraphBuilder::new();
    lone.add_states(2);
    lone.start(0);
    let nothing = Answer::any::<Vec<u32>>([]);
    for g in [Graph::empty(), lone.build().unwrap()] {
        for b in [Beta::Infinite, Beta::ONE] {
            assert_eq!(k_best(&g, 3).unwrap(), []);
            assert_eq!(k_best_outputs(&g, 3, b, Budget::default()).unwrap(), []);
            assert_eq!(rival(&g, &nothing, b, Budget::default()).unwrap(), Rival::None);
            assert_eq!(answer_energy(&g, &Answer::one([]), b).unwrap(), f64::INFINITY);
            assert_eq!(free_energy_except(&g, &nothing, b).unwrap(), f64::INFINITY);
        }
    }
}

#[test]
fn cycles_are_refused_at_finite_beta_and_divergence_at_every_beta() {
    let looped = |e: f32, label| {
        let mut b = GraphBuilder::new();
        b.add_states(1);
        b.start(0);
        b.arc(0, 1, label, energy(e), 0);
        b.final_weight(0, Energy::FREE);
        b.build().unwrap()
    };
    let all = Budget::default();
    assert!(matches!(k_best_outputs(&looped(1.0, 1), 1, Beta::ONE, all), Err(PathError::Cyclic { .. })));
    assert!(matches!(k_best(&looped(-1.0, 1), 1), Err(PathError::Diverges { energy: -1.0, .. })));
    // The answer cuts a cycle that writes: what is left is acyclic. One that writes nothing stays.
    assert_eq!(answer_energy(&looped(1.0, 1), &Answer::one([1, 1]), Beta::ONE).unwrap(), 2.0);
    let silent = answer_energy(&looped(1.0, 0), &Answer::one([]), Beta::ONE);
    assert!(matches!(silent, Err(PathError::Cyclic { .. })));
}

#[test]
fn a_cycle_that_right_answers_alone_run_through_leaves_the_sums_of_all_others() {
    let mut b = GraphBuilder::new();
    b.add_states(3);
    b.start(0);
    b.arc(0, 1, 1, Energy::FREE, 1);
    b.arc(1, 1, 0, energy(1.0), 1);
    b.arc(0, 2, 2, energy(0.5), 2);
    b.final_weight(1, Energy::FREE);
    b.final_weight(2, Energy::FREE);
    let g = b.build().unwrap();
    let ask = |right| (free_energy_except(&g, &right, Beta::ONE), rival(&g, &right, Beta::ONE, Budget::default()));
    assert_eq!(ask(Answer::one([1])), (Ok(0.5), Ok(Rival::Certified(vec![2], 0.5))));
    let refused = ask(Answer::one([2]));
    assert!(matches!(refused, (Err(PathError::Cyclic { .. }), Err(PathError::Cyclic { .. }))), "{refused:?}");
}

#[test]
fn what_is_restricted_has_no_arcs_of_no_weight_and_may_have_states_that_lead_nowhere() {
    let mut b = GraphBuilder::new();
    b.add_states(3);
    b.start(0);
    b.arc(0, 1, 1, Energy::FREE, 1);
    b.arc(1, 2, 2, Energy::FREE, 2);
    b.arc(0, 3, 3, Energy::IMPOSSIBLE, 2);
    b.final_weight(2, Energy::FREE);
    let g = b.build().unwrap();
    let with = with_output(&g, &Answer::any([vec![1, 9], vec![3]])).unwrap().graph;
    assert_eq!((with.states(), with.arc_count()), (2, 1));
    assert_eq!(free_energy(&with, Beta::ONE).unwrap(), f64::INFINITY);
    let without = without_output(&g, &Answer::one([1, 2])).unwrap().graph;
    assert_eq!((without.states(), without.arc_count()), (3, 2));
    assert_eq!(free_energy(&without, Beta::ONE).unwrap(), f64::INFINITY);
}
