//! Pruning against listed paths and lowest energies.

mod ops_common;

use energraph::ops::{OpError, prune, prune_states};
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

/// A weight that no two paths share.
fn odd(rng: &mut Rng) -> Energy {
    if rng.chance(6) { Energy::IMPOSSIBLE } else { Energy::new(rng.below(1 << 20) as f32 / 65_536.0).unwrap() }
}

/// The states and sites that stay, step by step as the contract says: each time all distances between the states that
/// were met anew.
fn first_met(g: &Graph<Energy>, margin: f64, most: usize) -> (Vec<u32>, Vec<Site>) {
    let (n, d) = (g.states(), ways(g));
    let after =
        |s: u32| (0..n).map(|t| d[s as usize][t] + g.final_weight(t as u32).wide()).fold(f64::INFINITY, f64::min);
    let Some(start) = g.start().filter(|&s| after(s) < f64::INFINITY && most > 0) else { return (vec![], vec![]) };
    let limit = after(start) + margin;
    let (mut met, mut taken, mut kept) = (vec![start], Vec::new(), Vec::new());
    let before = |met: &[u32], taken: &[u32], s: u32| {
        let mut far = vec![f64::INFINITY; n];
        far[start as usize] = 0.0;
        for _ in 0..n {
            for (_, s, a) in g.arcs_with_source().filter(|(_, s, a)| taken.contains(s) && met.contains(&a.target)) {
                let through = far[s as usize] + a.weight.wide();
                if through + after(a.target) <= limit {
                    far[a.target as usize] = far[a.target as usize].min(through);
                }
            }
        }
        far[s as usize]
    };
    while met.len() > taken.len() {
        let through = |s: u32| before(&met, &taken, s) + after(s);
        let open = met.iter().copied().filter(|s| !taken.contains(s));
        // Of equal ones, which are those without a way to an end, the first.
        let next = open.reduce(|a, b| if through(b) < through(a) { b } else { a }).unwrap();
        let here = before(&met, &taken, next);
        taken.push(next);
        for (id, a) in g.arc_ids(next).zip(g.arcs(next)) {
            if here + a.weight.wide() + after(a.target) <= limit {
                kept.push((Site::Arc(id), a.target));
                if !met.contains(&a.target) && met.len() < most {
                    met.push(a.target);
                }
            }
        }
        if here + g.final_weight(next).wide() <= limit && g.is_final(next) {
            kept.push((Site::Final(next), next));
        }
    }
    let mut sites: Vec<Site> = kept.into_iter().filter(|(_, t)| met.contains(t)).map(|(site, _)| site).collect();
    sites.sort();
    met.sort();
    (met, sites)
}

#[test]
fn pruning_to_so_many_states_keeps_those_that_the_best_paths_meet_first() {
    let (mut rng, mut sizes) = (Rng::new(71), [0; 8]);
    for round in 0..2 * ROUNDS {
        let g = random(&mut rng, Shape { states: 9, arcs: 24, cyclic: round % 2 == 0, ..CYCLIC }, odd);
        let most = rng.below(8) as usize;
        let margin = if rng.chance(3) { f64::INFINITY } else { rng.below(1 << 20) as f64 / 65_536.0 + 1e-4 };
        let (states, expected) = first_met(&g, margin, most);
        match prune_states(&g.lift::<MinSum<f64>>(), &MinSum::new(margin).unwrap(), most) {
            Ok(t) => {
                check_origin(&t, &[&g.lift::<MinSum<f64>>()]);
                let mut found: Vec<Site> = t.graph.sites().map(|(site, _)| t.origin.of(site)[0].site).collect();
                found.sort();
                assert_eq!((t.graph.states(), found), (states.len(), expected), "{most} {margin} {g:?}");
                sizes[states.len()] += 1;
            }
            Err(e) => assert_eq!((e, states.len()), (NOTHING, 0), "{most} {margin} {g:?}"),
        }
    }
    assert!(sizes[1..5].iter().all(|n| *n > 50), "{sizes:?}");
}

#[test]
fn no_states_of_nothing_and_none_within_a_margin_below_1() {
    let one = |x: f64| MinSum::new(x).unwrap();
    let empty = Graph::<MinSum<f64>>::empty();
    assert_eq!(prune_states(&empty, &one(1.0), 3).map(|t| t.graph), Err(NOTHING));
    let mut b = GraphBuilder::new();
    b.add_states(1);
    b.start(0);
    b.final_weight(0, one(2.0));
    let g = b.build().unwrap();
    assert_eq!(prune_states(&g, &one(0.0), 1).unwrap().graph, g);
    assert_eq!(prune_states(&g, &one(0.0), 0).map(|t| t.graph), Err(NOTHING));
    assert_eq!(prune_states(&g, &one(-1.0), 1).map(|t| t.graph), Err(NOTHING));
}
