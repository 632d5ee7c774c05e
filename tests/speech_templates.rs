//! Elastic templates: energies and gradients against brute force over all warpings, and what training does to them.
#![cfg(feature = "signal")]

use energraph::Beta;
use energraph::learn::{FrontEnd, FrontError, Optimiser, Parameter, Ragged, Rule};
use energraph::loss::{Hinge, Latent, LogLoss, Loss, LossError, Lvq2, Nll, Perceptron};
use energraph::speech::templates::{TemplateError, TemplateModel, TemplateOptions};
use energraph::trellis::{DtwOptions, StepPattern};
use ndarray::{Array2, ArrayView2, array};

/// A small generator, so that every run tests the same cases.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) % u64::from(n)) as u32
    }
    /// Multiples of 1/64 between −2 and 2.
    fn frames(&mut self, frames: usize, dimensions: usize) -> Array2<f32> {
        Array2::from_shape_simple_fn((frames, dimensions), || (self.below(257) as f32 - 128.0) / 64.0)
    }
}

fn words(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("word{i}")).collect()
}

/// References with given numbers.
fn model(words: &[String], references: &Array2<f32>, o: &TemplateOptions) -> TemplateModel {
    let mut model = TemplateModel::new(words, references.ncols(), o).unwrap();
    let mut p = model.parameters().unwrap();
    p[0].values = references.iter().copied().collect();
    model.set_parameters(&p).unwrap();
    model
}

/// The energies of all warpings of two sequences, by walking them one by one: cells passed by a diagonal step count `diagonal` times.
fn warpings(x: ArrayView2<'_, f64>, y: ArrayView2<'_, f64>, diagonal: f64) -> Vec<f64> {
    fn go(at: (usize, usize), so_far: f64, cost: &Array2<f64>, diagonal: f64, found: &mut Vec<f64>) {
        let (rows, columns) = cost.dim();
        if at == (rows - 1, columns - 1) {
            found.push(so_far);
        }
        for (next, weight) in [((at.0 + 1, at.1 + 1), diagonal), ((at.0 + 1, at.1), 1.0), ((at.0, at.1 + 1), 1.0)] {
            if next.0 < rows && next.1 < columns {
                go(next, so_far + weight * cost[next], cost, diagonal, found);
            }
        }
    }
    let distance = |t: usize, j: usize| x.row(t).iter().zip(y.row(j)).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    let cost = Array2::from_shape_fn((x.nrows(), y.nrows()), |(t, j)| distance(t, j));
    let mut found = Vec::new();
    go((0, 0), diagonal * cost[[0, 0]], &cost, diagonal, &mut found);
    found
}

/// The energy of a reference by its definition.
fn energy(x: ArrayView2<'_, f64>, y: ArrayView2<'_, f64>, o: &TemplateOptions) -> f64 {
    let diagonal = if o.dtw.steps == StepPattern::plain() { 1.0 } else { 2.0 };
    energraph::oracle::free_energy(warpings(x, y, diagonal), o.warpings.get()) / (x.nrows() + y.nrows()) as f64
}

fn options(per_word: usize, length: usize, warpings: Beta, steps: StepPattern) -> TemplateOptions {
    TemplateOptions { per_word, length, warpings, dtw: DtwOptions { steps, ..DtwOptions::default() } }
}

/// Shapes with one frame, one of reference, references longer than the sound, and shorter ones.
const SHAPES: [(usize, usize, usize, usize); 6] =
    [(1, 1, 1, 1), (1, 4, 2, 1), (4, 1, 3, 2), (3, 5, 2, 1), (5, 3, 9, 1), (4, 4, 17, 2)];

fn settings() -> Vec<(Beta, StepPattern)> {
    let finite = |beta| Beta::finite(beta).unwrap();
    vec![
        (Beta::Infinite, StepPattern::sakoe_chiba(0)),
        (Beta::ONE, StepPattern::sakoe_chiba(0)),
        (finite(0.25), StepPattern::plain()),
        (finite(8.0), StepPattern::plain()),
        (Beta::Infinite, StepPattern::plain()),
    ]
}

