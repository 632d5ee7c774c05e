//! The table {elastic templates, time-delay net} × {LVQ2, perceptron, hinge, NLL} × {features fixed, trained jointly} on the isolated
//! digits of `fsdd`: recordings 10–49 of each speaker and digit trained on, 5–9 measured.
//!
//!     ENERGRAPH_DATA=… cargo bench --bench speech_table
//!     ENERGRAPH_DATA=… cargo bench --bench speech_table -- --epochs 2 templates/nll/joint tdnn/nll/joint
//!
//! Options: `--epochs N` (24), `--seeds N` (3), `--leave SPEAKER` (that speaker is not trained on, and measured on recordings 5–49), names
//! of cells. One core: `RAYON_NUM_THREADS=1 taskset -c 0`. Every line is printed as soon as it is known.
//!
//! All cells begin with the same net: log-mel features → a time-delay net → 24 features every 20 ms, trained for as many epochs to tell the
//! states of the words apart, with each recording cut into as many equal parts as its word has states. *Templates*: the energy of a word is
//! that of two references under dynamic time warping, summed over (NLL) or the better of the two (the other losses). *TDNN*: a linear layer
//! gives each feature vector energies of states (at first the classifier's), and a word is its states from left to right, alignments summed
//! over (NLL) or minimised. Energies are scaled so that the best wrong word is 3 above the right one on average before training begins:
//! M = 3 and m = 2 mean the same in both systems. Every recording is varied anew each time (tempo, pitch, a band and a moment lost).
//!
//! *fixed*: the net stays as it was; *joint*: it goes on learning with what is above it; *start*: nothing is trained but the classifier.
#![allow(clippy::unwrap_used)]

#[path = "speech_table/data.rs"]
mod data;
#[path = "speech_table/systems.rs"]
mod systems;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use data::{Random, Recording, digits, varied};
use energraph::Beta;
use energraph::learn::{FrontEnd, Optimiser, Ragged, Rule, Schedule, Share};
use energraph::loss::{Hinge, Latent, Loss, Lvq2, Nll, Perceptron, loss_among};
use energraph::nn::{DeviceChoice, Tdnn, TdnnConfig};
use energraph::speech::templates::{TemplateModel, TemplateOptions};
use ndarray::Array2;
use rayon::prelude::*;
use systems::{System, Templates, WordStates};

const SYSTEMS: [&str; 2] = ["templates", "tdnn"];
const LOSSES: [&str; 5] = ["start", "lvq2", "perceptron", "hinge", "nll"];
const WORDS: usize = 10;
const STATES: usize = 5;
/// Features that the net gives.
const FEATURES: usize = 24;
const BATCH: usize = 16;
/// What the best wrong word is above the right one on average, before training.
const LEAD: f64 = 3.0;

#[derive(Clone)]
struct Options {
    data: PathBuf,
    epochs: u64,
    seeds: u64,
    /// That of the run at hand.
    seed: u64,
    leave: Option<String>,
    cells: Vec<String>,
}

