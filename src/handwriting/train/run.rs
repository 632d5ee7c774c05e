//! A training run: sources, objective and net of a config under the training loop.

use std::path::Path;

use ndarray::Array2;

use super::sampler::Target;
use super::strips::cut_strips;
use super::{Example, GrammarNames, LossConfig, Objective, Sampler, Source, TrainConfig, TrainError, read_examples};
use crate::graph::SymbolTable;
use crate::handwriting::cuts::Cutter;
use crate::handwriting::grammar::{Grammar, alphabet};
use crate::handwriting::scorer::Scorer;
use crate::handwriting::{Field, Interpretations};
use crate::learn::{
    Control, FrontEnd, Optimiser, Outcome, Parameter, Progress, Rule, Schedule, Share, TrainOptions, Trained, Trainer,
};
use crate::nn::ComputeDevice;

/// Held-out fields of one set.
#[derive(Debug)]
pub struct DevSet {
    /// The stack's name.
    pub name: String,
    /// Fields, and what they say.
    pub fields: Vec<(Field, Example)>,
}

/// How well a held-out set is read while training goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// The stack's name.
    pub name: String,
    /// Strings read exactly.
    pub exact: Share,
    /// Mean of the training loss over the fields whose right answer is among the interpretations; `None` where no
    /// field has a loss, as under isolated training. It tells readers apart long before `exact` does.
    pub loss: Option<f64>,
}

/// A training run of a reader, or of one of its nets where the config asks for several.
pub struct Run {
    /// The config.
    pub config: TrainConfig,
    /// The seed of everything random.
    pub seed: u64,
    /// The net under the training loop.
    pub trainer: Trainer<Scorer>,
    /// The symbols.
    pub alphabet: SymbolTable,
    /// Held-out sets.
    pub dev: Vec<DevSet>,
    pub(super) sampler: Sampler,
    pub(super) objective: Objective,
    /// Where to compute.
    pub(super) device: ComputeDevice,
}

impl Run {
    /// Opens every source and builds the net.
    ///
    /// # Errors
    /// [`TrainError`] for anything that can't be opened.
    pub fn new(config: TrainConfig, data: &Path, seed: u64, device: ComputeDevice) -> Result<Self, TrainError> {
        let alphabet = alphabet(&config.alphabet)?;
        let normaliser = config.image;
        let mut names = GrammarNames::default();
        let cutter = config.cuts.cutter();
        let open = |s, names: &mut GrammarNames| Source::open(s, data, &alphabet, &normaliser, names);
        let sources = config.data.iter().map(|s| open(s, &mut names)).collect::<Result<Vec<_>, _>>()?;
        let mut dev = Vec::new();
        for set in &config.dev {
            let examples = read_examples(set, data, &alphabet, &normaliser, &mut names)?;
            let fields = examples.into_iter().map(|e| Ok((cutter.field(e.ink.clone())?, e)));
            let fields = fields.collect::<Result<Vec<_>, TrainError>>()?;
            dev.push(DevSet { name: set.stack.display().to_string(), fields });
        }
        let grammars = names.0.iter().map(|n| Grammar::load(n, &alphabet)?.over(config.scorer.rows()));
        let grammars = grammars.collect::<Result<_, _>>()?;
        let symbols = alphabet.len() - 1;
        let objective = Objective::new(&config.loss, symbols, grammars)?;
        let scorer = Scorer::new(&config.scorer.alone(), symbols, seed, device.clone())?;
        let s = &config.schedule;
        let mut optimiser = Optimiser::new(Rule::ADAMW, s.rate);
        (optimiser.decay, optimiser.clip) = (s.decay, Some(s.clip));
        let schedule = Schedule { peak: s.rate, floor: 0.0, warm_up: s.warmup, steps: s.steps };
        let threads = rayon::current_num_threads();
        let options = TrainOptions { average: Some(s.average), threads, ..TrainOptions::new(schedule) };
        let trainer = Trainer::new(scorer, optimiser, options);
        let isolated = match config.loss {
            LossConfig::Isolated { rubbish } => Some(rubbish),
            _ => None,
        };
        let sampler = Sampler { sources, augment: config.augment, cutter, batch: s.batch, seed, isolated };
        Ok(Run { config, seed, trainer, alphabet, dev, sampler, objective, device })
    }

