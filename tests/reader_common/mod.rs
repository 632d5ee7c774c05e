//! Small readers and fields drawn by the generator, for tests of reading and training.
#![allow(dead_code)]

use std::path::Path;

use energraph::handwriting::generator::{Generator, Patterns, Scene};
use energraph::handwriting::scorer::Scorer;
use energraph::handwriting::train::TrainConfig;
use energraph::handwriting::{ModelInfo, save};
use energraph::learn::FrontEnd;
use energraph::nn::ComputeDevice;
use energraph::signal::StackWriter;

/// Writes a stack of drawn digit strings.
pub fn draw_stack(name: &Path, fields: std::ops::Range<u64>) {
    let generator = Generator { scene: Scene::LogBook, patterns: Patterns { digits: (1, 3), ..Patterns::DIGITS } };
    let mut stack = StackWriter::create(name).unwrap();
    for seed in fields {
        let drawn = generator.draw(seed);
        stack.push(&drawn.image, &[&seed.to_string(), &drawn.amount.digits]).unwrap();
    }
    stack.finish().unwrap();
}

/// A complete config of a net so small that it trains in seconds; its stacks are `train` and `dev`.
pub fn tiny_config(steps: u64, check: u64, splice_at: u64) -> String {
    format!(
        r#"
alphabet = "0123456789.,-=#"
grammar = "digits"

[scorer]
kind = "shared"
channels = [4, 4, 6, 6, 8, 8]
dropout = 0.1
context = {{ dilated = {{ layers = 1, width = 8 }} }}

[cuts]
step = 4
widest = 32.0

[loss]
kind = "nll"
beta = 1.0

[schedule]
steps = {steps}
batch = 6
rate = 2.5e-3
warmup = 2
decay = 0.01
clip = 5.0
average = 0.9
check = {check}
splice_at = [{splice_at}]

[[data]]
kind = "stack"
share = 0.6
stack = "train"
grammar = "digits"

[[data]]
kind = "splice"
share = 0.4
source = 0

[[dev]]
stack = "dev"
grammar = "digits"
"#
    )
}

/// Writes an untrained reader of digits and signs, with these held-out fields.
pub fn tiny_model(path: &Path, version: u32, dev: &[(f32, bool)]) {
    let config: TrainConfig = toml::from_str(&tiny_config(1, 1, 1)).unwrap();
    let net = Scorer::new(&config.scorer, config.alphabet.chars().count(), 5, ComputeDevice::cpu()).unwrap();
    let info = ModelInfo {
        version,
        name: "tiny".into(),
        alphabet: config.alphabet,
        grammar: config.grammar,
        scorer: config.scorer,
        image: config.image,
        cuts: config.cuts,
        priors: Vec::new(),
        beta: 1.0,
        dev: dev.to_vec(),
        steps: 0,
        seed: 5,
    };
    save(path, &info, &net.parameters().unwrap()).unwrap();
}
