//! Composition expanded on demand, against paths enumerated by hand and against composition at once.

mod ops_common;

use std::collections::BTreeMap;

use energraph::ops::{
    Budget, Compose, Filter, LazyCompose, LazyGraph, OpError, Touched, acceptor, compose, expand, from_strings,
};
use energraph::{Commutative, Energy, Graph, Traced, Weight};
use ops_common::*;

const ROUNDS: usize = 1_000;
const NOTHING: OpError = OpError::Empty { first_unmatched: None };
const FILTERS: [Filter; 5] =
    [Filter::Sequence, Filter::AlternateSequence, Filter::Match, Filter::NoMatch, Filter::Trivial];

/// Weights by (input, output) of the composition of paths of two relations.
fn joined<W: Weight>(a: &Relation<W>, b: &Relation<W>) -> Relation<W> {
    let mut r: Relation<W> = BTreeMap::new();
    for ((x, mid), ws) in a {
        for ((_, y), vs) in b.iter().filter(|(k, _)| k.0 == *mid) {
            let weights = ws.iter().flat_map(|w| vs.iter().map(|v| w.times(v)));
            r.entry((x.clone(), y.clone())).or_default().extend(weights);
        }
    }
    sorted(r)
}

/// The graph, or the empty one where nothing is accepted.
fn or_empty<W: Weight>(made: Result<Traced<W>, OpError>) -> Graph<W> {
    match made {
        Ok(made) => made.graph,
        Err(e) => {
            assert_eq!(e, NOTHING);
            Graph::empty()
        }
    }
}

#[test]
fn a_lazy_composition_expands_to_the_one_made_at_once() {
    let (mut rng, mut arcs, mut empty) = (Rng::new(101), 0, 0);
    for round in 0..ROUNDS {
        let shape = Shape { cyclic: round % 2 == 1, ..SMALL };
        let (a, b) = (random(&mut rng, shape, energy), random(&mut rng, shape, energy));
        for filter in FILTERS {
            let o = Compose { filter, ..Compose::default() };
            match (expand(&mut LazyCompose::new(&a, &b, &o)), compose(&a, &b, &o)) {
                (Ok(lazy), Ok(eager)) => {
                    check_origin(&lazy, &[&a, &b]);
                    assert_eq!(lazy, eager, "\n{a:?}\n{b:?}");
                    arcs += lazy.graph.arc_count();
                }
                (lazy, eager) => {
                    assert!(matches!(eager, Err(OpError::Empty { .. })));
                    assert_eq!(lazy, Err(NOTHING));
                    empty += 1;
                }
            }
        }
    }
    assert!(arcs > 10_000 && empty > 500, "{arcs} {empty}");
}

#[test]
fn a_lazy_composition_has_a_path_for_every_agreeing_pair_of_paths() {
    let (mut rng, mut total) = (Rng::new(102), 0);
    for _ in 0..ROUNDS {
        let (a, b) = (random(&mut rng, SMALL, energy), random(&mut rng, SMALL, energy));
        let made = or_empty(expand(&mut LazyCompose::new(&a, &b, &Compose::default())));
        let wanted = joined(&relation(&a), &relation(&b));
        total += wanted.values().map(Vec::len).sum::<usize>();
        assert_eq!(relation(&made), wanted, "\n{a:?}\n{b:?}");
    }
    assert!(total > 1_000, "{total}");
}

fn check_chain<W: Commutative>(a: &Graph<W>, b: &Graph<W>, c: &Graph<W>, filter: Filter) -> usize {
    let o = Compose { filter, ..Compose::default() };
    let (ra, rb, rc) = (relation(a), relation(b), relation(c));
    let wanted = joined(&joined(&ra, &rb), &rc);
    let left = expand(&mut LazyCompose::new(LazyCompose::new(a, b, &o), c, &o));
    let right = expand(&mut LazyCompose::new(a, LazyCompose::new(b, c, &o), &o));
    for made in [left, right] {
        if let Ok(made) = &made {
            check_origin(made, &[a, b, c]);
            assert!(is_connected(&made.graph));
        }
        assert_eq!(relation(&or_empty(made)), wanted, "\n{a:?}\n{b:?}\n{c:?}");
    }
    wanted.values().map(Vec::len).sum()
}

#[test]
fn chains_grouped_either_way_have_a_path_for_every_agreeing_triple() {
    let (mut rng, mut total) = (Rng::new(103), 0);
    let shape = Shape { states: 5, arcs: 14, ..SMALL };
    for round in 0..2 * ROUNDS {
        let filter = FILTERS[round % 3];
        let mut one = || random(&mut rng, shape, energy);
        total += check_chain(&one(), &one(), &one(), filter);
    }
    assert!(total > 1_000, "{total}");
}

