//! The free energy of what is still to come, at every frame and state, over segments.

use rustc_hash::FxHashMap;

use super::{SegmentError, Segments};
use crate::graph::{Arc, EPSILON, StateId};
use crate::paths::Beta;
use crate::semiring::Energy;
use crate::trellis::Topology;
use crate::trellis::backward::KEPT;
use crate::trellis::soft::soft_min;

/// `F_β` of all segmentations that the topology reads: a path of it, each of whose arcs of input label `c + 1` reads a
/// segment of class `c`, end to end over all frames; +∞ where there is none.
///
/// The same number as [`crate::paths::free_energy()`] on the composition of [`Segments::graph`] and
/// [`Topology::graph`], which is not built.
///
/// # Errors
/// [`SegmentError::Trellis`] where the topology reads a class that the segments lack.
///
/// # Cost
/// O(frames · (longest · entries + states + arcs)), where the entries are the different pairs of a class and a state that it
/// leads to (the classes, under [`Topology::chain`]); as many exponentials for finite β. 8 bytes for every
/// frame and entry or state up to four million of them; beyond, O(√(frames · longest) · (states + entries)) memory.
///
/// ```
/// use energraph::Beta;
/// use energraph::trellis::{FrameEnergies, Segments, Topology, segment_free_energy};
/// use ndarray::Array2;
/// // One class, four frames, segments of up to two: 1+1+1+1, 1+1+2, 1+2+1, 2+1+1, 2+2.
/// let free = Array2::zeros((4, 1));
/// let segments = Segments::from_frames(&FrameEnergies::sums(free.view(), 2))?;
/// let f = segment_free_energy(&segments, &Topology::any(1)?, Beta::ONE)?;
/// assert!((f + 5.0_f64.ln()).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn segment_free_energy(segments: &Segments<'_>, topology: &Topology, beta: Beta) -> Result<f64, SegmentError> {
    Ok(Sweep::new(segments, topology, beta)?.total())
}

/// A class and the state behind a segment of it: what arcs have in common that differ in their weights and sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Entry {
    pub(super) class: usize,
    pub(super) target: StateId,
}

/// Potentials, from the end to the start.
///
/// Where there are many, a block of rows is made again when it is asked for, from those behind it that a segment may lead to:
/// of every `stride` rows only so many are kept.
pub(super) struct Sweep<'s, 'e, 't> {
    pub(super) segments: &'s Segments<'e>,
    pub(super) topology: &'t Topology,
    pub(super) beta: Beta,
    pub(super) entries: Vec<Entry>,
    /// The entry of each arc that reads; 0 for others.
    entry_of: Vec<usize>,
    /// The free energy of all segmentations, without what every one costs.
    above: f64,
    stride: usize,
    /// How many rows on a segment may lead.
    reach: usize,
    /// By block but the first: its first rows, as many as that.
    kept: Vec<Vec<f64>>,
    /// The first row of the block that there is.
    at: usize,
    /// By row of the block, or one that a segment may lead to from there, and state: all ways on.
    states: Vec<f64>,
    /// By row of the block and entry: all ways on that begin with a segment of its class.
    begun: Vec<f64>,
}

impl<'s, 'e, 't> Sweep<'s, 'e, 't> {
    pub(super) fn new(segments: &'s Segments<'e>, topology: &'t Topology, beta: Beta) -> Result<Self, SegmentError> {
        Sweep::with_room_for(KEPT, segments, topology, beta)
    }

    /// As [`Sweep::new`], all rows kept up to so many potentials.
    pub(super) fn with_room_for(
        potentials: usize,
        segments: &'s Segments<'e>,
        topology: &'t Topology,
        beta: Beta,
    ) -> Result<Self, SegmentError> {
        topology.check(segments.classes())?;
        let (entries, entry_of) = entries(topology);
        let rows = segments.frames() + 1;
        let reach = segments.longest().min(segments.frames());
        let all = rows.saturating_mul(topology.graph().states() + entries.len()) <= potentials;
        let stride = if all { rows } else { rows.saturating_mul(reach).isqrt().max(1) };
        let kept = vec![Vec::new(); rows.div_ceil(stride)];
        let (at, states, begun, above) = (0, Vec::new(), Vec::new(), f64::INFINITY);
        let mut sweep =
            Sweep { segments, topology, beta, entries, entry_of, above, stride, reach, kept, at, states, begun };
        sweep.sweep();
        Ok(sweep)
    }

    /// Makes every block, from the last to the first.
    fn sweep(&mut self) {
        for number in (0..self.kept.len()).rev() {
            self.fill(number);
            if number > 0 {
                let first = self.reach * self.topology.graph().states();
                self.kept[number] = self.states[..first.min(self.states.len())].to_vec();
            }
        }
        self.above = self.topology.graph().start().map_or(f64::INFINITY, |s| self.state(0, s));
    }

    /// Makes the rows of a block from those behind it.
    fn fill(&mut self, number: usize) {
        let (rows, states) = (self.segments.frames() + 1, self.topology.graph().states());
        self.at = number * self.stride;
        let to = (self.at + self.stride).min(rows);
        let own = (to - self.at) * states;
        self.states.clear();
        self.states.resize(own, f64::INFINITY);
        self.states.extend(self.kept.get(number + 1).into_iter().flatten());
        self.begun.clear();
        self.begun.resize((to - self.at) * self.entries.len(), f64::INFINITY);
        let mut terms = Vec::new();
        for t in (self.at..to).rev() {
            self.step(t, &mut terms);
        }
    }

