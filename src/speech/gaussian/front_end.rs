//! Gaussians as trained parameters.

use ndarray::Array2;

use super::model::{Gathered, log_variance};
use super::{GaussianGradient, GaussianStates};
use crate::learn::{FrontEnd, FrontError, Optimiser, Parameter, Ragged};

/// The names of the parameters.
const NAMES: [&str; 3] = ["gaussians.means", "gaussians.log_variances", "gaussians.logits"];

impl GaussianStates {
    fn arrays_mut(&mut self) -> [&mut Array2<f32>; 3] {
        [&mut self.means, &mut self.log_variances, &mut self.logits]
    }

    fn gather(&mut self, found: &GaussianGradient) {
        let new = &found.parameters;
        let sum = self.gradient.get_or_insert_with(|| Gathered::zeros(new.means.dim(), new.logits.dim()));
        sum.means += &new.means;
        sum.log_variances += &new.log_variances;
        sum.logits += &new.logits;
    }
}

/// Inputs are features, frames × dimensions; the output has a row of energies of all states for each frame. A step that would take a
/// variance below the floor takes it to the floor.
impl FrontEnd for GaussianStates {
    type Input = Array2<f32>;
    type Ticket = Vec<Array2<f32>>;

    fn forward(&mut self, inputs: &[Array2<f32>]) -> Result<(Ragged<f32>, Self::Ticket), FrontError> {
        Ok((self.infer(inputs)?, inputs.to_vec()))
    }

    fn infer(&mut self, inputs: &[Array2<f32>]) -> Result<Ragged<f32>, FrontError> {
        let mut all = Ragged::zeros(self.states, inputs.iter().map(|x| x.nrows()));
        for (index, x) in inputs.iter().enumerate() {
            let energies = self.energies(x.view());
            let energies = energies.map_err(|e| FrontError::Input { index, why: e.to_string() })?;
            if x.nrows() > 0 {
                all.block_mut(index).assign(&energies);
            }
        }
        Ok(all)
    }

    fn backward(&mut self, ticket: Self::Ticket, gradient: Ragged<f32>) -> Result<(), FrontError> {
        let rows: usize = ticket.iter().map(|x| x.nrows()).sum();
        let found = (gradient.values().len() / gradient.width().max(1), gradient.width());
        let fits = |(i, x): (usize, &Array2<f32>)| gradient.rows(i) == x.nrows();
        if found != (rows, self.states) || gradient.len() != ticket.len() || !ticket.iter().enumerate().all(fits) {
            return Err(FrontError::GradientShape { expected: (rows, self.states), found });
        }
        let mut parts = Vec::new();
        for (index, x) in ticket.iter().enumerate().filter(|(_, x)| x.nrows() > 0) {
            let part = self.pull_back(x.view(), gradient.block(index));
            let part = part.map_err(|e| FrontError::Input { index, why: e.to_string() })?;
            let p = &part.parameters;
            if [&p.means, &p.log_variances, &p.logits].iter().any(|a| a.iter().any(|v| !v.is_finite())) {
                return Err(FrontError::NotFinite { what: format!("the gradient of input {index}") });
            }
            parts.push(part);
        }
        parts.iter().for_each(|part| self.gather(part));
        Ok(())
    }

    fn apply(&mut self, optimiser: &mut Optimiser) -> Result<(), FrontError> {
        let (of_means, of_logits) = (self.means.dim(), self.logits.dim());
        let gradient = self.gradient.take().unwrap_or_else(|| Gathered::zeros(of_means, of_logits));
        let gradients = [&gradient.means, &gradient.log_variances, &gradient.logits];
        let flat: Vec<&[f32]> = gradients.iter().filter_map(|g| g.as_slice()).collect();
        optimiser.begin_step(flat.iter().copied());
        for ((values, gradient), name) in self.arrays_mut().into_iter().zip(flat).zip(NAMES) {
            if let Some(values) = values.as_slice_mut() {
                optimiser.update(name, values, gradient, false);
            }
        }
        let least = log_variance(0.0, self.floor);
        self.log_variances.mapv_inplace(|v| v.max(least));
        Ok(())
    }

    fn parameters(&self) -> Result<Vec<Parameter>, FrontError> {
        let wide = vec![self.states, self.components, self.dimensions()];
        let shapes = [wide.clone(), wide, vec![self.states, self.components]];
        let arrays = [&self.means, &self.log_variances, &self.logits];
        let parameter = |((array, shape), name): ((&Array2<f32>, Vec<usize>), &str)| Parameter {
            name: name.into(),
            shape,
            values: array.iter().copied().collect(),
        };
        Ok(arrays.into_iter().zip(shapes).zip(NAMES).map(parameter).collect())
    }

    /// Logarithms of variances below the floor's are raised to it.
    fn set_parameters(&mut self, values: &[Parameter]) -> Result<(), FrontError> {
        let own = self.parameters()?;
        let refuse = |why: String| Err(FrontError::Weights { why });
        if values.len() != own.len() {
            return refuse(format!("{} parameters for {}", values.len(), own.len()));
        }
        let mut new = Vec::new();
        for own in &own {
            let Some(p) = values.iter().find(|p| p.name == own.name) else {
                return refuse(format!("{} is missing", own.name));
            };
            if p.shape != own.shape || p.values.len() != own.values.len() {
                return refuse(format!("{} has the shape {:?}, not {:?}", p.name, p.shape, own.shape));
            }
            if p.values.iter().any(|v| !v.is_finite()) {
                return refuse(format!("{} has a number that is not finite", p.name));
            }
            new.push(&p.values);
        }
        let least = log_variance(0.0, self.floor);
        for (array, new) in self.arrays_mut().into_iter().zip(new) {
            array.iter_mut().zip(new).for_each(|(v, new)| *v = *new);
        }
        self.log_variances.mapv_inplace(|v| v.max(least));
        Ok(())
    }
}
