//! Dynamic time warping: two sequences laid beside each other.

mod loss;
mod path;
mod posteriors;
mod steps;
mod table;

pub use loss::{DtwLoss, dtw_loss, dtw_losses};
pub use path::{DtwPath, dtw_path};
pub use posteriors::{DtwPosteriors, dtw_posteriors};
pub use steps::{DtwStep, StepPattern};
pub use table::dtw_free_energy;

/// How warpings may go.
///
/// What is given is what it costs that frame `i` of one sequence and frame `j` of another say the same: a table of energies, rows
/// × columns. A *warping* goes through it from the first cell to the last. [`dtw_path`] is the one of lowest energy,
/// [`dtw_free_energy`] at finite β the soft minimum over all (soft-DTW with γ = 1/β), [`dtw_posteriors`] its gradient with
/// respect to the costs.
///
/// ```
/// use energraph::trellis::{DtwOptions, StepPattern, dtw_path};
/// use ndarray::array;
/// // Sakoe and Chiba's slope constraint of 1: never two steps along one sequence in a row.
/// let o = DtwOptions { steps: StepPattern::sakoe_chiba(1), band: Some(2), ..DtwOptions::default() };
/// let costs = array![[0.0, 0.0, 0.0], [2.0, 2.0, 0.5]];
/// let best = dtw_path(costs.view(), &o)?.ok_or("none")?;
/// assert_eq!((best.cells, best.energy), (vec![(0, 0), (1, 1), (1, 2)], 4.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DtwOptions {
    /// Their steps.
    pub steps: StepPattern,
    /// The Sakoe–Chiba band: only cells with `|row − column|` up to this, where it is given. It is a part of what a warping
    /// is: those outside are not looked for, and whether a lower one is among them cannot be known from the answer.
    pub band: Option<usize>,
    /// Whether they may begin at any column of the first row: the start of the second sequence is left over.
    pub open_begin: bool,
    /// Whether they may end at any column of the last row: the rest of the second sequence is left over.
    pub open_end: bool,
}

/// Why costs or steps are refused.
///
/// That no warping exists is an error only where a loss would be infinite: the free energy is +∞ then, and there is no path.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DtwError {
    /// A cost that is NaN or −∞.
    #[error("row {row}, column {column}: {value} is no energy")]
    NoEnergy {
        /// Frame of the first sequence, from 0.
        row: usize,
        /// Frame of the second sequence, from 0.
        column: usize,
        /// The number found.
        value: f32,
    },
    /// A step that leads nowhere, or counts cells that it does not pass.
    #[error(
        "step {step} leads {rows} rows and {columns} columns on, and does not pass all its cells, or leads nowhere"
    )]
    Step {
        /// Its number, from 0.
        step: usize,
        /// Rows.
        rows: usize,
        /// Columns.
        columns: usize,
    },
    /// No warping: the loss would be +∞.
    #[error("no warping goes through {rows} × {columns} cells")]
    NoWarping {
        /// Frames of the first sequence.
        rows: usize,
        /// Frames of the second sequence.
        columns: usize,
    },
    /// A weight below 0, or none.
    #[error("{weight} is no weight of a cell")]
    Weight {
        /// The number.
        weight: f32,
    },
}
