//! Trellises against enumeration of every alignment, against the same graphs built and composed, and against finite
//! differences.

#[path = "trellis_graphs/mod.rs"]
mod cases;
#[path = "paths_graphs/mod.rs"]
mod graphs;

use cases::{Way, alignments, cases, close, labellings, random_emissions};
use energraph::graph::EPSILON;
use energraph::ops::{Compose, compose};
use energraph::trellis::{
    Emissions, Step, Topology, Transitions, TrellisError, Unit, best_path, free_energy, posteriors,
};
use energraph::{Beta, Energy, Label, Site, oracle, paths};
use graphs::Dice;
use ndarray::{Array1, Array2, array};

const BETAS: [f64; 3] = [1.0, 0.3, 4.0];

#[test]
fn free_energies_are_those_of_all_alignments() {
    let (mut drawn, mut possible) = (0, 0);
    for (t, e) in cases() {
        let all = alignments(&e, t.graph());
        let emissions = Emissions::new(e.view()).unwrap();
        for beta in BETAS {
            let found = free_energy(&emissions, &t, Beta::finite(beta).unwrap()).unwrap();
            let expected = oracle::free_energy(all.iter().map(|w| w.energy), beta);
            assert!(close(found, expected), "{found} {expected}");
        }
        let found = free_energy(&emissions, &t, Beta::Infinite).unwrap();
        assert_eq!(found, oracle::free_energy(all.iter().map(|w| w.energy), f64::INFINITY));
        drawn += 1;
        possible += usize::from(!all.is_empty());
    }
    assert!(drawn > 400 && possible > 120, "{possible} of {drawn}");
}

#[test]
fn the_best_path_is_the_least_of_all_alignments_and_ties_go_to_the_lowest_arc() {
    for (t, e) in cases() {
        let mut all = alignments(&e, t.graph());
        // At every state ending goes before going on, and then the lowest arc.
        let least = oracle::free_energy(all.iter().map(|w| w.energy), f64::INFINITY);
        all.retain(|w| w.energy == least);
        let key = |w: &Way| w.steps.iter().map(|s| s.arc).collect::<Vec<_>>();
        let expected = all.iter().min_by_key(|w| key(w));
        let found = best_path(&Emissions::new(e.view()).unwrap(), &t).unwrap();
        assert_eq!(found.is_some(), expected.is_some());
        let (Some(found), Some(expected)) = (found, expected) else { continue };
        assert_eq!((found.energy, &found.steps, found.end), (expected.energy, &expected.steps, expected.end));
        assert_eq!(found.output, expected.output);
    }
}

#[test]
fn posteriors_are_shares_of_all_alignments() {
    for (t, e) in cases() {
        let all = alignments(&e, t.graph());
        let emissions = Emissions::new(e.view()).unwrap();
        for beta in BETAS {
            let found = posteriors(&emissions, &t, Beta::finite(beta).unwrap()).unwrap();
            let total = oracle::free_energy(all.iter().map(|w| w.energy), beta);
            let share = |w: &Way| (beta * (total - w.energy)).exp();
            for (arc, a) in (0..).zip(t.graph().all_arcs()) {
                let uses = |w: &Way| w.steps.iter().filter(|s| s.arc == arc).count() as f64;
                let expected: f64 = all.iter().map(|w| share(w) * uses(w)).sum();
                assert!((found.sites.get(Site::Arc(arc)) - expected).abs() < 1e-9, "{a:?}");
            }
            for state in 0..t.graph().states() as u32 {
                let expected: f64 = all.iter().filter(|w| w.end == state).map(share).sum();
                assert!((found.sites.get(Site::Final(state)) - expected).abs() < 1e-9);
            }
            for ((frame, class), &found) in found.emissions.indexed_iter() {
                let reads = |s: &&Step| {
                    s.frame == Some(frame) && t.graph().all_arcs()[s.arc as usize].ilabel == class as u32 + 1
                };
                let uses = |w: &Way| w.steps.iter().filter(reads).count() as f64;
                let expected: f64 = all.iter().map(|w| share(w) * uses(w)).sum();
                assert!((f64::from(found) - expected).abs() < 1e-6);
            }
        }
    }
}