#[test]
fn energies_are_those_of_all_warpings_walked_one_by_one() {
    let mut r = Lcg(1);
    for (frames, length, dimensions, per_word) in SHAPES {
        for (beta, steps) in settings() {
            let o = options(per_word, length, beta, steps);
            let references = r.frames(3 * per_word * length, dimensions);
            let x = r.frames(frames, dimensions);
            let model = model(&words(3), &references, &o);
            let found = model.energies(x.view()).unwrap();
            assert_eq!(found.len(), 3 * per_word);
            for (i, found) in found.into_iter().enumerate() {
                let y = model.reference(i).unwrap().mapv(f64::from);
                let expected = energy(x.mapv(f64::from).view(), y.view(), &o);
                assert!((found - expected).abs() < 1e-5, "{frames} × {length}, {beta:?}: {found} ≠ {expected}");
            }
            assert_eq!(model.reference(3 * per_word), None);
        }
    }
}

#[test]
fn gradients_by_features_and_references_are_finite_differences_of_the_definition() {
    let mut r = Lcg(2);
    for (frames, length, dimensions, per_word) in SHAPES {
        for (beta, steps) in settings() {
            let o = options(per_word, length, beta, steps);
            let references = r.frames(2 * per_word * length, dimensions);
            let x = r.frames(frames, dimensions);
            let by: Vec<f64> = (0..2 * per_word).map(|i| [1.5, 0.0, -0.5, 0.25][i]).collect();
            let model = model(&words(2), &references, &o);
            let found = model.pull_back(x.view(), &by).unwrap();
            let numbers: Vec<f64> = x.iter().chain(&references).map(|v| f64::from(*v)).collect();
            let value = |numbers: &[f64]| -> f64 {
                let (x, references) = numbers.split_at(frames * dimensions);
                let x = ArrayView2::from_shape((frames, dimensions), x).unwrap();
                let y = ArrayView2::from_shape((2 * per_word * length, dimensions), references).unwrap();
                let one = |i: usize| energy(x, y.slice(ndarray::s![i * length..(i + 1) * length, ..]), &o);
                by.iter().enumerate().map(|(i, by)| by * one(i)).sum()
            };
            let expected = energraph::oracle::finite_differences(value, &numbers, 1e-5);
            for (found, expected) in found.features.iter().chain(&found.references).zip(expected) {
                let found = f64::from(*found);
                assert!((found - expected).abs() < 2e-5, "{frames} × {length}, {beta:?}: {found} ≠ {expected}");
            }
        }
    }
}

#[test]
fn gradients_of_losses_are_finite_differences_of_the_losses() {
    let mut r = Lcg(3);
    let losses: [(Box<dyn Loss>, Latent); 5] = [
        (Box::new(Nll::ONE), Nll::ONE.latent()),
        (Box::new(Perceptron), Latent::MINIMISED),
        (Box::new(Hinge::constant(2.0).unwrap()), Latent::MINIMISED),
        (Box::new(Lvq2::new(50.0).unwrap()), Latent::MINIMISED),
        (Box::new(LogLoss::default()), Latent::marginalised(0.5).unwrap()),
    ];
    let mut active = [0; 5];
    for _ in 0..10 {
        let o = options(2, 3, Beta::ONE, StepPattern::sakoe_chiba(0));
        let (references, x) = (r.frames(18, 2), r.frames(4, 2));
        for (n, (loss, latent)) in losses.iter().enumerate() {
            let value = |x: &Array2<f32>, y: &Array2<f32>| {
                model(&words(3), y, &o).loss(x.view(), 1, loss.as_ref(), *latent).unwrap()
            };
            let found = value(&x, &references);
            active[n] += i32::from(found.value > 0.0);
            // Energies are rounded to 32 bits: large steps, and a bend in between would show as a second difference.
            let h = 1.0 / 128.0;
            let compare = |gradient: f32, at: &dyn Fn(f32) -> f64| {
                let (up, down) = (at(h), at(-h));
                if (up + down - 2.0 * found.value).abs() < 1e-4 {
                    let expected = (up - down) / f64::from(2.0 * h);
                    assert!((f64::from(gradient) - expected).abs() < 2e-3, "loss {n}: {gradient} ≠ {expected}");
                }
            };
            for ((t, d), gradient) in found.features.indexed_iter() {
                compare(*gradient, &|h| {
                    let mut x = x.clone();
                    x[[t, d]] += h;
                    value(&x, &references).value
                });
            }
            for ((j, d), gradient) in found.references.indexed_iter() {
                compare(*gradient, &|h| {
                    let mut y = references.clone();
                    y[[j, d]] += h;
                    value(&x, &y).value
                });
            }
        }
    }
    assert!(active.iter().all(|n| *n > 2), "{active:?}");
}

