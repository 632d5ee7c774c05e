//! Results with their dead ends, against products of states and sums over paths found by hand.

mod openfst_language;
mod ops_common;

use std::collections::BTreeMap;

use energraph::graph::EPSILON;
use energraph::ops::{
    Budget, Compose, Filter, OpError, compose, connect, difference, intersect, isomorphic, remove_epsilon,
    remove_epsilon_keeping_states,
};
use energraph::semiring::Tolerance;
use energraph::{Beta, Energy, Graph, GraphBuilder, LogSum, MinSum};
use openfst_language::{sample, weight_of};
use ops_common::*;

const ROUNDS: usize = 1_000;
const NOTHING: OpError = OpError::Empty { first_unmatched: None };
const ALL: [Filter; 6] =
    [Filter::Sequence, Filter::AlternateSequence, Filter::Match, Filter::NoMatch, Filter::Trivial, Filter::Null];

/// The three kinds of move over epsilons.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Move {
    Left,
    Right,
    Both,
}

/// The filter's state after a move, as OpenFst's filters say: of each side whether a state has epsilons there, and
/// whether it has nothing else and is no end.
fn after(filter: Filter, state: u32, m: Move, l: (bool, bool), r: (bool, bool)) -> Option<u32> {
    let block = |(some, all): (bool, bool), to| (!all).then_some(if some { to } else { 0 });
    let kept = |(some, all): (bool, bool), to| if some { (!all).then_some(to) } else { Some(0) };
    match (filter, m) {
        (Filter::Null, _) => (m == Move::Both).then_some(0),
        (Filter::Trivial, _) => Some(0),
        (Filter::NoMatch, _) => (m != Move::Both).then_some(0),
        (Filter::Sequence, Move::Left) => (state == 0).then_some(0),
        (Filter::Sequence, Move::Right) => block(l, 1),
        (Filter::AlternateSequence, Move::Right) => (state == 0).then_some(0),
        (Filter::AlternateSequence, Move::Left) => block(r, 1),
        (Filter::Match, Move::Both) => (state == 0).then_some(0),
        (Filter::Match, Move::Left) if state == 0 => kept(r, 1),
        (Filter::Match, Move::Right) if state == 0 => kept(l, 2),
        (Filter::Match, Move::Left) => (state == 1).then_some(1),
        (Filter::Match, Move::Right) => (state == 2).then_some(2),
        _ => None,
    }
}

/// All that is reached from the pair of starts.
fn product_of(a: &Graph<Energy>, b: &Graph<Energy>, filter: Filter) -> Graph<Energy> {
    let (Some(x), Some(y)) = (a.start(), b.start()) else { return Graph::empty() };
    let mut numbers = BTreeMap::from([((x, y, 0), 0)]);
    let mut list = vec![(x, y, 0)];
    let mut out = GraphBuilder::new();
    out.state();
    out.start(0);
    let mut next = 0;
    while let Some(&(l, r, f)) = list.get(next) {
        let of = |some: usize, all: usize, is_final: bool| (some > 0, some == all && !is_final);
        let written = a.arcs(l).iter().filter(|a| a.olabel == EPSILON).count();
        let read = b.arcs(r).iter().filter(|b| b.ilabel == EPSILON).count();
        let left = of(written, a.arcs(l).len(), a.is_final(l));
        let right = of(read, b.arcs(r).len(), b.is_final(r));
        let mut arcs = Vec::new();
        for p in a.arcs(l) {
            if p.olabel == EPSILON
                && let Some(f) = after(filter, f, Move::Left, left, right)
            {
                arcs.push((p.ilabel, EPSILON, p.weight, (p.target, r, f)));
            }
            for q in b.arcs(r).iter().filter(|q| q.ilabel == p.olabel) {
                let to = if p.olabel == EPSILON { after(filter, f, Move::Both, left, right) } else { Some(0) };
                if let Some(f) = to {
                    arcs.push((p.ilabel, q.olabel, product_weight(p.weight, q.weight), (p.target, q.target, f)));
                }
            }
        }
        for q in b.arcs(r).iter().filter(|q| q.ilabel == EPSILON) {
            if let Some(f) = after(filter, f, Move::Right, left, right) {
                arcs.push((EPSILON, q.olabel, q.weight, (l, q.target, f)));
            }
        }
        for (i, o, w, to) in arcs {
            let number = *numbers.entry(to).or_insert_with(|| {
                list.push(to);
                out.state()
            });
            out.arc(next as u32, i, o, w, number);
        }
        out.final_weight(next as u32, product_weight(a.final_weight(l), b.final_weight(r)));
        next += 1;
    }
    out.build().unwrap()
}

