//! The best alignment.

use super::backward::Backward;
use super::linear::{Sweep, Width};
use super::{Emissions, Topology, TrellisError};
use crate::graph::{Arc, ArcId, EPSILON, StateId};
use crate::paths::{Beta, Output};
use crate::semiring::Energy;

/// A path of a topology over frames.
#[derive(Debug, Clone, PartialEq)]
pub struct Alignment {
    /// Its arcs of the topology, in order.
    pub steps: Vec<Step>,
    /// The state it ends in.
    pub end: StateId,
    /// The sum of its arcs, of the emissions they read and of the final weight, added from the start on.
    pub energy: f64,
    /// Output labels without epsilons.
    pub output: Output,
}

/// An arc of an alignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The arc, of [`Topology::graph`].
    pub arc: ArcId,
    /// The frame it reads; `None` where it reads none.
    pub frame: Option<usize>,
}

/// The path of lowest energy that reads every frame; `None` where there is none.
///
/// Ties: at every state along the path, ending goes before going on, and then the lowest arc wins.
///
/// # Errors
/// As [`free_energy`](super::free_energy()).
///
/// # Cost
/// As [`free_energy`](super::free_energy()), without exponentials. [`Topology::ctc`] has a kernel of its own, and so has
/// [`Topology::left_to_right`]; it gives the same paths and energies to the last bit, as long as
/// energies of staying and leaving out are below 10⁷: several states at once, only those that
/// can be reached and end, and O(√frames · states) memory or less. An hour of 360,000 frames over 100,000 states takes a quarter of a minute.
///
/// ```
/// use energraph::trellis::{Emissions, Topology, best_path};
/// use ndarray::array;
/// let e = array![[0.0, 3.0, 1.0], [2.0, 2.0, 0.0], [3.0, 0.0, 1.0]];
/// let best = best_path(&Emissions::new(e.view())?, &Topology::ctc(&[1, 2], 3, 3)?)?.ok_or("too short")?;
/// let reads: Vec<_> = best.steps.iter().map(|s| s.frame).collect();
/// assert_eq!((best.energy, best.output, reads), (0.0, vec![1, 2], vec![Some(0), Some(1), Some(2)]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn best_path(e: &Emissions<'_>, topology: &Topology) -> Result<Option<Alignment>, TrellisError> {
    topology.check(e.classes())?;
    match topology.target() {
        Some(target) => Ok(through(e, topology, &mut Sweep::new(*e, target, Width::ALL))),
        None => Ok(best_of(&mut Backward::new(*e, topology, Beta::Infinite)?)),
    }
}

/// The best path of a sweep, which found it for the topology's target.
pub(super) fn through(e: &Emissions<'_>, topology: &Topology, sweep: &mut Sweep<'_, '_>) -> Option<Alignment> {
    let (graph, target) = (topology.graph(), topology.target()?);
    let mut found = Alignment { steps: Vec::new(), end: graph.start()?, energy: 0.0, output: Vec::new() };
    if sweep.above == f64::INFINITY {
        return None;
    }
    let mut frame = 0;
    for place in sweep.path() {
        let to = target.state(place);
        let (arc, a) = graph.arc_ids(found.end).zip(graph.arcs(found.end)).find(|(_, a)| a.target == to)?;
        frame += usize::from(found.follow(e, arc, a, frame));
    }
    Some(found)
}

/// The best path of any topology, by potentials at infinite β.
pub(super) fn best_of(backward: &mut Backward<'_, '_>) -> Option<Alignment> {
    let (e, graph) = (backward.emissions, backward.topology.graph());
    let mut state = graph.start().filter(|_| backward.above() < f64::INFINITY)?;
    let mut found = Alignment { steps: Vec::new(), end: state, energy: 0.0, output: Vec::new() };
    let mut frame = 0;
    loop {
        backward.load(frame);
        let (here, next) = backward.rows(frame);
        let wanted = backward.of(frame, here, state);
        let last = graph.final_weight(state).wide();
        if frame == e.frames() && last <= wanted {
            (found.end, found.energy) = (state, found.energy + last);
            return Some(found);
        }
        // One of the arcs is what the minimum was taken from.
        let ways =
            graph.arc_ids(state).zip(graph.arcs(state)).filter(|(_, a)| backward.along(frame, a, here, next) <= wanted);
        let (arc, a) = ways.min_by_key(|(arc, _)| *arc)?;
        frame += usize::from(found.follow(&e, arc, a, frame));
        state = a.target;
    }
}

impl Alignment {
    /// Goes on along an arc, at a frame; whether it reads that.
    pub(super) fn follow(&mut self, e: &Emissions<'_>, arc: ArcId, a: &Arc<Energy>, frame: usize) -> bool {
        self.energy += a.weight.wide();
        if a.olabel != EPSILON {
            self.output.push(a.olabel);
        }
        let reads = a.ilabel != EPSILON;
        if reads {
            self.energy += f64::from(e.values()[[frame, a.ilabel as usize - 1]]);
        }
        self.steps.push(Step { arc, frame: reads.then_some(frame) });
        self.end = a.target;
        reads
    }
}
