//! Times of the path questions on a graph as a reader of fields makes one; prints, asserts nothing.
//!
//! `cargo test --release --features oracle --test paths_speed -- --ignored --nocapture`

#![cfg(feature = "oracle")]

mod paths_graphs;

use std::hint::black_box;
use std::time::Instant;

use energraph::ops::Budget;
use energraph::paths::{
    best_path, free_energy, free_energy_and_posteriors, k_best, k_best_outputs, rival, with_output, without_output,
};
use energraph::{Answer, Beta, Energy, Graph, GraphBuilder};
use paths_graphs::Dice;

/// Cuts in a row, segments of at most 12 gaps between them, 12 symbols and rubbish on each segment.
fn recognition_graph(cuts: u32, spread: f32) -> Graph<Energy> {
    let mut dice = Dice(1);
    let mut b = GraphBuilder::new();
    b.add_states(cuts as usize);
    b.start(0);
    for s in 0..cuts {
        for t in s + 1..cuts.min(s + 13) {
            for symbol in 0..13 {
                // Rubbish, 0, writes nothing and spans one gap.
                if symbol > 0 || t == s + 1 {
                    let e = (t - s) as f32 * 0.7 + spread * dice.below(1000) as f32 / 250.0;
                    b.arc(s, symbol, symbol, Energy::new(e).unwrap(), t);
                }
            }
        }
    }
    b.final_weight(cuts - 1, Energy::FREE);
    b.build().unwrap()
}

fn time(what: &str, mut f: impl FnMut()) {
    f();
    let runs = 200;
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let start = Instant::now();
        (0..runs).for_each(|_| f());
        best = best.min(start.elapsed().as_secs_f64() / f64::from(runs));
    }
    println!("{what:42} {:9.1} µs", best * 1e6);
}

#[test]
#[ignore = "prints times"]
fn times_on_recognition_graphs() {
    for spread in [1.0, 4.0] {
        let g = recognition_graph(23, spread);
        println!("{} arcs, energies spread by {spread}", g.arc_count());
        let best = best_path(&g).unwrap().unwrap();
        let right = Answer::one(best.output.iter().copied());
        println!("answer of {} labels", best.output.len());
        time("free_energy", || drop(black_box(free_energy(&g, Beta::ONE))));
        time("free_energy_and_posteriors", || drop(black_box(free_energy_and_posteriors(&g, Beta::ONE))));
        time("best_path", || drop(black_box(best_path(&g))));
        time("with_output", || drop(black_box(with_output(&g, &right))));
        time("without_output", || drop(black_box(without_output(&g, &right))));
        let (w, wo) = (with_output(&g, &right).unwrap().graph, without_output(&g, &right).unwrap().graph);
        println!("products: {} and {} arcs", w.arc_count(), wo.arc_count());
        time("posteriors within the answer", || drop(black_box(free_energy_and_posteriors(&w, Beta::ONE))));
        time("posteriors without it", || drop(black_box(free_energy_and_posteriors(&wo, Beta::ONE))));
        time("k_best, 20", || drop(black_box(k_best(&g, 20))));
        time("k_best_outputs, 10, β = ∞", || {
            drop(black_box(k_best_outputs(&g, 10, Beta::Infinite, Budget::default())));
        });
        time("rival, β = ∞", || drop(black_box(rival(&g, &right, Beta::Infinite, Budget::default()))));
        for limit in [100, 1000] {
            let limit = Budget { states: limit, arcs: usize::MAX };
            let start = Instant::now();
            let found = rival(&g, &right, Beta::ONE, limit).unwrap();
            println!("rival, β = 1, {} states: {:?} µs: {found:?}", limit.states, start.elapsed().as_micros());
        }
    }
}
