//! Topologies against enumeration of every labelling of the frames, said in words of their own.

#[path = "trellis_graphs/mod.rs"]
mod cases;
#[path = "paths_graphs/mod.rs"]
mod graphs;

use cases::{close, labellings, random_emissions};
use energraph::trellis::{
    ContrastError, CtcSlack, Emissions, Topology, Transitions, TrellisError, asg_loss, asg_losses, best_path,
    free_energy,
};
use energraph::{Beta, Energy, Label, oracle};
use graphs::Dice;
use ndarray::{Array2, array, s};

const BLANK: Label = 3;

fn emissions(e: &Array2<f32>) -> Emissions<'_> {
    Emissions::new(e.view()).unwrap()
}

fn own_energy(e: &Array2<f32>, labels: &[Label]) -> f64 {
    labels.iter().zip(e.rows()).map(|(&l, row)| f64::from(row[l as usize - 1])).sum()
}

fn random_target(dice: &mut Dice, labels: u32, longest: u32) -> Vec<Label> {
    let n = dice.below(longest + 1);
    (0..n).map(|_| dice.below(labels) + 1).collect()
}

/// A topology has the free energies of a list of alignments, and its best path is the least of them.
#[track_caller]
fn assert_same(e: &Array2<f32>, t: &Topology, all: &[f64]) {
    for beta in [1.0, 0.3, 1e-300, 1e300, f64::INFINITY] {
        let b = Beta::finite(beta).unwrap_or(Beta::Infinite);
        let found = free_energy(&emissions(e), t, b).unwrap();
        let expected = oracle::free_energy(all.iter().copied(), beta);
        // Where the entropy outweighs all energies, they leave no digit in the sum.
        let same = close(found, expected.max(f64::MIN));
        assert!(same, "β = {beta}: {found} {expected}");
    }
    let least = oracle::free_energy(all.iter().copied(), f64::INFINITY);
    let best = best_path(&emissions(e), t).unwrap();
    assert!(close(best.map_or(f64::INFINITY, |b| b.energy), least));
}

fn random_transitions(dice: &mut Dice, classes: usize) -> Array2<f32> {
    Array2::from_shape_simple_fn((classes, classes), || match dice.below(10) {
        0 => f32::INFINITY,
        1 => -0.0,
        _ => dice.below(256) as f32 / 64.0 - 1.0,
    })
}

fn chain(transitions: &Array2<f32>) -> Transitions<'_> {
    Transitions::new(transitions.view()).unwrap()
}

fn with_transitions(e: &Array2<f32>, transitions: &Array2<f32>, labels: &[Label]) -> f64 {
    let between = labels.windows(2).map(|w| f64::from(transitions[[w[0] as usize - 1, w[1] as usize - 1]]));
    own_energy(e, labels) + between.sum::<f64>()
}

#[test]
fn letters_that_last_are_every_labelling_that_says_the_target() {
    let mut possible = 0;
    for seed in 0..400 {
        let mut dice = Dice(seed);
        let (frames, ties) = (dice.below(6) as usize, dice.chance(30));
        let e = random_emissions(&mut dice, frames, 3, ties);
        let transitions = random_transitions(&mut dice, 3);
        let mut target = random_target(&mut dice, 3, 4);
        target.dedup();
        let said = |l: &Vec<Label>| {
            let mut kept = l.clone();
            kept.dedup();
            kept == target
        };
        let all: Vec<f64> =
            labellings(frames, 3).filter(said).map(|l| with_transitions(&e, &transitions, &l)).collect();
        assert_same(&e, &Topology::asg(&target, &chain(&transitions)).unwrap(), &all);
        possible += usize::from(all.iter().any(|e| e.is_finite()));
    }
    assert!(possible > 100, "{possible}");
}

