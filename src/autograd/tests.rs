//! Random programs of operations against a list of their paths, each a list of leaf sites, and finite differences.

mod edges;
mod trellis;

use super::*;
use crate::graph::{Graph, GraphBuilder, Label, Site, Traced};
use crate::ops::{self, Budget, Closure, Compose, OpError, Replace, Side, acceptor};
use crate::oracle;
use crate::paths::{Answer, Beta, free_energy_and_posteriors};
use crate::semiring::Energy;

/// A small generator, so that every run tests the same cases.
pub(super) struct Lcg(pub u64);

impl Lcg {
    pub fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) % u64::from(n)) as u32
    }
    pub fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }
    /// Multiples of 1/8, whose sums are exact in f32.
    fn energy(&mut self) -> Energy {
        if self.one_in(20) {
            return Energy::IMPOSSIBLE;
        }
        Energy::new((self.below(65) as f32 - 16.0) / 8.0).unwrap()
    }
}

/// Acyclic on its accepting paths, with epsilons on both sides, isolated states, dead ends, unreachable cycles.
fn random_graph(r: &mut Lcg) -> Graph<Energy> {
    if r.one_in(40) {
        return Graph::empty();
    }
    let n = 2 + r.below(4);
    let mut b = GraphBuilder::new();
    b.add_states(n as usize);
    // A random numbering, so that the order of states is not the order of paths.
    let mut number: Vec<u32> = (0..n).collect();
    for i in (1..n).rev() {
        number.swap(i as usize, r.below(i + 1) as usize);
    }
    b.start(number[0]);
    for _ in 0..1 + r.below(8) {
        let from = r.below(n - 1);
        let to = from + 1 + r.below(n - 1 - from);
        let (i, o) = (r.below(3), r.below(3));
        b.arc(number[from as usize], i, o, r.energy(), number[to as usize]);
    }
    for s in 0..n {
        if r.one_in(3) || (s == n - 1 && !r.one_in(8)) {
            b.final_weight(number[s as usize], r.energy());
        }
    }
    let lonely = b.state();
    if r.one_in(2) {
        b.arc(lonely, 1, 1, r.energy(), lonely);
        b.arc(lonely, 1, 1, r.energy(), number[0]);
        b.final_weight(lonely, r.energy());
    }
    b.build().unwrap()
}

/// A path of a result: what it reads and writes, and the leaf sites whose energies it adds up.
#[derive(Clone)]
struct Sum {
    input: Vec<Label>,
    output: Vec<Label>,
    sites: Vec<usize>,
}

fn join(a: &Sum, b: &Sum, input: Vec<Label>, output: Vec<Label>) -> Sum {
    Sum { input, output, sites: [&a.sites[..], &b.sites].concat() }
}

/// The leaves' energies, one after another.
#[derive(Default)]
struct World {
    sites: Vec<(usize, Site)>,
    energies: Vec<f64>,
}

impl World {
    fn add(&mut self, leaf: usize, g: &Graph<Energy>) -> Vec<Sum> {
        let first = self.sites.len();
        for (site, w) in g.sites() {
            self.sites.push((leaf, site));
            self.energies.push(w.wide());
        }
        let number = |s: &Site| first + self.sites[first..].iter().position(|(_, t)| t == s).unwrap();
        let found = oracle::paths(g, |w| w.wide(), oracle::Limit::default());
        assert!(!found.truncated);
        let sum = |p: &oracle::Path| Sum {
            input: p.input.clone(),
            output: p.output.clone(),
            sites: p.sites.iter().map(number).collect(),
        };
        found.list.iter().map(sum).collect()
    }
}

fn free_energy(paths: &[Sum], x: &[f64], beta: f64) -> f64 {
    oracle::free_energy(paths.iter().map(|p| p.sites.iter().map(|&s| x[s]).sum()), beta)
}

const OPS: [&str; 9] =
    ["compose", "project", "invert", "reverse", "connect", "union", "concat", "with_output", "without_output"];

