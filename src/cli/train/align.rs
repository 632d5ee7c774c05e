//! `energraph train align`: aligners.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::super::error::{At, CliError};
use super::report::Made;
use super::steps::{Job, Steps};
use super::{Train, data_folder};
use crate::learn::{Control, Progress};
use crate::nn::ComputeDevice;
use crate::speech::save_aligner;
use crate::speech::train::{AlignConfig, Finished, Look, Run, TrainError};

/// Trains all nets, writes the model, says what came of it.
pub(super) fn run(
    train: &Train,
    device: &ComputeDevice,
    open: impl FnOnce(u64) -> Result<Steps, CliError>,
) -> Result<String, CliError> {
    if !train.hold_out.is_empty() || train.start_from.is_some() {
        return Err(CliError::Usage("--hold-out and --start-from are for readers of fields".into()));
    }
    let mut config = AlignConfig::read(&train.config).map_err(|e| told(&train.config, e.into()))?;
    config.schedule.steps = train.steps.unwrap_or(config.schedule.steps);
    let data = data_folder(relative_path(&config)).at(train.config.display())?;
    let steps = open(config.schedule.check)?;
    let began = Instant::now();
    let count = config.nets;
    let one = |net: usize| -> Result<Run, CliError> {
        let seed = train.seed.wrapping_add(net as u64);
        let run = Run::new(config.clone(), &data, seed, device.clone()).map_err(|e| told(&train.config, e))?;
        let mut job = Boundaries { run, config: &train.config };
        steps.run(&mut job, net, count)?;
        Ok(job.run)
    };
    let mut nets = Vec::new();
    for net in 0..count - 1 {
        nets.push(one(net)?.net().map_err(|e| told(&train.config, e))?);
    }
    let finished = one(nets.len())?.finish(&train.name(), &nets).map_err(|e| told(&train.config, e))?;
    let model = train.model();
    save_aligner(&model, &finished.info, &finished.parameters).map_err(|e| told(&model, e.into()))?;
    Ok(report(&finished, &model, device.name(), began.elapsed()))
}

/// One net of an aligner in training.
struct Boundaries<'a> {
    run: Run,
    config: &'a Path,
}

impl Job for Boundaries<'_> {
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
        let dev = self.run.look().map_err(|e| told(self.config, e))?;
        Ok(dev.iter().map(|look| format!("  {}", shown(look))).collect())
    }
}

/// How near the boundaries of a held-out set are.
fn shown(look: &Look) -> String {
    let found = &look.differences;
    let share = |seconds: f64| 100.0 * found.within(seconds).unwrap_or(f64::NAN);
    let mean = 1000.0 * found.mean().unwrap_or(f64::NAN);
    let failed = if look.failed > 0 { format!(", {} not aligned", look.failed) } else { String::new() };
    format!("{} 25 ms {:.2} %, 50 ms {:.2} %, mean {mean:.2} ms{failed}", look.name, share(0.025), share(0.050))
}

/// A path of the config that needs the data folder.
fn relative_path(config: &AlignConfig) -> Option<PathBuf> {
    let sets = config.data.iter().chain(&config.dev);
    sets.flat_map(|set| std::iter::once(&set.from).chain(&set.table)).find(|p| p.is_relative()).cloned()
}

/// Errors of training name their file already where they are about one.
fn told(place: &Path, e: TrainError) -> CliError {
    use TrainError as E;
    match e {
        E::Config(_) | E::Data(_) | E::Utterance { .. } | E::Model(_) | E::Resume { .. } => {
            CliError::Plain(e.to_string())
        }
        _ => CliError::At { place: place.display().to_string(), cause: e.into() },
    }
}

/// What came of it.
fn report(finished: &Finished, model: &Path, device: &str, whole: Duration) -> String {
    let info = &finished.info;
    let made = Made { model, device, steps: info.steps, seed: info.seed, elapsed: finished.elapsed, whole };
    let mut text = format!("{made}, {} phones, beta {:.2}\n", info.phones.len(), info.beta);
    for look in &finished.dev {
        let found = &look.differences;
        text += &format!(
            "{}; 10 ms {:.2} %, median {:.2} ms, {} boundaries\n",
            shown(look),
            100.0 * found.within(0.010).unwrap_or(f64::NAN),
            1000.0 * found.median().unwrap_or(f64::NAN),
            found.count()
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_about_an_utterance_names_it_first() {
        let e = TrainError::Utterance { name: "a.wav".into(), why: "too short".into() };
        assert_eq!(told(Path::new("x.toml"), e).to_string(), "a.wav: too short");
        let e = TrainError::Nets { expected: 2, found: 1 };
        assert!(told(Path::new("x.toml"), e).to_string().starts_with("x.toml: 1 nets"));
    }
}