fn product_weight(a: Energy, b: Energy) -> Energy {
    energraph::Weight::times(&a, &b)
}

fn assert_isomorphic(a: &Graph<Energy>, b: &Graph<Energy>, what: &str) {
    assert_eq!(isomorphic(a, b, Tolerance::EXACT, Budget::default()), Ok(true), "{what} {a:?} {b:?}");
}

#[test]
fn with_dead_ends_a_composition_is_all_that_is_reached_and_without_them_its_part_on_paths() {
    let (mut rng, mut dead, mut nothing) = (Rng::new(901), 0, 0);
    for round in 0..ROUNDS {
        let shape = Shape { states: 4, arcs: 7, epsilons: 50, cyclic: round % 2 == 0, ..SMALL };
        let (a, b) = (random(&mut rng, shape, energy), random(&mut rng, shape, energy));
        for filter in ALL {
            let o = Compose { filter, dead_ends: true, ..Compose::default() };
            let all = match compose(&a, &b, &o) {
                Ok(all) => all,
                Err(e) => {
                    assert!(e == NOTHING && (a.start().is_none() || b.start().is_none()));
                    continue;
                }
            };
            check_origin(&all, &[&a, &b]);
            assert_isomorphic(&all.graph, &product_of(&a, &b, filter), &format!("{filter:?} {a:?} {b:?}"));
            match (compose(&a, &b, &Compose { dead_ends: false, ..o }), connect(&all.graph)) {
                (Ok(part), Ok(connected)) => {
                    assert_eq!(part.graph, connected.graph, "{filter:?}");
                    dead += usize::from(part.graph.states() < all.graph.states());
                }
                (part, connected) => {
                    assert!(matches!(part, Err(OpError::Empty { .. })) && connected.is_err());
                    nothing += 1;
                }
            }
        }
    }
    assert!(dead > 150 && nothing > 500, "{dead} {nothing}");
}

#[test]
fn looking_ahead_leaves_dead_ends_out_but_no_path() {
    let (mut rng, mut fewer) = (Rng::new(902), 0);
    for _ in 0..ROUNDS {
        let (a, b) = (random(&mut rng, SMALL, energy), random(&mut rng, SMALL, energy));
        let o = Compose { dead_ends: true, ..Compose::default() };
        let (Ok(all), Ok(ahead)) = (compose(&a, &b, &o), compose(&a, &b, &Compose { look_ahead: true, ..o })) else {
            continue;
        };
        assert_eq!(relation(&all.graph), relation(&ahead.graph));
        assert!(ahead.graph.states() <= all.graph.states());
        fewer += usize::from(ahead.graph.states() < all.graph.states());
    }
    assert!(fewer > 200, "{fewer}");
}

