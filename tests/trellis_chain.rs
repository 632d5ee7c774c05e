//! Dense linear chains against enumeration of every labelling, against the general kernels on the same chain as a
//! topology, and against finite differences.

#[path = "paths_graphs/mod.rs"]
mod graphs;

use energraph::trellis::{
    ChainPosteriors, CrfError, Emissions, Topology, Transitions, TrellisError, best_path, chain_best_path,
    chain_best_paths, chain_free_energy, chain_posteriors, chain_posteriors_batch, crf_loss, crf_losses, free_energy,
    posteriors,
};
use energraph::{Beta, Label, Site, oracle};
use graphs::Dice;
use ndarray::{Array1, Array2, array};

const BETAS: [f64; 3] = [1.0, 0.3, 4.0];
const CASES: u64 = 600;

/// A sequence and the energies of a chain, its ends among them or not.
#[derive(Clone)]
struct Case {
    e: Array2<f32>,
    between: Array2<f32>,
    first: Option<Array1<f32>>,
    last: Option<Array1<f32>>,
}

impl Case {
    fn emissions(&self) -> Emissions<'_> {
        Emissions::new(self.e.view()).unwrap()
    }

    fn transitions(&self) -> Transitions<'_> {
        let mut t = Transitions::new(self.between.view()).unwrap();
        if let Some(first) = &self.first {
            t = t.with_first(first.view()).unwrap();
        }
        if let Some(last) = &self.last {
            t = t.with_last(last.view()).unwrap();
        }
        t
    }

    /// Every labelling, in the order of its classes, with its energy.
    fn labellings(&self) -> Vec<(Vec<usize>, f64)> {
        let (frames, classes) = self.e.dim();
        if frames == 0 {
            return Vec::new();
        }
        let end = |energies: &Option<Array1<f32>>, class: usize| energies.as_ref().map_or(0.0, |e| f64::from(e[class]));
        let energy = |l: &[usize]| {
            let own: f64 = l.iter().enumerate().map(|(t, &c)| f64::from(self.e[[t, c]])).sum();
            let between: f64 = l.windows(2).map(|w| f64::from(self.between[[w[0], w[1]]])).sum();
            own + between + end(&self.first, l[0]) + end(&self.last, l[frames - 1])
        };
        let number =
            |code: usize| (0..frames as u32).rev().map(|p| code / classes.pow(p) % classes).collect::<Vec<_>>();
        (0..classes.pow(frames as u32)).map(number).map(|l| (energy(&l), l)).map(|(e, l)| (l, e)).collect()
    }
}

/// Energies with ties, impossible ones, −0.0 and, of the last two kinds, subnormals among them. Sums of the first two kinds are
/// exact.
fn energy(dice: &mut Dice, kind: u32) -> f32 {
    match dice.below(if kind == 3 { 6 } else { 24 }) {
        0 => -0.0,
        1 if kind != 2 => f32::INFINITY,
        2 if kind >= 2 => f32::MIN_POSITIVE / 4.0,
        3 if kind == 3 => 300.0 + dice.below(900) as f32,
        _ if kind == 1 => dice.below(3) as f32,
        _ => dice.below(512) as f32 / 64.0 - 3.0,
    }
}

/// Up to 5 frames and 4 classes: ordinary, with ties, all possible, and far apart.
fn cases() -> impl Iterator<Item = Case> {
    cases_of(4)
}

/// Of so many kinds.
fn cases_of(kinds: u32) -> impl Iterator<Item = Case> {
    (0..CASES).map(move |seed| {
        let mut dice = Dice(seed ^ 0xC4A1);
        let (frames, classes, kind) = (dice.below(6) as usize, 1 + dice.below(4) as usize, dice.below(kinds));
        let e = Array2::from_shape_simple_fn((frames, classes), || energy(&mut dice, kind));
        let between = Array2::from_shape_simple_fn((classes, classes), || energy(&mut dice, kind));
        let mut end = || dice.chance(60).then(|| Array1::from_shape_simple_fn(classes, || energy(&mut dice, kind)));
        Case { e, between, first: end(), last: end() }
    })
}

