//! From spans to energies: a front-end over [`Field`](super::Field)s whose output has a row for every span and a
//! column for every symbol, and a last column for rubbish.

mod shared;

pub use shared::{SharedScorer, SharedTicket};

use super::Field;
use super::train::ScorerConfig;
use crate::learn::{FrontEnd, FrontError, Optimiser, Parameter, Ragged};
use crate::nn::{ColumnNet, ComputeDevice};

/// A scorer as a config describes it.
pub enum Scorer {
    /// The net once over the field.
    Shared(SharedScorer<ColumnNet>),
}

/// What a [`Scorer`] remembers of a forward pass.
pub enum ScorerTicket {
    /// Of a shared scorer.
    Shared(<SharedScorer<ColumnNet> as FrontEnd>::Ticket),
}

impl Scorer {
    /// An untrained scorer for an alphabet of `symbols`.
    ///
    /// # Errors
    /// [`FrontError`] for a net that can't be built.
    pub fn new(config: &ScorerConfig, symbols: usize, seed: u64, device: ComputeDevice) -> Result<Self, FrontError> {
        let net = config.column_net(SharedScorer::<ColumnNet>::outputs(symbols));
        let net = ColumnNet::new(net, seed, device)?;
        Ok(Scorer::Shared(SharedScorer::new(net, symbols, ColumnNet::STRIDE as f32)))
    }
}

impl FrontEnd for Scorer {
    type Input = Field;
    type Ticket = ScorerTicket;

    fn forward(&mut self, fields: &[Field]) -> Result<(Ragged<f32>, ScorerTicket), FrontError> {
        match self {
            Scorer::Shared(s) => s.forward(fields).map(|(out, t)| (out, ScorerTicket::Shared(t))),
        }
    }

    fn infer(&mut self, fields: &[Field]) -> Result<Ragged<f32>, FrontError> {
        match self {
            Scorer::Shared(s) => s.infer(fields),
        }
    }

    fn backward(&mut self, ticket: ScorerTicket, gradient: Ragged<f32>) -> Result<(), FrontError> {
        match (self, ticket) {
            (Scorer::Shared(s), ScorerTicket::Shared(t)) => s.backward(t, gradient),
        }
    }

    fn apply(&mut self, optimiser: &mut Optimiser) -> Result<(), FrontError> {
        match self {
            Scorer::Shared(s) => s.apply(optimiser),
        }
    }

    fn parameters(&self) -> Result<Vec<Parameter>, FrontError> {
        match self {
            Scorer::Shared(s) => s.parameters(),
        }
    }

    fn set_parameters(&mut self, values: &[Parameter]) -> Result<(), FrontError> {
        match self {
            Scorer::Shared(s) => s.set_parameters(values),
        }
    }
}
