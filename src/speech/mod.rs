//! Speech: time-aligned labels and how they are compared.
//!
//! [`TextGrid`] is what an alignment is in memory; [`textgrid`] reads and writes Praat's files, [`export`] writes JSON, CSV, CTM and Audacity
//! labels, [`boundaries`] says how far two alignments are apart. [`templates`] recognise isolated words, [`gaussian`] gives
//! energies to states where there is no net.

pub mod boundaries;
pub mod export;
pub mod gaussian;
pub mod templates;
pub mod textgrid;
mod tiers;

pub use tiers::{BadTier, Content, Interval, NoTier, Point, TextGrid, Tier, TimeFault};
