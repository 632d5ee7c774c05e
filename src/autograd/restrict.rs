//! A graph's paths with a right output, and those with a wrong one.

use crate::graph::{EPSILON, Graph, Label, Traced};
use crate::ops::{Budget, Compose, OpError, complement, compose, from_strings};
use crate::paths::Answer;
use crate::semiring::Energy;

/// The output labels that occur in a graph, sorted, without epsilon. O(arcs + alphabet · log alphabet).
pub fn output_alphabet(g: &Graph<Energy>) -> Vec<Label> {
    let top = g.all_arcs().iter().map(|a| a.olabel).max().unwrap_or(EPSILON) as usize;
    if top <= 4 * g.arc_count() {
        let mut seen = vec![false; top + 1];
        for a in g.all_arcs() {
            seen[a.olabel as usize] = true;
        }
        return (1..=top as Label).filter(|&l| seen[l as usize]).collect();
    }
    let mut labels: Vec<Label> = g.all_arcs().iter().map(|a| a.olabel).filter(|&l| l != EPSILON).collect();
    labels.sort_unstable();
    labels.dedup();
    labels
}

/// The paths that write one of the right outputs, their energies unchanged; empty where there is none.
///
/// Input 0 of the origin is `g`; input 1, the acceptor of the answer, has no energies.
///
/// # Errors
/// [`OpError::Empty`], with the place where the match got furthest, and [`OpError::Budget`].
///
/// # Cost
/// That of [`compose`]: usually O(arcs that write a label of the answer · its length).
///
/// ```
/// use energraph::autograd::within;
/// use energraph::ops::{Budget, acceptor, union};
/// use energraph::{Answer, Energy, Graph};
/// let (a, b): (Graph<Energy>, Graph<Energy>) = (acceptor(&[1, 2])?, acceptor(&[1, 3])?);
/// let right = within(&union(&[&a, &b])?.graph, &Answer::one([1, 3]), Budget::default())?;
/// assert_eq!(right.graph.all_arcs().iter().map(|a| a.olabel).max(), Some(3));
/// assert_eq!(right.graph.arc_count(), 3); // the union's epsilon, 1 and 3
/// # Ok::<(), energraph::ops::OpError>(())
/// ```
pub fn within(g: &Graph<Energy>, right: &Answer, budget: Budget) -> Result<Traced<Energy>, OpError> {
    let acceptor = from_strings(right.outputs())?;
    compose(g, &acceptor, &Compose { budget, allow_empty: false })
}

/// The paths that write a wrong output, their energies unchanged; the empty graph where every output is right.
///
/// Input 0 of the origin is `g`.
///
/// # Errors
/// [`OpError::Budget`].
///
/// # Cost
/// That of [`compose`]: O(arcs · (total length of the right outputs + 2)).
///
/// ```
/// use energraph::autograd::without;
/// use energraph::ops::{Budget, acceptor};
/// use energraph::{Answer, Energy, Graph};
/// let g: Graph<Energy> = acceptor(&[1, 2])?;
/// assert_eq!(without(&g, &Answer::one([1, 2]), Budget::default())?.graph, Graph::empty());
/// assert_eq!(without(&g, &Answer::one([2]), Budget::default())?.graph, g);
/// # Ok::<(), energraph::ops::OpError>(())
/// ```
pub fn without(g: &Graph<Energy>, right: &Answer, budget: Budget) -> Result<Traced<Energy>, OpError> {
    let acceptor = match from_strings(right.outputs()) {
        Err(OpError::Empty { .. }) => Graph::empty(),
        made => made?,
    };
    let wrong = match complement(&acceptor, &output_alphabet(g), budget) {
        Err(OpError::Empty { .. }) => Graph::empty(),
        made => made?,
    };
    compose(g, &wrong, &Compose { budget, allow_empty: true })
}
