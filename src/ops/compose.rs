//! Composition of transducers.

use super::filter::{Filter, Leaving, NONE, steps};
use super::index::{By, Index};
use super::look_ahead::LookAhead;
use super::pairs::{Pair, Pairs};
use super::trim::{DROPPED, Kept, Targets, trim};
use super::{Budget, OpError, Unmatched};
use crate::graph::{Arc, ArcId, EPSILON, Graph, InputSite, Label, Origin, OriginBuilder, Site, StateId, Traced};
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
}

/// Two sites are recorded for an arc, and their positions are 32 bits.
pub(super) const MOST_ARCS: usize = (u32::MAX / 2) as usize;

/// The composition `a ∘ b`: reads what `a` reads, writes what `b` writes, where what `a` writes `b` reads.
///
/// # Arguments
/// * `a`, `b`: any two graphs; neither needs to be sorted, acyclic or free of epsilons.
/// * `o`: a budget, a filter, whether to look ahead, and whether an empty result is wanted.
///
/// # Returns
/// A graph with one path for every pair of a path of `a` and a path of `b` that agree on the string between them,
/// weighted by the product of the two. Every state lies on an accepting path. Where the result is acyclic its states
/// are numbered in topological order. Of the orders in which an epsilon written by `a` and an epsilon read by `b` can
/// interleave exactly one is kept (`a` first, unless another [`Filter`] is asked for), so that pairs of paths are
/// counted once: a filter with two states sees to it. Origins name `a` input 0 and `b` input 1.
///
/// # Errors
/// [`OpError::Empty`] where no string passes both (see [`Compose::allow_empty`]), with the place where the match got
/// furthest; [`OpError::Budget`].
///
/// # Cost
/// For every reachable pair of states, the matching arcs plus a search in the longer row of arcs for each label of
/// the shorter; rows of arcs are sorted when first touched. O(|a|·|b|) states at worst. Looking ahead takes in
/// addition, for every state of each argument that is met, the arcs up to the next label; and a second search where the
/// result is empty, for the place where the match got furthest.
///
/// # Source
/// M. Mohri, F. Pereira, M. Riley, *Weighted automata in text and speech processing*, 1996 (the filter);
/// C. Allauzen, M. Riley, J. Schalkwyk, *A generalized composition algorithm for weighted finite-state transducers*,
/// 2009 (the filters as used here, and looking ahead).
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
    let finals = |p: &Pair| a.final_weights()[p.left as usize].times(&b.final_weights()[p.right as usize]);
    let mut alive: Vec<bool> =
        search.pairs.list.iter().map(|p| a.is_final(p.left) && b.is_final(p.right) && !finals(p).is_zero()).collect();
    let is_final = alive.clone();
    let kept = trim(&search, &mut alive);
    if kept.old.is_empty() && o.look_ahead && !o.allow_empty {
        // Where the match got furthest is among what was left out.
        return compose(a, b, &Compose { look_ahead: false, ..*o });
    }
    if kept.old.is_empty() {
        return empty(o, || Some(search.furthest()));
    }
    Ok(search.result(&kept, &is_final))
}

fn empty<W: Weight>(o: &Compose, why: impl FnOnce() -> Option<Unmatched>) -> Result<Traced<W>, OpError> {
    if o.allow_empty {
        Ok(Traced { graph: Graph::empty(), origin: Origin::default() })
    } else {
        Err(OpError::Empty { first_unmatched: why() })
    }
}

/// An arc of the product before trimming.
#[derive(Debug, Clone, Copy)]
struct Step {
    a: ArcId,
    b: ArcId,
    target: StateId,
}

struct Search<'g, W> {
    a: &'g Graph<W>,
    b: &'g Graph<W>,
    left: Index<'g, W>,
    right: Index<'g, W>,
    pairs: Pairs,
    budget: Budget,
    filter: Filter,
    look_ahead: Option<LookAhead>,
    /// `offsets[s]..offsets[s + 1]` are the steps of state `s`.
    offsets: Vec<u32>,
    steps: Vec<Step>,
}

impl<W> Targets for Search<'_, W> {
    fn states(&self) -> usize {
        self.pairs.list.len()
    }
    #[inline]
    fn of(&self, s: StateId) -> impl Iterator<Item = StateId> {
        self.steps[self.row(s)].iter().map(|step| step.target)
    }
}

