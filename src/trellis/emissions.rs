//! What each frame says of each class.

use ndarray::ArrayView2;

use super::TrellisError;
use crate::graph::{Graph, GraphBuilder, GraphError, Label, StateId};
use crate::semiring::Energy;

/// Whether an array without numbers, which takes no memory, has more rows than answers should be made for.
pub(super) fn too_many_empty(rows: usize, numbers: usize) -> bool {
    numbers == 0 && rows > 1 << 24
}

/// The first number of an array that is no energy, and where it is.
pub(super) fn no_energy(values: ArrayView2<'_, f32>) -> Option<((usize, usize), f32)> {
    values.indexed_iter().map(|(at, &value)| (at, value)).find(|(_, value)| !Energy::admits(*value))
}

/// Energies of classes at frames, frames × classes, borrowed: nothing is copied.
///
/// `+∞` says that a class is impossible at a frame. A topology reads class `c` through arcs of input label `c + 1`,
/// since label 0 is epsilon.
///
/// ```
/// use energraph::trellis::Emissions;
/// use ndarray::array;
/// let energies = array![[0.1, 2.3], [f32::INFINITY, 0.0]];
/// let e = Emissions::new(energies.view())?;
/// assert_eq!((e.frames(), e.classes()), (2, 2));
/// assert!(Emissions::new(array![[f32::NAN]].view()).is_err());
/// # Ok::<(), energraph::trellis::TrellisError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Emissions<'a> {
    values: ArrayView2<'a, f32>,
}

impl<'a> Emissions<'a> {
    /// Energies, frames × classes.
    ///
    /// # Errors
    /// [`TrellisError::NoEnergy`] for NaN or −∞; [`TrellisError::Frames`] for more than 2²⁴ frames without a class, which take
    /// no memory by themselves.
    ///
    /// # Cost
    /// One look at each number.
    pub fn new(values: ArrayView2<'a, f32>) -> Result<Self, TrellisError> {
        if too_many_empty(values.nrows(), values.ncols()) {
            return Err(TrellisError::Frames { frames: values.nrows() });
        }
        match no_energy(values) {
            Some(((frame, class), value)) => Err(TrellisError::NoEnergy { frame, class, value }),
            None => Ok(Emissions { values }),
        }
    }

    /// The same from a slice, frame after frame of `classes` energies each.
    ///
    /// ```
    /// use energraph::trellis::Emissions;
    /// let e = Emissions::from_slice(&[0.1, 2.3, 0.5, 0.0], 2)?;
    /// assert_eq!((e.frames(), e.classes(), e.values()[[1, 0]]), (2, 2, 0.5));
    /// assert!(Emissions::from_slice(&[0.1, 2.3, 0.5], 2).is_err());
    /// # Ok::<(), energraph::trellis::TrellisError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Emissions::new`]; [`TrellisError::Slice`] where the last frame is not whole, or frames have no classes.
    pub fn from_slice(values: &'a [f32], classes: usize) -> Result<Self, TrellisError> {
        let refused = TrellisError::Slice { values: values.len(), classes };
        let frames = if values.is_empty() { Some(0) } else { values.len().checked_div(classes) };
        let shaped = frames.and_then(|frames| ArrayView2::from_shape((frames, classes), values).ok());
        match shaped {
            Some(shaped) if shaped.len() == values.len() => Emissions::new(shaped),
            _ => Err(refused),
        }
    }

    /// Frames.
    pub fn frames(&self) -> usize {
        self.values.nrows()
    }

    /// Classes.
    pub fn classes(&self) -> usize {
        self.values.ncols()
    }

    /// The energies as they were given.
    pub fn values(&self) -> ArrayView2<'a, f32> {
        self.values
    }

    /// The least energy of each frame; 0 where no class is possible.
    pub(super) fn least(&self) -> Vec<f64> {
        let least_of = |row: ndarray::ArrayView1<'_, f32>| row.iter().copied().fold(f32::INFINITY, f32::min);
        let least = self.values.outer_iter().map(least_of);
        least.map(|x| if x < f32::INFINITY { f64::from(x) } else { 0.0 }).collect()
    }

    /// The same as a graph: a state between frames, and an arc for each class of each frame. Composed with a topology's
    /// graph it is the trellis, built.
    ///
    /// # Errors
    /// [`GraphError`] where it is too large to number.
    ///
    /// # Cost
    /// frames × classes arcs.
    pub fn graph(&self) -> Result<Graph<Energy>, GraphError> {
        let mut b = GraphBuilder::new();
        b.add_states(self.frames() + 1);
        b.start(0);
        for ((frame, class), &value) in self.values.indexed_iter() {
            let (from, label) = (frame as StateId, class as Label + 1);
            b.arc(from, label, label, Energy::new(value).unwrap_or(Energy::IMPOSSIBLE), from + 1);
        }
        b.final_weight(self.frames() as StateId, Energy::FREE);
        b.build()
    }
}

/// An energy that takes digits from those of frames where it is added to them: about a third of those of an `f64`.
const FAR: f64 = (1 << 20) as f64;

/// The least of some energies, which they are to be counted from where it is far from 0; else 0.
pub(super) fn far(energies: impl Iterator<Item = f64>) -> f64 {
    let least = energies.fold(f64::INFINITY, f64::min);
    if is_far(least) { least } else { 0.0 }
}

/// Whether an energy is far from 0 without being impossible.
pub(super) fn is_far(energy: f64) -> bool {
    energy.is_finite() && energy.abs() >= FAR
}
