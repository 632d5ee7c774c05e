//! Segments beside the same lattice built and composed; dynamic time warping; the k best and draws.
//!
//!     cargo bench --bench trellis_segments    # divan's options follow `--`
#![allow(clippy::unwrap_used)]

use divan::Bencher;
use energraph::ops::{Compose, compose};
use energraph::trellis::{
    DtwOptions, Emissions, FrameEnergies, Segments, Topology, Transitions, dtw_posteriors, k_best, sample,
    segment_posteriors,
};
use energraph::{Beta, Label, paths};
use ndarray::Array2;

const FRAMES: usize = 300;
const CLASSES: usize = 30;
const LONGEST: usize = 20;

/// Something like noise, the same every time.
fn noise(rows: usize, columns: usize) -> Array2<f32> {
    let mut seed = 1_u64;
    Array2::from_shape_simple_fn((rows, columns), || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 40) as f32 / (1 << 22) as f32
    })
}

/// Classes that follow each other as they like, each transition with an energy of its own.
fn chain() -> Topology {
    Topology::chain(&Transitions::new(noise(CLASSES, CLASSES).view()).unwrap()).unwrap()
}

#[divan::bench]
fn segments_with_their_gradient(b: Bencher) {
    let (inside, chain) = (noise(FRAMES, CLASSES), chain());
    b.bench(|| {
        let segments = Segments::from_frames(&FrameEnergies::sums(inside.view(), LONGEST)).unwrap();
        segment_posteriors(&segments, &chain, Beta::ONE)
    });
}

/// The lattice built, composed and summed up; gradients end at the composition.
#[divan::bench(max_time = 10)]
fn segments_built_with_their_gradient(b: Bencher) {
    let (inside, chain) = (noise(FRAMES, CLASSES), chain());
    b.bench(|| {
        let segments = Segments::from_frames(&FrameEnergies::sums(inside.view(), LONGEST)).unwrap();
        let built = compose(&segments.graph().unwrap(), chain.graph(), &Compose::default()).unwrap();
        paths::free_energy_and_posteriors(&built.graph, Beta::ONE)
    });
}

#[divan::bench(args = [100, 1_000])]
fn soft_warping_with_its_gradient(b: Bencher, frames: usize) {
    let costs = noise(frames, frames);
    b.bench(|| dtw_posteriors(costs.view(), &DtwOptions::default(), Beta::ONE));
}

/// 500 frames of 80 classes, 60 labels.
fn aligned() -> (Array2<f32>, Topology) {
    let target: Vec<Label> = (0..60).map(|k| k * 31 % 79 + 2).collect();
    (noise(500, 80), Topology::ctc(&target, 1, 80).unwrap())
}

#[divan::bench(args = [1, 10, 100, 1_000])]
fn k_best_alignments(b: Bencher, k: usize) {
    let (e, t) = aligned();
    b.bench(|| k_best(&Emissions::new(e.view()).unwrap(), &t, k));
}

#[divan::bench(args = [1, 100])]
fn draws(b: Bencher, count: usize) {
    let (e, t) = aligned();
    let mut seed = 1_u64;
    b.bench_local(|| {
        let mut uniform = || {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 11) as f64 / (1_u64 << 53) as f64
        };
        sample(&Emissions::new(e.view()).unwrap(), &t, Beta::ONE, count, &mut uniform)
    });
}

fn main() {
    divan::main();
}
