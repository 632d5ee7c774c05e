//! Sorting, relabelling and mapping: one arc of the result for each of the argument, and the same paths.

mod ops_common;

use std::collections::BTreeMap;

use energraph::ops::{OpError, Side, acceptor, arc_sort, relabel, state_sort, top_sort};
use energraph::oracle::{self, Path};
use energraph::{Counting, Energy, Graph, GraphBuilder, Label, MinSum, Site, Traced, Weight};
use ops_common::*;

const ROUNDS: usize = 1_000;

/// Every other graph has cycles, some of them of epsilons.
fn draw(rng: &mut Rng, round: usize) -> Graph<Energy> {
    let shape = if round.is_multiple_of(2) { SMALL } else { Shape { states: 5, arcs: 8, cyclic: true, ..SMALL } };
    random(rng, shape, energy)
}

/// The accepting paths of up to three arcs of an argument, by their strings, weights and sites.
type Listed = Vec<(Vec<Label>, Vec<Label>, Energy, Vec<Site>)>;

fn listed(g: &Graph<Energy>, sites: impl Fn(&Path) -> Vec<Site>) -> Listed {
    let mut all: Listed =
        paths(g, 3).into_iter().map(|p| (p.input.clone(), p.output.clone(), product(g, &p.sites), sites(&p))).collect();
    all.sort_by_key(|p| format!("{p:?}"));
    all
}

fn before(g: &Graph<Energy>) -> Listed {
    listed(g, |p| p.sites.clone())
}

/// Those of the result, by the sites that they were made from.
fn after(t: &Traced<Energy>) -> Listed {
    listed(&t.graph, |p| p.sites.iter().flat_map(|&s| t.origin.of(s)).map(|from| from.site).collect())
}

#[test]
fn arcs_are_sorted_by_either_side_and_equal_ones_keep_their_order() {
    let (mut rng, mut moved) = (Rng::new(601), 0);
    for round in 0..ROUNDS {
        let g = draw(&mut rng, round);
        for side in [Side::Input, Side::Output] {
            let t = arc_sort(&g, side).unwrap();
            let label = |id: u32| {
                let a = &g.all_arcs()[id as usize];
                if side == Side::Input { a.ilabel } else { a.olabel }
            };
            for s in 0..g.states() as u32 {
                // Insertion sort of the positions: stable by construction.
                let mut expected: Vec<u32> = Vec::new();
                for id in g.arc_ids(s) {
                    let at = expected.iter().position(|&other| label(other) > label(id)).unwrap_or(expected.len());
                    expected.insert(at, id);
                }
                moved += usize::from(!expected.is_sorted());
                let found: Vec<u32> = t.graph.arc_ids(s).map(|id| arc_of(t.origin.arc(id)[0].site)).collect();
                assert_eq!(found, expected);
                let sorted: Vec<_> = expected.iter().map(|&id| g.all_arcs()[id as usize]).collect();
                assert_eq!(t.graph.arcs(s), sorted);
            }
            assert_eq!((t.graph.start(), t.graph.final_weights()), (g.start(), g.final_weights()));
            assert_eq!(after(&t), before(&g));
            check_origin(&t, &[&g]);
        }
    }
    assert!(moved > 1_000, "{moved}");
}

fn arc_of(site: Site) -> u32 {
    match site {
        Site::Arc(id) => id,
        Site::Final(s) => panic!("the end of state {s} where an arc should be"),
    }
}

#[test]
fn states_in_any_order_are_the_same_states() {
    let mut rng = Rng::new(602);
    for round in 0..ROUNDS {
        let g = draw(&mut rng, round);
        let mut order: Vec<u32> = (0..g.states() as u32).collect();
        (1..order.len()).for_each(|i| order.swap(i, rng.below(i as u64 + 1) as usize));
        let t = state_sort(&g, &order).unwrap();
        let new = |old: u32| order.iter().position(|&s| s == old).unwrap() as u32;
        assert_eq!((t.graph.states(), t.graph.start()), (g.states(), g.start().map(new)));
        for (i, &old) in order.iter().enumerate() {
            let moved: Vec<_> =
                g.arcs(old).iter().map(|a| energraph::graph::Arc { target: new(a.target), ..*a }).collect();
            assert_eq!(t.graph.arcs(i as u32), moved);
            assert_eq!(t.graph.final_weight(i as u32), g.final_weight(old));
        }
        assert_eq!(after(&t), before(&g));
        check_origin(&t, &[&g]);
    }
    let g: Graph<Energy> = acceptor(&[1]).unwrap();
    assert_eq!(state_sort(&g, &[0]), Err(OpError::Count { what: "entries of an order", found: 1, states: 2 }));
    assert_eq!(state_sort(&g, &[1, 1]), Err(OpError::NotAnOrder { state: 0 }));
    assert_eq!(state_sort(&g, &[1, 7]), Err(OpError::NotAnOrder { state: 0 }));
}

fn has_cycle(g: &Graph<Energy>) -> bool {
    leads(g).iter().enumerate().any(|(s, to)| to[s])
}

