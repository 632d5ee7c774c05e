//! What a training of a recogniser of words is: its config file, complete and commented in `data/models/spoken.toml`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{EdgeConfig, Normalise, SilencePrior, StringConfig, WordLoss, WordModels};
use crate::learn::plain_toml;
use crate::nn::TdnnConfig;
use crate::speech::FeatureConfig;

/// A training run. Every field that changes the result is here; paths are relative to the data folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpokenConfig {
    /// Grammar (name or file) that the model reads with unless told otherwise.
    pub grammar: String,
    /// The words and their states.
    pub model: WordModels,
    /// What the net hears.
    pub features: FeatureConfig,
    /// What of it is left out as loudness.
    #[serde(default)]
    pub normalise: Normalise,
    /// What loudness says of silence.
    #[serde(default)]
    pub silence: SilencePrior,
    /// The net.
    pub net: NetShape,
    /// Whether the model's weights are rounded to half precision, so that its file takes half the room.
    #[serde(default)]
    pub half: bool,
    /// What is minimised.
    #[serde(default)]
    pub loss: WordLoss,
    /// What is right where the edges of a string's recordings count; absent, its transcript alone does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edges: Option<EdgeConfig>,
    /// How long, how fast.
    pub schedule: SpokenSchedule,
    /// How recordings are strung together.
    pub strings: StringConfig,
    /// How what is heard is distorted.
    #[serde(default)]
    pub augment: SpokenAugment,
    /// Where recordings come from.
    pub data: Vec<RecordingsConfig>,
    /// Held-out sets: error while training, and the temperature of the confidence.
    #[serde(default)]
    pub dev: Vec<SpokenDev>,
}

/// The shape of the net: a [`TdnnConfig`] without what features and words say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetShape {
    /// Channels of every layer.
    pub width: usize,
    /// Frames under the kernel of the first layer; odd.
    pub kernel: usize,
    /// One residual layer of three taps for each, this many frames apart.
    pub dilations: Vec<usize>,
    /// Share of the features removed while training.
    pub dropout: f32,
}

impl NetShape {
    /// The net with so many numbers per frame in and energies out.
    pub fn with(&self, inputs: usize, outputs: usize) -> TdnnConfig {
        let NetShape { width, kernel, dilations, dropout } = self.clone();
        TdnnConfig { inputs, width, kernel, stride: 1, dilations, dropout, outputs }
    }
}

/// How long, how fast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpokenSchedule {
    /// Optimiser steps.
    pub steps: u64,
    /// Recordings a step: all strings of a step are equally long, so that it has this many over their length.
    pub words: usize,
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

/// How what is heard is distorted; each is drawn anew for every string.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpokenAugment {
    /// Speed: by at most this share slower or faster, without a change of pitch.
    pub tempo: f64,
    /// Frequencies of the filters: stretched by at most this share either way.
    pub warp: f64,
    /// Most filters that are masked in a row.
    pub filters: usize,
    /// Most frames that are masked in a row, once for each recording of the string.
    pub frames: usize,
}

/// Recordings of words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum RecordingsConfig {
    /// An archive of sounds and a table of name, word, speaker, number and length, separated by tabs.
    Archive {
        /// A `.tar` or `.tar.gz`, or a folder.
        archive: PathBuf,
        /// The table.
        table: PathBuf,
        /// First and last number taken.
        numbers: [u32; 2],
        /// Speakers left out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        except: Vec<String>,
        /// The only speakers taken; all where empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        only: Vec<String>,
    },
    /// A folder of sounds with a `labels.tsv` of file, text and, where known, speaker.
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Speakers left out; every line needs a speaker then.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        except: Vec<String>,
        /// The only speakers taken; all where empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        only: Vec<String>,
    },
}

impl RecordingsConfig {
    /// The archive or folder.
    pub fn source(&self) -> &Path {
        let (RecordingsConfig::Archive { archive: from, .. } | RecordingsConfig::Folder { folder: from, .. }) = self;
        from
    }

    /// Speakers left out, and the only ones taken where there are any.
    pub fn speakers(&self) -> (&[String], &[String]) {
        let (RecordingsConfig::Archive { except, only, .. } | RecordingsConfig::Folder { except, only, .. }) = self;
        (except, only)
    }
}

