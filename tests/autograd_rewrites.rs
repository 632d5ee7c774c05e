//! Gradients through rewrites that keep the language are those of the graph that was rewritten, and finite differences of it.

mod autograd_common;
mod ops_common;

use autograd_common::{Way, World, found, narrowed};
use energraph::autograd::{GraphVar, Tape, TapeError};
use energraph::graph::GraphError;
use energraph::ops::{
    Budget, Closure, Codes, Encode, OpError, Side, Subsequential, Toward, decode, determinize,
    determinize_subsequential, determinize_transducer, disambiguate, disambiguate_transducer, encode,
    epsilon_normalize, merge_states, minimize, push_labels, remove_epsilon,
};
use energraph::paths::{Answer, Beta};
use energraph::semiring::{Quantum, Tolerance};
use energraph::{Energy, Graph, GraphBuilder, LeftDivide, LogSum, MinSum, Star, Traced, oracle};
use ndarray::Array2;
use ops_common::{Rng, SMALL, Shape, energy, is_deterministic, random};

const ROUNDS: usize = 1_000;
const ACCEPTOR: Shape = Shape { acceptor: true, epsilons: 0, ..SMALL };
/// Weights are rounded to f32, and those of states to the default quantum of 1/1024.
const NEAR: Tolerance = Tolerance { absolute: 5e-3, relative: 1e-5 };

fn rewrite<S: Star + LeftDivide>(way: &str, g: &Graph<S>) -> Result<Graph<S>, OpError> {
    let (q, b) = (Quantum::default(), Budget::default());
    match way {
        "determinize" => determinize(g, q, b),
        "minimize" => minimize(&determinize(g, q, b)?, q),
        "merge_states" => merge_states(g, q),
        "disambiguate" => disambiguate(g, q, b),
        "determinize_transducer" => determinize_transducer(g, q, b),
        "disambiguate_transducer" => disambiguate_transducer(g, q, b),
        "determinize_subsequential" => {
            determinize_subsequential(g, Subsequential { several: true, ..Subsequential::default() }, q, b)
        }
        "minimize a transducer" => {
            let mut codes = Codes::new(Encode::Labels);
            let encoded = encode(g, &mut codes)?;
            decode(&minimize(&determinize(&remove_epsilon(&encoded)?, q, b)?, q)?, &codes)
        }
        "push_labels" => push_labels(g, b),
        "remove_epsilon" => remove_epsilon(g),
        "epsilon_normalize" => epsilon_normalize(g, Side::Input, b),
        other => panic!("{other}"),
    }
}

/// In the semiring of a β of 1 or ∞.
fn in_semiring(way: &str, g: &Graph<Energy>, beta: f64) -> Result<Graph<Energy>, OpError> {
    Ok(if beta == 1.0 {
        rewrite(way, &g.lift::<LogSum<f64>>())?.lower()
    } else {
        rewrite(way, &g.lift::<MinSum<f64>>())?.lower()
    })
}

/// Until 1,000 graphs had a gradient, at β = 1 and ∞: of the free energy of the rewritten graph, of its composition with a few strings,
/// with an answer and without, and of a union with another leaf behind a closing label.
fn compared(way: &str, shape: Shape) {
    let (mut rng, mut done, mut tried) = (Rng::new(way.len() as u64), 0, 0);
    while done < ROUNDS {
        tried += 1;
        assert!(tried < 60 * ROUNDS, "{way}: {done} of {tried}");
        let (g, other) = (random(&mut rng, shape, energy), random(&mut rng, shape, energy));
        let (mut tape, mut world) = (Tape::new(), World::default());
        let Some((leaf, ways)) = world.leaf(&mut tape, &g) else { continue };
        let beta = [1.0, f64::INFINITY][usize::from(rng.chance(25))];
        let made = match tape.rewritten(leaf, NEAR, |g| in_semiring(way, g, beta)) {
            Err(TapeError::Op(OpError::NotFunctional { .. } | OpError::Epsilon { .. })) => continue,
            made => found(made),
        };
        let Some(var) = made else { continue };
        let mut asked = vec![(var, ways.clone(), beta)];
        asked.extend(narrowed(&mut tape, var, &ways, &mut rng).map(|(few, left)| (few, left, beta)));
        let right = Answer::one([1 + rng.below(2) as u32]);
        let (with, without) = (tape.with_output(var, &right).unwrap(), tape.without_output(var, &right).unwrap());
        let (correct, wrong): (Vec<Way>, Vec<Way>) = ways.iter().cloned().partition(|w| right.contains(&w.output));
        asked.extend([(with, correct, beta), (without, wrong, beta)]);
        if let Some((second, of_second)) = world.leaf(&mut tape, &other)
            && of_second.len() * ways.len() < 500
            && let Some(chain) = found(tape.concat(&[var, second]))
        {
            let all = ways.iter().flat_map(|w| of_second.iter().map(|v| w.then(v)));
            asked.push((chain, all.collect(), beta));
        }
        done += usize::from(world.compare(tape, &asked, 5e-3));
    }
}

