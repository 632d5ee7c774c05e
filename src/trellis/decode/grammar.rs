//! What a decoder may write.

use std::fmt::Debug;
use std::hash::Hash;

use smallvec::SmallVec;

use crate::graph::Label;
use crate::paths::Beta;

/// Output labels of one step; one almost always.
pub type Writes = SmallVec<[Label; 2]>;

/// A step of a grammar.
#[derive(Debug, Clone, PartialEq)]
pub struct Way<S> {
    /// The label it reads, class + 1; never 0.
    pub reads: Label,
    /// What it writes, without epsilons.
    pub writes: Writes,
    /// Its energy, neither NaN nor −∞.
    pub energy: f64,
    /// The state it leads to.
    pub to: S,
}

/// An end of a grammar.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// What it writes, without epsilons.
    pub writes: Writes,
    /// Its energy, neither NaN nor −∞.
    pub energy: f64,
}

/// What a grammar allows in one of its states.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<S> {
    /// The labels that may come next; each step reads one.
    pub ways: Vec<Way<S>>,
    /// The ways to end here; none where it may not end.
    pub ends: Vec<End>,
}

impl<S> Default for Row<S> {
    fn default() -> Self {
        Row { ways: Vec::new(), ends: Vec::new() }
    }
}

/// A weighted transducer of labels, looked at state by state: what a decoder may read, what that writes, at which energy.
///
/// # Contract
/// A state's row is the same whenever it is asked for. Where [`Grammar::bounds`] says so, no energy is below 0 and, for finite
/// β, no string of labels is read on more than one path from a state to an end. A liar's decodings claim to have lost less
/// than they did; nothing else breaks.
pub trait Grammar {
    /// A state.
    type State: Copy + Eq + Hash + Debug;

    /// Where texts begin; `None` where none is allowed.
    fn start(&self) -> Option<Self::State>;

    /// The ways on from a state, and the ends. Steps that read nothing are already followed; those that read and write alike
    /// may be merged at β.
    fn row(&self, state: Self::State, beta: Beta) -> Row<Self::State>;

    /// The largest label that is read; 0 where none is.
    fn largest(&self) -> Label;

    /// Whether what follows a state is never worth more than the frames alone, so that what pruning loses is bounded.
    fn bounds(&self, beta: Beta) -> bool;
}

impl<G: Grammar> Grammar for &G {
    type State = G::State;
    fn start(&self) -> Option<G::State> {
        (**self).start()
    }
    fn row(&self, state: G::State, beta: Beta) -> Row<G::State> {
        (**self).row(state, beta)
    }
    fn largest(&self) -> Label {
        (**self).largest()
    }
    fn bounds(&self, beta: Beta) -> bool {
        (**self).bounds(beta)
    }
}
