//! Where a field may be cut into pieces.

mod uniform;

pub use uniform::uniform;
