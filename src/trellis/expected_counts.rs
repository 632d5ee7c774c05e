//! How often each arc of a topology is used.

use super::posteriors::gradient;
use super::{Emissions, Topology, TrellisError};
use crate::graph::SiteValues;
use crate::paths::Beta;

/// How often each arc of [`Topology::graph`] is expected to be used, and with which probability each state is the end,
/// under `p(path) ∝ e^{−β·E}`: the gradient of the free energy with respect to the topology's own weights. At infinite β,
/// the counts of [`best_path`](super::best_path()).
///
/// These are `sites` of [`posteriors`](super::posteriors()) without the frames × classes beside them. Divided by the
/// counts of their source states they are the next weights of the Baum–Welch algorithm.
///
/// # Errors
/// [`TrellisError::Class`].
///
/// # Cost
/// That of [`posteriors`](super::posteriors()); O(√frames · states) memory where there are many frames.
///
/// ```
/// use energraph::trellis::{Emissions, Topology, Transitions, expected_counts};
/// use energraph::Beta;
/// use ndarray::Array2;
/// // Two classes that follow each other as they like: 9 transitions in 10 frames, in 4 kinds.
/// let free = Array2::zeros((2, 2));
/// let t = Topology::chain(&Transitions::new(free.view())?)?;
/// let even = Array2::zeros((10, 2));
/// let counts = expected_counts(&Emissions::new(even.view())?, &t, Beta::ONE)?;
/// assert!(counts.arcs[2..].iter().all(|n| (n - 2.25).abs() < 1e-12));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// L. Rabiner, *A tutorial on hidden Markov models*, 1989, section III.C.
pub fn expected_counts(e: &Emissions<'_>, topology: &Topology, beta: Beta) -> Result<SiteValues, TrellisError> {
    let mut sites = SiteValues::zeros(topology.graph());
    gradient(e, topology, beta, &mut |_, site, share| {
        if let Some(sum) = sites.get_mut(site) {
            *sum += share;
        }
    })?;
    Ok(sites)
}
