//! Whether two states of a composition have anything to say to each other.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::filter::Step;
use super::index::By;
use super::pairs::Pair;
use super::{Budget, LazyGraph, OpError};
use crate::graph::{EPSILON, Label, StateId};
use crate::semiring::Weight;

/// What can come next on a path from a state, as the other graph sees it.
#[derive(Debug, Clone, PartialEq)]
struct Next {
    /// The labels that can be the next one, sorted. States from which the same can come share them. `None` where the
    /// lists that are kept have no room for more: any may come.
    labels: Option<Rc<[Label]>>,
    /// Whether the path can end without a further one.
    ends: bool,
}

/// The next labels of the states of one graph, each found when first asked for.
struct Reach {
    by: By,
    found: FxHashMap<StateId, Next>,
    /// How many labels all lists may yet hold.
    room: usize,
}

/// A search along the arcs that are epsilons between the graphs.
#[derive(Default)]
struct Search {
    /// States met whose component is not known, in the order in which they were.
    open: Vec<StateId>,
    /// By state met, its place there.
    places: FxHashMap<StateId, usize>,
    way: Vec<Visit>,
    /// The targets of the states on the way that were not looked at.
    waiting: Vec<StateId>,
}

/// A state on the way.
struct Visit {
    /// Its own place, and the lowest that it is known to lead to.
    place: usize,
    low: usize,
    /// Where its targets begin among those that wait.
    first: usize,
}

impl Search {
    fn enter<G: LazyGraph>(&mut self, by: By, g: &mut G, state: StateId) -> Result<(), OpError> {
        let place = self.open.len();
        self.open.push(state);
        self.places.insert(state, place);
        self.way.push(Visit { place, low: place, first: self.waiting.len() });
        let entries = g.arcs(state)?.iter().map(|a| by.entry(a, 0));
        self.waiting.extend(entries.filter(|e| e.label == EPSILON).map(|e| e.target));
        Ok(())
    }
}

impl Reach {
    fn new(by: By, room: usize) -> Self {
        Reach { by, found: FxHashMap::default(), room }
    }

    fn of<G: LazyGraph>(&mut self, g: &mut G, state: StateId) -> Result<Next, OpError> {
        if !self.found.contains_key(&state) {
            self.find(g, state)?;
        }
        Ok(self.found[&state].clone())
    }

    /// One component of the epsilons after another, what they lead to first (Tarjan 1972): states that epsilons lead
    /// through share what was found behind them. [`strongly_connected`](crate::graph::strongly_connected) wants all states
    /// at once, where here a state of a lazy graph is found when it is asked for.
    fn find<G: LazyGraph>(&mut self, g: &mut G, state: StateId) -> Result<(), OpError> {
        let mut search = Search::default();
        search.enter(self.by, g, state)?;
        while let Some(top) = search.way.last_mut() {
            if search.waiting.len() > top.first
                && let Some(target) = search.waiting.pop()
            {
                match search.places.get(&target) {
                    _ if self.found.contains_key(&target) => (),
                    Some(&place) => top.low = top.low.min(place),
                    None => search.enter(self.by, g, target)?,
                }
                continue;
            }
            let Visit { place, low, .. } = *top;
            search.way.pop();
            if low == place {
                let next = self.of_component(g, &search.open[place..])?;
                self.found.extend(search.open.drain(place..).map(|s| (s, next.clone())));
            } else if let Some(before) = search.way.last_mut() {
                before.low = before.low.min(low);
            }
        }
        Ok(())
    }

    /// Of states that epsilons lead round, what lies behind them found.
    fn of_component<G: LazyGraph>(&mut self, g: &mut G, states: &[StateId]) -> Result<Next, OpError> {
        let (mut own, mut behind, mut ends) = (Vec::new(), Some(Vec::new()), false);
        for &s in states {
            ends |= !g.final_weight(s).is_zero();
            for a in g.arcs(s)? {
                let entry = self.by.entry(a, 0);
                if entry.label != EPSILON {
                    own.push(entry.label);
                } else if let Some(next) = self.found.get(&entry.target) {
                    ends |= next.ends;
                    behind = behind.zip(next.labels.clone()).map(|(mut lists, list)| {
                        lists.push(list);
                        lists
                    });
                }
            }
        }
        let labels = behind.map(|lists| union(own, lists));
        let new = labels.as_ref().filter(|list| Rc::strong_count(list) == 1).map_or(0, |list| list.len());
        let fits = new <= self.room;
        self.room -= new.min(self.room);
        Ok(Next { labels: labels.filter(|_| fits), ends })
    }
}

/// The labels of all, sorted: the longest of the lists, where it has them.
fn union(mut more: Vec<Label>, mut lists: Vec<Rc<[Label]>>) -> Rc<[Label]> {
    lists.sort_unstable_by_key(|list| (list.len(), Rc::as_ptr(list)));
    lists.dedup_by(|x, y| Rc::ptr_eq(x, y));
    let longest = lists.pop().unwrap_or_default();
    more.extend(lists.iter().flat_map(|list| list.iter().copied()));
    more.retain(|x| longest.binary_search(x).is_err());
    if more.is_empty() {
        return longest;
    }
    more.sort_unstable();
    more.dedup();
    more.extend_from_slice(&longest);
    // Two sorted runs.
    more.sort();
    more.into()
}

/// Looks ahead on both sides.
pub(super) struct LookAhead {
    left: Reach,
    right: Reach,
}

