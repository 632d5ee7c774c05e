//! The free energy of all alignments.

use super::backward::Backward;
use super::linear::Sweep;
use super::{Emissions, Topology, TrellisError};
use crate::paths::Beta;

/// `F_β = −1/β · log Σ_paths e^{−β·E}` over all paths of the topology that read every frame, or the lowest energy of
/// one where β is infinite; +∞ where there is none.
///
/// The same number as [`crate::paths::free_energy()`] on the composition of [`Emissions::graph`] and
/// [`Topology::graph`], which is not built.
///
/// # Errors
/// [`TrellisError::Class`] where the topology reads a class that the emissions lack.
///
/// # Cost
/// O(frames · (states + arcs)); for finite β an exponential for each arc and a logarithm for each state, every frame.
/// O(√frames · states) memory beyond four million potentials. In f64. At infinite β [`Topology::ctc`] and
/// [`Topology::left_to_right`] take the kernel of [`best_path`](super::best_path()).
///
/// ```
/// use energraph::trellis::{Emissions, Topology, free_energy};
/// use energraph::Beta;
/// use ndarray::array;
/// // Energies of a and of blank; "a" over two frames is a–, –a, aa.
/// let e = array![[0.5, 1.0], [0.25, 2.0]];
/// let t = Topology::ctc(&[1], 2, 2)?;
/// assert_eq!(free_energy(&Emissions::new(e.view())?, &t, Beta::Infinite)?, 0.75);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn free_energy(e: &Emissions<'_>, t: &Topology, beta: Beta) -> Result<f64, TrellisError> {
    t.check(e.classes())?;
    match (beta, t.target()) {
        (Beta::Infinite, Some(target)) => Ok(Sweep::least(*e, target)),
        _ => Ok(Backward::new(*e, t, beta)?.total()),
    }
}