impl<W> Search<'_, W> {
    #[inline]
    fn row(&self, s: StateId) -> std::ops::Range<usize> {
        self.offsets[s as usize] as usize..self.offsets[s as usize + 1] as usize
    }
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
            look_ahead: o.look_ahead.then(LookAhead::new),
            offsets: vec![0],
            steps: Vec::new(),
        }
    }

    /// Breadth first from the pair of starts.
    fn run(&mut self) -> Result<(), OpError> {
        let mut next = 0;
        while let Some(&pair) = self.pairs.list.get(next) {
            self.expand(pair)?;
            self.offsets.push(self.steps.len() as u32);
            self.budget.check(self.pairs.list.len(), self.steps.len())?;
            next += 1;
        }
        Ok(())
    }

    fn expand(&mut self, at: Pair) -> Result<(), OpError> {
        let (l, r) = (self.left.row(at.left), self.right.row(at.right));
        let l = Leaving { entries: &self.left.entries, row: l, is_final: self.a.is_final(at.left) };
        let r = Leaving { entries: &self.right.entries, row: r, is_final: self.b.is_final(at.right) };
        let (pairs, found) = (&mut self.pairs, &mut self.steps);
        let Some(ahead) = &mut self.look_ahead else {
            steps(self.filter, at, l, r, |a, b, to| found.push(Step { a, b, target: pairs.number(to) }));
            return Ok(());
        };
        let (mut a, mut b, mut all) = (self.a, self.b, Vec::new());
        steps(self.filter, at, l, r, |a, b, to| all.push((a, b, to)));
        for (x, y, to) in all {
            if ahead.admits(&mut a, &mut b, to)? {
                found.push(Step { a: x, b: y, target: pairs.number(to) });
            }
        }
        Ok(())
    }

    fn result(&self, kept: &Kept, is_final: &[bool]) -> Traced<W> {
        let states = kept.old.len();
        let mut offsets = Vec::with_capacity(states + 1);
        offsets.push(0);
        let mut arcs: Vec<Arc<W>> = Vec::with_capacity(self.steps.len());
        let mut finals = vec![W::zero(); states];
        let mut origin = OriginBuilder::with_capacity(states, self.steps.len(), 2);
        for (&old, end) in kept.old.iter().zip(&mut finals) {
            for step in &self.steps[self.row(old)] {
                let target = kept.new[step.target as usize];
                if target != DROPPED {
                    arcs.push(self.arc(step, target, &mut origin));
                }
            }
            offsets.push(arcs.len() as ArcId);
            if is_final[old as usize] {
                let Pair { left, right, .. } = self.pairs.list[old as usize];
                *end = self.a.final_weights()[left as usize].times(&self.b.final_weights()[right as usize]);
                origin.final_weight([input(0, Site::Final(left)), input(1, Site::Final(right))]);
            } else {
                origin.final_weight([]);
            }
        }
        Traced { graph: Graph::from_rows(kept.new[0], finals, offsets, arcs), origin: origin.build() }
    }

    #[inline]
    fn arc(&self, step: &Step, target: StateId, origin: &mut OriginBuilder) -> Arc<W> {
        let (from_a, from_b) = (input(0, Site::Arc(step.a)), input(1, Site::Arc(step.b)));
        if step.b == NONE {
            let a = &self.a.all_arcs()[step.a as usize];
            origin.arc([from_a]);
            return Arc { ilabel: a.ilabel, olabel: EPSILON, weight: a.weight.clone(), target };
        }
        let b = &self.b.all_arcs()[step.b as usize];
        if step.a == NONE {
            origin.arc([from_b]);
            return Arc { ilabel: EPSILON, olabel: b.olabel, weight: b.weight.clone(), target };
        }
        let a = &self.a.all_arcs()[step.a as usize];
        origin.arc([from_a, from_b]);
        Arc { ilabel: a.ilabel, olabel: b.olabel, weight: a.weight.times(&b.weight), target }
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
            for step in &self.steps[self.row(s as StateId)] {
                let labels = usize::from(step.b != NONE && self.left_label(step.a) != EPSILON);
                matched[step.target as usize].get_or_insert(here + labels);
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

fn input(input: u32, site: Site) -> InputSite {
    InputSite { input, site }
}
