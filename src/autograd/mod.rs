//! Gradients through operations and path sums.
//!
//! A [`Tape`] records what is done to graphs, and to trellises, which are never built. Since energies add along ⊗, the gradient of any of its free energies
//! with respect to the energies of the graphs it began with is exact and cheap: the gradient of a free energy is the
//! posterior of every site ([`crate::paths::posteriors()`]), and an operation's
//! [`Origin`](crate::graph::Origin) says which input sites each weight of its result was made of.
//!
//! Source: Bottou, LeCun and Bengio, *Global training of document processing systems using graph transformer
//! networks*, 1997; Eisner, *Inside-outside and forward-backward algorithms are just backprop*, 2016.

mod operations;
mod recorded;
mod rewrite;
mod sums;
mod tape;
mod trellis;

pub use recorded::{Recordable, Recorded};
pub use tape::{Gradients, GraphVar, Scalar, Tape, TapeError};
pub use trellis::{EmissionVar, PathVar, TrellisVar};

#[cfg(test)]
mod sums_tests;
#[cfg(test)]
mod tests;
