//! The most offending incorrect answer.

use super::search::{Search, Step};
use super::{Answer, Beta, Output, PathError, answer_energy, best_path, without_output};
use crate::graph::Graph;
use crate::ops::Budget;
use crate::semiring::Energy;

/// The incorrect output of lowest free energy, as far as it could be told.
#[derive(Debug, Clone, PartialEq)]
pub enum Rival {
    /// Every path writes a right answer.
    None,
    /// This one, with its free energy: no other incorrect output has less.
    Certified(Output, f64),
    /// The budget ended first.
    Unproven {
        /// The best incorrect output known.
        best: Output,
        /// Its free energy.
        energy: f64,
        /// No incorrect output has less than this.
        bound: f64,
    },
}

/// The most offending incorrect answer: among the outputs that are not right, the one of lowest free energy.
///
/// It ranges over outputs, not paths: a second path that writes the right answer is no rival.
///
/// # Arguments
/// * `g`: any graph at infinite β; at finite β one in which no path that writes something else than a right answer runs
///   through a cycle. A path over a weight of +∞ is no path.
/// * `right`: the right outputs, which `g` need not hold; of none, every output is a rival.
/// * `beta`: the inverse temperature.
/// * `limit`: at finite β, how many states and arcs the search may touch.
///
/// # Returns
/// The rival with its free energy in the unit of the weights, or the best known and a bound; [`Rival::None`] where no
/// path writes anything else, as in the empty graph. Ties as in [`k_best_outputs`](super::k_best_outputs()) at finite
/// β; as in [`best_path`](super::best_path()) on the paths that write no right answer at infinite β.
///
/// # Errors
/// [`PathError::Cyclic`], [`PathError::Diverges`] and [`PathError::Graph`] as for
/// [`free_energy_except`](super::free_energy_except()). A budget used up is no error but [`Rival::Unproven`].
///
/// # Cost
/// Infinite β: the best path of [`without_output`]; always certified, the budget is not looked at. Finite β: NP-hard;
/// best first over output prefixes of that graph, whose free energy bounds every output in them, at most `limit` states
/// and arcs.
///
/// # Source
/// Y. LeCun et al., *A tutorial on energy-based learning*, 2006 (the most offending incorrect answer); F. Casacuberta
/// and C. de la Higuera, *Computational complexity of problems on probabilistic grammars and transducers*, 2000.
///
/// # Example
/// ```text
///   ┌─1/0─┐
/// ─▶0 ─1/¼─▶ ◎      right: "1"      rival: "2", of energy ½, though the second path of "1" has less
///   └─2/½─┘
/// ```
///
/// ```
/// use energraph::{Answer, Beta, Energy, GraphBuilder};
/// use energraph::ops::Budget;
/// use energraph::paths::{Rival, rival};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// for (label, e) in [(1, 0.0), (1, 0.25), (2, 0.5)] {
///     b.arc(0, label, label, Energy::new(e)?, 1);
/// }
/// b.final_weight(1, Energy::FREE);
/// let g = b.build()?;
/// let found = rival(&g, &Answer::one([1]), Beta::Infinite, Budget::default())?;
/// assert_eq!(found, Rival::Certified(vec![2], 0.5)); // not the second path of 1
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn rival(g: &Graph<Energy>, right: &Answer, beta: Beta, limit: Budget) -> Result<Rival, PathError> {
    let wrong = without_output(g, right)?.graph;
    if beta == Beta::Infinite {
        return Ok(best_path(&wrong)?.map_or(Rival::None, |p| Rival::Certified(p.output, p.energy)));
    }
    let mut search = Search::new(&wrong, beta, limit)?;
    match search.step() {
        Step::Found(output, energy) => Ok(Rival::Certified(output, energy)),
        Step::Exhausted => Ok(Rival::None),
        Step::OverBudget => {
            // What the best wrong path writes is cheap to know and often the answer.
            let mut known = search.incumbent();
            if let Some(path) = best_path(&wrong)? {
                let energy = answer_energy(&wrong, &Answer::one(path.output.iter().copied()), beta)?;
                if known.as_ref().is_none_or(|(_, e)| energy < *e) {
                    known = Some((path.output, energy));
                }
            }
            let bound = |energy: f64| search.bound().min(energy);
            Ok(known.map_or(Rival::None, |(best, energy)| Rival::Unproven { best, energy, bound: bound(energy) }))
        }
    }
}
