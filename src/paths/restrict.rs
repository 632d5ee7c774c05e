//! The product of a graph with the trie of right outputs, or with its complement.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::order::{Order, useful};
use super::{Answer, PathError};
use crate::graph::{Arc, ArcId, EPSILON, Graph, GraphError, InputSite, Label, OriginBuilder, Site, StateId, Traced};
use crate::semiring::Weight;

/// Which paths the product holds.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Keep {
    /// Those that write a right output.
    Answer,
    /// Those that write any other.
    Others,
}

/// A position in the trie of right outputs, or [`ASTRAY`].
pub(super) type Position = u32;

/// The position of outputs that are a beginning of no right one. The lowest number, so that it sorts first.
const ASTRAY: Position = 0;
const ROOT: Position = 1;

/// The right outputs as a tree of positions.
pub(super) struct Trie {
    children: Vec<SmallVec<[(Label, Position); 1]>>,
    right: Vec<bool>,
}

impl Trie {
    /// Where outputs begin.
    pub(super) const ROOT: usize = ROOT as usize;

    pub(super) fn of(answer: &Answer) -> Trie {
        let mut trie = Trie { children: vec![SmallVec::new(); 2], right: vec![false; 2] };
        for output in answer.outputs() {
            let mut at = ROOT;
            for &label in output {
                at = match trie.child(at, label) {
                    ASTRAY => trie.grow(at, label),
                    child => child,
                };
            }
            trie.right[at as usize] = true;
        }
        trie
    }

    /// Every label that a right output may go on with: label, position, next position.
    pub(super) fn moves(&self) -> Vec<(Label, Position, Position)> {
        let rows = (0..).zip(&self.children);
        rows.flat_map(|(from, row)| row.iter().map(move |&(label, to)| (label, from, to))).collect()
    }

    /// Number of positions, the one astray included.
    pub(super) fn positions(&self) -> usize {
        self.right.len()
    }

    /// Whether an output that ends here is a right one.
    pub(super) fn is_right(&self, position: usize) -> bool {
        self.right[position]
    }

    fn grow(&mut self, at: Position, label: Label) -> Position {
        let new = self.children.len() as Position;
        self.children.push(SmallVec::new());
        self.right.push(false);
        // Outputs come sorted, so children do.
        self.children[at as usize].push((label, new));
        new
    }

    fn child(&self, at: Position, label: Label) -> Position {
        match self.children[at as usize].as_slice() {
            // Of one right output, every position.
            [(only, child)] => {
                if *only == label {
                    *child
                } else {
                    ASTRAY
                }
            }
            several => several.binary_search_by_key(&label, |c| c.0).map_or(ASTRAY, |i| several[i].1),
        }
    }

    /// Where an output label leads; `None` where nothing that is kept begins so.
    fn step(&self, at: Position, label: Label, keep: Keep) -> Option<Position> {
        let next = if label == EPSILON { at } else { self.child(at, label) };
        (keep == Keep::Others || next != ASTRAY).then_some(next)
    }
}

/// A state of the product: a state of the graph, and where in the trie the output so far is.
type Pair = (StateId, Position);

/// What is known of pairs: nothing, that they are reached, or their number in the product.
enum Pairs {
    /// By state and position, where that fits.
    Dense {
        width: usize,
        known: Vec<StateId>,
    },
    Sparse(FxHashMap<Pair, StateId>),
}

/// Reached, not numbered yet.
const REACHED: StateId = StateId::MAX;
const UNKNOWN: StateId = StateId::MAX - 1;
/// Most entries of a dense table: 16 MB.
const DENSE: usize = 1 << 22;

impl Pairs {
    fn new(states: usize, width: usize) -> Pairs {
        match states.checked_mul(width) {
            Some(size) if size <= DENSE => Pairs::Dense { width, known: vec![UNKNOWN; size] },
            _ => Pairs::Sparse(FxHashMap::default()),
        }
    }

    fn slot(&mut self, pair: Pair) -> &mut StateId {
        match self {
            Pairs::Dense { width, known } => &mut known[pair.0 as usize * *width + pair.1 as usize],
            Pairs::Sparse(known) => known.entry(pair).or_insert(UNKNOWN),
        }
    }

    /// Whether the pair was not reached before.
    fn reach(&mut self, pair: Pair) -> bool {
        let slot = self.slot(pair);
        let new = *slot == UNKNOWN;
        if new {
            *slot = REACHED;
        }
        new
    }
}

/// An arc of the product: its pair's state, the arc it came from, the position it leads to.
type Step = (StateId, ArcId, Position);

