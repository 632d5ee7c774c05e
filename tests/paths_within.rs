//! Pruning to a margin against the oracle.

mod paths_graphs;

use energraph::graph::InputSite;
use energraph::paths::{PathError, within};
use energraph::{Energy, Graph, GraphBuilder, Site, oracle};
use paths_graphs::{Shape, random_graph};

fn paths(g: &Graph<Energy>) -> Vec<(Vec<Site>, f64)> {
    let all = oracle::paths(g, |w| w.wide(), oracle::Limit::default());
    all.list.into_iter().filter(|p| p.energy < f64::INFINITY).map(|p| (p.sites, p.energy)).collect()
}

#[test]
fn every_path_within_the_margin_is_kept_with_its_energy_and_every_arc_kept_lies_on_one() {
    let mut pruned = 0;
    for (k, shape) in [Shape::ACYCLIC, Shape::TIED].into_iter().cycle().take(1_200).enumerate() {
        let g = random_graph(k as u64, shape);
        let margin = (k % 7) as f64;
        let all = paths(&g);
        let best = all.iter().map(|p| p.1).fold(f64::INFINITY, f64::min);
        let near = within(&g, margin).unwrap();
        let back = |site: &Site| match *near.origin.of(*site) {
            [InputSite { input: 0, site }] => site,
            ref other => panic!("{other:?}"),
        };
        let mut kept: Vec<(Vec<Site>, f64)> =
            paths(&near.graph).into_iter().map(|(sites, e)| (sites.iter().map(back).collect(), e)).collect();
        let mut wanted: Vec<_> = all.iter().filter(|p| p.1 <= best + margin).cloned().collect();
        let order = |a: &(Vec<Site>, f64), b: &(Vec<Site>, f64)| format!("{:?}", a.0).cmp(&format!("{:?}", b.0));
        wanted.sort_by(order);
        for w in &wanted {
            assert!(kept.contains(w), "draw {k}: {w:?}");
        }
        kept.sort_by(order);
        assert!(kept.iter().all(|p| all.contains(p)), "draw {k}");
        for (arc, s, a) in near.graph.arcs_with_source() {
            assert!(a.target > s, "draw {k}: not a topological order");
            let from = back(&Site::Arc(arc));
            assert!(wanted.iter().any(|(sites, _)| sites.contains(&from)), "draw {k}: {from:?} is on no near path");
        }
        pruned += usize::from(near.graph.arc_count() < g.arc_count());
    }
    assert!(pruned > 200, "{pruned}");
}

#[test]
fn a_cycle_on_accepting_paths_is_refused() {
    let refused = (0..1_000).map(|k| within(&random_graph(k, Shape::CYCLIC), 1.0)).filter(|r| r.is_err());
    assert!(refused.inspect(|r| assert!(matches!(r, Err(PathError::Cyclic { .. })))).count() > 100);
}

#[test]
fn a_margin_below_zero_is_zero_and_an_infinite_one_keeps_every_path() {
    let mut several = 0;
    for k in 0..1_000 {
        let g = random_graph(k, if k % 2 == 0 { Shape::ACYCLIC } else { Shape::TIED });
        let best = within(&g, 0.0).unwrap().graph;
        for none in [-1.0, f64::NEG_INFINITY, f64::NAN] {
            assert_eq!(within(&g, none).unwrap().graph, best, "draw {k}, {none}");
        }
        let energies = |g: &Graph<Energy>| {
            let mut all: Vec<f64> = paths(g).iter().map(|p| p.1).collect();
            all.sort_by(f64::total_cmp);
            all
        };
        for all in [f64::INFINITY, f64::MAX] {
            let near = within(&g, all).unwrap();
            assert_eq!(energies(&near.graph), energies(&g), "draw {k}, {all}");
            // Nothing is kept that no path uses.
            let sites = || near.graph.sites().filter(|(site, _)| !near.origin.of(*site).is_empty());
            assert!(sites().all(|(_, w)| *w != Energy::IMPOSSIBLE), "draw {k}, {all}");
        }
        several += usize::from(paths(&g).len() > 1);
    }
    assert!(several > 300, "{several}");
    // A state below the start that the start does not lead to.
    let mut b = GraphBuilder::new();
    b.add_states(3);
    b.start(1);
    b.arc(0, 7, 7, Energy::FREE, 2);
    b.arc(1, 8, 8, Energy::FREE, 2);
    b.final_weight(2, Energy::FREE);
    let g = b.build().unwrap();
    assert_eq!(within(&g, f64::INFINITY).unwrap().graph, within(&g, 1.0).unwrap().graph);
}

#[test]
fn of_a_graph_without_paths_nothing_is_left() {
    let mut lone = GraphBuilder::new();
    lone.add_states(2);
    lone.start(0);
    for g in [Graph::empty(), lone.build().unwrap()] {
        assert_eq!(within(&g, f64::INFINITY).unwrap().graph, Graph::empty());
    }
}
