//! The share of every class, arc and final weight in the alignments: the gradient of the free energy.

use ndarray::Array2;

use super::backward::{Backward, along};
use super::{Emissions, Topology, TrellisError, best_path};
use crate::graph::{ArcId, EPSILON, Site, SiteValues, StateId};
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
    let mut emissions = Array2::zeros(e.values().dim());
    let mut sites = SiteValues::zeros(topology.graph());
    let graph = topology.graph();
    let mut add = |t: usize, site: Site, share: f64| {
        if let Some(sum) = sites.get_mut(site) {
            *sum += share;
        }
        if let Site::Arc(arc) = site {
            match graph.all_arcs()[arc as usize].ilabel {
                EPSILON => {}
                label => emissions[[t, label as usize - 1]] += share as f32,
            }
        }
    };
    let free_energy = match beta {
        Beta::Finite(_) => visit(e, topology, beta, &mut add)?,
        Beta::Infinite => {
            let best = best_path(e, topology)?;
            if let Some(best) = &best {
                best.steps.iter().for_each(|s| add(s.frame.unwrap_or(0), Site::Arc(s.arc), 1.0));
                add(e.frames(), Site::Final(best.end), 1.0);
            }
            best.map_or(f64::INFINITY, |b| b.energy)
        }
    };
    Ok(Posteriors { free_energy, emissions, sites })
}

/// Calls `add` with the share of every arc at every frame, and of every end, at finite β; returns the free energy.
///
/// The backward sweep says with which share each way goes on from a state; the forward sweep multiplies shares, so that
/// it cannot lose a path that starts badly and ends well, and shares of a frame sum to 1 without anyone normalising.
pub(super) fn visit(
    e: &Emissions<'_>,
    topology: &Topology,
    beta: Beta,
    add: &mut dyn FnMut(usize, Site, f64),
) -> Result<f64, TrellisError> {
    let mut backward = Backward::new(*e, topology, beta)?;
    let graph = topology.graph();
    let total = backward.total();
    let Some(start) = graph.start().filter(|_| total < f64::INFINITY) else { return Ok(total) };
    let share_of = |way: f64, all: f64| (beta.get() * (all - way)).exp();
    let mut now = vec![0.0; graph.states()];
    let mut then = now.clone();
    now[start as usize] = 1.0;
    for t in 0..=e.frames() {
        let (here, next) = backward.rows(t);
        for &s in topology.order() {
            let (share, all) = (now[s as usize], here[s as usize]);
            if share == 0.0 || all == f64::INFINITY {
                continue;
            }
            if t == e.frames() {
                add(t, Site::Final(s), share * share_of(graph.final_weight(s).wide(), all));
            }
            for (arc, a) in arcs(graph.arc_ids(s), graph.arcs(s)) {
                let part = share * share_of(along(e, t, a, here, next), all);
                if part > 0.0 {
                    add(t, Site::Arc(arc), part);
                    let to: StateId = a.target;
                    if a.ilabel == EPSILON { now[to as usize] += part } else { then[to as usize] += part }
                }
            }
        }
        std::mem::swap(&mut now, &mut then);
        then.fill(0.0);
    }
    Ok(total)
}

fn arcs<T>(ids: std::ops::Range<ArcId>, arcs: &[T]) -> impl Iterator<Item = (ArcId, &T)> {
    ids.zip(arcs)
}
