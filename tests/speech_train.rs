//! Training an aligner from a folder of its own, going on from a checkpoint, and aligning with the model.
#![cfg(feature = "nn")]

use std::path::{Path, PathBuf};

use energraph::learn::{Control, Progress};
use energraph::nn::ComputeDevice;
use energraph::signal::Sound;
use energraph::speech::phones::Notation;
use energraph::speech::train::{AlignConfig, Run, TrainError};
use energraph::speech::{Aligner, Transcript, load_aligner, save_aligner};

const CONFIG: &str = r#"
trained_on = "hums and hisses"
positions = 3
known_from = 2
forget = 0.2
[features]
filters = 24
[net]
width = 16
kernel = 5
dilations = [1, 2]
dropout = 0.1
[loss]
kind = "KIND"
slack = 1.0
frames = 0.3
world = 0.1
[schedule]
steps = 60
batch = 6
rate = 1e-2
warmup = 6
decay = 1e-2
clip = 5.0
average = 0.9
check = 20
[augment]
share = 0.5
noise = 0.5
below = [20.0, 35.0]
equalise = 2.0
warp = 0.05
tempo = [0.9, 1.1]
retimed = 0.3
bands = [1, 3]
hole = 0.2
hole_frames = 2
[[data]]
from = "sounds"
[[dev]]
from = "sounds"
"#;

/// A folder of its own that goes when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("energraph-{name}-{}", std::process::id()));
        std::fs::create_dir_all(path.join("sounds")).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A hum for each vowel, noise for a hiss, with quiet around; and where each lies.
fn say(phones: &[(&str, f64)], seed: u32) -> (Sound, Vec<(f64, f64)>) {
    let mut state = seed * 2_654_435 + 12_345;
    let mut noise = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    let (mut samples, mut times): (Vec<f32>, _) = ((0..2_000).map(|_| 0.001 * noise()).collect(), Vec::new());
    for &(phone, seconds) in phones {
        let begin = samples.len() as f64 / 16_000.0;
        for i in 0..(seconds * 16_000.0) as usize {
            let hum = |hz: f64| (i as f64 / 16_000.0 * hz * std::f64::consts::TAU).sin() as f32;
            samples.push(match phone {
                "a" => 0.2 * (hum(700.0) + hum(1_200.0)) + 0.002 * noise(),
                "i" => 0.2 * (hum(250.0) + hum(2_300.0)) + 0.002 * noise(),
                _ => 0.1 * noise(),
            });
        }
        times.push((begin, samples.len() as f64 / 16_000.0));
    }
    samples.extend((0..2_400).map(|_| 0.001 * noise()));
    (Sound::new(samples, 16_000).unwrap(), times)
}

const WORDS: [&[(&str, f64)]; 6] = [
    &[("s", 0.12), ("a", 0.15)],
    &[("a", 0.12), ("s", 0.1), ("i", 0.14)],
    &[("i", 0.1), ("s", 0.15)],
    &[("s", 0.1), ("i", 0.12), ("a", 0.16)],
    &[("a", 0.2), ("i", 0.1)],
    &[("i", 0.14), ("a", 0.1), ("s", 0.12)],
];

fn fill(folder: &Path) {
    for (n, word) in WORDS.iter().enumerate() {
        let (sound, times) = say(word, n as u32 + 1);
        let path = folder.join("sounds").join(format!("w{n}.wav"));
        std::fs::write(&path, sound.to_wav().unwrap()).unwrap();
        let lines = word.iter().zip(&times).map(|((p, _), (a, b))| format!("{a:.4} {b:.4} {p}\n"));
        std::fs::write(path.with_extension("lab"), lines.collect::<String>()).unwrap();
    }
}

fn config(folder: &Path, kind: &str) -> AlignConfig {
    let path = folder.join("config.toml");
    std::fs::write(&path, CONFIG.replace("KIND", kind)).unwrap();
    AlignConfig::read(&path).unwrap()
}

fn go_on(_: &Progress) -> Control {
    Control::Continue
}

