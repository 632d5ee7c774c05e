//! The aligner: a sound and what is said in it, placed.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use ndarray::{Array1, Array2, ArrayView2, s};

use super::features::{Features, NoFeatures};
use super::model::{self, AlignerInfo, AlignerModelError};
use super::place::{FrameTimes, PlaceError, PlaceOptions, Placement, SpeechFrames, free_energies, place};
use super::readout::{Readout, ReadoutError};
use super::transcript::Transcript;
use crate::learn::{FrontEnd, FrontError, Parameter};
use crate::nn::ensemble::{mean, split};
use crate::nn::{ComputeDevice, Tdnn, TdnnConfig};
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
    /// The transcript can't be placed.
    #[error(transparent)]
    Place(#[from] PlaceError),
}

/// Frames that the nets see at once, a minute.
const WINDOW: usize = 6_000;

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

    /// What a placement by this model is asked for unless told otherwise: its durations, its β, how well right
    /// transcripts fit it.
    pub fn options(&self) -> PlaceOptions {
        PlaceOptions { fit: self.info.fit(), ..PlaceOptions::default() }
    }

    /// Places a transcript in a sound of any rate; features are normalised over the sound.
    ///
    /// Phones that the model has not heard have energies of their articulatory features. Options are best made from
    /// [`Aligner::options`].
    ///
    /// # Errors
    /// [`AlignerError`].
    ///
    /// # Cost
    /// Some 5 ms a second of speech and net on one core, for nets of the default size, and that of
    /// [`place()`](super::place()). Memory: the energies of the transcript's phones at every frame; the nets see a minute
    /// at a time.
    pub fn align(&mut self, sound: &Sound, said: &Transcript, o: &PlaceOptions) -> Result<Placement, AlignerError> {
        self.place(sound, None, said, o)
    }

    /// As [`Aligner::align`], with features normalised over all that the speaker says: see [`Aligner::hear`].
    ///
    /// # Errors
    /// [`AlignerError`].
    pub fn align_speaker(
        &mut self,
        sound: &Sound,
        speaker: &Moments,
        said: &Transcript,
        o: &PlaceOptions,
    ) -> Result<Placement, AlignerError> {
        self.place(sound, Some(speaker), said, o)
    }

    fn place(
        &mut self,
        sound: &Sound,
        speaker: Option<&Moments>,
        said: &Transcript,
        o: &PlaceOptions,
    ) -> Result<Placement, AlignerError> {
        let mut features = self.features.raw(sound)?;
        match speaker {
            Some(moments) => self.features.normalise(&mut features, moments),
            None => {
                let own = Moments::of(&features);
                self.features.normalise(&mut features, &own);
            }
        }
        let of = |phones: Vec<String>| Readout::new(&self.info.phones, self.info.positions, &phones);
        let own: BTreeSet<String> = said.phones().into_iter().map(str::to_owned).collect();
        let all = self.info.phones.iter().cloned().collect::<BTreeSet<_>>().union(&own).cloned().collect();
        let (own, all) = (of(own.into_iter().collect())?, of(all)?);
        let mut energies = Array2::zeros((features.nrows(), own.classes().count()));
        let mut free = Array1::zeros(features.nrows());
        let mut from = 0;
        while from < features.nrows() {
            let to = (from + WINDOW).min(features.nrows());
            let outputs = self.outputs(features.view(), from..to)?;
            energies.slice_mut(s![from..to, ..]).assign(&own.energies(outputs.view())?);
            let of_all = all.energies(outputs.view())?;
            free.slice_mut(s![from..to]).assign(&free_energies(of_all.view(), o.fit.beta));
            from = to;
        }
        let step = self.info.features.shift();
        let times = FrameTimes { start: 0.0, end: sound.seconds(), first: 0.0, step };
        let frames = SpeechFrames { energies: energies.view(), classes: own.classes(), free: Some(free.view()), times };
        Ok(place(&frames, said, o)?)
    }

    /// The nets' outputs at some frames, averaged; they see as much of the others as changes them.
    fn outputs(&mut self, features: ArrayView2<'_, f32>, frames: Range<usize>) -> Result<Array2<f32>, AlignerError> {
        let context = self.info.nets.iter().map(TdnnConfig::context).max().unwrap_or(0);
        let (first, end) =
            (frames.start.saturating_sub(context), (frames.end.saturating_add(context)).min(features.nrows()));
        let window = [features.slice(s![first..end, ..]).to_owned()];
        let outputs = self.nets.iter_mut().map(|net| net.infer(&window)).collect::<Result<Vec<_>, _>>()?;
        let mean = mean(outputs)?;
        Ok(mean.block(0).slice(s![frames.start - first..frames.end - first, ..]).to_owned())
    }

    /// Adds a sound to the moments of its speaker.
    ///
    /// # Errors
    /// [`AlignerError::Features`].
    pub fn hear(&self, sound: &Sound, speaker: &mut Moments) -> Result<(), AlignerError> {
        speaker.add(&self.features.raw(sound)?);
        Ok(())
    }
}
