//! States of sound as mixtures of diagonal Gaussians: `E(x, s) = −log Σ_m w_m N(x; μ_m, σ²_m)`.
//!
//! They stand where a net would: features in, energies of frames × states out, and any [`Topology`](crate::trellis::Topology) above. Two
//! ways of training. Expectation–maximisation: the trellis says with which share each frame is of each state
//! ([`posteriors`](crate::trellis::posteriors())), a [`GaussianUpdate`] gathers the shares of all recordings and makes the model under
//! which they are likelier, never less likely. By gradient: as a [`FrontEnd`](crate::learn::FrontEnd) under any loss;
//! [`GaussianStates::pull_back`] has the gradient by the features too, for a net below.
//!
//! ```
//! use energraph::Beta;
//! use energraph::speech::gaussian::{GaussianStates, GaussianUpdate};
//! use energraph::trellis::{Emissions, Topology, Unit, posteriors};
//! use ndarray::array;
//! // A sound of two states, one after the other; where the second begins is not said.
//! let x = array![[0.1], [-0.1], [0.0], [4.9], [5.1]];
//! let order = Topology::left_to_right(&[Unit::new(1, 0), Unit::new(2, 0)])?;
//! let mut model = GaussianStates::flat(&[x.view()], 2, 1, 1e-3)?;
//! for _ in 0..8 {
//!     let energies = model.energies(x.view())?;
//!     let shares = posteriors(&Emissions::new(energies.view())?, &order, Beta::ONE)?;
//!     let mut update = GaussianUpdate::new(&model);
//!     update.add(&model, x.view(), shares.emissions.view())?;
//!     model = update.finish(&model)?;
//! }
//! assert!((model.mean(0, 0).ok_or("")?[0] - 0.0).abs() < 1e-3 && (model.mean(1, 0).ok_or("")?[0] - 5.0).abs() < 1e-3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Source
//! L. Rabiner, *A tutorial on hidden Markov models*, 1989, section IV; by gradient: Y. Bengio, R. De Mori, G. Flammia, R. Kompe, *Global
//! optimization of a neural network–hidden Markov model hybrid*, 1992.

mod energies;
mod front_end;
mod model;
mod update;

pub use energies::GaussianGradient;
pub use model::GaussianStates;
pub use update::GaussianUpdate;

/// Why Gaussians cannot be made, or say nothing of features.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GaussianError {
    /// A size of 0, or more numbers than there can be.
    #[error("{states} states of {components} Gaussians of {dimensions} dimensions")]
    Size {
        /// States.
        states: usize,
        /// Components of each.
        components: usize,
        /// Dimensions.
        dimensions: usize,
    },
    /// A least variance that is none.
    #[error("the least variance must be a number above 0, not {floor}")]
    Floor {
        /// What was given.
        floor: f32,
    },
    /// No frame to begin with.
    #[error("no frame")]
    NoFrame,
    /// An array of another shape than it must have.
    #[error("{what}: {found:?}, not {expected:?}")]
    Shape {
        /// Which array.
        what: &'static str,
        /// Rows and columns that it must have.
        expected: (usize, usize),
        /// Rows and columns that it has.
        found: (usize, usize),
    },
    /// A number that is NaN or infinite, or a share below 0.
    #[error("{what}: row {row}, column {column} is {value}")]
    Number {
        /// Which array.
        what: &'static str,
        /// Its row, from 0.
        row: usize,
        /// Its column, from 0.
        column: usize,
        /// The number.
        value: f32,
    },
}
