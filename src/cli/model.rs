//! Which model and which device.

use std::path::{Path, PathBuf};

use clap::Args;

use super::error::{At, CliError, complain};
use crate::handwriting::{ModelInfo, Prior, ReadingError, Recognizer};
use crate::nn::DeviceChoice;

/// The model that comes with the program, and what to call it.
const SHIPPED: &[u8] = include_bytes!("../../data/models/amounts.safetensors");
const SHIPPED_NAME: &str = "the shipped model";

/// The options that choose a reader.
#[derive(Debug, Args)]
pub(super) struct ModelArgs {
    /// A model file; the one that comes with the program if not given.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// A shipped grammar (amount, digits) or a file of one; the model's own if not given.
    #[arg(long, value_name = "NAME|FILE")]
    grammar: Option<String>,
    /// How much the usual answers of the model's training data count, 0 for not at all; as in training if not given.
    #[arg(long, value_name = "WEIGHT")]
    prior: Option<f64>,
    /// Where to compute: auto, cpu, wgpu or cuda.
    #[arg(long, default_value = "auto")]
    device: DeviceChoice,
}

/// A reader and where it runs.
pub(super) struct Loaded {
    pub(super) reader: Recognizer,
    pub(super) info: ModelInfo,
    pub(super) device: String,
}

impl ModelArgs {
    /// Loads the reader.
    pub(super) fn load(&self) -> Result<Loaded, CliError> {
        let device = self.device.resolve().at("--device")?;
        let name = device.name().to_owned();
        let grammar = self.grammar.as_deref();
        let path = self.model.as_deref().unwrap_or(Path::new(SHIPPED_NAME));
        let loaded = match &self.model {
            Some(path) => Recognizer::load(path, grammar, device),
            None => Recognizer::parse(path, SHIPPED, grammar, device),
        };
        let (mut reader, info) = loaded.map_err(|e| place(path, e))?;
        if let Some(weight) = self.prior {
            let grammar = &reader.grammar().name;
            let prior = info.prior(grammar).map(|p| Prior { weight, ..p.clone() });
            if prior.is_none() && weight != 0.0 {
                return Err(format!("{} has no prior for the grammar {grammar}", path.display())).at("--prior");
            }
            reader.set_prior(prior.as_ref()).at("--prior")?;
            match info.prior(&reader.grammar().name) {
                Some(own) if own.weight != weight => complain(&format!(
                    "--prior {weight}: confidences and thresholds were fitted with {}, and promise less with another",
                    own.weight
                )),
                _ => {}
            }
        }
        Ok(Loaded { reader, info, device: name })
    }
}

/// Models and grammars name themselves; everything else is the model file's.
fn place(path: &Path, e: ReadingError) -> CliError {
    match e {
        ReadingError::Model(_) | ReadingError::Grammar(_) => CliError::Plain(e.to_string()),
        _ => CliError::At { place: path.display().to_string(), cause: e.into() },
    }
}
