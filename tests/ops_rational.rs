//! The operations that rearrange graphs, against the relations they should have.

mod ops_common;

use std::collections::BTreeMap;

use energraph::graph::{InputSite, topological_order};
use energraph::ops::{
    Budget, Closure, Compose, OpError, Side, acceptor, closure, complement, compose, concat, from_strings, invert,
    project, reverse, union,
};
use energraph::{Counting, Energy, Graph, Label, Site, SiteValues, Weight};
use ops_common::*;

const ROUNDS: usize = 600;
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

/// Every string over labels 1 to `labels` of up to `longest` labels.
fn strings(labels: Label, longest: usize) -> Vec<Vec<Label>> {
    let mut all = vec![vec![]];
    let mut from = 0;
    for _ in 0..longest {
        let to = all.len();
        for i in from..to {
            (1..=labels).for_each(|l| all.push([&all[i][..], &[l]].concat()));
        }
        from = to;
    }
    all
}

/// How many paths accept a string, by walking every path that reads it. No epsilons.
fn accepts(g: &Graph<Energy>, string: &[Label]) -> usize {
    let mut at: Vec<u32> = g.start().into_iter().collect();
    for &l in string {
        at = at.iter().flat_map(|&s| g.arcs(s).iter().filter(|a| a.ilabel == l).map(|a| a.target)).collect();
    }
    at.iter().filter(|&&s| g.is_final(s)).count()
}

#[test]
fn complement_accepts_exactly_the_other_strings_once_each() {
    let mut rng = Rng::new(17);
    let shape = Shape { acceptor: true, ..SMALL };
    for _ in 0..ROUNDS {
        let g = random(&mut rng, shape, energy);
        let c = complement(&g, &[2, 1, 2], Budget::default()).unwrap();
        assert!(is_deterministic(&c));
        assert!((0..c.states() as u32).all(|s| c.arcs(s).len() == 2), "complete");
        assert!(c.sites().all(|(_, w)| *w == Energy::FREE));
        // Possible strings of g: some path whose weights are all finite.
        let possible = relation(&g);
        let possible = |s: &[Label]| {
            possible.get(&(s.to_vec(), s.to_vec())).is_some_and(|w| w.iter().any(|w| *w != Energy::IMPOSSIBLE))
        };
        for s in strings(2, 6) {
            assert_eq!(accepts(&c, &s), usize::from(!possible(&s)), "{s:?}");
        }
    }
}

#[test]
fn complement_handles_cyclic_acceptors_too() {
    let mut rng = Rng::new(18);
    let shape = Shape { states: 4, arcs: 7, epsilons: 0, acceptor: true, cyclic: true, ..SMALL };
    let mut everything = 0;
    for _ in 0..ROUNDS {
        let g = random(&mut rng, shape, |_| Energy::FREE);
        match complement(&g, &[1, 2], Budget::default()) {
            Ok(c) => strings(2, 6).iter().for_each(|s| assert_eq!(accepts(&c, s) == 1, accepts(&g, s) == 0, "{s:?}")),
            Err(e) => {
                assert_eq!(e, NOTHING);
                assert!(strings(2, 6).iter().all(|s| accepts(&g, s) > 0));
                everything += 1;
            }
        }
    }
    assert!(everything > 0);
}

#[test]
fn composing_with_a_complement_leaves_the_wrong_answers_with_the_paths_they_had() {
    let mut rng = Rng::new(19);
    for _ in 0..ROUNDS {
        let g = random(&mut rng, SMALL, energy);
        let mut relation_left = relation(&g);
        let Some(((_, right), _)) = relation_left.iter().nth(rng.below(4) as usize) else { continue };
        let right = right.clone();
        let wrong = complement(&acceptor(&right).unwrap(), &[1, 2], Budget::default()).unwrap();
        let rivals = compose(&g, &wrong, &Compose { allow_empty: true, ..Compose::default() }).unwrap();
        relation_left.retain(|(_, o), _| *o != right);
        assert_eq!(relation(&rivals.graph), relation_left);
    }
}

#[test]
fn complement_refuses_what_it_cannot_mean() {
    let transducer = counting(&[(0, 0, 1, 1, 1), (0, 1, 1, 2, 1)], &[(1, 1)]);
    let refused = complement(&transducer, &[1], Budget::default());
    assert_eq!(refused, Err(OpError::NotAnAcceptor { arc: 1, ilabel: 1, olabel: 2 }));
    let word: Graph<Energy> = acceptor(&[1]).unwrap();
    let epsilon = complement(&word, &[1, 0], Budget::default());
    assert_eq!(epsilon, Err(OpError::Epsilon { what: "an alphabet", position: 1 }));
    // Only the empty string can be asked for, and it is accepted.
    assert_eq!(complement(&acceptor::<Energy>(&[]).unwrap(), &[], Budget::default()), Err(NOTHING));
    assert_eq!(complement(&Graph::<Energy>::empty(), &[], Budget::default()).map(|g| g.states()), Ok(1));
}

#[test]
fn complement_stops_where_subsets_explode() {
    // The k-th label from the end is 1: 2^k subsets.
    let mut arcs = vec![(0, 0, 1, 1, 1), (0, 0, 2, 2, 1), (0, 1, 1, 1, 1)];
    (1..20).for_each(|s| arcs.extend([(s, s + 1, 1, 1, 1), (s, s + 1, 2, 2, 1)]));
    let g = counting(&arcs, &[(20, 1)]);
    let stopped = complement(&g, &[1, 2], Budget { states: 1000, arcs: 5000 });
    assert!(matches!(stopped, Err(OpError::Budget { states: 1001..=1002, .. })), "{stopped:?}");
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
