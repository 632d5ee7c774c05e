//! OpenFst 1.7.9's answers on random machines, where `ENERGRAPH_DATA` holds them.
#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};

use energraph::graph::att::{self, AttOptions};
use energraph::graph::topological_order;
use energraph::ops::{self, Closure, Compose, OpError, Side};
use energraph::paths::{distances_from_start, distances_to_end, k_best};
use energraph::{Beta, Energy, Graph, Label, oracle};
use serde_json::Value;

/// Single precision on one side or both.
fn near(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 1e-3 * a.abs().max(b.abs()).max(1.0)
}

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

/// The graph that OpenFst's command makes of the inputs; `None` where there is no such operation here.
fn answer(case: &Case) -> Option<Result<Graph<Energy>, OpError>> {
    let o = Compose { allow_empty: true, ..Compose::default() };
    let a = || case.input(0);
    let result = match case.text("op") {
        "compose" | "intersect" => ops::compose(&a(), &case.input(1), &o),
        "connect" => ops::connect(&a()),
        "project" if case.has("--project_type=output") => Ok(ops::project(&a(), Side::Output)),
        "project" => Ok(ops::project(&a(), Side::Input)),
        "invert" => Ok(ops::invert(&a())),
        "reverse" => ops::reverse(&a()),
        "union" => ops::union(&[&a(), &case.input(1)]),
        "concat" => ops::concat(&[&a(), &case.input(1)]),
        "closure" if case.has("--closure_plus") => ops::closure(&a(), Closure::Plus),
        "closure" => ops::closure(&a(), Closure::Star),
        _ => return None,
    };
    Some(match result {
        Err(OpError::Empty { .. }) => Ok(Graph::empty()),
        other => other.map(|t| t.graph),
    })
}

/// Sums over all paths by repeated relaxation in f64, cycles included; `None` where that does not settle.
fn total(g: &Graph<Energy>, beta: Beta) -> Option<f64> {
    let Some(start) = g.start() else { return Some(f64::INFINITY) };
    let mut after = vec![f64::INFINITY; g.states()];
    for _ in 0..5_000 {
        let mut moved = 0.0_f64;
        for s in (0..g.states() as u32).rev() {
            let ways = g.arcs(s).iter().map(|a| a.weight.wide() + after[a.target as usize]);
            let new = oracle::free_energy(ways.chain([g.final_weight(s).wide()]), beta.get());
            let old = std::mem::replace(&mut after[s as usize], new);
            moved = moved.max(if old == new { 0.0 } else { (old - new).abs() });
        }
        if moved < 1e-9 {
            return Some(after[start as usize]);
        }
    }
    None
}

type Strings = (Vec<Label>, Vec<Label>);

/// The weighted relation, where it is small and finite.
fn relation(g: &Graph<Energy>, beta: Beta) -> Option<BTreeMap<Strings, f64>> {
    // Dead ends and cycles would be walked for ever.
    let g = if g.start().is_some() { ops::connect(g).map_or_else(|_| Graph::empty(), |t| t.graph) } else { g.clone() };
    topological_order(&g).ok()?;
    let found = oracle::paths(&g, |w| w.wide(), oracle::Limit { arcs: 200, paths: 20_000 });
    if found.truncated {
        return None;
    }
    let sums = oracle::relation(&found.list).into_iter();
    Some(sums.map(|(strings, energies)| (strings, oracle::free_energy(energies, beta.get()))).collect())
}

fn check_graph(case: &Case, ours: &Graph<Energy>) -> bool {
    let (id, op, beta) = (case.text("id"), case.text("op"), case.beta());
    let theirs = read(case.text("output"), case.0["acceptor"].as_bool().unwrap());
    let sum = total(ours, beta);
    assert_eq!(sum.is_some(), total(&theirs, beta).is_some(), "{id} {op}: one sum settles");
    for other in case.total().into_iter().chain(total(&theirs, beta)) {
        assert!(sum.is_some_and(|sum| near(sum, other)), "{id} {op}: total {sum:?}, OpenFst's {other}");
    }
    let (Some(ours), Some(theirs)) = (relation(ours, beta), relation(&theirs, beta)) else { return false };
    assert!(ours.keys().eq(theirs.keys()), "{id} {op}: other strings");
    for ((strings, a), b) in ours.iter().zip(theirs.values()) {
        assert!(near(*a, *b), "{id} {op}: {strings:?} has {a}, OpenFst's {b}");
    }
    true
}

fn check_paths(case: &Case) {
    let k = case.0["args"][0].as_str().and_then(|a| a.strip_prefix("--nshortest=")).unwrap().parse().unwrap();
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

/// False where the log sums run through a cycle, which is refused.
fn check_distances(case: &Case) -> bool {
    let ask = if case.has("--reverse") { distances_to_end } else { distances_from_start };
    let Ok(ours) = ask(&case.input(0), case.beta()) else {
        assert!(case.0["cyclic"].as_bool().unwrap(), "{}: refused", case.text("id"));
        return false;
    };
    let order = by_appearance(case.0["inputs"][0].as_str().unwrap());
    for line in case.text("output").lines() {
        let (state, distance) = line.split_once('\t').unwrap();
        let theirs = if distance == "Infinity" { f64::INFINITY } else { distance.parse().unwrap() };
        let state: usize = state.parse().unwrap();
        assert!(near(ours[order[state]], theirs), "{} state {state}: {ours:?}", case.text("id"));
    }
    true
}

#[test]
fn openfst_gives_the_same_answers() {
    let Some(data) = std::env::var_os("ENERGRAPH_DATA") else {
        println!("skipped: ENERGRAPH_DATA is not set, OpenFst's answers are there");
        return;
    };
    let path = std::path::Path::new(&data).join("openfst_oracle/cases.jsonl.gz");
    let file = std::fs::File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let (mut checked, mut in_full) = (BTreeMap::<String, usize>::new(), 0);
    for line in BufReader::new(flate2::read::GzDecoder::new(file)).lines() {
        let case = Case(serde_json::from_str(&line.unwrap()).unwrap());
        let done = match case.text("op") {
            "shortestpath" => {
                check_paths(&case);
                true
            }
            "shortestdistance" => check_distances(&case),
            _ => match answer(&case) {
                Some(ours) => {
                    let ours = ours.unwrap_or_else(|e| panic!("{}: {e}", case.text("id")));
                    in_full += usize::from(check_graph(&case, &ours));
                    true
                }
                None => false,
            },
        };
        *checked.entry(case.text("op").to_owned()).or_default() += usize::from(done);
    }
    println!("compared with OpenFst: {checked:?}; {in_full} of them string by string");
    assert!(checked.values().sum::<usize>() >= 770 && in_full >= 440, "{checked:?} {in_full}");
}
