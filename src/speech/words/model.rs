//! Model files of recognisers: parameters in safetensors, everything else that reading needs in one note.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{NetShape, Normalise, SilencePrior, WordModels};
use crate::learn::{FrontError, Parameter, StoreError, parse_model, save_model};
use crate::nn::note::{BadNote, one_note, read_note};
use crate::speech::FeatureConfig;

/// The version of the note that this build writes and reads.
pub const SPOKEN_VERSION: u32 = 1;

/// The name of the note.
const NOTE: &str = "spoken";

/// Everything about a recogniser but its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpokenInfo {
    /// [`SPOKEN_VERSION`] of the build that wrote it.
    pub version: u32,
    /// Name, for reports.
    pub name: String,
    /// The words and their states, in the order of the net's columns.
    pub model: WordModels,
    /// Grammar to read with unless told otherwise.
    pub grammar: String,
    /// What the net hears.
    pub features: FeatureConfig,
    /// What of it is left out as loudness.
    pub normalise: Normalise,
    /// What loudness says of silence.
    #[serde(default)]
    pub silence: SilencePrior,
    /// The net.
    pub net: NetShape,
    /// Inverse temperature of the confidence, fitted on held-out sounds.
    pub beta: f64,
    /// Held-out sounds as (confidence, right), from which thresholds are certified. Each confidence is at a β that was
    /// fitted on other sounds.
    #[serde(default)]
    pub dev: Vec<(f32, bool)>,
    /// Optimiser steps behind the parameters.
    pub steps: u64,
    /// The seed.
    pub seed: u64,
}

/// Why a model can't be written, read or used.
#[derive(Debug, Error)]
pub enum SpokenModelError {
    /// The file can't be read or written, or is damaged.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Parameters, but not of a recogniser of words, or a note that can't be understood.
    #[error("{}: not a model of spoken words: {why}", path.display())]
    NotSpoken {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A model of another version.
    #[error("{}: a model of spoken words of version {found}; this build reads version {SPOKEN_VERSION}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version it names.
        found: u64,
    },
    /// The parameters do not fit the net that the note describes.
    #[error("{}: {source}", path.display())]
    Parameters {
        /// The file.
        path: PathBuf,
        /// Which, and why.
        source: FrontError,
    },
}

/// Writes a model.
///
/// # Errors
/// [`SpokenModelError`].
pub fn save_spoken(path: &Path, info: &SpokenInfo, parameters: &[Parameter]) -> Result<(), SpokenModelError> {
    let notes = one_note(NOTE, info).map_err(|why| SpokenModelError::NotSpoken { path: path.into(), why })?;
    Ok(save_model(path, parameters, &notes)?)
}

/// Reads what [`save_spoken`] wrote, from the bytes of a file; `path` is what errors name.
///
/// # Errors
/// [`SpokenModelError`], naming `path`.
pub fn parse_spoken(path: &Path, bytes: &[u8]) -> Result<(SpokenInfo, Vec<Parameter>), SpokenModelError> {
    let (parameters, notes) = parse_model(path, bytes)?;
    let not = |why: String| SpokenModelError::NotSpoken { path: path.into(), why };
    let info = read_note(&notes, NOTE, SPOKEN_VERSION).map_err(|e| match e {
        BadNote::Unreadable(why) => not(why),
        BadNote::Version(found) => SpokenModelError::Version { path: path.into(), found },
    })?;
    Ok((info, parameters))
}
