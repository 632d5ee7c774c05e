//! Isomorphism against every renumbering.

mod ops_common;

use energraph::graph::Arc;
use energraph::ops::{Budget, OpError, acceptor, isomorphic};
use energraph::semiring::Tolerance;
use energraph::{Energy, Graph, GraphBuilder};
use ops_common::*;

const ROUNDS: usize = 1_500;
const SHAPE: Shape = Shape { states: 5, arcs: 9, labels: 1, epsilons: 20, cyclic: true, acceptor: true };
const NEAR: Tolerance = Tolerance { absolute: 0.3, relative: 0.0 };

fn same(a: &Graph<Energy>, b: &Graph<Energy>, t: Tolerance) -> bool {
    isomorphic(a, b, t, Budget::default()).unwrap()
}

fn shuffled(rng: &mut Rng, n: usize) -> Vec<u32> {
    let mut list: Vec<u32> = (0..n as u32).collect();
    for i in (1..n).rev() {
        list.swap(i, rng.below(i as u64 + 1) as usize);
    }
    list
}

/// Other numbers, another order of arcs, and weights moved by `jitter`.
fn renumbered(rng: &mut Rng, g: &Graph<Energy>, mut jitter: impl FnMut(&mut Rng) -> f32) -> Graph<Energy> {
    let Some(start) = g.start() else { return Graph::empty() };
    let name = shuffled(rng, g.states());
    let mut b = GraphBuilder::new();
    b.add_states(g.states());
    b.start(name[start as usize]);
    let arcs: Vec<_> = g.arcs_with_source().collect();
    for i in shuffled(rng, arcs.len()) {
        let (_, s, a) = arcs[i as usize];
        let weight = Energy::new(a.weight.get() + jitter(rng)).unwrap();
        b.arc(name[s as usize], a.ilabel, a.olabel, weight, name[a.target as usize]);
    }
    for s in 0..g.states() as u32 {
        b.final_weight(name[s as usize], Energy::new(g.final_weight(s).get() + jitter(rng)).unwrap());
    }
    b.build().unwrap()
}

fn reached(g: &Graph<Energy>) -> Vec<u32> {
    let mut found: Vec<u32> = g.start().into_iter().collect();
    for _ in 0..g.states() {
        for (_, s, a) in g.arcs_with_source() {
            if found.contains(&s) && !found.contains(&a.target) {
                found.push(a.target);
            }
        }
    }
    found
}

/// Whether arcs can be paired one to one, by trying every way.
fn pair_up(a: &[Arc<Energy>], b: &[Arc<Energy>], to: impl Fn(u32) -> u32 + Copy, t: Tolerance) -> bool {
    let Some((first, rest)) = a.split_first() else { return b.is_empty() };
    (0..b.len()).any(|i| {
        let o = &b[i];
        let fits = (first.ilabel, first.olabel, to(first.target)) == (o.ilabel, o.olabel, o.target)
            && t.admits(first.weight.wide(), o.weight.wide());
        fits && pair_up(rest, &[&b[..i], &b[i + 1..]].concat(), to, t)
    })
}

fn permutations(list: &[u32]) -> Vec<Vec<u32>> {
    if list.is_empty() {
        return vec![vec![]];
    }
    let mut all = Vec::new();
    for i in 0..list.len() {
        let rest = [&list[..i], &list[i + 1..]].concat();
        all.extend(permutations(&rest).into_iter().map(|p| [&[list[i]], &p[..]].concat()));
    }
    all
}

/// By every renumbering.
fn by_force(a: &Graph<Energy>, b: &Graph<Energy>, t: Tolerance) -> bool {
    let (p, q) = (reached(a), reached(b));
    p.len() == q.len()
        && permutations(&q).iter().any(|q| {
            let to = |s: u32| p.iter().position(|&x| x == s).map_or(u32::MAX, |i| q[i]);
            p.first().is_none_or(|_| a.start().map(to) == b.start())
                && p.iter().all(|&s| {
                    t.admits(a.final_weight(s).wide(), b.final_weight(to(s)).wide())
                        && a.arcs(s).len() == b.arcs(to(s)).len()
                        && pair_up(a.arcs(s), b.arcs(to(s)), to, t)
                })
        })
}

