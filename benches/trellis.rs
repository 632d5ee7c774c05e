//! Trellises: the inputs that `benches/peers/ctc_torch.py` makes (`e_*.npy`, `a1_*.npy`) and those of
//! `benches/peers/crf_torch.py` (`f_unary.npy`, `f_trans.npy`) where `PEER_INPUTS` names their folder, else random ones of the
//! same shape.
//!
//!     cargo bench --bench trellis             # criterion's options follow `--`
#![allow(clippy::unwrap_used)]

use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use energraph::trellis::{
    Emissions, Topology, Transitions, best_path, chain_best_paths, chain_posteriors_batch, crf_losses, ctc_loss,
    ctc_losses, free_energy, posteriors,
};
use energraph::{Beta, Label};
use ndarray::{Array2, Array3};

const SHAPE: (usize, usize, usize) = (32, 500, 80);
const TARGET: usize = 60;
/// PyTorch's blank is class 0.
const BLANK: Label = 1;

/// The numbers of an `.npy` file, four bytes each, after its header.
fn npy<T>(name: &str, number: fn([u8; 4]) -> T) -> Option<Vec<T>> {
    let folder = std::env::var_os("PEER_INPUTS")?;
    let file = Path::new(&folder).join(name);
    let Ok(bytes) = std::fs::read(&file) else {
        eprintln!("{} cannot be read: random numbers in its place", file.display());
        return None;
    };
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    Some(bytes[header..].chunks_exact(4).map(|b| number([b[0], b[1], b[2], b[3]])).collect())
}

/// Something like noise, the same every time.
fn noise(n: usize) -> Vec<f32> {
    let mut seed = 1_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 40) as f32 / (1 << 24) as f32
    };
    (0..n).map(|_| (0..6).map(|_| next()).sum::<f32>() * 1.414 - 4.242).collect()
}

/// Energies, items × frames × classes, and the targets.
fn batch() -> (Array3<f32>, Vec<Vec<Label>>) {
    let (items, frames, classes) = SHAPE;
    let logits = npy("e_logits.npy", f32::from_le_bytes).unwrap_or_else(|| noise(items * frames * classes));
    let labels = npy("e_targets.npy", u32::from_le_bytes)
        .unwrap_or_else(|| (0..(items * TARGET) as u32).map(|k| k * 31 % (classes as u32 - 1) + 1).collect());
    let energies = Array3::from_shape_vec(SHAPE, logits.into_iter().map(|x| -x).collect()).unwrap();
    (energies, labels.chunks(TARGET).map(|t| t.iter().map(|l| l + 1).collect()).collect())
}

/// The loss and its gradient for the whole batch, on so many threads.
fn ctc_losses_of_a_batch(c: &mut Criterion) {
    let (energies, targets) = batch();
    let items: Vec<(Emissions<'_>, &[Label])> =
        energies.outer_iter().zip(&targets).map(|(e, t)| (Emissions::new(e).unwrap(), &t[..])).collect();
    let all = ctc_losses(&items, BLANK);
    let loss: f64 = all.iter().map(|l| l.as_ref().unwrap().value).sum();
    let squares: f64 =
        all.iter().flat_map(|l| l.as_ref().unwrap().gradient.iter()).map(|&g| f64::from(g) * f64::from(g)).sum();
    println!("ctc_losses_of_a_batch: loss {loss:.6}, squares of the gradient {squares:.5}");
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        c.bench_function(&format!("ctc_losses_of_a_batch/{threads}"), |b| {
            b.iter(|| pool.install(|| ctc_losses(&items, BLANK)))
        });
    }
}

/// One item of it, for any topology's kernels.
fn one() -> (Array2<f32>, Topology) {
    let (energies, targets) = batch();
    let first = energies.index_axis(ndarray::Axis(0), 0).to_owned();
    (first, Topology::ctc(&targets[0], BLANK, SHAPE.2).unwrap())
}

fn free_energy_of_one_item(c: &mut Criterion) {
    let (one, t) = one();
    c.bench_function("free_energy_of_one_item", |b| {
        b.iter(|| free_energy(&Emissions::new(one.view()).unwrap(), &t, Beta::ONE))
    });
}

fn posteriors_of_one_item(c: &mut Criterion) {
    let (one, t) = one();
    c.bench_function("posteriors_of_one_item", |b| {
        b.iter(|| posteriors(&Emissions::new(one.view()).unwrap(), &t, Beta::ONE))
    });
}

/// Frames, classes and labels of a single item.
const SINGLE: (usize, usize, usize) = (1000, 100, 100);

/// The loss and its gradient for one longer item, whose trellis others compose first.
fn ctc_loss_of_one(c: &mut Criterion) {
    let (frames, classes, labels) = SINGLE;
    let logs = npy("a1_emit.npy", f32::from_le_bytes).unwrap_or_else(|| noise(frames * classes));
    let energies = Array2::from_shape_vec((frames, classes), logs.into_iter().map(|x| -x).collect()).unwrap();
    let target = npy("a1_target.npy", u32::from_le_bytes)
        .unwrap_or_else(|| (0..labels as u32).map(|k| k * 31 % (classes as u32 - 1) + 1).collect());
    let target: Vec<Label> = target.iter().map(|l| l + 1).collect();
    let find = || ctc_loss(&Emissions::new(energies.view()).unwrap(), &target, BLANK).unwrap();
    // The peer's inputs are normalised: what is added is the share of every class at its frame.
    let found = find();
    let share = |(g, e): (&f32, &f32)| (f64::from(*g) + f64::from(-e).exp()).powi(2);
    let squares: f64 = found.gradient.iter().zip(&energies).map(share).sum();
    println!("ctc_loss_of_one: loss {:.6}, squares {squares:.6}", found.value);
    c.bench_function("ctc_loss_of_one", |b| b.iter(find));
}

