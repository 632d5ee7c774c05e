//! A field to read: its image, where it may be cut, and the spans between cuts that may hold a symbol.

use ndarray::Array2;

#[cfg(feature = "nn")]
use crate::signal::stretch;

/// A stretch between two cuts, by their positions in the list of cuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Number of the left cut.
    pub from: u32,
    /// Number of the right cut, greater than `from`.
    pub to: u32,
}

/// How wide a span may be to hold one symbol.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpanLimit {
    /// Widest span in pixels.
    pub width: f32,
    /// Most pieces (stretches between neighbouring cuts) in one span.
    pub pieces: u32,
}

/// Why an image can't be made a field.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FieldError {
    /// There is nothing to cut.
    #[error("the image has no pixels")]
    NoPixels,
    /// Cuts must rise strictly from 0 to the width.
    #[error("cut {index} at {at} is out of order: cuts rise strictly from 0 to the width, {width}")]
    Cuts {
        /// Position of the offending cut.
        index: usize,
        /// Where it is.
        at: f32,
        /// Width of the image.
        width: usize,
    },
}

/// An image of one field with its cuts and spans.
///
/// The spans are the rows of every scorer's output and, in the same order, the edges of the segmentation graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    image: Array2<f32>,
    cuts: Vec<f32>,
    spans: Vec<Span>,
}

impl Field {
    /// A field from ink values in 0..=1 (rows × columns) and cuts in pixels, which rise from 0 to the width.
    ///
    /// Spans wider than the limit are left out, except those between neighbouring cuts, without which the field
    /// could not be crossed.
    ///
    /// # Errors
    /// [`FieldError`] for an empty image, or cuts out of order.
    pub fn new(image: Array2<f32>, cuts: Vec<f32>, limit: SpanLimit) -> Result<Self, FieldError> {
        let width = image.ncols();
        if image.is_empty() {
            return Err(FieldError::NoPixels);
        }
        let rising = cuts.windows(2).position(|w| w[0] >= w[1] || w.iter().any(|x| x.is_nan())).map(|i| i + 1);
        let ends = match (cuts.first(), cuts.last()) {
            (Some(&a), _) if a != 0.0 => Some(0),
            (_, Some(&b)) if b != width as f32 => Some(cuts.len() - 1),
            (None, _) => Some(0),
            _ => None,
        };
        if let Some(index) = rising.or(ends) {
            let at = cuts.get(index).copied().unwrap_or(f32::NAN);
            return Err(FieldError::Cuts { index, at, width });
        }
        let spans = spans(&cuts, limit);
        Ok(Field { image, cuts, spans })
    }

    /// The same field with its columns resampled to `factor` times their number, and the same spans.
    #[cfg(feature = "nn")]
    pub(super) fn stretched(&self, factor: f32) -> Field {
        let image = stretch(&self.image, factor);
        let step = image.ncols() as f32 / self.image.ncols() as f32;
        Field { image, cuts: self.cuts.iter().map(|c| c * step).collect(), spans: self.spans.clone() }
    }

    /// Ink values, 0 = paper, 1 = ink.
    pub fn image(&self) -> &Array2<f32> {
        &self.image
    }

    /// Cuts in pixels, from 0 to the width.
    pub fn cuts(&self) -> &[f32] {
        &self.cuts
    }

    /// Spans sorted by their left cut, then their right.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The left and right end of a span in pixels; `None` where it is not one of this field's.
    pub fn extent(&self, span: Span) -> Option<(f32, f32)> {
        Some((*self.cuts.get(span.from as usize)?, *self.cuts.get(span.to as usize)?))
    }
}

fn spans(cuts: &[f32], limit: SpanLimit) -> Vec<Span> {
    let mut list = Vec::new();
    for (i, left) in cuts.iter().enumerate() {
        for (j, right) in cuts.iter().enumerate().skip(i + 1) {
            let fits = right - left <= limit.width && (j - i) as u32 <= limit.pieces;
            if j > i + 1 && !fits {
                break;
            }
            list.push(Span { from: i as u32, to: j as u32 });
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: SpanLimit = SpanLimit { width: 8.0, pieces: 3 };

    #[test]
    fn spans_obey_both_limits_but_neighbours_are_always_joined() {
        let field = Field::new(Array2::zeros((2, 24)), vec![0.0, 2.0, 4.0, 6.0, 8.0, 24.0], LIMIT).unwrap();
        let from = |i| field.spans().iter().filter(|s| s.from == i).map(|s| s.to).collect::<Vec<_>>();
        assert_eq!(from(0), [1, 2, 3]);
        assert_eq!(from(3), [4]);
        assert_eq!(from(4), [5]);
        assert_eq!(field.extent(Span { from: 4, to: 5 }), Some((8.0, 24.0)));
    }

    #[cfg(feature = "nn")]
    #[test]
    fn a_stretched_field_has_the_same_spans_at_scaled_cuts() {
        let image = Array2::from_shape_fn((4, 24), |(_, x)| if x < 12 { 0.0 } else { 1.0 });
        let field = Field::new(image, vec![0.0, 2.0, 12.0, 24.0], LIMIT).unwrap();
        let wide = field.stretched(1.5);
        assert_eq!((wide.cuts(), wide.spans()), (&[0.0, 3.0, 18.0, 36.0][..], field.spans()));
        assert!(wide.image()[[2, 16]] < 0.1 && wide.image()[[2, 19]] > 0.9);
        assert_eq!(
            Field::new(Array2::zeros((4, 1)), vec![0.0, 1.0], LIMIT).unwrap().stretched(0.3).image().dim(),
            (4, 1)
        );
    }

    #[test]
    fn cuts_that_do_not_cover_the_width_are_refused() {
        for cuts in [vec![], vec![0.0, 3.0], vec![1.0, 4.0], vec![0.0, 3.0, 3.0, 4.0], vec![0.0, f32::NAN, 4.0]] {
            assert!(matches!(Field::new(Array2::zeros((1, 4)), cuts, LIMIT), Err(FieldError::Cuts { .. })));
        }
        assert_eq!(Field::new(Array2::zeros((0, 4)), vec![0.0, 4.0], LIMIT), Err(FieldError::NoPixels));
    }
}