#[test]
fn the_same_graph_built_gives_the_same_numbers() {
    for (t, e) in cases() {
        let emissions = Emissions::new(e.view()).unwrap();
        let built = compose(&emissions.graph().unwrap(), t.graph(), &Compose::default());
        let Ok(built) = built else {
            assert_eq!(free_energy(&emissions, &t, Beta::Infinite).unwrap(), f64::INFINITY);
            continue;
        };
        for beta in [Beta::Infinite, Beta::ONE] {
            let (found, expected) =
                (free_energy(&emissions, &t, beta).unwrap(), paths::free_energy(&built.graph, beta).unwrap());
            assert!(close(found, expected), "{found} {expected}");
        }
        // Gradients flow back to the topology, input 1 of the composition.
        let on_built = paths::posteriors(&built.graph, Beta::ONE).unwrap();
        let mut expected = energraph::SiteValues::zeros(t.graph());
        built.origin.pull_back(&on_built, 1, &mut expected);
        let found = posteriors(&emissions, &t, Beta::ONE).unwrap().sites;
        assert!(found.arcs.iter().zip(&expected.arcs).all(|(f, e)| (f - e).abs() < 1e-9));
    }
}

#[test]
fn gradients_are_finite_differences() {
    let t = Topology::ctc(&[1, 2, 2], 3, 3).unwrap();
    let shape = (6, 3);
    let mut dice = Dice(5);
    let x: Vec<f64> = (0..18).map(|_| f64::from(dice.below(64)) / 16.0).collect();
    let matrix = |x: &[f64]| Array2::from_shape_vec(shape, x.iter().map(|&v| v as f32).collect()).unwrap();
    let value = |x: &[f64]| {
        let m = matrix(x);
        free_energy(&Emissions::new(m.view()).unwrap(), &t, Beta::finite(1.5).unwrap()).unwrap()
    };
    let m = matrix(&x);
    let found = posteriors(&Emissions::new(m.view()).unwrap(), &t, Beta::finite(1.5).unwrap()).unwrap();
    for (f, e) in found.emissions.iter().zip(oracle::finite_differences(value, &x, 1.0 / 64.0)) {
        assert!((f64::from(*f) - e).abs() < 2e-4, "{f} {e}");
    }
}

#[test]
fn ctc_sums_over_the_labellings_that_collapse_to_the_target() {
    let blank = 2;
    for target in [vec![], vec![1], vec![3], vec![1, 3], vec![1, 1], vec![3, 3, 1], vec![1, 1, 1, 3]] {
        for frames in 0..6 {
            let e = random_emissions(&mut Dice(frames as u64 + 7), frames, 3, false);
            let collapse = |l: &[Label]| {
                let mut kept = l.to_vec();
                kept.dedup();
                kept.retain(|&k| k != blank);
                kept
            };
            let energy =
                |l: &[Label]| l.iter().zip(e.rows()).map(|(&k, row)| f64::from(row[k as usize - 1])).sum::<f64>();
            let all: Vec<f64> = labellings(frames, 3).filter(|l| collapse(l) == target).map(|l| energy(&l)).collect();
            let t = Topology::ctc(&target, blank, 3).unwrap();
            for beta in [1.0, f64::INFINITY] {
                let b = if beta == 1.0 { Beta::ONE } else { Beta::Infinite };
                let found = free_energy(&Emissions::new(e.view()).unwrap(), &t, b).unwrap();
                let expected = oracle::free_energy(all.iter().copied(), beta);
                assert!(close(found, expected), "{target:?} over {frames}: {found} {expected}");
            }
            let best = best_path(&Emissions::new(e.view()).unwrap(), &t).unwrap();
            assert!(best.is_none_or(|b| b.output == target));
        }
    }
}

