//! `energraph train`.

mod spoken;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;

use super::error::{At, CliError, complain};
use super::files::deliver;
use super::progress::{Bar, clock};
use super::stack::StackArg;
use crate::handwriting::save;
use crate::handwriting::train::{Finished, Look, Run, SourceConfig, TrainConfig, TrainError};
use crate::learn::{Control, accepted_at_error, error_reject_curve};
use crate::nn::{ComputeDevice, DeviceChoice};

/// The variable that names the folder of the data.
pub(super) const DATA: &str = "ENERGRAPH_DATA";

/// Train a reader as a config file says; the model goes to DIR/model.safetensors.
///
/// Stacks and digits of the config are looked up in the folder that the environment variable ENERGRAPH_DATA names. A
/// checkpoint is written every `schedule.check` steps and on Ctrl-C; `--resume` goes on from it, number for number as if
/// the run had never stopped.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ENERGRAPH_DATA=~/data energraph train amounts --config data/models/amounts.toml --out run"
)]
pub(super) struct Train {
    /// What the model is for, as reports name it: digits or amounts on images, spoken words.
    #[arg(value_parser = ["digits", "amounts", "spoken"])]
    task: String,
    /// The config, complete: see data/models/*.toml.
    #[arg(long, value_name = "FILE.toml")]
    config: PathBuf,
    /// Where checkpoint, log and model go.
    #[arg(long, value_name = "DIR", default_value = "energraph-run")]
    out: PathBuf,
    /// Go on from the checkpoint in DIR, if there is one.
    #[arg(long)]
    resume: bool,
    /// Begin with the parameters of this model instead of random ones: to adapt a reader to fields of your own.
    #[arg(long, value_name = "MODEL")]
    start_from: Option<PathBuf>,
    /// What everything random follows from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Keep these lines out of all that is trained on or held out, for a cross-validation; may be given several times.
    #[arg(long, value_name = "STACK:A-B")]
    hold_out: Vec<StackArg>,
    /// Of spoken words, keep this speaker out of all that is trained on, and hold out nobody else.
    #[arg(long, value_name = "NAME")]
    hold_out_speaker: Option<String>,
    /// Steps, instead of the config's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    steps: Option<u64>,
    /// Threads; as many as there are cores if not given.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Where to compute: auto, cpu, wgpu or cuda.
    #[arg(long, default_value = "auto")]
    device: DeviceChoice,
}

impl Train {
    /// Trains, shows how it goes, writes the model.
    pub(super) fn run(&self) -> Result<(), CliError> {
        if let Some(n) = self.threads {
            rayon::ThreadPoolBuilder::new().num_threads(n).build_global().at("--threads")?;
        }
        if self.task == "spoken" {
            return spoken::train(self);
        }
        if self.hold_out_speaker.is_some() {
            return Err(CliError::Usage("--hold-out-speaker is for spoken".into()));
        }
        let config = self.config()?;
        let data = data_folder(&config).at(self.config.display())?;
        let device = self.device.resolve().at("--device")?;
        let device_name = device.name().to_owned();
        std::fs::create_dir_all(&self.out).at(self.out.display())?;
        let first = self.checkpoint(0);
        if !self.resume && first.exists() {
            let why = "a run has been here; give --resume to go on with it, or another --out";
            return Err(why).at(first.display());
        }
        let began = Instant::now();
        let stop = Interrupt::catch();
        let train = |net| self.train(net, &config, &data, &device, &stop);
        let mut nets = Vec::new();
        for net in 0..config.scorer.nets() - 1 {
            nets.push(train(net)?.net().map_err(|e| told(&self.config, e))?);
        }
        let run = train(nets.len())?;
        let name = self.config.file_stem().map_or_else(|| self.task.clone(), |n| n.to_string_lossy().into_owned());
        let finished = run.finish(&name, &nets).map_err(|e| told(&self.config, e))?;
        let model = self.out.join("model.safetensors");
        save(&model, &finished.info, &finished.parameters).map_err(|e| told(&model, e.into()))?;
        deliver(&report(&finished, &model, &device_name, began.elapsed()), None)
    }

    /// Where the checkpoint of a net goes.
    fn checkpoint(&self, net: usize) -> PathBuf {
        let number = if net == 0 { String::new() } else { format!("-{}", net + 1) };
        self.out.join(format!("checkpoint{number}.safetensors"))
    }

    /// Trains one net, from its checkpoint on where there is one.
    fn train(
        &self,
        net: usize,
        config: &TrainConfig,
        data: &Path,
        device: &ComputeDevice,
        stop: &Interrupt,
    ) -> Result<Run, CliError> {
        let seed = self.seed.wrapping_add(net as u64);
        let mut run = Run::new(config.clone(), data, seed, device.clone()).map_err(|e| told(&self.config, e))?;
        let checkpoint = self.checkpoint(net);
        if self.resume && checkpoint.exists() {
            run.resume(&checkpoint).map_err(|e| told(&checkpoint, e))?;
            stop.saved.store(true, Ordering::Relaxed);
        } else if let Some(model) = &self.start_from {
            run.start_from(model, net).map_err(|e| told(model, e))?;
        }
        self.steps(&mut run, net, device.name(), stop)?;
        Ok(run)
    }

