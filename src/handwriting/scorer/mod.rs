//! From spans to energies: a front-end over [`Field`](super::Field)s whose output has a row for every span and a
//! column for every symbol, and a last column for rubbish.

mod shared;

pub use shared::{SharedScorer, SharedTicket};
