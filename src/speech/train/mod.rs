//! Training an aligner.

mod augment;
mod config;
mod data;
mod finish;
mod fit;
mod flat;
mod labels;
mod objective;
mod place;
mod plan;
mod resume;
mod run;
mod sampler;

use crate::learn::{FrontError, StoreError};
use crate::signal::features::FeatureError;
use crate::speech::model::AlignerModelError;

pub use augment::SoundAugment;
pub use config::{AlignConfig, BadConfig, LossConfig, NetConfig, ScheduleConfig};
pub use data::{DataConfig, DataError, Utterance, Values, read_data};
pub use finish::Finished;
pub use flat::{FlatConfig, flat_start};
pub use objective::{Boundaries, Target};
pub use plan::{Plan, PlanError, Segment, segments};
pub use run::{DevSet, Look, Run};

/// Why training can't start or go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The config is wrong.
    #[error(transparent)]
    Config(#[from] BadConfig),
    /// The data can't be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The features can't be planned.
    #[error("features: {0}")]
    Features(#[from] FeatureError),
    /// An utterance can't be used.
    #[error("{name}: {why}")]
    Utterance {
        /// Its name.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// The phones of the data can't be those of a model.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The net failed.
    #[error(transparent)]
    Front(#[from] FrontError),
    /// The training loop broke off.
    #[error(transparent)]
    Loop(Box<crate::learn::TrainError<std::convert::Infallible, PlanError>>),
    /// A checkpoint or model can't be written or read.
    #[error(transparent)]
    Model(#[from] AlignerModelError),
    /// A checkpoint that this run can't go on from.
    #[error("{}: {why}", path.display())]
    Resume {
        /// The checkpoint.
        path: std::path::PathBuf,
        /// What does not fit.
        why: String,
    },
    /// Another number of nets than the config asks for.
    #[error("{found} nets are trained, the config asks for {expected}")]
    Nets {
        /// `nets`.
        expected: usize,
        /// Nets given.
        found: usize,
    },
}

impl From<StoreError> for TrainError {
    fn from(e: StoreError) -> Self {
        TrainError::Model(e.into())
    }
}
