//! Whether two states of a composition have anything to say to each other.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::filter::Step;
use super::index::By;
use super::pairs::Pair;
use super::{LazyGraph, OpError};
use crate::graph::{EPSILON, Label, StateId};
use crate::semiring::Weight;

/// What can come next on a path from a state, as the other graph sees it.
struct Next {
    /// The labels that can be the next one, sorted.
    labels: Vec<Label>,
    /// Whether the path can end without a further one.
    ends: bool,
}

/// The next labels of the states of one graph, each found when first asked for.
struct Reach {
    by: By,
    found: FxHashMap<StateId, Rc<Next>>,
}

impl Reach {
    fn new(by: By) -> Self {
        Reach { by, found: FxHashMap::default() }
    }

    /// Follows the arcs that are epsilons between the graphs.
    fn of<G: LazyGraph>(&mut self, g: &mut G, state: StateId) -> Result<Rc<Next>, OpError> {
        if let Some(next) = self.found.get(&state) {
            return Ok(Rc::clone(next));
        }
        let mut next = Next { labels: Vec::new(), ends: false };
        let mut stack = vec![state];
        let mut seen: FxHashMap<StateId, ()> = FxHashMap::from_iter([(state, ())]);
        while let Some(s) = stack.pop() {
            next.ends |= !g.final_weight(s).is_zero();
            for a in g.arcs(s)? {
                let entry = self.by.entry(a, 0);
                if entry.label != EPSILON {
                    next.labels.push(entry.label);
                } else if seen.insert(entry.target, ()).is_none() {
                    stack.push(entry.target);
                }
            }
        }
        next.labels.sort_unstable();
        next.labels.dedup();
        let next = Rc::new(next);
        self.found.insert(state, Rc::clone(&next));
        Ok(next)
    }
}

/// Looks ahead on both sides.
pub(super) struct LookAhead {
    left: Reach,
    right: Reach,
}

impl LookAhead {
    pub(super) fn new() -> Self {
        LookAhead { left: Reach::new(By::Output), right: Reach::new(By::Input) }
    }

    /// Drops the arcs whose targets no path goes through.
    pub(super) fn keep<A, B>(&mut self, steps: &mut Vec<Step>, a: &mut A, b: &mut B) -> Result<(), OpError>
    where
        A: LazyGraph,
        B: LazyGraph,
    {
        let mut kept = 0;
        for i in 0..steps.len() {
            if self.admits(a, b, steps[i].target)? {
                steps[kept] = steps[i];
                kept += 1;
            }
        }
        steps.truncate(kept);
        Ok(())
    }

    /// Whether some label can come next on both sides, or both can end. Where not, no path goes through the pair.
    fn admits<A, B>(&mut self, a: &mut A, b: &mut B, pair: Pair) -> Result<bool, OpError>
    where
        A: LazyGraph,
        B: LazyGraph,
    {
        let (l, r) = (self.left.of(a, pair.left)?, self.right.of(b, pair.right)?);
        let (short, long) = if l.labels.len() < r.labels.len() { (&l, &r) } else { (&r, &l) };
        Ok((l.ends && r.ends) || short.labels.iter().any(|x| long.labels.binary_search(x).is_ok()))
    }
}
