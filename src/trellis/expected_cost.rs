//! The expected cost of an alignment: minimum Bayes risk.

use ndarray::{Array2, ArrayView2};

use super::ahead::Ahead;
use super::backward::Backward;
use super::posteriors::{ClassShares, choices, class_read};
use super::{Emissions, Topology, TrellisError, best_path};
use crate::graph::{EPSILON, Site, SiteValues, StateId};
use crate::paths::Beta;

/// What alignments cost beside their energies; an alignment costs the sum along it.
#[derive(Debug, Clone, Copy, Default)]
pub struct AlignmentCosts<'a> {
    /// By arc and final weight of [`Topology::graph`]; nothing where none are given.
    pub sites: Option<&'a SiteValues>,
    /// Of reading each frame as each class, frames × classes; nothing where none are given.
    pub frames: Option<ArrayView2<'a, f32>>,
}

impl AlignmentCosts<'_> {
    /// What a site costs at a frame.
    pub(super) fn of(&self, topology: &Topology, t: usize, site: Site) -> f64 {
        let own = self.sites.map_or(0.0, |sites| sites.get(site));
        match (self.frames, class_read(topology, site)) {
            (Some(frames), Some(class)) => own + f64::from(frames[[t, class]]),
            _ => own,
        }
    }

    fn check(&self, e: &Emissions<'_>, topology: &Topology) -> Result<(), TrellisError> {
        let (of_arcs, states) = (topology.graph().arc_count(), topology.graph().states());
        if let Some(sites) = self.sites.filter(|s| (s.arcs.len(), s.finals.len()) != (of_arcs, states)) {
            let (arcs, finals) = (sites.arcs.len(), sites.finals.len());
            return Err(TrellisError::CostSites { arcs, finals, of_arcs, states });
        }
        if let Some(frames) = self.frames.filter(|f| f.dim() != e.values().dim()) {
            let (rows, columns) = frames.dim();
            return Err(TrellisError::CostShape { rows, columns, frames: e.frames(), classes: e.classes() });
        }
        let mut of_sites = self.sites.iter().flat_map(|s| s.arcs.iter().chain(&s.finals));
        let of_frames = self.frames.and_then(|f| f.iter().find(|x| !x.is_finite()).copied());
        let wrong = of_sites.find(|x| !x.is_finite()).copied().or(of_frames.map(f64::from));
        wrong.map_or(Ok(()), |cost| Err(TrellisError::Cost { cost }))
    }
}

/// An expected cost and its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedCost {
    /// `Σ_paths p · cost`.
    pub value: f64,
    /// `∂value/∂` emissions, frames × classes.
    pub emissions: Array2<f32>,
    /// `∂value/∂` weights of [`Topology::graph`].
    pub sites: SiteValues,
}

/// The expected cost of the alignments under `p(path) ∝ e^{−β·E}`, and its gradient; `None` where there is no alignment. At
/// infinite β, the cost of [`best_path`](super::best_path()), which no small change of an energy moves: the gradient is 0.
///
/// Costs must not depend on more of an alignment than the sites they stand at. A cost of outputs, such as the edit distance,
/// is first composed into the topology as an automaton: [`trellis_risk`](crate::loss::trellis_risk) does.
///
/// # Errors
/// [`TrellisError::Class`]; [`TrellisError::Cost`] for a cost that is not finite, [`TrellisError::CostShape`] and
/// [`TrellisError::CostSites`] for those of another trellis; [`TrellisError::Steep`] where the value or a slope is larger than all
/// numbers: slopes are β times as steep as costs differ where alignments tie.
///
/// # Cost
/// Four times [`free_energy`](super::free_energy())'s, six times where its memory is bounded; twice its memory.
///
/// ```
/// use energraph::Beta;
/// use energraph::trellis::{AlignmentCosts, Emissions, Topology, expected_cost};
/// use ndarray::array;
/// // Two frames; each read as class 1 is an error.
/// let e = array![[0.0, 0.0], [0.0, 3.0_f32.ln()]];
/// let wrong = array![[0.0, 1.0], [0.0, 1.0]];
/// let costs = AlignmentCosts { frames: Some(wrong.view()), ..AlignmentCosts::default() };
/// let found = expected_cost(&Emissions::new(e.view())?, &Topology::any(2)?, &costs, Beta::ONE)?.ok_or("none")?;
/// assert!((found.value - 0.75).abs() < 1e-7); // 1/2 + 1/4
/// assert!((found.emissions[[1, 1]] + 0.25 * 0.75).abs() < 1e-7); // minus the variance
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// D. Povey, *Discriminative training for large vocabulary speech recognition*, 2003 (minimum phone error); the gradient is
/// minus β times the covariance of cost and use. Z. Li, J. Eisner, *First- and second-order expectation semirings*, 2009.
pub fn expected_cost(
    e: &Emissions<'_>,
    topology: &Topology,
    costs: &AlignmentCosts<'_>,
    beta: Beta,
) -> Result<Option<ExpectedCost>, TrellisError> {
    costs.check(e, topology)?;
    let Beta::Finite(_) = beta else {
        let Some(best) = best_path(e, topology)? else { return Ok(None) };
        let along = best.steps.iter().map(|s| costs.of(topology, s.frame.unwrap_or(0), Site::Arc(s.arc)));
        let value = along.sum::<f64>() + costs.of(topology, e.frames(), Site::Final(best.end));
        return ExpectedCost::zeros(e, topology, value).checked(beta).map(Some);
    };
    let found = from_potentials(&mut Backward::new(*e, topology, beta)?, costs);
    found.map(|f| f.checked(beta)).transpose()
}

