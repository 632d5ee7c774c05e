//! The loss of a linear-chain conditional random field.

use ndarray::Array2;
use rayon::prelude::*;

use super::chain::{Dead, Ready};
use super::linear::Room;
use super::posteriors::{Marginals, marginals};
use super::{TransitionValues, Transitions};
use crate::graph::Label;
use crate::paths::Beta;
use crate::trellis::{Emissions, TrellisError};

/// A loss and its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct CrfLoss {
    /// `E(target) − F_β(all)`, at least 0: at finite β it is `−1/β · ln p(target)`.
    pub value: f64,
    /// `∂value/∂` emissions, frames × classes: 1 for the target's class, minus the probability of each.
    pub emissions: Array2<f32>,
    /// `∂value/∂` transitions: how often the target uses each, minus how often it is expected to be used.
    pub transitions: TransitionValues,
}

/// The losses of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct CrfLosses {
    /// Of each item.
    pub items: Vec<Result<CrfLoss, CrfError>>,
    /// The sum of the values of those that have one.
    pub value: f64,
    /// The sum of their gradients to the transitions.
    pub transitions: TransitionValues,
}

/// Why a target has no loss.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CrfError {
    /// Not one label a frame.
    #[error("{labels} labels for {frames} frames")]
    Length {
        /// Labels of the target.
        labels: usize,
        /// Frames.
        frames: usize,
    },
    /// A label that names no class.
    #[error("position {position} of the target: label {label} is not one of 1 to {classes}")]
    Label {
        /// Position in the target, from 0.
        position: usize,
        /// The label.
        label: Label,
        /// Classes.
        classes: usize,
    },
    /// Some labelling is possible, but not the target.
    #[error("the target is impossible from frame {frame} on")]
    Impossible {
        /// The first frame whose class, or the transition to it, is impossible.
        frame: usize,
    },
    /// No labelling is possible; none is over no frames.
    #[error("no labelling reaches frame {frame}")]
    NothingPossible {
        /// The first frame at which no class is possible, or else the first that no labelling reaches.
        frame: usize,
    },
    /// Emissions and transitions have not the same number of classes.
    #[error(transparent)]
    Trellis(#[from] TrellisError),
}

/// The loss of every item of a batch, and its gradient: `E(target) − F_β(all)`, the energy of the right labelling minus the
/// free energy of all of them. At β = 1 it is the negative log-likelihood of a linear-chain conditional random field; at
/// infinite β, where `F` is the least energy, the loss of the structured perceptron.
///
/// A target has a label a frame, the class + 1. Energies need not be normalised: any amount added to a whole frame changes
/// nothing. Items are computed side by side (rayon) and summed in their order; the numbers do not depend on the threads.
///
/// # Errors
/// [`CrfError`] for an item alone; the others have their losses.
///
/// # Cost
/// As [`chain_posteriors`](super::chain_posteriors()) of each item.
///
/// # Source
/// J. Lafferty, A. McCallum, F. Pereira, *Conditional random fields*, ICML 2001; the gradient is a difference of counts.
/// For the perceptron M. Collins, EMNLP 2002.
///
/// ```
/// use energraph::trellis::{Emissions, Transitions, crf_losses};
/// use energraph::Beta;
/// use ndarray::Array2;
/// // Two frames, three classes, all alike: each of the nine labellings has the same probability.
/// let (even, free) = (Array2::zeros((2, 3)), Array2::zeros((3, 3)));
/// let (e, t) = (Emissions::new(even.view())?, Transitions::new(free.view())?);
/// let losses = crf_losses(&[(e, &[1, 3]), (e, &[1])], &t, Beta::ONE);
/// let first = losses.items[0].as_ref().map_err(|e| e.to_string())?;
/// assert!((first.value - 9.0_f64.ln()).abs() < 1e-12);
/// assert!(losses.items[1].is_err()); // a label a frame
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn crf_losses(batch: &[(Emissions<'_>, &[Label])], t: &Transitions<'_>, beta: Beta) -> CrfLosses {
    let ready = Ready::new(t, beta);
    let one = |room: &mut Room, (e, target): &(Emissions<'_>, &[Label])| loss_of(&ready, e, target, room);
    let items: Vec<Result<CrfLoss, CrfError>> = batch.par_iter().map_init(Room::default, one).collect();
    let (mut value, mut transitions) = (0.0, TransitionValues::zeros(t.classes()));
    for item in items.iter().flatten() {
        value += item.value;
        transitions.add(&item.transitions);
    }
    CrfLosses { items, value, transitions }
}

/// The loss of one item and its gradient; see [`crf_losses`].
///
/// # Errors
/// [`CrfError`].
pub fn crf_loss(e: &Emissions<'_>, target: &[Label], t: &Transitions<'_>, beta: Beta) -> Result<CrfLoss, CrfError> {
    loss_of(&Ready::new(t, beta), e, target, &mut Room::default())
}

fn loss_of(ready: &Ready<'_>, e: &Emissions<'_>, target: &[Label], room: &mut Room) -> Result<CrfLoss, CrfError> {
    let chain = &ready.chain;
    chain.given.check(e)?;
    let (labels, frames) = (target.len(), e.frames());
    if labels != frames {
        return Err(CrfError::Length { labels, frames });
    }
    let class = |(position, &label): (usize, &Label)| match label as usize {
        class if (1..=chain.classes).contains(&class) => Ok(class - 1),
        _ => Err(CrfError::Label { position, label, classes: chain.classes }),
    };
    let target = target.iter().enumerate().map(class).collect::<Result<Vec<_>, _>>()?;
    let found = marginals(ready, e, room).map_err(|Dead { frame }| CrfError::NothingPossible { frame })?;
    if let Some(frame) = chain.wall(e, &target) {
        return Err(CrfError::Impossible { frame });
    }
    let right = chain.above(e, &room.least, &target);
    let Marginals { above, mut emissions, mut transitions } = found;
    emissions.mapv_inplace(|share| 0.0 - share);
    transitions.negate();
    for (frame, &class) in target.iter().enumerate() {
        emissions[[frame, class]] += 1.0;
    }
    target.windows(2).for_each(|w| transitions.between[[w[0], w[1]]] += 1.0);
    if let (Some(&first), Some(&last)) = (target.first(), target.last()) {
        transitions.first[first] += 1.0;
        transitions.last[last] += 1.0;
    }
    Ok(CrfLoss { value: (right - above).max(0.0), emissions, transitions })
}
