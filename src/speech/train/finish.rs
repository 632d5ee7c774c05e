//! The end of a run: the β of the posteriors and the model file's contents.

use std::time::Duration;

use ndarray::Array2;

use super::fit::{Heard, fit_of};
use super::{Look, Run, TrainError};
use crate::learn::{FrontEnd, Parameter, Trained, round_weights};
use crate::nn::Tdnn;
use crate::nn::ensemble::join;
use crate::paths::Beta;
use crate::speech::Fit;
use crate::speech::model::{ALIGNER_VERSION, AlignerInfo};

/// The β that are tried.
const BETAS: [f64; 9] = [0.15, 0.2, 0.3, 0.4, 0.55, 0.75, 1.0, 1.35, 1.8];

/// A trained aligner.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// All but the parameters.
    pub info: AlignerInfo,
    /// The averaged parameters of all nets.
    pub parameters: Vec<Parameter>,
    /// The held-out sets, at the β of the model.
    pub dev: Vec<Look>,
    /// Time spent on the steps, over all runs.
    pub elapsed: Duration,
}

impl Run {
    /// Finds β on the held-out sets and collects what the model file holds: the nets trained before, in order, and this
    /// run's.
    ///
    /// β is that of the least mean absolute error of all held-out boundaries; without any it is 1.
    ///
    /// # Errors
    /// [`TrainError::Nets`] where the config asks for another number of nets; where a net fails.
    pub fn finish(&self, name: &str, before: &[Trained]) -> Result<Finished, TrainError> {
        let nets: Vec<Trained> = before.iter().cloned().chain([self.net()?]).collect();
        if nets.len() != self.config.nets {
            return Err(TrainError::Nets { expected: self.config.nets, found: nets.len() });
        }
        let elapsed = nets.iter().map(|n| n.elapsed).sum();
        let mut of_each: Vec<Vec<Parameter>> = nets.into_iter().map(|n| n.parameters).collect();
        if self.config.half {
            of_each.iter_mut().for_each(|p| round_weights(p));
        }
        let shape = self.trainer.front.config();
        let mut outputs: Vec<Vec<Array2<f32>>> = Vec::new();
        for parameters in &of_each {
            let mut net = Tdnn::new(shape.clone(), 0, self.device.clone())?;
            net.set_parameters(parameters)?;
            for (k, set) in self.dev.iter().enumerate() {
                let found = set.outputs(&mut net)?;
                match outputs.get_mut(k) {
                    Some(sums) => sums.iter_mut().zip(found).for_each(|(s, f)| *s += &f),
                    None => outputs.push(found),
                }
            }
        }
        outputs.iter_mut().flatten().for_each(|o| *o /= of_each.len() as f32);
        let (beta, dev) = self.best_beta(&outputs)?;
        let fit = Fit::default();
        let mut info = AlignerInfo {
            version: ALIGNER_VERSION,
            name: name.to_owned(),
            features: self.config.features.clone(),
            nets: vec![shape.clone(); of_each.len()],
            phones: self.known.clone(),
            positions: self.config.positions,
            beta,
            usual: fit.usual,
            limit: fit.limit,
            evidence: fit.evidence,
            steps: self.trainer.step(),
            seed: self.seed.wrapping_sub(before.len() as u64),
            trained_on: self.config.trained_on.clone(),
        };
        let heard = self.dev.iter().zip(&outputs).flat_map(|(set, outputs)| set.items.iter().zip(outputs));
        let heard: Vec<Heard<'_>> =
            heard.map(|(item, o)| Heard { utterance: &item.utterance, outputs: o.view() }).collect();
        let fit = fit_of(&heard, &self.known, info.fit(), self.config.features.shift())?;
        (info.usual, info.limit, info.evidence) = (fit.usual, fit.limit, self.config.evidence.unwrap_or(fit.evidence));
        Ok(Finished { info, parameters: join(of_each), dev, elapsed })
    }

    fn best_beta(&self, outputs: &[Vec<Array2<f32>>]) -> Result<(f64, Vec<Look>), TrainError> {
        let frame = self.config.features.shift();
        let mut best: Option<(f64, f64, Vec<Look>)> = None;
        for value in BETAS {
            let beta = Beta::finite(value).unwrap_or(Beta::ONE);
            let looks = self.dev.iter().zip(outputs).map(|(set, o)| set.look(o, frame, beta));
            let looks = looks.collect::<Result<Vec<_>, _>>()?;
            let all = looks.iter().flat_map(|l| &l.differences.signed);
            let error: f64 = all.map(|d| d.abs()).sum();
            if best.as_ref().is_none_or(|b| error < b.1) {
                best = Some((value, error, looks));
            }
        }
        let found = best.filter(|b| b.2.iter().any(|l| l.differences.count() > 0));
        Ok(found.map_or((1.0, Vec::new()), |(beta, _, looks)| (beta, looks)))
    }
}
