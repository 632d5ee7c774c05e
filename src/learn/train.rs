//! The training loop.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Average, Checkpoint, FrontEnd, FrontError, Optimiser, Ragged, Schedule};

/// Inputs and what should be read from them, position by position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch<I, T> {
    /// What the front-end gets.
    pub inputs: Vec<I>,
    /// What the loss gets, as many as inputs.
    pub targets: Vec<T>,
}

/// Where the samples of a training come from.
///
/// # Contract
/// `batch` is a function of the step alone (and of what the source was made with, such as a seed): shuffling and
/// augmentation are derived from the step. A source that remembers what it gave makes a resumed training differ from
/// one that was never stopped.
pub trait Source {
    /// One input.
    type Input;
    /// What should be read from it.
    type Target;
    /// Why there may be no batch.
    type Error: Error;

    /// The batch of a step, counted from 0.
    fn batch(&mut self, step: u64) -> Result<Batch<Self::Input, Self::Target>, Self::Error>;
}

/// What a loss says of one sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// The loss; its gradient has been written.
    Loss(f64),
    /// The right answer is not among the interpretations, so there is nothing to learn from. Counted and shown.
    AnswerAbsent,
}

/// How to train.
#[derive(Debug, Clone)]
pub struct TrainOptions {
    /// The learning rate by step, and the number of steps.
    pub schedule: Schedule,
    /// Decay of the averaged parameters; `None` keeps none.
    pub average: Option<f32>,
    /// Time over all runs after which training stops; checked after each step.
    pub time_limit: Option<Duration>,
    /// Time between checkpoints; `None` makes one at the end only.
    pub checkpoint_every: Option<Duration>,
    /// Threads that the losses of a batch are shared among. Any number gives the same numbers.
    pub threads: usize,
    /// Stops after the current step when it becomes true, for instance on an interrupt.
    pub stop: Option<Arc<AtomicBool>>,
}

impl TrainOptions {
    /// A schedule and nothing else: no average, no limit, one thread.
    pub fn new(schedule: Schedule) -> Self {
        TrainOptions { schedule, average: None, time_limit: None, checkpoint_every: None, threads: 1, stop: None }
    }
}

/// A step just done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Steps done, this one included.
    pub step: u64,
    /// Steps of the whole training.
    pub steps: u64,
    /// Mean loss over the samples of this batch that had one; NaN where none had.
    pub loss: f64,
    /// Learning rate of this step.
    pub rate: f32,
    /// Samples of this batch whose answer was absent.
    pub absent: u64,
    /// Samples so far, over all runs.
    pub samples: u64,
    /// Samples so far whose answer was absent, over all runs.
    pub absent_so_far: u64,
    /// Time so far, over all runs.
    pub elapsed: Duration,
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Go on.
    Continue,
    /// Stop, with a checkpoint.
    Stop,
}

/// Looks on while a training runs. `()` looks away.
pub trait Watch {
    /// After every step.
    fn step(&mut self, progress: &Progress) -> Control {
        let _ = progress;
        Control::Continue
    }

    /// Whenever a checkpoint is due, and at the end; this is where it is written to a file.
    fn checkpoint(&mut self, checkpoint: Checkpoint) -> Result<(), Box<dyn Error + Send + Sync>> {
        let _ = checkpoint;
        Ok(())
    }

    /// Whether checkpoints are wanted at all; making one copies all parameters.
    fn keeps(&self) -> bool {
        false
    }
}

impl Watch for () {}

/// Why a training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All steps are done.
    Steps,
    /// The time limit was reached.
    TimeLimit,
    /// The stop flag or [`Control::Stop`].
    Stopped,
}

