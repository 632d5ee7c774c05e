//! The auto segmentation criterion.

use ndarray::Array2;
use rayon::prelude::*;

use super::{ContrastError, Emissions, Topology, TransitionValues, Transitions, TrellisError, contrast_loss};
use crate::graph::Label;
use crate::paths::Beta;

/// A loss and its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct AsgLoss {
    /// `−ln p(target)` among all labellings of the frames.
    pub value: f64,
    /// `∂value/∂` emissions, frames × classes.
    pub emissions: Array2<f32>,
    /// `∂value/∂` transitions and ends.
    pub transitions: TransitionValues,
}

/// The loss of a target under the auto segmentation criterion, and its gradient: `F(target) − F(all)` at β = 1, over the
/// alignments of [`Topology::asg`] and over all labellings of the frames, with the same transitions.
///
/// There is no blank, the transitions are learned, and nothing need be normalised frame by frame. No frames and no target
/// have a loss of 0.
///
/// # Errors
/// [`ContrastError::Right`] where no alignment of the target is possible, for instance with fewer frames than labels;
/// [`ContrastError::Trellis`] as for [`Topology::asg`], and where emissions and transitions have not
/// the same number of classes.
///
/// # Cost
/// O(frames · classes²), three times over.
///
/// ```
/// use energraph::trellis::{Emissions, Transitions, asg_loss};
/// use ndarray::Array2;
/// // Two frames, two classes, all alike: of 4 labellings one says "1 2".
/// let (even, free) = (Array2::zeros((2, 2)), Array2::zeros((2, 2)));
/// let loss = asg_loss(&Emissions::new(even.view())?, &[1, 2], &Transitions::new(free.view())?)?;
/// assert!((loss.value - 4.0_f64.ln()).abs() < 1e-12);
/// assert!((loss.transitions.between[[0, 1]] - 0.75).abs() < 1e-12); // used once, where 1/4 was expected
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// R. Collobert, C. Puhrsch, G. Synnaeve, *Wav2Letter*, 2016, section 2.3.
pub fn asg_loss(e: &Emissions<'_>, target: &[Label], transitions: &Transitions<'_>) -> Result<AsgLoss, ContrastError> {
    let (right, classes) = (Topology::asg(target, transitions)?, transitions.classes());
    right.check(e.classes())?;
    if classes < e.classes() {
        let shape = TrellisError::Shape { rows: classes, columns: classes, ends: classes, classes: e.classes() };
        return Err(shape.into());
    }
    let mut gradient = TransitionValues::zeros(classes);
    if e.frames() == 0 && target.is_empty() {
        return Ok(AsgLoss { value: 0.0, emissions: Array2::zeros(e.values().dim()), transitions: gradient });
    }
    let found = contrast_loss(e, &right, &Topology::chain(transitions)?, Beta::ONE)?;
    gradient.add_chain(&found.all);
    // Arcs that enter a position and arcs that stay there take turns.
    let (enter, stay) = (found.right.arcs.iter().step_by(2), found.right.arcs.iter().skip(1).step_by(2));
    gradient.add_labels(target, enter, found.right.finals.last());
    for (&label, share) in target.iter().zip(stay) {
        gradient.between[[label as usize - 1, label as usize - 1]] += share;
    }
    Ok(AsgLoss { value: found.value, emissions: found.emissions, transitions: gradient })
}

/// The loss of every item of a batch, side by side (rayon); the numbers do not depend on the threads. See [`asg_loss`].
///
/// # Errors
/// [`ContrastError`] for an item alone; the others have their losses.
pub fn asg_losses(
    batch: &[(Emissions<'_>, &[Label])],
    transitions: &Transitions<'_>,
) -> Vec<Result<AsgLoss, ContrastError>> {
    batch.par_iter().map(|(e, target)| asg_loss(e, target, transitions)).collect()
}
