//! A sound as an aligner hears it, with the phones of a transcript.

use std::collections::BTreeSet;

use ndarray::{Array1, Array2, s};

use super::adapt::{self, Adaptation, Speaker};
use super::{
    Aligner, AlignerError, FrameTimes, PhoneClasses, PlaceOptions, Placement, Readout, SpeechFrames, Transcript,
    free_energies, occupancy, place, transcript_energy,
};
use crate::signal::Sound;
use crate::signal::features::Moments;

/// Frames that are heard at a time: of an hour the nets' outputs alone would take half a GiB.
const PART: usize = 8_192;

/// Energies of the phones of a transcript at the frames of a sound.
pub struct Heard {
    energies: Array2<f32>,
    classes: PhoneClasses,
    free: Array1<f64>,
    times: FrameTimes,
}

impl Heard {
    /// How many frames there are.
    pub fn frames(&self) -> usize {
        self.energies.nrows()
    }

    /// From frame to frame, in seconds.
    pub fn step(&self) -> f64 {
        self.times.step
    }

    /// Energies of the frames.
    pub fn speech(&self) -> SpeechFrames<'_> {
        let Heard { energies, classes, free, times } = self;
        SpeechFrames { energies: energies.view(), classes, free: Some(free.view()), times: *times }
    }

    /// Places a transcript; see [`place`].
    ///
    /// # Errors
    /// [`AlignerError::Place`].
    pub fn place(&self, said: &Transcript, o: &PlaceOptions) -> Result<Placement, AlignerError> {
        Ok(place(&self.speech(), said, o)?)
    }

    /// Frames × phones of a placement: see [`occupancy`].
    ///
    /// # Errors
    /// [`AlignerError::Place`].
    pub fn shares(&self, said: &Transcript, placed: &Placement, o: &PlaceOptions) -> Result<Array2<f32>, AlignerError> {
        Ok(occupancy(&self.speech(), said, placed, o)?)
    }
}

impl Aligner {
    /// What a placement by this model is asked for unless told otherwise: its durations, its β, how well right
    /// transcripts fit it.
    pub fn options(&self) -> PlaceOptions {
        PlaceOptions { fit: self.info().fit(), ..PlaceOptions::default() }
    }

    /// Places a transcript in a sound: [`Aligner::hear`] and [`Heard::place`].
    ///
    /// # Errors
    /// [`AlignerError`].
    pub fn align(&mut self, sound: &Sound, said: &Transcript, o: &PlaceOptions) -> Result<Placement, AlignerError> {
        self.hear(sound, said, None)?.place(said, o)
    }

    /// The energies that a transcript's phones have in a sound, heard as a speaker's where one is given, and the free energy over them
    /// and all the phones that the model knows. A phone that it does not know has energies of its articulatory features.
    ///
    /// # Errors
    /// [`AlignerError`].
    pub fn hear(
        &mut self,
        sound: &Sound,
        said: &Transcript,
        speaker: Option<&Adaptation>,
    ) -> Result<Heard, AlignerError> {
        let features = self.features(sound, speaker.map_or(1.0, |s| s.warp))?;
        let normalised = self.normalised(features, speaker.map(|s| &s.moments));
        self.of_features(normalised, said, sound.seconds())
    }

    /// What suits the speaker of these sounds, whose transcripts are given: see [`adapt::adapt`].
    ///
    /// # Errors
    /// [`AlignerError`].
    ///
    /// # Cost
    /// Features, net and free energies of all sounds, once for every warp.
    pub fn adapt(
        &mut self,
        said: &[(&Sound, Transcript)],
        warps: &[f64],
        o: &PlaceOptions,
    ) -> Result<Adaptation, AlignerError> {
        // Once, not for every warp.
        let rate = self.info().features.rate;
        let sounds: Result<Vec<Sound>, _> = said.iter().map(|(sound, _)| sound.resample(rate)).collect();
        let sounds = sounds.map_err(super::NoFeatures::from)?;
        adapt::adapt(&mut Saying { aligner: self, sounds, said, options: o }, warps)
    }

    fn of_features(&mut self, features: Array2<f32>, said: &Transcript, seconds: f64) -> Result<Heard, AlignerError> {
        let (phones, positions) = (&self.info().phones, self.info().positions);
        let wanted: Vec<String> = said.phones().into_iter().map(str::to_owned).collect();
        let any: Vec<String> = phones.iter().chain(&wanted).cloned().collect::<BTreeSet<_>>().into_iter().collect();
        let all = Readout::new(phones, positions, &any)?;
        let own = Readout::new(phones, positions, &wanted)?;
        let (frames, context) = (features.nrows(), self.context());
        let mut energies = Array2::zeros((frames, own.classes().count()));
        let mut free = Array1::zeros(frames);
        for from in (0..frames).step_by(PART) {
            let to = (from + PART).min(frames);
            // A part sees as far as the nets do, so that it is as if there were none.
            let seen = from.saturating_sub(context)..(to + context).min(frames);
            let outputs = self.outputs_of(features.slice(s![seen.clone(), ..]).to_owned())?;
            let outputs = outputs.slice(s![from - seen.start..to - seen.start, ..]);
            energies.slice_mut(s![from..to, ..]).assign(&own.energies(outputs)?);
            free.slice_mut(s![from..to]).assign(&free_energies(all.energies(outputs)?.view()));
        }
        let times = FrameTimes { end: seconds, ..FrameTimes::from_zero(self.info().features.shift(), frames) };
        Ok(Heard { energies, classes: own.classes().clone(), free, times })
    }
}

/// A speaker's sounds at the model's rate, with their transcripts.
struct Saying<'a> {
    aligner: &'a mut Aligner,
    sounds: Vec<Sound>,
    said: &'a [(&'a Sound, Transcript)],
    options: &'a PlaceOptions,
}

impl Speaker for Saying<'_> {
    type Error = AlignerError;

    fn utterances(&self) -> usize {
        self.sounds.len()
    }

    fn features(&mut self, utterance: usize, warp: f64) -> Result<Array2<f32>, AlignerError> {
        match self.sounds.get(utterance) {
            Some(sound) => self.aligner.features(sound, warp),
            None => Ok(Array2::zeros((0, 0))),
        }
    }

    fn normalise(&self, features: &mut Array2<f32>, moments: &Moments) {
        *features = self.aligner.normalised(std::mem::take(features), Some(moments));
    }

    fn free_energy(&mut self, utterance: usize, features: &Array2<f32>) -> Result<f64, AlignerError> {
        let (Some((sound, said)), o) = (self.said.get(utterance), self.options) else { return Ok(f64::INFINITY) };
        let heard = self.aligner.of_features(features.clone(), said, sound.seconds())?;
        // A transcript that has no room counts for no warp.
        Ok(transcript_energy(&heard.speech(), said, o).unwrap_or(f64::INFINITY))
    }
}
