//! Ties, parts that nothing depends on, and handles and graphs that are refused.

use super::*;
use crate::graph::SiteValues;
use crate::paths::best_path;

#[test]
fn an_operation_that_fails_or_has_a_foreign_graph_leaves_the_tape_as_it_was() {
    let (mut tape, mut other) = (Tape::new(), Tape::new());
    let g = tape.leaf(acceptor(&[1]).unwrap());
    let foreign = other.leaf(acceptor(&[1]).unwrap());
    let failed = tape.apply(&[g], |_| Err::<Traced<Energy>, _>(OpError::Empty { first_unmatched: None }));
    assert_eq!(failed, Err(TapeError::Op(OpError::Empty { first_unmatched: None })));
    assert_eq!(tape.apply(&[g, foreign], ops::union), Err(TapeError::ForeignHandle));
    let f = tape.free_energy(g, Beta::ONE).unwrap();
    assert_eq!(tape.backward(&[(f, 1.0)]).unwrap().of(g).unwrap().arcs, [1.0]);
}

#[test]
fn a_tie_takes_one_of_the_best_paths() {
    // Two best paths of energy 1, one of energy 2.
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    for (label, energy) in [(1, 2.0), (2, 1.0), (3, 1.0)] {
        b.arc(0, label, label, Energy::new(energy).unwrap(), 1);
    }
    b.final_weight(1, Energy::FREE);
    let g = b.build().unwrap();
    let mut tape = Tape::new();
    let leaf = tape.leaf(g.clone());
    let f = tape.free_energy(leaf, Beta::Infinite).unwrap();
    let gradients = tape.backward(&[(f, 1.0)]).unwrap();
    // The documented choice: the lowest arc, as in the best path.
    assert_eq!(gradients.of(leaf).unwrap(), &SiteValues { arcs: vec![0.0, 1.0, 0.0], finals: vec![0.0, 1.0] });
    assert_eq!(best_path(&g).unwrap().unwrap().arcs, [1]);
}

#[test]
fn ties_in_random_graphs_take_a_valid_best_path() {
    let mut r = Lcg(11);
    let mut ties = 0;
    while ties < 300 {
        let g = random_graph(&mut r).map(|_, w| if w.wide() < 2.0 { Energy::FREE } else { *w });
        let found = oracle::paths(&g, |w| w.wide(), oracle::Limit::default()).list;
        let lowest = oracle::free_energy(found.iter().map(|p| p.energy), f64::INFINITY);
        if found.iter().filter(|p| p.energy == lowest).count() < 2 || lowest == f64::INFINITY {
            continue;
        }
        ties += 1;
        let mut tape = Tape::new();
        let leaf = tape.leaf(g.clone());
        let f = tape.free_energy(leaf, Beta::Infinite).unwrap();
        let values = tape.backward(&[(f, 1.0)]).unwrap().take(leaf).unwrap();
        let on: Vec<Site> = g.sites().map(|(s, _)| s).filter(|s| values.get(*s) == 1.0).collect();
        assert_eq!(values.arcs.iter().chain(&values.finals).sum::<f64>(), on.len() as f64);
        assert!(found.iter().any(|p| {
            let mut sites = p.sites.clone();
            sites.sort();
            p.energy == lowest && sites == on
        }));
    }
}

#[test]
fn an_isolated_node_and_an_unreachable_part_change_no_gradient() {
    let make = |extra: bool| {
        let mut b = GraphBuilder::new();
        b.add_states(3);
        b.start(0);
        b.arc(0, 1, 1, Energy::new(0.5).unwrap(), 1);
        b.arc(0, 2, 2, Energy::new(0.25).unwrap(), 1);
        b.final_weight(1, Energy::FREE);
        if extra {
            b.arc(2, 1, 1, Energy::FREE, 1);
            b.final_weight(2, Energy::FREE);
            b.add_states(2);
        }
        b.build().unwrap()
    };
    let gradient = |g: Graph<Energy>| {
        let mut tape = Tape::new();
        let leaf = tape.leaf(g);
        let f = tape.free_energy(leaf, Beta::ONE).unwrap();
        tape.backward(&[(f, 1.0)]).unwrap().take(leaf).unwrap()
    };
    let (plain, extra) = (gradient(make(false)), gradient(make(true)));
    assert_eq!(plain.arcs, extra.arcs[..2]);
    assert_eq!(extra.arcs[2], 0.0);
    assert_eq!((extra.finals[1], &extra.finals[2..]), (1.0, &[0.0; 3][..]));
}

#[test]
fn the_empty_graph_has_infinite_energy_and_no_gradient() {
    let mut tape = Tape::new();
    let leaf = tape.leaf(Graph::empty());
    let f = tape.free_energy(leaf, Beta::ONE).unwrap();
    assert_eq!(tape.value(f).unwrap(), f64::INFINITY);
    assert_eq!(tape.backward(&[(f, 1.0)]).unwrap().of(leaf).unwrap(), &SiteValues::default());
}

#[test]
fn handles_of_another_tape_are_refused() {
    let (mut one, mut other) = (Tape::new(), Tape::new());
    let g = one.leaf(Graph::empty());
    other.leaf(Graph::empty());
    assert_eq!(other.invert(g), Err(TapeError::ForeignHandle));
    let f = one.free_energy(g, Beta::ONE).unwrap();
    assert_eq!(other.value(f), Err(TapeError::ForeignHandle));
    assert_eq!(other.backward(&[(f, 1.0)]), Err(TapeError::ForeignHandle));
}

#[test]
fn constants_get_no_gradient() {
    let mut tape = Tape::new();
    let fixed = tape.constant(acceptor(&[1]).unwrap());
    let leaf = tape.leaf(acceptor(&[1]).unwrap());
    let both = tape.compose(leaf, fixed, &Compose::default()).unwrap();
    let f = tape.free_energy(both, Beta::ONE).unwrap();
    let gradients = tape.backward(&[(f, 2.0)]).unwrap();
    assert_eq!(gradients.of(fixed), None);
    assert_eq!(gradients.of(leaf).unwrap().arcs, [2.0]);
}
