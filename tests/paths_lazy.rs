//! Best paths and beams in compositions that are never built, against brute force.

mod openfst_language;
mod ops_common;

use energraph::graph::{Arc, EPSILON, InputSite};
use energraph::ops::{Budget, Compose, Filter, LazyCompose, LazyGraph, OpError, acceptor, compose};
use energraph::paths::{Heuristic, LazyPath, PathError, best_path, free_energy, lazy_best_path, lazy_within, within};
use energraph::{Beta, Energy, Graph, GraphBuilder, Label, Site, Weight, oracle};
use ops_common::*;

const ROUNDS: usize = 1_000;
const CYCLIC: Shape = Shape { states: 5, arcs: 10, cyclic: true, ..SMALL };

/// 0 to 8 in quarters, or now and then +∞.
fn positive(rng: &mut Rng) -> Energy {
    if rng.chance(4) { Energy::IMPOSSIBLE } else { Energy::new(rng.below(33) as f32 / 4.0).unwrap() }
}

/// Uniform in [−50, 50], in the digits of f32 that are there: sums of two or three are rounded.
fn ragged(rng: &mut Rng) -> Energy {
    Energy::new((rng.below(1 << 24) as f32 / (1 << 23) as f32 - 1.0) * 50.0).unwrap()
}

fn eager<W: energraph::Commutative>(a: &Graph<W>, b: &Graph<W>, filter: Filter) -> Graph<W> {
    compose(a, b, &Compose { allow_empty: true, filter, ..Compose::default() }).unwrap().graph
}

/// Energies of all accepting paths, lowest first.
fn energies(g: &Graph<Energy>) -> Vec<f64> {
    let list = oracle::paths(g, |w| w.wide(), oracle::Limit::default()).list;
    let mut e: Vec<f64> = list.iter().map(|p| p.energy).filter(|e| *e < f64::INFINITY).collect();
    e.sort_by(f64::total_cmp);
    e
}

/// The lowest energy of pairs of paths that agree in the middle.
fn lowest(graphs: &[&Graph<Energy>]) -> f64 {
    type Pair = (Vec<Label>, f64);
    let mut so_far: Vec<Pair> = oracle::paths(graphs[0], |w| w.wide(), oracle::Limit::default())
        .list
        .into_iter()
        .map(|p| (p.output, p.energy))
        .collect();
    for g in &graphs[1..] {
        let all = oracle::paths(g, |w| w.wide(), oracle::Limit::default()).list;
        let agree = |(mid, e): &Pair| -> Vec<Pair> {
            let fitting = all.iter().filter(|p| p.input == *mid);
            fitting.map(|p| (p.output.clone(), e + p.energy)).collect()
        };
        so_far = so_far.iter().flat_map(agree).collect();
    }
    so_far.into_iter().map(|(_, e)| e).fold(f64::INFINITY, f64::min)
}

/// That a path's sites are an accepting path of every input, that each writes what the next reads, and what it costs.
fn check_path(path: &LazyPath, inputs: &[&Graph<Energy>]) {
    let (mut said, mut energy) = (path.input.clone(), 0.0);
    for (input, g) in (0..).zip(inputs) {
        let sites = path.sites.iter().filter(|s| s.input == input).map(|s| s.site);
        let (mut at, mut ended, mut read, mut written) = (g.start().unwrap(), false, Vec::new(), Vec::new());
        for site in sites {
            assert!(!ended);
            match site {
                Site::Arc(id) => {
                    assert_eq!(g.source(id), Some(at));
                    let arc = &g.all_arcs()[id as usize];
                    read.extend((arc.ilabel != EPSILON).then_some(arc.ilabel));
                    written.extend((arc.olabel != EPSILON).then_some(arc.olabel));
                    (at, energy) = (arc.target, energy + arc.weight.wide());
                }
                Site::Final(s) => {
                    assert_eq!(s, at);
                    (ended, energy) = (true, energy + g.final_weight(s).wide());
                }
            }
        }
        assert!(ended);
        assert_eq!(said, read);
        said = written;
    }
    assert_eq!((said, energy), (path.output.clone(), path.energy));
}

