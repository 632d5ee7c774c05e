//! A bidirectional LSTM (Hochreiter and Schmidhuber 1997, with Gers's forget gate) over the columns of every image, on
//! slices, forward and backward.
//!
//! Step *s* takes the *s*-th column of every image that has one, from the left in one direction and from the right in the
//! other. Images go by falling width, so those still running are the first rows of every step, and a step is one
//! product of matrices. Rows lie step after step ("packed").

use crate::nn::fused::layout::Layout;
use crate::nn::fused::matrix::{Matrix, multiply};

/// Where the columns of a batch go, and how wide the state is.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Pixels of the input and of the output, margins included.
    pub pixels: usize,
    pub input: usize,
    /// Width of one direction's state; the output has twice as many channels.
    pub width: usize,
    /// First packed row of each step, then their number.
    steps: Vec<usize>,
    /// The pixel of every packed row, in each direction.
    places: [Vec<usize>; 2],
}

impl Plan {
    /// An LSTM over `layout`, whose height is 1.
    pub fn new(layout: &Layout, input: usize, width: usize) -> Self {
        let mut order: Vec<usize> = (0..layout.widths.len()).collect();
        order.sort_by_key(|&i| std::cmp::Reverse(layout.widths[i]));
        let longest = layout.widths.iter().copied().max().unwrap_or(0);
        let mut steps = vec![0];
        let mut places = [Vec::new(), Vec::new()];
        for s in 0..longest {
            let running = order.iter().take_while(|&&i| layout.widths[i] > s);
            for &i in running {
                let start = layout.start(i, 0);
                places[0].push(start + s);
                places[1].push(start + layout.widths[i] - 1 - s);
            }
            steps.push(places[0].len());
        }
        Plan { pixels: layout.pixels(), input, width, steps, places }
    }

    fn rows(&self) -> usize {
        self.places[0].len()
    }

    /// Packed rows of step `s`.
    fn step(&self, s: usize) -> std::ops::Range<usize> {
        self.steps[s]..self.steps[s + 1]
    }
}

/// Parameters of both directions, one behind the other.
#[derive(Clone, Copy)]
pub(crate) struct Weights<'a> {
    /// 2 × input × 4 width; the four are input, forget, cell and output gate.
    pub input: &'a [f32],
    /// 2 × width × 4 width.
    pub hidden: &'a [f32],
    /// 2 × 4 width.
    pub bias: &'a [f32],
}

impl<'a> Weights<'a> {
    fn direction(self, plan: &Plan, d: usize) -> Self {
        let part = |all: &'a [f32], n: usize| &all[d * n..(d + 1) * n];
        let gates = 4 * plan.width;
        Weights {
            input: part(self.input, plan.input * gates),
            hidden: part(self.hidden, plan.width * gates),
            bias: part(self.bias, gates),
        }
    }
}

/// What backward needs of one direction, all packed.
#[derive(Debug)]
struct Trace {
    x: Vec<f32>,
    gates: Vec<f32>,
    cell: Vec<f32>,
    state: Vec<f32>,
}

/// What backward needs.
#[derive(Debug)]
pub(crate) struct Saved([Trace; 2]);

/// What the LSTM passes back, shaped as what it was given.
pub(crate) struct Gradients {
    pub x: Vec<f32>,
    pub input: Vec<f32>,
    pub hidden: Vec<f32>,
    pub bias: Vec<f32>,
}

/// States of both directions side by side at every pixel, zeros on margins.
pub(crate) fn forward(plan: &Plan, x: &[f32], w: Weights<'_>) -> (Vec<f32>, Saved) {
    let run = |d: usize| run(plan, x, w.direction(plan, d), &plan.places[d]);
    let (left, right) = rayon::join(|| run(0), || run(1));
    let traces = [left, right];
    let mut y = vec![0.0; plan.pixels * 2 * plan.width];
    for (d, trace) in traces.iter().enumerate() {
        for (state, &pixel) in trace.state.chunks_exact(plan.width).zip(&plan.places[d]) {
            let at = (2 * pixel + d) * plan.width;
            y[at..at + plan.width].copy_from_slice(state);
        }
    }
    (y, Saved(traces))
}

