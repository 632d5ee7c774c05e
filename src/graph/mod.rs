//! Weighted graphs: finite-state transducers with one start state and final weights.
//!
//! A [`Graph`] is frozen: arcs lie in one array sorted by source state (compressed sparse rows), so that an arc is
//! known by its position, an [`ArcId`]. A [`GraphBuilder`] makes one. Label 0 ([`EPSILON`]) stands for no label.
//! The weights of arcs and the final weights of states are the graph's *sites* ([`Site`]): what an energy is given
//! to and what a gradient belongs to.

pub mod att;
mod builder;
mod components;
pub mod draw;
#[cfg(feature = "json")]
pub mod json;
mod lift;
mod map;
pub mod ngram;
pub mod openfst;
mod order;
mod origin;
mod petgraph;
#[cfg(feature = "laws")]
pub mod sample;
mod symbols;
mod traced;
mod useful;
mod weight_text;

pub use self::petgraph::{Edge, Node};
pub use builder::GraphBuilder;
pub(crate) use components::strongly_connected;
pub use components::{Components, components};
pub use order::{Cyclic, topological_order};
pub(crate) use origin::NO_ARC;
pub use origin::{InputSite, Origin, OriginBuilder, Sites, SitesIter};
pub use symbols::{EPSILON_SYMBOL, SymbolError, SymbolTable};
pub use traced::{SiteValues, Traced};
pub(crate) use useful::{incoming, useful};
pub use weight_text::{BadWeight, WeightText};

use crate::semiring::Weight;

/// A state's position, 0-based.
pub type StateId = u32;
/// An arc's position in the graph's arc array, 0-based.
pub type ArcId = u32;
/// An input or output symbol's number.
pub type Label = u32;
/// The label that stands for no label.
pub const EPSILON: Label = 0;

/// Where a graph holds a weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Site {
    /// The weight of an arc.
    Arc(ArcId),
    /// The final weight of a state.
    Final(StateId),
}

/// A side of a transducer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// What it reads.
    Input,
    /// What it writes.
    Output,
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if *self == Side::Input { "input" } else { "output" })
    }
}

/// One arc; its source is the state it is stored under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Arc<W> {
    /// Symbol read, or [`EPSILON`].
    pub ilabel: Label,
    /// Symbol written, or [`EPSILON`].
    pub olabel: Label,
    /// Weight of taking the arc.
    pub weight: W,
    /// State it leads to.
    pub target: StateId,
}

/// What makes a graph impossible to build.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// An arc, a final weight or the start names a state that was never added.
    #[error("{what} names state {state}, but there are {states} states")]
    NoSuchState {
        /// What named it.
        what: &'static str,
        /// The state named.
        state: StateId,
        /// States that exist.
        states: usize,
    },
    /// States but no start: every path would be lost.
    #[error("the graph has {states} states but no start state")]
    NoStart {
        /// States that exist.
        states: usize,
    },
    /// More states or arcs than 32 bits count, than memory has room for, or than a few numbers should make.
    #[error("{count} {what} are too many for a graph")]
    TooLarge {
        /// "states" or "arcs".
        what: &'static str,
        /// How many.
        count: usize,
    },
}

/// Most states and arcs together of a graph that a few numbers describe, or small tables: a slip of a number must not take
/// all memory. So many take some 2 GB while they are built.
pub(crate) const MOST_SITES: usize = 1 << 26;

/// A weighted transducer: states, one start, final weights, arcs in compressed sparse rows.
///
/// An acceptor is a transducer whose arcs have equal labels on both sides. The graph without states is the empty
/// language; every other graph has a start.
///
/// ```
/// use energraph::{Energy, Graph, GraphBuilder};
/// // "1 2" costs 0.5 and "1" costs 2.
/// let mut b = GraphBuilder::new();
/// let (s, t, u) = (b.state(), b.state(), b.state());
/// b.start(s);
/// b.arc(s, 1, 1, Energy::new(0.5)?, t);
/// b.arc(t, 2, 2, Energy::FREE, u);
/// b.final_weight(t, Energy::new(1.5)?);
/// b.final_weight(u, Energy::FREE);
/// let g: Graph<Energy> = b.build()?;
/// assert_eq!((g.states(), g.arc_count()), (3, 2));
/// assert_eq!(g.arcs(s)[0].target, t);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph<W> {
    start: Option<StateId>,
    /// 0̄ where a state is not final.
    finals: Vec<W>,
    /// `offsets[s]..offsets[s + 1]` are the arcs of state `s`; one entry more than states.
    offsets: Vec<ArcId>,
    arcs: Vec<Arc<W>>,
}

