//! Questions to many emissions at once.

use rayon::prelude::*;

use super::{
    AlignmentCosts, ContrastError, ContrastLoss, Emissions, ExpectedCost, Topology, TrellisError, contrast_loss,
    expected_cost,
};
use crate::paths::Beta;

/// [`contrast_loss`] of every item of a batch, emissions and what is right of them, against one topology of everything, side
/// by side (rayon); the numbers do not depend on the threads. The gradient with respect to the weights of `all` is the sum
/// over the items.
///
/// # Errors
/// [`ContrastError`] for an item alone; the others have their losses.
///
/// # Cost
/// That of [`contrast_loss`] for each item, and the memory of as many items as there are threads, answers apart.
///
/// ```
/// use energraph::Beta;
/// use energraph::trellis::{Emissions, Topology, contrast_losses};
/// use ndarray::array;
/// let energies = array![[0.0, 2.0], [2.0, 0.0]];
/// let e = Emissions::new(energies.view())?;
/// let (short, long) = (Topology::ctc(&[1], 2, 2)?, Topology::ctc(&[1, 1], 2, 2)?);
/// let losses = contrast_losses(&[(e, &short), (e, &long)], &Topology::any(2)?, Beta::ONE);
/// assert!(losses[0].as_ref().is_ok_and(|loss| loss.value > 0.0));
/// assert!(losses[1].is_err()); // three frames needed
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn contrast_losses(
    batch: &[(Emissions<'_>, &Topology)],
    all: &Topology,
    beta: Beta,
) -> Vec<Result<ContrastLoss, ContrastError>> {
    batch.par_iter().map(|(e, right)| contrast_loss(e, right, all, beta)).collect()
}

/// [`expected_cost`] of every item of a batch, each with its topology and costs, side by side (rayon); the numbers do not
/// depend on the threads. `None` for an item without alignments.
///
/// # Errors
/// [`TrellisError`] for an item alone; the others have their answers.
///
/// # Cost
/// That of [`expected_cost`] for each item, and the memory of as many items as there are threads, answers apart.
///
/// ```
/// use energraph::Beta;
/// use energraph::trellis::{AlignmentCosts, Emissions, Topology, expected_costs};
/// use ndarray::array;
/// // Each frame read as class 1 is an error.
/// let (even, wrong) = (array![[0.0, 0.0], [0.0, 0.0]], array![[0.0, 1.0], [0.0, 1.0]]);
/// let costs = AlignmentCosts { frames: Some(wrong.view()), ..AlignmentCosts::default() };
/// let (e, any) = (Emissions::new(even.view())?, Topology::any(2)?);
/// let found = expected_costs(&[(e, &any, costs)], Beta::ONE);
/// assert!(matches!(&found[0], Ok(Some(cost)) if (cost.value - 1.0).abs() < 1e-12));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn expected_costs(
    batch: &[(Emissions<'_>, &Topology, AlignmentCosts<'_>)],
    beta: Beta,
) -> Vec<Result<Option<ExpectedCost>, TrellisError>> {
    batch.par_iter().map(|(e, topology, costs)| expected_cost(e, topology, costs, beta)).collect()
}
