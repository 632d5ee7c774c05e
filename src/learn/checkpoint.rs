//! Everything a training needs to go on as if it had never stopped.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Average, FrontEnd, FrontError, Moments, Optimiser, Parameter};

/// The state of a training after a number of steps.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Checkpoint {
    /// Steps done.
    pub step: u64,
    /// Samples seen.
    pub samples: u64,
    /// Samples whose answer was not among the interpretations.
    pub absent: u64,
    /// Time spent, over all runs.
    pub elapsed: Duration,
    /// The front-end's parameters and running statistics.
    pub parameters: Vec<Parameter>,
    /// The averaged parameters; empty where none are kept.
    pub average: Vec<Parameter>,
    /// Updates of the average so far.
    pub average_updates: u64,
    /// Steps the optimiser counted.
    pub optimiser_steps: u64,
    /// The optimiser's state by parameter name, sorted.
    pub moments: Vec<(String, Moments)>,
    /// Whatever else the caller wants kept: the task, the configuration, a seed.
    pub notes: BTreeMap<String, String>,
}

impl Checkpoint {
    /// Copies the state of a front-end, an optimiser and an average. The counts of steps and samples are the
    /// caller's to fill in.
    ///
    /// # Errors
    /// What [`FrontEnd::parameters`] fails with.
    pub fn of<F: FrontEnd>(front: &F, optimiser: &Optimiser, average: Option<&Average>) -> Result<Self, FrontError> {
        let moments = optimiser.state().into_iter().map(|(name, m)| (name.to_owned(), m.clone())).collect();
        Ok(Checkpoint {
            parameters: front.parameters()?,
            average: average.map_or(Vec::new(), |a| a.parameters().to_vec()),
            average_updates: average.map_or(0, Average::updates),
            optimiser_steps: optimiser.steps(),
            moments,
            ..Checkpoint::default()
        })
    }

    /// Puts the state back.
    ///
    /// # Errors
    /// What [`FrontEnd::set_parameters`] fails with: parameters of another architecture.
    pub fn restore<F: FrontEnd>(
        &self,
        front: &mut F,
        optimiser: &mut Optimiser,
        average: Option<&mut Average>,
    ) -> Result<(), FrontError> {
        front.set_parameters(&self.parameters)?;
        optimiser.restore(self.optimiser_steps, self.moments.iter().cloned());
        if let Some(average) = average {
            average.restore(self.average_updates, self.average.clone());
        }
        Ok(())
    }
}
