//! The end of a run: the temperature of the confidence and the model file's contents.

use std::time::Duration;

use rayon::prelude::*;

use super::{DevSet, PriorConfig, Run, Source, TrainError};
use crate::graph::Graph;
use crate::handwriting::scorer::Scorer;
use crate::handwriting::{Field, Grammar, Interpretations, MODEL_VERSION, ModelInfo, Prior};
use crate::learn::{FrontEnd, Parameter, Scored, Share, Trained, confidence, fit_beta, log_loss, round_weights};
use crate::nn::ensemble::join;
use crate::ops::Budget;
use crate::paths::{Answer, Beta, PathError, free_energy, k_best_outputs, with_output};
use crate::semiring::Energy;

/// Distinct answers whose free energies are compared, as the reader does.
const CANDIDATES: usize = 4;

/// Where β is sought.
const RANGE: (f64, f64) = (0.02, 50.0);

/// How well one held-out set is read in the end.
#[derive(Debug, Clone, PartialEq)]
pub struct DevResult {
    /// The stack's name.
    pub name: String,
    /// Strings read exactly.
    pub exact: Share,
    /// A confidence for each of its fields, at a β that was fitted on other fields.
    pub scored: Vec<Scored>,
}

/// A trained reader.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// All but the parameters.
    pub info: ModelInfo,
    /// The averaged parameters of all nets.
    pub parameters: Vec<Parameter>,
    /// The held-out sets.
    pub dev: Vec<DevResult>,
    /// Time spent on the steps, over all runs.
    pub elapsed: Duration,
}

/// What a held-out field may mean, to be weighed at any β.
struct Weighed {
    all: Graph<Energy>,
    /// Whether an answer is right, and its interpretations.
    answers: Vec<(bool, Graph<Energy>)>,
}

impl Weighed {
    fn new(
        field: &Field,
        energies: ndarray::ArrayView2<'_, f32>,
        symbols: usize,
        grammar: &Grammar,
        right: &[u32],
    ) -> Option<Self> {
        let all = Interpretations::under(field, energies, symbols, grammar).ok()?.constrained.graph;
        let best = k_best_outputs(&all, CANDIDATES, Beta::Infinite, Budget::default()).ok()?;
        let one = |(output, _): (Vec<u32>, f64)| {
            Some((output == right, with_output(&all, &Answer::one(output.iter().copied())).ok()?.graph))
        };
        let answers = best.into_iter().map(one).collect::<Option<Vec<_>>>()?;
        Some(Weighed { all, answers })
    }

    /// The most probable answer at β.
    fn at(&self, beta: f64) -> Result<Scored, PathError> {
        let Ok(lift) = Beta::finite(beta) else { return Ok(UNREAD) };
        let total = free_energy(&self.all, lift)?;
        let mut best = (f64::INFINITY, false);
        for (right, graph) in &self.answers {
            let energy = free_energy(graph, lift)?;
            if energy < best.0 {
                best = (energy, *right);
            }
        }
        Ok(Scored { confidence: confidence(best.0, total, beta), right: best.1 })
    }
}

/// A field without an answer.
const UNREAD: Scored = Scored { confidence: 0.0, right: false };

