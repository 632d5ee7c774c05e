//! Where the words and phones of a transcript lie, and whether they do.

mod choose;
mod error;
mod excess;
mod misfits;
mod occupancy;
mod output;
mod plan;

use std::ops::Range;

use ndarray::{ArrayView1, ArrayView2};

use self::excess::Excess;
use self::plan::{Element, Plan};
use super::{PhoneClasses, Transcript};
use crate::paths::PositiveF64;
use crate::trellis::{AlignOptions, Aligned, AlignedSegment, Beam, Emissions, align};

pub use self::error::PlaceError;
pub use self::excess::free_energies;
pub use self::occupancy::{occupancy, transcript_energy};

/// Share of the alignments at the edge of those looked at that changes no number that is shown.
const AT_THE_EDGE: f64 = 1e-9;

/// When frames are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameTimes {
    /// Where the recording begins, in seconds.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
    /// Where the part of the recording begins that the first frame stands for: half a step before its centre.
    pub first: f64,
    /// From one frame to the next, above 0.
    pub step: f64,
}

impl FrameTimes {
    /// Frames one after the other from the start of a recording, which ends with them.
    pub fn from_zero(step: f64, frames: usize) -> Self {
        FrameTimes { start: 0.0, end: step * frames as f64, first: 0.0, step }
    }

    /// Frames whose windows' centres are so many steps apart, the first at `centre`, in a recording of so many seconds.
    pub fn centred(centre: f64, step: f64, seconds: f64) -> Self {
        FrameTimes { start: 0.0, end: seconds, first: centre - 0.5 * step, step }
    }

    /// The time of a boundary in frames, within the recording.
    fn at(&self, frames: f64) -> f64 {
        (self.first + frames * self.step).clamp(self.start, self.end)
    }

    fn check(&self) -> Result<(), PlaceError> {
        let finite = [self.start, self.end, self.first, self.step].iter().all(|x| x.is_finite());
        if finite && self.step > 0.0 && self.start <= self.end {
            Ok(())
        } else {
            Err(PlaceError::Times { times: *self })
        }
    }
}

/// What comes with a model: how long its phones last at least, and how well transcripts that are right fit. Measured on held-out
/// recordings whose transcripts are known to be right; the defaults are for energies that are near to negative log probabilities
/// of phones at frames of 10 ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Fewest frames of a phone, at least 1. Where phones have more positions, middle ones may be left out.
    pub least: usize,
    /// Whether of three and more positions all but the middle one last exactly a frame.
    pub brief: bool,
    /// Fewest frames of a pause, at least 1.
    pub least_pause: usize,
    /// Energy of having a pause between two words.
    pub pause: f32,
    /// Inverse temperature: below 1 where neighbouring frames say the same thing twice. Boundaries, intervals and posteriors are at it; how well
    /// a transcript fits is told frame by frame, at 1.
    pub beta: PositiveF64,
    /// How much worse than the best of any phones a frame of a right transcript is, in the mean, in nats.
    pub usual: f64,
    /// How much worse than usual a frame may be, in the mean, before other speech is as probable as the transcript.
    pub limit: f64,
    /// By how many nats the transcript must be the less probable over a stretch of time for it to be a misfit.
    pub evidence: f64,
    /// How many phones in a row as short as can be are a misfit: a transcript squeezed into too little time. Of words that are worse than the
    /// limit half as many.
    pub squeezed: usize,
}

impl Default for Fit {
    /// Phones of 2 frames, pauses of 3; β = 1; usually 0.7 nats a frame, up to 2 more, evidence of 40 nats; 6 squeezed phones.
    fn default() -> Self {
        Fit {
            least: 2,
            brief: false,
            least_pause: 3,
            pause: 0.0,
            beta: PositiveF64::ONE,
            usual: 0.7,
            limit: 2.0,
            evidence: 40.0,
            squeezed: 6,
        }
    }
}

/// What a placement is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlaceOptions {
    /// Probability that an interval holds its boundary, above 0 and below 1.
    pub coverage: f64,
    /// What comes with the model.
    pub fit: Fit,
    /// Up to so many pairs of a frame and a state all alignments are looked at; beyond, those near the best path.
    pub exact_up_to: usize,
    /// States on either side of the best path that are near it: so many, or twice as many again until next to no alignment is
    /// at their edge.
    pub near: usize,
    /// The best path is looked for in a beam. It is found exactly in an hour of speech, and need not be.
    pub beam: Option<Beam>,
}

impl Default for PlaceOptions {
    /// Intervals of 95 %; the defaults of [`Fit`]; all alignments of some 5,000 frames and 800 phones; else those within 64 states,
    /// some 16 phones, or more; no beam.
    fn default() -> Self {
        PlaceOptions { coverage: 0.95, fit: Fit::default(), exact_up_to: 1 << 24, near: 64, beam: None }
    }
}