#[test]
fn the_best_path_of_a_lazy_composition_is_that_of_the_built_one() {
    let (mut rng, mut found) = (Rng::new(201), 0);
    for round in 0..ROUNDS {
        let (a, b) = (random(&mut rng, SMALL, energy), random(&mut rng, SMALL, energy));
        let o = Compose { filter: [Filter::Sequence, Filter::Match, Filter::Trivial][round % 3], ..Compose::default() };
        let mut lazy = LazyCompose::new(&a, &b, &o);
        let ahead = Heuristic::of(&lazy).unwrap();
        let best = lazy_best_path(&mut lazy, &ahead).unwrap();
        assert_eq!(best.as_ref().map_or(f64::INFINITY, |p| p.energy), lowest(&[&a, &b]), "\n{a:?}\n{b:?}");
        if let Some(path) = &best {
            check_path(path, &[&a, &b]);
            found += 1;
            let built = best_path(&eager(&a, &b, o.filter)).unwrap().unwrap();
            assert_eq!(path.energy, built.energy);
        }
    }
    assert!(found > 200, "{found}");
}

#[test]
fn the_best_path_of_a_chain_is_the_best_agreeing_triple() {
    let (mut rng, mut found) = (Rng::new(202), 0);
    for _ in 0..2 * ROUNDS {
        let mut one = || random(&mut rng, Shape { states: 5, arcs: 14, ..SMALL }, energy);
        let (a, b, c) = (one(), one(), one());
        let o = Compose::default();
        let mut chain = LazyCompose::new(LazyCompose::new(&a, &b, &o), &c, &o);
        let ahead = Heuristic::of(&chain).unwrap();
        let best = lazy_best_path(&mut chain, &ahead).unwrap();
        assert_eq!(best.as_ref().map_or(f64::INFINITY, |p| p.energy), lowest(&[&a, &b, &c]));
        if let Some(path) = &best {
            check_path(path, &[&a, &b, &c]);
            found += 1;
        }
    }
    assert!(found > 150, "{found}");
}

#[test]
fn on_cycles_the_search_finds_the_same_with_and_without_a_heuristic_and_expands_less_with_one() {
    let (mut rng, mut found, mut blind, mut guided) = (Rng::new(203), 0, 0, 0);
    for _ in 0..ROUNDS {
        let (a, b) = (random(&mut rng, CYCLIC, positive), random(&mut rng, CYCLIC, positive));
        let built = best_path(&eager(&a, &b, Filter::Sequence)).unwrap().map(|p| p.energy);
        for with in [false, true] {
            let mut lazy = LazyCompose::new(&a, &b, &Compose::default());
            let ahead = if with { Heuristic::of(&lazy).unwrap() } else { Heuristic::none() };
            let best = lazy_best_path(&mut lazy, &ahead).unwrap();
            assert_eq!(best.as_ref().map(|p| p.energy), built);
            if let Some(path) = &best {
                check_path(path, &[&a, &b]);
                found += 1;
            }
            *(if with { &mut guided } else { &mut blind }) += lazy.touched().expanded;
        }
    }
    assert!(found > 300 && guided * 2 < blind, "{found} {guided} {blind}");
}

#[test]
fn negative_energies_on_cycles_need_a_heuristic_and_are_named_without_one() {
    let (mut rng, mut refused, mut clean, mut found, mut endless) = (Rng::new(204), 0, 0, 0, 0);
    let mostly = |rng: &mut Rng| Energy::new(rng.below(33) as f32 / 4.0 - 1.0).unwrap();
    for _ in 0..ROUNDS {
        let (a, b) = (random(&mut rng, CYCLIC, mostly), random(&mut rng, CYCLIC, mostly));
        let built = best_path(&eager(&a, &b, Filter::Sequence));
        let mut lazy = LazyCompose::new(&a, &b, &Compose::default());
        match lazy_best_path(&mut lazy, &Heuristic::none()) {
            // A negative energy that was not met on the way to an end is not known of.
            Ok(best) => {
                let any = eager(&a, &b, Filter::Sequence).sites().any(|(_, e)| e.wide() < 0.0);
                assert!(any || best.map(|p| p.energy) == built.clone().unwrap().map(|p| p.energy));
                clean += usize::from(!any);
            }
            Err(PathError::Negative { sites, energy }) => {
                let weight = |s: &InputSite| at([&a, &b][s.input as usize], s.site).wide();
                assert_eq!((sites.iter().map(weight).sum::<f64>(), energy < 0.0), (energy, true));
                refused += 1;
            }
            Err(e) => panic!("{e}"),
        }
        match Heuristic::of(&lazy) {
            Ok(ahead) => {
                let best = lazy_best_path(&mut lazy, &ahead).unwrap().map(|p| p.energy);
                assert_eq!(best, built.unwrap().map(|p| p.energy));
                found += usize::from(best.is_some());
            }
            // The product may have no such cycle.
            Err(e) => {
                assert!(matches!(e, PathError::Diverges { .. }));
                endless += 1;
            }
        }
    }
    assert!(refused > 100 && clean > 200 && found > 100 && endless > 20, "{refused} {clean} {found} {endless}");
}

