//! The learning rate over the steps of a training.

/// Linear warm-up to a peak, then half a cosine down to a floor (Loshchilov and Hutter 2017, one cycle).
///
/// ```
/// use energraph::learn::Schedule;
/// let s = Schedule { peak: 2.0, floor: 0.0, warm_up: 10, steps: 110 };
/// assert_eq!(s.at(9), 2.0);
/// assert!((s.at(60) - 1.0).abs() < 1e-6);
/// assert_eq!(s.at(110), 0.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// The highest rate, reached at the end of the warm-up.
    pub peak: f32,
    /// The rate at the last step and after it.
    pub floor: f32,
    /// Steps of the warm-up; 0 for none.
    pub warm_up: u64,
    /// Steps of the whole training.
    pub steps: u64,
}

impl Schedule {
    /// The same rate at every step.
    pub fn constant(rate: f32, steps: u64) -> Self {
        Schedule { peak: rate, floor: rate, warm_up: 0, steps }
    }

    /// The rate of a step, counted from 0.
    pub fn at(&self, step: u64) -> f32 {
        if step < self.warm_up {
            return (f64::from(self.peak) * (step + 1) as f64 / self.warm_up as f64) as f32;
        }
        let span = self.steps.saturating_sub(self.warm_up).max(1);
        let done = ((step - self.warm_up) as f64 / span as f64).min(1.0);
        let high = 0.5 * (1.0 + (std::f64::consts::PI * done).cos());
        (f64::from(self.floor) + (f64::from(self.peak) - f64::from(self.floor)) * high) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_to_its_peak_and_falls_to_its_floor() {
        let s = Schedule { peak: 1.0, floor: 0.125, warm_up: 4, steps: 20 };
        let rates: Vec<f32> = (0..25).map(|i| s.at(i)).collect();
        assert_eq!(&rates[..4], [0.25, 0.5, 0.75, 1.0]);
        assert!(rates[4..21].windows(2).all(|p| p[1] < p[0]));
        assert!(rates[20..].iter().all(|&r| r == 0.125));
    }

    #[test]
    fn a_constant_schedule_is_constant() {
        let s = Schedule::constant(0.3, 7);
        assert!((0..10).all(|i| s.at(i) == 0.3));
    }
}
