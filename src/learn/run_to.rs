//! Training in stretches, and what is trained so far.

use std::error::Error;
use std::time::Duration;

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Control, Ended, FrontEnd, FrontError, Outcome, Parameter, Progress, Source, TrainError, Trainer, Watch};

/// What a training has given so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The averaged parameters; as they are where none are averaged.
    pub parameters: Vec<Parameter>,
    /// Time spent on its steps, over all runs.
    pub elapsed: Duration,
}

/// Passes progress on and stops at a step.
struct Until<'a> {
    step: u64,
    watch: &'a mut dyn FnMut(&Progress) -> Control,
    stopped: bool,
}

impl Watch for Until<'_> {
    fn step(&mut self, progress: &Progress) -> Control {
        self.stopped = (self.watch)(progress) == Control::Stop;
        if self.stopped || progress.step >= self.step { Control::Stop } else { Control::Continue }
    }
}

impl<F: FrontEnd> Trainer<F> {
    /// Trains up to a step, or until `watch` says stop, which it is asked after every step; `false` where it did. No checkpoint is made.
    ///
    /// # Errors
    /// As [`Trainer::run`].
    pub fn run_to<S, L, E>(
        &mut self,
        step: u64,
        source: &mut S,
        loss: L,
        watch: &mut dyn FnMut(&Progress) -> Control,
    ) -> Result<bool, TrainError<S::Error, E>>
    where
        S: Source<Input = F::Input>,
        S::Target: Sync,
        L: Fn(&S::Target, ArrayView2<'_, f32>, ArrayViewMut2<'_, f32>) -> Result<Outcome, E> + Sync,
        E: Error + Send,
    {
        if self.step() >= step {
            return Ok(true);
        }
        let mut until = Until { step, watch, stopped: false };
        let ended = self.run(source, loss, &mut until)?;
        Ok(!(until.stopped && ended == Ended::Stopped))
    }

    /// The parameters as they are trained so far.
    ///
    /// # Errors
    /// What [`FrontEnd::parameters`] fails with.
    pub fn trained(&self) -> Result<Trained, FrontError> {
        let parameters = match self.average() {
            Some(average) => average.parameters().to_vec(),
            None => self.front.parameters()?,
        };
        Ok(Trained { parameters, elapsed: self.elapsed() })
    }
}
