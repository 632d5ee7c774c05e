//! The k best alignments.

use super::backward::Backward;
use super::{Alignment, Emissions, Topology, TrellisError};
use crate::graph::{ArcId, EPSILON, Graph, StateId};
use crate::paths::{Beginning, Beta, Cost, Detours, Way, WayOn, sort_by_energy};
use crate::semiring::Energy;

/// Most alignments of one call, and most arcs of theirs in all: a slip of a number must not take all memory.
const MOST: usize = 1 << 24;
const MOST_ARCS: usize = 1 << 26;

/// The `k` alignments of lowest energy, lowest first; fewer where there are fewer.
///
/// The first is [`best_path`](super::best_path()), also where energies of frames are so large that the sum of another rounds below its
/// own. Alignments of equal energy come in an order that is the same on every run. Two alignments may write the same output.
///
/// # Errors
/// [`TrellisError::Class`]; [`TrellisError::Alignments`] for a `k` of more than 2²⁴, or alignments of more than 2²⁶ arcs in
/// all, where it is their beginnings that count until they end.
///
/// # Cost
/// [`best_path`](super::best_path())'s, then O(k · log k) a frame, a sort of the arcs of each state that is visited at
/// it, and memory for k arcs a frame. The sweep from the end says what the best way on from a beginning costs, so that at
/// every frame the k best beginnings hold those of the k best alignments: no other is followed.
///
/// ```
/// use energraph::trellis::{Emissions, Topology, k_best};
/// use ndarray::array;
/// // Energies of a and of blank; "a" over two frames is a–, –a, aa.
/// let e = array![[0.5, 1.0], [0.25, 2.0]];
/// let found = k_best(&Emissions::new(e.view())?, &Topology::ctc(&[1], 2, 2)?, 9)?;
/// let energies: Vec<f64> = found.iter().map(|a| a.energy).collect();
/// assert_eq!(energies, [0.75, 1.25, 2.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// D. Eppstein, *Finding the k shortest paths*, 1998; L. Huang, D. Chiang, *Better k-best parsing*, 2005, whose lazy
/// algorithm is run here from frame to frame.
pub fn k_best(e: &Emissions<'_>, topology: &Topology, k: usize) -> Result<Vec<Alignment>, TrellisError> {
    within(MOST_ARCS, e, topology, k)
}

/// As [`k_best`], of so many arcs.
fn within(room: usize, e: &Emissions<'_>, topology: &Topology, k: usize) -> Result<Vec<Alignment>, TrellisError> {
    if k > MOST {
        return Err(TrellisError::Alignments { count: k });
    }
    let mut backward = Backward::new(*e, topology, Beta::Infinite)?;
    let Some(start) = topology.graph().start().filter(|_| k > 0 && backward.above() < f64::INFINITY) else {
        return Ok(Vec::new());
    };
    let mut search = Search { k, room, detours: Detours::default(), ends: Vec::new() };
    let mut beginnings = vec![Beginning::at(start)];
    for t in 0..=e.frames() {
        backward.load(t);
        beginnings = search.frame(&backward, t, beginnings);
    }
    if !search.has_room() {
        return Err(TrellisError::Alignments { count: k });
    }
    let (mut found, mut left) = (Vec::with_capacity(search.ends.len()), room);
    for end in &search.ends {
        let arcs = search.detours.arcs(end);
        left = left.checked_sub(arcs.len()).ok_or(TrellisError::Alignments { count: k })?;
        found.push(read(e, topology.graph(), &arcs, end.state));
    }
    sort_by_energy(&mut found, |a| a.energy);
    Ok(found)
}

struct Search {
    k: usize,
    /// Most arcs of beginnings.
    room: usize,
    detours: Detours,
    /// Whole alignments, lowest first.
    ends: Vec<Beginning>,
}

impl Search {
    fn has_room(&self) -> bool {
        self.detours.steps() <= self.room
    }

    /// The k best ways across frame `t`, lowest first; behind the last frame, those that end.
    fn frame(&mut self, backward: &Backward<'_, '_>, t: usize, beginnings: Vec<Beginning>) -> Vec<Beginning> {
        let graph = backward.topology.graph();
        let mut across = Vec::new();
        self.detours.clear();
        beginnings.into_iter().rev().for_each(|from| self.detours.open(from));
        while across.len() + self.ends.len() < self.k
            && self.has_room()
            && let Some((from, way)) = self.detours.next(|state| ways(backward, t, state))
        {
            let Way::Arc(arc) = way else {
                self.ends.push(from);
                continue;
            };
            let a = &graph.all_arcs()[arc as usize];
            let on = self.detours.follow(from, arc, a.target);
            if a.ilabel == EPSILON { self.detours.open(on) } else { across.push(on) }
        }
        across
    }
}

/// The ways on from a state at a frame: the end first, then by arc.
fn ways(backward: &Backward<'_, '_>, t: usize, state: StateId) -> Vec<WayOn> {
    let graph = backward.topology.graph();
    let (here, next) = backward.rows(t);
    let least = backward.of(t, here, state);
    let last = if t == backward.emissions.frames() { graph.final_weight(state).wide() } else { f64::INFINITY };
    let arcs =
        graph.arc_ids(state).zip(graph.arcs(state)).map(|(arc, a)| (Way::Arc(arc), backward.along(t, a, here, next)));
    let possible = [(Way::End, last)].into_iter().chain(arcs).filter(|(_, energy)| *energy < f64::INFINITY);
    let beyond = |energy: f64| Cost { energy: (energy - least).max(0.0), ..Cost::FREE };
    possible.map(|(way, energy)| WayOn { cost: beyond(energy), way }).collect()
}

/// The alignment along some arcs.
fn read(e: &Emissions<'_>, graph: &Graph<Energy>, arcs: &[ArcId], end: StateId) -> Alignment {
    let mut found = Alignment { steps: Vec::with_capacity(arcs.len()), end, energy: 0.0, output: Vec::new() };
    let mut frame = 0;
    for &arc in arcs {
        let a = &graph.all_arcs()[arc as usize];
        frame += usize::from(found.follow(e, arc, a, frame));
    }
    found.energy += graph.final_weight(end).wide();
    found
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn alignments_of_more_arcs_than_there_is_room_for_are_refused() {
        let e = Array2::<f32>::zeros((10, 2));
        let (e, t) = (Emissions::new(e.view()).unwrap(), Topology::any(2).unwrap());
        for k in [1, 3, 20] {
            // All beginnings together have no more arcs than the alignments.
            assert_eq!(within(10 * k, &e, &t, k), k_best(&e, &t, k));
            assert_eq!(within(10 * k - 1, &e, &t, k), Err(TrellisError::Alignments { count: k }));
        }
    }
}
