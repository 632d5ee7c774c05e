//! What a training run is: its config file, complete and commented in `data/models/*.toml`.

mod cuts;
mod hold_out;
mod prior;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::graph::Label;
use crate::handwriting::Rows;
use crate::handwriting::generator::{FIRST_SAMPLE_SEED, Generator};
use crate::handwriting::grammar::alphabet;
use crate::learn::plain_toml;
use crate::nn::{ColumnNet, ColumnNetConfig, Context, CropNetConfig};
use crate::signal::{Augment, Normaliser};

pub use cuts::CutConfig;
pub use prior::PriorConfig;

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
    /// Whether the model's weights are rounded to half precision, so that its file takes half the room.
    #[serde(default)]
    pub half: bool,
    /// What is minimised.
    #[serde(default)]
    pub loss: LossConfig,
    /// How long, how fast.
    pub schedule: ScheduleConfig,
    /// How images are normalised, in training and in reading.
    #[serde(default)]
    pub image: Normaliser,
    /// How examples are distorted before they are read.
    #[serde(default)]
    pub augment: Augment,
    /// What the answers of the stacks say of answers to be read; nothing where absent. Training does without.
    #[serde(default)]
    pub prior: Vec<PriorConfig>,
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
    /// The net once over the field, spans pooled between their cuts.
    Shared {
        /// Channels of the six convolutions.
        channels: [usize; 6],
        /// Height and width of the max-pool behind each convolution.
        #[serde(default = "early_pools")]
        pools: [[usize; 2]; 6],
        /// Context along the columns.
        context: Context,
        /// Share of features dropped in training.
        dropout: f32,
        /// Widths, relative to a field's own, at which reading looks at it again: energies are the mean over all looks.
        #[serde(default)]
        views: Vec<f32>,
        /// Nets that are trained one after another, each from a seed of its own: energies are the mean over them.
        #[serde(default = "one")]
        nets: usize,
        /// Whether a span's energies are the negative logarithms of probabilities over its own row; what isolated
        /// training needs.
        #[serde(default)]
        normalised: bool,
    },
    /// Each span cut out and put through a net of its own.
    Crops {
        /// Channels of the three convolutions.
        channels: [usize; 3],
        /// Units of the fully connected layer.
        hidden: usize,
        /// Share of features dropped in training.
        dropout: f32,
        /// As for shared.
        #[serde(default)]
        normalised: bool,
    },
    /// No spans: a symbol or blank for every column of the net (connectionist temporal classification). A control.
    Ctc {
        /// Channels of the six convolutions.
        channels: [usize; 6],
        /// Height and width of the max-pool behind each convolution.
        #[serde(default = "early_pools")]
        pools: [[usize; 2]; 6],
        /// Context along the columns.
        context: Context,
        /// Share of features dropped in training.
        dropout: f32,
    },
}

fn one() -> usize {
    1
}

fn early_pools() -> [[usize; 2]; 6] {
    ColumnNet::EARLY_POOLS
}

/// The net behind a scorer.
#[derive(Debug, Clone, PartialEq)]
pub enum NetConfig {
    /// Over the whole field.
    Column(ColumnNetConfig),
    /// Over crops.
    Crop(CropNetConfig),
}

impl ScorerConfig {
    /// The net once over the field: early pools, no context beyond the convolutions, no dropout.
    pub fn shared(channels: [usize; 6]) -> Self {
        let (pools, context) = (ColumnNet::EARLY_POOLS, Context::None);
        ScorerConfig::Shared { channels, pools, context, dropout: 0.0, views: Vec::new(), nets: 1, normalised: false }
    }

    /// The net, with so many outputs.
    pub fn net(&self, outputs: usize) -> NetConfig {
        match self {
            ScorerConfig::Shared { channels, pools, context, dropout, .. }
            | ScorerConfig::Ctc { channels, pools, context, dropout } => {
                let (channels, pools, context, dropout) = (*channels, *pools, *context, *dropout);
                NetConfig::Column(ColumnNetConfig { channels, pools, context, dropout, outputs })
            }
            ScorerConfig::Crops { channels, hidden, dropout, .. } => {
                let (channels, hidden, dropout) = (*channels, *hidden, *dropout);
                NetConfig::Crop(CropNetConfig { channels, hidden, dropout, outputs })
            }
        }
    }

