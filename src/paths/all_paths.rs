//! Every path, one after another.

use std::ops::Range;

use super::Path;
use crate::graph::{ArcId, Graph, StateId, incoming};
use crate::semiring::{Energy, Weight};

/// Where a listing of paths ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathLimit {
    /// Most arcs of a path.
    pub arcs: usize,
    /// Most paths.
    pub paths: usize,
}

impl Default for PathLimit {
    /// 1,000 arcs and a million paths.
    fn default() -> Self {
        PathLimit { arcs: 1_000, paths: 1_000_000 }
    }
}

/// The accepting paths of a graph, cyclic or not, found while they are asked for.
///
/// # Arguments
/// * `g`: any graph. A path over a weight of +∞ is no path.
/// * `limit`: the most arcs of a path, without which a cyclic graph would have no last path, and the most paths.
///
/// # Returns
/// An iterator over every path of at most so many arcs, each once, in the order of a depth-first search: what ends in a
/// state comes before what goes on, then arc by arc. For the paths of lowest energy see [`k_best`](super::k_best()).
///
/// # Errors
/// None: where there is no path, as in the empty graph, the iterator ends at once.
///
/// # Cost
/// O(states + arcs) at first, and then for each path at most its length times the arcs of a state: no time is spent
/// where no path ends within the limit. Memory is O(states + arcs + length of a path).
///
/// # Example
/// ```text
///       ┌b┐
/// ─▶ 0 ─a─▶ ◎     up to three arcs:   a   ab   abb
/// ```
///
/// ```
/// use energraph::paths::{PathLimit, all_paths};
/// use energraph::{Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::FREE, 1);
/// b.arc(1, 2, 2, Energy::new(0.5)?, 1);
/// b.final_weight(1, Energy::FREE);
/// let g = b.build()?;
/// let mut paths = all_paths(&g, PathLimit { arcs: 3, ..PathLimit::default() });
/// assert_eq!(paths.next().map(|p| p.input), Some(vec![1]));
/// assert_eq!(paths.by_ref().map(|p| p.energy).collect::<Vec<_>>(), [0.5, 1.0]);
/// assert!(paths.passed_over());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn all_paths(g: &Graph<Energy>, limit: PathLimit) -> AllPaths<'_> {
    let ends = arcs_to_end(g);
    let mut all = AllPaths { g, limit, ends, arcs: Vec::new(), trail: Vec::new(), passed_over: false };
    if let Some(start) = g.start()
        && all.reaches(start, 0)
    {
        all.trail.push(Frame { state: start, ended: false, rest: g.arc_ids(start) });
    }
    all
}

/// The paths of [`all_paths`].
#[derive(Debug, Clone)]
pub struct AllPaths<'g> {
    g: &'g Graph<Energy>,
    /// `limit.paths` counts down.
    limit: PathLimit,
    /// By state: arcs on the shortest way to an end.
    ends: Vec<usize>,
    /// The arcs that led to the last frame.
    arcs: Vec<ArcId>,
    trail: Vec<Frame>,
    passed_over: bool,
}

/// A state on the path at hand.
#[derive(Debug, Clone)]
struct Frame {
    state: StateId,
    /// Whether the path that ends here was given.
    ended: bool,
    /// Arcs that were not taken yet.
    rest: Range<ArcId>,
}

impl AllPaths<'_> {
    /// Whether accepting paths were left out so far that have more arcs than the limit.
    pub fn passed_over(&self) -> bool {
        self.passed_over
    }

    /// Whether an end is near enough behind so many arcs.
    fn reaches(&mut self, state: StateId, arcs: usize) -> bool {
        let left = self.ends[state as usize];
        let near = left <= self.limit.arcs.saturating_sub(arcs) && arcs <= self.limit.arcs;
        self.passed_over |= !near && left < usize::MAX;
        near
    }
}

impl Iterator for AllPaths<'_> {
    type Item = Path;

    fn next(&mut self) -> Option<Path> {
        while self.limit.paths > 0
            && let Some(frame) = self.trail.last_mut()
        {
            let state = frame.state;
            if !std::mem::replace(&mut frame.ended, true) && self.g.is_final(state) {
                self.limit.paths -= 1;
                return Some(Path::read(self.g, self.arcs.clone(), state));
            }
            let Some(id) = frame.rest.next() else {
                self.trail.pop();
                self.arcs.pop();
                continue;
            };
            let a = &self.g.all_arcs()[id as usize];
            if !a.weight.is_zero() && self.reaches(a.target, self.arcs.len() + 1) {
                self.arcs.push(id);
                self.trail.push(Frame { state: a.target, ended: false, rest: self.g.arc_ids(a.target) });
            }
        }
        None
    }
}

/// By state, the number of arcs on the shortest way to an end, over weights other than +∞; `usize::MAX` where there is
/// none. Cost: O(states + arcs).
pub(super) fn arcs_to_end(g: &Graph<Energy>) -> Vec<usize> {
    let n = g.states();
    let (offsets, sources) = incoming(g, &vec![true; n]);
    let mut ends = vec![usize::MAX; n];
    let mut open: Vec<StateId> = (0..n as StateId).filter(|&s| g.is_final(s)).collect();
    open.iter().for_each(|&s| ends[s as usize] = 0);
    let mut next = 0;
    while let Some(&t) = open.get(next) {
        next += 1;
        let behind = ends[t as usize] + 1;
        for &(s, _) in &sources[offsets[t as usize] as usize..offsets[t as usize + 1] as usize] {
            if ends[s as usize] == usize::MAX {
                ends[s as usize] = behind;
                open.push(s);
            }
        }
    }
    ends
}
