//! Model files of readers: parameters in safetensors, everything else that reading needs in one note.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Prior;
use super::train::config::check_reading;
use super::train::{CutConfig, ScorerConfig};
use crate::learn::{FrontError, Parameter, StoreError, parse_model, save_model};
use crate::nn::note::{BadNote, one_note, read_note};
use crate::signal::Normaliser;

/// The version of the reader's note that this build writes and reads.
pub const MODEL_VERSION: u32 = 1;

/// The name of the note.
const NOTE: &str = "reader";

/// Everything about a reader but its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// [`MODEL_VERSION`] of the build that wrote it.
    pub version: u32,
    /// Name, for reports.
    pub name: String,
    /// Symbols, one character each, in the order of the net's columns.
    pub alphabet: String,
    /// Grammar to read with unless told otherwise.
    pub grammar: String,
    /// How spans get their energies.
    pub scorer: ScorerConfig,
    /// How images are normalised.
    #[serde(default)]
    pub image: Normaliser,
    /// Where fields are cut.
    pub cuts: CutConfig,
    /// What answers are usual, by grammar.
    #[serde(default)]
    pub priors: Vec<Prior>,
    /// Inverse temperature of the confidence, fitted on held-out fields.
    pub beta: f64,
    /// Held-out fields as (confidence, right), from which thresholds are certified. Each confidence is at a β that was
    /// fitted on other fields.
    #[serde(default)]
    pub dev: Vec<(f32, bool)>,
    /// Optimiser steps behind the parameters.
    pub steps: u64,
    /// The seed.
    pub seed: u64,
}

/// Why a model can't be written, read or used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The file can't be read or written, or is damaged.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Parameters, but not of a reader, or a note that can't be understood.
    #[error("{}: not a reader's model: {why}", path.display())]
    NotAReader {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A model of another version.
    #[error("{}: a reader's model of version {found}; this build reads version {MODEL_VERSION}", path.display())]
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

/// Writes a reader's model.
///
/// # Errors
/// [`ModelError::Store`].
pub fn save(path: &Path, info: &ModelInfo, parameters: &[Parameter]) -> Result<(), ModelError> {
    let notes = one_note(NOTE, info).map_err(|why| ModelError::NotAReader { path: path.into(), why })?;
    Ok(save_model(path, parameters, &notes)?)
}

/// Reads what [`save`] wrote.
///
/// # Errors
/// [`ModelError`], naming the file.
pub fn load(path: &Path) -> Result<(ModelInfo, Vec<Parameter>), ModelError> {
    let bytes = std::fs::read(path).map_err(|e| StoreError::File { path: path.into(), why: e.to_string() })?;
    parse(path, &bytes)
}

/// As [`load`], from the bytes of a model file; `path` is what errors name.
///
/// # Errors
/// [`ModelError`], naming `path`.
pub fn parse(path: &Path, bytes: &[u8]) -> Result<(ModelInfo, Vec<Parameter>), ModelError> {
    let (parameters, notes) = parse_model(path, bytes)?;
    let not = |why: String| ModelError::NotAReader { path: path.into(), why };
    let info: ModelInfo = match read_note(&notes, NOTE, MODEL_VERSION) {
        Ok(info) => info,
        Err(BadNote::Version(found)) => return Err(ModelError::Version { path: path.into(), found }),
        Err(BadNote::Unreadable(why)) => return Err(not(why)),
    };
    check_reading(&info.image, &info.scorer).map_err(not)?;
    let symbols = info.alphabet.chars().count();
    if let Some(prior) = info.priors.iter().find(|p| p.ngram.symbols() != symbols) {
        let has = prior.ngram.symbols();
        return Err(not(format!("the prior for {} has {has} symbols, the alphabet {symbols}", prior.grammar)));
    }
    Ok((info, parameters))
}