/// Few weights, so that much looks alike.
fn coarse(rng: &mut Rng) -> Energy {
    Energy::new(rng.below(2) as f32).unwrap()
}

/// Rings behind arcs from the start, of states that all look alike: as many arcs come and go everywhere.
fn rings(rng: &mut Rng, n: usize) -> Graph<Energy> {
    let next = shuffled(rng, n);
    let mut b = GraphBuilder::new();
    b.add_states(n + 1);
    b.start(n as u32);
    for (s, &t) in (0..).zip(&next) {
        b.arc(n as u32, 1, 1, Energy::FREE, s);
        b.arc(s, 1, 1, Energy::FREE, t);
    }
    b.build().unwrap()
}

/// The graph with one label, weight or target changed.
fn changed(rng: &mut Rng, g: &Graph<Energy>) -> Graph<Energy> {
    let Some(start) = g.start() else { return Graph::empty() };
    let mut b = GraphBuilder::new();
    b.add_states(g.states());
    b.start(start);
    let (at, what) = (rng.below(g.arc_count().max(1) as u64) as u32, rng.below(3));
    for (id, s, a) in g.arcs_with_source() {
        let mut a = *a;
        match (id == at, what) {
            (true, 0) => a.ilabel = 1 - a.ilabel.min(1),
            (true, 1) => a.weight = coarse(rng),
            (true, _) => a.target = rng.below(g.states() as u64) as u32,
            _ => {}
        }
        b.arc(s, a.ilabel, a.ilabel, a.weight, a.target);
    }
    (0..g.states() as u32).for_each(|s| b.final_weight(s, g.final_weight(s)));
    b.build().unwrap()
}

#[test]
fn the_answer_is_that_of_trying_every_renumbering() {
    let (mut rng, mut yes, mut no) = (Rng::new(330), 0, 0);
    for round in 0..2 * ROUNDS {
        let a = random(&mut rng, SHAPE, coarse);
        let other = if round % 2 == 0 { changed(&mut rng, &a) } else { random(&mut rng, SHAPE, coarse) };
        let b = renumbered(&mut rng, &other, |_| 0.0);
        let expected = by_force(&a, &b, Tolerance::EXACT);
        assert_eq!(same(&a, &b, Tolerance::EXACT), expected, "{a:?} {b:?}");
        assert_eq!(same(&b, &a, Tolerance::EXACT), expected);
        *if expected { &mut yes } else { &mut no } += 1;
    }
    assert!(yes > 300 && no > 1_000, "{yes} {no}");
}

#[test]
fn rings_are_told_apart_by_their_lengths_alone() {
    let (mut rng, mut yes, mut no) = (Rng::new(335), 0, 0);
    for _ in 0..ROUNDS / 5 {
        let (a, b) = (rings(&mut rng, 5), rings(&mut rng, 5));
        let expected = by_force(&a, &b, Tolerance::EXACT);
        assert_eq!(same(&a, &b, Tolerance::EXACT), expected, "{a:?} {b:?}");
        *if expected { &mut yes } else { &mut no } += 1;
    }
    assert!(yes > 30 && no > 100, "{yes} {no}");
}