fn close(found: f64, expected: f64) -> bool {
    found == expected || (found - expected).abs() <= 1e-9 * (1.0 + expected.abs())
}

fn beta(b: f64) -> Beta {
    if b == f64::INFINITY { Beta::Infinite } else { Beta::finite(b).unwrap() }
}

#[test]
fn free_energies_are_those_of_all_labellings() {
    let mut possible = 0;
    for case in cases() {
        let all = case.labellings();
        for b in BETAS.into_iter().chain([f64::INFINITY]) {
            let expected = oracle::free_energy(all.iter().map(|l| l.1), b);
            let found = chain_free_energy(&case.emissions(), &case.transitions(), beta(b)).unwrap();
            assert!(close(found, expected), "{found} {expected}");
            let with_shares = chain_posteriors(&case.emissions(), &case.transitions(), beta(b)).unwrap().free_energy;
            assert!(close(with_shares, expected), "{with_shares} {expected}");
            possible += usize::from(expected < f64::INFINITY);
        }
    }
    assert!(possible > 1200, "{possible}");
}

#[test]
fn marginals_and_expected_counts_are_shares_of_all_labellings() {
    for case in cases() {
        let all = case.labellings();
        for b in BETAS {
            let total = oracle::free_energy(all.iter().map(|l| l.1), b);
            let share = |energy: f64| if energy < f64::INFINITY { (b * (total - energy)).exp() } else { 0.0 };
            let expected = |uses: &dyn Fn(&[usize]) -> usize| -> f64 {
                all.iter().map(|(l, energy)| share(*energy) * uses(l) as f64).sum()
            };
            let found = chain_posteriors(&case.emissions(), &case.transitions(), beta(b)).unwrap();
            for ((t, c), &p) in found.emissions.indexed_iter() {
                assert!((f64::from(p) - expected(&|l| usize::from(l[t] == c))).abs() < 1e-6);
            }
            for ((i, j), &count) in found.transitions.between.indexed_iter() {
                let uses = |l: &[usize]| l.windows(2).filter(|w| *w == [i, j]).count();
                assert!((count - expected(&uses)).abs() < 1e-9, "{count}");
            }
            for (c, (first, last)) in found.transitions.first.iter().zip(&found.transitions.last).enumerate() {
                assert!((first - expected(&|l| usize::from(l[0] == c))).abs() < 1e-9);
                assert!((last - expected(&|l| usize::from(l[l.len() - 1] == c))).abs() < 1e-9);
            }
        }
    }
}

#[test]
fn the_best_labelling_is_the_least_of_all_and_ties_go_to_the_lowest_class() {
    let mut ties = 0;
    for case in cases_of(2) {
        let all = case.labellings();
        let least = oracle::free_energy(all.iter().map(|l| l.1), f64::INFINITY);
        let mut best = all.iter().filter(|l| l.1 == least && least < f64::INFINITY);
        let expected = best.next();
        ties += usize::from(best.next().is_some());
        let found = chain_best_path(&case.emissions(), &case.transitions()).unwrap();
        assert_eq!(found.is_some(), expected.is_some());
        let (Some(found), Some((classes, _))) = (found, expected) else { continue };
        assert_eq!(found.labels, classes.iter().map(|&c| c as Label + 1).collect::<Vec<_>>());
        assert_eq!(found.energy, least);
        // At infinite β all of the share is that labelling's.
        let p = chain_posteriors(&case.emissions(), &case.transitions(), Beta::Infinite).unwrap();
        assert!(classes.iter().enumerate().all(|(t, &c)| p.emissions[[t, c]] == 1.0));
        assert_eq!(p.emissions.sum(), classes.len() as f32);
        assert_eq!(p.transitions.between.sum(), classes.len() as f64 - 1.0);
    }
    assert!(ties > 60, "{ties}");
}

