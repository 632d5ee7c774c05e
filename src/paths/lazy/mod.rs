//! Paths of graphs that are not built: best first over what is met.

mod best_path;
mod heuristic;
mod lost;
mod search;
mod within;

pub use best_path::{LazyPath, lazy_best_path};
pub use heuristic::Heuristic;
pub use within::{Pruned, lazy_within};
