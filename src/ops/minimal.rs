//! The smallest acceptor of sorted words, built at once.

use rustc_hash::FxHashMap;

use super::OpError;
use super::rows::Plain;
use crate::graph::{Arc, EPSILON, Graph, GraphError, Label, StateId};
use crate::semiring::Weight;

/// The deterministic acceptor of some words with the fewest states, every weight 1̄, without a trie in between.
///
/// # Arguments
/// * `words`: in ascending order (a word before its continuations, then by label), each once.
///
/// # Returns
/// Up to the numbers of states `minimize(determinize(from_strings(words)))`: a deterministic acceptor without epsilons,
/// numbered in topological order from the start on, arcs in the order of their labels.
///
/// # Errors
/// [`OpError::NotSorted`] with the position of the first word that is not above the one before it;
/// [`OpError::Epsilon`] where a label is 0; [`OpError::Empty`] where no word is given (the empty word is one);
/// [`OpError::Graph`] where 32 bits don't number the result.
///
/// # Cost
/// O(total length), hashed. Memory is that of the result and of the longest word, not of the trie.
///
/// # Source
/// J. Daciuk, S. Mihov, B. Watson, R. Watson, *Incremental construction of minimal acyclic finite-state automata*,
/// 2000, algorithm 1.
///
/// # Example
/// ```text
/// "ac", "bc":     ┌─a─┐
///               ─▶0   ▶ 1 ─c─▶ ◎
///                 └─b─┘
/// ```
///
/// ```
/// use energraph::ops::{OpError, from_strings, minimal_acceptor};
/// use energraph::{Energy, Graph};
/// let words = [&[1, 1, 9][..], &[1, 2, 9], &[2, 1, 9], &[2, 2, 9]];
/// let (small, trie): (Graph<Energy>, Graph<Energy>) = (minimal_acceptor(words)?, from_strings(words)?);
/// assert_eq!((small.states(), small.arc_count(), trie.states()), (4, 5, 11));
/// let unsorted: Result<Graph<Energy>, _> = minimal_acceptor([[2], [1]]);
/// assert_eq!(unsorted, Err(OpError::NotSorted { index: 1 }));
/// # Ok::<(), OpError>(())
/// ```
pub fn minimal_acceptor<W: Weight, T: AsRef<[Label]>>(words: impl IntoIterator<Item = T>) -> Result<Graph<W>, OpError> {
    let mut made = Register::default();
    let mut before: Option<Vec<Label>> = None;
    // The states along the last word that may still get arcs.
    let mut open = vec![State::default()];
    for (index, word) in words.into_iter().enumerate() {
        let word = word.as_ref();
        if let Some(position) = word.iter().position(|&l| l == EPSILON) {
            return Err(OpError::Epsilon { what: "a word", position });
        }
        if before.as_deref().is_some_and(|b| b >= word) {
            return Err(OpError::NotSorted { index });
        }
        let last = before.get_or_insert_default();
        let shared = last.iter().zip(word).take_while(|(a, b)| a == b).count();
        made.close(&mut open, last, shared)?;
        open.resize_with(word.len() + 1, State::default);
        if let Some(end) = open.last_mut() {
            end.is_final = true;
        }
        last.clear();
        last.extend_from_slice(word);
    }
    let Some(last) = before else { return Err(OpError::Empty { first_unmatched: None }) };
    made.close(&mut open, &last, 0)?;
    let start = made.number(open.pop().unwrap_or_default())?;
    Ok(made.build(start))
}

/// A state by its future.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct State {
    is_final: bool,
    /// By label.
    arcs: Vec<(Label, u32)>,
}

/// States that are finished, each once, behind what they lead to.
#[derive(Default)]
struct Register {
    numbers: FxHashMap<State, u32>,
}

impl Register {
    /// Finishes the states of the last word behind its first `keep` labels.
    fn close(&mut self, open: &mut Vec<State>, last: &[Label], keep: usize) -> Result<(), OpError> {
        while open.len() > keep + 1
            && let Some(state) = open.pop()
        {
            let number = self.number(state)?;
            let label = last.get(open.len().wrapping_sub(1));
            if let (Some(parent), Some(&label)) = (open.last_mut(), label) {
                parent.arcs.push((label, number));
            }
        }
        Ok(())
    }

    fn number(&mut self, state: State) -> Result<u32, OpError> {
        let next = self.numbers.len();
        if next >= u32::MAX as usize - 1 {
            return Err(GraphError::TooLarge { what: "states", count: next }.into());
        }
        Ok(*self.numbers.entry(state).or_insert(next as u32))
    }

    /// The graph from its start, which was finished last.
    fn build<W: Weight>(self, start: u32) -> Graph<W> {
        let mut states: Vec<(State, u32)> = self.numbers.into_iter().collect();
        states.sort_unstable_by_key(|(_, number)| std::cmp::Reverse(*number));
        let new = |old: u32| start - old;
        let mut rows = Plain::new(states.len(), states.iter().map(|(s, _)| s.arcs.len()).sum());
        for (state, _) in states {
            for (label, target) in state.arcs {
                rows.arc(Arc { ilabel: label, olabel: label, weight: W::one(), target: new(target) as StateId });
            }
            rows.end(if state.is_final { W::one() } else { W::zero() });
        }
        rows.build(0)
    }
}
