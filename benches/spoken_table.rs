//! What the recogniser of spoken words reads: isolated digits, connected strings and where their words lie, speakers never heard.
//!
//!     ENERGRAPH_DATA=… cargo bench --bench spoken_table -- data            # trained on recordings 10–49, measured on 5–9
//!     ENERGRAPH_DATA=… cargo bench --bench spoken_table -- losses          # the same with each loss
//!     ENERGRAPH_DATA=… cargo bench --bench spoken_table -- speakers        # each speaker by what the five others taught
//!     ENERGRAPH_DATA=… cargo bench --bench spoken_table -- model FILE      # a trained model, measured on 5–9
//!
//! Options: `--steps N` (the config's), `--strings N` (210), `--seed N` (1), `--config FILE` (data/models/spoken.toml), `--numbers A-B`,
//! which of each speaker's recordings of a digit are measured (5-9; 5-49 of a speaker held out). One core:
//! `RAYON_NUM_THREADS=1 taskset -c 0`. Every line is printed as soon as it is known.
//!
//! Strings are of one speaker, 1 to 7 recordings each, with 0 to 300 ms of noise 40 dB below them before, between and behind; the edges of the
//! recordings are known to the sample. Found edges count where an edge of the same kind (begin, end) lies within 20 ms, each once: *recall* is
//! the share of true edges found, *precision* the share of found edges that are true. The energy threshold knows neither words nor how many there
//! are; its share, shortest pause and shortest word are the best of 165 on these very strings. "Aligned" knows the words.
#![allow(clippy::unwrap_used)]

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Instant;

use energraph::learn::{Control, Share, edit_distance};
use energraph::nn::{ComputeDevice, DeviceChoice};
use energraph::signal::Sound;
use energraph::speech::words::{
    EdgeCounts, EnergyThreshold, RecordingsConfig, SpokenConfig, SpokenDev, SpokenRun, StringConfig, Strung,
    Vocabulary, WordLoss, WordRecognizer, held_out, read_recordings,
};

/// How far an edge may be from where it should be, in seconds.
const TOLERANCE: f64 = 0.02;

struct Options {
    data: PathBuf,
    config: SpokenConfig,
    strings: usize,
    seed: u64,
    numbers: Option<[u32; 2]>,
    what: Vec<String>,
}

