//! What a training run is: its config file, complete and commented in `data/models/*.toml`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::handwriting::cuts::Cutter;
use crate::nn::{ColumnNetConfig, Context};

/// A training run. Every field that changes the result is here; paths are relative to the data folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainConfig {
    /// Symbols of the alphabet, one character each.
    pub alphabet: String,
    /// Grammar (name or file) that the model reads with unless told otherwise.
    pub grammar: String,
    /// How spans get their energies.
    pub scorer: ScorerConfig,
    /// Where fields may be cut.
    pub cuts: CutConfig,
    /// What is minimised.
    #[serde(default)]
    pub loss: LossConfig,
    /// How long, how fast.
    pub schedule: ScheduleConfig,
    /// Where examples come from.
    pub data: Vec<SourceConfig>,
    /// Held-out sets: error while training, and the temperature of the confidence.
    #[serde(default)]
    pub dev: Vec<StackConfig>,
}

/// How spans get their energies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum ScorerConfig {
    /// The net once over the field.
    Shared {
        /// Channels of the six convolutions.
        channels: [usize; 6],
        /// Context along the columns.
        context: Context,
        /// Share of features dropped in training.
        dropout: f32,
    },
}

impl ScorerConfig {
    /// The column net of a shared scorer with so many outputs.
    pub fn column_net(&self, outputs: usize) -> ColumnNetConfig {
        match self {
            ScorerConfig::Shared { channels, context, dropout } => {
                ColumnNetConfig { channels: *channels, context: *context, dropout: *dropout, outputs }
            }
        }
    }
}

/// Where fields may be cut, in pixels at height 32.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CutConfig {
    /// Distance of uniform cuts.
    pub step: usize,
    /// Widest span that may be one symbol.
    pub widest: f32,
}

impl CutConfig {
    /// The cutter that does it.
    pub fn cutter(&self) -> Cutter {
        Cutter::uniform(self.step, self.widest)
    }
}

/// What is minimised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum LossConfig {
    /// Negative log-likelihood at β over all segmentations.
    Nll {
        /// Inverse temperature.
        beta: f64,
    },
    /// Perceptron, segmentation minimised.
    Perceptron,
    /// Hinge on the most offending incorrect answer, segmentation minimised.
    Hinge {
        /// By how much the right answer must win.
        margin: f64,
    },
}

impl Default for LossConfig {
    fn default() -> Self {
        LossConfig::Nll { beta: 1.0 }
    }
}

/// How long, how fast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleConfig {
    /// Optimiser steps.
    pub steps: u64,
    /// Fields a step.
    pub batch: usize,
    /// Largest step size, reached after the warm-up; a cosine takes it to zero.
    pub rate: f32,
    /// Steps of linear warm-up.
    pub warmup: u64,
    /// Weight decay.
    pub decay: f32,
    /// Largest norm of the gradient.
    pub clip: f32,
    /// Share of the running average of the parameters that each step keeps.
    pub average: f32,
    /// Steps between checkpoints and looks at the dev sets.
    pub check: u64,
    /// Steps at which the strips for splicing are cut anew; none where no source splices.
    #[serde(default)]
    pub splice_at: Vec<u64>,
}

/// A stack, or some of its lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StackConfig {
    /// The stack, relative to the data folder.
    pub stack: PathBuf,
    /// First and last line of each part, counted from 1; all where absent.
    #[serde(default)]
    pub lines: Vec<[usize; 2]>,
    /// Grammar that says how its texts relate to what is written.
    pub grammar: String,
}

/// A source of training fields and its share of every batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum SourceConfig {
    /// Labelled images.
    Stack {
        /// Share of the examples drawn.
        share: f64,
        /// Relative to the data folder.
        stack: PathBuf,
        /// First and last line of each part, counted from 1; all where absent.
        #[serde(default)]
        lines: Vec<[usize; 2]>,
        /// Grammar that says how its texts relate to what is written.
        grammar: String,
    },
    /// Strings composed from isolated digits of an IDX pair.
    Composed {
        /// Share of the examples drawn.
        share: f64,
        /// Folder of the IDX files, relative to the data folder.
        idx: PathBuf,
        /// Grammar of the strings.
        grammar: String,
    },
    /// Amounts drawn by the generator.
    Generator {
        /// Share of the examples drawn.
        share: f64,
        /// How many different fields.
        fields: usize,
        /// Grammar of the strings.
        grammar: String,
    },
    /// New strings put together from strips that the model itself cut out of another source's images.
    Splice {
        /// Share of the examples drawn.
        share: f64,
        /// Number of the source, from 0.
        source: usize,
    },
}

impl SourceConfig {
    /// Share of the examples drawn.
    pub fn share(&self) -> f64 {
        match self {
            SourceConfig::Stack { share, .. }
            | SourceConfig::Composed { share, .. }
            | SourceConfig::Generator { share, .. }
            | SourceConfig::Splice { share, .. } => *share,
        }
    }
}

/// Why a config file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not a complete config.
    #[error("{}: {why}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The field and what is wrong with it.
        why: String,
    },
}

impl TrainConfig {
    /// Reads and checks a config file.
    ///
    /// # Errors
    /// [`ConfigError`] naming the file and the field.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Io { path: path.into(), source })?;
        let invalid = |why: String| ConfigError::Invalid { path: path.into(), why };
        let config: TrainConfig =
            toml::from_str(&text).map_err(|e| invalid(e.to_string().trim().replace('\n', " ")))?;
        config.check().map_err(invalid)?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        let total: f64 = self.data.iter().map(SourceConfig::share).sum();
        if self.data.iter().any(|s| s.share().is_nan() || s.share() < 0.0) || total <= 0.0 {
            return Err("data: shares must be at least 0 and not all 0".into());
        }
        for (i, s) in self.data.iter().enumerate() {
            let SourceConfig::Splice { source, .. } = s else { continue };
            if !matches!(self.data.get(*source), Some(SourceConfig::Stack { .. })) {
                return Err(format!("data[{i}]: source {source} is not a stack"));
            }
            if self.schedule.splice_at.is_empty() {
                return Err(format!("data[{i}] splices, but schedule.splice_at is empty"));
            }
        }
        let s = &self.schedule;
        if s.batch == 0 || s.steps == 0 || s.check == 0 {
            return Err("schedule: steps, batch and check must be at least 1".into());
        }
        if self.cuts.step == 0 || self.cuts.widest.is_nan() || self.cuts.widest < 1.0 {
            return Err("cuts: step and widest must be at least 1".into());
        }
        Ok(())
    }
}