/// What broke a training. The state is that after the last whole step.
#[derive(Debug, thiserror::Error)]
pub enum TrainError<S: Error, E: Error> {
    /// The front-end failed.
    #[error(transparent)]
    Front(#[from] FrontError),
    /// There was no batch.
    #[error("batch of step {step}: {error}")]
    Source {
        /// The step, from 0.
        step: u64,
        /// What the source said.
        error: S,
    },
    /// A sample's loss failed.
    #[error("step {step}, sample {sample}: {error}")]
    Loss {
        /// The step, from 0.
        step: u64,
        /// Position in the batch.
        sample: usize,
        /// What the loss said.
        error: E,
    },
    /// A sample's loss or gradient is NaN or infinite.
    #[error("step {step}, sample {sample}: the loss or its gradient is not finite")]
    NotFinite {
        /// The step, from 0.
        step: u64,
        /// Position in the batch.
        sample: usize,
    },
    /// Inputs, targets and energies are not equally many.
    #[error("step {step}: {inputs} inputs, {targets} targets, {blocks} blocks of energies")]
    Counts {
        /// The step, from 0.
        step: u64,
        /// Inputs of the batch.
        inputs: usize,
        /// Targets of the batch.
        targets: usize,
        /// Blocks that the front-end returned.
        blocks: usize,
    },
    /// A checkpoint could not be kept.
    #[error("checkpoint: {0}")]
    Watch(Box<dyn Error + Send + Sync>),
}

/// A front-end in training.
///
/// Each step takes a [`Batch`], computes energies, the loss of every sample and its gradient with respect to the
/// energies, and steps along the *mean* gradient over the batch (samples without a loss count as zeros). Losses are
/// computed sample by sample, on several threads if asked; the numbers do not depend on how many.
#[derive(Debug)]
pub struct Trainer<F: FrontEnd> {
    /// What is trained.
    pub front: F,
    /// What moves its parameters.
    pub optimiser: Optimiser,
    options: TrainOptions,
    average: Option<Average>,
    step: u64,
    samples: u64,
    absent: u64,
    elapsed: Duration,
}

impl<F: FrontEnd> Trainer<F> {
    /// A training at its beginning.
    pub fn new(front: F, optimiser: Optimiser, options: TrainOptions) -> Self {
        let average = options.average.map(Average::new);
        Trainer { front, optimiser, options, average, step: 0, samples: 0, absent: 0, elapsed: Duration::ZERO }
    }

    /// Goes on from a checkpoint: with the same options and source the numbers are those of a training that was
    /// never stopped.
    ///
    /// # Errors
    /// What [`FrontEnd::set_parameters`] fails with.
    pub fn resume(&mut self, from: &Checkpoint) -> Result<(), FrontError> {
        from.restore(&mut self.front, &mut self.optimiser, self.average.as_mut())?;
        self.step = from.step;
        self.samples = from.samples;
        self.absent = from.absent;
        self.elapsed = from.elapsed;
        Ok(())
    }

    /// The state now.
    ///
    /// # Errors
    /// What [`FrontEnd::parameters`] fails with.
    pub fn checkpoint(&self) -> Result<Checkpoint, FrontError> {
        let state = Checkpoint::of(&self.front, &self.optimiser, self.average.as_ref())?;
        Ok(Checkpoint { step: self.step, samples: self.samples, absent: self.absent, elapsed: self.elapsed, ..state })
    }

    /// The averaged parameters; `None` where none are kept or no step was done.
    pub fn average(&self) -> Option<&Average> {
        self.average.as_ref().filter(|a| a.updates() > 0)
    }

    /// Steps done.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Time spent on them, over all runs.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Trains until the schedule's steps are done, the time is up or something says stop. A last checkpoint goes to
    /// `watch` in each case.
    ///
    /// `loss(target, energies, gradient)` reads one sample's block of energies and adds ∂loss/∂energies to
    /// `gradient`, which has the block's shape and starts at zero.
    ///
    /// # Errors
    /// [`TrainError`]; no step is taken with the batch at fault.
    pub fn run<S, L, E>(
        &mut self,
        source: &mut S,
        loss: L,
        watch: &mut dyn Watch,
    ) -> Result<Ended, TrainError<S::Error, E>>
    where
        S: Source<Input = F::Input>,
        S::Target: Sync,
        L: Fn(&S::Target, ArrayView2<'_, f32>, ArrayViewMut2<'_, f32>) -> Result<Outcome, E> + Sync,
        E: Error + Send,
    {
        let before = self.elapsed;
        let began = Instant::now();
        let mut kept_at = began;
        let ended = loop {
            if self.step >= self.options.schedule.steps {
                break Ended::Steps;
            }
            if self.options.stop.as_ref().is_some_and(|s| s.load(Ordering::Relaxed)) {
                break Ended::Stopped;
            }
            if self.options.time_limit.is_some_and(|limit| self.elapsed >= limit) {
                break Ended::TimeLimit;
            }
            let mut progress = self.one_step(source, &loss)?;
            self.elapsed = before + began.elapsed();
            progress.elapsed = self.elapsed;
            if watch.step(&progress) == Control::Stop {
                break Ended::Stopped;
            }
            if watch.keeps() && self.options.checkpoint_every.is_some_and(|every| kept_at.elapsed() >= every) {
                watch.checkpoint(self.checkpoint()?).map_err(TrainError::Watch)?;
                kept_at = Instant::now();
            }
        };
        if watch.keeps() {
            watch.checkpoint(self.checkpoint()?).map_err(TrainError::Watch)?;
        }
        Ok(ended)
    }