fn options() -> Options {
    let data = std::env::var_os("ENERGRAPH_DATA").map(PathBuf::from).unwrap_or_else(|| "../shared/data".into());
    let mut config = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/models/spoken.toml");
    let (mut steps, mut strings, mut seed, mut numbers, mut what) = (None, 210, 1, None, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(a) = arguments.next() {
        let mut next = || arguments.next().unwrap_or_else(|| panic!("{a} needs a value"));
        match a.as_str() {
            "--steps" => steps = Some(next().parse().unwrap()),
            "--strings" => strings = next().parse().unwrap(),
            "--seed" => seed = next().parse().unwrap(),
            "--config" => config = next().into(),
            "--numbers" => {
                let (a, b) = next().split_once('-').map(|(a, b)| (a.parse().unwrap(), b.parse().unwrap())).unwrap();
                numbers = Some([a, b]);
            }
            "--bench" => {}
            _ => what.push(a),
        }
    }
    let mut config = SpokenConfig::read(&config).unwrap();
    config.schedule.steps = steps.unwrap_or(config.schedule.steps);
    config.dev.clear();
    Options { data, config, strings, seed, numbers, what }
}

/// What is measured: recordings of some numbers, of one speaker or of all.
struct Measured {
    isolated: Vec<Strung>,
    strings: Vec<Strung>,
    rate: u32,
}

impl Measured {
    fn new(o: &Options, numbers: [u32; 2], speaker: Option<&str>) -> Self {
        let only = speaker.map(str::to_owned).into_iter().collect();
        let (archive, table) = ("fsdd/train_wav.tar.gz".into(), "fsdd/train.tsv".into());
        let data = RecordingsConfig::Archive { archive, table, numbers, except: Vec::new(), only };
        let vocabulary = Vocabulary::new(&o.config.model).unwrap();
        let rate = o.config.features.rate;
        let recordings = read_recordings(&data, &o.data, &vocabulary, rate).unwrap();
        let mut config = o.config.clone();
        let plain = StringConfig {
            longest: 7,
            isolated: 0.0,
            silent: 0.0,
            bare: 0.0,
            gap: [0.0, 0.3],
            noise_db: [40.0, 40.0],
            gain_db: 0.0,
        };
        config.strings = plain;
        let set = |strings| SpokenDev { name: String::new(), grammar: "words".into(), strings, data: data.clone() };
        let isolated = held_out(&set(None), recordings.clone(), &config);
        Measured { isolated, strings: held_out(&set(Some(o.strings)), recordings, &config), rate }
    }

    fn sounds(&self, of: &[Strung]) -> Vec<Sound> {
        of.iter().map(|s| Sound::new(s.samples.clone(), self.rate).unwrap()).collect()
    }

    fn edges(&self, s: &Strung) -> Vec<Range<f64>> {
        let time = |sample: usize| sample as f64 / f64::from(self.rate);
        s.edges.iter().map(|&(a, b)| time(a)..time(b)).collect()
    }

    /// How many isolated recordings are read wrongly.
    fn isolated(&self, reader: &mut WordRecognizer) -> Share {
        let read = reader.read_many(&self.sounds(&self.isolated)).unwrap();
        let vocabulary = reader.decoder().vocabulary();
        let wrong = |(s, r): (&Strung, &Result<_, _>)| {
            let r: &Result<energraph::speech::words::Utterance, energraph::speech::words::SpokenError> = r;
            !r.as_ref().is_ok_and(|u| u.text() == vocabulary.text(&s.words))
        };
        Share::new(self.isolated.iter().zip(&read).filter(|p| wrong((p.0, p.1))).count(), self.isolated.len())
    }

    /// The energy threshold that finds most edges, of all that are tried.
    fn threshold(&self) -> (EnergyThreshold, EdgeCounts) {
        let mut best = (EnergyThreshold::default(), EdgeCounts::default());
        for share in [0.02, 0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5] {
            for (pause, word) in [0.01, 0.02, 0.04, 0.06, 0.1].iter().flat_map(|p| [0.04, 0.08, 0.12].map(|w| (*p, w)))
            {
                let threshold = EnergyThreshold { share, pause, word };
                let mut counts = EdgeCounts::default();
                for s in &self.strings {
                    counts.add(&self.edges(s), &threshold.segments(&s.samples, self.rate), TOLERANCE);
                }
                if counts.right > best.1.right {
                    best = (threshold, counts);
                }
            }
        }
        best
    }

    fn strings(&self, reader: &mut WordRecognizer) {
        let sounds = self.sounds(&self.strings);
        let read = reader.read_many(&sounds).unwrap();
        let (mut wrong, mut errors, mut words) = (0, 0, 0);
        let (mut heard, mut aligned) = (EdgeCounts::default(), EdgeCounts::default());
        let mut distances = Vec::new();
        for ((s, sound), u) in self.strings.iter().zip(&sounds).zip(&read) {
            let u = u.as_ref().unwrap();
            let said = reader.decoder().vocabulary().labels(u.text()).unwrap();
            wrong += usize::from(said != s.words);
            errors += edit_distance(&s.words, &said);
            words += s.words.len();
            let spans = |words: &[energraph::speech::words::SpokenWord]| -> Vec<Range<f64>> {
                words.iter().map(|w| w.start..w.end).collect()
            };
            heard.add(&self.edges(s), &spans(&u.words), TOLERANCE);
            let placed = spans(&reader.align(sound, &s.words).unwrap());
            aligned.add(&self.edges(s), &placed, TOLERANCE);
            for (a, b) in self.edges(s).iter().zip(&placed) {
                distances.extend([(a.start - b.start).abs(), (a.end - b.end).abs()]);
            }
        }
        let percent = |share: Share| {
            format!("{:.2} % ({:.2} to {:.2})", 100.0 * share.value(), 100.0 * share.low, 100.0 * share.high)
        };
        let of = self.strings.len();
        println!("  strings wrong  {} of {of};  digits wrong {errors} of {words}", percent(Share::new(wrong, of)));
        let row = |name: &str, c: &EdgeCounts| {
            println!(
                "  edges within 20 ms, {name:<28} recall {:5.1} %  precision {:5.1} %",
                100.0 * c.recall(),
                100.0 * c.precision()
            );
        };
        row("as read", &heard);
        row("aligned", &aligned);
        distances.sort_by(f64::total_cmp);
        let mean = distances.iter().sum::<f64>() / distances.len().max(1) as f64;
        let median = distances.get(distances.len() / 2).copied().unwrap_or(0.0);
        println!(
            "  aligned edges are off by {:.1} ms in the median, {:.1} ms in the mean",
            1000.0 * median,
            1000.0 * mean
        );
        let (best, counts) = self.threshold();
        let name = format!("threshold {:.2}, {:.0}, {:.0} ms", best.share, 1e3 * best.pause, 1e3 * best.word);
        row(&name, &counts);
    }
}

fn device() -> ComputeDevice {
    DeviceChoice::Cpu.resolve().unwrap()
}

fn trained(config: &SpokenConfig, o: &Options) -> (SpokenRun, f64) {
    let began = Instant::now();
    let mut run = SpokenRun::new(config.clone(), &o.data, o.seed, device()).unwrap();
    let steps = config.schedule.steps;
    run.run_to(steps, &mut |_| Control::Continue).unwrap();
    (run, began.elapsed().as_secs_f64())
}

fn line(name: &str, word: Share, any: Share, note: &str) {
    let percent = |s: Share| format!("{:5.2} % ({:.2} to {:.2})", 100.0 * s.value(), 100.0 * s.low, 100.0 * s.high);
    println!(
        "{name:<12} isolated digits wrong: {} of {}; as any string {}; {note}",
        percent(word),
        word.of,
        percent(any)
    );
}

/// Trains and measures; with the strings where asked for.
fn row(name: &str, config: &SpokenConfig, o: &Options, measured: &Measured, strings: bool) {
    let (run, seconds) = trained(config, o);
    let (mut one, mut any) = (run.recognizer("word").unwrap(), run.recognizer("words").unwrap());
    let note = format!("{} steps, seed {}, {seconds:.0} s", config.schedule.steps, o.seed);
    line(name, measured.isolated(&mut one), measured.isolated(&mut any), &note);
    if strings {
        measured.strings(&mut any);
    }
}

const SPEAKERS: [&str; 6] = ["george", "jackson", "lucas", "nicolas", "theo", "yweweler"];

fn main() {
    let o = options();
    let numbers = o.numbers.unwrap_or([5, 9]);
    match o.what.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] | ["data"] => row("all", &o.config, &o, &Measured::new(&o, numbers, None), true),
        ["losses"] => {
            let measured = Measured::new(&o, numbers, None);
            for (name, loss) in [
                ("nll", WordLoss::Nll { beta: 1.0 }),
                ("hinge", WordLoss::Hinge { margin: 5.0 }),
                ("perceptron", WordLoss::Perceptron),
            ] {
                row(name, &SpokenConfig { loss, ..o.config.clone() }, &o, &measured, true);
            }
        }
        ["speakers"] => {
            for speaker in SPEAKERS {
                let mut config = o.config.clone();
                config.hold_out(speaker);
                let measured = Measured::new(&o, o.numbers.unwrap_or([5, 49]), Some(speaker));
                row(speaker, &config, &o, &measured, false);
            }
        }
        ["model", file] => {
            let measured = Measured::new(&o, numbers, None);
            let load = |grammar| WordRecognizer::load(Path::new(file), Some(grammar), device()).unwrap().0;
            let (mut one, mut any) = (load("word"), load("words"));
            line(file, measured.isolated(&mut one), measured.isolated(&mut any), "");
            measured.strings(&mut any);
        }
        _ => panic!("data, losses, speakers, or model FILE"),
    }
}
