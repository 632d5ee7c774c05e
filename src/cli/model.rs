//! Which model and which device.

use std::path::{Path, PathBuf};

use clap::Args;

use super::error::{At, CliError, complain};
use crate::handwriting::{ModelInfo, NGram, Prior, ReadingError, Recognizer};
use crate::nn::DeviceChoice;
use crate::speech::words::{SpokenError, SpokenInfo, WordRecognizer};

/// The model that comes with the program, and what to call it.
const SHIPPED: &[u8] = include_bytes!("../../data/models/amounts.safetensors");
const SHIPPED_NAME: &str = "the shipped model";

/// The recogniser of spoken words that comes with the program.
const SHIPPED_SPOKEN: &[u8] = include_bytes!("../../data/models/spoken.safetensors");

/// The options that choose a reader.
#[derive(Debug, Args)]
pub(super) struct ModelArgs {
    /// A model file; the one that comes with the program if not given.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// A shipped grammar (amount, digits, digit; of spoken words: words, word, digit) or a file of one, and what restricts its
    /// answers behind a + each: check, unsigned, decimals or files, as in amount+check; the model's own if not given.
    #[arg(long, value_name = "NAME|FILE[+NAME|FILE…]")]
    grammar: Option<String>,
    /// How much it counts which answers were usual in the model's training data, from 0, not at all; 1 if not given.
    #[arg(long, value_name = "FACTOR")]
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
        if reader.grammar().name.contains('+') {
            complain(
                &"--grammar with a +: confidences and thresholds were fitted without what it leaves out, and promise less",
            );
        }
        if let Some(factor) = self.prior {
            weigh(&mut reader, &info.priors, factor)?;
        }
        Ok(Loaded { reader, info, device: name })
    }
}

/// A recogniser of spoken words and where it runs.
pub(super) struct LoadedWords {
    pub(super) words: WordRecognizer,
    pub(super) info: SpokenInfo,
    pub(super) device: String,
}

impl ModelArgs {
    /// Loads the recogniser of spoken words.
    pub(super) fn load_spoken(&self) -> Result<LoadedWords, CliError> {
        if self.prior.is_some() {
            return Err(CliError::Usage("--prior is for readers of images: words have grammars alone".into()));
        }
        let device = self.device.resolve().at("--device")?;
        let name = device.name().to_owned();
        let grammar = self.grammar.as_deref();
        let path = self.model.as_deref().unwrap_or(Path::new(SHIPPED_NAME));
        let loaded = match &self.model {
            Some(path) => WordRecognizer::load(path, grammar, device),
            None => WordRecognizer::parse(path, SHIPPED_SPOKEN, grammar, device),
        };
        let (words, info) = loaded.map_err(|e| match e {
            SpokenError::Model(_) | SpokenError::Grammar(_) | SpokenError::Frames { .. } => {
                CliError::Plain(e.to_string())
            }
            _ => CliError::At { place: path.display().to_string(), cause: e.into() },
        })?;
        if words.grammar() != info.grammar {
            let (own, other) = (&info.grammar, words.grammar());
            complain(&format!(
                "--grammar {other}: confidences and thresholds were fitted with the grammar {own}, and promise less"
            ));
        }
        Ok(LoadedWords { words, info, device: name })
    }
}

/// Multiplies the weights of the priors for the reader's grammar.
fn weigh(reader: &mut Recognizer, priors: &[Prior], factor: f64) -> Result<(), CliError> {
    if !(0.0..=NGram::MAX_WEIGHT).contains(&factor) {
        return Err(format!("{factor} is not in 0 to {}", NGram::MAX_WEIGHT)).at("--prior");
    }
    let grammar = &reader.grammar().name;
    let has_one = priors.iter().any(|p| p.serves(grammar));
    if !has_one && factor != 0.0 {
        return Err(format!("the model has no prior for the grammar {grammar}")).at("--prior");
    }
    let weighed: Vec<Prior> = priors.iter().map(|p| Prior { weight: factor * p.weight, ..p.clone() }).collect();
    reader.set_priors(&weighed).at("--prior")?;
    if has_one && factor != 1.0 {
        complain(&format!("--prior {factor}: confidences and thresholds were fitted with 1, and promise less"));
    }
    Ok(())
}

/// Models and grammars name themselves; everything else is the model file's.
fn place(path: &Path, e: ReadingError) -> CliError {
    match e {
        ReadingError::Model(_) | ReadingError::Grammar(_) => CliError::Plain(e.to_string()),
        _ => CliError::At { place: path.display().to_string(), cause: e.into() },
    }
}
