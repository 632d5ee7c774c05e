//! How undecided the alignments are.

use super::backward::Backward;
use super::posteriors::walk;
use super::{Emissions, Topology, TrellisError};
use crate::paths::Beta;

/// The entropy of the alignments in nats, `−Σ_paths p · ln p` under `p(path) ∝ e^{−β·E}`: 0 where one path has all the
/// mass or none exists, `ln n` where `n` paths are equal. At infinite β it is 0, that of
/// [`best_path`](super::best_path()) alone.
///
/// It is of paths: alignments that write the same output are told apart.
///
/// # Errors
/// [`TrellisError::Class`].
///
/// # Cost
/// That of [`posteriors`](super::posteriors()), and a logarithm for each arc, every frame.
///
/// ```
/// use energraph::trellis::{Emissions, Topology, entropy};
/// use energraph::Beta;
/// use ndarray::array;
/// let even = array![[0.0, 0.0], [0.0, 0.0]];
/// // a–, –a, aa
/// let h = entropy(&Emissions::new(even.view())?, &Topology::ctc(&[1], 2, 2)?, Beta::ONE)?;
/// assert!((h - 3.0_f64.ln()).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// D. Hernando, V. Crespi, G. Cybenko, *Efficient computation of the hidden Markov model entropy for a given observation
/// sequence*, 2005: by the chain rule, the entropies of the choices at every state, each as often as it is expected to be
/// met. Nothing cancels.
pub fn entropy(e: &Emissions<'_>, topology: &Topology, beta: Beta) -> Result<f64, TrellisError> {
    let mut sum = 0.0;
    if beta != Beta::Infinite {
        let mut backward = Backward::new(*e, topology, beta)?;
        walk(&mut backward, &mut |_, _, share, end, ways| {
            let parts = [end].into_iter().chain(ways.iter().copied()).filter(|part| *part > 0.0);
            // A quotient is more exact than a difference of logarithms, but of a tiny part it is beyond all numbers.
            let surprise = |part: f64| {
                let times = share / part;
                if times < f64::INFINITY { times.ln() } else { share.ln() - part.ln() }
            };
            sum += parts.map(|part| part * surprise(part)).sum::<f64>();
        });
    } else {
        topology.check(e.classes())?;
    }
    Ok(f64::max(sum, 0.0))
}
