//! Diagonal Gaussians of phone states, the rare leaning on the common; a mixture of them for silence.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use super::classes::{Groups, LEVELS};

/// How many frames' worth the level above counts in a mean, level by level.
const LEAN: [f64; LEVELS] = [10.0, 20.0, 20.0];
/// The same in a variance.
const LEAN_VARIANCE: [f64; LEVELS] = [20.0, 50.0, 100.0];
/// The same in a duration.
const LEAN_DURATION: f64 = 5.0;
/// Least variance, as a share of that of all frames of speech.
const LEAST_VARIANCE: f64 = 0.05;
/// Least expected duration in frames.
const LEAST_DURATION: f64 = 1.05;
/// Gaussians of silence.
pub(super) const SILENCES: usize = 4;
/// Least variance of one of them.
const LEAST_SILENCE: f64 = 0.01;

/// Occupancy, sum and sum of squares.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sums {
    pub n: Array1<f64>,
    pub x: Array2<f64>,
    pub xx: Array2<f64>,
}

impl Sums {
    pub fn zeros(rows: usize, dims: usize) -> Self {
        Sums { n: Array1::zeros(rows), x: Array2::zeros((rows, dims)), xx: Array2::zeros((rows, dims)) }
    }

    pub fn add(&mut self, row: usize, weight: f64, x: ArrayView1<'_, f32>) {
        self.n[row] += weight;
        let sums = self.x.row_mut(row).into_iter().zip(self.xx.row_mut(row));
        for ((s, ss), &x) in sums.zip(x) {
            let x = f64::from(x);
            *s += weight * x;
            *ss += weight * x * x;
        }
    }

    pub fn merge(&mut self, other: &Sums) {
        self.n += &other.n;
        self.x += &other.x;
        self.xx += &other.xx;
    }

    /// Rows of a group together.
    fn grouped(&self, of: impl Fn(usize) -> usize, groups: usize) -> Sums {
        let mut sums = Sums::zeros(groups, self.x.ncols());
        for row in 0..self.n.len() {
            let group = of(row);
            sums.n[group] += self.n[row];
            let (mut x, mut xx) = (sums.x.row_mut(group), sums.xx.row_mut(group));
            x += &self.x.row(row);
            xx += &self.xx.row(row);
        }
        sums
    }
}

/// The model: a Gaussian and a duration for each state (phone · states + state), and silence.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gaussians {
    mean: Array2<f64>,
    variance: Array2<f64>,
    /// Expected frames of each state.
    pub duration: Array1<f64>,
    silence_mean: Array2<f64>,
    silence_variance: Array2<f64>,
    silence_weight: Array1<f64>,
}

impl Gaussians {
    /// From the frames of states and silence, `visits` counting how often each state occurs; groups down to a level.
    pub fn of_states(sums: &Sums, visits: &[f64], groups: &Groups, states: usize, level: usize) -> Self {
        let (rows, dims) = sums.x.dim();
        let total = sums.n.sum().max(1.0);
        let all_mean = sums.x.sum_axis(Axis(0)) / total;
        let all_variance = sums.xx.sum_axis(Axis(0)) / total - &all_mean * &all_mean;
        let floor = &all_variance * LEAST_VARIANCE;
        let spread = |v: &Array1<f64>| v.broadcast((rows, dims)).map_or(Array2::zeros((rows, dims)), |v| v.to_owned());
        let (mut mean, mut variance) = (spread(&all_mean), spread(&all_variance));
        let mut duration = Array1::from_elem(rows, total / visits.iter().sum::<f64>().max(1.0));
        for l in 0..=level.min(LEVELS - 1) {
            let of = |row: usize| groups.of[l][row / states] * states + row % states;
            let own = sums.grouped(of, groups.counts[l] * states);
            let mut times = vec![0.0; groups.counts[l] * states];
            visits.iter().enumerate().for_each(|(row, v)| times[of(row)] += v);
            for row in 0..rows {
                let group = of(row);
                let n = own.n[group];
                let above = mean.row(row).to_owned();
                let m = (&own.x.row(group) + &(&above * LEAN[l])) / (n + LEAN[l]);
                let squares = &own.xx.row(group) - &(&m * &own.x.row(group) * 2.0) + &m * &m * n;
                let v = (squares + &variance.row(row) * LEAN_VARIANCE[l]) / (n + LEAN_VARIANCE[l]);
                variance.row_mut(row).assign(&v);
                mean.row_mut(row).assign(&m);
                duration[row] = (n + LEAN_DURATION * duration[row]) / (times[group] + LEAN_DURATION);
            }
        }
        variance.rows_mut().into_iter().for_each(|mut row| row.zip_mut_with(&floor, |v, &f| *v = v.max(f)));
        duration.mapv_inplace(|d| d.max(LEAST_DURATION));
        let (silence_mean, silence_variance) = (Array2::zeros((SILENCES, dims)), Array2::ones((SILENCES, dims)));
        let silence_weight = Array1::from_elem(SILENCES, 1.0 / SILENCES as f64);
        Gaussians { mean, variance, duration, silence_mean, silence_variance, silence_weight }
    }

