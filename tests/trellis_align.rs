//! Alignments of known texts: the kernel for them against the general one and against every labelling, beams, and long
//! inputs.

#[path = "paths_graphs/mod.rs"]
mod graphs;

use std::time::Instant;

use energraph::trellis::{
    AlignOptions, Beam, Emissions, Topology, TrellisError, align, best_path, best_path_in_beam, free_energy,
};
use energraph::{Beta, Label, oracle};
use graphs::Dice;
use ndarray::{Array2, s};

/// The same topology as a graph like any other, for the general kernel.
fn as_graph(t: &Topology) -> Topology {
    Topology::from_graph(t.clone().into_graph()).unwrap()
}

/// A target and energies over three classes, the last of them the blank: ties, impossible classes and frames, −0.0 and
/// offsets among them.
fn case(seed: u64, longest: u32) -> (Vec<Label>, Array2<f32>) {
    let mut dice = Dice(seed ^ 0xA11);
    let frames = dice.below(longest) as usize;
    let target = (0..dice.below(longest / 2 + 1)).map(|_| dice.below(2) + 1).collect();
    let ties = dice.chance(40);
    let mut e = Array2::from_shape_simple_fn((frames, 3), || match dice.below(16) {
        0 => -0.0,
        1 => f32::INFINITY,
        _ if ties => dice.below(3) as f32,
        _ => dice.below(1 << 20) as f32 / 1e5 - 3.0,
    });
    match dice.below(8) {
        0 if frames > 0 => e.row_mut(frames / 2).mapv_inplace(|x| x + 1e20),
        1 if frames > 0 => e.row_mut(frames / 2).fill(f32::INFINITY),
        _ => {}
    }
    (target, e)
}

#[test]
fn best_paths_of_targets_are_those_of_their_graphs() {
    let (mut possible, mut impossible) = (0, 0);
    for seed in 0..800 {
        let (target, e) = case(seed, 24);
        let t = Topology::ctc(&target, 3, 3).unwrap();
        let e = Emissions::new(e.view()).unwrap();
        let (found, expected) = (best_path(&e, &t).unwrap(), best_path(&e, &as_graph(&t)).unwrap());
        assert_eq!(found, expected, "{target:?} over {e:?}");
        let sums = [t.clone(), as_graph(&t)].map(|t| free_energy(&e, &t, Beta::Infinite).unwrap().to_bits());
        assert_eq!(sums[0], sums[1]);
        possible += usize::from(found.is_some());
        impossible += usize::from(found.is_none());
    }
    assert!(possible > 300 && impossible > 100, "{possible} {impossible}");
}

#[test]
fn best_paths_of_targets_are_the_least_of_all_labellings() {
    for seed in 0..600 {
        let (target, e) = case(seed, 8);
        let frames = e.nrows();
        let collapses = |labels: &[Label]| {
            let mut kept = labels.to_vec();
            kept.dedup();
            kept.retain(|&l| l != 3);
            kept == target
        };
        let labelling = |mut code: usize| -> Vec<Label> {
            let next = |_| {
                code /= 3;
                code as Label % 3 + 1
            };
            (0..frames).map(next).collect()
        };
        let energy = |l: &[Label]| l.iter().zip(e.rows()).map(|(&l, row)| f64::from(row[l as usize - 1])).sum::<f64>();
        let all = (0..3_usize.pow(frames as u32 + 1)).step_by(3).map(labelling);
        let least = oracle::free_energy(all.filter(|l| collapses(l)).map(|l| energy(&l)), f64::INFINITY);
        let t = Topology::ctc(&target, 3, 3).unwrap();
        let found = best_path(&Emissions::new(e.view()).unwrap(), &t).unwrap();
        assert_eq!(found.as_ref().map_or(f64::INFINITY, |f| f.energy), least, "{target:?} over {e:?}");
        assert!(found.is_none_or(|f| f.output == target && f.steps.len() == frames));
    }
}

