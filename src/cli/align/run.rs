//! `energraph align AUDIO TRANSCRIPT`.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::output::{Format, Output, write};
use super::pairs::{self, Pair};
use super::pictures;
#[cfg(feature = "nn")]
use crate::cli::error::At;
use crate::cli::error::{CliError, complain};
use crate::cli::files::deliver;
use crate::cli::progress::Bar;
use crate::signal::{Sound, sound};
use crate::speech::phones::Notation;
use crate::speech::picture::Occupancy;
use crate::speech::script::{self, Kind};
use crate::speech::{MisfitKind, Placement};

/// What the alignment of one sound or a folder needs.
#[derive(Debug, Args)]
pub(super) struct Run {
    /// A sound (WAV, FLAC), or a folder of them.
    audio: PathBuf,
    /// What is said: a text of words or phones (.txt, .lab) or a TextGrid; for a folder a folder, where files are found by the sounds' names.
    transcript: PathBuf,
    /// Where the alignment goes: a file (.TextGrid, .json, .csv, .ctm, .txt for Audacity), or a folder; standard output if not given.
    #[arg(short, long, value_name = "OUT")]
    out: Option<PathBuf>,
    /// The format, where OUT's ending does not say it.
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// The transcript holds phones, not words; `|` between phones parts words, between which there may be pauses.
    #[arg(long)]
    phones: bool,
    /// How phones are written, in the transcript and in the lexicon.
    #[arg(long, value_name = "HOW", default_value = "ipa")]
    notation: Writing,
    /// How words are said: a lexicon that comes with the program (digits) or a file of lines with a word and its phones (Kaldi's, the
    /// Montreal Forced Aligner's or CMUdict's form).
    #[arg(long, value_name = "NAME|FILE", required_unless_present = "phones")]
    lexicon: Option<String>,
    /// The tier of a TextGrid that holds the transcript.
    #[arg(long, value_name = "NAME")]
    tier: Option<String>,
    /// The ending of transcripts in a folder; lab, txt and TextGrid are looked for, in this order, if not given.
    #[arg(long, value_name = "ENDING")]
    transcripts: Option<String>,
    /// A model file; the one that comes with the program if not given.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Where to compute: auto, cpu, wgpu or cuda.
    #[cfg(feature = "nn")]
    #[arg(long, default_value = "auto")]
    device: crate::nn::DeviceChoice,
    /// Speech that is not in the transcript is allowed before, between and after the words.
    #[arg(long)]
    star: bool,
    /// How many times e other speech must be more probable than the words, over a stretch of time, to be told as a misfit: the more,
    /// the fewer false alarms. The model's if not given.
    #[arg(long, value_name = "NATS", value_parser = evidence)]
    evidence: Option<f64>,
    /// Whose speech it is: none, every file is on its own; folder, the files of one folder are one speaker's, to whom the model is adapted.
    #[arg(long, value_name = "HOW", default_value = "none", value_parser = ["none", "folder"])]
    speakers: String,
    /// Pictures of the alignments in this folder, as SVG and PNG: spectrogram, boundaries, posteriors, path.
    #[arg(long, value_name = "DIR")]
    explain: Option<PathBuf>,
    /// One JSON object a line on standard output, for every file.
    #[arg(long)]
    json: bool,
    /// A transcript that does not fit is a failure.
    #[arg(long)]
    strict: bool,
    /// Threads; as many as there are cores if not given.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

fn evidence(text: &str) -> Result<f64, String> {
    let nats = text.parse().ok().filter(|n: &f64| n.is_finite() && *n > 0.0);
    nats.ok_or_else(|| "it must be a number above 0".to_owned())
}

/// How phones are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Writing {
    /// The International Phonetic Alphabet.
    Ipa,
    /// X-SAMPA.
    Xsampa,
    /// CMUdict's and TIMIT's.
    Arpabet,
}

impl From<Writing> for Notation {
    fn from(w: Writing) -> Self {
        match w {
            Writing::Ipa => Notation::Ipa,
            Writing::Xsampa => Notation::XSampa,
            Writing::Arpabet => Notation::Arpabet,
        }
    }
}

