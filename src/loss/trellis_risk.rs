//! The expected cost of what a trellis says.

use ndarray::Array2;

use super::{Cost, LossError, output_alphabet};
use crate::graph::{Graph, Site, SiteValues};
use crate::ops::{Budget, Compose, OpError, compose};
use crate::paths::{Answer, Beta};
use crate::semiring::Energy;
use crate::trellis::{AlignmentCosts, Emissions, Topology, TrellisError, expected_cost};

/// An expected cost and its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct TrellisRisk {
    /// `Σ_outputs p(output) · cost(output)`.
    pub value: f64,
    /// `∂value/∂` emissions, frames × classes.
    pub emissions: Array2<f32>,
    /// `∂value/∂` weights of [`Topology::graph`].
    pub sites: SiteValues,
}

/// Why there is no expected cost.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RiskError {
    /// No alignment is possible.
    #[error("nothing can be read")]
    NoPath,
    /// The cost has no automaton, or its composition with the topology goes over the budget.
    #[error(transparent)]
    Loss(#[from] LossError),
    /// The topology does not fit the emissions.
    #[error(transparent)]
    Trellis(#[from] TrellisError),
}

/// The expected cost of the outputs of a trellis under `p ∝ e^{−β·E}`, and its gradient: minimum Bayes risk. With
/// [`EditDistance`](super::EditDistance) the expected edit distance, over all alignments and not over a list of the best.
///
/// The cost's automaton, which has one path for each output, is composed with the topology; its states say how much has been
/// got wrong so far. At infinite β the value is the cost of the best alignment and the gradient 0.
///
/// # Errors
/// [`RiskError::NoPath`] where nothing can be read; [`RiskError::Loss`] for a cost without an automaton or a composition
/// beyond the budget; [`RiskError::Trellis`].
///
/// # Cost
/// That of [`expected_cost`] on the composition: the topology's states times those of the automaton that go with them.
///
/// ```
/// use energraph::loss::{EditDistance, trellis_risk};
/// use energraph::ops::Budget;
/// use energraph::trellis::{Emissions, Topology};
/// use energraph::{Answer, Beta};
/// use ndarray::Array2;
/// // Two frames, each a or blank, all alike: of four labellings one says nothing, the others "a".
/// let e = Array2::zeros((2, 2));
/// let cost = EditDistance { scale: 1.0, most: 4 };
/// let topology = Topology::collapse(2, 2)?;
/// let e = Emissions::new(e.view())?;
/// let found = trellis_risk(&e, &topology, &Answer::one([1]), &cost, Beta::ONE, Budget::default())?;
/// assert!((found.value - 0.25).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// M. Shannon, *Optimizing expected word error rate via sampling for speech recognition*, 2017, which samples where this sums.
pub fn trellis_risk(
    e: &Emissions<'_>,
    topology: &Topology,
    right: &Answer,
    cost: &dyn Cost,
    beta: Beta,
    budget: Budget,
) -> Result<TrellisRisk, RiskError> {
    let automaton = cost.automaton(right, &output_alphabet(topology.graph())).map_err(LossError::from)?;
    let free = automaton.graph().map(|_, _| Energy::FREE);
    let options = Compose { budget, ..Compose::default() };
    let composed = match compose(topology.graph(), &free, &options) {
        Err(OpError::Empty { .. }) => return Err(RiskError::NoPath),
        made => made.map_err(LossError::from)?,
    };
    let mut costs = SiteValues::zeros(&composed.graph);
    for (site, _) in composed.graph.sites() {
        let of_automaton = composed.origin.of(site).into_iter().filter(|from| from.input == 1);
        if let Some(sum) = costs.get_mut(site) {
            *sum = of_automaton.map(|from| weight(automaton.graph(), from.site)).sum();
        }
    }
    let costs = AlignmentCosts { sites: Some(&costs), frames: None };
    let on = Topology::from_graph(composed.graph)?;
    let found = expected_cost(e, &on, &costs, beta)?.ok_or(RiskError::NoPath)?;
    let mut sites = SiteValues::zeros(topology.graph());
    composed.origin.pull_back(&found.sites, 0, &mut sites);
    Ok(TrellisRisk { value: found.value, emissions: found.emissions, sites })
}

fn weight(g: &Graph<Energy>, site: Site) -> f64 {
    match site {
        Site::Arc(arc) => g.all_arcs().get(arc as usize).map_or(0.0, |a| a.weight.wide()),
        Site::Final(state) => g.final_weight(state).wide(),
    }
}
