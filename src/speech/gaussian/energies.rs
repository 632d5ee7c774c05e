//! Energies of frames under states, and their gradients.

use std::f64::consts::TAU;

use ndarray::{Array2, ArrayView1, ArrayView2};

use super::model::{Gathered, numbers, shaped};
use super::{GaussianError, GaussianStates};

/// What energies of frames depend on, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianGradient {
    /// By the features, frames × dimensions: for a net that made them.
    pub features: Array2<f32>,
    /// By the parameters.
    pub(super) parameters: Gathered,
}

impl GaussianGradient {
    /// By the means: (states · components) × dimensions, component after component, state after state.
    pub fn means(&self) -> ArrayView2<'_, f32> {
        self.parameters.means.view()
    }

    /// By the logarithms of the variances, in the same places.
    pub fn log_variances(&self) -> ArrayView2<'_, f32> {
        self.parameters.log_variances.view()
    }

    /// By the logarithms of the weights before they are normalised: states × components.
    pub fn logits(&self) -> ArrayView2<'_, f32> {
        self.parameters.logits.view()
    }
}

/// A model made ready for many frames, in f64.
pub(super) struct Ready<'a> {
    model: &'a GaussianStates,
    /// 1/σ² of each component and dimension.
    precisions: Array2<f64>,
    /// `log w − ½ Σ log 2πσ²` of each component.
    offsets: Vec<f64>,
}

impl<'a> Ready<'a> {
    pub(super) fn new(model: &'a GaussianStates) -> Self {
        let precisions = model.log_variances.mapv(|v| (-f64::from(v)).exp());
        let logs = (0..model.states).flat_map(|s| model.log_weights(s));
        let volume = |row: ArrayView1<'_, f32>| row.iter().map(|v| TAU.ln() + f64::from(*v)).sum::<f64>();
        let offsets = logs.zip(model.log_variances.rows()).map(|(w, row)| w - 0.5 * volume(row)).collect();
        Ready { model, precisions, offsets }
    }

    /// The energy of a frame under a state, and the share of each component in it. Where the frame is beyond all numbers, +∞ and no shares.
    pub(super) fn energy(&self, x: ArrayView1<'_, f32>, state: usize, shares: &mut Vec<f64>) -> f64 {
        let (model, first) = (self.model, state * self.model.components);
        shares.clear();
        shares.extend((first..first + model.components).map(|i| {
            let parts = x.iter().zip(model.means.row(i)).zip(self.precisions.row(i));
            let square: f64 = parts.map(|((x, mean), p)| (f64::from(*x) - f64::from(*mean)).powi(2) * p).sum();
            self.offsets[i] - 0.5 * square
        }));
        let most = shares.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if most == f64::NEG_INFINITY {
            shares.fill(0.0);
            return f64::INFINITY;
        }
        shares.iter_mut().for_each(|log| *log = (*log - most).exp());
        let sum: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= sum);
        -(most + sum.ln())
    }
}

impl GaussianStates {
    /// Energies of frames × states: the negative logarithm of the density, which may be below 0; +∞ beyond all numbers.
    ///
    /// # Errors
    /// [`GaussianError::Shape`] for features of other dimensions, [`GaussianError::Number`] for NaN and ±∞ in them.
    ///
    /// # Cost
    /// O(frames · states · components · dimensions), in f64.
    pub fn energies(&self, features: ArrayView2<'_, f32>) -> Result<Array2<f32>, GaussianError> {
        self.check(features)?;
        let ready = Ready::new(self);
        let mut shares = Vec::new();
        let mut energies = Array2::zeros((features.nrows(), self.states));
        for ((t, s), energy) in energies.indexed_iter_mut() {
            *energy = ready.energy(features.row(t), s, &mut shares) as f32;
        }
        Ok(energies)
    }

    /// The gradient of a function of the energies: `by` holds its derivatives by each, frames × states, as
    /// [`posteriors`](crate::trellis::posteriors()) and the losses of trellises give them.
    ///
    /// # Errors
    /// As [`GaussianStates::energies`], for `by` too.
    ///
    /// # Cost
    /// Twice that of [`GaussianStates::energies`], for derivatives that are not 0.
    pub fn pull_back(
        &self,
        features: ArrayView2<'_, f32>,
        by: ArrayView2<'_, f32>,
    ) -> Result<GaussianGradient, GaussianError> {
        self.check(features)?;
        shaped("gradient", by, (features.nrows(), self.states))?;
        numbers("gradient", by, f32::is_finite)?;
        let ready = Ready::new(self);
        let weights: Vec<f64> = (0..self.states).flat_map(|s| self.log_weights(s)).map(f64::exp).collect();
        let mut sums = Sums::zeros(self, features.nrows());
        let mut shares = Vec::new();
        for ((t, s), &by) in by.indexed_iter().filter(|(_, by)| **by != 0.0) {
            // What is impossible as an energy of 32 bits pulls at nothing.
            if (ready.energy(features.row(t), s, &mut shares) as f32) < f32::INFINITY {
                sums.add(&ready, features.row(t), (t, s), f64::from(by), &shares, &weights);
            }
        }
        Ok(sums.rounded())
    }
}

/// Gradients in f64.
struct Sums {
    features: Array2<f64>,
    means: Array2<f64>,
    log_variances: Array2<f64>,
    logits: Array2<f64>,
}

impl Sums {
    fn zeros(model: &GaussianStates, frames: usize) -> Self {
        let shape = model.means.dim();
        Sums {
            features: Array2::zeros((frames, shape.1)),
            means: Array2::zeros(shape),
            log_variances: Array2::zeros(shape),
            logits: Array2::zeros(model.logits.dim()),
        }
    }

    /// One frame under one state. With `γ` the share of a component, `z = (x − μ)/σ²`: `∂E/∂x = Σ γ z`, `∂E/∂μ = −γ z`,
    /// `∂E/∂log σ² = ½ γ (1 − (x − μ) z)`, `∂E/∂logit = w − γ`.
    fn add(
        &mut self,
        ready: &Ready<'_>,
        x: ArrayView1<'_, f32>,
        (t, s): (usize, usize),
        by: f64,
        shares: &[f64],
        weights: &[f64],
    ) {
        for (m, share) in shares.iter().enumerate() {
            let i = s * shares.len() + m;
            self.logits[[s, m]] += by * (weights[i] - share);
            for (d, (x, mean)) in x.iter().zip(ready.model.means.row(i)).enumerate() {
                let from = f64::from(*x) - f64::from(*mean);
                let z = from * ready.precisions[[i, d]];
                self.features[[t, d]] += by * share * z;
                self.means[[i, d]] -= by * share * z;
                self.log_variances[[i, d]] += 0.5 * by * share * (1.0 - from * z);
            }
        }
    }

    fn rounded(self) -> GaussianGradient {
        let narrow = |a: Array2<f64>| a.mapv(|v| v as f32);
        let parameters = Gathered {
            means: narrow(self.means),
            log_variances: narrow(self.log_variances),
            logits: narrow(self.logits),
        };
        GaussianGradient { features: narrow(self.features), parameters }
    }
}
