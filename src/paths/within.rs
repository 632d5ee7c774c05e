//! The paths near the best one.

use super::PathError;
use super::order::Order;
use crate::graph::{Arc, ArcId, Graph, InputSite, OriginBuilder, Site, StateId, Traced};
use crate::semiring::{Energy, Weight};

/// The arcs and final weights on paths whose energy is at most `margin` above the lowest; the graph pruned.
///
/// # Arguments
/// * `g`: a graph whose accepting paths run through no cycle; for others see [`ops::prune`](crate::ops::prune()).
/// * `margin`: the energy above the lowest, in the unit of the weights; what is less than 0 or NaN counts as 0, and +∞
///   keeps every path.
///
/// # Returns
/// Every path within the margin is kept, whatever else is: a path that uses only arcs of such paths. One that is
/// dropped has at inverse temperature β at most `e^{−β·margin}` times the weight of the best one. Since energies are
/// rounded along a path, one that is beyond the margin by less than 1e-9 · (1 + |lowest energy|) may stay. Sites name where they
/// came from; states come in a topological order. Where nothing is accepted, as by the empty graph, so is nothing by
/// the result.
///
/// # Errors
/// [`PathError::Cyclic`] where accepting paths run through a cycle.
///
/// # Cost
/// O(states + arcs): two sweeps of minima.
///
/// # Source
/// A. Sixtus and S. Ortmanns, *High quality word graphs using forward-backward pruning*, 1999; OpenFst's `fstprune`.
///
/// # Example
/// ```text
///   ┌─a/0──┐                              ┌─a/0─┐
/// ─▶0 ─b/3─▶ ◎      within 5:           ─▶0     ├─▶ ◎
///   └─c/10─┘                              └─b/3─┘
/// ```
///
/// ```
/// use energraph::{Energy, GraphBuilder};
/// use energraph::paths::within;
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// for (label, e) in [(1, 0.0), (2, 3.0), (3, 10.0)] {
///     b.arc(0, label, label, Energy::new(e)?, 1);
/// }
/// b.final_weight(1, Energy::FREE);
/// let near = within(&b.build()?, 5.0)?;
/// assert_eq!(near.graph.all_arcs().iter().map(|a| a.olabel).collect::<Vec<_>>(), [1, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn within(g: &Graph<Energy>, margin: f64) -> Result<Traced<Energy>, PathError> {
    let order = Order::of(g)?;
    let after = after(g, &order);
    let total = g.start().map_or(f64::INFINITY, |s| after[s as usize]);
    let (Some(start), true) = (g.start(), total < f64::INFINITY) else {
        return Ok(Traced { graph: Graph::empty(), origin: OriginBuilder::new().build() });
    };
    // A path's energy is rounded in other places along its arcs. What is impossible is beyond every margin.
    let limit = (total + margin.max(0.0) + 1e-9 * (1.0 + total.abs())).min(f64::MAX);
    let before = before(g, &order, start);
    let mut number = vec![StateId::MAX; g.states()];
    let mut kept: Vec<StateId> = Vec::new();
    for s in order.forward().filter(|&s| before[s as usize] + after[s as usize] <= limit) {
        number[s as usize] = kept.len() as StateId;
        kept.push(s);
    }
    let (mut offsets, mut arcs, mut origin) = (vec![0], Vec::<Arc<Energy>>::new(), OriginBuilder::new());
    let mut finals = vec![Energy::zero(); kept.len()];
    for (&s, end) in kept.iter().zip(&mut finals) {
        let here = before[s as usize];
        for (id, a) in g.arc_ids(s).zip(g.arcs(s)) {
            let target = number[a.target as usize];
            if target != StateId::MAX && here + a.weight.wide() + after[a.target as usize] <= limit {
                arcs.push(Arc { target, ..*a });
                origin.arc([InputSite { input: 0, site: Site::Arc(id) }]);
            }
        }
        offsets.push(arcs.len() as ArcId);
        let ends = here + g.final_weight(s).wide() <= limit;
        if ends {
            *end = g.final_weight(s);
        }
        origin.final_weight(ends.then_some(InputSite { input: 0, site: Site::Final(s) }));
    }
    Ok(Traced { graph: Graph::from_rows(0, finals, offsets, arcs), origin: origin.build() })
}

/// Lowest energy from the start to every state.
fn before(g: &Graph<Energy>, order: &Order, start: StateId) -> Vec<f64> {
    let mut before = vec![f64::INFINITY; g.states()];
    before[start as usize] = 0.0;
    for s in order.forward() {
        let here = before[s as usize];
        if here < f64::INFINITY {
            for a in g.arcs(s) {
                let there = &mut before[a.target as usize];
                *there = there.min(here + a.weight.wide());
            }
        }
    }
    before
}

/// Lowest energy from every state to an end.
fn after(g: &Graph<Energy>, order: &Order) -> Vec<f64> {
    let mut after = vec![f64::INFINITY; g.states()];
    for s in order.backward() {
        let onward = g.arcs(s).iter().map(|a| a.weight.wide() + after[a.target as usize]);
        after[s as usize] = onward.fold(g.final_weight(s).wide(), f64::min);
    }
    after
}
