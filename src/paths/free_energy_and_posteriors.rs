//! The free energy and its gradient.

use super::best_path::{Path, best_path};
use super::order::Order;
use super::potentials::gather;
use super::unit::Unit;
use super::{Beta, PathError, PositiveF64};
use crate::graph::{Graph, Site, SiteValues};
use crate::semiring::Energy;

/// The free energy and its gradient in one sweep backward and one forward.
///
/// The backward sweep keeps, for each state, the share of every way on; the forward sweep only multiplies shares, so
/// that it takes no further exponential and cannot lose a path that starts badly and ends well.
///
/// # Arguments
/// * `g`: any graph at infinite β; at finite β one whose accepting paths run through no cycle.
/// * `beta`: the inverse temperature.
///
/// # Returns
/// What [`free_energy`](super::free_energy()) and [`posteriors`](super::posteriors()) say; +∞ and zeros over no path,
/// as in the empty graph.
///
/// # Errors
/// [`PathError::Cyclic`] for finite β where accepting paths run through a cycle; [`PathError::Diverges`] for infinite β
/// where such a cycle has negative energy.
///
/// # Cost
/// O(states + arcs): one exponential per arc, one logarithm per state. At infinite β that of
/// [`best_path`](super::best_path()).
///
/// # Source
/// J. Eisner, *Inside-outside and forward-backward algorithms are just backprop*, 2016 (posteriors are gradients); L.
/// Rabiner, *A tutorial on hidden Markov models and selected applications in speech recognition*, 1989 (the two
/// sweeps).
///
/// # Example
/// ```text
///   ┌─a/0────┐
/// ─▶0        ├─▶ ◎      at β = 1:  F = −log(1 + ⅓)      a ¾, b ¼, the end 1
///   └─b/log 3┘
/// ```
///
/// ```
/// use energraph::paths::{Beta, free_energy_and_posteriors};
/// use energraph::{Energy, Graph, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::FREE, 1);
/// b.arc(0, 2, 2, Energy::new(3.0_f32.ln())?, 1);
/// b.final_weight(1, Energy::FREE);
/// let (f, p) = free_energy_and_posteriors(&b.build()?, Beta::ONE)?;
/// assert!((f + (4.0_f64 / 3.0).ln()).abs() < 1e-6 && (p.arcs[0] - 0.75).abs() < 1e-6);
/// // No path: nothing to gain anywhere.
/// let (f, p) = free_energy_and_posteriors(&Graph::<Energy>::empty(), Beta::ONE)?;
/// assert_eq!(f, f64::INFINITY);
/// assert!(p.arcs.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn free_energy_and_posteriors(g: &Graph<Energy>, beta: Beta) -> Result<(f64, SiteValues), PathError> {
    match beta {
        Beta::Finite(beta) => at_finite(g, beta),
        Beta::Infinite => {
            let best = best_path(g)?;
            let value = best.as_ref().map_or(f64::INFINITY, |p| p.energy);
            Ok((value, best.map_or_else(|| SiteValues::zeros(g), |p| indicator(g, &p))))
        }
    }
}

fn at_finite(g: &Graph<Energy>, beta: PositiveF64) -> Result<(f64, SiteValues), PathError> {
    let mut shares = SiteValues::zeros(g);
    let Some(start) = g.start() else { return Ok((f64::INFINITY, shares)) };
    let (order, unit) = (Order::of(g)?, Unit::of(beta));
    let mut after = vec![f64::INFINITY; g.states()];
    for s in order.backward() {
        let span = g.arc_ids(s);
        let ways = &mut shares.arcs[span.start as usize..span.end as usize];
        for (way, a) in ways.iter_mut().zip(g.arcs(s)) {
            *way = unit.energy(a.weight) + after[a.target as usize];
        }
        let i = s as usize;
        (after[i], shares.finals[i]) = gather(ways, unit.energy(g.final_weights()[i]), unit.beta);
    }
    // `after` has served, save for the total: the flow through each state takes its place.
    let total = after[start as usize];
    let mut flow = after;
    flow.fill(0.0);
    if total < f64::INFINITY {
        flow[start as usize] = 1.0;
    }
    for s in order.forward() {
        let here = flow[s as usize];
        let span = g.arc_ids(s);
        for (share, a) in shares.arcs[span.start as usize..span.end as usize].iter_mut().zip(g.arcs(s)) {
            *share *= here;
            flow[a.target as usize] += *share;
        }
        shares.finals[s as usize] *= here;
    }
    Ok((unit.back(total), shares))
}

fn indicator(g: &Graph<Energy>, path: &Path) -> SiteValues {
    let mut on_path = SiteValues::zeros(g);
    for site in path.sites() {
        if let Some(slot) = on_path.get_mut(site) {
            *slot += 1.0;
        }
    }
    debug_assert!(path.sites().any(|s| matches!(s, Site::Final(_))));
    on_path
}
