//! Training a reader of fields.

pub(super) mod config;
mod finish;
mod isolated;
mod objective;
mod resume;
mod run;
mod sampler;
mod source;
mod splice;
mod strips;

use crate::handwriting::{FieldError, GrammarError, ModelError};
use crate::learn::FrontError;

pub use config::{
    ConfigError, CutConfig, LossConfig, NetConfig, PriorConfig, SceneConfig, ScheduleConfig, ScorerConfig,
    SourceConfig, StackConfig, TrainConfig,
};
pub use finish::{DevResult, Finished};
pub use isolated::{Class, Classed, Written, classes, cross_entropy};
pub use objective::{Objective, ObjectiveError};
pub use run::{DevSet, Look, Run};
pub use sampler::{Sampler, Target};
pub use source::{Example, GrammarNames, Source, read_examples};
pub use splice::{Strip, Strips};

/// Why training can't start or go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The config is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The alphabet names a character twice.
    #[error("alphabet: {0}")]
    Alphabet(#[from] crate::graph::SymbolError),
    /// A stack can't be read.
    #[error(transparent)]
    Stack(#[from] crate::signal::StackError),
    /// The isolated digits can't be read.
    #[error(transparent)]
    Idx(#[from] crate::signal::IdxError),
    /// Isolated digits that can't be used.
    #[error(transparent)]
    Glyphs(#[from] crate::handwriting::generator::GlyphError),
    /// A text has a character outside the alphabet.
    #[error("{item}: {text:?} has {symbol:?}, which is not in the alphabet")]
    Symbol {
        /// The item.
        item: String,
        /// Its text.
        text: String,
        /// The first character that the alphabet lacks.
        symbol: char,
    },
    /// A line of boxes that can't be understood.
    #[error("{item}: boxes {boxes:?}: {why}")]
    Boxes {
        /// The item.
        item: String,
        /// The column.
        boxes: String,
        /// What is wrong.
        why: &'static str,
    },
    /// A grammar can't be used.
    #[error(transparent)]
    Grammar(#[from] GrammarError),
    /// The net failed.
    #[error(transparent)]
    Front(#[from] FrontError),
    /// An image can't be cut.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The prior can't be made.
    #[error("prior: {0}")]
    Prior(#[from] crate::handwriting::PriorError),
    /// The objective can't be made.
    #[error(transparent)]
    Objective(#[from] ObjectiveError),
    /// The training loop broke off.
    #[error(transparent)]
    Loop(Box<crate::learn::TrainError<std::convert::Infallible, ObjectiveError>>),
    /// A checkpoint or model can't be written or read.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A checkpoint that this run can't go on from.
    #[error("{}: {why}", path.display())]
    Resume {
        /// The checkpoint.
        path: std::path::PathBuf,
        /// What does not fit.
        why: String,
    },
    /// A model that this run can't begin with.
    #[error("{}: can't start from this model: {why}", path.display())]
    Start {
        /// The model.
        path: std::path::PathBuf,
        /// What does not fit.
        why: String,
    },
    /// Another number of nets than the config asks for.
    #[error("{found} nets are trained, the config asks for {expected}")]
    Nets {
        /// `scorer.nets`.
        expected: usize,
        /// Nets given.
        found: usize,
    },
    /// The held-out fields can't be weighed.
    #[error("held-out fields: {0}")]
    Dev(#[from] crate::paths::PathError),
    /// A file can't be written or read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
}
