//! The recogniser: a sound in, words with times and a confidence out.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;

use ndarray::Array2;
use rayon::prelude::*;
use thiserror::Error;

use super::model::parse_spoken;
use super::silence::with_silence;
use super::{
    DecodeError, Decoder, Heard, Normalise, SilencePrior, SpokenInfo, SpokenModelError, Vocabulary, VocabularyError,
    WordGraphError, word_grammar,
};
use crate::graph::Label;
use crate::learn::{FrontEnd, FrontError, StoreError};
use crate::nn::{ComputeDevice, Tdnn};
use crate::ops::LoadError;
use crate::paths::{Beta, NotPositive};
use crate::signal::Sound;
use crate::signal::features::FeatureError;
use crate::signal::sound::Limits;
use crate::speech::{Features, NoFeatures};

/// Energies, or why there are none.
type Energies = Vec<Result<Array2<f32>, SpokenError>>;

/// Most sounds that go through the net together.
const BATCH: usize = 16;

/// Seconds of sound that go through the net together, unless it is one sound.
const BATCH_SECONDS: f64 = 600.0;

/// Seconds of the longest sound that is read: what the net makes of an hour takes hundreds of MiB.
const LONGEST: u64 = 3_600;

/// Why a recogniser can't be made, or a sound can't be read.
#[derive(Debug, Error)]
pub enum SpokenError {
    /// The model file.
    #[error(transparent)]
    Model(#[from] SpokenModelError),
    /// The words.
    #[error("words: {0}")]
    Vocabulary(#[from] VocabularyError),
    /// The grammar.
    #[error(transparent)]
    Grammar(#[from] LoadError),
    /// The grammar over frames.
    #[error("grammar {name}, over frames: {source}")]
    Frames {
        /// Its name.
        name: String,
        /// Why.
        source: WordGraphError,
    },
    /// The features.
    #[error("features: {0}")]
    Features(#[from] FeatureError),
    /// The net.
    #[error(transparent)]
    Front(#[from] FrontError),
    /// β is not positive.
    #[error("the model's β: {0}")]
    Beta(#[from] NotPositive),
    /// The sound has no features.
    #[error(transparent)]
    Sound(#[from] NoFeatures),
    /// Nothing is heard in it at all.
    #[error("the sound is silent: all its samples are the same")]
    Silent,
    /// Nothing fits.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

/// An answer among others.
#[derive(Debug, Clone, PartialEq)]
pub struct SpokenAnswer {
    /// The text.
    pub text: String,
    /// Energy of its best alignment.
    pub energy: f64,
    /// `F_β` over its alignments.
    pub free_energy: f64,
    /// Its share of all, `e^{−β(F_β(y) − F_β(all))}`.
    pub confidence: f64,
}

/// A word that was heard, times in seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct SpokenWord {
    /// The word.
    pub text: String,
    /// Where it begins: the median, given the words.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
    /// Where it begins with a probability of 95 %.
    pub start_interval: (f64, f64),
    /// Where it ends with a probability of 95 %.
    pub end_interval: (f64, f64),
    /// The share of all alignments of all answers that are within this word here.
    pub posterior: f64,
}

/// What a sound says.
#[derive(Debug, Clone, PartialEq)]
pub struct Utterance {
    /// The answers compared, the most probable first; at least one.
    pub alternatives: Vec<SpokenAnswer>,
    /// The words of the first one, placed.
    pub words: Vec<SpokenWord>,
}

impl Utterance {
    /// The answer.
    pub fn text(&self) -> &str {
        self.alternatives.first().map_or("", |a| &a.text)
    }

    /// Probability that the answer is right, as far as the model's held-out sounds tell.
    pub fn confidence(&self) -> f64 {
        self.alternatives.first().map_or(0.0, |a| a.confidence)
    }
}

/// A recogniser of isolated and connected words.
pub struct WordRecognizer<F = Tdnn> {
    features: Features,
    normalise: Normalise,
    silence: SilencePrior,
    net: F,
    decoder: Decoder,
    beta: Beta,
    name: String,
    grammar: String,
}

impl WordRecognizer<Tdnn> {
    /// A recogniser from a model file, with another grammar than the model's own if one is named.
    ///
    /// # Errors
    /// [`SpokenError`] naming the file and what is wrong with it.
    pub fn load(path: &Path, grammar: Option<&str>, device: ComputeDevice) -> Result<(Self, SpokenInfo), SpokenError> {
        let unread = |e: std::io::Error| StoreError::File { path: path.into(), why: e.to_string() };
        let bytes = std::fs::read(path).map_err(|e| SpokenModelError::from(unread(e)))?;
        WordRecognizer::parse(path, &bytes, grammar, device)
    }

    /// As [`WordRecognizer::load`], from the bytes of a model file; `path` is what errors name.
    ///
    /// # Errors
    /// [`SpokenError`] naming `path` and what is wrong with it.
    pub fn parse(
        path: &Path,
        bytes: &[u8],
        grammar: Option<&str>,
        device: ComputeDevice,
    ) -> Result<(Self, SpokenInfo), SpokenError> {
        let (info, parameters) = parse_spoken(path, bytes)?;
        let vocabulary = Vocabulary::new(&info.model)?;
        let mut net = Tdnn::new(info.net.with(info.features.filters, vocabulary.classes()), 0, device)?;
        let wrong = |source| SpokenModelError::Parameters { path: PathBuf::from(path), source };
        net.set_parameters(&parameters).map_err(wrong)?;
        let grammar = grammar.unwrap_or(&info.grammar);
        let made = WordRecognizer::new(&info, net, vocabulary, grammar)?;
        Ok((made, info))
    }
}

impl<F: FrontEnd<Input = Array2<f32>> + Sync> WordRecognizer<F> {
    /// A recogniser from its parts: a net over the features that `info` names, whose outputs are the vocabulary's classes.
    ///
    /// # Errors
    /// [`SpokenError`] for the grammar, the features or β.
    pub fn new(info: &SpokenInfo, net: F, vocabulary: Vocabulary, grammar: &str) -> Result<Self, SpokenError> {
        let graph = word_grammar(grammar, &vocabulary)?;
        let frames = |source| SpokenError::Frames { name: grammar.to_owned(), source };
        let decoder = Decoder::new(vocabulary, &graph).map_err(frames)?;
        let features = Features::new(info.features.clone())?;
        let (name, grammar) = (info.name.clone(), grammar.to_owned());
        Ok(WordRecognizer {
            features,
            normalise: info.normalise,
            silence: info.silence,
            net,
            decoder,
            beta: Beta::finite(info.beta)?,
            name,
            grammar,
        })
    }

    /// The model's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the grammar in force.
    pub fn grammar(&self) -> &str {
        &self.grammar
    }

    /// The decoder.
    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// Reads one sound.
    ///
    /// # Errors
    /// [`SpokenError`].
    pub fn read(&mut self, sound: &Sound) -> Result<Utterance, SpokenError> {
        self.read_many(std::slice::from_ref(sound))?.remove(0)
    }

    /// Reads many sounds, in their order: the net in batches, everything else on all threads.
    ///
    /// # Errors
    /// One of a sound's own stands in its place; the whole fails where the net does.
    pub fn read_many(&mut self, sounds: &[Sound]) -> Result<Vec<Result<Utterance, SpokenError>>, SpokenError> {
        let mut all = Vec::with_capacity(sounds.len());
        let kept = self.read_each::<SpokenError>(sounds, &mut |read| {
            all.push(read);
            Ok(())
        });
        kept.map(|()| all)
    }

    /// As [`WordRecognizer::read_many`], each told in its order as soon as it and those before it are known.
    ///
    /// # Errors
    /// Where the net fails, or `tell` does, which ends it.
    pub fn read_each<E: From<SpokenError>>(
        &mut self,
        sounds: &[Sound],
        tell: &mut dyn FnMut(Result<Utterance, SpokenError>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = sounds;
        while !rest.is_empty() {
            let (batch, behind) = rest.split_at(batch(rest));
            rest = behind;
            let energies = self.energies(batch)?;
            self.decode_each(energies, tell)?;
        }
        Ok(())
    }

    /// Where known words lie in a sound.
    ///
    /// # Errors
    /// [`SpokenError`].
    pub fn align(&mut self, sound: &Sound, words: &[Label]) -> Result<Vec<SpokenWord>, SpokenError> {
        let energies = self.energies(std::slice::from_ref(sound))?.pop().unwrap_or(Err(SpokenError::Silent))?;
        Ok(self.decoder.align(energies.view(), words, self.beta)?.into_iter().map(|w| self.word(w)).collect())
    }

    /// Decodes side by side, and tells in order.
    fn decode_each<E>(
        &self,
        energies: Energies,
        tell: &mut dyn FnMut(Result<Utterance, SpokenError>) -> Result<(), E>,
    ) -> Result<(), E> {
        let one = |energies: Result<Array2<f32>, SpokenError>| {
            let heard = self.decoder.read(energies?.view(), self.beta)?;
            Ok(self.utterance(heard))
        };
        // A thread of the pool must not wait for the pool.
        if energies.len() < 2 || rayon::current_thread_index().is_some() {
            return energies.into_iter().map(one).try_for_each(tell);
        }
        let stopped = AtomicBool::new(false);
        rayon::in_place_scope_fifo(|scope| {
            let (one, stopped) = (&one, &stopped);
            let mut known = Vec::with_capacity(energies.len());
            for energies in energies {
                let (sender, receiver) = sync_channel(1);
                known.push(receiver);
                scope.spawn_fifo(move |_| {
                    if !stopped.load(Ordering::Relaxed) {
                        let _ = sender.send(one(energies));
                    }
                });
            }
            let told = known.into_iter().flatten().try_for_each(tell);
            stopped.store(told.is_err(), Ordering::Relaxed);
            told
        })
    }

    /// The energies of each sound that has some.
    fn energies(&mut self, sounds: &[Sound]) -> Result<Energies, SpokenError> {
        let one = |sound: &Sound| {
            let first = sound.samples().first();
            if sound.samples().iter().all(|s| Some(s) == first) {
                return Err(SpokenError::Silent);
            }
            self.check_length(sound)?;
            let mut features = self.features.raw(sound)?;
            let silence = self.silence.of(&features);
            self.normalise.apply(&mut features);
            Ok((features, silence))
        };
        let mut inputs = Vec::new();
        let made: Vec<_> = sounds.par_iter().map(one).collect();
        let mut numbered = |(features, silence): (Array2<f32>, Vec<f32>)| {
            inputs.push(features);
            (inputs.len() - 1, silence)
        };
        let numbered: Vec<_> = made.into_iter().map(|f| f.map(&mut numbered)).collect();
        let energies = self.net.infer(&inputs)?;
        let whole = |(block, silence): (usize, Vec<f32>)| with_silence(energies.block(block), &silence);
        Ok(numbered.into_iter().map(|f| f.map(whole)).collect())
    }

    /// Whether a sound has few enough samples at the model's rate.
    fn check_length(&self, sound: &Sound) -> Result<(), SpokenError> {
        let rate = self.features.config().rate;
        let limit = LONGEST.saturating_mul(u64::from(rate));
        sound.check_length_at(rate, &Limits { samples: limit, ..Limits::default() }).map_err(NoFeatures::from)?;
        Ok(())
    }

    fn utterance(&self, heard: Heard) -> Utterance {
        let answer = |a: super::WordAnswer| SpokenAnswer {
            text: self.decoder.vocabulary().text(&a.output),
            energy: a.energy,
            free_energy: a.free_energy,
            confidence: a.confidence,
        };
        let words = heard.words.into_iter().map(|w| self.word(w)).collect();
        Utterance { alternatives: heard.answers.into_iter().map(answer).collect(), words }
    }

    fn word(&self, heard: super::HeardWord) -> SpokenWord {
        let shift = self.features.config().shift();
        let (start, end) = (heard.start, heard.end);
        SpokenWord {
            text: self.decoder.vocabulary().words().symbol(heard.word).unwrap_or("").to_owned(),
            start: start.median * shift,
            end: end.median * shift,
            start_interval: (start.low * shift, start.high * shift),
            end_interval: (end.low * shift, end.high * shift),
            posterior: heard.posterior,
        }
    }
}

/// How many of the sounds go through the net together: one at least.
fn batch(sounds: &[Sound]) -> usize {
    let mut seconds = 0.0;
    let fits = |sound: &&Sound| {
        seconds += sound.seconds();
        seconds <= BATCH_SECONDS
    };
    sounds.iter().take(BATCH).take_while(fits).count().max(1)
}