impl ExpectedCost {
    /// Without a gradient.
    fn zeros(e: &Emissions<'_>, topology: &Topology, value: f64) -> Self {
        let (emissions, sites) = (Array2::zeros(e.values().dim()), SiteValues::zeros(topology.graph()));
        ExpectedCost { value, emissions, sites }
    }

    /// Whether all its numbers are.
    fn checked(self, beta: Beta) -> Result<Self, TrellisError> {
        let sites = self.sites.arcs.iter().chain(&self.sites.finals).chain([&self.value]);
        let finite = sites.into_iter().all(|x| x.is_finite()) && self.emissions.iter().all(|x| x.is_finite());
        if finite { Ok(self) } else { Err(TrellisError::Steep { beta: beta.get() }) }
    }
}

/// At finite β.
pub(super) fn from_potentials(backward: &mut Backward<'_, '_>, costs: &AlignmentCosts<'_>) -> Option<ExpectedCost> {
    let (topology, beta) = (backward.topology, backward.beta.get());
    let start = topology.graph().start().filter(|_| backward.above() < f64::INFINITY)?;
    let mut ahead = Ahead::new(backward, costs);
    let mut found = ExpectedCost::zeros(&backward.emissions, topology, ahead.at(0, start));
    let mut slopes = ClassShares::new(std::mem::take(&mut found.emissions));
    deviations(backward, costs, &mut ahead, start, &mut |t, site, deviation| {
        let slope = -beta * deviation;
        if let Some(sum) = found.sites.get_mut(site) {
            *sum += slope;
        }
        if let Some(class) = class_read(topology, site) {
            slopes.add(t, class, slope);
        }
    });
    found.emissions = slopes.finish();
    Some(found)
}

/// Calls `add` with the share of every site at every frame, times how much more alignments through it are expected to cost.
///
/// Only differences from what was expected at a state are added up: where one way has all of its share they are exactly 0.
fn deviations(
    backward: &mut Backward<'_, '_>,
    costs: &AlignmentCosts<'_>,
    ahead: &mut Ahead<'_, '_>,
    start: StateId,
    add: &mut dyn FnMut(usize, Site, f64),
) {
    let (frames, topology) = (backward.emissions.frames(), backward.topology);
    let graph = topology.graph();
    // The share of each state, and that times its deviation.
    let mut now = vec![(0.0, 0.0); graph.states()];
    let mut then = now.clone();
    let mut ways = Vec::new();
    now[start as usize] = (1.0, 0.0);
    for t in 0..=frames {
        ahead.load(backward, t);
        for &s in topology.order() {
            let (share, deviation) = now[s as usize];
            if share == 0.0 {
                continue;
            }
            let end = choices(backward, t, s, share, &mut ways);
            let expected = ahead.at(t, s);
            let deviates = |part: f64, cost: f64| deviation * (part / share) + part * (cost - expected);
            if end > 0.0 {
                add(t, Site::Final(s), deviates(end, costs.of(topology, t, Site::Final(s))));
            }
            for ((arc, a), &part) in graph.arc_ids(s).zip(graph.arcs(s)).zip(&ways).filter(|(_, part)| **part > 0.0) {
                let by = deviates(part, ahead.along(backward, t, arc));
                add(t, Site::Arc(arc), by);
                let to = if a.ilabel == EPSILON { &mut now } else { &mut then };
                let to = &mut to[a.target as usize];
                *to = (to.0 + part, to.1 + by);
            }
        }
        std::mem::swap(&mut now, &mut then);
        then.fill((0.0, 0.0));
    }
}
