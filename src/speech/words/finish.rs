//! The end of a run: the temperature of the confidence and the model file's contents.

use std::time::Duration;

use ndarray::Array2;
use rayon::prelude::*;

use super::silence::with_silence;
use super::train::SpokenTrainError;
use super::{Candidate, DecodeError, Decoder, SPOKEN_VERSION, SpokenInfo, SpokenRun, WordRecognizer};
use crate::learn::{FrontEnd, Parameter, Scored, Share, Trained, confidence, log_loss, round_weights};
use crate::paths::Beta;
use crate::trellis::{Emissions, free_energy};

/// Distinct answers whose free energies are compared.
const CANDIDATES: usize = 2;

/// Where β is sought.
const RANGE: (f64, f64) = (0.1, 10.0);

/// How well one held-out set is read in the end.
#[derive(Debug, Clone, PartialEq)]
pub struct SpokenResult {
    /// Its name.
    pub name: String,
    /// Strings read exactly.
    pub exact: Share,
    /// A confidence for each of its sounds, at a β that was fitted on other sounds.
    pub scored: Vec<Scored>,
}

/// A trained recogniser.
#[derive(Debug, Clone, PartialEq)]
pub struct FinishedSpoken {
    /// All but the parameters.
    pub info: SpokenInfo,
    /// The averaged parameters.
    pub parameters: Vec<Parameter>,
    /// The held-out sets.
    pub dev: Vec<SpokenResult>,
    /// Time spent on the steps, over all runs.
    pub elapsed: Duration,
}

/// What a held-out sound may say, to be weighed at any β.
struct Weighed<'a> {
    energies: Array2<f32>,
    decoder: &'a Decoder,
    /// Whether an answer is right, and its alignments.
    answers: Vec<(bool, Candidate)>,
}

/// A sound without an answer.
const UNREAD: Scored = Scored { confidence: 0.0, right: false };

impl Weighed<'_> {
    /// The most probable answer at β.
    fn at(&self, beta: f64) -> Result<Scored, DecodeError> {
        let Ok(lift) = Beta::finite(beta) else { return Ok(UNREAD) };
        let e = Emissions::new(self.energies.view())?;
        let mut best = (f64::INFINITY, false);
        for (right, answer) in &self.answers {
            let energy = free_energy(&e, &answer.topology, lift)?;
            if energy < best.0 {
                best = (energy, *right);
            }
        }
        let total = free_energy(&e, self.decoder.all(), lift)?;
        Ok(Scored { confidence: confidence(best.0, total, beta), right: best.1 })
    }
}

impl SpokenRun {
    /// Fits β on the held-out sets and collects what the model file holds.
    ///
    /// β has the lowest log-loss of "the answer is right" over all held-out sounds. The confidences stored for certificates
    /// are cross-fitted: every sound is weighed at the β of the half it is not in, so that none has seen itself. Without held-out sets β is
    /// 1 and nothing can be certified.
    ///
    /// # Errors
    /// Where the net fails.
    ///
    /// # Cost
    /// One reading of the held-out sets and 16 free energies of each sound.
    pub fn finish(&self, name: &str) -> Result<FinishedSpoken, SpokenTrainError> {
        let Trained { mut parameters, elapsed } = self.trainer.trained()?;
        if self.config.half {
            round_weights(&mut parameters);
        }
        let sounds = self.weigh(&parameters)?;
        let grid = Grid::of(&sounds)?;
        let beta = grid.best(|_| true);
        let halves = [grid.best(|i| i % 2 == 1), grid.best(|i| i % 2 == 0)];
        let scored = sounds.par_iter().enumerate().map(|(i, w)| scored(w, halves[i % 2]));
        let scored = scored.collect::<Result<Vec<Scored>, DecodeError>>()?;
        let mut rest = scored.as_slice();
        let mut dev = Vec::new();
        for set in &self.dev {
            let (own, others) = rest.split_at(set.sounds.len().min(rest.len()));
            rest = others;
            let exact = Share::new(own.iter().filter(|s| s.right).count(), own.len());
            dev.push(SpokenResult { name: set.name.clone(), exact, scored: own.to_vec() });
        }
        let confidences = scored.iter().map(|s| (s.confidence as f32, s.right)).collect();
        let info = SpokenInfo { beta, dev: confidences, ..self.info(name) };
        Ok(FinishedSpoken { info, parameters, dev, elapsed })
    }

