//! Moving weights along paths.

use super::possible::{divide, possible};
use super::rows::Plain;
use super::{OpError, sums};
use crate::graph::{Arc, Graph, StateId};
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
/// [`MinSum`](crate::MinSum) the best way on costs nothing. The total of the graph lies on what leaves the start;
/// where arcs lead back to the start, a copy of it is the new start and carries the total. For [`Toward::End`] the
/// mirror image, with the total on the final weights. States lie on accepting paths; arcs of weight 0̄ are gone.
///
/// # Errors
/// [`OpError::Empty`] where nothing is accepted; [`OpError::Diverges`] where the sum around a cycle does;
/// [`OpError::Indivisible`].
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

/// The same paths with the same weights, moved by potentials.
///
/// # Arguments
/// * `g`: any graph.
/// * `potentials`: V, a weight for each state. None may be 0̄.
/// * `toward`: with `Start` an arc from p to q gets `V(p)⁻¹ ⊗ w ⊗ V(q)` and an end `V(p)⁻¹ ⊗ w`; with `End`
///   `V(p) ⊗ w ⊗ V(q)⁻¹` and `V(p) ⊗ w`.
///
/// # Returns
/// `g` with these weights, and what is then missing from every path put back at the start: on what leaves it, or,
/// where arcs lead back to it, on a copy of it, which is the last state and the new start.
///
/// # Errors
/// [`OpError::Count`] where there is not one potential for each state; [`OpError::Indivisible`], for one that is 0̄
/// as well.
///
/// # Cost
/// O(states + arcs).
///
/// # Source
/// M. Mohri, *Finite-state transducers in language and speech processing*, 1997.
///
/// # Example
/// ```text
/// ─▶ 0 ─a/1─▶ 1 ─b/2─▶ ◎      V(1) = 5, toward the start:      ─▶ 0 ─a/6─▶ 1 ─b/−3─▶ ◎      (min-sum)
/// ```
///
/// ```
/// use energraph::ops::{Toward, acceptor, reweight};
/// use energraph::{Graph, MinSum};
/// let g: Graph<MinSum<f64>> = acceptor(&[1, 2])?;
/// let v = [0.0, 5.0, 0.0].map(|e| MinSum::new(e).unwrap_or(MinSum::from(energraph::Energy::FREE)));
/// let moved = reweight(&g, &v, Toward::Start)?;
/// assert_eq!(moved.all_arcs().iter().map(|a| a.weight.get()).collect::<Vec<_>>(), [5.0, -5.0]);
/// # Ok::<(), energraph::ops::OpError>(())
/// ```
///
/// # What must hold
/// Potentials are divided by, and moved past other weights. A weight has to be [`LeftDivide`](crate::LeftDivide) and
/// [`Commutative`](crate::Commutative); with less it does not compile.
///
/// ```
/// # use energraph::ops::{Toward, reweight};
/// # use energraph::{Commutative, Graph, LeftDivide};
/// fn any<S: LeftDivide + Commutative>(g: &Graph<S>, potentials: &[S]) {
///     let _ = reweight(g, potentials, Toward::Start);
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::{Toward, reweight};
/// # use energraph::{Commutative, Graph, Semiring};
/// fn any<S: Commutative + Semiring>(g: &Graph<S>, potentials: &[S]) {
///     let _ = reweight(g, potentials, Toward::Start);
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::{Toward, reweight};
/// # use energraph::{Graph, LeftDivide};
/// fn any<S: LeftDivide>(g: &Graph<S>, potentials: &[S]) {
///     let _ = reweight(g, potentials, Toward::Start);
/// }
/// ```
pub fn reweight<S: LeftDivide + Commutative>(
    g: &Graph<S>,
    potentials: &[S],
    toward: Toward,
) -> Result<Graph<S>, OpError> {
    if potentials.len() != g.states() {
        return Err(OpError::Count { what: "potentials", found: potentials.len(), states: g.states() });
    }
    let Some(start) = g.start() else { return Ok(Graph::empty()) };
    if let Some(zero) = potentials.iter().find(|v| v.is_zero()) {
        divide(zero, zero)?;
    }
    match toward {
        Toward::Start => Ok(with_total(&to_start(g, potentials)?, &potentials[start as usize])),
        Toward::End => {
            let v = |s: StateId| &potentials[s as usize];
            let mut rows = Plain::new(g.states(), g.arc_count());
            for s in 0..g.states() as StateId {
                for a in g.arcs(s) {
                    rows.arc(Arc { weight: divide(&v(s).times(&a.weight), v(a.target))?, ..a.clone() });
                }
                rows.end(v(s).times(&g.final_weight(s)));
            }
            Ok(with_total(&rows.build(start), &divide(&S::one(), v(start))?))
        }
    }
}

/// `V(p)⁻¹ ⊗ w ⊗ V(q)`, without what is missing from every path then, `V(start)`.
pub(super) fn to_start<S: LeftDivide>(g: &Graph<S>, potentials: &[S]) -> Result<Graph<S>, OpError> {
    let mut rows = Plain::new(g.states(), g.arc_count());
    for s in 0..g.states() as StateId {
        for a in g.arcs(s) {
            rows.arc(Arc { weight: arc_to_start(s, a, potentials)?, ..a.clone() });
        }
        rows.end(end_to_start(g, s, potentials)?);
    }
    Ok(rows.build(g.start().unwrap_or_default()))
}

/// The weight of an arc of state `s` there.
pub(super) fn arc_to_start<S: LeftDivide>(s: StateId, a: &Arc<S>, potentials: &[S]) -> Result<S, OpError> {
    divide(&a.weight.times(&potentials[a.target as usize]), &potentials[s as usize])
}

/// The weight of ending in state `s` there.
pub(super) fn end_to_start<S: LeftDivide>(g: &Graph<S>, s: StateId, potentials: &[S]) -> Result<S, OpError> {
    divide(&g.final_weight(s), &potentials[s as usize])
}

/// The graph with every path multiplied by a weight, on the left.
pub(super) fn with_total<S: LeftDivide>(g: &Graph<S>, total: &S) -> Graph<S> {
    let Some(start) = g.start().filter(|_| *total != S::one()) else { return g.clone() };
    let times = |a: &Arc<S>| Arc { weight: total.times(&a.weight), ..a.clone() };
    let copied = g.all_arcs().iter().any(|a| a.target == start);
    let mut rows = Plain::new(g.states() + 1, g.arc_count() + g.arcs(start).len());
    for s in 0..g.states() as StateId {
        let first = s == start && !copied;
        g.arcs(s).iter().for_each(|a| rows.arc(if first { times(a) } else { a.clone() }));
        rows.end(if first { total.times(&g.final_weight(s)) } else { g.final_weight(s) });
    }
    if !copied {
        return rows.build(start);
    }
    g.arcs(start).iter().for_each(|a| rows.arc(times(a)));
    rows.end(total.times(&g.final_weight(start)));
    rows.build(g.states() as StateId)
}
