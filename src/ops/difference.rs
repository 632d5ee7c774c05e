//! What one acceptor accepts and another does not.

use rustc_hash::FxHashMap;

use super::complement::{Closure, moves};
use super::pairs::{Pair, Pairs};
use super::subsets::Subsets;
use super::{Compose, Filter, OpError, check, compose};
use crate::graph::{Arc, ArcId, EPSILON, Graph, Label, OriginBuilder, StateId, Traced};
use crate::semiring::{Commutative, Weight};

/// The difference: the paths of `a` over strings that `b` does not accept.
///
/// # Arguments
/// * `a`: any acceptor.
/// * `b`: any acceptor: nondeterministic, cyclic or with epsilons as it may be. Its weights play no part, but that a
///   path over 0̄ accepts nothing.
/// * `o`: as for [`compose()`]; the budget also bounds the search for what of the complement is needed, which does not
///   look ahead. There the states of `b` in its subsets, and the arcs that leave them, count as arcs too.
///
/// # Returns
/// The composition of `a` with the [`complement()`](super::complement()) of `b` over the labels of `a`: its paths keep
/// their weights. Origins name `a` input 0; `b` gives no weight. With [`Compose::dead_ends`], those of the complement are
/// among the result's.
///
/// # Errors
/// [`OpError::NotAnAcceptor`]; [`OpError::Empty`] where `b` accepts all that `a` does (see
/// [`Compose::allow_empty`]); [`OpError::Budget`].
///
/// # Cost
/// Twice that of [`compose()`] with the part of the complement that is reached: for every pair of a state of `a` and a
/// subset of the states of `b`, the arcs of `a` there, whatever labels there are elsewhere; for every subset, the arcs
/// of `b` behind it, and the epsilons behind each set of states that a label leads to, once. A deterministic `b` gives at most |a|·(|b| + 1) pairs, others may take a number exponential in |b|.
///
/// # Source
/// M. Mohri, *Weighted automata algorithms*, in Handbook of Weighted Automata, 2009.
///
/// # Example
/// ```text
///   ┌─a/1─▶ ◎
/// ─▶0              without "a"      leaves      ─▶ 0 ─b/2─▶ ◎
///   └─b/2─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{Compose, difference, from_strings};
/// use energraph::{Energy, Graph};
/// let a: Graph<Energy> = from_strings([[1, 2], [1, 3]])?;
/// let b: Graph<Energy> = from_strings([[1, 2], [5, 5]])?;
/// let rest = difference(&a, &b, &Compose::default())?.graph;
/// assert_eq!(rest.all_arcs().iter().map(|a| a.ilabel).collect::<Vec<_>>(), [1, 3]);
/// # Ok::<(), energraph::ops::OpError>(())
/// ```
///
/// # What must hold
/// As [`compose()`] does. A weight has to be [`Commutative`](crate::Commutative); with less it does not compile.
///
/// ```
/// # use energraph::ops::{Compose, difference};
/// # use energraph::{Commutative, Graph};
/// fn any<S: Commutative>(a: &Graph<S>, b: &Graph<S>) {
///     let _ = difference(a, b, &Compose::default());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::{Compose, difference};
/// # use energraph::{Graph, Weight};
/// fn any<S: Weight>(a: &Graph<S>, b: &Graph<S>) {
///     let _ = difference(a, b, &Compose::default());
/// }
/// ```
pub fn difference<W: Commutative>(a: &Graph<W>, b: &Graph<W>, o: &Compose) -> Result<Traced<W>, OpError> {
    check::acceptor(a)?;
    check::acceptor(b)?;
    // The complement has no epsilons, so that all filters are one, but for that which never moves one side alone.
    let filter = if o.filter == Filter::Null { Filter::Null } else { Filter::Sequence };
    let o = &Compose { filter, ..*o };
    let (rest, any) = rest(a, b, o)?;
    if any || o.dead_ends {
        Ok(from_first(compose(a, &rest, o)?))
    } else if o.allow_empty {
        Ok(Traced { graph: Graph::empty(), origin: Default::default() })
    } else {
        Err(OpError::Empty { first_unmatched: None })
    }
}

