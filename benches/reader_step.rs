//! Where the time of a reader's training step goes: net, and losses with their gradients by graphs or by trellises.
//!
//!     cargo bench --bench reader_step            # RAYON_NUM_THREADS=1 for one core; ROUNDS=9
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::{Duration, Instant};

use energraph::handwriting::Grammar;
use energraph::handwriting::cuts::Cutter;
use energraph::handwriting::generator::Generator;
use energraph::handwriting::grammar::{alphabet, labels};
use energraph::handwriting::scorer::Scorer;
use energraph::handwriting::train::{LossConfig, Objective, Target};
use energraph::learn::{FrontEnd, Optimiser, Outcome, Ragged, Rule};
use energraph::nn::ComputeDevice;
use energraph::signal::Normaliser;
use ndarray::Array2;

const FIELDS: u64 = 32;

/// Fields of the generator, as the shipped reader sees them, half of them cheques.
fn targets(normaliser: &Normaliser, symbols: &energraph::SymbolTable) -> Vec<Target> {
    let one = |seed: u64| {
        let scene = if seed.is_multiple_of(2) { Generator::CHEQUE } else { Generator::LOG_BOOK };
        let drawn = scene.draw(seed);
        let field = Cutter::uniform(4, 50.0).field(normaliser.apply(&drawn.image).ink).unwrap();
        Target { field, answer: labels(&drawn.amount.text, symbols).unwrap(), grammar: 0, classes: Vec::new() }
    };
    (0..FIELDS).map(one).collect()
}

/// The losses of all fields and their gradients, one after another.
fn losses(objective: &Objective, targets: &[Target], energies: &Ragged<f32>) -> (f64, Ragged<f32>, Duration) {
    let began = Instant::now();
    let mut gradient = energies.zeros_like();
    let mut sum = 0.0;
    for (i, target) in targets.iter().enumerate() {
        if let Outcome::Loss(loss) = objective.evaluate(target, energies.block(i), gradient.block_mut(i)).unwrap() {
            sum += loss;
        }
    }
    (sum, gradient, began.elapsed())
}

fn median(mut all: Vec<Duration>) -> f64 {
    all.sort();
    all[all.len() / 2].as_secs_f64() * 1e3
}

fn main() {
    let rounds: usize = std::env::var("ROUNDS").ok().and_then(|r| r.parse().ok()).unwrap_or(7);
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/models/cheques.safetensors");
    let (info, parameters) = energraph::handwriting::load(&model).unwrap();
    let symbols = alphabet(&info.alphabet).unwrap();
    let mut net = Scorer::new(&info.scorer, symbols.len() - 1, 0, ComputeDevice::cpu()).unwrap();
    net.set_parameters(&parameters).unwrap();
    let grammar = Grammar::load("amount", &symbols).unwrap();
    let objective = |trellis: bool| {
        let config = LossConfig::Nll { beta: 1.0, trellis };
        Objective::new(&config, symbols.len() - 1, vec![grammar.clone()]).unwrap()
    };
    let (graph, trellis) = (objective(false), objective(true));
    let targets = targets(&Normaliser { stretch: 1.25, ..Normaliser::default() }, &symbols);
    let fields: Vec<_> = targets.iter().map(|t| t.field.clone()).collect();
    let mut optimiser = Optimiser::new(Rule::ADAMW, 1e-6);
    let mut times = [(); 3].map(|()| Vec::new());
    for round in 0..rounds + 1 {
        let began = Instant::now();
        let (energies, ticket) = net.forward(&fields).unwrap();
        let forward = began.elapsed();
        let (by_graph, gradient, of_graph) = losses(&graph, &targets, &energies);
        let (by_trellis, other, of_trellis) = losses(&trellis, &targets, &energies);
        let apart = (0..fields.len()).flat_map(|i| {
            let apart: Array2<f32> = &gradient.block(i) - &other.block(i);
            apart.into_iter().map(f32::abs)
        });
        let apart = apart.fold(0.0, f32::max);
        let began = Instant::now();
        net.backward(ticket, gradient).unwrap();
        net.apply(&mut optimiser).unwrap();
        if round == 0 {
            println!("losses {by_graph:.6} and {by_trellis:.6}, gradients at most {apart:.1e} apart");
            continue;
        }
        for (all, t) in times.iter_mut().zip([forward + began.elapsed(), of_graph, of_trellis]) {
            all.push(t);
        }
    }
    let [net, graph, trellis] = times.map(median);
    println!("{FIELDS} fields, {} threads, median ms: net {net:.1}", rayon::current_num_threads());
    for (what, time) in [("graphs", graph), ("trellises", trellis)] {
        println!("losses by {what}: {time:.2} ms, {:.2} % of a step", 100.0 * time / (net + time));
    }
}
