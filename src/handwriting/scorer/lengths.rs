//! The offset of each symbol's energy for the length of its span.

use ndarray::{Array2, ArrayView1};

use crate::learn::{FrontEnd, FrontError, Optimiser, Parameter};

/// Spans up to this many steps long have an offset of their own for each symbol; longer ones share the last.
pub(super) const LENGTHS: usize = 12;

const NAME: &str = "lengths";

/// `LENGTHS` × symbols learned offsets, which start at 0.
#[derive(Debug)]
pub(super) struct Lengths {
    pub values: Array2<f32>,
    pub gradient: Array2<f32>,
}

impl Lengths {
    pub fn new(symbols: usize) -> Self {
        let values = Array2::zeros((LENGTHS, symbols));
        Lengths { gradient: values.clone(), values }
    }

    /// The row of a span of so many steps.
    pub fn row_of(steps: f32) -> usize {
        (steps.ceil() as usize).clamp(1, LENGTHS) - 1
    }

    /// The offsets in a row, one a symbol.
    pub fn row(&self, row: usize) -> ArrayView1<'_, f32> {
        self.values.row(row)
    }

    /// Adds to the gradient of a row; what `gradient` has beyond the symbols is left out.
    pub fn accumulate<'a>(&mut self, row: usize, gradient: impl IntoIterator<Item = &'a f32>) {
        self.gradient.row_mut(row).iter_mut().zip(gradient).for_each(|(sum, g)| *sum += g);
    }

    /// The net's optimiser step and then the offsets': the net's measures the gradient for clipping and counts the step.
    pub fn apply_behind(&mut self, net: &mut impl FrontEnd, optimiser: &mut Optimiser) -> Result<(), FrontError> {
        net.apply(optimiser)?;
        if let (Some(v), Some(g)) = (self.values.as_slice_mut(), self.gradient.as_slice()) {
            optimiser.update(NAME, v, g, false);
        }
        self.gradient.fill(0.0);
        Ok(())
    }

    /// The net's parameters and the offsets.
    pub fn parameters_with(&self, net: &impl FrontEnd) -> Result<Vec<Parameter>, FrontError> {
        let mut all = net.parameters()?;
        let (rows, symbols) = self.values.dim();
        let values = self.values.iter().copied().collect();
        all.push(Parameter { name: NAME.into(), shape: vec![rows, symbols], values });
        Ok(all)
    }

    /// Sets the net's parameters and the offsets; changes neither where one does not fit.
    pub fn set_with(&mut self, net: &mut impl FrontEnd, values: &[Parameter]) -> Result<(), FrontError> {
        let shape = self.values.dim();
        let wrong = || FrontError::Weights { why: format!("{NAME:?} must be {} × {}", shape.0, shape.1) };
        let (own, others): (Vec<Parameter>, Vec<Parameter>) = values.iter().cloned().partition(|p| p.name == NAME);
        let own = own.into_iter().next().ok_or_else(wrong)?;
        let offsets = Array2::from_shape_vec(shape, own.values).map_err(|_| wrong())?;
        net.set_parameters(&others)?;
        self.values = offsets;
        Ok(())
    }
}
