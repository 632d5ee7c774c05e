//! Gaussian states: energies and gradients against their definition, expectation–maximisation against its promise.
#![cfg(feature = "signal")]

use energraph::Beta;
use energraph::learn::{FrontEnd, FrontError, Optimiser, Ragged, Rule};
use energraph::speech::gaussian::{GaussianError, GaussianStates, GaussianUpdate};
use energraph::trellis::{Emissions, Topology, Unit, free_energy, posteriors};
use ndarray::{Array2, ArrayView2, array};
use proptest::prelude::*;

/// A small generator, so that every run tests the same cases.
struct Lcg(u64);

impl Lcg {
    /// Between −1 and 1.
    fn number(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 40) as f32 / (1 << 23) as f32 - 1.0
    }
    fn array(&mut self, shape: (usize, usize)) -> Array2<f32> {
        Array2::from_shape_simple_fn(shape, || self.number())
    }
}

/// A model with random parameters.
fn random(r: &mut Lcg, states: usize, components: usize, dimensions: usize) -> GaussianStates {
    let mut model = GaussianStates::standard(states, components, dimensions, 1e-3).unwrap();
    let mut p = model.parameters().unwrap();
    p.iter_mut().flat_map(|p| &mut p.values).for_each(|v| *v = r.number());
    model.set_parameters(&p).unwrap();
    model
}

/// The energy of a frame under a state, from the parameters as they are stored: means, logarithms of variances, logits.
fn energy(p: [&[f64]; 3], components: usize, x: &[f64], state: usize) -> f64 {
    let logits = &p[2][state * components..][..components];
    let sum: f64 = logits.iter().map(|l| l.exp()).sum();
    let density = |m: usize| {
        let from = (state * components + m) * x.len();
        let one = |d: usize| {
            let (mean, variance) = (p[0][from + d], p[1][from + d].exp());
            (-(x[d] - mean).powi(2) / (2.0 * variance)).exp() / (std::f64::consts::TAU * variance).sqrt()
        };
        logits[m].exp() / sum * (0..x.len()).map(one).product::<f64>()
    };
    -(0..components).map(density).sum::<f64>().ln()
}

const SHAPES: [(usize, usize, usize, usize); 4] = [(1, 1, 1, 1), (3, 2, 1, 2), (2, 2, 3, 3), (4, 3, 2, 1)];

#[test]
fn energies_and_gradients_are_those_of_the_definition() {
    let mut r = Lcg(1);
    for (frames, states, components, dimensions) in SHAPES {
        let model = random(&mut r, states, components, dimensions);
        let x = r.array((frames, dimensions));
        let mut by = r.array((frames, states));
        by[[0, 0]] = 0.0;
        let wide = |values: &[f32]| values.iter().map(|v| f64::from(*v)).collect::<Vec<_>>();
        let mut parts: Vec<Vec<f64>> = model.parameters().unwrap().iter().map(|p| wide(&p.values)).collect();
        parts.push(x.iter().map(|v| f64::from(*v)).collect());
        let all = parts.concat();
        let at = |all: &[f64], t: usize, s: usize| {
            let mut rest = all;
            let mut take = |n: usize| {
                let (head, tail) = rest.split_at(n);
                rest = tail;
                head
            };
            let p = [take(parts[0].len()), take(parts[1].len()), take(parts[2].len())];
            energy(p, components, &rest[t * dimensions..][..dimensions], s)
        };
        let energies = model.energies(x.view()).unwrap();
        for ((t, s), found) in energies.indexed_iter() {
            assert!((f64::from(*found) - at(&all, t, s)).abs() < 1e-5, "{found} ≠ {}", at(&all, t, s));
        }
        let value = |all: &[f64]| by.indexed_iter().map(|((t, s), by)| f64::from(*by) * at(all, t, s)).sum::<f64>();
        let expected = energraph::oracle::finite_differences(value, &all, 1e-5);
        let found = model.pull_back(x.view(), by.view()).unwrap();
        let found: Vec<f32> = found
            .means()
            .iter()
            .chain(&found.log_variances())
            .chain(&found.logits())
            .chain(&found.features)
            .copied()
            .collect();
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((f64::from(*found) - expected).abs() < 1e-5, "{found} ≠ {expected}");
        }
    }
}

