//! Weights whose products do not commute and that are no semirings: strings, and strings with weights.

use super::{Kind, Refused};
use crate::graph::WeightText;
use crate::semiring::{Gallic, Plus, StringLeft, StringRight};

impl Kind for StringLeft {
    fn either(&self, other: &Self, _: bool) -> Result<Self, Refused> {
        Ok(self.sum(other))
    }
}

impl Kind for StringRight {
    fn either(&self, other: &Self, _: bool) -> Result<Self, Refused> {
        Ok(self.sum(other))
    }
}

impl<W: WeightText + 'static> Kind for Gallic<W> {}
