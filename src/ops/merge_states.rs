//! States that go on alike made one.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::connect::connected;
use super::first_strings::sums_to_end;
use super::moves::merge;
use super::partition::Partition;
use super::possible::possible;
use super::reweight::{to_start, with_total};
use super::rows::Plain;
use super::{OpError, check};
use crate::graph::{Arc, Graph, StateId};
use crate::semiring::{LeftDivide, Quantum, Star};

/// An equivalent acceptor in which states that go on alike are one.
///
/// # Arguments
/// * `g`: any acceptor, deterministic or not. Epsilon counts as a label.
/// * `quantum`: how finely weights are told apart; the weights of the result are those of one of the states that it takes
///   for one.
///
/// # Returns
/// `g` with weights pushed to the start, in which two states are one where they have the same final weight and, for every
/// label and every state of the result, the same sum of the arcs with that label that lead there: the fewest states for
/// which that holds. Arcs of a state with one label and one target are one, whose weight is their sum. States are numbered in
/// the order of the first of them. States lie on accepting paths; arcs whose sum is 0̄ are gone. Of a deterministic graph
/// whose weights can be pushed it is [`minimize`](super::minimize()); of others a smaller
/// one may be equivalent, which [`determinize`](super::determinize()) may help to find. As
/// [`push`](super::push()) has it, a start that arcs lead back to is copied where not all weigh 1̄ together. Where
/// the sum of what is to come does not exist, or may cancel ([`Star::absolute`]), weights stay where they are.
///
/// # Errors
/// [`OpError::NotAnAcceptor`]; [`OpError::Empty`] where nothing is accepted; [`OpError::Indivisible`].
///
/// # Cost
/// That of the sums to the end ([`path_sum_star`](crate::paths::path_sum_star())), then O(arcs · d · log d · log states), where
/// d is the most arcs that a state has.
///
/// # Source
/// Lumping by the sums into classes: P. Buchholz, *Bisimulation relations for weighted automata*, 2008; A. Valmari and
/// G. Franceschinis, *Simple O(m log n) time Markov chain lumping*, 2010.
///
/// # Example
/// ```text
///       ┌─b─▶ 2 ─c─▶ ◎
/// ─▶0─a─▶1                 becomes    ─▶0 ─a─▶ 1 ─b─▶ 2 ─c─▶ ◎
///       └─b─▶ 3 ─c─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::merge_states;
/// use energraph::semiring::Quantum;
/// use energraph::{GraphBuilder, MinSum, Weight};
/// let mut b = GraphBuilder::new();
/// b.add_states(6);
/// b.start(0);
/// for (s, label, t) in [(0, 1, 1), (1, 2, 2), (1, 2, 3), (2, 3, 4), (3, 3, 5)] {
///     b.arc(s, label, label, MinSum::<f64>::one(), t);
/// }
/// (4..6).for_each(|s| b.final_weight(s, MinSum::one()));
/// let g = merge_states(&b.build()?, Quantum::default())?;
/// assert_eq!((g.states(), g.arc_count()), (4, 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// Weights are pushed to the start as by [`push`](super::push()). A weight has to be [`Star`](crate::Star) and
/// [`LeftDivide`](crate::LeftDivide); with less it does not compile.
///
/// ```
/// # use energraph::ops::merge_states;
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, LeftDivide, Star};
/// fn any<S: Star + LeftDivide>(g: &Graph<S>) {
///     let _ = merge_states(g, Quantum::default());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::merge_states;
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, LeftDivide};
/// fn any<S: LeftDivide>(g: &Graph<S>) {
///     let _ = merge_states(g, Quantum::default());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::merge_states;
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, Star};
/// fn any<S: Star>(g: &Graph<S>) {
///     let _ = merge_states(g, Quantum::default());
/// }
/// ```
pub fn merge_states<S: Star + LeftDivide>(g: &Graph<S>, quantum: Quantum) -> Result<Graph<S>, OpError> {
    check::acceptor(g)?;
    let g = possible(g)?;
    let potentials = sums_to_end(&g)?.unwrap_or_else(|| vec![S::one(); g.states()]);
    let pushed = to_start(&g, &potentials)?;
    let (class, count) = classes(&pushed, quantum);
    // Numbers follow the first of each class, which stands for it.
    let (mut rows, mut written) = (Plain::new(count, 0), 0);
    for s in 0..g.states() as StateId {
        if class[s as usize] == written {
            written += 1;
            rows.row(summed(pushed.arcs(s), &class), pushed.final_weight(s));
        }
    }
    let start = g.start().unwrap_or_default() as usize;
    Ok(with_total(&*connected(Cow::Owned(rows.build(class[start])))?, &potentials[start]))
}

