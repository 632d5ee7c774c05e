use ndarray::Array2;

use super::*;
use crate::graph::Label;
use crate::paths::Beta;
use crate::semiring::Energy;
use crate::trellis::backward::Backward;
use crate::trellis::best_path::{best_of, through};
use crate::trellis::{Alignment, Beam, Topology, TrellisError, Unit, best_path, best_path_in_beam};

/// Numbers that are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// Energies of many kinds: ties, impossible classes, −0.0, subnormals, offsets and magnitudes far apart.
fn energies(dice: &mut Dice, frames: usize, classes: usize) -> Array2<f32> {
    let kind = dice.below(5);
    let mut e = Array2::from_shape_simple_fn((frames, classes), || match (dice.below(14), kind) {
        (0, _) => -0.0,
        (1, 0..4) => f32::INFINITY,
        (2, _) => f32::MIN_POSITIVE / 4.0,
        (_, 0) => dice.below(3) as f32,
        (_, 1) => dice.below(512) as f32 / 64.0 - 3.0,
        (_, 2) => dice.below(1000) as f32 * 10.0_f32.powi(dice.below(40) as i32 - 20),
        _ => dice.below(1 << 20) as f32 / 1.7e5,
    });
    match dice.below(6) {
        0 if frames > 0 => e.row_mut(frames / 2).mapv_inplace(|x| x + 1e20),
        1 if frames > 2 => e.row_mut(1).fill(f32::INFINITY),
        _ => {}
    }
    e
}

fn target(dice: &mut Dice, longest: u64, labels: u64) -> Vec<Label> {
    (0..dice.below(longest + 1)).map(|_| dice.below(labels) as Label + 1).collect()
}

/// The best path by the general kernel.
fn state_by_state(e: &Emissions<'_>, topology: &Topology) -> Result<Option<Alignment>, TrellisError> {
    Ok(best_of(&mut Backward::new(*e, topology, Beta::Infinite)?))
}

#[test]
fn the_best_path_is_the_general_one_to_the_last_bit_whatever_is_kept() {
    let (mut possible, mut impossible) = (0, 0);
    for seed in 0..1_500 {
        let mut dice = Dice(seed);
        let frames = dice.below(15) as usize;
        let labels = 1 + dice.below(3);
        let t = target(&mut dice, 6, labels);
        let e = energies(&mut dice, frames, 4);
        let topology = Topology::ctc(&t, 4, 4).unwrap();
        let e = Emissions::new(e.view()).unwrap();
        let expected = state_by_state(&e, &topology).unwrap();
        let found = best_path(&e, &topology).unwrap();
        assert_eq!(found, expected, "{t:?} over {e:?}");
        for stride in [1, 2, 3, 7, 20] {
            let mut sweep = Sweep::with_stride(stride, e, topology.target().unwrap(), Width::ALL);
            let general = Backward::new(e, &topology, Beta::Infinite).unwrap();
            assert_eq!(sweep.above.to_bits(), general.above().to_bits());
            assert_eq!(sweep.left_out, f64::INFINITY);
            assert_eq!(through(&e, &topology, &mut sweep), expected, "{t:?} over {e:?}, stride {stride}");
        }
        possible += usize::from(expected.is_some());
        impossible += usize::from(expected.is_none());
    }
    assert!(possible > 500 && impossible > 200, "{possible} {impossible}");
}

/// Units of few frames, some of which may be left out, with energies that tie and some below 0.
fn units(dice: &mut Dice, most: u64, labels: u64) -> Vec<Unit> {
    let energy = |x: f32| Energy::new(x).unwrap();
    let optional = dice.below(3) * 50;
    (0..dice.below(most + 1))
        .map(|k| Unit {
            least: dice.below(4) as usize,
            stay: [Energy::FREE, Energy::IMPOSSIBLE, energy(0.3), energy(-1.0)][dice.below(4) as usize],
            skip: match dice.below(100) < optional {
                true => [Energy::FREE, energy(1.0), energy(0.3), energy(-2.0)][dice.below(4) as usize],
                false => Energy::IMPOSSIBLE,
            },
            ..Unit::new(dice.below(labels) as Label + 1, k as Label)
        })
        .collect()
}

