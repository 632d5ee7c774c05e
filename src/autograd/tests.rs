//! Random programs of operations against a list of their paths, each a list of leaf sites, and finite differences.

use ndarray::Array2;

use super::*;
use crate::graph::{Graph, GraphBuilder, Label, Site, SiteValues, Traced};
use crate::ops::{self, Budget, Closure, Compose, OpError, Replace, Side, acceptor};
use crate::oracle;
use crate::paths::{Answer, Beta, best_path, free_energy_and_posteriors};
use crate::semiring::Energy;
use crate::trellis::{Emissions, TrellisError};

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
fn an_operation_that_fails_or_has_a_foreign_graph_leaves_the_tape_as_it_was() {
    let (mut tape, mut other) = (Tape::new(), Tape::new());
    let g = tape.leaf(acceptor(&[1]).unwrap());
    let foreign = other.leaf(acceptor(&[1]).unwrap());
    let failed = tape.apply(&[g], |_| Err::<Traced<Energy>, _>(OpError::Empty { first_unmatched: None }));
    assert_eq!(failed, Err(TapeError::Op(OpError::Empty { first_unmatched: None })));
    assert_eq!(tape.apply(&[g, foreign], ops::union), Err(TapeError::ForeignHandle));
    let f = tape.free_energy(g, Beta::ONE).unwrap();
    assert_eq!(tape.backward(&[(f, 1.0)]).unwrap().of(g).unwrap().arcs, [1.0]);
}

#[test]
fn a_tie_takes_one_of_the_best_paths() {
    // Two best paths of energy 1, one of energy 2.
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    for (label, energy) in [(1, 2.0), (2, 1.0), (3, 1.0)] {
        b.arc(0, label, label, Energy::new(energy).unwrap(), 1);
    }
    b.final_weight(1, Energy::FREE);
    let g = b.build().unwrap();
    let mut tape = Tape::new();
    let leaf = tape.leaf(g.clone());
    let f = tape.free_energy(leaf, Beta::Infinite).unwrap();
    let gradients = tape.backward(&[(f, 1.0)]).unwrap();
    // The documented choice: the lowest arc, as in the best path.
    assert_eq!(gradients.of(leaf).unwrap(), &SiteValues { arcs: vec![0.0, 1.0, 0.0], finals: vec![0.0, 1.0] });
    assert_eq!(best_path(&g).unwrap().unwrap().arcs, [1]);
}

#[test]
fn ties_in_random_graphs_take_a_valid_best_path() {
    let mut r = Lcg(11);
    let mut ties = 0;
    while ties < 300 {
        let g = random_graph(&mut r).map(|_, w| if w.wide() < 2.0 { Energy::FREE } else { *w });
        let found = oracle::paths(&g, |w| w.wide(), oracle::Limit::default()).list;
        let lowest = oracle::free_energy(found.iter().map(|p| p.energy), f64::INFINITY);
        if found.iter().filter(|p| p.energy == lowest).count() < 2 || lowest == f64::INFINITY {
            continue;
        }
        ties += 1;
        let mut tape = Tape::new();
        let leaf = tape.leaf(g.clone());
        let f = tape.free_energy(leaf, Beta::Infinite).unwrap();
        let values = tape.backward(&[(f, 1.0)]).unwrap().take(leaf).unwrap();
        let on: Vec<Site> = g.sites().map(|(s, _)| s).filter(|s| values.get(*s) == 1.0).collect();
        assert_eq!(values.arcs.iter().chain(&values.finals).sum::<f64>(), on.len() as f64);
        assert!(found.iter().any(|p| {
            let mut sites = p.sites.clone();
            sites.sort();
            p.energy == lowest && sites == on
        }));
    }
}

#[test]
fn an_isolated_node_and_an_unreachable_part_change_no_gradient() {
    let make = |extra: bool| {
        let mut b = GraphBuilder::new();
        b.add_states(3);
        b.start(0);
        b.arc(0, 1, 1, Energy::new(0.5).unwrap(), 1);
        b.arc(0, 2, 2, Energy::new(0.25).unwrap(), 1);
        b.final_weight(1, Energy::FREE);
        if extra {
            b.arc(2, 1, 1, Energy::FREE, 1);
            b.final_weight(2, Energy::FREE);
            b.add_states(2);
        }
        b.build().unwrap()
    };
    let gradient = |g: Graph<Energy>| {
        let mut tape = Tape::new();
        let leaf = tape.leaf(g);
        let f = tape.free_energy(leaf, Beta::ONE).unwrap();
        tape.backward(&[(f, 1.0)]).unwrap().take(leaf).unwrap()
    };
    let (plain, extra) = (gradient(make(false)), gradient(make(true)));
    assert_eq!(plain.arcs, extra.arcs[..2]);
    assert_eq!(extra.arcs[2], 0.0);
    assert_eq!((extra.finals[1], &extra.finals[2..]), (1.0, &[0.0; 3][..]));
}

#[test]
fn the_empty_graph_has_infinite_energy_and_no_gradient() {
    let mut tape = Tape::new();
    let leaf = tape.leaf(Graph::empty());
    let f = tape.free_energy(leaf, Beta::ONE).unwrap();
    assert_eq!(tape.value(f).unwrap(), f64::INFINITY);
    assert_eq!(tape.backward(&[(f, 1.0)]).unwrap().of(leaf).unwrap(), &SiteValues::default());
}

