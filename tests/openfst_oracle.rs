//! OpenFst 1.7.9's answers on random machines, where `ENERGRAPH_DATA` holds them.

mod openfst_language;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};

use energraph::graph::EPSILON;
use energraph::graph::att::{self, AttOptions};
use energraph::ops::{self, Budget, Closure, Compose, OpError, Side, Toward};
use energraph::paths::{
    PathError, distances_from_start, distances_to_end, k_best, path_sum_star, sums_from_start, sums_to_end,
};
use energraph::semiring::{Quantum, Tolerance};
use energraph::{Beta, Commutative, Energy, Graph, Label, LeftDivide, LogSum, MinSum, Star, oracle};
use openfst_language::{Strings, near, relation, sample, total, weight_of};
use serde_json::Value;

struct Case(Value);

impl Case {
    fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }

    fn beta(&self) -> Beta {
        if self.text("semiring") == "log" { Beta::ONE } else { Beta::Infinite }
    }

    fn input(&self, i: usize) -> Graph<Energy> {
        let acceptor = self.0["input_acceptor"][i].as_bool().unwrap();
        read(self.0["inputs"][i].as_str().unwrap(), acceptor)
    }

    fn has(&self, argument: &str) -> bool {
        self.0["args"].as_array().unwrap().iter().any(|a| a == argument)
    }

    /// What follows `--name=`.
    fn value(&self, name: &str) -> Option<&str> {
        self.0["args"].as_array().unwrap().iter().find_map(|a| a.as_str()?.strip_prefix(name)?.strip_prefix('='))
    }

    fn count(&self, key: &str) -> usize {
        self.0[key].as_u64().unwrap() as usize
    }

    /// Not given where the sum diverges or the operation keeps it anyway.
    fn total(&self) -> Option<f64> {
        match self.text("total") {
            "" => None,
            "Infinity" => Some(f64::INFINITY),
            number => Some(number.parse().unwrap()),
        }
    }
}

fn read(text: &str, acceptor: bool) -> Graph<Energy> {
    att::read(text, &AttOptions { acceptor, ..AttOptions::default() }).unwrap()
}

/// The graph that OpenFst's command makes of the inputs, by an operation that needs no sum; `None` for the others.
fn plain(case: &Case) -> Option<Result<Graph<Energy>, OpError>> {
    let o = Compose { allow_empty: true, ..Compose::default() };
    let a = || case.input(0);
    let result = match case.text("op") {
        "compose" => ops::compose(&a(), &case.input(1), &o),
        "intersect" => ops::intersect(&a(), &case.input(1), &o),
        "difference" => ops::difference(&a(), &case.input(1), &o),
        "connect" => ops::connect(&a()),
        "project" if case.has("--project_type=output") => Ok(ops::project(&a(), Side::Output)),
        "project" => Ok(ops::project(&a(), Side::Input)),
        "invert" => Ok(ops::invert(&a())),
        "reverse" => ops::reverse(&a()),
        "union" => ops::union(&[&a(), &case.input(1)]),
        "concat" => ops::concat(&[&a(), &case.input(1)]),
        "closure" if case.has("--closure_plus") => ops::closure(&a(), Closure::Plus),
        "closure" => ops::closure(&a(), Closure::Star),
        "topsort" => ops::top_sort(&a()),
        _ => return None,
    };
    Some(result.map(|t| t.graph))
}

/// OpenFst's default steps: 1/1024, and 10⁻⁶ in minimisation.
fn quantum(op: &str) -> Quantum {
    if op == "minimize" { Quantum::new(1e-6).unwrap() } else { Quantum::default() }
}

/// The same by an operation that sums over paths.
fn summed<S: Star + LeftDivide + Commutative>(case: &Case, g: &Graph<S>) -> Option<Result<Graph<S>, OpError>> {
    let (quantum, budget) = (quantum(case.text("op")), Budget::default());
    Some(match case.text("op") {
        "rmepsilon" => ops::remove_epsilon(g),
        "determinize" => ops::determinize(g, quantum, budget),
        "disambiguate" => ops::disambiguate(g, quantum, budget),
        "minimize" => ops::minimize(g, quantum),
        "push" if case.has("--to_final=true") => ops::push(g, Toward::End),
        "push" => ops::push(g, Toward::Start),
        _ => return None,
    })
}

fn prune(case: &Case) -> Result<Graph<Energy>, OpError> {
    let margin = MinSum::new(case.value("--weight").unwrap().parse::<f64>().unwrap()).unwrap();
    Ok(ops::prune(&case.input(0).lift::<MinSum<f64>>(), &margin)?.graph.lower())
}

fn answer(case: &Case) -> Option<Result<Graph<Energy>, OpError>> {
    let result = match (case.text("op"), case.beta()) {
        ("prune", _) => Some(prune(case)),
        (_, Beta::Infinite) => {
            plain(case).or_else(|| summed(case, &case.input(0).lift::<MinSum<f32>>()).map(|r| r.map(|g| g.lower())))
        }
        _ => plain(case).or_else(|| summed(case, &case.input(0).lift::<LogSum<f64>>()).map(|r| r.map(|g| g.lower()))),
    };
    result.map(|r| match r {
        Err(OpError::Empty { .. }) => Ok(Graph::empty()),
        other => other,
    })
}

