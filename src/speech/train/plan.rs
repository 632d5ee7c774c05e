//! An utterance as a row of segments, and which alignments of it there are.

use ndarray::{Array2, ArrayView2, Axis};

use crate::graph::Label;
use crate::semiring::Energy;
use crate::speech::phones::UnknownPhone;
use crate::speech::readout::{PhoneClasses, Readout, ReadoutError};
use crate::trellis::{Topology, TrellisError, Unit};

/// Why an utterance can't be trained on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// A phone that is none.
    #[error(transparent)]
    Phone(#[from] UnknownPhone),
    /// Its phones have no energies.
    #[error(transparent)]
    Readout(#[from] ReadoutError),
    /// It has too many phones.
    #[error(transparent)]
    Trellis(#[from] TrellisError),
}

/// One segment: a phone, or silence.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The phone; `None` for silence.
    pub phone: Option<String>,
    /// Where it begins and ends in seconds; the first and the last are as long as the sound.
    pub times: (f64, f64),
}

/// The segments of an utterance: silence before, phones (with silence between those that do not touch), silence behind.
///
/// `times` may be empty, where nobody knows them.
pub fn segments(phones: &[String], times: &[(f64, f64)], seconds: f64) -> Vec<Segment> {
    let silence = |times| Segment { phone: None, times };
    let begin = times.first().map_or(0.0, |t| t.0);
    let mut all = vec![silence((0.0, begin))];
    let mut before = begin;
    for (i, phone) in phones.iter().enumerate() {
        let (start, end) = times.get(i).copied().unwrap_or_default();
        if start > before + GAP {
            all.push(silence((before, start)));
        } else if let Some(last) = all.last_mut() {
            last.times.1 = start;
        }
        all.push(Segment { phone: Some(phone.clone()), times: (start, end) });
        before = end;
    }
    all.push(silence((before, seconds.max(before))));
    all
}

/// Phones this many seconds apart have silence between them.
const GAP: f64 = 0.005;

/// What stays the same about an utterance through a training: its readout, its topology, and which columns are whose.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Energies of its phones' states.
    pub readout: Readout,
    /// Its alignments, over the columns of [`Plan::energies`].
    pub topology: Topology,
    /// The readout's class of each column: a column for each state of each segment.
    classes: Vec<usize>,
    /// The segment of each column.
    pub owners: Vec<usize>,
    /// The column of each segment's steady part.
    pub steady: Vec<usize>,
}

impl Plan {
    /// The plan for some segments, phones in the spelling of [`to_ipa`](crate::speech::phones::to_ipa), under a model of these known phones, with so many states a phone (1 or 3).
    ///
    /// # Errors
    /// [`PlanError`].
    pub fn new(segments: &[Segment], known: &[String], positions: usize) -> Result<Self, PlanError> {
        let own = segments.iter().filter_map(|s| s.phone.as_ref());
        let mut wanted: Vec<String> = known.iter().chain(own).cloned().collect();
        wanted.sort();
        wanted.dedup();
        let readout = Readout::new(known, positions, &wanted)?;
        let (mut classes, mut owners, mut steady, mut units) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (number, segment) in segments.iter().enumerate() {
            let place = segment.phone.as_ref().and_then(|p| readout.classes().find(p));
            let states = if place.is_some() { positions } else { 1 };
            steady.push(classes.len() + states / 2);
            for state in 0..states {
                classes.push(place.map_or(PhoneClasses::SILENCE, |p| readout.classes().class(p, state)));
                owners.push(number);
                let mut unit = Unit::new(classes.len() as Label, 0);
                if place.is_none() || (states == 3 && state == 1) {
                    unit.skip = Energy::FREE;
                } else if states == 3 {
                    unit.stay = Energy::IMPOSSIBLE;
                }
                units.push(unit);
            }
        }
        let topology = Topology::left_to_right(&units)?;
        Ok(Plan { readout, topology, classes, owners, steady })
    }

    /// Energies, frames × columns, from the net's outputs.
    ///
    /// # Errors
    /// [`ReadoutError::Width`].
    pub fn energies(&self, outputs: ArrayView2<'_, f32>) -> Result<Array2<f32>, ReadoutError> {
        Ok(self.readout.energies(outputs)?.select(Axis(1), &self.classes))
    }

    /// The sums over the columns of each class of the readout: frames × classes.
    pub fn gather(&self, of_columns: ArrayView2<'_, f32>) -> Array2<f32> {
        let mut of_classes = Array2::zeros((of_columns.nrows(), self.readout.classes().count()));
        for (column, &class) in self.classes.iter().enumerate() {
            let mut sum = of_classes.column_mut(class);
            sum += &of_columns.column(column);
        }
        of_classes
    }

    /// By how many segments a frame's segment is off, frames × columns: summed over the frames of an alignment it is by how
    /// many frames its boundaries are, all together. `frame` is in seconds.
    pub fn offsets(&self, segments: &[Segment], frames: usize, frame: f64) -> Array2<f32> {
        let mut off = Array2::zeros((frames, self.owners.len()));
        let mut first = 0;
        for (t, mut row) in off.rows_mut().into_iter().enumerate() {
            let (start, end) = (t as f64 * frame, (t + 1) as f64 * frame);
            while first + 1 < segments.len() && segments[first].times.1 <= start {
                first += 1;
            }
            let mut rest = 1.0;
            for (j, segment) in segments.iter().enumerate().skip(first) {
                let last = j + 1 == segments.len() || segment.times.1 >= end;
                let share = if last { rest } else { ((segment.times.1 - segment.times.0.max(start)) / frame).max(0.0) };
                rest -= share;
                for (v, &owner) in row.iter_mut().zip(&self.owners) {
                    *v += (share * owner.abs_diff(j) as f64) as f32;
                }
                if last {
                    break;
                }
            }
        }
        off
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phones(names: &str) -> Vec<String> {
        names.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn silence_lies_at_both_ends_and_between_phones_that_do_not_touch() {
        let all = segments(&phones("a t a"), &[(0.1, 0.2), (0.2, 0.3), (0.35, 0.4)], 0.5);
        let what: Vec<Option<&str>> = all.iter().map(|s| s.phone.as_deref()).collect();
        assert_eq!(what, [None, Some("a"), Some("t"), None, Some("a"), None]);
        let ends: Vec<f64> = all.iter().map(|s| s.times.1).collect();
        assert_eq!(ends, [0.1, 0.2, 0.3, 0.35, 0.4, 0.5]);
    }

    #[test]
    fn offsets_add_up_to_how_far_boundaries_are_off() {
        let segments = segments(&phones("a t"), &[(0.025, 0.06), (0.06, 0.1)], 0.12);
        let plan = Plan::new(&segments, &[], 3).unwrap();
        let off = plan.offsets(&segments, 12, 0.01);
        // Begins in frames of an alignment, and the first column of each segment.
        for begins in [[2.0, 6.0, 10.0], [3.0, 6.0, 10.0], [0.0, 7.0, 9.0], [6.0, 6.0, 6.0], [9.0, 10.0, 11.0]] {
            let at = |t: usize| begins.iter().filter(|b| **b <= t as f64).count();
            let column = |segment: usize| plan.owners.iter().position(|o| *o == segment).unwrap();
            let sum: f32 = (0..12).map(|t| off[[t, column(at(t))]]).sum();
            let expected: f64 = begins.iter().zip([2.5, 6.0, 10.0]).map(|(b, m)| (b - m).abs()).sum();
            assert!((f64::from(sum) - expected).abs() < 1e-5, "{begins:?}: {sum}, not {expected}");
        }
    }
}