#[test]
fn of_equal_words_the_first_is_read_and_a_likelihood_pulls_them_apart() {
    let o = options(1, 2, Beta::Infinite, StepPattern::sakoe_chiba(0));
    let model = model(&words(2), &array![[1.0], [2.0], [1.0], [2.0]], &o);
    let x = array![[0.0], [2.0]];
    assert_eq!(model.read(x.view()).unwrap().unwrap().0, 0);
    let found = model.loss(x.view(), 1, &Nll::ONE, Nll::ONE.latent()).unwrap();
    assert!((found.value - 2.0_f64.ln()).abs() < 1e-6);
    assert_eq!(found.references.column(0).to_vec(), [-0.5, 0.0, 0.5, 0.0]);
    assert_eq!(found.features, Array2::<f32>::zeros((2, 1)));
    // The perceptron stays silent, the hinge does not.
    assert_eq!(model.loss(x.view(), 1, &Perceptron, Latent::MINIMISED).unwrap().value, 0.0);
    assert_eq!(model.loss(x.view(), 1, &Hinge::constant(1.0).unwrap(), Latent::MINIMISED).unwrap().value, 1.0);
}

#[test]
fn a_sound_that_no_warping_reaches_is_said_to_be_absent() {
    // At most one step along a sequence for each diagonal one: 2 frames cannot be laid beside 7.
    let o = options(1, 7, Beta::Infinite, StepPattern::sakoe_chiba(1));
    let model = model(&words(2), &Array2::zeros((14, 1)), &o);
    let x = array![[0.0], [0.0]];
    assert_eq!(model.energies(x.view()).unwrap(), [f64::INFINITY; 2]);
    assert_eq!(model.read(x.view()).unwrap(), None);
    let refused = model.loss(x.view(), 0, &Nll::ONE, Nll::ONE.latent());
    assert!(matches!(refused, Err(TemplateError::Loss(LossError::AnswerNotInGraph { .. }))));
    // Nor does a gradient flow.
    let by = model.pull_back(x.view(), &[1.0, 1.0]).unwrap();
    assert!(by.features.iter().chain(&by.references).all(|v| *v == 0.0));
}

#[test]
fn numbers_beyond_all_are_impossible_and_what_is_no_number_is_refused() {
    let o = options(1, 1, Beta::Infinite, StepPattern::sakoe_chiba(0));
    let model = model(&words(2), &array![[0.0], [1e30]], &o);
    assert_eq!(model.energies(array![[1e30]].view()).unwrap(), [f64::INFINITY, 0.0]);
    let refused = |x: Array2<f32>| model.energies(x.view()).unwrap_err();
    assert_eq!(refused(Array2::zeros((0, 1))), TemplateError::Empty);
    assert_eq!(refused(Array2::zeros((2, 3))), TemplateError::Dimensions { expected: 1, found: 3 });
    let infinite = TemplateError::NotFinite { frame: 1, dimension: 0, value: f32::INFINITY };
    assert_eq!(refused(array![[0.0], [f32::INFINITY]]), infinite);
    assert!(matches!(refused(array![[f32::NAN]]), TemplateError::NotFinite { .. }));
    assert_eq!(model.pull_back(array![[0.0]].view(), &[1.0]), Err(TemplateError::Count { expected: 2, found: 1 }));
    let x = array![[0.0]];
    let outside = model.loss(x.view(), 2, &Perceptron, Latent::MINIMISED);
    assert_eq!(outside, Err(TemplateError::NoSuchWord { word: 2, words: 2 }));
}

#[test]
fn sizes_of_nothing_and_of_too_much_are_refused() {
    let o = TemplateOptions::default();
    let refused =
        |n: usize, dimensions: usize, o: &TemplateOptions| TemplateModel::new(&words(n), dimensions, o).is_err();
    assert!(refused(0, 3, &o) && refused(2, 0, &o));
    for size in [0, usize::MAX, 1 << 40] {
        assert!(refused(2, 3, &TemplateOptions { per_word: size, ..o.clone() }));
        assert!(refused(2, 3, &TemplateOptions { length: size, ..o.clone() }));
        assert!(refused(2, size, &o));
    }
    assert!(!refused(1, 1, &TemplateOptions { length: 1, ..o }));
}

