//! The ablation table: {shared, crops} × {isolated, perceptron, hinge, NLL}, and CTC on the same encoder, with the same
//! data, steps, batches and augmentation. String errors on held-out cheque amounts.
//!
//!     ENERGRAPH_DATA=… cargo bench --bench reader_table                       # every cell with seed 1, the best three with 3
//!     ENERGRAPH_DATA=… cargo bench --bench reader_table -- --steps 100 shared/nll ctc/nll
//!
//! Options: `--steps N` (600), `--batch N` (16), `--seeds N` for the best three cells (3), names of cells. One core:
//! `RAYON_NUM_THREADS=1 taskset -c 0`. Every line is printed as soon as it is known.
//!
//! From random parameters perceptron and hinge, which see one segmentation each, may find nothing to start from. So there
//! are cells `shared/isolated+LOSS` too, as in 1998: single spans for half of the steps, then whole strings.
//!
//! All cells train on fields whose boxes are known, since isolated training needs them; the others do not look at boxes.
//! Lines 1–540 of `orand_car_a/train` are trained on, 541–720 measured.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::time::Instant;

use energraph::handwriting::train::{Run, TrainConfig};
use energraph::learn::{Control, FrontEnd, Share};
use energraph::nn::ComputeDevice;

const SHARED: &str = r#"kind = "shared"
channels = [24, 48, 96, 96, 160, 192]
context = { dilated = { layers = 3, width = 112 } }
dropout = 0.1"#;
const CTC: &str = r#"kind = "ctc"
channels = [24, 48, 96, 96, 160, 192]
context = { dilated = { layers = 3, width = 112 } }
dropout = 0.1"#;
const CROPS: &str = r#"kind = "crops"
channels = [12, 24, 48]
hidden = 96
dropout = 0.1"#;

const UNIFORM: &str = "step = 4\nwidest = 40.0";
/// A net per span is dear: cuts where the writing suggests them, long gaps filled, and few pieces a span.
const FOUND: &str = "kind = \"found\"\nwidest = 40.0\nmax_gap = 0.5\npieces = 5";
const FRAMES: &str = "kind = \"frames\"";

const LOSSES: [(&str, &str); 4] = [
    ("isolated", "kind = \"isolated\"\nrubbish = 2.0"),
    ("perceptron", "kind = \"perceptron\""),
    ("hinge", "kind = \"hinge\"\nmargin = 2.0"),
    ("nll", "kind = \"nll\"\nbeta = 1.0"),
];

const CONFIG: &str = r#"
alphabet = "0123456789.,-"
grammar = "digits"
[scorer]
SCORER
[cuts]
CUTS
[loss]
LOSS
[schedule]
steps = STEPS
batch = BATCH
rate = 2.5e-3
warmup = 50
decay = 0.01
clip = 5.0
average = 0.99
check = STEPS
[[data]]
kind = "stack"
share = 0.5
stack = "orand_car_a/train"
lines = [[1, 540]]
grammar = "digits"
[[data]]
kind = "composed"
share = 0.25
idx = "mnist"
grammar = "digits"
[[data]]
kind = "generator"
share = 0.25
scene = "cheque"
grammar = "digits"
[[dev]]
stack = "orand_car_a/train"
lines = [[541, 720]]
grammar = "digits"
"#;

struct Options {
    data: PathBuf,
    steps: u64,
    batch: usize,
    seeds: u64,
    cells: Vec<String>,
}

fn options() -> Options {
    let data = std::env::var_os("ENERGRAPH_DATA").map(PathBuf::from).unwrap_or_else(|| "../shared/data".into());
    let mut o = Options { data, steps: 600, batch: 16, seeds: 3, cells: Vec::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(a) = arguments.next() {
        let mut number = || arguments.next().and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("{a} N"));
        match a.as_str() {
            "--steps" => o.steps = number(),
            "--batch" => o.batch = number() as usize,
            "--seeds" => o.seeds = number(),
            "--bench" => {}
            _ => o.cells.push(a),
        }
    }
    o
}

