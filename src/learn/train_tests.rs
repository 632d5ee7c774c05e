use ndarray::Array2;

use super::*;
use crate::learn::{Parameter, Rule};

/// Energies = inputs · weights, one block per input.
struct Linear {
    weights: Array2<f32>,
    gradient: Array2<f32>,
}

impl Linear {
    fn new() -> Self {
        Linear { weights: Array2::zeros((2, 3)), gradient: Array2::zeros((2, 3)) }
    }
}

impl FrontEnd for Linear {
    type Input = Array2<f32>;
    type Ticket = Vec<Array2<f32>>;
    fn forward(&mut self, inputs: &[Array2<f32>]) -> Result<(Ragged<f32>, Self::Ticket), FrontError> {
        Ok((self.infer(inputs)?, inputs.to_vec()))
    }
    fn infer(&mut self, inputs: &[Array2<f32>]) -> Result<Ragged<f32>, FrontError> {
        let mut out = Ragged::zeros(3, inputs.iter().map(|x| x.nrows()));
        for (i, x) in inputs.iter().enumerate() {
            out.block_mut(i).assign(&x.dot(&self.weights));
        }
        Ok(out)
    }
    fn backward(&mut self, ticket: Self::Ticket, gradient: Ragged<f32>) -> Result<(), FrontError> {
        for (i, x) in ticket.iter().enumerate() {
            self.gradient += &x.t().dot(&gradient.block(i));
        }
        Ok(())
    }
    fn apply(&mut self, optimiser: &mut Optimiser) -> Result<(), FrontError> {
        let gradient = std::mem::replace(&mut self.gradient, Array2::zeros((2, 3)));
        optimiser.begin_step([gradient.as_slice().unwrap()]);
        optimiser.update("w", self.weights.as_slice_mut().unwrap(), gradient.as_slice().unwrap(), true);
        Ok(())
    }
    fn parameters(&self) -> Result<Vec<Parameter>, FrontError> {
        let values = self.weights.iter().copied().collect();
        Ok(vec![Parameter { name: "w".into(), shape: vec![2, 3], values }])
    }
    fn set_parameters(&mut self, values: &[Parameter]) -> Result<(), FrontError> {
        self.weights = Array2::from_shape_vec((2, 3), values[0].values.clone()).unwrap();
        Ok(())
    }
}

#[derive(Debug, thiserror::Error, PartialEq)]
#[error("made up")]
struct MadeUp;

/// Inputs and targets computed from the step's number.
struct Steps;

impl Source for Steps {
    type Input = Array2<f32>;
    type Target = Array2<f32>;
    type Error = MadeUp;
    fn batch(&mut self, step: u64) -> Result<Batch<Array2<f32>, Array2<f32>>, MadeUp> {
        let inputs: Vec<Array2<f32>> = (0..5_u64)
            .map(|i| {
                Array2::from_shape_fn(((i % 3) as usize, 2), |(r, c)| {
                    ((step * 7 + i * 3 + r as u64 + c as u64) % 11) as f32 / 11.0
                })
            })
            .collect();
        let truth = Array2::from_shape_fn((2, 3), |(r, c)| r as f32 - c as f32);
        let targets = inputs.iter().map(|x| x.dot(&truth)).collect();
        Ok(Batch { inputs, targets })
    }
}

fn square(target: &Array2<f32>, e: ArrayView2<'_, f32>, mut g: ArrayViewMut2<'_, f32>) -> Result<Outcome, MadeUp> {
    let difference = &e - target;
    g.assign(&(2.0 * &difference));
    Ok(Outcome::Loss(f64::from(difference.mapv(|x| x * x).sum())))
}

fn trainer(steps: u64, threads: usize) -> Trainer<Linear> {
    let mut options = TrainOptions::new(Schedule { peak: 0.05, floor: 0.0, warm_up: 5, steps });
    options.average = Some(0.9);
    options.threads = threads;
    let mut optimiser = Optimiser::new(Rule::ADAMW, 0.0);
    optimiser.decay = 0.01;
    optimiser.clip = Some(1.0);
    Trainer::new(Linear::new(), optimiser, options)
}

/// Keeps losses and checkpoints, and stops at a step.
#[derive(Default)]
struct Recorder {
    losses: Vec<f64>,
    kept: Vec<Checkpoint>,
    stop_at: Option<u64>,
    absent: u64,
}

impl Watch for Recorder {
    fn step(&mut self, p: &Progress) -> Control {
        self.losses.push(p.loss);
        self.absent = p.absent_so_far;
        if Some(p.step) == self.stop_at { Control::Stop } else { Control::Continue }
    }
    fn checkpoint(&mut self, c: Checkpoint) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.kept.push(c);
        Ok(())
    }
    fn keeps(&self) -> bool {
        true
    }
}

