//! Removing arcs without labels.

use std::borrow::Cow;

use super::connect::connected;
use super::moves::merge;
use super::possible::possible;
use super::rows::Plain;
use super::sums::{Links, Stuck};
use super::{Budget, OpError};
use crate::graph::{Arc, EPSILON, Graph, StateId, strongly_connected};
use crate::semiring::Star;

/// An equivalent graph without arcs that neither read nor write.
///
/// # Arguments
/// * `g`: any graph. Arcs with one label stay what they are.
///
/// # Returns
/// A graph in which every pair of strings has the weight it has in `g`: what could follow a state after epsilons
/// follows it at once, and arcs of such a state that then agree in labels and target are one, with the ⊕ of their weights;
/// states that no epsilon leaves keep their arcs. Cycles of epsilons are summed by [`Star::star`]. Every state lies on an accepting path; arcs of weight 0̄ are gone.
///
/// # Errors
/// [`OpError::Empty`] where nothing is accepted; [`OpError::Diverges`] where the sum around a cycle of epsilons on an
/// accepting path does, [`OpError::Matrix`] as of
/// [`path_sum_star`](crate::paths::path_sum_star()); [`OpError::Budget`] where the result outgrows the default [`Budget`]: n states in a chain of
/// epsilons may need O(n²) arcs.
///
/// # Cost
/// For each state that is the start or that an arc with a label leads to, a sort of the arcs that follow it and the
/// epsilons on the way to them. The way ends at other such states where it is known what follows them: at all that few arcs
/// follow, 16 and twice their own, and at the first four others. A fan or a chain of n epsilons from one state costs O(n log n), and so does one
/// that arcs with labels lead into everywhere, but for what its result holds, which may be O(n²). Cycles of epsilons cost more, as
/// [`path_sum_star`](crate::paths::path_sum_star()) says.
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
    let mut stays = vec![false; g.states()];
    stays[start as usize] = true;
    g.all_arcs().iter().filter(|a| !is_epsilon(a)).for_each(|a| stays[a.target as usize] = true);
    let mut found = closures(&g, |s| stays[s as usize] && g.arcs(s).iter().any(is_epsilon))?;
    let mut rows = Plain::new(g.states(), g.arc_count());
    for (s, stays) in (0..).zip(stays) {
        match found[s as usize].take() {
            Some(row) => rows.row(row.arcs, row.end),
            None if stays => rows.row(g.arcs(s).iter().cloned(), g.final_weight(s)),
            // A state that only epsilons lead to has nothing to follow it, and goes.
            None => rows.end(S::zero()),
        }
        Budget::default().check(g.states(), rows.arc_count())?;
    }
    Ok(connected(Cow::Owned(rows.build(start)))?.into_owned())
}

fn is_epsilon<W>(a: &Arc<W>) -> bool {
    a.ilabel == EPSILON && a.olabel == EPSILON
}

/// What follows a state after any number of epsilons.
#[derive(Clone)]
pub(super) struct Row<S> {
    /// Arcs with labels, no two of which agree in labels and target.
    pub(super) arcs: Vec<Arc<S>>,
    /// The weight of ending there.
    pub(super) end: S,
}

/// What follows each of the states that are asked for, as far as the default [`Budget`] reaches.
pub(super) fn closures<S: Star>(g: &Graph<S>, asked: impl Fn(StateId) -> bool) -> Result<Vec<Option<Row<S>>>, OpError> {
    let range = |s| g.arc_ids(s).start as usize..g.arc_ids(s).end as usize;
    let epsilon = |arc: usize| Some(&g.all_arcs()[arc]).filter(|a| is_epsilon(a)).map(|a| a.target);
    let components = strongly_connected(g.states(), range, epsilon);
    let (number, found) = (vec![NONE; g.states()], vec![None; g.states()]);
    let mut closure = Closure { g, states: Vec::new(), known: Vec::new(), number, found };
    let mut arcs = 0;
    // What epsilons lead to comes first, so that what follows it is known.
    for s in (0..components.count() as u32).flat_map(|c| components.states(c)).copied().filter(|s| asked(*s)) {
        let row = closure.after(s)?;
        arcs += row.arcs.len();
        Budget::default().check(g.states(), arcs)?;
        closure.found[s as usize] = Some(row);
    }
    Ok(closure.found)
}

/// Rows longer than a state's own arcs that the search from one state may take as they are.
const LONG: u32 = 4;

/// Not among the states that epsilons lead to.
const NONE: u32 = u32::MAX;

/// What a state reaches over epsilons.
struct Closure<'g, S> {
    g: &'g Graph<S>,
    /// The states reached, in the order found.
    states: Vec<StateId>,
    /// Of each of them, whether the way ends there since it is known what follows.
    known: Vec<bool>,
    /// Position in `states`, or [`NONE`].
    number: Vec<u32>,
    /// What follows the states done before.
    found: Vec<Option<Row<S>>>,
}

impl<S: Star> Closure<'_, S> {
    fn after(&mut self, s: StateId) -> Result<Row<S>, OpError> {
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
        for ((&t, &known), walk) in self.states.iter().zip(&self.known).zip(&sums) {
            let (row, ends) = match self.found[t as usize].as_ref().filter(|_| known) {
                Some(row) => (row.arcs.as_slice(), &row.end),
                None => (self.g.arcs(t), &self.g.final_weights()[t as usize]),
            };
            let labelled = row.iter().filter(|a| !is_epsilon(a));
            arcs.extend(labelled.map(|a| Arc { weight: walk.times(&a.weight), ..a.clone() }));
            end = end.plus(&walk.times(ends));
        }
        self.states.iter().for_each(|t| self.number[*t as usize] = NONE);
        merge(&mut arcs, |a| (a.ilabel, a.olabel, a.target), |a| &mut a.weight);
        arcs.retain(|a| !a.weight.is_zero());
        Ok(Row { arcs, end })
    }

    /// Finds what a state reaches, and the epsilon arcs between those states, but for those of a state of which it is
    /// known what follows.
    ///
    /// A longer row may repeat what others hold, so that only a few are taken: no more arcs than a few times those of
    /// the result. Where none were, a chain that long rows follow would be walked to its end from every state.
    fn explore(&mut self, s: StateId) -> Links<S> {
        let g = self.g;
        self.states.clear();
        self.known.clear();
        self.meet(s);
        let (mut rows, mut long) = (Vec::new(), 0);
        while let Some(&t) = self.states.get(rows.len()) {
            let known = self.found[t as usize].as_ref().is_some_and(|row| {
                let short = row.arcs.len() <= 16 + 2 * g.arcs(t).len();
                long += u32::from(!short);
                short || long <= LONG
            });
            self.known.push(known);
            let epsilons = g.arcs(t).iter().filter(|a| !known && is_epsilon(a));
            rows.push(epsilons.map(|a| (self.meet(a.target), a.weight.clone())).collect());
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
