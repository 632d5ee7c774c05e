//! The sum over all walks from the start to every state, by a queue.

use super::{PathError, Queue};
use crate::graph::{Graph, Site};
use crate::ops::sums::Links;
use crate::semiring::{Semiring, Weight};

/// What [`shortest_distance`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distances<S> {
    /// By state; 0̄ where no walk is.
    pub distances: Vec<S>,
    /// The arcs that something was passed on along, each as often as that was: what the order of the states decides.
    /// The steps of an elimination, of rounds in its place, and of relaxation within [`Queue::components`], are not among them.
    pub followed: usize,
}

/// By state, ⊕ over all walks from the start to it, final weights left out: the shortest distance in the semiring.
///
/// # Arguments
/// * `g`: any graph that the queue is for.
/// * `lift`: the weight of a site in the semiring of the question; sites of weight 0̄ are not lifted.
/// * `queue`: the order in which states are taken; [`Queue::auto`] suits every graph.
///
/// # Returns
/// The distances, the same for every queue that gives an answer, up to rounding and its tolerance; and how many arcs
/// were followed. For the free energies at some β of a graph of energies see
/// [`distances_from_start`](super::distances_from_start()).
///
/// # Errors
/// Only of what can be reached:
/// * [`PathError::Cyclic`] of a cycle, for [`Queue::topological`];
/// * [`PathError::Improves`] of an arc that improves what takes it, for [`Queue::shortest_first`];
/// * [`PathError::SumDiverges`] where the sum around a cycle does: found by [`Queue::auto`] and [`Queue::components`]
///   in every semiring, by [`Queue::state_order`] and [`Queue::fifo`] where ⊕ is idempotent;
/// * [`PathError::Unsettled`] where those two follow more arcs than they may, as they do where another sum diverges, but
///   for weights that cancel: in [`SignedLog`](crate::semiring::SignedLog) rounds can settle, at numbers that solve the
///   same equations, where the absolute weights have no sum;
/// * [`PathError::Matrix`] as for [`path_sum_star`](super::path_sum_star()).
///
/// # Cost
/// O(states + arcs) without cycles, for every queue but the shortest-first. That, and auto where ⊕ is idempotent and no
/// arc improves, O(arcs · log states). Otherwise within each component with a cycle as
/// [`path_sum_star`](super::path_sum_star()). The queues that go in rounds: O(arcs) a round, and O(log states) more to
/// keep the order of states; where ⊕ is idempotent at most as many rounds as states, twice if some arc improves: a
/// second search, from 1̄ everywhere, is for cycles that improve by less than the digits of a distance.
///
/// # Source
/// M. Mohri, *Semiring frameworks and algorithms for shortest-distance problems*, 2002; E. Dijkstra, *A note on two
/// problems in connexion with graphs*, 1959; R. Bellman, *On a routing problem*, 1958; by component as
/// [`path_sum_star`](super::path_sum_star()).
///
/// # Example
/// ```text
///       ┌──a/1──┐
/// ─▶ 0            1 ─b/1─▶ ◎      0: 0   1: 1   2: 2
///       └◀─a/½──┘
/// ```
///
/// ```
/// use energraph::paths::{PathError, Queue, shortest_distance};
/// use energraph::{Energy, GraphBuilder, LogSum, MinSum};
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::new(1.0)?, 1);
/// b.arc(1, 1, 1, Energy::new(0.5)?, 0);
/// b.arc(1, 2, 2, Energy::new(1.0)?, 2);
/// b.final_weight(2, Energy::FREE);
/// let g = b.build()?;
/// let best = |_, &e: &Energy| MinSum::<f64>::from(e);
/// let found = shortest_distance(&g, best, Queue::shortest_first())?;
/// assert_eq!(found.distances.iter().map(|d| d.get()).collect::<Vec<_>>(), [0.0, 1.0, 2.0]);
/// assert_eq!(found.followed, 3); // each arc once
/// let cyclic = shortest_distance(&g, best, Queue::topological());
/// assert!(matches!(cyclic, Err(PathError::Cyclic { states }) if states == [0, 1]));
/// // All walks together: back at 0 any number of times, each with mass e^−1.5.
/// let all = shortest_distance(&g, |_, &e| LogSum::<f64>::from(e), Queue::auto())?;
/// assert!((all.distances[0].get() - (1.0 - (-1.5_f64).exp()).ln()).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn shortest_distance<W: Weight, S: Semiring>(
    g: &Graph<W>,
    lift: impl Fn(Site, &W) -> S,
    queue: Queue<S>,
) -> Result<Distances<S>, PathError> {
    let mut enter = vec![S::zero(); g.states()];
    if let Some(start) = g.start() {
        enter[start as usize] = S::one();
    }
    let (distances, followed) = queue.sums(&Links::forward(g, lift, |_, _| true), enter)?;
    Ok(Distances { distances, followed })
}
