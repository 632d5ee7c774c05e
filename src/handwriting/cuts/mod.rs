//! Where a field may be cut into pieces.

mod cutter;
mod uniform;

pub use cutter::Cutter;
pub use uniform::uniform;
