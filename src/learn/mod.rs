//! Learning: front-ends, optimisers, the training loop, metrics and confidence.

mod front_end;
mod optimiser;
mod ragged;

pub use front_end::{FrontEnd, FrontError, Parameter, StepError};
pub use optimiser::{Moments, Optimiser, Rule};
pub use ragged::Ragged;
