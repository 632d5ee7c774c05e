//! How long a loss takes on a graph of the reader's size. Run with
//! `cargo test --release --test loss_speed -- --ignored --nocapture`.

use std::time::Instant;

use energraph::loss::{EditDistance, Hamming, Hinge, Latent, Loss, Nll, Perceptron, loss_and_gradient};
use energraph::ops::Budget;
use energraph::{Answer, Beta, Energy, Graph, GraphBuilder};

/// 23 cuts, every segment of at most 8 steps, 14 symbols and a rubbish step each: some 2,200 arcs.
fn field() -> Graph<Energy> {
    let mut seed = 1_u64;
    let mut energy = || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        Energy::new((seed >> 40) as f32 / (1 << 22) as f32).unwrap()
    };
    let mut b = GraphBuilder::new();
    b.add_states(23);
    b.start(0);
    b.final_weight(22, Energy::FREE);
    for from in 0..22_u32 {
        b.arc(from, 0, 0, energy(), from + 1);
        for to in from + 1..=(from + 8).min(22) {
            (1..=14).for_each(|label| b.arc(from, label, label, energy(), to));
        }
    }
    b.build().unwrap()
}

#[test]
#[ignore = "a measurement"]
fn time_of_each_loss() {
    let g = field();
    let right = Answer::one([3, 1, 13, 1, 5, 2]);
    println!("{} states, {} arcs", g.states(), g.arc_count());
    let one = Latent::marginalised(1.0).unwrap();
    let mixed = Latent { right: Beta::Infinite, rival: Beta::ONE };
    let cases: [(&str, Box<dyn Loss>, Latent); 8] = [
        ("NLL, marginalised", Box::new(Nll::new(1.0).unwrap()), one),
        ("NLL, best segmentation", Box::new(Nll::new(1.0).unwrap()), mixed),
        ("perceptron", Box::new(Perceptron), Latent::MINIMISED),
        ("hinge, constant", Box::new(Hinge::constant(1.0).unwrap()), Latent::MINIMISED),
        ("hinge, all others", Box::new(Hinge::constant(1.0).unwrap().against_all_others()), one),
        ("hinge, Hamming", Box::new(Hinge::cost(Hamming { scale: 1.0 })), Latent::MINIMISED),
        ("hinge, edits ≤ 2", Box::new(Hinge::cost(EditDistance { scale: 1.0, most: 2 })), Latent::MINIMISED),
        ("hinge, edits ≤ 3", Box::new(Hinge::cost(EditDistance { scale: 1.0, most: 3 })), Latent::MINIMISED),
    ];
    for (name, loss, latent) in cases {
        let mut best = f64::INFINITY;
        for _ in 0..20 {
            let began = Instant::now();
            let found = loss_and_gradient(&g, &right, loss.as_ref(), latent, Budget::default()).unwrap();
            best = best.min(began.elapsed().as_secs_f64());
            assert!(found.value.is_finite());
        }
        println!("{name:<24} {:8.3} ms", best * 1e3);
    }
}