#[test]
fn a_chain_is_every_sequence_of_classes() {
    let mut dice = Dice(3);
    let classes = 3;
    let mut some = |n: usize| Array1::from_shape_simple_fn(n, || dice.below(64) as f32 / 16.0);
    let (first, last) = (some(classes), some(classes));
    let transitions = some(classes * classes).into_shape_with_order((classes, classes)).unwrap();
    let t = Transitions::new(transitions.view()).unwrap();
    let t = Topology::chain(&t.with_first(first.view()).unwrap().with_last(last.view()).unwrap()).unwrap();
    for frames in 1..5 {
        let e = random_emissions(&mut dice, frames, classes, false);
        let energy = |l: &Vec<Label>| {
            let at = |i: usize| l[i] as usize - 1;
            let own: f32 = (0..frames).map(|i| e[[i, at(i)]]).sum();
            let between: f32 = (1..frames).map(|i| transitions[[at(i - 1), at(i)]]).sum();
            f64::from(own) + f64::from(between) + f64::from(first[at(0)]) + f64::from(last[at(frames - 1)])
        };
        let all: Vec<(f64, Vec<Label>)> = labellings(frames, classes).map(|l| (energy(&l), l)).collect();
        let emissions = Emissions::new(e.view()).unwrap();
        let found = posteriors(&emissions, &t, Beta::ONE).unwrap();
        let total = oracle::free_energy(all.iter().map(|a| a.0), 1.0);
        assert!((found.free_energy - total).abs() < 1e-5);
        // Arc C + i·C + j is the transition from i to j.
        for (i, j) in [(0, 0), (1, 2), (2, 1)] {
            let uses = |l: &[Label]| l.windows(2).filter(|w| *w == [i as Label + 1, j as Label + 1]).count() as f64;
            let expected: f64 = all.iter().map(|(e, l)| (total - e).exp() * uses(l)).sum();
            assert!((found.sites.arcs[classes + i * classes + j] - expected).abs() < 1e-5);
        }
    }
}

#[test]
fn units_last_as_long_as_they_must_and_may_be_left_out_where_they_may() {
    let units = [
        Unit::new(1, 1),
        Unit { least: 2, stay: Energy::new(0.5).unwrap(), skip: Energy::new(3.0).unwrap(), ..Unit::new(2, 2) },
        Unit { least: 2, ..Unit::new(3, 3) },
    ];
    let t = Topology::left_to_right(&units).unwrap();
    for frames in 0..8 {
        let e = random_emissions(&mut Dice(frames as u64), frames, 3, false);
        let mut all = Vec::new();
        for (a, b) in (0..=frames).flat_map(|a| (0..=frames - a).map(move |b| (a, b))) {
            let c = frames - a - b;
            if a == 0 || b == 1 || c < 2 {
                continue;
            }
            let own =
                |from: usize, n: usize, class: usize| (from..from + n).map(|i| f64::from(e[[i, class]])).sum::<f64>();
            let middle = if b == 0 { 3.0 } else { 0.5 * (b - 2) as f64 };
            all.push(own(0, a, 0) + own(a, b, 1) + own(a + b, c, 2) + middle);
        }
        let found = free_energy(&Emissions::new(e.view()).unwrap(), &t, Beta::ONE).unwrap();
        let expected = oracle::free_energy(all.iter().copied(), 1.0);
        assert!(close(found, expected), "{frames}: {found} {expected}");
    }
}

#[test]
fn two_hundred_thousand_frames_lose_nothing() {
    let frames = 200_000;
    let e = Array2::from_shape_fn((frames, 3), |(t, c)| ((t * 7 + c * 5) * 13 % 17) as f32 / 4.0);
    let target: Vec<Label> = (0..40).map(|k| k % 2 + 1).collect();
    let t = Topology::ctc(&target, 3, 3).unwrap();
    let found = posteriors(&Emissions::new(e.view()).unwrap(), &t, Beta::ONE).unwrap();
    for row in found.emissions.rows() {
        assert!((row.sum() - 1.0).abs() < 1e-6, "{row}");
    }
    // Read from the other end, the free energy is the same.
    let back = e.slice(ndarray::s![..;-1, ..]);
    let reversed: Vec<Label> = target.iter().rev().copied().collect();
    let t = Topology::ctc(&reversed, 3, 3).unwrap();
    let other = free_energy(&Emissions::new(back).unwrap(), &t, Beta::ONE).unwrap();
    assert!((found.free_energy - other).abs() <= 1e-6 * other.abs(), "{} {other}", found.free_energy);
}

