//! The graph of strongly connected components.

use super::rows::Plain;
use crate::graph::{Arc, Graph, StateId, components};
use crate::semiring::Semiring;

/// A graph of components, and which state went where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condensed<S> {
    /// A state for each component, numbered in topological order.
    pub graph: Graph<S>,
    /// By state of the argument: its component's state in `graph`.
    pub of: Vec<StateId>,
}

/// The strongly connected components of a graph, each as one state: what leads from where to where, without the cycles.
///
/// # Arguments
/// * `g`: any graph; arcs of weight 0̄ count as arcs.
///
/// # Returns
/// An acyclic graph with a state for each component of `g`, in topological order, and that state's number for every
/// state of `g`. Arcs between components stay, each with its labels and weight; those within one are gone, self-loops
/// too. A component's final weight is the ⊕ of its states', and the start's component is the start. Order among
/// components is what is kept, not the strings: a state of the result stands for every way through its component. Of an
/// acyclic graph it is a renumbering.
///
/// # Errors
/// None: the graph without states is its own.
///
/// # Cost
/// O(states + arcs).
///
/// # Source
/// R. Tarjan, *Depth-first search and linear graph algorithms*, 1972; OpenFst's `Condense`.
///
/// # Example
/// ```text
///        ┌──c──┐
/// ─▶ 0 ─a─▶ 1 ─b─▶ 2 ─d─▶ ◎ 3     becomes     ─▶ {0} ─a─▶ {1, 2} ─d─▶ ◎ {3}
///             (c: 2 ─▶ 1)
/// ```
///
/// ```
/// use energraph::ops::condense;
/// use energraph::{GraphBuilder, MinSum, Weight};
/// let mut b = GraphBuilder::new();
/// b.add_states(4);
/// b.start(0);
/// for (s, label, t) in [(0, 1, 1), (1, 2, 2), (2, 3, 1), (2, 4, 3)] {
///     b.arc(s, label, label, MinSum::<f64>::one(), t);
/// }
/// b.final_weight(3, MinSum::one());
/// let c = condense(&b.build()?);
/// assert_eq!((c.graph.states(), c.of), (3, vec![0, 1, 1, 2]));
/// assert_eq!(c.graph.all_arcs().iter().map(|a| a.ilabel).collect::<Vec<_>>(), [1, 4]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// Final weights of a component are summed. A weight has to be [`Semiring`](crate::Semiring); with less it does not
/// compile.
///
/// ```
/// # use energraph::ops::condense;
/// # use energraph::{Graph, Semiring};
/// fn any<S: Semiring>(g: &Graph<S>) {
///     let _ = condense(g);
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::condense;
/// # use energraph::{Graph, Weight};
/// fn any<S: Weight>(g: &Graph<S>) {
///     let _ = condense(g);
/// }
/// ```
pub fn condense<S: Semiring>(g: &Graph<S>) -> Condensed<S> {
    let Some(start) = g.start() else { return Condensed { graph: Graph::empty(), of: Vec::new() } };
    let parts = components(g);
    // Arcs between components lead to lower numbers.
    let number = |s: StateId| parts.of(s).map_or(0, |c| parts.count() as StateId - 1 - c);
    let mut rows = Plain::new(parts.count(), g.arc_count());
    for component in (0..parts.count() as u32).rev() {
        let mut end = S::zero();
        let mut states = parts.states(component).to_vec();
        states.sort_unstable();
        for s in states {
            let leaving = g.arcs(s).iter().filter(|a| parts.of(a.target) != Some(component));
            leaving.for_each(|a| rows.arc(Arc { target: number(a.target), ..a.clone() }));
            end = end.plus(&g.final_weight(s));
        }
        rows.end(end);
    }
    let of = (0..g.states() as StateId).map(number).collect();
    Condensed { graph: rows.build(number(start)), of }
}
