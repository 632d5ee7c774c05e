//! `energraph eval spoken`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

use super::super::error::{At, CliError, complain};
use super::super::files::{deliver, read_text};
use super::super::model::LoadedWords;
use super::super::train::DATA;
use super::{CHUNK, Eval};
use crate::learn::{CurvePoint, Reading, Scored, accepted_at_error, error_reject_curve};
use crate::signal::Sound;
use crate::signal::sound::read as read_sound;

/// A sound of the set.
struct Item {
    name: String,
    text: String,
    sound: Result<Sound, String>,
}

/// A sound, read.
struct Outcome {
    name: String,
    text: String,
    /// None where nothing could be read.
    read: Option<String>,
    confidence: f64,
}

/// Reads a folder of sounds with texts, and says how well.
pub(super) fn eval(options: &Eval) -> Result<(), CliError> {
    let only = |given: bool, name: &str| {
        if given { Err(CliError::Usage(format!("{name} is for images"))) } else { Ok(()) }
    };
    only(!options.pooled.is_empty(), "--pooled")?;
    only(options.lines.is_some(), "--lines")?;
    only(!options.unseen.is_empty(), "--unseen")?;
    only(options.corrections.is_some(), "--corrections")?;
    let Some(set) = &options.set else { return Err(CliError::Usage("--set is needed".into())) };
    let (given, whole) = set.whole();
    only(!whole, "--set NAME:A-B")?;
    let folder = resolve(given);
    let items = items(&folder, usize::from(options.text_column))?;
    let mut model = options.model.load_spoken()?;
    let began = Instant::now();
    let (outcomes, failed) = read(&mut model, items)?;
    let report = Report {
        set: set.name(),
        model: model.words.name().to_owned(),
        grammar: model.words.grammar().to_owned(),
        device: model.device.clone(),
        seconds: began.elapsed().as_secs_f64(),
        failed,
        outcomes,
    };
    if let Some(path) = &options.items {
        deliver(&report.items(), Some(path))?;
    }
    let text = if options.json { format!("{}\n", report.json(options.errors)) } else { report.text(options.errors) };
    deliver(&text, None)?;
    if failed > 0 { Err(CliError::Told) } else { Ok(()) }
}

/// The folder as given, or in the data folder where it is not found as given.
fn resolve(folder: &Path) -> PathBuf {
    let inside = std::env::var_os(DATA).map(|d| Path::new(&d).join(folder));
    inside.filter(|p| !folder.is_dir() && p.is_dir()).unwrap_or_else(|| folder.into())
}

/// The sounds that `labels.tsv` names.
fn items(folder: &Path, text_column: usize) -> Result<Vec<Item>, CliError> {
    let table = folder.join("labels.tsv");
    let mut items = Vec::new();
    for (i, line) in read_text(&table)?.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let columns: Vec<&str> = line.split('\t').collect();
        let column = |k: usize| {
            columns.get(k).copied().ok_or_else(|| format!("line {}: no column {}", i + 1, k + 1)).at(table.display())
        };
        let (name, text) = (column(0)?.to_owned(), column(text_column - 1)?);
        let sound = read_sound(&folder.join(&name)).map_err(|e| e.cause.to_string());
        items.push(Item { name, text: text.split_whitespace().collect::<Vec<_>>().join(" "), sound });
    }
    if items.is_empty() { Err("no sounds").at(table.display()) } else { Ok(items) }
}

/// Every sound, read, and how many could not be.
fn read(model: &mut LoadedWords, items: Vec<Item>) -> Result<(Vec<Outcome>, usize), CliError> {
    let (mut outcomes, mut failed) = (Vec::new(), 0);
    for chunk in items.chunks(CHUNK) {
        let sounds: Vec<Sound> = chunk.iter().filter_map(|i| i.sound.as_ref().ok()).cloned().collect();
        let mut answers = model.words.read_many(&sounds).at("the net")?.into_iter();
        for item in chunk {
            let read = match &item.sound {
                Ok(_) => answers.next().map_or(Err("no answer".to_owned()), |a| a.map_err(|e| e.to_string())),
                Err(why) => Err(why.clone()),
            };
            let (read, confidence) = match read {
                Ok(u) => (Some(u.text().to_owned()), u.confidence()),
                Err(why) => {
                    complain(&format!("{}: {why}", item.name));
                    failed += 1;
                    (None, 0.0)
                }
            };
            outcomes.push(Outcome { name: item.name.clone(), text: item.text.clone(), read, confidence });
        }
    }
    Ok((outcomes, failed))
}