    /// What a row of its energies stands for.
    pub fn rows(&self) -> Rows {
        match self {
            ScorerConfig::Ctc { .. } => Rows::Frames,
            _ => Rows::Spans,
        }
    }

    /// Widths, relative to a field's own, of further looks when reading.
    pub fn views(&self) -> &[f32] {
        match self {
            ScorerConfig::Shared { views, .. } => views,
            _ => &[],
        }
    }

    /// Nets whose energies are averaged when reading.
    pub fn nets(&self) -> usize {
        match self {
            ScorerConfig::Shared { nets, .. } => *nets,
            _ => 1,
        }
    }

    /// The same with one net.
    pub fn alone(&self) -> Self {
        let mut alone = self.clone();
        if let ScorerConfig::Shared { nets, .. } = &mut alone {
            *nets = 1;
        }
        alone
    }

    /// Whether each row is a distribution.
    pub fn normalised(&self) -> bool {
        match self {
            ScorerConfig::Shared { normalised, .. } | ScorerConfig::Crops { normalised, .. } => *normalised,
            ScorerConfig::Ctc { .. } => false,
        }
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
        /// Sums over the field's spans without building graphs: the same numbers but for their last digits, in less
        /// time. What is built all the same: graphs over frames, and of grammars with arcs that read nothing.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        trellis: bool,
    },
    /// Perceptron, segmentation minimised.
    Perceptron,
    /// Hinge on the most offending incorrect answer, segmentation minimised.
    Hinge {
        /// By how much the right answer must win.
        margin: f64,
    },
    /// Every span by itself: cross-entropy of its right class, from boxes of the symbols. Fields without boxes teach
    /// nothing.
    Isolated {
        /// Spans that hold no symbol, for each that does.
        rubbish: f64,
    },
}