/// The chain as a topology, through the general kernels.
fn through_topology(case: &Case, b: Beta) -> (ChainPosteriors, Option<Vec<Label>>) {
    let t = Topology::chain(&case.transitions()).unwrap();
    let p = posteriors(&case.emissions(), &t, b).unwrap();
    let classes = case.between.nrows();
    let sites = |from: usize| move |i: usize| from + i;
    let between = Array2::from_shape_fn((classes, classes), |(i, j)| p.sites.arcs[sites(classes)(i * classes + j)]);
    let first = Array1::from_shape_fn(classes, |i| p.sites.arcs[i]);
    let last = Array1::from_shape_fn(classes, |i| p.sites.get(Site::Final(i as u32 + 1)));
    let transitions = energraph::trellis::TransitionValues { between, first, last };
    let best = best_path(&case.emissions(), &t).unwrap().map(|b| b.output);
    assert!(close(p.free_energy, free_energy(&case.emissions(), &t, b).unwrap()));
    (ChainPosteriors { free_energy: p.free_energy, emissions: p.emissions, transitions }, best)
}

fn same(found: &ChainPosteriors, expected: &ChainPosteriors) {
    assert!(close(found.free_energy, expected.free_energy), "{} {}", found.free_energy, expected.free_energy);
    let near = |a: f64, b: f64| (a - b).abs() < 1e-6 * (1.0 + b.abs());
    assert!(found.emissions.iter().zip(&expected.emissions).all(|(a, b)| near(f64::from(*a), f64::from(*b))));
    let (f, e) = (&found.transitions, &expected.transitions);
    assert!(f.between.iter().zip(&e.between).all(|(a, b)| near(*a, *b)), "{} {}", f.between, e.between);
    assert!(f.first.iter().zip(&e.first).all(|(a, b)| near(*a, *b)));
    assert!(f.last.iter().zip(&e.last).all(|(a, b)| near(*a, *b)));
}

/// Random energies, all possible.
fn plain(seed: u64, frames: usize, classes: usize) -> Case {
    let mut dice = Dice(seed);
    let mut some = |n| Array1::from_shape_simple_fn(n, || dice.below(4096) as f32 / 512.0);
    let square = |a: Array1<f32>| a.into_shape_with_order((classes, classes)).unwrap();
    Case {
        e: some(frames * classes).into_shape_with_order((frames, classes)).unwrap(),
        between: square(some(classes * classes)),
        first: Some(some(classes)),
        last: Some(some(classes)),
    }
}

#[test]
fn the_chain_as_a_topology_gives_the_same_numbers() {
    for case in cases() {
        let (expected, _) = through_topology(&case, Beta::ONE);
        same(&chain_posteriors(&case.emissions(), &case.transitions(), Beta::ONE).unwrap(), &expected);
    }
    for case in cases_of(2) {
        for b in [Beta::ONE, Beta::Infinite] {
            let (expected, best) = through_topology(&case, b);
            same(&chain_posteriors(&case.emissions(), &case.transitions(), b).unwrap(), &expected);
            let found = chain_best_path(&case.emissions(), &case.transitions()).unwrap();
            assert_eq!(found.map(|f| f.labels), best);
        }
    }
    // Rows of every width: tiles of one to six groups, and several of them.
    for classes in [1, 5, 8, 9, 16, 23, 32, 40, 47, 48, 49, 65, 100] {
        let case = plain(classes as u64, 70, classes);
        let (expected, best) = through_topology(&case, Beta::ONE);
        same(&chain_posteriors(&case.emissions(), &case.transitions(), Beta::ONE).unwrap(), &expected);
        assert_eq!(chain_best_path(&case.emissions(), &case.transitions()).unwrap().map(|f| f.labels), best);
    }
}

