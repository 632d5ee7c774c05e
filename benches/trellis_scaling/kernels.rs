//! What is measured: three kernels, their inputs, and the work that none can do without.

use std::hint::black_box;
use std::time::Instant;

use energraph::trellis::{Emissions, Topology, Transitions, best_path, chain_posteriors_batch, ctc_losses};
use energraph::{Beta, Label};
use ndarray::{Array2, Array3, Axis};

use crate::floor::{LAST_CACHE, Rates};

const BLANK: Label = 1;
/// A point takes so many runs at least, and so many seconds.
const RUNS: usize = 7;
const SECONDS: f64 = 1.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// `ctc_losses`: losses and gradients.
    Ctc,
    /// `chain_posteriors_batch`: free energies, marginals, expected counts.
    Chain,
    /// `best_path` of `Topology::ctc`, one item after the other.
    Alignment,
}

#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub frames: usize,
    pub classes: usize,
    /// Of the target; 0 for the chain.
    pub labels: usize,
    pub batch: usize,
}

impl Kernel {
    pub const ALL: [Kernel; 3] = [Kernel::Ctc, Kernel::Chain, Kernel::Alignment];

    pub fn name(self) -> &'static str {
        match self {
            Kernel::Ctc => "CTC loss and gradient",
            Kernel::Chain => "dense chain, all marginals",
            Kernel::Alignment => "forced alignment",
        }
    }

    /// The shape around which others lie.
    pub fn shape(self) -> Shape {
        match self {
            Kernel::Ctc => Shape { frames: 500, classes: 80, labels: 60, batch: 32 },
            Kernel::Chain => Shape { frames: 500, classes: 40, labels: 0, batch: 32 },
            Kernel::Alignment => Shape { frames: 20_000, classes: 60, labels: 1_500, batch: 1 },
        }
    }

    /// Milliseconds of one core without which the answers cannot be had, by parts: exponentials, multiply-adds, pairs of
    /// states, look-ups; and the traffic with memory, which goes on beside them.
    pub fn parts(self, shape: Shape, rates: &Rates) -> ([f64; 4], f64) {
        let Shape { frames, classes, labels, batch } = shape;
        let (frames, classes, labels, batch) = (frames as f64, classes as f64, labels as f64, batch as f64);
        let all = frames * classes;
        // A label can be come to after those before it and must leave frames for those behind.
        let pairs = (labels + 1.0) * (frames - labels);
        let (exponentials, multiply_adds, sums, least, look_ups, read, written) = match self {
            // Two sweeps. Their products, two a pair, the gradient as a difference. Labels' numbers, classes' shares.
            Kernel::Ctc => (all, 2.0 * pairs + all, 2.0 * pairs, 0.0, 2.0 * pairs, 4.0 * all, 4.0 * all),
            // Two sweeps and the expected counts.
            Kernel::Chain => (all, 3.0 * (frames - 1.0) * classes * classes, 0.0, 0.0, 0.0, 4.0 * all, 4.0 * all),
            Kernel::Alignment => (0.0, 0.0, 0.0, pairs, pairs, 4.0 * all, 0.0),
        };
        let ms = |work: f64, rate: f64| batch * work / rate * 1e3;
        let core = [
            ms(exponentials, rates.exponentials),
            ms(multiply_adds, rates.multiply_adds),
            ms(sums, rates.sum_pairs) + ms(least, rates.least_pairs),
            ms(look_ups, rates.look_ups),
        ];
        let traffic = if batch * (read + written) < LAST_CACHE { rates.cached } else { rates.stored };
        (core, ms(read, traffic[0]) + ms(written, traffic[1]))
    }

    pub fn floor(self, shape: Shape, rates: &Rates) -> f64 {
        let (core, traffic) = self.parts(shape, rates);
        core.iter().sum::<f64>().max(traffic)
    }

    /// Milliseconds, from the least on.
    pub fn times(self, shape: Shape) -> Vec<f64> {
        let Shape { frames, classes, labels, batch } = shape;
        let energies = Array3::from_shape_vec((batch, frames, classes), noise(batch * frames * classes)).unwrap();
        let items: Vec<Emissions<'_>> = energies.outer_iter().map(|e| Emissions::new(e).unwrap()).collect();
        let target: Vec<Label> = (0..labels as Label).map(|k| k * 31 % (classes as Label - 1) + 2).collect();
        match self {
            Kernel::Ctc => {
                let items: Vec<(Emissions<'_>, &[Label])> = items.into_iter().map(|e| (e, &target[..])).collect();
                assert!(ctc_losses(&items, BLANK).iter().all(Result::is_ok));
                times(|| drop(black_box(ctc_losses(black_box(&items), BLANK))))
            }
            Kernel::Chain => {
                let between = Array2::from_shape_vec((classes, classes), noise(classes * classes)).unwrap();
                let t = Transitions::new(between.view()).unwrap();
                times(|| drop(black_box(chain_posteriors_batch(black_box(&items), &t, Beta::ONE))))
            }
            // From energies and labels on, as the peers do.
            Kernel::Alignment => times(|| {
                for item in black_box(&energies).axis_iter(Axis(0)) {
                    let topology = Topology::ctc(&target, BLANK, classes).unwrap();
                    black_box(best_path(&Emissions::new(item).unwrap(), &topology).unwrap());
                }
            }),
        }
    }
}

fn times(mut run: impl FnMut()) -> Vec<f64> {
    let begin = Instant::now();
    let mut all = Vec::new();
    while all.len() < RUNS || begin.elapsed().as_secs_f64() < SECONDS {
        let start = Instant::now();
        run();
        all.push(start.elapsed().as_secs_f64() * 1e3);
    }
    all.sort_unstable_by(f64::total_cmp);
    all
}

/// Something like noise of a deviation of 1, the same every time.
fn noise(n: usize) -> Vec<f32> {
    let mut seed = 1_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 40) as f32 / (1 << 24) as f32
    };
    (0..n).map(|_| (0..6).map(|_| next()).sum::<f32>() * 1.414 - 4.242).collect()
}
