//! A training run: strings, objective and net of a config under the training loop.

use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use thiserror::Error;

use super::data::{RecordingsError, check_lengths, read_recordings};
use super::silence::with_silence;
use super::source::{StringSource, StringTarget};
use super::{
    DecodeError, Decoder, Recording, RecordingsConfig, SpokenConfig, SpokenDev, SpokenModelError, Strung, Vocabulary,
    VocabularyError, WordGraphError, WordLossError, WordObjective, word_grammar,
};
use crate::graph::Label;
use crate::learn::{
    Control, FrontEnd, FrontError, Notes, Optimiser, Parameter, Progress, Rule, Schedule, Share, StoreError,
    TrainOptions, Trainer, load_checkpoint, save_checkpoint,
};
use crate::nn::{ComputeDevice, Tdnn};
use crate::ops::LoadError;
use crate::signal::Sound;
use crate::signal::features::FeatureError;
use crate::speech::{Features, NoFeatures};
use crate::trellis::{Emissions, best_path};

/// Names of the notes in a checkpoint.
const CONFIG: &str = "config";
const SEED: &str = "seed";

/// The seed of held-out strings: the same for every run.
const DEV_SEED: u64 = 7;

/// Sounds that go through the net together.
const BATCH: usize = 16;

/// Why training can't start or go on.
#[derive(Debug, Error)]
pub enum SpokenTrainError {
    /// The words.
    #[error("words: {0}")]
    Vocabulary(#[from] VocabularyError),
    /// A grammar.
    #[error(transparent)]
    Grammar(#[from] LoadError),
    /// A grammar over frames.
    #[error(transparent)]
    Words(#[from] WordGraphError),
    /// The recordings.
    #[error(transparent)]
    Recordings(#[from] RecordingsError),
    /// The features.
    #[error("features: {0}")]
    Features(#[from] FeatureError),
    /// A recording without features.
    #[error("{name}: {source}")]
    Sound {
        /// The recording.
        name: String,
        /// Why.
        source: NoFeatures,
    },
    /// The net.
    #[error(transparent)]
    Front(#[from] FrontError),
    /// The loss.
    #[error(transparent)]
    Loss(#[from] WordLossError),
    /// A held-out sound.
    #[error("held-out sounds: {0}")]
    Dev(#[from] DecodeError),
    /// The loop broke off.
    #[error(transparent)]
    Loop(Box<crate::learn::TrainError<NoFeatures, WordLossError>>),
    /// The recogniser can't be made.
    #[error(transparent)]
    Recognizer(Box<super::SpokenError>),
    /// A model or checkpoint can't be written or read.
    #[error(transparent)]
    Model(#[from] SpokenModelError),
    /// A checkpoint can't be written or read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A checkpoint that this run can't go on from.
    #[error("{}: {why}", path.display())]
    Resume {
        /// The checkpoint.
        path: PathBuf,
        /// What does not fit.
        why: String,
    },
}

/// A held-out sound.
#[derive(Debug, Clone)]
pub struct DevSound {
    /// What the net hears.
    pub features: Array2<f32>,
    /// Added to the energies of silence.
    pub silence: Vec<f32>,
    /// What is said.
    pub words: Vec<Label>,
}

/// A held-out set.
#[derive(Debug)]
pub struct SpokenDevSet {
    /// Its name.
    pub name: String,
    /// What it is read under.
    pub decoder: Decoder,
    /// Its sounds.
    pub sounds: Vec<DevSound>,
}

/// How well a held-out set is read while training goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct SpokenLook {
    /// Its name.
    pub name: String,
    /// Strings read exactly.
    pub exact: Share,
}

/// A training run of a recogniser.
pub struct SpokenRun {
    /// The config.
    pub config: SpokenConfig,
    /// The seed of everything random.
    pub seed: u64,
    /// The net under the training loop.
    pub trainer: Trainer<Tdnn>,
    /// Held-out sets.
    pub dev: Vec<SpokenDevSet>,
    /// The words.
    pub vocabulary: Vocabulary,
    pub(super) device: ComputeDevice,
    source: StringSource,
    objective: WordObjective,
    /// Any string of words: what everything but the transcript may be.
    all: Decoder,
}

impl SpokenRun {
    /// Reads the recordings and builds the net; the source of strings is tried once.
    ///
    /// # Errors
    /// [`SpokenTrainError`] for anything that can't be read or makes no sense.
    pub fn new(config: SpokenConfig, data: &Path, seed: u64, device: ComputeDevice) -> Result<Self, SpokenTrainError> {
        let vocabulary = Vocabulary::new(&config.model)?;
        let read = |c: &RecordingsConfig, tempo: f64| {
            let all = read_recordings(c, data, &vocabulary, config.features.rate)?;
            check_lengths(c, data, &all, &config.features, tempo).map(|()| all)
        };
        let mut recordings = Vec::new();
        for part in &config.data {
            // At the fastest there are the fewest frames.
            recordings.extend(read(part, 1.0 + config.augment.tempo)?);
        }
        let features = Features::new(config.features.clone())?;
        let mut dev = Vec::new();
        for set in &config.dev {
            dev.push(dev_set(set, read(&set.data, 1.0)?, &config, &vocabulary, &features)?);
        }
        let (strings, augment) = (config.strings.clone(), config.augment.clone());
        let heard = (config.features.clone(), config.normalise, config.silence);
        let source = StringSource::new(recordings, strings, augment, heard, config.schedule.words, seed);
        let objective = WordObjective::new(&config.loss)?;
        let all = Decoder::new(vocabulary.clone(), &word_grammar(super::ANY, &vocabulary)?)?;
        let shape = config.net.with(config.features.filters, vocabulary.classes());
        let net = Tdnn::new(shape, seed, device.clone())?;
        let s = &config.schedule;
        let mut optimiser = Optimiser::new(Rule::ADAMW, s.rate);
        (optimiser.decay, optimiser.clip) = (s.decay, Some(s.clip));
        let schedule = Schedule { peak: s.rate, floor: 0.0, warm_up: s.warmup, steps: s.steps };
        let threads = rayon::current_num_threads();
        let options = TrainOptions { average: Some(s.average), threads, ..TrainOptions::new(schedule) };
        let trainer = Trainer::new(net, optimiser, options);
        Ok(SpokenRun { config, seed, trainer, dev, vocabulary, device, source, objective, all })
    }

    /// Trains up to a step, or until `watch` says stop; `false` where it did.
    ///
    /// # Errors
    /// [`SpokenTrainError`] where the net, the loss or a batch fails.
    pub fn run_to(&mut self, step: u64, watch: &mut dyn FnMut(&Progress) -> Control) -> Result<bool, SpokenTrainError> {
        let SpokenRun { config, trainer, source, objective, all, .. } = self;
        let loss = |target: &StringTarget, e: ArrayView2<'_, f32>, g: ArrayViewMut2<'_, f32>| {
            let costs = config.edges.map(|edges| edges.costs(&target.placed, all.vocabulary(), e.nrows()));
            let (costs, e) = (costs.as_ref().map(|c| c.view()), with_silence(e, &target.silence));
            objective.evaluate_near(all, &target.words, costs, e.view(), g)
        };
        trainer.run_to(step, source, loss, watch).map_err(|e| SpokenTrainError::Loop(Box::new(e)))
    }

    /// A look at each held-out set, with averaged parameters.
    ///
    /// # Errors
    /// Where the net fails.
    pub fn look(&self) -> Result<Vec<SpokenLook>, SpokenTrainError> {
        let mut net = self.net(&self.trainer.trained()?.parameters)?;
        let mut looks = Vec::new();
        for set in &self.dev {
            let mut hits = 0;
            for chunk in set.sounds.chunks(BATCH) {
                let energies = net.infer(&chunk.iter().map(|s| s.features.clone()).collect::<Vec<_>>())?;
                let right = |(i, sound): (usize, &DevSound)| {
                    let energies = with_silence(energies.block(i), &sound.silence);
                    let best = Emissions::new(energies.view()).and_then(|e| best_path(&e, set.decoder.all()));
                    let right = best.map_err(DecodeError::from)?.is_some_and(|path| path.output == sound.words);
                    Ok::<usize, DecodeError>(usize::from(right))
                };
                hits += chunk.par_iter().enumerate().map(right).sum::<Result<usize, DecodeError>>()?;
            }
            looks.push(SpokenLook { name: set.name.clone(), exact: Share::new(hits, set.sounds.len()) });
        }
        Ok(looks)
    }

    /// A net of the run's shape with these parameters.
    pub(super) fn net(&self, parameters: &[Parameter]) -> Result<Tdnn, SpokenTrainError> {
        let shape = self.config.net.with(self.config.features.filters, self.vocabulary.classes());
        let mut net = Tdnn::new(shape, 0, self.device.clone())?;
        net.set_parameters(parameters)?;
        Ok(net)
    }

    /// Writes a checkpoint.
    ///
    /// # Errors
    /// [`SpokenTrainError::Store`] naming the file.
    pub fn save(&self, path: &Path) -> Result<(), SpokenTrainError> {
        let mut checkpoint = self.trainer.checkpoint()?;
        let bad = |e: serde_json::Error| SpokenTrainError::Resume { path: path.into(), why: e.to_string() };
        let config = serde_json::to_string(&self.config).map_err(bad)?;
        checkpoint.notes = Notes::from([(CONFIG.to_owned(), config), (SEED.to_owned(), self.seed.to_string())]);
        Ok(save_checkpoint(path, &checkpoint)?)
    }

    /// Goes on from what [`SpokenRun::save`] wrote, number for number as if it had never stopped.
    ///
    /// # Errors
    /// [`SpokenTrainError::Resume`] where the checkpoint is another config's or seed's.
    pub fn resume(&mut self, path: &Path) -> Result<(), SpokenTrainError> {
        let checkpoint = load_checkpoint(path)?;
        let other = |why: String| SpokenTrainError::Resume { path: path.into(), why };
        let note = |name: &str| checkpoint.notes.get(name).ok_or_else(|| other(format!("it has no note {name:?}")));
        let trained: SpokenConfig =
            serde_json::from_str(note(CONFIG)?).map_err(|e| other(format!("note {CONFIG:?}: {e}")))?;
        // What reading and looking need may change.
        let own = SpokenConfig {
            dev: trained.dev.clone(),
            grammar: trained.grammar.clone(),
            half: trained.half,
            ..self.config.clone()
        };
        if trained != own {
            return Err(other("it was trained with another config".into()));
        }
        let seed = note(SEED)?;
        if *seed != self.seed.to_string() {
            return Err(other(format!("its seed is {seed}, not {}", self.seed)));
        }
        self.trainer.resume(&checkpoint).map_err(|e| other(e.to_string()))
    }
}

/// The strings of a held-out set, or its recordings one by one, as sounds with their edges in samples.
pub fn held_out(set: &SpokenDev, recordings: Vec<Recording>, config: &SpokenConfig) -> Vec<Strung> {
    let Some(count) = set.strings else {
        let whole = |r: Recording| {
            let edges = vec![(0, r.samples.len())];
            let counts = vec![r.words.len()];
            Strung { samples: r.samples, words: r.words, edges, counts }
        };
        return recordings.into_iter().map(whole).collect();
    };
    let mut rng = ChaCha8Rng::seed_from_u64(DEV_SEED);
    let (strings, heard) = (config.strings.clone(), (config.features.clone(), config.normalise, config.silence));
    let longest = strings.longest;
    let source = StringSource::new(recordings, strings, Default::default(), heard, 1, DEV_SEED);
    // As many of each length as of another.
    (0..count).map(|i| source.draw(1 + i % longest, &mut rng)).collect()
}

fn dev_set(
    set: &SpokenDev,
    recordings: Vec<Recording>,
    config: &SpokenConfig,
    vocabulary: &Vocabulary,
    features: &Features,
) -> Result<SpokenDevSet, SpokenTrainError> {
    let decoder = Decoder::new(vocabulary.clone(), &word_grammar(&set.grammar, vocabulary)?)?;
    let one = |(i, made): (usize, Strung)| {
        let wrong = |source| SpokenTrainError::Sound { name: format!("{}, sound {}", set.name, i + 1), source };
        let sound = Sound::new(made.samples, config.features.rate).map_err(|e| wrong(e.into()))?;
        let mut heard = features.raw(&sound).map_err(wrong)?;
        let silence = config.silence.of(&heard);
        config.normalise.apply(&mut heard);
        Ok(DevSound { features: heard, silence, words: made.words })
    };
    let all = held_out(set, recordings, config);
    let sounds = all.into_par_iter().enumerate().map(one).collect::<Result<Vec<_>, SpokenTrainError>>()?;
    Ok(SpokenDevSet { name: set.name.clone(), decoder, sounds })
}
