//! The best output for every input.

use super::determinize_transducer::{Outputs, with_outputs};
use super::gallic::Tail;
use super::{Budget, OpError};
use crate::graph::Graph;
use crate::semiring::{Differ, Gallic, LeftDivide, PathProperty, Quantum, Weight};

/// A transducer that reads deterministically and writes, for every string that is read, the best that `g` writes for it.
///
/// # Arguments
/// * `g`: a transducer that reads a label on every arc, functional or not.
/// * `quantum`, `budget`: as in [`determinize_transducer`](super::determinize_transducer()).
///
/// # Returns
/// As [`determinize_transducer`](super::determinize_transducer()), which says where labels and what is left are written;
/// of the outputs of one input only the one of the best path stays, with the weight of that path. Of several that are
/// equally good it is the shortest, and of those the one with the lowest label where they first differ.
///
/// # Errors
/// As [`determinize_transducer`](super::determinize_transducer()), without [`OpError::NotFunctional`].
///
/// # Cost
/// As [`determinize_transducer`](super::determinize_transducer()).
///
/// # Source
/// OpenFst's `fstdeterminize --det_type=disambiguate`.
///
/// # Example
/// ```text
///   ┌─a:x/1─▶ ◎
/// ─▶0                becomes    ─▶0 ─a:x/1─▶ ◎        (min-sum)
///   └─a:y/2─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{Budget, determinize_best};
/// use energraph::semiring::Quantum;
/// use energraph::{GraphBuilder, MinSum, Weight};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// for (output, w) in [(7, 1.0), (8, 2.0)] {
///     b.arc(0, 1, output, MinSum::new(w)?, 1);
/// }
/// b.final_weight(1, MinSum::one());
/// let g = determinize_best(&b.build()?, Quantum::default(), Budget::default())?;
/// assert_eq!((g.arc_count(), g.arcs(0)[0].olabel, g.arcs(0)[0].weight.get()), (1, 7, 1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// What the paths of a subset share is taken out on the left, and of two paths one is the best. A weight has to be
/// [`LeftDivide`](crate::LeftDivide) and [`PathProperty`](crate::PathProperty); with less it does not compile.
///
/// ```
/// # use energraph::ops::{Budget, determinize_best};
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, LeftDivide, PathProperty};
/// fn any<S: LeftDivide + PathProperty>(g: &Graph<S>) {
///     let _ = determinize_best(g, Quantum::default(), Budget::default());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::{Budget, determinize_best};
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, PathProperty};
/// fn any<S: PathProperty>(g: &Graph<S>) {
///     let _ = determinize_best(g, Quantum::default(), Budget::default());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::{Budget, determinize_best};
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, Idempotent, LeftDivide};
/// fn any<S: LeftDivide + Idempotent>(g: &Graph<S>) {
///     let _ = determinize_best(g, Quantum::default(), Budget::default());
/// }
/// ```
pub fn determinize_best<S: LeftDivide + PathProperty>(
    g: &Graph<S>,
    quantum: Quantum,
    budget: Budget,
) -> Result<Graph<S>, OpError> {
    with_outputs(g, quantum, budget, Outputs::One(better), Tail::default())
}

/// The better of two. What is written before or behind both changes nothing about which it is.
fn better<S: PathProperty>(a: &Gallic<S>, b: &Gallic<S>) -> Result<Gallic<S>, Differ> {
    if a.is_zero() || b.is_zero() {
        return Ok(if a.is_zero() { b.clone() } else { a.clone() });
    }
    let by_string = || (a.labels().len(), a.labels()).cmp(&(b.labels().len(), b.labels()));
    let order = a.weight().order(b.weight()).then_with(by_string);
    Ok(if order.is_le() { a.clone() } else { b.clone() })
}
