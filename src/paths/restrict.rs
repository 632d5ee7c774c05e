//! The paths that write an answer, and those that write anything else.

use smallvec::SmallVec;

use super::order::{Order, useful};
use super::{Answer, PathError};
use crate::graph::{EPSILON, Graph, GraphBuilder, InputSite, Label, OriginBuilder, Site, StateId, Traced};
use crate::semiring::Weight;

/// The paths of a graph whose output is in the answer.
///
/// The product of the graph with the trie of the right outputs: paths keep their labels and weights, and every site
/// names the site that it came from, so that a gradient flows back by
/// [`Origin::pull_back`](crate::graph::Origin::pull_back). Where no path writes an answer, the result accepts nothing
/// and its [free energy](super::free_energy()) is +∞.
///
/// # Errors
/// [`PathError::Graph`] where the product is too large to number.
///
/// # Cost
/// O(arcs · p), where p is the number of positions in the answer's trie that paths can be at in one state.
///
/// ```
/// use energraph::{Answer, Beta, Energy, GraphBuilder};
/// use energraph::paths::{free_energy, with_output, without_output};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::new(1.0)?, 1);
/// b.arc(0, 2, 2, Energy::new(0.5)?, 1);
/// b.final_weight(1, Energy::FREE);
/// let g = b.build()?;
/// let right = Answer::one([1]);
/// assert_eq!(free_energy(&with_output(&g, &right)?.graph, Beta::ONE)?, 1.0);
/// assert_eq!(free_energy(&without_output(&g, &right)?.graph, Beta::ONE)?, 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn with_output<W: Weight>(g: &Graph<W>, answer: &Answer) -> Result<Traced<W>, PathError> {
    product(g, &Trie::of(answer), Keep::Answer)
}

/// The paths of a graph whose output is not in the answer: what every rival is among.
///
/// The product with the deterministic complement of the right outputs, whose states are the positions in their trie
/// and one for outputs that have left it. Sites name where they came from.
///
/// # Errors, cost
/// As [`with_output`], where "left the trie" is one more position.
///
/// See [`with_output`] for an example.
pub fn without_output<W: Weight>(g: &Graph<W>, answer: &Answer) -> Result<Traced<W>, PathError> {
    product(g, &Trie::of(answer), Keep::Others)
}

#[derive(Clone, Copy, PartialEq)]
enum Keep {
    Answer,
    Others,
}

/// A position in the trie of right outputs, or [`ASTRAY`].
type Position = u32;

/// The position of outputs that are a beginning of no right one. The lowest number, so that it sorts first.
const ASTRAY: Position = 0;
const ROOT: Position = 1;

/// The right outputs as a tree of positions.
struct Trie {
    children: Vec<SmallVec<[(Label, Position); 1]>>,
    right: Vec<bool>,
}

impl Trie {
    fn of(answer: &Answer) -> Trie {
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

    fn grow(&mut self, at: Position, label: Label) -> Position {
        let new = self.children.len() as Position;
        self.children.push(SmallVec::new());
        self.right.push(false);
        // Outputs come sorted, so children do.
        self.children[at as usize].push((label, new));
        new
    }

    fn child(&self, at: Position, label: Label) -> Position {
        let children = &self.children[at as usize];
        children.binary_search_by_key(&label, |c| c.0).map_or(ASTRAY, |i| children[i].1)
    }

    /// Where an output label leads; `None` where nothing that is kept begins so.
    fn step(&self, at: Position, label: Label, keep: Keep) -> Option<Position> {
        let next = if label == EPSILON { at } else { self.child(at, label) };
        (keep == Keep::Others || next != ASTRAY).then_some(next)
    }
}

/// The positions that paths can be at in each state, sorted.
type Positions = Vec<SmallVec<[Position; 8]>>;

fn product<W: Weight>(g: &Graph<W>, trie: &Trie, keep: Keep) -> Result<Traced<W>, PathError> {
    let (mut b, mut origin) = (GraphBuilder::new(), OriginBuilder::new());
    let useful = useful(g);
    let Some(start) = g.start().filter(|&s| useful[s as usize]) else {
        return Ok(Traced { graph: Graph::empty(), origin: origin.build() });
    };
    let order = Order::of(g).ok();
    let positions = reachable(g, trie, keep, &useful, order.as_ref(), start);
    // Numbered along the topological order, which the product inherits.
    let states: Vec<StateId> = match &order {
        Some(order) => order.forward().collect(),
        None => (0..g.states() as StateId).collect(),
    };
    let mut first = vec![0; g.states()];
    for &s in &states {
        first[s as usize] = b.add_states(positions[s as usize].len());
    }
    let number = |s: StateId, at: Position| {
        positions[s as usize].binary_search(&at).ok().map(|i| first[s as usize] + i as StateId)
    };
    for &s in &states {
        for (new, &at) in (first[s as usize]..).zip(&positions[s as usize]) {
            for (id, a) in g.arc_ids(s).zip(g.arcs(s)) {
                let next = trie.step(at, a.olabel, keep).filter(|_| !a.weight.is_zero());
                if let Some(target) = next.and_then(|next| number(a.target, next)) {
                    b.arc(new, a.ilabel, a.olabel, a.weight.clone(), target);
                    origin.arc([InputSite { input: 0, site: Site::Arc(id) }]);
                }
            }
            let ends = g.is_final(s) && trie.right[at as usize] == (keep == Keep::Answer);
            if ends {
                b.final_weight(new, g.final_weight(s));
            }
            origin.final_weight(ends.then_some(InputSite { input: 0, site: Site::Final(s) }));
        }
    }
    if let Some(start) = number(start, ROOT) {
        b.start(start);
    }
    Ok(Traced { graph: b.build()?, origin: origin.build() })
}

fn reachable<W: Weight>(
    g: &Graph<W>,
    trie: &Trie,
    keep: Keep,
    useful: &[bool],
    order: Option<&Order>,
    start: StateId,
) -> Positions {
    let mut positions: Positions = vec![SmallVec::new(); g.states()];
    positions[start as usize].push(ROOT);
    let follow = |positions: &mut Positions, s: StateId, at: Position, found: &mut dyn FnMut(StateId, Position)| {
        for a in g.arcs(s).iter().filter(|a| useful[a.target as usize] && !a.weight.is_zero()) {
            let Some(next) = trie.step(at, a.olabel, keep) else { continue };
            let there = &mut positions[a.target as usize];
            if let Err(slot) = there.binary_search(&next) {
                there.insert(slot, next);
                found(a.target, next);
            }
        }
    };
    match order {
        Some(order) => {
            for s in order.forward() {
                for at in positions[s as usize].clone() {
                    follow(&mut positions, s, at, &mut |_, _| {});
                }
            }
        }
        None => {
            let mut open = vec![(start, ROOT)];
            while let Some((s, at)) = open.pop() {
                follow(&mut positions, s, at, &mut |t, next| open.push((t, next)));
            }
        }
    }
    positions
}
