//! The share of every class, arc and final weight in the alignments: the gradient of the free energy.

use ndarray::Array2;

use super::backward::Backward;
use super::best_path::best_of;
use super::soft::split;
use super::{Emissions, Topology, TrellisError};
use crate::graph::{EPSILON, Site, SiteValues, StateId};
use crate::paths::Beta;

/// A free energy and its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct Posteriors {
    /// `F_β`; +∞ where there is no path, and all shares are 0 then.
    pub free_energy: f64,
    /// `∂F_β/∂` emissions, frames × classes: the probability that the frame is read as the class. Every row sums to 1.
    pub emissions: Array2<f32>,
    /// `∂F_β/∂` weights of [`Topology::graph`]: how often each arc is expected to be used, and the probability of each
    /// end.
    pub sites: SiteValues,
}

/// The gradient of [`free_energy`](super::free_energy()) with respect to every energy: the probabilities and expected
/// counts under `p(path) ∝ e^{−β·E}`. At infinite β, those of [`best_path`](super::best_path()) alone.
///
/// # Errors
/// As [`free_energy`](super::free_energy()).
///
/// # Cost
/// Twice [`free_energy`](super::free_energy())'s, three times where its memory is bounded.
///
/// ```
/// use energraph::trellis::{Emissions, Topology, posteriors};
/// use energraph::Beta;
/// use ndarray::array;
/// let even = array![[0.0, 0.0], [0.0, 0.0]];
/// let p = posteriors(&Emissions::new(even.view())?, &Topology::ctc(&[1], 2, 2)?, Beta::ONE)?;
/// // a–, –a, aa: each frame is a blank in one of three.
/// assert!((p.emissions[[0, 1]] - 1.0 / 3.0).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn posteriors(e: &Emissions<'_>, topology: &Topology, beta: Beta) -> Result<Posteriors, TrellisError> {
    let mut emissions = ClassShares::new(Array2::zeros(e.values().dim()));
    let mut sites = SiteValues::zeros(topology.graph());
    let mut add = |t: usize, site: Site, share: f64| {
        if let Some(sum) = sites.get_mut(site) {
            *sum += share;
        }
        if let Some(class) = class_read(topology, site) {
            emissions.add(t, class, share);
        }
    };
    let (free_energy, _) = gradient(e, topology, beta, &mut add)?;
    Ok(Posteriors { free_energy, emissions: emissions.finish(), sites })
}

/// Shares of classes at frames, which many arcs may read: added up in f64 while their frame lasts, and rounded once.
pub(super) struct ClassShares {
    into: Array2<f32>,
    frame: usize,
    row: Vec<f64>,
}

impl ClassShares {
    /// What is added goes on top of these, frames × classes.
    pub(super) fn new(into: Array2<f32>) -> Self {
        let row = vec![0.0; into.ncols()];
        ClassShares { into, frame: 0, row }
    }

    /// Adds a share; frames are best gone through in their order.
    pub(super) fn add(&mut self, t: usize, class: usize, share: f64) {
        if t != self.frame {
            self.round();
            self.frame = t;
        }
        self.row[class] += share;
    }

    fn round(&mut self) {
        if self.frame >= self.into.nrows() {
            return;
        }
        for (x, sum) in self.into.row_mut(self.frame).iter_mut().zip(&mut self.row) {
            *x = (f64::from(*x) + std::mem::take(sum)) as f32;
        }
    }

    /// All of them.
    pub(super) fn finish(mut self) -> Array2<f32> {
        self.round();
        self.into
    }
}