#[test]
fn weights_may_differ_by_the_tolerance_and_no_more() {
    let (mut rng, mut yes, mut no) = (Rng::new(331), 0, 0);
    let fine = |rng: &mut Rng| Energy::new(rng.below(9) as f32 / 8.0).unwrap();
    for _ in 0..ROUNDS {
        let a = random(&mut rng, SHAPE, fine);
        // Multiples of 1/8 are near up to 2/8; a weight in sixteen moves farther.
        let b = renumbered(&mut rng, &a, |rng| if rng.chance(6) { 0.375 } else { rng.below(5) as f32 / 8.0 - 0.25 });
        let expected = by_force(&a, &b, NEAR);
        assert_eq!(same(&a, &b, NEAR), expected, "{a:?} {b:?}");
        *if expected { &mut yes } else { &mut no } += 1;
    }
    assert!(yes > 200 && no > 200, "{yes} {no}");
}

#[test]
fn a_renumbered_graph_of_any_kind_is_isomorphic_to_itself() {
    let mut rng = Rng::new(332);
    for _ in 0..ROUNDS {
        let shape = Shape { states: 30, arcs: 90, labels: 2, epsilons: 20, cyclic: true, acceptor: false };
        let g = random(&mut rng, shape, coarse);
        let h = renumbered(&mut rng, &g, |_| 0.0);
        assert!(same(&g, &h, Tolerance::EXACT) && same(&g, &h, NEAR));
        let one: Graph<Energy> = acceptor(&[1]).unwrap();
        assert!(!same(&g, &acceptor(&[1; 40]).unwrap(), Tolerance::EXACT) && same(&one, &one, NEAR));
    }
    let empty: Graph<Energy> = Graph::empty();
    assert!(same(&empty, &empty, Tolerance::EXACT));
    assert!(!same(&empty, &acceptor(&[]).unwrap(), Tolerance::EXACT));
}

#[test]
fn many_like_branches_take_no_long_search_and_a_hard_one_stops_at_the_budget() {
    // Forty chains that begin alike; in one graph the last ends otherwise.
    let fan = |last: f32| {
        let mut b = GraphBuilder::new();
        b.add_states(82);
        b.start(0);
        for i in 0..40 {
            b.arc(0, 1, 1, Energy::FREE, 1 + 2 * i);
            b.arc(1 + 2 * i, 1, 1, Energy::FREE, 2 + 2 * i);
            let end = if i == 39 { last } else { 1.0 };
            b.arc(2 + 2 * i, 1, 1, Energy::new(end).unwrap(), 81);
        }
        b.final_weight(81, Energy::FREE);
        b.build().unwrap()
    };
    let (mut rng, small) = (Rng::new(333), Budget { states: 100, arcs: 20_000 });
    let moved = renumbered(&mut rng, &fan(1.0), |_| 0.0);
    assert_eq!(isomorphic(&fan(1.0), &moved, NEAR, small), Ok(true));
    assert_eq!(isomorphic(&fan(1.0), &fan(2.0), NEAR, small), Ok(false));
    // Two cycles of nine states, or one of eighteen, behind arcs that all look alike.
    let rings = |lengths: &[u32]| {
        let mut b = GraphBuilder::new();
        b.add_states(19);
        b.start(18);
        let mut first = 0;
        for &n in lengths {
            for i in 0..n {
                b.arc(18, 1, 1, Energy::FREE, first + i);
                b.arc(first + i, 1, 1, Energy::FREE, first + (i + 1) % n);
            }
            first += n;
        }
        b.build().unwrap()
    };
    assert_eq!(isomorphic(&rings(&[9, 9]), &rings(&[18]), NEAR, small), Ok(false));
    let tiny = Budget { states: 100, arcs: 10 };
    assert!(matches!(isomorphic(&rings(&[9, 9]), &rings(&[18]), NEAR, tiny), Err(OpError::Budget { .. })));
}

#[test]
fn a_chain_of_fifty_thousand_arcs_is_quick() {
    let mut rng = Rng::new(334);
    let g: Graph<Energy> = acceptor(&[3; 50_000]).unwrap();
    assert!(same(&g, &renumbered(&mut rng, &g, |_| 0.0), Tolerance::EXACT));
    assert!(!same(&g, &acceptor(&[3; 49_999]).unwrap(), Tolerance::EXACT));
}
