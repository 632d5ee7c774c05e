//! A training run: utterances, objective and net of a config under the training loop.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ndarray::Array2;

use super::augment::Distorter;
use super::data::{Utterance, read_data};
use super::place::begins;
use super::plan::{Plan, PlanError, segments};
use super::sampler::{Prepared, Sampler};
use super::{AlignConfig, DataConfig, LossConfig, Target, TrainError, flat_start};
use crate::learn::{Control, FrontEnd, Optimiser, Progress, Rule, Schedule, TrainOptions, Trained, Trainer};
use crate::nn::{ComputeDevice, Tdnn};
use crate::paths::Beta;
use crate::speech::boundaries::Differences;
use crate::speech::features::Features;
use crate::speech::readout::Readout;

/// Utterances that the net sees at once when it only looks.
const CHUNK: usize = 32;

/// Held-out utterances of one set.
pub struct DevSet {
    /// Where they are from.
    pub name: String,
    /// Features of each.
    pub(super) features: Vec<Array2<f32>>,
    /// What they say, and when.
    pub(super) items: Vec<Prepared>,
}

/// How well boundaries of a held-out set are placed.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Where it is from.
    pub name: String,
    /// Placed less manual boundaries, in seconds.
    pub differences: Differences,
    /// Utterances that can't be aligned at all.
    pub failed: usize,
}

/// A training run of an aligner, or of one of its nets where the config asks for several.
pub struct Run {
    /// The config.
    pub config: AlignConfig,
    /// The seed of everything random.
    pub seed: u64,
    /// The net under the training loop.
    pub trainer: Trainer<Tdnn>,
    /// Phones with outputs of their own.
    pub known: Vec<String>,
    /// Held-out sets.
    pub dev: Vec<DevSet>,
    pub(super) sampler: Sampler,
    pub(super) device: ComputeDevice,
}

impl Run {
    /// Reads all utterances and builds the net.
    ///
    /// # Errors
    /// [`TrainError`] for anything that can't be read or used.
    pub fn new(config: AlignConfig, data: &Path, seed: u64, device: ComputeDevice) -> Result<Self, TrainError> {
        let rate = config.features.rate;
        let timed = matches!(config.loss, LossConfig::Boundaries { .. });
        let mut utterances = Vec::new();
        for set in &config.data {
            utterances.extend(read_data(set, data, rate, timed)?);
        }
        if let LossConfig::Sequences { flat, .. } = &config.loss {
            let times = flat_start(&utterances, flat)?;
            utterances.iter_mut().zip(times).for_each(|(u, times)| u.times = times);
        }
        let known = known(&utterances, config.known_from);
        let features = Features::new(config.features.clone())?;
        let prepare = |u: Utterance| prepare(u, &known, config.positions);
        let dev = config.dev.iter().map(|set| {
            let items = read_data(set, data, rate, true)?.into_iter().map(prepare).collect::<Result<Vec<_>, _>>()?;
            let heard = items.iter().map(|i| features.apply(&i.utterance.sound).map_err(|e| of(&i.utterance, e)));
            Ok(DevSet { name: named(set), features: heard.collect::<Result<_, TrainError>>()?, items })
        });
        let dev = dev.collect::<Result<Vec<_>, TrainError>>()?;
        let outputs = Readout::new(&known, config.positions, &[]).map_err(PlanError::from)?.outputs();
        let net = Tdnn::new(config.tdnn(outputs), seed, device.clone())?;
        let s = &config.schedule;
        let mut optimiser = Optimiser::new(Rule::ADAMW, s.rate);
        (optimiser.decay, optimiser.clip) = (s.decay, Some(s.clip));
        let schedule = Schedule { peak: s.rate, floor: 0.0, warm_up: s.warmup, steps: s.steps };
        let threads = rayon::current_num_threads();
        let options = TrainOptions { average: Some(s.average), threads, ..TrainOptions::new(schedule) };
        let sampler = Sampler {
            utterances: utterances.into_iter().map(prepare).collect::<Result<_, _>>()?,
            distorter: Distorter::new(&config.features, &config.augment)?,
            batch: s.batch,
            forget: config.forget,
            seed,
        };
        Ok(Run { trainer: Trainer::new(net, optimiser, options), seed, known, dev, sampler, device, config })
    }

