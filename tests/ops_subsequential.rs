//! Determinisation with several outputs, and labels pushed without what all paths write, against enumerated relations.

mod ops_common;

use energraph::graph::EPSILON;
use energraph::ops::{
    Budget, OpError, Subsequential, determinize_subsequential, determinize_transducer, push_labels,
    push_labels_without_prefix,
};
use energraph::semiring::Quantum;
use energraph::{Energy, Graph, Label, LogSum, MinSum};
use ops_common::*;

const ROUNDS: usize = 1_000;
const NOTHING: OpError = OpError::Empty { first_unmatched: None };
const READERS: Shape = Shape { states: 5, arcs: 12, labels: 2, epsilons: 0, cyclic: false, acceptor: false };
/// No label of a graph here.
const END: Label = 90;

fn q() -> Quantum {
    Quantum::new(1e-7).unwrap()
}

/// A transducer with every output label drawn anew, each epsilon now and then.
fn reader(rng: &mut Rng, shape: Shape) -> Graph<Energy> {
    let g = random(rng, shape, energy);
    let labels = 1 + rng.below(2);
    g.map_labels(|i, _| (i, if rng.chance(40) { EPSILON } else { 1 + rng.below(labels) as Label }))
}

fn determinized(g: &Graph<Energy>, how: Subsequential, beta: f64, budget: Budget) -> Result<Graph<Energy>, OpError> {
    if beta == 1.0 {
        determinize_subsequential(&g.lift::<LogSum<f64>>(), how, q(), budget).map(|g| g.lower())
    } else {
        determinize_subsequential(&g.lift::<MinSum<f64>>(), how, q(), budget).map(|g| g.lower())
    }
}

/// No two arcs of a state read one label below the end's, and behind those that read one from there on is nothing else.
fn check_reading(g: &Graph<Energy>, how: Subsequential) {
    let ends = |l: Label| if how.label == EPSILON { l == EPSILON } else { l >= how.label };
    for s in 0..g.states() as u32 {
        let mut read: Vec<Label> = g.arcs(s).iter().map(|a| a.ilabel).filter(|&l| !ends(l)).collect();
        read.sort_unstable();
        assert!(read.windows(2).all(|l| l[0] != l[1]), "{g:?}");
        let tails: Vec<Label> = g.arcs(s).iter().map(|a| a.ilabel).filter(|&l| ends(l)).collect();
        assert!(tails.is_empty() || !g.is_final(s), "{g:?}");
        let wanted: Vec<Label> =
            (0..tails.len() as Label).map(|k| how.label + if how.increment { k } else { 0 }).collect();
        assert_eq!(tails, wanted, "{g:?}");
        for a in g.arcs(s).iter().filter(|a| ends(a.ilabel)) {
            assert!(g.arcs(a.target).iter().all(|b| b.ilabel == how.label && b.olabel != EPSILON), "{g:?}");
        }
    }
}

/// The pairs without the labels that stand for the end.
fn stripped(all: Pairs, how: Subsequential) -> Pairs {
    let count = all.len();
    let input = |i: Vec<Label>| i.into_iter().take_while(|&l| how.label == EPSILON || l < how.label).collect();
    let short: Pairs = all.into_iter().map(|((i, o), w)| ((input(i), o), w)).collect();
    assert_eq!(short.len(), count);
    short
}

#[test]
fn determinisation_with_several_outputs_keeps_all_pairs_and_reads_deterministically() {
    let (mut rng, mut several, mut compared) = (Rng::new(951), 0, 0);
    for round in 0..2 * ROUNDS {
        let g = reader(&mut rng, READERS);
        let how = Subsequential { several: true, label: [0, END][round % 2], increment: round % 4 == 3 };
        for beta in [f64::INFINITY, 1.0] {
            let expected = pairs(&g, beta);
            let d = match determinized(&g, how, beta, Budget::default()) {
                Ok(d) => d,
                Err(e) => {
                    assert_eq!((e, expected.len()), (NOTHING, 0));
                    continue;
                }
            };
            assert!(is_connected(&d));
            check_reading(&d, how);
            assert_alike_pairs(&expected, &stripped(pairs(&d, beta), how));
            // Every pair has one path.
            assert_eq!(paths(&d, 64).len(), expected.len(), "{g:?} {d:?}");
            compared += 1;
            let inputs: std::collections::BTreeSet<_> = expected.keys().map(|(i, _)| i).collect();
            several += usize::from(inputs.len() < expected.len());
            assert_eq!(determinized(&g, how, beta, Budget::default()), Ok(d));
        }
    }
    assert!(compared > 1_000 && several > 500, "{compared} {several}");
}

