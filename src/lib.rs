//! Structured prediction on weighted graphs: energy-based factor graphs and graph transformer networks.
#![warn(missing_docs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod autograd;
pub mod factor;
pub mod graph;
pub mod learn;
pub mod loss;
pub mod ops;
#[cfg(any(test, feature = "oracle"))]
pub mod oracle;
pub mod paths;
pub mod semiring;

pub use graph::{Graph, GraphBuilder, Label, Site, SiteValues, Traced};
pub use paths::{Answer, Beta, Output, Path, PathError};
pub use semiring::{
    Commutative, Counting, Energy, Idempotent, LeftDivide, LogSum, MinSum, PathProperty, Semiring, Star, Weight,
};
