//! A transcript as units one after the other.

use super::{Fit, PlaceError};
use crate::graph::Label;
use crate::semiring::Energy;
use crate::speech::{PhoneClasses, Transcript};
use crate::trellis::{AlignedSegment, Topology, TrellisError, Unit};

/// Fewest frames of speech that is not transcribed.
const LEAST_OTHER: usize = 5;

/// What a segment of an alignment is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Element {
    /// A phone of a word.
    Phone {
        /// In the IPA.
        symbol: String,
        /// Its number among the classes' phones.
        number: usize,
        /// Its word.
        word: usize,
    },
    /// Speech that is not transcribed.
    Other,
}

/// A transcript of words each said in one way.
pub(super) struct Plan {
    units: Vec<Unit>,
    /// What the output labels are, from 1 on.
    elements: Vec<Element>,
    least: usize,
}

/// The label of a class.
pub(super) fn label(class: usize) -> Label {
    class as Label + 1
}

impl Plan {
    /// Units of the words said in the ways of these numbers.
    pub(super) fn new(
        classes: &PhoneClasses,
        said: &Transcript,
        ways: &[usize],
        fit: &Fit,
    ) -> Result<Self, PlaceError> {
        let mut plan = Plan { units: Vec::new(), elements: Vec::new(), least: fit.least.max(1) };
        for (word, (w, way)) in said.words.iter().zip(ways).enumerate() {
            plan.gap(classes, said.untranscribed.contains(&word), fit);
            for symbol in w.ways.get(*way).map_or(&[][..], |w| &w.phones) {
                let unknown = || PlaceError::UnknownPhones { phones: vec![symbol.clone()] };
                let number = classes.find(symbol).ok_or_else(unknown)?;
                plan.elements.push(Element::Phone { symbol: symbol.clone(), number, word });
                plan.units.extend(phone(classes, number, plan.elements.len() as Label, fit));
            }
        }
        plan.gap(classes, said.untranscribed.contains(&said.words.len()), fit);
        Ok(plan)
    }

    fn gap(&mut self, classes: &PhoneClasses, speech: bool, fit: &Fit) {
        if speech {
            self.elements.push(Element::Other);
        }
        self.units.extend(gap(classes, speech, self.elements.len() as Label, fit));
    }

    /// All units in order.
    pub(super) fn units(&self) -> &[Unit] {
        &self.units
    }

    pub(super) fn topology(&self) -> Result<Topology, TrellisError> {
        Topology::left_to_right(&self.units)
    }

    /// What writes a label.
    pub(super) fn element(&self, label: Label) -> Option<&Element> {
        self.elements.get((label as usize).checked_sub(1)?)
    }

    /// For each phone, in order, whether it is as short as it can be.
    pub(super) fn least_frames(&self, segments: &[AlignedSegment]) -> Vec<(usize, bool)> {
        let phone = |s: &AlignedSegment| match self.element(s.label) {
            Some(Element::Phone { word, .. }) => Some((*word, s.frames.len() <= self.least)),
            _ => None,
        };
        segments.iter().filter_map(phone).collect()
    }
}

/// What may lie between two words: silence, and, where it is allowed, speech that is not transcribed, which writes a label. That
/// costs as much as is asked of the evidence for a misfit: what would not be told as one is not taken for other speech.
pub(super) fn gap(classes: &PhoneClasses, speech: bool, writes: Label, fit: &Fit) -> Vec<Unit> {
    if !speech {
        return vec![pause(fit)];
    }
    // The column behind the classes: see `with_other`.
    let other =
        Unit { least: LEAST_OTHER, skip: dearer(fit.evidence as f32), ..Unit::new(label(classes.count()), writes) };
    vec![pause(fit), other, pause(fit)]
}

/// Silence that may be there.
fn pause(fit: &Fit) -> Unit {
    Unit { least: fit.least_pause.max(1), skip: dearer(fit.pause), ..Unit::new(label(PhoneClasses::SILENCE), 0) }
}

/// The energy of leaving out a unit that is so much dearer than to be without.
fn dearer(energy: f32) -> Energy {
    Energy::new(-energy).unwrap_or(Energy::FREE)
}

/// The positions of a phone. Where it may be shorter than they are many, those nearest to its middle may be left out, never the
/// onset; where it must be longer, its middle is.
pub(super) fn phone(classes: &PhoneClasses, number: usize, writes: Label, fit: &Fit) -> Vec<Unit> {
    let (positions, least) = (classes.positions(), fit.least.max(1));
    let middle = positions / 2;
    let spare = positions.saturating_sub(least);
    let mut by_middle: Vec<usize> = (1..positions).collect();
    by_middle.sort_by_key(|&p| p.abs_diff(middle));
    let left_out = by_middle.get(..spare).unwrap_or(&by_middle);
    let unit = |position: usize| {
        let mut unit = Unit::new(label(classes.class(number, position)), if position == 0 { writes } else { 0 });
        if left_out.contains(&position) {
            unit.skip = Energy::FREE;
        } else if position == middle {
            unit.least = 1 + least.saturating_sub(positions);
        }
        if fit.brief && position != middle && positions > 2 {
            unit.stay = Energy::IMPOSSIBLE;
        }
        unit
    };
    (0..positions).map(unit).collect()
}
