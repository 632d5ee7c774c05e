//! Structured prediction on weighted graphs.
#![warn(missing_docs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

#[cfg(feature = "signal")]
pub mod handwriting;
pub mod learn;
#[cfg(feature = "signal")]
pub mod signal;
