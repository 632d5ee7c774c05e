//! Moving weights along paths by potentials.

use super::possible::divide;
use super::rows::Plain;
use super::{OpError, Toward};
use crate::graph::{Arc, Graph, StateId};
use crate::semiring::{Commutative, LeftDivide};

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
