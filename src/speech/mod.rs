//! Speech: time-aligned labels and how they are compared.
//!
//! [`TextGrid`] is what an alignment is in memory; [`textgrid`] reads and writes Praat's files, [`export`] writes JSON, CSV, CTM and Audacity
//! labels, [`boundaries`] says how far two alignments are apart, [`picture`] draws them.

pub mod adapt;
pub mod boundaries;
pub mod export;
pub mod partitur;
pub mod picture;
pub mod script;
pub mod textgrid;
mod tiers;

pub use tiers::{BadTier, Content, Interval, NoTier, Point, TextGrid, Tier, TimeFault};