#[test]
fn the_loss_of_letters_is_that_of_all_labellings_and_its_gradient_finite_differences() {
    let (mut losses, mut impossible) = (0, 0);
    for seed in 0..300 {
        let mut dice = Dice(seed ^ 0xA5);
        let frames = dice.below(5) as usize;
        let e = Array2::from_shape_simple_fn((frames, 3), || dice.below(256) as f32 / 64.0 - 1.0);
        // Between classes, and in the last two rows those of the ends.
        let transitions = Array2::from_shape_simple_fn((5, 3), || dice.below(256) as f32 / 64.0 - 1.0);
        let mut target = random_target(&mut dice, 3, 3);
        target.dedup();
        let value = |x: &[f64]| {
            let (own, between) = x.split_at(3 * frames);
            let of = |x: &[f64]| x.iter().map(|&x| x as f32).collect();
            let e = Array2::from_shape_vec((frames, 3), of(own)).unwrap();
            let transitions = Array2::from_shape_vec((5, 3), of(between)).unwrap();
            let end = |row: usize, l: Option<&Label>| l.map_or(0.0, |&l| f64::from(transitions[[row, l as usize - 1]]));
            let energy = |l: &Vec<Label>| with_transitions(&e, &transitions, l) + end(3, l.first()) + end(4, l.last());
            let said = |l: &Vec<Label>| {
                let mut kept = l.clone();
                kept.dedup();
                kept == target
            };
            let right = oracle::free_energy(labellings(frames, 3).filter(said).map(|l| energy(&l)), 1.0);
            right - oracle::free_energy(labellings(frames, 3).map(|l| energy(&l)), 1.0)
        };
        let x: Vec<f64> = e.iter().chain(&transitions).map(|&x| f64::from(x)).collect();
        let between = Transitions::new(transitions.slice(s![..3, ..])).unwrap();
        let with_ends = between.with_first(transitions.row(3)).unwrap().with_last(transitions.row(4)).unwrap();
        let found = asg_loss(&emissions(&e), &target, &with_ends);
        if value(&x) == f64::INFINITY {
            assert_eq!(found, Err(ContrastError::Right));
            impossible += 1;
            continue;
        }
        let found = found.unwrap();
        assert!(close(found.value, value(&x)) && found.value >= -1e-12, "{} {}", found.value, value(&x));
        let slopes = oracle::finite_differences(value, &x, 1.0 / 256.0);
        let of_chain = &found.transitions;
        let of_chain = of_chain.between.iter().chain(&of_chain.first).chain(&of_chain.last).copied();
        let gradient = found.emissions.iter().map(|&g| f64::from(g)).chain(of_chain);
        for (f, s) in gradient.zip(slopes) {
            assert!((f - s).abs() < 1e-4, "{f} {s}");
        }
        losses += 1;
    }
    assert!(losses > 100 && impossible > 50, "{losses} {impossible}");
}

#[test]
fn a_batch_of_letters_is_each_item_alone_at_any_number_of_threads() {
    let mut dice = Dice(4);
    let transitions = random_transitions(&mut dice, 3);
    let matrices: Vec<Array2<f32>> = (0..9).map(|n| random_emissions(&mut dice, n, 3, false)).collect();
    let targets: [&[Label]; 3] = [&[1, 2], &[3], &[2, 1, 2]];
    let batch: Vec<_> = matrices.iter().zip(targets.iter().cycle()).map(|(e, t)| (emissions(e), *t)).collect();
    let in_pool = |n| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        pool.install(|| asg_losses(&batch, &chain(&transitions)))
    };
    let alone: Vec<_> = batch.iter().map(|(e, t)| asg_loss(e, t, &chain(&transitions))).collect();
    assert!(in_pool(1) == alone && in_pool(3) == alone && alone.iter().any(|l| l.is_ok()));
}

/// What a labelling costs beyond its frames where each label of the target is found as early as it can; `None` where one is
/// not found.
fn star_cost(labels: &[Label], target: &[Label], star: f64) -> Option<f64> {
    let (mut found, mut cost, mut last) = (0, 0.0, None);
    for &l in labels {
        if l == BLANK {
            last = None;
        } else if last == Some(l) {
            // The label just read goes on.
        } else if target.get(found) == Some(&l) {
            found += 1;
            last = Some(l);
        } else {
            cost += star;
            last = None;
        }
    }
    (found == target.len()).then_some(cost)
}

