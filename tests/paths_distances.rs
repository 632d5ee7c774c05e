//! Distances between every state and one end of the graph against brute force.

mod openfst_language;
mod paths_graphs;

use energraph::paths::{
    Beta, PathError, distances_from_start, distances_to_end, path_sum_star, sums_from_start, sums_to_end,
};
use energraph::{Energy, Graph, GraphBuilder, LogSum, oracle};
use openfst_language::total;
use paths_graphs::{Shape, all_paths, assert_near, random_graph};

/// The graph that starts in one state.
fn from(g: &Graph<Energy>, start: u32) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(g.states());
    b.start(start);
    g.arcs_with_source().for_each(|(_, s, a)| b.arc(s, a.ilabel, a.olabel, a.weight, a.target));
    (0..).zip(g.final_weights()).for_each(|(s, &w)| b.final_weight(s, w));
    b.build().unwrap()
}

/// The graph that ends in one state, for nothing.
fn to(g: &Graph<Energy>, end: u32) -> Graph<Energy> {
    g.map(|site, &w| match site {
        energraph::Site::Final(s) if s == end => Energy::FREE,
        energraph::Site::Final(_) => Energy::IMPOSSIBLE,
        energraph::Site::Arc(_) => w,
    })
}

#[test]
fn distances_are_free_energies_of_the_paths_to_and_from_each_state() {
    let mut finite = 0;
    for seed in 0..1_000 {
        let g = random_graph(seed, [Shape::ACYCLIC, Shape::TIED][seed as usize % 2]);
        for b in [f64::INFINITY, 1.0, 0.25] {
            let beta = if b == f64::INFINITY { Beta::Infinite } else { Beta::finite(b).unwrap() };
            let (before, after) = (distances_from_start(&g, beta).unwrap(), distances_to_end(&g, beta).unwrap());
            assert_eq!((before.len(), after.len()), (g.states(), g.states()));
            for s in 0..g.states() as u32 {
                let sum = |g: &Graph<Energy>| oracle::free_energy(all_paths(g, 64).iter().map(|p| p.energy), b);
                assert_near(before[s as usize], sum(&to(&g, s)), 1e-12, &format!("seed {seed}, β {b}, to {s}"));
                assert_near(after[s as usize], sum(&from(&g, s)), 1e-12, &format!("seed {seed}, β {b}, from {s}"));
                finite += usize::from(before[s as usize] < f64::INFINITY);
            }
        }
    }
    assert!(finite > 5_000, "{finite}");
}

/// Whether a cycle of arcs of finite energy can be reached from the start, or an end from it.
fn has_cycle(g: &Graph<Energy>, to_end: bool) -> bool {
    let n = g.states();
    let mut leads = vec![vec![false; n]; n];
    let possible = g.arcs_with_source().filter(|(_, _, a)| a.weight != Energy::IMPOSSIBLE);
    possible.for_each(|(_, s, a)| leads[s as usize][a.target as usize] = true);
    for k in 0..n {
        for i in 0..n {
            for j in 0..n {
                leads[i][j] |= leads[i][k] && leads[k][j];
            }
        }
    }
    let start = g.start().map(|s| s as usize);
    let ends = |s: usize| g.is_final(s as u32) || (0..n).any(|t| leads[s][t] && g.is_final(t as u32));
    let reached = |s: usize| start == Some(s) || start.is_some_and(|start| leads[start][s]);
    (0..n).any(|s| leads[s][s] && if to_end { ends(s) } else { reached(s) })
}

#[test]
fn with_cycles_minima_and_star_sums_are_found_and_other_sums_refused() {
    let (mut refused, mut compared) = (0, 0);
    for seed in 0..1_000 {
        let g = random_graph(seed, Shape::CYCLIC);
        let (before, after) =
            (distances_from_start(&g, Beta::Infinite).unwrap(), distances_to_end(&g, Beta::Infinite).unwrap());
        for s in 0..g.states() as u32 {
            // Energies are not negative: a best path visits no state twice.
            let lowest = |g: &Graph<Energy>| total(g, Beta::Infinite).unwrap();
            assert_near(before[s as usize], lowest(&to(&g, s)), 1e-12, &format!("seed {seed}, to {s}"));
            assert_near(after[s as usize], lowest(&from(&g, s)), 1e-12, &format!("seed {seed}, from {s}"));
        }
        for (to_end, found) in [(false, distances_from_start(&g, Beta::ONE)), (true, distances_to_end(&g, Beta::ONE))] {
            let cyclic = has_cycle(&g, to_end);
            assert_eq!(matches!(found, Err(PathError::Cyclic { .. })), cyclic, "seed {seed}: {found:?} {g:?}");
            assert!(cyclic || found.is_ok());
            refused += usize::from(cyclic);
        }
        let lift = |_, e: &Energy| LogSum::<f64>::from(*e);
        if let (Ok(before), Ok(after)) = (sums_from_start(&g, lift), sums_to_end(&g, lift)) {
            for s in 0..g.states() as u32 {
                let near = |a: f64, g: &Graph<Energy>| {
                    let b = total(g, Beta::ONE).unwrap();
                    assert_near(a, b, 1e-6, &format!("seed {seed}, {s}"));
                };
                near(before[s as usize].get(), &to(&g, s));
                near(after[s as usize].get(), &from(&g, s));
                compared += 1;
            }
            assert!(path_sum_star(&g, lift).is_ok());
        }
    }
    assert!(refused > 500 && compared > 500, "{refused} {compared}");
}
