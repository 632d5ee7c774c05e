//! Moving weights along paths to one end.

use super::possible::possible;
use super::{OpError, reweight, sums};
use crate::graph::Graph;
use crate::semiring::{Commutative, LeftDivide, Star};

/// An end of the paths of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Toward {
    /// Weights come as early as they can.
    Start,
    /// Weights come as late as they can.
    End,
}

/// The same paths with the same weights, which lie as near to one end as they can.
///
/// # Arguments
/// * `g`: any graph.
/// * `toward`: where weights go.
///
/// # Returns
/// For [`Toward::Start`], a graph in which from every state but the start the ⊕ over all ways to an end is 1̄: in
/// [`LogSum`](crate::LogSum) the arcs and the end of a state are a probability distribution, in
/// [`MinSum`](crate::MinSum) the best way on costs nothing. (In products of weights, part by part; where a part of the ⊕ is
/// 0̄, it stays.) The total of the graph lies on what leaves the start;
/// where arcs lead back to the start, a copy of it is the new start and carries the total. For [`Toward::End`] the
/// mirror image, with the total on the final weights. States lie on accepting paths; arcs of weight 0̄ are gone.
///
/// # Errors
/// [`OpError::Empty`] where nothing is accepted; [`OpError::Diverges`] where the sum around a cycle does;
/// [`OpError::Matrix`] as of [`path_sum_star`](crate::paths::path_sum_star()); [`OpError::Indivisible`].
///
/// # Cost
/// That of the sums over all paths ([`path_sum_star`](crate::paths::path_sum_star())), and linear.
///
/// # Source
/// M. Mohri, *Finite-state transducers in language and speech processing*, 1997.
///
/// # Example
/// ```text
/// ─▶ 0 ─a/1─▶ 1 ─b/2─▶ ◎/3     toward the start     ─▶ 0 ─a/6─▶ 1 ─b/0─▶ ◎/0
/// ```
///
/// ```
/// use energraph::ops::{Toward, push};
/// use energraph::{GraphBuilder, MinSum};
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(0);
/// b.arc(0, 1, 1, MinSum::new(1.0_f64)?, 1);
/// b.arc(1, 2, 2, MinSum::new(2.0)?, 2);
/// b.final_weight(2, MinSum::new(3.0)?);
/// let g = push(&b.build()?, Toward::Start)?;
/// assert_eq!((g.arcs(0)[0].weight.get(), g.arcs(1)[0].weight.get(), g.final_weight(2).get()), (6.0, 0.0, 0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// Sums around cycles, by which arcs are divided, and which are moved past other weights. A weight has to be
/// [`Star`](crate::Star), [`LeftDivide`](crate::LeftDivide) and [`Commutative`](crate::Commutative); with less it does
/// not compile.
///
/// ```
/// # use energraph::ops::{Toward, push};
/// # use energraph::{Commutative, Graph, LeftDivide, Star};
/// fn any<S: Star + LeftDivide + Commutative>(g: &Graph<S>) {
///     let _ = push(g, Toward::Start);
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::{Toward, push};
/// # use energraph::{Commutative, Graph, LeftDivide};
/// fn any<S: LeftDivide + Commutative>(g: &Graph<S>) {
///     let _ = push(g, Toward::Start);
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::{Toward, push};
/// # use energraph::{Commutative, Graph, Star};
/// fn any<S: Star + Commutative>(g: &Graph<S>) {
///     let _ = push(g, Toward::Start);
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::{Toward, push};
/// # use energraph::{Graph, LeftDivide, Star};
/// fn any<S: Star + LeftDivide>(g: &Graph<S>) {
///     let _ = push(g, Toward::Start);
/// }
/// ```
pub fn push<S: Star + LeftDivide + Commutative>(g: &Graph<S>, toward: Toward) -> Result<Graph<S>, OpError> {
    let g = possible(g)?;
    let potentials = match toward {
        Toward::Start => sums::to_end(&g)?,
        Toward::End => sums::from_start(&g)?,
    };
    reweight(&g, &potentials, toward)
}
