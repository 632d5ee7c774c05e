//! Weighted determinisation of transducers with several outputs.

use super::determinize_transducer::{Outputs, with_outputs};
use super::gallic::Tail;
use super::{Budget, OpError};
use crate::graph::{Graph, Label};
use crate::semiring::{Gallic, LeftDivide, Quantum};

/// How [`determinize_subsequential()`] takes what is written, and what is left to write where the input ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Subsequential {
    /// Whether several strings may be written for one that is read; otherwise they are [`OpError::NotFunctional`].
    pub several: bool,
    /// What the arcs read that write what is left: 0, epsilon, or a label that stands for the end of the input.
    pub label: Label,
    /// Whether the first arcs of a state's several ends read `label`, `label` + 1, …, so that they can be told apart.
    pub increment: bool,
}

/// An equivalent transducer that reads deterministically, and may write several strings where the input ends.
///
/// # Arguments
/// * `g`: a transducer that reads a label on every arc; with [`Subsequential::several`] it may write any number of
///   strings for each that it reads.
/// * `how`: whether it may, and what the arcs read that write what is left.
/// * `quantum`, `budget`: as in [`determinize_transducer`](super::determinize_transducer()); with [`Subsequential::several`] a
///   state is a member of a set once for each string that waits at it.
///
/// # Returns
/// A transducer in which no two arcs of a state read the same label, those excepted that write what is left at an end.
/// Every pair of strings has one path, which carries the ⊕ of its paths in `g`. A label is written as soon as all paths that
/// read the same agree on it, and no more than one with each label that is read. A state in which the input ends in one way
/// with nothing left to write is final. Otherwise every way is a chain of arcs that write what is left, of which each reads
/// the label of `how`: so the input of `g` is followed by it as often as it is read. Of several ways from one state the
/// shortest string comes first, then the one with the lowest label where they differ; the empty one is an arc too that writes
/// nothing. The same from run to run. With the default of `how` it is [`determinize_transducer`](super::determinize_transducer()).
///
/// # Errors
/// As [`determinize_transducer`](super::determinize_transducer()), [`OpError::NotFunctional`] only without
/// [`Subsequential::several`]; [`OpError::Graph`] where labels run out. The numbers of strings that wait, or their lengths,
/// may have no bound, which ends in [`OpError::Budget`].
///
/// # Cost
/// As [`determinize_transducer`](super::determinize_transducer()), times the strings that wait in a state.
///
/// # Source
/// M. Mohri, *Finite-state transducers in language and speech processing*, 1997 (p-subsequential transducers); OpenFst's
/// `fstdeterminize --det_type=nonfunctional`.
///
/// # Example
/// ```text
///   ┌─a:x/1─▶ ◎                                 ┌─$:x/0─▶ ◎
/// ─▶0                becomes    ─▶ 0 ─a:ε/1─▶ ○                 (min-sum)
///   └─a:y/3─▶ ◎                                 └─$:y/2─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{Budget, Subsequential, determinize_subsequential};
/// use energraph::semiring::Quantum;
/// use energraph::{GraphBuilder, MinSum, Weight};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// for (output, w) in [(7, 1.0), (8, 3.0)] {
///     b.arc(0, 1, output, MinSum::new(w)?, 1);
/// }
/// b.final_weight(1, MinSum::one());
/// let how = Subsequential { several: true, label: 99, increment: true };
/// let g = determinize_subsequential(&b.build()?, how, Quantum::default(), Budget::default())?;
/// let arcs: Vec<_> = g.all_arcs().iter().map(|a| (a.ilabel, a.olabel, a.weight.get())).collect();
/// assert_eq!(arcs, [(1, 0, 1.0), (99, 7, 0.0), (100, 8, 2.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// What the paths of a subset share is taken out on the left. A weight has to be [`LeftDivide`](crate::LeftDivide);
/// with less it does not compile.
///
/// ```
/// # use energraph::ops::{Budget, Subsequential, determinize_subsequential};
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, LeftDivide};
/// fn any<S: LeftDivide>(g: &Graph<S>) {
///     let _ = determinize_subsequential(g, Subsequential::default(), Quantum::default(), Budget::default());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::{Budget, Subsequential, determinize_subsequential};
/// # use energraph::semiring::Quantum;
/// # use energraph::{Graph, Semiring};
/// fn any<S: Semiring>(g: &Graph<S>) {
///     let _ = determinize_subsequential(g, Subsequential::default(), Quantum::default(), Budget::default());
/// }
/// ```
pub fn determinize_subsequential<S: LeftDivide>(
    g: &Graph<S>,
    how: Subsequential,
    quantum: Quantum,
    budget: Budget,
) -> Result<Graph<S>, OpError> {
    let outputs = if how.several { Outputs::All } else { Outputs::One(Gallic::checked_plus) };
    with_outputs(g, quantum, budget, outputs, Tail { label: how.label, increment: how.increment })
}