#[test]
fn a_star_lets_in_every_labelling_that_contains_the_target() {
    let mut possible = 0;
    for seed in 0..400 {
        let mut dice = Dice(seed ^ 0x57A8);
        let (frames, ties) = (dice.below(6) as usize, dice.chance(30));
        let e = random_emissions(&mut dice, frames, 4, ties);
        let target: Vec<Label> =
            random_target(&mut dice, 3, 3).iter().map(|&l| if l == BLANK { 4 } else { l }).collect();
        let star = [0.75, -0.5, 0.0][dice.below(3) as usize];
        let slack = CtcSlack { star: Energy::new(star).unwrap(), ..CtcSlack::default() };
        let of = |l: Vec<Label>| Some(own_energy(&e, &l) + star_cost(&l, &target, f64::from(star))?);
        let all: Vec<f64> = labellings(frames, 4).filter_map(of).collect();
        let t = Topology::ctc_partial(&target, BLANK, 4, &slack).unwrap();
        assert_same(&e, &t, &all);
        let best = best_path(&emissions(&e), &t).unwrap();
        possible += usize::from(best.is_some_and(|b| b.output == target));
    }
    assert!(possible > 200, "{possible}");
}

#[test]
fn skips_leave_out_every_choice_of_labels_not_too_many_in_a_row() {
    let mut possible = 0;
    for seed in 0..400 {
        let mut dice = Dice(seed ^ 0x5C1F);
        let (frames, ties) = (dice.below(6) as usize, dice.chance(30));
        let e = random_emissions(&mut dice, frames, 3, ties);
        let target = random_target(&mut dice, 2, 5);
        let most_skipped = dice.below(4) as usize;
        let slack = CtcSlack { skip: Energy::new(0.625).unwrap(), most_skipped, ..CtcSlack::default() };
        let mut all = Vec::new();
        for kept in 0..1_u32 << target.len() {
            let is_kept = |k: &usize| kept >> k & 1 == 1;
            let row = |k: usize| (k..target.len()).take_while(|i| !is_kept(i)).count();
            if (0..target.len()).any(|k| row(k) > most_skipped) {
                continue;
            }
            let left: Vec<Label> = (0..target.len()).filter(is_kept).map(|k| target[k]).collect();
            let says = |l: &Vec<Label>| {
                let mut said = l.clone();
                said.dedup();
                said.retain(|&k| k != BLANK);
                said == left
            };
            let skipped = 0.625 * (target.len() - left.len()) as f64;
            all.extend(labellings(frames, 3).filter(says).map(|l| own_energy(&e, &l) + skipped));
        }
        assert_same(&e, &Topology::ctc_partial(&target, BLANK, 3, &slack).unwrap(), &all);
        possible += usize::from(!all.is_empty());
    }
    assert!(possible > 200, "{possible}");
}

/// Frames, the target, and in what they may differ.
struct Partial<'a> {
    e: &'a Array2<f32>,
    target: &'a [Label],
    slack: CtcSlack,
}

impl Partial<'_> {
    /// Every way to read the frames from `t` on, `read` labels of the target behind, in the gap after the last of them or not.
    fn go(&self, t: usize, read: usize, gap: bool, energy: f64, all: &mut Vec<f64>) {
        let (n, skip, most) = (self.target.len(), self.slack.skip.wide(), self.slack.most_skipped);
        if t == self.e.nrows() {
            if n - read <= most {
                all.push(energy + if n == read { 0.0 } else { skip * (n - read) as f64 });
            }
            return;
        }
        let last = (read > 0 && !gap).then(|| self.target[read - 1]);
        for class in 1..=self.e.ncols() as Label {
            let energy = energy + f64::from(self.e[[t, class as usize - 1]]);
            if class == BLANK {
                self.go(t + 1, read, true, energy, all);
                continue;
            }
            if last == Some(class) {
                self.go(t + 1, read, false, energy, all);
            } else if self.target.get(read) != Some(&class) {
                self.go(t + 1, read, true, energy + self.slack.star.wide(), all);
            }
            for next in read..n.min(read + most + 1) {
                if self.target[next] == class && last != Some(class) {
                    let left_out = if next == read { 0.0 } else { skip * (next - read) as f64 };
                    self.go(t + 1, next + 1, false, energy + left_out, all);
                }
            }
        }
    }
}

