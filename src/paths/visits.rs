//! A path drawn from the Gibbs distribution as a walk: how often it visits each state, and how it goes on from there.

use super::order::{Order, useful};
use super::potentials::gather;
use super::sample_paths::{lift, to_end};
use super::unit::Unit;
use super::{PathError, PositiveF64};
use crate::graph::{Components, Graph, Site, SiteValues, StateId, components};
use crate::ops::sums::Links;
use crate::semiring::{Energy, LogSum, Weight};

/// What a state is left by does not depend on how it was reached.
pub(super) struct Visits {
    /// By state, the expected number of visits.
    pub(super) visits: Vec<f64>,
    /// By way on, its probability in its state. States that no accepting path visits may hold anything.
    pub(super) shares: SiteValues,
}

impl Visits {
    /// `None` where there is no path; [`PathError::SumDiverges`] where a number of visits is no `f64`, too.
    ///
    /// Cost: linear for acyclic graphs; as [`path_sum_star`](super::path_sum_star()) elsewhere.
    pub(super) fn new(g: &Graph<Energy>, beta: PositiveF64) -> Result<Option<Self>, PathError> {
        let unit = Unit::of(beta);
        let after = to_end(g, unit)?;
        let Some(start) = g.start().filter(|&s| after[s as usize] < f64::INFINITY) else { return Ok(None) };
        let mut shares = SiteValues::zeros(g);
        for s in 0..g.states() as StateId {
            let span = g.arc_ids(s);
            let ways = &mut shares.arcs[span.start as usize..span.end as usize];
            for (way, a) in ways.iter_mut().zip(g.arcs(s)) {
                *way = unit.energy(a.weight) + after[a.target as usize];
            }
            (_, shares.finals[s as usize]) = gather(ways, unit.energy(g.final_weight(s)), unit.beta);
        }
        let visits = match Order::of(g) {
            Ok(order) => in_order(g, start, &order, &shares),
            Err(_) => around(g, start, &after, &shares, unit)?,
        };
        Ok(Some(Visits { visits, shares }))
    }
}

fn in_order(g: &Graph<Energy>, start: StateId, order: &Order, shares: &SiteValues) -> Vec<f64> {
    let mut visits = vec![0.0; g.states()];
    visits[start as usize] = 1.0;
    for s in order.forward() {
        let here = visits[s as usize];
        if here > 0.0 {
            for (id, a) in g.arc_ids(s).zip(g.arcs(s)) {
                visits[a.target as usize] += here * shares.arcs[id as usize];
            }
        }
    }
    visits
}

/// With cycles. Each arc weighs −log of its share; one within a component as a difference of energies: that of a loop
/// is the loop's own energy then, exactly, where its share would round to 1.
fn around(
    g: &Graph<Energy>,
    start: StateId,
    after: &[f64],
    shares: &SiteValues,
    unit: Unit,
) -> Result<Vec<f64>, PathError> {
    let (useful, components) = (useful(g), components(g));
    let keep = |s: StateId, t: StateId| useful[s as usize] && useful[t as usize];
    let mut enter = vec![LogSum::<f64>::zero(); g.states()];
    enter[start as usize] = LogSum::one();
    let mut weights = vec![LogSum::zero(); g.arc_count()];
    for (id, s, a) in g.arcs_with_source().filter(|(_, s, a)| keep(*s, a.target)) {
        let energy = if components.of(s) == components.of(a.target) {
            unit.beta * (unit.energy(a.weight) + (after[a.target as usize] - after[s as usize]))
        } else {
            -shares.arcs[id as usize].ln()
        };
        weights[id as usize] = LogSum::new(energy.max(f64::MIN)).unwrap_or_else(|_| LogSum::zero());
    }
    let share = |site: Site, _: &Energy| match site {
        Site::Arc(id) => weights[id as usize],
        Site::Final(_) => LogSum::zero(),
    };
    if let Ok(sums) = Links::forward(g, share, keep).sums(enter.clone()) {
        return counted(&components, sums.iter().map(|x| -x.get()));
    }
    // The differences of large energies may round a cycle of nearly all mass to one without a sum.
    let sums = Links::forward(g, |_, e: &Energy| lift(*e, unit.given), keep).sums(enter)?;
    let total = after[start as usize];
    let log = |x: &LogSum<f64>, after: f64| unit.beta * (total - after) - x.get();
    let logs = sums.iter().zip(after).map(|(x, &after)| if x.is_zero() { f64::NEG_INFINITY } else { log(x, after) });
    counted(&components, logs)
}

/// Numbers of visits by their logarithms. A component that is gone round more often than an `f64` says has no sum.
fn counted(components: &Components, logs: impl Iterator<Item = f64>) -> Result<Vec<f64>, PathError> {
    let count = |(s, log): (StateId, f64)| match log.exp() {
        visits if visits < f64::INFINITY => Ok(visits),
        _ => {
            let mut states = components.of(s).map_or_else(Vec::new, |c| components.states(c).to_vec());
            states.sort_unstable();
            // The energy of a round after which so many are expected.
            Err(PathError::SumDiverges { states, weight: format!("{:e}", (-log).exp()) })
        }
    };
    (0..).zip(logs).map(count).collect()
}
