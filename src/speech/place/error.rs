//! What cannot be placed.

use thiserror::Error;

use super::{Fit, FrameTimes, PlaceOptions, SpeechFrames};
use crate::speech::Transcript;
use crate::trellis::TrellisError;

/// Why a transcript could not be placed.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PlaceError {
    /// There are no words.
    #[error("the transcript has no words")]
    NoWords,
    /// A word without a way to say it, or one without phones.
    #[error("word {}, {text:?}, has no phones", number + 1)]
    NoPhones {
        /// The word.
        text: String,
        /// Its number, from 0.
        number: usize,
    },
    /// Phones that have no energies.
    #[error("the model has no phones {}", phones.join(", "))]
    UnknownPhones {
        /// The phones, each once.
        phones: Vec<String>,
    },
    /// Energies of another number of classes.
    #[error("energies of {found} classes, {expected} are expected")]
    Classes {
        /// Columns found.
        found: usize,
        /// Columns expected.
        expected: usize,
    },
    /// Free energies of another number of frames.
    #[error("free energies of {found} frames, there are {frames}")]
    Free {
        /// Free energies found.
        found: usize,
        /// Frames.
        frames: usize,
    },
    /// A given free energy that is NaN or −∞.
    #[error("the free energy of frame {frame} is none")]
    FreeEnergy {
        /// The frame, from 0.
        frame: usize,
    },
    /// The recording is shorter than the words can be.
    #[error("the recording has {has:.2} s, the transcript needs {needs:.2} s at least")]
    TooShort {
        /// Seconds of all frames.
        has: f64,
        /// Seconds needed.
        needs: f64,
    },
    /// Every alignment meets energies of +∞.
    #[error("the energies leave no alignment possible")]
    Impossible,
    /// Times that are not finite, a step that is not above 0, an end before the start.
    #[error("frames from {} s on every {} s, from {} s to {} s", times.first, times.step, times.start, times.end)]
    Times {
        /// The times.
        times: FrameTimes,
    },
    /// Constants that are NaN, infinite, or a limit that is not above 0.
    #[error("the model's constants of fit make no sense: {fit:?}")]
    Fit {
        /// The constants.
        fit: Fit,
    },
    /// The energies have a NaN or −∞, the coverage is not between 0 and 1, the beam is below 0, or the transcript is too long to number.
    #[error(transparent)]
    Trellis(#[from] TrellisError),
}

/// What can be seen before any energy is looked at.
pub(super) fn check(frames: &SpeechFrames<'_>, said: &Transcript, o: &PlaceOptions) -> Result<(), PlaceError> {
    let fit = o.fit;
    let finite = [f64::from(fit.pause), fit.usual, fit.limit, fit.evidence].iter().all(|x| x.is_finite());
    if !finite || fit.limit <= 0.0 || fit.evidence < 0.0 {
        return Err(PlaceError::Fit { fit });
    }
    frames.times.check()?;
    let (found, expected) = (frames.energies.ncols(), frames.classes.count());
    if found != expected {
        return Err(PlaceError::Classes { found, expected });
    }
    if let Some(free) = frames.free.filter(|f| f.len() != frames.energies.nrows()) {
        return Err(PlaceError::Free { found: free.len(), frames: frames.energies.nrows() });
    }
    let no_energy = |f: &f64| f.is_nan() || *f == f64::NEG_INFINITY;
    if let Some(frame) = frames.free.and_then(|free| free.iter().position(no_energy)) {
        return Err(PlaceError::FreeEnergy { frame });
    }
    check_words(frames, said)?;
    let shortest = |w: &crate::speech::Word| w.ways.iter().map(|w| w.phones.len()).min().unwrap_or(0);
    let phones: usize = said.words.iter().map(shortest).sum();
    let needs = phones.saturating_mul(fit.least.max(1));
    if frames.energies.nrows() < needs {
        let step = frames.times.step;
        return Err(PlaceError::TooShort { has: frames.energies.nrows() as f64 * step, needs: needs as f64 * step });
    }
    Ok(())
}

/// Whether all words have phones that the classes have.
fn check_words(frames: &SpeechFrames<'_>, said: &Transcript) -> Result<(), PlaceError> {
    if said.words.is_empty() {
        return Err(PlaceError::NoWords);
    }
    let silent = said.words.iter().position(|w| w.ways.is_empty() || w.ways.iter().any(|w| w.phones.is_empty()));
    if let Some((number, word)) = silent.and_then(|n| said.words.get(n).map(|w| (n, w))) {
        return Err(PlaceError::NoPhones { text: word.text.clone(), number });
    }
    let unknown = said.phones().into_iter().filter(|p| frames.classes.find(p).is_none());
    let phones: Vec<String> = unknown.map(str::to_owned).collect();
    if phones.is_empty() { Ok(()) } else { Err(PlaceError::UnknownPhones { phones }) }
}
