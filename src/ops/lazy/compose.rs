//! Composition expanded on demand.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::super::compose::MOST_ARCS;
use super::super::filter::{Leaving, Step, steps};
use super::super::index::{By, Entries, Row};
use super::super::look_ahead::LookAhead;
use super::super::pairs::{Pair, Pairs};
use super::LazyGraph;
use crate::graph::{Arc, EPSILON, Graph, InputSite, NO_ARC, StateId};
use crate::ops::{Budget, Compose, Filter, OpError};
use crate::semiring::{Commutative, Weight};

/// How much of a lazy graph has come into being.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Touched {
    /// States whose arcs were asked for.
    pub expanded: usize,
    /// States that have a number: the start, and the targets of the arcs of the others.
    pub met: usize,
    /// Arcs that leave the expanded states.
    pub arcs: usize,
}

/// The composition `a ∘ b`, whose states come into being when their arcs are asked for.
///
/// # Arguments
/// * `a`, `b`: [`LazyGraph`]s: references to graphs, other compositions, or your own. A chain `(a ∘ b) ∘ c` is a
///   composition of a composition; given as `&mut`, the inner one keeps what it has expanded.
/// * `o`: the filter, whether to look ahead, and how many states may be met and arcs expanded.
///   [`Compose::allow_empty`] and [`Compose::dead_ends`] have no meaning here.
///
/// # Returns
/// The states and arcs of [`compose()`](crate::ops::compose()) before it drops what leads to no end, in the same order;
/// [`expand()`](crate::ops::expand()) makes the same graph. States are numbered in the order in which they are met,
/// from 0, the start. Origins and parts number the inputs from left to right.
///
/// # Errors
/// [`LazyGraph::arcs`] gives [`OpError::Budget`] from the state on at which the budget is exceeded, and from then on
/// for all.
///
/// # Cost
/// Nothing at first. For every state expanded, the matching arcs plus a search in the longer row of arcs for each label
/// of the shorter, and a few hash look-ups; rows of arcs are sorted when first touched. What was expanded is kept.
/// Looking ahead has compositions within this one expanded a little further than otherwise.
///
/// # Source
/// M. Mohri, F. Pereira, M. Riley, *The design principles of a weighted finite-state transducer library*, 2000.
///
/// # Example
/// ```text
///  a ──┐
///      ├─ LazyCompose ──┐                      ┌── expand: all of it
///  b ──┘                ├─ LazyCompose ──asks──┼── lazy_best_path: what the best path needs
///  c ───────────────────┘                      └── lazy_within: what lies near the best path
/// ```
///
/// ```
/// use energraph::ops::{Compose, LazyCompose, LazyGraph, from_strings};
/// use energraph::paths::{Heuristic, lazy_best_path};
/// use energraph::{Energy, GraphBuilder};
/// // "4" costs 0.5, two digits a little more; the lexicon has strings of two alone.
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(0);
/// for (from, label, energy, to) in [(0, 1, 0.3, 1), (0, 7, 1.2, 1), (1, 1, 0.9, 2), (1, 7, 0.4, 2), (0, 4, 0.5, 2)] {
///     b.arc(from, label, label, Energy::new(energy)?, to);
/// }
/// b.final_weight(2, Energy::FREE);
/// let (recognition, lexicon) = (b.build()?, from_strings([[1, 1], [1, 7], [7, 7]])?);
///
/// let mut both = LazyCompose::new(&recognition, &lexicon, &Compose::default());
/// assert_eq!(both.touched().expanded, 0);
/// let ahead = Heuristic::of(&both)?;
/// let best = lazy_best_path(&mut both, &ahead)?.ok_or("nothing fits")?;
/// assert_eq!(best.output, [1, 7]);
/// assert_eq!(both.touched().expanded, 2); // along the best path, its end excepted
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct LazyCompose<A: LazyGraph, B> {
    a: A,
    b: B,
    left: Sorted,
    right: Sorted,
    filter: Filter,
    look_ahead: Option<LookAhead>,
    budget: Budget,
    pairs: Pairs,
    /// Where the arcs of a state lie, by state; `None` where it was not asked.
    rows: Vec<Option<Range<usize>>>,
    arcs: Vec<Arc<A::Weight>>,
    /// By arc, the positions among the arcs of the left and the right state, or [`NO_ARC`].
    moved: Vec<(u32, u32)>,
    /// Arcs of the state being expanded.
    steps: Vec<Step>,
    expanded: usize,
    /// Inputs of `a`.
    lefts: u32,
}

