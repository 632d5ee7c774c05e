//! Questions to trellises against enumeration of every alignment, and against the same graphs built.

#[path = "trellis_graphs/mod.rs"]
mod cases;
#[path = "paths_graphs/mod.rs"]
mod graphs;

use std::collections::HashMap;

use cases::{Way, alignments, close, so_many_cases};
use energraph::ops::{Compose, compose};
use energraph::trellis::{
    Alignment, AlignmentCosts, ContrastError, Emissions, Step, Topology, TrellisError, best_path, contrast_loss,
    entropy, expected_cost, expected_counts, k_best, posteriors, sample,
};
use energraph::{Answer, Beta, Energy, GraphBuilder, Site, SiteValues, oracle, paths};
use graphs::Dice;
use ndarray::{Array2, array};

/// From tiny to huge; beyond, the last digit of a sum decides between paths that tie.
const BETAS: [f64; 5] = [1.0, 0.3, 4.0, 1e-300, 1e6];

/// A third of the draws have alignments, or some more.
fn cases() -> impl Iterator<Item = (Topology, Array2<f32>)> {
    so_many_cases(1_500)
}

fn emissions(e: &Array2<f32>) -> Emissions<'_> {
    Emissions::new(e.view()).unwrap()
}

fn finite(beta: f64) -> Beta {
    Beta::finite(beta).unwrap()
}

