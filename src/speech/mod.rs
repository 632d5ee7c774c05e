//! Speech: time-aligned labels and how they are compared.
//!
//! [`TextGrid`] is what an alignment is in memory; [`textgrid`] reads and writes Praat's files, [`export`] writes JSON, CSV, CTM and Audacity
//! labels, [`boundaries`] says how far two alignments are apart. [`words`] recognises isolated and connected words.

pub mod boundaries;
pub mod corpus;
pub mod export;
pub mod features;
pub mod textgrid;
mod tiers;
pub mod words;

pub use tiers::{BadTier, Content, Interval, NoTier, Point, TextGrid, Tier, TimeFault};
