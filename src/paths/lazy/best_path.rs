//! The path of lowest energy of a graph that is not built.

use super::Heuristic;
use super::search::{Search, over_budget};
use crate::graph::{EPSILON, InputSite, Label};
use crate::ops::LazyGraph;
use crate::paths::{Output, PathError};
use crate::semiring::Energy;

/// An accepting path of a lazy graph.
#[derive(Debug, Clone, PartialEq)]
pub struct LazyPath {
    /// Sum of the arcs' energies and the final one, added from the start on.
    pub energy: f64,
    /// Input labels without epsilons.
    pub input: Vec<Label>,
    /// Output labels without epsilons.
    pub output: Output,
    /// The sites of the lazy graph's inputs that were used, in the order of the path.
    pub sites: Vec<InputSite>,
}

/// The accepting path of lowest energy; `None` where there is no path.
///
/// # Arguments
/// * `g`: any lazy graph, cycles included.
/// * `ahead`: what the search knows of the rest; [`Heuristic::of`] the graph, or [`Heuristic::none`], which asks
///   nothing of its inputs and expands every state nearer to the start than the best path is long.
///
/// # Returns
/// What [`best_path`](crate::paths::best_path()) says of the graph built to the end, ties and rounding aside: the
/// energies of a composition are rounded to `f32` and the bound is not, so that of paths as near to each other as that
/// either may win. The one found is above the lowest by no more, for each arc, than `n · 2⁻²³ · Σ`, where `Σ` adds up
/// what is furthest from 0 among the energies of each of the `n` inputs; and where `Σ` is more than `f32` holds, so that
/// sums are cut off, by what is beyond. Always the same one.
///
/// # Errors
/// [`PathError::Negative`] at the first arc or end that makes the bound fall by more than rounding: any negative energy
/// where there is no heuristic. [`PathError::Budget`], with a lower bound of the energy of every path.
/// [`PathError::Op`] where `ahead` belongs to other graphs, or the graph has an error of its own.
///
/// # Cost
/// For every state with a bound below the energy of the best path, and some of those with a bound equal to it: its
/// arcs, and a place in a heap.
///
/// # Source
/// E. Dijkstra, *A note on two problems in connexion with graphs*, 1959; P. Hart, N. Nilsson, B. Raphael, *A formal
/// basis for the heuristic determination of minimum cost paths*, 1968.
///
/// # Example
/// ```text
/// ─▶ 0 ─1─▶ 1 ─2,3─▶ ◎   ∘   ─▶ 0 ─1,2─▶ 1 ─3─▶ ◎   ∘   ─▶ 0 ─1─▶ 1 ─3─▶ ◎      best: "1 3", of energy 0
/// ```
///
/// ```
/// use energraph::ops::{Compose, LazyCompose, acceptor, from_strings};
/// use energraph::paths::{Heuristic, lazy_best_path};
/// let o = Compose::default();
/// let (a, b, c) = (from_strings([[1, 2], [1, 3]])?, from_strings([[1, 3], [2, 3]])?, acceptor(&[1, 3])?);
/// let mut chain = LazyCompose::new(LazyCompose::new(&a, &b, &o), &c, &o);
/// let ahead = Heuristic::of(&chain)?;
/// let best = lazy_best_path(&mut chain, &ahead)?.ok_or("nothing in common")?;
/// assert_eq!((best.energy, best.output), (0.0, vec![1, 3]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn lazy_best_path<G>(g: &mut G, ahead: &Heuristic) -> Result<Option<LazyPath>, PathError>
where
    G: LazyGraph<Weight = Energy> + ?Sized,
{
    let mut search = Search::new(g, ahead)?;
    while search.bound().is_some() {
        let Some((end, energy)) = search.turn()? else { continue };
        let mut arcs = Vec::new();
        let mut state = end;
        while let Some(from) = search.seen.get(&state).and_then(|seen| seen.from) {
            arcs.push(from);
            state = from.0;
        }
        let mut path = LazyPath { energy, input: Vec::new(), output: Vec::new(), sites: Vec::new() };
        for (state, position) in arcs.into_iter().rev() {
            if let Some(arc) = search.g.arcs(state).map_err(|e| over_budget(e, energy))?.get(position) {
                path.input.extend((arc.ilabel != EPSILON).then_some(arc.ilabel));
                path.output.extend((arc.olabel != EPSILON).then_some(arc.olabel));
            }
            search.g.arc_origin(state, position, &mut path.sites);
        }
        search.g.final_origin(end, &mut path.sites);
        return Ok(Some(path));
    }
    Ok(None)
}
