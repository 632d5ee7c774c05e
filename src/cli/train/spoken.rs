//! `energraph train spoken`.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::super::error::{At, CliError};
use super::super::files::deliver;
use super::super::progress::{Bar, clock};
use super::{DATA, Interrupt, Mean, Train};
use crate::learn::{Control, Progress, accepted_at_error, error_reject_curve};
use crate::speech::words::{
    FinishedSpoken, RecordingsConfig, SpokenConfig, SpokenLook, SpokenRun, SpokenTrainError, save_spoken,
};

/// Trains a recogniser of words, shows how it goes, writes the model.
pub(super) fn train(options: &Train) -> Result<(), CliError> {
    if options.start_from.is_some() || !options.hold_out.is_empty() {
        return Err(CliError::Usage("--start-from and --hold-out are for readers of images; --hold-out-speaker is for spoken".into()));
    }
    let mut config = SpokenConfig::read(&options.config).map_err(|e| CliError::Plain(e.to_string()))?;
    if let Some(speaker) = &options.hold_out_speaker
        && config.hold_out(speaker) == 0
    {
        return Err("no data has speakers").at(options.config.display());
    }
    config.schedule.steps = options.steps.unwrap_or(config.schedule.steps);
    let data = data_folder(&config).at(options.config.display())?;
    let device = options.device.resolve().at("--device")?;
    let device_name = device.name().to_owned();
    std::fs::create_dir_all(&options.out).at(options.out.display())?;
    let checkpoint = options.checkpoint(0);
    if !options.resume && checkpoint.exists() {
        let why = "a run has been here; give --resume to go on with it, or another --out";
        return Err(why).at(checkpoint.display());
    }
    let began = Instant::now();
    let stop = Interrupt::catch();
    let mut run = SpokenRun::new(config, &data, options.seed, device).map_err(|e| told(&options.config, e))?;
    if options.resume && checkpoint.exists() {
        run.resume(&checkpoint).map_err(|e| told(&checkpoint, e))?;
        stop.saved.store(true, Ordering::Relaxed);
    }
    steps(options, &mut run, &checkpoint, &device_name, &stop)?;
    let name = options.config.file_stem().map_or_else(|| options.task.clone(), |n| n.to_string_lossy().into_owned());
    let finished = run.finish(&name).map_err(|e| told(&options.config, e))?;
    let model = options.out.join("model.safetensors");
    save_spoken(&model, &finished.info, &finished.parameters).map_err(|e| CliError::Plain(e.to_string()))?;
    deliver(&report(&finished, &model, &device_name, began.elapsed()), None)
}

/// All the steps that are left.
fn steps(
    options: &Train,
    run: &mut SpokenRun,
    checkpoint: &Path,
    device: &str,
    stop: &Interrupt,
) -> Result<(), CliError> {
    let (steps, check) = (run.config.schedule.steps, run.config.schedule.check);
    let bar = Bar::new(steps, "steps");
    bar.line(&format!("{}: {steps} steps on {device}, from step {}", options.config.display(), run.trainer.step()));
    while run.trainer.step() < steps {
        let next = (run.trainer.step() / check + 1) * check;
        let mut mean = Mean::default();
        let mut elapsed = Duration::ZERO;
        let mut watch = |p: &Progress| {
            mean.add(p.loss, p.absent);
            elapsed = p.elapsed;
            bar.at(p.step);
            bar.note(format!("loss {:.3}", p.loss));
            if stop.asked.load(Ordering::Relaxed) { Control::Stop } else { Control::Continue }
        };
        stop.saved.store(false, Ordering::Relaxed);
        let whole = run.run_to(next, &mut watch).map_err(|e| told(&options.config, e))?;
        run.save(checkpoint).map_err(|e| told(checkpoint, e))?;
        stop.saved.store(true, Ordering::Relaxed);
        if !whole || stop.asked.load(Ordering::Relaxed) {
            bar.done();
            let why = format!("stopped after step {}; --resume goes on", run.trainer.step());
            return Err(why).at(checkpoint.display());
        }
        let looks = run.look().map_err(|e| told(&options.config, e))?;
        let line = line(run.trainer.step(), &mean, &looks, elapsed);
        bar.line(&line);
        options.log(&line)?;
    }
    bar.done();
    Ok(())
}

/// The folder that relative paths of the config are looked up in.
fn data_folder(config: &SpokenConfig) -> Result<std::path::PathBuf, String> {
    if let Some(folder) = std::env::var_os(DATA).filter(|d| !d.is_empty()) {
        return Ok(folder.into());
    }
    let path = |r: &RecordingsConfig| match r {
        RecordingsConfig::Archive { archive, .. } => archive.clone(),
        RecordingsConfig::Folder { folder } => folder.clone(),
    };
    let named = config.data.iter().chain(config.dev.iter().map(|d| &d.data)).map(path);
    match named.into_iter().find(|p| p.is_relative()) {
        Some(missing) => {
            Err(format!("reads {} from the folder that {DATA} names, but {DATA} is not set", missing.display()))
        }
        None => Ok(std::path::PathBuf::new()),
    }
}

/// Errors of training name their file already where they are about one.
fn told(place: &Path, e: SpokenTrainError) -> CliError {
    use SpokenTrainError as E;
    match e {
        E::Recordings(_) | E::Grammar(_) | E::Model(_) | E::Store(_) | E::Resume { .. } => CliError::Plain(e.to_string()),
        _ => CliError::At { place: place.display().to_string(), cause: e.into() },
    }
}

/// One look at a run, in a line.
fn line(step: u64, mean: &Mean, looks: &[SpokenLook], elapsed: Duration) -> String {
    let loss = mean.total / f64::from(mean.batches);
    let mut line = format!("step {step:6}  {:>8}  loss {loss:7.4}", clock(elapsed));
    if mean.absent > 0 {
        line += &format!("  {} answers absent", mean.absent);
    }
    for look in looks {
        line += &format!("  {} {:.2} %", look.name, 100.0 * look.exact.value());
    }
    line
}

/// What came of it.
fn report(finished: &FinishedSpoken, model: &Path, device: &str, whole: Duration) -> String {
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
