//! Means, variances and weights.

use ndarray::{Array2, ArrayView1, ArrayView2};

use super::GaussianError;

/// Most numbers of a model.
const MOST: usize = 1 << 28;
/// How far components begin from their state's mean, in standard deviations.
const APART: f64 = 0.2;
/// The least logarithm of a weight, relative to the largest one's: components never die.
pub(super) const LEAST_WEIGHT: f64 = -60.0;

/// States, each a mixture of Gaussians without correlations.
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianStates {
    pub(super) states: usize,
    pub(super) components: usize,
    /// Least variance.
    pub(super) floor: f32,
    /// Component after component, state after state: (states · components) × dimensions.
    pub(super) means: Array2<f32>,
    /// Logarithms of variances, in the same places; at least that of the floor.
    pub(super) log_variances: Array2<f32>,
    /// Logarithms of the weights, up to a number common to a state: states × components.
    pub(super) logits: Array2<f32>,
    /// What waits for the optimiser.
    pub(super) gradient: Option<Gathered>,
}

/// Gradients by the parameters, laid out as they are.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gathered {
    pub means: Array2<f32>,
    pub log_variances: Array2<f32>,
    pub logits: Array2<f32>,
}

impl Gathered {
    pub(super) fn zeros(means: (usize, usize), logits: (usize, usize)) -> Self {
        let (means, logits) = (Array2::zeros(means), Array2::zeros(logits));
        Gathered { log_variances: means.clone(), means, logits }
    }
}

impl GaussianStates {
    /// A flat start: every state has the mean and the variance of all frames, its components a little beside the mean, to either side. What
    /// tells the states apart is the order that a topology gives them.
    ///
    /// # Errors
    /// [`GaussianError::Size`] where a size is 0 or there are more than 2²⁸ numbers, [`GaussianError::Floor`], [`GaussianError::NoFrame`];
    /// [`GaussianError::Shape`] where recordings have different numbers of dimensions, [`GaussianError::Number`].
    pub fn flat(
        recordings: &[ArrayView2<'_, f32>],
        states: usize,
        components: usize,
        floor: f32,
    ) -> Result<Self, GaussianError> {
        let dimensions = recordings.first().map_or(0, |x| x.ncols());
        let frames: usize = recordings.iter().map(|x| x.nrows()).sum();
        if recordings.is_empty() || (frames == 0 && dimensions > 0) {
            return Err(GaussianError::NoFrame);
        }
        let mut model = GaussianStates::standard(states, components, dimensions, floor)?;
        recordings.iter().try_for_each(|x| model.check(*x))?;
        for d in 0..dimensions {
            let column = || recordings.iter().flat_map(move |x| x.column(d).into_iter().map(|v| f64::from(*v)));
            let mean = column().sum::<f64>() / frames as f64;
            let variance = column().map(|v| (v - mean).powi(2)).sum::<f64>() / frames as f64;
            let deviation = variance.max(f64::from(floor)).sqrt();
            for (i, mut row) in model.means.rows_mut().into_iter().enumerate() {
                row[d] = (mean + beside(i % components, d) * APART * deviation) as f32;
            }
            model.log_variances.column_mut(d).fill(log_variance(variance, floor));
        }
        Ok(model)
    }

    /// Means of 0, variances of 1 (or the floor, where it is above), equal weights: to be filled with parameters.
    ///
    /// # Errors
    /// [`GaussianError::Size`], [`GaussianError::Floor`].
    pub fn standard(states: usize, components: usize, dimensions: usize, floor: f32) -> Result<Self, GaussianError> {
        let numbers = states.checked_mul(components).and_then(|n| n.checked_mul(dimensions));
        if !matches!(numbers, Some(1..=MOST)) {
            return Err(GaussianError::Size { states, components, dimensions });
        }
        if !(floor > 0.0 && floor < f32::INFINITY) {
            return Err(GaussianError::Floor { floor });
        }
        let means = Array2::zeros((states * components, dimensions));
        let log_variances = Array2::from_elem(means.dim(), log_variance(1.0, floor));
        let logits = Array2::zeros((states, components));
        Ok(GaussianStates { states, components, floor, means, log_variances, logits, gradient: None })
    }

    /// Twice as many components: each becomes two of half its weight, a fifth of a standard deviation to either side.
    ///
    /// # Errors
    /// [`GaussianError::Size`] where there would be too many numbers.
    pub fn split(&self) -> Result<Self, GaussianError> {
        let components = self.components.saturating_mul(2);
        let mut model = GaussianStates::standard(self.states, components, self.dimensions(), self.floor)?;
        for i in 0..self.states * self.components {
            for half in 0..2 {
                let j = 2 * i + half;
                model.log_variances.row_mut(j).assign(&self.log_variances.row(i));
                let numbers = self.means.row(i).into_iter().zip(self.log_variances.row(i)).enumerate();
                for (d, (mean, log)) in numbers {
                    let deviation = f64::from(*log / 2.0).exp();
                    model.means[[j, d]] = (f64::from(*mean) + beside(half, d) * APART * deviation) as f32;
                }
                model.logits[[j / components, j % components]] =
                    self.logits[[i / self.components, i % self.components]];
            }
        }
        Ok(model)
    }

    /// How many states there are.
    pub fn states(&self) -> usize {
        self.states
    }

    /// Components of each.
    pub fn components(&self) -> usize {
        self.components
    }

    /// Numbers of a frame.
    pub fn dimensions(&self) -> usize {
        self.means.ncols()
    }

    /// The mean of a component; `None` where there is none.
    pub fn mean(&self, state: usize, component: usize) -> Option<ArrayView1<'_, f32>> {
        self.place(state, component).map(|i| self.means.row(i))
    }

