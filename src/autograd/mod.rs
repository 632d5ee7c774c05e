//! Gradients through operations and path sums.
//!
//! A [`Tape`] records what is done to graphs, and to trellises, which are never built. Since energies add along ⊗, the gradient of any of its free energies
//! with respect to the energies of the graphs it began with is exact and cheap: the gradient of a free energy is the
//! posterior of every site ([`crate::paths::posteriors()`]), with cycles its expected count, and an operation's
//! [`Origin`](crate::graph::Origin) says which input sites each weight of its result was made of.
//!
//! # Operations and their derivatives
//!
//! An operation is of one of three kinds.
//!
//! * **Provenance** (P): each weight of the result is a product of weights of the arguments, which its origin names; ∂ flows to each of
//!   them unchanged.
//! * **Sums** (S): weights are summed over paths and divided, around cycles too. Every ⊗, ⊕, division and star is
//!   [recorded](Recorded), and ∂ flows back through them: a vector–Jacobian product. The semiring is that of a β.
//! * **Rewrites** (R): every string, or pair of strings, keeps its weight, and paths are made one. Where states are made one by the
//!   equality of weights there is no derivative; none is needed, since the free energy of the result, and of whatever is made of it, is
//!   that of the graph which was rewritten. The tape differentiates that one in its place, and checks that the two agree.
//!
//! | operation | kind | on the tape |
//! |---|---|---|
//! | [`compose()`](crate::ops::compose()) | P | [`Tape::compose`] |
//! | [`project()`](crate::ops::project()), [`invert()`](crate::ops::invert()) | P | [`Tape::project`], [`Tape::invert`] |
//! | [`reverse()`](crate::ops::reverse()), [`connect()`](crate::ops::connect()) | P | [`Tape::reverse`], [`Tape::connect`] |
//! | [`union()`](crate::ops::union()), [`concat()`](crate::ops::concat()), [`closure()`](crate::ops::closure()) | P | [`Tape::union`], [`Tape::concat`], [`Tape::closure`] |
//! | paths of an answer, and of its rivals | P | [`Tape::with_output`], [`Tape::without_output`] |
//! | [`LazyCompose`](crate::ops::LazyCompose) with [`expand()`](crate::ops::expand()) | P | [`Tape::apply`] |
//! | [`intersect()`](crate::ops::intersect()), [`difference()`](crate::ops::difference()) | P | [`Tape::apply`]; no ∂ by what is taken away |
//! | [`replace()`](crate::ops::replace()), [`synchronize()`](crate::ops::synchronize()), [`relabel()`](crate::ops::relabel()) | P | [`Tape::apply`] |
//! | [`arc_sort()`](crate::ops::arc_sort()), [`state_sort()`](crate::ops::state_sort()), [`top_sort()`](crate::ops::top_sort()) | P | [`Tape::apply`] |
//! | [`prune()`](crate::ops::prune()), [`prune_states()`](crate::ops::prune_states()) | P | [`Tape::apply`], lifted; what is pruned counts as fixed |
//! | [`encode()`](crate::ops::encode()) with [`decode()`](crate::ops::decode()), [`push_labels()`](crate::ops::push_labels()), [`push_labels_without_prefix()`](crate::ops::push_labels_without_prefix()) | P | [`Tape::apply_in`], or [`Tape::rewritten`] |
//! | [`remove_epsilon()`](crate::ops::remove_epsilon()), [`push()`](crate::ops::push()) | S | [`Tape::remove_epsilon`], [`Tape::push`], or [`Tape::rewritten`] |
//! | [`reweight()`](crate::ops::reweight()), [`epsilon_normalize()`](crate::ops::epsilon_normalize()), [`condense()`](crate::ops::condense()), [`remove_epsilon_keeping_states()`](crate::ops::remove_epsilon_keeping_states()) | S | [`Tape::apply_in`] |
//! | [`determinize()`](crate::ops::determinize()), [`disambiguate()`](crate::ops::disambiguate()), [`disambiguate_transducer()`](crate::ops::disambiguate_transducer()), [`minimize()`](crate::ops::minimize()), [`merge_states()`](crate::ops::merge_states()) | R | [`Tape::rewritten`] |
//! | [`determinize_transducer()`](crate::ops::determinize_transducer()), [`determinize_subsequential()`](crate::ops::determinize_subsequential()) | R | [`Tape::rewritten`] |
//! | [`determinize_best()`](crate::ops::determinize_best()) | | loses outputs: of its language there is no ∂ to take |
//! | [`complement()`](crate::ops::complement()), [`acceptor()`](crate::ops::acceptor()), [`minimal_acceptor()`](crate::ops::minimal_acceptor()) | | no weights come from arguments: [`Tape::constant`] |
//!
//! # Free energies and their gradients
//!
//! | free energy | gradient | on the tape |
//! |---|---|---|
//! | [`free_energy()`](crate::paths::free_energy()), of a graph or a trellis | [`posteriors()`](crate::paths::posteriors()), [those of a trellis](crate::trellis::posteriors()) | [`Tape::free_energy`] |
//! | [`path_sum_star()`](crate::paths::path_sum_star()) in [`LogSum`](crate::LogSum): cycles, as those of a closure | [`expected_counts()`](crate::paths::expected_counts()) | [`Tape::free_energy_star`] |
//!
//! At infinite β a minimum that is reached twice has no gradient but subgradients. A free energy takes that of
//! [`best_path()`](crate::paths::best_path()), an operation that sums that of the first in the order in which it adds.
//!
//! Source: Bottou, LeCun and Bengio, *Global training of document processing systems using graph transformer
//! networks*, 1997; Eisner, *Inside-outside and forward-backward algorithms are just backprop*, 2016.

mod operations;
mod recorded;
mod rewrite;
mod star;
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