#[test]
fn gradients_behind_a_determinization_are_the_finite_differences_of_the_source() {
    compared("determinize", ACCEPTOR);
}

#[test]
fn gradients_behind_a_minimization_are_the_finite_differences_of_the_source() {
    compared("minimize", ACCEPTOR);
    compared("minimize a transducer", SMALL);
    compared("merge_states", ACCEPTOR);
}

#[test]
fn gradients_behind_a_disambiguation_are_the_finite_differences_of_the_source() {
    compared("disambiguate", ACCEPTOR);
    compared("disambiguate_transducer", Shape { labels: 2, epsilons: 25, arcs: 9, ..SMALL });
}

#[test]
fn gradients_behind_a_determinized_transducer_are_the_finite_differences_of_the_source() {
    compared("determinize_subsequential", Shape { labels: 2, epsilons: 0, arcs: 7, ..SMALL });
    compared("determinize_transducer", Shape { labels: 2, epsilons: 25, arcs: 9, ..SMALL });
}

#[test]
fn gradients_behind_pushed_labels_and_sums_taken_as_rewrites_are_the_finite_differences_of_the_source() {
    compared("push_labels", SMALL);
    compared("remove_epsilon", SMALL);
    compared("epsilon_normalize", SMALL);
}

/// Two paths of the string 1 with energies 1 and 2, and one of the string 2.
fn twice() -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(3);
    b.start(0);
    for (label, e, t) in [(1, 1.0, 1), (1, 2.0, 2), (2, 0.0, 1)] {
        b.arc(0, label, label, Energy::new(e).unwrap(), t);
    }
    b.final_weight(1, Energy::FREE);
    b.final_weight(2, Energy::FREE);
    b.build().unwrap()
}

fn determinized(g: &Graph<Energy>) -> Result<Graph<Energy>, OpError> {
    in_semiring("determinize", g, 1.0)
}

#[test]
fn a_rewrite_in_another_semiring_than_the_question_is_refused() {
    let mut tape = Tape::new();
    let leaf = tape.leaf(twice());
    let det = tape.rewritten(leaf, NEAR, determinized).unwrap();
    let one = tape.with_output(det, &Answer::one([1])).unwrap();
    let merged = -(-1.0_f64).exp().ln_1p() + 1.0;
    let Err(TapeError::Rewritten { found, expected }) = tape.free_energy(one, Beta::Infinite) else {
        panic!("the string's weight is that of its two paths together")
    };
    assert!((found - merged).abs() < 1e-3 && expected == 1.0, "{found} {expected}");
    assert!(matches!(tape.free_energy(one, Beta::finite(2.0).unwrap()), Err(TapeError::Rewritten { .. })));
    assert!(tape.free_energy(one, Beta::ONE).is_ok());
    // Where nothing learns, there is nothing to compare with, and the answer is that of the graph that is there.
    let fixed = tape.constant(twice());
    let det = tape.rewritten(fixed, NEAR, determinized).unwrap();
    let one = tape.with_output(det, &Answer::one([1])).unwrap();
    let f = tape.free_energy(one, Beta::Infinite).unwrap();
    assert!((tape.value(f).unwrap() - merged).abs() < 1e-3);
}

