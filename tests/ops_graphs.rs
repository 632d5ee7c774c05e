//! What the random graphs are that the other tests draw: every kind is among them, often.

mod ops_common;
mod paths_graphs;

use std::collections::{BTreeMap, BTreeSet};

use energraph::graph::EPSILON;
use energraph::{Energy, Graph, oracle};
use ops_common::*;

/// Which state leads to which over arcs wanted, by one of them or more.
fn leads(g: &Graph<Energy>, wanted: impl Fn(&energraph::graph::Arc<Energy>) -> bool) -> Vec<Vec<bool>> {
    let n = g.states();
    let mut leads = vec![vec![false; n]; n];
    let arcs = g.arcs_with_source().filter(|(_, _, a)| wanted(a));
    arcs.for_each(|(_, s, a)| leads[s as usize][a.target as usize] = true);
    for k in 0..n {
        for i in 0..n {
            for j in 0..n {
                leads[i][j] |= leads[i][k] && leads[k][j];
            }
        }
    }
    leads
}

/// The kinds that a graph is of.
fn kinds(g: &Graph<Energy>) -> BTreeSet<&'static str> {
    let mut kinds = BTreeSet::new();
    let mut note = |what, is: bool| {
        if is {
            kinds.insert(what);
        }
    };
    let n = g.states();
    note("the empty graph", n == 0);
    let Some(start) = g.start().map(|s| s as usize) else { return kinds };
    let all = leads(g, |_| true);
    let silent = leads(g, |a| (a.ilabel, a.olabel) == (EPSILON, EPSILON));
    let reached = |s: usize| s == start || all[start][s];
    let ends = |s: usize| (0..n).any(|t| (s == t || all[s][t]) && g.is_final(t as u32));
    note("a state that nothing reaches", (0..n).any(|s| !reached(s)));
    note("a dead end", (0..n).any(|s| reached(s) && !ends(s)));
    let useful = |s: usize| reached(s) && ends(s);
    note("a cycle on an accepting path", (0..n).any(|s| all[s][s] && useful(s)));
    note("a cycle of epsilons on an accepting path", (0..n).any(|s| silent[s][s] && useful(s)));
    note("a self-loop", g.arcs_with_source().any(|(_, s, a)| s == a.target));
    let arc = |a: &energraph::graph::Arc<Energy>| (a.ilabel, a.olabel, a.target);
    let parallel = (0..n as u32).any(|s| {
        let arcs = g.arcs(s);
        (1..arcs.len()).any(|i| arcs[..i].iter().any(|a| arc(a) == arc(&arcs[i])))
    });
    note("parallel arcs with the same labels", parallel);
    let infinite = g.arcs_with_source().any(|(_, s, a)| a.weight == Energy::IMPOSSIBLE && useful(s as usize));
    note("+∞ on an arc", infinite);
    let found = oracle::paths(g, |w| w.wide(), oracle::Limit { arcs: 5, paths: 2_000 }).list;
    let possible: Vec<_> = found.iter().filter(|p| p.energy < f64::INFINITY).collect();
    let lowest = possible.iter().map(|p| p.energy).fold(f64::INFINITY, f64::min);
    note("no path", found.is_empty());
    note("+∞ on a path", found.len() > possible.len());
    note("two best paths", possible.iter().filter(|p| p.energy == lowest).count() > 1);
    let mut by_strings: BTreeMap<_, usize> = BTreeMap::new();
    possible.iter().for_each(|p| *by_strings.entry((&p.input, &p.output)).or_default() += 1);
    note("two paths of the same strings", by_strings.values().any(|&n| n > 1));
    note("the empty string", possible.iter().any(|p| p.input.is_empty() && p.output.is_empty()));
    let alone = by_strings.len() == 1 && possible[0].input.is_empty() && possible[0].output.is_empty();
    note("the empty string alone", alone && found.len() == 1);
    kinds
}

fn census(mut draw: impl FnMut(u64) -> Graph<Energy>) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for i in 0..1_000 {
        kinds(&draw(i)).into_iter().for_each(|kind| *counts.entry(kind).or_insert(0) += 1);
    }
    counts
}

const ALWAYS: [&str; 11] = [
    "the empty graph",
    "a state that nothing reaches",
    "a dead end",
    "parallel arcs with the same labels",
    "+∞ on an arc",
    "no path",
    "+∞ on a path",
    "two best paths",
    "two paths of the same strings",
    "the empty string",
    "the empty string alone",
];
const CYCLES: [&str; 3] = ["a cycle on an accepting path", "a cycle of epsilons on an accepting path", "a self-loop"];

#[test]
fn a_thousand_random_graphs_have_every_kind_among_them() {
    let mut rng = Rng::new(701);
    let acyclic = census(|_| random(&mut rng, SMALL, energy));
    let cyclic = Shape { states: 6, arcs: 12, cyclic: true, ..SMALL };
    let cyclic = census(|_| random(&mut rng, cyclic, energy));
    for kind in ALWAYS {
        assert!(acyclic[kind] >= 10 && cyclic[kind] >= 10, "{kind}: {acyclic:?} {cyclic:?}");
    }
    for kind in CYCLES {
        assert!(!acyclic.contains_key(kind) && cyclic[kind] >= 50, "{kind}: {cyclic:?}");
    }
}

#[test]
fn so_have_those_of_the_tests_of_paths() {
    use paths_graphs::{Shape, random_graph};
    for shape in [Shape::ACYCLIC, Shape::TIED, Shape::CYCLIC] {
        let found = census(|seed| random_graph(seed, shape));
        // Ties are kept for a shape of their own.
        for kind in ALWAYS.into_iter().filter(|&kind| shape.ties || kind != "two best paths") {
            assert!(found.get(kind).is_some_and(|&n| n >= 5), "{kind}: {found:?}");
        }
        for kind in CYCLES.into_iter().filter(|_| shape.cycles) {
            assert!(found[kind] >= 50, "{kind}: {found:?}");
        }
    }
}