/// Compares the languages; whether string by string and in full.
fn check_graph(case: &Case, ours: &Graph<Energy>) -> bool {
    let (id, op, beta) = (case.text("id"), case.text("op"), case.beta());
    let theirs = read(case.text("output"), case.0["acceptor"].as_bool().unwrap());
    let sum = total(ours, beta);
    assert_eq!(sum.is_some(), total(&theirs, beta).is_some(), "{id} {op}: one sum settles");
    for other in case.total().into_iter().chain(total(&theirs, beta)) {
        assert!(sum.is_some_and(|sum| near(sum, other)), "{id} {op}: total {sum:?}, OpenFst's {other}");
    }
    check_star(case, ours, sum);
    check_form(case, ours);
    let (a, b) = (relation(ours, beta), relation(&theirs, beta));
    if let (Some(a), Some(b)) = (&a, &b) {
        assert!(a.keys().eq(b.keys()), "{id} {op}: other strings");
        for ((strings, x), y) in a.iter().zip(b.values()) {
            assert!(near(*x, *y), "{id} {op}: {strings:?} has {x}, OpenFst's {y}");
        }
        return true;
    }
    assert_eq!(a.is_some() && sum == Some(f64::INFINITY), b.is_some() && sum == Some(f64::INFINITY), "{id} {op}");
    for strings in sample(ours, 10).into_iter().chain(sample(&theirs, 10)) {
        let (x, y) = (weight_of(ours, &strings, beta), weight_of(&theirs, &strings, beta));
        assert!(near(x, y) && x < f64::INFINITY, "{id} {op}: {strings:?} has {x}, OpenFst's {y}");
    }
    false
}

/// The sum by elimination is the limit of relaxation, and is refused where there is no limit.
fn check_star(case: &Case, g: &Graph<Energy>, sum: Option<f64>) {
    let ours = match case.beta() {
        Beta::Infinite => path_sum_star(g, |_, &e| MinSum::<f64>::from(e)).map(|s| s.get()),
        Beta::Finite(_) => path_sum_star(g, |_, &e| LogSum::<f64>::from(e)).map(|s| s.get()),
    };
    match (ours, sum) {
        (Ok(a), Some(b)) => assert!(near(a, b), "{}: star {a}, relaxed {b}", case.text("id")),
        (Err(PathError::SumDiverges { .. }), None) => {}
        other => panic!("{}: star and relaxation disagree: {other:?}", case.text("id")),
    }
}

/// What the operation promises beside the language.
fn check_form(case: &Case, ours: &Graph<Energy>) {
    let (id, op) = (case.text("id"), case.text("op"));
    let deterministic = || {
        (0..ours.states() as u32).all(|s| {
            let labels: std::collections::BTreeSet<Label> = ours.arcs(s).iter().map(|a| a.ilabel).collect();
            labels.len() == ours.arcs(s).len()
        })
    };
    match op {
        "determinize" | "minimize" => assert!(deterministic(), "{id} {op}"),
        "topsort" => assert!(ours.arcs_with_source().all(|(_, s, a)| a.target > s), "{id}"),
        "rmepsilon" => assert!(ours.all_arcs().iter().all(|a| (a.ilabel, a.olabel) != (EPSILON, EPSILON)), "{id}"),
        "disambiguate" => {
            let found = oracle::paths(ours, |w| w.wide(), oracle::Limit { arcs: 200, paths: 20_000 });
            let strings: std::collections::BTreeSet<_> = found.list.iter().map(|p| &p.input).collect();
            assert!(found.truncated || strings.len() == found.list.len(), "{id}: a string has two paths");
        }
        _ => {}
    }
    if matches!(op, "determinize" | "minimize" | "connect" | "topsort" | "prune" | "project" | "invert") {
        let counts = (ours.states(), ours.arc_count());
        assert_eq!(counts, (case.count("states"), case.count("arcs")), "{id} {op}: states and arcs");
    }
}

fn check_paths(case: &Case) {
    let k = case.value("--nshortest").unwrap().parse().unwrap();
    let mut theirs: Vec<(f64, Strings)> = Vec::new();
    for path in case.0["paths"].as_array().unwrap() {
        let labels = |key: &str| path[key].as_array().unwrap().iter().map(|l| l.as_u64().unwrap() as Label).collect();
        theirs.push((path["cost"].as_f64().unwrap(), (labels("i"), labels("o"))));
    }
    let ours = k_best(&case.input(0), k).unwrap();
    let id = case.text("id");
    assert_eq!(ours.len(), theirs.len(), "{id}: number of paths");
    for (a, (cost, _)) in ours.iter().zip(&theirs) {
        assert!(near(a.energy, *cost), "{id}: {} against {cost}", a.energy);
    }
    // Paths that tie with the last one may differ.
    let last = theirs.last().map_or(0.0, |t| t.0);
    let mut left: Vec<_> = theirs.iter().filter(|t| !near(t.0, last)).collect();
    for path in ours.iter().filter(|p| !near(p.energy, last)) {
        let found = left.iter().position(|t| near(t.0, path.energy) && t.1.0 == path.input && t.1.1 == path.output);
        left.swap_remove(found.unwrap_or_else(|| panic!("{id}: {path:?} is not among OpenFst's")));
    }
    assert!(left.is_empty(), "{id}: missing {left:?}");
}

