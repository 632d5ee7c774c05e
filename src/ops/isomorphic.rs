//! Whether two graphs are one up to the numbers of their states and the order of their arcs.

use std::hash::Hash;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Budget, OpError};
use crate::graph::{ArcId, Graph, Label, StateId};
use crate::semiring::{Tolerance, Weight};

/// Whether two graphs are the same up to the numbers of their states and the order of their arcs.
///
/// # Arguments
/// * `a`, `b`: any graphs. States that the start does not reach play no part.
/// * `tolerance`: how far apart the weights of two arcs or ends may be that stand for each other.
/// * `budget`: how much may be tried; each arc counts as often as it is.
///
/// # Returns
/// Whether some one-to-one mapping of the states and of the arcs of `a` to those of `b` keeps the start, sources,
/// targets and labels, and weights within the tolerance. Where several arcs of a state bear the same labels, every way
/// to pair them is open (OpenFst tries one, and fails where that does not fit), so the answer is exact. Isomorphic
/// graphs have the same paths; graphs with the same paths need not be isomorphic (see
/// [`equivalent`](super::equivalent())).
///
/// # Errors
/// [`OpError::Budget`] where the search takes too long, which needs states that look alike in all their surroundings
/// and are not.
///
/// # Cost
/// O(states + arcs · log arcs) where no two arcs of a state bear the same labels. Else a search, which is exponential
/// at worst, after states are told apart by what lies within 16 arcs of them.
///
/// # Source
/// `fstisomorphic` of C. Allauzen et al., *OpenFst: a general and efficient weighted finite-state transducer library*,
/// 2007; colour refinement: B. Weisfeiler, A. Leman, *The reduction of a graph to canonical form*, 1968.
///
/// # Example
/// ```text
///   ┌─a─▶ 1 ─b─▶ ◎            ┌─a─▶ 2 ─c─▶ ◎
/// ─▶0                  is   ─▶0
///   └─a─▶ 2 ─c─▶ ◎            └─a─▶ 1 ─b─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{Budget, isomorphic};
/// use energraph::semiring::Tolerance;
/// use energraph::{Energy, GraphBuilder};
/// let graph = |arcs: [(u32, u32, u32); 4]| {
///     let mut b = GraphBuilder::new();
///     b.add_states(4);
///     b.start(0);
///     arcs.iter().for_each(|&(s, label, t)| b.arc(s, label, label, Energy::FREE, t));
///     b.final_weight(3, Energy::FREE);
///     b.build()
/// };
/// let a = graph([(0, 1, 1), (0, 1, 2), (1, 2, 3), (2, 3, 3)])?;
/// let b = graph([(0, 1, 1), (0, 1, 2), (1, 3, 3), (2, 2, 3)])?;
/// let c = graph([(0, 1, 1), (0, 1, 2), (1, 3, 3), (2, 3, 3)])?;
/// assert!(isomorphic(&a, &b, Tolerance::EXACT, Budget::default())?);
/// assert!(!isomorphic(&a, &c, Tolerance::EXACT, Budget::default())?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn isomorphic<W: Weight>(
    a: &Graph<W>,
    b: &Graph<W>,
    tolerance: Tolerance,
    budget: Budget,
) -> Result<bool, OpError> {
    let (Some(p), Some(q)) = (a.start(), b.start()) else { return Ok(a.start() == b.start()) };
    let (left, right) = (Side::new(a, p), Side::new(b, q));
    if left.states.len() != right.states.len() || left.plan.len() != right.plan.len() {
        return Ok(false);
    }
    let colours = colours(&left, &right, tolerance);
    let sorted = |side: &Side<'_, W>, colours: &[u32]| {
        let mut all: Vec<u32> = side.states.iter().map(|&s| colours[s as usize]).collect();
        all.sort_unstable();
        all
    };
    if sorted(&left, &colours.0) != sorted(&right, &colours.1) {
        return Ok(false);
    }
    let to = vec![None; a.states()];
    let from = vec![None; b.states()];
    let used = vec![false; b.arc_count()];
    let mut search = Search { left, right, colours, tolerance, to, from, used, tried: 0 };
    if !search.fits(p, q) {
        return Ok(false);
    }
    search.to[p as usize] = Some(q);
    search.from[q as usize] = Some(p);
    search.run(budget)
}

/// A graph as the search sees it.
struct Side<'g, W> {
    g: &'g Graph<W>,
    /// The states that are reached.
    states: Vec<StateId>,
    /// Arcs of every state sorted by their labels, in the rows of the graph.
    sorted: Vec<ArcId>,
    /// (source, arc): the arcs of the states that are reached, each behind an arc to its source; what a new state leads to
    /// comes at once, so that a wrong choice shows early.
    plan: Vec<(StateId, ArcId)>,
}