/// Whatever goes wrong with one file.
pub(super) type Fault = Box<dyn Error + Send + Sync>;

/// An alignment, and what a picture of it shows besides.
pub(super) struct Found {
    pub(super) placed: Placement,
    pub(super) occupancy: Option<Occupancy>,
}

/// What aligns. Tests have one that needs no model.
pub(super) trait Engine {
    /// Its name.
    fn name(&self) -> &str;

    /// Adapts to a speaker: what is aligned from here on is theirs. `None` ends it.
    fn adapt(&mut self, said: Option<&[(Sound, String)]>) -> Result<(), Fault>;

    /// Aligns a sound.
    fn align(&mut self, sound: &Sound, said: &str, picture: bool) -> Result<Found, Fault>;
}

/// Seconds of a speaker that adaptation looks at; more changes little.
const HEARD: f64 = 90.0;

impl Run {
    /// Aligns everything.
    #[cfg(feature = "nn")]
    pub(super) fn run(&self) -> Result<(), CliError> {
        if let Some(n) = self.threads {
            rayon::ThreadPoolBuilder::new().num_threads(n).build_global().at("--threads")?;
        }
        let mut engine = super::engine::Model::new(&super::engine::Wanted {
            model: self.model.as_deref(),
            device: self.device,
            lexicon: self.lexicon.as_deref(),
            notation: self.notation.into(),
            phones: self.phones,
            star: self.star,
            evidence: self.evidence,
        })?;
        self.with(&mut engine)
    }

    /// Aligns everything with this engine.
    fn with(&self, engine: &mut impl Engine) -> Result<(), CliError> {
        let many = self.audio.is_dir();
        let output = Output::new(self.out.as_deref(), self.format, many)?;
        if many && self.out.is_none() && !self.json {
            return Err(CliError::Usage("-o FOLDER says where the alignments go; or --json prints them".into()));
        }
        let found = pairs::find(&self.audio, &self.transcript, self.transcripts.as_deref())?;
        output.check(&found.pairs)?;
        let mut work = Work { run: self, output, failed: 0, misfits: 0 };
        for sound in &found.alone {
            work.fail(sound, "no transcript of this name".into())?;
        }
        for sound in &found.twice {
            work.fail(sound, "another sound has this name: it would have the same output".into())?;
        }
        let bar = Bar::new(found.pairs.len() as u64, "files");
        let mut done = 0;
        for (_, group) in self.speakers(found.pairs) {
            if self.speakers == "folder" {
                work.adapt(&group, engine);
            }
            for pair in &group {
                bar.note(pair.stem.display().to_string());
                work.one(pair, engine, &bar)?;
                done += 1;
                bar.at(done);
            }
        }
        bar.done();
        if found.unused > 0 {
            complain(&format!("{}: {} transcripts have no sound", self.transcript.display(), found.unused));
        }
        let failed = work.failed + if self.strict { work.misfits } else { 0 };
        if failed > 0 { Err(CliError::Told) } else { Ok(()) }
    }

    /// The pairs by speaker, each speaker's in order.
    fn speakers(&self, pairs: Vec<Pair>) -> BTreeMap<PathBuf, Vec<Pair>> {
        let mut groups: BTreeMap<PathBuf, Vec<Pair>> = BTreeMap::new();
        for pair in pairs {
            let folder = pair.stem.parent().map(Path::to_path_buf).unwrap_or_default();
            groups.entry(folder).or_default().push(pair);
        }
        groups
    }

    fn script(&self, pair: &Pair) -> Result<String, Fault> {
        let kind = if self.phones { Kind::Phones } else { Kind::Words };
        let named = |e| format!("{}: {e}", pair.transcript.display());
        Ok(script::read(&pair.transcript, self.tier.as_deref(), kind).map_err(named)?)
    }
}

/// Work in progress.
struct Work<'a> {
    run: &'a Run,
    output: Output,
    failed: usize,
    misfits: usize,
}

