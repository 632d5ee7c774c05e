//! One path for every string.

use rustc_hash::{FxHashMap, FxHashSet};

use super::moves::moves;
use super::possible::{common_factor, divide, possible};
use super::rows::Plain;
use super::{Budget, OpError, check, connect};
use crate::graph::{Arc, Graph, Label, StateId};
use crate::semiring::{LeftDivide, Quantum, Weight};

/// An equivalent acceptor in which every string has one path.
///
/// Such acceptors exist for more graphs than deterministic ones do, and may be smaller: paths are kept apart as long as
/// their strings can still differ.
///
/// # Arguments
/// * `g`: an acceptor without epsilons.
/// * `quantum`: how finely the weights that rivals have against a state are told apart.
/// * `budget`: how many states and arcs the search may touch; pairs of states that can go on alike count as states, and
///   the members of the sets that are the states of the result as arcs.
///
/// # Returns
/// An acceptor with one path for every string of `g`, which carries the ⊕ of its paths there. A state is a state of `g`
/// with the others that the same string reaches and that can go on alike, each with its share of their ⊕; where
/// several of them would lead to one state, or may end, the lowest-numbered does so for all. The same from run to run.
///
/// # Errors
/// As [`determinize`](super::determinize()).
///
/// # Cost
/// O(pairs of states that one string reaches, and of their arcs that read one label), a sort of the arcs of each; and,
/// for each state of the result, a sort of the arcs behind its set.
///
/// # Source
/// M. Mohri, M. Riley, *On the disambiguation of weighted automata*, 2015.
///
/// # Example
/// ```text
///   ┌─a/1─▶ 1 ─b─▶ ◎                        ┌─a/1─▶ 1 ─b─▶ ◎
/// ─▶0 ─a/1─▶ 2 ─c─▶ ◎      becomes        ─▶0                      ("ab" had two paths; min-sum)
///   └─a/2─▶ 3 ─b─▶ ◎                        └─a/1─▶ 2 ─c─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{Budget, disambiguate};
/// use energraph::semiring::Quantum;
/// use energraph::{GraphBuilder, LogSum, Weight};
/// let mut b = GraphBuilder::new();
/// b.add_states(3);
/// b.start(0);
/// for (s, t) in [(0, 1), (0, 2)] {
///     b.arc(s, 7, 7, LogSum::new(2.0_f64.ln())?, t);
///     b.final_weight(t, LogSum::one());
/// }
/// let g = disambiguate(&b.build()?, Quantum::default(), Budget::default())?;
/// assert_eq!(g.arc_count(), 1);
/// assert!(g.arcs(0)[0].weight.get().abs() < 1e-12); // ½ + ½ on the arc, of which each end has half
/// assert!(g.final_weight(1).get().abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// Rivals are weighed against their sum by what is left on the left. A weight has to be
/// [`LeftDivide`](crate::LeftDivide); with less it does not compile.
///
/// ```
/// # use energraph::ops::{Budget, disambiguate};
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, LeftDivide};
/// fn any<S: LeftDivide>(g: &Graph<S>) {
///     let _ = disambiguate(g, Quantum::default(), Budget::default());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::{Budget, disambiguate};
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, Semiring};
/// fn any<S: Semiring>(g: &Graph<S>) {
///     let _ = disambiguate(g, Quantum::default(), Budget::default());
/// }
/// ```
pub fn disambiguate<S: LeftDivide>(g: &Graph<S>, quantum: Quantum, budget: Budget) -> Result<Graph<S>, OpError> {
    check::acceptor(g)?;
    check::no_epsilons(g, "a graph to disambiguate")?;
    let g = possible(g)?;
    one_path_each(&g, &Alike::new(&g, budget)?, quantum, budget, |_, label, _| label)
}

