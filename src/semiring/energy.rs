//! The weight that graphs of this library usually carry.

use super::float::{admit, settle, sum};
use super::{Commutative, NotAWeight, Tolerance, Weight};

/// An energy: lower is better, +∞ is impossible, and energies add up along a path.
///
/// An `f32` in (−∞, +∞] without NaN; −0 is stored as 0. A ⊗ that overflows stays at the lowest or the highest finite number:
/// what is possible never becomes impossible. A [`Weight`] but not a semiring: whether paths are
/// minimised or marginalised is chosen when a question is asked, by lifting each energy into [`super::MinSum`] or
/// [`super::LogSum`].
///
/// ```
/// use energraph::Energy;
/// assert_eq!(Energy::new(-0.0)?, Energy::FREE);
/// assert!(Energy::new(f32::NAN).is_err());
/// # Ok::<(), energraph::semiring::NotAWeight>(())
/// ```
#[derive(Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Energy(f32);

impl Energy {
    /// 0: costs nothing. 1̄.
    pub const FREE: Energy = Energy(0.0);
    /// +∞: impossible. 0̄.
    pub const IMPOSSIBLE: Energy = Energy(f32::INFINITY);

    /// An energy in (−∞, +∞].
    ///
    /// # Errors
    /// [`NotAWeight`] for NaN and −∞.
    pub fn new(energy: f32) -> Result<Self, NotAWeight> {
        admit(energy).map(Energy)
    }

    /// Whether a number is one: neither NaN nor −∞.
    pub(crate) fn admits(number: f32) -> bool {
        number > f32::NEG_INFINITY
    }

    /// A computed number, brought back into (−∞, +∞].
    pub(super) fn settled(energy: f64) -> Energy {
        Energy(settle(energy))
    }

    /// The number.
    pub fn get(self) -> f32 {
        self.0
    }

    /// The number, widened for sums over paths.
    pub fn wide(self) -> f64 {
        f64::from(self.0)
    }
}

impl TryFrom<f32> for Energy {
    type Error = NotAWeight;
    fn try_from(energy: f32) -> Result<Self, NotAWeight> {
        Energy::new(energy)
    }
}

// Neither NaN nor −0 gets in, so the float's own equality is an equivalence and agrees with the bits.
impl Eq for Energy {}

impl std::hash::Hash for Energy {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl std::fmt::Debug for Energy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Energy({})", self.0)
    }
}

impl std::fmt::Display for Energy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Weight for Energy {
    fn one() -> Self {
        Energy::FREE
    }
    fn zero() -> Self {
        Energy::IMPOSSIBLE
    }
    // Other crates compile the operations, which are generic, but would only call this.
    #[inline]
    fn times(&self, r: &Self) -> Self {
        Energy(sum(self.wide(), r.wide()))
    }
    fn close(&self, r: &Self, tolerance: Tolerance) -> bool {
        tolerance.admits(self.wide(), r.wide())
    }
}

impl Commutative for Energy {}