#[test]
fn chains_are_the_general_ones_whatever_is_kept_and_left_out() {
    let (mut possible, mut impossible, mut left_out) = (0, 0, 0);
    for seed in 0..3_000 {
        let mut dice = Dice(seed ^ 0xC4A1);
        let frames = dice.below(15) as usize;
        let e = energies(&mut dice, frames, 4);
        let units = units(&mut dice, 6, 4);
        let topology = Topology::left_to_right(&units).unwrap();
        let e = Emissions::new(e.view()).unwrap();
        let expected = state_by_state(&e, &topology).unwrap();
        for stride in [1, 2, 3, 7, 20] {
            let mut sweep = Sweep::with_stride(stride, e, topology.target().unwrap(), Width::ALL);
            let general = Backward::new(e, &topology, Beta::Infinite).unwrap();
            assert_eq!(sweep.above.to_bits(), general.above().to_bits(), "{units:?} over {e:?}");
            assert_eq!(through(&e, &topology, &mut sweep), expected, "{units:?} over {e:?}, stride {stride}");
        }
        possible += usize::from(expected.is_some());
        impossible += usize::from(expected.is_none());
        let silent = |p: &Alignment| p.steps.iter().any(|s| s.frame.is_none());
        left_out += usize::from(expected.as_ref().is_some_and(silent));
    }
    assert!(possible > 600 && impossible > 600 && left_out > 300, "{possible} {impossible} {left_out}");
}

#[test]
fn long_chains_of_many_classes_with_pauses_between_are_the_general_ones() {
    for (seed, words, classes, frames) in [(1, 600, 30, 1_600), (2, 550, 400, 1_400), (3, 900, 3, 1_000)] {
        let mut dice = Dice(seed);
        let pause = Unit { skip: Energy::new(0.5).unwrap(), least: 2, ..Unit::new(1, 0) };
        let word = |dice: &mut Dice| Unit::new(dice.below(classes) as Label + 1, 1);
        let units: Vec<Unit> = (0..words).flat_map(|_| [word(&mut dice), pause]).collect();
        let e = energies(&mut Dice(8), frames, classes as usize).mapv(|x| if x < 1e6 { x } else { 7.0 });
        let topology = Topology::left_to_right(&units).unwrap();
        let e = Emissions::new(e.view()).unwrap();
        let found = best_path(&e, &topology).unwrap();
        assert!(found.is_some());
        assert_eq!(found, state_by_state(&e, &topology).unwrap());
    }
}

#[test]
fn long_chains_of_phones_whose_middle_may_be_left_out_are_the_general_ones() {
    for (seed, phones, frames) in [(1, 400, 1_100), (2, 350, 800), (3, 500, 1_300)] {
        let mut dice = Dice(seed);
        let energy = |x: f32| Energy::new(x).unwrap();
        let (brief, skips) = (Energy::IMPOSSIBLE, [Energy::FREE, energy(0.5), energy(-0.5)]);
        let mut units = Vec::new();
        for k in 0..phones {
            let (first, skip) = (dice.below(20) as Label + 2, skips[dice.below(3) as usize]);
            let unit = |at: Label, stay, skip| Unit { stay, skip, ..Unit::new(first + at, k * (1 - at.min(1))) };
            units.extend([unit(0, brief, brief), unit(1, Energy::FREE, skip), unit(2, brief, brief)]);
            if dice.below(3) == 0 {
                units.push(Unit { least: 3, skip: energy(-0.25), ..Unit::new(1, 0) });
            }
        }
        let e = energies(&mut Dice(9 + seed), frames, 24).mapv(|x| if x < 1e6 { x } else { 7.0 });
        let topology = Topology::left_to_right(&units).unwrap();
        let e = Emissions::new(e.view()).unwrap();
        let found = best_path(&e, &topology).unwrap();
        assert!(found.is_some());
        assert_eq!(found, state_by_state(&e, &topology).unwrap());
    }
}

