//! The k outputs of lowest energy.

use super::search::{Search, Step};
use super::{Beta, Output, PathError};
use crate::graph::Graph;
use crate::ops::Budget;
use crate::semiring::Energy;

/// The `k` *distinct* outputs of lowest free energy.
///
/// The energy of an output is F_β over all paths that write it: the minimum at infinite β, the mass of all of them at
/// finite β. However many paths write one output, they are followed together.
///
/// # Arguments
/// * `g`: any graph at infinite β; at finite β one whose accepting paths run through no cycle. A path over a weight of
///   +∞ is no path.
/// * `k`: how many.
/// * `beta`: the inverse temperature.
/// * `budget`: how many states and arcs the search may touch, each as often as it does. At finite β the problem is
///   NP-hard: there it is no formality.
///
/// # Returns
/// The outputs, each with its free energy in the unit of the weights, lowest first; fewer where there are fewer, none
/// of the empty graph. Outputs of equal energy come in lexicographic order, a beginning before what continues it (in
/// graphs with cycles, those written by fewer arcs before that).
///
/// # Errors
/// [`PathError::Cyclic`], [`PathError::Diverges`] as for [`free_energy`](super::free_energy()); [`PathError::Budget`]
/// with what was found until then, where the search would touch more states or arcs than the budget.
///
/// # Cost
/// Infinite β: O(k · length) prefixes, each O(states + arcs) at worst. Finite β: as many prefixes as have a free energy
/// below that of the k-th output, which is few where few outputs hold most of the mass.
///
/// # Source
/// M. Mohri and M. Riley, *An efficient algorithm for the n-best-strings problem*, 2002; the log-sum bound: C. de la
/// Higuera and J. Oncina, *The most probable string: an algorithmic study*, 2014.
///
/// # Example
/// ```text
///   ┌─a:x/1──┐
/// ─▶0 ─b:y/1½─▶ ◎      infinite β:  x 1, y 1½      β = 1:  y 1½ − log 2, x 1
///   └─c:y/1½─┘
/// ```
///
/// ```
/// use energraph::{Beta, Energy, GraphBuilder};
/// use energraph::ops::Budget;
/// use energraph::paths::k_best_outputs;
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 7, Energy::new(1.0)?, 1);
/// b.arc(0, 2, 8, Energy::new(1.5)?, 1); // two ways to write 8
/// b.arc(0, 3, 8, Energy::new(1.5)?, 1);
/// b.final_weight(1, Energy::FREE);
/// let g = b.build()?;
/// let best = |beta| k_best_outputs(&g, 1, beta, Budget::default());
/// assert_eq!(best(Beta::Infinite)?, [(vec![7], 1.0)]);
/// assert_eq!(best(Beta::ONE)?[0].0, [8]); // 1.5 − log 2 < 1
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn k_best_outputs(
    g: &Graph<Energy>,
    k: usize,
    beta: Beta,
    budget: Budget,
) -> Result<Vec<(Output, f64)>, PathError> {
    let mut search = Search::new(g, beta, budget)?;
    let mut found = Vec::new();
    while found.len() < k {
        match search.step() {
            Step::Found(output, energy) => found.push((output, energy)),
            Step::Exhausted => break,
            Step::OverBudget => {
                let Budget { states, arcs } = search.used();
                return Err(PathError::Budget { states, arcs, found, bound: search.bound() });
            }
        }
    }
    Ok(found)
}
