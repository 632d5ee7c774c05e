//! Path questions and losses, with their gradients, on a graph of the size that a reader makes of one field.
//!
//!     cargo bench --bench graphs             # criterion's options follow `--`
#![allow(clippy::unwrap_used)]

use criterion::{Criterion, criterion_group, criterion_main};
use energraph::loss::{EditDistance, Hamming, Hinge, Latent, Loss, Nll, Perceptron, loss_and_gradient};
use energraph::ops::Budget;
use energraph::paths::{
    best_path, free_energy, free_energy_and_posteriors, k_best, k_best_outputs, rival, with_output, without_output,
};
use energraph::{Answer, Beta, Energy, Graph, GraphBuilder};

/// 23 cuts, 12 symbols on every segment of at most 12 pieces, rubbish, which writes nothing, on every piece: 2,398 arcs.
fn field() -> Graph<Energy> {
    const CUTS: u32 = 23;
    let mut seed = 1_u64;
    let mut energy = |pieces: u32| {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        Energy::new(pieces as f32 * 0.7 + (seed >> 40) as f32 / (1 << 22) as f32).unwrap()
    };
    let mut b = GraphBuilder::new();
    b.add_states(CUTS as usize);
    b.start(0);
    b.final_weight(CUTS - 1, Energy::FREE);
    for from in 0..CUTS - 1 {
        b.arc(from, 0, 0, energy(1), from + 1);
        for to in from + 1..CUTS.min(from + 13) {
            (1..=12).for_each(|label| b.arc(from, label, label, energy(to - from), to));
        }
    }
    b.build().unwrap()
}

fn best(g: &Graph<Energy>) -> Answer {
    Answer::one(best_path(g).unwrap().unwrap().output)
}

fn questions(c: &mut Criterion) {
    let (g, right) = (field(), best(&field()));
    let mut group = c.benchmark_group("paths");
    group.bench_function("free_energy", |b| b.iter(|| free_energy(&g, Beta::ONE)));
    group.bench_function("free_energy_and_posteriors", |b| {
        b.iter(|| free_energy_and_posteriors(&g, Beta::ONE));
    });
    group.bench_function("best_path", |b| b.iter(|| best_path(&g)));
    group.bench_function("with_output", |b| b.iter(|| with_output(&g, &right)));
    group.bench_function("without_output", |b| b.iter(|| without_output(&g, &right)));
    for k in [1, 20] {
        group.bench_function(format!("k_best/{k}"), |b| b.iter(|| k_best(&g, k)));
    }
    for k in [1, 10] {
        let find = || k_best_outputs(&g, k, Beta::Infinite, Budget::default());
        group.bench_function(format!("k_best_outputs/{k}"), |b| b.iter(find));
    }
    group.bench_function("rival", |b| {
        b.iter(|| rival(&g, &right, Beta::Infinite, Budget::default()));
    });
}

const LOSSES: [&str; 8] = [
    "NLL, marginalised",
    "NLL, best segmentation",
    "perceptron",
    "hinge, constant",
    "hinge, all others",
    "hinge, Hamming",
    "hinge, edits ≤ 2",
    "hinge, edits ≤ 3",
];

fn loss(name: &str) -> (Box<dyn Loss>, Latent) {
    let hinge = || Hinge::constant(1.0).unwrap();
    let edits = |most| Box::new(Hinge::cost(EditDistance { scale: 1.0, most }));
    let one = Latent::marginalised(1.0).unwrap();
    match name {
        "NLL, marginalised" => (Box::new(Nll::ONE), one),
        "NLL, best segmentation" => (Box::new(Nll::ONE), Latent { right: Beta::Infinite, rival: Beta::ONE }),
        "perceptron" => (Box::new(Perceptron), Latent::MINIMISED),
        "hinge, constant" => (Box::new(hinge()), Latent::MINIMISED),
        "hinge, all others" => (Box::new(hinge().against_all_others()), one),
        "hinge, Hamming" => (Box::new(Hinge::cost(Hamming { scale: 1.0 })), Latent::MINIMISED),
        "hinge, edits ≤ 2" => (edits(2), Latent::MINIMISED),
        _ => (edits(3), Latent::MINIMISED),
    }
}

fn losses(c: &mut Criterion) {
    let (g, right) = (field(), Answer::one([3, 1, 12, 1, 5, 2]));
    let mut group = c.benchmark_group("loss_and_its_gradient");
    for name in LOSSES {
        let (loss, latent) = loss(name);
        let of = || loss_and_gradient(&g, &right, loss.as_ref(), latent, Budget::default());
        assert!(of().unwrap().value.is_finite());
        group.bench_function(name, |b| b.iter(of));
    }
}

criterion_group!(graphs, questions, losses);
criterion_main!(graphs);