/// One operation on the tape and on the lists; `None` where it refused because the result is empty.
fn apply(
    tape: &mut Tape,
    vars: &[(GraphVar, Vec<Sum>)],
    energies: &[f64],
    op: usize,
    r: &mut Lcg,
) -> Option<(GraphVar, Vec<Sum>)> {
    let (a, pa) = &vars[r.below(vars.len() as u32) as usize];
    let (b, pb) = &vars[r.below(vars.len() as u32) as usize];
    let pairs = |keep: &dyn Fn(&Sum, &Sum) -> Option<Sum>| -> Vec<Sum> {
        pa.iter().flat_map(|x| pb.iter().filter_map(move |y| keep(x, y))).collect()
    };
    type Labels = (Vec<Label>, Vec<Label>);
    let relabel = |f: &dyn Fn(&Sum) -> Labels| -> Vec<Sum> {
        let one = |p: &Sum| {
            let (input, output) = f(p);
            Sum { input, output, sites: p.sites.clone() }
        };
        pa.iter().map(one).collect()
    };
    let turned = |l: &[Label]| l.iter().rev().copied().collect::<Vec<_>>();
    let right = Answer::any((0..1 + r.below(2)).map(|_| (0..r.below(3)).map(|_| 1 + r.below(2)).collect::<Vec<_>>()));
    let (made, paths) = match OPS[op] {
        "compose" => {
            let meet = |x: &Sum, y: &Sum| (x.output == y.input).then(|| join(x, y, x.input.clone(), y.output.clone()));
            (tape.compose(*a, *b, &Compose::default()), pairs(&meet))
        }
        "project" if r.one_in(2) => (tape.project(*a, Side::Input), relabel(&|p| (p.input.clone(), p.input.clone()))),
        "project" => (tape.project(*a, Side::Output), relabel(&|p| (p.output.clone(), p.output.clone()))),
        "invert" => (tape.invert(*a), relabel(&|p| (p.output.clone(), p.input.clone()))),
        "reverse" => (tape.reverse(*a), relabel(&|p| (turned(&p.input), turned(&p.output)))),
        "connect" => (tape.connect(*a), pa.clone()),
        "union" => (tape.union(&[*a, *b, *a]), [&pa[..], pb, pa].concat()),
        "concat" => {
            let chain = |x: &Sum, y: &Sum| {
                Some(join(x, y, [&x.input[..], &y.input].concat(), [&x.output[..], &y.output].concat()))
            };
            (tape.concat(&[*a, *b]), pairs(&chain))
        }
        "with_output" => {
            let kept = pa.iter().filter(|p| right.contains(&p.output)).cloned().collect();
            (tape.with_output(*a, &right), kept)
        }
        _ => {
            let kept = pa.iter().filter(|p| !right.contains(&p.output)).cloned().collect();
            (tape.without_output(*a, &right), kept)
        }
    };
    match made {
        Ok(var) => Some((var, paths)),
        Err(TapeError::Op(OpError::Empty { .. })) => {
            let lost = free_energy(&paths, energies, f64::INFINITY);
            assert_eq!(lost, f64::INFINITY, "{} lost {} paths", OPS[op], paths.len());
            None
        }
        Err(other) => panic!("{other}"),
    }
}

/// Whether the best two paths are too close for finite differences at β = ∞.
fn tied(paths: &[Sum], x: &[f64]) -> bool {
    let mut e: Vec<f64> = paths.iter().map(|p| p.sites.iter().map(|&s| x[s]).sum()).collect();
    e.sort_by(f64::total_cmp);
    e.len() > 1 && e[0] < f64::INFINITY && e[1] - e[0] < 1e-3
}

/// Two scalars of random weight and β; true where the program was compared.
fn compare(tape: Tape, leaves: &[GraphVar], world: &World, asked: &[(GraphVar, Vec<Sum>)], r: &mut Lcg) -> bool {
    let mut tape = tape;
    let mut seeds = Vec::new();
    let mut terms = Vec::new();
    for (var, paths) in asked {
        let beta = [0.5, 1.0, 2.0, f64::INFINITY][r.below(4) as usize];
        if beta == f64::INFINITY && tied(paths, &world.energies) {
            return false;
        }
        let asked = if beta == f64::INFINITY { Beta::Infinite } else { Beta::finite(beta).unwrap() };
        let scalar = tape.free_energy(*var, asked).unwrap();
        let (value, truth) = (tape.value(scalar).unwrap(), free_energy(paths, &world.energies, beta));
        assert!(value == truth || (value - truth).abs() < 1e-9, "{value} ≠ {truth} at β = {beta}");
        if truth < f64::INFINITY {
            seeds.push((scalar, f64::from(r.below(9)) - 4.0));
            terms.push((paths, beta));
        }
    }
    let total = |x: &[f64]| -> f64 {
        seeds.iter().zip(&terms).map(|((_, seed), (paths, beta))| seed * free_energy(paths, x, *beta)).sum()
    };
    let differences = oracle::finite_differences(total, &world.energies, 1e-5);
    let gradients = tape.backward(&seeds).unwrap();
    for ((leaf, site), difference) in world.sites.iter().zip(differences) {
        // An impossible site stays so: its difference is ∞ − ∞ = NaN or 0, its gradient 0.
        let difference = if difference.is_nan() { 0.0 } else { difference };
        let gradient = gradients.of(leaves[*leaf]).unwrap().get(*site);
        assert!((gradient - difference).abs() < 1e-6, "leaf {leaf}, {site:?}: {gradient} ≠ {difference}");
    }
    true
}

#[test]
fn gradients_of_random_programs_are_their_finite_differences() {
    let mut r = Lcg(42);
    let mut used = [0; OPS.len()];
    let mut compared = 0;
    for _ in 0..7500 {
        let mut tape = Tape::new();
        let mut world = World::default();
        let mut vars: Vec<(GraphVar, Vec<Sum>)> = Vec::new();
        for leaf in 0..2 {
            let g = random_graph(&mut r);
            let paths = world.add(leaf, &g);
            vars.push((tape.leaf(g), paths));
        }
        let leaves: Vec<GraphVar> = vars.iter().map(|v| v.0).collect();
        let mut in_program = Vec::new();
        for _ in 0..1 + r.below(4) {
            let op = r.below(OPS.len() as u32) as usize;
            if let Some(made) = apply(&mut tape, &vars, &world.energies, op, &mut r)
                && made.1.len() < 500
            {
                in_program.push(op);
                vars.push(made);
            }
        }
        let last = vars.len() - 1;
        let other = r.below(vars.len() as u32) as usize;
        let asked = [vars[last].clone(), vars[other].clone()];
        if compare(tape, &leaves, &world, &asked, &mut r) {
            compared += 1;
            in_program.iter().for_each(|&op| used[op] += 1);
        }
    }
    assert!(compared >= 6000, "{compared}");
    assert!(used.iter().all(|&n| n >= 1_000), "{used:?}");
}