/// The product under construction.
struct Product<'a, W> {
    g: &'a Graph<W>,
    trie: &'a Trie,
    keep: Keep,
    /// States from which an end can be reached.
    alive: Vec<bool>,
    pairs: Pairs,
    /// The pairs by number.
    numbered: Vec<Pair>,
    steps: Vec<Step>,
}

/// The paths that write a right output or any other; every site names the site that it came from.
pub(super) fn product<W: Weight>(g: &Graph<W>, trie: &Trie, keep: Keep) -> Result<Traced<W>, PathError> {
    let order = Order::of(g).ok();
    let alive = match &order {
        Some(order) => alive(g, order),
        None => useful(g),
    };
    let Some(start) = g.start().filter(|&s| alive[s as usize]) else {
        return Ok(Traced { graph: Graph::empty(), origin: OriginBuilder::new().build() });
    };
    let pairs = Pairs::new(g.states(), trie.right.len());
    let mut p = Product { g, trie, keep, alive, pairs, numbered: Vec::new(), steps: Vec::new() };
    p.pairs.reach((start, ROOT));
    match order {
        // Numbered along the topological order, which the product inherits.
        Some(order) => {
            let mut reached: Vec<SmallVec<[Position; 8]>> = vec![SmallVec::new(); g.states()];
            reached[start as usize].push(ROOT);
            for s in order.forward() {
                for at in std::mem::take(&mut reached[s as usize]) {
                    p.visit((s, at), |(t, next)| reached[t as usize].push(next));
                }
            }
        }
        None => {
            let mut open = vec![(start, ROOT)];
            while let Some(pair) = open.pop() {
                p.visit(pair, |new| open.push(new));
            }
        }
    }
    p.build((start, ROOT))
}

impl<W: Weight> Product<'_, W> {
    /// Numbers a pair and follows its arcs.
    fn visit(&mut self, (s, at): Pair, mut found: impl FnMut(Pair)) {
        let number = self.numbered.len() as StateId;
        *self.pairs.slot((s, at)) = number;
        self.numbered.push((s, at));
        for (id, a) in self.g.arc_ids(s).zip(self.g.arcs(s)) {
            let Some(next) = self.trie.step(at, a.olabel, self.keep) else { continue };
            if self.alive[a.target as usize] && !a.weight.is_zero() {
                self.steps.push((number, id, next));
                if self.pairs.reach((a.target, next)) {
                    found((a.target, next));
                }
            }
        }
    }

    /// Pairs are numbered as they are visited, so steps are sorted by their source already.
    fn build(mut self, start: Pair) -> Result<Traced<W>, PathError> {
        let states = self.numbered.len();
        if self.steps.len() >= ArcId::MAX as usize {
            return Err(GraphError::TooLarge { what: "arcs", count: self.steps.len() }.into());
        }
        let mut origin = OriginBuilder::with_capacity(states, self.steps.len(), 1);
        let (mut offsets, mut arcs) = (vec![0; states + 1], Vec::with_capacity(self.steps.len()));
        for &(source, id, next) in &self.steps {
            let a = &self.g.all_arcs()[id as usize];
            let target = *self.pairs.slot((a.target, next));
            arcs.push(Arc { ilabel: a.ilabel, olabel: a.olabel, weight: a.weight.clone(), target });
            offsets[source as usize + 1] = arcs.len() as ArcId;
            origin.arc([InputSite { input: 0, site: Site::Arc(id) }]);
        }
        // States without arcs end where the one before does.
        (1..=states).for_each(|s| offsets[s] = offsets[s].max(offsets[s - 1]));
        let mut finals = vec![W::zero(); states];
        for (end, &(s, at)) in finals.iter_mut().zip(&self.numbered) {
            let ends = self.g.is_final(s) && self.trie.right[at as usize] == (self.keep == Keep::Answer);
            if ends {
                *end = self.g.final_weight(s);
            }
            origin.final_weight(ends.then_some(InputSite { input: 0, site: Site::Final(s) }));
        }
        let start = *self.pairs.slot(start);
        Ok(Traced { graph: Graph::from_rows(start, finals, offsets, arcs), origin: origin.build() })
    }
}

/// The states from which an end can be reached, in an acyclic graph.
fn alive<W: Weight>(g: &Graph<W>, order: &Order) -> Vec<bool> {
    let mut alive = vec![false; g.states()];
    for s in order.backward() {
        let onward = || g.arcs(s).iter().any(|a| alive[a.target as usize] && !a.weight.is_zero());
        alive[s as usize] = g.is_final(s) || onward();
    }
    alive
}