/// Rows of one side, sorted when first touched.
struct Sorted {
    by: By,
    rows: FxHashMap<StateId, Row>,
    entries: Entries,
}

impl Sorted {
    fn new(by: By) -> Self {
        Sorted { by, rows: FxHashMap::default(), entries: Entries::default() }
    }

    /// The row of a state; `None` where there is no room.
    fn row<W>(&mut self, state: StateId, arcs: &[Arc<W>], is_final: bool) -> Option<Row> {
        if let Some(&row) = self.rows.get(&state) {
            return Some(row);
        }
        if arcs.len() >= MOST_ARCS || self.entries.len() >= MOST_ARCS {
            return None;
        }
        let row = self.entries.add((0..).zip(arcs).map(|(position, a)| self.by.entry(a, position)), is_final);
        self.rows.insert(state, row);
        Some(row)
    }
}

impl<A, B> LazyCompose<A, B>
where
    A: LazyGraph,
    B: LazyGraph<Weight = A::Weight>,
{
    /// Nothing but the start yet.
    pub fn new(a: A, b: B, o: &Compose) -> Self {
        let mut pairs = Pairs::unbounded();
        if let (Some(left), Some(right)) = (a.start(), b.start()) {
            pairs.number(Pair { left, right, filter: 0 });
        }
        LazyCompose {
            lefts: a.inputs().len() as u32,
            a,
            b,
            left: Sorted::new(By::Output),
            right: Sorted::new(By::Input),
            filter: o.filter,
            look_ahead: o.look_ahead.then(|| LookAhead::new(o.budget)),
            budget: Budget { states: o.budget.states.min(StateId::MAX as usize), arcs: o.budget.arcs.min(MOST_ARCS) },
            pairs,
            rows: Vec::new(),
            arcs: Vec::new(),
            moved: Vec::new(),
            steps: Vec::new(),
            expanded: 0,
        }
    }

    /// How much has come into being; of this composition alone, not of compositions that it is made of.
    pub fn touched(&self) -> Touched {
        Touched { expanded: self.expanded, met: self.pairs.list.len(), arcs: self.arcs.len() }
    }

    fn pair(&self, state: StateId) -> Option<Pair> {
        self.pairs.list.get(state as usize).copied()
    }

    fn within_budget(&self) -> Result<(), OpError> {
        self.budget.check(self.pairs.list.len(), self.arcs.len())
    }

    fn row(&self, state: StateId) -> Option<Range<usize>> {
        self.rows.get(state as usize).cloned().flatten()
    }
}

impl<A, B> LazyCompose<A, B>
where
    A: LazyGraph<Weight: Commutative>,
    B: LazyGraph<Weight = A::Weight>,
{
    fn expand(&mut self, state: StateId, at: Pair) -> Result<Range<usize>, OpError> {
        let is_final = (!self.a.final_weight(at.left).is_zero(), !self.b.final_weight(at.right).is_zero());
        let (of_a, of_b) = (self.a.arcs(at.left)?, self.b.arcs(at.right)?);
        let rows = (self.left.row(at.left, of_a, is_final.0), self.right.row(at.right, of_b, is_final.1));
        let (Some(l), Some(r)) = rows else {
            return Err(OpError::Budget { states: self.pairs.list.len(), arcs: self.left.entries.len() });
        };
        let l = Leaving { entries: &self.left.entries, row: l };
        let r = Leaving { entries: &self.right.entries, row: r };
        if let Some(ahead) = &mut self.look_ahead {
            let budget = self.budget.steps_ahead();
            steps(self.filter, at, l, r, budget.steps(0), &mut self.steps);
            if let Err(over) = budget.check(self.pairs.list.len(), self.steps.len()) {
                // From now on nothing is within it.
                self.budget = Budget { states: 0, arcs: 0 };
                return Err(over);
            }
            ahead.keep(&mut self.steps, &mut self.a, &mut self.b)?;
        } else {
            steps(self.filter, at, l, r, self.budget.steps(self.arcs.len()), &mut self.steps);
        }
        let first = self.arcs.len();
        let (of_a, of_b) = (self.a.arcs(at.left)?, self.b.arcs(at.right)?);
        for Step { arcs: [x, y], target } in &self.steps {
            let number = || self.pairs.number(*target);
            if let Some(arc) = joined(of_a.get(*x as usize), of_b.get(*y as usize), number) {
                self.arcs.push(arc);
                self.moved.push((*x, *y));
            }
        }
        let row = first..self.arcs.len();
        if self.rows.len() <= state as usize {
            self.rows.resize(self.pairs.list.len().max(state as usize + 1), None);
        }
        self.rows[state as usize] = Some(row.clone());
        self.expanded += 1;
        Ok(row)
    }
}