#[test]
fn references_begin_as_averages_of_stretched_recordings() {
    let o = TemplateOptions { length: 3, ..TemplateOptions::default() };
    let (a, b, c) = (array![[0.0], [4.0]], array![[2.0], [2.0], [2.0], [2.0], [2.0]], array![[7.0]]);
    let recordings = [(0, a.view()), (0, b.view()), (1, c.view())];
    let model = TemplateModel::of_recordings(&words(2), &recordings, &o).unwrap();
    assert_eq!(model.reference(0).unwrap(), array![[1.0], [2.0], [3.0]]);
    assert_eq!(model.reference(1).unwrap(), array![[7.0], [7.0], [7.0]]);
    // A reference of one frame takes the middle.
    let one = TemplateOptions { length: 1, ..o.clone() };
    let model = TemplateModel::of_recordings(&words(1), &[(0, a.view())], &one).unwrap();
    assert_eq!(model.reference(0).unwrap(), array![[2.0]]);
    // Words without recordings, recordings without words.
    let made = |n: usize, recordings: &[(usize, ArrayView2<'_, f32>)]| {
        TemplateModel::of_recordings(&words(n), recordings, &o).err()
    };
    assert_eq!(made(3, &recordings), Some(TemplateError::NoRecording { word: 2 }));
    assert_eq!(made(1, &[]), Some(TemplateError::NoRecording { word: 0 }));
    assert_eq!(made(1, &recordings), Some(TemplateError::NoSuchWord { word: 1, words: 1 }));
    let empty = Array2::zeros((0, 1));
    assert_eq!(made(1, &[(0, empty.view())]), Some(TemplateError::Empty));
}

#[test]
fn two_ways_of_saying_a_word_become_two_references() {
    let recordings: Vec<Array2<f32>> =
        [0.0, 10.0, 0.5, 10.5, -0.5].iter().map(|&v| Array2::from_elem((4, 2), v)).collect();
    let listed: Vec<_> = recordings.iter().map(|x| (0, x.view())).collect();
    let o = TemplateOptions { per_word: 2, length: 2, ..TemplateOptions::default() };
    let model = TemplateModel::of_recordings(&words(1), &listed, &o).unwrap();
    let mut levels: Vec<f32> = (0..2).map(|i| model.reference(i).unwrap()[[0, 0]]).collect();
    levels.sort_by(f32::total_cmp);
    assert_eq!(levels, [0.0, 10.25]);
    // More references than recordings: some twice, none empty.
    let o = TemplateOptions { per_word: 3, length: 2, ..TemplateOptions::default() };
    let few = TemplateModel::of_recordings(&words(1), &listed[..1], &o).unwrap();
    assert!((0..3).all(|i| few.reference(i).unwrap() == Array2::<f32>::zeros((2, 2))));
}

#[test]
fn training_tells_words_apart_that_averages_confuse() {
    // Two words with the same mean: one of each pair of recordings is nearer to the other's average.
    let mut r = Lcg(9);
    let recording = |r: &mut Lcg, word: usize| {
        let frames = 4 + r.below(5) as usize;
        let noise = r.frames(frames, 2);
        Array2::from_shape_fn((frames, 2), |(t, d)| {
            let rising = if word == 0 { t as f32 } else { (frames - 1 - t) as f32 } / frames as f32;
            0.3 * noise[[t, d]] + if d == 0 { rising } else { 0.0 }
        })
    };
    let data: Vec<(usize, Array2<f32>)> = (0..60).map(|i| (i % 2, recording(&mut r, i % 2))).collect();
    let listed: Vec<_> = data.iter().map(|(w, x)| (*w, x.view())).collect();
    let o = TemplateOptions { length: 4, ..TemplateOptions::default() };
    for (name, loss, latent) in [
        ("nll", Box::new(Nll::ONE) as Box<dyn Loss + Sync>, Nll::ONE.latent()),
        ("hinge", Box::new(Hinge::constant(0.5).unwrap()), Latent::MINIMISED),
    ] {
        let mut model = TemplateModel::of_recordings(&words(2), &listed, &o).unwrap();
        let mut optimiser = Optimiser::new(Rule::ADAMW, 0.02);
        let mean = |model: &TemplateModel| {
            let one = |(w, x): &(usize, Array2<f32>)| model.loss(x.view(), *w, loss.as_ref(), latent).unwrap().value;
            data.iter().map(one).sum::<f64>() / data.len() as f64
        };
        let before = mean(&model);
        for _ in 0..30 {
            let mut sum = Array2::zeros((8, 2));
            for (w, x) in &data {
                sum += &model.loss(x.view(), *w, loss.as_ref(), latent).unwrap().references;
            }
            model.learn(&sum, &mut optimiser).unwrap();
        }
        assert!(mean(&model) < 0.8 * before, "{name}: {before} became {}", mean(&model));
    }
}

#[test]
fn a_batch_has_the_losses_of_its_recordings_and_the_errors() {
    let mut r = Lcg(4);
    let o = options(1, 3, Beta::ONE, StepPattern::sakoe_chiba(0));
    let model = model(&words(3), &r.frames(9, 2), &o);
    let (x, y, empty) = (r.frames(4, 2), r.frames(2, 2), Array2::zeros((0, 2)));
    let found = model.losses(&[(x.view(), 0), (empty.view(), 1), (y.view(), 2)], &Nll::ONE, Nll::ONE.latent());
    assert_eq!(found[0], model.loss(x.view(), 0, &Nll::ONE, Nll::ONE.latent()));
    assert_eq!(found[1], Err(TemplateError::Empty));
    assert_eq!(found[2], model.loss(y.view(), 2, &Nll::ONE, Nll::ONE.latent()));
}

#[test]
fn as_a_front_end_the_references_learn_what_their_losses_say() {
    let mut r = Lcg(6);
    let o = options(2, 3, Beta::ONE, StepPattern::sakoe_chiba(0));
    let start = model(&words(2), &r.frames(12, 2), &o);
    let inputs = [r.frames(4, 2), r.frames(2, 2)];
    let mut front = start.clone();
    let (energies, ticket) = front.forward(&inputs).unwrap();
    assert_eq!((energies.len(), energies.width(), energies.rows(1)), (2, 4, 1));
    for (i, x) in inputs.iter().enumerate() {
        let expected = start.energies(x.view()).unwrap();
        assert!(energies.block(i).iter().zip(expected).all(|(a, b)| *a == b as f32));
    }
    let mut by = energies.zeros_like();
    by.values_mut().copy_from_slice(&[1.0, 0.0, -0.5, 0.25, 0.0, 2.0, -1.0, 0.0]);
    front.backward(ticket, by.clone()).unwrap();
    let mut optimiser = Optimiser::new(Rule::Sgd { momentum: 0.0 }, 0.5);
    front.apply(&mut optimiser).unwrap();
    let mut sum = Array2::zeros((12, 2));
    for (i, x) in inputs.iter().enumerate() {
        let by: Vec<f64> = by.block(i).iter().map(|v| f64::from(*v)).collect();
        sum += &start.pull_back(x.view(), &by).unwrap().references;
    }
    let mut other = start.clone();
    other.learn(&sum, &mut Optimiser::new(Rule::Sgd { momentum: 0.0 }, 0.5)).unwrap();
    assert_eq!(front.parameters(), other.parameters());
    // The gradient is spent.
    front.apply(&mut optimiser).unwrap();
    assert_eq!(front.parameters(), other.parameters());
}

#[test]
fn gradients_and_parameters_of_another_shape_are_refused() {
    let o = options(1, 3, Beta::Infinite, StepPattern::plain());
    let mut front = TemplateModel::new(&words(2), 2, &o).unwrap();
    let (_, ticket) = front.forward(&[Array2::zeros((2, 2))]).unwrap();
    let refused = front.backward(ticket, Ragged::zeros(3, [1]));
    assert!(matches!(refused, Err(FrontError::GradientShape { .. })));
    let wrong = front.infer(&[Array2::zeros((2, 2)), Array2::zeros((2, 1))]);
    assert!(matches!(wrong, Err(FrontError::Input { index: 1, .. })));
    let own = front.parameters().unwrap();
    let with = |change: &dyn Fn(&mut Parameter)| {
        let mut p = own.clone();
        change(&mut p[0]);
        p
    };
    for wrong in [
        vec![],
        with(&|p| p.name = "other".into()),
        with(&|p| p.shape = vec![1, 2, 3, 2]),
        with(&|p| p.values.truncate(3)),
        with(&|p| p.values[2] = f32::NAN),
    ] {
        assert!(matches!(front.set_parameters(&wrong), Err(FrontError::Weights { .. })));
    }
    assert_eq!(front.parameters().unwrap(), own);
    let mut optimiser = Optimiser::new(Rule::ADAMW, 0.1);
    assert!(front.learn(&Array2::zeros((6, 1)), &mut optimiser).is_err());
    assert!(front.learn(&Array2::from_elem((6, 2), f32::NAN), &mut optimiser).is_err());
    assert_eq!((front.parameters().unwrap(), optimiser.steps()), (own, 0));
}
