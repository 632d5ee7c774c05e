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
    /// Its segments, at the tempo it was distorted to.
    pub segments: Vec<Segment>,
    /// Seconds from frame to frame.
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
        let mut slope = (right.emissions - all.emissions) * share as f32;
        if self.frames > 0.0 {
            value += self.single_frames(target, energies.view(), &mut slope);
        }
        let mut back = plan.pull_back(slope.view())?;
        target.without.iter().for_each(|&column| back.column_mut(column).fill(0.0));
        gradient += &back;
        Ok(Outcome::Loss(value))
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
