//! Gradients of a tape against finite differences over listed paths, each a list of leaf sites.
#![allow(dead_code)]

pub mod eliminated;

use energraph::autograd::{GraphVar, Tape, TapeError};
use energraph::ops::{Compose, OpError, from_strings};
use energraph::{Beta, Energy, Graph, Label, Site, oracle};

use crate::ops_common::Rng;

/// A path of a result: what it reads and writes, and the leaf sites whose energies it adds up.
#[derive(Debug, Clone)]
pub struct Way {
    pub input: Vec<Label>,
    pub output: Vec<Label>,
    pub sites: Vec<usize>,
}

impl Way {
    /// First this, then that.
    pub fn then(&self, next: &Way) -> Way {
        let join = |a: &[Label], b: &[Label]| [a, b].concat();
        let sites = [&self.sites[..], &next.sites].concat();
        Way { input: join(&self.input, &next.input), output: join(&self.output, &next.output), sites }
    }
}

/// More paths than are listed.
pub const MANY: usize = 2_000;

/// Leaves, and their energies one after another.
#[derive(Default)]
pub struct World {
    pub leaves: Vec<GraphVar>,
    pub sites: Vec<(usize, Site)>,
    pub energies: Vec<f64>,
}

impl World {
    /// Puts a graph on the tape and lists its paths; `None` where they are many.
    pub fn leaf(&mut self, tape: &mut Tape, g: &Graph<Energy>) -> Option<(GraphVar, Vec<Way>)> {
        let found = oracle::paths(g, |w| w.wide(), oracle::Limit { arcs: 64, paths: MANY });
        if found.truncated {
            return None;
        }
        let (first, leaf) = (self.sites.len(), self.leaves.len());
        for (site, w) in g.sites() {
            self.sites.push((leaf, site));
            self.energies.push(w.wide());
        }
        let number = |s: &Site| first + self.sites[first..].iter().position(|(_, t)| t == s).unwrap();
        let way = |p: &oracle::Path| Way {
            input: p.input.clone(),
            output: p.output.clone(),
            sites: p.sites.iter().map(number).collect(),
        };
        let var = tape.leaf(g.clone());
        self.leaves.push(var);
        Some((var, found.list.iter().map(way).collect()))
    }

    pub fn energy(&self, way: &Way, x: &[f64]) -> f64 {
        way.sites.iter().map(|&s| x[s]).sum()
    }

    pub fn free_energy(&self, ways: &[Way], x: &[f64], beta: f64) -> f64 {
        oracle::free_energy(ways.iter().map(|w| self.energy(w, x)), beta)
    }

    /// Whether two best ways are too close for finite differences at infinite β.
    fn tied(&self, ways: &[Way]) -> bool {
        let mut e: Vec<f64> = ways.iter().map(|w| self.energy(w, &self.energies)).collect();
        e.sort_by(f64::total_cmp);
        e.len() > 1 && e[0] < f64::INFINITY && e[1] - e[0] < 1e-3
    }

    /// Asks for the free energies of graphs whose paths are listed beside them, and compares values and the gradient of a sum of
    /// them with what the lists say. True where some gradient was not 0.
    pub fn compare(&self, mut tape: Tape, asked: &[(GraphVar, Vec<Way>, f64)], within: f64) -> bool {
        let (mut seeds, mut terms) = (Vec::new(), Vec::new());
        for (i, (var, ways, beta)) in asked.iter().enumerate() {
            if *beta == f64::INFINITY && self.tied(ways) {
                return false;
            }
            let at = if *beta == f64::INFINITY { Beta::Infinite } else { Beta::finite(*beta).unwrap() };
            let scalar = tape.free_energy(*var, at).unwrap();
            let (value, truth) = (tape.value(scalar).unwrap(), self.free_energy(ways, &self.energies, *beta));
            assert!(value == truth || (value - truth).abs() < within, "{value} ≠ {truth} at β = {beta}");
            if truth < f64::INFINITY {
                seeds.push((scalar, [1.5, -2.0, 0.5][i % 3]));
                terms.push((ways, beta));
            }
        }
        let total = |x: &[f64]| -> f64 {
            seeds.iter().zip(&terms).map(|((_, seed), (ways, beta))| seed * self.free_energy(ways, x, **beta)).sum()
        };
        let differences = oracle::finite_differences(total, &self.energies, 1e-5);
        let gradients = tape.backward(&seeds).unwrap();
        let mut some = false;
        for ((leaf, site), difference) in self.sites.iter().zip(differences) {
            // An impossible site stays so: its difference is ∞ − ∞ = NaN or 0, its gradient 0.
            let difference = if difference.is_nan() { 0.0 } else { difference };
            let gradient = gradients.of(self.leaves[*leaf]).unwrap().get(*site);
            assert!((gradient - difference).abs() < 1e-6, "leaf {leaf}, {site:?}: {gradient} ≠ {difference}");
            some |= gradient != 0.0;
        }
        some
    }
}

/// What is left of a graph behind which only a few strings may be written; `None` where that is nothing.
pub fn narrowed(tape: &mut Tape, g: GraphVar, ways: &[Way], rng: &mut Rng) -> Option<(GraphVar, Vec<Way>)> {
    let mut strings: Vec<Vec<Label>> = ways.iter().filter(|_| rng.chance(40)).map(|w| w.output.clone()).collect();
    strings.push(vec![1, 2]);
    strings.sort();
    strings.dedup();
    let few = tape.constant(from_strings(&strings).unwrap());
    let left = ways.iter().filter(|w| strings.contains(&w.output)).cloned().collect();
    Some((found(tape.compose(g, few, &Compose::default()))?, left))
}

/// What was made, or nothing where nothing is accepted.
pub fn found(made: Result<GraphVar, TapeError>) -> Option<GraphVar> {
    match made {
        Ok(var) => Some(var),
        Err(TapeError::Op(OpError::Empty { .. })) => None,
        Err(other) => panic!("{other}"),
    }
}
