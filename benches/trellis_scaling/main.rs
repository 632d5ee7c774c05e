//! What the kernels of trellises cost by frames, classes and batch, and what share of this core's floor they reach.
//!
//!     taskset -c 0 cargo bench --no-default-features --bench trellis_scaling -- --svg benches/scaling.svg
//!
//! One thread, about two minutes; `--only ctc`, `chain` or `alignment` takes a third of it. Prints a JSON line for every rate of the core, every point and every slope; draws the
//! points where a file is named.
#![allow(clippy::unwrap_used)]

mod draw;
mod floor;
mod kernels;

use self::floor::Rates;
use self::kernels::{Kernel, Shape};

/// What is varied, the rest as in [`Kernel::shape`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    Frames,
    Classes,
    Batch,
}

impl Axis {
    pub const ALL: [Axis; 3] = [Axis::Frames, Axis::Classes, Axis::Batch];

    pub fn name(self) -> &'static str {
        match self {
            Axis::Frames => "frames T",
            Axis::Classes => "classes C",
            Axis::Batch => "items in the batch",
        }
    }

    fn values(self, kernel: Kernel) -> Vec<usize> {
        let (first, doublings) = match (self, kernel) {
            (Axis::Frames, Kernel::Alignment) => (2_500, 5),
            (Axis::Frames, _) => (125, 6),
            (Axis::Classes, Kernel::Ctc) => (20, 7),
            (Axis::Classes, Kernel::Chain) => (5, 7),
            (Axis::Classes, Kernel::Alignment) => (15, 7),
            (Axis::Batch, Kernel::Alignment) => (1, 4),
            (Axis::Batch, _) => (1, 7),
        };
        (0..doublings).map(|d| first << d).collect()
    }

    fn of(self, kernel: Kernel, value: usize) -> Shape {
        let shape = kernel.shape();
        match self {
            Axis::Frames => Shape { frames: value, ..shape },
            Axis::Classes => Shape { classes: value, ..shape },
            Axis::Batch => Shape { batch: value, ..shape },
        }
    }
}

/// One kernel along one axis.
pub struct Line {
    pub kernel: Kernel,
    pub axis: Axis,
    pub points: Vec<Point>,
}

pub struct Point {
    pub value: f64,
    shape: Shape,
    runs: usize,
    /// Least time, in ms.
    pub least: f64,
    median: f64,
    /// In ms.
    pub floor: f64,
}

impl Line {
    fn measure(kernel: Kernel, axis: Axis) -> Line {
        let point = |value| {
            let shape = axis.of(kernel, value);
            let times = kernel.times(shape);
            let median = times[times.len() / 2];
            Point { value: value as f64, shape, runs: times.len(), least: times[0], median, floor: 0.0 }
        };
        Line { kernel, axis, points: axis.values(kernel).into_iter().map(point).collect() }
    }

    /// The exponent of a power of the value that the last so many points lie along.
    pub fn exponent(&self, last: usize) -> f64 {
        let points = &self.points[self.points.len().saturating_sub(last)..];
        let logs: Vec<(f64, f64)> = points.iter().map(|p| (p.value.ln(), p.least.ln())).collect();
        let n = logs.len() as f64;
        let mean = (logs.iter().map(|l| l.0).sum::<f64>() / n, logs.iter().map(|l| l.1).sum::<f64>() / n);
        let both: f64 = logs.iter().map(|l| (l.0 - mean.0) * (l.1 - mean.1)).sum();
        both / logs.iter().map(|l| (l.0 - mean.0).powi(2)).sum::<f64>()
    }

    fn print(&self, rates: &Rates) {
        let (kernel, axis) = (self.kernel.name(), self.axis.name());
        for p in &self.points {
            let Shape { frames, classes, labels, batch } = p.shape;
            let ([exponentials, multiply_adds, pairs, look_ups], traffic) = self.kernel.parts(p.shape, rates);
            println!(
                "{{\"kernel\":\"{kernel}\",\"along\":\"{axis}\",\"frames\":{frames},\"classes\":{classes},\"labels\":{labels},\
                 \"batch\":{batch},\"runs\":{},\"least_ms\":{:.4},\"median_ms\":{:.4},\"floor_ms\":{:.4},\"share\":{:.3},\
                 \"floor_parts_ms\":{{\"exponentials\":{exponentials:.4},\"multiply_adds\":{multiply_adds:.4},\
                 \"pairs\":{pairs:.4},\"look_ups\":{look_ups:.4},\"traffic\":{traffic:.4}}}}}",
                p.runs,
                p.least,
                p.median,
                p.floor,
                p.floor / p.least,
            );
        }
        println!(
            "{{\"kernel\":\"{kernel}\",\"along\":\"{axis}\",\"exponent\":{:.3},\"exponent_of_last_three\":{:.3}}}",
            self.exponent(self.points.len()),
            self.exponent(3),
        );
    }
}

fn main() {
    let mut options = std::env::args().skip(1);
    let (mut svg, mut kernels) = (None, Kernel::ALL.to_vec());
    while let Some(option) = options.next() {
        match option.as_str() {
            // From cargo.
            "--bench" => {}
            "--svg" => svg = Some(options.next().expect("a file behind --svg")),
            "--only" => {
                let word = options.next().expect("a kernel behind --only");
                kernels.retain(|k| format!("{k:?}").to_lowercase() == word);
            }
            _ => panic!("options are --svg FILE and --only KERNEL, not {option}"),
        }
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let mut rates = Rates::measure();
    let mut lines = Vec::new();
    for kernel in kernels {
        for axis in Axis::ALL {
            eprintln!("{}, {}", kernel.name(), axis.name());
            lines.push(pool.install(|| Line::measure(kernel, axis)));
        }
    }
    // At the end again: other work and the clock come and go.
    rates = rates.best(Rates::measure());
    rates.print();
    for line in &mut lines {
        line.points.iter_mut().for_each(|p| p.floor = line.kernel.floor(p.shape, &rates));
        line.print(&rates);
    }
    if let Some(path) = svg {
        std::fs::write(&path, draw::svg(&lines)).unwrap();
    }
}
