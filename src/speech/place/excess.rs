//! How much worse a transcript is than any phones would be.

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayView2, s};

use super::plan::{Element, Plan};
use super::{Fit, SpeechFrames};
use crate::speech::PhoneClasses;
use crate::trellis::{Aligned, AlignedSegment};

/// `−log Σ e^{−E}` of each frame over all its classes, in nats: what a frame costs where anything may be said; +∞ where
/// nothing may. For a recording whose energies are made part by part, parts of it may be taken one by one.
///
/// ```
/// use energraph::speech::free_energies;
/// use ndarray::array;
/// let free = free_energies(array![[0.0, 0.0], [1.0, f32::INFINITY]].view());
/// assert!((free[0] + 2.0_f64.ln()).abs() < 1e-12 && free[1] == 1.0);
/// ```
pub fn free_energies(energies: ArrayView2<'_, f32>) -> Array1<f64> {
    energies.outer_iter().map(|row| soft_min(row.iter().copied())).collect()
}

fn soft_min(energies: impl Iterator<Item = f32> + Clone) -> f64 {
    let least = f64::from(energies.clone().fold(f32::INFINITY, f32::min));
    if least == f64::INFINITY {
        return least;
    }
    let sum: f64 = energies.map(|e| (least - f64::from(e)).exp()).sum();
    least - sum.ln()
}

/// The energies with a column more, for speech that is not transcribed: as much worse than any phones as the limit is.
pub(super) fn with_other(frames: &SpeechFrames<'_>, free: &Array1<f64>, fit: &Fit) -> Array2<f32> {
    let (rows, columns) = frames.energies.dim();
    let mut wider = Array2::zeros((rows, columns + 1));
    wider.slice_mut(s![.., ..columns]).assign(&frames.energies);
    let at_limit = free.mapv(|f| (f + fit.usual + fit.limit) as f32);
    wider.column_mut(columns).assign(&at_limit);
    wider
}

/// What each frame is on the best path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    /// Of a word.
    Word(usize),
    /// In a pause.
    Pause,
    /// Speech that is not transcribed.
    Other,
}

/// Frame by frame, how much worse the phone it is of is than any.
pub(super) struct Excess {
    /// What the frame is.
    pub(super) is: Vec<Is>,
    /// In nats; at least 0, but where free energies of other columns were given.
    pub(super) nats: Vec<f64>,
}

impl Excess {
    pub(super) fn new(
        frames: &SpeechFrames<'_>,
        free: &Array1<f64>,
        plan: &Plan,
        aligned: &Aligned,
        fit: &Fit,
    ) -> Self {
        let count = frames.energies.nrows();
        let mut is = vec![(Is::Pause, None); count];
        let mut mark = |s: &AlignedSegment| {
            let what = match plan.element(s.label) {
                Some(Element::Phone { word, number, .. }) => (Is::Word(*word), Some(*number)),
                _ => (Is::Other, None),
            };
            is.iter_mut().take(s.frames.end).skip(s.frames.start).for_each(|frame| *frame = what);
        };
        aligned.segments.iter().for_each(&mut mark);
        let positions = frames.classes.positions();
        let mut nats = Vec::with_capacity(count);
        for ((row, free), (is, phone)) in frames.energies.outer_iter().zip(free).zip(&is) {
            let (from, classes) = match (is, phone) {
                (Is::Other, _) => {
                    nats.push(fit.usual);
                    continue;
                }
                (_, Some(number)) => (frames.classes.class(*number, 0), positions),
                (_, None) => (PhoneClasses::SILENCE, 1),
            };
            let its = soft_min(row.iter().copied().skip(from).take(classes));
            nats.push(its - free);
        }
        Excess { is: is.into_iter().map(|(is, _)| is).collect(), nats }
    }

    /// The frames of each word, of so many.
    pub(super) fn words(&self, count: usize) -> Vec<Range<usize>> {
        let mut words = vec![0..0; count];
        for (frame, is) in self.is.iter().enumerate() {
            let Is::Word(word) = is else { continue };
            if let Some(run) = words.get_mut(*word) {
                let start = if run.start == run.end { frame } else { run.start };
                *run = start..frame + 1;
            }
        }
        words
    }

    /// The mean over some frames; 0 over none.
    pub(super) fn mean(&self, frames: Range<usize>) -> f64 {
        let some = self.nats.get(frames).unwrap_or_default();
        some.iter().sum::<f64>() / some.len().max(1) as f64
    }

    /// The mean over all words' frames.
    pub(super) fn mean_of_words(&self) -> f64 {
        let words = self.nats.iter().zip(&self.is).filter(|(_, is)| matches!(is, Is::Word(_)));
        let (sum, count) = words.fold((0.0, 0_usize), |(sum, count), (x, _)| (sum + x, count + 1));
        sum / count.max(1) as f64
    }
}