#[test]
fn a_path_a_thousand_nats_behind_half_way_that_wins_in_the_end_is_found() {
    // Two lanes, never changed: the second costs 1,000 more in the first half and 2,000 less in the second.
    let frames = 2_000;
    let e = Array2::from_shape_fn((frames, 2), |(t, c)| match (c, t < frames / 2) {
        (0, _) => 2.0,
        (_, true) => 3.0,
        (_, false) => 0.0,
    });
    let never = array![[0.0, f32::INFINITY], [f32::INFINITY, 0.0]];
    let t = Topology::chain(&Transitions::new(never.view()).unwrap()).unwrap();
    let emissions = Emissions::new(e.view()).unwrap();
    for beta in [Beta::ONE, Beta::Infinite] {
        assert_eq!(free_energy(&emissions, &t, beta).unwrap(), 3_000.0);
    }
    let shares = posteriors(&emissions, &t, Beta::ONE).unwrap();
    assert!(shares.emissions.column(1).iter().all(|&p| p == 1.0));
    assert!(best_path(&emissions, &t).unwrap().unwrap().output.iter().all(|&l| l == 2));
}

#[test]
fn what_cannot_be_is_impossible_and_what_makes_no_sense_is_refused() {
    let none = Array2::<f32>::zeros((0, 3));
    let blanks = Topology::ctc(&[], 3, 3).unwrap();
    let e = Emissions::new(none.view()).unwrap();
    assert_eq!(free_energy(&e, &blanks, Beta::ONE).unwrap(), 0.0);
    assert!(best_path(&e, &blanks).unwrap().unwrap().steps.is_empty());
    // Three labels, one of them repeated, need four frames.
    let twice = Topology::ctc(&[1, 1, 2], 3, 3).unwrap();
    for (frames, fits) in [(0, false), (3, false), (4, true)] {
        let zeros = Array2::<f32>::zeros((frames, 3));
        let e = Emissions::new(zeros.view()).unwrap();
        assert_eq!(best_path(&e, &twice).unwrap().is_some(), fits);
        let p = posteriors(&e, &twice, Beta::ONE).unwrap();
        assert_eq!(p.free_energy < f64::INFINITY, fits);
        assert!(fits || p.emissions.iter().all(|&x| x == 0.0) && p.sites.arcs.iter().all(|&x| x == 0.0));
    }
    // A frame at which nothing is possible.
    let wall = array![[0.0, 0.0, 0.0], [f32::INFINITY; 3]];
    let p = posteriors(&Emissions::new(wall.view()).unwrap(), &blanks, Beta::ONE).unwrap();
    assert!(p.free_energy == f64::INFINITY && p.emissions.iter().all(|&x| x == 0.0));
    // No class at all.
    let empty = Array2::<f32>::zeros((2, 0));
    let narrow = Emissions::new(empty.view()).unwrap();
    assert!(matches!(free_energy(&narrow, &blanks, Beta::ONE), Err(TrellisError::Class { label: 3, classes: 0 })));
    assert!(matches!(Topology::ctc(&[1, 3], 3, 3), Err(TrellisError::Target { position: 1, label: 3, .. })));
    assert!(matches!(Topology::ctc(&[0], 3, 3), Err(TrellisError::Target { position: 0, .. })));
    assert!(matches!(Topology::ctc(&[4], 3, 3), Err(TrellisError::Target { label: 4, .. })));
    assert!(matches!(Topology::ctc(&[], 0, 3), Err(TrellisError::Blank { blank: 0, .. })));
    assert!(matches!(Topology::collapse(1, usize::MAX), Err(TrellisError::TooLarge { .. })));
    assert!(matches!(Topology::any(usize::MAX), Err(TrellisError::TooLarge { .. })));
    let endless = Unit { least: usize::MAX, ..Unit::new(1, 1) };
    assert!(matches!(Topology::left_to_right(&[endless]), Err(TrellisError::TooLarge { .. })));
    let options = energraph::trellis::AlignOptions { coverage: f64::NAN, ..Default::default() };
    assert!(matches!(energraph::trellis::align(&e, &blanks, &options), Err(TrellisError::Coverage { .. })));
    assert!(matches!(Topology::left_to_right(&[Unit::new(0, 1)]), Err(TrellisError::Silent { unit: 0 })));
    let bad = array![[0.0, f32::NEG_INFINITY]];
    assert!(matches!(Emissions::new(bad.view()), Err(TrellisError::NoEnergy { frame: 0, class: 1, .. })));
    let square = Array2::zeros((3, 2));
    assert!(matches!(Transitions::new(square.view()), Err(TrellisError::Shape { .. })));
}