#[test]
fn a_negative_end_needs_a_heuristic_too() {
    let mut b = GraphBuilder::new();
    b.add_states(3);
    b.start(0);
    b.arc(0, 1, 1, Energy::new(1.0).unwrap(), 1);
    b.arc(0, 2, 2, Energy::new(1.5).unwrap(), 2);
    b.final_weight(1, Energy::new(-0.25).unwrap());
    b.final_weight(2, Energy::new(-4.0).unwrap());
    let g = b.build().unwrap();
    let (site, mut lazy) = (InputSite { input: 0, site: Site::Final(1) }, &g);
    let refused = lazy_best_path(&mut lazy, &Heuristic::none());
    assert_eq!(refused, Err(PathError::Negative { sites: vec![site], energy: -0.25 }));
    let text = refused.unwrap_err().to_string();
    assert!(text.starts_with("an energy of -0.25 (the end in state 1 of input 0) makes the bound"), "{text}");
    let ahead = Heuristic::of(&lazy).unwrap();
    assert_eq!(lazy_best_path(&mut lazy, &ahead).unwrap().unwrap().energy, -2.5);
}

/// F of all paths, by relaxation.
fn brute(g: &Graph<Energy>, beta: Beta) -> Option<f64> {
    openfst_language::total(g, beta)
}

#[test]
fn a_beam_keeps_every_path_within_the_margin_and_loses_no_more_than_it_says() {
    let (mut rng, mut cut, mut telling, mut gone) = (Rng::new(206), 0, 0, 0.0);
    for round in 0..2 * ROUNDS {
        let (a, b) = (random(&mut rng, SMALL, energy), random(&mut rng, SMALL, energy));
        let filter = [Filter::Sequence, Filter::AlternateSequence, Filter::Match][round % 3];
        let all = eager(&a, &b, filter);
        let mut lazy = LazyCompose::new(&a, &b, &Compose { filter, ..Compose::default() });
        let ahead = Heuristic::of(&lazy).unwrap();
        let margin = rng.below(13) as f64 / 2.0;
        let beta = [Beta::ONE, Beta::finite(0.25).unwrap(), Beta::Infinite][rng.below(3) as usize];
        let pruned = lazy_within(&mut lazy, &ahead, margin, beta).unwrap();
        check_origin(&pruned.near, &[&a, &b]);
        let (near, lost) = (&pruned.near.graph, pruned.lost.expect("a bound is known for acyclic inputs"));
        assert!(is_connected(near));
        assert_eq!(pruned.lowest, lowest(&[&a, &b]));
        let (of_all, of_near) = (energies(&all), energies(near));
        let within = |e: &&f64| **e <= pruned.lowest + margin;
        assert!(of_all.iter().filter(within).eq(of_near.iter().filter(within)), "{of_all:?} {of_near:?}");
        let (full, kept) =
            (oracle::free_energy(of_all.clone(), beta.get()), oracle::free_energy(of_near.clone(), beta.get()));
        if full < f64::INFINITY {
            assert!(kept >= full - 1e-9 && kept - full <= lost + 1e-9, "{kept} {full} {lost}");
            gone += kept - full;
        }
        if of_near.len() < of_all.len() {
            cut += 1;
            telling += usize::from(lost < 1.0);
        }
    }
    assert!(cut > 200 && telling > 100 && gone > 10.0, "{cut} {telling} {gone}");
}