#[test]
fn a_beam_says_how_much_it_may_have_lost() {
    let (mut sure, mut lost) = (0, 0);
    for seed in 0..800 {
        let (target, e) = case(seed, 40);
        let t = Topology::ctc(&target, 3, 3).unwrap();
        let e = Emissions::new(e.view()).unwrap();
        let best = best_path(&e, &t).unwrap().map_or(f64::INFINITY, |p| p.energy);
        let beam =
            Beam { energy: [0.0, 2.0, 9.0][seed as usize % 3], states: [4, 9, usize::MAX][seed as usize / 3 % 3] };
        let found = best_path_in_beam(&e, &t, beam).unwrap();
        let energy = found.path.as_ref().map_or(f64::INFINITY, |p| p.energy);
        let digits = 1e-9 * (1.0 + best.abs());
        assert!(best <= energy + digits, "{best} {energy}");
        let bound = if energy < f64::INFINITY { energy - found.lost_at_most } else { f64::NEG_INFINITY };
        assert!(found.is_best() || bound <= best + digits, "{bound} {best}");
        if found.is_best() {
            assert!(energy == best || energy - best <= digits, "{energy} {best}");
            sure += 1;
        }
        lost += usize::from(energy > best);
        let all = Beam { energy: f64::INFINITY, states: usize::MAX };
        let found = best_path_in_beam(&e, &t, all).unwrap();
        assert!(found.is_best() && found.path == best_path(&e, &t).unwrap());
        // A topology that is no target is searched exactly.
        let found = best_path_in_beam(&e, &as_graph(&t), beam).unwrap();
        assert!(found.is_best() && found.path.map_or(f64::INFINITY, |p| p.energy) == best);
    }
    assert!(sure > 200 && lost > 20, "{sure} {lost}");
    let (_, e) = case(1, 24);
    let e = Emissions::new(e.view()).unwrap();
    for energy in [-1.0, f64::NAN] {
        let found = best_path_in_beam(&e, &Topology::any(3).unwrap(), Beam { energy, states: 8 });
        assert!(matches!(found, Err(TrellisError::Beam { .. })));
    }
}

#[test]
fn a_path_far_behind_half_way_that_wins_in_the_end_is_found_in_200_000_frames() {
    // The first label costs 1,000 in the first half and 10,000 in the second, blanks little: half-way, the path that has
    // read it is 1,000 behind the one that has not.
    let frames = 200_000;
    let e = Array2::from_shape_fn((frames, 3), |(t, c)| match (c, t < frames / 2) {
        (0, true) => 1_000.0,
        (0, false) => 10_000.0,
        (1, _) => ((t * 7) % 13) as f32 / 3.0 + 0.3,
        _ => ((t * 5) % 11) as f32 / 7.0,
    });
    let t = Topology::ctc(&[1, 2], 3, 3).unwrap();
    let from_either_end = [(e.view(), t), (e.slice(s![..;-1, ..]), Topology::ctc(&[2, 1], 3, 3).unwrap())];
    for (e, t) in from_either_end {
        let e = Emissions::new(e).unwrap();
        let found = best_path(&e, &t).unwrap().unwrap();
        let expected = best_path(&e, &as_graph(&t)).unwrap().unwrap();
        assert!((found.energy - expected.energy).abs() <= 1e-6 * expected.energy);
        assert_eq!(found, expected);
        let reads_first = found.steps.iter().filter(|s| t.graph().all_arcs()[s.arc as usize].ilabel == 1).count();
        assert_eq!(reads_first, 1);
        // A beam of 100 sees only the other one, and knows that it may have lost some 9,000.
        let beam = best_path_in_beam(&e, &t, Beam { energy: 100.0, states: 8 }).unwrap();
        let energy = beam.path.map_or(f64::INFINITY, |p| p.energy);
        assert!(energy == found.energy || energy - found.energy <= beam.lost_at_most, "{energy}");
    }
}

/// Frames × classes of energies for labels that lie in them for one to three frames each, blanks between: noise, on what is
/// right from 0 up to half of `loud`, mostly little, on all else up to `loud`, mostly much. The last class is the blank.
fn hidden(frames: usize, classes: usize, labels: usize, loud: f32, seed: u64) -> (Vec<Label>, Array2<f32>) {
    let mut dice = Dice(seed);
    let target: Vec<Label> = (0..labels).map(|_| dice.below(classes as u32 - 1) + 1).collect();
    let mut right = Vec::with_capacity(frames);
    for (k, &label) in target.iter().enumerate() {
        // Where this label should be over.
        let until = (k + 1) * frames / labels;
        let long = (1 + dice.below(3) as usize).min(until.saturating_sub(right.len() + 1)).max(1);
        right.extend(std::iter::repeat_n(label as usize - 1, long));
        let pause = until.saturating_sub(right.len()).max(1);
        right.extend(std::iter::repeat_n(classes - 1, pause - dice.below(pause as u32) as usize));
    }
    right.resize(frames, classes - 1);
    let mut noise = 1_u64;
    let e = Array2::from_shape_fn((frames, classes), |(t, c)| {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let x = (noise >> 40) as f32 / (1 << 24) as f32;
        loud * if right[t] == c { 0.5 * x * x } else { 1.0 - x * x }
    });
    (target, e)
}

