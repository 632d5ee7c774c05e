//! AdamW and SGD over flat slices, so that one optimiser serves every front-end and device.

use rustc_hash::FxHashMap;

/// The update rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// Stochastic gradient descent with momentum (0 for none).
    Sgd {
        /// Share of the last step that is kept.
        momentum: f32,
    },
    /// AdamW (Loshchilov and Hutter 2019): Adam with decoupled weight decay.
    AdamW {
        /// Decay of the mean gradient.
        beta1: f32,
        /// Decay of the mean squared gradient.
        beta2: f32,
        /// Added to the root of the mean square.
        epsilon: f32,
    },
}

impl Rule {
    /// AdamW with the usual constants (0.9, 0.999, 1e-8).
    pub const ADAMW: Rule = Rule::AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
}

/// Optimiser state of one named parameter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Moments {
    /// Mean gradient (momentum buffer in SGD).
    pub first: Vec<f32>,
    /// Mean squared gradient (empty in SGD).
    pub second: Vec<f32>,
}

/// An update rule, its step size and its state per named parameter.
///
/// The training loop sets [`Optimiser::rate`] before each step; a front-end's `apply` calls
/// [`Optimiser::begin_step`] once and then [`Optimiser::update`] once per parameter.
///
/// ```
/// use energraph::learn::{Optimiser, Rule};
/// let mut o = Optimiser::new(Rule::Sgd { momentum: 0.0 }, 0.5);
/// let mut w = [1.0_f32];
/// o.begin_step([&[2.0_f32][..]]);
/// o.update("w", &mut w, &[2.0], false);
/// assert_eq!(w, [0.0]);
/// ```
#[derive(Debug, Clone)]
pub struct Optimiser {
    rule: Rule,
    /// Step size.
    pub rate: f32,
    /// Decoupled weight decay per unit of `rate`, on parameters that ask for it.
    pub decay: f32,
    /// Largest Euclidean norm of the whole gradient; longer ones are scaled down to it.
    pub clip: Option<f32>,
    scale: f32,
    steps: u64,
    state: FxHashMap<String, Moments>,
}

impl Optimiser {
    /// A fresh optimiser without decay or clipping.
    pub fn new(rule: Rule, rate: f32) -> Self {
        Optimiser { rule, rate, decay: 0.0, clip: None, scale: 1.0, steps: 0, state: FxHashMap::default() }
    }

    /// Starts a step: counts it and measures all gradients for clipping. Returns their Euclidean norm.
    pub fn begin_step<'a>(&mut self, gradients: impl IntoIterator<Item = &'a [f32]>) -> f32 {
        self.steps += 1;
        let square: f64 = gradients.into_iter().flatten().map(|&g| f64::from(g) * f64::from(g)).sum();
        let norm = square.sqrt() as f32;
        self.scale = match self.clip {
            Some(limit) if norm > limit => limit / norm,
            _ => 1.0,
        };
        norm
    }

    /// Moves one parameter against its gradient; `decays` says whether weight decay applies to it.
    ///
    /// A parameter is known by its name; should its length change, its state starts anew.
    pub fn update(&mut self, name: &str, values: &mut [f32], gradient: &[f32], decays: bool) {
        let n = values.len().min(gradient.len());
        let state = self.state.entry(name.to_owned()).or_default();
        if state.first.len() != n {
            *state = Moments { first: vec![0.0; n], second: Vec::new() };
        }
        if decays {
            let keep = 1.0 - self.rate * self.decay;
            values.iter_mut().for_each(|v| *v *= keep);
        }
        match self.rule {
            Rule::Sgd { momentum } => {
                for ((v, &g), m) in values.iter_mut().zip(gradient).zip(&mut state.first) {
                    *m = momentum * *m + g * self.scale;
                    *v -= self.rate * *m;
                }
            }
            Rule::AdamW { beta1, beta2, epsilon } => {
                state.second.resize(n, 0.0);
                let correct1 = 1.0 - f64::from(beta1).powf(self.steps as f64);
                let correct2 = 1.0 - f64::from(beta2).powf(self.steps as f64);
                let step = (f64::from(self.rate) / correct1) as f32;
                let root = (1.0 / correct2) as f32;
                let moments = state.first.iter_mut().zip(&mut state.second);
                for ((v, &g), (m, s)) in values.iter_mut().zip(gradient).zip(moments) {
                    let g = g * self.scale;
                    *m = beta1 * *m + (1.0 - beta1) * g;
                    *s = beta2 * *s + (1.0 - beta2) * g * g;
                    *v -= step * *m / ((*s * root).sqrt() + epsilon);
                }
            }
        }
    }

    /// Steps begun so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The state of every parameter, sorted by name, for a checkpoint.
    pub fn state(&self) -> Vec<(&str, &Moments)> {
        let mut all: Vec<_> = self.state.iter().map(|(k, v)| (k.as_str(), v)).collect();
        all.sort_by_key(|(name, _)| *name);
        all
    }

    /// Puts back what [`Optimiser::state`] and [`Optimiser::steps`] gave.
    pub fn restore(&mut self, steps: u64, state: impl IntoIterator<Item = (String, Moments)>) {
        self.steps = steps;
        self.state = state.into_iter().collect();
    }
}
