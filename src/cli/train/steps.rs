//! What all trainings share: checkpoints, the bar, looks at held-out sets, Ctrl-C.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::super::error::{At, CliError, complain};
use super::super::progress::{Bar, clock};
use crate::learn::{Control, Progress};

/// One net in training.
pub(super) trait Job {
    /// Begins, where there is no checkpoint to go on from.
    fn begin(&mut self) -> Result<(), CliError> {
        Ok(())
    }

    /// Goes on from a checkpoint.
    fn resume(&mut self, checkpoint: &Path) -> Result<(), CliError>;

    /// Writes a checkpoint.
    fn save(&self, checkpoint: &Path) -> Result<(), CliError>;

    /// Steps done.
    fn step(&self) -> u64;

    /// Steps of the whole training.
    fn steps(&self) -> u64;

    /// Trains up to a step, or until `watch` says stop; `false` where it did.
    fn run_to(&mut self, step: u64, watch: &mut dyn FnMut(&Progress) -> Control) -> Result<bool, CliError>;

    /// What held-out sets say, to be appended to a line.
    fn look(&mut self) -> Result<String, CliError>;
}

/// How nets are taken through their steps.
pub(super) struct Steps {
    /// The config's file, for messages.
    pub config: PathBuf,
    /// Where checkpoints and log go.
    pub out: PathBuf,
    /// Whether to go on from checkpoints.
    pub resume: bool,
    /// Steps between checkpoints.
    pub check: u64,
    /// The device's name.
    pub device: String,
    /// Ctrl-C.
    pub stop: Arc<Interrupt>,
}

/// Where the checkpoint of a net goes.
pub(super) fn checkpoint(out: &Path, net: usize) -> PathBuf {
    let number = if net == 0 { String::new() } else { format!("-{}", net + 1) };
    out.join(format!("checkpoint{number}.safetensors"))
}

impl Steps {
    /// Trains a net, from its checkpoint on where there is one.
    pub(super) fn run(&self, job: &mut dyn Job, net: usize, nets: usize) -> Result<(), CliError> {
        let checkpoint = &checkpoint(&self.out, net);
        if self.resume && checkpoint.exists() {
            job.resume(checkpoint)?;
            self.stop.saved.store(true, Ordering::Relaxed);
        } else {
            job.begin()?;
        }
        let which = if nets > 1 { format!("net {} of {nets}, ", net + 1) } else { String::new() };
        let steps = job.steps();
        let bar = Bar::new(steps, "steps");
        let (config, device, from) = (self.config.display(), &self.device, job.step());
        bar.line(&format!("{config}: {which}{steps} steps on {device}, from step {from}"));
        while job.step() < steps {
            let next = (job.step() / self.check + 1) * self.check;
            let mut mean = Mean::default();
            let mut elapsed = None;
            let mut watch = |p: &Progress| {
                mean.add(p.loss, p.absent);
                elapsed = Some(p.elapsed);
                bar.at(p.step);
                bar.note(format!("loss {:.3}", p.loss));
                if self.stop.asked.load(Ordering::Relaxed) { Control::Stop } else { Control::Continue }
            };
            self.stop.saved.store(false, Ordering::Relaxed);
            let whole = job.run_to(next, &mut watch)?;
            job.save(checkpoint)?;
            self.stop.saved.store(true, Ordering::Relaxed);
            if !whole || self.stop.asked.load(Ordering::Relaxed) {
                bar.done();
                let why = format!("stopped after step {}; --resume goes on", job.step());
                return Err(why).at(checkpoint.display());
            }
            let line = which.clone() + &line(job.step(), &mean, elapsed.unwrap_or_default()) + &job.look()?;
            bar.line(&line);
            self.log(&line)?;
        }
        bar.done();
        Ok(())
    }

    fn log(&self, line: &str) -> Result<(), CliError> {
        let path = self.out.join("log.txt");
        let file = std::fs::File::options().create(true).append(true).open(&path);
        file.and_then(|mut f| writeln!(f, "{line}")).at(path.display())
    }
}

/// What Ctrl-C does: the first one asks for a checkpoint and an end after the step at work, or ends the program at once
/// where the checkpoint has everything already; the second ends it at once.
#[derive(Default)]
pub(super) struct Interrupt {
    asked: AtomicBool,
    saved: AtomicBool,
}

impl Interrupt {
    /// From now on.
    pub(super) fn catch() -> Arc<Self> {
        let caught = Arc::new(Interrupt::default());
        let handler = Arc::clone(&caught);
        // Without a handler Ctrl-C kills, and the last checkpoint is what is left.
        let _ = ctrlc::set_handler(move || {
            if handler.saved.load(Ordering::Relaxed) {
                complain(&"stopped; --resume goes on");
                std::process::exit(130);
            }
            if handler.asked.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        });
        caught
    }
}

/// A mean over the batches that had a loss.
#[derive(Default)]
struct Mean {
    total: f64,
    batches: u32,
    absent: u64,
}

impl Mean {
    fn add(&mut self, loss: f64, absent: u64) {
        self.absent += absent;
        if loss.is_finite() {
            self.total += loss;
            self.batches += 1;
        }
    }
}

/// The steps up to a check, in a line.
fn line(step: u64, mean: &Mean, elapsed: Duration) -> String {
    let loss = mean.total / f64::from(mean.batches);
    let mut line = format!("step {step:6}  {:>8}  loss {loss:7.4}", clock(elapsed));
    if mean.absent > 0 {
        line += &format!("  {} answers absent", mean.absent);
    }
    line
}