#[test]
fn near_the_best_path_is_nearly_everything() {
    let (target, e) = hidden(400, 12, 50, 6.0, 3);
    let t = Topology::ctc(&target, 12, 12).unwrap();
    let e = Emissions::new(e.view()).unwrap();
    let placed =
        |near| align(&e, &t, &AlignOptions { between: vec![12], near, ..AlignOptions::default() }).unwrap().unwrap();
    let all = placed(None);
    assert_eq!(all.edge, 0.0);
    assert_eq!(placed(Some(usize::MAX)), all);
    let mut last = f64::INFINITY;
    for (near, close) in [(0, 1.0), (2, 0.95), (10, 0.2), (40, 1e-9)] {
        let some = placed(Some(near));
        assert_eq!(some.path, all.path);
        // Fewer alignments, higher free energy; the share left out is known here.
        assert!(some.free_energy >= all.free_energy - 1e-9 && some.free_energy <= last + 1e-9);
        last = some.free_energy;
        let outside = 1.0 - (all.free_energy - some.free_energy).exp();
        assert!(outside <= close, "{near}: {outside}");
        assert!((0.0..=1.0 + 1e-9).contains(&some.edge) && (near < 40 || some.edge < 1e-9), "{}", some.edge);
        assert!(near != 2 || some.edge > 1e-3, "{}", some.edge);
        for (a, b) in all.segments.iter().zip(&some.segments) {
            assert_eq!((a.label, &a.frames), (b.label, &b.frames));
            assert!((a.posterior - b.posterior).abs() <= outside + 1e-9, "{near}: {} {}", a.posterior, b.posterior);
            assert!(outside > 1e-9 || (a.starts, a.ends) == (b.starts, b.ends));
        }
    }
    // From two states on, widened as often as it takes: no share at the edge can be below 0, so that in the end all are looked at.
    let widened = |edge| {
        let options = AlignOptions { between: vec![12], near: Some(2), edge, ..AlignOptions::default() };
        align(&e, &t, &options).unwrap().unwrap()
    };
    assert_eq!(widened(1.0), placed(Some(2)));
    let enough = widened(1e-9);
    assert!(enough.edge > 0.0 && enough.edge <= 1e-9 && (enough.free_energy - all.free_energy).abs() < 1e-6);
    assert_eq!(widened(-1.0), all);
    // A beam that is wide enough changes nothing else.
    let beam = Some(Beam { energy: 1e3, states: 90 });
    let options = AlignOptions { between: vec![12], near: Some(40), beam, ..AlignOptions::default() };
    let in_beam = align(&e, &t, &options).unwrap().unwrap();
    assert_eq!((&in_beam.path, &in_beam.segments), (&all.path, &placed(Some(40)).segments));
    // Near the best path alone there is nothing else.
    let alone = placed(Some(0));
    assert!((alone.free_energy - alone.path.energy).abs() < 1e-9 * alone.path.energy);
}

/// Highest resident memory of this process so far, in MiB.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}

/// An hour in frames of 10 ms, its 50,000 labels known:
///
///     cargo test --release --no-default-features --test trellis_align -- --ignored --exact --nocapture an_hour
#[test]
#[ignore = "some minutes; to be run alone, since it measures its memory"]
fn an_hour() {
    let (frames, classes, labels) = (360_000, 60, 50_000);
    let (target, e) = hidden(frames, classes, labels, 12.0, 1);
    let e = Emissions::new(e.view()).unwrap();
    let timed = |what: &str, start: Instant| {
        let seconds = start.elapsed().as_secs_f64();
        println!("{what}: {seconds:.2} s, peak memory so far {:.0} MiB", peak().unwrap_or(f64::NAN));
        seconds
    };
    println!("input: peak memory {:.0} MiB", peak().unwrap_or(f64::NAN));
    let start = Instant::now();
    let t = Topology::ctc(&target, classes as Label, classes).unwrap();
    timed("topology", start);
    let start = Instant::now();
    let beam = best_path_in_beam(&e, &t, Beam { energy: 300.0, states: 4_000 }).unwrap();
    let in_beam = timed("beam of 300 nats", start);
    let start = Instant::now();
    let best = best_path(&e, &t).unwrap().unwrap();
    let exact = timed("exact", start);
    println!("energy {:.6}, lost by the beam at most {:.1}", best.energy, beam.lost_at_most);
    assert!(best.output == target && beam.path.is_some_and(|p| p == best));
    assert!(exact < 120.0 && in_beam < 0.1 * exact);
    let start = Instant::now();
    let beam = Some(Beam { energy: 300.0, states: 4_000 });
    let options = AlignOptions { between: vec![classes as Label], near: Some(64), beam, ..AlignOptions::default() };
    let placed = align(&e, &t, &options).unwrap().unwrap();
    timed("beam, with intervals of all boundaries", start);
    println!("share at the edge {:.1e}, free energy {:.6}", placed.edge, placed.free_energy);
    assert!(placed.segments.len() == labels && placed.edge < 1e-3);
    assert!(peak().is_none_or(|mib| mib < 1024.0));
}