/// OpenFst numbers states in the order in which the text names them.
fn by_appearance(text: &str) -> Vec<usize> {
    let mut numbers: Vec<u64> = Vec::new();
    for line in text.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let states = if columns.len() > 2 { &columns[..2] } else { &columns[..1] };
        for state in states.iter().map(|s| s.parse().unwrap()) {
            if !numbers.contains(&state) {
                numbers.push(state);
            }
        }
    }
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    numbers.iter().map(|n| sorted.binary_search(n).unwrap()).collect()
}

fn sums<S: Star + From<Energy>>(case: &Case, number: fn(S) -> f64) -> Vec<f64> {
    let (g, lift) = (case.input(0), |_, e: &Energy| S::from(*e));
    let found = if case.has("--reverse") { sums_to_end(&g, lift) } else { sums_from_start(&g, lift) };
    found.unwrap().into_iter().map(number).collect()
}

fn check_distances(case: &Case) {
    let ours = match case.beta() {
        Beta::Infinite => sums::<MinSum<f64>>(case, |w| w.get()),
        Beta::Finite(_) => sums::<LogSum<f64>>(case, |w| w.get()),
    };
    let ask = if case.has("--reverse") { distances_to_end } else { distances_from_start };
    // Log sums through a cycle are refused there.
    let also = ask(&case.input(0), case.beta()).unwrap_or_else(|e| {
        assert!(matches!((e, case.beta()), (PathError::Cyclic { .. }, Beta::Finite(_))));
        ours.clone()
    });
    let order = by_appearance(case.0["inputs"][0].as_str().unwrap());
    // It prints no further than the last state that it reaches.
    assert!(order.len() >= case.text("output").lines().count());
    for line in case.text("output").lines() {
        let (state, distance) = line.split_once('\t').unwrap();
        let theirs = if distance == "Infinity" { f64::INFINITY } else { distance.parse().unwrap() };
        let state = order[state.parse::<usize>().unwrap()];
        assert!(near(ours[state], theirs), "{} state {state}: {ours:?}", case.text("id"));
        assert!(near(also[state], theirs), "{} state {state}: {also:?}", case.text("id"));
    }
}

fn check_equivalence(case: &Case) {
    let delta = case.value("--delta").unwrap().parse().unwrap();
    let tolerance = Tolerance { absolute: delta, relative: 0.0 };
    let (a, b) = (case.input(0), case.input(1));
    let ours = match case.beta() {
        Beta::Infinite => ops::equivalent(&a.lift::<MinSum<f64>>(), &b.lift(), tolerance),
        Beta::Finite(_) => ops::equivalent(&a.lift::<LogSum<f64>>(), &b.lift(), tolerance),
    };
    assert_eq!(ours.unwrap().to_string(), case.text("output"), "{}", case.text("id"));
}

#[test]
fn openfst_gives_the_same_answers() {
    let Some(data) = std::env::var_os("ENERGRAPH_DATA") else {
        println!("skipped: ENERGRAPH_DATA is not set, OpenFst's answers are there");
        return;
    };
    let path = std::path::Path::new(&data).join("openfst_oracle/cases.jsonl.gz");
    let file = std::fs::File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let (mut checked, mut in_full, mut failed) = (BTreeMap::<String, usize>::new(), 0, Vec::new());
    for line in BufReader::new(flate2::read::GzDecoder::new(file)).lines() {
        let case = Case(serde_json::from_str(&line.unwrap()).unwrap());
        match std::panic::catch_unwind(|| check(&case)) {
            Ok(full) => in_full += usize::from(full),
            // The message is on standard error already.
            Err(_) => failed.push(format!("{} {}", case.text("id"), case.text("op"))),
        }
        *checked.entry(case.text("op").to_owned()).or_default() += 1;
    }
    println!("compared with OpenFst: {checked:?}; {in_full} of them string by string");
    assert!(failed.is_empty(), "{} differ: {failed:?}", failed.len());
    assert!(checked.values().sum::<usize>() >= 1_155 && checked.len() >= 20 && in_full >= 700, "{checked:?} {in_full}");
}

/// Whether the case was compared string by string.
fn check(case: &Case) -> bool {
    match case.text("op") {
        "shortestpath" => check_paths(case),
        "shortestdistance" => check_distances(case),
        "equivalent" => check_equivalence(case),
        op => {
            let ours = answer(case).unwrap_or_else(|| panic!("there is no {op} here"));
            let ours = ours.unwrap_or_else(|e| panic!("{} {op}: {e}", case.text("id")));
            return check_graph(case, &ours);
        }
    }
    false
}