#[test]
fn gradients_are_finite_differences() {
    for (seed, b) in [(1, 1.0), (2, 0.5), (3, 2.0)] {
        let case = plain(seed, 6, 3);
        let target: Vec<Label> = vec![1, 3, 3, 2, 1, 2];
        let with = |x: &[f64]| {
            let x: Vec<f32> = x.iter().map(|&v| v as f32).collect();
            Case {
                e: Array2::from_shape_vec((6, 3), x[..18].to_vec()).unwrap(),
                between: Array2::from_shape_vec((3, 3), x[18..27].to_vec()).unwrap(),
                first: Some(Array1::from(x[27..30].to_vec())),
                last: Some(Array1::from(x[30..].to_vec())),
            }
        };
        let ends = case.first.iter().chain(&case.last).flatten();
        let x: Vec<f64> = case.e.iter().chain(&case.between).chain(ends).map(|&v| f64::from(v)).collect();
        let value = |x: &[f64]| {
            let case = with(x);
            crf_loss(&case.emissions(), &target, &case.transitions(), beta(b)).unwrap().value
        };
        let found = crf_loss(&case.emissions(), &target, &case.transitions(), beta(b)).unwrap();
        let t = &found.transitions;
        let flat = found.emissions.iter().map(|&g| f64::from(g));
        let flat = flat.chain(t.between.iter().copied()).chain(t.first.iter().chain(&t.last).copied());
        for (f, e) in flat.zip(oracle::finite_differences(value, &x, 1.0 / 256.0)) {
            assert!((f - e).abs() < 2e-5, "{f} {e}");
        }
        // And the value is what enumeration says.
        let all = case.labellings();
        let right = all.iter().find(|(l, _)| l.iter().zip(&target).all(|(c, t)| *c as Label + 1 == *t)).unwrap().1;
        assert!(close(found.value, right - oracle::free_energy(all.iter().map(|l| l.1), b)));
    }
}

#[test]
fn a_path_a_thousand_nats_behind_half_way_that_wins_in_the_end_is_found() {
    // Two lanes, never changed: the second costs 1,000 more in the first half and 2,000 less in the second. Then, lanes
    // that may be changed at a price which no number holds.
    let frames = 2_000;
    for price in [f32::INFINITY, 5_000.0] {
        let e = Array2::from_shape_fn((frames, 2), |(t, c)| match (c, t < frames / 2) {
            (0, _) => 2.0,
            (_, true) => 3.0,
            (_, false) => 0.0,
        });
        let case = Case { e, between: array![[0.0, price], [price, 0.0]], first: None, last: None };
        for b in [Beta::ONE, Beta::Infinite] {
            assert_eq!(chain_free_energy(&case.emissions(), &case.transitions(), b).unwrap(), 3_000.0);
            let shares = chain_posteriors(&case.emissions(), &case.transitions(), b).unwrap();
            assert!(shares.emissions.column(1).iter().all(|&p| p == 1.0));
            assert_eq!(shares.transitions.between[[1, 1]], frames as f64 - 1.0);
        }
        let best = chain_best_path(&case.emissions(), &case.transitions()).unwrap().unwrap();
        assert!(best.labels.iter().all(|&l| l == 2));
    }
}

#[test]
fn classes_far_apart_are_where_the_log_domain_has_them() {
    // A mask of 10,000 at some classes, with any transition possible and with forbidden ones.
    for forbidden in [false, true] {
        let mut case = plain(21, 50, 7);
        for (t, mut row) in case.e.outer_iter_mut().enumerate() {
            row[t % 7] += 10_000.0;
            row[(t * 3 + 1) % 7] += 150.0;
        }
        if forbidden {
            case.between[[2, 3]] = f32::INFINITY;
            case.between[[0, 0]] = f32::INFINITY;
        }
        let (expected, _) = through_topology(&case, Beta::ONE);
        same(&chain_posteriors(&case.emissions(), &case.transitions(), Beta::ONE).unwrap(), &expected);
    }
    // Every class of one frame is masked but by how much matters, and a transition as dear as the mask.
    let mut case = plain(22, 20, 4);
    case.between[[1, 2]] = 170.0;
    case.e.row_mut(7).assign(&array![400.0, 900.0, 395.0, 10_000.0]);
    case.e.row_mut(8).assign(&array![400.0, 0.0, 390.0, 370.0]);
    let (expected, _) = through_topology(&case, Beta::ONE);
    same(&chain_posteriors(&case.emissions(), &case.transitions(), Beta::ONE).unwrap(), &expected);
}

