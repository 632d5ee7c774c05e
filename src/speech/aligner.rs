//! The aligner: a sound and what is said in it, placed.

use std::path::Path;

use ndarray::Array2;

use super::PlaceError;
use super::features::{Features, NoFeatures};
use super::model::{self, AlignerInfo, AlignerModelError};
use super::readout::ReadoutError;
use crate::learn::{FrontEnd, FrontError, Parameter};
use crate::nn::ensemble::{mean, split};
use crate::nn::{ComputeDevice, Tdnn};
use crate::signal::Sound;
use crate::signal::features::Moments;

/// Why an aligner can't be made, or a sound can't be aligned.
#[derive(Debug, thiserror::Error)]
pub enum AlignerError {
    /// The model file.
    #[error(transparent)]
    Model(#[from] AlignerModelError),
    /// The sound has no features.
    #[error(transparent)]
    Features(#[from] NoFeatures),
    /// The net.
    #[error(transparent)]
    Front(#[from] FrontError),
    /// The phones.
    #[error(transparent)]
    Readout(#[from] ReadoutError),
    /// The transcript cannot be placed.
    #[error(transparent)]
    Place(#[from] PlaceError),
}

/// A trained aligner: nets whose outputs, averaged, are read as energies of the phones of a transcript.
pub struct Aligner {
    info: AlignerInfo,
    features: Features,
    nets: Vec<Tdnn>,
}

impl Aligner {
    /// An aligner from a model file.
    ///
    /// # Errors
    /// [`AlignerError::Model`], naming the file.
    pub fn load(path: &Path, device: ComputeDevice) -> Result<Self, AlignerError> {
        let (info, parameters) = model::load(path)?;
        Self::new(path, info, &parameters, device)
    }

    /// The same from the bytes of a model file; `path` is what errors name.
    ///
    /// # Errors
    /// [`AlignerError::Model`], naming `path`.
    pub fn parse(path: &Path, bytes: &[u8], device: ComputeDevice) -> Result<Self, AlignerError> {
        let (info, parameters) = model::parse(path, bytes)?;
        Self::new(path, info, &parameters, device)
    }

    fn new(
        path: &Path,
        info: AlignerInfo,
        parameters: &[Parameter],
        device: ComputeDevice,
    ) -> Result<Self, AlignerError> {
        let unfit = |why: String| AlignerModelError::NotAnAligner { path: path.into(), why };
        let features = Features::new(info.features.clone()).map_err(|e| unfit(e.to_string()))?;
        let fits = |source: FrontError| AlignerModelError::Parameters { path: path.into(), source };
        let mut nets = Vec::new();
        for (config, own) in info.nets.iter().zip(split(parameters, info.nets.len())) {
            let mut net = Tdnn::new(config.clone(), info.seed, device.clone()).map_err(fits)?;
            net.set_parameters(&own).map_err(fits)?;
            nets.push(net);
        }
        Ok(Aligner { info, features, nets })
    }

    /// What the model's note says.
    pub fn info(&self) -> &AlignerInfo {
        &self.info
    }

    /// Where it runs.
    pub fn device(&self) -> Option<&ComputeDevice> {
        self.nets.first().map(Tdnn::device)
    }

    /// Frames to either side that an output depends on.
    pub(super) fn context(&self) -> usize {
        self.nets.iter().map(|net| net.config().context()).max().unwrap_or(0)
    }

    /// Features that are not normalised, the filters' frequencies divided by a warp.
    pub(super) fn features(&self, sound: &Sound, warp: f64) -> Result<Array2<f32>, AlignerError> {
        Ok(if warp == 1.0 { self.features.raw(sound)? } else { self.features.warped(sound, warp)? })
    }

    /// Features normalised by a speaker's moments, or by their own.
    pub(super) fn normalised(&self, mut features: Array2<f32>, speaker: Option<&Moments>) -> Array2<f32> {
        match speaker {
            Some(moments) => self.features.normalise(&mut features, moments),
            None => {
                let own = Moments::of(&features);
                self.features.normalise(&mut features, &own);
            }
        }
        features
    }

    /// What the nets give for normalised features, averaged.
    pub(super) fn outputs_of(&mut self, features: Array2<f32>) -> Result<Array2<f32>, AlignerError> {
        let features = [features];
        let outputs = self.nets.iter_mut().map(|net| net.infer(&features)).collect::<Result<Vec<_>, _>>()?;
        Ok(mean(outputs)?.block(0).to_owned())
    }
}