/// Calls `add` with the share of every arc at every frame, and of every end: those of the best path where β is infinite.
///
/// Returns the free energy, and the same with every frame's energies counted from its least one.
pub(super) fn gradient(
    e: &Emissions<'_>,
    topology: &Topology,
    beta: Beta,
    add: &mut dyn FnMut(usize, Site, f64),
) -> Result<(f64, f64), TrellisError> {
    let mut backward = Backward::new(*e, topology, beta)?;
    let above = backward.above();
    match beta {
        Beta::Finite(_) => {
            visit(&mut backward, add);
            Ok((backward.total(), above))
        }
        Beta::Infinite => {
            let Some(best) = best_of(&mut backward) else { return Ok((f64::INFINITY, above)) };
            best.steps.iter().for_each(|s| add(s.frame.unwrap_or(0), Site::Arc(s.arc), 1.0));
            add(e.frames(), Site::Final(best.end), 1.0);
            Ok((best.energy, above))
        }
    }
}

/// The class that a site reads, from 0; `None` where it reads no frame.
pub(super) fn class_read(topology: &Topology, site: Site) -> Option<usize> {
    let Site::Arc(arc) = site else { return None };
    let label = topology.graph().all_arcs().get(arc as usize)?.ilabel;
    (label != EPSILON).then(|| label as usize - 1)
}

/// Calls `add` with the share of every arc at every frame, and of every end, at finite β.
///
/// Returns what [`walk`] does.
pub(super) fn visit(backward: &mut Backward<'_, '_>, add: &mut dyn FnMut(usize, Site, f64)) -> f64 {
    let graph = backward.topology.graph();
    walk(backward, &mut |t, s, _, end, ways| {
        if end > 0.0 {
            add(t, Site::Final(s), end);
        }
        let used = graph.arc_ids(s).zip(ways).filter(|(_, part)| **part > 0.0);
        used.for_each(|(arc, &part)| add(t, Site::Arc(arc), part));
    })
}

/// What is seen of a state at a frame: the frame, the state, its share, the part of it that ends there and those that go
/// on along its arcs.
type AtState<'a> = dyn FnMut(usize, StateId, f64, f64, &[f64]) + 'a;

/// Calls `see` for every state with a share at every frame, at finite β.
///
/// The backward sweep says with which share each way goes on from a state; the forward sweep multiplies shares, so that
/// it cannot lose a path that starts badly and ends well. The ways on from a state are divided by their own sum; no frame is
/// normalised.
///
/// Returns the largest share, at any frame, of a window's outermost states that others lie beyond.
pub(super) fn walk(backward: &mut Backward<'_, '_>, see: &mut AtState<'_>) -> f64 {
    let (frames, graph) = (backward.emissions.frames(), backward.topology.graph());
    let mut edge = 0.0_f64;
    let Some(start) = graph.start().filter(|_| backward.above() < f64::INFINITY) else { return edge };
    let mut now = vec![0.0; graph.states()];
    let mut then = now.clone();
    let mut ways = Vec::new();
    now[start as usize] = 1.0;
    for t in 0..=frames {
        backward.load(t);
        for &s in backward.states(t) {
            let share = now[s as usize];
            if share == 0.0 {
                continue;
            }
            let end = choices(backward, t, s, share, &mut ways);
            see(t, s, share, end, &ways);
            for (a, &part) in graph.arcs(s).iter().zip(&ways).filter(|(_, part)| **part > 0.0) {
                let to = if a.ilabel == EPSILON { &mut now } else { &mut then };
                to[a.target as usize] += part;
            }
        }
        edge = edge.max(backward.edges(t).map(|s| now[s as usize]).sum());
        backward.states(t).iter().for_each(|&s| now[s as usize] = 0.0);
        std::mem::swap(&mut now, &mut then);
    }
    edge
}

/// The parts of a state's share that go along its arcs at a frame, whose row is loaded, at finite β; returns the part that ends.
pub(super) fn choices(backward: &Backward<'_, '_>, t: usize, state: StateId, share: f64, ways: &mut Vec<f64>) -> f64 {
    let graph = backward.topology.graph();
    let (here, next) = backward.rows(t);
    let last = if t == backward.emissions.frames() { graph.final_weight(state).wide() } else { f64::INFINITY };
    ways.clear();
    ways.extend(graph.arcs(state).iter().map(|a| backward.along(t, a, here, next)));
    split(share, backward.beta, last, ways)
}