impl Run {
    /// Fits β on the held-out sets and collects what the model file holds: the nets trained before, in order, and this
    /// run's.
    ///
    /// β has the lowest log-loss of "the answer is right" over all held-out fields. The confidences stored for
    /// certificates are cross-fitted: every field is weighed at the β of the half it is not in, so that none has seen
    /// itself. Without held-out sets β is 1 and nothing can be certified.
    ///
    /// # Errors
    /// [`TrainError::Nets`] where the config asks for another number of nets; where a net fails.
    ///
    /// # Cost
    /// One reading of the held-out sets and some 170 free energies of each field's graph, which are held in memory.
    pub fn finish(&self, name: &str, before: &[Trained]) -> Result<Finished, TrainError> {
        let nets: Vec<Trained> = before.iter().cloned().chain([self.net()?]).collect();
        let expected = self.config.scorer.nets();
        if nets.len() != expected {
            return Err(TrainError::Nets { expected, found: nets.len() });
        }
        let elapsed = nets.iter().map(|n| n.elapsed).sum();
        let mut parameters = join(nets.into_iter().map(|n| n.parameters).collect());
        if self.config.half {
            round_weights(&mut parameters);
        }
        let mut scorer = Scorer::new(&self.config.scorer, self.alphabet.len() - 1, 0, self.device.clone())?;
        scorer.set_parameters(&parameters)?;
        let priors = self.priors()?;
        let grammars = self.objective.grammars().iter().map(|g| g.clone().with_priors_of(&priors));
        let grammars = grammars.collect::<Result<Vec<_>, _>>()?;
        let weighed = self.dev.iter().map(|set| self.weigh(set, &mut scorer, &grammars));
        let weighed = weighed.collect::<Result<Vec<_>, _>>()?;
        let sizes: Vec<usize> = weighed.iter().map(Vec::len).collect();
        let fields: Vec<Option<Weighed>> = weighed.into_iter().flatten().collect();
        let beta = fit(&fields, |_| true);
        let halves = [fit(&fields, |i| i % 2 == 1), fit(&fields, |i| i % 2 == 0)];
        let scored = fields.par_iter().enumerate().map(|(i, w)| scored(w, halves[i % 2]));
        let scored = scored.collect::<Result<Vec<Scored>, PathError>>()?;
        let mut rest = scored.as_slice();
        let mut dev = Vec::new();
        for (set, size) in self.dev.iter().zip(sizes) {
            let (own, others) = rest.split_at(size.min(rest.len()));
            rest = others;
            let exact = Share::new(own.iter().filter(|s| s.right).count(), own.len());
            dev.push(DevResult { name: set.name.clone(), exact, scored: own.to_vec() });
        }
        let info = ModelInfo {
            version: MODEL_VERSION,
            name: name.to_owned(),
            alphabet: self.config.alphabet.clone(),
            grammar: self.config.grammar.clone(),
            scorer: self.config.scorer.clone(),
            image: self.config.image,
            cuts: self.config.cuts.clone(),
            priors,
            beta,
            dev: scored.iter().map(|s| (s.confidence as f32, s.right)).collect(),
            steps: self.trainer.step(),
            seed: self.seed.wrapping_sub(before.len() as u64),
        };
        Ok(Finished { info, parameters, dev, elapsed })
    }

    /// The priors that the config asks for, from the answers of all stacks trained on.
    fn priors(&self) -> Result<Vec<Prior>, TrainError> {
        let one = |c: &PriorConfig| {
            let number = self.objective.grammars().iter().position(|g| g.name == c.grammar);
            let examples = self.sampler.sources.iter().flat_map(Source::examples);
            let answers = examples.filter(|e| Some(e.grammar) == number).map(|e| &e.answer);
            Ok(c.over(&self.alphabet, answers)?)
        };
        self.config.prior.iter().map(one).collect()
    }

    fn weigh(
        &self,
        set: &DevSet,
        scorer: &mut Scorer,
        grammars: &[Grammar],
    ) -> Result<Vec<Option<Weighed>>, TrainError> {
        let symbols = self.alphabet.len() - 1;
        let mut all = Vec::new();
        for chunk in set.fields.chunks(32) {
            let fields: Vec<Field> = chunk.iter().map(|(f, _)| f.clone()).collect();
            let energies = scorer.infer(&fields)?;
            let one = |(i, (field, example)): (usize, &(Field, super::Example))| {
                let grammar = grammars.get(example.grammar)?;
                Weighed::new(field, energies.block(i), symbols, grammar, &example.answer)
            };
            all.par_extend(chunk.par_iter().enumerate().map(one));
        }
        Ok(all)
    }
}

fn scored(field: &Option<Weighed>, beta: f64) -> Result<Scored, PathError> {
    field.as_ref().map_or(Ok(UNREAD), |w| w.at(beta))
}

/// The β of lowest log-loss on the fields chosen by number; 1 where there is none.
fn fit(fields: &[Option<Weighed>], chosen: impl Fn(usize) -> bool + Sync) -> f64 {
    let mine: Vec<&Option<Weighed>> = fields.iter().enumerate().filter(|(i, _)| chosen(*i)).map(|(_, f)| f).collect();
    if mine.is_empty() {
        return 1.0;
    }
    let loss = |beta: f64| {
        let answers: Result<Vec<Scored>, PathError> = mine.par_iter().map(|w| scored(w, beta)).collect();
        answers.map_or(f64::NAN, log_loss)
    };
    fit_beta(RANGE, loss).map_or(1.0, |fitted| fitted.beta)
}