#[test]
fn an_aligner_learns_from_boundaries_and_from_sequences_alone() {
    for kind in ["boundaries", "sequences"] {
        let folder = Folder::new(&format!("learns-{kind}"));
        fill(&folder.0);
        let mut run = Run::new(config(&folder.0, kind), &folder.0, 1, ComputeDevice::cpu()).unwrap();
        assert!(run.run_to(60, &mut go_on).unwrap());
        let finished = run.finish("test", &[]).unwrap();
        let mean = finished.dev[0].differences.mean().unwrap();
        assert!(mean < 0.02, "{kind}: {mean}");
        let model = folder.0.join("model.safetensors");
        save_aligner(&model, &finished.info, &finished.parameters).unwrap();
        assert_eq!(load_aligner(&model).unwrap().0, finished.info);
        let mut aligner = Aligner::load(&model, ComputeDevice::cpu()).unwrap();
        // At another rate, with a phone that was never heard beside one that was.
        let (sound, times) = say(WORDS[1], 2);
        let said = Transcript::from_phones("a z i", Notation::Ipa).unwrap();
        let o = aligner.options();
        for sound in [sound.clone(), sound.resample(22_050).unwrap()] {
            let placed = aligner.align(&sound, &said, &o).unwrap();
            for (phone, time) in placed.phones.iter().zip(&times) {
                assert!((phone.start - time.0).abs() < 0.04, "{kind}: {phone:?}, not {time:?}");
            }
        }
        // A speaker of one sound, with no warp to choose, is heard as the sound alone is.
        let speaker = aligner.adapt(&[(&sound, said.clone())], &[1.0], &o).unwrap();
        let heard = aligner.hear(&sound, &said, Some(&speaker)).unwrap();
        assert_eq!(heard.place(&said, &o).unwrap(), aligner.align(&sound, &said, &o).unwrap());
    }
}

#[test]
fn a_run_that_was_stopped_goes_on_number_for_number() {
    let folder = Folder::new("resumes");
    fill(&folder.0);
    let new = |seed| Run::new(config(&folder.0, "boundaries"), &folder.0, seed, ComputeDevice::cpu()).unwrap();
    let mut whole = new(3);
    whole.run_to(12, &mut go_on).unwrap();
    let mut first = new(3);
    let mut stop = |p: &Progress| if p.step == 5 { Control::Stop } else { Control::Continue };
    assert!(!first.run_to(12, &mut stop).unwrap());
    let checkpoint = folder.0.join("checkpoint.safetensors");
    first.save(&checkpoint).unwrap();
    let mut second = new(3);
    second.resume(&checkpoint).unwrap();
    assert_eq!(second.trainer.step(), 5);
    second.run_to(12, &mut go_on).unwrap();
    assert_eq!(second.net().unwrap().parameters, whole.net().unwrap().parameters);
    assert!(matches!(new(4).resume(&checkpoint), Err(TrainError::Resume { .. })));
    let mut other = config(&folder.0, "boundaries");
    other.net.dropout = 0.2;
    let mut other = Run::new(other, &folder.0, 3, ComputeDevice::cpu()).unwrap();
    assert!(other.resume(&checkpoint).unwrap_err().to_string().contains("net"));
}

#[test]
fn data_that_cannot_be_used_is_refused_by_name() {
    let folder = Folder::new("refuses");
    fill(&folder.0);
    let refused = |text: &str| {
        let path = folder.0.join("config.toml");
        std::fs::write(&path, text).unwrap();
        let config = match AlignConfig::read(&path) {
            Ok(config) => config,
            Err(e) => return e.to_string(),
        };
        Run::new(config, &folder.0, 1, ComputeDevice::cpu()).err().map_or_else(String::new, |e| e.to_string())
    };
    let good = CONFIG.replace("KIND", "boundaries");
    assert_eq!(refused(&good), "");
    assert!(refused(&good.replace("positions = 3", "positions = 2")).contains("positions"));
    assert!(refused(&good.replace("slack = 1.0", "slack = 0.0")).contains("slack"));
    assert!(refused(&good.replace("warp = 0.05", "warp = 0.5")).contains("warp"));
    assert!(refused(&good.replace("forget", "forgets")).contains("line 5"));
    assert!(refused(&good.replace("from = \"sounds\"", "from = \"nowhere\"")).contains("nowhere"));
    std::fs::write(folder.0.join("list.tsv"), "name\tsplit\nw0\ttrain\nw9\tdev\n").unwrap();
    let listed = |filter: &str| {
        good.replacen("from = \"sounds\"", &format!("from = \"sounds\"\ntable = \"list.tsv\"\n{filter}"), 1)
    };
    assert_eq!(refused(&listed("where = { split = \"train\" }")), "");
    assert!(refused(&listed("where = { split = \"dev\" }")).contains("w9"));
    assert!(refused(&listed("where = { split = [\"test\"] }")).contains("no sound"));
    assert!(refused(&listed("where = { part = \"train\" }")).contains("no column \"part\""));
    std::fs::write(folder.0.join("sounds/w2.lab"), "0.1 0.2 a\n0.2 0.3 ♪\n").unwrap();
    assert!(refused(&good).contains("w2: ") && refused(&good).contains("♪"));
    std::fs::write(folder.0.join("sounds/w2.lab"), "a i\n").unwrap();
    assert!(refused(&good).contains("w2: phones without times"));
    std::fs::remove_file(folder.0.join("sounds/w2.lab")).unwrap();
    assert!(refused(&good).contains("w2: no transcript"));
}