#[test]
fn large_energies_and_extreme_temperatures_leave_shares_that_sum_to_1() {
    for (energy, b) in [(1e20, 1.0), (1.0, 1e17), (1.0, 1e-310), (-3e38, 0.5), (1e-30, 1e300), (3e38, 1e300)] {
        let mut e = Array2::from_elem((2_000, 3), energy);
        e[[3, 1]] = f32::INFINITY;
        let case = Case { e, between: Array2::from_elem((3, 3), energy), first: None, last: None };
        let p = chain_posteriors(&case.emissions(), &case.transitions(), beta(b)).unwrap();
        assert!(!p.free_energy.is_nan() && p.free_energy.abs() <= f64::MAX);
        for (t, row) in p.emissions.outer_iter().enumerate() {
            assert!(
                (row.sum() - 1.0).abs() < 1e-6 && (t == 3 || (row[0] - 1.0 / 3.0).abs() < 1e-6),
                "{energy} {b}: {row}"
            );
        }
        let loss = crf_loss(&case.emissions(), &[1; 2_000], &case.transitions(), beta(b)).unwrap();
        assert!(loss.value > 0.0 && loss.emissions.iter().all(|g| g.is_finite()), "{}", loss.value);
    }
}

#[test]
fn what_is_common_to_a_frame_or_to_all_transitions_changes_no_loss() {
    // The forbidden transition far from the others has the second case summed in the log domain.
    for price in [2.0, 500.0] {
        let mut case = plain(4, 9, 3);
        case.between[[1, 2]] = price;
        case.between[[0, 2]] = f32::INFINITY;
        let mut moved = case.clone();
        moved.e.row_mut(3).mapv_inplace(|x| (x + 1024.0) - 1024.0 + 4096.0);
        let mut same_numbers = case.clone();
        same_numbers.e.row_mut(3).mapv_inplace(|x| (x + 4096.0) - 4096.0);
        let target = [1, 2, 3, 3, 2, 1, 1, 1, 2];
        let loss = |c: &Case| crf_loss(&c.emissions(), &target, &c.transitions(), Beta::ONE).unwrap();
        assert!((loss(&same_numbers).value - loss(&moved).value).abs() < 1e-9 && loss(&case).value > 0.1);
        // 1e20 for all of a frame: only that nothing else is lost by it.
        let mut even = case.clone();
        even.e.row_mut(3).fill(0.0);
        let mut far = even.clone();
        far.e.row_mut(3).fill(1e20);
        assert_eq!(loss(&even), loss(&far));
    }
}