#[test]
fn handles_of_another_tape_are_refused() {
    let (mut one, mut other) = (Tape::new(), Tape::new());
    let g = one.leaf(Graph::empty());
    other.leaf(Graph::empty());
    assert_eq!(other.invert(g), Err(TapeError::ForeignHandle));
    let f = one.free_energy(g, Beta::ONE).unwrap();
    assert_eq!(other.value(f), Err(TapeError::ForeignHandle));
    assert_eq!(other.backward(&[(f, 1.0)]), Err(TapeError::ForeignHandle));
}

#[test]
fn constants_get_no_gradient() {
    let mut tape = Tape::new();
    let fixed = tape.constant(acceptor(&[1]).unwrap());
    let leaf = tape.leaf(acceptor(&[1]).unwrap());
    let both = tape.compose(leaf, fixed, &Compose::default()).unwrap();
    let f = tape.free_energy(both, Beta::ONE).unwrap();
    let gradients = tape.backward(&[(f, 2.0)]).unwrap();
    assert_eq!(gradients.of(fixed), None);
    assert_eq!(gradients.of(leaf).unwrap().arcs, [2.0]);
}

/// Emissions of multiples of 1/8, some impossible.
fn random_emissions(r: &mut Lcg) -> Array2<f32> {
    Array2::from_shape_fn((r.below(5) as usize, 2), |_| r.energy().get())
}

#[test]
fn a_trellis_on_the_tape_has_the_value_and_gradients_of_the_graph_that_it_is_not() {
    let mut r = Lcg(17);
    let mut possible = 0;
    for case in 0..600 {
        let values = random_emissions(&mut r);
        let (first, second) = (random_graph(&mut r), random_graph(&mut r));
        let beta = Beta::finite([0.3, 1.0, 2.5][case % 3]).unwrap();
        let mut tape = Tape::new();
        let frames = Emissions::new(values.view()).unwrap().graph().unwrap();
        let (built, a, b) = (tape.leaf(frames), tape.leaf(first), tape.leaf(second));
        // The topology is a result of its own: gradients go on to what it was made of.
        let either = tape.union(&[a, b]).unwrap();
        let e = tape.emissions(values.clone()).unwrap();
        let never = tape.trellis(e, either).unwrap();
        let lazy = tape.free_energy(never, beta).unwrap();
        let eager = match tape.compose(built, either, &Compose::default()) {
            Ok(g) => tape.free_energy(g, beta).unwrap(),
            Err(TapeError::Op(OpError::Empty { .. })) => continue,
            Err(e) => panic!("{e}"),
        };
        let (x, y) = (tape.value(lazy).unwrap(), tape.value(eager).unwrap());
        assert!(x == y || (x - y).abs() <= 1e-9 * (1.0 + x.abs()), "case {case}: {x} {y}");
        possible += usize::from(x < f64::INFINITY);
        let gradient = |seeds: &[(Scalar, f64)], tape: Tape| tape.backward(seeds).unwrap();
        let mut again = Tape::new();
        let (a2, b2) = (again.leaf(tape.graph(a).unwrap().clone()), again.leaf(tape.graph(b).unwrap().clone()));
        let either = again.union(&[a2, b2]).unwrap();
        let e2 = again.emissions(values).unwrap();
        let never = again.trellis(e2, either).unwrap();
        let lazy = again.free_energy(never, beta).unwrap();
        let (eager, lazy) = (gradient(&[(eager, -2.0)], tape), gradient(&[(lazy, -2.0)], again));
        let close = |x: f64, y: f64| assert!((x - y).abs() < 1e-6, "case {case}: {x} {y}");
        let frames = lazy.of_emissions(e2).unwrap();
        frames.iter().zip(&eager.of(built).unwrap().arcs).for_each(|(x, y)| close(f64::from(*x), *y));
        for (lazy, eager) in [(lazy.of(a2), eager.of(a)), (lazy.of(b2), eager.of(b))] {
            let (lazy, eager) = (lazy.unwrap(), eager.unwrap());
            lazy.arcs.iter().zip(&eager.arcs).for_each(|(x, y)| close(*x, *y));
            lazy.finals.iter().zip(&eager.finals).for_each(|(x, y)| close(*x, *y));
        }
    }
    assert!(possible > 100, "{possible}");
}

#[test]
fn a_trellis_of_classes_that_are_not_there_or_of_another_tape_is_refused() {
    let mut tape = Tape::new();
    let e = tape.emissions(Array2::zeros((2, 2))).unwrap();
    let three = tape.constant(acceptor(&[3]).unwrap());
    assert!(matches!(tape.trellis(e, three), Err(TapeError::Trellis(TrellisError::Class { label: 3, classes: 2 }))));
    assert!(tape.emissions(Array2::from_elem((1, 1), f32::NAN)).is_err());
    let one = tape.constant(acceptor(&[1]).unwrap());
    let mut other = Tape::new();
    assert_eq!(other.trellis(e, one), Err(TapeError::ForeignHandle));
    let foreign = other.emissions(Array2::zeros((1, 1))).unwrap();
    assert_eq!(tape.trellis(foreign, one), Err(TapeError::ForeignHandle));
    // One symbol, two frames: no path, and nothing to learn.
    let none = tape.trellis(e, one).unwrap();
    assert_eq!(other.free_energy(none, Beta::ONE), Err(TapeError::ForeignHandle));
    let none = tape.free_energy(none, Beta::ONE).unwrap();
    assert_eq!(tape.value(none), Ok(f64::INFINITY));
    let gradients = tape.backward(&[(none, 1.0)]).unwrap();
    assert!(gradients.of_emissions(e).unwrap().iter().all(|g| *g == 0.0));
    assert_eq!(gradients.of_emissions(foreign), None);
}