#[test]
fn a_margin_below_zero_is_zero_and_an_infinite_one_keeps_every_path() {
    let (mut rng, mut several) = (Rng::new(208), 0);
    for round in 0..ROUNDS {
        let (a, b) = (random(&mut rng, SMALL, energy), random(&mut rng, SMALL, energy));
        let beam = |margin: f64| {
            let mut lazy = LazyCompose::new(&a, &b, &Compose::default());
            let ahead = Heuristic::of(&lazy).unwrap();
            lazy_within(&mut lazy, &ahead, margin, Beta::ONE).unwrap()
        };
        let best = beam(0.0);
        for none in [-1.0, f64::NEG_INFINITY, f64::NAN] {
            assert_eq!(beam(none), best, "round {round}, {none}");
        }
        let (all, wanted) = (beam(f64::INFINITY), energies(&eager(&a, &b, Filter::Sequence)));
        assert_eq!((energies(&all.near.graph), all.lost), (wanted.clone(), Some(0.0)), "round {round}");
        let weights = || all.near.graph.sites().filter(|(site, _)| !all.near.origin.of(*site).is_empty());
        assert!(weights().all(|(_, w)| *w != Energy::IMPOSSIBLE), "round {round}");
        several += usize::from(wanted.len() > 1);
    }
    assert!(several > 100, "{several}");
}

#[test]
fn a_beam_on_cycles_loses_no_more_than_it_says_or_says_that_it_does_not_know() {
    let (mut rng, mut known, mut unknown) = (Rng::new(207), 0, 0);
    for _ in 0..ROUNDS {
        let (a, b) = (random(&mut rng, CYCLIC, positive), random(&mut rng, CYCLIC, positive));
        let all = eager(&a, &b, Filter::Sequence);
        let mut lazy = LazyCompose::new(&a, &b, &Compose::default());
        let ahead = Heuristic::of(&lazy).unwrap();
        let pruned = lazy_within(&mut lazy, &ahead, rng.below(9) as f64 / 2.0, Beta::ONE).unwrap();
        match (pruned.lost, brute(&all, Beta::ONE)) {
            (Some(lost), Some(full)) if full < f64::INFINITY => {
                let kept = brute(&pruned.near.graph, Beta::ONE).unwrap();
                assert!(kept >= full - 1e-6 && kept - full <= lost + 1e-6, "{kept} {full} {lost}");
                known += usize::from(lost > 0.0);
            }
            (None, _) => unknown += 1,
            _ => {}
        }
    }
    assert!(known > 100 && unknown > 20, "{known} {unknown}");
}

#[test]
fn the_bound_on_the_loss_is_sharp_where_labels_forbid_nothing() {
    let mut rng = Rng::new(208);
    let shape = Shape { epsilons: 0, ..SMALL };
    let mut any = GraphBuilder::new();
    let s = any.state();
    any.start(s);
    (1..=shape.labels as Label).for_each(|l| any.arc(s, l, l, Energy::FREE, s));
    any.final_weight(s, Energy::FREE);
    let free = any.build().unwrap();
    let mut compared = 0;
    for _ in 0..ROUNDS {
        let g = random(&mut rng, shape, energy);
        let mut lazy = &g;
        let ahead = Heuristic::of(&lazy).unwrap();
        let pruned = lazy_within(&mut lazy, &ahead, 1.0, Beta::ONE).unwrap();
        let (kept, full) = (free_energy(&pruned.near.graph, Beta::ONE).unwrap(), free_energy(&g, Beta::ONE).unwrap());
        if full < f64::INFINITY {
            assert!((kept - full - pruned.lost.unwrap()).abs() < 1e-9);
            compared += usize::from(kept - full > 1e-3);
        }
        // The loops of the other side have no sum: nothing is known where something was cut.
        let mut both = LazyCompose::new(&g, &free, &Compose::default());
        let ahead = Heuristic::of(&both).unwrap();
        let cut = lazy_within(&mut both, &ahead, 1.0, Beta::ONE).unwrap();
        assert!(cut.lost.is_none() || cut.lost == Some(0.0));
        assert_eq!(relation(&cut.near.graph), relation(&pruned.near.graph));
    }
    assert!(compared > 100, "{compared}");
}

/// Two ways of energies 0 and 3, each with an epsilon on both sides.
fn two_ways() -> (Graph<Energy>, Graph<Energy>) {
    let mut b = GraphBuilder::new();
    b.add_states(3);
    b.start(0);
    b.arc(0, 1, 0, Energy::FREE, 1);
    b.arc(1, 1, 1, Energy::FREE, 2);
    b.arc(1, 2, 1, Energy::new(3.0).unwrap(), 2);
    b.final_weight(2, Energy::FREE);
    let a = b.build().unwrap();
    (a.clone(), a.map_labels(|i, o| (o, i)))
}