/// Gradients from that of the output.
pub(crate) fn backward(plan: &Plan, saved: &Saved, w: Weights<'_>, gradient: &[f32]) -> Gradients {
    let run = |d: usize| {
        let from = |&pixel: &usize| gradient[(2 * pixel + d) * plan.width..][..plan.width].iter().copied();
        let packed: Vec<f32> = plan.places[d].iter().flat_map(from).collect();
        run_back(plan, &saved.0[d], w.direction(plan, d), packed)
    };
    let (left, right) = rayon::join(|| run(0), || run(1));
    let mut x = vec![0.0; plan.pixels * plan.input];
    for (places, packed) in plan.places.iter().zip([&left.x, &right.x]) {
        for (&pixel, row) in places.iter().zip(packed.chunks_exact(plan.input)) {
            x[pixel * plan.input..][..plan.input].iter_mut().zip(row).for_each(|(x, g)| *x += g);
        }
    }
    let both = |a: Vec<f32>, b: Vec<f32>| [a, b].concat();
    Gradients {
        x,
        input: both(left.input, right.input),
        hidden: both(left.hidden, right.hidden),
        bias: both(left.bias, right.bias),
    }
}

fn run(plan: &Plan, x: &[f32], w: Weights<'_>, places: &[usize]) -> Trace {
    let (n, h, four) = (plan.rows(), plan.width, 4 * plan.width);
    let x: Vec<f32> = places.iter().flat_map(|p| &x[p * plan.input..(p + 1) * plan.input]).copied().collect();
    let mut gates: Vec<f32> = w.bias.iter().copied().cycle().take(n * four).collect();
    multiply(&mut gates, [n, four, plan.input], Matrix::new(&x, plan.input), Matrix::new(w.input, four), true);
    let (mut cell, mut state) = (vec![0.0; n * h], vec![0.0; n * h]);
    for s in 0..plan.steps.len() - 1 {
        let rows = plan.step(s);
        let now = &mut gates[rows.start * four..rows.end * four];
        if s > 0 {
            let before = Matrix::new(&state[plan.steps[s - 1] * h..], h);
            multiply(now, [rows.len(), four, h], before, Matrix::new(w.hidden, four), true);
        }
        let (old, cells) = cell.split_at_mut(rows.start * h);
        let old = if s > 0 { &old[plan.steps[s - 1] * h..] } else { &[] };
        let states = &mut state[rows.start * h..];
        for (r, g) in now.chunks_exact_mut(four).enumerate() {
            let old = old.get(r * h..(r + 1) * h);
            let (cells, states) = (&mut cells[r * h..(r + 1) * h], &mut states[r * h..(r + 1) * h]);
            activate(g, old, cells, states);
        }
    }
    Trace { x, gates, cell, state }
}

/// One row of one step: gates from their sums, then cell and state.
fn activate(gates: &mut [f32], old: Option<&[f32]>, cell: &mut [f32], state: &mut [f32]) {
    let h = cell.len();
    let (sigmoids, rest) = gates.split_at_mut(2 * h);
    let (candidate, output) = rest.split_at_mut(h);
    sigmoids.iter_mut().chain(output.iter_mut()).for_each(|v| *v = 1.0 / (1.0 + (-*v).exp()));
    candidate.iter_mut().for_each(|v| *v = v.tanh());
    for k in 0..h {
        let kept = old.map_or(0.0, |o| sigmoids[h + k] * o[k]);
        cell[k] = kept + sigmoids[k] * candidate[k];
        state[k] = output[k] * cell[k].tanh();
    }
}

