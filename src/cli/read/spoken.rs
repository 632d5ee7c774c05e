//! `energraph read --task spoken`.

use std::iter::Peekable;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::{Value, json};

use super::super::accept::Acceptance;
use super::super::error::{At, CliError, complain};
use super::{Found, Read, Sink};
use crate::signal::Sound;
use crate::signal::sound::{read as read_sound, sound_files};
use crate::speech::words::{SpokenAnswer, SpokenError, SpokenWord, Utterance};

/// Sounds held at a time.
const CHUNK: usize = 16;

/// What there is instead.
const EXPLAIN: &str = "--explain draws readings of images; of a sound whose words are known, `energraph align --explain DIR` draws where they lie";

/// Reads every sound that can be read.
pub(super) fn read(options: &Read) -> Result<(), CliError> {
    if options.explain.is_some() {
        return Err(CliError::Usage(EXPLAIN.into()));
    }
    let mut model = options.model.load_spoken()?;
    let accept = Acceptance::of(&model.info.dev, "sounds", options.max_error).at("--max-error")?;
    let found = options.files(sound_files, |e| e.cause.to_string());
    let mut sink = options.sink(&found)?;
    if let Some(caveat) = accept.caveat() {
        complain(&caveat);
    }
    let mut failed = 0;
    for chunk in found.chunks(CHUNK) {
        let open = |f: &Found| match f {
            Ok(path) => read_sound(path).map_err(|e| (path.clone(), e.cause.to_string())),
            Err(e) => Err(e.clone()),
        };
        let opened: Vec<Result<Sound, (PathBuf, String)>> = chunk.par_iter().map(open).collect();
        let (mut sounds, mut files) = (Vec::new(), Vec::new());
        for (file, sound) in chunk.iter().zip(opened) {
            let path = file.as_ref().unwrap_or_else(|(path, _)| path);
            files.push((path.as_path(), sound.map(|sound| sounds.push(sound)).map_err(|(_, why)| why)));
        }
        let name = model.words.name().to_owned();
        let files = files.into_iter().peekable();
        let mut turn = Turn { files, sink: &mut sink, accept: &accept, model: &name, failed: 0 };
        turn.unopened()?;
        model.words.read_each(&sounds, &mut |read| turn.tell(read))?;
        failed += turn.failed;
    }
    if failed > 0 { Err(CliError::Told) } else { Ok(()) }
}

impl From<SpokenError> for CliError {
    fn from(e: SpokenError) -> Self {
        CliError::At { place: "the net".into(), cause: e.into() }
    }
}

/// Files whose answers are still to be told, in order.
struct Turn<'a, I: Iterator> {
    /// Each with what kept it from being opened.
    files: Peekable<I>,
    sink: &'a mut Sink,
    accept: &'a Acceptance,
    model: &'a str,
    failed: usize,
}

impl<'a, I: Iterator<Item = (&'a Path, Result<(), String>)>> Turn<'a, I> {
    /// Tells what the next file says, and what of those behind it could not be opened.
    fn tell(&mut self, read: Result<Utterance, SpokenError>) -> Result<(), CliError> {
        let Some((path, _)) = self.files.next() else { return Ok(()) };
        match read {
            Ok(heard) => utterance(self.sink, path, self.model, &heard, self.accept)?,
            Err(why) => self.fail(path, &why.to_string())?,
        }
        self.sink.flush()?;
        self.unopened()
    }

    /// Tells of the next files as long as they could not be opened.
    fn unopened(&mut self) -> Result<(), CliError> {
        while let Some((path, Err(why))) = self.files.next_if(|(_, opened)| opened.is_err()) {
            self.fail(path, &why)?;
        }
        self.sink.flush()
    }

    fn fail(&mut self, path: &Path, why: &str) -> Result<(), CliError> {
        self.failed += 1;
        self.sink.failure(path, why)
    }
}

fn utterance(sink: &mut Sink, path: &Path, model: &str, u: &Utterance, accept: &Acceptance) -> Result<(), CliError> {
    let file = path.display().to_string();
    if sink.json {
        return sink.line(&json(&file, model, u, accept).to_string());
    }
    let verdict = if accept.takes(u.confidence()) { "accept" } else { "reject" };
    let text = if u.text().is_empty() { "(no word)" } else { u.text() };
    let places: Vec<String> = u.words.iter().map(|w| format!("{:.2}-{:.2}", w.start, w.end)).collect();
    let line =
        format!("{file:<w$}  {text:<14}  {:.4}  {verdict}  {}", u.confidence(), places.join(" "), w = sink.width);
    sink.line(line.trim_end())
}

/// One sound, read.
fn json(file: &str, model: &str, u: &Utterance, accept: &Acceptance) -> Value {
    let (best, others) = match u.alternatives.split_first() {
        Some((best, others)) => (Some(best), others),
        None => (None, &[][..]),
    };
    let answer = |a: &SpokenAnswer| json!({"text": a.text, "energy": a.energy, "free_energy": a.free_energy, "confidence": a.confidence});
    let word = |w: &SpokenWord| {
        json!({
            "symbol": w.text,
            "start": w.start,
            "end": w.end,
            "start_interval": w.start_interval,
            "end_interval": w.end_interval,
            "posterior": w.posterior,
        })
    };
    json!({
        "file": file,
        "text": u.text(),
        "confidence": u.confidence(),
        "accepted": accept.takes(u.confidence()),
        "certified": accept.certified,
        "energy": best.map(|b| b.energy),
        "free_energy": best.map(|b| b.free_energy),
        "runner_up": others.first().map(|r| json!({"text": r.text, "energy": r.energy})),
        "alternatives": others.iter().map(answer).collect::<Vec<_>>(),
        "segments": u.words.iter().map(word).collect::<Vec<_>>(),
        "model": model,
    })
}
