//! The training run: steps, looks at the dev sets, strips for splicing.

use std::path::Path;

use rayon::prelude::*;

use super::splice::{Strip, Strips};
use super::{Example, GrammarNames, ObjectiveError, Sampler, Source, TrainConfig, TrainError, loss, read_examples};
use crate::graph::{Label, SymbolTable};
use crate::handwriting::cuts::Cutter;
use crate::handwriting::grammar::alphabet;
use crate::handwriting::scorer::SharedScorer;
use crate::handwriting::{Field, Grammar, Recognition, SpanLimit};
use crate::learn::{Average, FrontEnd, Optimiser, Parameter, Ragged, Rule, Schedule, Share};
use crate::nn::{ColumnNet, ComputeDevice};
use crate::ops::{Compose, acceptor, compose};
use crate::paths::best_path;
use crate::semiring::Energy;
use crate::signal::{Augment, Normaliser};

/// How a run is doing.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Steps done.
    pub step: u64,
    /// Mean loss since the last report.
    pub loss: f64,
    /// Fields since the last report whose answer was not among their interpretations.
    pub lost: usize,
    /// Exact strings on each dev set, with averaged parameters.
    pub dev: Vec<(String, Share)>,
}

/// A training run.
pub struct Trainer {
    config: TrainConfig,
    alphabet: SymbolTable,
    grammars: Vec<Grammar>,
    sources: Vec<Source>,
    dev: Vec<(String, Vec<(Field, Example)>)>,
    scorer: SharedScorer<ColumnNet>,
    optimiser: Optimiser,
    average: Average,
    cutter: Cutter,
    seed: u64,
    step: u64,
    seen: (f64, usize, usize),
}

impl Trainer {
    /// Opens every source and builds the net.
    ///
    /// # Errors
    /// [`TrainError`] for anything that can't be opened.
    pub fn new(config: TrainConfig, data: &Path, seed: u64, device: ComputeDevice) -> Result<Self, TrainError> {
        let alphabet = alphabet(&config.alphabet)?;
        let symbols = alphabet.len() - 1;
        let normaliser = Normaliser::default();
        let mut names = GrammarNames::default();
        let sources: Vec<Source> = config
            .data
            .iter()
            .map(|s| Source::open(s, data, &alphabet, &normaliser, &mut names))
            .collect::<Result<_, _>>()?;
        let widest = config.cuts.widest;
        let pieces = (widest / config.cuts.step as f32).ceil() as u32;
        let cutter = Cutter { step: config.cuts.step, limit: SpanLimit { width: widest, pieces } };
        let mut dev = Vec::new();
        for set in &config.dev {
            let examples = read_examples(set, data, &alphabet, &normaliser, &mut names)?;
            let fields = examples
                .into_iter()
                .map(|e| Ok((cutter.field(e.ink.clone())?, e)))
                .collect::<Result<Vec<_>, TrainError>>()?;
            dev.push((set.stack.display().to_string(), fields));
        }
        let grammars = names.0.iter().map(|n| Grammar::load(n, &alphabet)).collect::<Result<_, _>>()?;
        let net = ColumnNet::new(config.scorer.column_net(SharedScorer::<ColumnNet>::outputs(symbols)), seed, device)?;
        let scorer = SharedScorer::new(net, symbols, ColumnNet::STRIDE as f32);
        let s = &config.schedule;
        let mut optimiser = Optimiser::new(Rule::ADAMW, s.rate);
        (optimiser.decay, optimiser.clip) = (s.decay, Some(s.clip));
        let average = Average::new(s.average);
        Ok(Trainer {
            alphabet,
            grammars,
            sources,
            dev,
            scorer,
            optimiser,
            average,
            cutter,
            seed,
            step: 0,
            seen: (0.0, 0, 0),
            config,
        })
    }

    /// Steps done.
    pub fn steps(&self) -> u64 {
        self.step
    }

    /// Whether every step of the schedule is done.
    pub fn is_done(&self) -> bool {
        self.step >= self.config.schedule.steps
    }

