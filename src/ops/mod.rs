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
//! | [`LazyCompose`], [`expand()`] | the same on demand; all of it |
//! | [`connect()`] | without the states that no accepting path visits |
//! | [`condense()`] | strongly connected components as states |
//! | [`project()`], [`invert()`] | one side alone; the sides exchanged |
//! | [`union()`], [`concat()`], [`closure()`] | the rational operations |
//! | [`reverse()`] | every path backwards |
//! | [`replace()`] | graphs put in the place of the labels that call them |
//! | [`synchronize()`] | what is read and what is written side by side |
//! | [`isomorphic()`] | whether two graphs differ in their numbering alone |
//! | [`complement()`] | every string over an alphabet that an acceptor rejects |
//! | [`acceptor()`], [`from_strings()`], [`minimal_acceptor()`] | graphs of given strings |
//! | [`intersect()`], [`difference()`] | what both acceptors accept; what only the first does |
//! | [`arc_sort()`], [`state_sort()`], [`top_sort()`], [`relabel()`] | the same in another order, with other labels |
//! | [`encode()`], [`decode()`] | labels and weights as one label, and back |
//! | [`push_labels()`], [`push_labels_without_prefix()`] | what is written as early as it can be |
//! | [`remove_epsilon()`], [`remove_epsilon_keeping_states()`] | without arcs that neither read nor write |
//! | [`determinize()`], [`disambiguate()`], [`minimize()`] | one path a string, and the fewest states |
//! | [`merge_states()`] | states that go on alike made one |
//! | [`determinize_transducer()`], [`determinize_best()`], [`determinize_subsequential()`], [`disambiguate_transducer()`] | one path for every string that is read |
//! | [`push()`], [`reweight()`] | the same weights elsewhere along the paths |
//! | [`epsilon_normalize()`] | epsilons last on each path |
//! | [`prune()`] | without what only bad paths use |
//! | [`prune_states()`] | with so many states of the best paths |
//! | [`equivalent()`] | whether two acceptors are one language |
//!
//! The last nine rows sum over paths and need a semiring (as [`condense()`] does for final weights): lift energies into one with
//! [`Graph::lift`](crate::Graph::lift), and come back with [`Graph::lower`](crate::Graph::lower). To them an arc of
//! weight 0̄ is no arc. Energies beyond the numbers of their type stay at the largest of them: weights are then off by what is
//! beyond, but no string is lost. What an operation needs stands in its bounds: an [`Energy`](crate::Energy) has no sum, and
//!
//! ```compile_fail,E0277
//! use energraph::ops::{acceptor, remove_epsilon};
//! use energraph::{Energy, Graph};
//! let g: Graph<Energy> = acceptor(&[1]).unwrap_or(Graph::empty());
//! let _ = remove_epsilon(&g); // lift it first: &g.lift::<MinSum<f64>>()
//! ```
//!
//! does not compile; nor does pruning where no path is the best.
//!
//! ```compile_fail,E0277
//! use energraph::ops::{acceptor, prune};
//! use energraph::{Graph, LogSum, Weight};
//! let g: Graph<LogSum<f64>> = acceptor(&[1]).unwrap_or(Graph::empty());
//! let _ = prune(&g, &LogSum::one()); // in MinSum one is
//! ```
//!
//! With a weight that has the property, they do.
//!
//! ```
//! use energraph::ops::{acceptor, prune, remove_epsilon};
//! use energraph::{Energy, Graph, MinSum, Weight};
//! let g: Graph<Energy> = acceptor(&[1]).unwrap_or(Graph::empty());
//! let g = g.lift::<MinSum<f64>>();
//! let _ = remove_epsilon(&g);
//! let _ = prune(&g, &MinSum::one());
//! ```
//!
//! Composition interleaves the weights of its arguments, whose ⊗ must commute, at once and on demand. That of
//! strings does not.
//!
//! ```
//! use energraph::ops::{Compose, LazyCompose, compose, expand};
//! use energraph::{Commutative, Graph};
//! fn any<W: Commutative>(a: &Graph<W>, b: &Graph<W>) {
//!     let _ = compose(a, b, &Compose::default());
//!     let _ = expand(&mut LazyCompose::new(a, b, &Compose::default()));
//! }
//! any(&Graph::<energraph::Energy>::empty(), &Graph::empty());
//! ```
//!
//! ```compile_fail,E0277
//! use energraph::ops::{Compose, compose};
//! use energraph::{Graph, semiring::StringLeft};
//! let g: Graph<StringLeft> = Graph::empty();
//! let _ = compose(&g, &g, &Compose::default());
//! ```
//!
//! ```compile_fail,E0277
//! use energraph::ops::{Compose, LazyCompose, expand};
//! use energraph::{Graph, semiring::StringLeft};
//! let g: Graph<StringLeft> = Graph::empty();
//! let _ = expand(&mut LazyCompose::new(&g, &g, &Compose::default()));
//! ```
//!
//! Source: M. Mohri, *Weighted automata algorithms*, in Handbook of Weighted Automata, 2009.