    /// Trains up to a step, or until `watch` says stop; `false` where it did.
    ///
    /// # Errors
    /// [`TrainError`] where the net or a loss fails.
    pub fn run_to(&mut self, step: u64, watch: &mut dyn FnMut(&Progress) -> Control) -> Result<bool, TrainError> {
        let objective = self.config.boundaries();
        let loss = |t: &Target, e: ndarray::ArrayView2<'_, f32>, g: ndarray::ArrayViewMut2<'_, f32>| {
            objective.evaluate(t, e, g)
        };
        self.trainer.run_to(step, &mut self.sampler, loss, watch).map_err(|e| TrainError::Loop(Box::new(e)))
    }

    /// The net as it is trained so far, its parameters averaged.
    ///
    /// # Errors
    /// Where the net fails.
    pub fn net(&self) -> Result<Trained, TrainError> {
        Ok(self.trainer.trained()?)
    }

    /// A look at each held-out set, with averaged parameters, at β = 1.
    ///
    /// # Errors
    /// Where the net fails.
    pub fn look(&mut self) -> Result<Vec<Look>, TrainError> {
        let now = self.trainer.front.parameters()?;
        let averaged = self.net()?.parameters;
        self.trainer.front.set_parameters(&averaged)?;
        let front = &mut self.trainer.front;
        let frame = self.config.features.shift();
        let looks = self.dev.iter().map(|set| set.look(&set.outputs(front)?, frame, Beta::ONE)).collect();
        self.trainer.front.set_parameters(&now)?;
        looks
    }
}

impl DevSet {
    /// The net's outputs for every utterance.
    pub(super) fn outputs(&self, net: &mut Tdnn) -> Result<Vec<Array2<f32>>, TrainError> {
        let mut all = Vec::new();
        for chunk in self.features.chunks(CHUNK) {
            let outputs = net.infer(chunk)?;
            all.extend((0..chunk.len()).map(|i| outputs.block(i).to_owned()));
        }
        Ok(all)
    }

    /// How well boundaries are placed from outputs, at β.
    pub(super) fn look(&self, outputs: &[Array2<f32>], frame: f64, beta: Beta) -> Result<Look, TrainError> {
        let mut look = Look { name: self.name.clone(), differences: Differences::default(), failed: 0 };
        for (item, outputs) in self.items.iter().zip(outputs) {
            match begins(&item.plan, outputs.view(), beta).map_err(|e| of(&item.utterance, e))? {
                Some(found) => {
                    let manual = item.segments.iter().skip(1).map(|s| s.times.0);
                    look.differences.signed.extend(found.iter().zip(manual).map(|(f, m)| f * frame - m));
                }
                None => look.failed += 1,
            }
        }
        Ok(look)
    }
}

/// An error about one utterance.
pub(super) fn of(utterance: &Utterance, error: impl std::fmt::Display) -> TrainError {
    TrainError::Utterance { name: utterance.name.clone(), why: error.to_string() }
}

fn prepare(utterance: Utterance, known: &[String], positions: usize) -> Result<Prepared, TrainError> {
    let segments = segments(&utterance.phones, &utterance.times, utterance.sound.seconds());
    let plan = Arc::new(Plan::new(&segments, known, positions).map_err(|e| of(&utterance, e))?);
    let mut phones: Vec<&String> = utterance.phones.iter().collect();
    phones.sort();
    phones.dedup();
    let own = phones.iter().filter_map(|p| plan.readout.classes().find(p)).map(|p| plan.readout.own_outputs(p));
    let own = own.filter(|own| !own.is_empty()).collect();
    Ok(Prepared { utterance, segments, plan, own })
}

/// Phones that occur often enough, sorted.
fn known(utterances: &[Utterance], from: usize) -> Vec<String> {
    let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
    utterances.iter().flat_map(|u| &u.phones).for_each(|p| *counts.entry(p).or_default() += 1);
    counts.into_iter().filter(|(_, n)| *n >= from.max(1)).map(|(p, _)| p.clone()).collect()
}

fn named(set: &DataConfig) -> String {
    let values = set.chosen.values().map(|v| format!("{v}")).collect::<Vec<_>>().join(" ");
    if values.is_empty() { set.from.display().to_string() } else { format!("{} {values}", set.from.display()) }
}
