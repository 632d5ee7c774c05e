//! The smallest deterministic acceptor.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::first_strings::{first_strings, sums_to_end};
use super::partition::refine;
use super::possible::possible;
use super::reweight::{arc_to_start, end_to_start, with_total};
use super::rows::Plain;
use super::{OpError, check};
use crate::graph::{Arc, Graph, StateId};
use crate::semiring::{LeftDivide, Quantum, Star};

/// The equivalent deterministic acceptor with the fewest states, or one more.
///
/// # Arguments
/// * `g`: a deterministic acceptor without epsilons, cyclic or not ([`determinize`](super::determinize()) first).
/// * `quantum`: how finely weights are told apart; the weights of the result are those of one of the states that it
///   takes for one.
///
/// # Returns
/// `g` with weights pushed to the start and states with the same future made one, numbered in the order of the first of
/// them: the fewest where weights are [`Cancellative`](crate::Cancellative), but for one more, the last, where the start
/// is copied. As [`push`](super::push()) has it, the total lies on what leaves the start; where it is not 1̄ and arcs lead
/// back to the start, be it that they did in `g` or that they led to a state which was made one with it, a copy of it
/// takes the total. Elsewhere, as where ⊗ is a maximum, states whose futures agree only with what is in front of them
/// stay apart. Where the sum of what is to come does not exist, or cancels, weights are pushed by the first string to
/// come in its place: the shortest, with the lowest labels.
///
/// # Errors
/// [`OpError::NotAnAcceptor`], [`OpError::Epsilon`], [`OpError::NotDeterministic`]; [`OpError::Empty`] where nothing is
/// accepted; [`OpError::Indivisible`].
///
/// # Cost
/// That of the sums to the end ([`path_sum_star`](crate::paths::path_sum_star())), then O(states + arcs · log arcs).
///
/// # Source
/// Pushing before classical minimisation: M. Mohri, *Finite-state transducers in language and speech processing*, 1997;
/// partition refinement: A. Valmari, P. Lehtinen, *Efficient minimization of DFAs with partial transition functions*,
/// 2008.
///
/// # Example
/// ```text
///   ┌─a─▶ 1 ─c─┐                   ┌─a─┐
/// ─▶0          ▶ ◎    becomes    ─▶0   ▶ 1 ─c─▶ ◎
///   └─b─▶ 2 ─c─┘                   └─b─┘
/// ```
///
/// ```
/// use energraph::ops::{from_strings, minimize};
/// use energraph::semiring::Quantum;
/// use energraph::{Graph, MinSum};
/// let trie: Graph<MinSum<f64>> = from_strings([[1, 3], [2, 3]])?;
/// let g = minimize(&trie, Quantum::default())?;
/// assert_eq!((trie.states(), g.states(), g.arc_count()), (5, 3, 3));
/// # Ok::<(), energraph::ops::OpError>(())
/// ```
///
/// # What must hold
/// Weights are pushed to the start: sums around cycles, which arcs are divided by. A weight has to be
/// [`Star`](crate::Star) and [`LeftDivide`](crate::LeftDivide); with less it does not compile.
///
/// ```
/// # use energraph::ops::minimize;
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, LeftDivide, Star};
/// fn any<S: Star + LeftDivide>(g: &Graph<S>) {
///     let _ = minimize(g, Quantum::default());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::minimize;
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, LeftDivide};
/// fn any<S: LeftDivide>(g: &Graph<S>) {
///     let _ = minimize(g, Quantum::default());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::minimize;
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, Star};
/// fn any<S: Star>(g: &Graph<S>) {
///     let _ = minimize(g, Quantum::default());
/// }
/// ```
pub fn minimize<S: Star + LeftDivide>(g: &Graph<S>, quantum: Quantum) -> Result<Graph<S>, OpError> {
    check::acceptor(g)?;
    check::no_epsilons(g, "a graph to minimize")?;
    check::deterministic(g)?;
    let g = possible(g)?;
    let potentials = sums_to_end(&g)?.unwrap_or_else(|| first_strings(&g));
    let merged = merge(&g, &potentials, quantum)?;
    let total = g.start().and_then(|s| potentials.get(s as usize)).cloned().unwrap_or_else(S::one);
    Ok(with_total(&merged, &total))
}

/// The graph with weights pushed to the start and states of equal future made one.
fn merge<S: LeftDivide>(g: &Graph<S>, potentials: &[S], quantum: Quantum) -> Result<Graph<S>, OpError> {
    let (states, classes) = classes(g, potentials, quantum)?;
    let sources: Vec<StateId> = g.arcs_with_source().map(|(_, s, _)| s).collect();
    let block = refine(states, &sources, |arc| g.all_arcs()[arc].target, classes);
    // Blocks in the order of their first states, which stand for them.
    let mut numbers = Classes::default();
    let number: Vec<StateId> = block.iter().map(|&b| numbers.of(b)).collect();
    let (blocks, mut next) = (numbers.0.len(), 0);
    let mut rows = Plain::new(blocks, 0);
    for s in 0..g.states() as StateId {
        if number[s as usize] != next {
            continue;
        }
        next += 1;
        for a in g.arcs(s) {
            let weight = arc_to_start(s, a, potentials)?;
            rows.arc(Arc { weight, target: number[a.target as usize], ..a.clone() });
        }
        rows.end(end_to_start(g, s, potentials)?);
    }
    Ok(rows.build(g.start().map_or(0, |s| number[s as usize])))
}

/// By state, which weight of ending it has, and by arc, which label and weight: numbers from 0 on without gaps.
fn classes<S: LeftDivide>(g: &Graph<S>, potentials: &[S], quantum: Quantum) -> Result<(Vec<u32>, Vec<u32>), OpError> {
    let (mut ends, mut labels) = (Classes::default(), Classes::default());
    let ending = |s| Ok(ends.of(end_to_start(g, s, potentials)?.quantize(quantum)));
    let states = (0..g.states() as StateId).map(ending).collect::<Result<_, OpError>>()?;
    let class =
        |(_, s, a): (_, _, &Arc<S>)| Ok(labels.of((a.ilabel, arc_to_start(s, a, potentials)?.quantize(quantum))));
    let arcs = g.arcs_with_source().map(class).collect::<Result<_, OpError>>()?;
    Ok((states, arcs))
}

/// Things numbered as they are met.
struct Classes<T>(FxHashMap<T, u32>);

impl<T> Default for Classes<T> {
    fn default() -> Self {
        Classes(FxHashMap::default())
    }
}

impl<T: Eq + Hash> Classes<T> {
    fn of(&mut self, thing: T) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(thing).or_insert(next)
    }
}
