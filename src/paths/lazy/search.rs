//! Best-first search in a graph that comes into being as it is searched.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use super::Heuristic;
use crate::graph::StateId;
use crate::ops::{LazyGraph, OpError};
use crate::paths::PathError;
use crate::semiring::Energy;

/// What is known of a state that was met.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// The lowest energy from the start found so far.
    pub energy: f64,
    /// The lower bound from here to an end.
    pub ahead: f64,
    /// The state before, and the position of the arc among its arcs; `None` at the start.
    pub from: Option<(StateId, usize)>,
    /// Number of arcs from the start.
    pub depth: u32,
    /// Whether its turn has come, and `energy` is final.
    pub closed: bool,
}

/// What is done about a state when its turn comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// A path ends there.
    End,
    /// It is looked at.
    Visit,
    /// Its arcs are followed.
    GoOn,
}

/// A turn; they come in the order of the lowest energy that a path may have.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Item {
    bound: f64,
    depth: u32,
    state: StateId,
    turn: Turn,
}

impl Eq for Item {}

impl Ord for Item {
    /// Among equal bounds ends come first, then what is furthest from the start: a search along ties goes straight on.
    fn cmp(&self, r: &Self) -> Ordering {
        let by_bound = self.bound.total_cmp(&r.bound);
        let ends = |item: &Item| item.turn != Turn::End;
        by_bound.then(ends(self).cmp(&ends(r))).then(r.depth.cmp(&self.depth)).then(self.state.cmp(&r.state))
    }
}

impl PartialOrd for Item {
    fn partial_cmp(&self, r: &Self) -> Option<Ordering> {
        Some(self.cmp(r))
    }
}

/// The search, between two turns.
pub(super) struct Search<'a, G: ?Sized> {
    pub g: &'a mut G,
    heuristic: &'a Heuristic,
    pub seen: FxHashMap<StateId, Seen>,
    heap: BinaryHeap<Reverse<Item>>,
    /// Scratch, empty between uses.
    parts: Vec<StateId>,
    row: Vec<(f64, StateId)>,
}

impl<'a, G: LazyGraph<Weight = Energy> + ?Sized> Search<'a, G> {
    pub fn new(g: &'a mut G, heuristic: &'a Heuristic) -> Result<Self, PathError> {
        heuristic.check(g)?;
        let mut search = Search {
            g,
            heuristic,
            seen: FxHashMap::default(),
            heap: BinaryHeap::new(),
            parts: Vec::new(),
            row: Vec::new(),
        };
        if let Some(start) = search.g.start() {
            let ahead = search.ahead(start);
            if ahead < f64::INFINITY {
                search.seen.insert(start, Seen { energy: 0.0, ahead, from: None, depth: 0, closed: false });
                search.heap.push(Reverse(Item { bound: ahead, depth: 0, state: start, turn: Turn::Visit }));
            }
        }
        Ok(search)
    }

    /// The lower bound of the next turn: no path that has not been found has less energy. `None` where there is none
    /// left.
    pub fn bound(&self) -> Option<f64> {
        self.heap.peek().map(|item| item.0.bound)
    }

    /// Takes a turn. Where that ends a path, the state it ends in and its energy.
    pub fn turn(&mut self) -> Result<Option<(StateId, f64)>, PathError> {
        let Some(Reverse(item)) = self.heap.pop() else { return Ok(None) };
        match (item.turn, self.seen.get_mut(&item.state)) {
            (Turn::End, _) => return Ok(Some((item.state, item.bound))),
            (Turn::Visit, Some(seen)) if !seen.closed => {
                seen.closed = true;
                let here = seen.clone();
                self.visit(item, &here)?;
            }
            (Turn::GoOn, Some(seen)) => {
                let here = seen.clone();
                self.go_on(item.state, &here)?;
            }
            (Turn::Visit, _) | (_, None) => {}
        }
        Ok(None)
    }

    fn visit(&mut self, item: Item, here: &Seen) -> Result<(), PathError> {
        let end = self.g.final_weight(item.state).wide();
        if end == f64::INFINITY {
            return self.go_on(item.state, here);
        }
        if self.falls(item.state, end, here.ahead, 0.0) {
            let mut sites = Vec::new();
            self.g.final_origin(item.state, &mut sites);
            return Err(PathError::Negative { sites, energy: end });
        }
        // If ending is as good as going on can be, the arcs need not be looked at.
        self.heap.push(Reverse(Item { bound: here.energy + end, turn: Turn::End, ..item }));
        self.heap.push(Reverse(Item { turn: Turn::GoOn, ..item }));
        Ok(())
    }

    fn go_on(&mut self, state: StateId, here: &Seen) -> Result<(), PathError> {
        let mut row = std::mem::take(&mut self.row);
        let arcs = self.g.arcs(state).map_err(|e| over_budget(e, here.energy + here.ahead))?;
        row.extend(arcs.iter().map(|a| (a.weight.wide(), a.target)));
        for (position, (weight, target)) in row.drain(..).enumerate().filter(|(_, (w, _))| *w < f64::INFINITY) {
            let ahead = match self.seen.get(&target) {
                Some(seen) => seen.ahead,
                None => self.ahead(target),
            };
            if ahead < f64::INFINITY {
                if self.falls(state, weight, here.ahead, ahead) {
                    let mut sites = Vec::new();
                    self.g.arc_origin(state, position, &mut sites);
                    return Err(PathError::Negative { sites, energy: weight });
                }
                self.meet(target, ahead, here.energy + weight, (state, position), here.depth.saturating_add(1));
            }
        }
        self.row = row;
        Ok(())
    }

    fn meet(&mut self, target: StateId, ahead: f64, energy: f64, from: (StateId, usize), depth: u32) {
        if self.seen.get(&target).is_none_or(|seen| !seen.closed && energy < seen.energy) {
            self.seen.insert(target, Seen { energy, ahead, from: Some(from), depth, closed: false });
            self.heap.push(Reverse(Item { bound: energy + ahead, depth, state: target, turn: Turn::Visit }));
        }
    }

    fn ahead(&mut self, state: StateId) -> f64 {
        self.parts.clear();
        self.g.parts(state, &mut self.parts);
        self.heuristic.at(&self.parts)
    }

    /// Whether a step makes the bound fall, by more than rounding: then the first path found need not be the best.
    fn falls(&mut self, from: StateId, weight: f64, before: f64, after: f64) -> bool {
        let change = weight + after - before;
        if change >= 0.0 || self.heuristic.is_none() {
            return change < 0.0;
        }
        self.parts.clear();
        self.g.parts(from, &mut self.parts);
        // Graphs of one's own may round what they add as well.
        let rounding = 1e-6 * weight.abs() + 1e-9 * (1.0 + before.abs()) + self.heuristic.rounding(&self.parts);
        change < -rounding
    }

    /// The highest bound along the path found to a state: above the path's energy where rounding has the bound fall.
    pub fn highest(&self, end: StateId) -> f64 {
        let path = std::iter::successors(self.seen.get(&end), |seen| self.seen.get(&seen.from?.0));
        path.map(|seen| seen.energy + seen.ahead).fold(f64::NEG_INFINITY, f64::max)
    }
}

/// A budget that is used up in a search leaves a bound.
pub(super) fn over_budget(error: OpError, bound: f64) -> PathError {
    match error {
        OpError::Budget { states, arcs } => PathError::Budget { states, arcs, found: Vec::new(), bound },
        error => error.into(),
    }
}
