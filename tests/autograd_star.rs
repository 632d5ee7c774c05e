//! Free energies over infinitely many paths and their gradients, through closures and whatever else a tape does to
//! graphs with cycles, against finite differences of the same sums: those of leaves by eliminating their states, and
//! what is made of them by hand.

mod autograd_common;
mod ops_common;

use autograd_common::eliminated::{Skeleton, plus, star, weights};
use energraph::autograd::{GraphVar, Tape, TapeError};
use energraph::graph::SiteValues;
use energraph::ops::{self, Closure, OpError, Toward};
use energraph::paths::{Beta, PathError};
use energraph::semiring::Commutative;
use energraph::semiring::Tolerance;
use energraph::{Energy, Graph, LeftDivide, LogSum, MinSum, Site, Star, oracle};
use ops_common::{Rng, SMALL, Shape, random};

const ROUNDS: usize = 1_000;
const CYCLIC: Shape = Shape { states: 5, arcs: 9, labels: 2, epsilons: 35, cyclic: true, acceptor: false };
/// Steps of finite differences.
const H: f64 = 1e-5;

/// Of many digits, so that ties are rare; now and then negative or impossible.
fn energy(rng: &mut Rng) -> Energy {
    let number = rng.below(1 << 22) as f32 / (1 << 20) as f32;
    if rng.chance(4) { Energy::IMPOSSIBLE } else { Energy::new(number - 0.125).unwrap() }
}

fn at(beta: f64) -> Beta {
    if beta == f64::INFINITY { Beta::Infinite } else { Beta::finite(beta).unwrap() }
}

/// How a graph on the tape was made, as far as its free energy goes.
#[derive(Debug, Clone)]
enum Made {
    Leaf(usize),
    /// By an operation that keeps the sum over all paths at its β.
    Same(Box<Made>),
    Union(Box<Made>, Box<Made>),
    Concat(Box<Made>, Box<Made>),
    Closure(Closure, Box<Made>),
}

/// Leaves, and their energies one after another.
struct World {
    leaves: Vec<Skeleton>,
    x: Vec<f64>,
}

impl World {
    fn of(graphs: &[Graph<Energy>]) -> Self {
        let x = graphs.iter().flat_map(|g| weights(g, |e| e.wide())).collect();
        World { leaves: graphs.iter().map(Skeleton::of).collect(), x }
    }

    fn first(&self, leaf: usize) -> usize {
        self.leaves[..leaf].iter().map(Skeleton::sites).sum()
    }

    fn free_energy(&self, made: &Made, x: &[f64], beta: f64) -> f64 {
        match made {
            Made::Leaf(i) => self.leaves[*i].free_energy(&x[self.first(*i)..][..self.leaves[*i].sites()], beta),
            Made::Same(of) => self.free_energy(of, x, beta),
            Made::Union(a, b) => {
                let (a, b) = (self.free_energy(a, x, beta), self.free_energy(b, x, beta));
                if a.is_nan() || b.is_nan() { f64::NAN } else { plus(a, b, beta) }
            }
            Made::Concat(a, b) => {
                let (a, b) = (self.free_energy(a, x, beta), self.free_energy(b, x, beta));
                // What nothing can follow need not have a sum.
                if a == f64::INFINITY || b == f64::INFINITY { f64::INFINITY } else { a + b }
            }
            Made::Closure(kind, of) => {
                let once = self.free_energy(of, x, beta);
                star(once, beta) + if *kind == Closure::Plus { once } else { 0.0 }
            }
        }
    }

    /// Central differences of a total, by site of all leaves; `None` near a kink, or where the sum all but diverges.
    fn differences(&self, total: impl Fn(&[f64]) -> f64, beta: f64) -> Option<Vec<f64>> {
        let here = total(&self.x);
        let differences = oracle::finite_differences(&total, &self.x, H);
        let mut x = self.x.clone();
        for (i, d) in differences.iter().enumerate().filter(|(i, _)| self.x[*i] < f64::INFINITY) {
            if d.is_nan() || d.abs() > 50.0 {
                return None;
            }
            x[i] = self.x[i] + H;
            let there = total(&x);
            x[i] = self.x[i];
            if beta == f64::INFINITY && ((there - here) / H - d).abs() > 1e-5 {
                return None;
            }
        }
        Some(differences)
    }

    /// Gradients of leaves are differences; those of impossible sites are 0.
    fn assert_gradients(&self, found: &[&SiteValues], differences: &[f64], within: f64) -> bool {
        let found: Vec<f64> = found.iter().flat_map(|v| v.arcs.iter().chain(&v.finals).copied()).collect();
        assert_eq!(found.len(), self.x.len());
        let largest = differences.iter().filter(|d| d.is_finite()).fold(1.0_f64, |most, d| most.max(d.abs()));
        for (i, (found, d)) in found.iter().zip(differences).enumerate() {
            if self.x[i] == f64::INFINITY {
                assert_eq!(*found, 0.0, "site {i}");
            } else {
                assert!((found - d).abs() < within * largest * largest, "site {i}: {found} ≠ {d}");
            }
        }
        found.iter().any(|d| *d != 0.0)
    }
}

