//! What a composition found, before and after what leads to no end is dropped.

use super::trim::{DROPPED, Kept, Targets};
use crate::graph::{ArcId, StateId};

/// Makes room for `more`, four times as much where there is none: most of the time that a long list takes to grow goes
/// into memory touched for the first time, and what is not used of the new room is not touched.
#[inline]
pub(super) fn grow<T>(list: &mut Vec<T>, more: usize) {
    if list.capacity() - list.len() < more {
        list.reserve(more.max(3 * list.len()));
    }
}

/// The arcs of a product, by state.
pub(super) struct Found {
    /// `offsets[s]..offsets[s + 1]` are the arcs of state `s`.
    pub offsets: Vec<ArcId>,
    /// The arc of each side, or [`NO_ARC`](crate::graph::NO_ARC).
    pub from: Vec<[ArcId; 2]>,
    pub targets: Vec<StateId>,
}

impl Found {
    pub(super) fn new() -> Self {
        Found { offsets: vec![0], from: Vec::new(), targets: Vec::new() }
    }

    #[inline]
    pub(super) fn row(&self, s: StateId) -> std::ops::Range<usize> {
        self.offsets[s as usize] as usize..self.offsets[s as usize + 1] as usize
    }

    /// The arcs between the states that are kept, by their new numbers.
    pub(super) fn keep(self, kept: &Kept) -> Found {
        match &kept.order {
            None => self.keep_in_place(kept),
            Some(order) => self.keep_in_order(order, &kept.new),
        }
    }

    /// Rows only move forward.
    fn keep_in_place(mut self, kept: &Kept) -> Found {
        let (mut start, mut end) = (0, 0);
        for (old, &state) in kept.new.iter().enumerate() {
            let row = start..self.offsets[old + 1] as usize;
            start = row.end;
            if state == DROPPED {
                continue;
            }
            for i in row {
                let target = kept.new[self.targets[i] as usize];
                if target != DROPPED {
                    (self.from[end], self.targets[end]) = (self.from[i], target);
                    end += 1;
                }
            }
            self.offsets[state as usize + 1] = end as ArcId;
        }
        self.offsets.truncate(kept.states + 1);
        self.from.truncate(end);
        self.from.shrink_to_fit();
        self.targets.truncate(end);
        self
    }

    fn keep_in_order(self, order: &[StateId], new: &[StateId]) -> Found {
        let mut found = Found::new();
        for &old in order {
            for i in self.row(old) {
                let target = new[self.targets[i] as usize];
                if target != DROPPED {
                    found.from.push(self.from[i]);
                    found.targets.push(target);
                }
            }
            found.offsets.push(found.targets.len() as ArcId);
        }
        found
    }
}

impl Targets for Found {
    fn states(&self) -> usize {
        self.offsets.len() - 1
    }
    #[inline]
    fn of(&self, s: StateId) -> impl Iterator<Item = StateId> {
        self.targets[self.row(s)].iter().copied()
    }
}