/// An arc of the product from the arcs of its sides, of which one may be missing.
fn joined<W: Weight>(x: Option<&Arc<W>>, y: Option<&Arc<W>>, to: impl FnOnce() -> StateId) -> Option<Arc<W>> {
    Some(match (x, y) {
        (Some(x), Some(y)) => {
            Arc { ilabel: x.ilabel, olabel: y.olabel, weight: x.weight.times(&y.weight), target: to() }
        }
        (Some(x), None) => Arc { ilabel: x.ilabel, olabel: EPSILON, weight: x.weight.clone(), target: to() },
        (None, Some(y)) => Arc { ilabel: EPSILON, olabel: y.olabel, weight: y.weight.clone(), target: to() },
        // A row that has shrunk since it was sorted.
        (None, None) => return None,
    })
}

impl<A, B> LazyGraph for LazyCompose<A, B>
where
    A: LazyGraph<Weight: Commutative>,
    B: LazyGraph<Weight = A::Weight>,
{
    type Weight = A::Weight;

    fn start(&self) -> Option<StateId> {
        (!self.pairs.list.is_empty()).then_some(0)
    }

    fn final_weight(&self, state: StateId) -> A::Weight {
        match self.pair(state) {
            Some(p) => self.a.final_weight(p.left).times(&self.b.final_weight(p.right)),
            None => A::Weight::zero(),
        }
    }

    fn arcs(&mut self, state: StateId) -> Result<&[Arc<A::Weight>], OpError> {
        self.within_budget()?;
        let row = match (self.row(state), self.pair(state)) {
            (Some(row), _) => row,
            (None, Some(pair)) => self.expand(state, pair)?,
            (None, None) => 0..0,
        };
        self.within_budget()?;
        Ok(&self.arcs[row])
    }

    fn inputs(&self) -> Vec<&Graph<A::Weight>> {
        let mut inputs = self.a.inputs();
        inputs.extend(self.b.inputs());
        inputs
    }

    fn parts(&self, state: StateId, parts: &mut Vec<StateId>) {
        if let Some(p) = self.pair(state) {
            self.a.parts(p.left, parts);
            self.b.parts(p.right, parts);
        }
    }

    fn arc_origin(&self, state: StateId, position: usize, sites: &mut Vec<InputSite>) {
        let moved = self.row(state).and_then(|row| self.moved[row].get(position));
        let (Some(&(x, y)), Some(p)) = (moved, self.pair(state)) else { return };
        if x != NO_ARC {
            self.a.arc_origin(p.left, x as usize, sites);
        }
        let own = sites.len();
        if y != NO_ARC {
            self.b.arc_origin(p.right, y as usize, sites);
        }
        sites[own..].iter_mut().for_each(|site| site.input += self.lefts);
    }

    fn final_origin(&self, state: StateId, sites: &mut Vec<InputSite>) {
        let Some(p) = self.pair(state) else { return };
        self.a.final_origin(p.left, sites);
        let own = sites.len();
        self.b.final_origin(p.right, sites);
        sites[own..].iter_mut().for_each(|site| site.input += self.lefts);
    }

    fn counts_once(&self) -> bool {
        self.filter.counts_once() && self.a.counts_once() && self.b.counts_once()
    }
}