fn is_divergence(e: &TapeError) -> bool {
    let path = matches!(e, TapeError::Path(PathError::SumDiverges { .. } | PathError::Diverges { .. }));
    path || matches!(e, TapeError::Op(OpError::Diverges { .. }))
}

const OPS: [&str; 9] =
    ["reverse", "connect", "union", "concat", "star", "plus", "remove_epsilon", "push", "rewritten by remove_epsilon"];

/// One operation on earlier graphs; `None` where nothing is accepted.
fn apply(
    tape: &mut Tape,
    op: usize,
    [a, b]: [&(GraphVar, Made); 2],
    beta: f64,
) -> Result<Option<(GraphVar, Made)>, TapeError> {
    let (of_a, of_b) = (Box::new(a.1.clone()), Box::new(b.1.clone()));
    let made = match OPS[op] {
        "reverse" => tape.reverse(a.0).map(|g| (g, Made::Same(of_a))),
        "connect" => tape.connect(a.0).map(|g| (g, Made::Same(of_a))),
        "union" => tape.union(&[a.0, b.0]).map(|g| (g, Made::Union(of_a, of_b))),
        "concat" => tape.concat(&[a.0, b.0]).map(|g| (g, Made::Concat(of_a, of_b))),
        "star" => tape.closure(a.0, Closure::Star).map(|g| (g, Made::Closure(Closure::Star, of_a))),
        "plus" => tape.closure(a.0, Closure::Plus).map(|g| (g, Made::Closure(Closure::Plus, of_a))),
        "remove_epsilon" => tape.remove_epsilon(a.0, at(beta)).map(|g| (g, Made::Same(of_a))),
        "push" => tape.push(a.0, Toward::Start, at(beta)).map(|g| (g, Made::Same(of_a))),
        _ => {
            let near = Tolerance { absolute: 1e-3, relative: 1e-5 };
            let made = tape.rewritten(a.0, near, |g| match at(beta) {
                Beta::Infinite => ops::remove_epsilon(&g.lift::<MinSum<f64>>()).map(|g| g.lower()),
                Beta::Finite(_) => {
                    let short = ops::remove_epsilon(&g.map(|_, e| LogSum::<f64>::new(e.wide() * beta).unwrap()))?;
                    Ok::<_, OpError>(short.map(|_, w| Energy::from(LogSum::<f64>::new(w.get() / beta).unwrap())))
                }
            });
            made.map(|g| (g, Made::Same(of_a)))
        }
    };
    match made {
        Ok(made) => Ok(Some(made)),
        Err(TapeError::Op(OpError::Empty { .. })) => Ok(None),
        Err(other) => Err(other),
    }
}

enum Outcome {
    /// With cycles at finite β, or not.
    Compared(bool),
    Refused,
    Skipped,
}

/// A random program on two leaves, asked for its last graph and one other.
fn program(rng: &mut Rng, used: &mut [usize; OPS.len()]) -> Outcome {
    let second = if rng.chance(50) { CYCLIC } else { SMALL };
    let graphs = [random(rng, CYCLIC, energy), random(rng, second, energy)];
    let world = World::of(&graphs);
    let beta = [0.5, 1.0, 2.0, f64::INFINITY][rng.below(4) as usize];
    let mut tape = Tape::new();
    let leaves: Vec<GraphVar> = graphs.iter().map(|g| tape.leaf(g.clone())).collect();
    let mut vars: Vec<(GraphVar, Made)> = leaves.iter().enumerate().map(|(i, &g)| (g, Made::Leaf(i))).collect();
    let (mut in_program, mut rounded) = (Vec::new(), false);
    for _ in 0..rng.below(5) {
        let op = rng.below(OPS.len() as u64) as usize;
        let [a, b] = [0; 2].map(|_| vars[rng.below(vars.len() as u64) as usize].clone());
        match apply(&mut tape, op, [&a, &b], beta) {
            Ok(Some(made)) => vars.push(made),
            Ok(None) => continue,
            Err(e) if is_divergence(&e) => return Outcome::Skipped,
            Err(e) => panic!("{}: {e}", OPS[op]),
        }
        rounded |= op >= 6;
        in_program.push(op);
    }
    let asked = [&vars[vars.len() - 1], &vars[rng.below(vars.len() as u64) as usize]];
    let (mut seeds, mut expected, mut cyclic) = (Vec::new(), vec![0.0; world.x.len()], false);
    for ((var, made), seed) in asked.into_iter().zip([1.5, -2.0]) {
        let total = |x: &[f64]| world.free_energy(made, x, beta);
        let truth = total(&world.x);
        let found = tape.free_energy_star(*var, at(beta));
        if truth.is_nan() {
            let refused = found.as_ref().is_err_and(is_divergence);
            // Rounded weights may lie on the other side of the edge of divergence.
            assert!(refused || rounded, "{found:?} {made:?}");
            return if refused { Outcome::Refused } else { Outcome::Skipped };
        }
        let differences = if truth < f64::INFINITY { world.differences(total, beta) } else { Some(Vec::new()) };
        if differences.is_none() && rounded {
            return Outcome::Skipped;
        }
        let scalar = found.unwrap();
        cyclic |= matches!(tape.free_energy(*var, at(beta)), Err(TapeError::Path(PathError::Cyclic { .. })));
        let value = tape.value(scalar).unwrap();
        let within = if rounded { 1e-4 } else { 1e-9 };
        assert!(value == truth || (value - truth).abs() < within * (1.0 + truth.abs()), "{value} ≠ {truth} {made:?}");
        let Some(differences) = differences else { return Outcome::Skipped };
        expected.iter_mut().zip(differences).for_each(|(sum, d)| *sum += seed * d);
        seeds.push((scalar, seed));
    }
    let gradients = tape.backward(&seeds).unwrap();
    let found: Vec<&SiteValues> = leaves.iter().map(|&leaf| gradients.of(leaf).unwrap()).collect();
    if !world.assert_gradients(&found, &expected, if rounded { 1e-5 } else { 1e-6 }) {
        return Outcome::Skipped;
    }
    in_program.iter().for_each(|&op| used[op] += 1);
    Outcome::Compared(cyclic)
}

