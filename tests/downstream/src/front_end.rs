//! A linear map from frames to letter energies.

use energraph::learn::{FrontEnd, FrontError, Optimiser, Parameter, Ragged};

/// `energy[frame, letter] = weights[letter] · frame + bias[letter]`.
pub struct Linear {
    width: usize,
    /// Letter by letter, one weight a feature.
    weights: Vec<f32>,
    bias: Vec<f32>,
    gradient: (Vec<f32>, Vec<f32>),
}

/// Frames of as many features as there are letters.
pub type Frames = Vec<Vec<f32>>;

impl Linear {
    /// All zero.
    pub fn new(width: usize) -> Self {
        let gradient = (vec![0.0; width * width], vec![0.0; width]);
        Linear { width, weights: gradient.0.clone(), bias: gradient.1.clone(), gradient }
    }
}

impl FrontEnd for Linear {
    type Input = Frames;
    type Ticket = Vec<Frames>;

    fn forward(&mut self, inputs: &[Frames]) -> Result<(Ragged<f32>, Vec<Frames>), FrontError> {
        Ok((self.infer(inputs)?, inputs.to_vec()))
    }

    fn infer(&mut self, inputs: &[Frames]) -> Result<Ragged<f32>, FrontError> {
        let mut energies = Ragged::zeros(self.width, inputs.iter().map(Vec::len));
        for (index, frames) in inputs.iter().enumerate() {
            for (t, frame) in frames.iter().enumerate() {
                if frame.len() != self.width {
                    return Err(FrontError::Input { index, why: format!("{} features", frame.len()) });
                }
                for k in 0..self.width {
                    let row = &self.weights[k * self.width..(k + 1) * self.width];
                    let dot: f32 = row.iter().zip(frame).map(|(w, x)| w * x).sum();
                    energies.block_mut(index)[[t, k]] = dot + self.bias[k];
                }
            }
        }
        Ok(energies)
    }

    fn backward(&mut self, ticket: Vec<Frames>, gradient: Ragged<f32>) -> Result<(), FrontError> {
        for (index, frames) in ticket.iter().enumerate() {
            let block = gradient.block(index);
            for (t, frame) in frames.iter().enumerate() {
                for k in 0..self.width {
                    let d = block[[t, k]];
                    self.gradient.1[k] += d;
                    for (slot, x) in self.gradient.0[k * self.width..].iter_mut().zip(frame) {
                        *slot += d * x;
                    }
                }
            }
        }
        Ok(())
    }

    fn apply(&mut self, o: &mut Optimiser) -> Result<(), FrontError> {
        o.begin_step([&self.gradient.0[..], &self.gradient.1[..]]);
        o.update("weights", &mut self.weights, &self.gradient.0, true);
        o.update("bias", &mut self.bias, &self.gradient.1, false);
        self.gradient.0.fill(0.0);
        self.gradient.1.fill(0.0);
        Ok(())
    }

    fn parameters(&self) -> Result<Vec<Parameter>, FrontError> {
        let parameter = |name: &str, shape: &[usize], values: &[f32]| Parameter {
            name: name.to_owned(),
            shape: shape.to_vec(),
            values: values.to_vec(),
        };
        let n = self.width;
        Ok(vec![parameter("weights", &[n, n], &self.weights), parameter("bias", &[n], &self.bias)])
    }

    fn set_parameters(&mut self, values: &[Parameter]) -> Result<(), FrontError> {
        for (name, into) in [("weights", &mut self.weights), ("bias", &mut self.bias)] {
            let found = values.iter().find(|p| p.name == name && p.values.len() == into.len());
            let found = found.ok_or_else(|| FrontError::Weights { why: format!("no {name} of this size") })?;
            into.copy_from_slice(&found.values);
        }
        Ok(())
    }
}
