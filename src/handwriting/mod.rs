//! Handwriting: from an image of a field to its reading.
//!
//! image → cuts → [`segmentation_graph`] → energies per span and symbol (`scorer`) → [`Recognition`] graph →
//! composition with a [`Grammar`] → reading, free energies and confidence.

#[cfg(feature = "nn")]
mod builder;
pub mod cuts;
#[cfg(feature = "nn")]
pub mod explain;
mod field;
mod frames;
pub mod generator;
pub mod grammar;
mod interpret;
mod lattice;
#[cfg(feature = "nn")]
mod model;
mod prior;
#[cfg(feature = "nn")]
mod read_many;
mod recognition;
#[cfg(feature = "nn")]
mod recognizer;
#[cfg(feature = "nn")]
pub mod scorer;
#[cfg(feature = "nn")]
pub mod train;

#[cfg(feature = "nn")]
pub use builder::Builder;
pub use field::{Field, FieldError, Span, SpanLimit};
pub use frames::Rows;
pub use grammar::{Grammar, GrammarError};
pub use interpret::{InterpretError, Interpretations, Near, Placed};
pub use lattice::{Lattice, over_spans};
#[cfg(feature = "nn")]
pub use model::{MODEL_VERSION, ModelError, ModelInfo, load, save};
pub use prior::{NGram, Prior, PriorError};
#[cfg(feature = "nn")]
pub use read_many::{Read, ReadTimes};
pub use recognition::{Recognition, RecognitionError, is_piece, segmentation_graph};
#[cfg(feature = "nn")]
pub use recognizer::{Alternative, Prepared, Reading, ReadingError, Recognizer, Segment};
