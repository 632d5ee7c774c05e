//! Draws of paths, way by way.

use super::{Path, PathError};
use crate::graph::{ArcId, Graph, StateId};
use crate::semiring::Energy;

/// Most draws in one call: a slip of a number must not take all memory.
pub(super) const MOST_DRAWS: usize = 1 << 24;
/// Most arcs in all of them.
pub(super) const MOST_ARCS: usize = 1 << 26;

/// Draws paths; `choose` says which arc to take in a state, behind so many others, or to end there. A draw that takes
/// more than `most` arcs is given up.
pub(super) fn draw(
    g: &Graph<Energy>,
    start: StateId,
    most: usize,
    count: usize,
    mut choose: impl FnMut(StateId, usize) -> Option<usize>,
) -> Result<Vec<Path>, PathError> {
    let (mut draws, mut read) = (Vec::new(), 0);
    'draws: for _ in 0..count {
        let (mut arcs, mut state) = (Vec::new(), start);
        while let Some(chosen) = choose(state, arcs.len()) {
            read += 1;
            if read > MOST_ARCS {
                return Err(PathError::Draws { count });
            }
            if arcs.len() == most {
                continue 'draws;
            }
            let arc = g.arc_ids(state).start + chosen as ArcId;
            state = g.all_arcs()[arc as usize].target;
            arcs.push(arc);
        }
        draws.push(Path::read(g, arcs, state));
    }
    Ok(draws)
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