    /// Makes what is asked of a row, from which segments and arcs go on.
    pub(super) fn load(&mut self, t: usize) {
        if !(self.at..self.at + self.stride).contains(&t) {
            self.fill(t / self.stride);
        }
    }

    fn step(&mut self, t: usize, terms: &mut Vec<f64>) {
        for number in 0..self.entries.len() {
            self.lengths(t, number, terms);
            let slot = (t - self.at) * self.entries.len() + number;
            self.begun[slot] = soft_min(terms, self.beta);
        }
        let graph = self.topology.graph();
        for &s in self.topology.order().iter().rev() {
            terms.clear();
            terms.push(self.end(t, s));
            terms.extend(graph.arc_ids(s).zip(graph.arcs(s)).map(|(arc, a)| self.along(t, arc as usize, a)));
            let slot = (t - self.at) * graph.states() + s as usize;
            self.states[slot] = soft_min(terms, self.beta);
        }
    }

    /// The energy of a segment of each length from frame `t` on, all ways on from behind it included.
    pub(super) fn lengths(&self, t: usize, entry: usize, into: &mut Vec<f64>) {
        let Entry { class, target } = self.entries[entry];
        let on = |length: usize| self.segments.above(t, length, class) + self.state(t + length, target);
        into.clear();
        into.extend((1..=self.segments.longest_at(t)).map(on));
    }

    /// The energy of going along an arc at frame `t`, all ways on included.
    pub(super) fn along(&self, t: usize, arc: usize, a: &Arc<Energy>) -> f64 {
        let on = match a.ilabel {
            EPSILON => self.state(t, a.target),
            _ => self.begun[(t - self.at) * self.entries.len() + self.entry_of[arc]],
        };
        a.weight.wide() + on
    }

    /// The energy of ending in a state, at the end.
    pub(super) fn end(&self, t: usize, state: StateId) -> f64 {
        if t == self.segments.frames() { self.topology.graph().final_weight(state).wide() } else { f64::INFINITY }
    }

    /// All ways on from a state at a frame that is loaded, or that a segment leads to from there.
    pub(super) fn state(&self, t: usize, state: StateId) -> f64 {
        self.states[(t - self.at) * self.topology.graph().states() + state as usize]
    }

    /// The entry that an arc reads into; `None` for an arc that reads nothing.
    pub(super) fn entry(&self, arc: usize) -> Option<usize> {
        let reads = self.topology.graph().all_arcs()[arc].ilabel != EPSILON;
        reads.then(|| self.entry_of[arc])
    }

    /// The free energy of all segmentations.
    pub(super) fn total(&self) -> f64 {
        self.above() + self.segments.common()
    }

    /// The same without what every segmentation costs.
    pub(super) fn above(&self) -> f64 {
        self.above
    }
}

/// The entries of a topology, and the one of each arc.
fn entries(topology: &Topology) -> (Vec<Entry>, Vec<usize>) {
    let mut numbers: FxHashMap<Entry, usize> = FxHashMap::default();
    let mut entries = Vec::new();
    let mut of = |a: &Arc<Energy>| {
        let Some(class) = (a.ilabel as usize).checked_sub(1) else { return 0 };
        let entry = Entry { class, target: a.target };
        *numbers.entry(entry).or_insert_with(|| {
            entries.push(entry);
            entries.len() - 1
        })
    };
    let entry_of = topology.graph().all_arcs().iter().map(&mut of).collect();
    (entries, entry_of)
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::super::best::best_of;
    use super::super::posteriors::Gradient;
    use super::*;
    use crate::trellis::{FrameEnergies, Unit};

    #[test]
    fn rows_made_again_are_the_rows_that_were_not_kept() {
        for (frames, longest) in [(0, 3), (1, 1), (2, 5), (7, 2), (30, 1), (30, 4), (41, 40), (200, 3), (9, 0)] {
            let e = Array2::from_shape_fn((frames, 3), |(t, c)| ((t * 7 + c * 5) * 13 % 17) as f32 / 4.0);
            let segments = Segments::from_frames(&FrameEnergies::sums(e.view(), longest)).unwrap();
            // Entries that share a class, and arcs that read nothing.
            let pause = Unit { skip: Energy::FREE, ..Unit::new(3, 0) };
            let pauses = Topology::left_to_right(&[Unit::new(1, 1), pause, Unit::new(2, 2), pause]).unwrap();
            for t in [Topology::any(3).unwrap(), Topology::ctc(&[1, 2, 2, 1], 3, 3).unwrap(), pauses] {
                for beta in [Beta::ONE, Beta::Infinite] {
                    let mut all = Sweep::new(&segments, &t, beta).unwrap();
                    let mut few = Sweep::with_room_for(0, &segments, &t, beta).unwrap();
                    assert_eq!(all.total().to_bits(), few.total().to_bits());
                    let shares = |sweep: &mut Sweep<'_, '_, '_>| {
                        let mut gradient = Gradient::new(&segments);
                        (gradient.add(sweep, 1.0), gradient.shares())
                    };
                    assert_eq!(shares(&mut all), shares(&mut few), "{longest} of {frames}");
                    assert_eq!(best_of(&mut all), best_of(&mut few));
                    let held = |s: &Sweep<'_, '_, '_>| s.states.len() + s.kept.iter().map(Vec::len).sum::<usize>();
                    assert!(frames < 200 || 3 * held(&few) < held(&all), "{} {}", held(&few), held(&all));
                }
            }
        }
    }
}
