//! Composition of transducers.

use super::filter::{Filter, Leaving, Step, steps};
use super::found::{Found, grow};
use super::index::{By, Index};
use super::look_ahead::LookAhead;
use super::pairs::{Pair, Pairs};
use super::trim::{Kept, trim};
use super::{Budget, OpError, Unmatched};
use crate::graph::{Arc, ArcId, EPSILON, Graph, Label, NO_ARC, Origin, StateId, Traced};
use crate::semiring::{Commutative, Weight};

/// How to compose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compose {
    /// How many states and arcs the search may touch.
    pub budget: Budget,
    /// Whether a result that accepts nothing is the empty graph; otherwise it is [`OpError::Empty`].
    pub allow_empty: bool,
    /// Which interleavings of epsilons are kept.
    pub filter: Filter,
    /// Whether to leave a pair of states out before anything is made of it, where no label can come next on both sides,
    /// epsilons skipped, and not both can end. The result is the same but for the numbers of its states. It pays where
    /// epsilons stand before what tells paths apart, as in a lexicon that writes words at their ends; it costs the
    /// labels that can come next, for every state met.
    pub look_ahead: bool,
    /// Whether pairs of states stay that no accepting path visits: all that the search reached, by the numbers in which
    /// it met them. The result accepts what it does otherwise; where that is nothing, it still has the states.
    pub dead_ends: bool,
}

/// Two sites are recorded for an arc, and their positions are 32 bits.
pub(super) const MOST_ARCS: usize = (u32::MAX / 2) as usize;

/// The composition `a ∘ b`: reads what `a` reads, writes what `b` writes, where what `a` writes `b` reads.
///
/// # Arguments
/// * `a`, `b`: any two graphs; neither needs to be sorted, acyclic or free of epsilons.
/// * `o`: a budget, a filter, whether to look ahead, and whether dead ends and an empty result are wanted.
///
/// # Returns
/// A graph with one path for every pair of a path of `a` and a path of `b` that agree on the string between them,
/// weighted by the product of the two. Every state lies on an accepting path, but for [`Compose::dead_ends`], and where
/// the result is acyclic its states are numbered in topological order. Of the orders in which an epsilon written by `a` and an epsilon read by `b` can
/// interleave exactly one is kept (`a` first, unless another [`Filter`] is asked for), so that pairs of paths are
/// counted once: a filter with two states sees to it. Origins name `a` input 0 and `b` input 1.
///
/// # Errors
/// [`OpError::Empty`] where no string passes both (see [`Compose::allow_empty`]), with the place where the match got
/// furthest; with [`Compose::dead_ends`] only where an argument has no start. [`OpError::Budget`].
///
/// # Cost
/// For every reachable pair of states, the matching arcs plus a search in the longer row of arcs for each label of
/// the shorter; rows of arcs are sorted when first touched. O(|a|·|b|) states at worst. Looking ahead takes in
/// addition, once for every state of each argument that is met or lies behind epsilons of one, its arcs and the list of
/// labels that can come next, which states share along a run of epsilons; and a second search where the result is empty,
/// for the place where the match got furthest.
///
/// # Source
/// M. Mohri, F. Pereira, M. Riley, *Weighted automata in text and speech processing*, 1996 (the filter);
/// C. Allauzen, M. Riley, J. Schalkwyk, *A generalized composition algorithm for weighted finite-state transducers*,
/// 2009 (the filters as used here, and looking ahead).
///
/// # Example
/// ```text
/// ─▶ 0 ─a:x/1─▶ ◎      ∘      ─▶ 0 ─x:p/2─▶ ◎      gives      ─▶ 0 ─a:p/3─▶ ◎      (min-sum)
///
/// ─▶ 0 ─a:ε─▶ ◎        ∘      ─▶ 0 ─ε:p─▶ ◎        gives      ─▶ 0 ─a:ε─▶ ○ ─ε:p─▶ ◎      one path, not three
/// ```
///
/// ```
/// use energraph::ops::{Compose, acceptor, compose};
/// use energraph::{Energy, GraphBuilder};
/// // Writes 7 for 1 at an energy of 0.5.
/// let mut b = GraphBuilder::new();
/// let s = b.state();
/// b.start(s);
/// b.arc(s, 1, 7, Energy::new(0.5)?, s);
/// b.final_weight(s, Energy::FREE);
/// let writes = compose(&acceptor(&[1, 1])?, &b.build()?, &Compose::default())?.graph;
/// assert_eq!(writes.all_arcs().iter().map(|a| (a.ilabel, a.olabel)).collect::<Vec<_>>(), [(1, 7), (1, 7)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compose<W: Commutative>(a: &Graph<W>, b: &Graph<W>, o: &Compose) -> Result<Traced<W>, OpError> {
    let (Some(left), Some(right)) = (a.start(), b.start()) else {
        return empty(o, || None);
    };
    let mut search = Search::new(a, b, o);
    search.pairs.number(Pair { left, right, filter: 0 });
    search.run()?;
    let ends = search.ends();
    let kept = if o.dead_ends { Kept::all(search.pairs.list.len()) } else { search.trim(&ends) };
    if kept.states == 0 && o.look_ahead && !o.allow_empty {
        // Where the match got furthest is among what was left out.
        return compose(a, b, &Compose { look_ahead: false, ..*o });
    }
    if kept.states == 0 {
        return empty(o, || Some(search.furthest()));
    }
    // What was needed for the search alone goes before there is room for the result.
    let found = search.found.keep(&kept);
    drop((search.pairs, search.left, search.right));
    Ok(result(a, b, found, renumbered(ends, kept)))
}

