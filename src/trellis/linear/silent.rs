//! Arcs of a chain that read no frame: past units that may be left out.

use std::ops::Range;

/// The way of [`step_with_moves`](super::kernel::step_with_moves)' kind along an arc that reads nothing.
pub(super) const SILENTLY: u8 = 3;

/// An arc to a later state.
#[derive(Debug, Clone, Copy)]
pub(in crate::trellis) struct Silent {
    pub(in crate::trellis) from: u32,
    pub(in crate::trellis) to: u32,
    pub(in crate::trellis) energy: f64,
}

/// Arcs that read nothing, at most one from each state, where they go behind all others.
#[derive(Debug, Clone, Default)]
pub(super) struct Silents {
    /// In the order of their sources.
    arcs: Vec<Silent>,
}

impl Silents {
    pub(super) fn new(mut arcs: Vec<Silent>) -> Self {
        arcs.sort_unstable_by_key(|a| a.from);
        Silents { arcs }
    }

    pub(super) fn all(&self) -> &[Silent] {
        &self.arcs
    }

    /// The state that the arc from a state leads to.
    pub(super) fn to(&self, from: usize) -> Option<usize> {
        let found = self.arcs.binary_search_by_key(&from, |a| a.from as usize).ok()?;
        self.arcs.get(found).map(|a| a.to as usize)
    }

    /// Takes the ways along them into the energies of a range of states, after all others: the last sources first, so that
    /// several may follow each other. Sets the moves where they are wanted.
    pub(super) fn pass(&self, range: Range<usize>, states: &mut [f64], mut moves: Option<&mut [u8]>) {
        let of = |state: usize| self.arcs.partition_point(|a| (a.from as usize) < state);
        for arc in self.arcs[of(range.start)..of(range.end)].iter().rev() {
            let (from, to) = (arc.from as usize - range.start, arc.to as usize - range.start);
            // What lies behind the range cannot be reached.
            if to >= range.len() || arc.energy + states[to] >= states[from] {
                continue;
            }
            states[from] = arc.energy + states[to];
            if let Some(moves) = moves.as_deref_mut() {
                moves[from] = SILENTLY << 1;
            }
        }
    }

    /// How many states on all arcs that read nothing, one after the other, may lead.
    pub(super) fn farthest(&self) -> usize {
        // The farthest state that silent arcs lead to, by the state that they begin in.
        let mut chains: Vec<(u32, u32)> = Vec::with_capacity(self.arcs.len());
        let mut most = 0;
        for arc in self.arcs.iter().rev() {
            let on = chains.binary_search_by(|(from, _)| arc.to.cmp(from)).ok();
            let farthest = on.and_then(|i| chains.get(i)).map_or(arc.to, |(_, farthest)| *farthest);
            chains.push((arc.from, farthest));
            most = most.max(farthest - arc.from);
        }
        most as usize
    }
}
