//! From an image to a field: where to cut it, and which spans to try.

use ndarray::Array2;

use super::Cuts;
use crate::handwriting::{Field, FieldError, SpanLimit};

/// How fields are cut, and which spans between the cuts may hold a symbol.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cutter {
    /// Where to cut.
    pub cuts: Cuts,
    /// Which spans may hold a symbol.
    pub limit: SpanLimit,
}

impl Cutter {
    /// Uniform cuts every `step` columns and spans of at most `width` columns.
    pub fn uniform(step: usize, width: f32) -> Self {
        let pieces = (width / step.max(1) as f32).ceil() as u32;
        Cutter { cuts: Cuts::Uniform { step: step.max(1) }, limit: SpanLimit { width, pieces } }
    }

    /// One span, the whole field.
    pub fn whole() -> Self {
        let cuts = Cuts::Found { components: false, profile: false, contour: false, max_gap: f32::INFINITY };
        Cutter { cuts, limit: SpanLimit { width: f32::INFINITY, pieces: 1 } }
    }

    /// A span for every four columns and no other: the rows of a column net, as frames.
    pub fn frames() -> Self {
        Cutter { cuts: Cuts::UNIFORM, limit: SpanLimit { width: 4.0, pieces: 1 } }
    }

    /// The field of a normalised image.
    ///
    /// # Errors
    /// [`FieldError::NoPixels`].
    pub fn field(&self, ink: Array2<f32>) -> Result<Field, FieldError> {
        let cuts = self.cuts.positions(&ink).into_iter().map(|c| c as f32).collect();
        Field::new(ink, cuts, self.limit)
    }
}