fn empty<W: Weight>(o: &Compose, why: impl FnOnce() -> Option<Unmatched>) -> Result<Traced<W>, OpError> {
    if o.allow_empty {
        Ok(Traced { graph: Graph::empty(), origin: Origin::default() })
    } else {
        Err(OpError::Empty { first_unmatched: why() })
    }
}

/// A final state of the product, and the final states of the two sides.
type End = (StateId, [StateId; 2]);

struct Search<'g, W> {
    a: &'g Graph<W>,
    b: &'g Graph<W>,
    left: Index<'g, W>,
    right: Index<'g, W>,
    pairs: Pairs,
    budget: Budget,
    filter: Filter,
    look_ahead: Option<LookAhead>,
    found: Found,
    /// Arcs of the state being expanded.
    steps: Vec<Step>,
}

impl<'g, W: Commutative> Search<'g, W> {
    fn new(a: &'g Graph<W>, b: &'g Graph<W>, o: &Compose) -> Self {
        Search {
            a,
            b,
            left: Index::new(a, By::Output),
            right: Index::new(b, By::Input),
            pairs: Pairs::new(a.states(), b.states(), o.filter.states()),
            budget: Budget { states: o.budget.states, arcs: o.budget.arcs.min(MOST_ARCS) },
            filter: o.filter,
            look_ahead: o.look_ahead.then(|| LookAhead::new(o.budget)),
            found: Found::new(),
            steps: Vec::new(),
        }
    }

    /// Breadth first from the pair of starts.
    fn run(&mut self) -> Result<(), OpError> {
        let mut next = 0;
        while let Some(&pair) = self.pairs.list.get(next) {
            self.expand(pair)?;
            self.budget.check(self.pairs.list.len(), self.found.targets.len())?;
            next += 1;
        }
        Ok(())
    }

    fn expand(&mut self, at: Pair) -> Result<(), OpError> {
        let (l, r) = (self.left.row(at.left), self.right.row(at.right));
        let l = Leaving { entries: &self.left.entries, row: l };
        let r = Leaving { entries: &self.right.entries, row: r };
        if let Some(ahead) = &mut self.look_ahead {
            let budget = self.budget.steps_ahead();
            steps(self.filter, at, l, r, budget.steps(0), &mut self.steps);
            budget.check(self.pairs.list.len(), self.steps.len())?;
            ahead.keep(&mut self.steps, &mut { self.a }, &mut { self.b })?;
        } else {
            steps(self.filter, at, l, r, self.budget.steps(self.found.targets.len()), &mut self.steps);
        }
        grow(&mut self.found.from, self.steps.len());
        grow(&mut self.found.targets, self.steps.len());
        self.found.from.extend(self.steps.iter().map(|step| step.arcs));
        let pairs = &mut self.pairs;
        self.found.targets.extend(self.steps.iter().map(|step| pairs.number(step.target)));
        self.found.offsets.push(self.found.targets.len() as ArcId);
        Ok(())
    }