impl<W: Weight> Graph<W> {
    /// The graph without states, which accepts nothing.
    pub fn empty() -> Self {
        Graph { start: None, finals: Vec::new(), offsets: vec![0], arcs: Vec::new() }
    }

    /// A graph from rows that an operation has already laid out: `offsets[s]..offsets[s + 1]` are the arcs of
    /// state `s`, and every state named exists.
    pub(crate) fn from_rows(start: StateId, finals: Vec<W>, offsets: Vec<ArcId>, arcs: Vec<Arc<W>>) -> Self {
        debug_assert_eq!(offsets.len(), finals.len() + 1);
        debug_assert_eq!(offsets.last().map(|&n| n as usize), Some(arcs.len()));
        debug_assert!((start as usize) < finals.len());
        debug_assert!(arcs.iter().all(|a| (a.target as usize) < finals.len()));
        Graph { start: Some(start), finals, offsets, arcs }
    }

    /// Number of states.
    pub fn states(&self) -> usize {
        self.finals.len()
    }

    /// Number of arcs.
    pub fn arc_count(&self) -> usize {
        self.arcs.len()
    }

    /// The start state; `None` only in the graph without states.
    pub fn start(&self) -> Option<StateId> {
        self.start
    }

    /// The arcs that leave a state, in the order in which they were added; none where the state does not exist.
    pub fn arcs(&self, state: StateId) -> &[Arc<W>] {
        let span = self.arc_ids(state);
        &self.arcs[span.start as usize..span.end as usize]
    }

    /// The positions of the arcs that leave a state.
    pub fn arc_ids(&self, state: StateId) -> std::ops::Range<ArcId> {
        let s = state as usize;
        if s < self.states() { self.offsets[s]..self.offsets[s + 1] } else { 0..0 }
    }

    /// Every arc, by position.
    pub fn all_arcs(&self) -> &[Arc<W>] {
        &self.arcs
    }

    /// Every arc with its position and source state, by position.
    pub fn arcs_with_source(&self) -> impl Iterator<Item = (ArcId, StateId, &Arc<W>)> {
        (0..self.states() as StateId).flat_map(move |s| self.arc_ids(s).map(move |a| (a, s, &self.arcs[a as usize])))
    }

    /// The state that an arc leaves; `None` where the arc does not exist. Cost: a binary search over states.
    pub fn source(&self, arc: ArcId) -> Option<StateId> {
        ((arc as usize) < self.arcs.len()).then(|| (self.offsets.partition_point(|&o| o <= arc) - 1) as StateId)
    }

    /// The weight of ending in a state; 0̄ where it is not final or does not exist.
    pub fn final_weight(&self, state: StateId) -> W {
        self.finals.get(state as usize).cloned().unwrap_or_else(W::zero)
    }

    /// The final weights by state, 0̄ where a state is not final.
    pub fn final_weights(&self) -> &[W] {
        &self.finals
    }

    /// Whether paths may end in a state.
    pub fn is_final(&self, state: StateId) -> bool {
        self.finals.get(state as usize).is_some_and(|w| !w.is_zero())
    }

    /// Every site that holds a weight other than by absence: all arcs, and the final states.
    pub fn sites(&self) -> impl Iterator<Item = (Site, &W)> {
        let arcs = self.arcs.iter().enumerate().map(|(i, a)| (Site::Arc(i as ArcId), &a.weight));
        let finals = self.finals.iter().enumerate().filter(|(_, w)| !w.is_zero());
        arcs.chain(finals.map(|(s, w)| (Site::Final(s as StateId), w)))
    }

    /// Whether both labels of every arc are equal.
    pub fn is_acceptor(&self) -> bool {
        self.arcs.iter().all(|a| a.ilabel == a.olabel)
    }

    /// The same graph with another start; `None` where it has no such state.
    ///
    /// ```
    /// use energraph::{Energy, GraphBuilder};
    /// let mut b = GraphBuilder::new();
    /// b.add_states(2);
    /// b.start(0);
    /// b.arc(0, 1, 1, Energy::FREE, 1);
    /// b.final_weight(1, Energy::FREE);
    /// let g = b.build()?;
    /// assert_eq!(g.starting_at(1).and_then(|g| g.start()), Some(1));
    /// assert_eq!(g.starting_at(2), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn starting_at(&self, start: StateId) -> Option<Graph<W>> {
        ((start as usize) < self.states()).then(|| Graph { start: Some(start), ..self.clone() })
    }
}
