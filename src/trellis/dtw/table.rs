//! The free energy of all ways to each cell.

use std::ops::Range;

use ndarray::ArrayView2;

use super::{DtwError, DtwOptions, DtwStep};
use crate::paths::Beta;
use crate::trellis::emissions::no_energy;
use crate::trellis::soft::soft_min;

/// `F_β` of all warpings of a table of costs (rows × columns, the first sequence's frames and the second's); the least energy
/// of one where β is infinite. +∞ where there is none.
///
/// Two sequences without frames have a warping without cells, of energy 0; so have no rows and any columns, where either end is
/// open. Soft minima of several warpings are below the least: the distance of a sequence to itself is not 0 then.
///
/// # Errors
/// [`DtwError::NoEnergy`] for NaN or −∞.
///
/// # Cost
/// O(cells · steps), cells outside the band left out; 8 bytes a cell.
///
/// ```
/// use energraph::Beta;
/// use energraph::trellis::{DtwOptions, dtw_free_energy};
/// use ndarray::array;
/// let (x, y) = ([0.0_f32, 1.0, 3.0], [0.0_f32, 0.0, 1.0, 3.0]);
/// let costs = ndarray::Array2::from_shape_fn((3, 4), |(i, j)| (x[i] - y[j]).powi(2));
/// let o = DtwOptions::default();
/// assert_eq!(dtw_free_energy(costs.view(), &o, Beta::Infinite)?, 0.0);
/// // Over a square of zeros there are three warpings.
/// let square = array![[0.0, 0.0], [0.0, 0.0]];
/// assert!((dtw_free_energy(square.view(), &o, Beta::ONE)? + 3.0_f64.ln()).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// H. Sakoe, S. Chiba 1978; M. Cuturi, M. Blondel, *Soft-DTW: a differentiable loss function for time-series*, ICML 2017.
pub fn dtw_free_energy(costs: ArrayView2<'_, f32>, o: &DtwOptions, beta: Beta) -> Result<f64, DtwError> {
    Ok(Table::new(costs, o, beta)?.total)
}

/// A cell: row and column.
pub(super) type Cell = (usize, usize);

/// Potentials of the cells of a band.
pub(super) struct Table<'c, 'o> {
    costs: ArrayView2<'c, f32>,
    pub(super) options: &'o DtwOptions,
    pub(super) beta: Beta,
    /// Most columns of the band in a row.
    width: usize,
    /// By row and column of the band: all ways up to the cell, itself included.
    values: Vec<f64>,
    /// All warpings.
    pub(super) total: f64,
}

impl<'c, 'o> Table<'c, 'o> {
    pub(super) fn new(costs: ArrayView2<'c, f32>, options: &'o DtwOptions, beta: Beta) -> Result<Self, DtwError> {
        if let Some(((row, column), value)) = no_energy(costs) {
            return Err(DtwError::NoEnergy { row, column, value });
        }
        let (rows, columns) = costs.dim();
        let width = options.band.map_or(columns, |r| columns.min(r.saturating_mul(2).saturating_add(1)));
        // Without columns rows take no memory, and there may be very many of them.
        let values = vec![f64::INFINITY; rows * width];
        let mut table = Table { costs, options, beta, width, values, total: f64::INFINITY };
        let mut terms = Vec::new();
        for i in 0..if width > 0 { rows } else { 0 } {
            for j in table.columns(i) {
                table.ways((i, j), &mut terms);
                let slot = table.slot((i, j));
                table.values[slot] = soft_min(&terms, beta);
            }
        }
        let ends: Vec<f64> = table.ends().map(|cell| table.at(cell)).collect();
        table.total = if table.needs_no_cell() { 0.0 } else { soft_min(&ends, beta) };
        Ok(table)
    }

    /// Whether there is a warping of no cells.
    pub(super) fn needs_no_cell(&self) -> bool {
        let (rows, columns) = self.costs.dim();
        rows == 0 && (columns == 0 || self.options.open_begin || self.options.open_end)
    }

    /// The columns of a row within the band.
    pub(super) fn columns(&self, row: usize) -> Range<usize> {
        let columns = self.costs.ncols();
        match self.options.band {
            Some(r) => row.saturating_sub(r).min(columns)..row.saturating_add(r).saturating_add(1).min(columns),
            None => 0..columns,
        }
    }

    /// The cells that a warping may end in.
    pub(super) fn ends(&self) -> impl Iterator<Item = Cell> + '_ {
        let (rows, columns) = self.costs.dim();
        let last = rows.checked_sub(1);
        let all = last.map_or(0..0, |row| self.columns(row));
        let open = self.options.open_end;
        all.filter(move |&j| open || j + 1 == columns).map(move |j| (rows - 1, j))
    }

    /// Where the potential of a cell of the band is kept.
    pub(super) fn slot(&self, (row, column): Cell) -> usize {
        row * self.width + column - self.columns(row).start
    }

    /// Potentials kept.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// All ways up to a cell.
    pub(super) fn at(&self, cell: Cell) -> f64 {
        if self.columns(cell.0).contains(&cell.1) { self.values[self.slot(cell)] } else { f64::INFINITY }
    }

    /// The energy of beginning at a cell, then that of coming to it by each of the steps, all ways before included.
    pub(super) fn ways(&self, cell: Cell, into: &mut Vec<f64>) {
        let begins = cell.0 == 0 && (cell.1 == 0 || self.options.open_begin);
        let steps = &self.options.steps;
        into.clear();
        into.push(if begins { self.counted(cell, steps.first()) } else { f64::INFINITY });
        into.extend(steps.steps().iter().map(|step| match before(cell, step) {
            Some(from) => {
                self.at(from) + self.along(cell, step).map(|(at, weight)| self.counted(at, weight)).sum::<f64>()
            }
            None => f64::INFINITY,
        }));
    }

    /// The cells that a step to a cell counts, and their weights.
    pub(super) fn along<'s>(&self, end: Cell, step: &'s DtwStep) -> impl Iterator<Item = (Cell, f32)> + 's {
        step.cells.iter().map(move |&(rows, columns, weight)| ((end.0 - rows, end.1 - columns), weight))
    }

    /// What a cell counts; without a weight, nothing, even where it is impossible. Outside the band it is impossible.
    fn counted(&self, cell: Cell, weight: f32) -> f64 {
        if !self.columns(cell.0).contains(&cell.1) {
            return f64::INFINITY;
        }
        if weight == 0.0 { 0.0 } else { f64::from(weight) * f64::from(self.costs[cell]) }
    }
}

/// The cell that a step to a cell comes from.
pub(super) fn before(end: Cell, step: &DtwStep) -> Option<Cell> {
    end.0.checked_sub(step.rows).zip(end.1.checked_sub(step.columns))
}
