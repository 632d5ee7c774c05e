//! What a training run of an aligner is: its config file, complete and commented in `data/models/align*.toml`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::augment::SoundAugment;
use super::data::DataConfig;
use super::flat::FlatConfig;
use super::objective::Boundaries;
use crate::nn::TdnnConfig;
use crate::speech::features::FeatureConfig;

/// A training run. Every field that changes the result is here; paths are relative to the data folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlignConfig {
    /// What the model will say it was trained on.
    pub trained_on: String,
    /// States of a phone: 1, or 3 for onset, middle and offset.
    pub positions: usize,
    /// A phone has outputs of its own where the training data has it so many times; others do with their features.
    pub known_from: usize,
    /// How often, in training, a known phone must do with its features.
    pub forget: f64,
    /// Nets that are trained one after another, each from a seed of its own: outputs are the mean over them.
    #[serde(default = "one")]
    pub nets: usize,
    /// Whether the model's weights are rounded to half precision, so that its file takes half the room.
    #[serde(default)]
    pub half: bool,
    /// How sounds become features.
    pub features: FeatureConfig,
    /// The net; its inputs and outputs follow from the rest.
    pub net: NetConfig,
    /// What is minimised.
    pub loss: LossConfig,
    /// How long, how fast.
    pub schedule: ScheduleConfig,
    /// How sounds are distorted in training.
    #[serde(default)]
    pub augment: SoundAugment,
    /// Where utterances come from.
    pub data: Vec<DataConfig>,
    /// Nats of evidence that a misfit needs; if not given, the least that next to no held-out utterance reaches.
    #[serde(default)]
    pub evidence: Option<f64>,
    /// Held-out utterances with known boundaries: error while training, and β.
    #[serde(default)]
    pub dev: Vec<DataConfig>,
}

fn one() -> usize {
    1
}

/// The shape of a net, but for its inputs and outputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetConfig {
    /// Channels of every layer.
    pub width: usize,
    /// Frames under the kernel of the first layer; odd.
    pub kernel: usize,
    /// One residual layer of three taps for each, this many frames apart.
    pub dilations: Vec<usize>,
    /// Share of the features removed in training.
    pub dropout: f32,
}

/// What is minimised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum LossConfig {
    /// Boundaries are known: the negative log-likelihood of the alignments near them among all of the same phones.
    Boundaries {
        /// By how many frames a manual boundary may be off before an alignment weighs e times less.
        slack: f64,
        /// Weight of the cross-entropy of single frames among the utterance's own segments.
        #[serde(default)]
        frames: f64,
        /// Weight of the negative log-likelihood of the same alignments among all states of all known phones at each frame.
        #[serde(default)]
        world: f64,
    },
    /// Phones alone are known: boundaries are those of a flat start with Gaussians, and the net learns from them.
    Sequences {
        /// As for boundaries.
        slack: f64,
        /// As for boundaries.
        #[serde(default)]
        frames: f64,
        /// As for boundaries.
        #[serde(default)]
        world: f64,
        /// How the flat start is made.
        #[serde(default)]
        flat: FlatConfig,
    },
}

/// How long, how fast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleConfig {
    /// Optimiser steps.
    pub steps: u64,
    /// Utterances a step.
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
}

/// Why a config file can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct BadConfig {
    /// The file.
    pub path: PathBuf,
    /// The field and what is wrong with it, or why the file can't be read.
    pub why: String,
}

impl AlignConfig {
    /// Reads and checks a config file.
    ///
    /// # Errors
    /// [`BadConfig`] naming the file and the field.
    pub fn read(path: &Path) -> Result<Self, BadConfig> {
        let bad = |why: String| BadConfig { path: path.into(), why };
        let text = std::fs::read_to_string(path).map_err(|e| bad(e.to_string()))?;
        let config: AlignConfig = toml::from_str(&text).map_err(|e| bad(crate::learn::plain_toml(&text, &e)))?;
        config.check().map_err(bad)?;
        Ok(config)
    }

    /// The net's whole shape.
    pub(super) fn tdnn(&self, outputs: usize) -> TdnnConfig {
        let NetConfig { width, kernel, ref dilations, dropout } = self.net;
        let (inputs, dilations) = (self.features.filters, dilations.clone());
        TdnnConfig { inputs, width, kernel, stride: 1, dilations, dropout, outputs }
    }

    /// The loss.
    pub(super) fn boundaries(&self) -> Boundaries {
        match self.loss {
            LossConfig::Boundaries { slack, frames, world } | LossConfig::Sequences { slack, frames, world, .. } => {
                Boundaries { slack, frames, world }
            }
        }
    }

    fn check(&self) -> Result<(), String> {
        if !matches!(self.positions, 1 | 3) {
            return Err("positions must be 1 or 3".into());
        }
        if !(1..=crate::speech::model::MOST_NETS).contains(&self.nets) {
            return Err(format!("nets must be 1 to {}", crate::speech::model::MOST_NETS));
        }
        let share = |name: &str, v: f64| {
            if (0.0..=1.0).contains(&v) { Ok(()) } else { Err(format!("{name} {v} is not in 0 to 1")) }
        };
        share("forget", self.forget)?;
        self.augment.check()?;
        let s = &self.schedule;
        if s.batch == 0 || s.steps == 0 || s.check == 0 {
            return Err("schedule: steps, batch and check must be at least 1".into());
        }
        let Boundaries { slack, frames, world } = self.boundaries();
        if !(slack.is_finite() && slack > 0.0 && [frames, world].iter().all(|w| w.is_finite() && *w >= 0.0)) {
            return Err("loss: slack must be above 0, frames and world at least 0".into());
        }
        if let LossConfig::Sequences { flat, .. } = &self.loss
            && !(flat.scale.is_finite() && flat.scale > 0.0 && (0.0..=1.0).contains(&flat.threshold))
        {
            return Err("loss: flat: scale must be above 0, threshold from 0 to 1".into());
        }
        if let Some(evidence) = self.evidence.filter(|e| !(e.is_finite() && *e > 0.0)) {
            return Err(format!("evidence {evidence} is not above 0"));
        }
        if self.data.is_empty() {
            return Err("data: nothing to train on".into());
        }
        Ok(())
    }
}
