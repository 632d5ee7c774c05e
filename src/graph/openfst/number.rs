//! Weights as the numbers of a file.

use super::ArcType;
use crate::semiring::{Energy, LogSum, MinSum, NotAWeight, Weight};

/// A weight that is one number.
///
/// # Contract
/// `from_number(w.number())` is exactly `w`. A liar's graphs change when they are saved and loaded.
pub trait BinaryWeight: Weight {
    /// What files of it are unless told otherwise.
    const ARCS: ArcType;

    /// The weight of a number.
    ///
    /// # Errors
    /// [`NotAWeight`] for NaN, −∞, and finite numbers beyond what the weight's type holds.
    fn from_number(number: f64) -> Result<Self, NotAWeight>;

    /// Its number.
    fn number(&self) -> f64;
}

/// The nearest number of 32 bits; none where that would be infinite and the number is not.
pub(super) fn narrow(number: f64) -> Result<f32, NotAWeight> {
    let near = number as f32;
    if near.is_infinite() && number.is_finite() { Err(NotAWeight { value: number }) } else { Ok(near) }
}

impl BinaryWeight for Energy {
    const ARCS: ArcType = ArcType::Standard;
    fn from_number(number: f64) -> Result<Self, NotAWeight> {
        Energy::new(narrow(number)?)
    }
    fn number(&self) -> f64 {
        self.wide()
    }
}

impl BinaryWeight for MinSum<f32> {
    const ARCS: ArcType = ArcType::Standard;
    fn from_number(number: f64) -> Result<Self, NotAWeight> {
        MinSum::new(narrow(number)?)
    }
    fn number(&self) -> f64 {
        f64::from(self.get())
    }
}

impl BinaryWeight for LogSum<f32> {
    const ARCS: ArcType = ArcType::Log;
    fn from_number(number: f64) -> Result<Self, NotAWeight> {
        LogSum::new(narrow(number)?)
    }
    fn number(&self) -> f64 {
        f64::from(self.get())
    }
}

impl BinaryWeight for LogSum<f64> {
    const ARCS: ArcType = ArcType::Log64;
    fn from_number(number: f64) -> Result<Self, NotAWeight> {
        LogSum::new(number)
    }
    fn number(&self) -> f64 {
        self.get()
    }
}
