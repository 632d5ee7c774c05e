//! The free energy of what is still to come, at every frame and state, over segments.

use rustc_hash::FxHashMap;

use super::{SegmentError, Segments};
use crate::graph::{Arc, EPSILON, StateId};
use crate::paths::Beta;
use crate::semiring::Energy;
use crate::trellis::Topology;
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
/// leads to (the classes, under [`Topology::chain`]); as many exponentials for finite β. 8 bytes for every frame and entry or
/// state.
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
pub(super) struct Sweep<'s, 'e, 't> {
    pub(super) segments: &'s Segments<'e>,
    pub(super) topology: &'t Topology,
    pub(super) beta: Beta,
    pub(super) entries: Vec<Entry>,
    /// The entry of each arc that reads; 0 for others.
    entry_of: Vec<usize>,
    /// By frame and state: all ways on.
    states: Vec<f64>,
    /// By frame and entry: all ways on that begin with a segment of its class.
    begun: Vec<f64>,
}

impl<'s, 'e, 't> Sweep<'s, 'e, 't> {
    pub(super) fn new(segments: &'s Segments<'e>, topology: &'t Topology, beta: Beta) -> Result<Self, SegmentError> {
        topology.check(segments.classes())?;
        let (entries, entry_of) = entries(topology);
        let rows = segments.frames() + 1;
        let states = vec![f64::INFINITY; rows * topology.graph().states()];
        let begun = vec![f64::INFINITY; rows * entries.len()];
        let mut sweep = Sweep { segments, topology, beta, entries, entry_of, states, begun };
        let mut terms = Vec::new();
        for t in (0..rows).rev() {
            sweep.step(t, &mut terms);
        }
        Ok(sweep)
    }

    fn step(&mut self, t: usize, terms: &mut Vec<f64>) {
        for number in 0..self.entries.len() {
            self.lengths(t, number, terms);
            self.begun[t * self.entries.len() + number] = soft_min(terms, self.beta);
        }
        let graph = self.topology.graph();
        for &s in self.topology.order().iter().rev() {
            terms.clear();
            terms.push(self.end(t, s));
            terms.extend(graph.arc_ids(s).zip(graph.arcs(s)).map(|(arc, a)| self.along(t, arc as usize, a)));
            self.states[t * graph.states() + s as usize] = soft_min(terms, self.beta);
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
            _ => self.begun[t * self.entries.len() + self.entry_of[arc]],
        };
        a.weight.wide() + on
    }

    /// The energy of ending in a state, at the end.
    pub(super) fn end(&self, t: usize, state: StateId) -> f64 {
        if t == self.segments.frames() { self.topology.graph().final_weight(state).wide() } else { f64::INFINITY }
    }

    /// All ways on from a state at a frame.
    pub(super) fn state(&self, t: usize, state: StateId) -> f64 {
        self.states[t * self.topology.graph().states() + state as usize]
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
        self.topology.graph().start().map_or(f64::INFINITY, |s| self.state(0, s))
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