#[test]
fn a_loss_that_nothing_bounds_is_unknown_and_not_zero() {
    let (a, b) = two_ways();
    let lost = |filter, none, margin, beta| {
        let mut lazy = LazyCompose::new(&a, &b, &Compose { filter, ..Compose::default() });
        let ahead = if none { Heuristic::none() } else { Heuristic::of(&lazy).unwrap() };
        lazy_within(&mut lazy, &ahead, margin, beta).unwrap().lost
    };
    assert!(lost(Filter::Sequence, false, 1.0, Beta::ONE).is_some_and(|lost| lost > 0.0));
    // Pairs of paths that are counted more than once can weigh more than both together.
    assert_eq!(lost(Filter::Trivial, false, 1.0, Beta::ONE), None);
    assert_eq!(lost(Filter::NoMatch, false, 1.0, Beta::ONE), None);
    assert_eq!(lost(Filter::Sequence, true, 1.0, Beta::ONE), None);
    // Nothing is cut, or the best path alone counts.
    assert_eq!(lost(Filter::Trivial, true, 7.0, Beta::ONE), Some(0.0));
    assert_eq!(lost(Filter::Trivial, true, 1.0, Beta::Infinite), Some(0.0));
}

#[test]
fn a_search_over_budget_says_how_good_a_path_can_still_be() {
    let (mut rng, mut stopped) = (Rng::new(209), 0);
    for _ in 0..ROUNDS {
        let (a, b) = (random(&mut rng, SMALL, energy), random(&mut rng, SMALL, energy));
        let budget = Budget { states: 1 + rng.below(6) as usize, arcs: 100 };
        let mut lazy = LazyCompose::new(&a, &b, &Compose { budget, ..Compose::default() });
        let ahead = Heuristic::of(&lazy).unwrap();
        match lazy_best_path(&mut lazy, &ahead) {
            Ok(best) => assert_eq!(best.map_or(f64::INFINITY, |p| p.energy), lowest(&[&a, &b])),
            Err(PathError::Budget { states, bound, found, .. }) => {
                assert!(states > budget.states && found.is_empty() && bound <= lowest(&[&a, &b]));
                stopped += 1;
            }
            Err(e) => panic!("{e}"),
        }
    }
    assert!(stopped > 100, "{stopped}");
}

#[test]
fn nothing_in_common_is_no_path_and_an_empty_beam_that_lost_nothing() {
    let (one, two): (Graph<Energy>, Graph<Energy>) = (acceptor(&[1]).unwrap(), acceptor(&[2]).unwrap());
    for (a, b) in [(&one, &two), (&Graph::empty(), &two), (&one, &Graph::empty())] {
        let mut lazy = LazyCompose::new(a, b, &Compose::default());
        let ahead = Heuristic::of(&lazy).unwrap();
        assert_eq!(lazy_best_path(&mut lazy, &ahead), Ok(None));
        let pruned = lazy_within(&mut lazy, &ahead, 1.0, Beta::ONE).unwrap();
        assert_eq!((pruned.near.graph, pruned.lowest, pruned.lost), (Graph::empty(), f64::INFINITY, Some(0.0)));
    }
}

#[test]
fn the_heuristic_of_other_graphs_is_refused() {
    let (one, two): (Graph<Energy>, Graph<Energy>) = (acceptor(&[1]).unwrap(), acceptor(&[2, 3]).unwrap());
    let ahead = Heuristic::of(&&two).unwrap();
    let found = lazy_best_path(&mut &one, &ahead);
    assert_eq!(found, Err(PathError::Op(OpError::Count { what: "bounds", found: 3, states: 2 })));
}

