//! Numbers that other programs found, on energies that anyone can make again.
//!
//! `U[t, c] = ((7t + 5c) · 13 mod 17) / 4`, five frames and three classes; transitions `A[i, j] = ((3i + 5j) mod 7) / 8`, first
//! classes 0.5, 0, 0.25, last ones 0, 1, 0.125.

use energraph::trellis::{
    Emissions, FrameEnergies, KnownSegments, Segments, Topology, Transitions, best_path, best_segmentation,
    chain_best_path, chain_free_energy, chain_posteriors, free_energy, posteriors, segment_free_energy,
    segment_posteriors, semi_markov_loss,
};
use energraph::{Beta, Site};
use ndarray::{Array1, Array2, arr1, array};

const T: usize = 5;
const C: usize = 3;

fn table(rows: usize, of: impl Fn(usize, usize) -> usize, by: f32) -> Array2<f32> {
    Array2::from_shape_fn((rows, C), |(i, j)| of(i, j) as f32 / by)
}

fn emissions() -> Array2<f32> {
    table(T, |t, c| (t * 7 + c * 5) * 13 % 17, 4.0)
}

fn transitions() -> (Array2<f32>, Array1<f32>, Array1<f32>) {
    (table(C, |i, j| (i * 3 + j * 5) % 7, 8.0), arr1(&[0.5, 0.0, 0.25]), arr1(&[0.0, 1.0, 0.125]))
}

fn all_near<'a>(found: impl IntoIterator<Item = &'a f32>, expected: &Array2<f64>) {
    let near = |(f, e): (&f32, &f64)| (f64::from(*f) - e).abs() < 1e-6;
    assert!(found.into_iter().zip(expected).all(near), "{expected}");
}

/// torch-struct 0.5: `d = LinearChainCRF(log_potentials)` of the negatives in f64; `d.partition`, `d.max` and the gradient of the
/// former, summed over frames. Marginals of frames: the sum over all 243 labellings in numpy, whose free energy is the same number.
#[test]
fn a_linear_chain_is_that_of_torch_struct() {
    let (energies, (between, first, last)) = (emissions(), transitions());
    let e = Emissions::new(energies.view()).unwrap();
    let t = Transitions::new(between.view()).unwrap().with_first(first.view()).unwrap().with_last(last.view()).unwrap();
    let topology = Topology::chain(&t).unwrap();
    let expected = 2.604293282740772;
    assert!((chain_free_energy(&e, &t, Beta::ONE).unwrap() - expected).abs() < 1e-12);
    assert!((free_energy(&e, &topology, Beta::ONE).unwrap() - expected).abs() < 1e-12);
    let best = best_path(&e, &topology).unwrap().unwrap();
    assert_eq!((best.output, best.energy), (vec![1, 3, 3, 1, 3], 4.375));
    assert_eq!(chain_best_path(&e, &t).unwrap().unwrap().energy, 4.375);
    let counts = [
        [0.64337364, 0.326828915, 1.216954961],
        [0.346609901, 0.122771646, 0.121019257],
        [0.542283859, 0.206069312, 0.474088509],
    ];
    let marginals = array![
        [0.887872606, 0.039331679, 0.072795715],
        [0.193653976, 0.219725008, 0.586621016],
        [0.195251252, 0.306942311, 0.497806437],
        [0.910379681, 0.024401806, 0.065218513],
        [0.23298249, 0.104600748, 0.662416762]
    ];
    let p = chain_posteriors(&e, &t, Beta::ONE).unwrap();
    let through = posteriors(&e, &topology, Beta::ONE).unwrap();
    for (found, expected) in p.transitions.between.iter().zip(counts.iter().flatten()) {
        assert!((found - expected).abs() < 1e-8, "{found} {expected}");
    }
    for (arc, expected) in (C as u32..).zip(counts.iter().flatten()) {
        assert!((through.sites.get(Site::Arc(arc)) - expected).abs() < 1e-8);
    }
    all_near(&p.emissions, &marginals);
    all_near(&through.emissions, &marginals);
}

/// All 747 segmentations into segments of up to three frames, in numpy. A segment has its frames' energies, and
/// `((5t + 3c) mod 4) / 8` where it begins, `((3t + c) mod 5) / 8` at its last frame, `((2l + c) mod 3) / 4` for its length `l + 1`.
#[test]
fn a_semi_markov_chain_is_that_of_an_enumeration_elsewhere() {
    let (energies, (between, first, last)) = (emissions(), transitions());
    let (begins, ends) = (table(T, |t, c| (t * 5 + c * 3) % 4, 8.0), table(T, |t, c| (t * 3 + c) % 5, 8.0));
    let lengths = table(3, |l, c| (l * 2 + c) % 3, 4.0);
    let frames = FrameEnergies {
        begins: Some(begins.view()),
        ends: Some(ends.view()),
        lengths: Some(lengths.view()),
        ..FrameEnergies::sums(energies.view(), 3)
    };
    let segments = Segments::from_frames(&frames).unwrap();
    let t = Transitions::new(between.view()).unwrap().with_first(first.view()).unwrap().with_last(last.view()).unwrap();
    let topology = Topology::chain(&t).unwrap();
    let all = segment_free_energy(&segments, &topology, Beta::ONE).unwrap();
    assert!((all - 4.038892839672679).abs() < 1e-12, "{all}");
    let best = best_segmentation(&segments, &topology).unwrap().unwrap();
    let cut: Vec<_> = best.segments.iter().map(|s| (s.frames.clone(), s.label)).collect();
    assert_eq!((best.energy, cut), (7.25, vec![(0..1, 1), (1..3, 3), (3..4, 1), (4..5, 1)]));
    let loss = semi_markov_loss(&segments, KnownSegments::Labels(&[1, 2, 1]), &t, Beta::ONE).unwrap();
    assert!((loss.value - 3.3454258993297925).abs() < 1e-12, "{}", loss.value);
    let p = segment_posteriors(&segments, &topology, Beta::ONE).unwrap();
    let shares = p.segments.frames().unwrap();
    let begun = array![
        [0.886544456, 0.026304084, 0.08715146],
        [0.189407712, 0.180607471, 0.432422894],
        [0.20121232, 0.10832314, 0.247417739],
        [0.570976931, 0.022170803, 0.092349024],
        [0.257846484, 0.060802823, 0.294201729]
    ];
    let inside = array![
        [0.886544456, 0.026304084, 0.08715146],
        [0.312134506, 0.190759727, 0.497105767],
        [0.309721757, 0.199274167, 0.491004076],
        [0.719092347, 0.035297812, 0.245609842],
        [0.490466644, 0.070331142, 0.439202214]
    ];
    all_near(&shares.begins, &begun);
    all_near(&shares.inside, &inside);
}