    /// Silence from sums over its Gaussians; `before` counts as one frame.
    pub fn set_silence(&mut self, sums: &Sums, before: Option<&Gaussians>) {
        for k in 0..SILENCES {
            let old = before.map(|b| (b.silence_mean.row(k), b.silence_variance.row(k)));
            let n = sums.n[k] + f64::from(u8::from(old.is_some()));
            let (mut x, mut xx) = (sums.x.row(k).to_owned(), sums.xx.row(k).to_owned());
            if let Some((mean, variance)) = old {
                x += &mean;
                xx += &(&variance + &(&mean * &mean));
            }
            let mean = x / n.max(1.0);
            let variance = (xx / n.max(1.0) - &mean * &mean).mapv(|v| v.max(LEAST_SILENCE));
            self.silence_mean.row_mut(k).assign(&mean);
            self.silence_variance.row_mut(k).assign(&variance);
            self.silence_weight[k] = n;
        }
        let total = self.silence_weight.sum().max(1.0);
        self.silence_weight.mapv_inplace(|w| (w / total).max(1e-9));
    }

    /// Energies (negative log-likelihoods up to a constant) of states at frames.
    pub fn energies(&self, frames: ArrayView2<'_, f32>, states: &[usize]) -> Array2<f64> {
        let mut energies = Array2::zeros((frames.nrows(), states.len()));
        for (mut column, &s) in energies.columns_mut().into_iter().zip(states) {
            let (mean, variance) = (self.mean.row(s), self.variance.row(s));
            column.iter_mut().zip(frames.rows()).for_each(|(e, x)| *e = distance(x, mean, variance));
        }
        energies
    }

    /// Energies of the Gaussians of silence, frames × Gaussians, weights included.
    pub fn of_silence(&self, frames: ArrayView2<'_, f32>) -> Array2<f64> {
        Array2::from_shape_fn((frames.nrows(), SILENCES), |(t, k)| {
            let gaussian = distance(frames.row(t), self.silence_mean.row(k), self.silence_variance.row(k));
            gaussian - self.silence_weight[k].ln()
        })
    }
}

fn distance(x: ArrayView1<'_, f32>, mean: ArrayView1<'_, f64>, variance: ArrayView1<'_, f64>) -> f64 {
    let terms = x.iter().zip(mean).zip(variance).map(|((&x, m), v)| (f64::from(x) - m).powi(2) / v + v.ln());
    0.5 * terms.sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn groups() -> Groups {
        Groups::new(&["p".to_owned(), "t".to_owned(), "a".to_owned()]).unwrap()
    }

    #[test]
    fn a_state_without_frames_is_like_its_group_and_one_with_many_is_itself() {
        let mut sums = Sums::zeros(3, 1);
        // p has many frames around 5, a around −5, t none.
        for i in 0..400 {
            let wave = if i % 2 == 0 { 0.5 } else { -0.5 };
            sums.add(0, 1.0, array![5.0 + wave].view());
            sums.add(2, 1.0, array![-5.0 - wave].view());
        }
        let g = Gaussians::of_states(&sums, &[100.0, 0.0, 50.0], &groups(), 1, 2);
        assert!((g.mean[[0, 0]] - 5.0).abs() < 0.3 && (g.mean[[2, 0]] + 5.0).abs() < 0.3, "{:?}", g.mean);
        assert!((g.mean[[1, 0]] - g.mean[[0, 0]]).abs() < 0.3, "t leans on the stops");
        assert!((g.duration[0] - 4.0).abs() < 0.3 && (g.duration[2] - 8.0).abs() < 0.5, "{:?}", g.duration);
        let e = g.energies(array![[5.0_f32], [-5.0]].view(), &[0, 2]);
        assert!(e[[0, 0]] < e[[0, 1]] && e[[1, 1]] < e[[1, 0]]);
    }

    #[test]
    fn variances_and_weights_stay_above_their_floors() {
        let mut sums = Sums::zeros(3, 1);
        (0..50).for_each(|i| sums.add(i % 3, 1.0, array![3.0].view()));
        let mut g = Gaussians::of_states(&sums, &[1.0; 3], &groups(), 1, 2);
        g.set_silence(&Sums::zeros(SILENCES, 1), None);
        let e = g.of_silence(array![[3.0_f32]].view());
        assert!(e.iter().all(|v| v.is_finite()), "{e:?}");
    }
}