    /// One optimiser step.
    ///
    /// # Errors
    /// [`TrainError`] where the net or a loss fails.
    pub fn step(&mut self) -> Result<(), TrainError> {
        if self.config.schedule.splice_at.contains(&self.step) {
            self.cut_strips()?;
        }
        let s = self.config.schedule.clone();
        let augment = Augment::default();
        let sampler =
            Sampler { sources: &self.sources, augment, cutter: &self.cutter, batch: s.batch, seed: self.seed };
        let samples = sampler.batch(self.step);
        let (fields, examples): (Vec<Field>, Vec<Example>) = samples.into_iter().map(|s| (s.field, s.example)).unzip();
        let (energies, ticket) = self.scorer.forward(&fields)?;
        let gradient = self.gradient(&fields, &examples, &energies)?;
        self.scorer.backward(ticket, gradient)?;
        let schedule = Schedule { peak: s.rate, floor: 0.0, warm_up: s.warmup, steps: s.steps };
        self.optimiser.rate = schedule.at(self.step);
        self.scorer.apply(&mut self.optimiser)?;
        self.average.update(&self.scorer.parameters()?)?;
        self.step += 1;
        Ok(())
    }

    fn gradient(&mut self, f: &[Field], e: &[Example], energies: &Ragged<f32>) -> Result<Ragged<f32>, TrainError> {
        let symbols = self.alphabet.len() - 1;
        let each: Vec<_> = (0..f.len())
            .into_par_iter()
            .map(|i| {
                let r = Recognition::new(&f[i], energies.block(i), symbols)?;
                let (value, sites) = loss(&r, &self.grammars[e[i].grammar].graph, &e[i].answer, &self.config.loss)?;
                Ok((r, value, sites))
            })
            .collect();
        let mut gradient = energies.zeros_like();
        let factor = 1.0 / f.len().max(1) as f64;
        for (i, result) in each.into_iter().enumerate() {
            match result {
                Ok((r, value, sites)) => {
                    r.pull_back(&sites, factor, gradient.block_mut(i));
                    self.seen.0 += value;
                    self.seen.1 += 1;
                }
                Err(ObjectiveError::AnswerNotInGraph) => self.seen.2 += 1,
                Err(source) => return Err(TrainError::Objective { step: self.step, source }),
            }
        }
        Ok(gradient)
    }

    /// The mean loss since the last report and the error on the dev sets.
    ///
    /// # Errors
    /// [`TrainError`] where the net fails.
    pub fn report(&mut self) -> Result<Progress, TrainError> {
        let (sum, n, lost) = std::mem::take(&mut self.seen);
        let dev = std::mem::take(&mut self.dev);
        let shares = self.with_average(|t| {
            dev.iter().map(|(name, set)| Ok((name.clone(), t.exact(set)?))).collect::<Result<Vec<_>, TrainError>>()
        });
        self.dev = dev;
        Ok(Progress { step: self.step, loss: sum / n.max(1) as f64, lost, dev: shares? })
    }

