//! The contract between a front-end and everything that gives it gradients.
//!
//! A front-end turns inputs into energies. Forward and backward are apart: the energies of a batch are
//! computed in one call, the graphs are built and differentiated elsewhere, and the gradient comes back in a
//! second call, so that graph work can overlap the device.

use crate::learn::{Optimiser, Ragged};

/// Why a front-end could not compute, learn or load.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FrontError {
    /// An input has a shape that the front-end can't take.
    #[error("input {index}: {why}")]
    Input {
        /// Position in the batch.
        index: usize,
        /// What is wrong with it.
        why: String,
    },
    /// A gradient does not have the shape of the output that it answers.
    #[error("gradient has {found:?} values, the output had {expected:?}")]
    GradientShape {
        /// Rows and columns of the output.
        expected: (usize, usize),
        /// Rows and columns of the gradient.
        found: (usize, usize),
    },
    /// A value is NaN or infinite, so a step with it would destroy the parameters.
    #[error("{what} is not finite")]
    NotFinite {
        /// The tensor or output that holds the value.
        what: String,
    },
    /// The device is absent or failed.
    #[error("device {device}: {why}")]
    Device {
        /// The device that was asked for.
        device: String,
        /// What the backend said.
        why: String,
    },
    /// Stored parameters do not fit this front-end.
    #[error("weights: {why}")]
    Weights {
        /// The parameter and what is wrong with it.
        why: String,
    },
}

/// What stopped a training step.
#[derive(Debug, thiserror::Error)]
pub enum StepError<E> {
    /// The front-end failed.
    #[error(transparent)]
    Front(#[from] FrontError),
    /// The loss over the energies failed.
    #[error("loss: {0}")]
    Loss(E),
}

/// A named tensor of a front-end: a weight, or a running statistic.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Unique within the front-end, parts separated by dots.
    pub name: String,
    /// Length of each axis; their product is the number of values.
    pub shape: Vec<usize>,
    /// Values in row-major order.
    pub values: Vec<f32>,
}

/// A trainable map from inputs to energies.
///
/// The output of a batch is [`Ragged`]: one block of rows per input, all of the same width. What a row and a
/// column mean is the front-end's own to say (a frame and a symbol, a segment and a class).
///
/// # Contract
/// `backward` takes the ticket of the `forward` it answers and *adds* to the gradients held inside;
/// `apply` hands them to the optimiser and clears them. A front-end that breaks the first rule trains on the
/// gradient of another batch; one that breaks the second steps twice along old gradients.
pub trait FrontEnd {
    /// One input, for instance an image.
    type Input;
    /// What `backward` needs to remember of a `forward`.
    type Ticket;

    /// The energies of a batch while training, and the ticket for `backward`.
    fn forward(&mut self, inputs: &[Self::Input]) -> Result<(Ragged<f32>, Self::Ticket), FrontError>;

    /// The energies of a batch when reading: nothing is remembered, normalisation uses running statistics.
    fn infer(&mut self, inputs: &[Self::Input]) -> Result<Ragged<f32>, FrontError>;

    /// Takes ∂L/∂(output), in the shape of the output, and accumulates ∂L/∂(parameters).
    fn backward(&mut self, ticket: Self::Ticket, gradient: Ragged<f32>) -> Result<(), FrontError>;

    /// One optimiser step with the accumulated gradients, which are cleared.
    fn apply(&mut self, optimiser: &mut Optimiser) -> Result<(), FrontError>;

    /// Every trained number and running statistic under its name, for checkpoints.
    fn parameters(&self) -> Result<Vec<Parameter>, FrontError>;

    /// Puts back what [`FrontEnd::parameters`] gave. Names and shapes must be the same.
    fn set_parameters(&mut self, values: &[Parameter]) -> Result<(), FrontError>;

    /// Forward, loss, backward and apply in one. `loss` gets the energies and returns its value and gradient.
    fn step<L, E>(&mut self, inputs: &[Self::Input], optimiser: &mut Optimiser, loss: L) -> Result<f64, StepError<E>>
    where
        L: FnOnce(&Ragged<f32>) -> Result<(f64, Ragged<f32>), E>,
    {
        let (energies, ticket) = self.forward(inputs)?;
        let (value, gradient) = loss(&energies).map_err(StepError::Loss)?;
        self.backward(ticket, gradient)?;
        self.apply(optimiser)?;
        Ok(value)
    }
}
