//! Every way from fields to energies, with the losses that suit it, trained for a moment, saved, loaded and read with.
#![cfg(feature = "nn")]
#![allow(clippy::unwrap_used)]

use std::path::Path;

use energraph::handwriting::generator::{FIRST_SAMPLE_SEED, Generator};
use energraph::handwriting::train::{Run, TrainConfig};
use energraph::handwriting::{Recognizer, save};
use energraph::learn::Control;
use energraph::nn::ComputeDevice;

const COLUMNS: &str = "channels = [4, 4, 4, 4, 4, 4]\ncontext = \"none\"\ndropout = 0.1";
const CROPS: &str = "channels = [4, 4, 4]\nhidden = 8\ndropout = 0.1";
const UNIFORM: &str = "step = 4\nwidest = 32.0";
const FOUND: &str = "kind = \"found\"\nwidest = 40.0\nmax_gap = 0.5\npieces = 3";
const NLL: &str = "kind = \"nll\"\nbeta = 1.0";
const ISOLATED: &str = "kind = \"isolated\"\nrubbish = 1.0";

fn config(scorer: &str, cuts: &str, loss: &str) -> TrainConfig {
    let text = format!(
        "alphabet = \"0123456789.,-\"\ngrammar = \"digits\"\n[scorer]\n{scorer}\n[cuts]\n{cuts}\n[loss]\n{loss}\n[schedule]\n\
         steps = 3\nbatch = 4\nrate = 1e-3\nwarmup = 1\ndecay = 0.01\nclip = 5.0\naverage = 0.9\ncheck = 3\n[[data]]\n\
         kind = \"generator\"\nshare = 1.0\ngrammar = \"digits\"\n"
    );
    toml::from_str(&text).unwrap()
}

/// Three steps, a model file, and what a sample says by it.
fn trained(name: &str, scorer: &str, cuts: &str, loss: &str) -> String {
    let mut run = Run::new(config(scorer, cuts, loss), Path::new("."), 1, ComputeDevice::cpu()).unwrap();
    let mut losses = Vec::new();
    let mut absent = 0;
    run.run_to(3, &mut |p| {
        losses.push(p.loss);
        absent = p.absent_so_far;
        Control::Continue
    })
    .unwrap();
    assert!(losses.len() == 3 && losses.iter().all(|l| l.is_finite()), "{name}: {losses:?}");
    assert!(absent <= 2, "{name}: {absent} of 12 answers are not among the interpretations");
    let done = run.finish(name, &[]).unwrap();
    let path = std::env::temp_dir().join(format!("energraph-kind-{name}-{}.safetensors", std::process::id()));
    save(&path, &done.info, &done.parameters).unwrap();
    let (mut reader, info) = Recognizer::load(&path, None, ComputeDevice::cpu()).unwrap();
    assert_eq!(info, done.info);
    std::fs::remove_file(&path).unwrap();
    let image = Generator::CHEQUE.draw(FIRST_SAMPLE_SEED).image;
    let reading = reader.read(&image).unwrap();
    assert!(!reading.segments.is_empty(), "{name}");
    assert!((0.0..=1.0).contains(&reading.confidence()));
    assert_eq!(reading.text(), reader.read(&image).unwrap().text(), "{name}");
    reading.text().to_owned()
}

#[test]
fn spans_from_shared_features_train_with_every_loss() {
    let shared = format!("kind = \"shared\"\n{COLUMNS}");
    for loss in [NLL, "kind = \"perceptron\"", "kind = \"hinge\"\nmargin = 1.0"] {
        assert!(!trained("shared", &shared, UNIFORM, loss).is_empty());
    }
    trained("shared-isolated", &format!("{shared}\nnormalised = true"), UNIFORM, ISOLATED);
    trained("shared-found", &shared, FOUND, NLL);
}

#[test]
fn crops_train_with_whole_answers_and_with_single_spans() {
    let crops = format!("kind = \"crops\"\n{CROPS}");
    trained("crops", &crops, FOUND, NLL);
    trained("crops-isolated", &format!("{crops}\nnormalised = true"), FOUND, ISOLATED);
}

#[test]
fn frames_train_and_read_through_the_same_graphs() {
    let text = trained("ctc", &format!("kind = \"ctc\"\n{COLUMNS}"), "kind = \"frames\"", NLL);
    assert!(text.chars().all(|c| c.is_ascii_digit()));
}
