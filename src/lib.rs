//! Structured prediction on weighted graphs: energy-based factor graphs and graph transformer networks.
//!
//! A model gives an **energy** to every complete interpretation of an input: lower is better, energies add up along a
//! path, `+∞` is impossible. Reading is finding the interpretation of lowest energy; learning is shaping the energies
//! so that the right interpretation wins, by a margin.
//!
//! ```text
//! input x ──front-end──▶ energies ──build──▶ interpretation graph ──compose──▶ constrained graph
//!                                               (z: latent segmentation or alignment)
//! F_β(x, y) = −1/β · log Σ_z exp(−β·E(x, y, z))          β → ∞:  F(x, y) = min_z E(x, y, z)
//! ```
//!
//! | room | what lives there |
//! |---|---|
//! | [`semiring`] | weights, semirings and the properties that operations ask for; the law kit |
//! | [`graph`] | weighted graphs, symbol tables; AT&T text, OpenFst's files, JSON (feature `json`), drawings |
//! | [`ops`] | graph → graph: [`ops::compose()`], at once or on demand, the rational operations, rewrites of weighted graphs |
//! | [`paths`] | graph → numbers and paths: free energies, posteriors, best and k best, rivals, draws |
//! | [`trellis`] | frames × topology, never built: CTC, hidden Markov models, linear chains; best paths, posteriors |
//! | [`factor`] | factor graphs, and their trellises |
//! | [`autograd`] | the tape: gradients through operations and free energies |
//! | [`loss`] | perceptron, hinge, NLL; costs as automata |
//! | [`learn`] | front-ends, optimisers, the training loop, metrics, confidence and reject |
//! | `nn` | (feature `nn`) convolutional front-ends on burn |
//! | `signal`, `handwriting` | (features `signal`, `nn`) images, sound, cuts, grammars, the reader |
//! | `speech` | (features `signal`, `nn`) phones, lexicons, forced alignment, TextGrid files, recognisers of words |
//! | `oracle` | (feature `oracle`) brute force, for tests |
//!
//! # The whole of it in one example
//!
//! A front-end has given energies to what two pieces of ink may say; a grammar allows only some strings; the answer
//! comes with a confidence, and the loss of the right answer with a gradient for every energy.
//!
//! ```
//! use energraph::autograd::Tape;
//! use energraph::learn::confidence;
//! use energraph::loss::{Nll, loss_and_gradient};
//! use energraph::ops::{Budget, Compose, compose, from_strings};
//! use energraph::paths::{Rival, best_path, free_energy, path_sum, posteriors, rival};
//! use energraph::{Answer, Beta, Counting, Energy, Graph, GraphBuilder, Site};
//!
//! // Two pieces, each a "1" or a "7" (labels 1 and 7), or both together a "4".
//! let mut b = GraphBuilder::new();
//! b.add_states(3);
//! b.start(0);
//! for (from, label, energy, to) in [(0, 1, 0.3, 1), (0, 7, 1.2, 1), (1, 1, 0.9, 2), (1, 7, 0.4, 2), (0, 4, 0.5, 2)] {
//!     b.arc(from, label, label, Energy::new(energy)?, to);
//! }
//! b.final_weight(2, Energy::FREE);
//! let recognition: Graph<Energy> = b.build()?;
//!
//! // Alone, "4" is best. The grammar knows only strings of two.
//! assert_eq!(best_path(&recognition)?.map(|p| p.output), Some(vec![4]));
//! let grammar = from_strings([[1, 1], [1, 7], [7, 7]])?;
//! let allowed = compose(&recognition, &grammar, &Compose::default())?;
//! let best = best_path(&allowed.graph)?.ok_or("nothing fits")?;
//! assert_eq!(best.output, [1, 7]);
//!
//! // The same graph under another semiring: how many interpretations are there?
//! assert_eq!(path_sum(&allowed.graph, |_, _| Counting(1))?, Counting(3));
//!
//! // Free energies at β = 1, a confidence, and the best other answer.
//! let beta = Beta::finite(1.0)?;
//! let all = free_energy(&allowed.graph, beta)?;
//! let sure = confidence(best.energy, all, 1.0);
//! assert!((0.4..0.6).contains(&sure));
//! let answer = Answer::one([1, 7]);
//! let Rival::Certified(other, _) = rival(&allowed.graph, &answer, Beta::Infinite, Budget::default())? else {
//!     return Err("there is a rival".into());
//! };
//! assert_eq!(other, [1, 1]);
//!
//! // Posteriors are gradients of the free energy; every arc knows where it came from.
//! let shares = posteriors(&allowed.graph, beta)?;
//! let arc = allowed.graph.arc_ids(0).start;
//! assert!((0.0..=1.0).contains(&shares.get(Site::Arc(arc))));
//! assert_eq!(allowed.origin.arc(arc).len(), 2); // one arc of each argument
//!
//! // The loss of an answer and its gradient, in one call or on a tape of one's own.
//! let nll = Nll::new(1.0)?;
//! let found = loss_and_gradient(&allowed.graph, &answer, &nll, nll.latent(), Budget::default())?;
//! let mut tape = Tape::new();
//! let leaf = tape.leaf(recognition);
//! let fixed = tape.constant(grammar);
//! let made = tape.compose(leaf, fixed, &Compose::default())?;
//! let right = tape.with_output(made, &answer)?;
//! let (f_right, f_all) = (tape.free_energy(right, beta)?, tape.free_energy(made, beta)?);
//! assert!((tape.value(f_right)? - tape.value(f_all)? - found.value).abs() < 1e-9);
//! let gradients = tape.backward(&[(f_right, 1.0), (f_all, -1.0)])?;
//! assert!(gradients.of(leaf).is_some());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
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
#[cfg(feature = "signal")]
pub mod speech;
pub mod trellis;

pub use factor::FactorGraph;
pub use graph::{Graph, GraphBuilder, Label, Site, SiteValues, SymbolTable, Traced};
pub use learn::FrontEnd;
pub use loss::Loss;
pub use paths::{Answer, Beta, Output, Path, PathError};
#[cfg(feature = "laws")]
pub use semiring::laws;
pub use semiring::{
    Cancellative, Commutative, Counting, Energy, Idempotent, LeftDivide, LogSum, MinSum, PathProperty, Semiring, Star,
    Weight,
};

/// The README's program, compiled and run with the doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
