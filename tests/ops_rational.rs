//! The operations that rearrange graphs, against the relations they should have.

mod ops_common;

use std::collections::BTreeMap;

use energraph::graph::{InputSite, topological_order};
use energraph::ops::{
    Closure, OpError, Side, acceptor, closure, concat, from_strings, invert, project, reverse, union,
};
use energraph::{Counting, Energy, Graph, Label, Site, SiteValues, Weight};
use ops_common::*;

const ROUNDS: usize = 1_000;
const NOTHING: OpError = OpError::Empty { first_unmatched: None };

/// The relation with both strings of every pair rewritten.
fn rewritten<W: Weight>(r: &Relation<W>, f: impl Fn(&[Label], &[Label]) -> (Vec<Label>, Vec<Label>)) -> Relation<W> {
    let mut out: Relation<W> = BTreeMap::new();
    r.iter().for_each(|((i, o), w)| out.entry(f(i, o)).or_default().extend(w.iter().cloned()));
    sorted(out)
}

/// Every path of the first followed by every path of the second.
fn products<W: Weight>(a: &Relation<W>, b: &Relation<W>) -> Relation<W> {
    let mut out: Relation<W> = BTreeMap::new();
    for ((i, o), v) in a {
        for ((j, p), w) in b {
            let weights = v.iter().flat_map(|x| w.iter().map(|y| x.times(y)));
            out.entry(([&i[..], j].concat(), [&o[..], p].concat())).or_default().extend(weights);
        }
    }
    sorted(out)
}

fn sum<W: Weight>(a: Relation<W>, b: &Relation<W>) -> Relation<W> {
    let mut out = a;
    b.iter().for_each(|(k, w)| out.entry(k.clone()).or_default().extend(w.iter().cloned()));
    sorted(out)
}

#[test]
fn inversion_exchanges_the_sides() {
    let mut rng = Rng::new(11);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, SMALL, energy);
        let t = invert(&g);
        assert_eq!(relation(&t.graph), rewritten(&relation(&g), |i, o| (o.to_vec(), i.to_vec())));
        assert_eq!(invert(&t.graph).graph, g);
        check_origin(&t, &[&g]);
    }
}

#[test]
fn projection_keeps_the_side_that_was_asked_for() {
    let mut rng = Rng::new(12);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, SMALL, energy);
        for (side, t) in [Side::Input, Side::Output].map(|s| (s, project(&g, s))) {
            let kept = |i: &[Label], o: &[Label]| if side == Side::Input { i.to_vec() } else { o.to_vec() };
            assert_eq!(relation(&t.graph), rewritten(&relation(&g), |i, o| (kept(i, o), kept(i, o))));
            assert!(t.graph.is_acceptor());
            check_origin(&t, &[&g]);
        }
    }
}

#[test]
fn union_has_the_paths_of_every_argument() {
    let mut rng = Rng::new(13);
    for _ in 0..ROUNDS {
        let graphs: Vec<_> = (0..rng.below(4)).map(|_| random(&mut rng, SMALL, energy)).collect();
        let all: Vec<_> = graphs.iter().collect();
        match union(&all) {
            Ok(t) => {
                assert_eq!(relation(&t.graph), graphs.iter().fold(BTreeMap::new(), |r, g| sum(r, &relation(g))));
                check_origin(&t, &all);
            }
            Err(e) => {
                assert_eq!(e, NOTHING);
                assert!(graphs.iter().all(|g| g.states() == 0));
            }
        }
    }
}

#[test]
fn concatenation_follows_every_path_with_every_path() {
    let mut rng = Rng::new(14);
    let shape = Shape { states: 4, arcs: 7, ..SMALL };
    for _ in 0..ROUNDS {
        let graphs: Vec<_> = (0..rng.below(4)).map(|_| random(&mut rng, shape, energy)).collect();
        let all: Vec<_> = graphs.iter().collect();
        match concat(&all) {
            Ok(t) => {
                let (first, rest) = graphs.split_first().unwrap();
                assert_eq!(relation(&t.graph), rest.iter().fold(relation(first), |r, g| products(&r, &relation(g))));
                check_origin(&t, &all);
            }
            Err(e) => {
                assert_eq!(e, NOTHING);
                assert!(graphs.is_empty() || graphs.iter().any(|g| g.states() == 0));
            }
        }
    }
}

#[test]
fn a_final_weight_that_concatenation_moves_to_an_arc_keeps_its_origin() {
    let (a, b) = (counting(&[(0, 1, 1, 1, 2)], &[(1, 3)]), counting(&[], &[(0, 5)]));
    let t = concat(&[&a, &b]).unwrap();
    let moved = (0..t.graph.arc_count() as u32).find(|&i| t.graph.all_arcs()[i as usize].ilabel == 0).unwrap();
    assert_eq!(t.graph.all_arcs()[moved as usize].weight, Counting(3));
    assert_eq!(*t.origin.arc(moved), [InputSite { input: 0, site: Site::Final(1) }]);
    assert!(!t.graph.is_final(1));
}

