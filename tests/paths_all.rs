//! Every path against brute force.

mod paths_graphs;

use energraph::oracle::{self, Limit};
use energraph::paths::{PathLimit, all_paths, k_best};
use energraph::{Energy, Graph, GraphBuilder, Site};
use paths_graphs::{Shape, random_graph};

/// Accepting paths of up to so many arcs, in the oracle's order, and whether there are longer ones.
fn listed(g: &Graph<Energy>, arcs: usize) -> Option<(Vec<oracle::Path>, bool)> {
    let possible = |p: &oracle::Path| p.energy < f64::INFINITY;
    let paths = |arcs| {
        let found = oracle::paths(g, |w| w.wide(), Limit { arcs, paths: 30_000 });
        (found.list.len() < 30_000).then(|| found.list.into_iter().filter(possible).collect::<Vec<_>>())
    };
    let (short, long) = (paths(arcs)?, paths(arcs + g.states() + 1)?);
    let more = long.len() > short.len();
    Some((short, more))
}

#[test]
fn the_paths_are_those_that_brute_force_lists_in_its_order() {
    let (mut compared, mut cut) = (0, 0);
    for seed in 0..3_000 {
        let shape = [Shape::ACYCLIC, Shape::TIED, Shape::CYCLIC][seed as usize % 3];
        let g = random_graph(seed, shape);
        let arcs = if shape.cycles { seed as usize % 5 } else { seed as usize % 9 };
        let Some((expected, more)) = listed(&g, arcs) else { continue };
        let mut found = all_paths(&g, PathLimit { arcs, paths: usize::MAX });
        let all: Vec<_> = found.by_ref().collect();
        assert_eq!(all.len(), expected.len(), "{g:?}");
        for (p, e) in all.iter().zip(&expected) {
            assert_eq!((&p.input, &p.output), (&e.input, &e.output));
            assert_eq!(p.sites().collect::<Vec<Site>>(), e.sites);
            assert!((p.energy - e.energy).abs() < 1e-9);
        }
        assert_eq!(found.passed_over(), more, "{g:?}");
        assert!(found.next().is_none());
        let few: Vec<_> = all_paths(&g, PathLimit { arcs, paths: 3 }).collect();
        assert_eq!(few, all[..all.len().min(3)]);
        compared += usize::from(!all.is_empty());
        cut += usize::from(more);
    }
    assert!(compared > 1_000 && cut > 200, "{compared} {cut}");
}

#[test]
fn all_of_them_sorted_are_the_k_best() {
    for seed in 0..1_000 {
        let g = random_graph(seed, Shape::ACYCLIC);
        let mut energies: Vec<f64> = all_paths(&g, PathLimit::default()).map(|p| p.energy).collect();
        energies.sort_by(f64::total_cmp);
        let best: Vec<f64> = k_best(&g, usize::MAX).unwrap().iter().map(|p| p.energy).collect();
        assert_eq!(energies, best);
    }
}

#[test]
fn a_maze_without_an_exit_near_takes_no_time_and_deep_paths_no_stack() {
    // A long chain, and behind its end 2⁶⁰ ways on which nothing ends.
    let n = 200_000;
    let mut b = GraphBuilder::new();
    b.add_states(n + 61);
    b.start(0);
    for s in 0..n as u32 {
        b.arc(s, 1, 1, Energy::FREE, s + 1);
    }
    for s in n as u32..n as u32 + 60 {
        b.arc(s, 1, 1, Energy::FREE, s + 1);
        b.arc(s, 2, 2, Energy::FREE, s + 1);
    }
    b.final_weight(n as u32, Energy::FREE);
    let g = b.build().unwrap();
    let found: Vec<_> = all_paths(&g, PathLimit { arcs: n + 60, paths: 10 }).collect();
    assert_eq!((found.len(), found[0].arcs.len()), (1, n));
    let mut none = all_paths(&g, PathLimit { arcs: n - 1, paths: 10 });
    assert!(none.next().is_none() && none.passed_over());
    assert_eq!(all_paths(&Graph::empty(), PathLimit::default()).count(), 0);
}
