//! Paths drawn at random.

use super::draws::{MOST_ARCS, MOST_DRAWS, choose_way, draw};
use super::order::Order;
use super::potentials::{after, gather};
use super::unit::Unit;
use super::{Beta, Path, PathError, PositiveF64, best_path};
use crate::graph::{Graph, StateId, useful};
use crate::ops::sums::Links;
use crate::semiring::{Energy, LogSum, Weight};

/// `count` independent paths, each drawn with probability `p(path) ∝ e^{−β·E}`: exact, not by a Markov chain.
///
/// # Arguments
/// * `g`: any graph; where accepting paths run through cycles, the sum over all of them must exist.
/// * `beta`: at infinite β every draw is [`best_path`]. The smaller β, the longer are draws from a graph with cycles: a
///   loop of energy E is gone round 1/(e^{βE} − 1) times on average, 1/(βE) where that is tiny, without end in practice.
///   [`sample_short_paths`](super::sample_short_paths()) gives up long draws.
/// * `uniform`: gives numbers uniform on [0, 1), one for each state of a draw that has more than one way on; whatever
///   it gives, only accepting paths are drawn. The same numbers give the same draws.
///
/// # Returns
/// The paths; none where no path exists.
///
/// # Errors
/// [`PathError::SumDiverges`] and [`PathError::Matrix`] at finite β, [`PathError::Diverges`] at infinite β, on graphs
/// with cycles; [`PathError::Draws`] for more than 2²⁴ draws in one call, or draws of more than 2²⁶ arcs in all.
///
/// # Cost
/// [`free_energy`](super::free_energy())'s, or [`path_sum_star`](super::path_sum_star())'s with cycles, and for each
/// draw an exponential for each way on from the states along it.
///
/// # Source
/// Backward filtering, forward sampling, as [`trellis::sample`](crate::trellis::sample()) does; with cycles,
/// renewal: what may follow a state does not depend on how it was reached.
///
/// # Example
/// ```text
///      ┌─a/0────┐
/// ─▶ 0           ▶ ◎     at β = 1:   a  ¾,   b  ¼
///      └─b/log 3┘
/// ```
///
/// ```
/// use energraph::paths::sample_paths;
/// use energraph::{Beta, Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::FREE, 1);
/// b.arc(0, 2, 2, Energy::new(3.0_f32.ln())?, 1);
/// b.final_weight(1, Energy::FREE);
/// let mut numbers = [0.1, 0.74, 0.76].into_iter();
/// let drawn = sample_paths(&b.build()?, Beta::ONE, 3, &mut || numbers.next().unwrap_or(0.0))?;
/// assert_eq!(drawn.iter().map(|p| p.input[0]).collect::<Vec<_>>(), [1, 1, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sample_paths(
    g: &Graph<Energy>,
    beta: Beta,
    count: usize,
    uniform: &mut dyn FnMut() -> f64,
) -> Result<Vec<Path>, PathError> {
    drawn(g, beta, usize::MAX, count, uniform)
}

/// The draws of at most so many arcs.
pub(super) fn drawn(
    g: &Graph<Energy>,
    beta: Beta,
    most: usize,
    count: usize,
    uniform: &mut dyn FnMut() -> f64,
) -> Result<Vec<Path>, PathError> {
    if count > MOST_DRAWS {
        return Err(PathError::Draws { count });
    }
    let Beta::Finite(finite) = beta else {
        let best = best_path(g)?.filter(|p| p.arcs.len() <= most);
        let arcs = best.as_ref().map_or(0, |p| p.arcs.len());
        if count.saturating_mul(arcs) > MOST_ARCS {
            return Err(PathError::Draws { count });
        }
        return Ok(best.map_or_else(Vec::new, |best| vec![best; count]));
    };
    let unit = Unit::of(finite);
    let after = to_end(g, unit)?;
    let Some(start) = g.start().filter(|&s| after[s as usize] < f64::INFINITY) else { return Ok(Vec::new()) };
    let mut ways = Vec::new();
    draw(g, start, most, count, |state, _| {
        ways.clear();
        ways.extend(g.arcs(state).iter().map(|a| unit.energy(a.weight) + after[a.target as usize]));
        let (_, end) = gather(&mut ways, unit.energy(g.final_weight(state)), unit.beta);
        choose_way(end, &ways, uniform)
    })
}

/// By state, F_β over all ways to an end, cycles included, in this unit; +∞ where there is none.
pub(super) fn to_end(g: &Graph<Energy>, unit: Unit) -> Result<Vec<f64>, PathError> {
    if let Ok(order) = Order::of(g) {
        return Ok(after(g, &order, unit));
    }
    let useful = useful(g);
    let keep = |s: StateId, t: StateId| useful[s as usize] && useful[t as usize];
    let enter = g.final_weights().iter().map(|w| lift(*w, unit.given)).collect();
    let sums = Links::backward(g, |_, w: &Energy| lift(*w, unit.given), keep).sums(enter)?;
    let energies = sums.iter().zip(&useful);
    Ok(energies.map(|(s, u)| if *u { s.get() / unit.beta } else { f64::INFINITY }).collect())
}

/// The weight e^{−β·E}.
pub(super) fn lift(energy: Energy, beta: PositiveF64) -> LogSum<f64> {
    // Only an overflow below is no weight.
    LogSum::new((energy.wide() * beta.get()).max(f64::MIN)).unwrap_or_else(|_| LogSum::zero())
}
