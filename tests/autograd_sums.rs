//! Gradients through sums of weights on the tape, asked for at another β than that of the sums, against finite differences of the same
//! in f64. (At one β a free energy is that of the graph before, and would not show them.)

mod ops_common;

use energraph::autograd::{GraphVar, Tape, TapeError};
use energraph::ops::{self, Budget, Compose, OpError, Toward, compose, from_strings};
use energraph::paths::{Beta, PositiveF64, path_sum};
use energraph::semiring::Commutative;
use energraph::{Energy, Graph, GraphBuilder, Label, LeftDivide, LogSum, MinSum, Site, Star, oracle};
use ops_common::{Rng, Shape, random};

const ROUNDS: usize = 1_000;
const CYCLIC: Shape = Shape { states: 5, arcs: 9, labels: 2, epsilons: 35, cyclic: true, acceptor: true };

/// Of many digits, so that ties are rare.
fn energy(rng: &mut Rng) -> Energy {
    let number = rng.below(1 << 22) as f32 / (1 << 20) as f32;
    if rng.chance(4) { Energy::IMPOSSIBLE } else { Energy::new(number).unwrap() }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    RemoveEpsilon,
    Push(Toward),
    /// All in one.
    ApplyIn,
    /// The same without pushing, states kept.
    KeepingStates,
    /// All outputs later, but for what all begin with.
    WithoutPrefix,
}

/// Two graphs united, without epsilons, and pushed or not; in any semiring.
fn plain<S: Star + LeftDivide + Commutative>(way: Way, graphs: &[&Graph<S>]) -> Result<Graph<S>, OpError> {
    let either = ops::union(graphs)?.graph;
    let short = ops::remove_epsilon(&either)?;
    match way {
        Way::KeepingStates => ops::remove_epsilon_keeping_states(&either),
        Way::WithoutPrefix => Ok(ops::push_labels_without_prefix(&short, Budget::default())?.0),
        Way::RemoveEpsilon => Ok(short),
        Way::Push(toward) => ops::push(&short, toward),
        Way::ApplyIn => ops::push(&short, Toward::End),
    }
}

/// The same on the tape; the sums at β.
fn on_tape(tape: &mut Tape, way: Way, graphs: &[GraphVar], beta: Beta) -> Result<GraphVar, TapeError> {
    if matches!(way, Way::ApplyIn | Way::KeepingStates | Way::WithoutPrefix) {
        return match beta {
            Beta::Finite(beta) => tape.apply_in::<LogSum<f64>, _>(beta, graphs, |g| plain(way, g)),
            Beta::Infinite => tape.apply_in::<MinSum<f64>, _>(PositiveF64::ONE, graphs, |g| plain(way, g)),
        };
    }
    let either = tape.union(graphs)?;
    let short = tape.remove_epsilon(either, beta)?;
    if let Way::Push(toward) = way { tape.push(short, toward, beta) } else { Ok(short) }
}

/// The free energy at another β of what is left behind which one of a few strings is read; NaN beyond the edge of divergence.
fn asked<S: Star + LeftDivide + Commutative>(
    way: Way,
    graphs: [Graph<S>; 2],
    strings: &[Vec<Label>],
    energy: impl Fn(&S) -> f64,
    at: f64,
) -> f64 {
    let made = match plain(way, &[&graphs[0], &graphs[1]]) {
        Err(OpError::Diverges { .. }) => return f64::NAN,
        made => made.unwrap(),
    };
    let left = compose(&made, &from_strings(strings).unwrap(), &Compose::default()).unwrap().graph;
    path_sum(&left, |_, w| LogSum::new(at * energy(w)).unwrap()).unwrap().get() / at
}

