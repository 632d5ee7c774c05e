//! The share of every class and transition in the labellings: the gradient of the free energy.

use ndarray::{Array1, Array2};
use rayon::prelude::*;

use super::best_path::best_classes;
use super::chain::{Chain, Dead, Ready, Stop};
use super::kernels::Group;
use super::linear::{self, Room, Shares};
use super::{TransitionValues, Transitions, log_domain};
use crate::paths::Beta;
use crate::trellis::{Emissions, TrellisError};

/// The free energy of a linear chain over a sequence, and its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainPosteriors {
    /// `F_β`; +∞ where no labelling is possible, and all shares are 0 then.
    pub free_energy: f64,
    /// `∂F_β/∂` emissions, frames × classes: the probability that the frame is of the class. Every row sums to 1.
    pub emissions: Array2<f32>,
    /// `∂F_β/∂` transitions: how often each is expected to be used.
    pub transitions: TransitionValues,
}

/// `F_β = −1/β · log Σ e^{−β·E}` over all labellings of the frames, or the lowest energy of one where β is infinite; +∞ where
/// none is possible, as over no frames.
///
/// The same number as [`free_energy`](crate::trellis::free_energy()) of
/// [`Topology::chain`](crate::trellis::Topology::chain).
///
/// # Errors
/// [`TrellisError::Shape`] where emissions and transitions have not the same number of classes.
///
/// # Cost
/// O(frames · classes²), one multiply-add each; memory and arithmetic as of [`chain_posteriors`].
///
/// ```
/// use energraph::trellis::{Emissions, Transitions, chain_free_energy};
/// use energraph::Beta;
/// use ndarray::array;
/// let e = array![[0.0, 1.0], [0.5, 0.0], [0.0, 1.0]];
/// let stay = array![[0.0, 2.0], [2.0, 0.0]];
/// let (e, t) = (Emissions::new(e.view())?, Transitions::new(stay.view())?);
/// assert_eq!(chain_free_energy(&e, &t, Beta::Infinite)?, 0.5); // class 0 all along
/// assert!(chain_free_energy(&e, &t, Beta::ONE)? < 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn chain_free_energy(e: &Emissions<'_>, t: &Transitions<'_>, beta: Beta) -> Result<f64, TrellisError> {
    t.check(e)?;
    let ready = Ready::new(t, beta);
    let mut room = Room::default();
    let Beta::Finite(finite) = beta else {
        let best = best_classes(&ready.chain, e, &mut room);
        return Ok(best.map_or(f64::INFINITY, |best| ready.chain.energy(e, &best)));
    };
    let linear = match &ready.numbers {
        Some(numbers) => linear::forward_total(&ready.chain, numbers, e, &mut room),
        None => Err(Stop::OutOfRange),
    };
    Ok(match linear {
        Ok(above) => ready.chain.total(above, e, &room.least),
        Err(Stop::Dead(_)) => f64::INFINITY,
        Err(Stop::OutOfRange) => match log_domain::potentials(&ready.chain, e, finite, &mut room) {
            Ok((_, above)) => ready.chain.total(above, e, &room.least),
            Err(_) => f64::INFINITY,
        },
    })
}

/// The gradient of [`chain_free_energy`] with respect to every energy: the marginals of the frames and the expected counts of
/// transitions, under `p(labels) ∝ e^{−β·E}`. At infinite β, those of the best labelling alone, as [`chain_best_path`] finds
/// it.
///
/// The same numbers as [`posteriors`](crate::trellis::posteriors()) of
/// [`Topology::chain`](crate::trellis::Topology::chain).
///
/// # Errors
/// [`TrellisError::Shape`] where emissions and transitions have not the same number of classes.
///
/// # Cost
/// O(frames · classes²), three multiply-adds each, eight side by side where the processor can; 128 bytes of memory a frame and
/// eight classes, and 40 a transition. In linear arithmetic, scaled, in f64, which a sequence leaves for the log domain, some twenty times
/// slower, where (in units of 1/β)
/// - transitions lie more than 345 nats apart; or
/// - one is impossible, and a class lies so far above another one of its frame; or
/// - one is impossible, and the paths that end in a class, or begin with it, fall more than some 345 to 690 nats behind those of
///   another class of the frame.
///
/// Impossible ones do not count as far apart. As long as all transitions are possible and lie within 88 nats, classes of a frame
/// may lie as far apart as they like.
///
/// ```
/// use energraph::trellis::{Emissions, Transitions, chain_posteriors};
/// use energraph::Beta;
/// use ndarray::array;
/// // Two classes, alike; they never change.
/// let e = array![[0.0, 0.0], [0.0, 0.0]];
/// let never = array![[0.0, f32::INFINITY], [f32::INFINITY, 0.0]];
/// let p = chain_posteriors(&Emissions::new(e.view())?, &Transitions::new(never.view())?, Beta::ONE)?;
/// assert_eq!(p.emissions, array![[0.5, 0.5], [0.5, 0.5]]);
/// assert_eq!(p.transitions.between, array![[0.5, 0.0], [0.0, 0.5]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [`chain_best_path`]: super::chain_best_path
pub fn chain_posteriors(e: &Emissions<'_>, t: &Transitions<'_>, beta: Beta) -> Result<ChainPosteriors, TrellisError> {
    t.check(e)?;
    Ok(posteriors_of(&Ready::new(t, beta), e, &mut Room::default()))
}