/// One step of training on recordings that go through the states in order; their likelihood before it.
fn step(model: &GaussianStates, recordings: &[Array2<f32>]) -> (f64, GaussianStates) {
    let units: Vec<Unit> = (1..=model.states() as u32).map(|label| Unit::new(label, 0)).collect();
    let order = Topology::left_to_right(&units).unwrap();
    let mut update = GaussianUpdate::new(model);
    let mut energy = 0.0;
    for x in recordings {
        let energies = model.energies(x.view()).unwrap();
        let e = Emissions::new(energies.view()).unwrap();
        energy += free_energy(&e, &order, Beta::ONE).unwrap();
        let shares = posteriors(&e, &order, Beta::ONE).unwrap().emissions;
        update.add(model, x.view(), shares.view()).unwrap();
    }
    (energy, update.finish(model).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn expectation_maximisation_never_makes_recordings_less_likely(
        seed in 0..1_000_000_u64,
        (states, components, dimensions) in (1..4_usize, 1..4_usize, 1..3_usize),
        floor in prop::sample::select(vec![1e-4_f32, 0.05, 3.0]),
        far in prop::sample::select(vec![0.0_f32, 100.0]),
        halves in any::<bool>(),
    ) {
        let mut r = Lcg(seed);
        let recordings: Vec<Array2<f32>> = (0..3)
            .map(|i| r.array((states + 4 * i, dimensions)).mapv(|v| far + if halves { (2.0 * v).round() / 2.0 } else { v }))
            .collect();
        let views: Vec<_> = recordings.iter().map(|x| x.view()).collect();
        let mut model = GaussianStates::flat(&views, states, components, floor).unwrap();
        let mut before = f64::INFINITY;
        for round in 0..12 {
            let (energy, next) = step(&model, &recordings);
            // Energies are rounded to 32 bits, and so are the parameters.
            let slack = 1e-4 * (1.0 + before.abs().min(1e6));
            prop_assert!(energy <= before + slack, "round {}: {} after {}", round, energy, before);
            before = energy;
            model = next;
        }
        for s in 0..states {
            prop_assert!((model.weights(s).unwrap().iter().sum::<f64>() - 1.0).abs() < 1e-9);
            for m in 0..components {
                let least = model.variance(s, m).unwrap().into_iter().fold(f64::INFINITY, f64::min);
                prop_assert!(least >= f64::from(floor) * (1.0 - 1e-5), "{} below {}", least, floor);
            }
        }
    }
}

#[test]
fn known_states_have_the_means_and_variances_of_their_frames() {
    let x = array![[1000.0, 1.0], [1002.0, 1.0], [1007.0, 5.0]];
    let shares = array![[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
    let start = GaussianStates::flat(&[x.view()], 2, 1, 0.25).unwrap();
    assert_eq!(start.mean(1, 0).unwrap().to_vec(), start.mean(0, 0).unwrap().to_vec());
    let mut update = GaussianUpdate::new(&start);
    update.add(&start, x.view(), shares.view()).unwrap();
    let model = update.finish(&start).unwrap();
    let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4);
    assert_eq!(model.mean(0, 0).unwrap().to_vec(), [1001.0, 1.0]);
    assert!(close(&model.variance(0, 0).unwrap(), &[1.0, 0.25]));
    // One frame alone, and dimensions that never change: the floor.
    assert_eq!(model.mean(1, 0).unwrap().to_vec(), [1007.0, 5.0]);
    assert!(close(&model.variance(1, 0).unwrap(), &[0.25, 0.25]));
    assert_eq!((model.mean(2, 0), model.variance(0, 1), model.weights(2)), (None, None, None));
}

#[test]
fn two_parts_added_up_are_the_whole() {
    let mut r = Lcg(5);
    let model = random(&mut r, 2, 2, 3);
    let (x, y) = (r.array((4, 3)), r.array((3, 3)));
    let shares = |n: usize| Array2::from_shape_fn((n, 2), |(t, s)| if s == 0 { 0.25 * t as f32 } else { 0.5 });
    let mut whole = GaussianUpdate::new(&model);
    whole.add(&model, x.view(), shares(4).view()).unwrap();
    let (mut first, mut second) = (whole.clone(), GaussianUpdate::new(&model));
    whole.add(&model, y.view(), shares(3).view()).unwrap();
    second.add(&model, y.view(), shares(3).view()).unwrap();
    first.merge(&second).unwrap();
    let (a, b) = (whole.finish(&model).unwrap(), first.finish(&model).unwrap());
    for (a, b) in a.parameters().unwrap().iter().zip(b.parameters().unwrap()) {
        assert!(a.values.iter().zip(b.values).all(|(a, b)| (a - b).abs() < 1e-5));
    }
    let other = GaussianUpdate::new(&random(&mut r, 2, 1, 3));
    assert!(matches!(first.merge(&other), Err(GaussianError::Shape { .. })));
    assert!(matches!(other.finish(&model), Err(GaussianError::Shape { .. })));
    assert!(matches!(
        first.add(&random(&mut r, 2, 1, 3), x.view(), shares(4).view()),
        Err(GaussianError::Shape { .. })
    ));
}

#[test]
fn what_no_frame_is_of_stays_as_it_is() {
    let mut r = Lcg(7);
    let model = random(&mut r, 2, 2, 1);
    // No recording, a recording without frames, and frames of the other state alone.
    assert_eq!(GaussianUpdate::new(&model).finish(&model).unwrap(), model);
    let mut update = GaussianUpdate::new(&model);
    update.add(&model, Array2::zeros((0, 1)).view(), Array2::zeros((0, 2)).view()).unwrap();
    assert_eq!(update.finish(&model).unwrap(), model);
    update.add(&model, array![[0.5], [0.25]].view(), array![[1.0, 0.0], [1.0, 0.0]].view()).unwrap();
    let new = update.finish(&model).unwrap();
    assert_ne!(new.mean(0, 0), model.mean(0, 0));
    assert_eq!((new.mean(1, 1), new.weights(1)), (model.mean(1, 1), model.weights(1)));
}

#[test]
fn a_flat_start_is_the_mean_and_variance_of_all_frames() {
    let (x, y, none) = (array![[0.0, 4.0], [2.0, 4.0]], array![[4.0, 4.0]], Array2::zeros((0, 2)));
    let model = GaussianStates::flat(&[x.view(), none.view(), y.view()], 3, 1, 0.01).unwrap();
    let deviation = (8.0_f64 / 3.0).sqrt();
    for s in 0..3 {
        let mean = model.mean(s, 0).unwrap();
        // The only component lies a fifth of a deviation above.
        assert!((f64::from(mean[0]) - 2.0 - 0.2 * deviation).abs() < 1e-6 && (mean[1] - 4.02).abs() < 1e-6);
        let variance = model.variance(s, 0).unwrap();
        assert!((variance[0] - 8.0 / 3.0).abs() < 1e-6 && (variance[1] - 0.01).abs() < 1e-8);
    }
    assert_eq!(GaussianStates::flat(&[], 1, 1, 0.1), Err(GaussianError::NoFrame));
    assert_eq!(GaussianStates::flat(&[none.view()], 1, 1, 0.1), Err(GaussianError::NoFrame));
    let thin = Array2::zeros((2, 1));
    let mixed = GaussianStates::flat(&[x.view(), thin.view()], 1, 1, 0.1);
    assert_eq!(mixed, Err(GaussianError::Shape { what: "features", expected: (2, 2), found: (2, 1) }));
}

#[test]
fn components_of_a_state_begin_apart() {
    let x = array![[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]];
    let model = GaussianStates::flat(&[x.view()], 1, 8, 0.01).unwrap();
    let means: Vec<Vec<f32>> = (0..8).map(|m| model.mean(0, m).unwrap().to_vec()).collect();
    for (i, a) in means.iter().enumerate() {
        assert!(means[..i].iter().all(|b| a != b), "{means:?}");
    }
}

#[test]
fn split_components_share_weight_and_variance_and_lie_to_either_side() {
    let mut r = Lcg(3);
    let model = random(&mut r, 2, 2, 2);
    let split = model.split().unwrap();
    assert_eq!((split.states(), split.components()), (2, 4));
    for s in 0..2 {
        let (before, after) = (model.weights(s).unwrap(), split.weights(s).unwrap());
        for m in 0..2 {
            assert!((after[2 * m] - before[m] / 2.0).abs() < 1e-6 && after[2 * m] == after[2 * m + 1]);
            assert_eq!(split.variance(s, 2 * m + 1), model.variance(s, m));
            let mean = model.mean(s, m).unwrap();
            let (a, b) = (split.mean(s, 2 * m).unwrap(), split.mean(s, 2 * m + 1).unwrap());
            for d in 0..2 {
                let deviation = model.variance(s, m).unwrap()[d].sqrt();
                assert!((f64::from(a[d] - b[d]).abs() - 0.4 * deviation).abs() < 1e-5);
                assert!((a[d] / 2.0 + b[d] / 2.0 - mean[d]).abs() < 1e-6);
            }
        }
    }
}

#[test]
fn far_frames_are_impossible_and_pull_at_nothing() {
    let model = GaussianStates::standard(1, 2, 1, 1e-30).unwrap();
    let mut sharp = model.clone();
    let mut p = sharp.parameters().unwrap();
    p[1].values.fill(-60.0);
    sharp.set_parameters(&p).unwrap();
    let x = array![[f32::MAX]];
    assert_eq!(sharp.energies(x.view()).unwrap(), array![[f32::INFINITY]]);
    let by = sharp.pull_back(x.view(), array![[1.0]].view()).unwrap();
    assert!(by.features.iter().chain(&by.means()).chain(&by.logits()).all(|v| *v == 0.0));
    // At 1,000 deviations nothing is lost yet.
    let x = array![[1000.0]];
    let energy = f64::from(model.energies(x.view()).unwrap()[[0, 0]]);
    assert!((energy - 500_000.0 - 0.5 * std::f64::consts::TAU.ln()).abs() < 0.1, "{energy}");
}

#[test]
fn what_makes_no_model_or_no_features_is_refused() {
    for (s, m, d) in [(0, 1, 1), (1, 0, 1), (1, 1, 0), (usize::MAX, 2, 1), (1 << 30, 1, 1)] {
        assert!(matches!(GaussianStates::standard(s, m, d, 0.1), Err(GaussianError::Size { .. })));
    }
    for floor in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        assert!(matches!(GaussianStates::standard(1, 1, 1, floor), Err(GaussianError::Floor { .. })));
    }
    let model = GaussianStates::standard(2, 1, 1, 0.1).unwrap();
    assert!(matches!(model.energies(Array2::zeros((1, 2)).view()), Err(GaussianError::Shape { .. })));
    let nan = array![[0.0], [f32::NAN]];
    assert!(matches!(model.energies(nan.view()), Err(GaussianError::Number { row: 1, column: 0, .. })));
    let x = array![[0.0]];
    let mut update = GaussianUpdate::new(&model);
    let mut add = |shares: ArrayView2<'_, f32>| update.add(&model, x.view(), shares);
    assert!(matches!(add(array![[1.0]].view()), Err(GaussianError::Shape { what: "shares", .. })));
    for share in [-0.5, f32::NAN, f32::INFINITY] {
        assert!(matches!(add(array![[1.0, share]].view()), Err(GaussianError::Number { what: "shares", .. })));
    }
    assert_eq!(update.finish(&model).unwrap(), model);
    assert!(matches!(model.pull_back(x.view(), array![[0.0]].view()), Err(GaussianError::Shape { .. })));
    assert!(model.energies(Array2::zeros((0, 1)).view()).is_ok_and(|e| e.dim() == (0, 2)));
}

#[test]
fn by_gradient_frames_become_likelier_and_variances_keep_to_the_floor() {
    let mut r = Lcg(11);
    let floor = 0.01;
    let x = Array2::from_shape_fn((20, 2), |(t, d)| if d == 0 { (t / 10) as f32 } else { 0.3 * r.number() });
    let states = Array2::from_shape_fn((20, 2), |(t, s)| if t / 10 == s { 1.0 / 20.0 } else { 0.0 });
    let mut model = GaussianStates::flat(&[x.view()], 2, 2, floor).unwrap();
    let mut optimiser = Optimiser::new(Rule::ADAMW, 0.03);
    let mut values = Vec::new();
    for _ in 0..300 {
        let (energies, ticket) = model.forward(std::slice::from_ref(&x)).unwrap();
        values.push((&energies.block(0) * &states).sum());
        let mut by = energies.zeros_like();
        by.block_mut(0).assign(&states);
        model.backward(ticket, by).unwrap();
        model.apply(&mut optimiser).unwrap();
        for (s, m) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            assert!(model.variance(s, m).unwrap().iter().all(|v| *v >= f64::from(floor) * (1.0 - 1e-5)));
        }
    }
    assert!(values[299] < values[0] - 1.0, "{} after {}", values[299], values[0]);
    // The first dimension is constant in each state, so its variance has come down to the floor.
    assert!(model.variance(0, 0).unwrap()[0] < 1.1 * f64::from(floor));
}