/// `gradient` is that of the packed states.
fn run_back(plan: &Plan, trace: &Trace, w: Weights<'_>, mut gradient: Vec<f32>) -> Gradients {
    let (n, h, four) = (plan.rows(), plan.width, 4 * plan.width);
    let mut slopes = vec![0.0; n * four];
    let most = if plan.steps.len() > 1 { plan.step(0).len() } else { 0 };
    let mut of_cell = vec![0.0_f32; most * h];
    for s in (0..plan.steps.len() - 1).rev() {
        let rows = plan.step(s);
        let before = (s > 0).then(|| plan.steps[s - 1]);
        for (r, row) in rows.clone().enumerate() {
            let old = before.map(|b| &trace.cell[(b + r) * h..(b + r + 1) * h]);
            let gates = &trace.gates[row * four..(row + 1) * four];
            let cell = &trace.cell[row * h..(row + 1) * h];
            let (to, of_cell) = (&mut slopes[row * four..(row + 1) * four], &mut of_cell[r * h..(r + 1) * h]);
            deactivate(gates, (old, cell), &gradient[row * h..(row + 1) * h], of_cell, to);
        }
        if let Some(b) = before {
            let now = Matrix::new(&slopes[rows.start * four..], four);
            let to = &mut gradient[b * h..(b + rows.len()) * h];
            multiply(to, [rows.len(), h, four], now, Matrix::new(w.hidden, four).transposed(), true);
        }
    }
    let d = Matrix::new(&slopes, four);
    let mut x = vec![0.0; n * plan.input];
    multiply(&mut x, [n, plan.input, four], d, Matrix::new(w.input, four).transposed(), false);
    let mut input = vec![0.0; plan.input * four];
    multiply(&mut input, [plan.input, four, n], Matrix::new(&trace.x, plan.input).transposed(), d, false);
    let mut hidden = vec![0.0; h * four];
    for s in 1..plan.steps.len() - 1 {
        let rows = plan.step(s);
        let old = Matrix::new(&trace.state[plan.steps[s - 1] * h..], h).transposed();
        let now = Matrix::new(&slopes[rows.start * four..], four);
        multiply(&mut hidden, [h, four, rows.len()], old, now, true);
    }
    let mut bias = vec![0.0; four];
    for row in slopes.chunks_exact(four) {
        bias.iter_mut().zip(row).for_each(|(b, g)| *b += g);
    }
    Gradients { x, input, hidden, bias }
}

