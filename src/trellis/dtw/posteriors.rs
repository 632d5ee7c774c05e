//! The gradient of the free energy with respect to the costs.

use ndarray::{Array2, ArrayView2};

use super::table::{Cell, Table, before};
use super::{DtwError, DtwOptions};
use crate::paths::Beta;
use crate::trellis::soft::split;

/// A free energy and its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct DtwPosteriors {
    /// `F_β`; +∞ where there is no warping, and the gradient is 0 then.
    pub free_energy: f64,
    /// `∂F_β/∂` costs: the expected weight with which each cell counts, under `p(warping) ∝ e^{−β·E}`; with weights of 1, the
    /// probability that a warping passes it.
    pub costs: Array2<f32>,
}

/// The gradient of [`dtw_free_energy`](super::dtw_free_energy()) with respect to the costs; at infinite β, that of
/// [`dtw_path`](super::dtw_path()) alone.
///
/// # Errors
/// As [`dtw_free_energy`](super::dtw_free_energy()).
///
/// # Cost
/// Twice that of [`dtw_free_energy`](super::dtw_free_energy()).
///
/// ```
/// use energraph::Beta;
/// use energraph::trellis::{DtwOptions, dtw_posteriors};
/// use ndarray::array;
/// let p = dtw_posteriors(array![[0.0, 0.0], [0.0, 0.0]].view(), &DtwOptions::default(), Beta::ONE)?;
/// // One of three warpings passes each corner off the diagonal.
/// assert!((p.costs[[0, 1]] - 1.0 / 3.0).abs() < 1e-6);
/// assert_eq!(p.costs[[1, 1]], 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// M. Cuturi, M. Blondel 2017, algorithm 2.
pub fn dtw_posteriors(costs: ArrayView2<'_, f32>, o: &DtwOptions, beta: Beta) -> Result<DtwPosteriors, DtwError> {
    let table = Table::new(costs, o, beta)?;
    let mut gradient = Array2::<f64>::zeros(costs.dim());
    if table.total < f64::INFINITY && !table.needs_no_cell() {
        let mut shares = vec![0.0; table.len()];
        divide_ends(&table, &mut shares);
        go_back(&table, &mut shares, &mut gradient);
    }
    Ok(DtwPosteriors { free_energy: table.total, costs: gradient.mapv(|x| x as f32) })
}

/// The share of each end.
fn divide_ends(table: &Table<'_, '_>, shares: &mut [f64]) {
    let mut ends: Vec<f64> = table.ends().map(|cell| table.at(cell)).collect();
    split(1.0, table.beta, f64::INFINITY, &mut ends);
    for (cell, part) in table.ends().zip(ends) {
        shares[table.slot(cell)] = part;
    }
}

/// From the last cell to the first, divides the share of each among the ways to it.
fn go_back(table: &Table<'_, '_>, shares: &mut [f64], gradient: &mut Array2<f64>) {
    let steps = &table.options.steps;
    let mut ways = Vec::new();
    for i in (0..gradient.nrows()).rev() {
        for j in table.columns(i).rev() {
            let cell: Cell = (i, j);
            let here = shares[table.slot(cell)];
            if here == 0.0 {
                continue;
            }
            table.ways(cell, &mut ways);
            split(here, table.beta, f64::INFINITY, &mut ways);
            let (begun, stepped) = (ways[0], &ways[1..]);
            gradient[cell] += begun * f64::from(steps.first());
            for (step, &part) in steps.steps().iter().zip(stepped).filter(|(_, part)| **part > 0.0) {
                for (at, weight) in table.along(cell, step) {
                    gradient[at] += part * f64::from(weight);
                }
                if let Some(from) = before(cell, step) {
                    shares[table.slot(from)] += part;
                }
            }
        }
    }
}
