//! Time of a training step and of inference: fused operations against burn's own, in turns on one machine.
//!
//!     cargo bench --bench nn_step            # RAYON_NUM_THREADS=1 for one core
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use energraph::learn::{FrontEnd, Optimiser, Rule};
use energraph::nn::{ColumnNet, ColumnNetConfig, ComputeDevice, CropNet, CropNetConfig, Tdnn, TdnnConfig};
use ndarray::Array2;

fn images(n: usize, widths: impl Fn(usize) -> usize) -> Vec<Array2<f32>> {
    let pixel = |i: usize, y: usize, x: usize| ((i * 7 + y * 13 + x * 31) % 17) as f32 / 16.0;
    (0..n).map(|i| Array2::from_shape_fn((32, widths(i)), |(y, x)| pixel(i, y, x))).collect()
}

fn step<F: FrontEnd<Input = Array2<f32>>>(net: &mut F, batch: &[Array2<f32>], o: &mut Optimiser) -> [Duration; 4] {
    let t0 = Instant::now();
    let (energies, ticket) = net.forward(batch).unwrap();
    let t1 = Instant::now();
    net.backward(ticket, energies).unwrap();
    let t2 = Instant::now();
    net.apply(o).unwrap();
    let t3 = Instant::now();
    net.infer(batch).unwrap();
    [t1 - t0, t2 - t1, t3 - t2, t3.elapsed()]
}

fn median(mut all: Vec<Duration>) -> f64 {
    all.sort();
    all[all.len() / 2].as_secs_f64() * 1e3
}

fn compare<F: FrontEnd<Input = Array2<f32>>>(what: &str, make: impl Fn(ComputeDevice) -> F, batch: &[Array2<f32>]) {
    let rounds = std::env::var("ROUNDS").ok().and_then(|r| r.parse().ok()).unwrap_or(15);
    let mut nets = [make(ComputeDevice::cpu()), make(ComputeDevice::cpu().stock())];
    let mut optimisers = [(); 2].map(|()| Optimiser::new(Rule::ADAMW, 1e-4));
    let mut times = [(); 2].map(|()| [(); 4].map(|()| Vec::new()));
    for round in 0..rounds + 2 {
        for i in 0..2 {
            let t = step(&mut nets[i], batch, &mut optimisers[i]);
            if round >= 2 {
                times[i].iter_mut().zip(t).for_each(|(all, t)| all.push(t));
            }
        }
    }
    let [fused, stock] = times.map(|t| t.map(median));
    let row = |name: &str, f: f64, s: f64| println!("{what:26} {name:10} {f:9.1} {s:9.1} {:7.2}", s / f);
    for (i, name) in ["forward", "backward", "apply", "infer"].into_iter().enumerate() {
        row(name, fused[i], stock[i]);
    }
    row("step", fused[..3].iter().sum(), stock[..3].iter().sum());
}

fn main() {
    println!("median ms, {} threads", rayon::current_num_threads());
    println!("{:26} {:10} {:>9} {:>9} {:>7}", "net", "part", "fused", "stock", "ratio");
    let fields = images(16, |i| 100 + 100 * i / 15);
    let column = |device| ColumnNet::new(ColumnNetConfig::default(), 1, device).unwrap();
    compare("column, 16 of 100..200", column, &fields);
    compare("column, 1 of 150", column, &images(1, |_| 150));
    let pools = ColumnNet::LATE_POOLS;
    let late = |device| ColumnNet::new(ColumnNetConfig { pools, ..Default::default() }, 1, device).unwrap();
    compare("late pools, 16 of 100..200", late, &fields);
    let crops = images(256, |_| 32);
    let sounds: Vec<_> =
        (0..16).map(|i| Array2::from_shape_fn((200, 40), |(t, c)| ((i * 7 + t * 13 + c * 31) % 17) as f32)).collect();
    compare(
        "time-delay, 16 of 2 s",
        |device| Tdnn::new(TdnnConfig { outputs: 100, ..Default::default() }, 1, device).unwrap(),
        &sounds,
    );
    compare("crop, 256", |device| CropNet::new(CropNetConfig::default(), 1, device).unwrap(), &crops);
}