/// Sequences of one or more of the paths, as long as their outputs may be the start of `string`.
fn sequences(paths: &[Sum], string: &[Label]) -> Vec<Sum> {
    let fits = |p: &Sum| string.starts_with(&p.output);
    let mut all: Vec<Sum> = paths.iter().filter(|p| fits(p)).cloned().collect();
    let mut next = 0;
    while let Some(head) = all.get(next).cloned() {
        for p in paths {
            let longer = join(&head, p, Vec::new(), [&head.output[..], &p.output].concat());
            if fits(&longer) {
                all.push(longer);
            }
        }
        next += 1;
    }
    all
}

#[test]
fn gradients_through_a_closure_are_their_finite_differences() {
    let mut r = Lcg(5);
    let mut compared = 0;
    while compared < 1_000 {
        let (mut tape, mut world) = (Tape::new(), World::default());
        let g = random_graph(&mut r);
        let paths = world.add(0, &g);
        // Without empty outputs no repetition is endless.
        if paths.is_empty() || paths.iter().any(|p| p.output.is_empty()) {
            continue;
        }
        let string: Vec<Label> = (0..1 + r.below(3)).map(|_| 1 + r.below(2)).collect();
        let leaf = tape.leaf(g);
        let kind = if r.one_in(2) { Closure::Plus } else { Closure::Star };
        let repeated = tape.closure(leaf, kind).unwrap();
        let fixed = tape.constant(acceptor(&string).unwrap());
        let read = tape.compose(repeated, fixed, &Compose { allow_empty: true, ..Compose::default() }).unwrap();
        let list: Vec<Sum> = sequences(&paths, &string).into_iter().filter(|p| p.output == string).collect();
        compared += i32::from(compare(tape, &[leaf], &world, &[(read, list)], &mut r));
    }
}

type Way = fn(&Graph<Energy>) -> Result<Traced<Energy>, OpError>;

#[test]
fn gradients_through_operations_that_keep_all_paths_are_the_posteriors() {
    let mut r = Lcg(6);
    let mut compared = [0; 4];
    for _ in 0..1_500 {
        let g = random_graph(&mut r);
        let Ok(part) = ops::connect(&g) else { continue };
        let Ok((value, posteriors)) = free_energy_and_posteriors(&g, Beta::ONE) else { continue };
        let ways: [Way; 4] = [
            |g| ops::arc_sort(g, Side::Output),
            ops::top_sort,
            |g| ops::synchronize(g, Budget::default()),
            |g| ops::replace(7, &[(7, g)], &Replace::default()),
        ];
        for (way, compared) in ways.into_iter().zip(&mut compared) {
            let mut tape = Tape::new();
            let leaf = tape.leaf(g.clone());
            // What no path visits may go in circles.
            let connected = tape.apply(&[leaf], |_| Ok::<_, OpError>(part.clone())).unwrap();
            let made = tape.apply(&[connected], |g| way(g[0])).unwrap();
            let f = tape.free_energy(made, Beta::ONE).unwrap();
            let found = tape.value(f).unwrap();
            assert!(found == value || (found - value).abs() <= 1e-9 * value.abs().max(1.0), "{found} {value}");
            let gradients = tape.backward(&[(f, 2.0)]).unwrap();
            let found = gradients.of(leaf).unwrap();
            let pairs = found.arcs.iter().zip(&posteriors.arcs).chain(found.finals.iter().zip(&posteriors.finals));
            assert!(pairs.clone().all(|(a, b)| (a - 2.0 * b).abs() < 1e-9), "{g:?}");
            *compared += 1;
        }
    }
    assert!(compared.iter().all(|&n| n > 1_000), "{compared:?}");
}

#[test]
fn seeds_that_are_no_finite_numbers_are_refused() {
    for seed in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut b = GraphBuilder::new();
        b.add_states(2);
        b.start(0);
        b.arc(0, 1, 1, Energy::FREE, 1);
        b.arc(0, 2, 2, Energy::IMPOSSIBLE, 1);
        b.final_weight(1, Energy::FREE);
        let mut tape = Tape::new();
        let leaf = tape.leaf(b.build().unwrap());
        let f = tape.free_energy(leaf, Beta::ONE).unwrap();
        let found = tape.backward(&[(f, 1.0), (f, seed)]);
        assert!(matches!(found, Err(TapeError::Seed { seed: s }) if s.to_bits() == seed.to_bits()));
    }
}
