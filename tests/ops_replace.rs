//! Replacement of calls against a machine that walks the networks with a stack.

mod ops_common;

use std::collections::{BTreeMap, BTreeSet};

use energraph::ops::{Budget, CallLabels, OpError, Replace, acceptor, connect, from_strings, replace};
use energraph::oracle::{self, Limit};
use energraph::paths::{free_energy, posteriors};
use energraph::{Beta, Energy, Graph, GraphBuilder, Label, Site, SiteValues, Weight};
use ops_common::*;

const ROUNDS: usize = 1_500;
const NOTHING: OpError = OpError::Empty { first_unmatched: None };
/// Nonterminals are labels from here on; the last one has no graph.
const FIRST: Label = 11;
const ALL: [CallLabels; 4] = [CallLabels::Neither, CallLabels::Input, CallLabels::Output, CallLabels::Both];

type Rules = Vec<(Label, Graph<Energy>)>;

fn borrowed(rules: &Rules) -> Vec<(Label, &Graph<Energy>)> {
    rules.iter().map(|(l, g)| (*l, g)).collect()
}

/// A random graph whose arcs write nonterminals now and then.
fn rule(rng: &mut Rng, shape: Shape, calls: u64, nonterminals: std::ops::Range<Label>) -> Graph<Energy> {
    let mut g = random(rng, shape, energy);
    while !rng.chance(15) && !connect(&g).is_ok_and(|t| t.graph.arc_count() >= 2) {
        g = random(rng, shape, energy);
    }
    g.map_labels(|i, o| {
        let called = nonterminals.start + rng.below(u64::from(nonterminals.end - nonterminals.start)) as Label;
        if rng.chance(calls) { (i, called) } else { (i, o) }
    })
}

fn grammar(rng: &mut Rng, cyclic: bool, recursive: bool) -> Rules {
    let shape = Shape { states: 4, arcs: 6, labels: 2, epsilons: 20, cyclic, acceptor: false };
    let last = FIRST + 4;
    (FIRST..last - 1)
        .map(|label| {
            let from = if recursive { FIRST } else { label + 1 };
            (label, rule(rng, shape, 25, from..last))
        })
        .collect()
}

fn options(rng: &mut Rng) -> Replace {
    Replace {
        call_arc: ALL[rng.below(4) as usize],
        call_output: rng.chance(30).then_some(7),
        return_arc: ALL[rng.below(4) as usize],
        return_label: if rng.chance(50) { 9 } else { 0 },
        budget: Budget::default(),
    }
}

/// The relation of up to `most` arcs, by a machine with a stack of (graph, state to return to).
fn by_stack(rules: &Rules, root: Label, o: &Replace, most: usize) -> Option<Relation<Energy>> {
    let keeps = |l: CallLabels| match l {
        CallLabels::Neither => (false, false),
        CallLabels::Input => (true, false),
        CallLabels::Output => (false, true),
        CallLabels::Both => (true, true),
    };
    let at = |label: Label| rules.iter().position(|(l, _)| *l == label);
    #[derive(Clone)]
    struct At {
        stack: Vec<(usize, u32)>,
        graph: usize,
        state: u32,
        arcs: usize,
        read: Vec<Label>,
        written: Vec<Label>,
        weight: Energy,
    }
    let mut found: Relation<Energy> = BTreeMap::new();
    let (first, mut steps) = (at(root)?, 0);
    let mut open: Vec<At> = Vec::new();
    if let Some(state) = rules[first].1.start() {
        let (read, written) = (vec![], vec![]);
        open.push(At { stack: vec![], graph: first, state, arcs: 0, read, written, weight: Energy::one() });
    }
    let take = |from: &At, i: Label, o: Label, w: Energy| {
        let mut on = from.clone();
        on.arcs += 1;
        on.read.extend((i != 0).then_some(i));
        on.written.extend((o != 0).then_some(o));
        on.weight = on.weight.times(&w);
        on
    };
    while let Some(here) = open.pop() {
        steps += 1;
        if steps > 15_000 {
            return None;
        }
        let g = &rules[here.graph].1;
        let end = g.final_weight(here.state);
        if !end.is_zero() && here.stack.is_empty() {
            found.entry((here.read.clone(), here.written.clone())).or_default().push(here.weight.times(&end));
        }
        if here.arcs == most {
            continue;
        }
        if let (false, Some(&(graph, state))) = (end.is_zero(), here.stack.last()) {
            let (i, w) = keeps(o.return_arc);
            let label = |kept| if kept { o.return_label } else { 0 };
            let mut back = take(&here, label(i), label(w), end);
            back.stack.pop();
            (back.graph, back.state) = (graph, state);
            open.push(back);
        }
        for a in g.arcs(here.state) {
            match at(a.olabel) {
                None => {
                    let mut on = take(&here, a.ilabel, a.olabel, a.weight);
                    on.state = a.target;
                    open.push(on);
                }
                Some(called) => {
                    let Some(start) = rules[called].1.start() else { continue };
                    let (i, w) = keeps(o.call_arc);
                    let output = o.call_output.unwrap_or(a.olabel);
                    let mut on = take(&here, if i { a.ilabel } else { 0 }, if w { output } else { 0 }, a.weight);
                    on.stack.push((here.graph, a.target));
                    (on.graph, on.state) = (called, start);
                    open.push(on);
                }
            }
        }
    }
    Some(sorted(found))
}

