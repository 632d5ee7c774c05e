//! Expectation–maximisation.

use ndarray::{Array2, ArrayView2};

use super::energies::Ready;
use super::model::{LEAST_WEIGHT, log_variance, numbers, shaped};
use super::{GaussianError, GaussianStates};

/// What frames say about the Gaussians that they are of: the sums of a step of expectation–maximisation.
///
/// Sums are of differences from the means of the model as it is, so that features far from 0 lose no digits; add all recordings under one
/// model before [`GaussianUpdate::finish`].
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianUpdate {
    /// Frames of each component, in expectation.
    frames: Vec<f64>,
    /// `Σ γ (x − μ)`.
    first: Array2<f64>,
    /// `Σ γ (x − μ)²`.
    second: Array2<f64>,
}

impl GaussianUpdate {
    /// Nothing yet.
    pub fn new(model: &GaussianStates) -> Self {
        let sums = Array2::zeros(model.means.dim());
        GaussianUpdate { frames: vec![0.0; model.means.nrows()], first: sums.clone(), second: sums }
    }

    /// Adds a recording: features, frames × dimensions, and with which share each frame is of each state, frames × states: those of
    /// [`posteriors`](crate::trellis::posteriors()), or 0 and 1 of an alignment that is known.
    ///
    /// # Errors
    /// [`GaussianError::Shape`]; [`GaussianError::Number`] for features that are not finite, for shares that are not, or are below 0. The
    /// sums are as they were then.
    ///
    /// # Cost
    /// That of [`GaussianStates::energies`] for shares that are not 0.
    pub fn add(
        &mut self,
        model: &GaussianStates,
        features: ArrayView2<'_, f32>,
        shares: ArrayView2<'_, f32>,
    ) -> Result<(), GaussianError> {
        model.check(features)?;
        shaped("shares", shares, (features.nrows(), model.states))?;
        numbers("shares", shares, |share| (0.0..f32::INFINITY).contains(&share))?;
        shaped("update", model.means.view(), self.first.dim())?;
        let ready = Ready::new(model);
        let mut of_components = Vec::new();
        for ((t, s), &share) in shares.indexed_iter().filter(|(_, share)| **share > 0.0) {
            ready.energy(features.row(t), s, &mut of_components);
            for (m, part) in of_components.iter().enumerate() {
                let (i, part) = (s * model.components + m, part * f64::from(share));
                self.frames[i] += part;
                for (d, (x, mean)) in features.row(t).iter().zip(model.means.row(i)).enumerate() {
                    let from = f64::from(*x) - f64::from(*mean);
                    self.first[[i, d]] += part * from;
                    self.second[[i, d]] += part * from * from;
                }
            }
        }
        Ok(())
    }

    /// Adds the sums of another part of the recordings, gathered under the same model.
    ///
    /// # Errors
    /// [`GaussianError::Shape`].
    pub fn merge(&mut self, other: &GaussianUpdate) -> Result<(), GaussianError> {
        let (expected, found) = (self.first.dim(), other.first.dim());
        if expected != found {
            return Err(GaussianError::Shape { what: "update", expected, found });
        }
        self.frames.iter_mut().zip(&other.frames).for_each(|(a, b)| *a += b);
        self.first += &other.first;
        self.second += &other.second;
        Ok(())
    }

    /// The model under which the recordings, with these shares, are likeliest: means, variances not below the floor, and weights.
    /// Components and states without frames stay as they are. `model` is the one that the sums were gathered under.
    ///
    /// With shares of [`posteriors`](crate::trellis::posteriors()) at β = 1 the likelihood of all recordings does not fall, but for the
    /// rounding of parameters to 32 bits.
    ///
    /// # Errors
    /// [`GaussianError::Shape`] for a model of another shape.
    pub fn finish(&self, model: &GaussianStates) -> Result<GaussianStates, GaussianError> {
        shaped("update", model.means.view(), self.first.dim())?;
        let mut new = model.clone();
        new.gradient = None;
        for (i, &n) in self.frames.iter().enumerate().filter(|(_, n)| **n > f64::MIN_POSITIVE) {
            for d in 0..model.dimensions() {
                let moved = self.first[[i, d]] / n;
                let mean = (f64::from(model.means[[i, d]]) + moved) as f32;
                // Around the mean as it is stored.
                let moved = f64::from(mean) - f64::from(model.means[[i, d]]);
                let variance = self.second[[i, d]] / n - 2.0 * moved * self.first[[i, d]] / n + moved * moved;
                new.means[[i, d]] = mean;
                new.log_variances[[i, d]] = log_variance(variance, model.floor);
            }
        }
        for (s, frames) in self.frames.chunks(model.components).enumerate() {
            let most = frames.iter().copied().fold(0.0, f64::max);
            if most > f64::MIN_POSITIVE {
                let logits = frames.iter().map(|n| (n / most).ln().max(LEAST_WEIGHT) as f32);
                new.logits.row_mut(s).iter_mut().zip(logits).for_each(|(v, logit)| *v = logit);
            }
        }
        Ok(new)
    }
}
