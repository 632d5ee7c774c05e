//! How well right transcripts fit, and wrong ones.

use std::collections::BTreeSet;

use ndarray::ArrayView2;

use super::{TrainError, Utterance};
use crate::speech::phones::Notation;
use crate::speech::{Fit, FrameTimes, PlaceOptions, Placement, Readout, SpeechFrames, Transcript, place};

/// A held-out utterance, and what the nets give for it.
pub(super) struct Heard<'a> {
    pub utterance: &'a Utterance,
    pub outputs: ArrayView2<'a, f32>,
}

/// Evidence that may be asked for, in nats.
const EVIDENCE: [f64; 12] = [8.0, 10.0, 13.0, 16.0, 20.0, 25.0, 32.0, 40.0, 60.0, 90.0, 130.0, 200.0];

/// Share of right transcripts that may be told as misfits.
const FALSE_ALARMS: f64 = 0.02;

/// What is usual is the mean of the held-out transcripts; the limit is half-way to the mean of the transcripts that are each the
/// next utterance's; the evidence is the least that few of the right ones reach. What can't be measured stays as it was.
pub(super) fn fit_of(heard: &[Heard<'_>], known: &[String], fit: Fit, step: f64) -> Result<Fit, TrainError> {
    let zero = Fit { usual: 0.0, ..fit };
    let right = mean(heard.iter().map(|h| said(h, h.utterance, known, zero, step)))?;
    let next = heard.iter().cycle().skip(1);
    let others = heard.iter().zip(next).filter(|(h, n)| h.utterance.phones != n.utterance.phones);
    let wrong = mean(others.map(|(h, n)| said(h, n.utterance, known, zero, step)))?;
    let Some(usual) = right.map(rounded) else { return Ok(fit) };
    let limit = wrong.map(|wrong| rounded(0.5 * (wrong - usual))).filter(|&l| l > 0.0).unwrap_or(fit.limit);
    let fit = Fit { usual, limit, ..fit };
    for evidence in EVIDENCE {
        let fit = Fit { evidence, ..fit };
        let mut alarms = 0;
        for h in heard {
            alarms += usize::from(said(h, h.utterance, known, fit, step)?.is_some_and(|p| !p.misfits.is_empty()));
        }
        if alarms as f64 <= FALSE_ALARMS * heard.len() as f64 {
            return Ok(fit);
        }
    }
    Ok(fit)
}

/// An utterance's phones placed in a sound; `None` where they have no room.
fn said(
    heard: &Heard<'_>,
    what: &Utterance,
    known: &[String],
    fit: Fit,
    step: f64,
) -> Result<Option<Placement>, TrainError> {
    let bad = |why: &dyn std::fmt::Display| TrainError::Utterance { name: what.name.clone(), why: why.to_string() };
    let wanted: BTreeSet<String> = known.iter().chain(&what.phones).cloned().collect();
    let wanted: Vec<String> = wanted.into_iter().collect();
    let readout = Readout::new(known, if fit.brief { 3 } else { 1 }, &wanted).map_err(|e| bad(&e))?;
    let energies = readout.energies(heard.outputs).map_err(|e| bad(&e))?;
    let said = Transcript::from_phones(&what.phones.join(" "), Notation::Ipa).map_err(|e| bad(&e))?;
    let times = FrameTimes::from_zero(step, energies.nrows());
    let frames = SpeechFrames { energies: energies.view(), classes: readout.classes(), free: None, times };
    Ok(place(&frames, &said, &PlaceOptions { fit, ..PlaceOptions::default() }).ok())
}

/// To four digits: a model's note gives back every number that short exactly.
fn rounded(nats: f64) -> f64 {
    (nats * 1e4).round() / 1e4
}

fn mean(placed: impl Iterator<Item = Result<Option<Placement>, TrainError>>) -> Result<Option<f64>, TrainError> {
    let (mut total, mut count) = (0.0, 0_u32);
    for placed in placed {
        if let Some(placed) = placed? {
            (total, count) = (total + placed.mismatch, count + 1);
        }
    }
    Ok((count > 0).then(|| total / f64::from(count)))
}
