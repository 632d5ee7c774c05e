//! Segments beside the same lattice built and composed; dynamic time warping; the k best and draws.
//!
//!     cargo bench --bench trellis_segments    # criterion's options follow `--`
#![allow(clippy::unwrap_used)]

use criterion::{Criterion, criterion_group, criterion_main};
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

/// Segments as a trellis, and the same lattice built, composed and summed up: there gradients end at the composition.
fn segments(c: &mut Criterion) {
    let (inside, chain) = (noise(FRAMES, CLASSES), chain());
    c.bench_function("segments_with_their_gradient", |b| {
        b.iter(|| {
            let segments = Segments::from_frames(&FrameEnergies::sums(inside.view(), LONGEST)).unwrap();
            segment_posteriors(&segments, &chain, Beta::ONE)
        });
    });
    let mut group = c.benchmark_group("built");
    group.sample_size(10);
    group.bench_function("segments_built_with_their_gradient", |b| {
        b.iter(|| {
            let segments = Segments::from_frames(&FrameEnergies::sums(inside.view(), LONGEST)).unwrap();
            let built = compose(&segments.graph().unwrap(), chain.graph(), &Compose::default()).unwrap();
            paths::free_energy_and_posteriors(&built.graph, Beta::ONE)
        });
    });
}

fn soft_warping(c: &mut Criterion) {
    let mut group = c.benchmark_group("soft_warping_with_its_gradient");
    for frames in [100, 1_000] {
        let costs = noise(frames, frames);
        let options = DtwOptions::default();
        group.bench_function(frames.to_string(), |b| {
            b.iter(|| dtw_posteriors(costs.view(), &options, Beta::ONE));
        });
    }
}

/// 500 frames of 80 classes, 60 labels.
fn aligned() -> (Array2<f32>, Topology) {
    let target: Vec<Label> = (0..60).map(|k| k * 31 % 79 + 2).collect();
    (noise(500, 80), Topology::ctc(&target, 1, 80).unwrap())
}

fn alignments(c: &mut Criterion) {
    let (e, t) = aligned();
    let e = Emissions::new(e.view()).unwrap();
    for k in [1, 10, 100, 1_000] {
        c.bench_function(&format!("k_best_alignments/{k}"), |b| b.iter(|| k_best(&e, &t, k)));
    }
    let mut seed = 1_u64;
    let mut uniform = || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 11) as f64 / (1_u64 << 53) as f64
    };
    for count in [1, 100] {
        c.bench_function(&format!("draws/{count}"), |b| {
            b.iter(|| sample(&e, &t, Beta::ONE, count, &mut uniform));
        });
    }
}

criterion_group!(trellis_segments, segments, soft_warping, alignments);
criterion_main!(trellis_segments);
