//! The best alignment.

use super::backward::Backward;
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
/// # Errors, cost
/// As [`free_energy`](super::free_energy()), without exponentials.
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
    Ok(best_of(&mut Backward::new(*e, topology, Beta::Infinite)?))
}

/// The best path by potentials at infinite β.
pub(super) fn best_of(backward: &mut Backward<'_, '_>) -> Option<Alignment> {
    let (e, graph) = (backward.emissions, backward.topology.graph());
    let mut state = graph.start().filter(|_| backward.above() < f64::INFINITY)?;
    let mut found = Alignment { steps: Vec::new(), end: state, energy: 0.0, output: Vec::new() };
    let mut frame = 0;
    loop {
        backward.load(frame);
        let (here, next) = backward.rows(frame);
        let wanted = here[state as usize];
        let last = graph.final_weight(state).wide();
        if frame == e.frames() && last <= wanted {
            (found.end, found.energy) = (state, found.energy + last);
            return Some(found);
        }
        // One of the arcs is what the minimum was taken from.
        let ways =
            graph.arc_ids(state).zip(graph.arcs(state)).filter(|(_, a)| backward.along(frame, a, here, next) <= wanted);
        let (arc, a) = ways.min_by_key(|(arc, _)| *arc)?;
        found.follow(arc, a, frame, &e);
        frame += usize::from(a.ilabel != EPSILON);
        state = a.target;
    }
}

impl Alignment {
    /// Takes an arc, at a frame.
    pub(super) fn follow(&mut self, arc: ArcId, a: &Arc<Energy>, frame: usize, e: &Emissions<'_>) {
        self.energy += a.weight.wide();
        if a.olabel != EPSILON {
            self.output.push(a.olabel);
        }
        let reads = a.ilabel != EPSILON;
        self.steps.push(Step { arc, frame: reads.then_some(frame) });
        if reads {
            self.energy += f64::from(e.values()[[frame, a.ilabel as usize - 1]]);
        }
    }
}
