//! How fast this core does what the kernels cannot do without, every loop on numbers in its first cache.

use std::hint::black_box;
use std::time::Instant;

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

/// Numbers that a loop goes over: the few lists of one loop lie in 32 KiB, and not 4 KiB apart.
const LIST: usize = 480;
/// Bytes that are read and written from the last cache, and from memory.
const CACHED: usize = 8 << 20;
const STORED: usize = 128 << 20;
/// What a kernel reads and writes lies in the last cache if it is less than this.
pub const LAST_CACHE: f64 = 16e6;

/// Rates a second, each the best of many measurements.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rates {
    /// `e^{−x}` of f32, to f64 with 4·10⁻¹³ of the value.
    pub exponentials: f64,
    /// Multiply-adds of f64 on registers.
    pub multiply_adds: f64,
    /// Pairs of a blank and a label, each from itself and what is before it, in sums of products.
    pub sum_pairs: f64,
    /// The same in minima of sums.
    pub least_pairs: f64,
    /// Numbers looked up by a byte.
    pub look_ups: f64,
    /// Bytes read and written, from the last cache.
    pub cached: [f64; 2],
    /// The same from memory.
    pub stored: [f64; 2],
}

impl Rates {
    /// Measures for about two seconds.
    pub fn measure() -> Rates {
        let energies: Vec<f32> = (0..LIST).map(|i| (i % 97) as f32 * 0.1).collect();
        let mut numbers = vec![0.0_f64; LIST];
        let exponentials = rate(LIST, || exponentials(black_box(&energies), black_box(&mut numbers)));
        let mut sums = [[1.0; 8]; GROUPS];
        let multiply_adds = rate(100 * 8 * GROUPS, || {
            multiply_adds(100, black_box(&[0.999; 8]), black_box(&[0.001; 8]), black_box(&mut sums));
        });
        let (from, mut to) = (Pairs::new(), Pairs::new());
        let sum_pairs = rate(LIST, || sum_pairs(0.4, black_box(&from), black_box(&mut to)));
        let least_pairs = rate(LIST, || least_pairs(0.4, black_box(&from), black_box(&mut to)));
        let columns: Vec<u8> = (0..LIST).map(|i| (i * 31 % 60) as u8).collect();
        let mut table = [0.0; 256];
        table[..60].fill(0.4);
        let look_ups = rate(LIST, || look_up(black_box(&table), black_box(&columns), black_box(&mut numbers)));
        Rates {
            exponentials,
            multiply_adds,
            sum_pairs,
            least_pairs,
            look_ups,
            cached: bandwidth(CACHED),
            stored: bandwidth(STORED),
        }
    }

    /// The better of two measurements of each.
    pub fn best(self, other: Rates) -> Rates {
        let both = |a: [f64; 2], b: [f64; 2]| [a[0].max(b[0]), a[1].max(b[1])];
        Rates {
            exponentials: self.exponentials.max(other.exponentials),
            multiply_adds: self.multiply_adds.max(other.multiply_adds),
            sum_pairs: self.sum_pairs.max(other.sum_pairs),
            least_pairs: self.least_pairs.max(other.least_pairs),
            look_ups: self.look_ups.max(other.look_ups),
            cached: both(self.cached, other.cached),
            stored: both(self.stored, other.stored),
        }
    }

    /// A line for each.
    pub fn print(&self) {
        let line = |name: &str, rate: f64| println!("{{\"floor\":\"{name}\",\"giga_per_second\":{:.2}}}", rate / 1e9);
        line("exponentials, f32 to f64", self.exponentials);
        line("multiply-adds, f64, registers", self.multiply_adds);
        line("pairs of states, sums of products, f64, first cache", self.sum_pairs);
        line("pairs of states, minima of sums, f64, first cache", self.least_pairs);
        line("look-ups by a byte, f64, first cache", self.look_ups);
        line("bytes read, last cache", self.cached[0]);
        line("bytes written, last cache", self.cached[1]);
        line("bytes read, memory", self.stored[0]);
        line("bytes written, memory", self.stored[1]);
    }
}

/// Work a second: the best of 300 stretches of about a millisecond.
fn rate(work: usize, mut run: impl FnMut()) -> f64 {
    let mut time = |runs: usize| {
        let start = Instant::now();
        (0..runs).for_each(|_| run());
        start.elapsed().as_secs_f64()
    };
    time(100);
    let runs = ((1e-3 / time(100)) * 100.0).max(1.0) as usize;
    let least = (0..300).map(|_| time(runs)).fold(f64::INFINITY, f64::min);
    (work * runs) as f64 / least
}