/// A held-out set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpokenDev {
    /// Its name, for reports.
    pub name: String,
    /// Grammar that it is read under.
    pub grammar: String,
    /// Strings of this many that are put together from the recordings; the recordings themselves where absent.
    #[serde(default)]
    pub strings: Option<usize>,
    /// Its recordings.
    pub data: RecordingsConfig,
}

/// Why a config file can't be used.
#[derive(Debug, Error)]
#[error("{}: {why}", path.display())]
pub struct SpokenConfigError {
    /// The file.
    pub path: PathBuf,
    /// The field and what is wrong with it.
    pub why: String,
}

impl SpokenConfig {
    /// Reads and checks a config file.
    ///
    /// # Errors
    /// [`SpokenConfigError`] naming the file and the field.
    pub fn read(path: &Path) -> Result<Self, SpokenConfigError> {
        let invalid = |why: String| SpokenConfigError { path: path.into(), why };
        let text = std::fs::read_to_string(path).map_err(|e| invalid(e.to_string()))?;
        SpokenConfig::parse(&text).map_err(invalid)
    }

    /// As [`SpokenConfig::read`], from text.
    ///
    /// # Errors
    /// What is wrong, in one line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let config: SpokenConfig = toml::from_str(text).map_err(|e| plain_toml(text, &e))?;
        config.check()?;
        Ok(config)
    }

    /// What is wrong with it.
    ///
    /// # Errors
    /// The field and why.
    pub fn check(&self) -> Result<(), String> {
        let s = &self.schedule;
        if s.steps == 0 || s.words == 0 || s.check == 0 || s.words > 1 << 16 {
            return Err("schedule: steps, words and check must be at least 1, words at most 65,536".into());
        }
        let positive = |x: f32| x > 0.0 && x.is_finite();
        if !positive(s.rate) || !positive(s.clip) || !(0.0..1.0).contains(&s.average) || !(0.0..=1.0).contains(&s.decay)
        {
            return Err("schedule: rate and clip must be positive, average in [0, 1), decay in [0, 1]".into());
        }
        let a = &self.augment;
        if !(0.0..=0.5).contains(&a.tempo) || !(0.0..=0.15).contains(&a.warp) {
            return Err("augment: tempo must be in 0 to 0.5, warp in 0 to 0.15".into());
        }
        let fine = match self.normalise {
            Normalise::Utterance { soften } => soften >= 0.0 && soften.is_finite(),
            Normalise::Level { depth } => depth > 0.0 && depth.is_finite(),
        };
        if !fine {
            return Err("normalise: soften must be 0 or more, depth more than 0".into());
        }
        if !(0.0..=1e3).contains(&self.silence.weight) || !(0.0..=1.0).contains(&self.silence.share) {
            return Err("silence: weight must be in 0 to 1000, share in 0 to 1".into());
        }
        if self.data.is_empty() {
            return Err("data: at least one source of recordings is needed".into());
        }
        if let Some(edges) = &self.edges {
            edges.check().map_err(|why| format!("edges: {why}"))?;
        }
        self.strings.check().map_err(|why| format!("strings: {why}"))
    }

    /// Leaves a speaker out of all that is trained on, and has the held-out sets of this speaker alone: of archives every number of
    /// theirs that was trained on or held out, of folders what these hold of them.
    pub fn hold_out(&mut self, speaker: &str) {
        let mut all = [u32::MAX, 0];
        for data in &mut self.data {
            if let RecordingsConfig::Archive { numbers, .. } = data {
                all = [all[0].min(numbers[0]), all[1].max(numbers[1])];
            }
            let (RecordingsConfig::Archive { except, .. } | RecordingsConfig::Folder { except, .. }) = data;
            except.push(speaker.to_owned());
        }
        for dev in &mut self.dev {
            if let RecordingsConfig::Archive { numbers, .. } = &mut dev.data
                && all[0] <= all[1]
            {
                *numbers = [all[0].min(numbers[0]), all[1].max(numbers[1])];
            }
            let (RecordingsConfig::Archive { only, .. } | RecordingsConfig::Folder { only, .. }) = &mut dev.data;
            *only = vec![speaker.to_owned()];
        }
    }
}