#[test]
fn units_that_may_be_left_out_are_searched_exactly_whatever_the_beam() {
    for seed in 0..1_500 {
        let mut dice = Dice(seed ^ 0xBEA4);
        let frames = dice.below(12) as usize;
        let units = units(&mut dice, 12, 3);
        let e = energies(&mut dice, frames, 3);
        let e = Emissions::new(e.view()).unwrap();
        let topology = Topology::left_to_right(&units).unwrap();
        let exact = units.iter().any(|u| u.skip != Energy::IMPOSSIBLE || u.stay.wide() < 0.0);
        let beam = Beam { energy: [0.0, 1.0, 4.0][dice.below(3) as usize], states: [1, 2, 9][dice.below(3) as usize] };
        let found = best_path_in_beam(&e, &topology, beam).unwrap();
        if exact {
            assert!(found.is_best());
            assert_eq!(found.path, state_by_state(&e, &topology).unwrap());
        }
    }
}

#[test]
fn targets_longer_than_a_chunk_and_of_many_classes_are_the_general_ones() {
    for (seed, labels, classes, frames) in [(1, 1_100, 30, 1_600), (2, 1_030, 400, 1_300), (3, 600, 3, 1_000)] {
        let mut dice = Dice(seed);
        let t: Vec<Label> = (0..labels).map(|_| dice.below(classes - 1) as Label + 1).collect();
        let e = energies(&mut Dice(8), frames, classes as usize).mapv(|x| if x < 1e6 { x } else { 7.0 });
        let topology = Topology::ctc(&t, classes as Label, classes as usize).unwrap();
        let e = Emissions::new(e.view()).unwrap();
        let found = best_path(&e, &topology).unwrap();
        assert!(found.is_some());
        assert_eq!(found, state_by_state(&e, &topology).unwrap());
    }
}

#[test]
fn a_beam_that_is_wide_enough_loses_nothing_and_no_beam_lies() {
    let (mut exact, mut worse) = (0, 0);
    for seed in 0..1_500 {
        let mut dice = Dice(seed ^ 0x5EED);
        let frames = 8 + dice.below(40) as usize;
        let labels = 1 + dice.below(3);
        let t = target(&mut dice, 12, labels);
        let e = energies(&mut dice, frames, 4);
        let topology = Topology::ctc(&t, 4, 4).unwrap();
        let e = Emissions::new(e.view()).unwrap();
        let target = topology.target().unwrap();
        let best = Sweep::new(e, target, Width::ALL);
        let width = Width {
            energy: [0.0, 1.0, 4.0, f64::INFINITY][dice.below(4) as usize],
            pairs: [1, 2, 4, usize::MAX][dice.below(4) as usize],
        };
        let mut beam = Sweep::new(e, target, width);
        // No path that was left out is lower than the bound.
        assert!(best.above >= beam.above.min(beam.left_out), "{} {} {}", best.above, beam.above, beam.left_out);
        assert!(best.above <= beam.above);
        if beam.above <= beam.left_out {
            exact += 1;
            assert_eq!(best.above, beam.above);
        }
        worse += usize::from(best.above < beam.above);
        // The path found has the energy that was said.
        let energy = |p: &crate::trellis::Alignment| p.energy;
        let found = through(&e, &topology, &mut beam);
        assert_eq!(found.is_some(), beam.above < f64::INFINITY);
        if let Some(found) = &found {
            let general = energy(&state_by_state(&e, &topology).unwrap().unwrap());
            assert!(energy(found) >= general - 1e-9 * general.abs());
            let total = beam.above + beam.frame.least.iter().sum::<f64>();
            assert!((energy(found) - total).abs() <= 1e-9 * (1.0 + total.abs()));
        }
        let wide = Width { energy: f64::INFINITY, pairs: t.len() + 1 };
        let mut wide = Sweep::new(e, target, wide);
        assert_eq!((wide.above, wide.left_out), (best.above, f64::INFINITY));
        assert_eq!(through(&e, &topology, &mut wide), best_path(&e, &topology).unwrap());
    }
    assert!(exact > 300 && worse > 100, "{exact} {worse}");
}
