//! Structured prediction on weighted graphs: energy-based factor graphs and graph transformer networks.
#![warn(missing_docs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod autograd;
#[cfg(feature = "cli")]
pub mod cli;
pub mod factor;
pub mod graph;
#[cfg(feature = "signal")]
pub mod handwriting;
pub mod learn;
pub mod loss;
#[cfg(feature = "nn")]
pub mod nn;
pub mod ops;
#[cfg(any(test, feature = "oracle"))]
pub mod oracle;
pub mod paths;
pub mod semiring;
#[cfg(feature = "signal")]
pub mod signal;

pub use graph::{Graph, GraphBuilder, Label, Site, SiteValues, SymbolTable, Traced};
pub use paths::{Answer, Beta, Output, Path, PathError};
#[cfg(feature = "laws")]
pub use semiring::laws;
pub use semiring::{
    Commutative, Counting, Energy, Idempotent, LeftDivide, LogSum, MinSum, PathProperty, Semiring, Star, Weight,
};
