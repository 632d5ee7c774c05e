//! Graphs that are seen through questions and built no further than the questions go.
//!
//! A [`LazyGraph`] answers what a search asks: where to start, what leaves a state, what ending there weighs. Every
//! built graph is one, and so is a [`LazyCompose`], whose states come into being when somebody asks for their arcs.
//! [`expand()`] builds what is left; [`lazy_best_path`](crate::paths::lazy_best_path()) and
//! [`lazy_within`](crate::paths::lazy_within()) look at no more than they need.

mod compose;
mod expand;

pub use compose::{LazyCompose, Touched};
pub use expand::expand;
pub(crate) use expand::expand_where;

use super::OpError;
use crate::graph::{Arc, Graph, InputSite, Site, StateId};
use crate::semiring::Weight;

/// A graph seen through questions.
///
/// States are named by 32-bit numbers, by any rule. A state that was never named has no arcs and is not final.
///
/// # Contract
/// * A state's arcs and its final weight are the same whenever they are asked for. If not, searches mix answers, and
///   what they report is a path of no graph.
/// * `arcs` ends the search with an error, such as [`OpError::Budget`], where it has done enough; an endless graph
///   without a budget is expanded until memory is used up.
/// * The last five methods go together, and say nothing by default. `inputs` are built graphs, `parts` a state in each
///   of them, and an arc that moves in some of them weighs what the arcs there weigh together: only then is what is
///   left in the inputs a bound of what is left here, and a lie makes "the best path" another one. The same holds for
///   `counts_once` and the bounds on what pruning loses.
///
/// ```
/// use energraph::graph::Arc;
/// use energraph::ops::{Compose, LazyCompose, LazyGraph, OpError, acceptor, expand};
/// use energraph::{Energy, Graph, Weight};
/// // 1, then 2, then 3, … without end: state n has seen n numbers.
/// struct Numbers([Arc<Energy>; 1]);
/// impl LazyGraph for Numbers {
///     type Weight = Energy;
///     fn start(&self) -> Option<u32> {
///         Some(0)
///     }
///     fn final_weight(&self, _: u32) -> Energy {
///         Energy::FREE
///     }
///     fn arcs(&mut self, n: u32) -> Result<&[Arc<Energy>], OpError> {
///         self.0 = [Arc { ilabel: n + 1, olabel: n + 1, weight: Energy::FREE, target: n + 1 }];
///         Ok(&self.0)
///     }
/// }
/// let numbers = Numbers([Arc { ilabel: 0, olabel: 0, weight: Energy::FREE, target: 0 }]);
/// let three: Graph<Energy> = acceptor(&[1, 2, 3])?;
/// let mut both = LazyCompose::new(&three, numbers, &Compose::default());
/// assert_eq!(expand(&mut both)?.graph, three);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait LazyGraph {
    /// What arcs and final states weigh.
    type Weight: Weight;

    /// The start state; `None` where nothing is accepted.
    fn start(&self) -> Option<StateId>;

    /// The weight of ending in a state; 0̄ where it is not final.
    fn final_weight(&self, state: StateId) -> Self::Weight;

    /// The arcs that leave a state.
    ///
    /// # Errors
    /// [`OpError::Budget`] where finding them would take more than was allowed.
    fn arcs(&mut self, state: StateId) -> Result<&[Arc<Self::Weight>], OpError>;

    /// The built graphs that this one is made of, in the order of their numbers in an [`InputSite`].
    fn inputs(&self) -> Vec<&Graph<Self::Weight>> {
        Vec::new()
    }

    /// The state of each input that a state stands for, added to `parts`.
    fn parts(&self, _state: StateId, _parts: &mut Vec<StateId>) {}

    /// The sites of inputs behind the arc at a position among those of a state that has been asked for its arcs, added
    /// to `sites`.
    fn arc_origin(&self, _state: StateId, _position: usize, _sites: &mut Vec<InputSite>) {}

    /// The sites of inputs behind the final weight of a state, added to `sites`.
    fn final_origin(&self, _state: StateId, _sites: &mut Vec<InputSite>) {}

    /// Whether every weight comes from inputs, and no two paths stand for the same path in each of them.
    fn counts_once(&self) -> bool {
        false
    }
}

/// A built graph answers at once.
impl<W: Weight> LazyGraph for &Graph<W> {
    type Weight = W;

    fn start(&self) -> Option<StateId> {
        Graph::start(self)
    }
    fn final_weight(&self, state: StateId) -> W {
        Graph::final_weight(self, state)
    }
    fn arcs(&mut self, state: StateId) -> Result<&[Arc<W>], OpError> {
        Ok(Graph::arcs(self, state))
    }
    fn inputs(&self) -> Vec<&Graph<W>> {
        vec![self]
    }
    fn parts(&self, state: StateId, parts: &mut Vec<StateId>) {
        parts.push(state);
    }
    fn arc_origin(&self, state: StateId, position: usize, sites: &mut Vec<InputSite>) {
        let arc = self.arc_ids(state).nth(position);
        sites.extend(arc.map(|id| InputSite { input: 0, site: Site::Arc(id) }));
    }
    fn final_origin(&self, state: StateId, sites: &mut Vec<InputSite>) {
        sites.extend(self.is_final(state).then_some(InputSite { input: 0, site: Site::Final(state) }));
    }
    fn counts_once(&self) -> bool {
        true
    }
}

/// One that somebody else keeps, with what it has expanded so far.
impl<G: LazyGraph + ?Sized> LazyGraph for &mut G {
    type Weight = G::Weight;

    fn start(&self) -> Option<StateId> {
        (**self).start()
    }
    fn final_weight(&self, state: StateId) -> G::Weight {
        (**self).final_weight(state)
    }
    fn arcs(&mut self, state: StateId) -> Result<&[Arc<G::Weight>], OpError> {
        (**self).arcs(state)
    }
    fn inputs(&self) -> Vec<&Graph<G::Weight>> {
        (**self).inputs()
    }
    fn parts(&self, state: StateId, parts: &mut Vec<StateId>) {
        (**self).parts(state, parts);
    }
    fn arc_origin(&self, state: StateId, position: usize, sites: &mut Vec<InputSite>) {
        (**self).arc_origin(state, position, sites);
    }
    fn final_origin(&self, state: StateId, sites: &mut Vec<InputSite>) {
        (**self).final_origin(state, sites);
    }
    fn counts_once(&self) -> bool {
        (**self).counts_once()
    }
}
