//! Forced alignment on VoxAngeles (41 languages, divided by language): shipped models beside the Montreal Forced Aligner, whose
//! boundaries of the same recordings come with the data.
//!
//!     ENERGRAPH_DATA=… cargo bench --bench align_table                                # the test languages
//!     ENERGRAPH_DATA=… cargo bench --bench align_table -- --split dev MODEL…
//!     ENERGRAPH_DATA=… cargo bench --bench align_table -- --split dev --adapt         # to each language's speaker
//!     ENERGRAPH_DATA=… cargo bench --bench align_table -- --split dev --star          # other speech is allowed anywhere
//!
//! A boundary is the start of a phone, or the end of the last one of a recording. Recordings are those for which the Montreal Forced
//! Aligner has as many phones. "In interval" is the share of manual boundaries in the intervals of 95 % that a model gives.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::Instant;

use energraph::nn::DeviceChoice;
use energraph::signal::Sound;
use energraph::speech::adapt::WARPS;
use energraph::speech::boundaries::Differences;
use energraph::speech::phones::Notation;
use energraph::speech::train::{DataConfig, Utterance, Values, read_data};
use energraph::speech::{Aligner, PlacedPhone, Transcript};

const SHIPPED: [&str; 2] = ["data/models/align.safetensors", "data/models/align-sequences.safetensors"];

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|a| a != "--bench");
    let (mut split, mut models, mut adapts, mut star) = ("test".to_owned(), Vec::new(), false, false);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--split" => split = arguments.next().unwrap(),
            "--adapt" => adapts = true,
            "--star" => star = true,
            _ => models.push(PathBuf::from(argument)),
        }
    }
    if models.is_empty() {
        models = SHIPPED.iter().map(|m| Path::new(env!("CARGO_MANIFEST_DIR")).join(m)).collect();
    }
    let Some(data) = std::env::var_os("ENERGRAPH_DATA").map(PathBuf::from) else {
        println!("skipped: ENERGRAPH_DATA names no folder");
        return;
    };
    println!("VoxAngeles, {split} languages");
    println!(
        "{:34} {:>5} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8}",
        "", "n", "10 ms", "20 ms", "25 ms", "50 ms", "median", "mean", "in int.", "seconds"
    );
    let utterances = read(&data, &split);
    line("Montreal Forced Aligner", &montreal(&data, &utterances), None, None);
    for model in models {
        let name = model.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for adapts in if adapts { vec![false, true] } else { vec![false] } {
            let began = Instant::now();
            let (found, inside) = aligned(&model, &utterances, adapts, star);
            let name = if adapts { format!("{name}, adapted") } else { name.clone() };
            line(&name, &found, Some(inside), Some(began.elapsed().as_secs_f64()));
        }
    }
}

fn read(data: &Path, split: &str) -> Vec<Utterance> {
    let one = |name: &str, value: &str| (name.to_owned(), Values::One(value.to_owned()));
    let config = DataConfig {
        from: "voxangeles/wav16k.tar.gz".into(),
        table: Some("voxangeles/utts.tsv".into()),
        chosen: BTreeMap::from([one("split", split), one("mfa_comparable", "1")]),
        except: BTreeMap::new(),
        tier: None,
        notation: Notation::Ipa,
        silence: Vec::new(),
    };
    read_data(&config, data, 16_000, true).unwrap()
}

/// Starts of phones, and the end of the last.
fn boundaries(times: &[(f64, f64)]) -> Vec<f64> {
    times.iter().map(|t| t.0).chain(times.last().map(|t| t.1)).collect()
}

fn add(found: &mut Differences, right: &[f64], other: &[f64]) {
    assert_eq!(right.len(), other.len());
    found.signed.extend(right.iter().zip(other).map(|(r, o)| o - r));
}

/// The boundaries that come with the data.
fn montreal(data: &Path, utterances: &[Utterance]) -> Differences {
    let text = std::fs::read_to_string(data.join("voxangeles/phones_mfa.tsv")).unwrap();
    let mut theirs: HashMap<&str, Vec<(f64, f64)>> = HashMap::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        theirs.entry(fields[0]).or_default().push((fields[2].parse().unwrap(), fields[3].parse().unwrap()));
    }
    let mut found = Differences::default();
    for u in utterances {
        add(&mut found, &boundaries(&u.times), &boundaries(&theirs[u.name.as_str()]));
    }
    found
}

/// A model's boundaries, and the share of manual ones in its intervals; of each language, which begins its utterances' names, by what
/// suits its speaker where that is wanted.
fn aligned(model: &Path, utterances: &[Utterance], adapts: bool, star: bool) -> (Differences, f64) {
    let mut aligner = Aligner::load(model, DeviceChoice::Cpu.resolve().unwrap()).unwrap();
    let options = aligner.options();
    let (mut found, mut inside) = (Differences::default(), 0);
    let language = |u: &Utterance| u.name.split('-').next().unwrap().to_owned();
    let said = |u: &Utterance| {
        let said = Transcript::from_phones(&u.phones.join(" "), Notation::Ipa).unwrap();
        if star { said.with_untranscribed_anywhere() } else { said }
    };
    let mut speakers = HashMap::new();
    for of_one in utterances.chunk_by(|a, b| language(a) == language(b)).filter(|_| adapts) {
        let all: Vec<(&Sound, Transcript)> = of_one.iter().map(|u| (&u.sound, said(u))).collect();
        speakers.insert(language(&of_one[0]), aligner.adapt(&all, &WARPS, &options).unwrap());
    }
    for u in utterances {
        let said = said(u);
        let heard = aligner.hear(&u.sound, &said, speakers.get(&language(u))).unwrap();
        let placed = heard.place(&said, &options).unwrap();
        let times: Vec<(f64, f64)> = placed.phones.iter().map(|p| (p.start, p.end)).collect();
        let right = boundaries(&u.times);
        add(&mut found, &right, &boundaries(&times));
        let start = |p: &PlacedPhone| p.start_interval;
        let intervals = placed.phones.iter().map(start).chain(placed.phones.last().map(|p| p.end_interval));
        inside += intervals.zip(&right).filter(|(i, r)| (i.0..=i.1).contains(r)).count();
    }
    let share = inside as f64 / found.signed.len() as f64;
    (found, share)
}

fn line(name: &str, found: &Differences, inside: Option<f64>, seconds: Option<f64>) {
    // Times are in the files to a tenth of a millisecond: what lies at a limit is within it.
    let within = |ms: f64| format!("{:.1} %", 100.0 * found.within(ms / 1e3 + 1e-6).unwrap_or(f64::NAN));
    let ms = |seconds: Option<f64>| format!("{:.1}", 1e3 * seconds.unwrap_or(f64::NAN));
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    println!(
        "{name:34} {:>5} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8}",
        found.count(),
        within(10.0),
        within(20.0),
        within(25.0),
        within(50.0),
        ms(found.median()),
        ms(found.mean()),
        or_none(inside.map(|share| format!("{:.1} %", 100.0 * share))),
        or_none(seconds.map(|s| format!("{s:.1}"))),
    );
}
