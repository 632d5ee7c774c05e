//! The entropy of the distribution over paths.

use super::visits::Visits;
use super::{Beta, PathError, best_path};
use crate::graph::{Graph, StateId};
use crate::semiring::Energy;

/// `−Σ p·log p` over the paths, each with probability `p(path) ∝ e^{−β·E}`, in nats; cycles are summed over.
///
/// # Arguments
/// * `g`: any graph; where accepting paths run through cycles, the sum over all of them must exist.
/// * `beta`: at infinite β all probability is [`best_path`]'s, as in [`posteriors`](super::posteriors()).
///
/// # Returns
/// The entropy, from 0 (one path) to the logarithm of the number of paths (all alike); `None` over no path. It is
/// `β·(⟨E⟩ − F_β)`, but not computed as that difference, whose digits large energies take away: it is the sum over the
/// states of the expected visits times the entropy of how a path goes on from there.
///
/// # Errors
/// [`PathError::SumDiverges`] and [`PathError::Matrix`] at finite β, [`PathError::Diverges`] at infinite β, on graphs
/// with cycles. Paths that go round a cycle more than 1.8·10³⁰⁸ times on average, as they may at a tiny β, have no sum,
/// either.
///
/// # Cost
/// That of [`expected_counts`](super::expected_counts()), and a logarithm for each way on.
///
/// # Source
/// The chain rule, for hidden Markov models in D. Hernando, V. Crespi and G. Cybenko, *Efficient computation of the
/// hidden Markov model entropy*, 2005. [`Entropy`](crate::semiring::Entropy) has it as a semiring.
///
/// # Example
/// ```text
///      ┌─a/0────┐
/// ─▶ 0           ▶ ◎     a  ¾,   b  ¼:   ¾·log 4/3 + ¼·log 4
///      └─b/log 3┘
/// ```
///
/// ```
/// use energraph::paths::entropy;
/// use energraph::{Beta, Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::FREE, 1);
/// b.arc(0, 2, 2, Energy::new(3.0_f32.ln())?, 1);
/// b.final_weight(1, Energy::FREE);
/// let nats = entropy(&b.build()?, Beta::ONE)?;
/// let expected = 0.75 * (4.0_f64 / 3.0).ln() + 0.25 * 4.0_f64.ln();
/// assert!(nats.is_some_and(|nats| (nats - expected).abs() < 1e-6));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn entropy(g: &Graph<Energy>, beta: Beta) -> Result<Option<f64>, PathError> {
    let Beta::Finite(beta) = beta else { return Ok(best_path(g)?.map(|_| 0.0)) };
    let Some(Visits { visits, shares }) = Visits::new(g, beta)? else { return Ok(None) };
    let at = |s: StateId| {
        let span = g.arc_ids(s);
        let arcs = &shares.arcs[span.start as usize..span.end as usize];
        onward(arcs.iter().copied().chain([shares.finals[s as usize]]))
    };
    let visited = (0..).zip(&visits).filter(|(_, v)| **v > 0.0);
    Ok(Some(visited.map(|(s, v)| v * at(s)).sum::<f64>().max(0.0)))
}

/// `−Σ p·log p` over the ways on from a state. A share that is nearly 1 is known by what it leaves to the others: rounded,
/// it would be off by as much as a loop that is gone round 10¹⁶ times makes a nat of.
fn onward(shares: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = shares.clone().enumerate().filter(|(_, p)| *p > 0.5).map(|(way, _)| way).next();
    let rest: f64 = shares.clone().enumerate().filter(|(way, _)| Some(*way) != most).map(|(_, p)| p).sum();
    let log = |way: usize, p: f64| if Some(way) == most { (-rest).ln_1p() } else { p.ln() };
    // From 0 on, and never −0.
    shares.enumerate().map(|(way, p)| if p > 0.0 { 0.0 - p * log(way, p) } else { 0.0 }).sum()
}
