//! `energraph train spoken`: recognisers of words.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::super::error::{At, CliError};
use super::report::{Made, read_so_well};
use super::steps::{Job, Steps};
use super::{Train, data_folder};
use crate::learn::{Control, Progress};
use crate::nn::ComputeDevice;
use crate::speech::words::{FinishedSpoken, RecordingsConfig, SpokenConfig, SpokenRun, SpokenTrainError, save_spoken};

/// Trains the net, writes the model, says what came of it.
pub(super) fn run(
    train: &Train,
    device: &ComputeDevice,
    open: impl FnOnce(u64) -> Result<Steps, CliError>,
) -> Result<String, CliError> {
    if !train.hold_out.is_empty() || train.start_from.is_some() {
        return Err(CliError::Usage("--hold-out and --start-from are for readers of fields".into()));
    }
    let mut config = SpokenConfig::read(&train.config).map_err(|e| CliError::Plain(e.to_string()))?;
    if let Some(speaker) = &train.hold_out_speaker {
        config.hold_out(speaker);
    }
    config.schedule.steps = train.steps.unwrap_or(config.schedule.steps);
    let data = data_folder(relative_path(&config)).at(train.config.display())?;
    let steps = open(config.schedule.check)?;
    let began = Instant::now();
    let run = SpokenRun::new(config, &data, train.seed, device.clone()).map_err(|e| told(&train.config, e))?;
    let mut job = Words { run, config: &train.config };
    steps.run(&mut job, 0, 1)?;
    let finished = job.run.finish(&train.name()).map_err(|e| told(&train.config, e))?;
    let model = train.model();
    save_spoken(&model, &finished.info, &finished.parameters).map_err(|e| CliError::Plain(e.to_string()))?;
    Ok(report(&finished, &model, device.name(), began.elapsed()))
}

/// A recogniser in training.
struct Words<'a> {
    run: SpokenRun,
    config: &'a Path,
}

impl Job for Words<'_> {
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
        self.run.run_to(step, watch).map_err(|e| told(self.config, e))
    }

    fn look(&mut self) -> Result<String, CliError> {
        let looks = self.run.look().map_err(|e| told(self.config, e))?;
        Ok(looks.iter().map(|look| format!("  {} {:.2} %", look.name, 100.0 * look.exact.value())).collect())
    }
}

/// A path of the config that needs the data folder.
fn relative_path(config: &SpokenConfig) -> Option<PathBuf> {
    let sets = config.data.iter().chain(config.dev.iter().map(|d| &d.data));
    sets.map(RecordingsConfig::source).find(|p| p.is_relative()).map(PathBuf::from)
}

/// Errors of training name their file already where they are about one.
fn told(place: &Path, e: SpokenTrainError) -> CliError {
    use SpokenTrainError as E;
    match e {
        E::Recordings(_) | E::Grammar(_) | E::Store(_) | E::Resume { .. } => CliError::Plain(e.to_string()),
        _ => CliError::At { place: place.display().to_string(), cause: e.into() },
    }
}

/// What came of it.
fn report(finished: &FinishedSpoken, model: &Path, device: &str, whole: Duration) -> String {
    let info = &finished.info;
    let made = Made { model, device, steps: info.steps, seed: info.seed, elapsed: finished.elapsed, whole };
    let mut text = format!("{made}, beta {:.3}\n", info.beta);
    text.extend(finished.dev.iter().map(|set| read_so_well(&set.name, &set.exact, &set.scored)));
    text
}