/// Whether there was a gradient to compare.
fn compared(rng: &mut Rng, way: Way, beta: Beta) -> bool {
    let graphs = [random(rng, CYCLIC, energy), random(rng, CYCLIC, energy)];
    let strings: Vec<Vec<Label>> =
        (0..4).map(|_| (0..rng.below(4)).map(|_| 1 + rng.below(2) as Label).collect()).collect();
    let mut tape = Tape::new();
    let leaves = [tape.leaf(graphs[0].clone()), tape.leaf(graphs[1].clone())];
    let made = match on_tape(&mut tape, way, &leaves, beta) {
        Ok(made) => made,
        Err(TapeError::Op(OpError::Empty { .. } | OpError::Diverges { .. })) => return false,
        Err(other) => panic!("{other}"),
    };
    let few = tape.constant(from_strings(&strings).unwrap());
    let Ok(left) = tape.compose(made, few, &Compose::default()) else { return false };
    let at = [0.5, 1.0, 3.0][rng.below(3) as usize];
    let f = tape.free_energy(left, Beta::finite(at).unwrap()).unwrap();
    let value = tape.value(f).unwrap();
    // The leaves' energies, one graph after the other.
    let first = [0, graphs[0].arc_count() + graphs[0].states()];
    let place = |i: usize, site| match site {
        Site::Arc(a) => first[i] + a as usize,
        Site::Final(s) => first[i] + graphs[i].arc_count() + s as usize,
    };
    let mut x = vec![f64::INFINITY; first[1] + graphs[1].arc_count() + graphs[1].states()];
    (0..2).for_each(|i| graphs[i].sites().for_each(|(site, w)| x[place(i, site)] = w.wide()));
    let total = |x: &[f64]| match beta {
        Beta::Finite(b) => {
            let lift = |i: usize| graphs[i].map(|site, _| LogSum::new(b.get() * x[place(i, site)]).unwrap());
            asked(way, [lift(0), lift(1)], &strings, |w| w.get() / b.get(), at)
        }
        Beta::Infinite => {
            let lift = |i: usize| graphs[i].map(|site, _| MinSum::new(x[place(i, site)]).unwrap());
            asked(way, [lift(0), lift(1)], &strings, |w| w.get(), at)
        }
    };
    let h = 1e-5;
    let truth = total(&x);
    assert!((value - truth).abs() < 1e-5 * (1.0 + truth.abs()), "{way:?} {beta:?}: {value} {truth}");
    let differences = oracle::finite_differences(&total, &x, h);
    let largest = differences.iter().filter(|d| d.is_finite()).fold(1.0_f64, |most, d| most.max(d.abs()));
    let beyond = x.iter().zip(&differences).any(|(x, d)| x.is_finite() && d.is_nan());
    if largest > 50.0 || beyond {
        return false;
    }
    let gradients = tape.backward(&[(f, 1.0)]).unwrap();
    for (i, leaf) in leaves.iter().enumerate() {
        let found = gradients.of(*leaf).unwrap();
        for (site, _) in graphs[i].sites() {
            let (at, found) = (place(i, site), found.get(site));
            let wrong = format!("{way:?} {beta:?} {site:?} of {i}: {found} ≠ {}", differences[at]);
            if x[at] == f64::INFINITY {
                assert_eq!(found, 0.0, "{wrong}");
                continue;
            }
            let mut near = x.clone();
            let mut second = -2.0 * truth;
            for by in [h, -h] {
                near[at] = x[at] + by;
                second += total(&near);
            }
            // Where a minimum changes hands within the step, a difference is that of neither side.
            let kink = beta == Beta::Infinite && second.abs() > 1e-7;
            assert!(kink || (found - differences[at]).abs() < 1e-5 * largest * largest, "{wrong}");
        }
    }
    true
}

#[test]
fn gradients_through_sums_on_the_tape_are_their_finite_differences_at_every_pair_of_temperatures() {
    let ways = [
        Way::RemoveEpsilon,
        Way::Push(Toward::Start),
        Way::Push(Toward::End),
        Way::ApplyIn,
        Way::KeepingStates,
        Way::WithoutPrefix,
    ];
    for (seed, way) in (1..).zip(ways) {
        let (mut rng, mut done, mut tried) = (Rng::new(seed), 0, 0);
        while done < ROUNDS {
            let beta = [Beta::ONE, Beta::finite(0.5).unwrap(), Beta::finite(2.0).unwrap(), Beta::Infinite][tried % 4];
            done += usize::from(compared(&mut rng, way, beta));
            tried += 1;
            assert!(tried < 40 * ROUNDS, "{way:?}: {done} of {tried}");
        }
    }
}

#[test]
fn sums_of_constants_are_not_remembered_and_divergent_ones_are_refused() {
    let mut tape = Tape::new();
    let mut rng = Rng::new(5);
    let fixed = std::iter::repeat_with(|| random(&mut rng, CYCLIC, |_| Energy::FREE));
    let mut refused = 0;
    for g in fixed.take(200) {
        let constant = tape.constant(g.clone());
        match (tape.remove_epsilon(constant, Beta::ONE), ops::remove_epsilon(&g.lift::<LogSum<f64>>())) {
            (Ok(var), Ok(expected)) => {
                assert_eq!(tape.graph(var), Ok(&expected.lower()));
                let f = tape.with_output(var, &energraph::Answer::one([1])).unwrap();
                let f = tape.free_energy(f, Beta::ONE).unwrap();
                assert!(tape.value(f).is_ok());
            }
            (Err(TapeError::Op(found)), Err(expected)) => {
                refused += usize::from(matches!(expected, OpError::Diverges { .. }));
                assert_eq!(found, expected);
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(refused > 10, "{refused}");
}

#[test]
fn a_long_chain_is_summed_and_differentiated_without_depth() {
    let n = 100_000_u32;
    let mut b = GraphBuilder::new();
    b.add_states(n as usize + 1);
    b.start(0);
    for s in 0..n {
        let label = s % 2;
        b.arc(s, label, label, Energy::new(0.25).unwrap(), s + 1);
    }
    b.final_weight(n, Energy::FREE);
    let mut tape = Tape::new();
    let leaf = tape.leaf(b.build().unwrap());
    let short = tape.remove_epsilon(leaf, Beta::ONE).unwrap();
    let pushed = tape.push(short, Toward::Start, Beta::ONE).unwrap();
    let f = tape.free_energy(pushed, Beta::finite(2.0).unwrap()).unwrap();
    assert!((tape.value(f).unwrap() - f64::from(n) / 4.0).abs() < 1e-2);
    let gradients = tape.backward(&[(f, 1.0)]).unwrap();
    assert!(gradients.of(leaf).unwrap().arcs.iter().all(|x| (x - 1.0).abs() < 1e-9));
}
