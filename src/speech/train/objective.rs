//! The loss of an utterance and its gradient with respect to the net's outputs.

use std::sync::Arc;

use ndarray::{Array2, ArrayView2, ArrayViewMut2};

use super::plan::{Plan, PlanError, Segment};
use crate::learn::Outcome;
use crate::paths::Beta;
use crate::trellis::{Emissions, posteriors};

/// What an utterance of a batch says, as it was distorted.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its plan.
    pub plan: Arc<Plan>,
    /// Its segments, in seconds of the sound as it was.
    pub segments: Vec<Segment>,
    /// Seconds from frame to frame, at the tempo it was distorted to.
    pub frame: f64,
    /// Outputs that are taken as 0: those of known phones that must do with their features this time.
    pub without: Vec<usize>,
}

/// The loss where boundaries are known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Boundaries {
    /// By how many frames a manual boundary may be off before an alignment weighs e times less.
    pub slack: f64,
    /// Weight of the cross-entropy of single frames among the utterance's own segments.
    pub frames: f64,
    /// Weight of the negative log-likelihood of the same alignments among everything that any known phones could be at any
    /// frame: without it, energies say nothing of other phones.
    pub world: f64,
}

impl Boundaries {
    /// The negative log-likelihood of the alignments near the manual boundaries among all of the same phones, per boundary;
    /// and that of the single frames, per frame.
    ///
    /// # Errors
    /// [`PlanError`] where the outputs are no energies.
    pub fn evaluate(
        &self,
        target: &Target,
        outputs: ArrayView2<'_, f32>,
        mut gradient: ArrayViewMut2<'_, f32>,
    ) -> Result<Outcome, PlanError> {
        let plan = &target.plan;
        let mut outputs = outputs.to_owned();
        target.without.iter().for_each(|&column| outputs.column_mut(column).fill(0.0));
        let energies = plan.energies(outputs.view())?;
        let all = posteriors(&Emissions::new(energies.view())?, &plan.topology, Beta::ONE)?;
        if all.free_energy == f64::INFINITY {
            return Ok(Outcome::AnswerAbsent);
        }
        let off = plan.offsets(&target.segments, outputs.nrows(), target.frame);
        let near = &energies + &(off / self.slack as f32);
        let right = posteriors(&Emissions::new(near.view())?, &plan.topology, Beta::ONE)?;
        let share = 1.0 / (target.segments.len() - 1) as f64;
        let mut value = share * (right.free_energy - all.free_energy);
        let mut slope = (&right.emissions - &all.emissions) * share as f32;
        if self.frames > 0.0 {
            value += self.single_frames(target, energies.view(), &mut slope);
        }
        let mut of_classes = plan.gather(slope.view());
        if self.world > 0.0 {
            let classes = plan.readout.energies(outputs.view())?;
            let shares = plan.gather(right.emissions.view());
            value += self.among_all(right.free_energy, &shares, classes.view(), &mut of_classes);
        }
        let mut back = plan.readout.pull_back(of_classes.view())?;
        target.without.iter().for_each(|&column| back.column_mut(column).fill(0.0));
        gradient += &back;
        Ok(Outcome::Loss(value))
    }

    /// The same alignments among everything that any phones could be at any frame, per frame.
    fn among_all(
        &self,
        right: f64,
        shares: &Array2<f32>,
        classes: ArrayView2<'_, f32>,
        slope: &mut Array2<f32>,
    ) -> f64 {
        let weight = self.world / classes.nrows() as f64;
        let mut value = weight * right;
        for ((row, shares), mut slope) in classes.rows().into_iter().zip(shares.rows()).zip(slope.rows_mut()) {
            let least = row.iter().copied().fold(f32::INFINITY, f32::min);
            let sum: f64 = row.iter().map(|e| f64::from(least - e).exp()).sum();
            value -= weight * (f64::from(least) - sum.ln());
            for ((&e, &share), s) in row.iter().zip(&shares).zip(&mut slope) {
                *s += (weight * (f64::from(share) - f64::from(least - e).exp() / sum)) as f32;
            }
        }
        value
    }