    /// The recogniser as it is trained so far, averaged, under a grammar; β is 1, as nothing is fitted.
    ///
    /// # Errors
    /// [`SpokenTrainError`] for the grammar, and where the net fails.
    pub fn recognizer(&self, grammar: &str) -> Result<WordRecognizer, SpokenTrainError> {
        let net = self.net(&self.trainer.trained()?.parameters)?;
        let made = WordRecognizer::new(&self.info("in training"), net, self.vocabulary.clone(), grammar);
        made.map_err(|e| SpokenTrainError::Recognizer(Box::new(e)))
    }

    fn info(&self, name: &str) -> SpokenInfo {
        SpokenInfo {
            version: SPOKEN_VERSION,
            name: name.to_owned(),
            model: self.config.model.clone(),
            grammar: self.config.grammar.clone(),
            features: self.config.features.clone(),
            normalise: self.config.normalise,
            silence: self.config.silence,
            net: self.config.net.clone(),
            beta: 1.0,
            dev: Vec::new(),
            steps: self.trainer.step(),
            seed: self.seed,
        }
    }

    fn weigh(&self, parameters: &[Parameter]) -> Result<Vec<Option<Weighed<'_>>>, SpokenTrainError> {
        let mut net = self.net(parameters)?;
        let mut all = Vec::new();
        for set in &self.dev {
            for chunk in set.sounds.chunks(16) {
                let energies = net.infer(&chunk.iter().map(|s| s.features.clone()).collect::<Vec<_>>())?;
                let one = |(i, sound): (usize, &super::DevSound)| {
                    let energies = with_silence(energies.block(i), &sound.silence);
                    let answers = set.decoder.candidates(&Emissions::new(energies.view()).ok()?, CANDIDATES).ok()?;
                    let answers = answers.into_iter().map(|c| (c.output == sound.words, c)).collect();
                    Some(Weighed { energies, decoder: &set.decoder, answers })
                };
                all.par_extend(chunk.par_iter().enumerate().map(one));
            }
        }
        Ok(all)
    }
}

fn scored(sound: &Option<Weighed<'_>>, beta: f64) -> Result<Scored, DecodeError> {
    sound.as_ref().map_or(Ok(UNREAD), |w| w.at(beta))
}

/// Every sound's answer at every β of the grid.
struct Grid {
    at: Vec<Vec<Scored>>,
}

impl Grid {
    /// Inverse temperatures, evenly apart in their logarithms.
    const POINTS: usize = 15;

    fn beta(place: f64) -> f64 {
        RANGE.0 * (RANGE.1 / RANGE.0).powf(place / (Grid::POINTS - 1) as f64)
    }

    fn of(sounds: &[Option<Weighed<'_>>]) -> Result<Self, DecodeError> {
        let at = |i: usize| sounds.par_iter().map(|w| scored(w, Grid::beta(i as f64))).collect();
        Ok(Grid { at: (0..Grid::POINTS).map(at).collect::<Result<_, _>>()? })
    }

    /// The β of lowest log-loss on the sounds chosen by number, where the parabola through the best of the grid and its neighbours
    /// is lowest; 1 where there is no sound.
    fn best(&self, chosen: impl Fn(usize) -> bool) -> f64 {
        let pick = |list: &Vec<Scored>| -> Vec<Scored> {
            list.iter().enumerate().filter(|(i, _)| chosen(*i)).map(|(_, s)| *s).collect()
        };
        if self.at.first().is_none_or(|list| pick(list).is_empty()) {
            return 1.0;
        }
        let losses: Vec<f64> = self.at.iter().map(|list| log_loss(pick(list))).collect();
        let Some((i, &least)) = losses.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)) else { return 1.0 };
        let around = i.checked_sub(1).and_then(|before| losses.get(before)).zip(losses.get(i + 1));
        let aside = around.map_or(0.0, |(a, b)| 0.5 * (a - b) / (a - 2.0 * least + b).max(f64::MIN_POSITIVE));
        Grid::beta(i as f64 + aside.clamp(-0.5, 0.5))
    }
}