mod acceptor;
mod approach;
mod arc_sort;
mod check;
mod closure;
mod codes;
mod complement;
mod component;
mod compose;
mod concat;
mod condense;
mod connect;
mod decode;
mod determinize;
mod determinize_best;
mod determinize_subsequential;
mod determinize_transducer;
mod difference;
mod disambiguate;
mod disambiguate_transducer;
mod eliminate;
mod encode;
mod epsilon_normalize;
mod equivalent;
mod error;
mod filter;
mod first_strings;
mod found;
mod from_strings;
mod functional;
mod gallic;
mod index;
mod intersect;
mod invert;
mod isomorphic;
mod lazy;
mod load;
mod look_ahead;
mod merge_states;
mod minimal;
mod minimize;
mod moves;
pub(crate) mod nearest;
mod pairs;
mod parse_named;
mod partition;
mod possible;
mod project;
mod prune;
mod prune_states;
mod push;
mod push_labels;
mod push_labels_without_prefix;
mod relabel;
mod remove_epsilon;
mod remove_epsilon_keeping_states;
mod replace;
mod reverse;
mod reweight;
mod rows;
mod state_sort;
mod strings;
mod subsets;
pub(crate) mod sums;
mod synchronize;
mod top_sort;
mod trim;
mod union;

pub use acceptor::acceptor;
pub use arc_sort::arc_sort;
pub use closure::{Closure, closure};
pub use codes::{Code, Codes, Encode};
pub use complement::complement;
pub use compose::{Compose, compose};
pub use concat::concat;
pub use condense::{Condensed, condense};
pub use connect::connect;
pub use decode::decode;
pub use determinize::determinize;
pub use determinize_best::determinize_best;
pub use determinize_subsequential::{Subsequential, determinize_subsequential};
pub use determinize_transducer::determinize_transducer;
pub use difference::difference;
pub use disambiguate::disambiguate;
pub use disambiguate_transducer::disambiguate_transducer;
pub use encode::encode;
pub use epsilon_normalize::epsilon_normalize;
pub use equivalent::equivalent;
pub use error::{Budget, OpError, Unmatched};
pub use filter::Filter;
pub use from_strings::from_strings;
pub use intersect::intersect;
pub use invert::invert;
pub use isomorphic::isomorphic;
pub(crate) use lazy::expand_where;
pub use lazy::{LazyCompose, LazyGraph, Touched, expand};
pub use load::{LoadError, load};
pub use merge_states::merge_states;
pub use minimal::minimal_acceptor;
pub use minimize::minimize;
pub use parse_named::parse_named;
pub use project::{Side, project};
pub use prune::prune;
pub use prune_states::prune_states;
pub use push::{Toward, push};
pub use push_labels::push_labels;
pub use push_labels_without_prefix::push_labels_without_prefix;
pub use relabel::relabel;
pub use remove_epsilon::remove_epsilon;
pub use remove_epsilon_keeping_states::remove_epsilon_keeping_states;
pub use replace::{CallLabels, Replace, replace};
pub use reverse::reverse;
pub use reweight::reweight;
pub use state_sort::state_sort;
pub use synchronize::synchronize;
pub use top_sort::top_sort;
pub use union::union;
