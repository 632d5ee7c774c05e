//! Distances between every state and one end of the graph against brute force.

mod openfst_language;
mod paths_graphs;

use energraph::paths::{
    Beta, PathError, Queue, distances_from_start, distances_to_end, free_energy, path_sum_star, shortest_distance,
    shortest_distance_to_end, sums_from_start, sums_to_end,
};
use energraph::{Energy, Graph, GraphBuilder, LogSum, MinSum, Semiring, Star, Weight, oracle};
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
            if let Some(start) = g.start() {
                assert_eq!(before[start as usize], 0.0, "seed {seed}, β {b}");
                assert_near(after[start as usize], free_energy(&g, beta).unwrap(), 0.0, &format!("seed {seed}, β {b}"));
            }
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
            assert!(g.start() != Some(s) || before[s as usize] == 0.0, "seed {seed}");
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

/// Which of the sums there are: from the start, to the ends, over whole paths; and the same by a queue.
fn there_are<S: Star + Semiring>(g: &Graph<Energy>, lift: impl Fn(&Energy) -> S) -> [bool; 5] {
    let lift = |_, e: &Energy| lift(e);
    let diverges = |e: PathError| assert!(matches!(e, PathError::SumDiverges { .. }), "{e:?}");
    [
        sums_from_start(g, lift).map_err(diverges).is_ok(),
        sums_to_end(g, lift).map_err(diverges).is_ok(),
        path_sum_star(g, lift).map_err(diverges).is_ok(),
        shortest_distance(g, lift, Queue::auto()).map_err(diverges).is_ok(),
        shortest_distance_to_end(g, lift, Queue::auto()).map_err(diverges).is_ok(),
    ]
}

#[test]
fn a_cycle_counts_where_it_can_be_reached_or_leads_to_an_end_and_nowhere_else() {
    // From 0 to the end in 1; the cycle is at 2.
    let looped = |reached: bool, ends: bool| {
        let mut b = GraphBuilder::new();
        b.add_states(3);
        b.start(0);
        b.arc(0, 1, 1, Energy::FREE, 1);
        b.arc(2, 1, 1, Energy::new(-1.0).unwrap(), 2);
        let link = |yes| if yes { Energy::FREE } else { Energy::IMPOSSIBLE };
        b.arc(0, 1, 1, link(reached), 2);
        b.arc(2, 1, 1, link(ends), 1);
        b.final_weight(1, Energy::FREE);
        b.build().unwrap()
    };
    for (reached, ends) in [(false, false), (true, false), (false, true), (true, true)] {
        let g = looped(reached, ends);
        let exist = [!reached, !ends, !(reached && ends), !reached, !ends];
        assert_eq!(there_are(&g, |e| MinSum::<f64>::from(*e)), exist, "{reached} {ends}");
        assert_eq!(there_are(&g, |e| LogSum::<f64>::from(*e)), exist, "{reached} {ends}");
        for (found, exists) in
            [(distances_from_start(&g, Beta::Infinite), exist[0]), (distances_to_end(&g, Beta::Infinite), exist[1])]
        {
            assert_eq!(found.is_ok(), exists, "{reached} {ends}: {found:?}");
            assert!(exists || matches!(found, Err(PathError::Diverges { energy: -1.0, .. })), "{found:?}");
        }
    }
}

#[test]
fn the_empty_graph_has_no_sums_by_state_and_its_whole_is_zero() {
    let (g, lift) = (Graph::empty(), |_, e: &Energy| LogSum::<f64>::from(*e));
    assert_eq!((sums_from_start(&g, lift), sums_to_end(&g, lift)), (Ok(vec![]), Ok(vec![])));
    assert_eq!(path_sum_star(&g, lift), Ok(LogSum::zero()));
    for beta in [Beta::Infinite, Beta::ONE] {
        assert_eq!((distances_from_start(&g, beta), distances_to_end(&g, beta)), (Ok(vec![]), Ok(vec![])));
    }
}
