//! The paths near the best one of a graph that is not built.

use super::Heuristic;
use super::lost::lost;
use super::search::{Search, over_budget};
use crate::graph::{Graph, OriginBuilder, Traced};
use crate::ops::{LazyGraph, OpError, expand_where};
use crate::paths::{Beta, PathError};
use crate::semiring::Energy;

/// What a beam kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Pruned {
    /// The part of the graph within the beam.
    pub near: Traced<Energy>,
    /// The lowest energy of a path; +∞ where there is none.
    pub lowest: f64,
    /// By how much the free energy of `near` is above that of the whole graph, at most; `None` where no bound is known.
    pub lost: Option<f64>,
}

/// A beam: the part of a lazy graph where paths at most `margin` above the best may run.
///
/// # Arguments
/// * `g`: any lazy graph, cycles included.
/// * `ahead`: what the search knows of the rest. The more it knows the less is kept: a state stays where the lowest
///   energy from the start to it and the bound from it on are within the margin together.
/// * `margin`: the energy above the lowest, in the unit of the weights; what is less than 0 or NaN counts as 0, and +∞
///   keeps every path.
/// * `beta`: the inverse temperature at which the loss is bounded.
///
/// # Returns
/// Every path within the margin, rounding aside as in [`lazy_best_path`](crate::paths::lazy_best_path()), and others
/// where the bound is not exact; [`within`](crate::paths::within()) on the result leaves those out. Since energies are
/// rounded along a path, one may stay that is beyond the margin by 1e-9 · (1 + |lowest energy|), and by as much as
/// rounding has the bound of the best path above its energy. States lie on accepting paths. Where nothing is accepted,
/// so is nothing by the result.
///
/// The bound on the loss: every path that is lost leaves what was kept by one arc. Up to it everything is known;
/// beyond it, there is at most the product of everything that could follow in each input, labels ignored.
///
/// ```text
/// F_kept − F ≤ 1/β · log(1 + Σ_arcs cut (e^−β·F to it) · (e^−β·F of it) · Π_inputs (e^−β·F behind it) / e^−β·F_kept)
/// ```
///
/// It is 0 where nothing was cut, and at infinite β, for the best path is kept. Otherwise it is `None` without a
/// heuristic, where a sum in an input diverges, or where the graph is not [`counts_once`](LazyGraph::counts_once); and
/// at any β, unless nothing was cut, where energies of the inputs, one of each, may add up to more than `f32` holds. It
/// is sharp where labels forbid little or the margin is wide, holds up to the rounding of the composition's energies to
/// `f32`, and may be far too high, never too low.
///
/// # Errors
/// As [`lazy_best_path`](crate::paths::lazy_best_path()).
///
/// # Cost
/// For every state within the beam its arcs and a place in a heap, and a copy; for the bound, a sum over all paths of
/// each input and of the beam ([`path_sum_star`](crate::paths::path_sum_star())).
///
/// # Source
/// B. Lowerre, *The Harpy speech recognition system*, 1976 (the beam); P. Hart, N. Nilsson, B. Raphael, *A formal basis
/// for the heuristic determination of minimum cost paths*, 1968 (the bound).
///
/// # Example
/// ```text
///   ┌─a/0──┐
/// ─▶0 ─b/3─▶ ◎   ∘   ─▶ 0 ─a,b,c─▶ ◎      within 5:  a and b; of the free energy at most log(1 + e^−10) is lost
///   └─c/10─┘
/// ```
///
/// ```
/// use energraph::ops::{Compose, LazyCompose, from_strings};
/// use energraph::paths::{Heuristic, lazy_within};
/// use energraph::{Beta, Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// for (label, e) in [(1, 0.0), (2, 3.0), (3, 10.0)] {
///     b.arc(0, label, label, Energy::new(e)?, 1);
/// }
/// b.final_weight(1, Energy::FREE);
/// let (g, all) = (b.build()?, from_strings([[1], [2], [3]])?);
/// let mut both = LazyCompose::new(&g, &all, &Compose::default());
/// let ahead = Heuristic::of(&both)?;
/// let pruned = lazy_within(&mut both, &ahead, 5.0, Beta::ONE)?;
/// assert_eq!(pruned.near.graph.arc_count(), 2);
/// assert!(pruned.lost.is_some_and(|lost| lost < 1e-4)); // e^−10 of the whole is gone
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn lazy_within<G>(g: &mut G, ahead: &Heuristic, margin: f64, beta: Beta) -> Result<Pruned, PathError>
where
    G: LazyGraph<Weight = Energy> + ?Sized,
{
    let mut search = Search::new(g, ahead)?;
    let (mut lowest, mut limit) = (f64::INFINITY, f64::INFINITY);
    while search.bound().is_some_and(|bound| bound <= limit) {
        if let Some((end, energy)) = search.turn()?
            && lowest == f64::INFINITY
        {
            // A path's energy is rounded in other places along its arcs, and its bound may be above it by that. What is
            // impossible is beyond every margin.
            let bound = energy.max(search.highest(end));
            (lowest, limit) = (energy, (bound + margin.max(0.0) + 1e-9 * (1.0 + bound.abs())).min(f64::MAX));
        }
    }
    let lost = lost(&mut search, ahead, limit, beta)?;
    let Search { g, seen, .. } = search;
    let energy = |s| seen.get(&s).map_or(f64::INFINITY, |seen| seen.energy);
    let through = |s, weight: &Energy, t| {
        seen.get(&t).is_some_and(|to| to.closed && energy(s) + weight.wide() + to.ahead <= limit)
    };
    let near = expand_where(g, |s, a| through(s, &a.weight, a.target), |s, end| energy(s) + end.wide() <= limit);
    let near = match near {
        Err(OpError::Empty { .. }) => Traced { graph: Graph::empty(), origin: OriginBuilder::new().build() },
        near => near.map_err(|e| over_budget(e, lowest))?,
    };
    Ok(Pruned { near, lowest, lost })
}
