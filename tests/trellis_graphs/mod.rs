//! Random trellises and every alignment of them, for the tests of trellises.
#![allow(dead_code)] // each test file uses its own part

use energraph::graph::EPSILON;
use energraph::trellis::{Step, Topology, TrellisError};
use energraph::{Energy, Graph, Label};
use ndarray::Array2;

use crate::graphs::{Dice, Shape, random_graph};

/// One way through the frames.
pub struct Way {
    pub energy: f64,
    pub steps: Vec<Step>,
    pub end: u32,
    pub output: Vec<Label>,
}

/// Every alignment, walked arc by arc.
pub fn alignments(e: &Array2<f32>, g: &Graph<Energy>) -> Vec<Way> {
    fn go(
        e: &Array2<f32>,
        g: &Graph<Energy>,
        state: u32,
        t: usize,
        energy: f64,
        steps: &mut Vec<Step>,
        all: &mut Vec<Way>,
    ) {
        let last = g.final_weight(state).wide();
        if t == e.nrows() && energy + last < f64::INFINITY {
            let label = |s: &Step| g.all_arcs()[s.arc as usize].olabel;
            let output = steps.iter().map(label).filter(|&l| l != EPSILON).collect();
            all.push(Way { energy: energy + last, steps: steps.clone(), end: state, output });
        }
        for (arc, a) in g.arc_ids(state).zip(g.arcs(state)) {
            let reads = a.ilabel != EPSILON;
            if reads && t == e.nrows() {
                continue;
            }
            let more = if reads { f64::from(e[[t, a.ilabel as usize - 1]]) } else { 0.0 };
            steps.push(Step { arc, frame: reads.then_some(t) });
            go(e, g, a.target, t + usize::from(reads), energy + a.weight.wide() + more, steps, all);
            steps.pop();
        }
    }
    let mut all = Vec::new();
    if let Some(start) = g.start() {
        go(e, g, start, 0, 0.0, &mut Vec::new(), &mut all);
    }
    all
}

/// Energies with ties, impossible classes and −0.0 among them.
pub fn random_emissions(dice: &mut Dice, frames: usize, classes: usize, ties: bool) -> Array2<f32> {
    Array2::from_shape_simple_fn((frames, classes), || match dice.below(12) {
        0 => -0.0,
        1 => f32::INFINITY,
        2 => f32::MIN_POSITIVE / 4.0,
        _ if ties => dice.below(3) as f32,
        _ => dice.below(512) as f32 / 64.0 - 3.0,
    })
}

/// Random topologies over two classes, and what is to be read by them; those with cycles of epsilons are refused.
pub fn cases() -> impl Iterator<Item = (Topology, Array2<f32>)> {
    so_many_cases(600)
}

/// The same of so many draws.
pub fn so_many_cases(draws: u64) -> impl Iterator<Item = (Topology, Array2<f32>)> {
    (0..draws).filter_map(|seed| {
        let mut dice = Dice(seed ^ 0xE5);
        let shape = [Shape::CYCLIC, Shape::TIED, Shape::ACYCLIC][dice.below(3) as usize];
        let (frames, ties) = (dice.below(6) as usize, dice.chance(30));
        let e = random_emissions(&mut dice, frames, 3, ties);
        let g = random_graph(seed, shape);
        match Topology::from_graph(g) {
            Err(TrellisError::EpsilonCycle { states }) => {
                assert!(!states.is_empty());
                None
            }
            made => Some((made.unwrap(), e)),
        }
    })
}

/// Every labelling of the frames, by number.
pub fn labellings(frames: usize, classes: usize) -> impl Iterator<Item = Vec<Label>> {
    (0..classes.pow(frames as u32)).map(move |mut code| {
        let one = |_| {
            let label = (code % classes) as Label + 1;
            code /= classes;
            label
        };
        (0..frames).map(one).collect()
    })
}

pub fn close(found: f64, expected: f64) -> bool {
    found == expected || (found - expected).abs() <= 1e-9 * (1.0 + expected.abs())
}
