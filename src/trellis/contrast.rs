//! The loss of some alignments among others.

use ndarray::Array2;

use super::posteriors::{ClassShares, class_read, gradient};
use super::{Emissions, Topology, TrellisError};
use crate::graph::SiteValues;
use crate::paths::Beta;

/// The loss of what is right among everything, and its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct ContrastLoss {
    /// `F_β(right) − F_β(all)`.
    pub value: f64,
    /// `∂value/∂` emissions, frames × classes.
    pub emissions: Array2<f32>,
    /// `∂value/∂` weights of the topology of what is right, which its free energy alone depends on.
    pub right: SiteValues,
    /// The same for the topology of everything: minus its expected counts. Where both topologies hold one parameter, its
    /// gradient is the sum over both.
    pub all: SiteValues,
}

/// Why there is no loss.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ContrastError {
    /// No alignment of what is right: the loss would be +∞.
    #[error("nothing right is possible")]
    Right,
    /// Something is right and nothing is possible: the right topology is no part of the other.
    #[error("something right is possible that is not among all there is")]
    All,
    /// The topologies do not fit the emissions.
    #[error(transparent)]
    Trellis(#[from] TrellisError),
}

/// `F_β(right ∘ e) − F_β(all ∘ e)` and its gradient: numerator against denominator.
///
/// With a topology of the transcript on the one hand and one of a whole language on the other this is the maximum mutual
/// information criterion without lattices. Where every path of `right` is one of `all` too, the loss is 0 or more; that is
/// the caller's to see to. What is common to a whole frame changes neither the value nor its digits.
///
/// # Errors
/// [`ContrastError`].
///
/// # Cost
/// Those of [`posteriors`](super::posteriors()) on both topologies.
///
/// ```
/// use energraph::trellis::{Emissions, Topology, contrast_loss};
/// use energraph::Beta;
/// use ndarray::array;
/// let energies = array![[0.0, 2.0], [2.0, 0.0]];
/// let e = Emissions::new(energies.view())?;
/// // "a" under connectionist temporal classification (blank 2) against everything.
/// let loss = contrast_loss(&e, &Topology::ctc(&[1], 2, 2)?, &Topology::any(2)?, Beta::ONE)?;
/// assert!(loss.value > 0.0);
/// assert!(loss.emissions.sum().abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// D. Povey et al., *Purely sequence-trained neural networks for ASR based on lattice-free MMI*, Interspeech 2016.
pub fn contrast_loss(
    e: &Emissions<'_>,
    right: &Topology,
    all: &Topology,
    beta: Beta,
) -> Result<ContrastLoss, ContrastError> {
    let mut emissions = Array2::zeros(e.values().dim());
    let of_right = one_side(e, right, beta, 1.0, &mut emissions)?;
    if of_right.0 == f64::INFINITY {
        return Err(ContrastError::Right);
    }
    let of_all = one_side(e, all, beta, -1.0, &mut emissions)?;
    if of_all.0 == f64::INFINITY {
        return Err(ContrastError::All);
    }
    Ok(ContrastLoss { value: of_right.0 - of_all.0, emissions, right: of_right.1, all: of_all.1 })
}

/// The free energy, every frame's energies counted from its least one, and `factor` times its gradient.
fn one_side(
    e: &Emissions<'_>,
    topology: &Topology,
    beta: Beta,
    factor: f64,
    emissions: &mut Array2<f32>,
) -> Result<(f64, SiteValues), TrellisError> {
    let mut sites = SiteValues::zeros(topology.graph());
    let mut shares = ClassShares::new(std::mem::take(emissions));
    let (_, above) = gradient(e, topology, beta, &mut |t, site, share| {
        if let Some(sum) = sites.get_mut(site) {
            *sum += factor * share;
        }
        if let Some(class) = class_read(topology, site) {
            shares.add(t, class, factor * share);
        }
    })?;
    *emissions = shares.finish();
    Ok((above, sites))
}
