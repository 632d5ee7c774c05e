//! References as trained parameters.

use ndarray::Array2;

use super::{TemplateError, TemplateModel};
use crate::learn::{FrontEnd, FrontError, Optimiser, Parameter, Ragged};

/// The name of the only parameter: words × references of each × frames × dimensions.
const NAME: &str = "templates";

impl TemplateModel {
    /// One step of an optimiser with a gradient by the references, such as [`TemplateLoss::references`](super::TemplateLoss::references).
    ///
    /// # Errors
    /// [`TemplateError::Count`] for another shape, [`TemplateError::NotFinite`], and nothing is changed.
    pub fn learn(&mut self, gradient: &Array2<f32>, optimiser: &mut Optimiser) -> Result<(), TemplateError> {
        if gradient.dim() != self.frames.dim() {
            return Err(TemplateError::Count { expected: self.frames.len(), found: gradient.len() });
        }
        if let Some(((frame, dimension), &value)) = gradient.indexed_iter().find(|(_, v)| !v.is_finite()) {
            return Err(TemplateError::NotFinite { frame, dimension, value });
        }
        let gradient = gradient.as_standard_layout();
        if let (Some(values), Some(gradient)) = (self.frames.as_slice_mut(), gradient.as_slice()) {
            optimiser.begin_step([gradient]);
            optimiser.update(NAME, values, gradient, false);
        }
        Ok(())
    }
}

/// Inputs are features, frames × dimensions; the output has a row for each, the energies of all references.
impl FrontEnd for TemplateModel {
    type Input = Array2<f32>;
    type Ticket = Vec<Array2<f32>>;

    fn forward(&mut self, inputs: &[Array2<f32>]) -> Result<(Ragged<f32>, Self::Ticket), FrontError> {
        Ok((self.infer(inputs)?, inputs.to_vec()))
    }

    fn infer(&mut self, inputs: &[Array2<f32>]) -> Result<Ragged<f32>, FrontError> {
        let mut energies = Ragged::zeros(self.len(), inputs.iter().map(|_| 1));
        for (index, features) in inputs.iter().enumerate() {
            let found = self.energies(features.view());
            let found = found.map_err(|e| FrontError::Input { index, why: e.to_string() })?;
            energies.block_mut(index).iter_mut().zip(found).for_each(|(v, energy)| *v = energy as f32);
        }
        Ok(energies)
    }

    fn backward(&mut self, ticket: Self::Ticket, gradient: Ragged<f32>) -> Result<(), FrontError> {
        let (expected, found) = ((ticket.len(), self.len()), (gradient.len(), gradient.width()));
        if expected != found || (0..gradient.len()).any(|i| gradient.rows(i) != 1) {
            return Err(FrontError::GradientShape { expected, found });
        }
        let mut sum = self.gradient.clone();
        for (index, features) in ticket.iter().enumerate() {
            let by: Vec<f64> = gradient.block(index).iter().map(|v| f64::from(*v)).collect();
            let found = self.pull_back(features.view(), &by);
            sum += &found.map_err(|e| FrontError::Input { index, why: e.to_string() })?.references;
        }
        if sum.iter().any(|v| !v.is_finite()) {
            return Err(FrontError::NotFinite { what: "the gradient of the references".into() });
        }
        self.gradient = sum;
        Ok(())
    }

    fn apply(&mut self, optimiser: &mut Optimiser) -> Result<(), FrontError> {
        let gradient = std::mem::replace(&mut self.gradient, Array2::zeros(self.frames.dim()));
        self.learn(&gradient, optimiser).map_err(|e| FrontError::NotFinite { what: e.to_string() })
    }

    fn parameters(&self) -> Result<Vec<Parameter>, FrontError> {
        let shape = vec![self.words.len(), self.options.per_word, self.options.length, self.dimensions()];
        Ok(vec![Parameter { name: NAME.into(), shape, values: self.frames.iter().copied().collect() }])
    }

    fn set_parameters(&mut self, values: &[Parameter]) -> Result<(), FrontError> {
        let own = self.parameters()?;
        let refuse = |why: String| Err(FrontError::Weights { why });
        let ([own], [new]) = (&own[..], values) else {
            return refuse(format!("{} parameters for references, which are one", values.len()));
        };
        if (&own.name, &own.shape) != (&new.name, &new.shape) || new.values.len() != own.values.len() {
            return refuse(format!("{} of shape {:?} for {} of {:?}", new.name, new.shape, own.name, own.shape));
        }
        if new.values.iter().any(|v| !v.is_finite()) {
            return refuse(format!("{} has a number that is not finite", new.name));
        }
        self.frames.iter_mut().zip(&new.values).for_each(|(v, new)| *v = *new);
        Ok(())
    }
}