impl LookAhead {
    /// Of a composition within a budget, whose lists hold no more labels than it may have arcs, or a million.
    pub(super) fn new(budget: Budget) -> Self {
        let room = budget.arcs.max(1 << 20);
        LookAhead { left: Reach::new(By::Output, room), right: Reach::new(By::Input, room) }
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
        let (Some(left), Some(right)) = (&l.labels, &r.labels) else { return Ok(true) };
        let (short, long) = if left.len() < right.len() { (left, right) } else { (right, left) };
        Ok((l.ends && r.ends) || short.iter().any(|x| long.binary_search(x).is_ok()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::graph::{Arc, Graph, GraphBuilder};
    use crate::semiring::Energy;

    /// Counts how often arcs are asked for.
    struct Counted<'g>(&'g Graph<Energy>, usize);

    impl LazyGraph for Counted<'_> {
        type Weight = Energy;
        fn start(&self) -> Option<StateId> {
            self.0.start()
        }
        fn final_weight(&self, state: StateId) -> Energy {
            self.0.final_weight(state)
        }
        fn arcs(&mut self, state: StateId) -> Result<&[Arc<Energy>], OpError> {
            self.1 += 1;
            Ok(self.0.arcs(state))
        }
    }

    fn graph(arcs: &[(StateId, Label, StateId)], ends: &[StateId], states: u32) -> Graph<Energy> {
        let mut b = GraphBuilder::new();
        b.add_states(states as usize);
        b.start(0);
        arcs.iter().for_each(|&(from, label, to)| b.arc(from, label, label, Energy::FREE, to));
        ends.iter().for_each(|&s| b.final_weight(s, Energy::FREE));
        b.build().unwrap()
    }

    /// From the set of states that epsilons lead to.
    fn walked(g: &Graph<Energy>, state: StateId) -> (Vec<Label>, bool) {
        let mut closure = BTreeSet::from([state]);
        for _ in 0..g.states() {
            let more = closure.iter().flat_map(|&s| g.arcs(s)).filter(|a| a.ilabel == EPSILON).map(|a| a.target);
            let more: Vec<_> = more.collect();
            closure.extend(more);
        }
        let labels = closure.iter().flat_map(|&s| g.arcs(s)).map(|a| a.ilabel).filter(|&l| l != EPSILON);
        (labels.collect::<BTreeSet<_>>().into_iter().collect(), closure.iter().any(|&s| g.is_final(s)))
    }

    #[test]
    fn what_comes_next_is_what_the_states_behind_epsilons_have() {
        let (mut seed, mut labels, mut circles) = (1_u32, 0, 0);
        for _ in 0..2_000 {
            let mut draw = |n: u32| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 16) % n
            };
            let n = 2 + draw(9);
            let arcs: Vec<_> = (0..draw(3 * n)).map(|_| (draw(n), draw(3) * draw(5), draw(n))).collect();
            let ends: Vec<_> = (0..draw(3)).map(|_| draw(n)).collect();
            let g = graph(&arcs, &ends, n);
            let (mut reach, mut counted) = (Reach::new(By::Input, usize::MAX), Counted(&g, 0));
            for first in [draw(n)].into_iter().chain(0..n) {
                let next = reach.of(&mut counted, first).unwrap();
                let expected = walked(&g, first);
                assert_eq!((next.labels.unwrap().to_vec(), next.ends), expected, "state {first} of {g:?}");
                labels += expected.0.len();
            }
            assert!(counted.1 <= 2 * n as usize, "{} times", counted.1);
            circles += usize::from(arcs.iter().any(|a| a.1 == 0 && arcs.contains(&(a.2, 0, a.0)) && a.0 != a.2));
        }
        assert!(labels > 10_000 && circles > 200, "{labels} {circles}");
    }

    #[test]
    fn a_run_of_epsilons_has_one_list() {
        let n = 200_000;
        let run: Vec<_> = (0..n).map(|s| (s, 0, s + 1)).chain([(n, 7, n + 1)]).collect();
        let g = graph(&run, &[n + 1], n + 2);
        let (mut reach, mut counted) = (Reach::new(By::Input, 1), Counted(&g, 0));
        let last = reach.of(&mut counted, n).unwrap();
        for s in 0..=n {
            let next = reach.of(&mut counted, s).unwrap();
            assert!(Rc::ptr_eq(&next.labels.unwrap(), last.labels.as_ref().unwrap()) && !next.ends);
        }
        assert_eq!(counted.1, 2 * n as usize + 2);
    }

    #[test]
    fn lists_that_have_no_room_admit_everything() {
        // Each state of the run adds a label of its own: the lists together have n²/2.
        let n = 3_000;
        let run = (0..n).flat_map(|s| [(s, 0, s + 1), (s, s + 1, n + 1)]);
        let g = graph(&run.collect::<Vec<_>>(), &[n + 1], n + 2);
        let mut reach = Reach::new(By::Input, 10_000);
        let kept: usize =
            (0..n).filter_map(|s| reach.of(&mut Counted(&g, 0), s).unwrap().labels).map(|l| l.len()).sum();
        assert!((9_000..=10_000).contains(&kept), "{kept}");
        let mut ahead = LookAhead { left: Reach::new(By::Output, 0), right: reach };
        let pair = |right| Pair { left: n + 1, right, filter: 0 };
        let mut admits = |right| ahead.admits(&mut Counted(&g, 0), &mut Counted(&g, 0), pair(right)).unwrap();
        assert!(admits(0) && !admits(n - 1));
    }
}
