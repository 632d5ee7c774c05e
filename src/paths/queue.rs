//! In which order a shortest distance takes the states of a graph.

use super::PathError;
use super::relax::{By, rounds, shortest_first};
use crate::graph::{Components, StateId};
use crate::ops::nearest::nearest_within;
use crate::ops::sums::{Links, Stuck};
use crate::semiring::{PathProperty, Semiring, Star, Tolerance};

/// The order in which [`shortest_distance`](super::shortest_distance()) takes states, and with it what a semiring must
/// have and which graphs have an answer.
///
/// | queue | of the semiring | graphs | the sums | arcs followed, of m |
/// |---|---|---|---|---|
/// | [`auto`](Queue::auto) | [`Star`] | all with a sum | exact | m and what cycles take |
/// | [`topological`](Queue::topological) | nothing | no cycle within reach | exact | m |
/// | [`components`](Queue::components) | [`Star`] | all with a sum | exact | m and what cycles take |
/// | [`shortest_first`](Queue::shortest_first) | [`PathProperty`] | no arc that improves | exact | m |
/// | [`state_order`](Queue::state_order) | nothing | all whose sum settles | to a tolerance | up to m a round |
/// | [`fifo`](Queue::fifo) | nothing | all whose sum settles | to a tolerance | up to m a round |
///
/// Exact means up to rounding, however many walks there are (of which large components leave some digits more: see
/// [`path_sum_star`](super::path_sum_star())). A queue that would give a wrong answer is an error, but for the last two
/// where weights cancel, and one that its semiring cannot have does not compile:
///
/// ```compile_fail,E0599
/// use energraph::paths::Queue;
/// use energraph::LogSum;
/// // A sum has no best path that could come first.
/// let no = Queue::<LogSum<f64>>::shortest_first();
/// ```
///
/// OpenFst's `lifo` and `trivial` have no counterpart: the first may take exponentially many steps, and takes at least
/// as many as topological order or the nearest first, the second is for graphs of one state.
pub struct Queue<S> {
    name: &'static str,
    until: Convergence,
    take: Take<S>,
}

/// Sums by state from what enters each, and the arcs followed.
type Take<S> = fn(&Links<S>, Vec<S>, Convergence) -> Result<(Vec<S>, usize), PathError>;

impl<S> Clone for Queue<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Queue<S> {}

impl<S> std::fmt::Debug for Queue<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").field("name", &self.name).field("until", &self.until).finish()
    }
}

/// When a sum that is approached step by step counts as found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Convergence {
    /// What reaches a state is not passed on while it changes the sum there by no more than this. It is kept, and
    /// counts as soon as there is more of it; in the sums returned it is included. So each sum lacks at most what such
    /// remainders would still make on walks onward: about the tolerance divided by the share of mass that does not come
    /// back.
    pub tolerance: Tolerance,
    /// The most arcs to follow, each as often as it is.
    pub arcs: usize,
}

impl Default for Convergence {
    /// Until no digit changes, and at most 2²⁶ arcs.
    fn default() -> Self {
        Convergence { tolerance: Tolerance::EXACT, arcs: 1 << 26 }
    }
}

impl<S: Star> Queue<S> {
    /// What suits the graph: topological order where there is no cycle; component by component elsewhere, and within
    /// one that has a cycle shortest-first, if ⊕ is idempotent and no arc there improves what takes it, as
    /// [`Queue::components`] otherwise. What an arc improves is seen from ⊕ alone: `1̄ ⊕ w ≠ 1̄`.
    pub fn auto() -> Self {
        Queue { name: "auto", until: Convergence::default(), take: |links, enter, _| auto(links, enter) }
    }

    /// Component by component, and one that has a cycle by elimination of its states, or in rounds until no digit changes
    /// where that settles sooner; where ⊕ is idempotent, by relaxation in rounds until nothing changes or, of more than 64 states, the nearest first if no arc improves:
    /// what [`sums_from_start`](super::sums_from_start()) does.
    pub fn components() -> Self {
        let take: Take<S> = |links, enter, _| {
            let close = |c: &Components, states: &[StateId], sums: &mut [S]| links.close(c, states, sums).map(|()| 0);
            links.by_component(enter, close).map_err(|why: Stuck| why.into())
        };
        Queue { name: "components", until: Convergence::default(), take }
    }
}

impl<S: Star> Default for Queue<S> {
    /// [`Queue::auto`].
    fn default() -> Self {
        Queue::auto()
    }
}

impl<S: PathProperty> Queue<S> {
    /// The nearest state first, each once (Dijkstra 1959). For graphs in which no arc within reach improves what takes
    /// it; in [`MinSum`](crate::MinSum): without negative arcs.
    pub fn shortest_first() -> Self {
        let take: Take<S> = |links, enter, _| shortest_first(links, enter);
        Queue { name: "shortest-first", until: Convergence::default(), take }
    }
}

impl<S: Semiring> Queue<S> {
    /// Each state before the targets of its arcs, once: what is summed is summed when it is complete.
    pub fn topological() -> Self {
        let take: Take<S> = |links, enter, _| {
            links.by_component(enter, |_, states, _| {
                let mut states = states.to_vec();
                states.sort_unstable();
                Err(PathError::Cyclic { states })
            })
        };
        Queue { name: "topological", until: Convergence::default(), take }
    }

    /// In rounds, each in the order of the states' numbers: those whose sum has changed pass the change on. From the
    /// start the lowest number comes first, to the ends the highest: one round does where arcs lead to higher numbers.
    ///
    /// For semirings without a star, and for sums that settle soon. Where ⊕ is idempotent there are as many rounds as
    /// states at most, or a cycle improves without end, which is an error. Where weights cancel, as those of
    /// [`SignedLog`](crate::semiring::SignedLog) may, a sum that does not exist can settle: changes cancel that met in
    /// one state, and in another order would not. [`Queue::auto`] and [`Queue::components`] ask the absolute weights.
    pub fn state_order(until: Convergence) -> Self {
        Queue { name: "state order", until, take: |links, enter, until| rounds(links, enter, By::State, until) }
    }

    /// As [`Queue::state_order`], but within a round first come, first served: it does not mind how states are
    /// numbered.
    pub fn fifo(until: Convergence) -> Self {
        Queue { name: "fifo", until, take: |links, enter, until| rounds(links, enter, By::Arrival, until) }
    }

    /// The sums by state, and the arcs followed.
    pub(super) fn sums(&self, links: &Links<S>, enter: Vec<S>) -> Result<(Vec<S>, usize), PathError> {
        (self.take)(links, enter, self.until)
    }
}

fn auto<S: Star>(links: &Links<S>, enter: Vec<S>) -> Result<(Vec<S>, usize), PathError> {
    let idempotent = S::one().plus(&S::one()) == S::one();
    links.by_component(enter, |components, states, sums| {
        if idempotent && let Some(followed) = nearest_within(links, components, states, sums) {
            return Ok(followed);
        }
        // What a search that was given up has found are walks, which an idempotent sum may meet again.
        links.close(components, states, sums)?;
        Ok(0)
    })
}