#[test]
fn what_cannot_be_is_impossible_and_what_makes_no_sense_is_refused() {
    let free = Array2::<f32>::zeros((3, 3));
    let t = Transitions::new(free.view()).unwrap();
    // No frames: no labelling, as in `Topology::chain`.
    let none = Array2::<f32>::zeros((0, 3));
    let e = Emissions::new(none.view()).unwrap();
    let p = chain_posteriors(&e, &t, Beta::ONE).unwrap();
    assert_eq!((p.free_energy, p.emissions.dim()), (f64::INFINITY, (0, 3)));
    assert_eq!(free_energy(&e, &Topology::chain(&t).unwrap(), Beta::ONE).unwrap(), f64::INFINITY);
    assert_eq!(chain_best_path(&e, &t).unwrap(), None);
    assert_eq!(crf_loss(&e, &[], &t, Beta::ONE), Err(CrfError::NothingPossible { frame: 0 }));
    // One frame has no transitions.
    let one = array![[1.0, 0.5, 2.0]];
    let e = Emissions::new(one.view()).unwrap();
    let forbidden = Array2::from_elem((3, 3), f32::INFINITY);
    let no_way = Transitions::new(forbidden.view()).unwrap();
    assert_eq!(chain_best_path(&e, &no_way).unwrap().map(|b| (b.labels, b.energy)), Some((vec![2], 0.5)));
    assert!(chain_posteriors(&e, &no_way, Beta::ONE).unwrap().free_energy < 0.5);
    // A frame at which nothing is possible, and a class from which there is no way: at finite β, in linear arithmetic and in
    // the log domain, and at infinite β.
    let mut dead = Array2::<f32>::zeros((4, 3));
    dead.row_mut(2).fill(f32::INFINITY);
    let mut stuck = Array2::<f32>::zeros((4, 3));
    (0..3).for_each(|t| stuck[[t, 0]] = if t == 0 { 0.0 } else { f32::INFINITY });
    (1..3).for_each(|c| stuck[[0, c]] = f32::INFINITY);
    let mut from_0 = free.clone();
    from_0.row_mut(0).assign(&array![0.0, 7.0, f32::INFINITY]);
    from_0.row_mut(1).fill(f32::INFINITY);
    for far in [0.0, 1e6] {
        let mut from_0 = from_0.clone();
        from_0[[2, 1]] = far;
        let way = Transitions::new(from_0.view()).unwrap();
        let t = Transitions::new(free.view()).unwrap();
        for (e, t, frame) in [(&dead, &t, 2), (&stuck, &way, 2)] {
            let e = Emissions::new(e.view()).unwrap();
            for b in [Beta::ONE, Beta::Infinite] {
                assert_eq!(chain_free_energy(&e, t, b).unwrap(), f64::INFINITY);
                let p = chain_posteriors(&e, t, b).unwrap();
                assert!(p.free_energy == f64::INFINITY && p.emissions.iter().all(|&x| x == 0.0));
                assert!(p.transitions.between.iter().all(|&x| x == 0.0));
                assert_eq!(crf_loss(&e, &[1, 2, 3, 1], t, b), Err(CrfError::NothingPossible { frame }));
            }
            assert_eq!(chain_best_path(&e, t).unwrap(), None);
        }
    }
    // No class at all.
    let (empty, narrow) = (Array2::<f32>::zeros((0, 0)), Array2::<f32>::zeros((2, 0)));
    let nothing = Transitions::new(empty.view()).unwrap();
    let e = Emissions::new(narrow.view()).unwrap();
    for b in [Beta::ONE, Beta::Infinite] {
        assert_eq!(chain_free_energy(&e, &nothing, b).unwrap(), f64::INFINITY);
        assert_eq!(chain_posteriors(&e, &nothing, b).unwrap().free_energy, f64::INFINITY);
    }
    assert!(matches!(crf_loss(&e, &[1, 1], &nothing, Beta::ONE), Err(CrfError::Label { position: 0, .. })));
    let wide = Emissions::new(free.view()).unwrap();
    assert!(matches!(
        chain_posteriors(&wide, &nothing, Beta::ONE),
        Err(TrellisError::Shape { rows: 0, classes: 3, .. })
    ));
    let flat = Array2::<f32>::zeros((3, 2));
    assert!(matches!(Transitions::new(flat.view()), Err(TrellisError::Shape { rows: 3, columns: 2, .. })));
    let short = Array1::<f32>::zeros(2);
    assert!(matches!(t.with_first(short.view()), Err(TrellisError::Shape { ends: 2, classes: 3, .. })));
    assert!(matches!(t.with_last(short.view()), Err(TrellisError::Shape { ends: 2, classes: 3, .. })));
    for bad in [f32::NAN, f32::NEG_INFINITY] {
        let (square, end) = (array![[0.0, bad], [0.0, 0.0]], array![0.0, bad]);
        let free = Array2::zeros((2, 2));
        let t = Transitions::new(free.view()).unwrap();
        assert!(matches!(Transitions::new(square.view()), Err(TrellisError::Weight(_))));
        assert!(matches!(t.with_first(end.view()), Err(TrellisError::Weight(_))));
        assert!(matches!(t.with_last(end.view()), Err(TrellisError::Weight(_))));
    }
}