impl<'g, W: Weight> Side<'g, W> {
    fn new(g: &'g Graph<W>, start: StateId) -> Self {
        let mut sorted: Vec<ArcId> = (0..g.arc_count() as ArcId).collect();
        for s in 0..g.states() as StateId {
            let row = g.arc_ids(s);
            sorted[row.start as usize..row.end as usize].sort_by_key(|&id| labels(g, id));
        }
        let mut met = vec![false; g.states()];
        met[start as usize] = true;
        let (mut states, mut plan) = (vec![start], Vec::new());
        let mut trail = vec![(start, g.arc_ids(start))];
        while let Some((s, rest)) = trail.last_mut() {
            let Some(at) = rest.next() else {
                trail.pop();
                continue;
            };
            let id = sorted[at as usize];
            plan.push((*s, id));
            let target = g.all_arcs()[id as usize].target;
            if !std::mem::replace(&mut met[target as usize], true) {
                states.push(target);
                trail.push((target, g.arc_ids(target)));
            }
        }
        Side { g, states, sorted, plan }
    }
}

fn labels<W: Weight>(g: &Graph<W>, arc: ArcId) -> (Label, Label) {
    let a = &g.all_arcs()[arc as usize];
    (a.ilabel, a.olabel)
}

/// Rounds of refinement.
const ROUNDS: usize = 16;

/// Colours of the states of both graphs: states that some mapping pairs have one colour.
fn colours<W: Weight>(a: &Side<'_, W>, b: &Side<'_, W>, tolerance: Tolerance) -> (Vec<u32>, Vec<u32>) {
    let classes = Classes::new(a, b, tolerance);
    let mut names = Names::default();
    let first = |side: &Side<'_, W>, names: &mut Names<(u32, u32)>| {
        let mut colours = vec![0; side.g.states()];
        let mut incoming = vec![0_u32; side.g.states()];
        side.plan.iter().for_each(|(_, id)| incoming[side.g.all_arcs()[*id as usize].target as usize] += 1);
        for &s in &side.states {
            let end = classes.of(&side.g.final_weight(s));
            colours[s as usize] = names.of((end, incoming[s as usize]));
        }
        colours
    };
    let mut found = (first(a, &mut names), first(b, &mut names));
    let mut known = names.0.len();
    for _ in 0..ROUNDS {
        let mut names = Names::default();
        found = (refined(a, &found.0, &classes, &mut names), refined(b, &found.1, &classes, &mut names));
        if names.0.len() == known {
            break;
        }
        known = names.0.len();
    }
    found
}

/// A colour, and its arcs' labels, weights and targets' colours.
type Surroundings = (u32, Vec<(Label, Label, u32, u32)>);

fn refined<W: Weight>(
    side: &Side<'_, W>,
    colours: &[u32],
    classes: &Classes<W>,
    names: &mut Names<Surroundings>,
) -> Vec<u32> {
    let mut next = vec![0; side.g.states()];
    for &s in &side.states {
        let arcs = side.g.arcs(s).iter();
        let mut arcs: Vec<_> =
            arcs.map(|a| (a.ilabel, a.olabel, classes.of(&a.weight), colours[a.target as usize])).collect();
        arcs.sort_unstable();
        next[s as usize] = names.of((colours[s as usize], arcs));
    }
    next
}

/// Things numbered as they are met.
struct Names<T>(FxHashMap<T, u32>);

impl<T> Default for Names<T> {
    fn default() -> Self {
        Names(FxHashMap::default())
    }
}

impl<T: Eq + Hash> Names<T> {
    fn of(&mut self, thing: T) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(thing).or_insert(next)
    }
}

/// Most distinct weights that are compared each with each.
const COMPARED: usize = 1_000;

/// Classes of weights: two within the tolerance are in one, others may be.
struct Classes<W>(FxHashMap<W, u32>);

impl<W: Weight> Classes<W> {
    fn new(a: &Side<'_, W>, b: &Side<'_, W>, tolerance: Tolerance) -> Self {
        let exact = tolerance == Tolerance::EXACT;
        let (mut met, mut distinct) = (FxHashSet::default(), Vec::new());
        for side in [a, b] {
            let arcs = side.g.all_arcs().iter().map(|a| &a.weight);
            for w in arcs.chain(side.g.final_weights()) {
                if (exact || distinct.len() <= COMPARED) && met.insert(w) {
                    distinct.push(w);
                }
            }
        }
        let mut class: Vec<u32> = (0..distinct.len() as u32).collect();
        if !exact && distinct.len() > COMPARED {
            class.clear();
        }
        let compared = if exact { 0 } else { class.len() };
        for i in 0..compared {
            for j in 0..i {
                if class[i] != class[j] && distinct[i].close(distinct[j], tolerance) {
                    let (old, new) = (class[i], class[j]);
                    class.iter_mut().filter(|c| **c == old).for_each(|c| *c = new);
                }
            }
        }
        Classes(distinct.into_iter().cloned().zip(class).collect())
    }