#[test]
fn what_is_seen_of_a_rewritten_graph_is_rewritten_and_rewriting_goes_on_from_there() {
    let mut tape = Tape::new();
    let leaf = tape.leaf(twice());
    let det = tape.rewritten(leaf, NEAR, determinized).unwrap();
    assert!(!is_deterministic(tape.graph(leaf).unwrap()) && is_deterministic(tape.graph(det).unwrap()));
    // Minimisation needs what the first rewriting made, which the leaf is not.
    let min = |g: &Graph<Energy>| minimize(&g.lift::<LogSum<f64>>(), Quantum::default()).map(|g| g.lower());
    assert!(matches!(tape.rewritten(leaf, NEAR, min), Err(TapeError::Op(OpError::NotDeterministic { .. }))));
    let small = tape.rewritten(det, NEAR, min).unwrap();
    let pushed = tape.push(small, Toward::End, Beta::ONE).unwrap();
    let f = tape.free_energy(pushed, Beta::ONE).unwrap();
    let gradients = tape.backward(&[(f, 1.0)]).unwrap();
    let total = oracle::free_energy([0.0, 1.0, 2.0], 1.0);
    let shares = [1.0, 2.0, 0.0].map(|e| (total - e).exp());
    let found = &gradients.of(leaf).unwrap().arcs;
    assert!(found.iter().zip(shares).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?} {shares:?}");
    assert_eq!(gradients.of(small), None);
}

#[test]
fn an_operation_that_fails_on_the_source_alone_leaves_the_tape_as_it_was() {
    let mut tape = Tape::new();
    let leaf = tape.leaf(twice());
    let det = tape.rewritten(leaf, NEAR, determinized).unwrap();
    let few = |g: &[&Graph<Energy>]| {
        let count = g[0].arc_count();
        if count > 2 {
            Err(OpError::Graph(GraphError::TooLarge { what: "arcs", count }))
        } else {
            energraph::ops::connect(g[0])
        }
    };
    let failed: Result<GraphVar, TapeError> = tape.apply(&[det], few);
    assert_eq!(failed, Err(TapeError::Op(OpError::Graph(GraphError::TooLarge { what: "arcs", count: 3 }))));
    let star = tape.closure(det, Closure::Plus).unwrap();
    assert_eq!(tape.graph(star).unwrap().states(), tape.graph(det).unwrap().states());
    let other = Tape::new().leaf(Graph::empty());
    assert_eq!(tape.rewritten(other, NEAR, determinized), Err(TapeError::ForeignHandle));
    let mut runs = 0;
    let counted = tape.apply(&[det], |g| {
        runs += 1;
        Ok::<Traced<Energy>, OpError>(energraph::ops::invert(g[0]))
    });
    assert!(counted.is_ok() && runs == 2);
}

#[test]
fn a_trellis_over_a_rewritten_topology_has_the_gradients_of_the_source() {
    let (mut rng, mut done) = (Rng::new(77), 0);
    while done < ROUNDS {
        let g = random(&mut rng, Shape { cyclic: true, ..ACCEPTOR }, energy);
        let frames = rng.below(4) as usize;
        let values = Array2::from_shape_fn((frames, 2), |_| rng.below(33) as f32 / 8.0);
        let (mut tape, mut plain) = (Tape::new(), Tape::new());
        let (leaf, same) = (tape.leaf(g.clone()), plain.leaf(g));
        let Ok(short) = tape.rewritten(leaf, NEAR, |g| in_semiring("remove_epsilon", g, 1.0)) else { continue };
        let seen = |tape: &mut Tape, topology| {
            let e = tape.emissions(values.clone()).unwrap();
            let trellis = tape.trellis(e, topology).unwrap();
            (e, tape.free_energy(trellis, Beta::ONE).unwrap())
        };
        let ((e, f), (e2, f2)) = (seen(&mut tape, short), seen(&mut plain, same));
        let (found, expected) = (tape.backward(&[(f, 1.0)]).unwrap(), plain.backward(&[(f2, 1.0)]).unwrap());
        assert_eq!(found.of(leaf), expected.of(same));
        let (a, b) = (found.of_emissions(e).unwrap(), expected.of_emissions(e2).unwrap());
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4), "{a} {b}");
        done += usize::from(expected.of(same).unwrap().arcs.iter().any(|&x| x != 0.0));
    }
}