/// The class of each state, numbered by the first of each, and how many there are: the coarsest partition in which the
/// members of a class have the same final weight and the same sums of arcs by label and class.
///
/// When a class is parted the smaller part is numbered anew, so that a state gets a new number at most log₂ n times, and
/// only the states with an arc to such a state are looked at again.
fn classes<S: Star + LeftDivide>(g: &Graph<S>, quantum: Quantum) -> (Vec<u32>, usize) {
    let mut into: Vec<Vec<StateId>> = vec![Vec::new(); g.states()];
    g.arcs_with_source().for_each(|(_, s, a)| into[a.target as usize].push(s));
    let mut partition = Partition::new(vec![0; g.states()]);
    let mut stale: Vec<StateId> = (0..g.states() as StateId).collect();
    while !stale.is_empty() {
        let before = partition.blocks();
        for part in parts(g, quantum, &mut partition, &stale) {
            part.into_iter().for_each(|s| partition.mark(s));
            partition.split();
        }
        let moved = (before..partition.blocks()).flat_map(|new| partition.members(new));
        stale = moved.flat_map(|s| &into[*s as usize]).copied().collect();
        stale.sort_unstable();
        stale.dedup();
    }
    let (mut number, mut count) = (vec![u32::MAX; partition.blocks()], 0);
    let class = partition.block().iter().map(|&b| {
        let slot = &mut number[b as usize];
        if *slot == u32::MAX {
            *slot = count;
            count += 1;
        }
        *slot
    });
    (class.collect(), partition.blocks())
}

/// What the states that may have changed are to be parted into: those of one class that go on alike, and unlike the members
/// of their class that have not changed.
fn parts<S: Star + LeftDivide>(
    g: &Graph<S>,
    quantum: Quantum,
    partition: &mut Partition,
    stale: &[StateId],
) -> Vec<Vec<StateId>> {
    stale.iter().for_each(|&s| partition.mark(s));
    let unchanged = partition.unmark();
    let class = partition.block();
    let (mut numbers, mut parts) = (FxHashMap::default(), Vec::<Vec<StateId>>::new());
    for &s in unchanged.iter().chain(stale) {
        let arcs = summed(g.arcs(s), class).into_iter();
        let arcs: Vec<_> = arcs.map(|a| (a.ilabel, a.target, a.weight.quantize(quantum))).collect();
        let key = (class[s as usize], g.final_weight(s).quantize(quantum), arcs);
        let number = *numbers.entry(key).or_insert(parts.len());
        if number == parts.len() {
            parts.push(Vec::new());
        }
        parts[number].push(s);
    }
    // Each of the unchanged began a part, in which it stands for others that stay with it.
    parts.split_off(unchanged.len())
}

/// Arcs to classes, those with one label and one class summed.
fn summed<S: Star>(arcs: &[Arc<S>], class: &[u32]) -> Vec<Arc<S>> {
    let mut all: Vec<Arc<S>> = arcs.iter().map(|a| Arc { target: class[a.target as usize], ..a.clone() }).collect();
    merge(&mut all, |a| (a.ilabel, a.target), |a| &mut a.weight);
    all.retain(|a| !a.weight.is_zero());
    all
}
