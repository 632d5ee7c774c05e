//! `energraph read --task spoken`.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::{Value, json};

use super::super::accept::Acceptance;
use super::super::error::{At, CliError, complain};
use super::{CHUNK, Found, Read, Sink};
use crate::signal::Sound;
use crate::signal::sound::{read as read_sound, sound_files};
use crate::speech::words::{SpokenAnswer, SpokenWord, Utterance};

/// Reads every sound that can be read.
pub(super) fn read(options: &Read) -> Result<(), CliError> {
    if options.explain.is_some() {
        return Err(CliError::Usage("--explain is for images".into()));
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
        let sounds: Vec<Sound> = opened.iter().filter_map(|o| o.as_ref().ok()).cloned().collect();
        let mut answers = model.words.read_many(&sounds).at("the net")?.into_iter();
        for (file, sound) in chunk.iter().zip(opened) {
            let path = file.as_ref().unwrap_or_else(|(path, _)| path);
            let done = sound
                .map_err(|(_, why)| why)
                .and_then(|_| answers.next().ok_or("no answer")?.map_err(|e| e.to_string()));
            match done {
                Ok(heard) => utterance(&mut sink, path, model.words.name(), &heard, &accept)?,
                Err(why) => {
                    failed += 1;
                    sink.failure(path, &why)?;
                }
            }
        }
        sink.flush()?;
    }
    if failed > 0 { Err(CliError::Told) } else { Ok(()) }
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