/// The way back through [`activate`]; `of_cell` comes from the step behind and goes to the one before.
fn deactivate(
    gates: &[f32],
    (old, cell): (Option<&[f32]>, &[f32]),
    of_state: &[f32],
    of_cell: &mut [f32],
    to: &mut [f32],
) {
    let h = cell.len();
    for k in 0..h {
        let [i, f, g, o] = [0, 1, 2, 3].map(|part| gates[part * h + k]);
        let t = cell[k].tanh();
        let c = of_cell[k] + of_state[k] * o * (1.0 - t * t);
        to[k] = c * g * i * (1.0 - i);
        to[h + k] = old.map_or(0.0, |old| c * old[k] * f * (1.0 - f));
        to[2 * h + k] = c * i * (1.0 - g * g);
        to[3 * h + k] = of_state[k] * t * o * (1.0 - o);
        of_cell[k] = c * f;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUT: usize = 3;
    const WIDTH: usize = 2;

    /// One long vector of small numbers without a pattern.
    fn noise(n: usize, seed: f64) -> Vec<f64> {
        (0..n).map(|i| (1.7 * i as f64 + seed).sin() * (0.3 + 0.7 * (0.61 * i as f64).cos().abs())).collect()
    }

    fn narrow(values: &[f64]) -> Vec<f32> {
        values.iter().map(|&v| v as f32).collect()
    }

    /// The textbook's equations, column by column, in f64: states of both directions at each pixel of one image.
    fn textbook(columns: &[&[f64]], [input, hidden, bias]: [&[f64]; 3]) -> Vec<[f64; 2 * WIDTH]> {
        let sigmoid = |v: f64| 1.0 / (1.0 + (-v).exp());
        let gates = 4 * WIDTH;
        let mut all = vec![[0.0; 2 * WIDTH]; columns.len()];
        for d in 0..2 {
            let (mut cell, mut state) = ([0.0; WIDTH], [0.0; WIDTH]);
            for s in 0..columns.len() {
                let t = if d == 0 { s } else { columns.len() - 1 - s };
                let sum = |g: usize| {
                    let x: f64 = (0..INPUT).map(|i| columns[t][i] * input[(d * INPUT + i) * gates + g]).sum();
                    let h: f64 = (0..WIDTH).map(|i| state[i] * hidden[(d * WIDTH + i) * gates + g]).sum();
                    bias[d * gates + g] + x + h
                };
                let sums: Vec<f64> = (0..gates).map(sum).collect();
                for k in 0..WIDTH {
                    let [i, f, g, o] = [0, 1, 2, 3].map(|part| sums[part * WIDTH + k]);
                    cell[k] = sigmoid(f) * cell[k] + sigmoid(i) * g.tanh();
                    state[k] = sigmoid(o) * cell[k].tanh();
                    all[t][d * WIDTH + k] = state[k];
                }
            }
        }
        all
    }

    /// Output of a batch in the layout's pixels; x, then the parameters, one behind the other in `all`.
    fn batch(layout: &Layout, sizes: [usize; 4], all: &[f64]) -> Vec<f64> {
        let mut at = 0;
        let [x, input, hidden, bias] = sizes.map(|n| {
            at += n;
            &all[at - n..at]
        });
        let mut y = vec![0.0; layout.pixels() * 2 * WIDTH];
        for (i, &w) in layout.widths.iter().enumerate() {
            let start = layout.start(i, 0);
            let columns: Vec<&[f64]> = (start..start + w).map(|p| &x[p * INPUT..(p + 1) * INPUT]).collect();
            for (t, state) in textbook(&columns, [input, hidden, bias]).iter().enumerate() {
                y[(start + t) * 2 * WIDTH..][..2 * WIDTH].copy_from_slice(state);
            }
        }
        y
    }

    #[test]
    fn states_and_gradients_are_those_of_the_textbook() {
        for widths in [vec![4, 1, 6, 4], vec![1], vec![3, 0, 5], vec![]] {
            let layout = Layout::new(1, widths, [0, 2]);
            let plan = Plan::new(&layout, INPUT, WIDTH);
            let gates = 4 * WIDTH;
            let sizes = [layout.pixels() * INPUT, 2 * INPUT * gates, 2 * WIDTH * gates, 2 * gates];
            let mut all = noise(sizes.iter().sum(), 0.4);
            let mut parts = Vec::new();
            let mut at = 0;
            for n in sizes {
                parts.push(narrow(&all[at..at + n]));
                at += n;
            }
            let w = Weights { input: &parts[1], hidden: &parts[2], bias: &parts[3] };
            let (y, saved) = forward(&plan, &parts[0], w);
            let expected = batch(&layout, sizes, &all);
            assert!(y.iter().zip(&expected).all(|(a, b)| (f64::from(*a) - b).abs() < 1e-6));

            let seed = noise(y.len(), 2.0);
            let g = backward(&plan, &saved, w, &narrow(&seed));
            let found: Vec<f32> = [g.x, g.input, g.hidden, g.bias].concat();
            for (i, g) in found.iter().enumerate() {
                let mut value = |h: f64| {
                    all[i] += h;
                    let y = batch(&layout, sizes, &all);
                    all[i] -= h;
                    y.iter().zip(&seed).map(|(y, s)| y * s).sum::<f64>()
                };
                let slope = (value(1e-5) - value(-1e-5)) / 2e-5;
                assert!((slope - f64::from(*g)).abs() < 1e-5, "{i}: {slope} {g}");
            }
        }
    }
}