#[test]
fn epsilons_on_all_sides_of_a_chain_are_counted_once() {
    let writes_nothing = counting(&[(0, 1, 1, 0, 1)], &[(1, 1)]);
    let reads_nothing = counting(&[(0, 1, 0, 2, 1)], &[(1, 1)]);
    let middle = counting(&[(0, 1, 0, 0, 1), (1, 2, 0, 0, 1)], &[(2, 1)]);
    for filter in [Filter::Sequence, Filter::AlternateSequence, Filter::Match] {
        assert_eq!(check_chain(&writes_nothing, &middle, &reads_nothing, filter), 1);
    }
}

#[test]
fn only_what_is_asked_for_comes_into_being() {
    let a = counting(&[(0, 1, 1, 1, 1), (0, 2, 2, 2, 1), (1, 3, 3, 3, 1), (2, 3, 4, 4, 1)], &[(3, 1)]);
    let mut lazy = LazyCompose::new(&a, &a, &Compose::default());
    assert_eq!(lazy.touched(), Touched { expanded: 0, met: 1, arcs: 0 });
    let start = lazy.start().unwrap();
    let targets: Vec<_> = lazy.arcs(start).unwrap().iter().map(|a| (a.ilabel, a.target)).collect();
    assert_eq!(targets, [(1, 1), (2, 2)]);
    assert_eq!(lazy.touched(), Touched { expanded: 1, met: 3, arcs: 2 });
    assert_eq!(lazy.arcs(start).unwrap().len(), 2);
    assert_eq!(lazy.touched().expanded, 1);
    // States that nobody has met.
    assert!(lazy.arcs(77).unwrap().is_empty() && lazy.final_weight(77).is_zero());
    assert_eq!(expand(&mut lazy).unwrap().graph, a);
    assert_eq!(lazy.touched(), Touched { expanded: 4, met: 4, arcs: 4 });
}

#[test]
fn an_inner_composition_that_is_lent_keeps_what_it_expanded() {
    let (o, all) = (Compose::default(), from_strings::<Energy, _>([[1, 2], [1, 3], [2, 3]]).unwrap());
    let mut inner = LazyCompose::new(&all, &all, &o);
    for (string, expanded) in [([1, 2], 3), ([1, 3], 4), ([1, 2], 4)] {
        let one = acceptor(&string).unwrap();
        let made = expand(&mut LazyCompose::new(&mut inner, &one, &o)).unwrap();
        assert_eq!(made.graph, one);
        check_origin(&made, &[&all, &all, &one]);
        assert!(inner.touched().expanded <= expanded, "{:?}", inner.touched());
    }
}

#[test]
fn a_lazy_composition_over_budget_stops_where_the_eager_one_does_and_stays_stopped() {
    let (mut rng, mut stopped) = (Rng::new(104), 0);
    for _ in 0..ROUNDS {
        let (a, b) = (random(&mut rng, SMALL, energy), random(&mut rng, SMALL, energy));
        let budget = Budget { states: rng.below(12) as usize, arcs: rng.below(16) as usize };
        let o = Compose { budget, ..Compose::default() };
        let mut lazy = LazyCompose::new(&a, &b, &o);
        match (expand(&mut lazy), compose(&a, &b, &o)) {
            (Err(found @ OpError::Budget { .. }), _) => {
                let t = lazy.touched();
                assert_eq!(found, OpError::Budget { states: t.met, arcs: t.arcs });
                assert!(t.met > budget.states || t.arcs > budget.arcs);
                assert_eq!(expand(&mut lazy), Err(found));
                stopped += 1;
            }
            (lazy, eager) => assert_eq!(lazy.ok(), eager.ok()),
        }
    }
    assert!(stopped > 200, "{stopped}");
}

#[test]
fn the_empty_graph_and_the_empty_string_compose_lazily() {
    let (none, string): (Graph<Energy>, Graph<Energy>) = (Graph::empty(), acceptor(&[]).unwrap());
    let o = Compose::default();
    for (a, b) in [(&none, &string), (&string, &none), (&none, &none)] {
        let mut lazy = LazyCompose::new(a, b, &o);
        assert_eq!((lazy.start(), lazy.touched()), (None, Touched::default()));
        assert_eq!(expand(&mut lazy), Err(NOTHING));
    }
    assert_eq!(expand(&mut LazyCompose::new(&string, &string, &o)).unwrap().graph, string);
    assert_eq!(expand(&mut &none), Err(NOTHING));
    assert_eq!(expand(&mut &string).unwrap().graph, string);
}
