//! The best alignment, as far as a beam sees.

use super::best_path::through;
use super::linear::{Sweep, Width};
use super::{Alignment, Emissions, Topology, TrellisError, best_path};

/// How far a search looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beam {
    /// States that are behind the best one of a frame by more are left out; at least 0, +∞ to leave out none.
    pub energy: f64,
    /// Most states kept of a frame, those around the best.
    pub states: usize,
}

/// Whether a beam can be so wide.
pub(super) fn check_width(energy: f64) -> Result<(), TrellisError> {
    if energy >= 0.0 { Ok(()) } else { Err(TrellisError::Beam { energy }) }
}

/// What a search within a beam has found.
#[derive(Debug, Clone, PartialEq)]
pub struct BeamPath {
    /// The best path that the beam left in.
    pub path: Option<Alignment>,
    /// By how much, at most, a path that it left out may be lower: 0 where none is, which makes this one the best;
    /// +∞ where no path was left though there may be one. A limit, not an estimate: it knows only that no frame is
    /// below its least energy, and is large where the best path often is above that.
    pub lost_at_most: f64,
}

impl BeamPath {
    /// Whether no path is lower than the one found, and there is none if none was found.
    pub fn is_best(&self) -> bool {
        self.lost_at_most == 0.0
    }
}

/// The path of lowest energy among those that a beam leaves in, and how much lower a path left out may be.
///
/// The beam goes from the last frame to the first: a state's energy is that of its best way to the end. Only
/// [`Topology::ctc`] is searched so, and [`Topology::left_to_right`] where no unit may be left out and no energy of staying is
/// below 0, which would make more possible than frames tell; others exactly, whatever the beam. Where nothing was left out the path is
/// [`best_path`]'s; otherwise, among equals, another may be found.
///
/// # Errors
/// [`TrellisError::Beam`] for a width below 0 or NaN; as [`best_path`].
///
/// # Cost
/// O(frames · (classes + states in the beam)).
///
/// ```
/// use energraph::trellis::{Beam, Emissions, Topology, best_path_in_beam};
/// use ndarray::Array2;
/// // A hundred labels of three frames each, all but clear.
/// let text: Vec<u32> = (0..100).map(|k| k % 4 + 1).collect();
/// let e = Array2::from_shape_fn((300, 5), |(t, c)| if c as u32 == (t as u32 / 3) % 4 { 0.0 } else { 5.0 });
/// let beam = Beam { energy: 100.0, states: 64 };
/// let found = best_path_in_beam(&Emissions::new(e.view())?, &Topology::ctc(&text, 5, 5)?, beam)?;
/// assert!(found.is_best() && found.path.is_some_and(|p| p.energy == 0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn best_path_in_beam(e: &Emissions<'_>, topology: &Topology, beam: Beam) -> Result<BeamPath, TrellisError> {
    check_width(beam.energy)?;
    topology.check(e.classes())?;
    let Some(target) = topology.target().filter(|target| target.suits_a_beam()) else {
        return Ok(BeamPath { path: best_path(e, topology)?, lost_at_most: 0.0 });
    };
    let width = Width { energy: beam.energy, pairs: target.pairs_of(beam.states) };
    let mut sweep = Sweep::new(*e, target, width);
    let path = through(e, topology, &mut sweep);
    let lost_at_most = match sweep.left_out < sweep.above {
        true => sweep.above - sweep.left_out,
        false => 0.0,
    };
    Ok(BeamPath { path, lost_at_most })
}
