//! An utterance as a row of segments, and which alignments of it there are.

use ndarray::{Array2, ArrayView2, Axis};

use crate::graph::Label;
use crate::semiring::Energy;
use crate::speech::readout::{PhoneClasses, Readout, ReadoutError};
use crate::trellis::{Topology, TrellisError, Unit};

/// Why an utterance can't be trained on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
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
    /// The plan for some segments under a model of these known phones, with so many states a phone (1 or 3).
    ///
    /// # Errors
    /// [`PlanError`].
    pub fn new(segments: &[Segment], known: &[String], positions: usize) -> Result<Self, PlanError> {
        let mut wanted: Vec<String> = segments.iter().filter_map(|s| s.phone.clone()).collect();
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
                if place.is_none() {
                    unit.skip = Energy::FREE;
                } else if states == 3 && state == 1 {
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

    /// The gradient with respect to the net's outputs from that with respect to [`Plan::energies`].
    ///
    /// # Errors
    /// [`ReadoutError::Width`].
    pub fn pull_back(&self, gradient: ArrayView2<'_, f32>) -> Result<Array2<f32>, ReadoutError> {
        let mut of_classes = Array2::zeros((gradient.nrows(), self.readout.classes().count()));
        for (column, &class) in self.classes.iter().enumerate() {
            let mut sum = of_classes.column_mut(class);
            sum += &gradient.column(column);
        }
        self.readout.pull_back(of_classes.view())
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
