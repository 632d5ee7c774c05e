//! From an image to a field: where to cut it, and which spans to try.

use ndarray::Array2;

use super::uniform;
use crate::handwriting::{Field, FieldError, SpanLimit};

/// How fields are cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cutter {
    /// Distance of uniform cuts in pixels.
    pub step: usize,
    /// Which spans may hold a symbol.
    pub limit: SpanLimit,
}

impl Cutter {
    /// The field of a normalised image.
    ///
    /// # Errors
    /// [`FieldError::NoPixels`].
    pub fn field(&self, ink: Array2<f32>) -> Result<Field, FieldError> {
        let cuts = uniform(ink.ncols(), self.step.max(1)).into_iter().map(|c| c as f32).collect();
        Field::new(ink, cuts, self.limit)
    }
}