/// [`chain_posteriors`] of every sequence of a batch, of any lengths, side by side (rayon); the numbers do not depend on the
/// threads.
///
/// # Errors
/// For an item alone; the others have their answers.
pub fn chain_posteriors_batch(
    batch: &[Emissions<'_>],
    t: &Transitions<'_>,
    beta: Beta,
) -> Vec<Result<ChainPosteriors, TrellisError>> {
    let ready = Ready::new(t, beta);
    let one = |room: &mut Room, e: &Emissions<'_>| {
        t.check(e)?;
        Ok(posteriors_of(&ready, e, room))
    };
    batch.par_iter().map_init(Room::default, one).collect()
}

/// Of emissions that have been checked.
fn posteriors_of(ready: &Ready<'_>, e: &Emissions<'_>, room: &mut Room) -> ChainPosteriors {
    match marginals(ready, e, room) {
        Ok(Marginals { above, emissions, transitions }) => {
            ChainPosteriors { free_energy: ready.chain.total(above, e, &room.least), emissions, transitions }
        }
        Err(_) => ChainPosteriors {
            free_energy: f64::INFINITY,
            emissions: Array2::zeros(e.values().dim()),
            transitions: TransitionValues::zeros(e.classes()),
        },
    }
}

/// As [`ChainPosteriors`], the free energy counted from the least energies of the frames and of the transitions.
pub(super) struct Marginals {
    pub(super) above: f64,
    pub(super) emissions: Array2<f32>,
    pub(super) transitions: TransitionValues,
}

/// The marginals of emissions that have been checked; the least energy of each frame is left in `room`.
pub(super) fn marginals(ready: &Ready<'_>, e: &Emissions<'_>, room: &mut Room) -> Result<Marginals, Dead> {
    let chain = &ready.chain;
    let mut emissions = Array2::zeros(e.values().dim());
    let Beta::Finite(beta) = ready.beta else { return of_best(chain, e, emissions, room) };
    let into = emissions.as_slice_mut().unwrap_or_default();
    let linear = match &ready.numbers {
        Some(numbers) => linear::forward_backward(chain, numbers, e, room, into),
        None => Err(Stop::OutOfRange),
    };
    let shares = match linear {
        Ok(shares) => shares,
        Err(Stop::Dead(dead)) => return Err(dead),
        Err(Stop::OutOfRange) => log_domain::forward_backward(chain, e, beta, room, into)?,
    };
    Ok(Marginals { above: shares.above, emissions, transitions: values(chain, &shares) })
}

/// Without what fills up the groups.
fn values(chain: &Chain<'_>, shares: &Shares) -> TransitionValues {
    let end = |row: &[Group]| Array1::from_iter(row.as_flattened().iter().take(chain.classes).copied());
    let between = shares.between.as_flattened();
    let at = |(i, j): (usize, usize)| between[i * chain.width * 8 + j];
    TransitionValues {
        between: Array2::from_shape_fn((chain.classes, chain.classes), at),
        first: end(&shares.first),
        last: end(&shares.last),
    }
}

/// At infinite β: all of the share to the best labelling.
fn of_best(
    chain: &Chain<'_>,
    e: &Emissions<'_>,
    mut emissions: Array2<f32>,
    room: &mut Room,
) -> Result<Marginals, Dead> {
    let classes = best_classes(chain, e, room)?;
    let mut transitions = TransitionValues::zeros(chain.classes);
    for (frame, &class) in classes.iter().enumerate() {
        emissions[[frame, class]] = 1.0;
    }
    classes.windows(2).for_each(|w| transitions.between[[w[0], w[1]]] += 1.0);
    if let (Some(&first), Some(&last)) = (classes.first(), classes.last()) {
        (transitions.first[first], transitions.last[last]) = (1.0, 1.0);
    }
    let above = chain.above(e, &room.least, &classes);
    Ok(Marginals { above, emissions, transitions })
}