/// Whether some accepting path needs a graph inside itself, by sets of calls of listed paths.
fn recurses(rules: &Rules, root: Label) -> bool {
    let calls: Vec<Vec<BTreeSet<usize>>> = rules
        .iter()
        .map(|(_, g)| {
            let of = |site: &Site| match site {
                Site::Arc(a) => rules.iter().position(|(l, _)| *l == g.all_arcs()[*a as usize].olabel),
                Site::Final(_) => None,
            };
            paths(g, 9).iter().map(|p| p.sites.iter().filter_map(of).collect()).collect()
        })
        .collect();
    let mut ends = vec![false; rules.len()];
    for _ in 0..rules.len() {
        for (i, all) in calls.iter().enumerate() {
            ends[i] |= all.iter().any(|c| c.iter().all(|&j| ends[j]));
        }
    }
    let first = rules.iter().position(|(l, _)| *l == root).unwrap();
    let n = rules.len();
    let mut leads = vec![vec![false; n]; n];
    for (i, all) in calls.iter().enumerate() {
        for c in all.iter().filter(|c| c.iter().all(|&j| ends[j])) {
            c.iter().for_each(|&j| leads[i][j] = true);
        }
    }
    for k in 0..n {
        for i in 0..n {
            for j in 0..n {
                leads[i][j] |= leads[i][k] && leads[k][j];
            }
        }
    }
    ends[first] && (0..n).any(|i| (i == first || leads[first][i]) && leads[i][i])
}

#[test]
fn a_call_is_a_path_of_what_it_calls() {
    let (mut rng, mut compared, mut nested) = (Rng::new(310), 0, 0);
    for _ in 0..ROUNDS {
        let cyclic = rng.chance(30);
        let rules = grammar(&mut rng, cyclic, false);
        let (o, most) = (options(&mut rng), if cyclic { 7 } else { 64 });
        let Some(expected) = by_stack(&rules, FIRST, &o, most) else { continue };
        match replace(FIRST, &borrowed(&rules), &o) {
            Ok(t) => {
                check_origin(&t, &rules.iter().map(|(_, g)| g).collect::<Vec<_>>());
                assert!(is_connected(&t.graph));
                assert_eq!(relation_up_to(&t.graph, most), expected, "{rules:?} {o:?}");
                compared += usize::from(!expected.is_empty());
                nested += usize::from(t.graph.states() > rules[0].1.states());
            }
            Err(e) => assert_eq!((e, expected.len()), (NOTHING, 0)),
        }
    }
    assert!(compared > 1_000 && nested > 200, "{compared} {nested}");
}

#[test]
fn recursion_is_refused_exactly_where_an_accepting_path_runs_through_it() {
    let (mut rng, mut refused, mut finite) = (Rng::new(311), 0, 0);
    for _ in 0..2 * ROUNDS {
        let rules = grammar(&mut rng, false, true);
        let expected = recurses(&rules, FIRST);
        match replace(FIRST, &borrowed(&rules), &Replace::epsilons()) {
            Err(OpError::Recursive { labels }) => {
                assert!(expected, "{rules:?}");
                refused += 1;
                for (i, label) in labels.iter().enumerate() {
                    let next = labels[(i + 1) % labels.len()];
                    let g = &rules.iter().find(|(l, _)| l == label).unwrap().1;
                    assert!(g.all_arcs().iter().any(|a| a.olabel == next), "{labels:?}");
                }
            }
            other => {
                assert!(!expected, "{rules:?} {other:?}");
                finite += usize::from(other.is_ok());
                let bounded = by_stack(&rules, FIRST, &Replace::epsilons(), 10);
                if let (Some(expected), Ok(t)) = (bounded, other) {
                    assert_eq!(relation_up_to(&t.graph, 10), expected);
                }
            }
        }
    }
    assert!(refused > 80 && finite > 1_000, "{refused} {finite}");
}