#[test]
fn chains_whose_sums_are_rounded_have_the_best_path_and_the_beam_of_the_built_one() {
    // 3 graphs · 2⁻²³ · 150, for each of at most 12 arcs and an end.
    let tolerance = 1e-3;
    let (mut rng, mut found, mut cut, mut off) = (Rng::new(210), 0, 0, 0.0_f64);
    for _ in 0..9 * ROUNDS {
        let mut one = || random(&mut rng, Shape { states: 5, arcs: 14, ..SMALL }, ragged);
        let (a, b, c) = (one(), one(), one());
        let built = eager(&eager(&a, &b, Filter::Sequence), &c, Filter::Sequence);
        let o = Compose::default();
        let mut chain = LazyCompose::new(LazyCompose::new(&a, &b, &o), &c, &o);
        let ahead = Heuristic::of(&chain).unwrap();
        let best = lazy_best_path(&mut chain, &ahead).unwrap();
        let wanted = best_path(&built).unwrap();
        assert_eq!(best.is_some(), wanted.is_some());
        let (Some(best), Some(wanted)) = (best, wanted) else { continue };
        assert!((best.energy - wanted.energy).abs() <= tolerance, "{} {}", best.energy, wanted.energy);
        let margin = rng.below(41) as f64;
        let pruned = lazy_within(&mut chain, &ahead, margin, Beta::ONE).unwrap();
        assert_eq!(pruned.lowest, best.energy);
        let (all, near) = (energies(&built), energies(&pruned.near.graph));
        let inside = |e: &&f64| **e <= wanted.energy + margin - tolerance;
        assert!(all.iter().filter(inside).eq(near.iter().filter(inside)), "{all:?} {near:?}");
        // What is left out of the beam again is what is left out of all.
        let (of_all, of_near) =
            (within(&built, margin).unwrap().graph, within(&pruned.near.graph, margin).unwrap().graph);
        assert!(energies(&of_all).iter().filter(inside).eq(energies(&of_near).iter().filter(inside)));
        let (full, kept) = (oracle::free_energy(all.clone(), 1.0), oracle::free_energy(near.clone(), 1.0));
        assert!(pruned.lost.is_some_and(|lost| kept - full <= lost + tolerance));
        off = off.max((best.energy - wanted.energy).abs());
        found += 1;
        cut += usize::from(near.len() < all.len());
    }
    assert!(found > 1_000 && cut > 100, "{found} {cut} {off}");
}

/// One path of 1s with these energies.
fn line(energies: &[f32]) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(energies.len() + 1);
    b.start(0);
    for (s, e) in (0..).zip(energies) {
        b.arc(s, 1, 1, Energy::new(*e).unwrap(), s + 1);
    }
    b.final_weight(energies.len() as u32, Energy::FREE);
    b.build().unwrap()
}

/// The best path of `(a ∘ b) ∘ c`, and the beam of margin 0, which holds it alone, against those of what is built.
fn agrees(a: &Graph<Energy>, b: &Graph<Energy>, c: &Graph<Energy>) {
    let (o, built) = (Compose::default(), eager(&eager(a, b, Filter::Sequence), c, Filter::Sequence));
    let mut chain = LazyCompose::new(LazyCompose::new(a, b, &o), c, &o);
    let ahead = Heuristic::of(&chain).unwrap();
    let wanted = best_path(&built).unwrap().unwrap().energy;
    assert_eq!(lazy_best_path(&mut chain, &ahead).unwrap().unwrap().energy, wanted);
    let pruned = lazy_within(&mut chain, &ahead, 0.0, Beta::ONE).unwrap();
    assert_eq!((pruned.lowest, energies(&pruned.near.graph)), (wanted, vec![wanted]));
}

#[test]
fn what_an_inner_composition_rounded_off_is_not_called_negative() {
    agrees(&line(&[1000.0]), &line(&[0.00003]), &line(&[-1000.0]));
    agrees(&line(&[4.0]), &line(&[0.1]), &line(&[-4.0]));
    // Bounds that cancel are rounded too.
    agrees(&line(&[0.3, 1e12]), &line(&[0.3, -1e12]), &line(&[0.1, 0.2]));
}

#[test]
fn the_beam_of_margin_zero_holds_the_best_path_though_rounding_has_its_bound_fall() {
    agrees(&line(&[0.0, 1000.0]), &line(&[0.0, 0.00003]), &line(&[0.0, -1000.0]));
    agrees(&line(&[0.0, 16_777_216.0]), &line(&[0.0, 1.0]), &line(&[0.0, 0.0]));
}

#[test]
fn what_the_range_of_energies_cuts_off_is_not_called_negative() {
    let free = |arcs: usize| line(&vec![0.0; arcs]);
    agrees(&line(&[3e38]), &line(&[3e38]), &free(1));
    agrees(&line(&[3e38, -3e38]), &line(&[3e38, -3e38]), &free(2));
    agrees(&line(&[3e38]), &line(&[3e38]), &line(&[-3e38]));
    agrees(&line(&[-3e38]), &line(&[-3e38]), &line(&[3e38]));
}

