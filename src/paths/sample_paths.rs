//! Paths drawn at random.

use super::all_paths::arcs_to_end;
use super::potentials::{Potentials, gather};
use super::{Beta, Path, PathError, PositiveF64, best_path};
use crate::graph::{ArcId, Graph, StateId, useful};
use crate::ops::sums::Links;
use crate::semiring::{Energy, LogSum, Weight};

/// Most draws in one call, and most arcs in all of them: a slip of a number must not take all memory.
const MOST_DRAWS: usize = 1 << 24;
const MOST_ARCS: usize = 1 << 26;

/// `count` independent paths, each drawn with probability `p(path) ∝ e^{−β·E}`: exact, not by a Markov chain.
///
/// # Arguments
/// * `g`: any graph; where accepting paths run through cycles, the sum over all of them must exist.
/// * `beta`: at infinite β every draw is [`best_path`].
/// * `uniform`: gives numbers uniform on [0, 1), one for each state of a draw that has more than one way on; whatever it
///   gives, only accepting paths are drawn. The same numbers give the same draws.
///
/// # Returns
/// The paths; none where no path exists.
///
/// # Errors
/// [`PathError::SumDiverges`] and [`PathError::Matrix`] at finite β, [`PathError::Diverges`] at infinite β, on graphs with
/// cycles; [`PathError::Draws`] for more than 2²⁴ draws in one call, or draws of more than 2²⁶ arcs in all.
///
/// # Cost
/// [`free_energy`](super::free_energy())'s, or [`path_sum_star`](super::path_sum_star())'s with cycles, and for each draw an
/// exponential for each way on from the states along it.
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
    if count > MOST_DRAWS {
        return Err(PathError::Draws { count });
    }
    let Beta::Finite(finite) = beta else {
        let best = best_path(g)?;
        let arcs = best.as_ref().map_or(0, |p| p.arcs.len());
        if count.saturating_mul(arcs) > MOST_ARCS {
            return Err(PathError::Draws { count });
        }
        return Ok(best.map_or_else(Vec::new, |best| vec![best; count]));
    };
    let after = to_end(g, finite)?;
    let Some(start) = g.start().filter(|&s| after[s as usize] < f64::INFINITY) else { return Ok(Vec::new()) };
    let mut ways = Vec::new();
    draw(g, start, count, |state, _| {
        ways.clear();
        ways.extend(g.arcs(state).iter().map(|a| a.weight.wide() + after[a.target as usize]));
        let (_, end) = gather(&mut ways, g.final_weight(state).wide(), finite.get());
        choose_way(end, &ways, uniform)
    })
}

/// `count` independent paths of at most `arcs` arcs, each drawn by a walk from the start that takes every way on with the
/// same probability, whatever its energy; ending is one way on.
///
/// # Arguments
/// * `g`: any graph. Arcs of weight +∞ are no ways on, nor are those from which no end lies within what is left of `arcs`
///   (OpenFst walks into them and discards the path).
/// * `arcs`: the most arcs of a path.
/// * `uniform`: as for [`sample_paths`].
///
/// # Returns
/// The paths; none where there is none of so few arcs. Long paths and those of states with many arcs are rare: for
/// probabilities with a meaning see [`sample_paths`].
///
/// # Errors
/// [`PathError::Draws`] as for [`sample_paths`].
///
/// # Cost
/// O(states + arcs), and for each draw the arcs of the states along it.
///
/// # Source
/// `fstrandgen --select=uniform` of C. Allauzen et al., *OpenFst: a general and efficient weighted finite-state transducer
/// library*, 2007.
///
/// # Example
/// ```text
///        ½ ┌─1─▶ ◎
/// ─▶ 0 ───┤          ½ ┌─1─▶ ◎      "1": ½, "2 1" and "2 2": ¼ each
///        ½ └─2─▶ 2 ───┤
///                   ½ └─2─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::from_strings;
/// use energraph::paths::random_paths;
/// // The trie: "1" has probability ½, "2 1" and "2 2" a quarter each.
/// let g = from_strings([&[1][..], &[2, 1], &[2, 2]])?;
/// let mut numbers = [0.4, 0.6, 0.9].into_iter();
/// let drawn = random_paths(&g, 9, 2, &mut || numbers.next().unwrap_or(0.0))?;
/// assert_eq!(drawn.iter().map(|p| p.input.clone()).collect::<Vec<_>>(), [vec![1], vec![2, 2]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn random_paths(
    g: &Graph<Energy>,
    arcs: usize,
    count: usize,
    uniform: &mut dyn FnMut() -> f64,
) -> Result<Vec<Path>, PathError> {
    if count > MOST_DRAWS {
        return Err(PathError::Draws { count });
    }
    let ends = arcs_to_end(g);
    let Some(start) = g.start().filter(|&s| ends[s as usize] <= arcs && ends[s as usize] < usize::MAX) else {
        return Ok(Vec::new());
    };
    let mut ways = Vec::new();
    draw(g, start, count, |state, taken| {
        let share = |open| if open { 1.0 } else { 0.0 };
        let near = |t: StateId| taken < arcs && ends[t as usize] < arcs - taken;
        ways.clear();
        ways.extend(g.arcs(state).iter().map(|a| share(!a.weight.is_zero() && near(a.target))));
        let end = share(g.is_final(state));
        let all = end + ways.iter().sum::<f64>();
        ways.iter_mut().for_each(|way| *way /= all);
        choose_way(end / all, &ways, uniform)
    })
}