#[test]
fn what_has_no_loss_is_said_for_the_item_alone() {
    let mut walled = Array2::<f32>::zeros((3, 2));
    walled[[1, 1]] = f32::INFINITY;
    let zeros = Array2::<f32>::zeros((3, 2));
    let wide = Array2::<f32>::zeros((3, 4));
    let between = array![[0.0, 0.0], [f32::INFINITY, 0.0]];
    let t = Transitions::new(between.view()).unwrap();
    let e = |m| Emissions::new(m).unwrap();
    let batch: [(Emissions<'_>, &[Label]); 7] = [
        (e(zeros.view()), &[1, 2]),
        (e(zeros.view()), &[1, 2, 0]),
        (e(zeros.view()), &[1, 2, 3]),
        (e(walled.view()), &[1, 2, 2]),
        (e(zeros.view()), &[2, 1, 1]),
        (e(wide.view()), &[1, 1, 1]),
        (e(zeros.view()), &[1, 1, 2]),
    ];
    let found = crf_losses(&batch, &t, Beta::ONE);
    assert_eq!(found.items[0], Err(CrfError::Length { labels: 2, frames: 3 }));
    assert_eq!(found.items[1], Err(CrfError::Label { position: 2, label: 0, classes: 2 }));
    assert_eq!(found.items[2], Err(CrfError::Label { position: 2, label: 3, classes: 2 }));
    assert_eq!(found.items[3], Err(CrfError::Impossible { frame: 1 }));
    assert_eq!(found.items[4], Err(CrfError::Impossible { frame: 1 }));
    assert!(matches!(found.items[5], Err(CrfError::Trellis(TrellisError::Shape { classes: 4, .. }))));
    // Of four labellings that never go back.
    let last = found.items[6].as_ref().unwrap();
    assert!((last.value - 4.0_f64.ln()).abs() < 1e-12);
    assert_eq!((found.value, &found.transitions), (last.value, &last.transitions));
}

#[test]
fn the_perceptron_has_no_loss_where_the_target_is_the_best() {
    for case in cases() {
        let Some(best) = chain_best_path(&case.emissions(), &case.transitions()).unwrap() else { continue };
        let loss = crf_loss(&case.emissions(), &best.labels, &case.transitions(), Beta::Infinite).unwrap();
        assert_eq!(loss.value, 0.0);
        assert!(loss.emissions.iter().all(|&g| g == 0.0) && loss.transitions.between.iter().all(|&g| g == 0.0));
        let loss = crf_loss(&case.emissions(), &best.labels, &case.transitions(), Beta::ONE).unwrap();
        assert!(loss.value >= 0.0);
    }
}

#[test]
fn numbers_do_not_depend_on_threads_or_on_the_layout_or_on_the_company() {
    let shared = plain(30, 1, 11);
    let cases: Vec<Case> = [40, 1, 0, 77, 33, 32, 2, 65].iter().map(|&n| plain(n as u64, n, 11)).collect();
    let targets: Vec<Vec<Label>> =
        cases.iter().map(|c| (0..c.e.nrows() as Label).map(|t| t * 7 % 11 + 1).collect()).collect();
    let t = shared.transitions();
    let batch: Vec<(Emissions<'_>, &[Label])> =
        cases.iter().zip(&targets).map(|(c, t)| (c.emissions(), &t[..])).collect();
    let sequences: Vec<Emissions<'_>> = cases.iter().map(Case::emissions).collect();
    let all = || {
        (
            crf_losses(&batch, &t, Beta::ONE),
            chain_posteriors_batch(&sequences, &t, Beta::ONE),
            chain_best_paths(&sequences, &t),
        )
    };
    let in_pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap().install(all);
    let one = in_pool(1);
    assert!([2, 3, 5].iter().all(|&n| in_pool(n) == one));
    let mut sum = Array2::<f64>::zeros((11, 11));
    for ((e, target), found) in batch.iter().zip(&one.0.items) {
        assert_eq!(&crf_loss(e, target, &t, Beta::ONE), found);
        let Ok(found) = found else { continue };
        sum += &found.transitions.between;
    }
    assert_eq!(sum, one.0.transitions.between);
    for (e, found) in sequences.iter().zip(&one.1) {
        assert_eq!(chain_posteriors(e, &t, Beta::ONE).as_ref(), found.as_ref());
    }
    // Columns that lie side by side.
    let turned = cases[3].e.t().to_owned();
    let other = Emissions::new(turned.t()).unwrap();
    assert_eq!(chain_posteriors(&other, &t, Beta::ONE).as_ref(), one.1[3].as_ref());
}
