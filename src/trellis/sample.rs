//! Alignments drawn from their distribution.

use super::backward::Backward;
use super::best_path::best_of;
use super::posteriors::choices;
use super::{Alignment, Emissions, Topology, TrellisError};
use crate::graph::ArcId;
use crate::paths::{Beta, choose_way};

/// Most draws in one call, and most frames that they read in all: a slip of a number must not take all memory.
const MOST_DRAWS: usize = 1 << 24;
const MOST_READ: usize = 1 << 26;

/// `count` independent alignments, each drawn with probability `p(path) ∝ e^{−β·E}`: exact, not by a Markov chain. None
/// where no path exists. At infinite β every draw is [`best_path`](super::best_path()).
///
/// `uniform` gives numbers uniform on [0, 1), one for each state of a draw that has more than one way on; whatever it
/// gives, only paths of the topology are drawn. The same numbers give the same draws.
///
/// # Errors
/// [`TrellisError::Class`]; [`TrellisError::Draws`] for more than 2²⁴ draws in one call, or draws that read more than 2²⁶
/// frames in all.
///
/// # Cost
/// [`free_energy`](super::free_energy())'s, and for each draw an exponential for each way on from the states along it.
///
/// ```
/// use energraph::trellis::{Emissions, Topology, sample};
/// use energraph::Beta;
/// use ndarray::array;
/// let e = array![[0.5, 1.0], [0.25, 2.0], [0.0, 0.5]];
/// // A linear congruential generator; any other will do.
/// let mut state = 1_u64;
/// let mut uniform = || {
///     state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
///     (state >> 11) as f64 / (1_u64 << 53) as f64
/// };
/// let drawn = sample(&Emissions::new(e.view())?, &Topology::ctc(&[1], 2, 2)?, Beta::ONE, 5, &mut uniform)?;
/// assert_eq!(drawn.len(), 5);
/// assert!(drawn.iter().all(|a| a.output == [1]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// Forward filtering, backward sampling (C. Carter, R. Kohn, *On Gibbs sampling for state space models*, 1994), the other way
/// round.
pub fn sample(
    e: &Emissions<'_>,
    topology: &Topology,
    beta: Beta,
    count: usize,
    uniform: &mut dyn FnMut() -> f64,
) -> Result<Vec<Alignment>, TrellisError> {
    if count > MOST_DRAWS || count.saturating_mul(e.frames()) > MOST_READ {
        return Err(TrellisError::Draws { count });
    }
    let mut backward = Backward::new(*e, topology, beta)?;
    if beta == Beta::Infinite {
        return Ok(best_of(&mut backward).map_or_else(Vec::new, |best| vec![best; count]));
    }
    let Some(start) = topology.graph().start().filter(|_| backward.above() < f64::INFINITY) else {
        return Ok(Vec::new());
    };
    let none = Alignment { steps: Vec::new(), end: start, energy: 0.0, output: Vec::new() };
    let mut draws = vec![none; count];
    let mut ways = Vec::new();
    // All draws go on together, frame by frame: where memory is bounded each row is made once.
    for t in 0..=e.frames() {
        backward.load(t);
        draws.iter_mut().for_each(|draw| go_on(draw, &backward, t, &mut ways, uniform));
    }
    Ok(draws)
}

/// Draws arcs up to the one that reads frame `t`, or, behind the last frame, up to the end.
fn go_on(
    draw: &mut Alignment,
    backward: &Backward<'_, '_>,
    t: usize,
    ways: &mut Vec<f64>,
    uniform: &mut dyn FnMut() -> f64,
) {
    let graph = backward.topology.graph();
    loop {
        let state = draw.end;
        let end = choices(backward, t, state, 1.0, ways);
        let Some(chosen) = choose_way(end, ways, uniform) else {
            draw.energy += graph.final_weight(state).wide();
            return;
        };
        let arc = graph.arc_ids(state).start + chosen as ArcId;
        let a = &graph.all_arcs()[arc as usize];
        if draw.follow(&backward.emissions, arc, a, t) {
            return;
        }
    }
}
