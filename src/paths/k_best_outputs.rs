//! The k outputs of lowest energy.

use super::search::{Search, Step};
use super::{Beta, Output, PathError};
use crate::graph::Graph;
use crate::ops::Budget;
use crate::semiring::Energy;

/// The `k` *distinct* outputs of lowest free energy with that energy, lowest first; fewer where there are fewer.
///
/// The energy of an output is F_β over all paths that write it: the minimum at infinite β, the mass of all of them at
/// finite β. However many paths write one output, they are followed together. Outputs of equal energy come in
/// lexicographic order, a beginning before what continues it (in graphs with cycles, those written by fewer arcs before
/// that).
///
/// # Errors
/// [`PathError::Cyclic`], [`PathError::Diverges`] as for [`free_energy`](super::free_energy()); [`PathError::Budget`]
/// with what was found until then, where the search would touch more states or arcs than the budget. At finite β the
/// problem is NP-hard: a budget is no formality there.
///
/// # Cost
/// Infinite β: O(k · length) prefixes, each O(states + arcs) at worst. Finite β: as many prefixes as have a free energy
/// below that of the k-th output, which is few where few outputs hold most of the mass. Source: Mohri & Riley 2002,
/// *An efficient algorithm for the n-best-strings problem*; the log-sum bound as in Stolcke et al. 1997.
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
