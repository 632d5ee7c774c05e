//! Operations from graphs to graphs.
//!
//! One operation, one file. Where the weights of a result come from its arguments, the operation returns a
//! [`Traced`](crate::Traced) graph, whose [`Origin`](crate::graph::Origin) lists for every arc and final weight the
//! input sites that were multiplied into it: that is all a gradient needs to flow back. Arguments are numbered as
//! they stand in the call, from 0.
//!
//! An arc of weight 0̄ is an arc like any other here: it is kept, so that the shape of a result never depends on
//! the values of its weights. ([`complement()`] asks which strings are possible, and there it counts as absent.)
//!
//! | operation | result |
//! |---|---|
//! | [`compose()`] | what one transducer writes, the other reads |
//! | [`connect()`] | without the states that no accepting path visits |
//! | [`project()`], [`invert()`] | one side alone; the sides exchanged |
//! | [`union()`], [`concat()`], [`closure()`] | the rational operations |
//! | [`reverse()`] | every path backwards |
//! | [`complement()`] | every string over an alphabet that an acceptor rejects |
//! | [`acceptor()`], [`from_strings()`] | graphs of given strings |
//!
//! Source: M. Mohri, *Weighted automata algorithms*, in Handbook of Weighted Automata, 2009.

mod closure;
mod complement;
mod compose;
mod concat;
mod connect;
mod error;
mod index;
mod invert;
mod pairs;
mod project;
mod reverse;
mod rows;
mod strings;
mod trim;
mod union;

pub use closure::{Closure, closure};
pub use complement::complement;
pub use compose::{Compose, compose};
pub use concat::concat;
pub use connect::connect;
pub use error::{Budget, OpError, Unmatched};
pub use invert::invert;
pub use project::{Side, project};
pub use reverse::reverse;
pub use strings::{acceptor, from_strings};
pub use union::union;