/// Name, frames × classes of energies, and the characters in the order of the classes.
type Matrix = (String, Array2<f32>, Vec<char>);

/// The five real matrices with known losses and best paths.
fn matrices() -> Option<Vec<Matrix>> {
    let Some(data) = std::env::var_os("ENERGRAPH_DATA") else {
        println!("skipped: ENERGRAPH_DATA is not set, the matrices are there");
        return None;
    };
    let folder = std::path::Path::new(&data).join("ctc_matrices");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let line = " !\"#&'()*+,-./0123456789:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let of = |name: &str| {
        let (file, chars) = match name.strip_prefix("bentham/") {
            Some(matrix) => (format!("bentham/{matrix}.csv"), read("bentham/chars.txt")),
            None => (format!("{name}/rnnOutput.csv"), line.to_owned()),
        };
        let text = read(&file);
        let rows: Vec<Vec<f32>> = text
            .lines()
            .map(|l| l.trim_end_matches(';').split(';').map(|x| -x.trim().parse::<f32>().unwrap()).collect())
            .collect();
        let shape = (rows.len(), rows[0].len());
        let energies = Array2::from_shape_vec(shape, rows.concat()).unwrap();
        (name.to_owned(), energies, chars.trim_end_matches(['\r', '\n']).chars().collect())
    };
    Some(["word", "line", "bentham/mat_0", "bentham/mat_1", "bentham/mat_2"].map(of).into())
}

#[test]
fn real_matrices_have_the_losses_and_best_paths_that_are_known() {
    let Some(all) = matrices() else { return };
    let data = std::env::var_os("ENERGRAPH_DATA").unwrap();
    let expected = std::fs::read_to_string(std::path::Path::new(&data).join("ctc_matrices/expected.tsv")).unwrap();
    let mut checked = 0;
    for (name, energies, chars) in all {
        let row = expected.lines().find(|l| l.split('\t').next() == Some(&name)).unwrap();
        let field: Vec<&str> = row.split('\t').collect();
        let blank = energies.ncols() as Label;
        assert_eq!(chars.len() + 1, blank as usize, "{name}");
        let emissions = Emissions::new(energies.view()).unwrap();
        let best = best_path(&emissions, &Topology::collapse(blank, blank as usize).unwrap()).unwrap().unwrap();
        let text: String = best.output.iter().map(|&l| chars[l as usize - 1]).collect();
        assert_eq!(text, field[3], "{name}");
        for (text, loss) in [(field[4], field[5]), (field[3], field[6])] {
            let target: Vec<Label> =
                text.chars().map(|c| chars.iter().position(|&k| k == c).unwrap() as Label + 1).collect();
            let found = energraph::trellis::ctc_loss(&emissions, &target, blank).unwrap();
            let loss: f64 = loss.parse().unwrap();
            assert!((found.value - loss).abs() < 1e-5, "{name}, {text}: {} {loss}", found.value);
            checked += 1;
        }
    }
    assert_eq!(checked, 10);
}

