//! Averages of parameters over the steps of a training.

use super::{FrontError, Parameter};

/// An exponential moving average of every parameter (Polyak and Juditsky 1992, with a fixed horizon).
///
/// The share of the old average is `min(decay, (1 + n) / (10 + n))` at update `n`, so that the first steps, whose
/// parameters are still near their random start, leave no trace.
///
/// ```
/// use energraph::learn::{Average, Parameter};
/// let at = |x: f32| vec![Parameter { name: "w".into(), shape: vec![1], values: vec![x] }];
/// let mut average = Average::new(0.5);
/// average.update(&at(1.0))?; // the first update takes the parameters as they are
/// average.update(&at(2.0))?;
/// assert!(average.parameters()[0].values[0] > 1.0);
/// # Ok::<(), energraph::learn::FrontError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Average {
    decay: f32,
    updates: u64,
    values: Vec<Parameter>,
}

impl Average {
    /// An average of nothing yet; `decay` in [0, 1) is the share of the old average that an update keeps.
    pub fn new(decay: f32) -> Self {
        Average { decay: decay.clamp(0.0, 1.0), updates: 0, values: Vec::new() }
    }

    /// Takes the parameters in. Cost: one pass over them.
    ///
    /// # Errors
    /// [`FrontError::Weights`] where names or lengths changed since the last update.
    pub fn update(&mut self, parameters: &[Parameter]) -> Result<(), FrontError> {
        if self.updates == 0 {
            self.values = parameters.to_vec();
        }
        let keep = self.decay.min((1 + self.updates) as f32 / (10 + self.updates) as f32);
        same_shape(&self.values, parameters)?;
        for (mean, now) in self.values.iter_mut().zip(parameters) {
            for (m, &x) in mean.values.iter_mut().zip(&now.values) {
                *m = x + keep * (*m - x);
            }
        }
        self.updates += 1;
        Ok(())
    }

    /// The averages; none before the first update.
    pub fn parameters(&self) -> &[Parameter] {
        &self.values
    }

    /// Number of updates so far.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Puts back what [`Average::parameters`] and [`Average::updates`] gave.
    pub fn restore(&mut self, updates: u64, values: Vec<Parameter>) {
        self.updates = updates;
        self.values = values;
    }
}

fn same_shape(a: &[Parameter], b: &[Parameter]) -> Result<(), FrontError> {
    let differs = a.iter().zip(b).find(|(a, b)| a.name != b.name || a.values.len() != b.values.len());
    match differs {
        Some((a, b)) => {
            Err(FrontError::Weights { why: format!("{} was averaged, now {} stands there", a.name, b.name) })
        }
        None if a.len() != b.len() => {
            Err(FrontError::Weights { why: format!("{} parameters were averaged, now there are {}", a.len(), b.len()) })
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f32) -> Vec<Parameter> {
        vec![Parameter { name: "w".into(), shape: vec![2], values: vec![x, -x] }]
    }

    #[test]
    fn the_average_of_a_constant_is_the_constant() {
        let mut average = Average::new(0.9);
        (0..50).for_each(|_| average.update(&at(3.0)).unwrap());
        assert_eq!(average.parameters(), at(3.0));
    }

    #[test]
    fn after_its_warm_up_the_average_decays_as_told() {
        let mut average = Average::new(0.5);
        (0..20).for_each(|_| average.update(&at(0.0)).unwrap());
        average.update(&at(1.0)).unwrap();
        assert_eq!(average.parameters()[0].values, [0.5, -0.5]);
        average.update(&at(1.0)).unwrap();
        assert_eq!(average.parameters()[0].values, [0.75, -0.75]);
    }

    #[test]
    fn changed_parameters_are_refused() {
        let mut average = Average::new(0.5);
        average.update(&at(0.0)).unwrap();
        let other = vec![Parameter { name: "v".into(), shape: vec![2], values: vec![0.0; 2] }];
        assert!(average.update(&other).is_err());
        assert!(average.update(&[]).is_err());
    }
}