fn options() -> Options {
    let data = std::env::var_os("ENERGRAPH_DATA").map(PathBuf::from).unwrap_or_else(|| "../shared/data".into());
    let mut o = Options { data, epochs: 24, seeds: 3, seed: 1, leave: None, cells: Vec::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(a) = arguments.next() {
        match a.as_str() {
            "--epochs" => o.epochs = arguments.next().unwrap().parse().unwrap(),
            "--seeds" => o.seeds = arguments.next().unwrap().parse().unwrap(),
            "--leave" => o.leave = arguments.next(),
            "--bench" => {}
            _ => o.cells.push(a),
        }
    }
    o
}

/// The net, and what its outputs are divided by so that each feature has mean 0 and variance 1 at the start.
struct Net {
    tdnn: Tdnn,
    mean: Vec<f32>,
    scale: Vec<f32>,
}

fn net(seed: u64) -> Net {
    let config = TdnnConfig {
        inputs: data::FILTERS,
        width: 64,
        kernel: 5,
        stride: 2,
        dilations: vec![1, 2, 3],
        dropout: 0.1,
        outputs: FEATURES,
    };
    let tdnn = Tdnn::new(config, seed, DeviceChoice::Cpu.resolve().unwrap()).unwrap();
    Net { tdnn, mean: vec![0.0; FEATURES], scale: vec![1.0; FEATURES] }
}

impl Net {
    fn features(&mut self, recordings: &[Recording]) -> Vec<Array2<f32>> {
        let parts = recordings.chunks(64).flat_map(|part| {
            let inputs: Vec<_> = part.iter().map(|r| r.features.clone()).collect();
            let outputs = self.tdnn.infer(&inputs).unwrap();
            (0..outputs.len()).map(|i| self.normal(&outputs, i)).collect::<Vec<_>>()
        });
        parts.collect()
    }

    fn normal(&self, outputs: &Ragged<f32>, item: usize) -> Array2<f32> {
        let block = outputs.block(item);
        Array2::from_shape_fn(block.dim(), |(t, d)| (block[[t, d]] - self.mean[d]) * self.scale[d])
    }

    /// From now on features have mean 0 and variance 1 over these recordings.
    fn normalise(&mut self, recordings: &[Recording]) {
        let all = self.features(recordings);
        let frames = all.iter().map(Array2::nrows).sum::<usize>() as f64;
        for d in 0..FEATURES {
            let column = || all.iter().flat_map(|x| x.column(d)).map(|v| f64::from(*v));
            let mean = column().sum::<f64>() / frames;
            let variance = column().map(|v| (v - mean).powi(2)).sum::<f64>() / frames;
            (self.mean[d], self.scale[d]) = (mean as f32, variance.sqrt().recip() as f32);
        }
    }
}

/// Trains the net and a linear layer on it to tell states of words apart, of which each recording holds equal parts.
fn classifier(train: &[Recording], o: &Options) -> (Net, Array2<f32>) {
    let mut net = net(o.seed);
    let mut layer = WordStates::zeros(FEATURES, WORDS, STATES);
    let (mut of_net, mut of_layer) = (optimiser(), optimiser());
    let mut random = Random::new(o.seed);
    let schedule = schedule(2e-3, train.len(), o);
    for epoch in 0..o.epochs {
        let order = random.order(train.len());
        for (i, batch) in order.chunks(BATCH).enumerate() {
            let rate = schedule.at(epoch * order.len().div_ceil(BATCH) as u64 + i as u64);
            (of_net.rate, of_layer.rate) = (rate, rate);
            let inputs: Vec<_> = batch.iter().map(|&r| varied(&train[r].features, &mut random)).collect();
            let (outputs, ticket) = net.tdnn.forward(&inputs).unwrap();
            let mut by_outputs = outputs.zeros_like();
            let mut by_layer = Array2::zeros(layer.weights.dim());
            for (i, &r) in batch.iter().enumerate() {
                let (by_x, by_w) = layer.classify(outputs.block(i), train[r].word, BATCH);
                by_outputs.block_mut(i).assign(&by_x);
                by_layer += &by_w;
            }
            net.tdnn.backward(ticket, by_outputs).unwrap();
            net.tdnn.apply(&mut of_net).unwrap();
            layer.learn(&by_layer, &mut of_layer);
        }
    }
    net.normalise(train);
    layer.undo(&net.mean, &net.scale);
    (net, layer.weights)
}

fn optimiser() -> Optimiser {
    let mut o = Optimiser::new(Rule::ADAMW, 0.0);
    o.clip = Some(5.0);
    o
}

fn schedule(peak: f32, samples: usize, o: &Options) -> Schedule {
    let steps = samples.div_ceil(BATCH) as u64 * o.epochs;
    Schedule { peak, floor: 0.0, warm_up: steps / 20, steps }
}

/// A loss, its latent choices, and at which β words are read.
fn loss(name: &str) -> (Box<dyn Loss + Sync>, Latent, Beta) {
    match name {
        "lvq2" => (Box::new(Lvq2::new(3.0).unwrap()), Latent::MINIMISED, Beta::Infinite),
        "perceptron" => (Box::new(Perceptron), Latent::MINIMISED, Beta::Infinite),
        "hinge" => (Box::new(Hinge::constant(2.0).unwrap()), Latent::MINIMISED, Beta::Infinite),
        _ => (Box::new(Nll::ONE), Nll::ONE.latent(), Beta::ONE),
    }
}

/// How far the right word wins over the best wrong one, on average over the recordings that have both.
fn lead(system: &dyn System, features: &[Array2<f32>], recordings: &[Recording], beta: Beta) -> f64 {
    let leads: Vec<f64> = features
        .par_iter()
        .zip(recordings)
        .filter_map(|(x, r)| {
            let energies = system.words(x.view(), beta);
            let wrong = energies.iter().enumerate().filter(|(w, _)| *w != r.word).map(|(_, e)| *e);
            let lead = wrong.fold(f64::INFINITY, f64::min) - energies[r.word];
            lead.is_finite().then_some(lead)
        })
        .collect();
    leads.iter().sum::<f64>() / leads.len() as f64
}

/// Which recordings are read wrongly.
fn wrong(system: &dyn System, features: &[Array2<f32>], recordings: &[Recording], beta: Beta) -> Vec<bool> {
    let one = |(x, r): (&Array2<f32>, &Recording)| {
        let energies = system.words(x.view(), beta);
        let best = (0..WORDS).min_by(|a, b| energies[*a].total_cmp(&energies[*b]));
        best != Some(r.word) || energies[r.word] == f64::INFINITY
    };
    features.par_iter().zip(recordings).map(one).collect()
}

struct Cell {
    system: &'static str,
    loss: &'static str,
    joint: bool,
}

impl Cell {
    fn name(&self) -> String {
        format!("{}/{}/{}", self.system, self.loss, if self.joint { "joint" } else { "fixed" })
    }
}

/// One epoch after the other; how many recordings could not be aligned to their word.
fn train(system: &mut dyn System, net: &mut Net, cell: &Cell, recordings: &[Recording], o: &Options) -> usize {
    let (loss, latent, beta) = loss(cell.loss);
    let (mut of_net, mut of_system) = (optimiser(), optimiser());
    let (slow, fast) = (schedule(1e-3, recordings.len(), o), schedule(3e-3, recordings.len(), o));
    let mut random = Random::new(o.seed + 1);
    let (mut absent, mut step) = (0, 0);
    for _ in 0..o.epochs {
        for batch in random.order(recordings.len()).chunks(BATCH) {
            (of_net.rate, of_system.rate) = (slow.at(step), fast.at(step));
            step += 1;
            let inputs: Vec<_> = batch.iter().map(|&r| varied(&recordings[r].features, &mut random)).collect();
            let (outputs, ticket) = match cell.joint {
                true => net.tdnn.forward(&inputs).map(|(outputs, ticket)| (outputs, Some(ticket))).unwrap(),
                false => (net.tdnn.infer(&inputs).unwrap(), None),
            };
            let xs: Vec<_> = (0..batch.len()).map(|i| net.normal(&outputs, i)).collect();
            let one = |(x, &r): (&Array2<f32>, &usize)| {
                let listed = system.alternatives(x.view(), beta);
                let among = loss_among(&listed, recordings[r].word as u32 + 1, loss.as_ref(), latent).ok()?;
                let by: Vec<f64> = among.gradient.iter().map(|g| g / batch.len() as f64).collect();
                Some(system.pull_back(x.view(), beta, &by))
            };
            let found: Vec<_> = xs.par_iter().zip(batch).map(one).collect();
            absent += found.iter().filter(|f| f.is_none()).count();
            let mut by_system = Array2::zeros(system.shape());
            found.iter().flatten().for_each(|(_, by)| by_system += by);
            if let Some(ticket) = ticket {
                let mut by_outputs = outputs.zeros_like();
                for (i, (by_x, _)) in found.iter().enumerate().filter_map(|(i, f)| Some((i, f.as_ref()?))) {
                    let mut block = by_outputs.block_mut(i);
                    block.indexed_iter_mut().for_each(|((t, d), v)| *v = by_x[[t, d]] * net.scale[d]);
                }
                net.tdnn.backward(ticket, by_outputs).unwrap();
                net.tdnn.apply(&mut of_net).unwrap();
            }
            system.learn(&by_system, &mut of_system);
        }
    }
    absent
}

/// Seconds of computing so far, of all threads; where the system does not say, of the clock.
fn seconds(began: Instant) -> f64 {
    let ticks = std::fs::read_to_string("/proc/self/stat").ok().and_then(|stat| {
        let fields: Vec<i64> = stat.rsplit(')').next()?.split(' ').filter_map(|f| f.parse().ok()).collect();
        // Behind the state letter: the parent's number is the first, utime and stime the 11th and 12th.
        Some(fields.get(10)? + fields.get(11)?)
    });
    ticks.map_or_else(|| began.elapsed().as_secs_f64(), |t| t as f64 / 100.0)
}

fn cells(o: &Options) -> Vec<Cell> {
    let mut all = Vec::new();
    for system in SYSTEMS {
        for loss in LOSSES {
            all.extend([false, true].map(|joint| Cell { system, loss, joint }));
        }
    }
    let wanted = |c: &Cell| o.cells.is_empty() || o.cells.contains(&c.name());
    all.into_iter().filter(|c| wanted(c) && !(c.joint && c.loss == "start")).collect()
}

fn main() {
    let mut o = options();
    let began = Instant::now();
    let (learn, measure) = digits(&o.data, o.leave.as_deref());
    println!("{} recordings trained on, {} measured", learn.len(), measure.len());
    println!("cell                        seed  epochs  CPU s  wall s  absent  train wrong  wrong      % [95 %]");
    // What each cell reads wrongly, all seeds after each other.
    let mut all: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    for seed in 1..=o.seeds {
        o.seed = seed;
        let before = seconds(began);
        let (mut net, weights) = classifier(&learn, &o);
        println!("the classifier of {} numbers: {:.0} s of CPU", net.tdnn.size(), seconds(began) - before);
        let start = net.tdnn.parameters().unwrap();
        let fixed = net.features(&learn);
        for cell in cells(&o) {
            net.tdnn.set_parameters(&start).unwrap();
            let system: Box<dyn System> = match cell.system {
                "templates" => Box::new(templates(&fixed, &learn)),
                _ => Box::new(WordStates::new(weights.clone(), WORDS, STATES)),
            };
            let found = run(&cell, system, &mut net, [&learn, &measure], &fixed, &o);
            all.entry(cell.name()).or_default().extend(found);
        }
    }
    summary(&all);
    println!("all: {:.0} s of CPU, {:.0} s", seconds(began), began.elapsed().as_secs_f64());
}

/// Trains a cell and prints its line; which of the measured recordings it reads wrongly.
fn run(
    cell: &Cell,
    mut system: Box<dyn System>,
    net: &mut Net,
    [learn, measure]: [&[Recording]; 2],
    fixed: &[Array2<f32>],
    o: &Options,
) -> Vec<bool> {
    let (began, before) = (Instant::now(), seconds(Instant::now()));
    system.scale(LEAD / lead(system.as_ref(), fixed, learn, Beta::Infinite));
    let epochs = if cell.loss == "start" { 0 } else { o.epochs };
    let absent = train(system.as_mut(), net, cell, learn, &Options { epochs, ..o.clone() });
    let mut read = |r: &[Recording]| wrong(system.as_ref(), &net.features(r), r, loss(cell.loss).2);
    let (seen, new) = (read(learn), read(measure));
    let [seen, hits] = [&seen, &new].map(|list| list.iter().filter(|wrong| **wrong).count());
    let share = Share::new(hits, new.len());
    let [value, low, high] = [share.value(), share.low, share.high].map(|v| 100.0 * v);
    let (cpu, wall) = (seconds(began) - before, began.elapsed().as_secs_f64());
    let (name, seed) = (cell.name(), o.seed);
    println!(
        "{name:<27} {seed:>4} {epochs:>7} {cpu:>6.0} {wall:>7.0} {absent:>7} {seen:>12} {hits:>6} {value:>6.2} [{low:.1}, {high:.1}]"
    );
    new
}

/// The table, and in how many readings only one of two neighbours is wrong.
fn summary(all: &BTreeMap<String, Vec<bool>>) {
    println!("\nerror %, all seeds    fixed    joint    wrong only fixed, only joint");
    for system in SYSTEMS {
        for loss in LOSSES {
            let of = |way: &str| all.get(&format!("{system}/{loss}/{way}"));
            let percent = |list: Option<&Vec<bool>>| {
                list.map_or("–".into(), |l| {
                    format!("{:.2}", 100.0 * l.iter().filter(|w| **w).count() as f64 / l.len() as f64)
                })
            };
            let (fixed, joint) = (of("fixed"), of("joint"));
            let pairs = || fixed.into_iter().flatten().zip(joint.into_iter().flatten());
            let only = [true, false].map(|first| pairs().filter(|(f, j)| f != j && **f == first).count());
            println!(
                "{:<20} {:>7}  {:>7}    {}, {}",
                format!("{system}/{loss}"),
                percent(fixed),
                percent(joint),
                only[0],
                only[1]
            );
        }
    }
}

/// Two references of twelve frames for each word.
fn templates(features: &[Array2<f32>], recordings: &[Recording]) -> Templates {
    let words: Vec<String> = (0..WORDS).map(|w| w.to_string()).collect();
    let listed: Vec<_> = features.iter().zip(recordings).map(|(x, r)| (r.word, x.view())).collect();
    let o = TemplateOptions { per_word: 2, length: 12, ..TemplateOptions::default() };
    Templates { model: TemplateModel::of_recordings(&words, &listed, &o).unwrap(), factor: 1.0 }
}
