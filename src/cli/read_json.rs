//! Readings as JSON.

use serde_json::{Value, json};

use super::accept::Acceptance;
use crate::handwriting::{Alternative, Reading, Segment};

/// One read image.
pub(super) fn reading(file: &str, model: &str, reading: &Reading, accept: &Acceptance) -> Value {
    let (best, others) = match reading.alternatives.split_first() {
        Some((best, others)) => (Some(best), others),
        None => (None, &[][..]),
    };
    json!({
        "file": file,
        "text": reading.text(),
        "confidence": reading.confidence(),
        "accepted": accept.takes(reading.confidence()),
        "certified": accept.certified,
        "energy": best.map(|b| b.energy),
        "free_energy": best.map(|b| b.free_energy),
        "runner_up": others.first().map(|r| json!({"text": r.text, "energy": r.energy})),
        "alternatives": others.iter().map(alternative).collect::<Vec<_>>(),
        "segments": reading.segments.iter().map(segment).collect::<Vec<_>>(),
        "model": model,
    })
}

/// One image that could not be read.
pub(super) fn failure(file: &str, error: &str) -> Value {
    json!({"file": file, "error": error})
}

fn alternative(a: &Alternative) -> Value {
    json!({"text": a.text, "energy": a.energy, "free_energy": a.free_energy, "confidence": a.confidence})
}

fn segment(s: &Segment) -> Value {
    json!({"symbol": s.symbol, "box": s.bounds, "energy": s.energy, "posterior": s.posterior})
}
