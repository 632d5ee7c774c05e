//! Named parameters on the host, with the gradients that wait for the optimiser.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::learn::{FrontError, Optimiser, Parameter};
use crate::nn::spec::{BlockSpec, MOMENTUM, NetSpec};

/// What a parameter is for, which decides whether it learns and decays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// Learns and decays: kernels and matrices.
    Kernel,
    /// Learns and does not decay: biases, scales and shifts.
    Vector,
    /// A running statistic, which does not learn.
    Statistic,
}

/// One named parameter.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub name: String,
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
    /// As long as `values`; empty in a statistic.
    gradient: Vec<f32>,
    kind: Kind,
}

/// Parameters of one block are five slots in this order.
pub(crate) const KERNEL: usize = 0;
pub(crate) const SCALE: usize = 1;
pub(crate) const SHIFT: usize = 2;
pub(crate) const MEAN: usize = 3;
pub(crate) const VARIANCE: usize = 4;
/// Slots of a block.
pub(crate) const PER_BLOCK: usize = 5;

/// All parameters of a net: five per block, then the LSTM's three (input kernel, hidden kernel, bias) where
/// there is one, then the head's kernel and bias, then the
/// number of dropout draws.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pub slots: Vec<Slot>,
}

impl Store {
    /// Kernels by He et al. 2015 from `seed`, scales 1, shifts and biases 0.
    pub fn new(spec: &NetSpec, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut slots = Vec::with_capacity(spec.blocks.len() * PER_BLOCK + 3);
        for b in &spec.blocks {
            push_block(&mut slots, b, &mut rng);
        }
        if let Some(width) = spec.recurrent {
            push_lstm(&mut slots, spec.channels(), width, &mut rng);
        }
        let features = spec.features();
        let spread = (1.0 / features as f32).sqrt();
        let kernel = normal(&mut rng, features * spec.outputs, spread);
        slots.push(Slot::new("head.kernel".into(), vec![features, spec.outputs], kernel, Kind::Kernel));
        slots.push(Slot::new("head.bias".into(), vec![spec.outputs], vec![0.0; spec.outputs], Kind::Vector));
        slots.push(Slot::new("dropout.draws".into(), vec![1], vec![0.0], Kind::Statistic));
        Store { slots }
    }

    /// Position of the head's kernel; its bias follows.
    pub fn head(&self) -> usize {
        self.slots.len() - 3
    }

    /// Trained numbers in all.
    pub fn trained(&self) -> usize {
        self.slots.iter().filter(|s| s.kind != Kind::Statistic).map(|s| s.values.len()).sum()
    }

    /// Counts one forward pass that drew dropout, and says how many came before it.
    pub fn draw(&mut self) -> u64 {
        match self.slots.last_mut().and_then(|s| s.values.first_mut()) {
            Some(n) => {
                let before = *n as u64;
                // 24 bits count exactly in f32; the sequence of masks repeats after that many steps.
                *n = if before + 1 < (1 << 24) { *n + 1.0 } else { 0.0 };
                before
            }
            None => 0,
        }
    }

    /// Moves the running statistics of every block towards its batch's (`mean`, then `variance`, block by block).
    pub fn observe(&mut self, statistics: &[f32]) {
        let mut rest = statistics;
        for slot in self.slots.iter_mut().filter(|s| s.name.ends_with(".mean") || s.name.ends_with(".variance")) {
            let Some((now, later)) = rest.split_at_checked(slot.values.len()) else { return };
            for (running, &batch) in slot.values.iter_mut().zip(now) {
                *running += MOMENTUM * (batch - *running);
            }
            rest = later;
        }
    }

    /// Adds gradients in the order of the slots (`None` where a slot got none). All or nothing.
    pub fn accumulate(&mut self, gradients: &[Option<Vec<f32>>]) -> Result<(), FrontError> {
        for (slot, g) in self.slots.iter().zip(gradients) {
            let Some(g) = g else { continue };
            if g.len() != slot.gradient.len() {
                let why = format!("{} has {} values, its gradient {}", slot.name, slot.gradient.len(), g.len());
                return Err(FrontError::Weights { why });
            }
            if g.iter().any(|v| !v.is_finite()) {
                return Err(FrontError::NotFinite { what: format!("gradient of {}", slot.name) });
            }
        }
        for (slot, g) in self.slots.iter_mut().zip(gradients) {
            for (sum, v) in slot.gradient.iter_mut().zip(g.iter().flatten()) {
                *sum += v;
            }
        }
        Ok(())
    }

