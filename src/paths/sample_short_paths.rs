//! Paths drawn at random, as far as they are short.

use super::sample_paths::drawn;
use super::{Beta, Path, PathError};
use crate::graph::Graph;
use crate::semiring::Energy;

/// `count` draws as by [`sample_paths`](super::sample_paths()), each given up once it has more than `arcs` arcs: those
/// that are left have among themselves the probabilities `∝ e^{−β·E}`.
///
/// # Arguments
/// * `g`: any graph; where accepting paths run through cycles, the sum over all of them must exist.
/// * `beta`: at infinite β every draw is [`best_path`](super::best_path()).
/// * `arcs`: the most arcs of a path.
/// * `count`: how many draws, given up or not.
/// * `uniform`: gives numbers uniform on [0, 1), as for [`sample_paths`](super::sample_paths()); with a limit that no
///   draw reaches the draws are the same.
///
/// # Returns
/// The paths of at most `arcs` arcs, in the order drawn: `count` of them or fewer. The share that is missing estimates
/// the probability of longer ones.
///
/// # Errors
/// Those of [`sample_paths`](super::sample_paths()); arcs of draws given up count among the 2²⁶.
///
/// # Cost
/// That of [`sample_paths`](super::sample_paths()), with at most `arcs` + 1 states visited by each draw.
///
/// # Source
/// Rejection: J. von Neumann, *Various techniques used in connection with random digits*, 1951.
///
/// # Example
/// ```text
///      ┌a/10⁻⁷┐
/// ─▶ ◎/0 ◀────┘     ten million rounds on average: a draw of up to 100 arcs is rare
/// ```
///
/// ```
/// use energraph::paths::sample_short_paths;
/// use energraph::{Beta, Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// let s = b.state();
/// b.start(s);
/// b.arc(s, 1, 1, Energy::new(1e-7)?, s);
/// b.final_weight(s, Energy::FREE);
/// let drawn = sample_short_paths(&b.build()?, Beta::ONE, 100, 5, &mut || 0.5)?;
/// assert!(drawn.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sample_short_paths(
    g: &Graph<Energy>,
    beta: Beta,
    arcs: usize,
    count: usize,
    uniform: &mut dyn FnMut() -> f64,
) -> Result<Vec<Path>, PathError> {
    drawn(g, beta, arcs, count, uniform)
}
