//! Removing arcs without labels, but no states.

use super::OpError;
use super::remove_epsilon::closures;
use super::rows::Plain;
use crate::graph::Graph;
use crate::semiring::Star;

/// The same as [`remove_epsilon()`](super::remove_epsilon()), with every state of the graph by the number that it has.
///
/// # Arguments
/// * `g`: any graph.
///
/// # Returns
/// A graph with the states of `g` and no arcs that neither read nor write. From every state, not from the start alone,
/// every pair of strings has the weight that it has from there in `g`. Arcs of a state that agree in labels and target
/// are one, and arcs of weight 0̄ are gone. From the start it accepts what [`remove_epsilon()`](super::remove_epsilon()) has.
///
/// # Errors
/// As [`remove_epsilon()`](super::remove_epsilon()), but that cycles of epsilons on no accepting path count too, and [`OpError::Empty`] stands for
/// a graph without states alone.
///
/// # Cost
/// As [`remove_epsilon()`](super::remove_epsilon()), for every state.
///
/// # Source
/// OpenFst's `fstrmepsilon --connect=false`.
///
/// # Example
/// ```text
/// ─▶ 0 ─ε:ε/1─▶ 1 ─a:b/2─▶ ◎ 2      becomes      ─▶ 0 ─a:b/3─▶ ◎ 2 ◀─a:b/2─ 1
/// ```
///
/// ```
/// use energraph::ops::remove_epsilon_keeping_states;
/// use energraph::{GraphBuilder, MinSum, Weight};
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(0);
/// b.arc(0, 0, 0, MinSum::<f64>::new(1.0)?, 1);
/// b.arc(1, 7, 8, MinSum::new(2.0)?, 2);
/// b.final_weight(2, MinSum::one());
/// let g = remove_epsilon_keeping_states(&b.build()?)?;
/// assert_eq!((g.states(), g.arcs(0)[0].weight.get(), g.arcs(1)[0].weight.get()), (3, 3.0, 2.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// As for [`remove_epsilon()`](super::remove_epsilon()). A weight has to be [`Star`](crate::Star); with less it does not compile.
///
/// ```
/// # use energraph::ops::remove_epsilon_keeping_states;
/// # use energraph::{Graph, Star};
/// fn any<S: Star>(g: &Graph<S>) {
///     let _ = remove_epsilon_keeping_states(g);
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::remove_epsilon_keeping_states;
/// # use energraph::{Graph, Semiring};
/// fn any<S: Semiring>(g: &Graph<S>) {
///     let _ = remove_epsilon_keeping_states(g);
/// }
/// ```
pub fn remove_epsilon_keeping_states<S: Star>(g: &Graph<S>) -> Result<Graph<S>, OpError> {
    let Some(start) = g.start() else { return Err(OpError::Empty { first_unmatched: None }) };
    let mut rows = Plain::new(g.states(), g.arc_count());
    for row in closures(g, |_| true)?.into_iter().flatten() {
        rows.row(row.arcs, row.end);
    }
    Ok(rows.build(start))
}