#[test]
fn a_step_without_a_gradient_changes_nothing_and_a_batch_is_its_inputs() {
    let mut r = Lcg(13);
    let start = random(&mut r, 2, 2, 2);
    let (x, none, y) = (r.array((3, 2)), Array2::zeros((0, 2)), r.array((1, 2)));
    let mut front = start.clone();
    let mut optimiser = Optimiser::new(Rule::Sgd { momentum: 0.0 }, 0.5);
    front.apply(&mut optimiser).unwrap();
    assert_eq!(front, start);
    let (energies, ticket) = front.forward(&[x.clone(), none, y.clone()]).unwrap();
    assert_eq!((energies.rows(0), energies.rows(1), energies.rows(2)), (3, 0, 1));
    assert_eq!(energies.block(2), start.energies(y.view()).unwrap());
    let mut by = energies.zeros_like();
    by.values_mut().iter_mut().for_each(|v| *v = r.number());
    front.backward(ticket, by.clone()).unwrap();
    front.apply(&mut optimiser).unwrap();
    let mut other = start.clone();
    for (i, x) in [(0, &x), (2, &y)] {
        let (energies, ticket) = other.forward(std::slice::from_ref(x)).unwrap();
        let mut one = energies.zeros_like();
        one.block_mut(0).assign(&by.block(i));
        other.backward(ticket, one).unwrap();
    }
    other.apply(&mut Optimiser::new(Rule::Sgd { momentum: 0.0 }, 0.5)).unwrap();
    assert_eq!(front.parameters(), other.parameters());
}