    /// One optimiser step; clears the gradients.
    pub fn apply(&mut self, optimiser: &mut Optimiser) -> Result<(), FrontError> {
        let trained = || self.slots.iter().filter(|s| s.kind != Kind::Statistic);
        optimiser.begin_step(trained().map(|s| &s.gradient[..]));
        for slot in self.slots.iter_mut().filter(|s| s.kind != Kind::Statistic) {
            optimiser.update(&slot.name, &mut slot.values, &slot.gradient, slot.kind == Kind::Kernel);
            slot.gradient.fill(0.0);
            if slot.values.iter().any(|v| !v.is_finite()) {
                return Err(FrontError::NotFinite { what: slot.name.clone() });
            }
        }
        Ok(())
    }

    /// Everything under its name.
    pub fn export(&self) -> Vec<Parameter> {
        let copy = |s: &Slot| Parameter { name: s.name.clone(), shape: s.shape.clone(), values: s.values.clone() };
        self.slots.iter().map(copy).collect()
    }

    /// Puts back what `export` gave, in any order; changes nothing unless all of it fits.
    pub fn import(&mut self, values: &[Parameter]) -> Result<(), FrontError> {
        let refuse = |why: String| Err(FrontError::Weights { why });
        let mut found: Vec<Option<&Parameter>> = vec![None; self.slots.len()];
        for p in values {
            let Some(i) = self.slots.iter().position(|s| s.name == p.name) else {
                return refuse(format!("{} is not a parameter of this net", p.name));
            };
            let slot = &self.slots[i];
            if p.shape != slot.shape || p.values.len() != slot.values.len() {
                return refuse(format!("{} has shape {:?}, this net needs {:?}", p.name, p.shape, slot.shape));
            }
            if p.values.iter().any(|v| !v.is_finite()) {
                return Err(FrontError::NotFinite { what: p.name.clone() });
            }
            if found[i].replace(p).is_some() {
                return refuse(format!("{} is given twice", p.name));
            }
        }
        if let Some((slot, _)) = self.slots.iter().zip(&found).find(|(_, f)| f.is_none()) {
            return refuse(format!("{} is missing", slot.name));
        }
        for (slot, p) in self.slots.iter_mut().zip(found.into_iter().flatten()) {
            slot.values.copy_from_slice(&p.values);
            slot.gradient.fill(0.0);
        }
        Ok(())
    }
}

impl Slot {
    fn new(name: String, shape: Vec<usize>, values: Vec<f32>, kind: Kind) -> Self {
        let gradient = if kind == Kind::Statistic { Vec::new() } else { vec![0.0; values.len()] };
        Slot { name, shape, values, gradient, kind }
    }

    /// Whether the slot learns.
    pub fn learns(&self) -> bool {
        self.kind != Kind::Statistic
    }
}

fn push_block(slots: &mut Vec<Slot>, b: &BlockSpec, rng: &mut ChaCha8Rng) {
    let fan_in = b.kernel[0] * b.kernel[1] * b.input;
    let kernel = normal(rng, fan_in * b.output, (2.0 / fan_in as f32).sqrt());
    let vector = |part: &str, value: f32, kind| {
        Slot::new(format!("{}.{part}", b.name), vec![b.output], vec![value; b.output], kind)
    };
    let shape = vec![b.kernel[0], b.kernel[1], b.input, b.output];
    slots.push(Slot::new(format!("{}.kernel", b.name), shape, kernel, Kind::Kernel));
    slots.push(vector("scale", 1.0, Kind::Vector));
    slots.push(vector("shift", 0.0, Kind::Vector));
    slots.push(vector("mean", 0.0, Kind::Statistic));
    slots.push(vector("variance", 1.0, Kind::Statistic));
}

/// Both directions in one slot each; the forget gates start open.
fn push_lstm(slots: &mut Vec<Slot>, input: usize, width: usize, rng: &mut ChaCha8Rng) {
    let gates = 4 * width;
    let spread = (1.0 / (input + width) as f32).sqrt();
    for (part, rows) in [("input", input), ("hidden", width)] {
        let kernel = normal(rng, 2 * rows * gates, spread);
        slots.push(Slot::new(format!("context.lstm.{part}"), vec![2, rows, gates], kernel, Kind::Kernel));
    }
    let open = |i: usize| if (width..2 * width).contains(&(i % gates)) { 1.0 } else { 0.0 };
    let bias = (0..2 * gates).map(open).collect();
    slots.push(Slot::new("context.lstm.bias".into(), vec![2, gates], bias, Kind::Vector));
}

/// A number in (0, 1).
pub(crate) fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    (f64::from(rng.next_u32()) + 0.5) / 4_294_967_296.0
}

fn normal(rng: &mut ChaCha8Rng, n: usize, spread: f32) -> Vec<f32> {
    let mut draw = || {
        let radius = (-2.0 * uniform(rng).ln()).sqrt();
        (radius * (std::f64::consts::TAU * uniform(rng)).cos()) as f32 * spread
    };
    (0..n).map(|_| draw()).collect()
}