    /// One class for all where none were made.
    fn of(&self, w: &W) -> u32 {
        self.0.get(w).copied().unwrap_or_default()
    }
}

struct Search<'g, W> {
    left: Side<'g, W>,
    right: Side<'g, W>,
    colours: (Vec<u32>, Vec<u32>),
    tolerance: Tolerance,
    to: Vec<Option<StateId>>,
    from: Vec<Option<StateId>>,
    /// Arcs of the second graph that stand for one of the first.
    used: Vec<bool>,
    tried: usize,
}

/// A choice of a partner for an arc.
struct Choice {
    /// Positions among the sorted arcs of the second graph that bear the same labels: the first, the next to try, the end.
    first: usize,
    next: usize,
    end: usize,
    /// Whether the choice also paired the targets.
    paired: bool,
}

impl<W: Weight> Search<'_, W> {
    /// Whether two states may be one.
    fn fits(&self, p: StateId, q: StateId) -> bool {
        self.colours.0[p as usize] == self.colours.1[q as usize]
            && self.left.g.arcs(p).len() == self.right.g.arcs(q).len()
            && self.left.g.final_weight(p).close(&self.right.g.final_weight(q), self.tolerance)
    }

    fn run(&mut self, budget: Budget) -> Result<bool, OpError> {
        let mut made: Vec<Choice> = Vec::new();
        let Some(first) = self.left.plan.first().map(|&(s, id)| self.open(s, id)) else { return Ok(true) };
        made.push(first);
        while let Some(depth) = made.len().checked_sub(1) {
            let id = self.left.plan[depth].1;
            let found = made.last_mut().is_some_and(|choice| self.choose(id, choice));
            budget.check(self.left.states.len(), self.tried)?;
            if !found {
                made.pop();
                if let (Some(choice), Some(&(_, id))) = (made.last_mut(), self.left.plan.get(depth.wrapping_sub(1))) {
                    self.undo(id, choice);
                }
                continue;
            }
            match self.left.plan.get(depth + 1) {
                Some(&(s, id)) => made.push(self.open(s, id)),
                None => return Ok(true),
            }
        }
        Ok(false)
    }

    /// The choice for an arc whose source has a partner.
    fn open(&self, source: StateId, id: ArcId) -> Choice {
        let row = self.right.g.arc_ids(self.to[source as usize].unwrap_or_default());
        let wanted = labels(self.left.g, id);
        let (start, arcs) = (row.start as usize, &self.right.sorted[row.start as usize..row.end as usize]);
        let first = start + arcs.partition_point(|&b| labels(self.right.g, b) < wanted);
        let end = start + arcs.partition_point(|&b| labels(self.right.g, b) <= wanted);
        Choice { first, next: first, end, paired: false }
    }

    /// Takes the next partner that fits.
    fn choose(&mut self, id: ArcId, choice: &mut Choice) -> bool {
        let a = &self.left.g.all_arcs()[id as usize];
        while choice.next < choice.end {
            let at = choice.next;
            let partner = self.right.sorted[at];
            choice.next += 1;
            self.tried = self.tried.saturating_add(1);
            let b = &self.right.g.all_arcs()[partner as usize];
            let (there, back) = (self.to[a.target as usize], self.from[b.target as usize]);
            let known = there.is_some() || back.is_some();
            let targets = if known { there == Some(b.target) } else { self.fits(a.target, b.target) };
            if self.used[partner as usize] || !targets || !a.weight.close(&b.weight, self.tolerance) {
                continue;
            }
            // What was tried in vain needs no second try with an arc that is its like.
            let tried = &self.right.sorted[choice.first..at];
            let alike = |&t: &ArcId| {
                let t_arc = &self.right.g.all_arcs()[t as usize];
                !self.used[t as usize] && t_arc.target == b.target && t_arc.weight == b.weight
            };
            if tried.iter().any(alike) {
                continue;
            }
            self.used[partner as usize] = true;
            choice.paired = !known;
            if choice.paired {
                self.to[a.target as usize] = Some(b.target);
                self.from[b.target as usize] = Some(a.target);
            }
            return true;
        }
        false
    }

    /// Takes a choice back.
    fn undo(&mut self, id: ArcId, choice: &mut Choice) {
        let partner = self.right.sorted[choice.next - 1];
        self.used[partner as usize] = false;
        if std::mem::take(&mut choice.paired) {
            self.to[self.left.g.all_arcs()[id as usize].target as usize] = None;
            self.from[self.right.g.all_arcs()[partner as usize].target as usize] = None;
        }
    }
}