#[test]
fn without_several_outputs_it_is_that_of_functional_transducers_but_for_the_label() {
    let (mut rng, mut functional, mut refused, mut labelled) = (Rng::new(952), 0, 0, 0);
    for _ in 0..2 * ROUNDS {
        let g = reader(&mut rng, READERS).lift::<MinSum<f64>>();
        let run = |how| determinize_subsequential(&g, how, q(), Budget::default());
        let plain = determinize_transducer(&g, q(), Budget::default());
        assert_eq!(run(Subsequential::default()), plain);
        let named = run(Subsequential { label: END, ..Subsequential::default() });
        let Ok(plain) = plain else {
            assert_eq!(named, plain);
            refused += usize::from(matches!(plain, Err(OpError::NotFunctional { .. })));
            continue;
        };
        labelled += plain.all_arcs().iter().filter(|a| a.ilabel == EPSILON).count();
        let named = named.unwrap();
        assert_eq!(named, plain.map_labels(|i, o| (if i == EPSILON { END } else { i }, o)));
        // Of a functional transducer all outputs are one.
        let several = run(Subsequential { several: true, label: END, increment: true }).unwrap();
        assert_eq!(several, named);
        functional += 1;
    }
    assert!(functional > 200 && refused > 200 && labelled > 30, "{functional} {refused} {labelled}");
}

#[test]
fn cycles_with_one_output_in_the_end_have_a_finite_result_and_others_go_over_budget() {
    let (mut rng, mut compared, mut over) = (Rng::new(953), 0, 0);
    let how = Subsequential { several: true, label: END, increment: false };
    for _ in 0..ROUNDS {
        let g = reader(&mut rng, Shape { states: 3, arcs: 5, cyclic: true, ..READERS });
        let d = match determinized(&g, how, f64::INFINITY, Budget { states: 300, arcs: 1_000 }) {
            Ok(d) => d,
            Err(OpError::Budget { .. }) => {
                over += 1;
                continue;
            }
            Err(e) => {
                assert_eq!(e, NOTHING);
                continue;
            }
        };
        check_reading(&d, how);
        // Strings of up to four labels, with as many at their ends as may wait.
        let short = |g: &Graph<Energy>, arcs: usize| {
            let found = few_paths(g, arcs)?;
            let mut all = Pairs::new();
            for p in found {
                let read: Vec<Label> = p.input.iter().copied().take_while(|&l| l < END).collect();
                let energy: f64 = p.sites.iter().map(|&s| at(g, s).wide()).sum();
                if read.len() <= 3 && energy < f64::INFINITY {
                    let best = all.entry((read, p.output)).or_insert(f64::INFINITY);
                    *best = best.min(energy);
                }
            }
            Some(all)
        };
        let (Some(a), Some(b)) = (short(&g, 3), short(&d, 9)) else { continue };
        assert_alike_pairs(&a, &b);
        compared += usize::from(!a.is_empty());
    }
    assert!(compared > 200 && over > 10, "{compared} {over}");
}

#[test]
fn labels_that_run_out_and_input_epsilons_are_errors() {
    let mut b = energraph::GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    for output in [7, 8] {
        b.arc(0, 1, output, Energy::FREE, 1);
    }
    b.final_weight(1, Energy::FREE);
    let g = b.build().unwrap();
    let last = Subsequential { several: true, label: Label::MAX, increment: true };
    assert!(matches!(determinized(&g, last, 1.0, Budget::default()), Err(OpError::Graph(_))));
    assert!(determinized(&g, Subsequential { increment: false, ..last }, 1.0, Budget::default()).is_ok());
    let g = g.map_labels(|_, o| (EPSILON, o));
    assert!(matches!(determinized(&g, last, 1.0, Budget::default()), Err(OpError::Epsilon { position: 0, .. })));
}

#[test]
fn what_all_paths_begin_to_write_is_cut_and_given() {
    let (mut rng, mut cut, mut whole) = (Rng::new(954), 0, 0);
    for _ in 0..2 * ROUNDS {
        let g = reader(&mut rng, Shape { arcs: 7, epsilons: 20, ..READERS });
        let (graph, prefix) = match push_labels_without_prefix(&g, Budget::default()) {
            Ok(made) => made,
            Err(e) => {
                assert_eq!((e, push_labels(&g, Budget::default())), (NOTHING, Err(NOTHING)));
                continue;
            }
        };
        let all = pairs(&g, f64::INFINITY);
        let shared = all.keys().map(|(_, o)| o.clone()).reduce(|a, b| {
            let n = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
            a[..n].to_vec()
        });
        assert_eq!(Some(&prefix), shared.as_ref(), "{g:?}");
        let expected: Pairs = all.into_iter().map(|((i, o), w)| ((i, o[prefix.len()..].to_vec()), w)).collect();
        assert_alike_pairs(&expected, &pairs(&graph, f64::INFINITY));
        assert!(is_connected(&graph));
        // Nothing is left that all paths begin with.
        let again = push_labels_without_prefix(&graph, Budget::default()).unwrap();
        assert!(again.1.is_empty());
        cut += usize::from(!prefix.is_empty());
        whole += usize::from(push_labels(&g, Budget::default()) == Ok(graph));
    }
    assert!(cut > 150 && whole > 200, "{cut} {whole}");
}
