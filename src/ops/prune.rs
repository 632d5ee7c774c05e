//! Leaving out what only bad paths use.

use std::cmp::Ordering;

use super::rows::Rows;
use super::{OpError, connect, sums};
use crate::graph::{Graph, InputSite, Origin, OriginBuilder, Site, Sites, StateId, Traced};
use crate::semiring::{PathProperty, Star, Tolerance};

/// Rounding may put the best path this far beyond itself.
pub(super) const ROUNDING: Tolerance = Tolerance { absolute: 1e-6, relative: 1e-6 };

/// The graph without the arcs and ends whose best path is worse than the best path of all by more than a margin.
///
/// # Arguments
/// * `g`: any graph in a semiring where one path is best, cycles included.
/// * `margin`: what the best weight is multiplied by to give the limit: in [`MinSum`](crate::MinSum) the energy above
///   the lowest. Paths at the limit are kept, and those beyond it by no more than 10⁻⁶, absolutely or relatively, which
///   rounding may have put there.
///
/// # Returns
/// Every path within the margin; others too, where all their arcs lie on such paths. States lie on accepting paths and
/// are numbered as [`connect()`] does.
///
/// # Errors
/// [`OpError::Empty`] where nothing is accepted, or within a margin below 1̄ nothing is; [`OpError::Diverges`] where no
/// path is the best.
///
/// # Cost
/// Two sums over all paths ([`path_sum_star`](crate::paths::path_sum_star())), and linear.
///
/// # Source
/// OpenFst's `fstprune`.
///
/// # Example
/// ```text
///   ┌─a/0──┐                                ┌─a/0──┐
/// ─▶0 ─b/3─▶ ◎      within 5:             ─▶0 ─b/3─▶ ◎      (min-sum)
///   └─c/10─┘
/// ```
///
/// ```
/// use energraph::ops::prune;
/// use energraph::{GraphBuilder, MinSum, Weight};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// for (label, e) in [(1, 0.0), (2, 3.0), (3, 10.0)] {
///     b.arc(0, label, label, MinSum::new(e)?, 1);
/// }
/// b.final_weight(1, MinSum::one());
/// let near = prune(&b.build()?, &MinSum::new(5.0)?)?.graph;
/// assert_eq!(near.all_arcs().iter().map(|a| a.ilabel).collect::<Vec<_>>(), [1, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// Sums on cyclic graphs, of which one path is the whole: where all paths share in a sum, none is the best. A weight
/// has to be [`Star`](crate::Star) and [`PathProperty`](crate::PathProperty); with less it does not compile.
///
/// ```
/// # use energraph::ops::prune;
/// # use energraph::{Graph, PathProperty, Star};
/// fn any<S: Star + PathProperty>(g: &Graph<S>, margin: &S) {
///     let _ = prune(g, margin);
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::prune;
/// # use energraph::{Graph, PathProperty};
/// fn any<S: PathProperty>(g: &Graph<S>, margin: &S) {
///     let _ = prune(g, margin);
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::prune;
/// # use energraph::{Graph, Idempotent, Star};
/// fn any<S: Star + Idempotent>(g: &Graph<S>, margin: &S) {
///     let _ = prune(g, margin);
/// }
/// ```
pub fn prune<S: Star + PathProperty>(g: &Graph<S>, margin: &S) -> Result<Traced<S>, OpError> {
    let Some(start) = g.start() else { return Err(OpError::Empty { first_unmatched: None }) };
    let (before, after) = sums::both(g)?;
    let limit = after[start as usize].times(margin);
    let kept = |w: &S| !w.is_zero() && (w.order(&limit) != Ordering::Greater || w.close(&limit, ROUNDING));
    let mut rows = Rows::new(g.states(), g.arc_count())?;
    for s in 0..g.states() as StateId {
        let here = &before[s as usize];
        for (id, a) in g.arc_ids(s).zip(g.arcs(s)) {
            if kept(&here.times(&a.weight).times(&after[a.target as usize])) {
                rows.arc(a.clone(), Some(InputSite { input: 0, site: Site::Arc(id) }));
            }
        }
        if kept(&here.times(&g.final_weight(s))) {
            rows.end_as(g, s, 0);
        } else {
            rows.end(S::zero(), None);
        }
    }
    let near = rows.build(start);
    let connected = connect(&near.graph)?;
    Ok(Traced { origin: through(&connected, &near.origin), graph: connected.graph })
}

/// The origins of a result's result.
fn through<S: Star>(last: &Traced<S>, first: &Origin) -> Origin {
    let mut origin = OriginBuilder::with_capacity(last.graph.states(), last.graph.arc_count(), 1);
    let back = |sites: Sites| sites.into_iter().flat_map(|s| first.of(s.site)).collect::<Vec<_>>();
    (0..last.graph.arc_count() as u32).for_each(|arc| origin.arc(back(last.origin.arc(arc))));
    (0..last.graph.states() as StateId).for_each(|s| origin.final_weight(back(last.origin.final_weight(s))));
    origin.build()
}