    /// Trains up to a step, or until `watch` says stop; `false` where it did.
    ///
    /// # Errors
    /// [`TrainError`] where the net or a loss fails.
    pub fn run_to(&mut self, step: u64, watch: &mut dyn FnMut(&Progress) -> Control) -> Result<bool, TrainError> {
        while self.trainer.step() < step.min(self.config.schedule.steps) {
            let now = self.trainer.step();
            if self.config.schedule.splice_at.contains(&now) {
                self.splice()?;
            }
            let next = self.config.schedule.splice_at.iter().copied().filter(|s| *s > now).min();
            let next = next.map_or(step, |n| n.min(step));
            let Run { trainer, sampler, objective, .. } = self;
            let loss = |t: &Target, e: ndarray::ArrayView2<'_, f32>, g: ndarray::ArrayViewMut2<'_, f32>| {
                objective.evaluate(t, e, g)
            };
            let whole = trainer.run_to(next, sampler, loss, watch).map_err(|e| TrainError::Loop(Box::new(e)))?;
            if !whole {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The net as it is trained so far, its parameters averaged.
    ///
    /// # Errors
    /// Where the net fails.
    pub fn net(&self) -> Result<Trained, TrainError> {
        Ok(self.trainer.trained()?)
    }

    /// Runs `f` with the averaged parameters in the net.
    ///
    /// # Errors
    /// What `f` or the net fails with.
    pub fn with_average<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, TrainError>) -> Result<T, TrainError> {
        let now: Vec<Parameter> = self.trainer.front.parameters()?;
        let averaged = self.net()?.parameters;
        self.trainer.front.set_parameters(&averaged)?;
        let result = f(self);
        self.trainer.front.set_parameters(&now)?;
        result
    }

    /// A look at each held-out set, with averaged parameters.
    ///
    /// # Errors
    /// Where the net fails.
    pub fn look(&mut self) -> Result<Vec<Look>, TrainError> {
        self.with_average(|run| {
            let dev = std::mem::take(&mut run.dev);
            let looks = dev.iter().map(|set| run.look_at(set)).collect();
            run.dev = dev;
            looks
        })
    }

    fn look_at(&mut self, set: &DevSet) -> Result<Look, TrainError> {
        let (mut hits, mut with_loss, mut total) = (0, 0, 0.0);
        let symbols = self.alphabet.len() - 1;
        for chunk in set.fields.chunks(32) {
            let fields: Vec<Field> = chunk.iter().map(|(f, _)| f.clone()).collect();
            let energies = self.trainer.front.infer(&fields)?;
            for (i, (field, example)) in chunk.iter().enumerate() {
                let grammar = self.objective.grammars().get(example.grammar);
                let read = grammar
                    .and_then(|g| Interpretations::under(field, energies.block(i), symbols, g).ok()?.best().ok());
                hits += usize::from(read.is_some_and(|path| path.output == example.answer));
                let target = Target::new(field, example);
                let mut gradient = Array2::zeros(energies.block(i).dim());
                if let Outcome::Loss(v) = self.objective.evaluate(&target, energies.block(i), gradient.view_mut())? {
                    (with_loss, total) = (with_loss + 1, total + v);
                }
            }
        }
        let loss = (with_loss > 0).then(|| total / f64::from(with_loss));
        Ok(Look { name: set.name.clone(), exact: Share::new(hits, set.fields.len()), loss })
    }

    /// Cuts the images of every source that is spliced from, with the averaged parameters.
    fn splice(&mut self) -> Result<(), TrainError> {
        self.with_average(|run| {
            let Run { trainer, sampler, objective, alphabet, .. } = run;
            let cutter: Cutter = sampler.cutter;
            for k in 0..sampler.sources.len() {
                let Some(from) = sampler.sources[k].spliced() else { continue };
                let Some(examples) = sampler.sources.get(from).map(Source::examples) else { continue };
                let strips = cut_strips(examples, &mut trainer.front, &cutter, objective.grammars(), alphabet)?;
                sampler.sources[k].set_strips(strips);
            }
            Ok(())
        })
    }
}
