//! Walks at random.

use super::all_paths::arcs_to_end;
use super::draws::{MOST_DRAWS, choose_way, draw};
use super::{Path, PathError};
use crate::graph::{Graph, StateId};
use crate::semiring::{Energy, Weight};

/// `count` independent paths of at most `arcs` arcs, each drawn by a walk from the start that takes every way on with
/// the same probability, whatever its energy; ending is one way on.
///
/// # Arguments
/// * `g`: any graph. Arcs of weight +∞ are no ways on, nor are those from which no end lies within what is left of
///   `arcs` (OpenFst walks into them and discards the path).
/// * `arcs`: the most arcs of a path.
/// * `uniform`: gives numbers uniform on [0, 1), as for [`sample_paths`](super::sample_paths()).
///
/// # Returns
/// The paths; none where there is none of so few arcs. Long paths and those of states with many arcs are rare: for
/// probabilities with a meaning see [`sample_paths`](super::sample_paths()).
///
/// # Errors
/// [`PathError::Draws`] as for [`sample_paths`](super::sample_paths()).
///
/// # Cost
/// O(states + arcs), and for each draw the arcs of the states along it.
///
/// # Source
/// `fstrandgen --select=uniform` of C. Allauzen et al., *OpenFst: a general and efficient weighted finite-state
/// transducer library*, 2007.
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
    draw(g, start, arcs, count, |state, taken| {
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