#[test]
fn a_text_is_placed_and_its_boundaries_have_the_shares_of_all_alignments() {
    use energraph::trellis::{AlignOptions, align};
    let mut dice = Dice(11);
    for round in 0..60 {
        let frames = 3 + dice.below(4) as usize;
        let e = Array2::from_shape_simple_fn((frames, 3), || dice.below(128) as f32 / 32.0);
        let target = [1, 2, 2, 1][..1 + round % 3].to_vec();
        let t = Topology::ctc(&target, 3, 3).unwrap();
        let options = AlignOptions { between: vec![3], coverage: 0.7, ..AlignOptions::default() };
        let emissions = Emissions::new(e.view()).unwrap();
        let all = alignments(&e, t.graph());
        let Some(found) = align(&emissions, &t, &options).unwrap() else {
            assert!(all.is_empty());
            continue;
        };
        assert_eq!(found.segments.iter().map(|s| s.label).collect::<Vec<_>>(), target);
        let total = oracle::free_energy(all.iter().map(|w| w.energy), 1.0);
        assert!(close(found.free_energy, total));
        // Where each way has the k-th label: state 2k + 2.
        let inside = |w: &Way, k: usize| -> Vec<usize> {
            let on = |s: &&Step| t.graph().all_arcs()[s.arc as usize].target == 2 * k as u32 + 2;
            w.steps.iter().filter(on).filter_map(|s| s.frame).collect()
        };
        for (k, segment) in found.segments.iter().enumerate() {
            let share = |keep: &dyn Fn(&[usize]) -> bool| -> f64 {
                all.iter().filter(|w| keep(&inside(w, k))).map(|w| (total - w.energy).exp()).sum()
            };
            let mean = segment.frames.clone().map(|f| share(&|i| i.contains(&f))).sum::<f64>();
            assert!((segment.posterior - mean / segment.frames.len() as f64).abs() < 1e-9);
            // An interval leaves at most 15 % on either side, and one frame less would leave more.
            for ((first, last), at) in [(segment.starts, 0), (segment.ends, 1)] {
                let place = |i: &[usize]| if at == 0 { i[0] } else { i[i.len() - 1] + 1 };
                let (before, up_to) = (share(&|i| place(i) < first), share(&|i| place(i) <= first));
                let (behind, from) = (share(&|i| place(i) > last), share(&|i| place(i) >= last));
                assert!(before <= 0.15 + 1e-9 && up_to > 0.15 - 1e-9, "{before} {up_to}");
                assert!(behind <= 0.15 + 1e-9 && from > 0.15 - 1e-9, "{behind} {from}");
            }
            // Medians and limits part the shares, each of which is spread over the frame about its place.
            for (time, at) in [(segment.start, 0), (segment.end, 1)] {
                let part_before = |w: &Way, x: f64| {
                    let i = inside(w, k);
                    let place = if at == 0 { i[0] } else { i[i.len() - 1] + 1 };
                    (x - place as f64 + 0.5).clamp(0.0, 1.0)
                };
                for (x, part) in [(time.low, 0.15), (time.median, 0.5), (time.high, 0.85)] {
                    let before: f64 = all.iter().map(|w| (total - w.energy).exp() * part_before(w, x)).sum();
                    assert!((before - part).abs() < 1e-9 || x == 0.0 || x == frames as f64, "{before} {part}");
                }
            }
        }
    }
    // A loop over the whole alphabet has no places.
    let e = Array2::<f32>::zeros((3, 3));
    let e = Emissions::new(e.view()).unwrap();
    let found = align(&e, &Topology::collapse(3, 3).unwrap(), &AlignOptions::default());
    assert!(matches!(found, Err(TrellisError::NotLinear { .. })));
}

#[test]
fn parts_of_a_unit_are_one_segment_until_something_between_is_read() {
    use energraph::trellis::{AlignOptions, align};
    // Two parts of one phone, silence that may be left out, another phone.
    let units = [Unit::new(1, 7), Unit::new(2, 0), Unit { skip: Energy::FREE, ..Unit::new(4, 0) }, Unit::new(3, 8)];
    let t = Topology::left_to_right(&units).unwrap();
    let read = [0, 0, 1, 3, 3, 2, 2];
    let e = Array2::from_shape_fn((7, 4), |(t, c)| if read[t] == c { 0.0 } else { 6.0 });
    let options = AlignOptions { between: vec![4], ..AlignOptions::default() };
    let found = align(&Emissions::new(e.view()).unwrap(), &t, &options).unwrap().unwrap();
    let placed: Vec<_> = found.segments.iter().map(|s| (s.label, s.frames.clone())).collect();
    assert_eq!(placed, [(7, 0..3), (8, 5..7)]);
}