#[test]
fn intersections_and_differences_have_the_same_paths_with_dead_ends() {
    let (mut rng, mut dead, mut nothing) = (Rng::new(903), 0, 0);
    let shape = Shape { acceptor: true, ..SMALL };
    let o = Compose { dead_ends: true, ..Compose::default() };
    let trimmed = Compose { allow_empty: true, ..Compose::default() };
    for _ in 0..ROUNDS {
        let (a, b) = (random(&mut rng, shape, energy), random(&mut rng, shape, energy));
        for op in [intersect, difference] {
            let Ok(all) = op(&a, &b, &o) else {
                assert!(a.start().is_none() || b.start().is_none());
                continue;
            };
            let part = op(&a, &b, &trimmed).unwrap();
            assert_eq!(relation(&all.graph), relation(&part.graph));
            if part.graph.start().is_none() {
                nothing += 1;
            } else {
                assert_eq!(connect(&all.graph).unwrap().graph, part.graph);
                dead += usize::from(part.graph.states() < all.graph.states());
            }
        }
    }
    assert!(dead > 200 && nothing > 200, "{dead} {nothing}");
}

#[test]
fn from_every_state_pairs_weigh_without_epsilons_what_they_weighed_with_them() {
    let (mut rng, mut compared, mut refused) = (Rng::new(904), 0, 0);
    let shape = Shape { states: 4, arcs: 8, epsilons: 60, cyclic: true, ..SMALL };
    for _ in 0..ROUNDS {
        let g = random(&mut rng, shape, |rng| Energy::new(rng.below(33) as f32 / 4.0 - 0.5).unwrap());
        for beta in [Beta::Infinite, Beta::ONE] {
            let result = match beta {
                Beta::Infinite => remove_epsilon_keeping_states(&g.lift::<MinSum<f64>>()).map(|g| g.lower()),
                Beta::Finite(_) => remove_epsilon_keeping_states(&g.lift::<LogSum<f64>>()).map(|g| g.lower()),
            };
            let short: Graph<Energy> = match result {
                Ok(short) => short,
                Err(OpError::Diverges { states, .. }) => {
                    let leads = leads(&g);
                    assert!(states.iter().all(|&s| leads[s as usize][s as usize]), "{states:?} {g:?}");
                    refused += 1;
                    continue;
                }
                Err(e) => {
                    assert!(e == NOTHING && g.start().is_none());
                    continue;
                }
            };
            assert_eq!((short.states(), short.start()), (g.states(), g.start()));
            assert!(short.all_arcs().iter().all(|a| (a.ilabel, a.olabel) != (EPSILON, EPSILON)));
            for s in 0..g.states() as u32 {
                let mut arcs: Vec<_> = short.arcs(s).iter().map(|a| (a.ilabel, a.olabel, a.target)).collect();
                arcs.sort_unstable();
                assert!(arcs.windows(2).all(|two| two[0] != two[1]), "{g:?}");
                let [g, short] = [&g, &short].map(|g| g.starting_at(s).unwrap());
                for strings in sample(&g, 4).into_iter().chain(sample(&short, 4)) {
                    let (x, y) = (weight_of(&g, &strings, beta), weight_of(&short, &strings, beta));
                    assert!((x - y).abs() < 1e-4 || x == y, "{s} {strings:?} {x} {y} {g:?}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 5_000 && refused > 50, "{compared} {refused}");
}

#[test]
fn the_part_on_paths_of_what_keeps_its_states_is_what_does_not() {
    let mut rng = Rng::new(905);
    let shape = Shape { epsilons: 60, ..SMALL };
    for _ in 0..ROUNDS {
        let g = random(&mut rng, shape, energy).lift::<MinSum<f64>>();
        let Ok(all) = remove_epsilon_keeping_states(&g) else {
            assert!(g.start().is_none());
            continue;
        };
        let [all, short] = [Ok(all), remove_epsilon(&g)].map(|g| g.map_or(Graph::empty(), |g| g.lower()));
        assert_alike_pairs(&pairs(&all, f64::INFINITY), &pairs(&short, f64::INFINITY));
        let states = connect(&all).map_or(0, |t| t.graph.states());
        assert_eq!(states, short.states());
    }
    let one: Graph<MinSum<f64>> = energraph::ops::acceptor(&[]).unwrap();
    assert_eq!(remove_epsilon_keeping_states(&one), Ok(one));
}