#[test]
fn topological_order_exists_exactly_where_no_cycle_does() {
    let (mut rng, mut sorted, mut refused) = (Rng::new(603), 0, 0);
    for round in 0..ROUNDS {
        let g = draw(&mut rng, round);
        match top_sort(&g) {
            Ok(t) => {
                assert!(!has_cycle(&g) && t.graph.states() == g.states() && t.graph.arc_count() == g.arc_count());
                assert!(t.graph.arcs_with_source().all(|(_, s, a)| a.target > s));
                assert_eq!(after(&t), before(&g));
                check_origin(&t, &[&g]);
                sorted += usize::from(g.arcs_with_source().any(|(_, s, a)| a.target < s));
            }
            Err(OpError::Cyclic(cycle)) => {
                assert!(has_cycle(&g));
                // The states on cycles and behind them.
                let leads = leads(&g);
                let behind = |s: usize| leads.iter().enumerate().any(|(c, to)| to[c] && to[s]);
                let mut states = cycle.states;
                states.sort_unstable();
                assert_eq!(states, (0..g.states() as u32).filter(|&s| behind(s as usize)).collect::<Vec<_>>());
                refused += 1;
            }
            Err(e) => panic!("{e}"),
        }
    }
    assert!(sorted > 200 && refused > 200, "{sorted} {refused}");
    let mut b = GraphBuilder::new();
    b.add_states(1);
    b.start(0);
    b.arc(0, 1, 1, Energy::FREE, 0);
    assert_eq!(top_sort(&b.build().unwrap()), Err(OpError::Cyclic(energraph::graph::Cyclic { states: vec![0] })));
}

#[test]
fn relabelled_graphs_read_and_write_the_strings_with_every_label_replaced() {
    let (mut rng, mut changed) = (Rng::new(604), 0);
    for round in 0..ROUNDS {
        let g = draw(&mut rng, round);
        // To and from epsilon too; the later of two pairs for one label counts.
        let mut pairs = || {
            let count = rng.below(4);
            (0..count).map(|_| (rng.below(4) as Label, rng.below(5) as Label)).collect::<Vec<_>>()
        };
        let (input, output) = (pairs(), pairs());
        let t = relabel(&g, &input, &output);
        let new = |pairs: &[(Label, Label)], l: Label| pairs.iter().rev().find(|p| p.0 == l).map_or(l, |p| p.1);
        for (id, a) in g.all_arcs().iter().enumerate() {
            let found = &t.graph.all_arcs()[id];
            assert_eq!((found.ilabel, found.olabel), (new(&input, a.ilabel), new(&output, a.olabel)));
            changed += usize::from((found.ilabel, found.olabel) != (a.ilabel, a.olabel));
        }
        let mut expected: Listed = paths(&g, 3)
            .into_iter()
            .map(|p| {
                let arcs = p.sites.iter().filter_map(|s| if let Site::Arc(a) = s { Some(*a as usize) } else { None });
                let labels: Vec<_> = arcs.map(|a| (g.all_arcs()[a].ilabel, g.all_arcs()[a].olabel)).collect();
                let of = |all: Vec<Label>| all.into_iter().filter(|&l| l != 0).collect::<Vec<_>>();
                let read = of(labels.iter().map(|l| new(&input, l.0)).collect());
                let written = of(labels.iter().map(|l| new(&output, l.1)).collect());
                (read, written, product(&g, &p.sites), p.sites)
            })
            .collect();
        expected.sort_by_key(|p| format!("{p:?}"));
        assert_eq!(after(&t), expected);
        check_origin(&t, &[&g]);
    }
    assert!(changed > 1_000, "{changed}");
}

#[test]
fn mapped_weights_are_the_weights_of_the_paths() {
    let mut rng = Rng::new(605);
    for round in 0..ROUNDS {
        let g = draw(&mut rng, round);
        let sites: BTreeMap<Site, Energy> = g.sites().map(|(s, w)| (s, *w)).collect();
        // One and the same weight everywhere, a weight by its place, and lifts.
        let twice = g.map(|_, w| w.times(w));
        let lengths = g.map(|site, w| match site {
            _ if w.is_zero() => Counting::zero(),
            Site::Arc(a) => Counting(u64::from(a) + 1),
            Site::Final(s) => Counting(u64::from(s) + 1_000),
        });
        let lifted = g.lift::<MinSum<f64>>();
        for p in oracle::paths(&g, |w| w.wide(), oracle::Limit { arcs: 3, paths: 100_000 }).list {
            let squared = p.sites.iter().fold(Energy::FREE, |e, s| e.times(&sites[s]).times(&sites[s]));
            assert_eq!(product(&twice, &p.sites), squared);
            assert_eq!(product(&lifted, &p.sites).get(), p.energy);
            let places = p.sites.iter().map(|s| match s {
                _ if sites[s].is_zero() => 0,
                Site::Arc(a) => u64::from(*a) + 1,
                Site::Final(s) => u64::from(*s) + 1_000,
            });
            assert_eq!(product(&lengths, &p.sites).0, places.product::<u64>());
        }
        let shape = |g: &Graph<Energy>| g.all_arcs().iter().map(|a| (a.ilabel, a.olabel, a.target)).collect::<Vec<_>>();
        assert_eq!((shape(&twice), twice.start()), (shape(&g), g.start()));
        assert_eq!(lifted.lower(), g);
        // A map to 0̄ cuts, one from 0̄ makes ends.
        let all_ends = g.map(|site, w| if matches!(site, Site::Final(_)) { Energy::FREE } else { *w });
        assert!((0..g.states() as u32).all(|s| all_ends.is_final(s)));
        assert!(paths(&g.map(|_, _| Energy::IMPOSSIBLE), 3).is_empty());
    }
}
