//! How much free energy a beam may have lost.

use rustc_hash::FxHashMap;

use super::Heuristic;
use super::search::{Search, over_budget};
use crate::graph::{EPSILON, GraphBuilder, Site, StateId};
use crate::ops::LazyGraph;
use crate::paths::{Beta, PathError, sums_from_start, sums_to_end};
use crate::semiring::{Energy, LogSum, Semiring, Weight};

/// The part of the graph that a search has looked at, cut at an energy.
#[derive(Default)]
struct Beam {
    /// Number by state; the start is 0.
    number: FxHashMap<StateId, StateId>,
    /// (source, energy, target) of the arcs kept, by number.
    kept: Vec<(StateId, Energy, StateId)>,
    /// (state, energy) of the ends kept, by number.
    ends: Vec<(StateId, Energy)>,
    /// (source by number, energy, target) of the arcs cut; no target where it is an end that was.
    cut: Vec<(StateId, Energy, Option<StateId>)>,
}

impl Beam {
    /// Closed states and what leaves them.
    fn of<G>(search: &mut Search<G>, limit: f64) -> Result<Self, PathError>
    where
        G: LazyGraph<Weight = Energy> + ?Sized,
    {
        let mut beam = Beam::default();
        let start = search.g.start();
        let mut list: Vec<StateId> = search.seen.iter().filter(|(_, seen)| seen.closed).map(|(&s, _)| s).collect();
        // Not in the order of hashes, which sums would show.
        list.sort_unstable_by_key(|&s| (Some(s) != start, s));
        beam.number.extend(list.iter().copied().zip(0..));
        for (&s, source) in list.iter().zip(0..) {
            let Some(here) = search.seen.get(&s).map(|seen| seen.energy) else { continue };
            let end = search.g.final_weight(s);
            if end != Energy::IMPOSSIBLE {
                if here + end.wide() <= limit {
                    beam.ends.push((source, end));
                } else {
                    beam.cut.push((source, end, None));
                }
            }
            let arcs = search.g.arcs(s).map_err(|e| over_budget(e, here))?;
            for a in arcs.iter().filter(|a| a.weight != Energy::IMPOSSIBLE) {
                // States that were never met lead to no end.
                let Some(to) = search.seen.get(&a.target) else { continue };
                match beam.number.get(&a.target) {
                    Some(&t) if here + a.weight.wide() + to.ahead <= limit => beam.kept.push((source, a.weight, t)),
                    _ => beam.cut.push((source, a.weight, Some(a.target))),
                }
            }
        }
        Ok(beam)
    }
}

/// A bound on what `F_β` of the paths within the limit is above that of all paths; `None` where none is known.
pub(super) fn lost<G>(
    search: &mut Search<G>,
    ahead: &Heuristic,
    limit: f64,
    beta: Beta,
) -> Result<Option<f64>, PathError>
where
    G: LazyGraph<Weight = Energy> + ?Sized,
{
    // What the range of f32 cuts off is in no sum in an input, and the best path by the bounds need not be the best.
    let cut_off = ahead.may_cut_off();
    if beta == Beta::Infinite && !cut_off {
        return Ok(Some(0.0));
    }
    let beam = Beam::of(search, limit)?;
    if beam.cut.is_empty() {
        return Ok(Some(0.0));
    }
    match beta {
        Beta::Finite(beta) if !cut_off && !ahead.is_none() && search.g.counts_once() => {
            Ok(excess(&beam, search.g, beta.get()))
        }
        _ => Ok(None),
    }
}

fn excess<G: LazyGraph<Weight = Energy> + ?Sized>(beam: &Beam, g: &G, beta: f64) -> Option<f64> {
    let lift = |_: Site, e: &Energy| LogSum::new(beta * e.wide()).unwrap_or(LogSum::zero());
    // Sums that leave the numbers of f64 would be capped, and the bound with them.
    let lowest = g.inputs().into_iter().flat_map(|input| input.sites()).map(|(_, e)| e.wide()).fold(0.0, f64::min);
    if beta * lowest * 1e12 <= f64::MIN {
        return None;
    }
    let behind: Vec<Vec<LogSum<f64>>> =
        g.inputs().into_iter().map(|input| sums_to_end(input, lift)).collect::<Result<_, _>>().ok()?;
    let to = {
        let mut b = GraphBuilder::new();
        b.add_states(beam.number.len());
        b.start(0);
        beam.kept.iter().for_each(|&(s, energy, t)| b.arc(s, EPSILON, EPSILON, energy, t));
        sums_from_start(&b.build().ok()?, lift).ok()?
    };
    let mass = |s: StateId, energy: &Energy| {
        to.get(s as usize).map_or(LogSum::zero(), |sum| sum.times(&lift(Site::Final(s), energy)))
    };
    let kept = beam.ends.iter().fold(LogSum::zero(), |sum, (s, energy)| sum.plus(&mass(*s, energy)));
    let mut parts = Vec::new();
    let cut = beam.cut.iter().fold(LogSum::zero(), |sum, (s, energy, target)| {
        parts.clear();
        if let Some(t) = target {
            g.parts(*t, &mut parts);
        }
        let onward = behind.iter().zip(&parts).filter_map(|(sums, &part)| sums.get(part as usize));
        sum.plus(&onward.fold(mass(*s, energy), |way, sum| way.times(sum)))
    });
    // log(1 + e^x), without overflow.
    let x: f64 = if cut.is_zero() { f64::NEG_INFINITY } else { kept.get() - cut.get() };
    Some((x.max(0.0) + (-x.abs()).exp().ln_1p()) / beta)
}
