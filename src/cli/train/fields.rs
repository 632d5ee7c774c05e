//! `energraph train digits` and `train amounts`: readers of fields.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::super::error::{At, CliError};
use super::report::{Made, read_so_well};
use super::steps::{Job, Steps};
use super::{Train, data_folder};
use crate::handwriting::save;
use crate::handwriting::train::{Finished, Look, Run, SourceConfig, TrainConfig, TrainError};
use crate::learn::{Control, Progress};
use crate::nn::ComputeDevice;

/// Trains all nets, writes the model, says what came of it.
pub(super) fn run(
    train: &Train,
    device: &ComputeDevice,
    open: impl FnOnce(u64) -> Result<Steps, CliError>,
) -> Result<String, CliError> {
    let config = config(train)?;
    let data = data_folder(relative_path(&config)).at(train.config.display())?;
    let steps = open(config.schedule.check)?;
    let began = Instant::now();
    let count = config.scorer.nets();
    let one = |net: usize| -> Result<Run, CliError> {
        let seed = train.seed.wrapping_add(net as u64);
        let run = Run::new(config.clone(), &data, seed, device.clone()).map_err(|e| told(&train.config, e))?;
        let mut job = Fields { run, train, net };
        steps.run(&mut job, net, count)?;
        Ok(job.run)
    };
    let mut nets = Vec::new();
    for net in 0..count - 1 {
        nets.push(one(net)?.net().map_err(|e| told(&train.config, e))?);
    }
    let finished = one(nets.len())?.finish(&train.name(), &nets).map_err(|e| told(&train.config, e))?;
    let model = train.model();
    save(&model, &finished.info, &finished.parameters).map_err(|e| told(&model, e.into()))?;
    Ok(report(&finished, &model, device.name(), began.elapsed()))
}

/// One net of a reader in training.
struct Fields<'a> {
    run: Run,
    train: &'a Train,
    net: usize,
}

impl Job for Fields<'_> {
    fn begin(&mut self) -> Result<(), CliError> {
        match &self.train.start_from {
            Some(model) => self.run.start_from(model, self.net).map_err(|e| told(model, e)),
            None => Ok(()),
        }
    }

    fn resume(&mut self, checkpoint: &Path) -> Result<(), CliError> {
        self.run.resume(checkpoint).map_err(|e| told(checkpoint, e))
    }

    fn save(&self, checkpoint: &Path) -> Result<(), CliError> {
        self.run.save(checkpoint).map_err(|e| told(checkpoint, e))
    }

    fn step(&self) -> u64 {
        self.run.trainer.step()
    }

    fn steps(&self) -> u64 {
        self.run.config.schedule.steps
    }

    fn run_to(&mut self, step: u64, watch: &mut dyn FnMut(&Progress) -> Control) -> Result<bool, CliError> {
        self.run.run_to(step, watch).map_err(|e| told(&self.train.config, e))
    }

    fn look(&mut self) -> Result<String, CliError> {
        let dev = self.run.look().map_err(|e| told(&self.train.config, e))?;
        Ok(dev.iter().map(shown).collect())
    }
}

/// One look at a held-out set.
fn shown(look: &Look) -> String {
    let loss = look.loss.map_or(String::new(), |loss| format!(" ({loss:.3})"));
    format!("  {} {:.2} %{loss}", look.name, 100.0 * look.exact.value())
}

/// The config file, as the other options change it.
fn config(train: &Train) -> Result<TrainConfig, CliError> {
    let mut config = TrainConfig::read(&train.config).map_err(|e| told(&train.config, e.into()))?;
    for stack in &train.hold_out {
        if stack.hold_out(&mut config) == 0 {
            return Err(format!("no data and no dev set is {}", stack.name())).at(train.config.display());
        }
    }
    config.schedule.steps = train.steps.unwrap_or(config.schedule.steps);
    Ok(config)
}

/// A path of the config that needs the data folder.
fn relative_path(config: &TrainConfig) -> Option<PathBuf> {
    let of_source = |s: &SourceConfig| match s {
        SourceConfig::Stack { stack, .. } | SourceConfig::Idx { stack, .. } => Some(stack.clone()),
        SourceConfig::Composed { idx, .. } => Some(idx.clone()),
        _ => None,
    };
    let mut named = config.data.iter().filter_map(of_source).chain(config.dev.iter().map(|d| d.stack.clone()));
    named.find(|p| p.is_relative())
}

/// Errors of training name their file already where they are about one.
fn told(place: &Path, e: TrainError) -> CliError {
    let text = e.to_string();
    let named = matches!(
        e,
        TrainError::Config(_)
            | TrainError::Stack(_)
            | TrainError::Idx(_)
            | TrainError::Symbol { .. }
            | TrainError::Model(_)
            | TrainError::Resume { .. }
            | TrainError::Start { .. }
            | TrainError::Io { .. }
    );
    if named { CliError::Plain(text) } else { CliError::At { place: place.display().to_string(), cause: e.into() } }
}

/// What came of it.
fn report(finished: &Finished, model: &Path, device: &str, whole: Duration) -> String {
    let info = &finished.info;
    let made = Made { model, device, steps: info.steps, seed: info.seed, elapsed: finished.elapsed, whole };
    let mut text = format!("{made}, beta {:.3}\n", info.beta);
    text.extend(finished.dev.iter().map(|set| read_so_well(&set.name, &set.exact, &set.scored)));
    text
}