    fn one_step<S, L, E>(&mut self, source: &mut S, loss: &L) -> Result<Progress, TrainError<S::Error, E>>
    where
        S: Source<Input = F::Input>,
        S::Target: Sync,
        L: Fn(&S::Target, ArrayView2<'_, f32>, ArrayViewMut2<'_, f32>) -> Result<Outcome, E> + Sync,
        E: Error + Send,
    {
        let step = self.step;
        let batch = source.batch(step).map_err(|error| TrainError::Source { step, error })?;
        let (energies, ticket) = self.front.forward(&batch.inputs)?;
        let (inputs, targets, blocks) = (batch.inputs.len(), batch.targets.len(), energies.len());
        if inputs != targets || inputs != blocks {
            return Err(TrainError::Counts { step, inputs, targets, blocks });
        }
        let (outcomes, mut gradient) = losses(&energies, &batch.targets, loss, self.options.threads);
        let (mut total, mut with_loss) = (0.0, 0_u64);
        for (sample, outcome) in outcomes.into_iter().enumerate() {
            let value = match outcome.map_err(|error| TrainError::Loss { step, sample, error })? {
                Outcome::AnswerAbsent => continue,
                Outcome::Loss(value) => value,
            };
            if !value.is_finite() || gradient.block(sample).iter().any(|g| !g.is_finite()) {
                return Err(TrainError::NotFinite { step, sample });
            }
            total += value;
            with_loss += 1;
        }
        let share = 1.0 / targets.max(1) as f32;
        gradient.values_mut().iter_mut().for_each(|g| *g *= share);
        self.front.backward(ticket, gradient)?;
        self.optimiser.rate = self.options.schedule.at(step);
        self.front.apply(&mut self.optimiser)?;
        if let Some(average) = &mut self.average {
            average.update(&self.front.parameters()?)?;
        }
        let absent = targets as u64 - with_loss;
        self.step += 1;
        self.samples += targets as u64;
        self.absent += absent;
        Ok(Progress {
            step: self.step,
            steps: self.options.schedule.steps,
            loss: total / with_loss as f64,
            rate: self.optimiser.rate,
            absent,
            samples: self.samples,
            absent_so_far: self.absent,
            elapsed: self.elapsed,
        })
    }
}

/// The loss of every sample and the gradients, in the shape of the energies. Threads take runs of neighbouring
/// samples; every number is one sample's own, so their division does not show.
fn losses<T: Sync, E: Send>(
    energies: &Ragged<f32>,
    targets: &[T],
    loss: &(impl Fn(&T, ArrayView2<'_, f32>, ArrayViewMut2<'_, f32>) -> Result<Outcome, E> + Sync),
    threads: usize,
) -> (Vec<Result<Outcome, E>>, Ragged<f32>) {
    let mut gradient = energies.zeros_like();
    let width = energies.width();
    let share = targets.len().div_ceil(threads.max(1)).max(1);
    let work = |first: usize, targets: &[T], mut values: &mut [f32]| -> Vec<Result<Outcome, E>> {
        let mut outcomes = Vec::with_capacity(targets.len());
        for (i, target) in targets.iter().enumerate() {
            let block = energies.block(first + i);
            let (own, rest) = values.split_at_mut(block.len());
            values = rest;
            let view = ArrayViewMut2::from_shape((block.nrows(), width), own);
            outcomes.push(match view {
                Ok(view) => loss(target, block, view),
                Err(_) => Ok(Outcome::AnswerAbsent), // the slice has the block's length
            });
        }
        outcomes
    };
    if share >= targets.len() {
        let outcomes = work(0, targets, gradient.values_mut());
        return (outcomes, gradient);
    }
    let outcomes = std::thread::scope(|scope| {
        let mut rest = gradient.values_mut();
        let mut running = Vec::new();
        for (part, targets) in targets.chunks(share).enumerate() {
            let first = part * share;
            let length = (first..first + targets.len()).map(|i| energies.rows(i) * width).sum();
            let (own, others) = rest.split_at_mut(length);
            rest = others;
            let work = &work;
            running.push(scope.spawn(move || work(first, targets, own)));
        }
        // A panic in a user's loss goes on in the caller.
        running.into_iter().flat_map(|t| t.join().unwrap_or_else(|p| std::panic::resume_unwind(p))).collect()
    });
    (outcomes, gradient)
}

#[cfg(test)]
#[path = "train_tests.rs"]
mod tests;
