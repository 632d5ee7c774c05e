//! Segmentations of one topology against those of another.

use super::posteriors::Gradient;
use super::sweep::Sweep;
use super::{SegmentError, SegmentShares, Segments};
use crate::graph::SiteValues;
use crate::paths::Beta;
use crate::trellis::Topology;

/// A difference of free energies and its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentContrast {
    /// `F_β` of the one topology less `F_β` of the other; −∞ where only the other has no segmentation.
    pub value: f64,
    /// `∂value/∂` energies of the segments.
    pub segments: SegmentShares,
    /// `∂value/∂` weights of the one topology.
    pub right: SiteValues,
    /// `∂value/∂` weights of the other.
    pub all: SiteValues,
}

/// `F_β` of all segmentations under one topology less `F_β` of those under another, and the gradient: the negative
/// log-likelihood where the one reads what is right and the other everything.
///
/// # Errors
/// [`SegmentError::Impossible`] where the one has no segmentation; as
/// [`segment_free_energy`](super::segment_free_energy()).
///
/// # Cost
/// Twice that of [`segment_posteriors`](super::segment_posteriors()).
///
/// ```
/// use energraph::Beta;
/// use energraph::trellis::{FrameEnergies, Segments, Topology, segment_contrast};
/// use energraph::{Energy, GraphBuilder};
/// use ndarray::Array2;
/// // One class, three frames: 1+1+1, 1+2, 2+1 and 3, of which two have two segments.
/// let free = Array2::zeros((3, 1));
/// let segments = Segments::from_frames(&FrameEnergies::sums(free.view(), 3))?;
/// let mut two = GraphBuilder::new();
/// two.add_states(3);
/// two.start(0);
/// two.arc(0, 1, 1, Energy::FREE, 1);
/// two.arc(1, 1, 1, Energy::FREE, 2);
/// two.final_weight(2, Energy::FREE);
/// let two = Topology::from_graph(two.build()?)?;
/// let found = segment_contrast(&segments, &two, &Topology::any(1)?, Beta::ONE)?;
/// assert!((found.value - 2.0_f64.ln()).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn segment_contrast(
    segments: &Segments<'_>,
    right: &Topology,
    all: &Topology,
    beta: Beta,
) -> Result<SegmentContrast, SegmentError> {
    between((segments, right), (segments, all), beta)
}

/// The same where what is right has segments of its own, impossible but for some.
pub(super) fn between(
    right: (&Segments<'_>, &Topology),
    all: (&Segments<'_>, &Topology),
    beta: Beta,
) -> Result<SegmentContrast, SegmentError> {
    let mut of_right = Sweep::new(right.0, right.1, beta)?;
    if of_right.above() == f64::INFINITY {
        return Err(SegmentError::Impossible);
    }
    let mut of_all = Sweep::new(all.0, all.1, beta)?;
    let mut gradient = Gradient::new(all.0);
    let (right, all) = (gradient.add(&mut of_right, 1.0), gradient.add(&mut of_all, -1.0));
    Ok(SegmentContrast { value: of_right.above() - of_all.above(), segments: gradient.shares(), right, all })
}
