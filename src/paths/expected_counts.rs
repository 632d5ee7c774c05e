//! How often a path uses each site and each label.

use std::collections::BTreeMap;

use super::visits::Visits;
use super::{Beta, PathError, best_path};
use crate::graph::{EPSILON, Graph, Label, SiteValues, StateId};
use crate::semiring::Energy;

/// Expected numbers of uses by a path drawn with probability `p(path) ∝ e^{−β·E}`.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedCounts {
    /// By arc, how often the path takes it; by final weight, how often it ends there. Also `∂F_β/∂E`.
    pub sites: SiteValues,
    /// By input label, how often it is read. Epsilons, and labels that no path reads, are not there.
    pub inputs: BTreeMap<Label, f64>,
    /// By output label, how often it is written, likewise.
    pub outputs: BTreeMap<Label, f64>,
}

/// How often a path uses each arc, ends in each state, reads and writes each label, on average over all of them.
///
/// Where there is no cycle the counts of sites are the [`posteriors`](super::posteriors()); with cycles a path may use
/// an arc many times, and its count may exceed 1.
///
/// # Arguments
/// * `g`: any graph; where accepting paths run through cycles, the sum over all of them must exist.
/// * `beta`: at infinite β the counts are those of [`best_path`].
///
/// # Returns
/// The counts; those of final weights sum to 1. Without an accepting path everything is 0, and there are no labels.
///
/// # Errors
/// [`PathError::SumDiverges`] and [`PathError::Matrix`] at finite β, [`PathError::Diverges`] at infinite β, on graphs
/// with cycles. Paths that go round a cycle more than 1.8·10³⁰⁸ times on average, as they may at a tiny β, have no sum,
/// either.
///
/// # Cost
/// O(states + arcs) without cycles, as [`posteriors`](super::posteriors()); twice
/// [`path_sum_star`](super::path_sum_star())'s with cycles. And O(log labels) for each arc.
///
/// # Source
/// J. Eisner, *Inside-outside and forward-backward algorithms are just backprop*, 2016; with cycles, the visits of an
/// absorbing Markov chain: J. Kemeny and J. Snell, *Finite Markov chains*, 1960.
///
/// # Example
/// ```text
///      ┌a/log 2┐
/// ─▶ ◎/log 2 ◀─┘     0 + ½·1 + …: on average one a is read before the end
/// ```
///
/// ```
/// use energraph::paths::expected_counts;
/// use energraph::{Beta, Energy, GraphBuilder};
/// let half = Energy::new(2.0_f32.ln())?;
/// let mut b = GraphBuilder::new();
/// let s = b.state();
/// b.start(s);
/// b.arc(s, 1, 0, half, s);
/// b.final_weight(s, half);
/// let counts = expected_counts(&b.build()?, Beta::ONE)?;
/// assert!((counts.inputs[&1] - 1.0).abs() < 1e-6);
/// assert!((counts.sites.finals[0] - 1.0).abs() < 1e-6);
/// assert!(counts.outputs.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn expected_counts(g: &Graph<Energy>, beta: Beta) -> Result<ExpectedCounts, PathError> {
    let sites = match beta {
        Beta::Finite(beta) => Visits::new(g, beta)?.map(|found| counted(g, found)),
        Beta::Infinite => best_path(g)?.map(|best| {
            let mut counts = SiteValues::zeros(g);
            best.sites().for_each(|site| {
                if let Some(count) = counts.get_mut(site) {
                    *count += 1.0;
                }
            });
            counts
        }),
    };
    let sites = sites.unwrap_or_else(|| SiteValues::zeros(g));
    let (mut inputs, mut outputs) = (BTreeMap::new(), BTreeMap::new());
    for (a, &count) in g.all_arcs().iter().zip(&sites.arcs).filter(|(_, count)| **count > 0.0) {
        for (label, counts) in [(a.ilabel, &mut inputs), (a.olabel, &mut outputs)] {
            if label != EPSILON {
                *counts.entry(label).or_insert(0.0) += count;
            }
        }
    }
    Ok(ExpectedCounts { sites, inputs, outputs })
}

fn counted(g: &Graph<Energy>, found: Visits) -> SiteValues {
    let Visits { visits, shares: mut counts } = found;
    for s in 0..g.states() as StateId {
        let (span, here) = (g.arc_ids(s), visits[s as usize]);
        counts.arcs[span.start as usize..span.end as usize].iter_mut().for_each(|share| *share *= here);
        counts.finals[s as usize] *= here;
    }
    counts
}