/// A checkpoint without the clock.
fn timeless(mut c: Checkpoint) -> Checkpoint {
    c.elapsed = Duration::ZERO;
    c
}

#[test]
fn training_lowers_the_loss() {
    let mut seen = Recorder::default();
    assert_eq!(trainer(200, 1).run(&mut Steps, square, &mut seen).unwrap(), Ended::Steps);
    assert_eq!(seen.losses.len(), 200);
    assert!(seen.losses[199] < 0.05 * seen.losses[0], "{} → {}", seen.losses[0], seen.losses[199]);
}

#[test]
fn a_resumed_training_has_the_numbers_of_an_uninterrupted_one() {
    let mut whole = Recorder::default();
    let mut straight = trainer(50, 1);
    straight.run(&mut Steps, square, &mut whole).unwrap();

    let mut first = Recorder { stop_at: Some(17), ..Recorder::default() };
    assert_eq!(trainer(50, 1).run(&mut Steps, square, &mut first).unwrap(), Ended::Stopped);
    let mut resumed = trainer(50, 1);
    resumed.resume(&first.kept[0]).unwrap();
    assert_eq!(resumed.step(), 17);
    let mut second = Recorder::default();
    resumed.run(&mut Steps, square, &mut second).unwrap();

    assert_eq!(whole.losses, [first.losses, second.losses].concat());
    assert_eq!(timeless(straight.checkpoint().unwrap()), timeless(resumed.checkpoint().unwrap()));
    assert!(second.kept[0].elapsed > first.kept[0].elapsed);
}

#[test]
fn any_number_of_threads_gives_the_same_numbers() {
    let after = |threads| {
        let mut t = trainer(20, threads);
        t.run(&mut Steps, square, &mut ()).unwrap();
        timeless(t.checkpoint().unwrap())
    };
    let one = after(1);
    for threads in [2, 3, 5, 9] {
        assert_eq!(after(threads), one);
    }
}

#[test]
fn a_stop_flag_and_a_time_limit_end_a_training_with_a_checkpoint() {
    for flag in [true, false] {
        let mut t = trainer(50, 1);
        t.options.stop = Some(Arc::new(AtomicBool::new(flag)));
        t.options.time_limit = Some(Duration::ZERO);
        let mut seen = Recorder::default();
        let ended = t.run(&mut Steps, square, &mut seen).unwrap();
        assert_eq!(ended, if flag { Ended::Stopped } else { Ended::TimeLimit });
        assert_eq!((seen.kept.len(), seen.kept[0].step), (1, 0));
    }
}

#[test]
fn absent_answers_are_counted_and_move_nothing() {
    let mut seen = Recorder::default();
    let mut t = trainer(3, 2);
    let absent =
        |_: &Array2<f32>, _: ArrayView2<'_, f32>, _: ArrayViewMut2<'_, f32>| Ok::<_, MadeUp>(Outcome::AnswerAbsent);
    t.run(&mut Steps, absent, &mut seen).unwrap();
    assert_eq!(seen.absent, 15);
    assert!(seen.losses.iter().all(|l| l.is_nan()));
    assert_eq!(t.front.weights, Linear::new().weights);
}

#[test]
fn a_loss_that_fails_or_is_not_finite_names_step_and_sample() {
    let at = |sample: f64| {
        move |t: &Array2<f32>, e: ArrayView2<'_, f32>, g: ArrayViewMut2<'_, f32>| {
            if t.nrows() == 2 { Ok(Outcome::Loss(sample)) } else { square(t, e, g) }
        }
    };
    let mut t = trainer(3, 2);
    assert!(matches!(t.run(&mut Steps, at(f64::NAN), &mut ()), Err(TrainError::NotFinite { step: 0, sample: 2 })));
    assert_eq!(t.step(), 0);
    let fails = |_: &Array2<f32>, _: ArrayView2<'_, f32>, _: ArrayViewMut2<'_, f32>| Err(MadeUp);
    assert!(matches!(t.run(&mut Steps, fails, &mut ()), Err(TrainError::Loss { step: 0, sample: 0, error: MadeUp })));
    let infinite = |_: &Array2<f32>, _: ArrayView2<'_, f32>, mut g: ArrayViewMut2<'_, f32>| {
        g.fill(f32::INFINITY);
        Ok::<_, MadeUp>(Outcome::Loss(0.0))
    };
    assert!(matches!(t.run(&mut Steps, infinite, &mut ()), Err(TrainError::NotFinite { step: 0, sample: 1 })));
}
