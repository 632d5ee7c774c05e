//! Model files of aligners: parameters in safetensors, everything else that aligning needs in one note.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::features::FeatureConfig;
use super::place::Fit;
use crate::learn::{FrontError, Parameter, StoreError, parse_model, save_model};
use crate::nn::TdnnConfig;
use crate::nn::note::{BadNote, one_note, read_note};
use crate::paths::PositiveF64;

/// The version of the aligner's note that this build writes and reads.
pub const ALIGNER_VERSION: u32 = 1;

/// The name of the note.
const NOTE: &str = "aligner";

/// Most nets in one model.
pub(super) const MOST_NETS: usize = 16;

/// Everything about an aligner but its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlignerInfo {
    /// [`ALIGNER_VERSION`] of the build that wrote it.
    pub version: u32,
    /// Name, for reports.
    pub name: String,
    /// How sounds become features.
    pub features: FeatureConfig,
    /// The nets, whose outputs are averaged.
    pub nets: Vec<TdnnConfig>,
    /// Phones that have outputs of their own, in IPA.
    pub phones: Vec<String>,
    /// States of a phone: 1, or 3 for onset, middle and offset.
    pub positions: usize,
    /// Inverse temperature of the posteriors that boundaries are placed by, fitted on held-out utterances.
    pub beta: f64,
    /// How much worse than the best of any phones a frame of a right transcript is, in the mean, in nats; measured on
    /// held-out utterances.
    pub usual: f64,
    /// How much worse than usual a frame may be before another transcript is as probable: half-way to what frames of wrong
    /// transcripts are.
    pub limit: f64,
    /// By how many nats a stretch of time must be worse than that to be told as a misfit.
    pub evidence: f64,
    /// Optimiser steps behind the parameters of each net.
    pub steps: u64,
    /// The seed.
    pub seed: u64,
    /// What it was trained on, in words.
    pub trained_on: String,
}

/// Why an aligner's model can't be written, read or used.
#[derive(Debug, thiserror::Error)]
pub enum AlignerModelError {
    /// The file can't be read or written, or is damaged.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Parameters, but not of an aligner, or a note that can't be understood.
    #[error("{}: not an aligner's model: {why}", path.display())]
    NotAnAligner {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A model of another version.
    #[error("{}: an aligner's model of version {found}; this build reads version {ALIGNER_VERSION}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version it names.
        found: u64,
    },
    /// The parameters do not fit the nets that the note describes.
    #[error("{}: {source}", path.display())]
    Parameters {
        /// The file.
        path: PathBuf,
        /// Which, and why.
        source: FrontError,
    },
}

impl AlignerInfo {
    /// What placing needs to know of the model.
    pub fn fit(&self) -> Fit {
        let beta = PositiveF64::new(self.beta).unwrap_or(PositiveF64::ONE);
        let AlignerInfo { usual, limit, evidence, .. } = *self;
        Fit { brief: self.positions == 3, beta, usual, limit, evidence, ..Fit::default() }
    }

    /// What no aligner can be.
    fn fault(&self) -> Option<String> {
        if !(1..=MOST_NETS).contains(&self.nets.len()) {
            return Some(format!("{} nets, but 1 to {MOST_NETS} are possible", self.nets.len()));
        }
        if !matches!(self.positions, 1 | 3) {
            return Some(format!("{} states of a phone, but 1 or 3 are possible", self.positions));
        }
        if !(self.beta.is_finite() && self.beta > 0.0) {
            return Some(format!("beta {} is not positive", self.beta));
        }
        let AlignerInfo { usual, limit, evidence, .. } = *self;
        if !(usual.is_finite() && limit > 0.0 && limit.is_finite() && evidence > 0.0 && evidence.is_finite()) {
            return Some(format!("a usual fit of {usual}, up to {limit} more, and evidence of {evidence}"));
        }
        let filters = self.features.filters;
        self.nets.iter().find(|n| n.inputs != filters || n.stride != 1).map(|n| {
            format!("a net of {} inputs and stride {}, but there are {filters} features a frame", n.inputs, n.stride)
        })
    }
}

/// Writes an aligner's model.
///
/// # Errors
/// [`AlignerModelError::Store`].
pub fn save(path: &Path, info: &AlignerInfo, parameters: &[Parameter]) -> Result<(), AlignerModelError> {
    let notes = one_note(NOTE, info).map_err(|why| AlignerModelError::NotAnAligner { path: path.into(), why })?;
    Ok(save_model(path, parameters, &notes)?)
}

/// Reads what [`save`] wrote.
///
/// # Errors
/// [`AlignerModelError`], naming the file.
pub fn load(path: &Path) -> Result<(AlignerInfo, Vec<Parameter>), AlignerModelError> {
    let bytes = std::fs::read(path).map_err(|e| StoreError::File { path: path.into(), why: e.to_string() })?;
    parse(path, &bytes)
}

/// As [`load`], from the bytes of a model file; `path` is what errors name.
///
/// # Errors
/// [`AlignerModelError`], naming `path`.
pub fn parse(path: &Path, bytes: &[u8]) -> Result<(AlignerInfo, Vec<Parameter>), AlignerModelError> {
    let (parameters, notes) = parse_model(path, bytes)?;
    let not = |why: String| AlignerModelError::NotAnAligner { path: path.into(), why };
    let info: AlignerInfo = match read_note(&notes, NOTE, ALIGNER_VERSION) {
        Ok(info) => info,
        Err(BadNote::Version(found)) => return Err(AlignerModelError::Version { path: path.into(), found }),
        Err(BadNote::Unreadable(why)) => return Err(not(why)),
    };
    match info.fault() {
        Some(why) => Err(not(why)),
        None => Ok((info, parameters)),
    }
}
