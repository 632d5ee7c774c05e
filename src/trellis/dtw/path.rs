//! The warping of lowest energy.

use ndarray::ArrayView2;

use super::table::{Table, before};
use super::{DtwError, DtwOptions};
use crate::paths::Beta;

/// A warping.
#[derive(Debug, Clone, PartialEq)]
pub struct DtwPath {
    /// The cells that it counts (row, column), in order.
    pub cells: Vec<(usize, usize)>,
    /// Its energy.
    pub energy: f64,
}

/// The warping of lowest energy; `None` where there is none.
///
/// Ties: of the ends the one of the lowest column; then, from the end back, to begin goes before a step, and an earlier step
/// of the pattern before a later one.
///
/// # Errors, cost
/// As [`dtw_free_energy`](super::dtw_free_energy()), without exponentials.
///
/// ```
/// use energraph::trellis::{DtwOptions, dtw_path};
/// use ndarray::array;
/// let costs = array![[0.0, 1.0, 4.0], [1.0, 0.0, 1.0], [1.0, 0.25, 0.0]];
/// let best = dtw_path(costs.view(), &DtwOptions::default())?.ok_or("none")?;
/// assert_eq!((best.cells, best.energy), (vec![(0, 0), (1, 1), (2, 2)], 0.0));
/// // The first row alone is found inside the second sequence.
/// let open = DtwOptions { open_begin: true, open_end: true, ..DtwOptions::default() };
/// assert_eq!(dtw_path(array![[3.0, 0.5, 2.0]].view(), &open)?.ok_or("none")?.cells, [(0, 1)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn dtw_path(costs: ArrayView2<'_, f32>, o: &DtwOptions) -> Result<Option<DtwPath>, DtwError> {
    Ok(read(&Table::new(costs, o, Beta::Infinite)?))
}

fn read(table: &Table<'_, '_>) -> Option<DtwPath> {
    let mut found = DtwPath { cells: Vec::new(), energy: table.total };
    if table.total == f64::INFINITY || table.needs_no_cell() {
        return (table.total < f64::INFINITY).then_some(found);
    }
    let mut cell = table.ends().find(|&cell| table.at(cell) <= table.total)?;
    let mut ways = Vec::new();
    loop {
        table.ways(cell, &mut ways);
        let wanted = table.at(cell);
        let Some(step) = ways.iter().position(|way| *way <= wanted)?.checked_sub(1) else {
            found.cells.push(cell);
            found.cells.reverse();
            return Some(found);
        };
        let step = table.options.steps.steps().get(step)?;
        let passed = found.cells.len();
        found.cells.extend(table.along(cell, step).map(|(at, _)| at));
        found.cells[passed..].reverse();
        cell = before(cell, step)?;
    }
}
