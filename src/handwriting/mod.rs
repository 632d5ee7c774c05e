//! Handwriting: from an image of a field to its reading.
//!
//! image → cuts → [`segmentation_graph`] → energies per span and symbol ([`scorer`]) → [`Recognition`] graph →
//! composition with a grammar → reading, free energies and confidence.

mod field;
mod recognition;
#[cfg(feature = "nn")]
pub mod scorer;

pub use field::{Field, FieldError, Span, SpanLimit};
pub use recognition::{Recognition, RecognitionError, is_piece, segmentation_graph};
