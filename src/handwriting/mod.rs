//! Handwritten fields: where to cut them, and a generator of them.

pub mod cuts;
pub mod generator;