impl Work<'_> {
    /// Adapts the engine to the speaker of these files. What cannot be read is told when its turn comes; where adaptation fails, it is told, and the
    /// files are aligned without it.
    fn adapt(&self, group: &[Pair], engine: &mut impl Engine) {
        let mut said: Vec<(Sound, String)> = Vec::new();
        for pair in group {
            if said.iter().map(|(sound, _)| sound.seconds()).sum::<f64>() > HEARD {
                break;
            }
            if let (Ok(sound), Ok(script)) = (sound::read(&pair.sound), self.run.script(pair)) {
                said.push((sound, script));
            }
        }
        let adapted = if said.is_empty() { engine.adapt(None) } else { engine.adapt(Some(&said)) };
        if let (Err(why), Some(first)) = (adapted, group.first()) {
            let _ = engine.adapt(None);
            let folder = first.sound.parent().unwrap_or(&first.sound);
            complain(&format!("{}: no adaptation to the speaker of this folder: {why}", folder.display()));
        }
    }

    fn one(&mut self, pair: &Pair, engine: &mut impl Engine, bar: &Bar) -> Result<(), CliError> {
        let aligned = sound::read(&pair.sound).map_err(|e| e.cause.into()).and_then(|sound| {
            let script = self.run.script(pair)?;
            let found = engine.align(&sound, &script, self.run.explain.is_some())?;
            Ok((sound, found))
        });
        let (sound, found) = match aligned {
            Ok(aligned) => aligned,
            Err(why) => return bar.suspend(|| self.fail(&pair.sound, why)),
        };
        let text = match self.output.format.text(&found.placed, pair, self.run.phones) {
            Ok(text) => text,
            Err(e) => return bar.suspend(|| self.told(&pair.sound, &e)),
        };
        if !found.placed.misfits.is_empty() {
            self.misfits += 1;
            bar.suspend(|| complain(&misfit(&found.placed, &pair.sound)));
        }
        match self.output.path(pair) {
            Some(path) => write(&path, text)?,
            None if self.run.json => {}
            None => deliver(&text, None)?,
        }
        if self.run.json {
            deliver(&Format::Json.text(&found.placed, pair, self.run.phones)?, None)?;
        }
        match &self.run.explain {
            Some(folder) => {
                pictures::draw(folder, pair, &sound, &found.placed, found.occupancy, (engine.name(), self.run.phones))
            }
            None => Ok(()),
        }
    }

    fn fail(&mut self, sound: &Path, why: Fault) -> Result<(), CliError> {
        self.told(sound, &CliError::At { place: sound.display().to_string(), cause: why })
    }

    fn told(&mut self, sound: &Path, e: &CliError) -> Result<(), CliError> {
        self.failed += 1;
        complain(e);
        if !self.run.json {
            return Ok(());
        }
        let why = if let CliError::At { cause, .. } = e { cause.to_string() } else { e.to_string() };
        deliver(&format!("{}\n", json!({"file": sound.display().to_string(), "error": why})), None)
    }
}

/// Most stretches that a warning names.
const NAMED: usize = 4;

/// The line that says where a transcript does not fit.
fn misfit(placed: &Placement, sound: &Path) -> String {
    let one = |m: &crate::speech::Misfit| {
        let words = placed.words.get(m.words.clone()).unwrap_or_default().iter().map(|w| w.text.as_str());
        let words = words.collect::<Vec<_>>().join(" ");
        let what = match m.kind {
            MisfitKind::Unlike if words.is_empty() => "not like the words around it".to_owned(),
            MisfitKind::Unlike => format!("not like “{words}”"),
            MisfitKind::Squeezed => format!("no room for “{words}”"),
            MisfitKind::Pause => "other speech".to_owned(),
        };
        format!("{:.2}–{:.2} s ({what})", m.start, m.end)
    };
    let mut places: Vec<String> = placed.misfits.iter().take(NAMED).map(one).collect();
    if placed.misfits.len() > NAMED {
        places.push(format!("{} more", placed.misfits.len() - NAMED));
    }
    let (sound, mismatch) = (sound.display(), placed.mismatch);
    format!("{sound}: the transcript does not fit: mismatch {mismatch:.2}, at {}", places.join(", "))
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