#[test]
fn closure_sums_every_number_of_repetitions() {
    let mut rng = Rng::new(15);
    let shape = Shape { states: 3, arcs: 3, ..SMALL };
    let repeats = 3;
    let mut total = 0;
    for _ in 0..ROUNDS {
        let g = random(&mut rng, shape, energy);
        let once = relation(&g);
        for kind in [Closure::Star, Closure::Plus] {
            let t = match closure(&g, kind) {
                Ok(t) => t,
                Err(e) => {
                    assert_eq!((e, g.states(), kind), (NOTHING, 0, Closure::Plus));
                    continue;
                }
            };
            check_origin(&t, &[&g]);
            // A path of the closure that takes k − 1 arcs back is k paths of the graph.
            let back = |s: &Site| matches!(*t.origin.of(*s), [InputSite { site: Site::Final(_), .. }]);
            let mut got: Relation<Energy> = BTreeMap::new();
            let Some(all) = few_paths(&t.graph, 3 * repeats + 1) else { continue };
            for p in all {
                let ends = p.sites.iter().filter(|s| back(s)).count();
                if ends <= repeats {
                    got.entry((p.input, p.output)).or_default().push(product(&t.graph, &p.sites));
                }
            }
            let mut power = BTreeMap::from([((vec![], vec![]), vec![Energy::FREE])]);
            let mut wanted = if kind == Closure::Star { power.clone() } else { BTreeMap::new() };
            for _ in 0..repeats {
                power = products(&power, &once);
                wanted = sum(wanted, &power);
            }
            total += wanted.values().map(Vec::len).sum::<usize>();
            assert_eq!(sorted(got), wanted, "{kind:?} of {g:?}");
        }
    }
    assert!(total > 3000, "too little shown: {total} paths");
}

#[test]
fn a_final_weight_of_a_closure_has_the_gradient_of_both_its_sites() {
    let g = counting(&[(0, 1, 1, 1, 1)], &[(1, 3)]);
    let t = closure(&g, Closure::Star).unwrap();
    let values = SiteValues { arcs: vec![1.0; t.graph.arc_count()], finals: vec![1.0; t.graph.states()] };
    let mut into = SiteValues::zeros(&g);
    t.origin.pull_back(&values, 0, &mut into);
    assert_eq!(into, SiteValues { arcs: vec![1.0], finals: vec![0.0, 2.0] });
}

#[test]
fn reversal_turns_every_string_round() {
    let mut rng = Rng::new(16);
    let turned = |s: &[Label]| s.iter().rev().copied().collect::<Vec<_>>();
    for _ in 0..ROUNDS {
        let g = random(&mut rng, SMALL, energy);
        let t = reverse(&g).unwrap();
        assert_eq!(relation(&t.graph), rewritten(&relation(&g), |i, o| (turned(i), turned(o))));
        check_origin(&t, &[&g]);
    }
}

const CYCLIC: Shape = Shape { states: 4, arcs: 5, labels: 2, epsilons: 35, cyclic: true, acceptor: false };

type Strings = (Vec<Label>, Vec<Label>);

/// The paths of up to so many arcs: strings, weight, and how many arcs.
type Counted = Vec<(Strings, Energy, usize)>;

fn counted(g: &Graph<Energy>, arcs: usize) -> Counted {
    let all = paths(g, arcs).into_iter();
    all.map(|p| ((p.input.clone(), p.output.clone()), product(g, &p.sites), p.sites.len() - 1)).collect()
}

fn in_order(mut list: Counted) -> Counted {
    list.sort_by(|a, b| (&a.0, a.2).cmp(&(&b.0, b.2)).then(a.1.get().total_cmp(&b.1.get())));
    list
}

/// Each of the first followed by each of the second, over `between` arcs, where both have room in `most`.
fn joined(a: &Counted, b: &Counted, between: usize, most: usize) -> Counted {
    let pairs = a.iter().flat_map(|p| b.iter().map(move |q| (p, q))).filter(|(p, q)| p.2 + between + q.2 <= most);
    let strings = |p: &Strings, q: &Strings| ([&p.0[..], &q.0].concat(), [&p.1[..], &q.1].concat());
    pairs.map(|(p, q)| (strings(&p.0, &q.0), p.1.times(&q.1), p.2 + between + q.2)).collect()
}

