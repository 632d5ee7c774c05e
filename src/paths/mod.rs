//! Questions to a graph: numbers and paths.
//!
//! A path's energy is the sum of its arcs' energies and the final one. The **free energy** at inverse temperature β,
//!
//! ```text
//! F_β = −1/β · log Σ_paths e^{−β·E(path)}          F_∞ = min_paths E(path)
//! ```
//!
//! is what a graph is worth as a whole ([`free_energy`]); its gradient with respect to the energies is the posterior
//! of every site ([`posteriors`]). Sums run in f64 over weights stored in f32. A path over a weight of +∞ is no path.
//!
//! An **output** is a path's output labels without epsilons; many paths may write one output, and what is read off a
//! graph is an output, not a path: [`k_best`] ranges over paths, [`k_best_outputs`] and [`rival`] over outputs.
//! [`all_paths`] lists paths one after another, [`sample_paths`], [`sample_short_paths`] and
//! [`random_paths`] draw them.
//!
//! Only the part of a graph that lies on accepting paths counts: a cycle that no accepting path uses is no cycle. With
//! cycles, a minimum exists unless one of them has negative energy ([`PathError::Diverges`]), and [`path_sum_star`]
//! sums over all paths in any semiring with a star. [`sample_paths`], [`expected_counts`] and [`entropy`] range over
//! all of them, too; everything else is refused ([`PathError::Cyclic`]).
//!
//! [`shortest_distance`] gives a sum for each state, in any semiring, and lets a [`Queue`] say in which order states
//! are taken: what that needs of the semiring, and how much of the graph it goes over again.
//!
//! [`shortest_path`] and [`shortest_paths`] give paths in any semiring whose paths can be put in order, each with its
//! weight there; [`best_path`] and [`k_best`] are the same questions to energies.
//!
//! A composition need not be built to be asked: [`lazy_best_path`] and [`lazy_within`] expand what they need of a
//! [`LazyGraph`](crate::ops::LazyGraph), led by a [`Heuristic`].

mod all_paths;
mod answer;
mod answer_energy;
mod best_path;
mod best_ways;
mod beta;
mod cost;
mod detours;
mod distances;
mod distances_from_start;
mod distances_to_end;
mod draws;
mod entropy;
mod error;
mod expected_counts;
mod free_energy;
mod free_energy_and_posteriors;
mod free_energy_except;
mod k_best;
mod k_best_outputs;
mod lazy;
mod order;
mod path_sum;
mod path_sum_star;
mod posteriors;
mod potentials;
mod queue;
mod random_paths;
mod randomly_equivalent;
mod relax;
mod restrict;
mod rival;
mod sample_paths;
mod sample_short_paths;
mod search;
mod shortest;
mod shortest_distance;
mod shortest_distance_to_end;
mod shortest_path;
mod shortest_paths;
mod sums_from_start;
mod sums_to_end;
mod unit;
mod visits;
mod weighted_path;
mod with_output;
mod within;
mod without_output;

pub use all_paths::{AllPaths, PathLimit, all_paths};
pub use answer::{Answer, Output};
pub use answer_energy::answer_energy;
pub use best_path::{Path, best_path};
pub use beta::{Beta, NotPositive, PositiveF64};
pub(crate) use cost::Cost;
pub(crate) use detours::{Beginning, Detours, WayOn, sort_by_energy};
pub use distances_from_start::distances_from_start;
pub use distances_to_end::distances_to_end;
pub(crate) use draws::choose_way;
pub use entropy::entropy;
pub use error::PathError;
pub use expected_counts::{ExpectedCounts, expected_counts};
pub use free_energy::free_energy;
pub use free_energy_and_posteriors::free_energy_and_posteriors;
pub use free_energy_except::free_energy_except;
pub use k_best::k_best;
#[cfg(feature = "cli")]
pub(crate) use k_best::k_best_within;
pub use k_best_outputs::k_best_outputs;
pub use lazy::{Heuristic, LazyPath, Pruned, lazy_best_path, lazy_within};
pub use path_sum::path_sum;
pub use path_sum_star::path_sum_star;
pub use posteriors::posteriors;
pub(crate) use potentials::Way;
pub use queue::{Convergence, Queue};
pub use random_paths::random_paths;
pub use randomly_equivalent::{Equivalence, RandomTest, randomly_equivalent};
pub use rival::{Rival, rival};
pub use sample_paths::sample_paths;
pub use sample_short_paths::sample_short_paths;
pub use shortest_distance::{Distances, shortest_distance};
pub use shortest_distance_to_end::shortest_distance_to_end;
pub use shortest_path::shortest_path;
pub use shortest_paths::shortest_paths;
#[cfg(feature = "cli")]
pub(crate) use shortest_paths::shortest_paths_within;
pub use sums_from_start::sums_from_start;
pub use sums_to_end::sums_to_end;
pub use weighted_path::WeightedPath;
pub use with_output::with_output;
pub use within::within;
pub use without_output::without_output;
