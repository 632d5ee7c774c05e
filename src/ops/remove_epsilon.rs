//! Removing arcs without labels.

use std::borrow::Cow;

use super::connect::connected;
use super::moves::merge;
use super::possible::possible;
use super::rows::Plain;
use super::sums::{Links, Stuck};
use super::{Budget, OpError};
use crate::graph::{Arc, EPSILON, Graph, StateId};
use crate::semiring::Star;

/// An equivalent graph without arcs that neither read nor write.
///
/// # Arguments
/// * `g`: any graph. Arcs with one label stay what they are.
///
/// # Returns
/// A graph in which every pair of strings has the weight it has in `g`: what could follow a state after epsilons
/// follows it at once, and arcs that then agree in labels and target are one, with the ⊕ of their weights. Cycles of
/// epsilons are summed by [`Star::star`]. Every state lies on an accepting path; arcs of weight 0̄ are gone.
///
/// # Errors
/// [`OpError::Empty`] where nothing is accepted; [`OpError::Diverges`] where the sum around a cycle of epsilons on an
/// accepting path does; [`OpError::Budget`] where the result outgrows the default [`Budget`]: n states in a chain of
/// epsilons may need O(n²) arcs.
///
/// # Cost
/// For each state that is the start or that an arc with a label leads to, what it reaches over epsilons, and a sort of
/// the arcs found there: a fan or a chain of n epsilons from one state costs O(n log n). Cycles of epsilons cost more,
/// as [`path_sum_star`](crate::paths::path_sum_star()) says.
///
/// # Source
/// M. Mohri, *Generic ε-removal and input ε-normalization algorithms for weighted transducers*, 2002.
///
/// # Example
/// ```text
///  ──ε:ε/1──▶ t ──a:b/2──▶ u      becomes      ──a:b/3──▶ u
/// ```
///
/// ```
/// use energraph::ops::remove_epsilon;
/// use energraph::{GraphBuilder, LogSum, Weight};
/// // A loop that is walked any number of times, each time with probability ½.
/// let half = LogSum::new(2.0_f64.ln())?;
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 0, 0, half, 0);
/// b.arc(0, 1, 1, half, 1);
/// b.final_weight(1, LogSum::one());
/// let g = remove_epsilon(&b.build()?)?;
/// assert_eq!(g.arc_count(), 1);
/// assert!(g.arcs(0)[0].weight.get().abs() < 1e-12); // ½ · (1 + ½ + ¼ + …) = 1
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What must hold
/// Cycles of epsilons are summed. A weight has to be [`Star`](crate::Star); with less it does not compile.
///
/// ```
/// # use energraph::ops::remove_epsilon;
/// # use energraph::{Graph, Star};
/// fn any<S: Star>(g: &Graph<S>) {
///     let _ = remove_epsilon(g);
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::remove_epsilon;
/// # use energraph::{Graph, Semiring};
/// fn any<S: Semiring>(g: &Graph<S>) {
///     let _ = remove_epsilon(g);
/// }
/// ```
pub fn remove_epsilon<S: Star>(g: &Graph<S>) -> Result<Graph<S>, OpError> {
    let g = possible(g)?;
    if !g.all_arcs().iter().any(is_epsilon) {
        return Ok(g.into_owned());
    }
    let start = g.start().unwrap_or_default();
    let mut closure = Closure::new(&g);
    let mut stays = vec![false; g.states()];
    stays[start as usize] = true;
    g.all_arcs().iter().filter(|a| !is_epsilon(a)).for_each(|a| stays[a.target as usize] = true);
    let mut rows = Plain::new(g.states(), g.arc_count());
    for (s, stays) in (0..).zip(stays) {
        // A state that only epsilons lead to has nothing to follow it, and goes.
        let (arcs, end) = if stays { closure.after(s)? } else { (Vec::new(), S::zero()) };
        arcs.into_iter().for_each(|a| rows.arc(a));
        rows.end(end);
        Budget::default().check(g.states(), rows.arc_count())?;
    }
    Ok(connected(Cow::Owned(rows.build(start)))?.into_owned())
}

fn is_epsilon<W>(a: &Arc<W>) -> bool {
    a.ilabel == EPSILON && a.olabel == EPSILON
}

/// Not among the states that epsilons lead to.
const NONE: u32 = u32::MAX;

/// What a state reaches over epsilons.
pub(super) struct Closure<'g, S> {
    g: &'g Graph<S>,
    /// The states reached, in the order found.
    states: Vec<StateId>,
    /// Position in `states`, or [`NONE`].
    number: Vec<u32>,
}

impl<'g, S: Star> Closure<'g, S> {
    pub(super) fn new(g: &'g Graph<S>) -> Self {
        Closure { g, number: vec![NONE; g.states()], states: Vec::new() }
    }

    /// The arcs with labels after any number of epsilons, and the weight of ending there.
    fn after(&mut self, s: StateId) -> Result<(Vec<Arc<S>>, S), OpError> {
        let g = self.g;
        if !g.arcs(s).iter().any(is_epsilon) {
            return Ok((g.arcs(s).to_vec(), g.final_weight(s)));
        }
        self.summed(s)
    }

    /// The same, where arcs that agree are one also in a state that no epsilon leaves.
    pub(super) fn summed(&mut self, s: StateId) -> Result<(Vec<Arc<S>>, S), OpError> {
        let g = self.g;
        let links = self.explore(s);
        let mut enter = vec![S::zero(); self.states.len()];
        enter[0] = S::one();
        let sums = links.sums(enter).map_err(|mut stuck| {
            if let Stuck::Diverges { states, .. } = &mut stuck {
                states.iter_mut().for_each(|i| *i = self.states[*i as usize]);
                states.sort_unstable();
            }
            stuck
        })?;
        let (mut arcs, mut end) = (Vec::new(), S::zero());
        for (&t, walk) in self.states.iter().zip(&sums) {
            let labelled = g.arcs(t).iter().filter(|a| !is_epsilon(a));
            arcs.extend(labelled.map(|a| Arc { weight: walk.times(&a.weight), ..a.clone() }));
            end = end.plus(&walk.times(&g.final_weights()[t as usize]));
            self.number[t as usize] = NONE;
        }
        merge(&mut arcs, |a| (a.ilabel, a.olabel, a.target), |a| &mut a.weight);
        arcs.retain(|a| !a.weight.is_zero());
        Ok((arcs, end))
    }

    /// Finds what a state reaches, and the epsilon arcs between those states.
    fn explore(&mut self, s: StateId) -> Links<S> {
        self.states.clear();
        self.meet(s);
        let (mut rows, mut next) = (Vec::new(), 0);
        while let Some(&t) = self.states.get(next) {
            let epsilons = self.g.arcs(t).iter().filter(|a| is_epsilon(a));
            rows.push(epsilons.map(|a| (self.meet(a.target), a.weight.clone())).collect());
            next += 1;
        }
        Links::of_rows(rows)
    }

    /// The position of a state, which is new where it was not met.
    fn meet(&mut self, s: StateId) -> u32 {
        let slot = &mut self.number[s as usize];
        if *slot == NONE {
            *slot = self.states.len() as u32;
            self.states.push(s);
        }
        *slot
    }
}
