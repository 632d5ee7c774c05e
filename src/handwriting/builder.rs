//! A recogniser of one's own: cuts, a net, a grammar, and samples to train on.

use super::cuts::Cutter;
use super::train::{Example, Objective, ObjectiveError, Sampler, Source, Target, TrainError};
use super::{Field, Grammar, Recognizer, grammar};
use crate::learn::{FrontEnd, Optimiser, Rule, Schedule, TrainOptions, Trainer};
use crate::loss::{Illegal, Latent, Loss, Nll};
use crate::paths::Beta;
use crate::signal::{Augment, Grey, Normaliser};

/// How a [`Recognizer`] is made and trained; see [`Recognizer::builder`].
pub struct Builder<F> {
    cutter: Cutter,
    net: F,
    grammar: Grammar,
    loss: Box<dyn Loss + Send + Sync>,
    latent: Option<Latent>,
    steps: u64,
    batch: usize,
    rate: f32,
    seed: u64,
    augment: Augment,
    normaliser: Normaliser,
}

impl<F: FrontEnd<Input = Field>> Recognizer<F> {
    /// Starts a recogniser of any alphabet from where fields may be cut, a net that gives each span an energy for every
    /// symbol that the grammar reads and one for rubbish, and the grammar.
    ///
    /// Without further words it is trained with the likelihood at β = 1, over 400 steps of 16 fields.
    ///
    /// `examples/morse.rs` is a whole program with it.
    pub fn builder(cuts: Cutter, net: F, grammar: Grammar) -> Builder<F> {
        Builder {
            cutter: cuts,
            net,
            grammar,
            loss: Box::new(Nll::ONE),
            latent: None,
            steps: 400,
            batch: 16,
            rate: 3e-3,
            seed: 1,
            augment: Augment::default(),
            normaliser: Normaliser::default(),
        }
    }
}

impl<F: FrontEnd<Input = Field>> Builder<F> {
    /// What is minimised. Segmentations are minimised where the loss allows it, and marginalised at its own β where it
    /// does not, unless [`Builder::latent`] says otherwise.
    pub fn loss(mut self, loss: impl Loss + Send + Sync + 'static) -> Self {
        self.loss = Box::new(loss);
        self
    }

    /// How segmentations are summed out.
    pub fn latent(mut self, latent: Latent) -> Self {
        self.latent = Some(latent);
        self
    }

    /// Optimiser steps.
    pub fn steps(mut self, steps: u64) -> Self {
        self.steps = steps;
        self
    }

    /// Fields a step.
    pub fn batch(mut self, fields: usize) -> Self {
        self.batch = fields.max(1);
        self
    }

    /// Largest step size, reached after a tenth of the steps.
    pub fn rate(mut self, rate: f32) -> Self {
        self.rate = rate;
        self
    }

    /// The seed of everything random in training.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How samples are distorted.
    pub fn augment(mut self, augment: Augment) -> Self {
        self.augment = augment;
        self
    }

    /// How images are normalised, in training and in reading.
    pub fn normaliser(mut self, normaliser: Normaliser) -> Self {
        self.normaliser = normaliser;
        self
    }

    /// Trains on images with their texts, and returns the recogniser with averaged parameters.
    ///
    /// The β of its confidences is that of the loss; 1 where the loss has none.
    ///
    /// # Errors
    /// [`TrainError::Symbol`] for a text with a character that the grammar does not write, [`TrainError::Objective`] for
    /// latent choices that the loss does not allow; otherwise where the net or a loss fails.
    pub fn train<S: AsRef<str>>(self, samples: &[(Grey, S)]) -> Result<Recognizer<F>, TrainError> {
        let examples = self.examples(samples)?;
        let latent = match self.latent {
            Some(latent) => latent,
            None => fitting(self.loss.as_ref())?,
        };
        let symbols = self.grammar.inputs.len() - 1;
        let objective = Objective::with(self.loss, latent, symbols, vec![self.grammar.clone()]);
        let mut optimiser = Optimiser::new(Rule::ADAMW, self.rate);
        (optimiser.decay, optimiser.clip) = (0.01, Some(5.0));
        let schedule = Schedule { peak: self.rate, floor: 0.0, warm_up: self.steps / 10, steps: self.steps };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let options = TrainOptions { average: Some(0.98), threads, ..TrainOptions::new(schedule) };
        let mut trainer = Trainer::new(self.net, optimiser, options);
        let mut sampler = Sampler {
            sources: vec![Source::list(1.0, examples)],
            augment: self.augment,
            cutter: self.cutter,
            batch: self.batch,
            seed: self.seed,
            isolated: None,
        };
        let loss = |t: &Target, e: ndarray::ArrayView2<'_, f32>, g: ndarray::ArrayViewMut2<'_, f32>| {
            objective.evaluate(t, e, g)
        };
        trainer.run(&mut sampler, loss, &mut ()).map_err(|e| TrainError::Loop(Box::new(e)))?;
        let trained = trainer.trained()?.parameters;
        trainer.front.set_parameters(&trained)?;
        let beta = if latent.rival == Beta::Infinite { Beta::ONE } else { latent.rival };
        let (normaliser, cutter, scorer) = (self.normaliser, self.cutter, trainer.front);
        let (alphabet, name) = (self.grammar.inputs.clone(), self.grammar.name.clone());
        Ok(Recognizer { normaliser, cutter, scorer, alphabet, grammar: self.grammar, beta, name })
    }

    fn examples<S: AsRef<str>>(&self, samples: &[(Grey, S)]) -> Result<Vec<Example>, TrainError> {
        let one = |(i, (image, text)): (usize, &(Grey, S))| {
            let text = text.as_ref();
            let answer = grammar::labels(text, &self.grammar.outputs).map_err(|symbol| TrainError::Symbol {
                item: format!("sample {i}"),
                text: text.to_owned(),
                symbol,
            })?;
            Ok(Example { ink: self.normaliser.apply(image).ink, answer, grammar: 0, boxes: None })
        };
        samples.iter().enumerate().map(one).collect()
    }
}

/// Latent choices that a loss allows.
fn fitting(loss: &dyn Loss) -> Result<Latent, TrainError> {
    let wrong = |e: String| TrainError::Objective(ObjectiveError::Config(e));
    let latent = match loss.legal(Latent::MINIMISED) {
        Ok(()) => return Ok(Latent::MINIMISED),
        Err(Illegal::NotALikelihood { expected, .. }) => {
            Latent::marginalised(expected).map_err(|e| wrong(e.to_string()))?
        }
        Err(e) => return Err(wrong(e.to_string())),
    };
    loss.legal(latent).map_err(|e| wrong(e.to_string()))?;
    Ok(latent)
}