/// The part of the complement of `b` that composing `a` with it asks for, and whether it accepts anything.
fn rest<W: Weight>(a: &Graph<W>, b: &Graph<W>, o: &Compose) -> Result<(Graph<W>, bool), OpError> {
    let mut rest = Rest::new(b);
    let mut pairs = Pairs::unbounded();
    if let Some(left) = a.start() {
        pairs.number(Pair { left, right: 0, filter: 0 });
    }
    let (mut next, mut followed) = (0, 0);
    while let Some(&at) = pairs.list.get(next) {
        for arc in a.arcs(at.left).iter().filter(|arc| arc.ilabel != EPSILON || o.filter != Filter::Null) {
            let right = if arc.ilabel == EPSILON { at.right } else { rest.step(at.right, arc.ilabel) };
            pairs.number(Pair { left: arc.target, right, filter: 0 });
            followed += 1;
            o.budget.check(pairs.list.len(), followed + rest.touched())?;
        }
        next += 1;
    }
    Ok(rest.into_graph())
}

/// The complement of an acceptor where it was asked for: its subsets, numbered as they are found, the start first.
struct Rest<'b, W> {
    b: &'b Graph<W>,
    closure: Closure<'b, W>,
    subsets: Subsets<StateId>,
    /// States in all subsets.
    members: usize,
    /// `offsets[n]..offsets[n + 1]` are the moves of subset `n`.
    offsets: Vec<usize>,
    /// As (label, state), sorted by label.
    moves: Vec<(Label, StateId)>,
    /// The subset that a label leads to from another.
    steps: FxHashMap<(StateId, Label), StateId>,
    /// By what a label leads to, the subset with what epsilons lead to from there.
    closed: FxHashMap<Vec<StateId>, StateId>,
}

impl<'b, W: Weight> Rest<'b, W> {
    fn new(b: &'b Graph<W>) -> Self {
        let mut rest = Rest {
            b,
            closure: Closure::new(b),
            subsets: Subsets::new(),
            members: 0,
            offsets: vec![0],
            moves: Vec::new(),
            steps: FxHashMap::default(),
            closed: FxHashMap::default(),
        };
        let start = rest.closure.of(b.start());
        rest.number(&start);
        rest
    }

    fn number(&mut self, subset: &[StateId]) -> StateId {
        let number = self.subsets.number(subset.iter().copied());
        if number as usize + 1 == self.offsets.len() {
            self.members += subset.len();
            self.moves.extend(moves(self.b, subset));
            self.offsets.push(self.moves.len());
        }
        number
    }

    /// The subset that a label leads to; without states where `b` reads none.
    fn step(&mut self, from: StateId, label: Label) -> StateId {
        if let Some(&to) = self.steps.get(&(from, label)) {
            return to;
        }
        let row = &self.moves[self.offsets[from as usize]..self.offsets[from as usize + 1]];
        let row = &row[row.partition_point(|m| m.0 < label)..];
        let targets: Vec<StateId> = row.iter().take_while(|m| m.0 == label).map(|m| m.1).collect();
        let to = match self.closed.get(&targets) {
            Some(&to) => to,
            None => {
                let subset = self.closure.of(targets.iter().copied());
                let to = self.number(&subset);
                self.closed.insert(targets, to);
                to
            }
        };
        self.steps.insert((from, label), to);
        to
    }

    /// What the subsets take, in arcs.
    fn touched(&self) -> usize {
        self.members + self.moves.len()
    }

    /// A deterministic acceptor of weights 1̄ alone, and whether it has a final state.
    fn into_graph(self) -> (Graph<W>, bool) {
        let accepts = |subset: &[StateId]| subset.iter().any(|&s| self.b.is_final(s));
        let subsets = (0..).map_while(|n| self.subsets.get(n));
        let finals: Vec<W> = subsets.map(|subset| if accepts(subset) { W::zero() } else { W::one() }).collect();
        let mut steps: Vec<_> = self.steps.into_iter().collect();
        steps.sort_unstable();
        let mut offsets = vec![0; finals.len() + 1];
        steps.iter().for_each(|((from, _), _)| offsets[*from as usize + 1] += 1);
        (1..offsets.len()).for_each(|n| offsets[n] += offsets[n - 1]);
        let arc = |((_, label), target)| Arc { ilabel: label, olabel: label, weight: W::one(), target };
        let any = finals.iter().any(|end| !end.is_zero());
        (Graph::from_rows(0, finals, offsets, steps.into_iter().map(arc).collect()), any)
    }
}

/// The same without the origins in the second argument.
fn from_first<W: Commutative>(t: Traced<W>) -> Traced<W> {
    let mut origin = OriginBuilder::with_capacity(t.graph.states(), t.graph.arc_count(), 1);
    for arc in 0..t.graph.arc_count() as ArcId {
        origin.arc(t.origin.arc(arc).iter().copied().filter(|from| from.input == 0));
    }
    for s in 0..t.graph.states() as StateId {
        origin.final_weight(t.origin.final_weight(s).iter().copied().filter(|from| from.input == 0));
    }
    Traced { graph: t.graph, origin: origin.build() }
}
