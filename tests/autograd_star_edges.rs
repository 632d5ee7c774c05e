//! Free energies with cycles on a tape: where they are those without, what they are refused for, and their edges. The
//! sums that gradients are compared with elsewhere, against ever longer paths.

mod autograd_common;
mod ops_common;

use autograd_common::eliminated::{Skeleton, weights};
use energraph::autograd::{Tape, TapeError};
use energraph::ops::{Closure, OpError, acceptor};
use energraph::paths::{Beta, PathError, best_path};
use energraph::semiring::Tolerance;
use energraph::{Energy, Graph, GraphBuilder};
use ops_common::{Rng, SMALL, Shape, energy, random};

const ROUNDS: usize = 1_000;
const CYCLIC: Shape = Shape { states: 5, arcs: 9, labels: 2, epsilons: 35, cyclic: true, acceptor: false };

/// ─▶ ◎/end with a loop.
fn looped(around: f32, end: f32) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    let s = b.state();
    b.start(s);
    b.arc(s, 1, 1, Energy::new(around).unwrap(), s);
    b.final_weight(s, Energy::new(end).unwrap());
    b.build().unwrap()
}

/// The mass of all paths of up to so many arcs.
fn up_to(g: &Graph<Energy>, beta: f64, arcs: usize) -> f64 {
    let mass = |e: Energy| (-beta * e.wide()).exp();
    let ends: Vec<f64> = g.final_weights().iter().map(|w| mass(*w)).collect();
    let mut after = ends.clone();
    for _ in 0..arcs {
        let mut longer = ends.clone();
        g.arcs_with_source().for_each(|(_, s, a)| longer[s as usize] += mass(a.weight) * after[a.target as usize]);
        after = longer;
    }
    g.start().map_or(0.0, |s| after[s as usize])
}

#[test]
fn what_eliminating_states_sums_is_the_limit_of_ever_longer_paths() {
    let (mut rng, mut limits, mut endless) = (Rng::new(41), 0, 0);
    while limits < ROUNDS {
        let positive = |rng: &mut Rng| Energy::new(rng.below(17) as f32 / 4.0).unwrap();
        let g = random(&mut rng, CYCLIC, positive);
        let beta = [0.5, 1.0, 2.0][rng.below(3) as usize];
        let (short, long) = (up_to(&g, beta, 1_000), up_to(&g, beta, 2_000));
        let sum = Skeleton::of(&g).free_energy(&weights(&g, |w| w.wide()), beta);
        if long < f64::INFINITY && long - short <= 1e-12 * long {
            let near = (sum + long.ln() / beta).abs() < 1e-9;
            assert!(near || (sum == f64::INFINITY && long == 0.0), "{sum} {long} {g:?}");
            limits += usize::from(long > 0.0);
        } else if long == f64::INFINITY || long - short > 0.9 * short {
            assert!(sum.is_nan(), "{sum} {short} {long} {g:?}");
            endless += 1;
        }
    }
    assert!(endless > 200, "{endless}");
}

#[test]
fn without_cycles_and_at_infinite_beta_value_and_gradient_are_those_of_free_energy_to_the_bit() {
    let (mut rng, mut some, mut cyclic, mut none) = (Rng::new(42), 0, 0, 0);
    while some < 2 * ROUNDS {
        let shape = if rng.chance(50) { CYCLIC } else { SMALL };
        // Negative ones where that makes no cycle that gains.
        let g = random(&mut rng, shape, |rng| match energy(rng) {
            e if shape.cyclic && e.get() < 0.0 => Energy::FREE,
            e => e,
        });
        let beta = [Beta::ONE, Beta::finite(0.5).unwrap(), Beta::Infinite][rng.below(3) as usize];
        let mut tape = Tape::new();
        let leaf = tape.leaf(g.clone());
        let plain = match tape.free_energy(leaf, beta) {
            Err(TapeError::Path(PathError::Cyclic { .. })) => continue,
            plain => plain.unwrap(),
        };
        let star = tape.free_energy_star(leaf, beta).unwrap();
        let (a, b) = (tape.value(plain).unwrap(), tape.value(star).unwrap());
        assert_eq!(a.to_bits(), b.to_bits(), "{a} {b}");
        let gradient = |star: bool| {
            let mut tape = Tape::new();
            let leaf = tape.leaf(g.clone());
            let f = if star { tape.free_energy_star(leaf, beta) } else { tape.free_energy(leaf, beta) };
            tape.backward(&[(f.unwrap(), 1.0)]).unwrap().take(leaf).unwrap()
        };
        let (found, expected) = (gradient(true), gradient(false));
        assert_eq!(found, expected);
        if a == f64::INFINITY {
            assert!(found.arcs.iter().chain(&found.finals).all(|x| *x == 0.0));
            none += 1;
            continue;
        }
        some += 1;
        cyclic += usize::from(shape.cyclic && beta == Beta::Infinite);
    }
    assert!(cyclic > 300 && none > 100, "{cyclic} {none}");
}

