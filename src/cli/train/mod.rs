//! `energraph train`.

mod align;
mod fields;
mod report;
mod spoken;
mod steps;

use std::path::PathBuf;

use clap::Args;

use super::error::{At, CliError};
use super::files::deliver;
use super::stack::StackArg;
use crate::nn::DeviceChoice;
use steps::{Interrupt, Steps, checkpoint};

/// The variable that names the folder of the data.
pub(super) const DATA: &str = "ENERGRAPH_DATA";

/// Train a reader or an aligner as a config file says; the model goes to DIR/model.safetensors.
///
/// Stacks and digits of the config are looked up in the folder that the environment variable ENERGRAPH_DATA names. A
/// checkpoint is written every `schedule.check` steps and on Ctrl-C; `--resume` goes on from it, number for number as if
/// the run had never stopped.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ENERGRAPH_DATA=~/data energraph train amounts --config data/models/amounts.toml --out run"
)]
pub(super) struct Train {
    /// What the model is for, as reports name it: digits or amounts (readers of fields), align (aligners of speech), spoken
    /// (recognisers of words).
    #[arg(value_parser = ["digits", "amounts", "align", "spoken"])]
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
        if self.hold_out_speaker.is_some() && self.task != "spoken" {
            return Err(CliError::Usage("--hold-out-speaker is for spoken".into()));
        }
        let device = self.device.resolve().at("--device")?;
        let open = |check: u64| -> Result<Steps, CliError> {
            std::fs::create_dir_all(&self.out).at(self.out.display())?;
            let first = checkpoint(&self.out, 0);
            if !self.resume && first.exists() {
                let why = "a run has been here; give --resume to go on with it, or another --out";
                return Err(why).at(first.display());
            }
            let (config, out, device) = (self.config.clone(), self.out.clone(), device.name().to_owned());
            Ok(Steps { config, out, resume: self.resume, check, device, stop: Interrupt::catch() })
        };
        let report = match self.task.as_str() {
            "align" => align::run(self, &device, open)?,
            "spoken" => spoken::run(self, &device, open)?,
            _ => fields::run(self, &device, open)?,
        };
        deliver(&report, None)
    }

    /// The model's name.
    fn name(&self) -> String {
        self.config.file_stem().map_or_else(|| self.task.clone(), |n| n.to_string_lossy().into_owned())
    }

    /// Where the model goes.
    fn model(&self) -> PathBuf {
        self.out.join("model.safetensors")
    }
}

/// The folder that relative paths of a config are looked up in; `relative` is one of them, where there is one.
fn data_folder(relative: Option<PathBuf>) -> Result<PathBuf, String> {
    if let Some(folder) = std::env::var_os(DATA).filter(|d| !d.is_empty()) {
        return Ok(folder.into());
    }
    match relative {
        Some(missing) => {
            Err(format!("reads {} from the folder that {DATA} names, but {DATA} is not set", missing.display()))
        }
        None => Ok(PathBuf::new()),
    }
}