/// Draws paths; `choose` says which arc to take in a state, behind so many others, or to end there.
fn draw(
    g: &Graph<Energy>,
    start: StateId,
    count: usize,
    mut choose: impl FnMut(StateId, usize) -> Option<usize>,
) -> Result<Vec<Path>, PathError> {
    let (mut draws, mut read) = (Vec::new(), 0);
    while draws.len() < count {
        let (mut arcs, mut state) = (Vec::new(), start);
        while let Some(chosen) = choose(state, arcs.len()) {
            read += 1;
            if read > MOST_ARCS {
                return Err(PathError::Draws { count });
            }
            let arc = g.arc_ids(state).start + chosen as ArcId;
            state = g.all_arcs()[arc as usize].target;
            arcs.push(arc);
        }
        draws.push(Path::read(g, arcs, state));
    }
    Ok(draws)
}

/// By state, F_β over all ways to an end, cycles included; +∞ where there is none.
pub(super) fn to_end(g: &Graph<Energy>, beta: PositiveF64) -> Result<Vec<f64>, PathError> {
    match Potentials::new(g, Beta::Finite(beta)) {
        Ok(potentials) => Ok(potentials.after),
        Err(PathError::Cyclic { .. }) => {
            let useful = useful(g);
            let keep = |s: StateId, t: StateId| useful[s as usize] && useful[t as usize];
            let enter = g.final_weights().iter().map(|w| lift(*w, beta)).collect();
            let sums = Links::backward(g, |_, w: &Energy| lift(*w, beta), keep).sums(enter)?;
            let energies = sums.iter().zip(&useful);
            Ok(energies.map(|(s, u)| if *u { s.get() / beta.get() } else { f64::INFINITY }).collect())
        }
        Err(other) => Err(other),
    }
}

/// The weight e^{−β·E}.
pub(super) fn lift(energy: Energy, beta: PositiveF64) -> LogSum<f64> {
    // Only an overflow below is no weight.
    LogSum::new((energy.wide() * beta.get()).max(f64::MIN)).unwrap_or_else(|_| LogSum::zero())
}

/// Which of the ways, by their shares; `None` is the end.
pub(crate) fn choose_way(end: f64, ways: &[f64], uniform: &mut dyn FnMut() -> f64) -> Option<usize> {
    let mut possible = ways.iter().enumerate().filter(|(_, share)| **share > 0.0);
    let only = usize::from(end > 0.0) + possible.clone().count() == 1;
    let mut left = if only { 0.0 } else { uniform() } - end;
    if end > 0.0 && left < 0.0 {
        return None;
    }
    // Where rounding, or what is no number from 0 to 1, leaves something over, the last way takes it.
    let last = possible.clone().next_back().map(|(i, _)| i);
    let found = possible.find(|(_, share)| {
        left -= **share;
        left < 0.0
    });
    found.map(|(i, _)| i).or(last)
}