    /// Cross-entropy of each frame's segment among all of the utterance's, silence as one.
    fn single_frames(&self, target: &Target, energies: ArrayView2<'_, f32>, slope: &mut Array2<f32>) -> f64 {
        let (plan, segments) = (&target.plan, &target.segments);
        let weight = self.frames / energies.nrows() as f64;
        let silent: Vec<usize> = (0..segments.len()).filter(|&s| segments[s].phone.is_none()).collect();
        // Of several silences one stands for all: their energies are the same.
        let rivals: Vec<usize> = (0..segments.len()).filter(|s| !silent[1..].contains(s)).collect();
        let (mut value, mut now) = (0.0, 0);
        for (t, row) in energies.rows().into_iter().enumerate() {
            let middle = (t as f64 + 0.5) * target.frame;
            while now + 1 < segments.len() && segments[now].times.1 <= middle {
                now += 1;
            }
            let right = if segments[now].phone.is_none() { silent[0] } else { now };
            let of = |s: usize| f64::from(row[plan.steady[s]]);
            let least = rivals.iter().map(|&s| of(s)).fold(f64::INFINITY, f64::min);
            let sum: f64 = rivals.iter().map(|&s| (least - of(s)).exp()).sum();
            value += weight * (of(right) - least + sum.ln());
            for &s in &rivals {
                let share = (least - of(s)).exp() / sum;
                slope[[t, plan.steady[s]]] += (weight * (f64::from(u8::from(s == right)) - share)) as f32;
            }
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::train::segments;

    fn target(without: Vec<usize>) -> Target {
        let phones = ["t", "a", "d"].map(str::to_owned);
        let segments = segments(&phones, &[(0.021, 0.05), (0.05, 0.089), (0.089, 0.12)], 0.15);
        let plan = Arc::new(Plan::new(&segments, &["a".to_owned(), "t".to_owned(), "s".to_owned()], 3).unwrap());
        Target { plan, segments, frame: 0.01, without }
    }

    fn outputs(target: &Target) -> Array2<f32> {
        let shape = (15, target.plan.readout.outputs());
        Array2::from_shape_fn(shape, |(t, o)| ((t * 7919 + o * 104_729) % 1009) as f32 / 504.5 - 1.0)
    }

    fn value(loss: &Boundaries, target: &Target, outputs: &Array2<f32>) -> (f64, Array2<f32>) {
        let mut gradient = Array2::zeros(outputs.dim());
        match loss.evaluate(target, outputs.view(), gradient.view_mut()).unwrap() {
            Outcome::Loss(value) => (value, gradient),
            Outcome::AnswerAbsent => panic!("no alignment"),
        }
    }

    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        for (frames, world) in [(0.0, 0.0), (0.3, 0.0), (0.0, 0.5), (0.3, 0.2)] {
            let loss = Boundaries { slack: 0.8, frames, world };
            let target = target(vec![40, 41]);
            let outputs = outputs(&target);
            let (found, gradient) = value(&loss, &target, &outputs);
            assert!(found > 0.0);
            for at in [[0, 0], [4, 3], [5, 33], [7, 60], [8, 70], [11, 100], [3, 40], [14, 0]] {
                let at = (at[0], at[1]);
                let (mut up, mut down) = (outputs.clone(), outputs.clone());
                (up[at], down[at]) = (up[at] + 0.02, down[at] - 0.02);
                let slope = (value(&loss, &target, &up).0 - value(&loss, &target, &down).0) / 0.04;
                assert!((slope - f64::from(gradient[at])).abs() < 2e-4, "{at:?}: {slope}, {}", gradient[at]);
            }
        }
    }

    #[test]
    fn outputs_that_are_left_out_change_nothing_and_learn_nothing() {
        let loss = Boundaries { slack: 1.0, frames: 0.3, world: 0.1 };
        let target = target(vec![33, 34]);
        let mut outputs = outputs(&target);
        let (before, gradient) = value(&loss, &target, &outputs);
        assert!(gradient.column(33).iter().chain(gradient.column(34)).all(|g| *g == 0.0));
        outputs.column_mut(33).fill(9.0);
        assert_eq!(value(&loss, &target, &outputs).0, before);
    }

    #[test]
    fn a_sound_that_is_too_short_has_no_loss() {
        let target = target(Vec::new());
        let outputs = Array2::zeros((5, target.plan.readout.outputs()));
        let mut gradient = Array2::zeros(outputs.dim());
        let loss = Boundaries { slack: 1.0, frames: 0.3, world: 0.0 };
        assert_eq!(loss.evaluate(&target, outputs.view(), gradient.view_mut()), Ok(Outcome::AnswerAbsent));
    }
}