#[test]
fn with_cycles_of_labels_and_epsilons_the_short_paths_are_the_same() {
    let (mut rng, mut total) = (Rng::new(21), 0);
    let most = 4;
    for _ in 0..ROUNDS {
        let (g, h) = (random(&mut rng, CYCLIC, energy), random(&mut rng, CYCLIC, energy));
        let (of_g, of_h) = (counted(&g, most), counted(&h, most));
        let alike = |t: &energraph::Traced<Energy>, inputs: &[&Graph<Energy>], most: usize, expected: Counted| {
            check_origin(t, inputs);
            assert_eq!(in_order(counted(&t.graph, most)), in_order(expected), "{g:?} {h:?}");
        };
        let rewrite = |f: &dyn Fn(&Strings) -> Strings, more: usize| -> Counted {
            of_g.iter().map(|(s, w, n)| (f(s), *w, n + more)).collect()
        };
        alike(&invert(&g), &[&g], most, rewrite(&|(i, o)| (o.clone(), i.clone()), 0));
        alike(&project(&g, Side::Input), &[&g], most, rewrite(&|(i, _)| (i.clone(), i.clone()), 0));
        alike(&project(&g, Side::Output), &[&g], most, rewrite(&|(_, o)| (o.clone(), o.clone()), 0));
        let turned = |s: &[Label]| s.iter().rev().copied().collect::<Vec<_>>();
        alike(&reverse(&g).unwrap(), &[&g], most + 1, rewrite(&|(i, o)| (turned(i), turned(o)), 1));
        match union(&[&g, &h]) {
            Ok(t) => {
                let either = of_g.iter().chain(&of_h).map(|(s, w, n)| (s.clone(), *w, n + 1)).collect();
                alike(&t, &[&g, &h], most + 1, either);
            }
            Err(e) => assert_eq!((e, g.states() + h.states()), (NOTHING, 0)),
        }
        match concat(&[&g, &h]) {
            Ok(t) => alike(&t, &[&g, &h], most, joined(&of_g, &of_h, 1, most)),
            Err(e) => assert!(e == NOTHING && (g.states() == 0 || h.states() == 0)),
        }
        let once: Counted = of_g.iter().filter(|p| p.2 < most).cloned().collect();
        let (mut plus, mut power) = (once.clone(), once.clone());
        while !power.is_empty() {
            power = joined(&power, &once, 1, most - 1);
            plus.extend(power.iter().cloned());
        }
        total += plus.len();
        match closure(&g, Closure::Plus) {
            Ok(t) => alike(&t, &[&g], most - 1, plus.clone()),
            Err(e) => assert_eq!((e, g.states()), (NOTHING, 0)),
        }
        let mut star: Counted = plus.into_iter().map(|(s, w, n)| (s, w, n + 1)).collect();
        star.push(((vec![], vec![]), Energy::FREE, 0));
        alike(&closure(&g, Closure::Star).unwrap(), &[&g], most, star);
    }
    assert!(total > 5_000, "{total}");
}

#[test]
fn a_trie_has_one_path_for_each_string() {
    let mut rng = Rng::new(20);
    for _ in 0..ROUNDS {
        let pool = strings(3, 4);
        let chosen: Vec<_> = (0..1 + rng.below(12)).map(|_| &pool[rng.below(pool.len() as u64) as usize]).collect();
        let g: Graph<Energy> = from_strings(&chosen).unwrap();
        let wanted = chosen.iter().map(|s| ((s.to_vec(), s.to_vec()), vec![Energy::FREE])).collect();
        assert_eq!(relation(&g), wanted);
        assert!(is_deterministic(&g) && is_connected(&g));
        assert_eq!(topological_order(&g).unwrap(), (0..g.states() as u32).collect::<Vec<_>>());
    }
}

#[test]
fn strings_with_a_label_0_or_no_strings_are_refused() {
    let zero = from_strings::<Energy, _>([&[1, 2][..], &[1, 0]]);
    assert_eq!(zero, Err(OpError::Epsilon { what: "a string", position: 1 }));
    assert_eq!(acceptor::<Energy>(&[0]), Err(OpError::Epsilon { what: "a string", position: 0 }));
    assert_eq!(from_strings::<Energy, &[Label]>([]), Err(NOTHING));
    // The empty string is a string.
    let empty: Graph<Energy> = acceptor(&[]).unwrap();
    assert_eq!((empty.states(), empty.arc_count(), empty.is_final(0)), (1, 0, true));
}

#[test]
fn the_empty_graph_is_an_error_where_it_would_swallow_something_and_itself_elsewhere() {
    let (none, some): (Graph<Energy>, Graph<Energy>) = (Graph::empty(), acceptor(&[1]).unwrap());
    assert_eq!(invert(&none).graph, none);
    assert_eq!(project(&none, Side::Output).graph, none);
    assert_eq!(reverse(&none).unwrap().graph, none);
    assert_eq!(union(&[&none, &none]), Err(NOTHING));
    assert_eq!(relation(&union(&[&none, &some, &none]).unwrap().graph), relation(&some));
    assert_eq!(concat(&[&some, &none]), Err(NOTHING));
    assert_eq!(closure(&none, Closure::Plus), Err(NOTHING));
    let star = closure(&none, Closure::Star).unwrap().graph;
    assert_eq!(relation(&star), BTreeMap::from([((vec![], vec![]), vec![Energy::FREE])]));
}