#[test]
fn gradients_over_all_paths_of_random_programs_are_their_finite_differences() {
    let (mut rng, mut used) = (Rng::new(31), [0; OPS.len()]);
    let (mut compared, mut cycles, mut refused) = (0, 0, 0);
    for _ in 0..12_000 {
        match program(&mut rng, &mut used) {
            Outcome::Compared(cyclic) => {
                compared += 1;
                cycles += usize::from(cyclic);
            }
            Outcome::Refused => refused += 1,
            Outcome::Skipped => {}
        }
    }
    assert!(compared >= 5 * ROUNDS && cycles >= 2 * ROUNDS && refused >= ROUNDS, "{compared} {cycles} {refused}");
    assert!(used.iter().all(|&n| n >= ROUNDS), "{used:?}");
}

/// Epsilons removed, or that pushed, in f64.
fn summed<S: Star + LeftDivide + Commutative>(g: &Graph<S>, toward: Option<Toward>) -> Result<Graph<S>, OpError> {
    let short = ops::remove_epsilon(g)?;
    toward.map_or(Ok(short.clone()), |toward| ops::push(&short, toward))
}

/// The free energy at `asked` of all repetitions of what sums at `beta` make of a leaf; NaN where there is none.
fn repeated(g: &Graph<Energy>, x: &[f64], toward: Option<Toward>, beta: f64, asked: f64) -> f64 {
    let place = |site| match site {
        Site::Arc(a) => a as usize,
        Site::Final(s) => g.arc_count() + s as usize,
    };
    let energies = if beta == f64::INFINITY {
        let made = summed(&g.map(|site, _| MinSum::<f64>::new(x[place(site)]).unwrap()), toward);
        made.map(|g| (Skeleton::of(&g), weights(&g, |w| w.get())))
    } else {
        let made = summed(&g.map(|site, _| LogSum::<f64>::new(beta * x[place(site)]).unwrap()), toward);
        made.map(|g| (Skeleton::of(&g), weights(&g, |w| w.get() / beta)))
    };
    energies.map_or(f64::NAN, |(made, x)| star(made.free_energy(&x, asked), asked))
}

#[test]
fn gradients_of_closures_of_sums_at_another_temperature_are_their_finite_differences() {
    for (seed, toward) in (1..).zip([None, Some(Toward::Start), Some(Toward::End)]) {
        let (mut rng, mut done, mut tried) = (Rng::new(seed), 0, 0);
        while done < ROUNDS {
            tried += 1;
            assert!(tried < 40 * ROUNDS, "{toward:?}: {done} of {tried}");
            let g = random(&mut rng, Shape { epsilons: 50, ..CYCLIC }, energy);
            let beta = [0.5, 1.0, 2.0, f64::INFINITY][tried % 4];
            let asked = [0.75, 1.5, 3.0][rng.below(3) as usize];
            let world = World::of(std::slice::from_ref(&g));
            let total = |x: &[f64]| repeated(&g, x, toward, beta, asked);
            let truth = total(&world.x);
            if truth.is_nan() || truth == f64::INFINITY {
                continue;
            }
            let Some(differences) = world.differences(total, beta) else { continue };
            let mut tape = Tape::new();
            let leaf = tape.leaf(g.clone());
            let short = tape.remove_epsilon(leaf, at(beta)).unwrap();
            let made = toward.map_or(short, |toward| tape.push(short, toward, at(beta)).unwrap());
            let all = tape.closure(made, Closure::Star).unwrap();
            let f = tape.free_energy_star(all, at(asked)).unwrap();
            let value = tape.value(f).unwrap();
            assert!((value - truth).abs() < 1e-4 * (1.0 + truth.abs()), "{value} ≠ {truth}");
            let gradients = tape.backward(&[(f, 1.0)]).unwrap();
            done += usize::from(world.assert_gradients(&[gradients.of(leaf).unwrap()], &differences, 1e-5));
        }
    }
}
