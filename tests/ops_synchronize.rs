//! Synchronisation against listed paths.

mod ops_common;

use energraph::ops::{Budget, OpError, connect, synchronize};
use energraph::oracle::Path;
use energraph::{Energy, Graph, GraphBuilder, Label, Site, Traced};
use ops_common::*;

const ROUNDS: usize = 2_000;
const CYCLIC: Shape = Shape { states: 4, arcs: 6, labels: 2, epsilons: 25, cyclic: true, acceptor: false };
const NOTHING: OpError = OpError::Empty { first_unmatched: None };

/// Pairs of labels along a path, epsilon arcs left out.
fn pairs(g: &Graph<Energy>, p: &Path) -> Vec<(Label, Label)> {
    let arc = |site: &Site| match site {
        Site::Arc(a) => g.all_arcs().get(*a as usize).map(|a| (a.ilabel, a.olabel)),
        Site::Final(_) => None,
    };
    p.sites.iter().filter_map(arc).filter(|l| *l != (0, 0)).collect()
}

/// Each label stands beside its partner, and labels without one come at the end.
fn assert_aligned(t: &Traced<Energy>, all: &[Path]) {
    for p in all {
        let expected: Vec<(Label, Label)> = (0..p.input.len().max(p.output.len()))
            .map(|i| (p.input.get(i).copied().unwrap_or(0), p.output.get(i).copied().unwrap_or(0)))
            .collect();
        assert_eq!(pairs(&t.graph, p), expected);
    }
}

/// Sites of a path by where they came from.
fn sites_before(t: &Traced<Energy>, p: &Path) -> Vec<Site> {
    p.sites.iter().flat_map(|s| t.origin.of(*s).into_iter().map(|from| from.site)).collect()
}

#[test]
fn each_path_stays_with_its_labels_side_by_side() {
    let (mut rng, mut compared, mut moved) = (Rng::new(320), 0, 0);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, SMALL, energy);
        match synchronize(&g, Budget::default()) {
            Ok(t) => {
                check_origin(&t, &[&g]);
                assert!(is_connected(&t.graph));
                assert_eq!(relation(&t.graph), relation(&g));
                let all = paths(&t.graph, 64);
                assert_aligned(&t, &all);
                let mut before: Vec<_> = paths(&g, 64).into_iter().map(|p| p.sites).collect();
                let mut after: Vec<_> = all.iter().map(|p| sites_before(&t, p)).collect();
                before.sort();
                after.sort();
                assert_eq!(before, after);
                compared += 1;
                moved +=
                    usize::from(paths(&g, 64).iter().any(|p| pairs(&g, p).len() > p.input.len().max(p.output.len())));
            }
            Err(e) => assert_eq!((e, relation(&g).len()), (NOTHING, 0)),
        }
    }
    assert!(compared > 1_000 && moved > 100, "{compared} {moved}");
}

/// Whether some simple cycle on an accepting path reads more or fewer labels than it writes.
fn is_unbounded(g: &Graph<Energy>) -> bool {
    let Ok(part) = connect(g) else { return false };
    let g = part.graph;
    fn walk(g: &Graph<Energy>, first: u32, at: u32, seen: &mut Vec<u32>, delay: i64) -> bool {
        g.arcs(at).iter().any(|a| {
            let there = delay + i64::from(a.ilabel != 0) - i64::from(a.olabel != 0);
            if a.target == first {
                return there != 0;
            }
            if seen.contains(&a.target) {
                return false;
            }
            seen.push(a.target);
            let found = walk(g, first, a.target, seen, there);
            seen.pop();
            found
        })
    }
    (0..g.states() as u32).any(|s| walk(&g, s, s, &mut vec![s], 0))
}

#[test]
fn cycles_are_refused_exactly_where_they_read_more_or_less_than_they_write() {
    let (mut rng, mut compared, mut refused) = (Rng::new(321), 0, 0);
    for _ in 0..5_000 {
        let g = random(&mut rng, CYCLIC, energy);
        match synchronize(&g, Budget::default()) {
            Ok(t) => {
                assert!(!is_unbounded(&g), "{g:?}");
                check_origin(&t, &[&g]);
                assert!(is_connected(&t.graph));
                let most = 6;
                let (Some(before), Some(after)) = (few_paths(&g, most), few_paths(&t.graph, 2 * most)) else {
                    continue;
                };
                assert_aligned(&t, &after);
                // Arcs that empty what is left are not arcs of the argument.
                let arcs = |sites: &[Site]| sites.iter().filter(|s| matches!(s, Site::Arc(_))).count();
                let mut before: Vec<_> = before.into_iter().map(|p| (p.input, p.output, p.sites)).collect();
                let mut after: Vec<_> = after
                    .into_iter()
                    .map(|p| (p.input.clone(), p.output.clone(), sites_before(&t, &p)))
                    .filter(|(_, _, sites)| arcs(sites) <= most)
                    .collect();
                before.sort();
                after.sort();
                assert_eq!(before, after);
                compared += 1;
            }
            Err(OpError::Delay { states }) => {
                assert!(is_unbounded(&g), "{g:?}");
                assert!(states.iter().all(|&s| (s as usize) < g.states()));
                refused += 1;
            }
            Err(e) => assert!(e == NOTHING && connect(&g).is_err()),
        }
    }
    assert!(compared > 1_000 && refused > 300, "{compared} {refused}");
}

#[test]
fn the_component_without_bounds_is_named_by_the_states_of_the_argument() {
    let mut b = GraphBuilder::new();
    b.add_states(5);
    b.start(4);
    for (s, i, o, t) in [(4, 1, 1, 1), (1, 1, 1, 3), (3, 2, 0, 1), (0, 1, 0, 0), (2, 1, 0, 2), (4, 1, 1, 2)] {
        b.arc(s, i, o, Energy::FREE, t);
    }
    b.final_weight(1, Energy::FREE);
    let found = synchronize(&b.build().unwrap(), Budget::default());
    // State 0 is never reached and state 2 leads nowhere.
    assert_eq!(found, Err(OpError::Delay { states: vec![1, 3] }));
}

#[test]
fn a_long_delay_stops_at_the_budget() {
    // n labels are read before n are written: n²/2 and more labels wait in all.
    let n = 2_000;
    let mut b = GraphBuilder::new();
    b.add_states(2 * n + 1);
    b.start(0);
    for s in 0..2 * n as u32 {
        let reads = s < n as u32;
        b.arc(s, u32::from(reads), u32::from(!reads), Energy::FREE, s + 1);
    }
    b.final_weight(2 * n as u32, Energy::FREE);
    let g = b.build().unwrap();
    let small = Budget { states: 100_000, arcs: 1_000_000 };
    assert!(matches!(synchronize(&g, small), Err(OpError::Budget { .. })));
    assert_eq!(synchronize(&g, Budget::default()).unwrap().graph.states(), 2 * n + 1);
    let empty: Graph<Energy> = Graph::empty();
    assert_eq!(synchronize(&empty, small), Err(NOTHING));
}