/// Bytes a second read and written, of so many; the best of 20.
fn bandwidth(bytes: usize) -> [f64; 2] {
    let mut list = vec![1.0_f32; bytes / 4];
    let time = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    };
    let mut least = [f64::INFINITY; 2];
    for i in 0..20 {
        least[0] = least[0].min(time(&mut || {
            black_box(total(black_box(&list)));
        }));
        least[1] = least[1].min(time(&mut || black_box(&mut list).fill(i as f32)));
    }
    least.map(|l| bytes as f64 / l)
}

const LOG2_E: f64 = std::f64::consts::LOG2_E;
const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
/// 1/k! from k = 10 down to 0.
const SERIES: [f64; 11] = [
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];

/// `e^{−x}` for small positive `x`, by a series and the bits of a power of two.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
fn exponentials(energies: &[f32], into: &mut [f64]) {
    const FMA: bool = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    const ROUND: f64 = 6_755_399_441_055_744.0;
    for (&x, y) in energies.iter().zip(into) {
        let x = -f64::from(x);
        let shifted = multiply_add::<FMA>(x, LOG2_E, ROUND);
        let whole = shifted - ROUND;
        let part = multiply_add::<FMA>(whole, -LN_2[1], multiply_add::<FMA>(whole, -LN_2[0], x));
        let power = SERIES[1..].iter().fold(SERIES[0], |p, &c| multiply_add::<FMA>(p, part, c));
        *y = power * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    }
}

#[inline(always)]
fn multiply_add<const FMA: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// Eight sums.
type Group = [f64; 8];
/// Groups of sums that a call adds to.
const GROUPS: usize = 10;

/// `sum = sum · x + y` for each of the sums, so many times, in as many chains side by side as there are registers for.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
fn multiply_adds(times: usize, x: &Group, y: &Group, sums: &mut [Group; GROUPS]) {
    const FMA: bool = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    if target_cfg_f!(target_feature = "avx512f") {
        chains::<GROUPS, FMA>(times, x, y, sums);
    } else {
        chains::<{ GROUPS / 2 }, FMA>(times, x, y, sums);
    }
}

#[inline(always)]
fn chains<const SIDE: usize, const FMA: bool>(times: usize, x: &Group, y: &Group, sums: &mut [Group]) {
    for part in sums.chunks_exact_mut(SIDE) {
        let mut side = [[0.0; 8]; SIDE];
        side.copy_from_slice(part);
        for _ in 0..times {
            for group in &mut side {
                for ((sum, x), y) in group.iter_mut().zip(x).zip(y) {
                    *sum = multiply_add::<FMA>(*sum, *x, *y);
                }
            }
        }
        part.copy_from_slice(&side);
    }
}

/// A row of the sweep, where the processor likes it: each label's number, a blank before each label, and the labels, behind
/// eight that do not count.
#[repr(C, align(64))]
struct Pairs {
    says: [f64; LIST],
    blanks: [f64; LIST],
    labels: [f64; LIST + 8],
}

impl Pairs {
    fn new() -> Pairs {
        Pairs { says: [0.4; LIST], blanks: [1.0; LIST], labels: [1.0; LIST + 8] }
    }
}

/// Both sums share what comes from the blank and from the label before it: two additions and two products a pair.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
fn sum_pairs(blank: f64, from: &Pairs, to: &mut Pairs) {
    for k in 0..LIST {
        let both = from.blanks[k] + from.labels[k + 7];
        to.blanks[k] = blank * both;
        to.labels[k + 8] = from.says[k] * (from.labels[k + 8] + both);
    }
}

/// The same with minima and sums.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
fn least_pairs(blank: f64, from: &Pairs, to: &mut Pairs) {
    let least = |a: f64, b: f64| if a < b { a } else { b };
    for k in 0..LIST {
        let both = least(from.blanks[k], from.labels[k + 7]);
        to.blanks[k] = blank + both;
        to.labels[k + 8] = from.says[k] + least(from.labels[k + 8], both);
    }
}

/// One after the other: the gather instructions of several at once are slower on most processors.
fn look_up(table: &[f64; 256], columns: &[u8], says: &mut [f64]) {
    for (s, &c) in says.iter_mut().zip(columns) {
        *s = table[c as usize];
    }
}

/// The sum of a list, in as many sums as hide the time of an addition.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
fn total(list: &[f32]) -> f32 {
    let mut sums = [0.0; 128];
    for chunk in list.chunks_exact(128) {
        sums.iter_mut().zip(chunk).for_each(|(s, x)| *s += x);
    }
    sums.iter().sum()
}
