//! Whether two acceptors are one language.

use std::borrow::Cow;

use super::first_strings::{first_strings, sums_to_end};
use super::possible::possible;
use super::reweight::to_start;
use super::{OpError, check};
use crate::graph::{Arc, Graph, StateId};
use crate::semiring::{Cancellative, LeftDivide, Star, Tolerance};

/// Whether two deterministic acceptors give every string the same weight.
///
/// # Arguments
/// * `a`, `b`: deterministic acceptors without epsilons ([`determinize`](super::determinize()) first).
/// * `tolerance`: how far apart weights may be. What is compared are the totals of both, and then, with weights pushed
///   to the start, arc by arc and end by end: each weight as a share of what is still to come. Where the sum of that does
///   not exist, or cancels, the share is of the first string to come: the shortest, with the lowest labels.
///
/// # Returns
/// Whether they are equivalent. Two acceptors of nothing are.
///
/// # Errors
/// [`OpError::NotAnAcceptor`], [`OpError::Epsilon`], [`OpError::NotDeterministic`]; [`OpError::Indivisible`].
///
/// # Cost
/// That of the sums to the end of both ([`path_sum_star`](crate::paths::path_sum_star())), then almost linear.
///
/// # Source
/// J. Hopcroft, R. Karp, *A linear algorithm for testing equivalence of finite automata*, 1971.
///
/// # Example
/// ```text
/// ─▶ 0 ─a/1─▶ 1 ─b/2─▶ ◎      and      ─▶ 0 ─a/3─▶ 1 ─b/0─▶ ◎      are equivalent: "ab" weighs 3 (min-sum)
/// ```
///
/// ```
/// use energraph::ops::{acceptor, equivalent, from_strings};
/// use energraph::semiring::Tolerance;
/// use energraph::{Graph, MinSum};
/// let a: Graph<MinSum<f64>> = acceptor(&[1, 2])?;
/// assert!(equivalent(&a, &from_strings([[1, 2], [1, 2]])?, Tolerance::EXACT)?);
/// assert!(!equivalent(&a, &acceptor(&[2, 1])?, Tolerance::EXACT)?);
/// # Ok::<(), energraph::ops::OpError>(())
/// ```
///
/// # What must hold
/// ⊗ can be [cancelled](Cancellative): what is left of a weight when a common factor is taken out says all that the
/// weight did. A maximum forgets, and acceptors of one language may differ in what it forgot:
///
/// ```text
/// ─▶ 0 ─a/5─▶ 1 ─a/3─▶ ◎        and        ─▶ 0 ─a/5─▶ 1 ─a/4─▶ ◎        weigh 5 in min-max
/// ```
///
/// A weight has to be [`Star`](crate::Star), [`LeftDivide`](crate::LeftDivide) and
/// [`Cancellative`](crate::Cancellative); with less it does not compile.
///
/// ```
/// # use energraph::ops::equivalent;
/// # use energraph::semiring::Tolerance;
/// # use energraph::{Cancellative, Graph, LeftDivide, Star};
/// fn any<S: Star + LeftDivide + Cancellative>(a: &Graph<S>, b: &Graph<S>) {
///     let _ = equivalent(a, b, Tolerance::EXACT);
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::equivalent;
/// # use energraph::semiring::Tolerance;
/// # use energraph::{Cancellative, Graph, LeftDivide};
/// fn any<S: LeftDivide + Cancellative>(a: &Graph<S>, b: &Graph<S>) {
///     let _ = equivalent(a, b, Tolerance::EXACT);
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::equivalent;
/// # use energraph::semiring::Tolerance;
/// # use energraph::{Cancellative, Graph, Star};
/// fn any<S: Star + Cancellative>(a: &Graph<S>, b: &Graph<S>) {
///     let _ = equivalent(a, b, Tolerance::EXACT);
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use energraph::ops::equivalent;
/// # use energraph::semiring::Tolerance;
/// # use energraph::{Graph, LeftDivide, Star};
/// fn any<S: Star + LeftDivide>(a: &Graph<S>, b: &Graph<S>) {
///     let _ = equivalent(a, b, Tolerance::EXACT);
/// }
/// ```
pub fn equivalent<S: Star + LeftDivide + Cancellative>(
    a: &Graph<S>,
    b: &Graph<S>,
    tolerance: Tolerance,
) -> Result<bool, OpError> {
    let (a, b) = match (checked(a)?, checked(b)?) {
        (Some(a), Some(b)) => (a, b),
        (a, b) => return Ok(a.is_none() && b.is_none()),
    };
    let (a, b) = match (sums_to_end(&a)?, sums_to_end(&b)?) {
        (Some(of_a), Some(of_b)) => (normal(&a, &of_a)?, normal(&b, &of_b)?),
        _ => (normal(&a, &first_strings(&a))?, normal(&b, &first_strings(&b))?),
    };
    if !a.total.close(&b.total, tolerance) {
        return Ok(false);
    }
    let mut same = Sets::new(a.graph.states() + b.graph.states());
    let second = a.graph.states() as StateId;
    let mut open = vec![(a.graph.start().unwrap_or_default(), b.graph.start().unwrap_or_default())];
    while let Some((p, q)) = open.pop() {
        if !same.join(p, second + q) {
            continue;
        }
        let (x, y) = (sorted(&a.graph, p), sorted(&b.graph, q));
        let ends = a.graph.final_weight(p).close(&b.graph.final_weight(q), tolerance);
        let alike = |(x, y): (&&Arc<S>, &&Arc<S>)| x.ilabel == y.ilabel && x.weight.close(&y.weight, tolerance);
        if !ends || x.len() != y.len() || !x.iter().zip(&y).all(alike) {
            return Ok(false);
        }
        open.extend(x.iter().zip(&y).map(|(x, y)| (x.target, y.target)));
    }
    Ok(true)
}

struct Normal<S> {
    graph: Graph<S>,
    total: S,
}

/// The graph without what accepts nothing; `None` where that is all.
fn checked<S: Star>(g: &Graph<S>) -> Result<Option<Cow<'_, Graph<S>>>, OpError> {
    check::acceptor(g)?;
    check::no_epsilons(g, "a graph to compare")?;
    check::deterministic(g)?;
    match possible(g) {
        Err(OpError::Empty { .. }) => Ok(None),
        other => other.map(Some),
    }
}

/// Weights pushed to the start, the total apart.
fn normal<S: LeftDivide>(g: &Graph<S>, potentials: &[S]) -> Result<Normal<S>, OpError> {
    let total = g.start().and_then(|s| potentials.get(s as usize)).cloned().unwrap_or_else(S::one);
    Ok(Normal { graph: to_start(g, potentials)?, total })
}

fn sorted<S: Star>(g: &Graph<S>, s: StateId) -> Vec<&Arc<S>> {
    let mut arcs: Vec<&Arc<S>> = g.arcs(s).iter().collect();
    arcs.sort_by_key(|a| a.ilabel);
    arcs
}

/// Disjoint sets.
struct Sets(Vec<StateId>);

impl Sets {
    fn new(n: usize) -> Self {
        Sets((0..n as StateId).collect())
    }

    fn root(&mut self, mut s: StateId) -> StateId {
        while self.0[s as usize] != s {
            // Path halving.
            self.0[s as usize] = self.0[self.0[s as usize] as usize];
            s = self.0[s as usize];
        }
        s
    }

    /// Makes one set of two; false where they were one.
    fn join(&mut self, s: StateId, t: StateId) -> bool {
        let (s, t) = (self.root(s), self.root(t));
        self.0[s as usize] = t;
        s != t
    }
}