    /// The variances of a component, by dimension; none is below the floor but by rounding.
    pub fn variance(&self, state: usize, component: usize) -> Option<Vec<f64>> {
        let i = self.place(state, component)?;
        Some(self.log_variances.row(i).iter().map(|v| f64::from(*v).exp()).collect())
    }

    /// The weights of a state's components; they sum to 1.
    pub fn weights(&self, state: usize) -> Option<Vec<f64>> {
        (state < self.states).then(|| self.log_weights(state).into_iter().map(f64::exp).collect())
    }

    /// The logarithms of a state's weights.
    pub(super) fn log_weights(&self, state: usize) -> Vec<f64> {
        let logits: Vec<f64> = self.logits.row(state).iter().map(|v| f64::from(*v)).collect();
        let most = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = logits.iter().map(|v| (v - most).exp()).sum();
        logits.iter().map(|v| v - most - sum.ln()).collect()
    }

    fn place(&self, state: usize, component: usize) -> Option<usize> {
        (state < self.states && component < self.components).then(|| state * self.components + component)
    }

    /// Whether features are of this model's: frames × dimensions.
    pub(super) fn check(&self, features: ArrayView2<'_, f32>) -> Result<(), GaussianError> {
        let expected = (features.nrows(), self.dimensions());
        shaped("features", features, expected)?;
        numbers("features", features, f32::is_finite)
    }
}

/// The logarithm of a variance, or of the floor where that is above.
pub(super) fn log_variance(variance: f64, floor: f32) -> f32 {
    variance.max(f64::from(floor)).ln() as f32
}

/// To which side a component goes in a dimension: the first up, the second down, the next two further, turned from dimension to dimension.
fn beside(component: usize, dimension: usize) -> f64 {
    let far = (component / 2 + 1) as f64;
    // Pairs differ in the dimensions in which they change sides, or they would stay on one line.
    let turned = (dimension / (component / 2 + 1)) % 2 == 1 && component >= 2;
    if component.is_multiple_of(2) != turned { far } else { -far }
}

pub(super) fn shaped(
    what: &'static str,
    array: ArrayView2<'_, f32>,
    expected: (usize, usize),
) -> Result<(), GaussianError> {
    let found = array.dim();
    if found == expected { Ok(()) } else { Err(GaussianError::Shape { what, expected, found }) }
}

pub(super) fn numbers(
    what: &'static str,
    array: ArrayView2<'_, f32>,
    fine: impl Fn(f32) -> bool,
) -> Result<(), GaussianError> {
    match array.indexed_iter().find(|(_, value)| !fine(**value)) {
        Some(((row, column), &value)) => Err(GaussianError::Number { what, row, column, value }),
        None => Ok(()),
    }
}