#[test]
fn without_a_heuristic_no_negative_energy_is_taken_for_rounding() {
    for e in [-1e-30, -1e-9, -1.0] {
        let (a, b) = (line(&[1e30, e]), line(&[1e30, 0.0]));
        let mut lazy = LazyCompose::new(&a, &b, &Compose::default());
        let refused = lazy_best_path(&mut lazy, &Heuristic::none());
        assert!(matches!(refused, Err(PathError::Negative { energy, .. }) if energy == f64::from(e)));
    }
}

#[test]
fn a_loss_is_unknown_where_the_range_of_energies_may_cut_sums_off() {
    // Squared, 1 costs 1e38, and 2 3 4 in exact sums 6e38 − 4e38, but nothing where either is cut off.
    let mut b = GraphBuilder::new();
    b.add_states(4);
    b.start(0);
    for (from, label, e, to) in [(0, 1, 5e37, 3), (0, 2, 0.0, 1), (1, 3, 3e38, 2), (2, 4, -2e38, 3)] {
        b.arc(from, label, label, Energy::new(e).unwrap(), to);
    }
    b.final_weight(3, Energy::FREE);
    let a = b.build().unwrap();
    let o = Compose::default();
    for beta in [Beta::Infinite, Beta::finite(1e-38).unwrap(), Beta::ONE] {
        let mut lazy = LazyCompose::new(&a, &a, &o);
        let ahead = Heuristic::of(&lazy).unwrap();
        let pruned = lazy_within(&mut lazy, &ahead, 0.0, beta).unwrap();
        let built = eager(&a, &a, Filter::Sequence);
        assert!(free_energy(&pruned.near.graph, beta).unwrap() - free_energy(&built, beta).unwrap() > 1e37);
        assert_eq!(pruned.lost, None);
        assert_eq!(lazy_within(&mut lazy, &ahead, f64::INFINITY, Beta::ONE).unwrap().lost, Some(0.0));
        let blind = lazy_within(&mut &line(&[3e38, 3e38]), &Heuristic::none(), 0.0, Beta::Infinite).unwrap();
        assert_eq!(blind.lost, Some(0.0));
    }
}

/// A graph of one's own: from state n to n + 1 for 1, and to 2 n for 2, the end at `to`; sparse numbers, no inputs.
struct Steps {
    to: u32,
    cost: Energy,
    row: Vec<Arc<Energy>>,
}

impl LazyGraph for Steps {
    type Weight = Energy;
    fn start(&self) -> Option<u32> {
        Some(1)
    }
    fn final_weight(&self, n: u32) -> Energy {
        if n == self.to { Energy::FREE } else { Energy::zero() }
    }
    fn arcs(&mut self, n: u32) -> Result<&[Arc<Energy>], OpError> {
        let arc = |label, target| Arc { ilabel: label, olabel: label, weight: self.cost, target };
        self.row = vec![arc(1, n.saturating_add(1)), arc(2, n.saturating_mul(2))];
        Ok(&self.row)
    }
}

#[test]
fn a_graph_of_ones_own_is_searched_and_its_negative_energies_are_refused() {
    let graph = |cost: f32| Steps { to: 3_000_000_000, cost: Energy::new(cost).unwrap(), row: Vec::new() };
    // 15 doublings of 2, or the like: three billion is 2 · 3 · 5⁹ · 2⁸ and has 32 binary digits, 16 of them ones.
    let ones = 3_000_000_000_u32.count_ones();
    let doublings: Vec<Label> = (0..31)
        .rev()
        .flat_map(|bit| std::iter::once(2).chain((3_000_000_000_u32 >> bit & 1 == 1).then_some(1)))
        .collect();
    assert_eq!(doublings.len() as u32, 31 + ones - 1);
    let path: Graph<Energy> = acceptor(&doublings).unwrap();
    let mut both = LazyCompose::new(&path, graph(1.0), &Compose::default());
    let ahead = Heuristic::of(&both).unwrap();
    let best = lazy_best_path(&mut both, &ahead).unwrap().unwrap();
    assert_eq!((best.energy, &best.output), (doublings.len() as f64, &doublings));
    // Its inputs say nothing of what it may lose.
    let pruned = lazy_within(&mut both, &ahead, 0.0, Beta::ONE).unwrap();
    assert_eq!((pruned.near.graph.states(), pruned.lost), (doublings.len() + 1, Some(0.0)));
    let mut both = LazyCompose::new(&path, graph(-1.0), &Compose::default());
    assert!(matches!(lazy_best_path(&mut both, &ahead), Err(PathError::Negative { energy: -1.0, .. })));
}