/// Energies of a recording's frames.
#[derive(Debug, Clone, Copy)]
pub struct SpeechFrames<'a> {
    /// Frames × classes, as [`PhoneClasses`] has them.
    pub energies: ArrayView2<'a, f32>,
    /// What the columns are.
    pub classes: &'a PhoneClasses,
    /// The free energy of each frame over all phones that there are, where the columns are fewer: [`free_energies`] of a wider array.
    /// `None` to take that of the columns.
    pub free: Option<ArrayView1<'a, f64>>,
    /// When the frames are.
    pub times: FrameTimes,
}

/// A transcript in time. Times are in seconds, and in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    /// Where the recording begins.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
    /// The words.
    pub words: Vec<PlacedWord>,
    /// Their phones.
    pub phones: Vec<PlacedPhone>,
    /// Speech that is not in the transcript, where it was allowed.
    pub untranscribed: Vec<(f64, f64)>,
    /// How much worse the words are, in the mean over their frames, than any phones would be, in nats beyond the usual: 0 is usual.
    pub mismatch: f64,
    /// Where the transcript does not fit, in order.
    pub misfits: Vec<Misfit>,
    /// How much lower a path may be that a beam left out; 0 without a beam.
    pub lost_at_most: f64,
    /// Share of the outermost alignments that were looked at where not all were: [`Aligned::edge`].
    pub edge: f64,
}

/// A word in time.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedWord {
    /// As the transcript has it.
    pub text: String,
    /// Where it begins.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
    /// How sure it is that it was said there, from 0 to 1: the posterior of its phones, less where it is as bad as other speech would be.
    pub confidence: f64,
    /// How much worse its frames are than any phones would be, in nats a frame beyond the usual.
    pub mismatch: f64,
    /// Which of its ways to be said was.
    pub way: usize,
    /// Its phones.
    pub phones: Range<usize>,
}

/// A phone in time.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedPhone {
    /// In the IPA.
    pub symbol: String,
    /// Where it begins: as probably before as behind.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
    /// Where it begins with the probability of [`PlaceOptions::coverage`].
    pub start_interval: (f64, f64),
    /// Where it ends.
    pub end_interval: (f64, f64),
    /// The share of all alignments that have it where it is, averaged over its frames.
    pub posterior: f64,
}

/// A stretch of time at which the transcript does not fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Misfit {
    /// What is wrong.
    pub kind: MisfitKind,
    /// Where it begins.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
    /// The words that have more than half of their frames in it.
    pub words: Range<usize>,
    /// Mean over its frames of how much worse they are than any phones would be, in nats beyond the usual.
    pub mismatch: f64,
}

/// How a transcript does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MisfitKind {
    /// What is heard is not what the words say.
    Unlike,
    /// There is something else in a pause.
    Pause,
    /// The words are as short as they can be: there is no room for them.
    Squeezed,
}

/// Places a transcript in a recording.
///
/// Of several ways to say a word that of the best path is taken. Boundaries are the medians of their posterior distributions over
/// all alignments, which have the least expected distance, interpolated within their frames; they are in order. The mismatch compares each frame's
/// phone with all phones of the columns, as in Wessel et al. (*Confidence measures for large vocabulary continuous speech recognition*,
/// 2001) and the goodness of pronunciation of Witt and Young (2000).
///
/// # Errors
/// [`PlaceError`]: the transcript has phones that the columns lack, the recording is too short for it, or no alignment is possible.
///
/// # Cost
/// O(frames × (classes + states near the best path)) after the best path's, which is that of
/// [`best_path`](crate::trellis::best_path()).
///
/// ```
/// use energraph::speech::{FrameTimes, PhoneClasses, PlaceOptions, SpeechFrames, Transcript, phones::Notation, place};
/// use ndarray::Array2;
/// let classes = PhoneClasses::new(&["a".into(), "t".into()], 1)?;
/// // Silence, a, t, silence, ten frames each.
/// let said = [0, 1, 2, 0];
/// let energies = Array2::from_shape_fn((40, 3), |(t, c)| if c == said[t / 10] { 0.0 } else { 4.0 });
/// let times = FrameTimes::from_zero(0.01, 40);
/// let frames = SpeechFrames { energies: energies.view(), classes: &classes, free: None, times };
/// let placed = place(&frames, &Transcript::from_phones("a t", Notation::Ipa)?, &PlaceOptions::default())?;
/// assert!((placed.phones[1].start - 0.2).abs() < 0.002);
/// assert!(placed.mismatch < 0.0 && placed.misfits.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn place(frames: &SpeechFrames<'_>, said: &Transcript, o: &PlaceOptions) -> Result<Placement, PlaceError> {
    error::check(frames, said, o)?;
    let free = match frames.free {
        Some(free) => free.to_owned(),
        None => free_energies(frames.energies),
    };
    let with_other = (!said.untranscribed.is_empty()).then(|| excess::with_other(frames, &free, &o.fit));
    let energies = with_other.as_ref().map_or(frames.energies, |e| e.view());
    let emissions = Emissions::new(energies)?;
    let ways = choose::ways(&emissions, frames, said, o)?;
    let plan = Plan::new(frames.classes, said, &ways, &o.fit)?;
    let topology = plan.topology()?;
    let pairs = (emissions.frames() + 1).saturating_mul(topology.graph().states());
    let options = AlignOptions {
        between: vec![plan::label(PhoneClasses::SILENCE)],
        beta: o.fit.beta,
        coverage: o.coverage,
        near: (pairs > o.exact_up_to).then_some(o.near),
        edge: AT_THE_EDGE,
        beam: o.beam,
    };
    let aligned = align(&emissions, &topology, &options)?.ok_or(PlaceError::Impossible)?;
    let excess = Excess::new(frames, &free, &plan, &aligned, &o.fit);
    Ok(assemble(frames, said, &ways, &plan, &aligned, &excess, o))
}