    /// Runs `f` with the averaged parameters in the net.
    fn with_average<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, TrainError>) -> Result<T, TrainError> {
        let now: Vec<Parameter> = self.scorer.parameters()?;
        if !self.average.parameters().is_empty() {
            self.scorer.set_parameters(&self.average.parameters().to_vec())?;
        }
        let result = f(self);
        self.scorer.set_parameters(&now)?;
        result
    }

    fn exact(&mut self, set: &[(Field, Example)]) -> Result<Share, TrainError> {
        let mut hits = 0;
        for chunk in set.chunks(32) {
            let fields: Vec<Field> = chunk.iter().map(|(f, _)| f.clone()).collect();
            let energies = self.scorer.infer(&fields)?;
            hits += (0..fields.len())
                .into_par_iter()
                .filter(|&i| {
                    let e = &chunk[i].1;
                    let read = self.best_output(&fields[i], &energies, i, &self.grammars[e.grammar]);
                    read.is_some_and(|r| r == e.answer)
                })
                .count();
        }
        Ok(Share::new(hits, set.len()))
    }

    fn best_output(&self, field: &Field, energies: &Ragged<f32>, i: usize, g: &Grammar) -> Option<Vec<Label>> {
        let r = Recognition::new(field, energies.block(i), self.alphabet.len() - 1).ok()?;
        let all = compose(&r.graph, &g.graph, &Compose::default()).ok()?;
        Some(best_path(&all.graph).ok()??.output)
    }

    /// Cuts every image that a source splices along the best path through its answer.
    fn cut_strips(&mut self) -> Result<(), TrainError> {
        for k in 0..self.sources.len() {
            let Some(from) = self.sources[k].spliced() else { continue };
            let strips = self.with_average(|t| t.strips(from))?;
            self.sources[k].set_strips(strips);
        }
        Ok(())
    }

    fn strips(&mut self, source: usize) -> Result<Strips, TrainError> {
        let count = self.sources[source].examples().len();
        let silent: Vec<Label> = self.silent(source);
        let mut all = Vec::new();
        for start in (0..count).step_by(32) {
            let examples = &self.sources[source].examples()[start..(start + 32).min(count)];
            let fields: Vec<Field> =
                examples.iter().map(|e| self.cutter.field(e.ink.clone())).collect::<Result<_, _>>()?;
            let energies = self.scorer.infer(&fields)?;
            let examples = &self.sources[source].examples()[start..(start + 32).min(count)];
            let found: Vec<Vec<Strip>> = (0..fields.len())
                .into_par_iter()
                .map(|i| {
                    let grammar = &self.grammars[examples[i].grammar].graph;
                    strips_of(&fields[i], &energies, i, self.alphabet.len() - 1, grammar, &examples[i].answer)
                        .unwrap_or_default()
                        .into_iter()
                        .map(|s| Strip { example: (start + i) as u32, ..s })
                        .collect()
                })
                .collect();
            all.extend(found.into_iter().flatten());
        }
        let named = |symbols: &str| -> Vec<Label> {
            symbols.chars().filter_map(|c| self.alphabet.label(&c.to_string())).collect()
        };
        Ok(Strips::new(all, &named(".,"), &named("-"), &silent))
    }

    /// Symbols that a source's grammar reads but never writes.
    fn silent(&self, source: usize) -> Vec<Label> {
        let Some(example) = self.sources[source].examples().first() else { return Vec::new() };
        let arcs = self.grammars[example.grammar].graph.all_arcs();
        (1..self.alphabet.len() as Label).filter(|l| !arcs.iter().any(|a| a.olabel == *l)).collect()
    }

    /// The averaged parameters.
    pub fn averaged(&self) -> &[Parameter] {
        self.average.parameters()
    }
}

/// The strips of the symbols along the best path of a field through its answer.
fn strips_of(
    field: &Field,
    energies: &Ragged<f32>,
    i: usize,
    symbols: usize,
    grammar: &crate::graph::Graph<Energy>,
    answer: &[Label],
) -> Option<Vec<Strip>> {
    let r = Recognition::new(field, energies.block(i), symbols).ok()?;
    let meant = compose(grammar, &acceptor(answer).ok()?, &Compose::default()).ok()?.graph;
    let right = compose(&r.graph, &meant, &Compose::default()).ok()?;
    let path = best_path(&right.graph).ok()??;
    let arcs = path.arcs.iter().flat_map(|&a| right.origin.arc(a)).filter(|site| site.input == 0);
    let strip = |site: &crate::graph::InputSite| {
        let crate::graph::Site::Arc(arc) = site.site else { return None };
        let (span, column) = r.place(arc)?;
        let (from, to) = field.extent(field.spans()[span])?;
        (column < symbols).then_some(Strip {
            example: 0,
            from: from as u32,
            to: to as u32,
            symbol: column as Label + 1,
        })
    };
    Some(arcs.filter_map(strip).collect())
}