#[test]
fn stars_and_skips_go_together_and_without_either_the_target_is_as_ever() {
    for seed in 0..300 {
        let mut dice = Dice(seed ^ 0xB07);
        let (frames, ties) = (dice.below(6) as usize, dice.chance(30));
        let e = random_emissions(&mut dice, frames, 3, ties);
        let target = random_target(&mut dice, 2, 4);
        let energy = |dice: &mut Dice| Energy::new(dice.below(64) as f32 / 16.0).unwrap();
        let (star, skip) = (energy(&mut dice), energy(&mut dice));
        let slack = CtcSlack { star, skip, most_skipped: dice.below(3) as usize };
        let mut all = Vec::new();
        Partial { e: &e, target: &target, slack }.go(0, 0, false, 0.0, &mut all);
        assert_same(&e, &Topology::ctc_partial(&target, BLANK, 3, &slack).unwrap(), &all);

        let plain = Topology::ctc_partial(&target, BLANK, 3, &CtcSlack::default()).unwrap();
        let ctc = Topology::ctc(&target, BLANK, 3).unwrap();
        for beta in [Beta::ONE, Beta::Infinite] {
            let of = |t: &Topology| free_energy(&emissions(&e), t, beta).unwrap();
            assert!(close(of(&plain), of(&ctc)));
        }
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let free = Array2::<f32>::zeros((2, 2));
    let asg = |target: &[Label], t: &Array2<f32>| Topology::asg(target, &Transitions::new(t.view())?).map(drop);
    assert!(matches!(asg(&[1, 2, 2], &free), Err(TrellisError::Repeated { position: 2, label: 2 })));
    assert!(matches!(asg(&[1, 3], &free), Err(TrellisError::NoClass { position: 1, label: 3, classes: 2 })));
    assert!(matches!(asg(&[0], &free), Err(TrellisError::NoClass { position: 0, label: 0, .. })));
    assert!(matches!(asg(&[], &Array2::zeros((2, 3))), Err(TrellisError::Shape { rows: 2, columns: 3, .. })));
    assert!(matches!(asg(&[1], &array![[f32::NAN]]), Err(TrellisError::Weight(_))));
    let none = Array2::<f32>::zeros((0, 2));
    let nothing = asg_loss(&emissions(&none), &[], &chain(&free)).unwrap();
    assert!(nothing.value == 0.0 && nothing.transitions.between.sum() == 0.0);
    assert_eq!(asg_loss(&emissions(&none), &[1], &chain(&free)), Err(ContrastError::Right));
    let one = Array2::<f32>::zeros((1, 2));
    assert_eq!(asg_loss(&emissions(&one), &[], &chain(&free)), Err(ContrastError::Right));
    let narrow = Array2::<f32>::zeros((1, 1));
    let refused = asg_loss(&emissions(&narrow), &[1], &chain(&free));
    assert!(matches!(refused, Err(ContrastError::Trellis(TrellisError::Class { label: 2, classes: 1 }))));
    let slack = CtcSlack { star: Energy::FREE, ..CtcSlack::default() };
    let huge = Topology::ctc_partial(&[1], 2, usize::MAX, &slack);
    assert!(matches!(huge, Err(TrellisError::TooLarge { .. })));
    let all_skipped = CtcSlack { skip: Energy::FREE, most_skipped: usize::MAX, ..CtcSlack::default() };
    let t = Topology::ctc_partial(&[1, 1, 2], 2 + 1, 3, &all_skipped).unwrap();
    assert_eq!(free_energy(&emissions(&Array2::zeros((0, 3))), &t, Beta::Infinite).unwrap(), 0.0);
    assert!(matches!(Topology::ctc_partial(&[1], 0, 3, &slack), Err(TrellisError::Blank { .. })));
}