    /// The config file, as the other options change it.
    fn config(&self) -> Result<TrainConfig, CliError> {
        let mut config = TrainConfig::read(&self.config).map_err(|e| told(&self.config, e.into()))?;
        for stack in &self.hold_out {
            if stack.hold_out(&mut config) == 0 {
                return Err(format!("no data and no dev set is {}", stack.name())).at(self.config.display());
            }
        }
        config.schedule.steps = self.steps.unwrap_or(config.schedule.steps);
        Ok(config)
    }

    /// All the steps that are left.
    fn steps(&self, run: &mut Run, net: usize, device: &str, stop: &Interrupt) -> Result<(), CliError> {
        let checkpoint = &self.checkpoint(net);
        let nets = run.config.scorer.nets();
        let which = if nets > 1 { format!("net {} of {nets}, ", net + 1) } else { String::new() };
        let (steps, check) = (run.config.schedule.steps, run.config.schedule.check);
        let bar = Bar::new(steps, "steps");
        let from = run.trainer.step();
        bar.line(&format!("{}: {which}{steps} steps on {device}, from step {from}", self.config.display()));
        while run.trainer.step() < steps {
            let next = (run.trainer.step() / check + 1) * check;
            let mut mean = Mean::default();
            let mut elapsed = None;
            let mut watch = |p: &crate::learn::Progress| {
                mean.add(p.loss, p.absent);
                elapsed = Some(p.elapsed);
                bar.at(p.step);
                bar.note(format!("loss {:.3}", p.loss));
                if stop.asked.load(Ordering::Relaxed) { Control::Stop } else { Control::Continue }
            };
            stop.saved.store(false, Ordering::Relaxed);
            let whole = run.run_to(next, &mut watch).map_err(|e| told(&self.config, e))?;
            run.save(checkpoint).map_err(|e| told(checkpoint, e))?;
            stop.saved.store(true, Ordering::Relaxed);
            if !whole || stop.asked.load(Ordering::Relaxed) {
                bar.done();
                let why = format!("stopped after step {}; --resume goes on", run.trainer.step());
                return Err(why).at(checkpoint.display());
            }
            let dev = run.look().map_err(|e| told(&self.config, e))?;
            let line = which.clone() + &line(run.trainer.step(), &mean, &dev, elapsed.unwrap_or_default());
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

/// The folder that relative paths of the config are looked up in.
fn data_folder(config: &TrainConfig) -> Result<PathBuf, String> {
    if let Some(folder) = std::env::var_os(DATA).filter(|d| !d.is_empty()) {
        return Ok(folder.into());
    }
    let of_source = |s: &SourceConfig| match s {
        SourceConfig::Stack { stack, .. } | SourceConfig::Idx { stack, .. } => Some(stack.clone()),
        SourceConfig::Composed { idx, .. } => Some(idx.clone()),
        _ => None,
    };
    let named = config.data.iter().filter_map(of_source).chain(config.dev.iter().map(|d| d.stack.clone()));
    match named.into_iter().find(|p| p.is_relative()) {
        Some(missing) => {
            Err(format!("reads {} from the folder that {DATA} names, but {DATA} is not set", missing.display()))
        }
        None => Ok(PathBuf::new()),
    }
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

/// What Ctrl-C does: the first one asks for a checkpoint and an end after the step at work, or ends the program at once
/// where the checkpoint has everything already; the second ends it at once.
#[derive(Default)]
struct Interrupt {
    asked: AtomicBool,
    saved: AtomicBool,
}

impl Interrupt {
    fn catch() -> Arc<Self> {
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

/// One look at a run, in a line.
fn line(step: u64, mean: &Mean, dev: &[Look], elapsed: Duration) -> String {
    let loss = mean.total / f64::from(mean.batches);
    let mut line = format!("step {step:6}  {:>8}  loss {loss:7.4}", clock(elapsed));
    if mean.absent > 0 {
        line += &format!("  {} answers absent", mean.absent);
    }
    for look in dev {
        line += &format!("  {} {:.2} %", look.name, 100.0 * look.exact.value());
        if let Some(loss) = look.loss {
            line += &format!(" ({loss:.3})");
        }
    }
    line
}

/// What came of it.
fn report(finished: &Finished, model: &Path, device: &str, whole: Duration) -> String {
    let info = &finished.info;
    let mut text = format!(
        "{}: {} steps on {device} in {} (this run took {}, looks and all), seed {}, beta {:.3}\n",
        model.display(),
        info.steps,
        clock(finished.elapsed),
        clock(whole),
        info.seed,
        info.beta
    );
    for set in &finished.dev {
        let curve = error_reject_curve(&set.scored);
        text += &format!(
            "{}: {} of {} exact, {:.2} % ({:.2} to {:.2}); accepted {:.1} % at 1 % error, {:.1} % at 2 %\n",
            set.name,
            set.exact.hits,
            set.exact.of,
            100.0 * set.exact.value(),
            100.0 * set.exact.low,
            100.0 * set.exact.high,
            100.0 * accepted_at_error(&curve, 0.01),
            100.0 * accepted_at_error(&curve, 0.02),
        );
    }
    text
}