struct Report {
    set: String,
    model: String,
    grammar: String,
    device: String,
    seconds: f64,
    failed: usize,
    outcomes: Vec<Outcome>,
}

impl Outcome {
    fn right(&self) -> bool {
        self.read.as_ref() == Some(&self.text)
    }
}

impl Report {
    /// Word errors, strings, and what could be accepted.
    fn measured(&self) -> (Reading, Vec<CurvePoint>) {
        let mut reading = Reading::default();
        let words = |s: &str| s.split_whitespace().map(str::to_owned).collect::<Vec<String>>();
        let mut scored = Vec::new();
        for o in &self.outcomes {
            reading.add(&words(&o.text), o.read.as_deref().map(words).as_deref());
            scored.push(Scored { confidence: o.confidence, right: o.right() });
        }
        (reading, error_reject_curve(&scored))
    }

    /// The most confident errors.
    fn errors(&self, n: usize) -> Vec<&Outcome> {
        let mut wrong: Vec<&Outcome> = self.outcomes.iter().filter(|o| !o.right()).collect();
        wrong.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        wrong.truncate(n);
        wrong
    }

    fn text(&self, errors: usize) -> String {
        let (reading, curve) = self.measured();
        let exact = reading.exact();
        let mut text = format!("{}: model {}, grammar {}\n", self.set, self.model, self.grammar);
        text += &format!(
            "{:.2} % exact ({:.2} to {:.2}), {} of {}; word errors {:.2} %; accepted {:.1} % at 1 % error, {:.1} % at 2 %\n",
            100.0 * exact.value(),
            100.0 * exact.low,
            100.0 * exact.high,
            exact.hits,
            exact.of,
            100.0 * reading.character_error_rate(),
            100.0 * accepted_at_error(&curve, 0.01),
            100.0 * accepted_at_error(&curve, 0.02),
        );
        text += &format!("{:.1} s on {}\n", self.seconds, self.device);
        for o in self.errors(errors) {
            let read = o.read.as_deref().unwrap_or("(nothing)");
            text += &format!("{:.4}  {}  is {:?}  read {read:?}\n", o.confidence, o.name, o.text);
        }
        text
    }

    fn json(&self, errors: usize) -> Value {
        let (reading, curve) = self.measured();
        let exact = reading.exact();
        let point = |p: &CurvePoint| json!({"threshold": p.threshold, "accepted": p.accepted, "error": p.error});
        let wrong = |o: &&Outcome| json!({"file": o.name, "text": o.text, "read": o.read, "confidence": o.confidence});
        json!({
            "task": "spoken",
            "set": self.set,
            "model": self.model,
            "grammar": self.grammar,
            "device": self.device,
            "items": exact.of,
            "failed": self.failed,
            "exact": exact.value(),
            "exact_interval": [exact.low, exact.high],
            "wer": reading.character_error_rate(),
            "accepted_at_1pct_error": accepted_at_error(&curve, 0.01),
            "accepted_at_2pct_error": accepted_at_error(&curve, 0.02),
            "curve": curve.iter().map(point).collect::<Vec<_>>(),
            "seconds": self.seconds,
            "errors": self.errors(errors).iter().map(wrong).collect::<Vec<_>>(),
        })
    }

    /// Name, text, what was read and confidence of every sound, separated by tabs.
    fn items(&self) -> String {
        let row =
            |o: &Outcome| format!("{}\t{}\t{}\t{:.6}\n", o.name, o.text, o.read.as_deref().unwrap_or(""), o.confidence);
        self.outcomes.iter().map(row).collect()
    }
}