#[test]
fn what_is_written_without_a_frame_begins_with_the_next() {
    use energraph::trellis::{AlignOptions, align};
    // Writes 5, reads class 0 twice, writes 6 and nothing more.
    let mut b = energraph::GraphBuilder::new();
    b.add_states(5);
    b.start(0);
    b.arc(0, EPSILON, 5, Energy::FREE, 1);
    b.arc(1, 1, EPSILON, Energy::FREE, 2);
    b.arc(2, 1, EPSILON, Energy::FREE, 3);
    b.arc(3, EPSILON, 6, Energy::FREE, 4);
    b.final_weight(4, Energy::FREE);
    let t = Topology::from_graph(b.build().unwrap()).unwrap();
    let e = array![[0.5], [0.25]];
    let found = align(&Emissions::new(e.view()).unwrap(), &t, &AlignOptions::default()).unwrap().unwrap();
    let placed: Vec<_> = found.segments.iter().map(|s| (s.label, s.frames.clone(), s.posterior)).collect();
    assert_eq!(placed, [(5, 0..2, 1.0), (6, 2..2, 0.0)]);
}

#[test]
fn large_energies_and_extreme_temperatures_leave_shares_that_sum_to_1() {
    let any = Topology::any(3).unwrap();
    for (energy, beta) in [(1e20, 1.0), (1.0, 1e17), (1.0, 1e-310), (-3e38, 0.5), (1e-30, 1e300)] {
        let mut e = Array2::from_elem((2_000, 3), energy);
        e[[3, 1]] = f32::INFINITY;
        let p = posteriors(&Emissions::new(e.view()).unwrap(), &any, Beta::finite(beta).unwrap()).unwrap();
        assert!(!p.free_energy.is_nan());
        for (t, row) in p.emissions.outer_iter().enumerate() {
            assert!(
                (row.sum() - 1.0).abs() < 1e-6 && (t == 3 || (row[0] - 1.0 / 3.0).abs() < 1e-6),
                "{energy} {beta}: {row}"
            );
        }
    }
}

#[test]
fn what_is_common_to_a_frame_changes_no_loss() {
    use energraph::trellis::ctc_loss;
    // The impossible class has the second item summed in the log domain.
    for last in [9.0, f32::INFINITY] {
        let plain = array![[0.0, 0.0, 0.0], [0.5, last, 0.25]];
        let mut moved = plain.clone();
        moved.row_mut(0).mapv_inplace(|x| x + 1e20);
        let loss = |e: &Array2<f32>| ctc_loss(&Emissions::new(e.view()).unwrap(), &[1], 3).unwrap();
        assert!((loss(&plain).value - loss(&moved).value).abs() < 1e-9 && loss(&plain).value > 0.1);
        assert_eq!(loss(&plain).gradient, loss(&moved).gradient);
    }
}

#[test]
fn a_segment_goes_on_through_states_that_read_nothing() {
    use energraph::trellis::{AlignOptions, align};
    let clear = |read: &[usize]| Array2::from_shape_fn((read.len(), 3), |(t, c)| if read[t] == c { 0.0 } else { 60.0 });
    let optional = |reads, writes| Unit { skip: Energy::new(5.0).unwrap(), ..Unit::new(reads, writes) };
    // An optional beginning, and an optional middle that is there or not: one symbol each.
    for (units, read) in [
        (vec![optional(1, 7), Unit::new(2, 0)], vec![0, 0, 1, 1]),
        (vec![Unit::new(1, 7), optional(3, 0), Unit::new(2, 0)], vec![0, 0, 1, 1]),
        (vec![Unit::new(1, 7), optional(3, 0), Unit::new(2, 0)], vec![0, 2, 2, 1]),
    ] {
        let t = Topology::left_to_right(&units).unwrap();
        let e = clear(&read);
        let found = align(&Emissions::new(e.view()).unwrap(), &t, &AlignOptions::default()).unwrap().unwrap();
        let [s] = &found.segments[..] else { panic!("{:?}", found.segments) };
        assert_eq!((s.frames.clone(), s.starts, s.ends), (0..4, (0, 0), (4, 4)));
        assert!((s.posterior - 1.0).abs() < 1e-9, "{}", s.posterior);
    }
}
