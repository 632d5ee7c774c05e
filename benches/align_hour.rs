//! An hour of speech aligned whole: time of features, net and dynamic programming, and memory.
//!
//!     ENERGRAPH_DATA=… cargo bench --bench align_hour [-- --model FILE] [--hours 1.0] [--threads 1] [--near 128]
//!
//! The hour is strung together from the recordings of `fsdd` (digits of one speaker after another, 100 ms of silence between), whose
//! transcript is known. Memory is what the process held at most while a stage ran, less what it held before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use energraph::nn::DeviceChoice;
use energraph::signal::Sound;
use energraph::signal::sound::{Limits, decode};
use energraph::speech::phones::Notation;
use energraph::speech::{Aligner, Features, Lexicon, PlaceOptions, Transcript, read_files};
use energraph::trellis::Beam;

const WORDS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const PAUSE: usize = 800;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| arguments.iter().position(|a| a == name).and_then(|i| arguments.get(i + 1)).cloned();
    let Some(data) = std::env::var_os("ENERGRAPH_DATA") else {
        println!("align_hour: set ENERGRAPH_DATA to the folder of data sets");
        return Ok(());
    };
    let threads = option("--threads").map_or(Ok(1), |n| n.parse())?;
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let model = option("--model").map_or_else(|| here.join("data/models/align.safetensors"), PathBuf::from);
    let hours: f64 = option("--hours").map_or(Ok(1.0), |h| h.parse())?;
    let (sound, text) = strung(&Path::new(&data).join("fsdd/train_wav.tar.gz"), 3_600.0 * hours)?;
    let lexicon = Lexicon::parse(&std::fs::read_to_string(here.join("data/lexicons/digits.txt"))?, Notation::Ipa)?;
    let said = Transcript::from_text(&text, &lexicon)?;
    let mut aligner = Aligner::load(&model, DeviceChoice::Cpu.resolve()?)?;
    println!(
        "{:.0} s of speech, {} words, model {}, {threads} threads",
        sound.seconds(),
        said.words.len(),
        aligner.info().name
    );

    let usual = aligner.options();
    let near = option("--near").map_or(Ok(usual.near), |n| n.parse())?;
    let options = PlaceOptions { near, ..usual };
    let features = Features::new(aligner.info().features.clone())?;
    let alone = staged("features", &sound, || Ok(features.raw(&sound)?.nrows()))?;
    let (heard, with_net) = timed("features and net", &sound, || Ok(aligner.hear(&sound, &said, None)?))?;
    println!("{:<28} {:8.1} s", "of which net and readout", with_net - alone);
    let beam = PlaceOptions { beam: Some(Beam { energy: 200.0, states: 2_000 }), ..options };
    for (name, o) in [("dynamic programming, exact", &options), ("the same in a beam", &beam)] {
        let (placed, seconds) = timed(name, &sound, || Ok(heard.place(&said, o)?))?;
        let whole = (with_net + seconds) / sound.seconds();
        println!(
            "{:<28} {whole:8.4} real time, mismatch {:.2}, {} misfits, {:.1e} of the alignments at the edge",
            "  the whole chain",
            placed.mismatch,
            placed.misfits.len(),
            placed.edge
        );
    }
    Ok(())
}

/// Digits one after the other, and their names.
fn strung(archive: &Path, seconds: f64) -> Result<(Sound, String), Failure> {
    let mut recordings: BTreeMap<String, Sound> = BTreeMap::new();
    for (path, bytes) in read_files(archive, &mut |_| true)? {
        let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        // DIGIT_SPEAKER_INDEX: sorted by speaker and index, the digits follow each other.
        let parts: Vec<&str> = name.split('_').collect();
        if let ([digit, speaker, index], Ok(sound)) = (&parts[..], decode(&bytes, &Limits::default())) {
            recordings.insert(format!("{speaker} {index:0>2} {digit}"), sound);
        }
    }
    let (mut samples, mut text) = (vec![0.0; PAUSE], String::new());
    let wanted = (8_000.0 * seconds) as usize;
    while samples.len() < wanted && !recordings.is_empty() {
        for (name, sound) in &recordings {
            let digit = name.rsplit(' ').next().and_then(|d| d.parse::<usize>().ok()).and_then(|d| WORDS.get(d));
            samples.extend_from_slice(sound.samples());
            samples.resize(samples.len() + PAUSE, 0.0);
            text.push_str(digit.ok_or("a name without a digit")?);
            text.push(' ');
            if samples.len() >= wanted {
                break;
            }
        }
    }
    Ok((Sound::new(samples, 8_000)?, text))
}

fn staged<T>(name: &str, sound: &Sound, run: impl FnOnce() -> Result<T, Failure>) -> Result<f64, Failure> {
    timed(name, sound, run).map(|(_, seconds)| seconds)
}

/// Runs a stage and prints its time and memory.
fn timed<T>(name: &str, sound: &Sound, run: impl FnOnce() -> Result<T, Failure>) -> Result<(T, f64), Failure> {
    // From here on the most that is held is counted anew (Linux).
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let before = held("VmRSS:");
    let began = Instant::now();
    let made = run()?;
    let seconds = began.elapsed().as_secs_f64();
    let most = held("VmHWM:").saturating_sub(before);
    println!(
        "{name:<28} {seconds:8.1} s  {:8.4} real time  {:6.0} MiB",
        seconds / sound.seconds(),
        most as f64 / 1024.0
    );
    Ok((made, seconds))
}

/// A line of the process's status in KiB; 0 where there is none.
fn held(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix(key));
    line.and_then(|l| l.split_whitespace().next()).and_then(|n| n.parse().ok()).unwrap_or(0)
}
