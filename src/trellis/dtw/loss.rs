//! Warpings as losses.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use super::{DtwError, DtwOptions, DtwPosteriors, dtw_posteriors};
use crate::paths::Beta;

/// A loss and its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct DtwLoss {
    /// `F_β` of all warpings: soft-DTW with γ = 1/β, below 0 where many are nearly free; at infinite β the least energy.
    pub value: f64,
    /// `∂value/∂` costs: the expected weight of each cell.
    pub gradient: Array2<f32>,
}

/// The free energy of all warpings and its gradient, as [`dtw_posteriors`] has them, where there is a warping.
///
/// # Errors
/// [`DtwError::NoWarping`] where there is none: the loss would be +∞. As [`dtw_posteriors`].
pub fn dtw_loss(costs: ArrayView2<'_, f32>, o: &DtwOptions, beta: Beta) -> Result<DtwLoss, DtwError> {
    let DtwPosteriors { free_energy, costs: gradient } = dtw_posteriors(costs, o, beta)?;
    if free_energy == f64::INFINITY {
        let (rows, columns) = costs.dim();
        return Err(DtwError::NoWarping { rows, columns });
    }
    Ok(DtwLoss { value: free_energy, gradient })
}

/// [`dtw_loss`] of every table of a batch, of any sizes, side by side (rayon); the numbers do not depend on the threads.
///
/// # Errors
/// [`DtwError`] for an item alone; the others have their losses.
///
/// # Cost
/// That of [`dtw_posteriors`] for each item, and the memory of as many tables as there are threads, answers apart.
///
/// ```
/// use energraph::Beta;
/// use energraph::trellis::{DtwError, DtwOptions, dtw_losses};
/// use ndarray::{Array2, array};
/// let (square, narrow) = (array![[0.0, 1.0], [1.0, 0.25]], Array2::zeros((1, 3)));
/// let o = DtwOptions { band: Some(1), ..DtwOptions::default() };
/// let losses = dtw_losses(&[square.view(), narrow.view()], &o, Beta::Infinite);
/// assert!(losses[0].as_ref().is_ok_and(|loss| loss.value == 0.25 && loss.gradient[[0, 1]] == 0.0));
/// assert_eq!(losses[1], Err(DtwError::NoWarping { rows: 1, columns: 3 })); // the band ends before the last column
/// ```
pub fn dtw_losses(batch: &[ArrayView2<'_, f32>], o: &DtwOptions, beta: Beta) -> Vec<Result<DtwLoss, DtwError>> {
    batch.par_iter().map(|costs| dtw_loss(*costs, o, beta)).collect()
}