#[test]
fn a_cycle_without_a_sum_is_refused_and_leaves_the_tape_as_it_was() {
    let mut tape = Tape::new();
    let right = tape.leaf(acceptor(&[1]).unwrap());
    for around in [0.0, -0.5] {
        let g = tape.leaf(looped(around, 1.0));
        let Err(TapeError::Path(PathError::SumDiverges { states, .. })) = tape.free_energy_star(g, Beta::ONE) else {
            panic!("a loop of probability 1 or more")
        };
        assert_eq!(states, [0]);
    }
    // Repetitions of what has probability 1 or more, the empty string's included.
    let all = tape.closure(right, Closure::Star).unwrap();
    let refused = tape.free_energy_star(all, Beta::ONE);
    assert!(matches!(refused, Err(TapeError::Path(PathError::SumDiverges { .. }))), "{refused:?}");
    // At infinite beta energy 0 is no gain, and a loss is one without end.
    let (free, gain) = (tape.leaf(looped(0.0, 1.0)), tape.leaf(looped(-0.5, 1.0)));
    let refused = tape.free_energy_star(gain, Beta::Infinite);
    assert!(matches!(refused, Err(TapeError::Path(PathError::Diverges { .. }))), "{refused:?}");
    let f = tape.free_energy_star(free, Beta::Infinite).unwrap();
    assert_eq!(tape.value(f), Ok(1.0));
    let gradients = tape.backward(&[(f, 1.0)]).unwrap();
    let of_free = gradients.of(free).unwrap();
    assert_eq!((&of_free.arcs[..], &of_free.finals[..]), (&[0.0][..], &[1.0][..]));
    assert!(gradients.of(gain).unwrap().arcs.iter().all(|x| *x == 0.0));
}

#[test]
fn no_path_and_no_graph_have_infinite_energy_and_no_gradient_and_their_closure_is_the_empty_string() {
    for g in [Graph::empty(), looped(0.5, f32::INFINITY), looped(-0.5, f32::INFINITY)] {
        for beta in [Beta::ONE, Beta::Infinite] {
            let mut tape = Tape::new();
            let leaf = tape.leaf(g.clone());
            let f = tape.free_energy_star(leaf, beta).unwrap();
            assert_eq!(tape.value(f), Ok(f64::INFINITY));
            let all = tape.closure(leaf, Closure::Star).unwrap();
            let f_all = tape.free_energy_star(all, beta).unwrap();
            assert_eq!(tape.value(f_all), Ok(0.0));
            let gradients = tape.backward(&[(f, 1.0), (f_all, 1.0)]).unwrap();
            let of_leaf = gradients.of(leaf).unwrap();
            assert!(of_leaf.arcs.iter().chain(&of_leaf.finals).all(|x| *x == 0.0));
        }
    }
}

#[test]
fn handles_of_another_tape_are_refused_and_constants_get_no_gradient() {
    let (mut tape, mut other) = (Tape::new(), Tape::new());
    let foreign = other.leaf(looped(0.5, 0.0));
    assert_eq!(tape.free_energy_star(foreign, Beta::ONE), Err(TapeError::ForeignHandle));
    let (fixed, learnt) = (tape.constant(looped(1.0, 0.0)), tape.leaf(looped(2.0, 0.0)));
    assert_eq!(other.free_energy_star(learnt, Beta::ONE), Err(TapeError::ForeignHandle));
    let both = tape.concat(&[fixed, learnt]).unwrap();
    let f = tape.free_energy_star(both, Beta::ONE).unwrap();
    let gradients = tape.backward(&[(f, 3.0)]).unwrap();
    assert_eq!(gradients.of(fixed), None);
    // A loop of probability p is gone round p/(1 − p) times.
    let expected = 3.0 / (2.0_f64.exp() - 1.0);
    assert!((gradients.of(learnt).unwrap().arcs[0] - expected).abs() < 1e-9);
}