#[test]
fn recursion_that_nothing_accepted_runs_through_is_left_out() {
    let a: Graph<Energy> = acceptor(&[1]).unwrap();
    let endless = acceptor(&[1, 12]).unwrap();
    let either = from_strings([&[5][..], &[12, 6]]).unwrap();
    let rules = vec![(11, either.clone()), (12, endless.clone())];
    let t = replace(11, &borrowed(&rules), &Replace::default()).unwrap();
    assert_eq!(relation(&t.graph), relation(&acceptor::<Energy>(&[5]).unwrap()));
    // Not called at all.
    let rules = vec![(11, a.clone()), (12, from_strings([&[1][..], &[12]]).unwrap())];
    assert_eq!(replace(11, &borrowed(&rules), &Replace::default()).unwrap().graph, connect(&a).unwrap().graph);
    // Called, with an end of its own: a call at the end and one in the middle.
    for inner in [from_strings([&[1][..], &[1, 12]]).unwrap(), from_strings([&[1][..], &[1, 12, 2]]).unwrap()] {
        let rules = vec![(11, either.clone()), (12, inner)];
        let recursive = Err(OpError::Recursive { labels: vec![12] });
        assert_eq!(replace(11, &borrowed(&rules), &Replace::default()), recursive);
    }
    let rules = vec![(12, endless)];
    assert_eq!(replace(12, &borrowed(&rules), &Replace::default()), Err(NOTHING));
}

#[test]
fn what_makes_no_network_is_refused() {
    let g: Graph<Energy> = acceptor(&[1]).unwrap();
    let o = Replace::default();
    assert!(matches!(replace::<Energy>(11, &[], &o), Err(OpError::Nonterminal { label: 11, .. })));
    assert!(matches!(replace(11, &[(12, &g)], &o), Err(OpError::Nonterminal { label: 11, .. })));
    assert!(matches!(replace(11, &[(11, &g), (11, &g)], &o), Err(OpError::Nonterminal { label: 11, .. })));
    assert!(matches!(replace(11, &[(11, &g), (0, &g)], &o), Err(OpError::Epsilon { position: 1, .. })));
    let empty = Graph::empty();
    assert_eq!(replace(11, &[(11, &empty)], &o), Err(NOTHING));
    let calls = acceptor(&[12]).unwrap();
    assert_eq!(replace(11, &[(11, &calls), (12, &empty)], &o), Err(NOTHING));
    let nothing: Graph<Energy> = acceptor(&[]).unwrap();
    assert_eq!(relation(&replace(11, &[(11, &calls), (12, &nothing)], &Replace::epsilons()).unwrap().graph).len(), 1);
}

#[test]
fn doubling_thirty_times_stops_at_the_budget_and_shared_calls_do_not() {
    let double = |label: Label| acceptor::<Energy>(&[label, label]).unwrap();
    let mut rules: Rules = (0..30).map(|i| (100 + i, double(101 + i))).collect();
    rules.push((130, acceptor(&[1]).unwrap()));
    let small = Replace { budget: Budget { states: 10_000, arcs: 50_000 }, ..Replace::default() };
    assert!(matches!(replace(100, &borrowed(&rules), &small), Err(OpError::Budget { .. })));
    // Two parallel calls that lead to one state share a copy, at every level.
    let parallel = |label: Label| {
        let mut b = GraphBuilder::new();
        b.add_states(2);
        b.start(0);
        b.arc(0, 1, label, Energy::FREE, 1);
        b.arc(0, 2, label, Energy::FREE, 1);
        b.final_weight(1, Energy::FREE);
        b.build().unwrap()
    };
    let mut rules: Rules = (0..30).map(|i| (100 + i, parallel(101 + i))).collect();
    rules.push((130, acceptor(&[1]).unwrap()));
    assert_eq!(replace(100, &borrowed(&rules), &small).unwrap().graph.states(), 62);
}

#[test]
fn gradients_flow_back_to_every_graph() {
    let (mut rng, mut checked) = (Rng::new(312), 0);
    for _ in 0..300 {
        let rules = grammar(&mut rng, false, false);
        let Ok(t) = replace(FIRST, &borrowed(&rules), &Replace::default()) else { continue };
        if free_energy(&t.graph, Beta::ONE).unwrap() == f64::INFINITY {
            continue;
        }
        let shares = posteriors(&t.graph, Beta::ONE).unwrap();
        for (input, (_, g)) in rules.iter().enumerate() {
            let mut found = SiteValues::zeros(g);
            t.origin.pull_back(&shares, input as u32, &mut found);
            for (site, weight) in g.sites().filter(|(_, w)| w.wide() < f64::INFINITY) {
                let h = 1.0 / 64.0;
                let moved = |by: f32| {
                    let mut rules = rules.clone();
                    let add = Energy::new(weight.get() + by).unwrap();
                    rules[input].1 = g.map(|s, w| if s == site { add } else { *w });
                    let t = replace(FIRST, &borrowed(&rules), &Replace::default()).unwrap().graph;
                    let all = oracle::paths(&t, |w| w.wide(), Limit::default()).list;
                    oracle::free_energy(all.iter().map(|p| p.energy), 1.0)
                };
                let difference = (moved(h as f32) - moved(-h as f32)) / (2.0 * h);
                assert!((found.get(site) - difference).abs() < 1e-3 * (1.0 + difference.abs()), "{site:?}");
                checked += 1;
            }
        }
    }
    assert!(checked > 1_000, "{checked}");
}
