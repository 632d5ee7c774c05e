//! Pruning against listed paths and lowest energies.

mod ops_common;

use energraph::ops::{OpError, prune};
use energraph::{Energy, Graph, GraphBuilder, MinSum, Site, Weight, oracle};
use ops_common::*;

const ROUNDS: usize = 1_000;
const CYCLIC: Shape = Shape { states: 6, arcs: 12, labels: 2, epsilons: 35, cyclic: true, acceptor: false };
const NOTHING: OpError = OpError::Empty { first_unmatched: None };

#[test]
fn pruning_keeps_what_some_path_within_the_margin_uses_and_nothing_else() {
    let mut rng = Rng::new(68);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, SMALL, energy);
        let margin = rng.below(17) as f64 / 4.0;
        let found = oracle::paths(&g, |w| w.wide(), oracle::Limit { arcs: 64, paths: 100_000 });
        let best = oracle::free_energy(found.list.iter().map(|p| p.energy), f64::INFINITY);
        let near = found.list.iter().filter(|p| p.energy < f64::INFINITY && p.energy <= best + margin);
        let mut expected: Vec<Site> = near.flat_map(|p| p.sites.clone()).collect();
        expected.sort();
        expected.dedup();
        match prune(&g.lift::<MinSum<f64>>(), &MinSum::new(margin).unwrap()) {
            Ok(t) => {
                check_origin(&t, &[&g.lift::<MinSum<f64>>()]);
                assert!(is_connected(&t.graph));
                let mut kept: Vec<Site> = t.graph.sites().map(|(site, _)| t.origin.of(site)[0].site).collect();
                kept.sort();
                assert_eq!(kept, expected);
            }
            Err(e) => assert_eq!((e, expected), (NOTHING, vec![])),
        }
    }
}

/// The lowest energy of ways from each state to each, by Floyd and Warshall's algorithm.
fn ways(g: &Graph<Energy>) -> Vec<Vec<f64>> {
    let n = g.states();
    let mut d: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).map(|j| if i == j { 0.0 } else { f64::INFINITY }).collect()).collect();
    for (_, s, a) in g.arcs_with_source() {
        d[s as usize][a.target as usize] = d[s as usize][a.target as usize].min(a.weight.wide());
    }
    for k in 0..n {
        for i in 0..n {
            for j in 0..n {
                d[i][j] = d[i][j].min(d[i][k] + d[k][j]);
            }
        }
    }
    d
}

#[test]
fn pruning_of_cyclic_graphs_keeps_the_sites_whose_best_path_is_within_the_margin() {
    let (mut rng, mut kept, mut dropped) = (Rng::new(70), 0, 0);
    let positive = |rng: &mut Rng| {
        if rng.chance(4) { Energy::IMPOSSIBLE } else { Energy::new(rng.below(17) as f32 / 4.0).unwrap() }
    };
    for _ in 0..ROUNDS {
        let g = random(&mut rng, CYCLIC, positive);
        let (d, margin) = (ways(&g), rng.below(17) as f64 / 4.0);
        let ends: Vec<f64> = g.final_weights().iter().map(|w| w.wide()).collect();
        let after = |s: u32| d[s as usize].iter().zip(&ends).map(|(a, b)| a + b).fold(f64::INFINITY, f64::min);
        let before = |s: u32| g.start().map_or(f64::INFINITY, |start| d[start as usize][s as usize]);
        let best = g.start().map_or(f64::INFINITY, after);
        let arcs =
            g.arcs_with_source().map(|(id, s, a)| (Site::Arc(id), before(s) + a.weight.wide() + after(a.target)));
        let finals = (0..g.states() as u32).map(|s| (Site::Final(s), before(s) + ends[s as usize]));
        let all: Vec<(Site, f64)> = arcs.chain(finals).filter(|(_, through)| *through < f64::INFINITY).collect();
        let mut expected: Vec<Site> = all.iter().filter(|(_, e)| *e <= best + margin).map(|(site, _)| *site).collect();
        expected.sort();
        match prune(&g.lift::<MinSum<f64>>(), &MinSum::new(margin).unwrap()) {
            Ok(t) => {
                check_origin(&t, &[&g.lift::<MinSum<f64>>()]);
                assert!(is_connected(&t.graph));
                let mut found: Vec<Site> = t.graph.sites().map(|(site, _)| t.origin.of(site)[0].site).collect();
                found.sort();
                assert_eq!(found, expected, "{g:?}");
                (kept, dropped) = (kept + expected.len(), dropped + all.len() - expected.len());
            }
            Err(e) => assert_eq!((e, expected), (NOTHING, vec![])),
        }
    }
    assert!(kept > 1_000 && dropped > 500, "{kept} {dropped}");
}

#[test]
fn pruning_walks_cycles_that_cost_something() {
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    b.arc(0, 1, 1, MinSum::new(1.0_f64).unwrap(), 1);
    b.arc(1, 2, 2, MinSum::new(2.0).unwrap(), 0);
    b.arc(1, 3, 3, MinSum::new(3.5).unwrap(), 1);
    b.final_weight(1, MinSum::one());
    let g = b.build().unwrap();
    let arcs = |margin: f64| prune(&g, &MinSum::new(margin).unwrap()).unwrap().graph.arc_count();
    assert_eq!((arcs(0.0), arcs(3.0), arcs(3.5)), (1, 2, 3));
}
