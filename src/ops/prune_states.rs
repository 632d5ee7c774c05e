//! Leaving out all but the states of the best paths.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::prune::ROUNDING;
use super::rows::Rows;
use super::{OpError, sums};
use crate::graph::{Arc, Graph, InputSite, Site, StateId, Traced};
use crate::semiring::{PathProperty, Star};

/// The states that a search meets first which follows the best paths first, and what lies between them.
///
/// # Arguments
/// * `g`: any graph in a semiring where one path is best, cycles included.
/// * `margin`: as of [`prune()`](super::prune()); with 0̄ no path is too bad, and states are met behind which there is no
///   end, after all others.
/// * `most`: how many states.
///
/// # Returns
/// From the start on the search goes on from the state whose best path through what it has met is the best, and meets the
/// targets of its arcs, in their order. It meets no more than `most` states, the start among them; they are kept, in the
/// order that they have, with the arcs between them and the ends whose best path is within the margin. States whose way to
/// an end leads through others are kept too: see [`connect()`](super::connect()).
///
/// # Errors
/// [`OpError::Empty`] where nothing is accepted, `most` is 0, or within a margin below 1̄ nothing is; [`OpError::Diverges`]
/// where no path is the best.
///
/// # Cost
/// Two sums over all paths ([`path_sum_star`](crate::paths::path_sum_star())), then O(arcs · log arcs).
///
/// # Source
/// `fstprune --nstate` of C. Allauzen et al., *OpenFst: a general and efficient weighted finite-state transducer library*,
/// 2007; the search is that of P. Hart, N. Nilsson and B. Raphael, *A formal basis for the heuristic determination of
/// minimum cost paths*, 1968.
///
/// # Example
/// ```text
///       ┌─a/1─▶ 1 ─b/1─┐                                   ┌─a/1─▶ 1
/// ─▶ 0 ─┤              ├─▶ ◎        the first 3:     ─▶ 0 ─┤               within ½:   ─▶ 0 ─c/0─▶ 2 ─d/1─▶ ◎
///       └─c/0─▶ 2 ─d/1─┘                                   └─c/0─▶ 2
/// ```
///
/// ```
/// use energraph::ops::prune_states;
/// use energraph::{GraphBuilder, MinSum, Weight};
/// let mut b = GraphBuilder::new();
/// b.add_states(4);
/// b.start(0);
/// for (s, label, e, t) in [(0, 3, 0.0, 2), (0, 1, 1.0, 1), (1, 2, 1.0, 3), (2, 4, 1.0, 3)] {
///     b.arc(s, label, label, MinSum::new(e)?, t);
/// }
/// b.final_weight(3, MinSum::one());
/// let g = b.build()?;
/// // All arcs of the start are looked at before its best one is followed.
/// let labels = |n| prune_states(&g, &MinSum::zero(), n).map(|t| t.graph.all_arcs().iter().map(|a| a.ilabel).collect());
/// assert_eq!(labels(3), Ok(vec![3, 1]));
/// assert_eq!(labels(4), Ok(vec![3, 1, 2, 4]));
/// let near = prune_states(&g, &MinSum::new(0.5)?, 3)?.graph;
/// assert_eq!(near.all_arcs().iter().map(|a| a.ilabel).collect::<Vec<_>>(), [3, 4]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn prune_states<S: Star + PathProperty>(g: &Graph<S>, margin: &S, most: usize) -> Result<Traced<S>, OpError> {
    let nothing = OpError::Empty { first_unmatched: None };
    let Some(start) = g.start() else { return Err(nothing) };
    let (_, after) = sums::both(g)?;
    let best = &after[start as usize];
    let limit = best.times(margin);
    let within = |w: &S| w.order(&limit) != Ordering::Greater || w.close(&limit, ROUNDING);
    if most == 0 || best.is_zero() || !within(best) {
        return Err(nothing);
    }
    let Met { before, met, kept } = search(g, start, most, &after, within);
    let count = |is: &[bool]| is.iter().filter(|is| **is).count();
    let mut number: Vec<StateId> = Vec::with_capacity(g.states());
    let mut next = 0;
    for met in &met {
        number.push(next);
        next += StateId::from(*met);
    }
    let mut rows = Rows::new(next as usize, count(&kept))?;
    for s in (0..g.states() as StateId).filter(|&s| met[s as usize]) {
        for (id, a) in g.arc_ids(s).zip(g.arcs(s)).filter(|(id, a)| kept[*id as usize] && met[a.target as usize]) {
            let target = number[a.target as usize];
            rows.arc(Arc { target, ..a.clone() }, Some(InputSite { input: 0, site: Site::Arc(id) }));
        }
        if within(&before[s as usize].times(&g.final_weight(s))) {
            rows.end_as(g, s, 0);
        } else {
            rows.end(S::zero(), None);
        }
    }
    Ok(rows.build(number[start as usize]))
}

/// What a search has met.
struct Met<S> {
    /// By state, the best way to it over states that were met.
    before: Vec<S>,
    /// By state, whether it was met.
    met: Vec<bool>,
    /// By arc, whether its source was met and its best path is within the limit.
    kept: Vec<bool>,
}

fn search<S: PathProperty>(
    g: &Graph<S>,
    start: StateId,
    most: usize,
    after: &[S],
    within: impl Fn(&S) -> bool,
) -> Met<S> {
    let (n, mut count) = (g.states(), 1);
    let (mut before, mut met, mut kept) = (vec![S::zero(); n], vec![false; n], vec![false; g.arc_count()]);
    let mut taken = vec![false; n];
    let mut heap = BinaryHeap::from([Open { path: after[start as usize].clone(), number: 0, state: start }]);
    (before[start as usize], met[start as usize]) = (S::one(), true);
    let mut pushed = 0;
    while let Some(Open { state, .. }) = heap.pop() {
        if std::mem::replace(&mut taken[state as usize], true) {
            continue;
        }
        for (id, a) in g.arc_ids(state).zip(g.arcs(state)) {
            let t = a.target as usize;
            let here = before[state as usize].times(&a.weight);
            let path = here.times(&after[t]);
            if !within(&path) {
                continue;
            }
            kept[id as usize] = true;
            let is_new = !met[t] && count < most;
            let is_better = met[t] && !taken[t] && here.order(&before[t]) == Ordering::Less;
            if is_new || is_better {
                met[t] = true;
                count += usize::from(is_new);
                before[t] = here;
                pushed += 1;
                heap.push(Open { path, number: pushed, state: a.target });
            }
        }
    }
    Met { before, met, kept }
}

/// A state to go on from.
struct Open<S> {
    /// The weight of the best path through it that is known.
    path: S,
    /// Of equal ones the first goes first.
    number: usize,
    state: StateId,
}

impl<S: PathProperty> Ord for Open<S> {
    /// The greatest is the next.
    fn cmp(&self, r: &Self) -> Ordering {
        r.path.order(&self.path).then(r.number.cmp(&self.number))
    }
}

impl<S: PathProperty> PartialOrd for Open<S> {
    fn partial_cmp(&self, r: &Self) -> Option<Ordering> {
        Some(self.cmp(r))
    }
}

impl<S: PathProperty> PartialEq for Open<S> {
    fn eq(&self, r: &Self) -> bool {
        self.cmp(r) == Ordering::Equal
    }
}

impl<S: PathProperty> Eq for Open<S> {}
