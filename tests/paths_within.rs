//! Pruning to a margin against the oracle.

mod paths_graphs;

use energraph::graph::InputSite;
use energraph::paths::{PathError, within};
use energraph::{Graph, Site, oracle};
use paths_graphs::{Shape, random_graph};

fn paths(g: &Graph<energraph::Energy>) -> Vec<(Vec<Site>, f64)> {
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
        for arc in 0..near.graph.arc_count() as u32 {
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
