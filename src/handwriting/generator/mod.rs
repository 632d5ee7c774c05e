//! Drawn and composed handwriting for training and samples.
//!
//! [`compose_digits`] puts images of single digits side by side.

mod amount;
mod clutter;
mod compose;
mod glyphs;
mod pen;

pub use amount::{Amount, Patterns};
pub use compose::{Compose, Composed, compose_digits};
pub use glyphs::{GlyphBank, GlyphError};

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