/// Disambiguation by what is read; `written` says what the arc from a state over a label to another writes.
pub(super) fn one_path_each<S: LeftDivide>(
    g: &Graph<S>,
    alike: &Alike,
    quantum: Quantum,
    budget: Budget,
    written: impl Fn(StateId, Label, StateId) -> Label,
) -> Result<Graph<S>, OpError> {
    let start = g.start().unwrap_or_default();
    let mut states = States { quantum, numbers: FxHashMap::default(), list: Vec::new(), held: 0 };
    states.number(start, vec![(start, S::one())]);
    let mut rows = Plain::new(g.states(), g.arc_count());
    let mut next = 0;
    while let Some((at, rivals)) = states.list.get(next).cloned() {
        let mut moves = moves(g, &rivals);
        // What cancels leads nowhere.
        moves.retain(|m| !m.weight.is_zero());
        for group in moves.chunk_by(|a, b| a.label == b.label) {
            for to in group.iter().filter(|m| m.winner == at) {
                let others = || group.iter().filter(|m| alike.share_a_future(m.target, to.target));
                let weight = common_factor(others().map(|m| &m.weight));
                let shares = others().map(|m| Ok((m.target, divide(&m.weight, &weight)?)));
                let target = states.number(to.target, shares.collect::<Result<_, OpError>>()?);
                let olabel = written(at, to.label, to.target);
                rows.arc(Arc { ilabel: to.label, olabel, weight, target });
                budget.check(states.list.len(), rows.arc_count() + states.held)?;
            }
        }
        let ends = || rivals.iter().filter(|(s, _)| g.is_final(*s));
        let first = ends().next().is_some_and(|(s, _)| *s == at);
        let end = ends().fold(S::zero(), |end, (s, w)| end.plus(&w.times(&g.final_weight(*s))));
        rows.end(if first { end } else { S::zero() });
        budget.check(states.list.len(), rows.arc_count() + states.held)?;
        next += 1;
    }
    Ok(connect(&rows.build(0))?.graph)
}

/// The pairs of different states that one string reaches and from which one string leads to an end.
pub(super) struct Alike(FxHashSet<(StateId, StateId)>);

impl Alike {
    pub(super) fn new<W: Weight>(g: &Graph<W>, budget: Budget) -> Result<Self, OpError> {
        let start = g.start().unwrap_or_default();
        let mut numbers: FxHashMap<(StateId, StateId), u32> = FxHashMap::from_iter([((start, start), 0)]);
        let mut pairs = vec![(start, start)];
        // (target, source) by number.
        let mut back: Vec<(u32, u32)> = Vec::new();
        let mut next = 0;
        let by_label = |s: StateId| {
            let mut arcs: Vec<(Label, StateId)> = g.arcs(s).iter().map(|a| (a.ilabel, a.target)).collect();
            arcs.sort_unstable();
            arcs
        };
        while let Some(&(p, q)) = pairs.get(next) {
            let (from_p, from_q) = (by_label(p), by_label(q));
            for &(label, one) in &from_p {
                let first = from_q.partition_point(|b| b.0 < label);
                for &(_, other) in from_q[first..].iter().take_while(|b| b.0 == label) {
                    let pair = (one.min(other), one.max(other));
                    let number = *numbers.entry(pair).or_insert_with(|| {
                        pairs.push(pair);
                        pairs.len() as u32 - 1
                    });
                    back.push((number, next as u32));
                }
                budget.check(pairs.len(), back.len())?;
            }
            next += 1;
        }
        back.sort_unstable();
        let mut alive: Vec<bool> = pairs.iter().map(|&(p, q)| g.is_final(p) && g.is_final(q)).collect();
        let mut stack: Vec<u32> = (0..pairs.len() as u32).filter(|&i| alive[i as usize]).collect();
        while let Some(to) = stack.pop() {
            let first = back.partition_point(|b| b.0 < to);
            for &(_, from) in back[first..].iter().take_while(|b| b.0 == to) {
                if !std::mem::replace(&mut alive[from as usize], true) {
                    stack.push(from);
                }
            }
        }
        Ok(Alike(pairs.into_iter().zip(alive).filter(|(_, alive)| *alive).map(|(pair, _)| pair).collect()))
    }

    pub(super) fn share_a_future(&self, p: StateId, q: StateId) -> bool {
        p == q || self.0.contains(&(p.min(q), p.max(q)))
    }
}

/// A state and its rivals, itself among them, sorted, with their shares of what the arc to them weighs.
type Rivalled<S> = (StateId, Vec<(StateId, S)>);

/// States of the result, numbered as they are found.
struct States<S> {
    quantum: Quantum,
    numbers: FxHashMap<Rivalled<S>, StateId>,
    list: Vec<Rivalled<S>>,
    /// The rivals of all.
    held: usize,
}

impl<S: LeftDivide> States<S> {
    fn number(&mut self, state: StateId, rivals: Vec<(StateId, S)>) -> StateId {
        let key = (state, rivals.iter().map(|(s, w)| (*s, w.quantize(self.quantum))).collect());
        let next = self.list.len() as StateId;
        *self.numbers.entry(key).or_insert_with(|| {
            self.held += rivals.len();
            self.list.push((state, rivals));
            next
        })
    }
}