/// A row of the table.
struct Cell {
    name: String,
    scorer: String,
    cuts: &'static str,
    /// What is minimised, one after the other for an equal share of the steps.
    losses: Vec<&'static str>,
}

fn cells() -> Vec<Cell> {
    let mut all = Vec::new();
    for (way, scorer, cuts) in [("shared", SHARED, UNIFORM), ("crops", CROPS, FOUND)] {
        for (name, loss) in LOSSES {
            // Spans trained one by one are comparable only as probabilities.
            let normalised = if name == "isolated" { "\nnormalised = true" } else { "" };
            let scorer = format!("{scorer}{normalised}");
            all.push(Cell { name: format!("{way}/{name}"), scorer, cuts, losses: vec![loss] });
        }
    }
    all.push(Cell { name: "ctc/nll".into(), scorer: CTC.into(), cuts: FRAMES, losses: vec![LOSSES[3].1] });
    for (name, loss) in &LOSSES[1..] {
        let (name, scorer) = (format!("shared/isolated+{name}"), format!("{SHARED}\nnormalised = true"));
        all.push(Cell { name, scorer, cuts: UNIFORM, losses: vec![LOSSES[0].1, loss] });
    }
    all
}

fn run(cell: &Cell, seed: u64, o: &Options) -> Share {
    let Cell { name, scorer, cuts, losses } = cell;
    let steps = o.steps / losses.len() as u64;
    let began = Instant::now();
    let mut absent = 0;
    let mut before: Option<Run> = None;
    for loss in losses {
        let text = CONFIG
            .replace("SCORER", scorer)
            .replace("CUTS", cuts)
            .replace("LOSS", loss)
            .replace("STEPS", &steps.to_string())
            .replace("BATCH", &o.batch.to_string());
        let config: TrainConfig = toml::from_str(&text).unwrap();
        let mut run = Run::new(config, &o.data, seed, ComputeDevice::cpu()).unwrap();
        if let Some(before) = before {
            run.trainer.front.set_parameters(before.trainer.average().unwrap().parameters()).unwrap();
        }
        run.run_to(steps, &mut |p| {
            absent = p.absent_so_far;
            Control::Continue
        })
        .unwrap();
        before = Some(run);
    }
    let run = before.unwrap();
    let trained = began.elapsed().as_secs_f64();
    let finished = run.finish(name, &[]).unwrap();
    let exact = finished.dev[0].exact;
    println!(
        "{name:<26} {seed:>4} {:>6} {trained:>8.0} {absent:>7} {:>7.2} {:>6.1} [{:.1}, {:.1}]",
        o.steps,
        finished.info.beta,
        100.0 * (1.0 - exact.value()),
        100.0 * (1.0 - exact.high),
        100.0 * (1.0 - exact.low),
    );
    exact
}

fn main() {
    let o = options();
    let wanted = |name: &str| o.cells.is_empty() || o.cells.iter().any(|c| c == name);
    let cells: Vec<_> = cells().into_iter().filter(|cell| wanted(&cell.name)).collect();
    println!("cell                       seed  steps  seconds  absent       β  string error % [95 %]");
    let mut first: Vec<_> = cells.iter().map(|cell| (run(cell, 1, &o).hits, cell)).collect();
    first.sort_by_key(|(hits, _)| std::cmp::Reverse(*hits));
    for (hits, cell) in first.iter().take(3).filter(|_| o.seeds > 1) {
        let all: Vec<f64> = (2..=o.seeds).map(|seed| run(cell, seed, &o)).map(|s| 1.0 - s.value()).collect();
        let one = 1.0 - *hits as f64 / 180.0;
        let mean = (one + all.iter().sum::<f64>()) / o.seeds as f64;
        println!("{:<26} mean of {} seeds: {:.1} %", cell.name, o.seeds, 100.0 * mean);
    }
}
