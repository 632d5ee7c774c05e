//! The sum over all ways from every state to an end, by a queue.

use super::{Distances, PathError, Queue};
use crate::graph::{Graph, Site};
use crate::ops::sums::Links;
use crate::semiring::{Semiring, Weight};

/// By state, ⊕ over all ways from it to an end, final weights included:
/// [`shortest_distance`](super::shortest_distance()) turned round.
///
/// # Arguments
/// * `g`: any graph that the queue is for.
/// * `lift`: the weight of a site in the semiring of the question; sites of weight 0̄ are not lifted.
/// * `queue`: the order in which states are taken; [`Queue::auto`] suits every graph.
///
/// # Returns
/// The distances, 0̄ where no end can be reached, and how many arcs were followed, as
/// [`shortest_distance`](super::shortest_distance()) has them. For the free energies at some β of a graph of energies
/// see [`distances_to_end`](super::distances_to_end()).
///
/// # Errors
/// As [`shortest_distance`](super::shortest_distance()), of cycles and arcs from which an end can be reached. A final
/// weight may improve.
///
/// # Cost
/// As [`shortest_distance`](super::shortest_distance()).
///
/// # Source
/// As [`shortest_distance`](super::shortest_distance()); OpenFst's `fstshortestdistance --reverse`.
///
/// # Example
/// ```text
/// ─▶ 0 ─a/1─▶ 1 ─b/1─▶ ◎/1      0: 3   1: 2   ◎: 1
/// ```
///
/// ```
/// use energraph::paths::{Queue, shortest_distance_to_end};
/// use energraph::{Energy, GraphBuilder, MinSum};
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(0);
/// b.arc(0, 7, 7, Energy::new(1.0)?, 1);
/// b.arc(1, 8, 8, Energy::new(1.0)?, 2);
/// b.final_weight(2, Energy::new(1.0)?);
/// let g = b.build()?;
/// let found = shortest_distance_to_end(&g, |_, &e| MinSum::<f64>::from(e), Queue::topological())?;
/// assert_eq!(found.distances.iter().map(|d| d.get()).collect::<Vec<_>>(), [3.0, 2.0, 1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn shortest_distance_to_end<W: Weight, S: Semiring>(
    g: &Graph<W>,
    lift: impl Fn(Site, &W) -> S,
    queue: Queue<S>,
) -> Result<Distances<S>, PathError> {
    let finals = (0..).zip(g.final_weights());
    let enter = finals.map(|(s, w)| if w.is_zero() { S::zero() } else { lift(Site::Final(s), w) }).collect();
    let (distances, followed) = queue.sums(&Links::backward(g, lift, |_, _| true), enter)?;
    Ok(Distances { distances, followed })
}
