//! The best segmentation.

use std::ops::Range;

use super::sweep::Sweep;
use super::{SegmentError, Segments};
use crate::graph::{ArcId, EPSILON, Label, StateId};
use crate::paths::{Beta, Output};
use crate::trellis::Topology;

/// A segment of a segmentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its frames.
    pub frames: Range<usize>,
    /// Its input label: class + 1.
    pub label: Label,
}

/// A way to cut the frames into segments.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmentation {
    /// The segments, in order.
    pub segments: Vec<Segment>,
    /// The arcs of [`Topology::graph`], in order, those that read nothing among them.
    pub arcs: Vec<ArcId>,
    /// The state it ends in.
    pub end: StateId,
    /// The sum of its segments' energies, of its arcs' and of the final weight.
    pub energy: f64,
    /// Output labels without epsilons.
    pub output: Output,
}

/// The segmentation of lowest energy; `None` where there is none.
///
/// Ties: at every state ending goes before going on, then the lowest arc wins, then the shortest segment.
///
/// # Errors, cost
/// As [`segment_free_energy`](super::segment_free_energy()), without exponentials.
///
/// ```
/// use energraph::trellis::{Segments, Topology, best_segmentation};
/// use ndarray::Array3;
/// // Three frames, one class: a segment of two frames is cheaper than two of one.
/// let energies = Array3::from_shape_fn((3, 2, 1), |(_, length, _)| if length == 1 { 1.0 } else { 0.75 });
/// let best = best_segmentation(&Segments::given(energies.view())?, &Topology::any(1)?)?.ok_or("none")?;
/// assert_eq!(best.segments[0].frames, 0..1);
/// assert_eq!((best.segments.len(), best.energy), (2, 1.75));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn best_segmentation(segments: &Segments<'_>, topology: &Topology) -> Result<Option<Segmentation>, SegmentError> {
    Ok(best_of(&mut Sweep::new(segments, topology, Beta::Infinite)?))
}

/// The best segmentation by potentials at infinite β.
pub(super) fn best_of(sweep: &mut Sweep<'_, '_, '_>) -> Option<Segmentation> {
    let graph = sweep.topology.graph();
    let mut state = graph.start().filter(|_| sweep.above() < f64::INFINITY)?;
    let mut found =
        Segmentation { segments: Vec::new(), arcs: Vec::new(), end: state, energy: 0.0, output: Vec::new() };
    let (mut t, mut lengths) = (0, Vec::new());
    loop {
        sweep.load(t);
        let wanted = sweep.state(t, state);
        if sweep.end(t, state) <= wanted {
            found.energy += sweep.end(t, state) + sweep.segments.common();
            found.end = state;
            return Some(found);
        }
        let mut ways = graph.arc_ids(state).zip(graph.arcs(state));
        let (arc, a) = ways.find(|(arc, a)| sweep.along(t, *arc as usize, a) <= wanted)?;
        found.arcs.push(arc);
        found.energy += a.weight.wide();
        if a.olabel != EPSILON {
            found.output.push(a.olabel);
        }
        if let Some(entry) = sweep.entry(arc as usize) {
            sweep.lengths(t, entry, &mut lengths);
            let least = lengths.iter().copied().fold(f64::INFINITY, f64::min);
            let length = lengths.iter().position(|x| *x <= least)? + 1;
            found.energy += sweep.segments.above(t, length, sweep.entries[entry].class);
            found.segments.push(Segment { frames: t..t + length, label: a.ilabel });
            t += length;
        }
        state = a.target;
    }
}