/// Items, frames, classes of the dense chain.
const CHAIN: (usize, usize, usize) = (32, 500, 40);

/// Energies of the dense chain, items × frames × classes, and of its transitions.
fn chain() -> (Array3<f32>, Array2<f32>) {
    let (items, frames, classes) = CHAIN;
    let energies = |name, n| -> Vec<f32> {
        let scores = npy(name, f32::from_le_bytes).unwrap_or_else(|| noise(n));
        scores.into_iter().map(|x| -x).collect()
    };
    let unary = Array3::from_shape_vec(CHAIN, energies("f_unary.npy", items * frames * classes)).unwrap();
    (unary, Array2::from_shape_vec((classes, classes), energies("f_trans.npy", classes * classes)).unwrap())
}

/// Free energies, all marginals and all expected counts for the whole batch, on so many threads.
fn chain_posteriors_of_a_batch(c: &mut Criterion) {
    let (energies, between) = chain();
    let t = Transitions::new(between.view()).unwrap();
    let items: Vec<Emissions<'_>> = energies.outer_iter().map(|e| Emissions::new(e).unwrap()).collect();
    let all: Vec<_> = chain_posteriors_batch(&items, &t, Beta::ONE).into_iter().map(Result::unwrap).collect();
    let log_z: f64 = all.iter().map(|p| -p.free_energy).sum();
    let shares: f64 = all.iter().flat_map(|p| &p.emissions).map(|&p| f64::from(p) * f64::from(p)).sum();
    let counts = all.iter().fold(Array2::zeros(between.dim()), |sum, p| sum + &p.transitions.between);
    let counts: f64 = counts.iter().map(|c: &f64| c * c).sum();
    println!(
        "chain_posteriors_of_a_batch: log Z {log_z:.6}, squares of marginals {shares:.6}, of expected counts {counts:.3}"
    );
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        c.bench_function(&format!("chain_posteriors_of_a_batch/{threads}"), |b| {
            b.iter(|| pool.install(|| chain_posteriors_batch(&items, &t, Beta::ONE)))
        });
    }
}

/// The loss of the same batch, labels as they come.
fn crf_losses_of_a_batch(c: &mut Criterion) {
    let (energies, between) = chain();
    let t = Transitions::new(between.view()).unwrap();
    let target: Vec<Label> = (0..CHAIN.1).map(|t| (t * 31 % CHAIN.2) as Label + 1).collect();
    let items: Vec<(Emissions<'_>, &[Label])> =
        energies.outer_iter().map(|e| (Emissions::new(e).unwrap(), &target[..])).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    c.bench_function("crf_losses_of_a_batch", |b| b.iter(|| pool.install(|| crf_losses(&items, &t, Beta::ONE))));
}

/// The best labellings of the same batch.
fn chain_best_paths_of_a_batch(c: &mut Criterion) {
    let (energies, between) = chain();
    let t = Transitions::new(between.view()).unwrap();
    let items: Vec<Emissions<'_>> = energies.outer_iter().map(|e| Emissions::new(e).unwrap()).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    c.bench_function("chain_best_paths_of_a_batch", |b| b.iter(|| pool.install(|| chain_best_paths(&items, &t))));
}

/// Shape and target length of the alignment: `g_logp.npy` and `g_target.npy`, else random energies and labels.
const ALIGNED: (usize, usize, usize) = (20_000, 60, 1_500);

/// A text placed; what is printed can be compared with `benches/peers/align_torchaudio.py`.
fn alignment(c: &mut Criterion) {
    let (frames, classes, labels) = ALIGNED;
    let logs = npy("g_logp.npy", f32::from_le_bytes).unwrap_or_else(|| noise(frames * classes));
    let target = npy("g_target.npy", u32::from_le_bytes)
        .unwrap_or_else(|| (0..labels as u32).map(|k| k * 31 % (classes as u32 - 1) + 1).collect());
    let energies = Array2::from_shape_vec((frames, classes), logs.into_iter().map(|x| -x).collect()).unwrap();
    let target: Vec<Label> = target.iter().map(|l| l + 1).collect();
    // As the peer does, everything from energies and labels on.
    let find = || {
        let topology = Topology::ctc(&target, BLANK, classes).unwrap();
        let best = best_path(&Emissions::new(energies.view()).unwrap(), &topology).unwrap().unwrap();
        (best, topology)
    };
    let (best, topology) = find();
    let class = |arc: u32| u64::from(topology.graph().all_arcs()[arc as usize].ilabel - 1);
    let hash: u64 = best.steps.iter().zip(1..).map(|(s, t)| class(s.arc) * t % 1_000_003).sum();
    println!("alignment: energy {:.6}, hash {hash}", best.energy);
    c.bench_function("alignment", |b| b.iter(find));
}

criterion_group!(
    trellis,
    ctc_losses_of_a_batch,
    free_energy_of_one_item,
    posteriors_of_one_item,
    ctc_loss_of_one,
    chain_posteriors_of_a_batch,
    crf_losses_of_a_batch,
    chain_best_paths_of_a_batch,
    alignment
);
criterion_main!(trellis);