#[test]
fn gradients_and_parameters_that_do_not_fit_are_refused() {
    let mut r = Lcg(17);
    let mut front = random(&mut r, 2, 1, 2);
    let x = r.array((3, 2));
    for wrong in [Ragged::zeros(2, [2]), Ragged::zeros(3, [3]), Ragged::zeros(2, [3, 0])] {
        let (_, ticket) = front.forward(std::slice::from_ref(&x)).unwrap();
        assert!(matches!(front.backward(ticket, wrong), Err(FrontError::GradientShape { .. })));
    }
    assert!(matches!(front.infer(&[r.array((1, 3))]), Err(FrontError::Input { index: 0, .. })));
    let own = front.parameters().unwrap();
    for change in 0..4 {
        let mut p = own.clone();
        match change {
            0 => p[0].name = "other".into(),
            1 => p[1].shape = vec![4],
            2 => p[2].values[0] = f32::INFINITY,
            _ => p.truncate(2),
        }
        assert!(matches!(front.set_parameters(&p), Err(FrontError::Weights { .. })));
    }
    assert_eq!(front.parameters().unwrap(), own);
    // In any order; variances below the floor are raised to it.
    let mut p = own;
    p.reverse();
    p[1].values.fill(-1e9);
    front.set_parameters(&p).unwrap();
    assert!(front.variance(0, 0).unwrap().iter().all(|v| (v - 1e-3).abs() < 1e-8));
}
