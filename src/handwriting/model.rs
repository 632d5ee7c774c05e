//! Model files: parameters in safetensors, everything else that reading needs as JSON in the header.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::train::{CutConfig, ScorerConfig};
use crate::learn::{FrontError, Parameter};

/// The version of the model format that this build writes and reads.
pub const MODEL_VERSION: u32 = 1;

/// The key of the header's JSON.
const KEY: &str = "energraph";

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
    /// Where fields are cut.
    pub cuts: CutConfig,
    /// Inverse temperature of the confidence, fitted on held-out fields.
    pub beta: f64,
    /// Held-out fields as (confidence, right), from which thresholds are certified.
    #[serde(default)]
    pub dev: Vec<(f32, bool)>,
    /// Optimiser steps behind the parameters.
    pub steps: u64,
    /// The seed.
    pub seed: u64,
}

/// Why a model file can't be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The file can't be opened, read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not a safetensors file, or one without this library's header.
    #[error("{}: not a model file: {why}", path.display())]
    NotAModel {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A model of another version.
    #[error("{}: a model of version {found}; this build reads version {MODEL_VERSION}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version it names.
        found: u64,
    },
    /// The parameters do not fit the net that the header describes.
    #[error("{}: {source}", path.display())]
    Parameters {
        /// The file.
        path: PathBuf,
        /// Which, and why.
        source: FrontError,
    },
}

/// Writes a model: to a file beside it first, which then takes its name, so that a reader never sees half of one.
///
/// # Errors
/// [`ModelError::Io`], or [`ModelError::NotAModel`] where a parameter's shape is not its length.
pub fn save_model(path: &Path, info: &ModelInfo, parameters: &[Parameter]) -> Result<(), ModelError> {
    let not = |why: String| ModelError::NotAModel { path: path.into(), why };
    let bytes: Vec<Vec<u8>> =
        parameters.iter().map(|p| p.values.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
    let views: Vec<(String, TensorView<'_>)> = parameters
        .iter()
        .zip(&bytes)
        .map(|(p, b)| TensorView::new(Dtype::F32, p.shape.clone(), b).map(|v| (p.name.clone(), v)))
        .collect::<Result<_, _>>()
        .map_err(|e| not(e.to_string()))?;
    let json = serde_json::to_string(info).map_err(|e| not(e.to_string()))?;
    let header = HashMap::from([(KEY.to_owned(), json)]);
    let file = safetensors::serialize(views, Some(header)).map_err(|e| not(e.to_string()))?;
    let io = |source| ModelError::Io { path: path.into(), source };
    let partial = path.with_extension("partial");
    std::fs::write(&partial, file).map_err(io)?;
    std::fs::rename(&partial, path).map_err(io)
}

/// Reads what [`save_model`] wrote.
///
/// # Errors
/// [`ModelError`] naming the file and what is wrong with it.
pub fn load_model(path: &Path) -> Result<(ModelInfo, Vec<Parameter>), ModelError> {
    let bytes = std::fs::read(path).map_err(|source| ModelError::Io { path: path.into(), source })?;
    parse_model(path, &bytes)
}

/// As [`load_model`], from bytes in memory; `path` is for messages.
///
/// # Errors
/// As [`load_model`].
pub fn parse_model(path: &Path, bytes: &[u8]) -> Result<(ModelInfo, Vec<Parameter>), ModelError> {
    let not = |why: String| ModelError::NotAModel { path: path.into(), why };
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| not(e.to_string()))?;
    let json = header
        .metadata()
        .as_ref()
        .and_then(|m| m.get(KEY))
        .ok_or_else(|| not("its header has no \"energraph\" entry".into()))?;
    // The version first: a later version may have another shape.
    let value: serde_json::Value = serde_json::from_str(json).map_err(|e| not(e.to_string()))?;
    let found = value.get("version").and_then(serde_json::Value::as_u64).unwrap_or(0);
    if found != u64::from(MODEL_VERSION) {
        return Err(ModelError::Version { path: path.into(), found });
    }
    let info: ModelInfo = serde_json::from_value(value).map_err(|e| not(e.to_string()))?;
    let tensors = SafeTensors::deserialize(bytes).map_err(|e| not(e.to_string()))?;
    let mut parameters = Vec::new();
    for (name, view) in tensors.tensors() {
        if view.dtype() != Dtype::F32 {
            return Err(not(format!("{name} is {:?}, not F32", view.dtype())));
        }
        let values = view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        parameters.push(Parameter { name, shape: view.shape().to_vec(), values });
    }
    parameters.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((info, parameters))
}