/// Uniform numbers on [0, 1).
fn uniform(dice: &mut Dice) -> impl FnMut() -> f64 {
    || (dice.bits() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Shares of alignments that do not go to pieces at any β.
fn shares(all: &[Way], beta: f64) -> Vec<f64> {
    let least = all.iter().map(|w| w.energy).fold(f64::INFINITY, f64::min);
    let parts: Vec<f64> = all.iter().map(|w| (beta * (least - w.energy)).exp()).collect();
    let sum: f64 = parts.iter().sum();
    parts.iter().map(|p| p / sum).collect()
}

#[test]
fn the_k_best_are_the_first_of_all_alignments_in_order() {
    let (mut ties, mut full) = (0, 0);
    for (t, e) in cases() {
        let mut all = alignments(&e, t.graph());
        all.sort_by(|a, b| a.energy.total_cmp(&b.energy));
        for k in [0, 1, 2, 7, 1_000_000] {
            let found = k_best(&emissions(&e), &t, k).unwrap();
            assert_eq!(found.len(), k.min(all.len()));
            for (f, w) in found.iter().zip(&all) {
                assert!(close(f.energy, w.energy), "{} {}", f.energy, w.energy);
            }
            // Each is an alignment, and none is there twice.
            for (i, f) in found.iter().enumerate() {
                let same = |w: &&Way| w.steps == f.steps && w.end == f.end;
                let way = all.iter().find(same).unwrap();
                assert!(close(way.energy, f.energy) && way.output == f.output);
                assert!(found[..i].iter().all(|o| (&o.steps, o.end) != (&f.steps, f.end)));
            }
            full += usize::from(found.len() > 2);
            if let Some(first) = found.first() {
                assert_eq!(Some(first), best_path(&emissions(&e), &t).unwrap().as_ref());
            }
        }
        ties += usize::from(all.windows(2).any(|w| w[0].energy == w[1].energy));
    }
    assert!(ties > 40 && full > 100, "{ties} {full}");
}

#[test]
fn the_k_best_of_a_long_trellis_are_those_of_the_graph_built() {
    let frames = 400;
    let mut dice = Dice(9);
    let e = Array2::from_shape_simple_fn((frames, 4), || dice.below(1 << 12) as f32 / 256.0);
    let t = Topology::ctc(&[1, 2, 2, 3, 1], 4, 4).unwrap();
    let found = k_best(&emissions(&e), &t, 50).unwrap();
    let built = compose(&emissions(&e).graph().unwrap(), t.graph(), &Compose::default()).unwrap();
    let expected = paths::k_best(&built.graph, 50).unwrap();
    assert_eq!(found.len(), 50);
    for (f, e) in found.iter().zip(&expected) {
        assert!(close(f.energy, e.energy), "{} {}", f.energy, e.energy);
        assert_eq!(f.output, e.output);
    }
}

#[test]
fn the_first_of_the_k_best_is_the_best_path_however_large_energies_are() {
    let (mut several, mut rounded) = (0, 0);
    for (number, (t, _)) in cases().enumerate() {
        let mut dice = Dice(number as u64 ^ 0x1E30);
        let mut large = || [0.0, 1.0, 5.0, 1e30, -1e30, 3e38][dice.below(6) as usize];
        let e = Array2::from_shape_simple_fn((2 + number % 4, 3), &mut large);
        let t = Topology::from_graph(t.graph().map(|_, _| Energy::new(large()).unwrap())).unwrap();
        let found = k_best(&emissions(&e), &t, 20).unwrap();
        assert_eq!(found.first(), best_path(&emissions(&e), &t).unwrap().as_ref());
        several += usize::from(found.len() > 1);
        rounded += usize::from(found.iter().any(|f| f.energy < found[0].energy));
        let Ok(built) = compose(&emissions(&e).graph().unwrap(), t.graph(), &Compose::default()) else { continue };
        let found = paths::k_best(&built.graph, 20).unwrap();
        assert_eq!(found.first(), paths::best_path(&built.graph).unwrap().as_ref());
    }
    assert!(several > 100 && rounded > 0, "{several} {rounded}");
}

#[test]
fn more_alignments_than_memory_holds_are_refused() {
    let e = Array2::<f32>::zeros((64, 2));
    let t = Topology::any(2).unwrap();
    for count in [usize::MAX, 1 << 40, (1 << 24) + 1] {
        assert_eq!(k_best(&emissions(&e), &t, count), Err(TrellisError::Alignments { count }));
    }
}

#[test]
fn draws_are_as_frequent_as_alignments_are_probable() {
    let (mut tested, count) = (0, 2_000);
    for (number, (t, e)) in cases().enumerate() {
        let all = alignments(&e, t.graph());
        let beta = [1.0, 0.3, 4.0][number % 3];
        let mut dice = Dice(number as u64);
        let drawn = sample(&emissions(&e), &t, finite(beta), count, &mut uniform(&mut dice)).unwrap();
        assert_eq!(drawn.len(), if all.is_empty() { 0 } else { count });
        let mut often: HashMap<Vec<(u32, Option<usize>)>, usize> = HashMap::new();
        for d in &drawn {
            *often.entry(d.steps.iter().map(|s| (s.arc, s.frame)).collect()).or_default() += 1;
        }
        let mut seen = 0;
        for (w, share) in all.iter().zip(shares(&all, beta)) {
            let key: Vec<_> = w.steps.iter().map(|s| (s.arc, s.frame)).collect();
            let n = often.get(&key).copied().unwrap_or(0);
            // Five standard deviations and a half.
            let deviation = (count as f64 * share * (1.0 - share)).sqrt();
            assert!((n as f64 - count as f64 * share).abs() <= 5.5 * deviation + 3.0, "{n} of {count} at {share}");
            seen += n;
            let of = drawn.iter().find(|d| d.steps == w.steps);
            assert!(of.is_none_or(|d| close(d.energy, w.energy) && d.output == w.output && d.end == w.end));
        }
        assert_eq!(seen, drawn.len(), "every draw is an alignment");
        tested += usize::from(all.len() > 1);
    }
    assert!(tested > 150, "{tested}");
}

#[test]
fn the_same_numbers_give_the_same_draws_and_no_numbers_leave_the_topology() {
    for (t, e) in cases().take(200) {
        let all = alignments(&e, t.graph());
        let draw = |uniform: &mut dyn FnMut() -> f64, beta| sample(&emissions(&e), &t, beta, 3, uniform).unwrap();
        assert_eq!(draw(&mut uniform(&mut Dice(1)), Beta::ONE), draw(&mut uniform(&mut Dice(1)), Beta::ONE));
        let is_one = |a: &Alignment| all.iter().any(|w| w.steps == a.steps && w.end == a.end);
        for number in [0.0, 1.0, 2.0, -1.0, f64::NAN, f64::INFINITY] {
            for beta in BETAS {
                assert!(draw(&mut || number, finite(beta)).iter().all(is_one));
            }
        }
        let best = best_path(&emissions(&e), &t).unwrap();
        let at_infinity = draw(&mut || f64::NAN, Beta::Infinite);
        assert_eq!(at_infinity, best.map_or_else(Vec::new, |b| vec![b; 3]));
    }
}

#[test]
fn the_entropy_is_that_of_all_alignments() {
    let mut undecided = 0;
    for (t, e) in cases() {
        let all = alignments(&e, t.graph());
        for beta in BETAS {
            let found = entropy(&emissions(&e), &t, finite(beta)).unwrap();
            let parts = shares(&all, beta);
            let expected: f64 = parts.iter().filter(|p| **p > 0.0).map(|p| -p * p.ln()).sum();
            assert!((found - expected).abs() <= 1e-9 && found >= 0.0, "{found} {expected} at {beta}");
            undecided += usize::from(expected > 0.1);
        }
        assert_eq!(entropy(&emissions(&e), &t, Beta::Infinite).unwrap(), 0.0);
    }
    assert!(undecided > 200, "{undecided}");
}

#[test]
fn expected_counts_are_finite_differences_of_the_free_energy_and_those_of_the_posteriors() {
    let mut checked = 0;
    for (t, e) in cases().take(300) {
        for beta in [Beta::ONE, finite(0.4), Beta::Infinite] {
            let found = expected_counts(&emissions(&e), &t, beta).unwrap();
            assert_eq!(found, posteriors(&emissions(&e), &t, beta).unwrap().sites);
        }
        let found = expected_counts(&emissions(&e), &t, Beta::ONE).unwrap();
        for arc in (0..t.graph().arc_count()).filter(|&a| t.graph().all_arcs()[a].weight != Energy::IMPOSSIBLE) {
            let value = |by: f32| {
                let moved = t.graph().map(|site, w| match site {
                    Site::Arc(a) if a as usize == arc => Energy::new(w.get() + by).unwrap(),
                    _ => *w,
                });
                let moved = Topology::from_graph(moved).unwrap();
                energraph::trellis::free_energy(&emissions(&e), &moved, Beta::ONE).unwrap()
            };
            let h = 1.0 / 256.0;
            let (above, below) = (value(h), value(-h));
            if above < f64::INFINITY {
                let slope = (above - below) / (2.0 * f64::from(h));
                assert!((found.arcs[arc] - slope).abs() < 1e-4, "{} {slope}", found.arcs[arc]);
                checked += 1;
            }
        }
    }
    assert!(checked > 300, "{checked}");
}

/// A topology of a random one's graph with some arcs left out.
fn part_of(t: &Topology, dice: &mut Dice) -> Topology {
    let keep = |w: &Energy, dice: &mut Dice| if dice.chance(20) { Energy::IMPOSSIBLE } else { *w };
    Topology::from_graph(t.graph().map(|_, w| keep(w, dice))).unwrap()
}

#[test]
fn a_contrast_is_a_difference_of_free_energies_and_its_gradient_one_of_shares() {
    let (mut losses, mut refused) = (0, 0);
    for (number, (t, e)) in cases().enumerate() {
        let right = part_of(&t, &mut Dice(number as u64));
        for (beta, b) in [(1.0, Beta::ONE), (0.3, finite(0.3)), (f64::INFINITY, Beta::Infinite)] {
            let free = |t: &Topology| oracle::free_energy(alignments(&e, t.graph()).iter().map(|w| w.energy), beta);
            let found = contrast_loss(&emissions(&e), &right, &t, b);
            if free(&right) == f64::INFINITY {
                assert_eq!(found, Err(ContrastError::Right));
                refused += 1;
                continue;
            }
            let found = found.unwrap();
            assert!(close(found.value, free(&right) - free(&t)), "{}", found.value);
            assert!(found.value >= -1e-9);
            let (of_right, of_all) =
                (posteriors(&emissions(&e), &right, b).unwrap(), posteriors(&emissions(&e), &t, b).unwrap());
            let difference = &of_right.emissions - &of_all.emissions;
            assert!(found.emissions.iter().zip(&difference).all(|(f, d)| (f - d).abs() < 1e-5));
            assert_eq!(found.right, of_right.sites);
            assert!(found.all.arcs.iter().zip(&of_all.sites.arcs).all(|(f, a)| *f == -a));
            losses += 1;
        }
        if alignments(&e, t.graph()).is_empty() && !alignments(&e, right.graph()).is_empty() {
            unreachable!("a part has no more than the whole");
        }
        if !alignments(&e, t.graph()).is_empty() {
            let none = Topology::from_graph(t.graph().map(|_, _| Energy::IMPOSSIBLE)).unwrap();
            assert_eq!(contrast_loss(&emissions(&e), &t, &none, Beta::ONE), Err(ContrastError::All));
        }
    }
    assert!(losses > 100 && refused > 100, "{losses} {refused}");
}

#[test]
fn what_is_common_to_a_frame_changes_no_contrast() {
    let right = Topology::ctc(&[1], 2, 2).unwrap();
    let all = Topology::any(2).unwrap();
    let plain = array![[0.0_f32, 0.5], [1.0, 0.25]];
    let mut moved = plain.clone();
    moved.row_mut(0).mapv_inplace(|_| 1e20);
    let mut level = plain.clone();
    level.row_mut(0).fill(0.0);
    let loss = |e: &Array2<f32>| contrast_loss(&emissions(e), &right, &all, Beta::ONE).unwrap();
    assert_eq!(loss(&moved), loss(&level));
    assert!(loss(&plain).value > 0.0);
}

#[test]
fn questions_to_nothing_have_answers() {
    let none = Array2::<f32>::zeros((0, 2));
    let blanks = Topology::ctc(&[], 2, 2).unwrap();
    let label = Topology::ctc(&[1], 2, 2).unwrap();
    let e = emissions(&none);
    let mut zero = || 0.0;
    assert_eq!(k_best(&e, &blanks, 3).unwrap().len(), 1);
    assert_eq!(sample(&e, &blanks, Beta::ONE, 2, &mut zero).unwrap().len(), 2);
    assert!(k_best(&e, &label, 3).unwrap().is_empty());
    assert!(sample(&e, &label, Beta::ONE, 2, &mut zero).unwrap().is_empty());
    assert_eq!(entropy(&e, &label, Beta::ONE).unwrap(), 0.0);
    let stateless = Topology::from_graph(GraphBuilder::new().build().unwrap()).unwrap();
    assert!(k_best(&e, &stateless, 3).unwrap().is_empty());
    assert!(sample(&e, &stateless, Beta::ONE, 2, &mut zero).unwrap().is_empty());
    assert_eq!(sample(&e, &label, Beta::ONE, usize::MAX, &mut zero), Err(TrellisError::Draws { count: usize::MAX }));
    assert_eq!(contrast_loss(&e, &stateless, &blanks, Beta::ONE), Err(ContrastError::Right));
    // A class that the emissions lack.
    let wide = Topology::any(3).unwrap();
    let refused = |r: Result<(), TrellisError>| assert_eq!(r, Err(TrellisError::Class { label: 3, classes: 2 }));
    refused(k_best(&e, &wide, 3).map(drop));
    refused(sample(&e, &wide, Beta::ONE, 2, &mut zero).map(drop));
    refused(entropy(&e, &wide, Beta::ONE).map(drop));
    refused(entropy(&e, &wide, Beta::Infinite).map(drop));
    refused(expected_counts(&e, &wide, Beta::Infinite).map(drop));
}

/// The same topology, and so many states that nothing leads to.
fn among_others(t: &Topology, states: usize) -> Topology {
    let mut b = GraphBuilder::new();
    b.add_states(t.graph().states() + states);
    b.start(t.graph().start().unwrap());
    for (_, source, a) in t.graph().arcs_with_source() {
        b.arc(source, a.ilabel, a.olabel, a.weight, a.target);
    }
    for state in 0..t.graph().states() as u32 {
        b.final_weight(state, t.graph().final_weight(state));
    }
    Topology::from_graph(b.build().unwrap()).unwrap()
}

#[test]
fn answers_are_the_same_where_memory_is_bounded() {
    let frames = 400;
    let mut dice = Dice(21);
    let e = Array2::from_shape_simple_fn((frames, 3), || dice.below(1 << 12) as f32 / 1024.0);
    let few = Topology::ctc(&[1, 2, 2, 1], 3, 3).unwrap();
    // Beyond four million potentials rows are made again, block by block.
    let many = among_others(&few, 11_000);
    let e = emissions(&e);
    assert_eq!(k_best(&e, &many, 20).unwrap(), k_best(&e, &few, 20).unwrap());
    let draw = |t: &Topology| sample(&e, t, finite(0.5), 4, &mut uniform(&mut Dice(3))).unwrap();
    assert_eq!(draw(&many), draw(&few));
    assert_eq!(entropy(&e, &many, Beta::ONE).unwrap(), entropy(&e, &few, Beta::ONE).unwrap());
    let counts = |t: &Topology| expected_counts(&e, t, Beta::ONE).unwrap().arcs;
    assert_eq!(counts(&many), counts(&few));
    let cost = |t: &Topology| {
        let mut sites = SiteValues::zeros(t.graph());
        sites.arcs.iter_mut().enumerate().for_each(|(i, c)| *c = 0.1 * i as f64);
        let costs = AlignmentCosts { sites: Some(&sites), frames: None };
        expected_cost(&e, t, &costs, Beta::ONE).unwrap().unwrap()
    };
    assert_eq!(cost(&many).emissions, cost(&few).emissions);
}

#[test]
fn expected_costs_are_those_of_all_alignments_and_their_gradients_covariances() {
    let (mut checked, mut impossible) = (0, 0);
    for (number, (t, e)) in cases().enumerate() {
        let all = alignments(&e, t.graph());
        let mut dice = Dice(number as u64 ^ 0xC057);
        let mut sites = SiteValues::zeros(t.graph());
        let cost = |dice: &mut Dice| f64::from(dice.below(64)) / 16.0 - 1.0;
        sites.arcs.iter_mut().chain(&mut sites.finals).for_each(|c| *c = cost(&mut dice));
        let frames = Array2::from_shape_simple_fn(e.dim(), || cost(&mut dice) as f32);
        let costs = AlignmentCosts { sites: Some(&sites), frames: dice.chance(50).then(|| frames.view()) };
        let label = |arc: u32| t.graph().all_arcs()[arc as usize].ilabel;
        let cost_of = |w: &Way| {
            let steps = w.steps.iter().map(|s| {
                let read = s.frame.filter(|_| costs.frames.is_some());
                sites.get(Site::Arc(s.arc)) + read.map_or(0.0, |t| f64::from(frames[[t, label(s.arc) as usize - 1]]))
            });
            steps.sum::<f64>() + sites.get(Site::Final(w.end))
        };
        for beta in [1.0, 0.3, 4.0] {
            let found = expected_cost(&emissions(&e), &t, &costs, finite(beta)).unwrap();
            assert_eq!(found.is_some(), !all.is_empty());
            let Some(found) = found else {
                impossible += 1;
                continue;
            };
            let parts = shares(&all, beta);
            let mean: f64 = all.iter().zip(&parts).map(|(w, p)| p * cost_of(w)).sum();
            assert!(close(found.value, mean), "{} {mean}", found.value);
            let covariance = |uses: &dyn Fn(&Way) -> usize| -> f64 {
                all.iter().zip(&parts).map(|(w, p)| p * (cost_of(w) - mean) * uses(w) as f64).sum()
            };
            for arc in 0..t.graph().arc_count() as u32 {
                let expected = -beta * covariance(&|w| w.steps.iter().filter(|s| s.arc == arc).count());
                assert!((found.sites.get(Site::Arc(arc)) - expected).abs() < 1e-9);
            }
            for state in 0..t.graph().states() as u32 {
                let expected = -beta * covariance(&|w| usize::from(w.end == state));
                assert!((found.sites.get(Site::Final(state)) - expected).abs() < 1e-9);
            }
            for ((frame, class), &slope) in found.emissions.indexed_iter() {
                let reads = |s: &&Step| s.frame == Some(frame) && label(s.arc) == class as u32 + 1;
                let expected = -beta * covariance(&|w| w.steps.iter().filter(reads).count());
                assert!((f64::from(slope) - expected).abs() < 1e-5);
            }
            checked += 1;
        }
        let at_infinity = expected_cost(&emissions(&e), &t, &costs, Beta::Infinite).unwrap();
        let best = best_path(&emissions(&e), &t).unwrap();
        assert_eq!(at_infinity.is_some(), best.is_some());
        if let (Some(found), Some(best)) = (at_infinity, best) {
            let way = all.iter().find(|w| w.steps == best.steps && w.end == best.end).unwrap();
            assert!(close(found.value, cost_of(way)) && found.emissions.iter().all(|x| *x == 0.0));
        }
    }
    assert!(checked > 500 && impossible > 500, "{checked} {impossible}");
}

#[test]
fn where_one_alignment_has_all_the_mass_no_beta_makes_a_gradient() {
    let mut dice = Dice(8);
    let e = Array2::from_shape_simple_fn((9, 3), || dice.below(1 << 20) as f32 / 65_536.0);
    let t = Topology::ctc(&[1, 2], 3, 3).unwrap();
    let mut sites = SiteValues::zeros(t.graph());
    sites.arcs.iter_mut().enumerate().for_each(|(i, c)| *c = 0.1 * i as f64);
    let costs = AlignmentCosts { sites: Some(&sites), frames: None };
    let found = expected_cost(&emissions(&e), &t, &costs, finite(1e300)).unwrap().unwrap();
    assert!(found.value.is_finite() && found.emissions.iter().all(|x| *x == 0.0));
    let wrong = |cost: f64| {
        let mut sites = sites.clone();
        sites.arcs[1] = cost;
        let costs = AlignmentCosts { sites: Some(&sites), frames: None };
        expected_cost(&emissions(&e), &t, &costs, Beta::ONE).map(drop)
    };
    assert!(matches!(wrong(f64::NAN), Err(TrellisError::Cost { .. })));
    assert_eq!(wrong(f64::INFINITY), Err(TrellisError::Cost { cost: f64::INFINITY }));
    let small = Array2::zeros((2, 3));
    let costs = AlignmentCosts { sites: None, frames: Some(small.view()) };
    let refused = expected_cost(&emissions(&e), &t, &costs, Beta::ONE).map(drop);
    assert_eq!(refused, Err(TrellisError::CostShape { rows: 2, columns: 3, frames: 9, classes: 3 }));
    let nan = Array2::from_elem((9, 3), f32::NAN);
    let costs = AlignmentCosts { sites: None, frames: Some(nan.view()) };
    assert!(matches!(expected_cost(&emissions(&e), &t, &costs, Beta::ONE), Err(TrellisError::Cost { .. })));
}

#[test]
fn costs_of_another_graph_and_gradients_beyond_all_numbers_are_refused() {
    let e = array![[0.0, 0.0], [0.0, 1.0]];
    let (t, other) = (Topology::any(2).unwrap(), Topology::ctc(&[1], 2, 2).unwrap());
    let cost = |sites: &SiteValues, beta| {
        let costs = AlignmentCosts { sites: Some(sites), frames: None };
        expected_cost(&emissions(&e), &t, &costs, beta)
    };
    for beta in [Beta::ONE, Beta::Infinite] {
        let (of_arcs, states) = (t.graph().arc_count(), t.graph().states());
        let sites = SiteValues::zeros(other.graph());
        let (arcs, finals) = (sites.arcs.len(), sites.finals.len());
        assert_eq!(cost(&sites, beta), Err(TrellisError::CostSites { arcs, finals, of_arcs, states }));
        let mut short = SiteValues::zeros(t.graph());
        short.finals.clear();
        assert_eq!(cost(&short, beta), Err(TrellisError::CostSites { arcs: of_arcs, finals: 0, of_arcs, states }));
    }
    // Two alignments tie: however small the change of an energy, at that β it decides between them.
    let mut sites = SiteValues::zeros(t.graph());
    sites.arcs[1] = 1.0;
    for beta in [1e40, f64::MAX] {
        assert_eq!(cost(&sites, finite(beta)), Err(TrellisError::Steep { beta }));
    }
    let found = cost(&sites, finite(1e30)).unwrap().unwrap();
    assert!(found.value == 0.5 && found.emissions[[0, 0]] == 0.25e30);
    assert_eq!(cost(&sites, Beta::Infinite).unwrap().unwrap().value, 0.0);
    // Each is a number, and two of them are not.
    sites.arcs.fill(f64::MAX);
    assert_eq!(cost(&sites, Beta::ONE), Err(TrellisError::Steep { beta: 1.0 }));
    assert_eq!(cost(&sites, Beta::Infinite), Err(TrellisError::Steep { beta: f64::INFINITY }));
}

/// Levenshtein's distance, by the table.
fn edits(a: &[u32], b: &[u32]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let best = (diagonal + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row[b.len()]
}

#[test]
fn the_expected_edit_distance_is_that_of_all_outputs_and_its_gradient_finite_differences() {
    use energraph::loss::{EditDistance, RiskError, trellis_risk};
    use energraph::ops::Budget;
    // Outputs are long where arcs that read nothing write.
    let cost = EditDistance { scale: 1.0, most: 60 };
    let (mut checked, mut slopes) = (0, 0);
    for (number, (t, e)) in cases().enumerate() {
        let all = alignments(&e, t.graph());
        let mut dice = Dice(number as u64 ^ 0xED17);
        let right: Vec<u32> = (0..dice.below(4)).map(|_| dice.below(3) + 1).collect();
        let answer = Answer::one(right.iter().copied());
        let risk = |e: &Array2<f32>, beta| trellis_risk(&emissions(e), &t, &answer, &cost, beta, Budget::default());
        let found = risk(&e, Beta::ONE);
        if all.is_empty() {
            assert_eq!(found, Err(RiskError::NoPath));
            continue;
        }
        let found = found.unwrap();
        let parts = shares(&all, 1.0);
        let expected: f64 = all.iter().zip(&parts).map(|(w, p)| p * edits(&w.output, &right) as f64).sum();
        assert!(close(found.value, expected), "{} {expected}", found.value);
        checked += 1;
        let h = 1.0 / 256.0;
        for ((frame, class), &slope) in found.emissions.indexed_iter().take(6) {
            let at = |by: f32| {
                let mut moved = e.clone();
                moved[[frame, class]] += by;
                risk(&moved, Beta::ONE).unwrap().value
            };
            let difference = (at(h) - at(-h)) / (2.0 * f64::from(h));
            assert!((f64::from(slope) - difference).abs() < 1e-4, "{slope} {difference}");
            slopes += 1;
        }
        let best = best_path(&emissions(&e), &t).unwrap().unwrap();
        // Of alignments that tie, any may be the best of the composition.
        let least = all.iter().filter(|w| w.energy == best.energy).map(|w| edits(&w.output, &right) as f64);
        let at_infinity = risk(&e, Beta::Infinite).unwrap().value;
        assert!(least.into_iter().any(|d| d == at_infinity));
    }
    assert!(checked > 200 && slopes > 800, "{checked} {slopes}");
}
