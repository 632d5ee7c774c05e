//! What segments may refuse.

use crate::graph::Label;
use crate::trellis::TrellisError;

/// Why segments, or a question about them, are refused.
///
/// That no segmentation exists is an error only where a loss would be infinite.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SegmentError {
    /// An energy that is NaN or −∞.
    #[error("{what} {row}, length {length}, class {class}: {value} is no energy")]
    NoEnergy {
        /// What the energy belongs to.
        what: &'static str,
        /// Frame, or first frame of the segment, from 0.
        row: usize,
        /// Frames of the segment; 0 where the energy belongs to no one length.
        length: usize,
        /// The class, from 0.
        class: usize,
        /// The number found.
        value: f32,
    },
    /// Energies whose sizes do not go together.
    #[error("{what} is {rows} × {columns}, wanted are {wanted_rows} × {wanted_columns}")]
    Shape {
        /// Which energies.
        what: &'static str,
        /// Their rows.
        rows: usize,
        /// Their columns.
        columns: usize,
        /// Rows wanted.
        wanted_rows: usize,
        /// Columns wanted.
        wanted_columns: usize,
    },
    /// Known segments that do not lie end to end over all frames, or one that is empty or too long, or names no class.
    #[error("segment {position} (frames {start} to {end}, label {label}) cannot be one: {why}")]
    Known {
        /// Its position, from 0.
        position: usize,
        /// Its first frame.
        start: usize,
        /// The frame behind it.
        end: usize,
        /// Its label.
        label: Label,
        /// What is wrong.
        why: &'static str,
    },
    /// What is known to be right is impossible: the loss would be +∞.
    #[error("nothing right is possible")]
    Impossible,
    /// The topology reads a class that the segments lack, or is refused itself.
    #[error(transparent)]
    Trellis(#[from] TrellisError),
}
