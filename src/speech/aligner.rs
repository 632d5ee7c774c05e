//! The aligner: a sound and what is said in it, placed.

use std::path::Path;

use ndarray::Array2;

use super::features::{Features, NoFeatures};
use super::model::{self, AlignerInfo, AlignerModelError};
use super::readout::ReadoutError;
use crate::learn::{FrontEnd, FrontError, Parameter};
use crate::nn::ensemble::split;
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

    /// The nets' outputs for a sound, averaged: frames × outputs, a frame every [`FeatureConfig::shift`] seconds. What a
    /// [`Readout`] of the model's phones makes energies of.
    ///
    /// `speaker` are the moments of all that the speaker says ([`Aligner::moments`]); without them features are
    /// normalised over the sound alone.
    ///
    /// [`FeatureConfig::shift`]: super::FeatureConfig::shift
    /// [`Readout`]: super::Readout
    ///
    /// # Errors
    /// [`AlignerError`].
    ///
    /// # Cost
    /// Some 5 ms a second of speech and net on one core, for nets of the default size.
    pub fn outputs(&mut self, sound: &Sound, speaker: Option<&Moments>) -> Result<Array2<f32>, AlignerError> {
        let mut features = self.features.raw(sound)?;
        match speaker {
            Some(moments) => self.features.normalise(&mut features, moments),
            None => {
                let own = Moments::of(&features);
                self.features.normalise(&mut features, &own);
            }
        }
        let features = [features];
        let mut sum: Option<Array2<f32>> = None;
        for net in &mut self.nets {
            let outputs = net.infer(&features)?.block(0).to_owned();
            sum = Some(match sum {
                Some(sum) => sum + outputs,
                None => outputs,
            });
        }
        let none = || FrontError::Weights { why: "no net at all".into() };
        Ok(sum.ok_or_else(none)? / self.nets.len() as f32)
    }

    /// Adds a sound to a speaker's moments.
    ///
    /// # Errors
    /// [`AlignerError::Features`].
    pub fn moments(&self, sound: &Sound, speaker: &mut Moments) -> Result<(), AlignerError> {
        speaker.add(&self.features.raw(sound)?);
        Ok(())
    }
}