impl Default for LossConfig {
    fn default() -> Self {
        LossConfig::Nll { beta: 1.0, trellis: false }
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
    /// Amounts drawn by the generator, anew for every batch.
    Generator {
        /// Share of the examples drawn.
        share: f64,
        /// What kind of paper and amounts.
        #[serde(default)]
        scene: SceneConfig,
        /// How many different fields; all that are not kept for samples where absent.
        #[serde(default = "all_fields")]
        fields: u64,
        /// Grammar of the strings.
        grammar: String,
    },
    /// Isolated digits of an IDX pair, each a field, normalised when drawn.
    Idx {
        /// Share of the examples drawn.
        share: f64,
        /// `NAME` of `NAME-images-idx3-ubyte` and `NAME-labels-idx1-ubyte`, packed or not, relative to the data folder.
        stack: PathBuf,
        /// First and last images of its parts, counted from 1; all where empty.
        #[serde(default)]
        lines: Vec<[usize; 2]>,
        /// Grammar that says how its texts relate to what is written.
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

/// What the generator draws.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SceneConfig {
    /// Amount boxes of cheques.
    Cheque,
    /// Cells of a log book.
    LogBook,
    /// Either, as often as the other.
    #[default]
    Both,
}

impl SceneConfig {
    /// The generators to choose from.
    pub fn generators(self) -> &'static [Generator] {
        const BOTH: &[Generator] = &[Generator::CHEQUE, Generator::LOG_BOOK];
        match self {
            SceneConfig::Cheque => &BOTH[..1],
            SceneConfig::LogBook => &BOTH[1..],
            SceneConfig::Both => BOTH,
        }
    }
}

fn all_fields() -> u64 {
    FIRST_SAMPLE_SEED
}

impl SourceConfig {
    /// Share of the examples drawn.
    pub fn share(&self) -> f64 {
        match self {
            SourceConfig::Stack { share, .. }
            | SourceConfig::Composed { share, .. }
            | SourceConfig::Generator { share, .. }
            | SourceConfig::Idx { share, .. }
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

/// What a config and a model's note say of reading: sizes that no image needs are refused.
pub(in crate::handwriting) fn check_reading(image: &Normaliser, scorer: &ScorerConfig) -> Result<(), String> {
    const SCALES: std::ops::RangeInclusive<f32> = 0.25..=4.0;
    const WIDEST: usize = 65_536;
    const MOST_NETS: usize = 16;
    if image.height != ColumnNet::HEIGHT {
        return Err(format!("image: the nets need height {}, not {}", ColumnNet::HEIGHT, image.height));
    }
    if image.min_width.max(image.max_width) > WIDEST {
        return Err(format!("image: widths must be at most {WIDEST}"));
    }
    if !SCALES.contains(&image.stretch) {
        return Err(format!("image: stretch {} is not in 0.25 to 4", image.stretch));
    }
    if !(1..=MOST_NETS).contains(&scorer.nets()) {
        return Err(format!("scorer: nets must be 1 to {MOST_NETS}"));
    }
    match scorer.views().iter().find(|v| !SCALES.contains(*v)) {
        Some(view) => Err(format!("scorer: view {view} is not in 0.25 to 4")),
        None => Ok(()),
    }
}

impl TrainConfig {
    /// Reads and checks a config file.
    ///
    /// # Errors
    /// [`ConfigError`] naming the file and the field.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Io { path: path.into(), source })?;
        let invalid = |why: String| ConfigError::Invalid { path: path.into(), why };
        let config: TrainConfig = toml::from_str(&text).map_err(|e| invalid(plain_toml(&text, &e)))?;
        config.check().map_err(invalid)?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        let total: f64 = self.data.iter().map(SourceConfig::share).sum();
        if self.data.iter().any(|s| s.share().is_nan() || s.share() < 0.0) || total <= 0.0 {
            return Err("data: shares must be at least 0 and not all 0".into());
        }
        for (i, s) in self.data.iter().enumerate() {
            match s {
                SourceConfig::Splice { source, .. } => self.check_splice(i, *source)?,
                SourceConfig::Generator { fields, .. } if !(1..=FIRST_SAMPLE_SEED).contains(fields) => {
                    return Err(format!("data[{i}]: fields must be 1 to {FIRST_SAMPLE_SEED}: later ones are samples"));
                }
                _ => {}
            }
        }
        check_reading(&self.image, &self.scorer)?;
        self.prior.iter().try_for_each(|p| self.check_prior(p))?;
        let s = &self.schedule;
        if s.batch == 0 || s.steps == 0 || s.check == 0 {
            return Err("schedule: steps, batch and check must be at least 1".into());
        }
        if (self.scorer.rows() == Rows::Frames) != (self.cuts == CutConfig::Frames) {
            return Err("scorer ctc and cuts frames belong together".into());
        }
        match self.loss {
            LossConfig::Isolated { rubbish } if rubbish.is_nan() || rubbish < 0.0 => {
                Err("loss: rubbish must be at least 0".into())
            }
            LossConfig::Isolated { .. } if !self.scorer.normalised() => {
                Err("loss isolated needs scorer.normalised = true: nothing else makes spans comparable".into())
            }
            _ => Ok(()),
        }
    }

    fn check_prior(&self, prior: &PriorConfig) -> Result<(), String> {
        let grammar = &prior.grammar;
        let of_it = |s: &SourceConfig| matches!(s, SourceConfig::Stack { grammar: g, .. } if g == grammar);
        if !self.data.iter().any(of_it) {
            return Err(format!("prior: no stack is trained on under the grammar {grammar}"));
        }
        // What is wrong with the alphabet is said where the run begins.
        let Ok(alphabet) = alphabet(&self.alphabet) else { return Ok(()) };
        let none: [&[Label]; 0] = [];
        let made = prior.over(&alphabet, none).and_then(|p| p.graph());
        made.map(drop).map_err(|e| format!("prior: {e}"))
    }

    fn check_splice(&self, i: usize, source: usize) -> Result<(), String> {
        if !matches!(self.data.get(source), Some(SourceConfig::Stack { .. })) {
            return Err(format!("data[{i}]: source {source} is not a stack"));
        }
        if self.schedule.splice_at.is_empty() {
            return Err(format!("data[{i}] splices, but schedule.splice_at is empty"));
        }
        if self.scorer.rows() == Rows::Frames {
            return Err(format!("data[{i}] splices, but scorer ctc finds no symbols to cut out"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