/// The answer in seconds.
fn assemble(
    frames: &SpeechFrames<'_>,
    said: &Transcript,
    ways: &[usize],
    plan: &Plan,
    aligned: &Aligned,
    excess: &Excess,
    o: &PlaceOptions,
) -> Placement {
    let times = frames.times;
    let (phones, untranscribed) = in_time(plan, &aligned.segments, times);
    let mut words = Vec::with_capacity(said.words.len());
    let runs = excess.words(said.words.len());
    let mut first = 0;
    for ((word, &way), run) in said.words.iter().zip(ways).zip(&runs) {
        let of_word = first..first + word.ways.get(way).map_or(0, |w| w.phones.len());
        first = of_word.end;
        let its = phones.get(of_word.clone()).unwrap_or_default();
        let mismatch = excess.mean(run.clone()) - o.fit.usual;
        words.push(PlacedWord {
            text: word.text.clone(),
            start: its.first().map_or(times.start, |p| p.start),
            end: its.last().map_or(times.start, |p| p.end),
            confidence: confidence(its, mismatch, &o.fit),
            mismatch,
            way,
            phones: of_word,
        });
    }
    let misfits = misfits::all(excess, &runs, &plan.least_frames(&aligned.segments), times, &o.fit);
    let mismatch = excess.mean_of_words() - o.fit.usual;
    let (lost_at_most, edge) = (aligned.lost_at_most, aligned.edge);
    let (start, end) = (times.start, times.end);
    Placement { start, end, words, phones, untranscribed, mismatch, misfits, lost_at_most, edge }
}

/// The posterior of a word's phones, by time, times how probable it is rather than other speech.
fn confidence(phones: &[PlacedPhone], mismatch: f64, fit: &Fit) -> f64 {
    let seconds: f64 = phones.iter().map(|p| p.end - p.start).sum();
    let weighed: f64 = phones.iter().map(|p| p.posterior * (p.end - p.start)).sum();
    let mean = phones.iter().map(|p| p.posterior).sum::<f64>() / phones.len().max(1) as f64;
    let posterior = if seconds > 0.0 { weighed / seconds } else { mean };
    // Half a limit on either side of it, it is 12 % and 88 %.
    let rather = 1.0 / (1.0 + (4.0 * (mismatch - fit.limit) / fit.limit).exp());
    (posterior * rather).clamp(0.0, 1.0)
}

/// Phones and other speech in seconds and in order: between what touches on the best path there is one boundary.
fn in_time(plan: &Plan, segments: &[AlignedSegment], times: FrameTimes) -> (Vec<PlacedPhone>, Vec<(f64, f64)>) {
    let (mut phones, mut untranscribed) = (Vec::new(), Vec::new());
    let mut before = f64::NEG_INFINITY;
    for (k, s) in segments.iter().enumerate() {
        let touches = |a: &AlignedSegment, b: &AlignedSegment| a.frames.end == b.frames.start;
        let earlier = k.checked_sub(1).and_then(|k| segments.get(k)).filter(|a| touches(a, s));
        let later = segments.get(k + 1).filter(|b| touches(s, b));
        let middle = |a: f64, b: f64| 0.5 * (a + b);
        let start = earlier.map_or(s.start.median, |a| middle(a.end.median, s.start.median)).max(before);
        let end = later.map_or(s.end.median, |b| middle(s.end.median, b.start.median)).max(start);
        before = end;
        let (from, to) = (times.at(start), times.at(end));
        match plan.element(s.label) {
            Some(Element::Phone { symbol, .. }) => {
                let low = earlier.map_or(s.start.low, |a| a.end.low.min(s.start.low)).min(start);
                let high = later.map_or(s.end.high, |b| b.start.high.max(s.end.high)).max(end);
                phones.push(PlacedPhone {
                    symbol: symbol.clone(),
                    start: from,
                    end: to,
                    start_interval: (times.at(low), times.at(s.start.high.max(start))),
                    end_interval: (times.at(s.end.low.min(end)), times.at(high)),
                    posterior: s.posterior.clamp(0.0, 1.0),
                });
            }
            Some(Element::Other) => untranscribed.push((from, to)),
            None => {}
        }
    }
    (phones, untranscribed)
}

#[cfg(test)]
mod tests;
