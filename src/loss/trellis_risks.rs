//! The expected costs of what many trellises say.

use rayon::prelude::*;

use super::{Cost, RiskError, TrellisRisk, trellis_risk};
use crate::ops::Budget;
use crate::paths::{Answer, Beta};
use crate::trellis::{Emissions, Topology};

/// [`trellis_risk`] of every item of a batch, emissions and what is right of them, under one topology, side by side (rayon);
/// the numbers do not depend on the threads. The gradient with respect to the topology's weights is the sum over the items.
///
/// # Errors
/// [`RiskError`] for an item alone; the others have their expected costs.
///
/// # Cost
/// That of [`trellis_risk`] for each item; the budget is of each.
///
/// ```
/// use energraph::loss::{EditDistance, trellis_risks};
/// use energraph::ops::Budget;
/// use energraph::trellis::{Emissions, Topology};
/// use energraph::{Answer, Beta};
/// use ndarray::Array2;
/// // Over two frames one of four labellings says nothing, the others "a"; over one frame, one of two.
/// let even = Array2::zeros((2, 2));
/// let (two, one) = (Emissions::new(even.view())?, Emissions::new(even.slice(ndarray::s![..1, ..]))?);
/// let (cost, right) = (EditDistance { scale: 1.0, most: 4 }, Answer::one([1]));
/// let topology = Topology::collapse(2, 2)?;
/// let found = trellis_risks(&[(two, &right), (one, &right)], &topology, &cost, Beta::ONE, Budget::default());
/// assert!(found[0].as_ref().is_ok_and(|risk| (risk.value - 0.25).abs() < 1e-12));
/// assert!(found[1].as_ref().is_ok_and(|risk| (risk.value - 0.5).abs() < 1e-12));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn trellis_risks(
    batch: &[(Emissions<'_>, &Answer)],
    topology: &Topology,
    cost: &dyn Cost,
    beta: Beta,
    budget: Budget,
) -> Vec<Result<TrellisRisk, RiskError>> {
    batch.par_iter().map(|(e, right)| trellis_risk(e, topology, right, cost, beta, budget)).collect()
}