    /// The final states, by number.
    fn ends(&self) -> Vec<End> {
        let (a, b) = (self.a.final_weights(), self.b.final_weights());
        let is_final = |p: &Pair| {
            let (left, right) = (&a[p.left as usize], &b[p.right as usize]);
            !left.is_zero() && !right.is_zero() && !left.times(right).is_zero()
        };
        let ends = (0..).zip(&self.pairs.list).filter(|(_, p)| is_final(p));
        ends.map(|(s, p)| (s, [p.left, p.right])).collect()
    }

    /// The states from which one of the ends is reached.
    fn trim(&self, ends: &[End]) -> Kept {
        let mut alive = vec![false; self.pairs.list.len()];
        ends.iter().for_each(|end| alive[end.0 as usize] = true);
        trim(&self.found, &mut alive)
    }

    /// The state behind the most matched labels, counted along the path that found it.
    #[cold]
    fn furthest(&mut self) -> Unmatched {
        let mut matched = vec![None; self.pairs.list.len()];
        matched[0] = Some(0_usize);
        let mut best = 0;
        for s in 0..matched.len() {
            // States are numbered as they were found, so the finder's count is known.
            let here = matched[s].unwrap_or(0);
            if here > matched[best].unwrap_or(0) {
                best = s;
            }
            for i in self.found.row(s as StateId) {
                let [left, right] = self.found.from[i];
                let labels = usize::from(right != NO_ARC && self.left_label(left) != EPSILON);
                matched[self.found.targets[i] as usize].get_or_insert(here + labels);
            }
        }
        let Pair { left, right, .. } = self.pairs.list[best];
        let label = self.unread(left, right);
        Unmatched { matched: matched[best].unwrap_or(0), left, right, label }
    }

    /// What an arc of the left graph writes; nothing where there is none.
    fn left_label(&self, arc: ArcId) -> Label {
        self.a.all_arcs().get(arc as usize).map_or(EPSILON, |a| a.olabel)
    }

    /// The lowest label that leaves `left` and is not read in `right`.
    fn unread(&mut self, left: StateId, right: StateId) -> Option<Label> {
        let (l, r) = (self.left.row(left), self.right.row(right));
        let read = self.right.entries.labelled(r);
        let unread = |x: &Label| read.binary_search_by_key(x, |e| e.label).is_err();
        self.left.entries.labelled(l).iter().map(|e| e.label).find(unread)
    }
}

/// The final states by their new numbers; all of them are kept.
fn renumbered(mut ends: Vec<End>, kept: Kept) -> Vec<End> {
    ends.iter_mut().for_each(|end| end.0 = kept.new[end.0 as usize]);
    ends.sort_unstable_by_key(|end| end.0);
    ends
}

/// The product of the states and arcs that are kept, the first of which is the start.
fn result<W: Commutative>(a: &Graph<W>, b: &Graph<W>, found: Found, ends: Vec<End>) -> Traced<W> {
    let Found { offsets, from, targets } = found;
    let (of_a, of_b) = (a.all_arcs(), b.all_arcs());
    let arc = |(&[x, y], &target): (&[ArcId; 2], &StateId)| {
        if y == NO_ARC {
            let Arc { ilabel, weight, .. } = &of_a[x as usize];
            return Arc { ilabel: *ilabel, olabel: EPSILON, weight: weight.clone(), target };
        }
        let b = &of_b[y as usize];
        if x == NO_ARC {
            return Arc { ilabel: EPSILON, olabel: b.olabel, weight: b.weight.clone(), target };
        }
        let a = &of_a[x as usize];
        Arc { ilabel: a.ilabel, olabel: b.olabel, weight: a.weight.times(&b.weight), target }
    };
    let arcs: Vec<Arc<W>> = from.iter().zip(&targets).map(arc).collect();
    let states = offsets.len() - 1;
    let mut finals = vec![W::zero(); states];
    for (s, [left, right]) in &ends {
        finals[*s as usize] = a.final_weights()[*left as usize].times(&b.final_weights()[*right as usize]);
    }
    // Everything kept is reached from the start, so that it comes first in either order.
    Traced { graph: Graph::from_rows(0, finals, offsets, arcs), origin: Origin::joined(from, states, ends) }
}
