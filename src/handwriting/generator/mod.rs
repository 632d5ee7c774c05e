//! Drawn and composed handwriting for training and samples.
//!
//! [`Generator`] draws whole fields from skeletons of the symbols, with random hands, pens and papers; [`compose_digits`] puts
//! images of single digits side by side.

mod amount;
mod clutter;
mod compose;
mod field;
mod glyphs;
mod layout;
mod paper;
mod pen;
mod samples;
mod skeleton;
mod writer;

pub use amount::{Amount, Patterns};
pub use compose::{Compose, Composed, compose_digits};
pub use field::{Drawn, FIRST_SAMPLE_SEED, Generator, Scene};
pub use glyphs::{GlyphBank, GlyphError};
pub use samples::samples;
pub use writer::{PENS, Pen, SAMPLE_PENS};

/// Where a symbol lies, in pixels of its image (columns to the right, rows down). Parts may lie outside the image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SymbolBox {
    /// The symbol.
    pub symbol: char,
    /// First column.
    pub x: f32,
    /// First row.
    pub y: f32,
    /// Columns.
    pub width: f32,
    /// Rows.
    pub height: f32,
}
