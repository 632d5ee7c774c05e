//! The path of lowest energy.

use super::potentials::{Potentials, Way};
use super::{Beta, Output, PathError};
use crate::graph::{ArcId, EPSILON, Graph, Label, Site, StateId};
use crate::semiring::Energy;

/// An accepting path.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Its arcs, in order.
    pub arcs: Vec<ArcId>,
    /// The state it ends in.
    pub end: StateId,
    /// Sum of the arcs' energies and the final one, added from the start on.
    pub energy: f64,
    /// Input labels without epsilons.
    pub input: Vec<Label>,
    /// Output labels without epsilons.
    pub output: Output,
}

impl Path {
    /// Everything that adds to the path's energy: its arcs, then the final weight.
    pub fn sites(&self) -> impl Iterator<Item = Site> + '_ {
        self.arcs.iter().map(|&a| Site::Arc(a)).chain([Site::Final(self.end)])
    }

    /// Reads energy and labels off the graph.
    pub(super) fn read(g: &Graph<Energy>, arcs: Vec<ArcId>, end: StateId) -> Path {
        let on = || arcs.iter().filter_map(|&id| g.all_arcs().get(id as usize));
        let energy = on().map(|a| a.weight.wide()).sum::<f64>() + g.final_weight(end).wide();
        let input = on().map(|a| a.ilabel).filter(|&l| l != EPSILON).collect();
        let output = on().map(|a| a.olabel).filter(|&l| l != EPSILON).collect();
        Path { arcs, end, energy, input, output }
    }
}

/// The accepting path of lowest energy.
///
/// # Arguments
/// * `g`: any graph, cycles included. A path over a weight of +∞ is no path.
///
/// # Returns
/// The path, its energy in the unit of the weights; `None` where there is no path, as in the empty graph.
///
/// Ties: at every state along the path, ending goes before going on, and then the lowest arc wins. In graphs with
/// cycles the path of fewest arcs goes before either, so that no cycle of energy 0 is walked.
///
/// # Errors
/// [`PathError::Diverges`] where accepting paths run through a cycle of negative energy.
///
/// # Cost
/// Acyclic: O(states + arcs). Cyclic: O(arcs · log states) where no arc on an accepting path is negative, else
/// O(states · arcs).
///
/// # Source
/// A. Viterbi, *Error bounds for convolutional codes and an asymptotically optimum decoding algorithm*, 1967; with
/// cycles E. Dijkstra, *A note on two problems in connexion with graphs*, 1959, and R. Bellman, *On a routing problem*,
/// 1958.
///
/// # Example
/// ```text
///   ┌─a:x/2─┐
/// ─▶0       ├─▶ ◎/½      a:x costs 2½ with the end, b:y 1½: the best path writes y
///   └─b:y/1─┘
/// ```
///
/// ```
/// use energraph::{Energy, GraphBuilder};
/// use energraph::paths::best_path;
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 7, Energy::new(2.0)?, 1);
/// b.arc(0, 2, 8, Energy::new(1.0)?, 1);
/// b.final_weight(1, Energy::new(0.5)?);
/// let best = best_path(&b.build()?)?.ok_or("no path")?;
/// assert_eq!((best.energy, best.output), (1.5, vec![8]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// One path carries the minimum. Where all share in a sum no path is the best, and the question does not compile;
/// energies are asked directly, and what was lifted comes back with [`Graph::lower`].
///
/// ```
/// # use energraph::{Energy, Graph, LogSum, paths::best_path};
/// let g: Graph<LogSum<f64>> = Graph::empty();
/// assert_eq!(best_path(&g.lower()), Ok(None));
/// ```
///
/// ```compile_fail,E0308
/// # use energraph::{Energy, Graph, LogSum, paths::best_path};
/// let g: Graph<LogSum<f64>> = Graph::empty();
/// assert_eq!(best_path(&g), Ok(None));
/// ```
pub fn best_path(g: &Graph<Energy>) -> Result<Option<Path>, PathError> {
    let potentials = Potentials::new(g, Beta::Infinite)?;
    let mut arcs = Vec::new();
    let Some(mut state) = g.start() else { return Ok(None) };
    // Ends: along every arc either the order advances or fewer arcs remain.
    while let Some(way) = potentials.best_way(g, state) {
        match way {
            Way::End => return Ok(Some(Path::read(g, arcs, state))),
            Way::Arc(id) => {
                arcs.push(id);
                state = g.all_arcs()[id as usize].target;
            }
        }
    }
    Ok(None)
}