#[test]
fn a_rewritten_graph_with_cycles_answers_for_the_one_before_and_one_of_another_sum_is_refused() {
    let near = Tolerance { absolute: 1e-5, relative: 1e-5 };
    let mut tape = Tape::new();
    let leaf = tape.leaf(looped(1.0, 0.0));
    // The sum of all, on one end.
    let total = (-(-1.0_f64).exp()).ln_1p();
    let same = tape.rewritten(leaf, near, |_| Ok::<_, OpError>(looped(f32::INFINITY, total as f32))).unwrap();
    let other = tape.rewritten(leaf, near, |_| Ok::<_, OpError>(looped(1.25, 0.0))).unwrap();
    let refused = tape.free_energy_star(other, Beta::ONE);
    let Err(TapeError::Rewritten { found, expected }) = refused else { panic!("{refused:?}") };
    assert!((found - (-(-1.25_f64).exp()).ln_1p()).abs() < 1e-9 && (expected - total).abs() < 1e-9);
    let f = tape.free_energy_star(same, Beta::ONE).unwrap();
    assert!((tape.value(f).unwrap() - total).abs() < 1e-6);
    let gradients = tape.backward(&[(f, 1.0)]).unwrap();
    assert!((gradients.of(leaf).unwrap().arcs[0] - 1.0 / (1.0_f64.exp() - 1.0)).abs() < 1e-9);
}

#[test]
fn of_several_best_paths_with_cycles_the_documented_one_has_the_gradient() {
    // Two ways to the end of one energy, and a cycle of energy 0 on each.
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    for (label, energy, s, t) in [(1, 0.0, 0, 0), (2, 1.0, 0, 1), (3, 1.0, 0, 1), (4, 0.0, 1, 1)] {
        b.arc(s, label, label, Energy::new(energy).unwrap(), t);
    }
    b.final_weight(1, Energy::FREE);
    let g = b.build().unwrap();
    let best = best_path(&g).unwrap().unwrap();
    let mut tape = Tape::new();
    let leaf = tape.leaf(g);
    let f = tape.free_energy_star(leaf, Beta::Infinite).unwrap();
    let gradients = tape.backward(&[(f, 1.0)]).unwrap();
    assert_eq!(best.arcs, [1]);
    assert_eq!(gradients.of(leaf).unwrap().arcs, [0.0, 1.0, 0.0, 0.0]);
}

#[test]
fn a_tiny_beta_has_a_lowest_number_and_a_huge_one_takes_what_is_beyond_them_for_impossible() {
    let at = |beta: f64, g: Graph<Energy>| {
        let mut tape = Tape::new();
        let leaf = tape.leaf(g);
        let f = tape.free_energy_star(leaf, Beta::finite(beta).unwrap()).unwrap();
        let value = tape.value(f).unwrap();
        (value, tape.backward(&[(f, 1.0)]).unwrap().of(leaf).unwrap().arcs[0])
    };
    let (value, count) = at(1e-306, looped(1.0, 0.0));
    assert!(value == f64::MIN && (count / 1e306 - 1.0).abs() < 1e-6, "{value} {count}");
    let (value, count) = at(1e-300, looped(1.0, 0.0));
    assert!((value / (1e-300_f64.ln() / 1e-300) - 1.0).abs() < 1e-12 && (count / 1e300 - 1.0).abs() < 1e-6);
    assert_eq!(at(1e300, looped(1.0, 2.0)), (2.0, 0.0));
    assert_eq!(at(1e300, looped(1.0, 1e10)), (f64::INFINITY, 0.0));
}

#[test]
fn the_closure_of_a_long_chain_is_summed_and_differentiated_without_depth() {
    let n = 100_000_u32;
    let mut b = GraphBuilder::new();
    b.add_states(n as usize + 1);
    b.start(0);
    (0..n).for_each(|s| b.arc(s, 1, 1, Energy::new(0.00001).unwrap(), s + 1));
    b.final_weight(n, Energy::FREE);
    let mut tape = Tape::new();
    let leaf = tape.leaf(b.build().unwrap());
    let all = tape.closure(leaf, Closure::Plus).unwrap();
    let f = tape.free_energy_star(all, Beta::ONE).unwrap();
    // About energy 1 for each round.
    let once = f64::from(n) * f64::from(0.00001_f32);
    let value = tape.value(f).unwrap();
    assert!((value - (once + (-(-once).exp()).ln_1p())).abs() < 1e-6, "{value}");
    let gradients = tape.backward(&[(f, 1.0)]).unwrap();
    let times = 1.0 / (1.0 - (-once).exp());
    assert!(gradients.of(leaf).unwrap().arcs.iter().all(|x| (x - times).abs() < 1e-6));
}
