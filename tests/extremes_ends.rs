//! Chains whose ends have energies near the largest numbers: shares are those of exact arithmetic.

use energraph::Beta;
use energraph::trellis::{Emissions, Topology, Transitions, chain_best_path, chain_posteriors, crf_loss, posteriors};
use ndarray::{Array1, Array2};

/// A path's labels and its share.
type Share = (Vec<u32>, f64);

/// The shares of classes at frames, and of transitions, by enumeration. What the ends cost is kept apart from the rest: in one
/// sum it would take all digits. A best path with its share comes along.
fn shares(
    e: &Array2<f32>,
    between: &Array2<f32>,
    first: &Array1<f32>,
    last: &Array1<f32>,
) -> (Array2<f64>, Array2<f64>, Option<Share>) {
    let (frames, classes) = e.dim();
    let mut paths = Vec::new();
    for number in 0..classes.pow(frames as u32) {
        let path: Vec<usize> = (0..frames).map(|t| number / classes.pow(t as u32) % classes).collect();
        let ends = f64::from(first[path[0]]) + f64::from(last[path[frames - 1]]);
        let own: f64 = path.iter().enumerate().map(|(t, &c)| f64::from(e[[t, c]])).sum();
        let rest = own + path.windows(2).map(|w| f64::from(between[[w[0], w[1]]])).sum::<f64>();
        if ends + rest < f64::INFINITY {
            paths.push((ends, rest, path));
        }
    }
    let (mut of_classes, mut of_transitions) = (Array2::zeros((frames, classes)), Array2::zeros((classes, classes)));
    // Cases in which a path has to take an end that costs more than another possible at its frame are left out: that much is
    // a matter of digits indeed.
    let cheapest = |t: usize| {
        let ends = (0..classes).filter(|&c| e[[t, c]] < f32::INFINITY).map(|c| {
            let first = if t == 0 { f64::from(first[c]) } else { 0.0 };
            first + if t + 1 == frames { f64::from(last[c]) } else { 0.0 }
        });
        ends.fold(f64::INFINITY, f64::min)
    };
    let least = cheapest(0) + if frames > 1 { cheapest(frames - 1) } else { 0.0 };
    paths.retain(|p| p.0 == least);
    let least = paths.iter().map(|p| p.1).fold(f64::INFINITY, f64::min);
    let sum: f64 = paths.iter().map(|p| (least - p.1).exp()).sum();
    for (_, rest, path) in &paths {
        let share = (least - rest).exp() / sum;
        path.iter().enumerate().for_each(|(t, &c)| of_classes[[t, c]] += share);
        path.windows(2).for_each(|w| of_transitions[[w[0], w[1]]] += share);
    }
    let best = paths.iter().find(|p| p.1 == least).map(|(_, _, path)| path.iter().map(|&c| c as u32 + 1).collect());
    (of_classes, of_transitions, best.map(|path| (path, 1.0 / sum)))
}

/// The largest difference.
fn off<'a>(found: impl IntoIterator<Item = f64>, wanted: impl IntoIterator<Item = &'a f64>) -> f64 {
    found.into_iter().zip(wanted).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn shares_of_chains_are_right_whatever_their_ends_cost() {
    let ends = [0.0, 1e38, -1e38, 3e38, f32::INFINITY];
    let mut seed = 7_u32;
    let mut draw = |of: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) as usize % of
    };
    let mut seen = 0;
    for round in 0..6000 {
        let (frames, classes) = (1 + draw(4), 1 + draw(3));
        let mut energy = |walls: usize| if draw(walls) == 0 { f32::INFINITY } else { draw(17) as f32 / 4.0 };
        let e = Array2::from_shape_simple_fn((frames, classes), || energy(6));
        let between = Array2::from_shape_simple_fn((classes, classes), || energy(9));
        let mut end = |far: bool| Array1::from_shape_simple_fn(classes, || if far { ends[draw(5)] } else { 0.0 });
        let (first, last) = (end(round % 2 > 0), end(round % 3 > 0));
        let (of_classes, of_transitions, Some((best, share))) = shares(&e, &between, &first, &last) else { continue };
        seen += 1;
        let t = Transitions::new(between.view()).unwrap();
        let t = t.with_first(first.view()).unwrap().with_last(last.view()).unwrap();
        let em = Emissions::new(e.view()).unwrap();
        let dense = chain_posteriors(&em, &t, Beta::ONE).unwrap();
        let graph = posteriors(&em, &Topology::chain(&t).unwrap(), Beta::ONE).unwrap();
        let case = format!("{e:?}\n{between:?}\n{first:?} {last:?}\n{of_classes:?}\n{dense:?}\n{graph:?}");
        assert!(off(dense.emissions.iter().map(|&x| f64::from(x)), &of_classes) < 1e-6, "{case}");
        assert!(off(graph.emissions.iter().map(|&x| f64::from(x)), &of_classes) < 1e-6, "{case}");
        assert!(off(dense.transitions.between, &of_transitions) < 1e-9, "{case}");
        assert_eq!(dense.free_energy as f32, graph.free_energy as f32, "{case}");
        let loss = crf_loss(&em, &best, &t, Beta::ONE).unwrap();
        assert!((loss.value + share.ln()).abs() < 1e-9, "{} {share} {case}", loss.value);
        let found = chain_best_path(&em, &t).unwrap().unwrap();
        let loss = crf_loss(&em, &found.labels, &t, Beta::ONE).unwrap();
        assert!((loss.value + share.ln()).abs() < 1e-9, "{found:?} {case}");
    }
    assert!(seen > 2000, "{seen}");
}
